"""
Encrypted and checked both ways: `serve` and `connect`, with certificates of `igtl_certs`.

The client accepts a server that its authority signed for that host name, the server a client that
has a certificate of the same authority with an allowed name (mutual TLS).
"""

import argparse
import logging
import sys
from pathlib import Path

from igtl_ros2 import connect, serve
from igtl_ros2.codec.messages.text import Status, String
from igtl_ros2.errors import IgtlError


def main() -> None:
    """Serve or connect."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('what', choices=('serve', 'connect'))
    parser.add_argument('--url', default='tls://127.0.0.1:18944', help='server')
    parser.add_argument('--seconds', type=float, default=0.0, help='end then; 0: at Ctrl-C')
    parser.add_argument('--certs', type=Path, default=Path('certs'), help='folder of the files')
    args = parser.parse_args()
    # Who was refused, and why, is in the log
    logging.basicConfig(format='{levelname}: {message}', style='{')

    if args.what == 'serve':
        with serve(
            args.url,
            tls_cert_file=str(args.certs / 'server.pem'),  # who we are ...
            tls_key_file=str(args.certs / 'server.key'),
            tls_ca_file=str(args.certs / 'ca.pem'),  # ... and who signs those that may come:
            tls_allowed_names=['igtl-client'],  # they need such a certificate, with this name
        ) as server:
            print(f'listening on {server.address}')
            for peer, message in server.messages(args.seconds or None):
                print(f'{peer.name} ({peer.address}) sent {message.type_name}: {message.text!r}')
                peer.send(Status(message=f'welcome, {peer.name}'))
        return

    with connect(
        args.url,
        tls_ca_file=str(args.certs / 'ca.pem'),  # default: the authorities of the system
        tls_cert_file=str(args.certs / 'client.pem'),
        tls_key_file=str(args.certs / 'client.key'),
        # tls_insecure=True would take any server for the right one: for tests on a bench only
        reconnect=False,
    ) as peer:
        peer.send(String('hello over TLS', device_name='Note'))
        print(f'the server says: {peer.receive(timeout_s=args.seconds or 5.0).message!r}')


if __name__ == '__main__':
    try:
        main()
    except KeyboardInterrupt:
        pass
    except IgtlError as error:
        sys.exit(f'{type(error).__name__}: {error}')
