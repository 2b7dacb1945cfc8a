"""
A session of several devices and viewers: who is there, what they say, what late joiners get first.

Every message of one peer goes to all the others. Start it, then client.py and
dynamic_receiver.py in several terminals.
"""

import argparse
import sys
import time
from collections import Counter

from igtl_ros2 import serve
from igtl_ros2.codec.messages.query import Query
from igtl_ros2.codec.messages.text import String
from igtl_ros2.errors import IgtlError, PeerTimeoutError
from igtl_ros2.peers import Peer
from igtl_ros2.server import Server


def told(peer: Peer, is_there: bool) -> None:
    """Print who comes and goes; called in the network thread."""
    print(f'{peer.address} {"joined" if is_there else "left"}')


def table(server: Server, devices: dict[str, Counter[str]]) -> str:
    """Write who is there, a line each."""
    lines = [f'{len(server.peers)} peers']
    for peer in server.peers:
        names = ', '.join(f'{name} ({n})' for name, n in devices.get(peer.address, {}).items())
        dropped = sum(peer.mailbox.dropped.values())  # it reads more slowly than we send
        lines.append(
            f'  {peer.address} header v{peer.version}, {peer.received.total()} received, '
            f'{peer.sent.total()} sent, {dropped} dropped: {names or "says nothing"}'
        )
    return '\n'.join(lines)


def main() -> None:
    """Relay until the time is over."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('--url', default='tcp://127.0.0.1:18944', help='where to listen')
    parser.add_argument('--seconds', type=float, default=0.0, help='end then; 0: at Ctrl-C')
    parser.add_argument('--max-clients', type=int, default=16, help='more are told BUSY')
    args = parser.parse_args()

    devices: dict[str, Counter[str]] = {}
    start = shown = time.monotonic()
    # allow=['127.0.0.0/8', '10.0.0.0/24'] would let in only those networks
    with serve(args.url, on_peer=told, max_clients=args.max_clients) as server:
        print(f'listening on {server.address}')
        server.send(String('case 42, left knee', device_name='Session'))
        while not args.seconds or time.monotonic() - start < args.seconds:
            try:
                peer, message = server.receive(timeout_s=0.1)
            except PeerTimeoutError:
                pass  # nothing arrived: time for the table
            else:
                devices.setdefault(peer.address, Counter())[message.device_name] += 1
                if not isinstance(message, Query):  # asked of us, not of the others
                    # It is held as well: who joins later gets the last value of each device
                    server.send(message, exclude=[peer])
            if time.monotonic() - shown >= 1.0:
                shown = time.monotonic()
                print(table(server, devices))


if __name__ == '__main__':
    try:
        main()
    except KeyboardInterrupt:
        pass
    except IgtlError as error:
        sys.exit(f'{type(error).__name__}: {error}')
