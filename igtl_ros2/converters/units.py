"""
The only place where mm meets m, RAS meets LPS, matrix meets quaternion, IGTL time meets ROS time.

Matrix and quaternion as plain numbers are the codec's; here they become ROS messages.

Everything is computed in float64. Quaternions are (x, y, z, w); matrices act on column vectors.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point, Pose, Quaternion, Transform, Vector3
from numpy.typing import NDArray

from ..codec.geometry import FLOAT32_NOISE, Rows, quaternion_to_columns
from ..codec.geometry import matrix_to_quaternion as matrix_to_quaternion
from ..codec.geometry import quaternion_to_matrix as quaternion_to_matrix
from ..codec.messages.arrays import Sensor, unit_parts
from ..codec.messages.arrays import parse_unit as parse_unit
from ..config import DIMENSIONS, dimension
from ..config import ros_text as ros_text
from ..errors import ConversionError

Matrix = NDArray[np.float64]

#: how many units of length on the wire make a metre; dividing by it is exact where * 0.001 is not
PER_METRE = {'mm': 1000.0, 'm': 1.0}
#: a matrix further than this from a rotation is not taken for one
RIGID_TOLERANCE = 1e-3
_NS = 1_000_000_000
#: less than a second after 1970 is a fraction without a time, and no stamp of a device; ROS counts
#: seconds in 31 bits
EARLIEST_NS, LATEST_NS = _NS, 2**31 * _NS
_KELVIN_AT_0_CELSIUS = 273.15
# of the squares of six deviations: the distance is then below FLOAT32_NOISE, whichever they are
_SURELY_NOISE, _INFINITE = (FLOAT32_NOISE / 3) ** 2, math.inf
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


def point_to_ros(position: Sequence[float], unit: str, axes: str = 'ras') -> Point:
    """
    Turn a position on the wire into metres.

    :raises ConversionError: if it is not finite.
    """
    x, y, z = metres(position, unit, axes)
    return Point(x=x, y=y, z=z)


def metres(
    position: Sequence[float], unit: str, axes: str = 'ras'
) -> tuple[float, float, float]:
    """Do what `point_to_ros` does, without a message."""
    x, y, z = _metres(position, unit)
    return (-x, -y, z) if axes == 'lps' else (x, y, z)


def _metres(position: Sequence[float], unit: str) -> tuple[float, float, float]:
    per_metre = PER_METRE[unit]
    x, y, z = position
    if not math.isfinite(x + y + z):
        raise ConversionError(f'position ({x}, {y}, {z}) is not finite')
    return x / per_metre, y / per_metre, z / per_metre


def point_from_ros(point: Point | Vector3, unit: str) -> Matrix:
    """
    Turn a position in metres into the unit on the wire.

    :raises ConversionError: if it is not finite.
    """
    return np.array(_from_metres((point.x, point.y, point.z), unit))


def _from_metres(position: Sequence[float], unit: str) -> tuple[float, float, float]:
    per_metre = PER_METRE[unit]
    x, y, z = position
    a, b, c = x * per_metre, y * per_metre, z * per_metre
    if not math.isfinite(a + b + c):
        raise ConversionError(f'position ({x}, {y}, {z}) is not finite')
    return a, b, c


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


def directions_to_ros(directions: NDArray[Any], axes: str) -> NDArray[Any]:
    """Turn (n, 3) directions or (n, 9) tensors on the wire into ROS axes; they have no unit."""
    if axes != 'lps':
        return directions
    signs = LPS_TO_RAS[:3]
    return directions * (signs if directions.shape[1] == 3 else signs @ signs.T).reshape(-1)


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


def orientation_along(begin: Point, end: Point) -> Quaternion:
    """
    Turn the z axis into the direction from one point to another, the short way.

    :raises ConversionError: if they are the same point.
    """
    direction = np.array((end.x - begin.x, end.y - begin.y, end.z - begin.z))
    largest = np.abs(direction).max()
    if not 0 < largest < math.inf:
        raise ConversionError('entry and target are the same point: they give no direction')
    direction /= largest  # the squares of what is very small or large are no numbers
    x, y, z = (direction / np.linalg.norm(direction)).tolist()
    # half of the turn about z cross direction; the form for z < 0 does not divide by nothing
    w = math.sqrt((1 + z) / 2) if z > 0 else math.hypot(x, y) / math.sqrt(2 * (1 - z))
    if w < 1e-12:
        return Quaternion(x=1.0, y=0.0, z=0.0, w=0.0)
    return Quaternion(x=-y / (2 * w), y=x / (2 * w), z=0.0, w=w)


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
    position = _metres(matrix[:3, 3].tolist(), unit)
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
    put, per_metre = found.append, PER_METRE[unit]
    # each pose comes here: what has a function of its own elsewhere stands here once more
    for a, d, g, b, e, h, c, f, i, x, y, z in affines:
        if axes == 'lps':
            a, b, c, x, d, e, f, y = -a, -b, -c, -x, -d, -e, -f, -y
        # of a rotation two columns have length 1 and a right angle, and their product is the third
        p, q, r = a * a + d * d + g * g - 1.0, b * b + e * e + h * h - 1.0, a * b + d * e + g * h
        u, v, w = d * h - g * e - c, g * b - a * h - f, a * e - d * b - i
        # what is not a number is not within the bounds either
        if not (
            p * p + q * q + r * r + u * u + v * v + w * w <= _SURELY_NOISE
            or _is_noise(((a, b, c), (d, e, f), (g, h, i)))
        ) or not -_INFINITE < x + y + z < _INFINITE:
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
    """Tell whether it is a rotation but for float32 noise."""
    try:
        return distance_from_rotation(rotation) <= FLOAT32_NOISE
    except ConversionError:
        return False


def pose_to_ros(matrix: Matrix, unit: str, axes: str = 'ras') -> tuple[Pose, float]:
    """
    Turn a (4, 4) matrix on the wire into a pose in metres, and tell how rigid it was.

    :raises ConversionError: see `rotation_part`.
    """
    position, quaternion, distance = pose_to_numbers(matrix, unit, axes)
    pose = Pose()
    p, q = pose.position, pose.orientation
    p.x, p.y, p.z = position
    q.x, q.y, q.z, q.w = quaternion
    return pose, distance


def pose_from_ros(
    position: Point | Vector3, orientation: Quaternion, unit: str = 'mm'
) -> Matrix:
    """
    Turn position and orientation in metres into a (4, 4) matrix for the wire.

    :raises ConversionError: if they are not finite or the quaternion is zero.
    """
    p, q = position, orientation
    return pose_from_numbers((p.x, p.y, p.z), (q.x, q.y, q.z, q.w), unit)


def pose_from_numbers(
    position: Sequence[float], quaternion: Sequence[float], unit: str = 'mm'
) -> Matrix:
    """
    Turn a position in metres and a quaternion (x, y, z, w) into a (4, 4) matrix for the wire.

    :raises ConversionError: if they are not finite or the quaternion is zero.
    """
    a, d, g, b, e, h, c, f, i, x, y, z = affine_from_numbers(position, quaternion, unit)
    # a quarter of the time of filling an array
    values = array('d', (a, b, c, x, d, e, f, y, g, h, i, z, 0.0, 0.0, 0.0, 1.0))
    return np.ndarray((4, 4), np.float64, values)


def affine_from_numbers(
    position: Sequence[float], quaternion: Sequence[float], unit: str = 'mm'
) -> tuple[float, ...]:
    """
    Turn a position in metres and a quaternion (x, y, z, w) into the 12 numbers of a TRANSFORM.

    :returns: the columns of the rotation, then the translation.
    :raises ConversionError: if they are not finite or the quaternion is zero.
    """
    return *quaternion_to_columns(*quaternion), *_from_metres(position, unit)


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
        if policy == 'device' or abs(device_ns - arrival_ns) <= max_skew_s * _NS:
            return device_ns, 'device'
    return arrival_ns, 'receive'


def own_stamp_ns(device_ns: int) -> int | None:
    """Take the stamp of a message in nanoseconds; None if the device gave it none."""
    return device_ns if device_ns >= EARLIEST_NS else None


def ros_texts(texts: list[str]) -> list[str]:
    """Make texts that ROS can carry, as `ros_text` does with one."""
    whole = ''.join(texts)
    return texts if whole.isascii() and '\0' not in whole else list(map(ros_text, texts))


def json_number(value: float) -> float | str:
    """Make a number that JSON can carry: it has no NaN and no infinity, they become texts."""
    return value if math.isfinite(value) else str(value)


def length_to_ros(length: Any, unit: str) -> Any:
    """Turn a length on the wire, or an array of them, finite or not, into metres."""
    return length / PER_METRE[unit]


def has_unit(sensor: Sensor, *wanted: str) -> bool:
    """Tell whether the values of a SENSOR may be in one of these units, with any prefix."""
    found = _dimension(sensor.unit)
    known = [_dimension(parse_unit(unit)) for unit in wanted]
    return not sensor.unit or found is not None and found in known


def sensor_to_si(sensor: Sensor, *wanted: str) -> Matrix:
    """
    Give the values of a SENSOR in SI units; a temperature in degrees Celsius, as ROS wants it.

    Without a unit they are taken for what ROS wants already.

    :param wanted: units that the values may have, such as 'N' or 'N*m', with any prefix.
    :raises ConversionError: if they have another.
    """
    if not sensor.unit:
        return sensor.values
    found = _dimension(sensor.unit)
    if not has_unit(sensor, *wanted):
        name = sensor.unit_text or f'0x{sensor.unit:016x}'
        raise ConversionError(f'the unit is {name!r}, wanted {" or ".join(wanted) or "none"}')
    factor = sensor.si_factor
    # dividing by a power of ten is exact where multiplying by its inverse is not
    with np.errstate(all='ignore'):
        values = sensor.values * factor if factor >= 1 else (
            sensor.values / 10.0 ** round(-math.log10(factor)))
    return values - _KELVIN_AT_0_CELSIUS if found == DIMENSIONS['K'] else values


def sensor_from_si(values: Any, unit: str, wanted: Sequence[str], **envelope: Any) -> Sensor:
    """
    Make a SENSOR of values in SI units, of a temperature in degrees Celsius.

    :param unit: what the values are to be sent in; '' if it is not known.
    :param wanted: units that measure the same as the values.
    :raises ConversionError: if the unit measures something else.
    """
    si = np.asarray(values, np.float64)
    word = parse_unit(unit)
    if word:
        found = _dimension(word)
        if found is None or found not in [_dimension(parse_unit(name)) for name in wanted]:
            raise ConversionError(
                f'unit {unit!r} in the mapping: the values are in {" or ".join(wanted)}'
            )
        if found == DIMENSIONS['K']:
            si = si + _KELVIN_AT_0_CELSIUS
        factor = Sensor(np.zeros(0), word).si_factor
        with np.errstate(all='ignore'):
            si = si / factor if factor >= 1 else si * 10.0 ** round(-math.log10(factor))
    return Sensor(si, word, **envelope)


def _dimension(word: int) -> tuple[int, ...] | None:
    """Tell what a unit measures; None for what no message of ROS has here."""
    parts = unit_parts(word)
    return None if parts is None else dimension(parts[1])
