"""Show a camera in 3D Slicer: `ros2 launch igtl_ros2 camera.launch.py image:=/cam/image_raw`."""

from launch.actions import GroupAction
from launch_ros.actions import SetRemap

from igtl_ros2.launching import description, included_bridge, shared

# the topic that config/camera.yaml sends
TOPIC = 'camera/image_raw'
ARGUMENTS = {
    'image': f'topic of the pictures; empty: {TOPIC} in the namespace',
    'host': 'address to listen on, 0.0.0.0 for all; empty: as the node declares it',
    'port': 'port to listen on; empty: as the node declares it',
    'namespace': 'ROS namespace of all topics, such as /slicer; empty: none',
    'mapping_file': 'YAML file with the rules; empty: config/camera.yaml of this package',
    'params_file': 'ROS parameter file; the arguments win over it; empty: none',
    'web': 'true for a page with all that is sent, see docs/how-to/monitor.md, or the URL to '
           'look at; '
    'empty: none',
}


def generate_launch_description():
    return description(ARGUMENTS, _start)


def _start(given):
    image = given['image']
    mapping_file = given['mapping_file'] or shared(__file__, 'config/camera.yaml')
    bridge = included_bridge(__file__, mode='server', mapping_file=mapping_file)
    return [GroupAction([*([SetRemap(TOPIC, image)] if image else []), bridge])]
