"""
Record a link, or bridges: `ros2 launch igtl_ros2 record.launch.py url:=tcp://10.0.0.5:18944`.

What is recorded of a link, replay.launch.py sends to OpenIGTLink again; of topics, to ROS again,
and to OpenIGTLink the frames in it, if a mapping has `raw: true`.
"""

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, ExecuteProcess, OpaqueFunction
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.substitutions import ExecutableInPackage

PACKAGE = 'igtl_ros2'
ARGUMENTS = {
    'namespace': 'ROS namespace of the topics to record, such as /plus; of a link: for the bag',
    'topics': 'topics or patterns to record instead, with spaces between them',
    'url': 'record this OpenIGTLink server instead of ROS topics, such as tcp://10.0.0.5:18944',
    'relay': 'with url: where the client of that server connects, such as tcp://0.0.0.0:18945',
    'output': 'folder of the bag',
    'max_size': 'begin a new file when one has that size, such as 2G',
    'max_duration': 'begin a new file when one holds so many seconds',
    'min_free': 'stop when less is free on the disk, such as 5G',
    'compression': 'zstd, lz4 or none',
    'phi': 'what becomes of names of patients: redact, hash, drop or pass',
    'mode': 'who may read the bag, as chmod has it, such as 640',
}
OPTIONS = ('output', 'max_size', 'max_duration', 'min_free', 'compression', 'phi', 'mode')


def generate_launch_description():
    """Declare the arguments; what is not given is left to the program, which has the defaults."""
    return LaunchDescription([
        *(
            DeclareLaunchArgument(
                name, default_value='', description=f'{text}; empty: as the program has it'
            )
            for name, text in ARGUMENTS.items()
        ),
        OpaqueFunction(function=_start),
    ])


def _start(context):
    given = {name: LaunchConfiguration(name).perform(context) for name in ARGUMENTS}
    options = [
        word
        for name in OPTIONS if given[name]
        for word in (f'--{name.replace("_", "-")}', given[name])
    ]
    if not given['url']:
        return [
            Node(
                package=PACKAGE,
                executable='igtl_record',
                namespace=given['namespace'] or None,
                arguments=['ros', *options, *given['topics'].split()],
                output='screen',
            )
        ]
    link = ['relay', given['relay']] if given['relay'] else ['connect']
    if given['namespace']:
        options += ['--namespace', given['namespace']]
    # Not a ROS node: it must not get ROS arguments
    return [
        ExecuteProcess(
            cmd=[
                ExecutableInPackage(executable='igtl_record', package=PACKAGE),
                *link, given['url'], *options,
            ],
            output='screen',
        )
    ]
