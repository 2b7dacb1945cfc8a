"""Meshes as markers, in a file of their own: only they need visualization_msgs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from geometry_msgs.msg import Point, Vector3
from numpy.typing import NDArray
from std_msgs.msg import ColorRGBA, Header
from visualization_msgs.msg import Marker, MarkerArray

from ..codec.messages.mesh import Attribute, AttributeType, Cells, PolyData
from ..errors import ConversionError
from .bulk import fill_rows
from .markers import FAR, note_parts, sendable, shared_header
from .mesh_files import find_file, read_again
from .mesh_parts import colour_bytes, mesh_of
from .names import ros_name
from .registry import Sending, from_ros
from .solids import Solid, arrow, box, cylinder, sphere
from .units import Matrix, pose_from_ros

_LINE_WIDTH_M = _POINT_SIZE_M = 0.001
_PLAIN = (0.8, 0.8, 0.8, 1.0)
# how many points make a unit of a list marker; a strip needs two at least
_UNITS = {Marker.TRIANGLE_LIST: 3, Marker.LINE_LIST: 2, Marker.LINE_STRIP: 1, Marker.POINTS: 1}


def mesh_markers(
    message: PolyData, positions: Matrix, device: str, header: Header
) -> MarkerArray:
    """
    Make three markers of a mesh: triangles, lines and points.

    Those that a mesh has nothing for are deleted, so that none of the mesh before stays.
    """
    vertices = message.vertices.indices
    if not message.cell_count:
        vertices = np.arange(len(message.points), dtype=np.uint32)
    kinds = (
        (Marker.TRIANGLE_LIST, message.triangles().reshape(-1), (1.0, 1.0, 1.0)),
        (Marker.LINE_LIST, segments(message.lines), (_LINE_WIDTH_M, 0.0, 0.0)),
        (Marker.POINTS, vertices, (_POINT_SIZE_M, _POINT_SIZE_M, 0.0)),
    )
    colours = _point_colours(message)
    markers = []
    for number, (kind, indices, (x, y, z)) in enumerate(kinds):
        marker = Marker(header=header, ns=ros_name(device), id=number, type=kind)
        marker.action = Marker.ADD if len(indices) else Marker.DELETE
        marker.scale = Vector3(x=x, y=y, z=z)
        marker.color = ColorRGBA(**dict(zip('rgba', _PLAIN)))
        fill_rows(marker, 'points', Point, positions, indices)
        if colours is not None:
            fill_rows(marker, 'colors', ColorRGBA, colours, indices)
        markers.append(marker)
    return MarkerArray(markers=markers)


def _point_colours(message: PolyData) -> NDArray[np.float32] | None:
    """Give the colours of the points, red, green, blue and alpha; None if the mesh has none."""
    for attribute in message.attributes:
        if attribute.type == AttributeType.POINT_RGBA:
            return np.divide(colour_bytes(attribute.values), 255.0, dtype=np.float32)
    return None


def segments(lines: Cells) -> NDArray[np.uint32]:
    """Cut polylines into pairs of point numbers, one pair after the other."""
    starts = np.ones(len(lines.indices), bool)
    starts[np.cumsum(lines.sizes) - 1] = False  # no segment begins at the end of a line
    first = np.flatnonzero(starts)
    return np.stack([lines.indices[first], lines.indices[first + 1]], axis=1).reshape(-1)


# -- from ROS


@from_ros(Marker, 'POLYDATA', takes_long=True)
def mesh_from_marker(message: Marker, sending: Sending) -> PolyData:
    """Marker as POLYDATA: triangles, lines or points."""
    return _mesh([message], sending)


@from_ros(MarkerArray, 'POLYDATA', takes_long=True)
def mesh_from_markers(message: MarkerArray, sending: Sending) -> PolyData:
    """MarkerArray as one POLYDATA, but for texts."""
    return _mesh(message.markers, sending)


def _mesh(markers: Sequence[Marker], sending: Sending) -> PolyData:
    """Join markers into one mesh, with a colour for each point."""
    if sending.rule.type:  # else it is of a part of them
        note_parts(markers, sending)
    kept, parts = sendable(markers, _part, sending)
    header = shared_header(kept or markers)
    points, colours = [np.zeros((0, 3))], [np.zeros((0, 4))]
    cells: dict[str, list[Cells]] = {'vertices': [], 'lines': [], 'polygons': []}
    count = 0
    for placed, rgba, kind, own in parts:
        points.append(placed)
        colours.append(rgba)
        if len(own):
            cells[kind].append(Cells(own.indices + np.uint32(count), own.sizes))
        count += len(placed)
    values = np.concatenate(colours).astype(np.float32)
    attributes = [Attribute('RGBA', AttributeType.POINT_RGBA, values)] if count else []
    whole = {
        name: Cells(np.concatenate([np.zeros(0, np.uint32), *(part.indices for part in found)]),
                    np.concatenate([np.zeros(0, np.int64), *(part.sizes for part in found)]))
        for name, found in cells.items()
    }
    return mesh_of(np.concatenate(points), sending, header, attributes=attributes, **whole)


def _part(marker: Marker) -> tuple[Matrix, NDArray[np.float64], str, Cells]:
    """Make points in the frame of its header of a marker, their colours, kind and cells."""
    if marker.type in _SOLIDS:
        points, colours, faces = _SOLIDS[marker.type](marker)
        placed = _placed(marker, points)
        cells = Cells.of(faces)
        kind = 'polygons'
    else:
        unit = _UNITS.get(marker.type)
        if unit is None:
            raise ConversionError(
                f'of type {marker.type} cannot be sent as POLYDATA; possible: TRIANGLE_LIST, '
                f'LINE_LIST, LINE_STRIP, POINTS, CUBE, CUBE_LIST, SPHERE, SPHERE_LIST, CYLINDER, '
                f'ARROW, MESH_RESOURCE')
        if len(marker.points) % unit:
            raise ConversionError(f'{len(marker.points)} points, wanted groups of {unit}')
        points = _points(marker)
        if marker.type == Marker.TRIANGLE_LIST:  # the scale of the others is a width
            points = _times(points, _scale(marker))
        placed = _placed(marker, points)
        colours = _colours(marker)
        numbers = np.arange(len(points), dtype=np.uint32)
        if marker.type == Marker.LINE_STRIP:
            cells = Cells.of(numbers[None] if len(numbers) > 1 else [])
            kind = 'lines'
        else:
            cells = Cells.of(numbers.reshape(-1, unit))
            kind = {3: 'polygons', 2: 'lines', 1: 'vertices'}[unit]
    if not np.isfinite(colours).all():
        raise ConversionError('its colours are not finite')
    return placed, colours, kind, cells


# -- solid markers: points before the pose of the marker, a colour for each, triangles

_Parts = tuple[Matrix, NDArray[np.float64], NDArray[np.uint32]]


def _one(solid: Callable[[], Solid]) -> Callable[[Marker], _Parts]:
    """Make what makes a solid of the size that the scale of a marker says."""

    def make(marker: Marker) -> _Parts:
        points, faces = solid()
        scale = _scale(marker)
        return _times(points, scale), _tile(marker.color, len(points)), facing_out(faces, scale)

    return make


def _list(solid: Callable[[int], Solid]) -> Callable[[Marker], _Parts]:

    def make(marker: Marker) -> _Parts:
        places, scale = _points(marker), _scale(marker)
        points, faces = solid(len(places))
        whole = (places[:, None] + _times(points, scale)).reshape(-1, 3)
        starts = len(points) * np.arange(len(places), dtype=np.uint32)
        triangles = (starts[:, None, None] + facing_out(faces, scale)).reshape(-1, 3)
        return whole, np.repeat(_colours(marker), len(points), axis=0), triangles

    return make


def _arrow(marker: Marker) -> _Parts:
    ends, scale = _points(marker), _scale(marker)
    if not len(ends):  # along x, as long as its scale says, as high and as wide as it says
        points, faces = arrow(1.0, 0.5, 1.0)
        return _times(points, scale), _tile(marker.color, len(points)), facing_out(faces, scale)
    if len(ends) != 2:
        raise ConversionError(f'an arrow has {len(ends)} points, wanted 2 or none')
    along = ends[1] - ends[0]
    length = float(np.linalg.norm(along))
    if not np.isfinite(length) or not length:
        raise ConversionError(f'an arrow of {length:g} m has no direction')
    points, faces = arrow(length, *scale)
    x = along / length
    y = np.cross(np.eye(3)[np.argmin(np.abs(x))], x)
    y /= np.linalg.norm(y)
    turned = points @ np.stack([x, y, np.cross(x, y)])
    return ends[0] + turned, _tile(marker.color, len(points)), faces


def _file(marker: Marker) -> _Parts:
    if not marker.mesh_resource:
        raise ConversionError('it names no file')
    try:
        shape = read_again(find_file(marker.mesh_resource))
    except ConversionError as error:
        raise ConversionError(f'{marker.mesh_resource}: {error}') from error
    scale = _scale(marker)
    if marker.mesh_use_embedded_materials and shape.colours is not None:
        colours = shape.colours.astype(float)
    else:
        colours = _tile(marker.color, len(shape.points))
    return _times(shape.points, scale), colours, facing_out(shape.faces, scale)


def _round(count: int) -> int:
    return 32 if count < 10 else 12 if count < 500 else 6


_SOLIDS: dict[int, Callable[[Marker], _Parts]] = {
    Marker.CUBE: _one(box),
    Marker.SPHERE: _one(sphere),
    Marker.CYLINDER: _one(cylinder),
    Marker.CUBE_LIST: _list(lambda count: box()),
    # the more they are, the fewer corners has each
    Marker.SPHERE_LIST: _list(lambda count: sphere(_round(count))),
    Marker.ARROW: _arrow,
    Marker.MESH_RESOURCE: _file,
}


def facing_out(faces: NDArray[np.uint32], scale: Matrix) -> NDArray[np.uint32]:
    """Turn triangles around where a scale mirrors them."""
    return faces[:, ::-1] if np.prod(np.sign(scale)) < 0 else faces


def _points(marker: Marker) -> Matrix:
    return np.array([(p.x, p.y, p.z) for p in marker.points]).reshape(-1, 3)


def _scale(marker: Marker) -> Matrix:
    return np.array([marker.scale.x, marker.scale.y, marker.scale.z])


def _times(points: Matrix, scale: Matrix) -> Matrix:
    with np.errstate(all='ignore'):  # what is not finite is refused when it is placed
        return np.asarray(points * scale)


def _placed(marker: Marker, points: Matrix) -> Matrix:
    """Move points of a marker, which are relative to its pose, into its frame."""
    pose = pose_from_ros(marker.pose.position, marker.pose.orientation, 'm')
    with np.errstate(all='ignore'):
        placed: Matrix = points @ pose[:3, :3].T + pose[:3, 3]
    wrong = int((~(np.abs(placed) < FAR).all(axis=1)).sum())
    if wrong:
        raise ConversionError(
            f'{wrong} of {len(placed)} positions are not finite, or too far away')
    return placed


def _tile(colour: ColorRGBA, count: int) -> NDArray[np.float64]:
    return np.tile((colour.r, colour.g, colour.b, colour.a), (count, 1))


def _colours(marker: Marker) -> NDArray[np.float64]:
    count = len(marker.points)
    listed = np.array([(c.r, c.g, c.b, c.a) for c in marker.colors]).reshape(-1, 4)
    if not len(listed):
        return _tile(marker.color, count)
    if len(listed) == count:
        return listed
    if marker.type == Marker.TRIANGLE_LIST and len(listed) == count // 3:
        return np.repeat(listed, 3, axis=0)  # RViz takes one for each triangle as well
    raise ConversionError(f'{len(listed)} colours for {count} points')
