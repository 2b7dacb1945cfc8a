"""Very many poses converted together: what `units.py` does for one, done for the columns."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
from geometry_msgs.msg import Pose, PoseArray
from numpy.typing import NDArray

from ..codec.geometry import Flags
from .bulk import Rows, set_rows
from .units import PER_METRE, Matrix

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


def pose_rows(message: PoseArray) -> list[Any]:
    """List position and quaternion (x, y, z, w) of each pose of a message, seven numbers each."""
    if isinstance(message.poses, Rows):
        return listed(message.poses.values)
    return [
        (p.x, p.y, p.z, q.x, q.y, q.z, q.w)
        for p, q in ((pose.position, pose.orientation) for pose in message.poses)
    ]


def fill_poses(
    message: PoseArray, positions: Matrix, turned: Sequence[Any] | Matrix | None = None
) -> None:
    """
    Set the poses of a message.

    :param positions: (n, 3), in metres.
    :param turned: (n, 4) quaternions (x, y, z, w); left out: none is turned.
    """
    rows = np.zeros((len(positions), 7))
    rows[:, :3] = positions
    rows[:, 3:] = (0.0, 0.0, 0.0, 1.0) if turned is None else turned
    set_rows(message, 'poses', Pose, rows)
