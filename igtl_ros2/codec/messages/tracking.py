"""TDATA and QTDATA: the poses of several tools at one instant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..fields import (
    Floats,
    affine_of,
    check_affine,
    check_array,
    check_int,
    checked_text,
    fixed_text,
    matrix_of,
)
from ..geometry import moved_matrix, moved_point, turned_quaternion
from ..layout import Record
from ..lists import Element, ElementList
from ..message import Content, Place, register

_set = object.__setattr__
#: a tool of this type has no rotation, whatever is written there
TIP_ONLY = 3
_TOOL = Record(('name', 'S20'), ('type', 'u1'), ('', 'u1'))
#: name and type of a tool as they are written, before its place
HEAD_BYTES = _TOOL.size


@dataclass(frozen=True, slots=True, eq=False)
class TrackingElement(Element):
    """
    One tool of a TDATA message.

    :param name: at most 20 bytes of UTF-8.
    :param matrix: float64 (4, 4), as in TRANSFORM, mm.
    :param type: 1 tracker, 2 instrument with 6 degrees of freedom, 3 with 3 (tip only), 4 with 5
        (tip and handle, no roll).
    """

    #: the matrix as its columns, without the last row
    RECORD = _TOOL + Record(('matrix', 'f4', (4, 3)))
    _numbers = 'matrix of'

    name: str
    matrix: Floats
    type: int = 1

    def __post_init__(self) -> None:
        checked_text(self.name, 20, 'name')
        _set(self, 'matrix', check_affine(self.matrix, f'matrix of {self.name!r}'))
        _set(self, 'type', check_int(self.type, 0, 255, f'type of {self.name!r}'))

    def moved(self, matrix: Floats) -> TrackingElement:
        return replace(self, matrix=moved_matrix(matrix, self.matrix))

    def _values(self) -> tuple[Any, ...]:
        return checked_text(self.name, 20, 'name'), self.type, *affine_of(self.matrix)

    @classmethod
    def _of(cls, values: Sequence[Any]) -> TrackingElement:
        element = object.__new__(cls)
        _set(element, 'name', fixed_text(values[0]))
        _set(element, 'type', values[1])
        _set(element, 'matrix', matrix_of(tuple(values[2:])))
        return element


@dataclass(frozen=True, slots=True, eq=False)
class QuaternionElement(Element):
    """
    One tool of a QTDATA message.

    :param name: at most 20 bytes of UTF-8.
    :param position: float64 (3,), mm.
    :param quaternion: float64 (4,), x y z w.
    :param type: as in `TrackingElement`.
    """

    RECORD = _TOOL + Record(('position', 'f4', (3,)), ('quaternion', 'f4', (4,)))
    _numbers = 'pose of'

    name: str
    position: Floats
    quaternion: Floats = field(default_factory=lambda: np.array([0.0, 0.0, 0.0, 1.0]))
    type: int = 1

    def __post_init__(self) -> None:
        checked_text(self.name, 20, 'name')
        of = f'of {self.name!r}'
        _set(self, 'position', check_array(self.position, (3,), f'position {of}'))
        _set(self, 'quaternion', check_array(self.quaternion, (4,), f'quaternion {of}'))
        _set(self, 'type', check_int(self.type, 0, 255, f'type {of}'))

    def moved(self, matrix: Floats) -> QuaternionElement:
        return replace(
            self, position=moved_point(matrix, self.position),
            quaternion=turned_quaternion(matrix, self.quaternion))

    def _values(self) -> tuple[Any, ...]:
        return (
            checked_text(self.name, 20, 'name'), self.type, *self.position.tolist(),
            *self.quaternion.tolist())

    @classmethod
    def _of(cls, values: Sequence[Any]) -> QuaternionElement:
        name, type_, *numbers = values
        pose = np.array(numbers)
        return cls(fixed_text(name), pose[:3], pose[3:], type_)


@register('TDATA')
@dataclass(frozen=True, slots=True, eq=False)
class TrackingData(ElementList):
    """
    TDATA: tools and their poses.

    :param elements: the tools, `TrackingElement` each.
    """

    is_stream = can_be_held = has_tools = True
    place = Place.POSES
    element_class = TrackingElement

    def says(self) -> Content:
        matrices = [element.matrix for element in self.elements]
        return Content(
            [matrix[:3, 3] for matrix in matrices],
            [matrix[:3, :3] for matrix in matrices],
            (self.type_name, [(element.name, element.type) for element in self.elements]))


@register('QTDATA')
@dataclass(frozen=True, slots=True, eq=False)
class QuaternionTrackingData(ElementList):
    """
    QTDATA: tools and their poses, with quaternions.

    :param elements: the tools, `QuaternionElement` each.
    """

    is_stream = can_be_held = has_tools = True
    place = Place.POSES
    element_class = QuaternionElement

    def says(self) -> Content:
        return Content(
            [element.position for element in self.elements],
            [element.quaternion for element in self.elements],
            (self.type_name, [(element.name, element.type) for element in self.elements]))
