"""Tables (.csv): poses of TRANSFORM, POSITION, TDATA and QTDATA, in mm, and values of SENSOR."""

from __future__ import annotations

import csv
import io
import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from ..codec import Message
from ..codec.geometry import matrix_to_quaternion, quaternion_to_matrix
from ..codec.messages.arrays import Sensor
from ..codec.messages.pose import Position, Transform
from ..codec.messages.tracking import QuaternionTrackingData, TrackingData, TrackingElement
from ..codec.tool_state import is_valid, tool_state
from ..errors import FileError
from . import Timed
from ._rows import Rows

_log = logging.getLogger(__name__)
EXTENSIONS = ('.csv',)
_POSES = (Transform, Position, TrackingData, QuaternionTrackingData)
WRITES = (*_POSES, Sensor)
_MATRIX = tuple(f'm{row}{column}' for row in (1, 2, 3) for column in (1, 2, 3))
_HEAD = (
    'time_s', 'stamp_ns', 'device', 'tool', 'state', 'x_mm', 'y_mm', 'z_mm', 'qx', 'qy', 'qz',
    'qw', *_MATRIX,
)
_SENSOR_HEAD = ('time_s', 'stamp_ns', 'device', 'unit')
_RIGID = 1e-3


def write(path: Path, messages: Iterable[Timed]) -> None:
    """
    Write a row for each pose or reading.

    The state is what the sender says of a tool, empty if nothing. Matrices that are no rotation
    (they scale or mirror) have no quaternion.
    """
    with Lines(path) as lines:
        for time_s, message in messages:
            lines.add(time_s, message)


class Lines(Rows):
    """Such a table, row by row."""

    _kind = ''

    @classmethod
    def kind_of(cls, message: Message) -> str:
        """Say which columns it has."""
        return f'{len(message.values)} values of a sensor' if isinstance(message, Sensor) else (
            'poses')

    def head_of(self, message: Message) -> str:
        """Give the names of the columns."""
        if isinstance(message, Sensor):
            return _row([*_SENSOR_HEAD, *(f'v{n}' for n in range(len(message.values)))])
        return _row(_HEAD)

    def lines_of(self, time_s: float, message: Message) -> Iterator[str]:
        """Give the rows of a message."""
        kind = self.kind_of(message)
        if self._kind not in ('', kind):
            raise FileError(f'{self.path}: {kind} have no place in a table of {self._kind}')
        self._kind = kind
        start = [f'{time_s:.9f}', message.timestamp_ns, message.device_name]
        if isinstance(message, Sensor):
            yield _row([*start, message.unit_text, *map(repr, message.values.tolist())])
            return
        for tool, matrix in _tools(message):
            yield _row([*start, tool, tool_state(message, tool) or '', *_numbers(matrix)])


def _row(values: Iterable[Any]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator='\n').writerow(values)
    return text.getvalue()


def _tools(message: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(message, (Transform, Position)):
        yield '', message.matrix
        return
    for element in message.elements:
        if isinstance(message, TrackingData):
            yield element.name, element.matrix
        else:
            matrix = np.eye(4)
            matrix[:3, :3] = quaternion_to_matrix(element.quaternion.tolist())
            matrix[:3, 3] = element.position
            yield element.name, matrix


def _numbers(matrix: Any) -> list[str]:
    turn = matrix[:3, :3]
    with np.errstate(all='ignore'):
        rigid = np.abs(turn.T @ turn - np.eye(3)).max() <= _RIGID and np.linalg.det(turn) > 0
    quaternion = map(repr, map(float, matrix_to_quaternion(turn))) if rigid else [''] * 4
    return [
        *map(repr, matrix[:3, 3].tolist()), *quaternion, *map(repr, turn.ravel().tolist())]


def read(path: Path) -> Iterator[Timed]:
    """
    Read a table of poses: TRANSFORM where no tool is named, TDATA for tools of one time.

    Those whose state is not OK are dropped, and logged: not all peers read states.
    """
    with open(path, encoding='utf-8-sig', errors='surrogateescape', newline='') as file:
        rows = csv.DictReader(file)
        missing = [name for name in _HEAD if name not in (rows.fieldnames or ())]
        if missing:
            raise FileError(f'{path}, line 1: no column {missing[0]}, wanted {", ".join(_HEAD)}')
        left_out: Counter[str] = Counter()

        def valid() -> Iterator[tuple[int, dict[str, str]]]:
            for row in rows:
                if is_valid(row['state'] or None):
                    yield rows.line_num, row
                else:
                    left_out[row['state']] += 1

        def same(item: tuple[int, dict[str, str]]) -> tuple[str, ...]:
            row = item[1]
            once = '' if row['tool'] else str(item[0])
            return row['time_s'], row['stamp_ns'], row['device'], once

        for _, together in groupby(valid(), same):
            yield _read(path, list(together))
        for state, count in left_out.items():
            _log.warning('%s: %d poses that are %s are dropped', path, count, state)


def _read(path: Path, rows: list[tuple[int, dict[str, str]]]) -> Timed:
    tools, metadata = [], {}
    for number, row in rows:
        where = f'{path}, line {number}'
        try:
            matrix = np.eye(4)
            matrix[:3, 3] = [float(row[name]) for name in ('x_mm', 'y_mm', 'z_mm')]
            matrix[:3, :3] = np.reshape([float(row[name]) for name in _MATRIX], (3, 3))
            time_s, stamp_ns = float(row['time_s']), int(row['stamp_ns'] or 0)
        except (TypeError, ValueError) as error:
            raise FileError(f'{where}: {error}') from error
        if row['state']:
            metadata[f'{row["tool"]}Status' if row['tool'] else 'TransformStatus'] = row['state']
        tools.append((row['tool'], matrix))
    shared: Any = {
        'device_name': rows[0][1]['device'], 'timestamp_ns': stamp_ns, 'metadata': metadata}
    if tools[0][0]:
        return time_s, TrackingData([TrackingElement(*tool) for tool in tools], **shared)
    return time_s, Transform(tools[0][1], **shared)
