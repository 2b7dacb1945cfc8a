"""POINT and TRAJ: labelled points such as fiducials and targets, and straight paths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...errors import EncodeError
from ..brief import position_text
from ..fields import (
    Floats,
    check_array,
    check_float,
    check_int,
    check_rgba,
    check_tuple,
    checked_text,
    fixed_text,
)
from ..geometry import moved_point
from ..layout import Record
from ..lists import Element, ElementList
from ..message import Content, Place, register

_set = object.__setattr__


def _check_label(element: Point | Trajectory) -> None:
    of = f'of {element.name!r}'
    checked_text(element.name, 64, 'name')
    checked_text(element.group, 32, f'group {of}')
    checked_text(element.owner, 20, f'owner {of}')
    _set(element, 'rgba', check_rgba(element.rgba, f'rgba {of}'))
    _set(element, 'diameter', check_float(element.diameter, f'diameter {of}'))


@dataclass(frozen=True, slots=True, eq=False)
class Point(Element):
    """
    One point of a POINT message.

    :param name: at most 64 bytes of UTF-8.
    :param position: float64 (3,), mm.
    :param group: such as 'Fiducial' or 'Labeled Point'; at most 32 bytes.
    :param rgba: red, green, blue, alpha, 0 to 255.
    :param diameter: mm, 0 if it has none (the C++ library calls it radius).
    :param owner: device name of the image it belongs to; at most 20 bytes.
    """

    RECORD = Record(
        ('name', 'S64'), ('group', 'S32'), ('rgba', 'u1', (4,)), ('position', 'f4', (3,)),
        ('diameter', 'f4'), ('owner', 'S20'))
    _numbers = 'point'

    name: str
    position: Floats
    group: str = ''
    rgba: tuple[int, int, int, int] = (255, 255, 255, 255)
    diameter: float = 0.0
    owner: str = ''

    def __post_init__(self) -> None:
        _check_label(self)
        what = f'position of {self.name!r}'
        _set(self, 'position', check_array(self.position, (3,), what))

    def moved(self, matrix: Floats) -> Point:
        return replace(self, position=moved_point(matrix, self.position))

    def _values(self) -> tuple[Any, ...]:
        return (
            checked_text(self.name, 64, 'name'), checked_text(self.group, 32, 'group'),
            *self.rgba, *self.position.tolist(), self.diameter,
            checked_text(self.owner, 20, 'owner'))

    @classmethod
    def _of(cls, values: Sequence[Any]) -> Point:
        name, group, r, g, b, a, x, y, z, diameter, owner = values
        return cls(
            fixed_text(name), np.array((x, y, z)), fixed_text(group), (r, g, b, a), diameter,
            fixed_text(owner))


@dataclass(frozen=True, slots=True, eq=False)
class Trajectory(Element):
    """
    One straight path of a TRAJ message.

    :param name: at most 64 bytes of UTF-8.
    :param entry: float64 (3,), mm; means nothing for type 2.
    :param target: float64 (3,), mm; means nothing for type 1.
    :param type: 1 entry only, 2 target only, 3 both.
    :param group: such as 'Trajectory'; at most 32 bytes.
    :param rgba: red, green, blue, alpha, 0 to 255.
    :param diameter: mm, 0 if it has none (the C++ library calls it radius).
    :param owner: device name of the image it belongs to; at most 20 bytes.
    """

    RECORD = Record(
        ('name', 'S64'), ('group', 'S32'), ('type', 'u1'), ('', 'u1'), ('rgba', 'u1', (4,)),
        ('entry', 'f4', (3,)), ('target', 'f4', (3,)), ('diameter', 'f4'), ('owner', 'S20'))
    _numbers = 'trajectory'

    name: str
    entry: Floats
    target: Floats
    type: int = 3
    group: str = ''
    rgba: tuple[int, int, int, int] = (255, 255, 255, 255)
    diameter: float = 0.0
    owner: str = ''

    def __post_init__(self) -> None:
        _check_label(self)
        of = f'of {self.name!r}'
        _set(self, 'entry', check_array(self.entry, (3,), f'entry {of}'))
        _set(self, 'target', check_array(self.target, (3,), f'target {of}'))
        _set(self, 'type', check_int(self.type, 0, 255, f'type {of}'))

    def moved(self, matrix: Floats) -> Trajectory:
        entry, target = moved_point(matrix, self.entry), moved_point(matrix, self.target)
        return replace(self, entry=entry, target=target)

    def _values(self) -> tuple[Any, ...]:
        return (
            checked_text(self.name, 64, 'name'), checked_text(self.group, 32, 'group'), self.type,
            *self.rgba, *self.entry.tolist(), *self.target.tolist(), self.diameter,
            checked_text(self.owner, 20, 'owner'))

    @classmethod
    def _of(cls, values: Sequence[Any]) -> Trajectory:
        name, group, type_, r, g, b, a, *points, diameter, owner = values
        return cls(
            fixed_text(name), np.array(points[:3]), np.array(points[3:]), type_,
            fixed_text(group), (r, g, b, a), diameter, fixed_text(owner))


@register('POINT')
@dataclass(frozen=True, slots=True, eq=False)
class PointList(ElementList):
    """
    POINT: a list of points.

    :param elements: the points, `Point` each.
    """

    place = Place.POINTS
    element_class = Point

    @classmethod
    def from_array(
        cls, points: Any, names: Sequence[str] | None = None, *, group: str = 'Fiducial',
        **fields: Any
    ) -> PointList:
        """
        Make a list of points.

        :param points: (n, 3), mm.
        :param names: of each; default: P-1, P-2 and so on.
        :param group: of all of them.
        :param fields: what all messages share, such as `device_name`.
        :raises EncodeError: if they cannot be written, or there are more or fewer names.
        """
        positions = check_array(points, (-1, 3), 'points')
        if names is None:
            names = [f'P-{number}' for number in range(1, len(positions) + 1)]
        names = check_tuple(names, 'names', 'names')
        if len(names) != len(positions):
            raise EncodeError(f'names: {len(names)} for {len(positions)} points')
        return cls([Point(n, p, group) for n, p in zip(names, positions)], **fields)

    def brief(self) -> str:
        text = f'{len(self.elements)} points'
        if self.elements:
            text += f', the first at {position_text(self.elements[0].position)}'
        return text

    def says(self) -> Content:
        labels = [(p.name, p.group, p.rgba, p.owner) for p in self.elements]
        lengths = [(*p.position.tolist(), p.diameter) for p in self.elements]
        return Content(lengths, (), (self.type_name, labels))


#: the same by a shorter name
Points = PointList


@register('TRAJ', aliases=['TRAJECTORY'])
@dataclass(frozen=True, slots=True, eq=False)
class Trajectories(ElementList):
    """
    TRAJ: a list of straight paths.

    :param elements: the paths, `Trajectory` each.
    """

    place = Place.POINTS
    element_class = Trajectory

    def says(self) -> Content:
        paths = self.elements
        return Content(
            [(*p.entry.tolist(), *p.target.tolist(), p.diameter) for p in paths],
            (),
            (self.type_name, [(p.name, p.type, p.group, p.rgba, p.owner) for p in paths]))
