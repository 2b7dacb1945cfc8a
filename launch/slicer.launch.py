"""Wait for 3D Slicer: `ros2 launch igtl_ros2 slicer.launch.py host:=0.0.0.0`."""

from igtl_ros2.launching import description, included_bridge, shared

ARGUMENTS = {
    'host': 'address to listen on, 0.0.0.0 for all; empty: as the node declares it',
    'port': 'port to listen on; empty: as the node declares it',
    'namespace': 'ROS namespace of all topics, such as /slicer; empty: none',
    'mapping_file': 'YAML file with the rules; empty: config/slicer.yaml of this package',
    'params_file': 'ROS parameter file; the arguments win over it; empty: none',
    'web': 'true for a page with all that is sent, see docs/how-to/monitor.md, or the URL to '
           'look at; '
    'empty: none',
}


def generate_launch_description():
    return description(ARGUMENTS, _start)


def _start(given):
    mapping_file = given['mapping_file'] or shared(__file__, 'config/slicer.yaml')
    return [included_bridge(__file__, mode='server', mapping_file=mapping_file)]
