"""Show a robot in 3D Slicer: `ros2 launch igtl_ros2 robot.launch.py host:=0.0.0.0`."""

from igtl_ros2.launching import bridge, description, monitor, shared

PARAMETERS = {
    'host': 'address to listen on; empty: as the node declares it',
    'port': 'port to listen on; empty: as the node declares it',
}
ARGUMENTS = {
    **PARAMETERS,
    'namespace': 'ROS namespace of what Slicer sends, such as /slicer; empty: none',
    'mapping_file': 'YAML file with the rules; empty: config/robot.yaml of this package',
    'web': 'true for a page with all that is sent, see docs/how-to/monitor.md, or the URL to '
           'look at; '
    'empty: none',
}


def generate_launch_description():
    return description(ARGUMENTS, _start)


def _start(given):
    values = {
        'mode': 'server',
        'mapping_file': given['mapping_file'] or shared(__file__, 'config/robot.yaml'),
        **{name: given[name] for name in PARAMETERS},
    }
    return [bridge(values, given['namespace']), *monitor(given)]
