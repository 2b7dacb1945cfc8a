"""Start a bridge over TLS: `ros2 launch igtl_ros2 secure.launch.py certs:=certs host:=0.0.0.0`."""

from pathlib import Path

from igtl_ros2.launching import bridge, description, shared
from igtl_ros2.tools.certs import client_names

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


def generate_launch_description():
    return description(ARGUMENTS, _start, required={'certs'})


def _start(given):
    mode = given['mode'] or 'server'
    certs = Path(given['certs']).absolute()
    # The rights in config/secure.yaml are those of a server
    is_usual = mode == 'server' and not given['params_file']
    values = {
        'protocol': 'tls',
        'tls.ca_file': str(certs / 'ca.pem'),
        'tls.cert_file': str(certs / f'{mode}.pem'),
        'tls.key_file': str(certs / f'{mode}.key'),
        **{name: given[name] for name in PARAMETERS},
        # What was made together belongs together; without a client there the file says it
        'tls.allowed_names': client_names(certs) if is_usual else [],
    }
    params_file = shared(__file__, 'config/secure.yaml') if is_usual else given['params_file']
    return [bridge(values, given['namespace'], params_file)]
