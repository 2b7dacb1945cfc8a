"""Start a bridge: `ros2 launch igtl_ros2 bridge.launch.py mode:=client host:=10.0.0.5`."""

from igtl_ros2.launching import bridge, description, monitor

PARAMETERS = {
    'mode': 'server or client',
    'url': 'protocol, host and port in one, such as tcp://10.0.0.5:18944, tls://... or udp://...',
    'protocol': 'tcp, tls or udp',
    'host': 'address to listen on (server) or address of the peer (client)',
    'port': 'port to listen on or to connect to',
    'mapping_file': 'YAML file that says what becomes of each device, or that has several links',
    'autostart': 'true, or false for those who lead the node through its states themselves',
}
ARGUMENTS = {
    **PARAMETERS,
    'namespace': 'ROS namespace of all topics, such as /slicer',
    'params_file': 'ROS parameter file; the arguments win over it',
    'web': 'true for a page with all that is sent, see docs/how-to/monitor.md, or the URL to '
           'look at; '
    'empty: none',
}


def generate_launch_description():
    return description(ARGUMENTS, _start, empty='as the node declares it')


def _start(given):
    values = {name: given[name] for name in PARAMETERS}
    return [bridge(values, given['namespace'], given['params_file']), *monitor(given)]
