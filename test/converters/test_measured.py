"""What robots measure: in SI units in ROS, in the unit that is said on the wire."""

import json
import math

import numpy as np
import pytest
from geometry_msgs.msg import Quaternion, TwistStamped, Vector3, WrenchStamped
from sensor_msgs.msg import FluidPressure, Imu, JointState, Joy, Range, Temperature
from std_msgs.msg import Float64, Float64MultiArray, Header

from igtl_ros2.codec.messages.arrays import PREFIXES, UNITS, NDArray, Sensor, parse_unit, unit_word
from igtl_ros2.config import FIELD_UNITS
from igtl_ros2.config.quantities import measured
from igtl_ros2.converters.units import has_unit
from igtl_ros2.errors import ConversionError
from igtl_ros2.mapping import mapping_schema

HEADER = Header(frame_id='tool')
SIX = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]


def refused(result, wanted):
    """The numbers are published all the same, what they are not is said."""
    assert list(result.outputs) == ['sensor']
    return f'not published as {wanted}' in result.errors[0]


# -- units


@pytest.mark.parametrize(
    ('text', 'units', 'prefix'),
    [
        ('m', [('m', 1)], ''),
        ('mm', [('m', 1)], 'm'),
        ('kg', [('g', 1)], 'k'),
        ('dam', [('m', 1)], 'da'),
        ('cd', [('cd', 1)], ''),
        ('Pa', [('Pa', 1)], ''),
        ('mPa', [('Pa', 1)], 'm'),
        ('kN*m^-2', [('N', 1), ('m', -2)], 'k'),
        ('rad*s^-1', [('rad', 1), ('s', -1)], ''),
    ],
)
def test_units_by_their_text(text, units, prefix):
    word = parse_unit(text)
    assert word == unit_word(units, prefix)
    assert Sensor([], word).unit_text == text


@pytest.mark.parametrize('text', ['x', 'mmm', 'm^', 'm^x', 'm^9', '*m', 'm' + '*m' * 6, 'q m'])
def test_what_is_no_unit(text):
    with pytest.raises(ConversionError, match='unit'):
        parse_unit(text)


@pytest.mark.parametrize('prefix', [prefix for prefix, _ in PREFIXES.values()])
def test_a_mapping_knows_what_every_unit_measures(prefix):
    for unit in UNITS:
        for text in (prefix + unit, f'{unit}^-2*s', f'{prefix}N*{unit}'):
            sensor = Sensor([], parse_unit(text))
            for other in ('m', 'rad', 'm*s^-1', 'rad*s^-1', 'N', 'N*m', 'Pa', 'K', 'W', 'g*s^-2'):
                assert has_unit(sensor, other) == (measured(other) == measured(text)), text


# -- SENSOR to ROS


def test_a_wrench_by_hand(receive, stamp):
    sensor = Sensor(SIX, parse_unit('mN'), device_name='FT')
    result = receive(sensor, as_='wrench', child_frame_id='FT')
    wrench = result.outputs['wrench']
    assert wrench.header == Header(stamp=stamp, frame_id='FT')
    assert wrench.wrench.force == Vector3(x=0.001, y=0.002, z=0.003)
    assert wrench.wrench.torque == Vector3(x=0.004, y=0.005, z=0.006)
    assert result.outputs['sensor'].data.tolist() == SIX  # as sent
    named = receive(sensor, as_='wrench', frame='wrist').outputs['wrench']
    assert named.header.frame_id == 'wrist'


@pytest.mark.parametrize(
    ('as_', 'values', 'unit'),
    [
        ('wrench', SIX[:3], 'N'),
        ('wrench', SIX, 'm'),
        ('wrench', [*SIX[:5], math.nan], 'N'),
        ('twist', SIX, 'mm*s^-1'),  # mm/s says nothing about the rotation
        ('twist', SIX, 'N'),
        ('imu', SIX[:3], ''),
        ('imu', SIX[:3], 'N'),
        ('imu', SIX, 'rad*s^-1'),
        ('imu', SIX[:5], ''),
        ('imu', [0.0] * 10, ''),  # no rotation
        ('temperature', [1.0], 'C'),  # coulomb
        ('temperature', [1.0, 2.0], 'K'),
        ('pressure', [1.0], 'N'),
        ('range', [], 'm'),
        ('range', [1e39], 'm'),
        ('joy', [1.0], 'm'),
        ('joint_state', [1.0], 'Pa'),
        ('joint_state', [math.inf], 'rad'),
    ],
)
def test_numbers_that_are_something_else_stay_numbers(receive, as_, values, unit):
    assert refused(receive(Sensor(values, parse_unit(unit)), as_=as_), as_)


