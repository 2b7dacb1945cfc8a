"""What is made of a message: where it goes, and the message of Foxglove that is made on demand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from foxglove.messages import Color, Pose, Quaternion, Timestamp, Vector3

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
    def stamp(self) -> Timestamp:
        """The stamp as Foxglove has it."""
        return timestamp(self.stamp_ns)


def timestamp(ns: int) -> Timestamp:
    """Turn nanoseconds since 1970 into a stamp."""
    seconds, nanoseconds = divmod(ns, NS)
    return Timestamp(seconds, nanoseconds)


def vector(values: Sequence[float]) -> Vector3:
    """Make a vector of three numbers."""
    x, y, z = values
    return Vector3(x=x, y=y, z=z)


def quaternion(values: Sequence[float]) -> Quaternion:
    """Make a rotation of four numbers: x, y, z, w."""
    x, y, z, w = values
    return Quaternion(x=x, y=y, z=z, w=w)


def pose(position: Sequence[float], turn: Sequence[float] = NO_TURN) -> Pose:
    """Make a pose."""
    return Pose(position=vector(position), orientation=quaternion(turn))


def colour(rgba: Sequence[float]) -> Color:
    """Make a colour of numbers from 0 to 1."""
    r, g, b, a = rgba
    return Color(r=r, g=g, b=b, a=a)
