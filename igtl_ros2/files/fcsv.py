"""Fiducials of 3D Slicer (.fcsv): POINT, in LPS on disk; older files in RAS are read."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from ..codec.messages.points import PointList
from ..errors import FileError
from . import Timed, device_name
from ._points import FLIP, axes_of, make_point

EXTENSIONS = ('.fcsv',)
WRITES = (PointList,)
_COLUMNS = (
    'id', 'x', 'y', 'z', 'ow', 'ox', 'oy', 'oz', 'vis', 'sel', 'lock', 'label', 'desc',
    'associatedNodeID',
)


def read(path: Path) -> Iterator[Timed]:
    """Read the points; a file that does not say its coordinate system is RAS, as old ones are."""
    axes, points = axes_of('RAS', str(path)), []
    columns: tuple[str, ...] = _COLUMNS
    with open(path, encoding='utf-8-sig', errors='surrogateescape', newline='') as file:
        for number, line in enumerate(file, 1):
            where = f'{path}, line {number}'
            if line.startswith('#'):
                name, _, value = line[1:].partition('=')
                if name.strip() == 'CoordinateSystem':
                    axes = axes_of(value, where)
                elif name.strip() == 'columns':
                    columns = tuple(word.strip() for word in value.split(','))
            elif line.strip():
                row = dict(zip(columns, next(csv.reader([line]))))
                if not {'x', 'y', 'z'} <= row.keys():
                    raise FileError(f'{where}: {line.strip()[:80]!r}, wanted {",".join(columns)}')
                points.append(make_point(
                    (row['x'], row['y'], row['z']), axes, where, name=row.get('label', ''),
                    group=row.get('desc') or 'Fiducial', owner=row.get('associatedNodeID', '')))
    yield 0.0, PointList(points, device_name=device_name(path))


def write(path: Path, message: PointList) -> None:
    """Write the points; colours and sizes have no place there."""
    with open(path, 'w', encoding='utf-8', errors='surrogateescape', newline='') as file:
        file.write('# Markups fiducial file version = 4.11\n# CoordinateSystem = LPS\n')
        file.write(f'# columns = {",".join(_COLUMNS)}\n')
        rows = csv.writer(file, lineterminator='\n')
        for number, point in enumerate(message.elements, 1):
            x, y, z = (point.position * FLIP).tolist()
            rows.writerow([
                number, repr(x), repr(y), repr(z), 0, 0, 0, 1, 1, 1, 0, _line(point.name),
                _line(point.group), _line(point.owner)])


def _line(text: str) -> str:
    return ' '.join(text.splitlines())
