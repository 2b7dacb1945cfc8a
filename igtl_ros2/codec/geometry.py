"""Where the voxels of an IMAGE or the pixels of a VIDEO are in space."""

from __future__ import annotations

import numpy as np

from .fields import Floats, Triple

RAS = 1
LPS = 2


def identity() -> Floats:
    """Make the matrix of an image that was given no place."""
    return np.eye(4)


def ijk_to_ras(matrix: Floats, size: Triple, coordinates: int) -> Floats:
    """
    Compute the (4, 4) matrix that takes indices i, j, k of the full volume to mm in RAS.

    An axis without a direction (all zeros: the sender never set it) counts as 1 mm along the
    axis of the same number.

    :param matrix: as on the wire: directions times spacing, and the centre of the volume.
    :param coordinates: `RAS` or `LPS`, the frame of the matrix.
    """
    result = np.array(matrix)
    for axis in range(3):
        if not result[:3, axis].any():
            result[axis, axis] = 1.0
    if coordinates == LPS:
        result[:2] *= -1.0
    result[:3, 3] -= result[:3, :3] @ (np.array(size) - 1) / 2
    return result


def ras_to_wire(matrix: Floats, size: Triple, coordinates: int) -> Floats:
    """Make the matrix of the wire of one that takes i, j, k to mm in RAS; read-only."""
    result = np.array(matrix)
    result[:3, 3] += result[:3, :3] @ (np.array(size) - 1) / 2
    if coordinates == LPS:
        result[:2] *= -1.0
    result.flags.writeable = False
    return result
