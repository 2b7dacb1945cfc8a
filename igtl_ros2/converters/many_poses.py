"""Very many poses converted together: what `units.py` does for one, done for the columns."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
from geometry_msgs.msg import Point, Pose, PoseArray, Quaternion
from numpy.typing import NDArray

from ..codec.lists import FEW
from .bulk import set_rows
from .units import FLOAT32_NOISE, LPS_TO_RAS, PER_METRE, Matrix

Flags = NDArray[np.bool_]
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


def rotations_to_quaternions(matrices: Matrix, axes: str = 'ras') -> tuple[Matrix, Flags]:
    """
    Make quaternions of the rotations of (n, 4, 4) matrices on the wire.

    :returns: (n, 4), and which matrices are rotations with float32 noise: others take the usual
        way.
    """
    linear = (matrices * LPS_TO_RAS if axes == 'lps' else matrices)[:, :3, :3]
    with np.errstate(all='ignore'):
        squares = np.swapaxes(linear, 1, 2) @ linear
        distance = np.abs(squares - np.eye(3)).max(axis=(1, 2), initial=0.0)
        is_rotation = (distance <= FLOAT32_NOISE) & (np.linalg.det(linear) > 0)
        a, b, c, d, e, f, g, h, i = linear.reshape(-1, 9).T
        # one column for each of the four that may be largest, as in `rows_to_quaternion`
        ways = np.array([
            [h - f, c - g, d - b, 1 + a + e + i],
            [1 + a - e - i, b + d, c + g, h - f],
            [b + d, 1 - a + e - i, f + h, c - g],
            [c + g, f + h, 1 - a - e + i, d - b],
        ])
        chosen = np.select([a + e + i > 0, (a >= e) & (a >= i), e >= i], [0, 1, 2], 3)
        turned = ways[chosen, :, np.arange(len(linear))]
        norms = np.linalg.norm(turned, axis=1)
        turned /= np.where(turned[:, 3] < 0, -norms, norms)[:, None]
    return turned, is_rotation


def quaternions_to_matrices(quaternions: NDArray[Any]) -> tuple[Matrix, Flags]:
    """
    Make (n, 4, 4) matrices of (n, 4) quaternions (x, y, z, w) as `quaternion_to_matrix` does.

    The second result tells which of them are quaternions.
    """
    result = np.tile(np.eye(4), (len(quaternions), 1, 1))
    with np.errstate(all='ignore'):
        wide = quaternions.astype(np.float64)
        norms = np.sqrt((wide * wide).sum(axis=1))
        x, y, z, w = (wide / norms[:, None]).T
        result[:, 0, :3] = np.stack(
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)], axis=1)
        result[:, 1, :3] = np.stack(
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)], axis=1)
        result[:, 2, :3] = np.stack(
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)], axis=1)
        return result, np.isfinite(norms) & (norms >= 1e-6)


def fill_poses(
    message: PoseArray, positions: Matrix, turned: Sequence[Any] | Matrix | None = None
) -> None:
    """
    Set the poses of a message.

    :param positions: (n, 3), in metres.
    :param turned: (n, 4) quaternions (x, y, z, w); left out: none is turned.
    """
    count = len(positions)
    if count > FEW:
        rows = np.zeros((count, 7))
        rows[:, :3] = positions
        if turned is None:
            rows[:, 6] = 1.0
        else:
            rows[:, 3:] = turned
        set_rows(message, 'poses', Pose, rows)
        return
    quaternions = [(0.0, 0.0, 0.0, 1.0)] * count if turned is None else np.asarray(turned).tolist()
    message.poses = [
        Pose(position=Point(x=x, y=y, z=z), orientation=Quaternion(x=a, y=b, z=c, w=d))
        for (x, y, z), (a, b, c, d) in zip(np.asarray(positions).tolist(), quaternions)
    ]
