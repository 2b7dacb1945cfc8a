"""Start a bridge over TLS: `ros2 launch igtl_ros2 secure.launch.py certs:=certs host:=0.0.0.0`."""

from pathlib import Path

from igtl_ros2.launching import bridge, description, shared, usual
from igtl_ros2.tools.certs import client_names

PARAMETERS = {
    'mode': 'server or client; default: server',
    'host': 'address to listen on (server) or address of the peer (client)',
    'port': 'port to listen on or to connect to',
    'mapping_file': usual('/secure')['mapping_file'],
}
ARGUMENTS = {
    'certs': 'folder with ca.pem and server.pem, server.key (or client.pem, client.key), as '
    'igtl_certs writes them',
    **PARAMETERS,
    'namespace': usual('/secure')['namespace'],
    'params_file': 'ROS parameter file; launch arguments override it; default: for a server '
    'config/secure.yaml of this package, which accepts the client of certs; for a client none',
}


def generate_launch_description():
    return description(ARGUMENTS, _start, required={'certs'})


def _start(given):
    mode = given['mode'] or 'server'
    certs = Path(given['certs']).absolute()
    # What config/secure.yaml allows is for a server
    is_usual = mode == 'server' and not given['params_file']
    values = {
        'protocol': 'tls',
        'tls.ca_file': str(certs / 'ca.pem'),
        'tls.cert_file': str(certs / f'{mode}.pem'),
        'tls.key_file': str(certs / f'{mode}.key'),
        **{name: given[name] for name in PARAMETERS},
        # Accept the client whose certificate is in certs; without one the file says whom
        'tls.allowed_names': client_names(certs) if is_usual else [],
    }
    params_file = shared(__file__, 'config/secure.yaml') if is_usual else given['params_file']
    return [bridge(values, given['namespace'], params_file)]
