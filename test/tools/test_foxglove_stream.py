"""What becomes of messages for Foxglove, without a network: whatever is in them, and when."""

import os
import random
import sys
from pathlib import Path

import numpy as np
import pytest
from beside import folder_of

from igtl_ros2.codec import decode, encode, from_ns
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.points import Point, PointList
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import Status, String
from igtl_ros2.errors import DecodeError

NS = 10**9
NOW_NS = 1_790_000_000 * NS
GOLDEN = sorted((Path(__file__).parents[1] / 'golden').glob('*.bin'))


@pytest.fixture(scope='module')
def streams():
    """Give what makes streams whose messages are all made, as if somebody looked at each."""
    folder = os.fspath(folder_of('foxglove'))
    if folder not in sys.path:
        sys.path.append(folder)
    import foxglove

    from igtl_ros2.tools.foxglove.stream import Choice, Stream

    return lambda: Stream(foxglove.Context(), Choice(), 1)


def take(stream, *messages, now_s=1.0):
    now_ns = NOW_NS + round(now_s * NS)
    stream.take(0, 'tcp://p:1', [(message, 100) for message in messages], now_s, now_ns)
    for topic in list(stream._topics):
        stream.show_again(topic)  # who has asked for it gets it made


def at(age_s):
    return from_ns(NOW_NS - round(age_s * NS))


def test_texts_that_are_not_utf_8_are_shown(streams):
    stream = streams()
    name = b'Gr\xfc\xdf'.decode('utf-8', 'surrogateescape')
    take(stream, String(name, device_name=name), Status(13, message=name, device_name=name),
         PointList([Point(name, (1, 2, 3), name)], device_name=name),
         Transform(np.eye(4), device_name=name))
    assert stream.count == 4 and not stream.problems


@pytest.mark.filterwarnings('error')
def test_whatever_is_in_a_message_it_is_shown_or_told(streams):
    rng = random.Random(5)
    frames = [path.read_bytes() for path in GOLDEN if path.stat().st_size < 7000]
    image = Image(np.zeros((3, 4, 5), np.uint8), np.diag((np.nan, np.inf, 1, 1)), device_name='I')
    frames += [encode(image)] * 5
    for _ in range(600):
        frame = bytearray(rng.choice(frames))
        for _ in range(rng.randrange(6)):
            frame[rng.randrange(len(frame))] = rng.choice((0, 1, 0x7f, 0xff))
        try:
            message = decode(bytes(frame), check_crc=False)
        except DecodeError:
            continue
        take(streams(), message)


def test_a_value_that_was_held_is_old_and_its_clock_is_right(streams):
    stream = streams()
    take(stream, PointList([Point('F', (1, 2, 3))], device_name='P', timestamp=at(600)))
    assert not stream.problems
    take(stream, Transform(np.eye(4), device_name='T', timestamp=at(600)))
    take(stream, PointList([Point('F', (1, 2, 3))], device_name='P', timestamp=at(500)))
    assert not stream.problems
    for late in (  # a stream that goes on, a clock that is ahead, and one whose news are old
        Transform(np.eye(4), device_name='T', timestamp=at(599)),
        Status(1, device_name='S', timestamp=at(-600)),
        PointList([Point('F', (1, 2, 3))], device_name='P', timestamp=at(499)),
    ):
        take(stream, late, now_s=2.0)
        assert any(f'{late.device_name}: its clock is off' in text for text in stream.problems)
