"""Wait for 3D Slicer: `ros2 launch igtl_ros2 slicer.launch.py host:=0.0.0.0`."""

from igtl_ros2.launching import HOST, PORT, description, included_bridge, shared, usual

ARGUMENTS = {
    'host': HOST,
    'port': PORT,
    **usual('/slicer', 'config/slicer.yaml'),
}


def generate_launch_description():
    return description(ARGUMENTS, _start)


def _start(given):
    mapping_file = given['mapping_file'] or shared(__file__, 'config/slicer.yaml')
    return [included_bridge(__file__, mode='server', mapping_file=mapping_file)]
