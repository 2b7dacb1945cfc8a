"""SENSOR."""

from __future__ import annotations

import numpy as np
from builtin_interfaces.msg import Time
from std_msgs.msg import Float64MultiArray, MultiArrayDimension, MultiArrayLayout

from ..codec.messages.arrays import Sensor
from ..errors import ConversionError
from .registry import Converted, Route, Sending, from_ros, to_ros


@to_ros(Sensor)
def sensor_to_ros(message: Sensor, route: Route, stamp: Time) -> Converted:
    """SENSOR: `sensor`, the values as sent; `info` has the unit and the factor to SI."""
    size = len(message.values)
    layout = MultiArrayLayout(dim=[MultiArrayDimension(label='values', size=size, stride=size)])
    return Converted(
        outputs={'sensor': Float64MultiArray(layout=layout, data=message.values.tolist())},
        info={
            'unit': message.unit_text,
            'unit_word': f'0x{message.unit:016x}',
            'si_factor': message.si_factor,
        },
    )


@from_ros(Float64MultiArray, 'SENSOR', 'sensor', default=True)
def sensor_from_array(message: Float64MultiArray, sending: Sending) -> Sensor:
    """Float64MultiArray of up to 255 values as SENSOR; `info` may give the unit_word."""
    word = sending.info.get('unit_word', 0)
    try:
        unit = int(word, 0) if isinstance(word, str) else word
    except ValueError:
        unit = -1
    if not isinstance(unit, int) or not 0 <= unit < 1 << 64:
        raise ConversionError(f'unit_word in info: {str(word)[:40]!r} is no number of 64 bits')
    return Sensor(np.asarray(message.data, np.float64), unit, **sending.envelope())
