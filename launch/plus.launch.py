"""Connect to a PLUS server: `ros2 launch igtl_ros2 plus.launch.py host:=10.0.0.5`."""

from igtl_ros2.launching import description, included_bridge, shared, usual

ARGUMENTS = {
    'host': 'address of the PLUS server',
    'port': 'port of the PLUS server',
    **usual('/plus', 'config/plus.yaml'),
}


def generate_launch_description():
    return description(ARGUMENTS, _start)


def _start(given):
    mapping_file = given['mapping_file'] or shared(__file__, 'config/plus.yaml')
    return [included_bridge(__file__, mode='client', mapping_file=mapping_file)]
