"""
What the library has to say: logging with Python's own module, set up by you.

The library logs and never prints, nor does it set up handlers: connections at INFO, what went
wrong at WARNING, at a limited rate. (The name of this file: `logging` is Python's.)
"""

import argparse
import logging
import sys

from igtl_ros2 import connect, serve
from igtl_ros2.codec.messages.text import String
from igtl_ros2.errors import IgtlError

log = logging.getLogger('example')


def main() -> None:
    """Let a client come and go, and one be refused, at the level asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('--url', default='tcp://127.0.0.1:0', help='where; port 0: any free one')
    parser.add_argument('--seconds', type=float, default=5.0, help='the longest to wait')
    parser.add_argument('--level', default='INFO', choices=('DEBUG', 'INFO', 'WARNING', 'ERROR'))
    args = parser.parse_args()

    logging.basicConfig(
        stream=sys.stdout, level=args.level,
        format='{asctime} {levelname:<7} {name}: {message}', style='{',
    )
    # Part by part: loggers are named as modules are, 'igtl_ros2' stands for all of them
    logging.getLogger('asyncio').setLevel(logging.WARNING)

    with serve(args.url, max_clients=1) as server:
        with connect(str(server.address), reconnect=False) as peer:
            peer.send(String('hello', device_name='Note'))
            client, message = server.receive(args.seconds)
            log.info('received %s %r of %s', message.type_name, message.text, client.address)
            # A second one is one too many: it gets a STATUS that says so
            with connect(str(server.address), reconnect=False) as refused:
                status = refused.receive(args.seconds)
                log.warning('refused: %s: %s', status.code_name, status.message)
            # Numbers for a dashboard need no log: each peer has counters
            log.info('counters of %s: received %s, errors %s',
                     client.address, dict(client.received), dict(client.errors))


if __name__ == '__main__':
    try:
        main()
    except KeyboardInterrupt:
        pass
    except IgtlError as error:
        sys.exit(f'{type(error).__name__}: {error}')
