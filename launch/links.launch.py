"""Start several links in one node: `ros2 launch igtl_ros2 links.launch.py`."""

from igtl_ros2.launching import description, included_bridge, shared, usual

ARGUMENTS = usual('/or1', 'config/links.yaml')


def generate_launch_description():
    return description(ARGUMENTS, _start)


def _start(given):
    # The address of each link is in the mapping file
    mapping_file = given['mapping_file'] or shared(__file__, 'config/links.yaml')
    return [included_bridge(__file__, mapping_file=mapping_file)]
