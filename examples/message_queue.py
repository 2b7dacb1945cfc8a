"""
What waits for a slow client: the newest value of streams, all of the rest, and drops counted.

A fast sender and a slow reader in one process, over a real connection. Sending never blocks; what
the reader does not take in time waits in a mailbox of its own, which is bounded.
"""

import argparse
import sys
import time
from collections import Counter

import numpy as np

from igtl_ros2 import connect, serve
from igtl_ros2.codec.messages.arrays import NDArray
from igtl_ros2.codec.messages.pose import Position
from igtl_ros2.codec.messages.text import Status, String
from igtl_ros2.errors import IgtlError

#: small buffers, so that the network itself does not hide how slow the reader is
SMALL = 1 << 16
TYPES = {
    ('NDARRAY', 'Stream'): 'a stream: the newest value is enough',
    ('POSITION', 'Path'): 'a stream of which all is wanted, by queue_policy',
    ('STRING', 'Notes'): 'no stream: all',
}


def main() -> None:
    """Send too fast, read slowly, compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('--url', default='tcp://127.0.0.1:0', help='where; port 0: any free one')
    parser.add_argument('--seconds', type=float, default=2.0, help='how long to send')
    args = parser.parse_args()

    got: Counter[str] = Counter()
    with serve(
        args.url,
        send_buffer_bytes=SMALL,
        queue_messages=1000,  # at most so many wait for one client ...
        queue_bytes=32 << 20,  # ... and so many bytes
        send_timeout=10.0,  # s: who reads nothing for so long is cut off
        # Streams (NDARRAY, POSITION, IMAGE ...) are newest anyway, the rest (STRING ...) is all
        queue_policy=['POSITION=all'],
    ) as server, connect(
        str(server.address),
        reconnect=False,
        receive_buffer_bytes=SMALL,
        queue_messages=2,  # so many messages wait here to be read; then the sender has to wait
        # here too, and of the stream all that comes, to see what the mailbox makes of it
        queue_policy=['POSITION=all', 'NDARRAY=all'],
    ) as reader:
        peer = server.wait_connected(timeout_s=5)
        number, most, end = 0, 0, time.monotonic() + args.seconds
        while time.monotonic() < end:
            server.send(NDArray(np.full((320, 320), number, np.float64), device_name='Stream'))
            server.send(String(str(number), device_name='Notes'))
            server.send(Position((number, 0, 0), device_name='Path'))
            most = max(most, len(peer.mailbox))
            if number % 10 == 0:  # reads one message where thirty were sent
                got[reader.receive().type_name] += 1
            number += 1
            time.sleep(0.005)
        server.send(Status(message='end'))
        for message in reader:  # now it catches up
            got[message.type_name] += 1
            if message.type_name == 'STATUS':
                break
        dropped = peer.mailbox.dropped  # a Counter by (type, device)

    for (type_name, device_name), in_words in TYPES.items():
        print(f'{type_name:<8} sent {number}, received {got[type_name]}, '
              f'dropped {dropped[type_name, device_name]} ({in_words})')
    print(f'at most {most} messages waited')


if __name__ == '__main__':
    try:
        main()
    except KeyboardInterrupt:
        pass
    except IgtlError as error:
        sys.exit(f'{type(error).__name__}: {error}')
