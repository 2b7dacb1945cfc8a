"""
Where values become those of ROS: mm and m, RAS and LPS, IGTL time and ROS time.

With `metres.py` this is the only such place.

Matrix and quaternion as plain numbers are the codec's; here they become ROS messages.

Everything is computed in float64. Quaternions are (x, y, z, w); matrices act on column vectors.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point, Pose, Quaternion, Transform, Vector3
from numpy.typing import NDArray

from ..codec.geometry import matrix_to_quaternion as matrix_to_quaternion
from ..codec.geometry import quaternion_to_columns
from ..codec.geometry import quaternion_to_matrix as quaternion_to_matrix
from ..codec.messages.arrays import Sensor, parse_unit, unit_parts
from ..config import DIMENSIONS, dimension
from ..config import ros_text as ros_text
from ..errors import ConversionError
from .metres import LPS_TO_RAS, NS, PER_METRE, metres, pose_to_numbers
from .metres import Matrix as Matrix

_KELVIN_AT_0_CELSIUS = 273.15


def point_to_ros(position: Sequence[float], unit: str, axes: str = 'ras') -> Point:
    """
    Turn a position on the wire into metres.

    :raises ConversionError: if it is not finite.
    """
    x, y, z = metres(position, unit, axes)
    return Point(x=x, y=y, z=z)


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
    Turn the z axis into the direction from one point to another, by the smaller angle.

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
    seconds, nanoseconds = divmod(ns, NS)
    return Time(sec=seconds, nanosec=nanoseconds)


def ns_from_time(time: Time) -> int:
    """Turn a ROS time into nanoseconds."""
    return int(time.sec) * NS + int(time.nanosec)


def ros_texts(texts: list[str]) -> list[str]:
    """Make texts that ROS can carry, as `ros_text` does with one."""
    whole = ''.join(texts)
    return texts if whole.isascii() and '\0' not in whole else list(map(ros_text, texts))


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
                f'unit {unit!r} in the mapping: the values are in {" or ".join(wanted)}')
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
