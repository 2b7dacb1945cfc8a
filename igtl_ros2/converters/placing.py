"""Moving messages into another frame: all that has a place in space, as it is on the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from ..codec import Message, Unknown
from ..codec.lists import FEW, ElementList
from ..codec.message import Place
from ..codec.messages.image import LPS, RAS
from ..codec.messages.mesh import PolyData
from ..errors import ConversionError, EncodeError
from ..rules import ReceiveRule
from .measured import AS
from .metres import LPS_TO_RAS, Matrix
from .registry import Route
from .tracking import tool_frame
from .units import matrix_from_metres, ns_from_time, ros_text

#: Marker.TEXT_VIEW_FACING, where visualization_msgs may be missing
_MARKER_TEXT = 9
# What numbers can be that have a direction; moving it takes more than turning them
_DIRECTED = ('wrench', 'imu', 'twist')


def has_place(message: Message, rule: ReceiveRule) -> bool:
    """Tell whether `to_frame` matters to a received message."""
    may_be = AS.choices.get(message.type_name, ())
    # of what has no class there is no more than its bytes
    return message.place != Place.NOWHERE and not isinstance(message, Unknown) or (
        rule.as_ in _DIRECTED and rule.as_ in may_be)


def frames_of(message: Any, route: Route) -> list[str]:
    """
    List the frames that a received message is in: one for each tool, else one.

    :raises ConversionError: if it has a direction but no place, or says nothing of its place.
    """
    if message.has_tools:
        return [tool_frame(ros_text(name), route) for name in _tools_of(message)]
    if message.place > Place.NOWHERE:
        return [route.frame_id]
    what = route.rule.as_
    if message.place == Place.UNKNOWN:
        what = f'a {message.type_name}, which does not say where it is,'
    raise ConversionError(f'not published: {what} cannot be moved into {route.rule.to_frame}')


def _tools_of(message: Any) -> list[str]:
    """Name the tools of a message; nothing is made of those that nobody has looked at."""
    if isinstance(message, ElementList):
        return message.table().texts('name')
    return [element.name for element in message.elements]


def moved_received(message: Message, route: Route, poses: Mapping[str, Matrix]) -> Message:
    """
    Move a received message.

    :param poses: for each of `frames_of`, its pose in metres in the frame to move it into.
    :raises ConversionError: if its numbers allow no such message.
    """
    axes = route.rule.wire_axes
    if route.rule.coordinates == 'trust' and _is_lps(message):
        axes = 'lps'
    matrices = [
        _on_wire(poses[frame], route.rule.wire_unit, axes) for frame in frames_of(message, route)]
    return _move(message, matrices)


def _is_lps(message: Message) -> bool:
    """Tell whether a message says that its numbers are in LPS, as pictures can."""
    return bool(getattr(message, 'coordinates', RAS) == LPS)


def is_empty(message: Message) -> bool:
    """Tell whether a message is a list or a mesh with nothing in it."""
    things = message.points if isinstance(message, PolyData) else getattr(message, 'elements', '?')
    return not len(things)


def frames_of_tools(message: Any, info: Mapping[str, Any], frame: str) -> list[str]:
    """
    List the frames that a message to be sent is in: one for each tool if `info` says so, else one.

    :param frame: of the message as a whole.
    """
    frames = info.get('frames')
    if message.has_tools and isinstance(frames, list) and (
        len(frames) == len(_tools_of(message)) and all(isinstance(name, str) for name in frames)
    ):
        return frames
    return [frame]


def moved_for_wire(
    message: Any, pose: Matrix | list[Matrix], to_frame: str, unit: str
) -> Message:
    """
    Move a message that is to be sent.

    :param pose: of the frame that it is in, in metres in the frame to move it into; or a list of
        those of its tools.
    :raises ConversionError: if it has no place in space.
    """
    if message.place < Place.BODY:
        raise ConversionError(
            f'{message.type_name} has no place in space that could be moved into {to_frame}')
    axes = 'lps' if _is_lps(message) else 'ras'
    poses = pose if isinstance(pose, list) else [pose]
    matrices = [_on_wire(each, unit, axes) for each in poses]
    if message.has_tools and len(matrices) == 1:
        matrices *= len(_tools_of(message))
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
        if isinstance(message, ElementList) and message.count <= FEW and field.name == 'elements':
            total += 1000 * message.count
            continue
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
    matrix = matrix_from_metres(pose, unit)
    if axes == 'lps':
        matrix *= LPS_TO_RAS
        matrix *= LPS_TO_RAS.T
    return matrix


def _move(message: Message, matrices: Sequence[Matrix]) -> Message:
    """Multiply what a message holds by matrices that have the units and axes of the wire."""
    try:
        with np.errstate(all='ignore'):  # what is not finite is refused when it is converted
            return message.moved(matrices)
    except EncodeError as error:
        raise ConversionError(f'it cannot be moved: {error}') from error
