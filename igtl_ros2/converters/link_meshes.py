"""The shapes of a link of a robot as one POLYDATA, through trimesh."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from ..codec.messages.mesh import Cells, PolyData
from ..errors import ConversionError
from .registry import library
from .units import positions_from_ros
from .urdf import Visual

_FORMATS = ('stl', 'obj', 'dae')
_MAX_FILE_BYTES = 1 << 28
_MAX_POINTS = 5_000_000
_CYLINDER_SECTIONS = 48
_SPHERE_SUBDIVISIONS = 3  # 642 points

Resolve = Callable[[str], Path]


def link_mesh(
    visuals: Iterable[Visual], resolve: Resolve, unit: str, **envelope: Any
) -> tuple[PolyData, list[str]]:
    """
    Make one mesh of the shapes of a link, in the frame of the link.

    :param resolve: finds the file of a URL, or raises ConversionError.
    :param unit: of lengths on the wire.
    :returns: the mesh, without points if there is nothing to show, and what could not be shown.
    """
    points, corners, faults = [np.zeros((0, 3))], [np.zeros((0, 3), np.uint32)], []
    count = 0
    for visual in visuals:
        try:
            shape = _shape(visual, resolve)
            wire: Any = positions_from_ros(shape.vertices, unit)
            faces = np.asarray(shape.faces, np.uint32)
            if count + len(wire) > _MAX_POINTS:
                raise ConversionError(f'with it the link has over {_MAX_POINTS} points')
        except ConversionError as error:
            faults.append(f'{visual.url or visual.kind}: {error}')
            continue
        points.append(wire)
        corners.append(faces + np.uint32(count))
        count += len(wire)
    cells = Cells.of(np.concatenate(corners))
    joined: Any = np.concatenate(points)
    return PolyData(joined, polygons=cells, **envelope), faults


def _shape(visual: Visual, resolve: Resolve) -> Any:
    """
    Make a mesh of a shape, in metres, where it belongs in the link.

    :raises ConversionError: if that cannot be done.
    """
    trimesh = library('trimesh', 'trimesh', 'the shape of a link')
    if visual.kind == 'box':
        mesh = trimesh.creation.box(visual.sizes)
    elif visual.kind == 'cylinder':
        radius, length = visual.sizes
        mesh = trimesh.creation.cylinder(radius, length, sections=_CYLINDER_SECTIONS)
    elif visual.kind == 'sphere':
        mesh = trimesh.creation.icosphere(_SPHERE_SUBDIVISIONS, visual.sizes[0])
    else:
        mesh = _load(trimesh, resolve(visual.url))
        # turns triangles around where the scale mirrors
        mesh.apply_transform(np.diag([*visual.sizes, 1.0]))
    mesh.apply_transform(visual.origin)
    return mesh


def _load(trimesh: Any, path: Path) -> Any:
    """
    Read a file with a mesh, in metres.

    :raises ConversionError: if it holds none that can be read.
    """
    form = path.suffix[1:].lower()
    if form not in _FORMATS:
        raise ConversionError(f'files of this kind are not read; possible: {", ".join(_FORMATS)}')
    if form == 'dae':
        library('collada', 'pycollada', 'a DAE file')
    try:
        if not path.is_file():
            raise ConversionError(f'there is no file {path}')
        if path.stat().st_size > _MAX_FILE_BYTES:
            raise ConversionError(f'the file is larger than {_MAX_FILE_BYTES} bytes')
        with path.open('rb') as file:
            # as it is: what else it does is to leave out what is not finite
            mesh = trimesh.load(file, file_type=form, force='mesh', process=False)
    except ConversionError:
        raise
    except Exception as error:  # whatever its readers stumble over
        raise ConversionError(f'it cannot be read: {error!r}') from error
    if not len(getattr(mesh, 'faces', ())):
        raise ConversionError('it has no triangles')
    if not np.isfinite(mesh.vertices).all():
        raise ConversionError('it has points that are not finite')
    mesh.merge_vertices()  # each triangle of an STL file has corners of its own
    if mesh.units:  # DAE alone says it
        mesh.apply_scale(trimesh.units.unit_conversion(mesh.units, 'meters'))
    return mesh
