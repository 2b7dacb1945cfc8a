"""Messages made of plain data, as it stands on a command line, in YAML or in what echo prints."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from ..codec import Message, message_class, registered
from ..codec.geometry import quaternion_to_matrix
from ..codec.messages.bundle import Bind
from ..codec.messages.mesh import PolyData
from ..codec.messages.pose import Transform
from ..codec.messages.text import StatusCode
from ..errors import ConfigError, IgtlError

#: a length in mm is so many of these
PER_MM = {'mm': 1.0, 'm': 1e-3}
_SHARED = {'device': 'device_name', 'stamp_ns': 'timestamp_ns', 'message_id': 'message_id',
           'metadata': 'metadata', 'version': 'version'}
_NOT_GIVEN = {*_SHARED.values(), 'timestamp', 'type_name', 'metadata_encodings'}
_ROTATION_SLACK = 1e-3
# the volume between three axes, by their lengths
_FLAT = 1e-6


def millimetres(values: Sequence[float], unit: str) -> list[float]:
    """
    Give lengths as they are on the wire.

    :param unit: mm or m.
    :raises ConfigError: if one is no number.
    """
    if not all(map(math.isfinite, values)):
        raise ConfigError(f'found {list(values)}; wanted numbers, each of them finite')
    return [value / PER_MM[unit] for value in values]


def pose_matrix(numbers: Sequence[float], unit: str = 'mm') -> Any:
    """
    Make a matrix of 3 numbers (x y z), 7 (and a quaternion x y z w), 12 or 16 (its rows).

    :param unit: of the lengths: mm or m.
    :raises ConfigError: if it is no pose.
    """
    count = len(numbers)
    if not all(map(math.isfinite, numbers)):
        raise ConfigError(f'pose: found {list(numbers)}; wanted numbers, each of them finite')
    matrix = np.eye(4)
    if count in (12, 16):
        matrix[: count // 4] = np.reshape(numbers, (-1, 4))
        if not np.array_equal(matrix[3], (0, 0, 0, 1)):
            raise ConfigError(f'pose: its last row is {matrix[3].tolist()}; wanted 0 0 0 1')
        lengths = np.linalg.norm(matrix[:3, :3], axis=0)
        if abs(np.linalg.det(matrix[:3, :3])) <= _FLAT * lengths.prod():
            raise ConfigError(
                f'pose: its axes are {matrix[:3, :3].T.tolist()}; wanted three that are not in '
                'one plane')
    elif count in (3, 7):
        matrix[:3, 3] = numbers[:3]
        if count == 7:
            matrix[:3, :3] = _rotation(numbers[3:])
    else:
        raise ConfigError(
            f'pose: found {count} numbers; wanted 3 (x y z), 7 (and a quaternion x y z w), 12 or '
            '16 (the rows of a matrix)')
    matrix[:3, 3] = millimetres(matrix[:3, 3].tolist(), unit)
    return matrix


def is_rigid(matrix: Any) -> bool:
    """Tell whether a (4, 4) matrix turns and moves, and does not scale, shear or mirror."""
    turn = matrix[:3, :3]
    deviation = np.abs(turn.T @ turn - np.eye(3)).max()
    return bool(deviation <= _ROTATION_SLACK and np.linalg.det(turn) > 0)


def _rotation(quaternion: Sequence[float]) -> Any:
    length = math.hypot(*quaternion)
    if abs(length - 1) > _ROTATION_SLACK:
        raise ConfigError(
            f'quaternion: found {list(quaternion)}, whose length is {length:.4g}; wanted x y z w '
            'of length 1')
    return quaternion_to_matrix(quaternion)


def status_code(text: str) -> int:
    """
    Read the code of a STATUS: its number or its name.

    :raises ConfigError: if it is neither.
    """
    name = text.upper()
    if name in StatusCode.__members__:
        return StatusCode[name].value
    if text.isdecimal() and int(text) <= 0xFFFF:
        return int(text)
    raise ConfigError(
        f'status: found {text!r}; wanted 0 to 65535 or one of {", ".join(StatusCode.__members__)}')


def message_of(data: Any, where: str = 'message') -> Message:
    """
    Make a message of plain data as `plain_message` gives it; what is missing keeps its default.

    A TRANSFORM may have a `position` and a `quaternion` in place of its `matrix`.

    :param where: what is read, for errors.
    :raises ConfigError: if it is none.
    """
    if not isinstance(data, Mapping) or not isinstance(data.get('type'), str):
        raise ConfigError(f'{where}: found {_short(data)}; wanted type, device and its fields')
    kind = data['type']
    cls = message_class(kind)
    if cls is None:
        raise ConfigError(
            f'{where}: type: found {kind!r}; allowed {", ".join(sorted(registered()))}')
    values = {_SHARED[key]: data[key] for key in _SHARED if data.get(key) is not None}
    rest = {key: value for key, value in data.items() if key != 'type' and key not in _SHARED}
    names = {field.name for field in fields(cls)}
    if 'type_name' in names and kind != getattr(cls, 'type_name', None):
        values['type_name'] = kind
    try:
        if cls is PolyData:
            raise ConfigError('a POLYDATA is sent from a file, such as .stl')
        if cls is Transform and 'matrix' not in rest:
            rest = {'matrix': pose_matrix(
                [*rest.pop('position', (0, 0, 0)), *rest.pop('quaternion', ())]), **rest}
        for key, value in rest.items():
            if key not in names:
                allowed = sorted(names - _NOT_GIVEN)
                raise ConfigError(f'found {key!r}; {kind} has {", ".join(allowed)}')
            values[key] = _value(cls, key, value)
        return cls(**values)
    except ConfigError as error:
        raise ConfigError(f'{where}: {error}') from error
    except (IgtlError, TypeError, ValueError) as error:
        raise ConfigError(f'{where}: {kind}: {error}') from error


def _value(cls: Any, key: str, value: Any) -> Any:
    if key == 'elements':
        return [cls.element_class(**element) for element in value]
    if cls is Bind:
        return tuple(message_of(child, f'child {n}') for n, child in enumerate(value, 1))
    if isinstance(value, Mapping) and 'hex' in value:
        data = bytes.fromhex(value['hex'])
        if len(data) != value.get('bytes', len(data)):
            raise ConfigError(f'{key}: only {len(data)} of {value["bytes"]} bytes are in it; '
                              'igtl echo --all prints all of them')
        return data
    if isinstance(value, Mapping) and 'dtype' in value:
        raise ConfigError(f'{key}: its numbers are not in it; igtl echo --all prints them')
    if cls.type_name == 'NDARRAY':
        return np.array(value, float)
    return value


def _short(data: Any) -> str:
    text = repr(data)
    return text if len(text) < 60 else f'{text[:57]}...'


def read_messages(text: str, where: str) -> Iterator[Message]:
    """
    Read messages from YAML (one, a list of them, or several documents) or from lines of JSON.

    :param where: the name of the file, for errors.
    :raises ConfigError: if something in it is none.
    """
    for number, data in enumerate(_documents(text, where), 1):
        yield message_of(data, f'{where}: {number}')


def _documents(text: str, where: str) -> Iterator[Any]:
    lines = [line for line in text.splitlines() if line.strip()]
    if lines and all(line.startswith('{') and line.endswith('}') for line in lines):
        try:
            yield from [json.loads(line) for line in lines]
            return
        except (ValueError, RecursionError) as error:
            if len(lines) > 1:
                raise ConfigError(f'{where}: {error}') from error
    import yaml

    try:
        documents = list(yaml.safe_load_all(text))
    except (yaml.YAMLError, RecursionError) as error:
        raise ConfigError(f'{where}: {error}') from error
    for document in documents:
        yield from document if isinstance(document, list) else [document]
