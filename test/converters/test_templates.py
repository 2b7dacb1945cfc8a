"""What a peer says becomes a value of a field, or it is said why not."""

import json
import math

import pytest
from diagnostic_msgs.msg import DiagnosticStatus, KeyValue
from geometry_msgs.msg import Point, PoseStamped, PoseWithCovariance
from nav_msgs.msg import Path
from rclpy.serialization import serialize_message
from std_msgs.msg import Float32, Float64MultiArray, Header, Int64, String
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint
from visualization_msgs.msg import Marker

from igtl_ros2.converters.templates import MessageTemplate, TextTemplate
from igtl_ros2.errors import ConversionError


def short(value):
    return repr(value)[:12]


@pytest.mark.parametrize('ros_type, tree, value, made', [
    (Point, {'x': '{v}'}, '1.5', 1.5),
    (Point, {'x': '{v}'}, 10**308, 1e308),
    (Float32, {'data': '{v}'}, -3e38, -3e38),
    (Int64, {'data': '{v}'}, '-9223372036854775808', -2**63),
    (Int64, {'data': '{v}'}, 5.0, 5),
    (String, {'data': '{v}'}, 'a\udcffb\0', 'a\xffb'),
    (String, {'data': 'a {v}'}, '\udcff', 'a \xff'),
])
def test_what_fits_is_put_in(ros_type, tree, value, made):
    message = MessageTemplate(ros_type, tree).fill({'v': value})
    assert getattr(message, next(iter(tree))) == made
    assert serialize_message(message)


@pytest.mark.parametrize('value', [
    10**400, '9' * 400, '-' + '9' * 400, '1e999', math.inf, math.nan, 'nan', 'x', True, None, []],
    ids=short)
@pytest.mark.parametrize('ros_type, tree', [
    (Point, {'x': '{v}'}), (Float32, {'data': '{v}'}), (Int64, {'data': '{v}'})])
def test_no_number_that_does_not_fit_is_more_than_refused(ros_type, tree, value):
    with pytest.raises(ConversionError, match='^(x|data): '):
        MessageTemplate(ros_type, tree).fill({'v': value})


@pytest.mark.parametrize('ros_type, field, value', [
    *((JointTrajectoryPoint, 'time_from_start', value)
      for value in ('1e300', 1e308, 2**31, 10**400)),
    (Header, 'stamp', -1), (Header, 'stamp', '1e300')], ids=short)
def test_no_time_that_does_not_fit_is_more_than_refused(ros_type, field, value):
    with pytest.raises(ConversionError, match=f'^{field}: '):
        MessageTemplate(ros_type, {field: '{v}'}).fill({'v': value})


def test_times_are_seconds():
    template = MessageTemplate(JointTrajectoryPoint, {'time_from_start': '{v}'})
    made = template.fill({'v': '-1.25'}).time_from_start
    assert (made.sec, made.nanosec) == (-2, 750_000_000)


@pytest.mark.parametrize('said', ['a}}b{{c{command}', '{v}', '{', 'arm {1}', '{{x}}'])
def test_what_a_peer_says_is_no_template(said):
    whole = {'frame_id': said, 'stamp': 0}
    assert MessageTemplate(Header, {'frame_id': '{v}'}).fill({'v': said}).frame_id == said
    assert MessageTemplate(Marker, {'header': '{v}'}).fill({'v': whole}).header.frame_id == said
    assert MessageTemplate(JointTrajectory, {'joint_names': '{v}'}).fill(
        {'v': [said, said]}).joint_names == [said, said]
    diagnosed = MessageTemplate(DiagnosticStatus, {'values': '{v}'}).fill(
        {'v': [{'key': said, 'value': said}]})
    assert diagnosed.values == [KeyValue(key=said, value=said)]


@pytest.mark.parametrize('ros_type, tree, values', [
    (Marker, {'points': '{v}'}, {'v': ['{p}'], 'p': {'x': 1, 'y': 2, 'z': 3}}),
    (Marker, {'pose': '{v}'}, {'v': '{p}', 'p': {}}),
    (Marker, {'pose': '{v}'}, {'v': {'position': '{p}', 'orientation': {}}, 'p': {}}),
    (Marker, {'pose': '{v}'}, {'v': {'position': {'x': '{x}', 'y': 0, 'z': 0}}, 'x': 1}),
])
def test_no_value_of_a_peer_brings_in_another(ros_type, tree, values):
    with pytest.raises(ConversionError, match=r"found '\{"):
        MessageTemplate(ros_type, tree).fill(values)


@pytest.mark.parametrize(
    'value', ['0_05', '1_0', '٠.٠٥', '0x10', '1e', '.', '', '1 2', 'infinity'], ids=short)
@pytest.mark.parametrize('ros_type, tree', [
    (Point, {'x': '{v}'}), (Int64, {'data': '{v}'}), (Float64MultiArray, {'data': '{v}'})])
def test_numbers_are_written_as_others_read_them(ros_type, tree, value):
    if ros_type is Float64MultiArray and value in ('', '1 2'):
        return  # a list
    with pytest.raises(ConversionError, match='^(x|data)'):
        MessageTemplate(ros_type, tree).fill({'v': value})


@pytest.mark.parametrize('value', ['-.5', ' 5e-1 ', '+0.5', '.5E0', '0.50'])
def test_numbers_may_have_signs_blanks_and_powers(value):
    assert abs(MessageTemplate(Point, {'x': '{v}'}).fill({'v': value}).x) == 0.5


WHOLE = {'position': {'x': 1, 'y': 2, 'z': 3}, 'orientation': {'x': 0, 'y': 0, 'z': 0, 'w': 1}}


@pytest.mark.parametrize('value, missing', [
    ({}, 'position'), ({'position': WHOLE['position']}, 'orientation'),
    ({**WHOLE, 'position': {'x': 1, 'y': 2}}, 'position.z'),
    ({**WHOLE, 'orientation': {}}, 'orientation.x')])
def test_a_message_that_a_peer_says_is_whole(value, missing):
    with pytest.raises(ConversionError, match=f'^pose.{missing}: wanted a value$'):
        MessageTemplate(PoseStamped, {'pose': '{v}'}).fill({'v': value})


def test_headers_texts_and_lists_may_be_missing():
    stamped = MessageTemplate(Path, {'poses': '{v}'}).fill({'v': [{'pose': WHOLE}]}).poses[0]
    assert stamped.pose.position.z == 3.0 and stamped.header == Header()
    point = MessageTemplate(JointTrajectory, {'points': '{v}'}).fill(
        {'v': [{'positions': [1], 'time_from_start': 2}]}).points[0]
    assert list(point.positions) == [1.0] and not point.effort
    with pytest.raises(ConversionError, match=r'^points\[0\].time_from_start: wanted a value$'):
        MessageTemplate(JointTrajectory, {'points': '{v}'}).fill({'v': [{'positions': [1]}]})


def test_lists_of_a_message_may_stand_in_a_text():
    message = MessageTemplate(String, {'data': 'it is {v.covariance}'}).fill(
        {'v': PoseWithCovariance()})
    assert message.data.startswith('it is [0.0, 0.0')


def test_what_is_not_finite_is_a_text_in_json():
    message = Float64MultiArray(data=[0.5, math.nan, -math.inf])
    whole = json.loads(TextTemplate(Float64MultiArray, '{data}').text(message))
    parts = TextTemplate(Float64MultiArray, {'first': '{data[0]}', 'other': '{data[1]}'})
    assert whole == [0.5, 'nan', '-inf']
    assert json.loads(parts.text(message)) == {'first': 0.5, 'other': 'nan'}
