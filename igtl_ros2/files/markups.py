"""Markups of 3D Slicer (.mrk.json): POINT, in LPS on disk."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ..codec.messages.points import PointList
from ..errors import FileError
from . import Timed, device_name
from ._points import FLIP, axes_of, make_point

_log = logging.getLogger(__name__)
EXTENSIONS = ('.mrk.json',)
WRITES = (PointList,)
_SCHEMA = (
    'https://raw.githubusercontent.com/slicer/slicer/master/Modules/Loadable/Markups/Resources/'
    'Schema/markups-schema-v1.0.3.json#'
)
# to millimetres
_LENGTHS = {'mm': 1.0, 'cm': 10.0, 'm': 1000.0, 'um': 1e-3}


def read(path: Path) -> Iterator[Timed]:
    """Read each list of control points, whatever is drawn with them, but for those not placed."""
    try:
        document = json.loads(path.read_text(encoding='utf-8-sig'))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise FileError(f'{path}: no JSON: {error}') from error
    lists = _member(document, 'markups', list, str(path))
    for number, markup in enumerate(lists):
        where = f'{path}, markups[{number}]'
        axes = axes_of(_member(markup, 'coordinateSystem', object, where, 'LPS'), where)
        units = _member(markup, 'coordinateUnits', object, where, 'mm')
        scale = _LENGTHS.get(units[0] if isinstance(units, list) and units else str(units))
        if scale is None:
            raise FileError(f'{where}: coordinateUnits {units!r}, wanted {", ".join(_LENGTHS)}')
        look = _look(_member(markup, 'display', dict, where, {}), where)
        points = []
        for at, control in enumerate(_member(markup, 'controlPoints', list, where, [])):
            place = f'{where}.controlPoints[{at}]'
            if _member(control, 'positionStatus', object, place, 'defined') in (
                'defined', 'edit', 'preview'
            ):
                points.append(make_point(
                    _member(control, 'position', list, place), axes * scale, place,
                    name=_member(control, 'label', str, place, ''),
                    group=_member(control, 'description', str, place, '') or 'Fiducial',
                    owner=_member(control, 'associatedNodeID', str, place, ''), **look))
        name = _member(markup, 'name', str, where, '') if len(lists) > 1 else ''
        yield 0.0, PointList(points, device_name=name or device_name(path))


def _member(holder: Any, name: str, kind: type, where: str, default: Any = None) -> Any:
    value = holder.get(name, default) if isinstance(holder, dict) else None
    if not isinstance(value, kind) or value is None:
        raise FileError(f'{where}: {name}: {value!r}, wanted {kind.__name__}')
    return value


def _look(display: Any, where: str) -> dict[str, Any]:
    """Read colour and size, which all points share there."""
    look: dict[str, Any] = {}
    colour = display.get('selectedColor')
    try:
        if colour is not None:
            numbers = [*colour, display.get('opacity', 1.0)]
            look['rgba'] = tuple(int(v) for v in np.rint(np.clip(numbers, 0, 1) * 255))
        if display.get('useGlyphScale') is False and 'glyphSize' in display:
            look['diameter'] = float(display['glyphSize'])
    except (TypeError, ValueError) as error:
        raise FileError(f'{where}.display: {error}') from error
    return look


def write(path: Path, message: PointList) -> None:
    """Write the points as a list of fiducials, with colour and size of the first one."""
    points = message.elements
    controls = [
        {
            'id': str(number), 'label': point.name, 'description': point.group,
            'associatedNodeID': point.owner, 'position': (point.position * FLIP).tolist(),
            'orientation': [-1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 1.0],
            'selected': True, 'locked': False, 'visibility': True, 'positionStatus': 'defined',
        }
        for number, point in enumerate(points, 1)
    ]
    markup: dict[str, Any] = {
        'type': 'Fiducial', 'coordinateSystem': 'LPS', 'coordinateUnits': 'mm',
        'locked': False, 'labelFormat': '%N-%d', 'controlPoints': controls,
    }
    if len(points):
        *colour, alpha = (value / 255 for value in points[0].rgba)
        markup['display'] = {'selectedColor': colour, 'color': colour, 'opacity': alpha}
        others = sum(
            (point.rgba, point.diameter) != (points[0].rgba, points[0].diameter)
            for point in points)
        if others:
            _log.warning(
                '%s: %d points get the colour and size of the first; such a file has one for all',
                path, others)
        if points[0].diameter:
            markup['display'] |= {'useGlyphScale': False, 'glyphSize': points[0].diameter}
    text = json.dumps({'@schema': _SCHEMA, 'markups': [markup]}, indent=2)
    path.write_text(text, encoding='utf-8')
