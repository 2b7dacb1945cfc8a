"""TDATA: the poses of several tools at one instant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...errors import EncodeError
from ..fields import (
    Buffer,
    Floats,
    affine_from_wire,
    affine_to_wire,
    check_affine,
    check_int,
    checked_text,
    element_count,
    fixed_text,
)
from ..message import Envelope, Message, register

_set = object.__setattr__
_ELEMENT = np.dtype([('name', 'V20'), ('type', 'u1'), ('reserved', 'u1'), ('matrix', '>f4', 12)])


@dataclass(frozen=True, slots=True, eq=False)
class TrackingElement:
    """
    One tool of a TDATA message.

    :param name: at most 20 bytes of UTF-8.
    :param matrix: float64 (4, 4), as in TRANSFORM, mm.
    :param type: 1 tracker, 2 instrument with 6 degrees of freedom, 3 with 3 (tip only), 4 with 5
        (tip and handle, no roll).
    """

    name: str
    matrix: Floats
    type: int = 1

    def __post_init__(self) -> None:
        """Check the fields."""
        checked_text(self.name, 20, 'name')
        _set(self, 'matrix', check_affine(self.matrix, f'matrix of {self.name!r}'))
        check_int(self.type, 0, 255, f'type of {self.name!r}')


@register('TDATA')
@dataclass(frozen=True, slots=True, eq=False)
class TrackingData(Message):
    """
    TDATA: tools and their poses.

    :param elements: the tools, `TrackingElement` each.
    """

    elements: tuple[TrackingElement, ...] = ()

    def __post_init__(self) -> None:
        """Take the elements as a tuple."""
        Message.__post_init__(self)
        _set(self, 'elements', tuple(self.elements))

    def encode_content(self) -> Sequence[Buffer]:
        """Write 70 bytes for each tool."""
        table = np.zeros(len(self.elements), _ELEMENT)
        if self.elements:
            with np.errstate(over='raise'):
                try:
                    table['matrix'] = affine_to_wire(np.stack([e.matrix for e in self.elements]))
                except FloatingPointError as error:
                    raise EncodeError('matrix: a value does not fit float32') from error
        for row, element in zip(table, self.elements):
            row['name'] = checked_text(element.name, 20, 'name')
            row['type'] = element.type
        return (table.tobytes(),)

    @classmethod
    def decode_content(cls, content: memoryview, envelope: Envelope) -> TrackingData:
        """Read 70 bytes for each tool."""
        element_count(content, _ELEMENT.itemsize, 'tools')
        table = np.frombuffer(content, _ELEMENT)
        matrices = affine_from_wire(table['matrix'])
        elements = []
        for name, type_, matrix in zip(table['name'], table['type'].tolist(), matrices):
            element = object.__new__(TrackingElement)
            _set(element, 'name', fixed_text(name.tobytes()))
            _set(element, 'matrix', matrix)
            _set(element, 'type', type_)
            elements.append(element)
        message: TrackingData = cls.from_wire(envelope, elements=tuple(elements))
        return message
