"""Meshes (.obj, .ply, .stl): triangles of a POLYDATA, colours in .ply, LPS on disk; by trimesh."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ..codec.messages.mesh import Attribute, AttributeType, Cells, PolyData
from ..converters.mesh_files import read_shape
from ..errors import ConversionError, FileError
from . import Timed, device_name

_log = logging.getLogger(__name__)
EXTENSIONS = ('.obj', '.ply', '.stl')
WRITES = (PolyData,)
# what 3D Slicer writes into a mesh file, and looks for in one; it takes files without it for LPS
_SPACE = 'SPACE=LPS'
_SAID = re.compile(rb'SPACE\s*=\s*(LPS|RAS)', re.IGNORECASE)
_HEAD_BYTES = 4096
_STL_HEAD = f'igtl_ros2, mm. {_SPACE}'.encode().ljust(80, b'\0')
_FLIP = np.diag((-1.0, -1.0, 1.0, 1.0))


def read(path: Path) -> Iterator[Timed]:
    """Read triangles and the colours of points; SPACE=RAS is believed, all else is LPS."""
    try:
        shape = read_shape(path)
    except ConversionError as error:
        raise FileError(f'{path}: {error}') from error
    for fault in shape.faults:
        _log.warning('%s: %s', path, fault)
    points = np.asarray(shape.points, np.float64)
    if not np.isfinite(points).all():
        at = int(np.flatnonzero(~np.isfinite(points).all(axis=1))[0])
        raise FileError(f'{path}: point {at} is {points[at].tolist()}, wanted finite numbers')
    attributes = []
    if shape.colours is not None:
        attributes.append(Attribute('Color', AttributeType.POINT_RGBA, shape.colours))
    mesh = PolyData(
        points.astype(np.float32), polygons=Cells.of(shape.faces),
        attributes=tuple(attributes), device_name=device_name(path))
    with open(path, 'rb') as file:
        said = _SAID.search(file.read(_HEAD_BYTES))
    yield 0.0, mesh if said is not None and said[1].upper() == b'RAS' else in_lps(mesh)


def in_lps(mesh: PolyData) -> PolyData:
    """Turn a mesh from RAS to LPS, or back."""
    return mesh.moved([_FLIP])


def write(path: Path, mesh: PolyData) -> None:
    """Write points and triangles, but for OBJ in binary form."""
    import trimesh

    faces = mesh.triangles()
    if not len(faces):
        raise FileError(
            f'{path}: the mesh has no triangles, and such a file holds nothing else; .vtp does')
    for what in ('vertices', 'lines'):
        if count := len(getattr(mesh, what)):
            _log.warning('%s: %d %s have no place in such a file; .vtp has', path, count, what)
    points = in_lps(mesh).points
    end = path.suffix.lower()
    # LPS and RAS differ by a half turn: the order of the corners stays
    if end == '.obj':
        lines = [f'# igtl_ros2, mm. {_SPACE}']
        lines += [f'v {x!r} {y!r} {z!r}' for x, y, z in points.tolist()]
        lines += [f'f {a} {b} {c}' for a, b, c in (faces + 1).tolist()]
        path.write_text('\n'.join(lines) + '\n', encoding='utf-8')
        return
    colours = next((
        attribute.values for attribute in mesh.attributes
        if attribute.type == AttributeType.POINT_RGBA), None)
    made = trimesh.Trimesh(
        points, faces, process=False, validate=False,
        vertex_colors=None if colours is None else np.rint(colours * 255).astype(np.uint8))
    data: Any = made.export(file_type=end[1:])
    if end == '.ply':
        start, mark, rest = data.partition(b'\nelement')
        path.write_bytes(start + f'\ncomment {_SPACE}'.encode() + mark + rest)
    else:
        path.write_bytes(_STL_HEAD + data[len(_STL_HEAD) :])
