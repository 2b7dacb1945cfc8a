"""
Record a link, or bridges: `ros2 launch igtl_ros2 record.launch.py url:=tcp://10.0.0.5:18944`.

What is recorded of a link, replay.launch.py sends to OpenIGTLink again; of topics, to ROS again,
and to OpenIGTLink the frames in it, if a mapping has `raw: true`.
"""

from igtl_ros2.launching import description, node, options, program

ARGUMENTS = {
    'namespace': 'ROS namespace of the topics to record, such as /plus; of a link: for the bag',
    'topics': 'topics or patterns to record instead, separated by spaces',
    'url': 'record this OpenIGTLink server instead of ROS topics, such as tcp://10.0.0.5:18944',
    'relay': 'with url: where the client of that server connects, such as tcp://0.0.0.0:18945',
    'output': 'folder of the bag',
    'max_size': 'start a new file at this size, such as 2G',
    'max_duration': 'start a new file after so many seconds',
    'min_free': 'stop when less disk space is free, such as 5G',
    'compression': 'zstd, lz4 or none',
    'phi': 'names of patients: redact, hash, drop or pass',
    'mode': 'file mode of the bag, such as 640',
}
OPTIONS = ('output', 'max_size', 'max_duration', 'min_free', 'compression', 'phi', 'mode')


def generate_launch_description():
    return description(ARGUMENTS, _start, default='that of the program')


def _start(given):
    url, relay, namespace = given['url'], given['relay'], given['namespace']
    chosen = options(given, OPTIONS)
    if not url:
        words = ['ros', *chosen, *given['topics'].split()]
        return [node('igtl_record', namespace, arguments=words)]
    link = ['relay', relay] if relay else ['connect']
    return [program('igtl_record', *link, url, *chosen, *options(given, ['namespace']))]
