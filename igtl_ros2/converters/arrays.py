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
    word = sending.info.get('unit_word', '0x0')
    try:
        unit = int(str(word), 0)
    except ValueError as error:
        raise ConversionError(f'unit_word {word!r} in info is no number') from error
    return Sensor(np.asarray(message.data, np.float64), unit, **sending.envelope())
