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
from .units import PER_METRE, Matrix, affine_from_numbers

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


# of the products of x, y, z and w with each other: those that the columns of a rotation are sums
# of, as in `quaternion_to_columns`
_FIRST = np.array([5, 1, 2, 1, 0, 6, 2, 6, 0])
_SECOND = np.array([10, 11, 7, 11, 10, 3, 7, 3, 5])
_SIGNS = np.array([1.0, 1, -1, -1, 1, 1, 1, -1, 1])
_FACTORS = np.array([-2.0, 2, 2, 2, -2, 2, 2, 2, -2])


def affines_from_poses(message: PoseArray, unit: str) -> Matrix:
    """
    Turn poses into the (n, 12) numbers of TRANSFORMs, as `affine_from_numbers` does.

    :raises ConversionError: if one is not finite or its quaternion is zero.
    """
    values = _numbers_of(message)
    result = np.empty((len(values), 12))
    with np.errstate(all='ignore'):
        squares = values[:, 3:] ** 2
        norms = np.sqrt(squares[:, 0] + squares[:, 1] + squares[:, 2] + squares[:, 3])
        turns = values[:, 3:] / norms[:, None]
        products = (turns[:, :, None] * turns[:, None, :]).reshape(-1, 16)
        sums = products[:, _FIRST] + _SIGNS * products[:, _SECOND]
        np.multiply(sums, _FACTORS, out=result[:, :9])
        result[:, 0:9:4] += 1.0
        np.multiply(values[:, :3], PER_METRE[unit], out=result[:, 9:])
        ends = result[:, 9] + result[:, 10] + result[:, 11]
        good = np.isfinite(ends) & (norms >= 1e-6) & (norms < np.inf)
    if not good.all():
        numbers = values[good.argmin()].tolist()
        affine_from_numbers(numbers[:3], numbers[3:], unit)  # it says what is wrong
    return result


def _numbers_of(message: PoseArray) -> Matrix:
    """Give position and quaternion (x, y, z, w) of each pose of a message, (n, 7)."""
    if isinstance(message.poses, Rows):
        return message.poses.values
    parts = ((pose.position, pose.orientation) for pose in message.poses)
    numbers = [(p.x, p.y, p.z, q.x, q.y, q.z, q.w) for p, q in parts]
    return np.array(numbers, np.float64).reshape(-1, 7)


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
