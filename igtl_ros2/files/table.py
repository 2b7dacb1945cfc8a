"""Tables (.csv): poses of TRANSFORM, POSITION, TDATA and QTDATA, in mm, and values of SENSOR."""

from __future__ import annotations

import csv
import io
import logging
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..codec import Message
from ..codec.geometry import matrix_to_quaternion, quaternion_to_matrix
from ..codec.messages.arrays import Sensor, parse_unit
from ..codec.messages.pose import Position, Transform
from ..codec.messages.tracking import QuaternionTrackingData, TrackingData, TrackingElement
from ..codec.tool_state import is_valid, tool_state
from ..config.numbers import float_in, int_in
from ..errors import ConversionError, FileError
from . import Timed
from ._rows import Rows, seconds

_log = logging.getLogger(__name__)
EXTENSIONS = ('.csv',)
_POSES = (Transform, Position, TrackingData, QuaternionTrackingData)
WRITES = (*_POSES, Sensor)
_MATRIX = tuple(f'm{row}{column}' for row in (1, 2, 3) for column in (1, 2, 3))
_QUATERNION = ('qx', 'qy', 'qz', 'qw')
_HEAD = (
    'time_s', 'stamp_ns', 'device', 'tool', 'state', 'x_mm', 'y_mm', 'z_mm', *_QUATERNION,
    *_MATRIX,
)
_SENSOR_HEAD = ('time_s', 'stamp_ns', 'device', 'unit')
_RIGID = 1e-3
# of people who change one of the two and not the other
_SAME_TURN = 5e-3


class Lines(Rows):
    """
    A row for each pose or reading.

    The state is what the sender says of a tool, empty if nothing. Matrices that are no rotation
    (they scale or mirror) have no quaternion.
    """

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
    Read a table: TRANSFORM where no tool is named, TDATA for tools of one time, or SENSOR.

    Poses whose state is not OK, or whose numbers are not finite, are dropped, and logged: not all
    peers read states.
    """
    with open(path, encoding='utf-8-sig', errors='surrogateescape', newline='') as file:
        rows = csv.DictReader(file)
        names = rows.fieldnames or ()
        wanted, make = (_SENSOR_HEAD, _readings) if 'unit' in names else (_HEAD, _poses)
        missing = [name for name in wanted if name not in names]
        if missing:
            raise FileError(f'{path}, line 1: no column {missing[0]}, wanted {", ".join(wanted)}')
        yield from make(path, rows)


def _each(path: Path, rows: csv.DictReader[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Give each row, and where it is."""
    for row in rows:
        where = f'{path}, line {rows.line_num}'
        if None in row:  # where csv puts what is beyond the head
            wanted = len(rows.fieldnames or ())
            raise FileError(f'{where}: {wanted + len(row[None])} columns, wanted {wanted}')
        yield where, row


def _readings(path: Path, rows: csv.DictReader[str]) -> Iterator[Timed]:
    columns = sorted(
        (name for name in rows.fieldnames or () if re.fullmatch(r'v\d+', name)),
        key=lambda name: int(name[1:]))
    for where, row in _each(path, rows):
        try:
            unit = parse_unit(row['unit'])
        except ConversionError as error:
            raise FileError(f'{where}: {error}') from error
        yield _time(row, where), Sensor(
            np.array([_number(row, name, where) for name in columns]), unit,
            device_name=row['device'], timestamp_ns=_stamp(row, where))


def _poses(path: Path, rows: csv.DictReader[str]) -> Iterator[Timed]:
    left_out: Counter[str] = Counter()

    def valid() -> Iterator[_Row]:
        for where, row in _each(path, rows):
            one = _pose(row, where)
            if not is_valid(one.state or None):
                left_out[one.state] += 1
            elif not np.isfinite(one.matrix).all():
                left_out['not finite'] += 1
            else:
                yield one

    def same(row: _Row) -> tuple[Any, ...]:
        return row.time_s, row.stamp_ns, row.device, '' if row.tool else row.where

    for _, together in groupby(valid(), same):
        yield _message(list(together))
    for state, count in left_out.items():
        _log.warning('%s: %d poses that are %s are dropped', path, count, state)


class _Row(NamedTuple):
    """A pose of a table, and where it stands."""

    where: str
    time_s: float
    stamp_ns: int
    device: str
    tool: str
    state: str
    matrix: Any


def _pose(row: dict[str, str], where: str) -> _Row:
    matrix = np.eye(4)
    matrix[:3, 3] = [_number(row, name, where) for name in ('x_mm', 'y_mm', 'z_mm')]
    matrix[:3, :3] = np.reshape([_number(row, name, where) for name in _MATRIX], (3, 3))
    if row['qw']:
        quaternion = [_number(row, name, where) for name in _QUATERNION]
        try:
            turn = quaternion_to_matrix(quaternion)
        except ConversionError as error:
            raise FileError(f'{where}: {error}') from error
        if np.abs(turn - matrix[:3, :3]).max() > _SAME_TURN:
            raise FileError(
                f'{where}: qx to qw and m11 to m33 are not the same rotation; wanted both, or '
                'no qx to qw')
    return _Row(
        where, _time(row, where), _stamp(row, where), row['device'], row['tool'], row['state'],
        matrix)


def _number(row: dict[str, str], name: str, where: str) -> float:
    try:
        return float_in(row[name])
    except (TypeError, ValueError) as error:
        raise FileError(f'{where}: {name}: {row[name]!r}, wanted a number') from error


def _time(row: dict[str, str], where: str) -> float:
    return seconds(row['time_s'], f'{where}: time_s')


def _stamp(row: dict[str, str], where: str) -> int:
    try:
        return int_in(row['stamp_ns'] or '0')
    except ValueError as error:
        raise FileError(
            f'{where}: stamp_ns: {row["stamp_ns"]!r}, wanted whole nanoseconds') from error


def _message(rows: list[_Row]) -> Timed:
    first = rows[0]
    shared: Any = {
        'device_name': first.device, 'timestamp_ns': first.stamp_ns, 'metadata': {
            f'{row.tool}Status' if row.tool else 'TransformStatus': row.state
            for row in rows if row.state}}
    if first.tool:
        elements = [TrackingElement(row.tool, row.matrix) for row in rows]
        return first.time_s, TrackingData(elements, **shared)
    return first.time_s, Transform(first.matrix, **shared)
