"""Connect to a PLUS server: `ros2 launch igtl_ros2 plus.launch.py host:=10.0.0.5`."""

from igtl_ros2.launching import description, included_bridge, shared

ARGUMENTS = {
    'host': 'address of the PLUS server; empty: as the node declares it',
    'port': 'port of the PLUS server; empty: as the node declares it',
    'namespace': 'ROS namespace of all topics, such as /plus; empty: none',
    'mapping_file': 'YAML file with the rules; empty: config/plus.yaml of this package',
    'params_file': 'ROS parameter file; the arguments win over it; empty: none',
    'web': 'true for a page with all that is sent, see docs/how-to/monitor.md, or the URL to '
           'look at; '
    'empty: none',
}


def generate_launch_description():
    return description(ARGUMENTS, _start)


def _start(given):
    mapping_file = given['mapping_file'] or shared(__file__, 'config/plus.yaml')
    return [included_bridge(__file__, mode='client', mapping_file=mapping_file)]
