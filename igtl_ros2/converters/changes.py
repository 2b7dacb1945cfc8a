"""Whether a message says anything new, for peers that want to hear of changes only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..codec import Message, encode
from ..codec.messages.arrays import NDArray, Sensor
from ..codec.messages.points import PointList, Trajectories
from ..codec.messages.pose import Position, Transform
from ..codec.messages.tracking import QuaternionTrackingData, TrackingData
from .units import PER_METRE, Matrix

_NOTHING = np.zeros(0)


@dataclass(frozen=True, slots=True)
class Value:
    """
    What a message says, apart from when.

    :param lengths: in metres.
    :param numbers: those that `eps` holds for as they are: rotations, sensor values.
    :param rest: all else, equal or not.
    """

    lengths: Matrix
    numbers: Matrix
    rest: Any

    def differs(self, other: Value, eps: float) -> bool:
        """Tell whether anything differs by more than `eps`; NaN differs from everything."""
        if self.rest != other.rest:
            return True
        pairs = ((self.lengths, other.lengths), (self.numbers, other.numbers))
        return any(
            a.shape != b.shape or not (np.abs(a - b) <= eps).all() for a, b in pairs
        )


def value_of(message: Message, unit: str) -> Value:
    """
    Take out of a message what `on_change` compares.

    :param unit: of lengths in it.
    """
    lengths, numbers, rest = _parts(message)
    metadata = {key: text for key, text in message.metadata.items() if key != 'ros_stamp'}
    return Value(
        np.array(lengths, np.float64).ravel() / PER_METRE[unit],
        np.array(numbers, np.float64).ravel(),
        (rest, metadata),
    )


def _parts(message: Any) -> tuple[Any, Any, Any]:
    name = message.type_name
    if isinstance(message, Transform):
        return message.matrix[:3, 3], message.matrix[:3, :3], name
    if isinstance(message, Position):
        return message.position, message.quaternion, (name, message.form)
    if isinstance(message, TrackingData):
        matrices = [element.matrix for element in message.elements]
        return (
            [matrix[:3, 3] for matrix in matrices],
            [matrix[:3, :3] for matrix in matrices],
            (name, [(element.name, element.type) for element in message.elements]),
        )
    if isinstance(message, QuaternionTrackingData):
        return (
            [element.position for element in message.elements],
            [element.quaternion for element in message.elements],
            (name, [(element.name, element.type) for element in message.elements]),
        )
    if isinstance(message, PointList):
        labels = [(p.name, p.group, p.rgba, p.owner) for p in message.elements]
        lengths = [(*p.position.tolist(), p.diameter) for p in message.elements]
        return lengths, _NOTHING, (name, labels)
    if isinstance(message, Trajectories):
        paths = message.elements
        return (
            [(*p.entry.tolist(), *p.target.tolist(), p.diameter) for p in paths],
            _NOTHING,
            (name, [(p.name, p.type, p.group, p.rgba, p.owner) for p in paths]),
        )
    if isinstance(message, Sensor):
        return _NOTHING, message.values, (name, message.unit)
    if isinstance(message, NDArray) and message.array.dtype.kind in 'iuf':
        return _NOTHING, message.array, (name, message.array.shape, message.array.dtype.str)
    # whatever else: the same bytes
    bare = replace(
        message, timestamp=0, message_id=0, metadata={}, metadata_encodings={}, version=1
    )
    return _NOTHING, _NOTHING, encode(bare)
