"""POINT: labelled points, such as fiducials and targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from struct import Struct

import numpy as np

from ...errors import EncodeError
from ..fields import (
    Buffer,
    Floats,
    check_array,
    check_element_bytes,
    check_elements,
    check_float,
    check_int,
    checked_text,
    fixed_text,
)
from ..message import Envelope, Message, register

_set = object.__setattr__
_ELEMENT = Struct('>64s32s4B4f20s')


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """
    One point of a POINT message.

    :param name: at most 64 bytes of UTF-8.
    :param position: float64 (3,), mm.
    :param group: such as 'Fiducial' or 'Labeled Point'; at most 32 bytes.
    :param rgba: red, green, blue, alpha, 0 to 255.
    :param diameter: mm, 0 if it has none (the C++ library calls it radius).
    :param owner: device name of the image it belongs to; at most 20 bytes.
    """

    name: str
    position: Floats
    group: str = ''
    rgba: tuple[int, int, int, int] = (255, 255, 255, 255)
    diameter: float = 0.0
    owner: str = ''

    def __post_init__(self) -> None:
        """Check the fields."""
        checked_text(self.name, 64, 'name')
        checked_text(self.group, 32, f'group of {self.name!r}')
        checked_text(self.owner, 20, f'owner of {self.name!r}')
        _set(self, 'position', check_array(self.position, (3,), f'position of {self.name!r}'))
        what = f'rgba of {self.name!r}'
        try:
            rgba = tuple(check_int(value, 0, 255, what) for value in self.rgba)
        except TypeError as error:
            raise EncodeError(f'{what}: {self.rgba!r}, wanted 4 numbers') from error
        if len(rgba) != 4:
            raise EncodeError(f'{what}: {len(rgba)} values, wanted 4')
        _set(self, 'rgba', rgba)
        _set(self, 'diameter', check_float(self.diameter, f'diameter of {self.name!r}'))


@register('POINT')
@dataclass(frozen=True, slots=True, eq=False)
class PointList(Message):
    """
    POINT: a list of points; an empty list is a valid message.

    :param elements: the points, `Point` each.
    """

    elements: tuple[Point, ...] = ()

    def __post_init__(self) -> None:
        """Take the elements as a tuple."""
        Message.__post_init__(self)
        _set(self, 'elements', check_elements(self.elements, Point))

    def encode_content(self) -> Sequence[Buffer]:
        """Write 136 bytes for each point."""
        return (b''.join(map(_encode_point, self.elements)),)

    @classmethod
    def decode_content(cls, content: memoryview, envelope: Envelope) -> PointList:
        """Read 136 bytes for each point."""
        check_element_bytes(content, _ELEMENT.size, 'points')
        elements = tuple(
            Point(
                name=fixed_text(name),
                position=np.array(xyz),
                group=fixed_text(group),
                rgba=rgba,
                diameter=diameter,
                owner=fixed_text(owner),
            )
            for name, group, *rest, diameter, owner in _ELEMENT.iter_unpack(content)
            for rgba, xyz in [(tuple(rest[:4]), rest[4:])]
        )
        message: PointList = cls.from_wire(envelope, elements=elements)
        return message


def _encode_point(point: Point) -> bytes:
    try:
        return _ELEMENT.pack(
            checked_text(point.name, 64, 'name'),
            checked_text(point.group, 32, 'group'),
            *point.rgba,
            *point.position.tolist(),
            point.diameter,
            checked_text(point.owner, 20, 'owner'),
        )
    except OverflowError as error:
        raise EncodeError(f'point {point.name!r}: a value does not fit float32') from error
