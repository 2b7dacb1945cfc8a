"""POLYDATA: points, the vertices, lines, polygons and strips between them, and attributes."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Any, ClassVar

import numpy as np
from numpy import typing as npt

from ...errors import ContentError, EncodeError
from ..fields import (
    Buffer,
    Floats,
    as_array,
    check_elements,
    check_float32,
    check_int,
    check_tuple,
    raw_text,
    text_bytes,
    wire_bytes,
)
from ..layout import Attributes, Each, Layout, Lists, Record
from ..message import Envelope, Message, Place, register

_set = object.__setattr__
_log = logging.getLogger(__name__)
_MAX_NAME_BYTES = 255
_MAX_ATTRIBUTES = 1000  # each takes many times the memory of its bytes
_SECTIONS = ('vertices', 'lines', 'polygons', 'triangle_strips')
_HEAD = Record(
    ('point_count', 'u4'),
    *((f'{name}_{what}', 'u4') for name in _SECTIONS for what in ('count', 'size')),
    ('attribute_count', 'u4'),
)
_POINT = Record(('points', 'f4', (3,)))
_ATTRIBUTE = Record(('type', 'u1'), ('components', 'u1'), ('rows', 'u4'))


class AttributeType(IntEnum):
    """What the numbers of an attribute are; from 16 on one for each cell, else for each point."""

    POINT_SCALARS = 0x00
    POINT_VECTORS = 0x01
    POINT_NORMALS = 0x02
    POINT_TENSORS = 0x03
    POINT_RGBA = 0x04
    POINT_TCOORDS = 0x05
    CELL_SCALARS = 0x10
    CELL_VECTORS = 0x11
    CELL_NORMALS = 0x12
    CELL_TENSORS = 0x13
    CELL_RGBA = 0x14
    CELL_TCOORDS = 0x15


_COMPONENTS = {
    first + kind: components
    for first in (AttributeType.POINT_SCALARS, AttributeType.CELL_SCALARS)
    for kind, components in ((1, 3), (2, 3), (3, 9), (4, 4), (5, 3))
}
# The C++ library writes and reads nine components for these, the first ones filled: fewer make
# it read beyond the message
_NINE_WIDE = {0x04, 0x05, 0x11, 0x12, 0x14, 0x15}
_TCOORDS = {0x05, 0x15}


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """
    Cells of one kind: which points each of them joins; arrays are not copied.

    :param indices: uint32 (m,), point indices of all cells, one cell after the other.
    :param sizes: int64 (n,), how many of them belong to each cell.
    """

    indices: npt.NDArray[np.uint32] = field(repr=False)
    sizes: npt.NDArray[np.int64]

    def __post_init__(self) -> None:
        indices = _whole_numbers(self.indices, 0, 'indices').astype(np.uint32, copy=False)
        sizes = _whole_numbers(self.sizes, 1, 'sizes').astype(np.int64, copy=False)
        if int(sizes.sum()) != len(indices):
            raise EncodeError(
                f'cells: {len(sizes)} sizes with the sum {int(sizes.sum())}, '
                f'{len(indices)} indices')
        _set(self, 'indices', indices)
        _set(self, 'sizes', sizes)

    def __len__(self) -> int:
        return len(self.sizes)

    @classmethod
    def of(cls, cells: Any) -> Cells:
        """
        Make cells of `Cells`, an (n, k) array, or a list of lists of point indices.

        :raises EncodeError: if they are neither.
        """
        if isinstance(cells, Cells):
            return cells
        if isinstance(cells, np.ndarray) and cells.ndim == 2:
            return cls(cells.reshape(-1), np.full(len(cells), cells.shape[1], np.int64))
        lists = [
            check_tuple(cell, 'cells', 'point indices')
            for cell in check_tuple(cells, 'cells', 'lists of point indices')]
        return cls(
            as_array([index for cell in lists for index in cell], 'cells'),
            np.array([len(cell) for cell in lists], np.int64))

    def to_lists(self) -> list[list[int]]:
        """List the point indices of each cell."""
        ends = np.cumsum(self.sizes)
        starts = ends - self.sizes
        flat = self.indices.tolist()
        return [flat[start:end] for start, end in zip(starts.tolist(), ends.tolist())]

    def encode(self) -> memoryview:
        """
        Write each cell as its size and its indices.

        :raises EncodeError: if somebody has changed the arrays, and they do not fit any more.
        """
        words = np.empty(len(self.indices) + len(self.sizes), '>u4')
        if len(self.sizes):
            size = int(self.sizes[0])
            if (self.sizes == size).all():
                self._check_count(size * len(self.sizes), size)
                table = words.reshape(len(self.sizes), size + 1)
                table[:, 0] = size
                table[:, 1:] = self.indices.reshape(-1, size)
            else:
                self._check_count(int(self.sizes.sum()), int(self.sizes.min()))
                heads = np.cumsum(self.sizes + 1) - self.sizes - 1
                is_index = np.ones(len(words), bool)
                is_index[heads] = False
                words[heads] = self.sizes
                words[is_index] = self.indices
        return wire_bytes(words)

    def _check_count(self, count: int, least: int) -> None:
        if count != len(self.indices) or least < 1:
            raise EncodeError(
                f'cells: {len(self.indices)} indices do not fit the sizes, which have changed')

    @classmethod
    def decode(cls, data: memoryview, count: int, points: int, what: str) -> Cells:
        """
        Read `count` cells that fill the data.

        :raises ContentError: if they do not, or name points that do not exist.
        """
        if len(data) % 4 or 4 * count > len(data) or not count and len(data):
            raise ContentError(f'{count} {what} in {len(data)} bytes')
        words = np.frombuffer(data, '>u4')
        if not count:
            return _no_cells()
        size = int(words[0])
        if len(words) == count * (size + 1) and (words[:: size + 1] == size).all() and size:
            sizes = np.full(count, size, np.int64)
            indices = words.reshape(count, size + 1)[:, 1:].astype(np.uint32).reshape(-1)
        else:
            words = words.astype(np.uint32)
            heads = _cell_heads(words, count, what)
            sizes = words[heads].astype(np.int64)
            indices = np.delete(words, heads)
        if len(indices) and int(indices.max()) >= points:
            raise ContentError(f'{what} name point {int(indices.max())} of {points}')
        cells = object.__new__(cls)
        _set(cells, 'indices', indices)
        _set(cells, 'sizes', sizes)
        return cells


def _whole_numbers(values: Any, low: int, what: str) -> npt.NDArray[Any]:
    array = as_array(values, f'{what} of cells')
    if array.shape == (0,):
        return np.zeros(0, np.uint32)
    if array.ndim != 1 or array.dtype.kind not in 'iu':
        raise EncodeError(
            f'{what} of cells: {array.dtype} {array.shape}, wanted whole numbers of shape (n,)')
    least, most = int(array.min()), int(array.max())
    if least < low or most >= 1 << 32:
        raise EncodeError(
            f'{what} of cells: {least} to {most}, wanted {low} or more and less than 2**32')
    return array


def _cell_heads(words: npt.NDArray[np.uint32], count: int, what: str) -> npt.NDArray[np.int64]:
    heads = np.empty(count, np.int64)
    places, sizes = heads.data, words.data  # much faster than the arrays, one by one
    place = 0
    for number in range(count):
        if place >= len(sizes) or not sizes[place]:
            raise ContentError(f'{what}: cell {number} of {count} is empty or missing')
        places[number] = place
        place += sizes[place] + 1
    if place != len(sizes):
        raise ContentError(f'{what}: {count} cells take {place} words, there are {len(sizes)}')
    return heads


def _no_cells() -> Cells:
    return Cells(np.zeros(0, np.uint32), np.zeros(0, np.int64))


@dataclass(frozen=True, slots=True, eq=False)
class Attribute:
    """
    Numbers that belong to the points or cells of a mesh.

    :param name: at most 255 bytes of UTF-8.
    :param type: see `AttributeType`.
    :param values: float32 (n, components); (n,) for one component. Vectors and normals have 3
        components, texture coordinates 3 (2 get a third one, 0), RGBA (0 to 1) 4, tensors 9.
    """

    name: str
    type: int
    values: npt.NDArray[np.float32] = field(repr=False)

    def __post_init__(self) -> None:
        raw = text_bytes(self.name, 'name of an attribute')
        if len(raw) > _MAX_NAME_BYTES or b'\0' in raw:
            raise EncodeError(
                f'name of an attribute: {self.name!r}, wanted at most 255 bytes without NUL')
        _set(self, 'type', check_int(self.type, 0, 255, f'type of {self.name!r}'))
        what = f'values of {self.name!r}'
        values = as_array(self.values, what)
        if values.ndim == 1:
            values = values[:, None]
        if self.type in _TCOORDS and values.shape[1:] == (2,):
            values = np.pad(values, ((0, 0), (0, 1)))
        values = check_float32(values, (-1, _COMPONENTS.get(self.type, -1)), what)
        if not 1 <= values.shape[1] <= 255:
            raise EncodeError(f'{what}: {values.shape[1]} components, wanted 1 to 255')
        _set(self, 'values', values)

    def turned(self, rotation: Floats) -> Attribute:
        """Give it for a mesh that is rotated by a (3, 3) matrix."""
        if self.type not in DIRECTED:
            return self
        values = self.values.astype(np.float64)
        if values.shape[1] == 3:
            values = values @ rotation.T
        else:  # a tensor
            values = (rotation @ values.reshape(-1, 3, 3) @ rotation.T).reshape(-1, 9)
        return replace(self, values=values.astype(np.float32))

    @property
    def is_per_cell(self) -> bool:
        """Whether there is one row for each cell (of all kinds) rather than for each point."""
        return self.type >= AttributeType.CELL_SCALARS


#: attributes that have a direction in space: it turns with the mesh
DIRECTED = frozenset(
    {
        AttributeType.POINT_VECTORS,
        AttributeType.POINT_NORMALS,
        AttributeType.POINT_TENSORS,
        AttributeType.CELL_VECTORS,
        AttributeType.CELL_NORMALS,
        AttributeType.CELL_TENSORS}
)


@register('POLYDATA')
@dataclass(frozen=True, slots=True, eq=False)
class PolyData(Message):
    """
    POLYDATA: a mesh.

    :param points: float32 (n, 3), mm; neither they nor arrays of cells are copied.
    :param vertices: `Cells`, or what `Cells.of` takes.
    :param lines: polylines, likewise.
    :param polygons: likewise.
    :param triangle_strips: likewise.
    :param attributes: `Attribute` each. Scalars for cells are not sent: no reader of the C++
        library understands them.
    """

    is_stream = True
    place = Place.BODY
    layout: ClassVar[Layout] = (
        _HEAD, Each('points', _POINT.dtype, 'point_count'),
        *(Lists(name, f'{name}_count', f'{name}_size') for name in _SECTIONS),
        Attributes('attributes', _ATTRIBUTE.dtype, 'attribute_count'))
    codes = (('type', AttributeType),)

    points: npt.NDArray[np.float32] = field(repr=False)
    vertices: Cells = field(default_factory=_no_cells)
    lines: Cells = field(default_factory=_no_cells)
    polygons: Cells = field(default_factory=_no_cells)
    triangle_strips: Cells = field(default_factory=_no_cells)
    attributes: tuple[Attribute, ...] = ()

    def __post_init__(self) -> None:
        Message.__post_init__(self)
        points = as_array(self.points, 'points')
        if points.shape == (0,):
            points = np.zeros((0, 3), np.float32)
        points = check_float32(points, (-1, 3), 'points')
        _set(self, 'points', points)
        for name in _SECTIONS:
            cells = Cells.of(getattr(self, name))
            if len(cells.indices) and int(cells.indices.max()) >= len(points):
                raise EncodeError(
                    f'{name}: point {int(cells.indices.max())}, there are {len(points)}')
            _set(self, name, cells)
        attributes = check_elements(self.attributes, Attribute, 'attributes', _MAX_ATTRIBUTES)
        _set(self, 'attributes', attributes)
        for attribute in attributes:
            wanted = self.cell_count if attribute.is_per_cell else len(points)
            if len(attribute.values) != wanted:
                raise EncodeError(
                    f'values of {attribute.name!r}: {len(attribute.values)} rows, wanted {wanted}')

    @classmethod
    def from_arrays(cls, vertices: Any, faces: Any = (), **fields: Any) -> PolyData:
        """
        Make a mesh of corners and faces.

        :param vertices: (n, 3), mm.
        :param faces: indices of corners: (m, 3), (m, 4), or a list of lists.
        :param fields: `attributes`, and what all messages share, such as `device_name`.
        :raises EncodeError: if it cannot be written.
        """
        cells = np.asarray(faces) if isinstance(faces, np.ndarray) else faces
        return cls(vertices, polygons=Cells.of(cells), **fields)

    @property
    def cell_count(self) -> int:
        """Number of cells of all kinds."""
        return sum(len(getattr(self, name)) for name in _SECTIONS)

    def moved(self, matrices: Sequence[Floats]) -> PolyData:
        (matrix,) = matrices
        rotation = matrix[:3, :3]
        points = self.points.astype(np.float64) @ rotation.T + matrix[:3, 3]
        attributes = tuple(attribute.turned(rotation) for attribute in self.attributes)
        return replace(self, points=points.astype(np.float32), attributes=attributes)

    def triangles(self) -> npt.NDArray[np.uint32]:
        """
        Cut polygons and strips into triangles: uint32 (m, 3) point indices.

        Polygons are cut as fans around their first point; every other triangle of a strip is
        turned, so that all face the same way.
        """
        start, number = _places(self.polygons)
        fans = (start, start + number + 1, start + number + 2)
        start, number = _places(self.triangle_strips)
        odd = number % 2
        strips = (start + number, start + number + 1 + odd, start + number + 2 - odd)
        return np.concatenate(
            [
                self.polygons.indices[np.stack(fans, axis=1)],
                self.triangle_strips.indices[np.stack(strips, axis=1)]])

    def brief(self) -> str:
        return (
            f'{len(self.points)} points, {len(self.polygons)} polygons, '
            f'{len(self.triangle_strips)} strips, {len(self.lines)} lines')

    def encode_content(self) -> Sequence[Buffer]:
        sections = [getattr(self, name).encode() for name in _SECTIONS]
        counts = [len(getattr(self, name)) for name in _SECTIONS]
        attributes = [a for a in self.attributes if a.type != AttributeType.CELL_SCALARS]
        if len(attributes) < len(self.attributes):
            _log.warning('scalars for cells of POLYDATA %r are not sent', self.device_name)
        pairs = [number for pair in zip(counts, map(len, sections)) for number in pair]
        head = _HEAD.pack(len(self.points), *pairs, len(attributes))
        points = wire_bytes(self.points.astype('>f4', copy=False))
        widths = [9 if a.type in _NINE_WIDE else a.values.shape[1] for a in attributes]
        heads = [_ATTRIBUTE.pack(a.type, n, len(a.values)) for a, n in zip(attributes, widths)]
        names = b''.join(text_bytes(a.name, 'name') + b'\0' for a in attributes)
        if len(names) % 2:
            names += b'\0'
        data = [_wire_values(attribute) for attribute in attributes]
        return head, points, *sections, b''.join([*heads, names]), *data

    @classmethod
    def decode_content(cls, content: memoryview, envelope: Envelope) -> PolyData:
        npoints, *pairs, nattributes = _HEAD.start_of(content)
        sizes = pairs[1::2]
        start = _HEAD.size + _POINT.size * npoints
        if start + sum(sizes) + _ATTRIBUTE.size * nattributes > len(content):
            raise ContentError(
                f'{npoints} points, cells of {sum(sizes)} bytes and {nattributes} attributes in '
                f'{len(content)} bytes of content')
        points = np.frombuffer(content, '>f4', 3 * npoints, _HEAD.size)
        cells = {}
        for name, count, size in zip(_SECTIONS, pairs[0::2], sizes):
            cells[name] = Cells.decode(content[start : start + size], count, npoints, name)
            start += size
        total = sum(map(len, cells.values()))
        return cls.from_wire(
            envelope,
            points=points.astype(np.float32).reshape(-1, 3),
            attributes=_decode_attributes(
                content[start:], nattributes, npoints, total, envelope.strict
            ),
            **cells)


def _wire_values(attribute: Attribute) -> memoryview:
    values = attribute.values
    if attribute.type in _NINE_WIDE:
        # the real values first, then zeros: that is how the C++ library reads it
        wide = np.zeros(9 * len(values), '>f4')
        wide[: values.size] = values.reshape(-1)
        return wire_bytes(wide)
    return wire_bytes(values.astype('>f4', copy=False))


def _decode_attributes(
    content: memoryview, count: int, points: int, cells: int, strict: bool
) -> tuple[Attribute, ...]:
    if count > _MAX_ATTRIBUTES:
        raise ContentError(f'{count} attributes, at most {_MAX_ATTRIBUTES}')
    heads = [_ATTRIBUTE.unpack_from(content, _ATTRIBUTE.size * n) for n in range(count)]
    start = _ATTRIBUTE.size * count
    sizes = [4 * components * rows for _, components, rows in heads]
    room = len(content) - start - sum(sizes)
    if room < count:
        raise ContentError(f'{count} attributes of {sum(sizes)} bytes in {len(content)} bytes')
    names = content[start : start + room].tobytes().split(b'\0')
    used = sum(len(name) + 1 for name in names[:count])
    padded = used + used % 2  # one NUL more makes the size even; some peers leave it out
    fits = room == padded or room == used and not strict
    if not fits or len(names) <= count or any(names[count:]):
        raise ContentError(f'{room} bytes of names for {count} attributes')
    start += room
    attributes = []
    for (kind, components, rows), size, raw in zip(heads, sizes, names):
        name = raw_text(raw)
        wanted = cells if kind >= AttributeType.CELL_SCALARS else points
        if not components or rows != wanted:
            raise ContentError(
                f'attribute {name!r}: {rows} rows of {components} components, wanted {wanted} rows'
            )
        natural = _natural_components(kind, components)
        values = np.frombuffer(content, '>f4', natural * rows, start).astype(np.float32)
        start += size
        attributes.append(Attribute(name, kind, values.reshape(rows, natural)))
    return tuple(attributes)


def _natural_components(kind: int, components: int) -> int:
    """Tell how many components are real: the rest of nine is memory of the sender."""
    if components == 9 and kind in _NINE_WIDE:
        return _COMPONENTS[kind]
    if components == 9 and kind == AttributeType.CELL_SCALARS:
        return 1
    return components


def _places(cells: Cells) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Tell of each triangle where its cell starts in the indices, and its number in the cell."""
    counts = np.maximum(cells.sizes - 2, 0)
    starts = np.cumsum(cells.sizes) - cells.sizes
    firsts = np.cumsum(counts) - counts
    numbers = np.arange(int(counts.sum())) - np.repeat(firsts, counts)
    return np.repeat(starts, counts), numbers


#: the same by a shorter name
Mesh = PolyData
