"""
Stay connected: a client that survives restarts of its server and cuts of the network.

Start it, then start, stop and start `igtl_sim` as you like.
"""

import argparse
import sys
import time

from igtl_ros2.client import Client
from igtl_ros2.codec.messages.text import Status
from igtl_ros2.config import Settings
from igtl_ros2.errors import IgtlError
from igtl_ros2.peers import Peer


def told(peer: Peer, is_there: bool) -> None:
    """Print when the connection comes and goes; called in the network thread."""
    print(f'{peer.address} {"connected" if is_there else "lost"}')


def main() -> None:
    """Count what arrives, whatever happens to the server."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('--url', default='tcp://127.0.0.1:18944', help='server to connect to')
    parser.add_argument('--seconds', type=float, default=0.0, help='end then; 0: at Ctrl-C')
    parser.add_argument('--attempts', type=int, default=0, help='give up then; 0: never')
    args = parser.parse_args()

    settings = Settings(
        mode='client',
        url=args.url,
        reconnect_delay=0.1,  # s before the first new attempt ...
        reconnect_factor=1.5,  # ... each pause longer than the one before ...
        reconnect_max_delay=2.0,  # ... up to this,
        reconnect_jitter=0.25,  # a part of it random: not all clients come back at once
        reconnect_attempts=args.attempts,
    )
    # Made directly, a client connects in the background; `connect` waits for the first connection
    with Client(settings, on_peer=told) as peer:
        # Held: every server that we reach gets it first, the one after a restart as well
        peer.send(Status(message='reconnect.py is here', device_name='Viewer'))
        count, since = 0, time.monotonic()
        # The loop goes on over all losses; it raises PeerError if the client gives up
        for _ in peer.messages(args.seconds or None):
            count += 1
            if time.monotonic() - since >= 1.0:
                print(f'{count} messages, connected again {peer.reconnects} times')
                since = time.monotonic()
        print(f'end: {count} messages, connected again {peer.reconnects} times, {peer.state}')


if __name__ == '__main__':
    try:
        main()
    except KeyboardInterrupt:
        pass
    except IgtlError as error:
        sys.exit(f'{type(error).__name__}: {error}')
