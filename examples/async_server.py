"""
A server in asyncio: sends several types, and reads what its clients send, in one event loop.

Try it with dynamic_receiver.py or client.py in other terminals, as many as you like.
"""

import argparse
import asyncio
import math
import sys
import time

import numpy as np

from igtl_ros2 import aio
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import Status, String
from igtl_ros2.errors import IgtlError
from igtl_ros2.peers import Peer


def told(peer: Peer, is_there: bool) -> None:
    """Print who comes and goes; called in the event loop, so it must not wait."""
    print(f'{peer.address} {"connected" if is_there else "left"}')


async def send_poses(server: aio.Server, rate_hz: float) -> None:
    """Send a tool that moves on a circle of 50 mm radius."""
    loop = asyncio.get_running_loop()
    due = loop.time()
    while True:
        t_ns = time.time_ns()
        angle = 2 * math.pi * (t_ns % 4_000_000_000) / 4e9  # once round in 4 s
        matrix = np.eye(4)
        matrix[:3, 3] = (50 * math.cos(angle), 50 * math.sin(angle), 100.0)  # mm
        # Sending never waits: it puts the message into a mailbox for each client
        server.send(Transform(matrix, device_name='ToolToTracker', timestamp_ns=t_ns))
        due += 1 / rate_hz
        await asyncio.sleep(due - loop.time())


async def send_status(server: aio.Server) -> None:
    """Tell once a second how many clients there are."""
    while True:
        server.send(Status(message=f'{len(server.peers)} clients', device_name='Tracker'))
        await asyncio.sleep(1.0)


async def run(url: str, seconds: float) -> None:
    """Serve for so long."""
    async with aio.serve(url, on_peer=told) as server:
        print(f'listening on {server.address}')
        # The last value of each device is held: who joins later gets this text first
        server.send(String('welcome', device_name='Greeting'))
        tasks = [asyncio.create_task(send_poses(server, 20.0)),
                 asyncio.create_task(send_status(server))]
        try:
            async for peer, message in server.messages(seconds or None):
                print(f'{peer.address} sent {message.type_name} {message.device_name!r}')
        finally:
            for task in tasks:
                task.cancel()


def main() -> None:
    """Read the options and run the event loop."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('--url', default='tcp://127.0.0.1:18944', help='where to listen')
    parser.add_argument('--seconds', type=float, default=0.0, help='end then; 0: at Ctrl-C')
    args = parser.parse_args()
    asyncio.run(run(args.url, args.seconds))


if __name__ == '__main__':
    try:
        main()
    except KeyboardInterrupt:
        pass
    except IgtlError as error:
        sys.exit(f'{type(error).__name__}: {error}')