def test_a_unit_word_that_makes_no_sense_is_not_guessed(receive):
    result = receive(Sensor([1.0], 0x8FFFFFFFFFFFFFFF), as_='range')
    assert refused(result, 'range')
    assert '0x8fffffffffffffff' in result.errors[0]


def test_what_a_type_cannot_be(receive):
    result = receive(NDArray(np.zeros(6)), as_='wrench')
    assert result.errors == ['cannot be published as wrench; possible: image, joint_state']


def test_twist(receive):
    twist = receive(Sensor(SIX, parse_unit('m*s^-1')), as_='twist').outputs['twist'].twist
    assert (twist.linear.x, twist.angular.z) == (1, 6)
    assert receive(Sensor(SIX), as_='twist').outputs['twist'].twist == twist


@pytest.mark.parametrize(
    ('unit', 'values', 'shown'),
    [
        ('K', [300.0], 26.85),
        ('mK', [300000.0], 26.85),
        ('', [36.6], 36.6),
    ],
)
def test_temperature_is_in_degrees_celsius(receive, unit, values, shown):
    found = receive(Sensor(values, parse_unit(unit)), as_='temperature').outputs['temperature']
    assert found.temperature == pytest.approx(shown, abs=1e-9)


def test_pressure_and_range(receive):
    sensor = Sensor([1013.25], parse_unit('hPa'))
    assert receive(sensor, as_='pressure').outputs['pressure'].fluid_pressure == 101325
    reach = receive(Sensor([250.0], parse_unit('mm')), as_='range').outputs['range']
    assert reach.range == 0.25
    assert reach.max_range == math.inf
    assert receive(Sensor([math.inf]), as_='range').outputs['range'].range == math.inf


def test_imu(receive):
    imu = receive(Sensor([0, 0, 0, 2, 1, 2, 3, 4, 5, 6]), as_='imu').outputs['imu']
    assert imu.orientation == Quaternion(w=1.0)
    assert (imu.angular_velocity.x, imu.linear_acceleration.x) == (1, 4)
    assert imu.orientation_covariance[0] == 0
    imu = receive(Sensor(SIX), as_='imu').outputs['imu']
    assert (imu.angular_velocity.x, imu.linear_acceleration.x) == (1, 4)
    assert imu.orientation_covariance[0] == -1
    imu = receive(Sensor(SIX[:3], parse_unit('mm*s^-2')), as_='imu').outputs['imu']
    assert imu.linear_acceleration == Vector3(x=0.001, y=0.002, z=0.003)
    assert imu.angular_velocity_covariance[0] == imu.orientation_covariance[0] == -1


@pytest.mark.parametrize(
    ('unit', 'field', 'factor'),
    [
        ('', 'position', 1),
        ('rad', 'position', 1),
        ('mm', 'position', 1e-3),
        ('mrad*s^-1', 'velocity', 1e-3),
        ('m*s^-1', 'velocity', 1),
        ('mN*m', 'effort', 1e-3),
        ('N', 'effort', 1),
    ],
)
def test_the_unit_tells_which_field_of_the_joints_it_is(receive, unit, field, factor):
    found = receive(Sensor([500.0, 1.0], parse_unit(unit)), as_='joint_state')
    joints = found.outputs['joint_state']
    assert list(joints.name) == ['joint_1', 'joint_2']
    assert list(getattr(joints, field)) == [500 * factor, factor]
    assert sum(map(len, (joints.position, joints.velocity, joints.effort))) == 2


def test_joints_as_the_mapping_says(receive):
    sensor = Sensor([1.0, 2.0])
    names = ('a', 'b')
    joints = receive(sensor, as_='joint_state', field='effort', joint_names=names).outputs[
        'joint_state'
    ]
    assert (list(joints.name), list(joints.effort)) == (['a', 'b'], [1, 2])
    assert refused(receive(sensor, as_='joint_state', joint_names=('a',)), 'joint_state')
    wrong = Sensor([1.0], parse_unit('N'))
    assert refused(receive(wrong, as_='joint_state', field='position'), 'joint_state')


