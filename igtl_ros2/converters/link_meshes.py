"""The shapes of a link of a robot as one POLYDATA, through trimesh."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..codec.libraries import library
from ..codec.messages.mesh import Attribute, AttributeType, Cells, PolyData
from ..errors import ConversionError
from .mesh_files import Shape, each, joined, read_shape
from .units import positions_from_ros
from .urdf import Visual

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
    whole, faults = link_shape(visuals, resolve)
    points: Any = positions_from_ros(whole.points, unit)
    attributes = []
    if whole.colours is not None:
        attributes = [Attribute('RGBA', AttributeType.POINT_RGBA, whole.colours)]
    cells = Cells.of(whole.faces)
    return PolyData(points, polygons=cells, attributes=tuple(attributes), **envelope), faults


def link_shape(visuals: Iterable[Visual], resolve: Resolve) -> tuple[Shape, list[str]]:
    """
    Make one shape of those of a link, in metres, in the frame of the link.

    :param resolve: finds the file of a URL, or raises ConversionError.
    :returns: the shape, and what could not be shown.
    """
    shapes: list[Shape] = []
    faults = []
    count = 0
    for visual in visuals:
        what = visual.url or visual.kind
        try:
            shape = _shape(visual, resolve)
            if count + len(shape.points) > _MAX_POINTS:
                raise ConversionError(f'with it the link has over {_MAX_POINTS} points')
            shape.points = positions_from_ros(shape.points, 'm')
        except ConversionError as error:
            faults.append(f'{what}: {error}')
            continue
        faults += [f'{what}: {fault}' for fault in shape.faults]
        shapes.append(shape)
        count += len(shape.points)
    return joined(shapes), faults


def _shape(visual: Visual, resolve: Resolve) -> Shape:
    """Make a mesh of a shape, in metres, where it belongs in the link."""
    if visual.kind == 'mesh':
        shape = read_shape(resolve(visual.url))
        place = visual.origin @ np.diag([*visual.sizes, 1.0])
    else:
        shape = solid(visual.kind, visual.sizes)
        place = visual.origin
    shape.points = shape.points @ place[:3, :3].T + place[:3, 3]
    if np.linalg.det(place[:3, :3]) < 0:
        shape.faces = shape.faces[:, ::-1]  # what is mirrored is turned around
    if shape.colours is None and visual.colour is not None:
        # as in RViz, what a file says of its colours counts first
        shape.colours = each(visual.colour, len(shape.points))
    return shape


def solid(kind: str, sizes: Sequence[float]) -> Shape:
    """
    Make a box, a cylinder or a sphere around the origin.

    :param sizes: as those of a `Visual`.
    """
    trimesh = library('trimesh', 'trimesh', 'the shape of a link')
    if kind == 'box':
        mesh = trimesh.creation.box(sizes)
    elif kind == 'cylinder':
        radius, length = sizes
        mesh = trimesh.creation.cylinder(radius, length, sections=_CYLINDER_SECTIONS)
    else:
        mesh = trimesh.creation.icosphere(_SPHERE_SUBDIVISIONS, sizes[0])
    return Shape(np.array(mesh.vertices, float), np.asarray(mesh.faces, np.uint32))
