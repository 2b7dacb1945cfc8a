"""What files with points share."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..codec.fields import cut_text, text_bytes
from ..codec.messages.points import Point
from ..errors import FileError

_LENGTHS = {'name': 64, 'group': 32, 'owner': 20}
FLIP = np.array((-1.0, -1.0, 1.0))
#: 0 and 1 are how 3D Slicer wrote it until 4.10
SPACES = {'RAS': np.ones(3), '0': np.ones(3), 'LPS': FLIP, '1': FLIP}


def axes_of(text: Any, where: str) -> Any:
    """
    Tell what takes coordinates of a file to RAS, by what it says of them.

    :raises FileError: if they are others.
    """
    axes = SPACES.get(str(text).strip().upper())
    if axes is None:
        raise FileError(f'{where}: coordinate system {text!r}, wanted LPS or RAS')
    return axes


def make_point(position: Any, axes: Any, where: str, **fields: Any) -> Point:
    """
    Make a point; texts that are too long for the wire are cut.

    :raises FileError: if it has no place.
    """
    try:
        place = np.array([float(number) for number in position], np.float64) * axes
    except (TypeError, ValueError) as error:
        raise FileError(f'{where}: {position!r}, wanted three numbers') from error
    if place.shape != (3,) or not np.isfinite(place).all():
        raise FileError(f'{where}: {position!r}, wanted three finite numbers')
    for name, size in _LENGTHS.items():
        raw = cut_text(text_bytes(str(fields.get(name, '')), name).replace(b'\0', b''), size)
        fields[name] = raw.decode('utf-8', 'surrogateescape')
    return Point(position=place, **fields)
