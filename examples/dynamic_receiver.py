"""
Print whatever a server sends, whatever type it is.

Start here: `igtl_sim` in one terminal, this in another. Of each stream the first message is
printed at once, and after that one a second with its rate.
"""

import argparse
import dataclasses
import sys
import time

from igtl_ros2 import connect
from igtl_ros2.codec import Message, Unknown
from igtl_ros2.codec.messages.arrays import Sensor
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.points import PointList
from igtl_ros2.codec.messages.pose import Position, Transform
from igtl_ros2.codec.messages.text import Status, String
from igtl_ros2.codec.messages.tracking import TrackingData
from igtl_ros2.codec.messages.video import Video
from igtl_ros2.errors import IgtlError


def describe(message: Message) -> str:
    """Say in a line what a message holds; lengths on the wire are millimetres."""
    match message:
        case Transform(matrix=matrix):
            # PLUS (and igtl_sim) tell so whether the tracker sees the tool; elsewhere it is absent
            state = message.metadata.get('TransformStatus', 'OK')
            return f'translation {mm(matrix[:3, 3])}' if state == 'OK' else f'not valid: {state}'
        case Position(position=position):
            return f'position {mm(position)}'
        case TrackingData(elements=tools):
            return ', '.join(f'{tool.name} {mm(tool.matrix[:3, 3])}' for tool in tools)
        case PointList(elements=points):
            return ', '.join(f'{point.name} {mm(point.position)}' for point in points)
        case Image(pixels=pixels, size=size):
            sides = ' x '.join(map(str, size))
            return f'{sides} {pixels.dtype.name}, from {pixels.min()} to {pixels.max()}'
        case Status():
            return f'{message.code_name} {message.message!r}'
        case String(text=text):
            return repr(text)  # it comes from elsewhere: no control codes to the terminal
        case Sensor(values=values):
            return f'{values.round(3).tolist()} {message.unit_text}'
        case Video(size=(width, height, _)):
            return f'{width} x {height} {message.codec_name}, {message.frame.nbytes} bytes'
        case Unknown(content=content):  # a type that nobody here knows: its bytes are kept
            return f'{len(content)} bytes'
        case _:  # all the others are dataclasses as well
            shared = {field.name for field in dataclasses.fields(Message)}
            mine = (f.name for f in dataclasses.fields(message) if f.name not in shared)
            return ', '.join(f'{name}={getattr(message, name)!r}'[:80] for name in mine)


def mm(position) -> str:
    """Write a position in millimetres."""
    return f'({", ".join(f"{value:.1f}" for value in position)}) mm'


class Report:
    """Prints the first message of each stream, then one a second."""

    def __init__(self):
        self.total = 0
        self._streams: dict[tuple[str, str], tuple[float, int]] = {}

    def take(self, message: Message) -> None:
        """Count a message, and print it if it is time to."""
        self.total += 1
        now = time.monotonic()
        key = (message.type_name, message.device_name)
        since, count = self._streams.get(key, (None, 0))
        if since is None or now - since >= 1.0:
            rate = f', {(count + 1) / (now - since):.1f} Hz' if since is not None else ''
            print(f'{message.type_name:<9} {message.device_name!r}: {describe(message)}{rate}')
            self._streams[key] = (now, 0)
        else:
            self._streams[key] = (since, count + 1)

    def summary(self) -> str:
        """Say how much there was."""
        return f'{self.total} messages in {len(self._streams)} streams'


def main() -> None:
    """Connect, print, end."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('--url', default='tcp://127.0.0.1:18944', help='server to connect to')
    parser.add_argument('--seconds', type=float, default=0.0, help='end then; 0: at Ctrl-C')
    args = parser.parse_args()

    report = Report()
    # Without reconnect=False the loop would wait for the server to come back
    with connect(args.url, reconnect=False) as peer:
        print(f'connected to {args.url}')
        try:
            for message in peer.messages(args.seconds or None):
                report.take(message)
        finally:
            print(report.summary())
        if peer.state == 'ended':
            sys.exit(f'the server is gone: {peer.last_error}')


if __name__ == '__main__':
    try:
        main()
    except KeyboardInterrupt:
        pass
    except IgtlError as error:
        sys.exit(f'{type(error).__name__}: {error}')
