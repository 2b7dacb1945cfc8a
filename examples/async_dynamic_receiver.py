"""
Print whatever a server sends, with asyncio.

The same as dynamic_receiver.py, next to other work in one event loop: here a clock that says
every second how much has arrived so far.
"""

import argparse
import asyncio
import sys

from dynamic_receiver import Report

from igtl_ros2 import aio
from igtl_ros2.errors import IgtlError


async def receive(url: str, seconds: float) -> None:
    """Print messages for so long."""
    report = Report()

    async def clock() -> None:
        while True:
            await asyncio.sleep(1.0)
            print(f'... {report.summary()} so far')

    # No thread and no callback: the link works in the event loop that runs
    async with aio.connect(url, reconnect=False) as peer:
        print(f'connected to {url}')
        other_work = asyncio.create_task(clock())
        try:
            async for message in peer.messages(seconds or None):
                report.take(message)
        finally:
            other_work.cancel()
            print(report.summary())
        if peer.state == 'ended':
            sys.exit(f'the server is gone: {peer.last_error}')


def main() -> None:
    """Read the options and run the event loop."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('--url', default='tcp://127.0.0.1:18944', help='server to connect to')
    parser.add_argument('--seconds', type=float, default=0.0, help='end then; 0: at Ctrl-C')
    args = parser.parse_args()
    asyncio.run(receive(args.url, args.seconds))


if __name__ == '__main__':
    try:
        main()
    except KeyboardInterrupt:
        pass
    except IgtlError as error:
        sys.exit(f'{type(error).__name__}: {error}')
