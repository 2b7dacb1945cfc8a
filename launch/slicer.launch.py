"""Wait for 3D Slicer: `ros2 launch igtl_ros2 slicer.launch.py host:=0.0.0.0`."""

from pathlib import Path

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription, OpaqueFunction
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration

HERE = Path(__file__).parent
ARGUMENTS = {
    'host': 'address to listen on, 0.0.0.0 for all; empty: as the node declares it',
    'port': 'port to listen on; empty: as the node declares it',
    'namespace': 'ROS namespace of all topics, such as /slicer; empty: none',
    'mapping_file': 'YAML file with the rules; empty: config/slicer.yaml of this package',
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
    given = LaunchConfiguration('mapping_file').perform(context)
    mapping_file = given or str(HERE.parent / 'config' / 'slicer.yaml')
    # What is given here reaches the included file as well
    return [
        IncludeLaunchDescription(
            PythonLaunchDescriptionSource(str(HERE / 'bridge.launch.py')),
            launch_arguments={'mode': 'server', 'mapping_file': mapping_file}.items(),
        )
    ]
