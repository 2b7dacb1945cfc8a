"""`igtl certs`: what `igtl_certs` does."""

from __future__ import annotations

import argparse
from pathlib import Path

from ...config.numbers import whole

READS_MESSAGES = False
HELP = 'test certificates for TLS'
EXAMPLE = 'igtl certs certs --name scanner.local'
DESCRIPTION = (
    'Certificates to try TLS with: an authority (ca.pem), a server (server.pem, server.key) and a '
    'client (client.pem, client.key). The key of the authority is thrown away, so that nobody can '
    'sign more with it. For patients, have them made by those who keep the network.'
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        'directory', nargs='?', type=Path, default=Path('certs'),
        help='output folder; default: certs')
    parser.add_argument(
        '--name', action='append', default=[], metavar='HOST',
        help='host name or address of the server, besides localhost, 127.0.0.1 and ::1; may be '
        'repeated')
    parser.add_argument(
        '--client', default='igtl-client', metavar='NAME',
        help='name of the client, for tls.allowed_names; default: igtl-client')
    parser.add_argument(
        '--days', type=whole(1, 36_500), default=365, help='days of validity; default: 365')
    parser.add_argument('--force', action='store_true', help='overwrite existing files')


def run(arguments: argparse.Namespace) -> int:
    from ..certs import run

    return run(arguments)
