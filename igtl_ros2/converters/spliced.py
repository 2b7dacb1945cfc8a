"""
Serialised messages made of others.

They are a TransformStamped or TRANSFORM with new numbers, an Image with pixels, or markers with
points.

What ROS or the codec has serialised is taken as it is, but for numbers in places where it has put
others.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Callable, Sequence
from copy import copy
from functools import lru_cache
from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Pose, PoseArray
from numpy.typing import NDArray
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from ..codec.crc64 import crc64
from ..codec.frame import HEADER_SIZE, START_SIZE, pack_rest
from ..errors import ConversionError
from .bulk import Rows, set_rows
from .lazy import LazyImage, LazyPose
from .metres import NS
from .registry import stamp_text
from .units import time_from_ns

#: of one topic, before all are forgotten
_MOST_TEMPLATES = 1000
#: in one message
_MOST_POSES = 100
_STAMP = struct.Struct('<iI')
_NUMBERS = struct.Struct('<7d')
_LENGTH = struct.Struct('<I')
#: stamp, and how many letters the frame has
_POSES_HEAD = struct.Struct('<iII')
_PLAIN = b'\0\1\0\0'
#: no name of a frame looks like this one and those below
MARK_NS = 0x5A17_0B5C * NS + 0x2F3B_11D7


_log = logging.getLogger(__name__)


class PoseTemplate:
    """
    The bytes of ROS messages with poses that differ in stamps and numbers only.

    It costs a tenth of making such a message and having it serialised.

    :param make: makes a message with the poses that it is given.
    :param likes: poses like those that it will have, with the frames of each.
    :param serialize: makes bytes of a ROS message.
    :raises ConversionError: if stamps and numbers cannot be told from the rest of these bytes.
    """

    def __init__(
        self, make: Callable[[Sequence[Any]], Any], likes: Sequence[LazyPose],
        serialize: Callable[[Any], bytes],
    ) -> None:
        marked, marks = [], []
        for number, like in enumerate(likes):
            stamp_ns = MARK_NS + number * (NS + 1)
            numbers = tuple(1234.5678 + 8 * number + place / 8 for place in range(7))
            marked.append(type(like)(stamp_ns, like.frames, numbers).become())
            marks += [_STAMP.pack(*divmod(stamp_ns, NS)), _NUMBERS.pack(*numbers)]
        data = serialize(make(marked))
        form, end = '<', 0
        #: the bytes before each stamp and each pose, and behind the last one
        self.parts: list[bytes] = []
        for at, mark in zip(_find_each(data, *marks), marks):
            if at < end:
                raise ConversionError('the serialised message has another form than expected')
            self.parts.append(data[end:at])
            form += f'{at - end}s' + ('iI' if len(mark) == _STAMP.size else '7d')
            end = at + len(mark)
        self.last = data[end:]
        #: makes bytes of all of these and what stands between them
        self.pack: Callable[..., bytes] = struct.Struct(f'{form}{len(data) - end}s').pack

    def filled(self, poses: Sequence[LazyPose]) -> bytes:
        """Make the bytes of a message."""
        values: list[Any] = []
        parts = iter(self.parts)
        for pose, before, between in zip(poses, parts, parts):
            values += before, *divmod(pose.stamp_ns, NS), between, *pose.numbers
        return self.pack(*values, self.last)


class PoseTemplates:
    """
    Templates by the frames of what is written, for one topic.

    :param make: as for `PoseTemplate`.
    """

    def __init__(
        self, make: Callable[[Sequence[Any]], Any], serialize: Callable[[Any], bytes]
    ) -> None:
        self._make = make
        self._serialize = serialize
        #: None if there is none: the first time, or because it cannot be made
        self._known: dict[Any, PoseTemplate | None] = {}
        self._seen: set[Any] = set()

    def bytes_of_one(self, pose: LazyPose) -> bytes | None:
        """Do what `bytes_of` does for one pose."""
        stamp_ns, frames = pose.head
        template = self._known.get(frames) or self._look(frames, (pose,))
        if template is None:
            return None
        first, between = template.parts
        return template.pack(
            first, stamp_ns // NS, stamp_ns % NS, between, *pose.numbers, template.last)

    def bytes_of(self, poses: Sequence[LazyPose]) -> bytes | None:
        """Make the bytes of a message; None if it has to be made by ROS."""
        if len(poses) == 1:
            return self.bytes_of_one(poses[0])
        key = tuple([pose.frames for pose in poses])
        template = self._known.get(key) or self._look(key, poses)
        return None if template is None else template.filled(poses)

    def _look(self, key: Any, poses: Sequence[LazyPose]) -> PoseTemplate | None:
        """Make a template of what comes a second time: peers may make up names without end."""
        if key in self._known or len(poses) > _MOST_POSES:
            return None
        if key not in self._seen:
            if len(self._seen) >= _MOST_TEMPLATES:
                self._seen.clear()
                self._known.clear()
            self._seen.add(key)
            return None
        try:
            template = PoseTemplate(self._make, poses, self._serialize)
        except Exception as error:  # ROS raises whatever it likes, and says so when it is made
            _log.info('made by ROS: %s', error)
            template = None
        self._known[key] = template
        return template


class SplicedFrame:
    """
    The wire messages of TRANSFORMs that differ in matrix, time stamp and stamp in metadata only.

    It costs a third of making each message and having it encoded.

    :param data: the one whose stamp is `MARK_NS`.
    :param affine: the 12 numbers in it, as on the wire.
    :raises ConversionError: if they cannot be told from the rest of these bytes.
    """

    def __init__(self, data: bytes, affine: bytes) -> None:
        text = stamp_text(MARK_NS).encode()
        marks = (affine, text) if text in data else (affine,)
        places = _find_each(data, *marks)
        self._affine, *texts = (
            slice(start, start + len(mark)) for start, mark in zip(places, marks))
        self._text = texts[0] if texts else None
        self._data = data

    def filled(self, timestamp: int, affine: bytes, stamp: str) -> bytearray | None:
        """
        Make the message of another pose.

        :param timestamp: as on the wire.
        :param stamp: what the metadata shall say.
        :returns: None if that takes more or less room.
        """
        data = bytearray(self._data)
        data[self._affine] = affine
        if self._text is not None:
            data[self._text] = stamp.encode()
            if len(data) != len(self._data):
                return None
        body = memoryview(data)[HEADER_SIZE:]
        pack_rest(data, START_SIZE, timestamp, len(body), crc64(body))
        return data


@lru_cache(maxsize=64)
def _image_head(
    frame_id: str, height: int, width: int, encoding: str, step: int,
    serialize: Callable[[Any], bytes],
) -> tuple[bytes, bytes]:
    """Serialise an Image but its stamp, the number of its bytes and these: before and behind."""
    data = serialize(Image(
        header=Header(stamp=time_from_ns(MARK_NS), frame_id=frame_id), height=height, width=width,
        encoding=encoding, step=step))
    (stamp_at,) = _find_each(data, _STAMP.pack(*divmod(MARK_NS, NS)))
    return data[:stamp_at], data[stamp_at + _STAMP.size : -_LENGTH.size]


def image_start(message: LazyImage, serialize: Callable[[Any], bytes]) -> bytes:
    """
    Serialise all of an Image but its pixels, which have to follow.

    :param serialize: makes bytes of a ROS message.
    :raises ConversionError: if these are not as ROS writes them.
    """
    stamp_ns, common = message.head
    before, behind = _image_head(*common, serialize)
    return b''.join((before, _STAMP.pack(stamp_ns // NS, stamp_ns % NS), behind,
                     _LENGTH.pack(message.numbers.nbytes)))


def array_bytes(message: Any, serialize: Callable[[Any], bytes]) -> NDArray[np.uint8]:
    """
    Serialise a MultiArray: all but its numbers by ROS, and these behind it.

    It takes as long as to copy them, and other threads go on meanwhile, which they do not while
    rclpy does it.

    :param serialize: makes bytes of a ROS message.
    :raises ConversionError: if these are not as ROS writes them.
    """
    numbers = np.asarray(message.data)
    kind, zero = type(message), numbers.dtype.type(0).item()
    once, twice = (
        serialize(kind(layout=message.layout, data=[zero] * count)) for count in (1, 2))
    start = len(once) - numbers.itemsize
    head = bytearray(once[:start])
    _LENGTH.pack_into(head, _count_before(once, start, twice, start), len(numbers))
    result = np.empty(start + numbers.nbytes, np.uint8)
    result[:start] = head
    result[start:] = numbers.view(np.uint8)
    return result


@lru_cache(maxsize=64)
def _poses_start(
    frame_id: str, serialize: Callable[[Any], bytes]
) -> tuple[bytes, bytes, bytes]:
    """Serialise a PoseArray: the bytes before the stamp, the number of poses, and the poses."""
    mark = Rows(Pose, 1024.5 + np.arange(7.0)[None])
    message = PoseArray(header=Header(stamp=time_from_ns(MARK_NS), frame_id=frame_id))
    message.poses = list(mark)
    once = serialize(message)
    message.poses = 2 * list(mark)
    count_at, at = _places(once, serialize(message), mark.values.tobytes())
    (stamp_at,) = _find_each(once[:count_at], _STAMP.pack(*divmod(MARK_NS, NS)))
    if len(once) != at + mark.values.nbytes:
        raise ConversionError('the serialised message has another form than expected')
    between = once[stamp_at + _STAMP.size : count_at]
    return once[:stamp_at], between, once[count_at + _LENGTH.size : at]


def poses_bytes(
    frame_id: str, seconds: int, nanoseconds: int, numbers: Any,
    serialize: Callable[[Any], bytes],
) -> bytes:
    """
    Serialise a PoseArray.

    :param numbers: the bytes of its poses, at least one.
    :param serialize: makes bytes of a ROS message.
    :raises ConversionError: if these are not as ROS writes them.
    """
    start, between, gap = _poses_start(frame_id, serialize)
    count = memoryview(numbers).nbytes // _NUMBERS.size
    return b''.join((
        start, _STAMP.pack(seconds, nanoseconds), between, _LENGTH.pack(count), gap, numbers))


def read_poses(data: bytes) -> PoseArray | None:
    """
    Make a PoseArray of its bytes, whose poses are `Rows`; ROS takes 5 us for each of them.

    :returns: None if they are of another form than usual, or there are no poses.
    """
    try:
        seconds, nanoseconds, size = _POSES_HEAD.unpack_from(data, 4)
        end = _POSES_HEAD.size + 4 + size
        count_at = -(-end // 4) * 4
        (count,) = _LENGTH.unpack_from(data, count_at)
        frame_id, nul = data[end - size : end - 1].decode(), data[end - 1 : end]
    except (struct.error, UnicodeDecodeError):
        return None
    # places are counted from behind the first four bytes
    start = 4 + -(-count_at // 8) * 8
    is_usual = data[:4] == _PLAIN and nul == b'\0' and '\0' not in frame_id
    if not is_usual or not count or len(data) != start + count * _NUMBERS.size:
        return None
    stamp = Time(sec=seconds, nanosec=nanoseconds)
    message = PoseArray(header=Header(stamp=stamp, frame_id=frame_id))
    set_rows(message, 'poses', Pose, memoryview(data)[start:])
    return message


def with_rows(message: Any, serialize: Callable[[Any], bytes]) -> bytes | None:
    """
    Serialise a PoseArray whose poses are `Rows`, or a MarkerArray with such points and colours.

    What has one row in place of theirs is serialised, and the rest is put behind it: a
    row has a multiple of eight bytes, so that what follows is where it has to be.

    :param serialize: makes bytes of a ROS message.
    :returns: None if there are none.
    :raises ConversionError: if they cannot be told from the rest of these bytes.
    """
    if isinstance(message, PoseArray):
        rows, header = getattr(message, '_poses', None), message.header
        if not isinstance(rows, Rows) or not len(rows):
            return None
        stamp = header.stamp
        return poses_bytes(header.frame_id, stamp.sec, stamp.nanosec, rows.data, serialize)
    whole = copy(message)
    shells = [whole]
    if hasattr(message, 'markers'):
        shells = [copy(marker) for marker in message.markers]
        whole = type(message)(markers=shells)
    fields = [
        (shell, name, rows)
        for shell in shells
        for name in ('_points', '_colors')
        if isinstance(rows := getattr(shell, name, None), Rows)
    ]
    if not fields:
        return None
    marks = [
        Rows(rows.kind, 1024.5 + 8 * number + np.arange(rows.values.shape[1])[None])
        for number, (_, _, rows) in enumerate(fields)
    ]

    def serialised(times: int) -> bytes:
        for (shell, name, _), mark in zip(fields, marks):
            setattr(shell, name, times * list(mark))
        return serialize(whole)

    once, twice = serialised(1), serialised(2)
    parts: list[Any] = []
    end = 0
    for (_, _, rows), mark in zip(fields, marks):
        row = mark.values.tobytes()
        count_at, at = _places(once, twice, row)
        if count_at < end:
            raise ConversionError('the serialised message has another form than expected')
        gap = once[count_at + _LENGTH.size : at]
        parts += [once[end:count_at], _LENGTH.pack(len(rows)), gap, rows.data]
        end = at + len(row)
    return b''.join((*parts, once[end:]))


def _places(once: bytes, twice: bytes, row: bytes) -> tuple[int, int]:
    """Find how many rows there are, and where the first one is, in messages with one and two."""
    (at,), again = _find_each(once, row), twice.find(row)
    return _count_before(once, at, twice, again), at


def _count_before(once: bytes, at: int, twice: bytes, again: int) -> int:
    """Find where in the first of two messages stands how many rows there are: one, and two."""
    # the gap between the number of rows and the first one may hold anything, the number as well
    for size in (8, 4):
        is_number = _LENGTH.unpack_from(once, at - size) == (1,)
        if is_number and _LENGTH.unpack_from(twice, again - size) == (2,):
            return at - size
    raise ConversionError('the serialised message has another form than expected')


def _find_each(data: bytes, *marks: bytes) -> tuple[int, ...]:
    if any(data.count(mark) != 1 for mark in marks):
        raise ConversionError('the message has another form in bytes than expected')
    return tuple(map(data.index, marks))
