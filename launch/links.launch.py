"""Start several links in one node: `ros2 launch igtl_ros2 links.launch.py`."""

from pathlib import Path

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription, OpaqueFunction
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration

HERE = Path(__file__).parent
ARGUMENTS = {
    'namespace': 'ROS namespace of all topics, such as /or1; empty: none',
    'mapping_file': 'YAML file with the rules; empty: config/links.yaml of this package',
    'params_file': 'ROS parameter file; the arguments win over it; empty: none',
}


def generate_launch_description():
    """Declare the arguments; where each link goes is said in the mapping file."""
    return LaunchDescription([
        *(
            DeclareLaunchArgument(name, default_value='', description=text)
            for name, text in ARGUMENTS.items()
        ),
        OpaqueFunction(function=_start),
    ])


def _start(context):
    given = LaunchConfiguration('mapping_file').perform(context)
    mapping_file = given or str(HERE.parent / 'config' / 'links.yaml')
    # What is given here reaches the included file as well
    return [
        IncludeLaunchDescription(
            PythonLaunchDescriptionSource(str(HERE / 'bridge.launch.py')),
            launch_arguments={'mapping_file': mapping_file}.items(),
        )
    ]
