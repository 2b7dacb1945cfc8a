"""Start several links in one node: `ros2 launch igtl_ros2 links.launch.py`."""

from igtl_ros2.launching import description, included_bridge, shared

ARGUMENTS = {
    'namespace': 'ROS namespace of all topics, such as /or1; empty: none',
    'mapping_file': 'YAML file with the rules; empty: config/links.yaml of this package',
    'params_file': 'ROS parameter file; the arguments win over it; empty: none',
    'web': 'true for a page with all that is sent, see docs/how-to/monitor.md, or the URL to '
           'look at; '
    'empty: none',
}


def generate_launch_description():
    return description(ARGUMENTS, _start)


def _start(given):
    # Where each link goes is said in the mapping file
    mapping_file = given['mapping_file'] or shared(__file__, 'config/links.yaml')
    return [included_bridge(__file__, mapping_file=mapping_file)]
