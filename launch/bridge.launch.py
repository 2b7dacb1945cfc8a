"""Start a bridge: `ros2 launch igtl_ros2 bridge.launch.py mode:=client host:=10.0.0.5`."""

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

PARAMETERS = {
    'mode': 'server or client',
    'url': 'protocol, host and port in one, such as tcp://10.0.0.5:18944, tls://... or udp://...',
    'protocol': 'tcp, tls or udp',
    'host': 'address to listen on (server) or address of the peer (client)',
    'port': 'port to listen on or to connect to',
    'mapping_file': 'YAML file that says what becomes of each device, or that has several links',
    'autostart': 'true, or false for those who lead the node through its states themselves',
}
ARGUMENTS = {
    **PARAMETERS,
    'namespace': 'ROS namespace of all topics, such as /slicer',
    'params_file': 'ROS parameter file; the arguments win over it',
}


def generate_launch_description():
    """Declare the arguments; what is not given is left to the node, which has the defaults."""
    return LaunchDescription([
        *(
            DeclareLaunchArgument(
                name, default_value='', description=f'{text}; empty: as the node declares it'
            )
            for name, text in ARGUMENTS.items()
        ),
        OpaqueFunction(function=_start),
    ])


def _start(context):
    given = {name: LaunchConfiguration(name).perform(context) for name in ARGUMENTS}
    parameters = [given['params_file']] if given['params_file'] else []
    values = {name: _value(given[name]) for name in PARAMETERS if given[name]}
    if values:
        parameters.append(values)
    return [
        Node(
            package='igtl_ros2',
            executable='igtl_bridge',
            namespace=given['namespace'] or None,
            parameters=parameters,
            output='screen',
        )
    ]


def _value(text):
    if text in ('true', 'false'):
        return text == 'true'
    # Text stays text: launch would otherwise read it as YAML
    return int(text) if text.isdecimal() else ParameterValue(text, value_type=str)
