"""
Lengths, rotations and stamps as plain numbers, without a message of ROS: mm to metres.

Everything is computed in float64. Quaternions are (x, y, z, w); matrices act on column vectors.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..codec.geometry import FLOAT32_NOISE, Rows, matrix_to_quaternion
from ..errors import ConversionError

Matrix = NDArray[np.float64]

#: how many units of length on the wire make a metre; dividing by it is exact where * 0.001 is not
PER_METRE = {'mm': 1000.0, 'm': 1.0}
#: a matrix further than this from a rotation is not taken for one
RIGID_TOLERANCE = 1e-3
NS = 1_000_000_000
#: less than a second after 1970 is a fraction without a time, and no stamp of a device; ROS counts
#: seconds in 31 bits
EARLIEST_NS, LATEST_NS = NS, 2**31 * NS
# of six deviations, together: the distance is then below FLOAT32_NOISE, whichever they are
_SURELY_NOISE, _distance = FLOAT32_NOISE / 3, math.dist
LPS_TO_RAS = np.array([[-1.0], [-1.0], [1.0], [1.0]])  # times each row of a matrix


def rotation_part(matrix: Matrix) -> tuple[Matrix, float]:
    """
    Take the rotation nearest to the upper left (3, 3) of a matrix.

    The second result tells how far the matrix is from a rotation; over
    `RIGID_TOLERANCE` it holds scale or shear that a quaternion cannot carry.

    :raises ConversionError: if it is not finite, singular or mirrored.
    """
    linear = matrix[:3, :3]
    distance = distance_from_rotation(linear.tolist())
    if distance <= FLOAT32_NOISE:
        return linear, distance
    left, scales, right = np.linalg.svd(linear)
    if scales[2] < 1e-6 * max(scales[0], 1e-6):
        raise ConversionError('the matrix is singular')
    return left @ right, distance


def distance_from_rotation(rows: Rows) -> float:
    """
    Tell how far three rows are from a rotation.

    :raises ConversionError: if they are not finite or mirrored.
    """
    (a, b, c), (d, e, f), (g, h, i) = rows
    if not math.isfinite(a + b + c + d + e + f + g + h + i):
        raise ConversionError('the matrix holds NaN or infinity')
    # the largest deviation of R^T R from the identity; for nine numbers numpy is slower
    distance = max(
        abs(a * a + d * d + g * g - 1),
        abs(b * b + e * e + h * h - 1),
        abs(c * c + f * f + i * i - 1),
        abs(a * b + d * e + g * h),
        abs(a * c + d * f + g * i),
        abs(b * c + e * f + h * i),
    )
    determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    if determinant < 0:
        raise ConversionError(f'the matrix is mirrored (determinant {determinant:.3g})')
    return distance


def metres(
    position: Sequence[float], unit: str, axes: str = 'ras'
) -> tuple[float, float, float]:
    """Do what `point_to_ros` does, without a message."""
    per_metre = PER_METRE[unit]
    x, y, z = position
    if not math.isfinite(x + y + z):
        raise ConversionError(f'position ({x}, {y}, {z}) is not finite')
    x, y, z = x / per_metre, y / per_metre, z / per_metre
    return (-x, -y, z) if axes == 'lps' else (x, y, z)


def pose_to_numbers(
    matrix: Matrix, unit: str, axes: str = 'ras'
) -> tuple[tuple[float, float, float], tuple[float, float, float, float], float]:
    """
    Turn a (4, 4) matrix on the wire into a position in metres and a quaternion (x, y, z, w).

    The third result tells how rigid it was.

    :raises ConversionError: see `rotation_part`.
    """
    matrix = matrix * LPS_TO_RAS if axes == 'lps' else matrix
    rotation, distance = rotation_part(matrix)
    position = metres(matrix[:3, 3].tolist(), unit)
    return position, matrix_to_quaternion(rotation), distance


def affines_to_numbers(
    affines: Iterable[Sequence[float]], unit: str, axes: str = 'ras'
) -> list[tuple[float, ...] | None]:
    """
    Do for the 12 numbers of TRANSFORMs what `pose_to_numbers` does for their matrix, but faster.

    :param affines: as on the wire: the columns of the rotation, then the translation.
    :returns: of each position and quaternion, or None for all but a finite rotation with float32
        noise: it takes the usual way.
    """
    found: list[tuple[float, ...] | None] = []
    put, per_metre, is_lps = found.append, PER_METRE[unit], axes == 'lps'
    # each pose comes here: what has a function of its own elsewhere stands here once more
    for a, d, g, b, e, h, c, f, i, x, y, z in affines:
        if is_lps:
            a, b, c, x, d, e, f, y = -a, -b, -c, -x, -d, -e, -f, -y
        # of a rotation two columns have length 1 and a right angle, and their product is the
        # third; what is not finite is nothing times 0, and not within the bounds either
        if not _distance((
            a * a + d * d + g * g, b * b + e * e + h * h, a * b + d * e + g * h,
            d * h - g * e, g * b - a * h, a * e - d * b, (x + y + z) * 0.0,
        ), (1.0, 1.0, 0.0, c, f, i, 0.0)) <= _SURELY_NOISE and not (
            math.isfinite(x + y + z) and _is_noise(((a, b, c), (d, e, f), (g, h, i)))
        ):
            put(None)
            continue
        # as in `columns_to_quaternion`
        if a + e + i > 0:
            u, v, w, r = h - f, c - g, d - b, 1.0 + a + e + i
        elif a >= e and a >= i:
            u, v, w, r = 1.0 + a - e - i, b + d, c + g, h - f
        elif e >= i:
            u, v, w, r = b + d, 1.0 - a + e - i, f + h, c - g
        else:
            u, v, w, r = c + g, f + h, 1.0 - a - e + i, d - b
        norm = math.sqrt(u * u + v * v + w * w + r * r)
        if r < 0:
            norm = -norm
        put((x / per_metre, y / per_metre, z / per_metre, u / norm, v / norm, w / norm, r / norm))
    return found


def _is_noise(rotation: Rows) -> bool:
    try:
        return distance_from_rotation(rotation) <= FLOAT32_NOISE
    except ConversionError:
        return False


def affine_to_metres(matrix: Matrix, unit: str) -> Matrix:
    """Scale the upper three rows of a (4, 4) matrix, voxel spacing and all, to metres."""
    result = np.array(matrix, np.float64)
    result[:3] /= PER_METRE[unit]
    return result


def choose_stamp(
    sent_ns: int, arrival_ns: int, policy: str, max_skew_s: float
) -> tuple[int, str]:
    """
    Choose the stamp of a received message, and say where it is from: 'device' or 'receive'.

    :param sent_ns: `Message.timestamp_ns`.
    :param policy: 'device' (unless it is not set), 'receive', or 'auto': the device's clock if
        it is within `max_skew_s` of the arrival.
    """
    device_ns = own_stamp_ns(sent_ns)
    if policy != 'receive' and device_ns is not None and device_ns < LATEST_NS:
        if policy == 'device' or abs(device_ns - arrival_ns) <= max_skew_s * NS:
            return device_ns, 'device'
    return arrival_ns, 'receive'


def own_stamp_ns(device_ns: int) -> int | None:
    """Take the stamp of a message in nanoseconds; None if the device gave it none."""
    return device_ns if device_ns >= EARLIEST_NS else None


def json_number(value: float) -> float | str:
    """Make a number that JSON can carry: it has no NaN and no infinity, they become texts."""
    return value if math.isfinite(value) else str(value)


def length_to_ros(length: Any, unit: str) -> Any:
    """Turn a length on the wire, or an array of them, finite or not, into metres."""
    return length / PER_METRE[unit]
