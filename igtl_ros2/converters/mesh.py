"""POLYDATA, as far as it needs no package for shapes: counts, attributes, clouds, scans."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from numpy.typing import NDArray
from sensor_msgs.msg import LaserScan, PointCloud2
from std_msgs.msg import Header, UInt32MultiArray

from ..codec.messages.mesh import DIRECTED, Attribute, AttributeType, Cells, PolyData
from .arrays import array_message
from .clouds import CLOUD, cloud_columns, packed_colours, point_cloud, unpacked_colours
from .mesh_parts import colour_bytes, mesh_of, metres
from .outputs import Output
from .registry import Converted, Route, Sending, extra, from_ros, to_ros
from .units import directions_to_ros, ros_text

_COUNTED = ('vertices', 'lines', 'polygons', 'triangle_strips')
_RGBA = 'rgba'
_NORMAL = 'normal'


@to_ros(
    PolyData,
    Output('markers', 'visualization_msgs/MarkerArray', is_whole=True),
    Output('vertices', PointCloud2),
    Output('triangles', UInt32MultiArray))
def mesh_to_ros(message: PolyData, route: Route, stamp: Time) -> Converted:
    """POLYDATA: `markers`, or `vertices` and `triangles` where visualization_msgs is missing."""
    result = Converted(
        info={
            'points': len(message.points),
            **{name: len(getattr(message, name)) for name in _COUNTED},
            'attributes': [
                {
                    'name': ros_text(attribute.name),
                    'type': _type_name(attribute.type),
                    'components': attribute.values.shape[1],
                }
                for attribute in message.attributes
            ],
        })
    positions = metres(message, route)
    header = Header(stamp=stamp, frame_id=route.frame_id)
    try:
        from .mesh_markers import mesh_markers
    except ModuleNotFoundError:  # said once at the start
        result.outputs['vertices'] = point_cloud(positions, {}, header)
        triangles = message.triangles()
        dims = {'triangles': len(triangles), 'corners': 3}
        result.outputs['triangles'] = array_message(triangles, dims)
    else:
        result.outputs['markers'] = mesh_markers(message, positions, route.device, header)
    return result


@extra(PolyData, Output('cloud', PointCloud2, key=CLOUD, takes_long=True))
def add_cloud(message: PolyData, route: Route, stamp: Time, result: Converted) -> None:
    """POLYDATA: `cloud`, the points with their attributes as fields."""
    header = Header(stamp=stamp, frame_id=route.frame_id)
    fields = attribute_fields(message, route.rule.wire_axes)
    result.outputs['cloud'] = point_cloud(metres(message, route), fields, header)


def _type_name(code: int) -> str:
    """Name the type of an attribute, such as point_scalars; its number if it has no name."""
    try:
        return AttributeType(code).name.lower()
    except ValueError:
        return str(code)


def attribute_fields(message: PolyData, axes: str) -> dict[str, NDArray[Any]]:
    """
    Make the fields of a cloud of the attributes that belong to points.

    The first normals are normal_x, normal_y and normal_z, the first colours rgba; everything else
    has the name of the attribute, with the number of the component if it has several.
    """
    fields: dict[str, NDArray[Any]] = {}
    for attribute in message.attributes:
        if attribute.is_per_cell:
            continue
        values: NDArray[Any] = attribute.values
        if attribute.type in DIRECTED:
            values = directions_to_ros(values, axes)
        if attribute.type == AttributeType.POINT_RGBA and _RGBA not in fields:
            fields[_RGBA] = packed_colours(colour_bytes(values))
            continue
        name = re.sub('[^A-Za-z0-9]+', '_', ros_text(attribute.name)).strip('_') or 'attribute'
        if attribute.type == AttributeType.POINT_NORMALS and f'{_NORMAL}_x' not in fields:
            name = _NORMAL
        if values.shape[1] == 1:
            ends = ['']
        elif values.shape[1] == 3:
            ends = ['_x', '_y', '_z']
        else:
            ends = [f'_{n}' for n in range(values.shape[1])]
        stem, number = name, 1
        while any(f'{name}{end}' in fields or f'{name}{end}' in ('x', 'y', 'z') for end in ends):
            number += 1
            name = f'{stem}_{number}'
        fields |= {f'{name}{end}': values[:, n] for n, end in enumerate(ends)}
    return fields


# -- from ROS


@from_ros(PointCloud2, 'POLYDATA', takes_long=True)
def mesh_from_cloud(message: PointCloud2, sending: Sending) -> PolyData:
    """PointCloud2 as POLYDATA: a vertex for each point that is finite, fields as attributes."""
    columns = cloud_columns(message)
    positions = np.stack([columns.pop(axis).astype(np.float64) for axis in 'xyz'], axis=-1)
    positions = positions.reshape(-1, 3)
    valid = np.isfinite(positions).all(axis=1)  # a camera says so where it saw nothing
    columns = {name: values[valid] for name, values in columns.items()}
    count = int(valid.sum())
    cells = Cells(np.arange(count, dtype=np.uint32), np.ones(count, np.int64))
    return mesh_of(positions[valid], sending, message.header, vertices=cells,
                   attributes=_attributes(columns))


def _attributes(columns: dict[str, NDArray[Any]]) -> list[Attribute]:
    """Make attributes of the fields of a cloud, as `attribute_fields` would name them."""
    attributes = []
    for name in ('rgba', 'rgb'):
        values = columns.get(name)
        if values is not None and values.ndim == 1 and values.dtype.itemsize == 4:
            colours = unpacked_colours(columns.pop(name), name == 'rgba').astype(np.float32)
            colours /= np.float32(255)
            attributes.append(Attribute('RGBA', AttributeType.POINT_RGBA, colours))
    for name in list(columns):
        stem = name.removesuffix('_x')
        parts = [f'{stem}_{axis}' for axis in 'xyz']
        if name == stem or not all(part in columns for part in parts):
            continue
        if any(columns[part].ndim > 1 for part in parts):
            continue
        vectors: Any = np.stack([columns.pop(part).astype(float) for part in parts], axis=1)
        kind = AttributeType.POINT_VECTORS
        if stem == _NORMAL:
            kind, stem = AttributeType.POINT_NORMALS, 'Normals'
        attributes.append(Attribute(stem, kind, vectors))
    for name, values in columns.items():
        scalars: Any = values.astype(float)
        attributes.append(Attribute(name, AttributeType.POINT_SCALARS, scalars))
    return attributes


@from_ros(LaserScan, 'POLYDATA', 'scan', default=True)
def mesh_from_scan(message: LaserScan, sending: Sending) -> PolyData:
    """LaserScan as POLYDATA: lines through neighbours; where nothing was hit, a line ends."""
    ranges = np.asarray(message.ranges, np.float64)
    furthest = message.range_max or math.inf  # 0 is one that nobody has set
    measured = np.isfinite(ranges)
    hit = measured & (ranges >= message.range_min) & (ranges <= furthest)
    found = ranges[hit]
    if measured.any() and not len(found):
        sending.notes.append(
            f'all {measured.sum()} ranges are dropped: none is within range_min '
            f'{message.range_min:g} m and range_max {furthest:g} m')
    with np.errstate(all='ignore'):  # angles that are no numbers are refused with the whole scan
        angles = message.angle_min + message.angle_increment * np.flatnonzero(hit)
        directions = [np.cos(angles), np.sin(angles), np.zeros(len(found))]
    positions = np.stack(directions, axis=1) * found[:, None]
    # a new line begins after each gap
    gaps = np.flatnonzero(np.diff(np.flatnonzero(hit)) > 1) + 1
    runs = np.split(np.arange(len(found)), gaps)
    cells = {'vertices': [run.tolist() for run in runs if len(run) == 1],
             'lines': [run.tolist() for run in runs if len(run) > 1]}
    return mesh_of(positions, sending, message.header, **cells)
