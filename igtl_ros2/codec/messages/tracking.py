"""TDATA: the poses of several tools at one instant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from struct import Struct

from ..fields import (
    Buffer,
    Floats,
    affine_from_wire,
    affine_to_wire,
    check_affine,
    check_element_bytes,
    check_elements,
    check_int,
    checked_text,
    fixed_text,
)
from ..message import Envelope, Message, register

_set = object.__setattr__
_TOOL = Struct('>20sBB')
_ELEMENT_SIZE = 70  # these and the 12 floats of the matrix


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
        _set(self, 'type', check_int(self.type, 0, 255, f'type of {self.name!r}'))


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
        _set(self, 'elements', check_elements(self.elements, TrackingElement))

    def encode_content(self) -> Sequence[Buffer]:
        """Write 70 bytes for each tool."""
        return (
            b''.join(
                _TOOL.pack(checked_text(element.name, 20, 'name'), element.type, 0)
                + affine_to_wire(element.matrix, f'matrix of {element.name!r}')
                for element in self.elements
            ),
        )

    @classmethod
    def decode_content(cls, content: memoryview, envelope: Envelope) -> TrackingData:
        """Read 70 bytes for each tool."""
        check_element_bytes(content, _ELEMENT_SIZE, 'tools')
        elements = []
        for start in range(0, len(content), _ELEMENT_SIZE):
            name, type_, _ = _TOOL.unpack_from(content, start)
            element = object.__new__(TrackingElement)
            _set(element, 'name', fixed_text(name))
            _set(element, 'matrix', affine_from_wire(content, start + _TOOL.size))
            _set(element, 'type', type_)
            elements.append(element)
        message: TrackingData = cls.from_wire(envelope, elements=tuple(elements))
        return message
