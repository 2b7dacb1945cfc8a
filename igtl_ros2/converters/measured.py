"""What robots measure, in SENSOR and NDARRAY: joints, forces, motion, temperature and so on."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from geometry_msgs.msg import Quaternion, TwistStamped, Vector3, WrenchStamped
from sensor_msgs.msg import FluidPressure, Image, Imu, JointState, Joy, Range, Temperature
from std_msgs.msg import Header

from ..codec.geometry import matrix_to_quaternion, quaternion_to_matrix
from ..codec.messages.arrays import NDArray, Sensor
from ..errors import ConversionError
from ..rules import ReceiveRule, SendRule
from ..rules.values import NAMES, one_of, text
from .image import ros_image
from .outputs import STREAM, Output
from .registry import Route, Sending, from_ros
from .units import has_unit, sensor_from_si, sensor_to_si

AS = ReceiveRule.key(
    'as', one_of('joint_state', 'wrench', 'imu', 'twist', 'temperature', 'pressure', 'range',
                 'joy', 'image'),
    'What the numbers of a SENSOR or NDARRAY are: published as that, in SI units, as well. A '
    'prefix of the unit is applied.', '', after='trajectory', types=('SENSOR', 'NDARRAY'),
    choices={
        'SENSOR': ('joint_state', 'wrench', 'imu', 'twist', 'temperature', 'pressure', 'range',
                   'joy'),
        'NDARRAY': ('joint_state', 'image')})
FIELD = ReceiveRule.key(
    'field', one_of('position', 'velocity', 'effort'), 'Which field of a JointState the numbers '
    'of a SENSOR are; by default its unit decides, and position is what has no unit.', '',
    after='as', types=('SENSOR',), needs=('as', 'joint_state'))
JOINT_NAMES = ReceiveRule.key(
    'joint_names', NAMES, 'Names of the joints of a JointState, in the order of the numbers.', (),
    after='field', types=('SENSOR', 'NDARRAY'), needs=('as', 'joint_state'))
SENT_FIELD = SendRule.key(
    'field', one_of('position', 'velocity', 'effort', 'force', 'torque', 'linear', 'angular',
                    'orientation', 'angular_velocity', 'linear_acceleration', 'axes', 'buttons'),
    'Which field of the message is sent as SENSOR, where it has several: of JointState (position '
    'by default), WrenchStamped, TwistStamped, Imu or Joy (all by default).', '',
    after='codec', types=('SENSOR',), only_topics=True)
UNIT = SendRule.key(
    'unit', text('a unit such as mm, mN, kN*m^-2 or rad*s^-1', pattern=(
        '^(da|h|k|M|G|T|P|d|c|m|u|n|p|f)?{0}(\\*{0}){{0,5}}$'.format(
            '(mol|rad|ohm|cd|sr|Hz|Pa|Wb|lm|lx|Bq|Gy|Sv|m|g|s|A|K|N|J|W|C|V|F|S|T|H)'
            '(\\^-?[1-7])?'))),
    'Unit of the numbers of a SENSOR on the wire; those of ROS, in SI units, are converted to it. '
    'By default it is the SI unit of the field, if that is known.', '', after='field',
    types=('SENSOR',), only_topics=True)

#: units of the fields of JointState, of turning and of sliding joints
_JOINT_UNITS = {
    'position': ('rad', 'm'),
    'velocity': ('rad*s^-1', 'm*s^-1'),
    'effort': ('N*m', 'N'),
}
#: a covariance that begins with this stands for a field that is not there
_ABSENT = -1.0
_NO_UNIT_FOR_ALL = 'unit in the mapping: no prefix fits all fields, name one with field:'


# -- SENSOR and NDARRAY to ROS


def _values(sensor: Sensor, counts: Sequence[int], *units: str) -> list[float]:
    """Take the values in SI units, if they are so many, in such a unit and finite."""
    _check_count(sensor, counts)
    return _finite(sensor_to_si(sensor, *units))


def _check_count(sensor: Sensor, counts: Sequence[int]) -> None:
    if len(sensor.values) not in counts:
        wanted = ' or '.join(map(str, counts))
        raise ConversionError(f'it has {len(sensor.values)} values, wanted {wanted}')


def _finite(values: Any) -> list[float]:
    if not np.isfinite(values).all():
        raise ConversionError('the values hold NaN or infinity')
    numbers: list[float] = values.tolist()
    return numbers


def _vector(values: Sequence[float]) -> Vector3:
    x, y, z = values
    return Vector3(x=x, y=y, z=z)


def _joints_of_sensor(sensor: Sensor, route: Route, header: Header) -> JointState:
    """Make a JointState with one field, that of the mapping or else that of the unit."""
    field = route.rule.field or sensor.metadata.get('ros_field', '')
    if field not in _JOINT_UNITS:
        field = next((f for f, units in _JOINT_UNITS.items() if has_unit(sensor, *units)), '')
    if not field:
        raise ConversionError(
            f'the unit is {sensor.unit_text!r}, wanted that of a position, velocity or effort')
    values = _finite(sensor_to_si(sensor, *_JOINT_UNITS[field]))
    names = _joint_names(len(values), sensor.metadata, route)
    return JointState(header=header, name=names, **{field: values})


def _joint_names(count: int, metadata: dict[str, str], route: Route) -> list[str]:
    """Take the names of joints from the mapping, else from the sender, else number them."""
    names: Any = list(route.rule.joint_names)
    if not names and 'joint_names' in metadata:
        try:
            names = json.loads(metadata['joint_names'])
        except (ValueError, RecursionError) as error:
            raise ConversionError(f'joint_names in the metadata is no JSON: {error}') from error
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise ConversionError('joint_names in the metadata is no list of texts')
        names = [name.encode('utf-8', 'replace').decode().replace('\0', '') for name in names]
    names = names or [f'joint_{n}' for n in range(1, count + 1)]
    if len(names) != count:
        raise ConversionError(f'{count} values for {len(names)} joint names')
    return list(names)


def _wrench_of(sensor: Sensor, route: Route, header: Header) -> WrenchStamped:
    """Make force and torque of six values; the prefix of the unit is that of both."""
    values = _values(sensor, [6], 'N', 'N*m')
    result = WrenchStamped(header=header)
    result.wrench.force, result.wrench.torque = _vector(values[:3]), _vector(values[3:])
    return result


def _twist_of(sensor: Sensor, route: Route, header: Header) -> TwistStamped:
    """Make linear and angular velocity of six values; mm/s would not tell the unit of turning."""
    values = _values(sensor, [6], 'm*s^-1', 'rad*s^-1')
    if sensor.si_factor != 1:
        raise ConversionError(
            f'the unit {sensor.unit_text!r} does not tell what the angular velocity is in')
    result = TwistStamped(header=header)
    result.twist.linear, result.twist.angular = _vector(values[:3]), _vector(values[3:])
    return result


def _imu_of(sensor: Sensor, route: Route, header: Header) -> Imu:
    """Make what the number of values and the unit tell; the rest is marked as absent."""
    result = Imu(header=header)
    parts = {'orientation': 4, 'angular_velocity': 3, 'linear_acceleration': 3}
    if len(sensor.values) == 3:
        turns = has_unit(sensor, 'rad*s^-1')
        found = ['angular_velocity' if turns else 'linear_acceleration']
        if not sensor.unit:
            raise ConversionError('three values without a unit, wanted rad*s^-1 or m*s^-2')
        values = _values(sensor, [3], 'rad*s^-1' if turns else 'm*s^-2')
    else:
        # the values of one message have one unit: no unit fits these
        values = _values(sensor, [6, 10])
        found = [part for part in parts if part != 'orientation' or len(values) == 10]
    for part, size in parts.items():
        if part not in found:
            getattr(result, f'{part}_covariance')[0] = _ABSENT
            continue
        make = _orientation if part == 'orientation' else _vector
        setattr(result, part, make(values[:size]))
        values = values[size:]
    return result


def _orientation(values: Sequence[float]) -> Quaternion:
    x, y, z, w = matrix_to_quaternion(quaternion_to_matrix(values))
    return Quaternion(x=x, y=y, z=z, w=w)


def _single_value(ros_type: type, name: str, unit: str) -> Callable[[Sensor, Route, Header], Any]:
    return lambda sensor, route, header: ros_type(
        header=header, **{name: _values(sensor, [1], unit)[0]})


def _range_of(sensor: Sensor, route: Route, header: Header) -> Range:
    """Make a distance, without limits because the message has none."""
    _check_count(sensor, [1])
    (value,) = sensor_to_si(sensor, 'm').tolist()  # infinite where nothing is in reach
    return Range(header=header, range=_float32(value), max_range=math.inf)


def _joy_of(sensor: Sensor, route: Route, header: Header) -> Joy:
    """Make axes, and buttons if the sender says how many of the values are axes."""
    values = _finite(sensor_to_si(sensor))
    told = sensor.metadata.get('axes', '')
    axes = int(told) if told.isascii() and told.isdigit() and len(told) < 4 else len(values)
    buttons = values[axes:]
    if not all(value.is_integer() and abs(value) < 2**31 for value in buttons):
        raise ConversionError('the state of a button is no whole number')
    return Joy(
        header=header, axes=list(map(_float32, values[:axes])), buttons=list(map(int, buttons)))


def _float32(value: float) -> float:
    if math.isfinite(value) and abs(value) > float(np.finfo(np.float32).max):
        raise ConversionError(f'{value} is too large for the 32 bits it has in ROS')
    return value


def _joints_of_array(message: NDArray, route: Route, header: Header) -> JointState:
    """Make a JointState of 6 rows: is it there, position, the same of velocity and effort."""
    array = message.array
    if array.ndim != 2 or array.shape[0] != 6 or array.dtype.kind == 'c':
        raise ConversionError(f'its shape is {array.shape}, wanted (6, joints)')
    rows = array.astype(np.float64)
    fields = {
        field: _finite(rows[2 * n + 1])
        for n, field in enumerate(_JOINT_UNITS)
        if rows.shape[1] and (rows[2 * n] == 1).all()
    }
    names = _joint_names(array.shape[1], message.metadata, route)
    return JointState(header=header, name=names, **fields)


def _image_of_array(message: NDArray, route: Route, header: Header) -> Any:
    array = message.array
    if array.ndim != 2 or array.dtype.kind == 'c' or array.dtype.str[1:] == 'u4':
        raise ConversionError(
            f'its shape is {array.shape} and its type {array.dtype.name}, wanted two dimensions '
            'of a type that images have')
    little = array.astype(array.dtype.newbyteorder('<'))
    return ros_image(little[None], 1, header)


_Makers = dict[Output, Callable[[Any, Route, Header], Any]]


def _as(leaf: str, ros_type: type) -> Output:
    return Output(leaf, ros_type, STREAM, AS, is_whole=ros_type is not Image)


#: what makes them, by what they are
OF_SENSOR: _Makers = {
    _as('joint_state', JointState): _joints_of_sensor,
    _as('wrench', WrenchStamped): _wrench_of,
    _as('twist', TwistStamped): _twist_of,
    _as('imu', Imu): _imu_of,
    _as('temperature', Temperature): _single_value(Temperature, 'temperature', 'K'),
    _as('pressure', FluidPressure): _single_value(FluidPressure, 'fluid_pressure', 'Pa'),
    _as('range', Range): _range_of,
    _as('joy', Joy): _joy_of,
}
OF_ARRAY: _Makers = {
    _as('joint_state', JointState): _joints_of_array, _as('image', Image): _image_of_array}


# -- what is measured, to SENSOR


def _joints_to_sensor(message: JointState, sending: Sending) -> Sensor:
    """
    Send one field of JointState, `position` if none is named.

    Without `unit` in the mapping it has none: joints that turn and that slide may be mixed.
    """
    field = _field(sending, *_JOINT_UNITS) or 'position'
    envelope = _with_joints(message, sending)
    envelope['metadata']['ros_field'] = field
    values = getattr(message, field)
    if len(values) != len(message.name):
        raise ConversionError(f'{len(values)} numbers of {field} for {len(message.name)} joints')
    return sensor_from_si(values, sending.rule.unit, _JOINT_UNITS[field], **envelope)


def _joints_to_array(message: JointState, sending: Sending) -> NDArray:
    """Send a JointState as 6 rows, as CRTK has them: is it there, position and so on."""
    count = len(message.name)
    rows = np.zeros((6, count))
    for n, field in enumerate(_JOINT_UNITS):
        values = getattr(message, field)
        if len(values) not in (0, count):
            raise ConversionError(f'{len(values)} numbers of {field} for {count} joints')
        if len(values):
            rows[2 * n], rows[2 * n + 1] = 1.0, values
    return NDArray(rows, **_with_joints(message, sending))


def _with_joints(message: JointState, sending: Sending) -> dict[str, Any]:
    envelope = sending.envelope(message.header)
    envelope['metadata']['joint_names'] = json.dumps(list(message.name), ensure_ascii=False)
    return envelope


def _field(sending: Sending, *possible: str) -> str:
    field = sending.rule.field
    if field and field not in possible:
        raise ConversionError(f'field {field!r} of the mapping; possible: {", ".join(possible)}')
    return field


def _numbers(part: Any) -> list[float]:
    return [getattr(part, name) for name in part.get_fields_and_field_types()]


def _wrench_to_sensor(message: WrenchStamped, sending: Sending) -> Sensor:
    """Send force and torque, or one of them; the unit of the force stands for both."""
    return _vectors_to_sensor(
        message, message.wrench, {'force': 'N', 'torque': 'N*m'}, sending)


def _twist_to_sensor(message: TwistStamped, sending: Sending) -> Sensor:
    """Send linear and angular velocity in SI units, or one of them in any unit."""
    if sending.rule.unit and not sending.rule.field:
        raise ConversionError(_NO_UNIT_FOR_ALL)
    return _vectors_to_sensor(
        message, message.twist, {'linear': 'm*s^-1', 'angular': 'rad*s^-1'}, sending)


def _vectors_to_sensor(
    message: Any, whole: Any, units: dict[str, str], sending: Sending
) -> Sensor:
    """Send vectors, of which each has a unit, or the one that the rule names."""
    field = _field(sending, *units)
    values = [v for part in units if field in ('', part) for v in _numbers(getattr(whole, part))]
    unit = units[field or next(iter(units))]
    envelope = sending.envelope(message.header)
    return sensor_from_si(values, sending.rule.unit or unit, [unit], **envelope)


def _imu_to_sensor(message: Imu, sending: Sending) -> Sensor:
    """Send orientation (if there is one), angular velocity and acceleration, or one of them."""
    units = {'orientation': '', 'angular_velocity': 'rad*s^-1', 'linear_acceleration': 'm*s^-2'}
    field = _field(sending, *units)
    absent = [part for part in units if getattr(message, f'{part}_covariance')[0] == _ABSENT]
    parts = [field] if field else [part for part in units if part not in absent]
    if field in absent or not field and set(absent) - {'orientation'}:
        raise ConversionError(f'the Imu has no {", ".join(absent)}; name a field that it has')
    unit = units[field] if field else ''
    if sending.rule.unit and not unit:
        raise ConversionError(_NO_UNIT_FOR_ALL)
    values = [v for part in parts for v in _numbers(getattr(message, part))]
    envelope = sending.envelope(message.header)
    return sensor_from_si(values, sending.rule.unit or unit, [unit], **envelope)


def _value_to_sensor(name: str, unit: str) -> Callable[[Any, Sending], Sensor]:

    def convert(message: Any, sending: Sending) -> Sensor:
        """Send the one value."""
        value = getattr(message, name)
        envelope = sending.envelope(message.header)
        return sensor_from_si([value], sending.rule.unit or unit, [unit], **envelope)

    return convert


def _joy_to_sensor(message: Joy, sending: Sending) -> Sensor:
    """Send axes and buttons behind each other, or one of them."""
    field = _field(sending, 'axes', 'buttons')
    values = [float(v) for name in ([field] if field else ('axes', 'buttons'))
              for v in getattr(message, name)]
    envelope = sending.envelope(message.header)
    envelope['metadata']['axes'] = str(0 if field == 'buttons' else len(message.axes))
    return sensor_from_si(values, '', [], **envelope)


#: leaf, and what sends them
MEASURED: dict[type, tuple[str, Callable[[Any, Sending], Sensor]]] = {
    JointState: ('joint_state', _joints_to_sensor),
    WrenchStamped: ('wrench', _wrench_to_sensor),
    TwistStamped: ('twist', _twist_to_sensor),
    Imu: ('imu', _imu_to_sensor),
    Temperature: ('temperature', _value_to_sensor('temperature', 'K')),
    FluidPressure: ('pressure', _value_to_sensor('fluid_pressure', 'Pa')),
    Range: ('range', _value_to_sensor('range', 'm')),
    Joy: ('joy', _joy_to_sensor),
}
for _type, (_leaf, _convert) in MEASURED.items():
    from_ros(_type, 'SENSOR', _leaf, default=True, slicer='STRING')(_convert)
from_ros(JointState, 'NDARRAY')(_joints_to_array)
