"""`igtl_certs`: test certificates for TLS, from an authority made for the occasion."""

from __future__ import annotations

import argparse
import contextlib
import datetime
import os
import ssl
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from ..transport.tls import peer_names
from .program import run_tool, say

_SERVER_NAMES = ('localhost', '127.0.0.1', '::1')


def make(names: Sequence[str], client_name: str, days: int) -> dict[str, bytes]:
    """
    Make an authority, and what it signs: files by name.

    :param names: host names and addresses of the server, besides those of this machine.
    :param client_name: in the certificate of the client.
    :param days: how long both are valid.
    :raises ImportError: the package trustme is missing.
    :raises ValueError: a name cannot stand in a certificate.
    """
    import trustme

    until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
    authority = trustme.CA(organization_name='igtl_ros2', organization_unit_name='test authority')
    files = {'ca.pem': authority.cert_pem.bytes()}
    for whose, known_as in (('server', [*_SERVER_NAMES, *names]), ('client', [client_name])):
        made = authority.issue_cert(
            *dict.fromkeys(known_as), common_name=known_as[-1], not_after=until,
            organization_name='igtl_ros2', organization_unit_name=f'test {whose}')
        files[f'{whose}.pem'] = b''.join(blob.bytes() for blob in made.cert_chain_pems)
        files[f'{whose}.key'] = made.private_key_pem.bytes()
    return files


def client_names(directory: Path) -> list[str]:
    """
    Tell what the client in a directory is called, for `tls.allowed_names`.

    :returns: none if there is no client whose certificate the authority there has signed.
    """
    paths = {name: directory / name for name in
             ('ca.pem', 'server.pem', 'server.key', 'client.pem', 'client.key')}
    if not all(path.is_file() for path in paths.values()):
        return []
    try:
        here = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=paths['ca.pem'])
        here.load_cert_chain(paths['server.pem'], paths['server.key'])
        here.verify_mode = ssl.CERT_REQUIRED
        there = ssl.create_default_context(cafile=paths['ca.pem'])
        there.load_cert_chain(paths['client.pem'], paths['client.key'])
        there.check_hostname = False
        up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = there.wrap_bio(down, up)
        server = here.wrap_bio(up, down, server_side=True)
        # nothing else in Python reads a certificate but a handshake
        for side in (client, server, client, server):
            with contextlib.suppress(ssl.SSLWantReadError):
                side.do_handshake()
        return peer_names(server)[:1]
    except (OSError, ValueError):  # also those of SSL: the node says what is wrong with them
        return []


def write(directory: Path, files: dict[str, bytes], *, force: bool) -> None:
    """
    Write files, keys for the owner alone.

    :raises FileExistsError: one is there, and `force` is not set; then none is written.
    """
    directory.mkdir(parents=True, exist_ok=True)
    for name in files:
        if os.path.lexists(directory / name) and not force:
            raise FileExistsError(f'{directory / name} is there already; --force replaces it')
    for name, data in files.items():
        (directory / name).unlink(missing_ok=True)
        mode = 0o600 if name.endswith('.key') else 0o644
        # new, so that it is never readable for others and leads nowhere else
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, 'O_BINARY', 0)
        with os.fdopen(os.open(directory / name, flags, mode), 'wb') as file:
            file.write(data)


def run(arguments: argparse.Namespace) -> int:
    """Make and write the certificates, tell how they are used, and give the exit code."""
    directory: Path = arguments.directory
    try:
        files = make(arguments.name, arguments.client, arguments.days)
        write(directory, files, force=arguments.force)
    except ImportError as error:
        say(f'it needs the package trustme: pip install trustme ({error})')
        return 1
    except (OSError, ValueError) as error:
        say(str(error))
        return 1
    where = directory.absolute()
    print(f'server: tls.cert_file:={where}/server.pem tls.key_file:={where}/server.key '
          f'tls.ca_file:={where}/ca.pem')
    print(f'        tls.allowed_names:=[{arguments.client}]')
    print(f'client: tls.cert_file:={where}/client.pem tls.key_file:={where}/client.key '
          f'tls.ca_file:={where}/ca.pem')
    return 0


#: gives the exit code
main = partial(run_tool, 'certs')

if __name__ == '__main__':
    sys.exit(main())
