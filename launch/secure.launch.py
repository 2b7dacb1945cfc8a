"""Start a bridge over TLS: `ros2 launch igtl_ros2 secure.launch.py certs:=certs host:=0.0.0.0`."""

from pathlib import Path

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

from igtl_ros2.tools.certs import client_names

CONFIG = Path(__file__).parent.parent / 'config'
PARAMETERS = {
    'mode': 'server or client; empty: server',
    'host': 'address to listen on (server) or address of the peer (client); empty: as the node '
    'declares it',
    'port': 'port to listen on or to connect to; empty: as the node declares it',
    'mapping_file': 'YAML file with the rules; empty: everything is published',
}
ARGUMENTS = {
    'certs': 'folder with ca.pem and server.pem, server.key (or client.pem, client.key), as '
    'igtl_certs writes them',
    **PARAMETERS,
    'namespace': 'ROS namespace of all topics, such as /secure; empty: none',
    'params_file': 'ROS parameter file; the arguments win over it; empty: config/secure.yaml of '
    'this package for a server, which lets in the client of certs, none for a client',
}
REQUIRED = {'certs'}


def generate_launch_description():
    """Declare the arguments; only the certificates have to be given."""
    return LaunchDescription([
        *(
            DeclareLaunchArgument(name, description=text) if name in REQUIRED
            else DeclareLaunchArgument(name, default_value='', description=text)
            for name, text in ARGUMENTS.items()
        ),
        OpaqueFunction(function=_start),
    ])


def _start(context):
    given = {name: LaunchConfiguration(name).perform(context) for name in ARGUMENTS}
    mode = given['mode'] or 'server'
    certs = Path(given['certs']).absolute()
    values = {
        'protocol': 'tls',
        'tls.ca_file': str(certs / 'ca.pem'),
        'tls.cert_file': str(certs / f'{mode}.pem'),
        'tls.key_file': str(certs / f'{mode}.key'),
        **{name: given[name] for name in PARAMETERS if given[name]},
    }
    # The rights in it are those of a server
    usual = str(CONFIG / 'secure.yaml') if mode == 'server' else ''
    params_file = given['params_file'] or usual
    # What was made together belongs together; without a client there config/secure.yaml says it
    is_usual = mode == 'server' and not given['params_file']
    names = client_names(certs) if is_usual else []
    return [
        Node(
            package='igtl_ros2',
            executable='igtl_bridge',
            namespace=given['namespace'] or None,
            parameters=[
                *([params_file] if params_file else []),
                {
                    **{name: _value(text) for name, text in values.items()},
                    **({'tls.allowed_names': names} if names else {}),
                },
            ],
            output='screen',
        )
    ]


def _value(text):
    # Text stays text: launch would otherwise read it as YAML
    return int(text) if text.isdecimal() else ParameterValue(text, value_type=str)
