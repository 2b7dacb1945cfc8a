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
from .fields import Affine, Floats, Triple
from .layout import Record

RAS = 1
LPS = 2

#: of an image or a frame: its size, its matrix as columns without the last row, and what part
#: of the whole it is
GRID = Record(
    ('size', 'u2', (3,)), ('matrix', 'f4', (4, 3)), ('offset', 'u2', (3,)), ('block', 'u2', (3,)))

#: a matrix this near to a rotation is one
FLOAT32_NOISE = 1e-6

Flags = NDArray[np.bool_]
_Row = tuple[float, float, float]
Rows = tuple[_Row, _Row, _Row]


def identity() -> Floats:
    """Make the matrix of an image that was given no place."""
    return np.eye(4)


def grid_of(numbers: Sequence[Any]) -> tuple[Triple, Affine, Triple, Triple]:
    """Tell size, matrix, offset and block by what is unpacked of a `GRID`."""
    i, j, k, *affine, ii, jj, kk, ni, nj, nk = numbers
    return (i, j, k), tuple(affine), (ii, jj, kk), (ni, nj, nk)


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
    with np.errstate(all='ignore'):  # a matrix of a peer may be anything
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
    a, d, g, b, e, h, c, f, i = quaternion_to_columns(*map(float, quaternion))
    return np.array(((a, b, c), (d, e, f), (g, h, i)))


def quaternion_to_columns(x: float, y: float, z: float, w: float) -> tuple[float, ...]:
    """
    Make the nine numbers of the rotation of a quaternion, its columns one behind the other.

    :raises ConversionError: if it is zero or not finite.
    """
    norm = math.sqrt(x * x + y * y + z * z + w * w)
    if not 1e-6 <= norm < math.inf:
        raise ConversionError(f'quaternion ({x}, {y}, {z}, {w}) is not a rotation')
    x, y, z, w = x / norm, y / norm, z / norm, w / norm
    # twice is exact; with whole numbers among them Python takes longer
    x2, y2, z2 = x + x, y + y, z + z
    xx, yy, zz, xy, xz, yz, xw, yw, zw = (
        x * x2, y * y2, z * z2, x * y2, x * z2, y * z2, x2 * w, y2 * w, z2 * w)
    return (
        1.0 - (yy + zz), xy + zw, xz - yw,
        xy - zw, 1.0 - (xx + zz), yz + xw,
        xz + yw, yz - xw, 1.0 - (xx + yy))


def matrix_to_quaternion(rotation: Floats) -> tuple[float, float, float, float]:
    """Make the quaternion of length 1, w not negative, of a (3, 3) rotation."""
    (a, b, c), (d, e, f), (g, h, i) = rotation.tolist()
    return columns_to_quaternion(a, d, g, b, e, h, c, f, i)


def columns_to_quaternion(
    a: float, d: float, g: float, b: float, e: float, h: float, c: float, f: float, i: float
) -> tuple[float, float, float, float]:
    """Do what `matrix_to_quaternion` does, for columns one behind the other."""
    # the largest of the four is computed from its square, so that nothing small is divided by
    if a + e + i > 0:
        x, y, z, w = h - f, c - g, d - b, 1.0 + a + e + i
    elif a >= e and a >= i:
        x, y, z, w = 1.0 + a - e - i, b + d, c + g, h - f
    elif e >= i:
        x, y, z, w = b + d, 1.0 - a + e - i, f + h, c - g
    else:
        x, y, z, w = c + g, f + h, 1.0 - a - e + i, d - b
    norm = math.sqrt(x * x + y * y + z * z + w * w)
    if w < 0:
        norm = -norm
    return x / norm, y / norm, z / norm, w / norm


def quaternions_to_matrices(quaternions: NDArray[Any]) -> tuple[Floats, Flags]:
    """
    Make (n, 4, 4) matrices of (n, 4) quaternions as `quaternion_to_matrix` does.

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


def rotations_to_quaternions(matrices: Floats) -> tuple[Floats, Flags]:
    """
    Make quaternions of the rotations of (n, 4, 4) matrices.

    :returns: (n, 4), and which matrices are rotations with float32 noise: others take the usual
        way.
    """
    linear = matrices[:, :3, :3]
    with np.errstate(all='ignore'):
        squares = np.swapaxes(linear, 1, 2) @ linear
        distance = np.abs(squares - np.eye(3)).max(axis=(1, 2), initial=0.0)
        is_rotation = (distance <= FLOAT32_NOISE) & (np.linalg.det(linear) > 0)
        a, b, c, d, e, f, g, h, i = linear.reshape(-1, 9).T
        # one column for each of the four that may be largest, as in `columns_to_quaternion`
        ways = np.array([
            [h - f, c - g, d - b, 1 + a + e + i],
            [1 + a - e - i, b + d, c + g, h - f],
            [b + d, 1 - a + e - i, f + h, c - g],
            [c + g, f + h, 1 - a - e + i, d - b]])
        chosen = np.select([a + e + i > 0, (a >= e) & (a >= i), e >= i], [0, 1, 2], 3)
        turned = ways[chosen, :, np.arange(len(linear))]
        norms = np.linalg.norm(turned, axis=1)
        turned /= np.where(turned[:, 3] < 0, -norms, norms)[:, None]
    return turned, is_rotation


def moved_matrix(matrix: Floats, other: Floats) -> Floats:
    """Multiply the rows that are not 0 0 0 1 anyway: what is not finite may not get there."""
    result = np.array(other)
    result[:3] = matrix[:3] @ other
    return result


def moved_point(matrix: Floats, position: Floats) -> Floats:
    """Move a position (3,)."""
    return matrix[:3, :3] @ position + matrix[:3, 3]


def turned_quaternion(matrix: Floats, quaternion: Floats) -> Any:
    """Turn a quaternion; one that is none stays, so that the reason to refuse it shows."""
    try:
        rotation = quaternion_to_matrix(quaternion.tolist())
    except ConversionError:
        return quaternion
    turned = np.array(matrix_to_quaternion(matrix[:3, :3] @ rotation))
    # the short forms of the wire leave w out and take it to be positive
    return -turned if turned[3] < 0 else turned
