"""SENSOR and NDARRAY: arrays of numbers; for Slicer, numbers as STRING in JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from std_msgs import msg
from std_msgs.msg import Float64MultiArray, Header, MultiArrayDimension, MultiArrayLayout

from ..codec.messages.arrays import NDArray, Sensor, parse_unit
from ..codec.messages.text import String
from ..config.numbers import int_in
from ..errors import ConversionError
from .bulk import fill, scalar_name
from .measured import MEASURED, OF_ARRAY, OF_SENSOR
from .outputs import STREAM, Output
from .registry import Converted, Route, Sending, from_ros, to_ros
from .ros_types import plain

#: the array of ROS by the type of its numbers
ARRAYS = {
    'i1': msg.Int8MultiArray, 'u1': msg.UInt8MultiArray,
    'i2': msg.Int16MultiArray, 'u2': msg.UInt16MultiArray,
    'i4': msg.Int32MultiArray, 'u4': msg.UInt32MultiArray,
    'f4': msg.Float32MultiArray, 'f8': Float64MultiArray,
}
#: messages of one number
NUMBERS = (
    msg.Bool, msg.Float32, msg.Float64, msg.Int8, msg.Int16, msg.Int32, msg.Int64, msg.UInt8,
    msg.UInt16, msg.UInt32, msg.UInt64)
_MAX_SENSOR_VALUES = 255


# -- SENSOR and NDARRAY to ROS


@to_ros(Sensor, Output('sensor', Float64MultiArray, STREAM, is_whole=True), *OF_SENSOR)
def sensor_to_ros(message: Sensor, route: Route, stamp: Time) -> Converted:
    """
    SENSOR: `sensor`, the values as sent; `info` has the unit and the factor to SI.

    With `as` also what they measure, in SI units: `joint_state`, `wrench`, `twist`, `imu`,
    `temperature`, `pressure`, `range` or `joy`.
    """
    result = Converted(
        {'sensor': array_message(message.values, {'values': len(message.values)})},
        info={'unit': message.unit_text, 'unit_word': f'0x{message.unit:016x}',
              'si_factor': message.si_factor})
    _add_typed(result, OF_SENSOR, message, route, stamp)
    return result


@to_ros(
    NDArray, Output('array', tuple(ARRAYS.values()), STREAM, is_whole=True), *OF_ARRAY)
def array_to_ros(message: NDArray, route: Route, stamp: Time) -> Converted:
    """
    NDARRAY: `array`, in the type of its numbers; of complex ones the last dimension is (re, im).

    With `as` also `joint_state` (6 rows as CRTK has them) or `image` (two dimensions).
    """
    array = message.array
    dims = {f'dim{n}': size for n, size in enumerate(array.shape)}
    numbers = array
    if array.dtype.kind == 'c':
        numbers = np.ascontiguousarray(array).reshape(-1).view(array.real.dtype)
        dims['complex'] = 2
    result = Converted(
        {'array': array_message(numbers, dims)},
        info={'dtype': scalar_name(array.dtype), 'shape': list(array.shape)})
    _add_typed(result, OF_ARRAY, message, route, stamp)
    return result


def array_message(array: Any, dims: dict[str, int]) -> Any:
    """Make the MultiArray of the type of the numbers; `dims` are the sizes by label."""
    sizes = list(dims.values())
    layout = [
        MultiArrayDimension(label=label, size=size, stride=min(math.prod(sizes[n:]), 2**32 - 1))
        for n, (label, size) in enumerate(dims.items())
    ]
    result = ARRAYS[array.dtype.str[1:]](layout=MultiArrayLayout(dim=layout))
    fill(result, np.ascontiguousarray(array, array.dtype.newbyteorder('=')))
    return result


def _add_typed(
    result: Converted, made: Mapping[Output, Any], message: Any, route: Route, stamp: Time
) -> None:
    """Add what the mapping says the numbers are; if they are not, they stay numbers."""
    wanted = route.rule.as_
    if not wanted:
        return
    makers = {output.leaf: make for output, make in made.items()}
    if wanted not in makers:
        result.errors.append(
            f'cannot be published as {wanted}; possible: {", ".join(sorted(makers))}')
        return
    # what a sensor measures is in the frame of the sensor, unless the mapping names another
    header = Header(stamp=stamp, frame_id=route.rule.frame or route.child_frame_id)
    try:
        result.outputs[wanted] = makers[wanted](message, route, header)
    except ConversionError as error:
        result.errors.append(f'not published as {wanted}: {error}')


# -- numbers of ROS to SENSOR, NDARRAY and STRING


def sensor_from_numbers(message: Any, sending: Sending) -> Sensor:
    """
    Send one number, or an array of up to 255, as SENSOR: as they are.

    Their unit is that of the mapping, else the unit_word of `info`.
    """
    if sending.rule.unit:
        unit = parse_unit(sending.rule.unit)
    else:
        word = sending.said('unit_word', 0)
        try:
            unit = int_in(word, 0) if isinstance(word, str) else word
        except ValueError:
            unit = -1
        if not isinstance(unit, int) or not 0 <= unit < 1 << 64:
            raise ConversionError(f'unit_word in info: {str(word)[:40]!r} is no number of 64 bits')
    data = message.data
    numbers = [data] if isinstance(data, (bool, int, float)) else data
    values = np.asarray(numbers, np.float64)
    if isinstance(data, int) and int(values[0]) != data:
        raise ConversionError(f'{data} cannot be sent exactly: SENSOR has 53 bits')
    return Sensor(values, unit, **sending.envelope())


def array_from_numbers(message: Any, sending: Sending) -> NDArray:
    """Send an array as NDARRAY, in the shape of its layout."""
    kind = next(kind for kind, ros_type in ARRAYS.items() if isinstance(message, ros_type))
    flat = np.frombuffer(message.data, kind)[message.layout.data_offset :]
    dims = message.layout.dim
    shape = [dim.size for dim in dims] or [len(flat)]
    if math.prod(shape) != len(flat):
        raise ConversionError(f'{len(flat)} numbers do not fill the shape {shape} of the layout')
    if max(shape) > 0xFFFF or len(shape) > 64:
        raise ConversionError(f'shape {shape}: wanted up to 64 dimensions of at most 65535')
    try:
        array = flat.reshape(shape)
    except ValueError as error:  # no numbers at all, and sizes whose product no array can have
        raise ConversionError(f'shape {shape}: {error}') from error
    if kind == 'f8' and dims and dims[-1].label == 'complex' and shape[-1] == 2:
        array = np.ascontiguousarray(array).view(np.complex128)[..., 0]
        array = array.reshape(shape[:-1] or [1])
    return NDArray(array, **sending.envelope())


@from_ros(Float64MultiArray, '', default=True, slicer='STRING')
def message_from_array(message: Float64MultiArray, sending: Sending) -> Sensor | NDArray:
    """Send up to 255 numbers of one dimension as SENSOR, others as NDARRAY."""
    if len(message.layout.dim) < 2 and len(message.data) <= _MAX_SENSOR_VALUES:
        return sensor_from_numbers(message, sending)
    return array_from_numbers(message, sending)


def json_from_ros(message: Any, sending: Sending) -> String:
    """Send a message as STRING in JSON, with the names of its fields; one number as that."""
    said = plain(message.data if isinstance(message, NUMBERS) else message)
    text = json.dumps(said, ensure_ascii=False)
    return String(text, **sending.envelope(getattr(message, 'header', None)))


for _kind, _type in ARRAYS.items():
    from_ros(_type, 'SENSOR', *(['sensor'] if _kind == 'f8' else []), slicer='STRING')(
        sensor_from_numbers)
    # bytes are a frame and doubles a sensor unless something else is said
    from_ros(_type, 'NDARRAY', 'array', default=_kind not in ('u1', 'f8'), slicer='STRING')(
        array_from_numbers)
for _type in NUMBERS:
    from_ros(_type, 'SENSOR', 'number', default=True, slicer='STRING')(sensor_from_numbers)
# what Slicer shows of them
for _type in (*ARRAYS.values(), *NUMBERS, *MEASURED):
    from_ros(_type, 'STRING')(json_from_ros)
