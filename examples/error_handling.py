"""
Everything that can go wrong, and what your program sees of it.

All errors are `IgtlError`: `DecodeError` for bytes, `EncodeError` for values, `PeerError` for
connections, `ConfigError` for settings. A bad message of a peer is not an error of yours: it is
counted, logged and skipped, and the connection goes on.
"""

import argparse
import socket
import sys

import numpy as np

from igtl_ros2 import codec, connect, serve
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import String
from igtl_ros2.errors import CrcError, IgtlError, PeerTimeoutError
from igtl_ros2.server import Server


def show(what: str, error: IgtlError) -> None:
    """Print an error and its kind."""
    print(f'{what}: {type(error).__name__}: {error}')


def values_and_bytes() -> None:
    """Show errors without a network."""
    try:
        Transform(np.eye(3), device_name='Tool')  # it takes 4 x 4
    except IgtlError as error:
        show('wrong value', error)
    spoiled = bytearray(codec.encode(String('hello', device_name='Note')))
    spoiled[-1] ^= 1  # one bit, as a bad cable would
    try:
        codec.decode(bytes(spoiled))
    except CrcError as error:
        show('bad CRC', error)
        print(f'  the stream can go on behind it: {error.in_step}')


def bad_peer(server: Server, seconds: float) -> None:
    """Send a spoiled message between two good ones, from a plain socket."""
    good = codec.encode(String('good', device_name='Note'))
    spoiled = good[:-1] + bytes([good[-1] ^ 1])
    with socket.create_connection((server.address.host, server.address.port)) as plain:
        plain.sendall(good + spoiled + good)
        peer, _ = server.receive(seconds)
        server.receive(seconds)  # the one behind the spoiled one
        print(f'bad peer: {peer.received["STRING"]} received, errors: {dict(peer.errors)}')


def connections(server: Server, seconds: float) -> None:
    """Show errors of links."""
    try:
        serve(str(server.address))  # the port is taken
    except IgtlError as error:
        show('port taken', error)
    with connect(str(server.address), reconnect=False) as peer:
        try:
            peer.receive(timeout_s=0.1)
        except PeerTimeoutError as error:  # a TimeoutError as well; the link goes on
            show('nothing in time', error)
        server.close()
        try:
            peer.receive(timeout_s=seconds)
        except IgtlError as error:  # not a PeerTimeoutError: nothing will come any more
            show('server gone', error)
    try:
        connect(str(server.address), timeout_s=seconds, reconnect=False)
    except IgtlError as error:
        show('refused', error)


def settings() -> None:
    """Show what a wrong setting says: it is found before anything is opened."""
    for url, options in (
        ('tcp//127.0.0.1', {}),
        ('tcp://127.0.0.1:18944', {'max_body_bytes': -1}),
        ('tcp://127.0.0.1:18944', {'recconnect': True}),
        ('udp://127.0.0.1:18944', {'reconnect': True}),
        ('tcp://127.0.0.1:18944', {'tls_ca_file': 'ca.pem'}),
    ):
        try:
            connect(url, **options)
        except IgtlError as error:
            show('wrong setting', error)


def main() -> None:
    """Go through all of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('--url', default='tcp://127.0.0.1:0', help='where; port 0: any free one')
    parser.add_argument('--seconds', type=float, default=5.0, help='the longest to wait')
    args = parser.parse_args()

    values_and_bytes()
    with serve(args.url) as server:
        bad_peer(server, args.seconds)
        connections(server, args.seconds)
    settings()


if __name__ == '__main__':
    try:
        main()
    except KeyboardInterrupt:
        pass
    except IgtlError as error:
        sys.exit(f'{type(error).__name__}: {error}')
