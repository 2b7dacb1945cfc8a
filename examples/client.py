"""
Send one message of several types and wait for the answer to each; start server.py first.

What else the server sends meanwhile is passed over.
"""

import argparse
import sys
import time

import numpy as np

from igtl_ros2 import connect
from igtl_ros2.client import Client
from igtl_ros2.codec import Message
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.query import Query
from igtl_ros2.codec.messages.text import Status, String
from igtl_ros2.errors import IgtlError


def ask(peer: Client, message: Message, wanted: str, seconds: float) -> Message:
    """Send a message and wait for one of the wanted type."""
    # hold=False: a question is asked once, and not again after a reconnection
    peer.send(message, hold=False)
    until = time.monotonic() + seconds
    while True:  # out of time, receive raises PeerTimeoutError, which is a TimeoutError too
        answer = peer.receive(timeout_s=max(0.0, until - time.monotonic()))
        if answer.type_name == wanted:
            return answer


def main() -> None:
    """Ask four times."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('--url', default='tcp://127.0.0.1:18944', help='server to connect to')
    parser.add_argument('--seconds', type=float, default=5.0, help='how long to wait for each')
    args = parser.parse_args()

    matrix = np.eye(4)
    matrix[:3, 3] = (10.0, 20.0, 30.0)  # mm
    now_ns = time.time_ns()  # default: the time when it is sent
    with connect(args.url, timeout_s=args.seconds) as peer:
        pose = Transform(matrix, device_name='Stylus', timestamp_ns=now_ns)
        status = ask(peer, pose, 'STATUS', args.seconds)
        print(f'TRANSFORM   -> STATUS {status.code_name}: {status.message!r}')
        able = ask(peer, Status(message='ready'), 'CAPABILITY', args.seconds)
        print(f'STATUS      -> CAPABILITY {", ".join(able.types)}')
        able = ask(peer, Query('GET_CAPABIL'), 'CAPABILITY', args.seconds)
        print(f'GET_CAPABIL -> CAPABILITY of {len(able.types)} types')
        text = ask(peer, String('Grüße', device_name='Note'), 'STRING', args.seconds)
        print(f'STRING      -> STRING {text.text!r}')


if __name__ == '__main__':
    try:
        main()
    except KeyboardInterrupt:
        pass
    except IgtlError as error:
        sys.exit(f'{type(error).__name__}: {error}')
