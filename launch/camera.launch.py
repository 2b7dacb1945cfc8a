"""Show a camera in 3D Slicer: `ros2 launch igtl_ros2 camera.launch.py image:=/cam/image_raw`."""

from pathlib import Path

from launch import LaunchDescription
from launch.actions import (
    DeclareLaunchArgument,
    GroupAction,
    IncludeLaunchDescription,
    OpaqueFunction,
)
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import SetRemap

HERE = Path(__file__).parent
# the topic that config/camera.yaml sends
TOPIC = 'camera/image_raw'
ARGUMENTS = {
    'image': f'topic of the pictures; empty: {TOPIC} in the namespace',
    'host': 'address to listen on, 0.0.0.0 for all; empty: as the node declares it',
    'port': 'port to listen on; empty: as the node declares it',
    'namespace': 'ROS namespace of all topics, such as /slicer; empty: none',
    'mapping_file': 'YAML file with the rules; empty: config/camera.yaml of this package',
    'params_file': 'ROS parameter file; the arguments win over it; empty: none',
}


def generate_launch_description():
    """Declare the arguments; what is not given is left to the node, which has the defaults."""
    return LaunchDescription([
        *(
            DeclareLaunchArgument(name, default_value='', description=text)
            for name, text in ARGUMENTS.items()
        ),
        OpaqueFunction(function=_start),
    ])


def _start(context):
    image, given = (
        LaunchConfiguration(name).perform(context) for name in ('image', 'mapping_file')
    )
    mapping_file = given or str(HERE.parent / 'config' / 'camera.yaml')
    bridge = IncludeLaunchDescription(
        PythonLaunchDescriptionSource(str(HERE / 'bridge.launch.py')),
        launch_arguments={'mode': 'server', 'mapping_file': mapping_file}.items(),
    )
    return [GroupAction([*([SetRemap(TOPIC, image)] if image else []), bridge])]
