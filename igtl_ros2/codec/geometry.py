"""
Where the voxels of an IMAGE or the pixels of a VIDEO are in space, and rotations.

Quaternions are (x, y, z, w); matrices act on column vectors.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ConversionError
from .fields import Floats, Triple

RAS = 1
LPS = 2

_Row = tuple[float, float, float]
Rows = tuple[_Row, _Row, _Row]


def identity() -> Floats:
    """Make the matrix of an image that was given no place."""
    return np.eye(4)


def ijk_to_ras(matrix: Floats, size: Triple, coordinates: int) -> Floats:
    """
    Compute the (4, 4) matrix that takes indices i, j, k of the full volume to mm in RAS.

    :param matrix: as on the wire, see `with_axes`: directions times spacing, and the centre of
        the volume.
    :param coordinates: `RAS` or `LPS`, the frame of the matrix.
    """
    result = with_axes(matrix)
    if coordinates == LPS:
        result[:2] *= -1.0
    result[:3, 3] -= result[:3, :3] @ (np.array(size) - 1) / 2
    return result


def with_axes(matrix: Floats) -> Floats:
    """
    Copy a matrix of the wire so that it has all three axes.

    One without a direction (all zeros: the sender never set it) counts as 1 mm along the axis of
    the same number.
    """
    result = np.array(matrix)
    for axis in range(3):
        if not result[:3, axis].any():
            result[axis, axis] = 1.0
    return result


def ras_to_wire(matrix: Floats, size: Triple, coordinates: int) -> Floats:
    """Make the matrix of the wire of one that takes i, j, k to mm in RAS; read-only."""
    result = np.array(matrix)
    result[:3, 3] += result[:3, :3] @ (np.array(size) - 1) / 2
    if coordinates == LPS:
        result[:2] *= -1.0
    result.flags.writeable = False
    return result


def matrices_of(columns: NDArray[Any]) -> Floats:
    """Make (..., 4, 4) matrices of (..., 4, 3) columns, as tools have them on the wire."""
    result = np.zeros((*columns.shape[:-2], 4, 4))
    result[..., :3, :] = np.swapaxes(columns, -1, -2)
    result[..., 3, 3] = 1.0
    return result


def columns_of(matrices: Floats) -> Floats:
    """Do the reverse of `matrices_of`."""
    return np.swapaxes(matrices[..., :3, :], -1, -2)


def quaternion_to_matrix(quaternion: Sequence[float] | Floats) -> Floats:
    """
    Make the (3, 3) rotation of a quaternion, which need not be of length 1.

    :raises ConversionError: if it is zero or not finite.
    """
    return np.array(quaternion_to_rows(quaternion))


def quaternion_to_rows(quaternion: Sequence[float] | Floats) -> Rows:
    """
    Make the three rows of the rotation of a quaternion, see `quaternion_to_matrix`.

    :raises ConversionError: if it is zero or not finite.
    """
    x, y, z, w = map(float, quaternion)
    norm = math.sqrt(x * x + y * y + z * z + w * w)
    if not math.isfinite(norm) or norm < 1e-6:
        raise ConversionError(f'quaternion ({x}, {y}, {z}, {w}) is not a rotation')
    x, y, z, w = x / norm, y / norm, z / norm, w / norm
    return (
        (1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)),
        (2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)),
        (2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)),
    )


def matrix_to_quaternion(rotation: Floats) -> tuple[float, float, float, float]:
    """Make the quaternion of length 1, w not negative, of a (3, 3) rotation."""
    return rows_to_quaternion(rotation.tolist())


def rows_to_quaternion(rows: Rows) -> tuple[float, float, float, float]:
    """Make the quaternion of the three rows of a rotation, see `matrix_to_quaternion`."""
    (a, b, c), (d, e, f), (g, h, i) = rows
    # the largest of the four is computed from its square, so that nothing small is divided by
    if a + e + i > 0:
        x, y, z, w = h - f, c - g, d - b, 1 + a + e + i
    elif a >= e and a >= i:
        x, y, z, w = 1 + a - e - i, b + d, c + g, h - f
    elif e >= i:
        x, y, z, w = b + d, 1 - a + e - i, f + h, c - g
    else:
        x, y, z, w = c + g, f + h, 1 - a - e + i, d - b
    norm = math.sqrt(x * x + y * y + z * z + w * w)
    if w < 0:
        norm = -norm
    return x / norm, y / norm, z / norm, w / norm
