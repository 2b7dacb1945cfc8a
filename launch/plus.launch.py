"""Connect to a PLUS server: `ros2 launch igtl_ros2 plus.launch.py host:=10.0.0.5`."""

from pathlib import Path

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription, OpaqueFunction
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration

HERE = Path(__file__).parent
ARGUMENTS = {
    'host': 'address of the PLUS server; empty: as the node declares it',
    'port': 'port of the PLUS server; empty: as the node declares it',
    'namespace': 'ROS namespace of all topics, such as /plus; empty: none',
    'mapping_file': 'YAML file with the rules; empty: config/plus.yaml of this package',
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
    mapping_file = given or str(HERE.parent / 'config' / 'plus.yaml')
    # What is given here reaches the included file as well
    return [
        IncludeLaunchDescription(
            PythonLaunchDescriptionSource(str(HERE / 'bridge.launch.py')),
            launch_arguments={'mode': 'client', 'mapping_file': mapping_file}.items(),
        )
    ]
