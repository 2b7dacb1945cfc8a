"""Numbers and texts with a header: the plain arrays and texts of ROS have none."""

from __future__ import annotations

from array import array
from itertools import product
from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from sensor_msgs.msg import JointState
from std_msgs.msg import Header

from ..codec.messages.arrays import NDArray, Sensor
from ..codec.messages.text import Command, String
from ..errors import ConversionError
from ..rules import ReceiveRule
from ..rules.values import BOOLEAN
from .outputs import EVENT, STREAM, Output
from .registry import Converted, Route, extra
from .units import ros_text

#: of more numbers the names would take far more than the numbers
_MAX_NAMED = 4096


STAMPED = ReceiveRule.key(
    'stamped', BOOLEAN, 'A topic with a header beside the plain one, which has none: '
    'sensor/stamped and array/stamped (JointState: the numbers as sent are its position), '
    'text/stamped and command/stamped (DiagnosticArray: the text is its message).', False,
    after='phi', types=('SENSOR', 'NDARRAY', 'STRING', 'COMMAND'))


@extra(Sensor, Output('sensor/stamped', JointState, STREAM, STAMPED, is_whole=True))
def add_stamped_sensor(message: Sensor, route: Route, stamp: Time, result: Converted) -> None:
    """`sensor/stamped`, header, names and values as sent, as positions of a JointState."""
    names = list(route.rule.joint_names) or [f'value_{n}' for n in range(len(message.values))]
    if len(names) != len(message.values):
        raise ConversionError(
            f'{len(names)} joint_names for {len(message.values)} values, not published as stamped')
    result.outputs['sensor/stamped'] = _joints(message.values, names, route, stamp)


@extra(NDArray, Output('array/stamped', JointState, STREAM, STAMPED, is_whole=True))
def add_stamped_array(message: NDArray, route: Route, stamp: Time, result: Converted) -> None:
    """`array/stamped`, header, indices as names and numbers as positions of a JointState."""
    numbers = message.array
    ends = ['']
    if numbers.dtype.kind == 'c':
        numbers = np.ascontiguousarray(numbers).reshape(-1).view(numbers.real.dtype)
        ends = [',re', ',im']
    names = []
    if numbers.size <= _MAX_NAMED:
        indices = product(*map(range, message.array.shape))
        names = [','.join(map(str, index)) + end for index in indices for end in ends]
    result.outputs['array/stamped'] = _joints(numbers, names, route, stamp)


def _joints(values: np.ndarray, names: list[str], route: Route, stamp: Time) -> JointState:
    # what a sensor measures is in the frame of the sensor, unless the mapping names another
    frame_id = route.rule.frame or route.child_frame_id
    position = array('d', np.ascontiguousarray(values, np.float64).tobytes())
    return JointState(
        header=Header(stamp=stamp, frame_id=frame_id), name=names, position=position)


@extra(String, Output(
    'text/stamped', 'diagnostic_msgs/DiagnosticArray', key=STAMPED, is_whole=True))
def add_stamped_text(message: String, route: Route, stamp: Time, result: Converted) -> None:
    """`text/stamped`, header and text, as the message of a DiagnosticArray."""
    facts = {'encoding': str(message.encoding)}
    result.outputs['text/stamped'] = _text(message.text, facts, route, stamp)


@extra(
    Command, Output('command/stamped', 'diagnostic_msgs/DiagnosticArray', EVENT, STAMPED))
def add_stamped_command(message: Command, route: Route, stamp: Time, result: Converted) -> None:
    """`command/stamped`, header, content as the message, id and name, in a DiagnosticArray."""
    facts = {
        'id': str(message.command_id),
        'name': ros_text(message.name),
        'encoding': str(message.encoding),
    }
    result.outputs['command/stamped'] = _text(message.content, facts, route, stamp)


def _text(text: str, facts: dict[str, str], route: Route, stamp: Time) -> Any:
    try:
        from .status import OK, diagnostic
    except ModuleNotFoundError as error:
        raise ConversionError('stamped texts need diagnostic_msgs, not installed') from error
    return diagnostic(route.device, OK, ros_text(text), facts, stamp)