@pytest.mark.parametrize(
    'told', ['', 'x', '{}', '[1]', '["a"]', '[' * 5000, '["a", "\\ud800", "\\u0000"]']
)
def test_names_that_a_peer_makes_up_harm_nobody(receive, told):
    message = Sensor([1.0, 2.0], metadata={'joint_names': told, 'ros_field': 'nothing'})
    assert refused(receive(message, as_='joint_state'), 'joint_state')


# -- ROS to SENSOR and back


JOINTS = JointState(
    header=HEADER, name=['a', 'b'], position=[1.0, 2.0], velocity=[3.0, 4.0], effort=[5.0, 6.0]
)


@pytest.mark.parametrize('field', ['position', 'velocity', 'effort'])
def test_joints_come_back(receive, send, field):
    sensor = send(JOINTS, field=field)
    assert sensor.unit == 0  # joints that turn and that slide may be mixed
    joints = receive(sensor, as_='joint_state').outputs['joint_state']
    assert list(joints.name) == ['a', 'b']
    assert list(getattr(joints, field)) == list(getattr(JOINTS, field))


def test_joints_in_a_unit(send):
    sensor = send(JOINTS, unit='mm')
    assert (sensor.values.tolist(), sensor.unit_text) == ([1000, 2000], 'mm')
    with pytest.raises(ConversionError, match="unit 'N' .* rad or m"):
        send(JOINTS, unit='N')
    with pytest.raises(ConversionError, match="field 'torque'.*possible: position"):
        send(JOINTS, field='torque')
    with pytest.raises(ConversionError, match='0 numbers of velocity for 1 joints'):
        send(JointState(name=['a'], position=[1.0]), field='velocity')


def test_joints_as_crtk_has_them(receive, send):
    message = send(JOINTS, 'NDARRAY')
    assert message.array.tolist() == [[1, 1], [1, 2], [1, 1], [3, 4], [1, 1], [5, 6]]
    back = receive(message, as_='joint_state').outputs['joint_state']
    assert (back.name, back.position, back.velocity, back.effort) == (
        JOINTS.name, JOINTS.position, JOINTS.velocity, JOINTS.effort
    )
    partial = send(JointState(name=['a'], velocity=[7.0]), 'NDARRAY')
    back = receive(partial, as_='joint_state').outputs['joint_state']
    assert (list(back.position), list(back.velocity), list(back.effort)) == ([], [7], [])
    for array in (np.zeros((5, 2)), np.zeros(6), np.zeros((6, 2), complex)):
        result = receive(NDArray(array), as_='joint_state')
        assert 'wanted (6, joints)' in result.errors[0]


@pytest.mark.parametrize(
    ('message', 'as_', 'unit'),
    [
        (Temperature(header=HEADER, temperature=36.6), 'temperature', 'K'),
        (FluidPressure(header=HEADER, fluid_pressure=101325.0), 'pressure', 'Pa'),
        (Range(header=HEADER, range=0.25, max_range=math.inf), 'range', 'm'),
        (Joy(header=HEADER, axes=[0.5, -1.0], buttons=[0, 1, 1]), 'joy', ''),
    ],
)
def test_readings_come_back(receive, send, message, as_, unit):
    sensor = send(message)
    assert sensor.unit_text == unit
    again = receive(sensor, as_=as_, frame='tool').outputs[as_]
    for name in message.get_fields_and_field_types():
        if name != 'header':
            assert getattr(again, name) == pytest.approx(getattr(message, name), abs=1e-9)


def wrench():
    result = WrenchStamped(header=HEADER)
    result.wrench.force, result.wrench.torque = Vector3(x=1.0), Vector3(z=0.5)
    return result


def twist():
    result = TwistStamped(header=HEADER)
    result.twist.linear, result.twist.angular = Vector3(x=1.0), Vector3(z=0.5)
    return result


