"""What a message says, as JSON for the page: each number as it was sent, long lists cut."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from ..codec import Message
from ..codec.fields import Floats
from ..codec.lists import ElementList
from ..codec.messages.arrays import NDArray, Sensor
from ..codec.messages.bundle import Bind
from ..codec.messages.catalog import ImageMeta, LabelMeta, VideoMeta
from ..codec.messages.colors import ColorTable
from ..codec.messages.image import Image
from ..codec.messages.mesh import PolyData
from ..codec.messages.points import PointList, Trajectories
from ..codec.messages.pose import Position, Transform
from ..codec.messages.query import Capability, Response
from ..codec.messages.text import ClientInfo, Command, CommandResponse, Status, String
from ..codec.messages.tracking import QuaternionTrackingData, TrackingData
from ..codec.messages.video import Video
from ..codec.patients import hidden
from ..codec.tool_state import tool_state
from ..errors import ConversionError

#: longer lists are cut, which the page says
MAX_ROWS = 200
MAX_TEXT = 1 << 17
_MAX_NUMBERS = 64
_MAX_METADATA = 30
_PLAIN = {float}

Json = dict[str, Any]


def number(value: Any) -> float | int | str:
    """Give a number for JSON, which has no NaN and no infinity: these are words."""
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, float) and not math.isfinite(value):
        return 'NaN' if math.isnan(value) else 'Infinity' if value > 0 else '-Infinity'
    return value if isinstance(value, (int, float)) else str(value)


def numbers(values: Iterable[Any]) -> list[float | int | str]:
    """Do the same for several."""
    listed = list(values)
    # most are finite numbers already
    if set(map(type, listed)) <= _PLAIN and all(map(math.isfinite, listed)):
        return listed
    return [number(value) for value in listed]


def rows_of(matrix: Floats) -> list[float | int | str]:
    """List the first three rows of a (4, 4) matrix, one behind the other."""
    return numbers(matrix[:3].ravel().tolist())


def cut(text: str, longest: int = MAX_TEXT) -> Json:
    """Give the beginning of a text, and how long it is."""
    return {'text': text[:longest], 'length': len(text)}


def head_of(value: Json) -> str:
    """Give the names in front of a text: of its code, its error, its command."""
    return ' '.join(
        str(value[key]) for key in ('code_name', 'error_name', 'name') if value.get(key))


def _shorter(elements: Sequence[Any], tell: Callable[[Any], Json]) -> Json:
    shown = [tell(elements[at]) for at in range(min(len(elements), MAX_ROWS))]
    return {'rows': shown, 'total': len(elements)}


def _transform(message: Transform) -> Json:
    return {'shape': 'pose', 'matrix': rows_of(message.matrix)}


def _position(message: Position) -> Json:
    told: Json = {
        'shape': 'pose', 'position': numbers(message.position.tolist()),
        'turned': message.form != 12, 'quaternion': numbers(message.quaternion.tolist())}
    try:
        told['matrix'] = rows_of(message.matrix)
    except ConversionError as error:
        told['fault'] = str(error)
    return told


def _tools(message: TrackingData) -> Json:
    def tell(tool: Any) -> Json:
        return {
            'name': tool.name, 'type': tool.type, 'matrix': rows_of(tool.matrix),
            'state': tool_state(message, tool.name),
        }

    return {'shape': 'tools', **_shorter(message.elements, tell)}


def _quaternion_tools(message: QuaternionTrackingData) -> Json:
    def tell(tool: Any) -> Json:
        pose = Position(tool.position, tool.quaternion, form=28)
        return {
            **_position(pose), 'name': tool.name, 'type': tool.type,
            'state': tool_state(message, tool.name),
        }

    return {'shape': 'tools', **_shorter(message.elements, tell)}


def _points(message: PointList) -> Json:
    return {'shape': 'points', **_shorter(message.elements, lambda point: {
        'name': point.name, 'group': point.group, 'rgba': list(point.rgba),
        'position': numbers(point.position.tolist()), 'diameter': number(point.diameter),
    })}


def _paths(message: Trajectories) -> Json:
    return {'shape': 'paths', **_shorter(message.elements, lambda path: {
        'name': path.name, 'group': path.group, 'rgba': list(path.rgba), 'type': path.type,
        'entry': numbers(path.entry.tolist()), 'target': numbers(path.target.tolist()),
        'diameter': number(path.diameter),
    })}


def _image(message: Image) -> Json:
    matrix = message.ijk_to_ras()
    return {
        'shape': 'image', 'size': list(message.size),
        'block': list(message.pixels.shape[2::-1]), 'offset': list(message.offset),
        'components': message.components,
        'scalar': message.pixels.dtype.newbyteorder('=').name,
        'coordinates': 'LPS' if message.coordinates == 2 else 'RAS',
        'matrix': rows_of(matrix),
        'spacing': numbers(np.linalg.norm(matrix[:3, :3], axis=0).tolist()),
    }


def _video(message: Video) -> Json:
    return {
        'shape': 'video', 'codec': message.codec, 'size': list(message.size),
        'key': message.is_key, 'frame_bytes': len(message.frame),
    }


def _mesh(message: PolyData) -> Json:
    told: Json = {
        'shape': 'mesh', 'points': len(message.points), 'vertices': len(message.vertices),
        'lines': len(message.lines), 'polygons': len(message.polygons),
        'triangle_strips': len(message.triangle_strips),
        'attributes': [attribute.name for attribute in message.attributes],
    }
    if len(message.points):
        told['low'] = numbers(message.points.min(axis=0).tolist())
        told['high'] = numbers(message.points.max(axis=0).tolist())
    return told


def _text(message: String | ClientInfo) -> Json:
    return {'shape': 'text', **cut(message.text)}


def _status(message: Status) -> Json:
    return {
        'shape': 'status', 'code': message.code, 'code_name': message.code_name,
        'subcode': str(message.subcode), 'error_name': message.error_name,
        **cut(message.message),
    }


def _command(message: Command | CommandResponse) -> Json:
    return {
        'shape': 'command', 'command_id': message.command_id, 'name': message.name,
        **cut(message.content),
    }


def _sensor(message: Sensor) -> Json:
    return {
        'shape': 'sensor', 'values': numbers(message.values.tolist()), 'unit': message.unit_text,
        'status': message.status,
    }


def _array(message: NDArray) -> Json:
    array = message.array
    return {
        'shape': 'array', 'dims': list(array.shape), 'scalar': array.dtype.newbyteorder('=').name,
        'values': numbers(array.ravel()[:_MAX_NUMBERS].tolist()), 'total': array.size,
    }


def _list(message: ElementList) -> Json:
    return {'shape': 'list', **_shorter(
        message.elements, lambda element: {'name': getattr(element, 'name', '')})}


def _bind(message: Bind) -> Json:
    return {'shape': 'list', **_shorter(message.children, lambda child: {
        'name': f'{child.type_name} {child.device_name}'})}


def _colours(message: ColorTable) -> Json:
    return {'shape': 'other', 'text': f'{len(message.table)} colours'}


def _types(message: Capability) -> Json:
    return {'shape': 'list', **_shorter(message.types, lambda name: {'name': name})}


def _response(message: Response) -> Json:
    return {'shape': 'other', 'text': f'status {message.status}'}


_TELL: dict[type[Message], Callable[[Any], Json]] = {
    Transform: _transform, Position: _position, TrackingData: _tools,
    QuaternionTrackingData: _quaternion_tools, PointList: _points, Trajectories: _paths,
    Image: _image, Video: _video, PolyData: _mesh, String: _text, ClientInfo: _text,
    Status: _status, Command: _command, CommandResponse: _command, Sensor: _sensor,
    NDArray: _array, ImageMeta: _list, LabelMeta: _list, VideoMeta: _list, Bind: _bind,
    ColorTable: _colours, Capability: _types, Response: _response,
}


def value_of(message: Message, phi: str = 'redact') -> Json:
    """
    Tell what a message says.

    :param phi: what becomes of names of patients, as `codec.patients.hidden` has it.
    """
    message = hidden(message, phi)
    tell = _TELL.get(type(message))
    told: Json = tell(message) if tell else {'shape': 'other', 'text': ''}
    if message.metadata:
        pairs = list(message.metadata.items())
        told['metadata'] = [[key, value[:1000]] for key, value in pairs[:_MAX_METADATA]]
        told['metadata_total'] = len(pairs)
    return told
