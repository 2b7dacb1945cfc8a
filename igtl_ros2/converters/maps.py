"""Maps and paths of navigation, in a file of their own: only they need nav_msgs."""

from __future__ import annotations

import numpy as np
from nav_msgs.msg import OccupancyGrid, Path

from ..codec.messages.image import Image
from ..codec.messages.mesh import PolyData
from ..errors import ConversionError
from .mesh_parts import mesh_of
from .registry import Sending, from_ros
from .units import affine_from_metres, pose_from_ros


@from_ros(OccupancyGrid, 'IMAGE', 'map', default=True, takes_long=True)
def image_from_grid(message: OccupancyGrid, sending: Sending) -> Image:
    """OccupancyGrid as IMAGE of int8 (int16 for Slicer): percent, -1 unknown, in its place."""
    grid = message.info
    cells = np.array(message.data, np.int16 if sending.profile == 'slicer' else np.int8)
    if len(cells) != grid.width * grid.height:
        raise ConversionError(
            f'{len(cells)} cells for a map of {grid.width} x {grid.height}')
    matrix = pose_from_ros(grid.origin.position, grid.origin.orientation, 'm')
    matrix[:3, :3] *= grid.resolution
    # the origin is the corner of the first cell, not its centre
    matrix[:3, 3] += matrix[:3, :3] @ (0.5, 0.5, 0.0)
    place = affine_from_metres(matrix, sending.rule.wire_unit)
    return Image.from_array(cells.reshape(1, grid.height, grid.width), place,
                            **sending.envelope(message.header))


@from_ros(Path, 'POLYDATA', 'path', default=True)
def mesh_from_path(message: Path, sending: Sending) -> PolyData:
    """Path as POLYDATA: one line; a path of one pose is a vertex."""
    frames = {pose.header.frame_id for pose in message.poses} - {'', message.header.frame_id}
    if frames:
        raise ConversionError(
            f'poses of the path are in other frames than {message.header.frame_id!r}: '
            f'{", ".join(sorted(frames))}')
    places = [pose.pose.position for pose in message.poses]
    points = np.array([(p.x, p.y, p.z) for p in places]).reshape(-1, 3)
    whole = [list(range(len(points)))]
    cells = {'vertices' if len(points) == 1 else 'lines': whole if len(points) else []}
    return mesh_of(points, sending, message.header, **cells)
