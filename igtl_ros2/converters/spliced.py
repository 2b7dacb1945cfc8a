"""A pose as serialised TransformStamped: the bytes of one made by ROS, with other numbers."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import numpy as np

from ..codec.messages.pose import Transform
from ..errors import ConversionError
from .pose import transform_stamped
from .registry import Route
from .units import RIGID_TOLERANCE, pose_to_numbers, pose_to_ros, time_from_ns

_NS = 1_000_000_000
_STAMP = struct.Struct('<iI')
_NUMBERS = struct.Struct('<7d')
# no name of a frame looks like these
_MARK_NS = 0x5A17_0B5C * _NS + 0x2F3B_11D7
_MARK = np.array(
    [[0, -1, 0, 1234.5678], [1, 0, 0, -8765.4321], [0, 0, 1, 3141.5926], [0, 0, 0, 1]], float
)


class SplicedTransform:
    """
    What `transform_to_ros` makes of the TRANSFORMs of one route, serialised.

    It costs a third of making the message and having it serialised.

    :param serialize: makes bytes of a ROS message.
    :raises ConversionError: if stamp and numbers cannot be told from the rest of these bytes.
    """

    def __init__(self, route: Route, serialize: Callable[[Any], bytes]) -> None:
        """Have a message serialised, and look where in it the numbers are."""
        rule = route.rule
        self._unit, self._axes = rule.wire_unit, rule.wire_axes
        pose, _ = pose_to_ros(_MARK, self._unit, self._axes)
        message = transform_stamped(pose, route, time_from_ns(_MARK_NS))
        data = serialize(message)
        position, quaternion, _ = pose_to_numbers(_MARK, self._unit, self._axes)
        marks = (
            _STAMP.pack(*divmod(_MARK_NS, _NS)),
            _NUMBERS.pack(*position, *quaternion),
        )
        if any(data.count(mark) != 1 for mark in marks):
            raise ConversionError('the serialised message has another form than expected')
        self._stamp_at, self._numbers_at = (data.index(mark) for mark in marks)
        self._data = bytearray(data)

    def bytes_of(self, message: Transform, stamp_ns: int) -> bytes | None:
        """Serialise; None for a matrix of which there is more to say than that it is a pose."""
        try:
            position, quaternion, distance = pose_to_numbers(
                message.matrix, self._unit, self._axes
            )
        except ConversionError:
            return None
        if distance > RIGID_TOLERANCE:
            return None
        _STAMP.pack_into(self._data, self._stamp_at, *divmod(stamp_ns, _NS))
        _NUMBERS.pack_into(self._data, self._numbers_at, *position, *quaternion)
        return bytes(self._data)
