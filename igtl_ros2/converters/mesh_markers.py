"""Meshes as markers, in a file of their own: only they need visualization_msgs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from geometry_msgs.msg import Point, Vector3
from numpy.typing import NDArray
from std_msgs.msg import ColorRGBA, Header
from visualization_msgs.msg import Marker, MarkerArray

from ..codec.messages.mesh import Attribute, AttributeType, Cells, PolyData
from ..errors import ConversionError
from .bulk import fill_rows
from .markers import present_markers, shared_header
from .mesh import colour_bytes, mesh_of
from .names import ros_name
from .registry import Sending, from_ros
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


@from_ros(Marker, 'POLYDATA')
def mesh_from_marker(message: Marker, sending: Sending) -> PolyData:
    """Marker of triangles, lines or points as POLYDATA."""
    return _mesh([message], sending)


@from_ros(MarkerArray, 'POLYDATA')
def mesh_from_markers(message: MarkerArray, sending: Sending) -> PolyData:
    """MarkerArray of triangles, lines and points as one POLYDATA."""
    return _mesh(message.markers, sending)


def _mesh(markers: Sequence[Marker], sending: Sending) -> PolyData:
    """
    Join markers into one mesh, with a colour for each point.

    :raises ConversionError: for other kinds of markers, and for markers in several frames.
    """
    header = shared_header(markers)
    points, colours = [np.zeros((0, 3))], [np.zeros((0, 4))]
    cells: dict[str, list[Cells]] = {'vertices': [], 'lines': [], 'polygons': []}
    count = 0
    for marker in present_markers(markers):
        what = f'marker {marker.ns!r} {marker.id}'
        unit = _UNITS.get(marker.type)
        if unit is None:
            raise ConversionError(
                f'{what} of type {marker.type} cannot be sent as POLYDATA; possible: '
                f'TRIANGLE_LIST, LINE_LIST, LINE_STRIP, POINTS'
            )
        if len(marker.points) % unit:
            raise ConversionError(f'{what}: {len(marker.points)} points, wanted groups of {unit}')
        points.append(_placed(marker))
        colours.append(_colours(marker, what))
        numbers = np.arange(count, count + len(marker.points), dtype=np.uint32)
        count += len(numbers)
        if marker.type == Marker.LINE_STRIP:
            is_line = len(numbers) > 1
            cells['lines'] += [Cells(numbers, np.array([len(numbers)]))] if is_line else []
        else:
            name = {3: 'polygons', 2: 'lines', 1: 'vertices'}[unit]
            cells[name].append(Cells.of(numbers.reshape(-1, unit)))
    rgba = np.concatenate(colours).astype(np.float32)
    attributes = [Attribute('RGBA', AttributeType.POINT_RGBA, rgba)] if count else []
    whole = {name: _joined(parts) for name, parts in cells.items()}
    return mesh_of(np.concatenate(points), sending, header, attributes=attributes, **whole)


def _joined(parts: Sequence[Cells]) -> Cells:
    """Put cells of one kind behind each other."""
    return Cells(
        np.concatenate([np.zeros(0, np.uint32), *(part.indices for part in parts)]),
        np.concatenate([np.zeros(0, np.int64), *(part.sizes for part in parts)]),
    )


def _placed(marker: Marker) -> Matrix:
    """Give the points of a marker in its frame, in metres."""
    points = np.array([(p.x, p.y, p.z) for p in marker.points]).reshape(-1, 3)
    pose = pose_from_ros(marker.pose.position, marker.pose.orientation, 'm')
    with np.errstate(all='ignore'):  # what is not finite is refused with the whole mesh
        if marker.type == Marker.TRIANGLE_LIST:  # the scale of the others is a width
            points = points * (marker.scale.x, marker.scale.y, marker.scale.z)
        placed: Matrix = points @ pose[:3, :3].T + pose[:3, 3]
    return placed


def _colours(marker: Marker, what: str) -> NDArray[np.float64]:
    count = len(marker.points)
    listed = np.array([(c.r, c.g, c.b, c.a) for c in marker.colors]).reshape(-1, 4)
    if not len(listed):
        listed = np.array([(marker.color.r, marker.color.g, marker.color.b, marker.color.a)])
        return np.repeat(listed, count, axis=0)
    if len(listed) == count:
        return listed
    if marker.type == Marker.TRIANGLE_LIST and len(listed) == count // 3:
        return np.repeat(listed, 3, axis=0)  # RViz takes one for each triangle as well
    raise ConversionError(f'{what}: {len(listed)} colours for {count} points')
