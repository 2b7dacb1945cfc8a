"""
The only place where mm meets m, RAS meets LPS, matrix meets quaternion, IGTL time meets ROS time.

Matrix and quaternion as plain numbers are the codec's; here they become ROS messages.

Everything is computed in float64. Quaternions are (x, y, z, w); matrices act on column vectors.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point, Pose, Quaternion, Transform, Vector3
from numpy.typing import NDArray

from ..codec import Message
from ..codec.geometry import matrix_to_quaternion as matrix_to_quaternion
from ..codec.geometry import quaternion_to_matrix as quaternion_to_matrix
from ..errors import ConversionError

Matrix = NDArray[np.float64]

#: how many units of length on the wire make a metre; dividing by it is exact where * 0.001 is not
PER_METRE = {'mm': 1000.0, 'm': 1.0}
#: a matrix further than this from a rotation is not taken for one
RIGID_TOLERANCE = 1e-3
_FLOAT32_NOISE = 1e-6
_NS = 1_000_000_000
_LPS_TO_RAS = np.array([[-1.0], [-1.0], [1.0], [1.0]])  # times each row of a matrix


def rotation_part(matrix: Matrix) -> tuple[Matrix, float]:
    """
    Take the rotation nearest to the upper left (3, 3) of a matrix.

    The second result tells how far the matrix is from a rotation; over
    `RIGID_TOLERANCE` it holds scale or shear that a quaternion cannot carry.

    :raises ConversionError: if it is not finite, singular or mirrored.
    """
    linear = matrix[:3, :3]
    (a, b, c), (d, e, f), (g, h, i) = linear.tolist()
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
    if distance <= _FLOAT32_NOISE:
        return linear, distance
    left, scales, right = np.linalg.svd(linear)
    if scales[2] < 1e-6 * max(scales[0], 1e-6):
        raise ConversionError('the matrix is singular')
    return left @ right, distance


def point_to_ros(position: Sequence[float], unit: str, axes: str = 'ras') -> Point:
    """
    Turn a position on the wire into metres.

    :raises ConversionError: if it is not finite.
    """
    per_metre = PER_METRE[unit]
    x, y, z = position
    if not math.isfinite(x + y + z):
        raise ConversionError(f'position ({x}, {y}, {z}) is not finite')
    if axes == 'lps':
        x, y = -x, -y
    return Point(x=x / per_metre, y=y / per_metre, z=z / per_metre)


def point_from_ros(point: Point | Vector3, unit: str) -> Matrix:
    """
    Turn a position in metres into the unit on the wire.

    :raises ConversionError: if it is not finite.
    """
    x, y, z = (value * PER_METRE[unit] for value in (point.x, point.y, point.z))
    if not math.isfinite(x + y + z):
        raise ConversionError(f'position ({point.x}, {point.y}, {point.z}) is not finite')
    return np.array((x, y, z))


def positions_to_ros(positions: NDArray[Any], unit: str, axes: str = 'ras') -> Matrix:
    """
    Turn (n, 3) positions on the wire into metres.

    :raises ConversionError: if one of them is not finite.
    """
    result = np.array(positions, np.float64)
    bad = len(result) - int(np.isfinite(result).all(axis=1).sum())
    if bad:
        raise ConversionError(f'{bad} of {len(result)} positions are not finite')
    if axes == 'lps':
        result[:, :2] *= -1.0
    result /= PER_METRE[unit]
    return result


def positions_from_ros(positions: NDArray[Any], unit: str) -> Matrix:
    """
    Turn (n, 3) positions in metres into the unit on the wire.

    :raises ConversionError: if one of them is not finite.
    """
    with np.errstate(over='ignore'):
        result = np.array(positions, np.float64).reshape(-1, 3) * PER_METRE[unit]
    bad = len(result) - int(np.isfinite(result).all(axis=1).sum())
    if bad:
        raise ConversionError(f'{bad} of {len(result)} positions are not finite')
    return result


def length_from_ros(metres: float, unit: str) -> float:
    """
    Turn a length in metres into the unit on the wire.

    :raises ConversionError: if it is not finite.
    """
    try:
        length = float(metres) * PER_METRE[unit]
    except OverflowError:
        length = math.inf
    if not math.isfinite(length):
        raise ConversionError(f'a length of {metres} m is not finite')
    return length


def pose_to_ros(matrix: Matrix, unit: str, axes: str = 'ras') -> tuple[Pose, float]:
    """
    Turn a (4, 4) matrix on the wire into a pose in metres, and tell how rigid it was.

    :raises ConversionError: see `rotation_part`.
    """
    matrix = matrix * _LPS_TO_RAS if axes == 'lps' else matrix
    rotation, distance = rotation_part(matrix)
    pose = Pose()
    pose.position = point_to_ros(matrix[:3, 3].tolist(), unit)
    q = pose.orientation
    q.x, q.y, q.z, q.w = matrix_to_quaternion(rotation)
    return pose, distance


def pose_from_ros(
    position: Point | Vector3, orientation: Quaternion, unit: str = 'mm'
) -> Matrix:
    """
    Turn position and orientation in metres into a (4, 4) matrix for the wire.

    :raises ConversionError: if they are not finite or the quaternion is zero.
    """
    matrix = np.eye(4)
    matrix[:3, :3] = quaternion_to_matrix(
        (orientation.x, orientation.y, orientation.z, orientation.w)
    )
    matrix[:3, 3] = point_from_ros(position, unit)
    return matrix


def transform_of(pose: Pose) -> Transform:
    """Turn a pose into the message that tf uses for the same thing."""
    result = Transform()
    p, t = pose.position, result.translation
    t.x, t.y, t.z = p.x, p.y, p.z
    result.rotation = pose.orientation
    return result


def matrix_from_metres(matrix: Matrix, unit: str) -> Matrix:
    """Copy a (4, 4) pose in metres with its translation in the unit on the wire."""
    result = np.array(matrix, np.float64)
    result[:3, 3] *= PER_METRE[unit]
    return result


def affine_to_metres(matrix: Matrix, unit: str) -> Matrix:
    """Scale the upper three rows of a (4, 4) matrix, voxel spacing and all, to metres."""
    result = np.array(matrix, np.float64)
    result[:3] /= PER_METRE[unit]
    return result


def affine_from_metres(matrix: Any, unit: str) -> Matrix:
    """
    Scale a (4, 4) matrix, voxel spacing and all, from metres to the unit on the wire.

    :raises ConversionError: if it is not a finite (4, 4) matrix ending in 0 0 0 1.
    """
    result = np.array(matrix, np.float64)
    if result.size != 16:
        raise ConversionError(f'geometry has {result.size} numbers, wanted 16 (4x4, row by row)')
    result = result.reshape(4, 4)
    if not np.isfinite(result).all() or result[3].tolist() != [0, 0, 0, 1]:
        raise ConversionError('geometry is not a finite 4x4 matrix whose last row is 0 0 0 1')
    result[:3] *= PER_METRE[unit]
    return result


def time_from_ns(ns: int) -> Time:
    """Turn nanoseconds into a ROS time."""
    seconds, nanoseconds = divmod(ns, _NS)
    return Time(sec=seconds, nanosec=nanoseconds)


def ns_from_time(time: Time) -> int:
    """Turn a ROS time into nanoseconds."""
    return int(time.sec) * _NS + int(time.nanosec)


def choose_stamp(
    message: Message, arrival_ns: int, policy: str, max_skew_s: float
) -> tuple[int, str]:
    """
    Choose the stamp of a received message, and say where it is from: 'device' or 'receive'.

    :param policy: 'device' (unless it is not set), 'receive', or 'auto': the device's clock if
        it is within `max_skew_s` of the arrival.
    """
    device_ns = message.timestamp_ns
    # ROS counts seconds in 31 bits; less than a second after 1970 is a fraction without a time
    possible = _NS <= device_ns < 2**31 * _NS
    if policy != 'receive' and possible:
        if policy == 'device' or abs(device_ns - arrival_ns) <= max_skew_s * _NS:
            return device_ns, 'device'
    return arrival_ns, 'receive'


def ros_text(text: str) -> str:
    """Make a text that ROS can carry: bytes that were not UTF-8 are read as Latin-1."""
    if not text.isascii():
        try:
            text.encode('utf-8')
        except UnicodeEncodeError:
            text = text.encode('utf-8', 'surrogateescape').decode('latin-1')
    return text.replace('\0', '')


def json_number(value: float) -> float | str:
    """Make a number that JSON can carry: it has no NaN and no infinity, they become texts."""
    return value if math.isfinite(value) else str(value)
