"""Whether what arrived in a demonstration is what was sent."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

#: metres, radians, and parts of a rotation matrix; the wire has float32
TOLERANCE = 1e-6

Facts = dict[str, Any]


class Wrong(Exception):
    """Something is not what it should be."""


def compare(found: Any, wanted: Any, what: str) -> float:
    """
    Compare numbers and give the largest deviation.

    :raises Wrong: if they are not the same.
    """
    found, wanted = np.asarray(found, float), np.asarray(wanted, float)
    if found.shape != wanted.shape:
        raise Wrong(f'{what}: {found.shape} numbers, wanted {wanted.shape}')
    deviation = float(np.abs(found - wanted).max(initial=0.0))
    if not deviation <= TOLERANCE:
        raise Wrong(f'{what}: off by {deviation:.6g}')
    return deviation


def same(found: Any, wanted: Any, what: str) -> float:
    """
    Compare what has no deviation.

    :raises Wrong: if it is not the same.
    """
    if found != wanted:
        raise Wrong(f'{what}: {found!r}, wanted {wanted!r}')
    return 0.0


def pose_in_metres(matrix: Any) -> NDArray[np.float64]:
    """Scale the translation of a (4, 4) pose from mm."""
    result = np.array(matrix, float)
    result[:3, 3] /= 1000.0
    return result
