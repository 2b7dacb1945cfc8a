"""
A small server that answers each client: the counterpart of client.py.

TRANSFORM is answered by STATUS, STATUS and GET_CAPABIL by CAPABILITY, STRING by the same text.
"""

import argparse
import sys

from igtl_ros2 import serve
from igtl_ros2.codec import Message
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.query import Capability, Query
from igtl_ros2.codec.messages.text import Status, StatusCode, String
from igtl_ros2.errors import IgtlError

DEVICE = 'ExampleServer'


def answer(message: Message) -> Message:
    """Find the answer to a message."""
    match message:
        case Transform(matrix=matrix, device_name=name):
            x, y, z = matrix[:3, 3]  # the last column: the translation, in mm
            text = f'{name} is at {x:.1f} {y:.1f} {z:.1f} mm'
            return Status(StatusCode.OK, message=text, device_name=DEVICE)
        case Status() | Query(type_name='GET_CAPABIL'):
            return Capability(('TRANSFORM', 'STATUS', 'STRING', 'CAPABILITY'), device_name=DEVICE)
        case String(text=text):
            return String(text, device_name=DEVICE)
    text = f'no answer to {message.type_name}'
    return Status(StatusCode.UNKNOWN_INSTRUCTION, message=text, device_name=DEVICE)


def main() -> None:
    """Serve until the time is over."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('--url', default='tcp://127.0.0.1:18944', help='where to listen')
    parser.add_argument('--seconds', type=float, default=0.0, help='end then; 0: at Ctrl-C')
    args = parser.parse_args()

    with serve(args.url) as server:
        print(f'listening on {server.address}')
        for peer, message in server.messages(args.seconds or None):
            reply = answer(message)
            peer.send(reply)  # to this client alone; server.send(...) goes to all
            print(f'{peer.address}: {message.type_name} -> {reply.type_name}')


if __name__ == '__main__':
    try:
        main()
    except KeyboardInterrupt:
        pass
    except IgtlError as error:
        sys.exit(f'{type(error).__name__}: {error}')