def test_wrench_and_twist_come_back(receive, send):
    sensor = send(wrench(), unit='mN')
    assert (sensor.unit_text, sensor.values.tolist()) == ('mN', [1000, 0, 0, 0, 0, 500])
    assert receive(sensor, as_='wrench').outputs['wrench'].wrench == wrench().wrench
    sensor = send(twist())
    assert (sensor.unit_text, sensor.values.tolist()) == ('m*s^-1', [1, 0, 0, 0, 0, 0.5])
    assert receive(sensor, as_='twist').outputs['twist'].twist == twist().twist


@pytest.mark.parametrize(
    'field', mapping_schema()['definitions']['send_rule']['properties']['field']['enum']
)
def test_the_units_of_a_field_are_those_that_a_mapping_allows(send, field):
    numbers = JointState(name=['a'], position=[1.0], velocity=[1.0], effort=[1.0])
    message = next(m for m in (numbers, wrench(), twist(), Imu(), Joy(axes=[1.0], buttons=[1]))
                   if can_be_sent(send, m, field))
    for unit in ('m', 'rad', 'm*s^-1', 'rad*s^-1', 'm*s^-2', 'rad*s^-2', 'N', 'N*m', 'Pa'):
        allowed = measured(unit) in map(measured, FIELD_UNITS.get(field, ()))
        try:
            sent = send(message, field=field, unit=unit).unit
        except ConversionError:
            sent = 0
        assert bool(sent) == allowed, unit


def can_be_sent(send, message, field):
    try:
        return send(message, field=field) is not None
    except ConversionError:
        return False


def test_one_field_has_its_own_unit(send):
    torque = send(wrench(), field='torque')
    assert (torque.unit_text, torque.values.tolist()) == ('N*m', [0, 0, 0.5])
    speed = send(twist(), field='linear', unit='mm*s^-1')
    assert (speed.unit_text, speed.values.tolist()) == ('mm*s^-1', [1000, 0, 0])
    with pytest.raises(ConversionError, match='name one with field'):
        send(twist(), unit='mm*s^-1')


def test_imu_comes_back(receive, send):
    imu = Imu(header=HEADER, orientation=Quaternion(z=0.6, w=0.8))
    imu.angular_velocity, imu.linear_acceleration = Vector3(x=1.0), Vector3(z=9.81)
    again = receive(send(imu), as_='imu').outputs['imu']
    assert again.orientation.z == pytest.approx(0.6, abs=1e-12)
    assert (again.angular_velocity, again.linear_acceleration) == (
        imu.angular_velocity, imu.linear_acceleration
    )
    imu.orientation_covariance[0] = -1.0
    assert len(send(imu).values) == 6
    with pytest.raises(ConversionError, match='has no orientation'):
        send(imu, field='orientation')
    one = send(imu, field='linear_acceleration', unit='mm*s^-2')
    assert one.values.tolist() == pytest.approx([0, 0, 9810])
    again = receive(one, as_='imu').outputs['imu']
    assert again.linear_acceleration.z == pytest.approx(9.81)
    imu.angular_velocity_covariance[0] = -1.0
    with pytest.raises(ConversionError, match='has no orientation, angular_velocity'):
        send(imu)


def test_buttons_are_whole_numbers(receive, send):
    joy = Joy(axes=[0.5], buttons=[1])
    assert send(joy, field='buttons').values.tolist() == [1]
    assert send(joy, field='axes').values.tolist() == [0.5]
    assert refused(receive(Sensor([0.5, 0.5], metadata={'axes': '1'}), as_='joy'), 'joy')
    for told in ('-1', '²', '9' * 50):
        found = receive(Sensor([0.5, 0.5], metadata={'axes': told}), as_='joy').outputs['joy']
        assert list(found.axes) == [0.5, 0.5]


# -- to Slicer


def test_slicer_gets_text(send):
    text = send(JOINTS, profile='slicer').text
    assert json.loads(text) == {
        'header': {'stamp': {'sec': 0, 'nanosec': 0}, 'frame_id': 'tool'},
        'name': ['a', 'b'],
        'position': [1.0, 2.0],
        'velocity': [3.0, 4.0],
        'effort': [5.0, 6.0],
    }
    assert send(Float64(data=1.5), profile='slicer').text == '1.5'
    data = json.loads(send(Float64MultiArray(data=[1.0, math.nan]), profile='slicer').text)
    assert data['data'] == [1.0, 'nan']
    assert json.loads(send(Imu(), 'STRING').text)['orientation_covariance'] == [0.0] * 9
