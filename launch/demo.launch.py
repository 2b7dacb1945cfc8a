"""Start a simulated device, a bridge to it and a robot: `ros2 launch igtl_ros2 demo.launch.py`."""

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, ExecuteProcess, OpaqueFunction, Shutdown
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import ExecutableInPackage, FindPackageShare

PACKAGE = 'igtl_ros2'
ARGUMENTS = {
    'port': 'TCP port between device and bridge',
    'namespace': 'ROS namespace of all topics, such as /us',
}


def generate_launch_description():
    """Declare the arguments; what is not given is left to the programs, which have defaults."""
    return LaunchDescription([
        *(
            DeclareLaunchArgument(
                name, default_value='', description=f'{text}; empty: as the programs declare it'
            )
            for name, text in ARGUMENTS.items()
        ),
        OpaqueFunction(function=_start),
    ])


def _start(context):
    port, namespace = (LaunchConfiguration(name).perform(context) for name in ARGUMENTS)
    mapping_file = PathJoinSubstitution([FindPackageShare(PACKAGE), 'config', 'demo.yaml'])
    return [
        # Not a ROS node: it must not get ROS arguments
        ExecuteProcess(
            cmd=[
                ExecutableInPackage(executable='igtl_sim', package=PACKAGE),
                *(['--port', port] if port else []),
            ],
            output='screen',
            on_exit=Shutdown(reason='the simulated device ended'),
        ),
        Node(
            package=PACKAGE,
            executable='igtl_bridge',
            namespace=namespace or None,
            parameters=[{
                'mode': 'client',
                'mapping_file': ParameterValue(mapping_file, value_type=str),
                **({'port': int(port)} if port else {}),
            }],
            output='screen',
        ),
        Node(
            package=PACKAGE,
            executable='igtl_demo_robot',
            namespace=namespace or None,
            output='screen',
        ),
    ]
