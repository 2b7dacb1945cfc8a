"""Show a camera in 3D Slicer: `ros2 launch igtl_ros2 camera.launch.py image:=/cam/image_raw`."""

from launch.actions import GroupAction
from launch_ros.actions import SetRemap

from igtl_ros2.launching import HOST, PORT, description, included_bridge, shared, usual

# the topic that config/camera.yaml sends
TOPIC = 'camera/image_raw'
ARGUMENTS = {
    'image': f'topic of the images; default: {TOPIC} in the namespace',
    'host': HOST,
    'port': PORT,
    **usual('/slicer', 'config/camera.yaml'),
}


def generate_launch_description():
    return description(ARGUMENTS, _start)


def _start(given):
    image = given['image']
    mapping_file = given['mapping_file'] or shared(__file__, 'config/camera.yaml')
    bridge = included_bridge(__file__, mode='server', mapping_file=mapping_file)
    return [GroupAction([*([SetRemap(TOPIC, image)] if image else []), bridge])]
