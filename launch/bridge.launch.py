"""Start a bridge: `ros2 launch igtl_ros2 bridge.launch.py mode:=client host:=10.0.0.5`."""

from igtl_ros2.launching import bridge, description, monitor, usual

PARAMETERS = {
    'mode': 'server or client',
    'url': 'protocol (tcp, tls, udp), host and port together, such as tcp://10.0.0.5:18944',
    'protocol': 'tcp, tls or udp',
    'host': 'address to listen on (server) or address of the peer (client)',
    'port': 'port to listen on or to connect to',
    'autostart': 'false: start unconfigured, as other lifecycle nodes',
}
ARGUMENTS = {**PARAMETERS, **usual('/slicer')}


def generate_launch_description():
    return description(ARGUMENTS, _start)


def _start(given):
    values = {name: given[name] for name in (*PARAMETERS, 'mapping_file')}
    return [bridge(values, given['namespace'], given['params_file']), *monitor(given)]
