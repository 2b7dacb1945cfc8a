"""
Poses read out of serialised messages, of which mostly the numbers alone are new.

To have ROS make a message of them takes five times as long. A message is read so only after one
with the same names in the same places was made by ROS and read both ways, with the same result.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from geometry_msgs.msg import PoseStamped, TransformStamped
from rclpy.serialization import deserialize_message

from ..converters.lazy import LazyPoseStamped, LazyTransform
from ..converters.units import ns_from_time
from ..errors import ConversionError

_NS = 1_000_000_000
_STAMP = struct.Struct('<iI')
_NUMBERS = struct.Struct('<7d')
_LENGTH = struct.Struct('<I')
# what stands before all else: plain, in little endian
_FORM = b'\0\1'
_FORM_BYTES = 4
#: frames of one message of tf
MOST_FRAMES = 8
# of one size, and sizes
_MOST_TEMPLATES = 64
_MOST_SIZES = 256

Read = Callable[[bytes], Any]


class _Place(NamedTuple):
    """Where in the bytes a pose is, how its stamp and numbers are read, and its names."""

    at: int
    form: struct.Struct
    names: tuple[str, str]


class _Template(NamedTuple):
    """Where poses are in bytes which have these names in these places."""

    same: tuple[tuple[slice, bytes], ...]
    places: tuple[_Place, ...]


class PoseReader:
    """
    Reads TransformStamped, PoseStamped, or TFMessage with few frames.

    :param ros_type: one of these.
    """

    def __init__(self, ros_type: type) -> None:
        self._type = ros_type
        self._kind: type = LazyPoseStamped if ros_type is PoseStamped else LazyTransform
        self._is_list = ros_type not in (PoseStamped, TransformStamped)
        #: by the size of the message, the newest first
        self._templates: dict[int, list[_Template]] = {}

    def read(self, data: bytes) -> Any:
        """
        Give the message; of a TFMessage its transforms.

        :raises ConversionError: if the bytes are none.
        """
        for template in self._templates.get(len(data), ()):
            for place, name in template.same:
                if data[place] != name:
                    break
            else:
                made = self._filled(template, data)
                if made:
                    return made if self._is_list else made[0]
        try:
            message = deserialize_message(data, self._type)
        except Exception as error:  # a publisher may write anything
            raise ConversionError(f'its bytes are no {self._type.__name__}') from error
        poses = message.transforms if self._is_list else [message]
        if len(poses) <= MOST_FRAMES:
            self._learn(data, poses)
        return poses if self._is_list else message

    def _filled(self, template: _Template, data: bytes) -> list[Any]:
        """Read the poses; none if a stamp is none."""
        made = []
        for at, form, names in template.places:
            seconds, nanoseconds, *numbers = form.unpack_from(data, at)
            if nanoseconds >= _NS:
                return []
            made.append(self._kind(seconds * _NS + nanoseconds, names, numbers))
        return made

    def _learn(self, data: bytes, poses: Sequence[Any]) -> None:
        """Read messages like this one without ROS from now on, if that gives the same."""
        template = _template_of(data, poses, self._is_list)
        if template is None or [
            (lazy.frames, lazy.stamp_ns, _NUMBERS.pack(*lazy.numbers))
            for lazy in self._filled(template, data)
        ] != [*map(_facts, poses)]:
            return
        if len(self._templates) >= _MOST_SIZES:
            self._templates.clear()
        known = self._templates.setdefault(len(data), [])
        known.insert(0, template)
        del known[_MOST_TEMPLATES:]


def _names_of(message: Any) -> tuple[str, str]:
    return message.header.frame_id, getattr(message, 'child_frame_id', '')


def _facts(message: Any) -> tuple[Any, ...]:
    """Tell all that a message says, with numbers as bytes, as NaN is not equal to itself."""
    if hasattr(message, 'transform'):
        position, turn = message.transform.translation, message.transform.rotation
    else:
        position, turn = message.pose.position, message.pose.orientation
    numbers = position.x, position.y, position.z, turn.x, turn.y, turn.z, turn.w
    return _names_of(message), ns_from_time(message.header.stamp), _NUMBERS.pack(*numbers)


def _template_of(data: bytes, poses: Sequence[Any], is_list: bool) -> _Template | None:
    """Find where the poses are in the bytes, as CDR has them; None if that is elsewhere."""
    same = [(slice(0, len(_FORM)), _FORM)]
    at = _FORM_BYTES
    if is_list:
        same.append((slice(at, at + _LENGTH.size), _LENGTH.pack(len(poses))))
        at += _LENGTH.size
    places = []
    for pose in poses:
        stamp_at, names = _aligned(at, 4), _names_of(pose)
        at = stamp_at + _STAMP.size
        for name in names if hasattr(pose, 'transform') else names[:1]:
            # what fills gaps before it is left as it was in memory
            at = _aligned(at, 4)
            raw = name.encode('utf-8', 'surrogateescape') + b'\0'
            same.append((slice(at, at + 4 + len(raw)), _LENGTH.pack(len(raw)) + raw))
            at += 4 + len(raw)
        numbers_at = _aligned(at, 8)
        at = numbers_at + _NUMBERS.size
        gap = numbers_at - stamp_at - _STAMP.size
        places.append(_Place(stamp_at, struct.Struct(f'<iI{gap}x7d'), names))
    fits = at == len(data) and all(data[place] == text for place, text in same)
    return _Template(tuple(same), tuple(places)) if fits else None


def _aligned(at: int, size: int) -> int:
    return _FORM_BYTES - (_FORM_BYTES - at) // size * size


def reader_of(ros_type: type) -> Read | None:
    """Give what reads serialised messages of a type of poses; None for others."""
    if ros_type in (PoseStamped, TransformStamped) or ros_type.__name__ == 'TFMessage':
        return PoseReader(ros_type).read
    return None
