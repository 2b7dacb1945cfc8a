"""Meshes on their way to and from files: axes, triangles, colours."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..codec.messages.mesh import Attribute, AttributeType, Cells, PolyData
from ..converters.mesh_files import read_shape
from ..errors import ConversionError, FileError
from . import device_name

_log = logging.getLogger(__name__)
#: what 3D Slicer writes into a mesh file, and looks for in one; it takes files without it for LPS
SPACE = 'SPACE=LPS'
_SAID = re.compile(rb'SPACE\s*=\s*(LPS|RAS)', re.IGNORECASE)
_HEAD_BYTES = 4096
_FLIP = np.diag((-1.0, -1.0, 1.0, 1.0))


def is_ras(path: Path) -> bool:
    """Tell whether a file says that it is in RAS."""
    with open(path, 'rb') as file:
        found = _SAID.search(file.read(_HEAD_BYTES))
    return found is not None and found[1].upper() == b'RAS'


def read_mesh(path: Path) -> PolyData:
    """
    Read triangles and the colours of points, and turn them into RAS.

    :raises FileError: if there are none.
    """
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
    return mesh if is_ras(path) else in_lps(mesh)


def in_lps(mesh: PolyData) -> PolyData:
    """Turn a mesh from RAS to LPS, or back."""
    return mesh.moved([_FLIP])


def triangles(path: Path, mesh: PolyData) -> tuple[Any, NDArray[Any]]:
    """
    Make what trimesh writes, in LPS; also gives the points as they are in it.

    :raises FileError: if there are no triangles.
    """
    import trimesh

    faces = mesh.triangles()
    if not len(faces):
        raise FileError(
            f'{path}: the mesh has no triangles, and such a file holds nothing else; .vtp does')
    for what in ('vertices', 'lines'):
        if count := len(getattr(mesh, what)):
            _log.warning('%s: %d %s have no place in such a file; .vtp has', path, count, what)
    turned = in_lps(mesh)
    colours = next((
        attribute.values for attribute in mesh.attributes
        if attribute.type == AttributeType.POINT_RGBA), None)
    # LPS and RAS differ by a half turn: the order of the corners stays
    made = trimesh.Trimesh(
        turned.points, faces, process=False, validate=False,
        vertex_colors=None if colours is None else np.rint(colours * 255).astype(np.uint8))
    return made, turned.points
