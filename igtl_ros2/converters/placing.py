"""Moving messages into another frame: all that has a place in space, as it is on the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from ..codec import Message
from ..codec.geometry import columns_of, matrices_of, with_axes
from ..codec.lists import Table
from ..codec.messages.arrays import NDArray, Sensor
from ..codec.messages.image import LPS, RAS, Image
from ..codec.messages.mesh import PolyData
from ..codec.messages.points import PointList, Trajectories
from ..codec.messages.pose import Position, Transform
from ..codec.messages.tracking import QuaternionTrackingData, TrackingData
from ..codec.messages.video import Video
from ..config import ReceiveRule
from ..errors import ConversionError, EncodeError
from .many_poses import quaternions_to_matrices, rotations_to_quaternions
from .mesh import DIRECTED
from .registry import Route
from .tracking import tool_frame
from .units import (
    LPS_TO_RAS,
    PER_METRE,
    Matrix,
    matrix_to_quaternion,
    ns_from_time,
    quaternion_to_matrix,
    ros_text,
)

PLACED = (Transform, Position, TrackingData, QuaternionTrackingData, PointList, Trajectories,
          Image, Video, PolyData)
_TOOLS = (TrackingData, QuaternionTrackingData)
# What a SENSOR or NDARRAY can be that has a direction; moving it takes more than turning numbers
#: Marker.TEXT_VIEW_FACING, where visualization_msgs may be missing
_MARKER_TEXT = 9
_DIRECTED = ('wrench', 'imu', 'twist')


def has_place(message: Message, rule: ReceiveRule) -> bool:
    """Tell whether `to_frame` matters to a received message."""
    return isinstance(message, PLACED) or (
        isinstance(message, (Sensor, NDArray)) and rule.as_ in _DIRECTED
    )


def frames_of(message: Message, route: Route) -> list[str]:
    """
    List the frames that a received message is in: one for each tool, else one.

    :raises ConversionError: if it has a direction but no place, and so cannot be moved.
    """
    if isinstance(message, _TOOLS):
        return [tool_frame(ros_text(element.name), route) for element in message.elements]
    if isinstance(message, PLACED):
        return [route.frame_id]
    raise ConversionError(
        f'not published: {route.rule.as_} cannot be moved into {route.rule.to_frame}'
    )


def moved_received(message: Message, route: Route, poses: Mapping[str, Matrix]) -> Message:
    """
    Move a received message.

    :param poses: for each of `frames_of`, its pose in metres in the frame to move it into.
    :raises ConversionError: if its numbers allow no such message.
    """
    axes = route.rule.wire_axes
    if isinstance(message, (Image, Video)) and route.rule.coordinates == 'trust' and (
        message.coordinates == LPS
    ):
        axes = 'lps'
    matrices = [
        _on_wire(poses[frame], route.rule.wire_unit, axes) for frame in frames_of(message, route)
    ]
    return _move(message, matrices)


def is_empty(message: Message) -> bool:
    """Tell whether a message is a list or a mesh with nothing in it."""
    things = message.points if isinstance(message, PolyData) else getattr(message, 'elements', '?')
    return not len(things)


def frames_of_tools(message: Message, info: Mapping[str, Any], frame: str) -> list[str]:
    """
    List the frames that a message to be sent is in: one for each tool if `info` says so, else one.

    :param frame: of the message as a whole.
    """
    frames = info.get('frames')
    if isinstance(message, _TOOLS) and isinstance(frames, list) and (
        len(frames) == len(message.elements) and all(isinstance(name, str) for name in frames)
    ):
        return frames
    return [frame]


def moved_for_wire(
    message: Message, pose: Matrix | list[Matrix], to_frame: str, unit: str
) -> Message:
    """
    Move a message that is to be sent.

    :param pose: of the frame that it is in, in metres in the frame to move it into; or a list of
        those of its tools.
    :raises ConversionError: if it has no place in space.
    """
    if not isinstance(message, PLACED):
        raise ConversionError(
            f'{message.type_name} has no place in space that could be moved into {to_frame}'
        )
    axes = 'lps' if getattr(message, 'coordinates', RAS) == LPS else 'ras'
    poses = pose if isinstance(pose, list) else [pose]
    matrices = [_on_wire(each, unit, axes) for each in poses]
    if isinstance(message, _TOOLS) and len(matrices) == 1:
        matrices *= len(message.elements)
    moved = _move(message, matrices)
    return replace(moved, metadata={**moved.metadata, 'ros_frame_id': to_frame}, version=2)


def place_of_ros(message: Any) -> tuple[str, int]:
    """
    Tell in which frame a ROS message is, and when; 0 if it does not say when.

    :raises ConversionError: if it names none, or several.
    """
    parts = getattr(message, 'markers', [message])
    # a text is sent nowhere, so where it is means nothing
    parts = [part for part in parts if getattr(part, 'type', None) != _MARKER_TEXT] or parts
    headers = [part.header for part in parts if hasattr(part, 'header')]
    frames = sorted({header.frame_id for header in headers if header.frame_id})
    if len(frames) != 1:
        named = ', '.join(frames) or 'no frame'
        raise ConversionError(f'it names {named}; to_frame needs exactly one frame')
    stamps = [ns_from_time(header.stamp) for header in headers if header.frame_id]
    return frames[0], stamps[0]


def stamp_of_ros(message: Any) -> int:
    """Tell when a ROS message is of, the oldest of its parts, in ns; 0 if it does not say."""
    parts = getattr(message, 'markers', [message])
    stamps = [ns_from_time(part.header.stamp) for part in parts if hasattr(part, 'header')]
    return min(filter(None, stamps), default=0)


def weight(message: Message) -> int:
    """Estimate how many bytes a message takes."""
    total = 1000
    for field in fields(message):
        value = getattr(message, field.name)
        if isinstance(value, (bytes, str, memoryview)):
            total += len(value)
        elif isinstance(value, tuple):
            total += 1000 * len(value)
        else:
            total += int(getattr(value, 'nbytes', 0))
    if isinstance(message, PolyData):
        cells = (message.vertices, message.lines, message.polygons, message.triangle_strips)
        total += sum(c.indices.nbytes + c.sizes.nbytes for c in cells)
        total += sum(attribute.values.nbytes for attribute in message.attributes)
    return total


def _on_wire(pose: Matrix, unit: str, axes: str) -> Matrix:
    """Turn a pose in metres into one for coordinates on the wire."""
    matrix = np.array(pose, np.float64)
    matrix[:3, 3] *= PER_METRE[unit]
    if axes == 'lps':
        matrix *= LPS_TO_RAS
        matrix *= LPS_TO_RAS.T
    return matrix


def _move(message: Message, matrices: Sequence[Matrix]) -> Message:
    """Multiply what a message holds by matrices that have the units and axes of the wire."""
    try:
        with np.errstate(all='ignore'):  # what is not finite is refused by who converts it
            return _moved(message, matrices)
    except EncodeError as error:
        raise ConversionError(f'it cannot be moved: {error}') from error


def _moved(message: Any, matrices: Sequence[Matrix]) -> Message:
    if isinstance(getattr(message, 'elements', None), Table):
        return replace(message, elements=_moved_table(message.elements, matrices))
    if isinstance(message, TrackingData):
        elements: list[Any] = [
            replace(element, matrix=_times(matrix, element.matrix))
            for element, matrix in zip(message.elements, matrices)
        ]
        return replace(message, elements=tuple(elements))
    if isinstance(message, QuaternionTrackingData):
        elements = [
            replace(
                element,
                position=_point(matrix, element.position),
                quaternion=_turned(matrix, element.quaternion),
            )
            for element, matrix in zip(message.elements, matrices)
        ]
        return replace(message, elements=tuple(elements))
    (matrix,) = matrices
    if isinstance(message, Transform):
        return replace(message, matrix=_times(matrix, message.matrix))
    if isinstance(message, (Image, Video)):
        return replace(message, matrix=_times(matrix, with_axes(message.matrix)))
    if isinstance(message, Position):
        turned = {} if message.form == 12 else {'quaternion': _turned(matrix, message.quaternion)}
        return replace(message, position=_point(matrix, message.position), **turned)
    if isinstance(message, PointList):
        elements = [replace(p, position=_point(matrix, p.position)) for p in message.elements]
        return replace(message, elements=tuple(elements))
    if isinstance(message, Trajectories):
        elements = [
            replace(path, entry=_point(matrix, path.entry), target=_point(matrix, path.target))
            for path in message.elements
        ]
        return replace(message, elements=tuple(elements))
    return _moved_mesh(message, matrix)


def _moved_table(table: Table, matrices: Sequence[Matrix]) -> Table:
    """Move very many elements together, each by its own matrix or all by one."""
    many = np.array(matrices)
    columns: dict[str, Any] = {}
    for name in table.rows.dtype.names or ():
        values = table.rows[name]
        if name == 'matrix':
            placed = matrices_of(values)
            placed[:, :3] = many[:, :3] @ placed
            columns[name] = columns_of(placed)
        elif name == 'quaternion':
            turned = values.astype(np.float64)
            rotations, is_turn = quaternions_to_matrices(values)
            moved, _ = rotations_to_quaternions(many @ rotations)
            turned[is_turn] = moved[is_turn]
            columns[name] = turned
        elif name in ('position', 'entry', 'target'):
            places = values.astype(np.float64)[:, :, None]
            columns[name] = (many[:, :3, :3] @ places)[:, :, 0] + many[:, :3, 3]
    return table.changed(**columns)


def _moved_mesh(message: PolyData, matrix: Matrix) -> PolyData:
    rotation = matrix[:3, :3]
    attributes = []
    for attribute in message.attributes:
        values = attribute.values.astype(np.float64)
        if attribute.type not in DIRECTED:
            attributes.append(attribute)
            continue
        if values.shape[1] == 3:
            values = values @ rotation.T
        else:  # a tensor
            values = (rotation @ values.reshape(-1, 3, 3) @ rotation.T).reshape(-1, 9)
        attributes.append(replace(attribute, values=values.astype(np.float32)))
    points = message.points.astype(np.float64) @ rotation.T + matrix[:3, 3]
    return replace(
        message, points=points.astype(np.float32), attributes=tuple(attributes)
    )


def _times(matrix: Matrix, other: Matrix) -> Matrix:
    """Multiply the rows that are not 0 0 0 1 anyway: what is not finite may not get there."""
    result = np.array(other)
    result[:3] = matrix[:3] @ other
    return result


def _point(matrix: Matrix, position: Any) -> Matrix:
    return matrix[:3, :3] @ position + matrix[:3, 3]


def _turned(matrix: Matrix, quaternion: Any) -> Any:
    """Turn a quaternion; one that is none stays, so that the reason to refuse it shows."""
    try:
        rotation = quaternion_to_matrix(quaternion.tolist())
    except ConversionError:
        return quaternion
    turned = np.array(matrix_to_quaternion(matrix[:3, :3] @ rotation))
    # the short forms of the wire leave w out and take it to be positive
    return -turned if turned[3] < 0 else turned
