"""What of a message judges look at: where things are, and what is said of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...codec import Message
from ...codec.lists import ElementList
from ...codec.messages.image import LPS, Image
from ...codec.messages.mesh import PolyData
from ...codec.messages.points import PointList, Trajectories
from ...codec.messages.pose import Position, Transform
from ...codec.messages.text import Status
from ...codec.messages.tracking import TIP_ONLY, QuaternionTrackingData, TrackingData
from ...codec.messages.video import Video
from ...codec.patients import hidden, hidden_text
from ...codec.tool_state import tool_state
from .observation import Box, Picture, State, Tool, Values

_IDENTITY = np.eye(4)
_NO_TURN = np.array([0.0, 0.0, 0.0, 1.0])
_ROUNDED = 1e-3
# lengths in mm, directions and shares of colours are of such sizes
_LEAST, _MOST = 1e-6, 1e6
# and with their bytes the wrong way round many are beyond these
_TINY, _HUGE = 1e-20, 1e20
# more than any angle in radians; three whole turns are less than the other
_LIKE_DEGREES, _MOST_DEGREES = 3.5, 1000.0


def values_of(message: Message) -> Values:
    """Look into a message."""
    length = len(message.elements) if isinstance(message, ElementList) else -1
    if isinstance(message, Transform):
        return Values(tools=(_of_matrix(message, '', message.matrix),))
    if isinstance(message, Position):
        return Values(tools=(_of_quaternion(message, '', message.position, message.quaternion),))
    if isinstance(message, TrackingData):
        return Values(length=length, tools=tuple(
            _of_matrix(message, tool.name, tool.matrix, tool.type) for tool in message.elements))
    if isinstance(message, QuaternionTrackingData):
        return Values(length=length, tools=tuple(
            _of_quaternion(message, tool.name, tool.position, tool.quaternion, tool.type)
            for tool in message.elements))
    if isinstance(message, PointList):
        points = message.elements
        return Values(length=length, labels=tuple(point.name for point in points),
                      box=_around([point.position for point in points]))
    if isinstance(message, Trajectories):
        paths = message.elements
        # of a path without an entry, or without a target, that means nothing
        ends = [path.entry for path in paths if path.type != 2]
        ends += [path.target for path in paths if path.type != 1]
        return Values(length=length, labels=tuple(path.name for path in paths),
                      box=_around(ends))
    if isinstance(message, PolyData):
        return Values(box=_around(message.points), vertex_cells=len(message.vertices))
    if isinstance(message, Image):
        return _of_image(message)
    if isinstance(message, Video):
        return Values(follows=message.follows)
    if isinstance(message, Status):
        told = hidden(message)  # without names of patients
        return Values(state=State(told.code, told.error_name, told.message))
    return Values(length=length)


def _of_matrix(message: Message, name: str, matrix: Any, kind: int = 0) -> Tool:
    if kind == TIP_ONLY:
        return _of_quaternion(message, name, matrix[:3, 3], _NO_TURN)
    with np.errstate(all='ignore'):
        turn = matrix[:3, :3]
        determinant = float(np.linalg.det(turn))
        off = _off(turn)
    reads = '' if off <= _ROUNDED else _how_matrix_reads(matrix[:3].T.ravel())
    return Tool(
        name, _place(matrix[:3, 3]), determinant,
        _state_of(message, name), bool((matrix == _IDENTITY).all()), off, reads)


def _state_of(message: Message, name: str) -> str:
    """Read what a message says of a tool, without names of patients."""
    return hidden_text(tool_state(message, name) or '')


def _off(turn: Any) -> float:
    """Tell how far a matrix is from a rotation; infinitely far if it has numbers that are none."""
    with np.errstate(all='ignore'):
        off = float(np.abs(turn.T @ turn - _IDENTITY[:3, :3]).max())
    return off if np.isfinite(off) else np.inf


def _how_matrix_reads(numbers: Any) -> str:
    """Tell how else 12 numbers of the wire, which are no rotation, would be one."""
    if _off(numbers.reshape(3, 4)[:, :3]) <= _ROUNDED:
        return 'rows'
    swapped = _swapped(numbers)
    columns, rows = swapped.reshape(4, 3)[:3], swapped.reshape(3, 4)[:, :3]
    return 'bytes' if min(_off(columns), _off(rows)) <= _ROUNDED else ''


def _swapped(numbers: Any) -> Any:
    """Read numbers as if their sender had written them in the other order of bytes."""
    with np.errstate(all='ignore'):  # what is beyond float32 is no number of the wire
        return np.asarray(numbers, '>f4').byteswap().astype(np.float64)


def _are_swapped(numbers: Any) -> bool:
    """Tell whether numbers make no sense, and do with their bytes the other way round."""
    sizes = np.abs(np.asarray(numbers, np.float64))
    with np.errstate(all='ignore'):
        if not ((sizes > 0) & (sizes < _TINY) | (sizes > _HUGE) | np.isnan(sizes)).any():
            return False
        others = np.abs(_swapped(numbers))
        return bool(((others == 0) | (others >= _LEAST) & (others <= _MOST)).all())


def _of_quaternion(
    message: Message, name: str, position: Any, quaternion: Any, kind: int = 0
) -> Tool:
    quaternion = _NO_TURN if kind == TIP_ONLY else quaternion
    is_identity = not np.any(position) and not np.any(quaternion[:3])
    with np.errstate(all='ignore'):
        length = float(np.linalg.norm(quaternion))
    off = abs(length - 1)
    return Tool(name, _place(position), length, _state_of(message, name), is_identity, off,
                '' if off <= _ROUNDED else _how_quaternion_reads(quaternion, length))


def _how_quaternion_reads(quaternion: Any, length: float) -> str:
    """Tell what four numbers may be that are no quaternion of length 1."""
    if abs(float(np.linalg.norm(_swapped(quaternion))) - 1) <= _ROUNDED:
        return 'bytes'
    return 'degrees' if _LIKE_DEGREES < length <= _MOST_DEGREES else ''


def _of_image(image: Image) -> Values:
    pixels = image.pixels
    components = pixels.shape[3] if pixels.ndim == 4 else 1
    picture = Picture(
        str(pixels.dtype.newbyteorder('=')), components, image.coordinates == LPS,
        (image.size[0], image.size[1], image.size[2]))
    edges = np.linalg.norm(image.matrix[:3, :3], axis=0) * image.size
    high = _place(edges)
    return Values(picture=picture, box=Box(
        (0.0, 0.0, 0.0), high, _are_whole(high), bool(np.isfinite(image.matrix).all()),
        _are_swapped(image.matrix[:3])))


def _around(points: Sequence[Any] | Any) -> Box | None:
    if not len(points):
        return None
    array = np.asarray(points, np.float64)
    is_finite = np.isfinite(array).all(axis=1)
    found = array[is_finite]
    swapped = _are_swapped(array)
    if not len(found):
        return Box((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), False, False, swapped)
    low, high = _place(found.min(axis=0)), _place(found.max(axis=0))
    return Box(low, high, bool((found == found.round()).all()), bool(is_finite.all()), swapped)


def _are_whole(values: Sequence[float]) -> bool:
    return all(value == round(value) for value in values if np.isfinite(value))


def _place(values: Any) -> tuple[float, float, float]:
    x, y, z = values.tolist()
    return x, y, z
