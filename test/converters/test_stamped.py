"""Numbers and texts with a header, as the key `stamped` asks for."""

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray
from sensor_msgs.msg import JointState

from igtl_ros2.codec.messages.arrays import NDArray, Sensor, unit_word
from igtl_ros2.codec.messages.text import Command, String


def test_a_sensor_has_a_header_beside_its_values(receive, stamp):
    message = Sensor([1.5, -2.5], unit_word([('N', 1)], 'm'), device_name='Force')
    assert list(receive(message).outputs) == ['sensor']
    made = receive(message, stamped=True).outputs['sensor/stamped']
    assert isinstance(made, JointState)
    assert (made.header.stamp, made.header.frame_id) == (stamp, 'tool')
    assert (made.position.tolist(), made.name) == ([1.5, -2.5], ['value_0', 'value_1'])
    named = receive(message, stamped=True, joint_names=('x', 'y')).outputs['sensor/stamped']
    assert named.name == ['x', 'y']
    wrong = receive(message, stamped=True, joint_names=('x',))
    assert list(wrong.outputs) == ['sensor']
    assert '1 joint_names for 2 values' in wrong.errors[0]


@pytest.mark.parametrize(('array', 'names', 'numbers'), [
    (np.array([3, 4], 'i2'), ['0', '1'], [3, 4]),
    (np.array([[1, 2], [3, 4]], 'f4'), ['0,0', '0,1', '1,0', '1,1'], [1, 2, 3, 4]),
    (np.array([1 + 2j]), ['0,re', '0,im'], [1, 2]),
    (np.zeros(5000), [], [0] * 5000),
])
def test_an_array_has_a_header_and_indices(receive, stamp, array, names, numbers):
    made = receive(NDArray(array, device_name='A'), stamped=True).outputs['array/stamped']
    assert (made.header.stamp, made.name, made.position.tolist()) == (stamp, names, numbers)


def test_texts_have_a_header(receive, send, stamp):
    made = receive(String('Größe', device_name='Note'), stamped=True).outputs['text/stamped']
    assert isinstance(made, DiagnosticArray)
    (entry,) = made.status
    assert (made.header.stamp, entry.name, entry.message) == (stamp, 'Note', 'Größe')
    message = send(made, 'STRING')
    assert message.text == 'Größe'
    assert message.timestamp_ns == stamp.sec * 10**9 + stamp.nanosec
    order = Command(7, 'Go', '<x/>', device_name='Arm')
    made = receive(order, stamped=True).outputs['command/stamped']
    assert made.header.stamp == stamp
    assert made.status[0].message == '<x/>'
    assert {v.key: v.value for v in made.status[0].values}['name'] == 'Go'
