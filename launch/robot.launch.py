"""Show a robot in 3D Slicer: `ros2 launch igtl_ros2 robot.launch.py host:=0.0.0.0`."""

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import FindPackageShare

PARAMETERS = {
    'host': 'address to listen on; empty: as the node declares it',
    'port': 'port to listen on; empty: as the node declares it',
}
ARGUMENTS = {
    **PARAMETERS,
    'namespace': 'ROS namespace of what Slicer sends, such as /slicer; empty: none',
    'mapping_file': 'YAML file with the rules; empty: config/robot.yaml of this package',
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
    given = {name: LaunchConfiguration(name).perform(context) for name in ARGUMENTS}
    mapping_file = given['mapping_file'] or PathJoinSubstitution(
        [FindPackageShare('igtl_ros2'), 'config', 'robot.yaml']
    )
    # Text stays text: launch would otherwise read it as YAML
    parameters = {
        'mode': 'server',
        'mapping_file': ParameterValue(mapping_file, value_type=str),
    }
    if given['host']:
        parameters['host'] = ParameterValue(given['host'], value_type=str)
    if given['port']:
        parameters['port'] = int(given['port'])
    return [
        Node(
            package='igtl_ros2',
            executable='igtl_bridge',
            namespace=given['namespace'] or None,
            parameters=[parameters],
            output='screen',
        )
    ]
