"""What is made of a message: where it goes, and the message of Foxglove that is made on demand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from foxglove import messages as fox

from ...config import ros_text
from ...converters.metres import NS

NO_TURN = 0.0, 0.0, 0.0, 1.0
PLAIN = 0.8, 0.8, 0.8, 1.0


class Made(NamedTuple):
    """
    One message of Foxglove.

    :param leaf: of its topic, such as image.
    :param kind: name of its type, such as RawImage.
    :param make: makes it, which is done only when somebody wants to see it.
    """

    leaf: str
    kind: str
    make: Callable[[], Any]


class Context(NamedTuple):
    """
    What belongs to a message besides its content.

    :param device: its name.
    :param parent: the frame it is in.
    :param stamp_ns: when it was, in nanoseconds since 1970.
    :param unit: of lengths on the wire.
    :param tell: called with what cannot be shown, and why.
    """

    device: str
    parent: str
    stamp_ns: int
    unit: str
    tell: Callable[[str], None]

    @property
    def stamp(self) -> fox.Timestamp:
        """The stamp as Foxglove has it."""
        return timestamp(self.stamp_ns)


def timestamp(ns: int) -> fox.Timestamp:
    """Turn nanoseconds since 1970 into a stamp."""
    seconds, nanoseconds = divmod(ns, NS)
    return fox.Timestamp(seconds, nanoseconds)


def vector(values: Sequence[float]) -> fox.Vector3:
    """Make a vector of three numbers."""
    x, y, z = values
    return fox.Vector3(x=x, y=y, z=z)


def quaternion(values: Sequence[float]) -> fox.Quaternion:
    """Make a rotation of four numbers: x, y, z, w."""
    x, y, z, w = values
    return fox.Quaternion(x=x, y=y, z=z, w=w)


def pose(position: Sequence[float], turn: Sequence[float] = NO_TURN) -> fox.Pose:
    """Make a pose."""
    return fox.Pose(position=vector(position), orientation=quaternion(turn))


def colour(rgba: Sequence[float]) -> fox.Color:
    """Make a colour of numbers from 0 to 1."""
    r, g, b, a = rgba
    return fox.Color(r=r, g=g, b=b, a=a)


def packed(name: str, offset: int, dtype: np.dtype[Any]) -> fox.PackedElementField:
    """Say what numbers are at a place in each row of packed data."""
    kind = getattr(fox.PackedElementFieldNumericType, dtype.name.capitalize())
    return fox.PackedElementField(name=ros_text(name), offset=offset, type=kind)
