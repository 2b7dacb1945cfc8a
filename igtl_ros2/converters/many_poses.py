"""Very many poses converted together: what `units.py` does for one, done for the columns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
from geometry_msgs.msg import Pose, PoseArray
from numpy.typing import NDArray

from ..codec.geometry import Flags
from .bulk import Rows, set_rows
from .metres import PER_METRE, Matrix
from .units import affine_from_numbers

_PIECE = 2000


def listed(values: NDArray[Any]) -> list[Any]:
    """List an array as `tolist` does, which keeps all other threads waiting until it is done."""
    pieces = (values[n : n + _PIECE].tolist() for n in range(0, len(values), _PIECE))
    return list(chain.from_iterable(pieces))


def metres_of(positions: NDArray[Any], unit: str, axes: str = 'ras') -> tuple[Matrix, Flags]:
    """Turn (n, 3) positions on the wire into metres, and tell which of them are finite."""
    result = np.array(positions, np.float64)
    finite = np.asarray(np.isfinite(result).all(axis=1))
    if axes == 'lps':
        result[:, :2] *= -1.0
    result /= PER_METRE[unit]
    return result, finite


def orientations_along(begins: Matrix, ends: Matrix) -> tuple[Matrix, Flags]:
    """
    Turn z axes into directions as `orientation_along` does.

    :returns: (n, 4) quaternions (x, y, z, w), and which of them are of a direction at all.
    """
    with np.errstate(all='ignore'):
        directions = ends - begins
        largest = np.abs(directions).max(axis=1, initial=0.0)
        known = (0 < largest) & (largest < np.inf)
        directions /= largest[:, None]
        directions /= np.linalg.norm(directions, axis=1)[:, None]
        x, y, z = directions.T
        w = np.where(z > 0, np.sqrt((1 + z) / 2), np.hypot(x, y) / np.sqrt(2 * (1 - z)))
        turned = np.stack([-y / (2 * w), x / (2 * w), np.zeros(len(w)), w], axis=1)
    turned[w < 1e-12] = 1.0, 0.0, 0.0, 0.0
    return turned, known


def affines_from_poses(message: PoseArray, unit: str) -> list[tuple[float, ...]]:
    """
    Turn poses into the 12 numbers of TRANSFORMs, as `affine_from_numbers` does.

    :raises ConversionError: if one is not finite or its quaternion is zero.
    """
    poses: Any = message.poses
    numbers = poses.numbers() if isinstance(poses, Rows) else (
        (p.x, p.y, p.z, q.x, q.y, q.z, q.w)
        for p, q in ((pose.position, pose.orientation) for pose in poses))
    result: list[tuple[float, ...]] = []
    put, per_metre, infinite = result.append, PER_METRE[unit], math.inf
    # one by one: of some tens that takes less than columns do, for which numpy has to wake up
    for px, py, pz, x, y, z, w in numbers:
        norm = math.sqrt(x * x + y * y + z * z + w * w)
        a, b, c = px * per_metre, py * per_metre, pz * per_metre
        if not (1e-6 <= norm < infinite and -infinite < a + b + c < infinite):
            affine_from_numbers((px, py, pz), (x, y, z, w), unit)  # it says what is wrong
        # as in `quaternion_to_columns`
        x, y, z, w = x / norm, y / norm, z / norm, w / norm
        x2, y2, z2 = x + x, y + y, z + z
        xx, yy, zz, xy, xz, yz, xw, yw, zw = (
            x * x2, y * y2, z * z2, x * y2, x * z2, y * z2, x2 * w, y2 * w, z2 * w)
        put((
            1.0 - (yy + zz), xy + zw, xz - yw,
            xy - zw, 1.0 - (xx + zz), yz + xw,
            xz + yw, yz - xw, 1.0 - (xx + yy),
            a, b, c,
        ))
    return result


def fill_poses(
    message: PoseArray, positions: Matrix, turned: Sequence[Any] | Matrix | None = None
) -> None:
    """
    Set the poses of a message.

    :param positions: (n, 3), in metres.
    :param turned: (n, 4) quaternions (x, y, z, w); default: none is turned.
    """
    rows = np.zeros((len(positions), 7))
    rows[:, :3] = positions
    rows[:, 3:] = (0.0, 0.0, 0.0, 1.0) if turned is None else turned
    set_rows(message, 'poses', Pose, rows)
