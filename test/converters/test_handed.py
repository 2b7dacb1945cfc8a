"""Which values are handed over as they are, and which go by way of ROS."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from std_msgs.msg import Header
from visualization_msgs.msg import Marker, MarkerArray

from igtl_ros2.codec.messages.arrays import NDArray
from igtl_ros2.codec.messages.colors import ColorTable
from igtl_ros2.codec.messages.image import LPS, RAS, Image
from igtl_ros2.codec.messages.points import Trajectories, Trajectory
from igtl_ros2.codec.messages.pose import Position, Transform
from igtl_ros2.codec.messages.text import Status, String
from igtl_ros2.codec.messages.tracking import (
    QuaternionElement,
    QuaternionTrackingData,
    TrackingData,
    TrackingElement,
)
from igtl_ros2.codec.messages.video import Video
from igtl_ros2.config import Settings
from igtl_ros2.converters.handover import handed, header_of_ros, is_whole, message_to_send
from igtl_ros2.converters.registry import (
    Sending,
    convert_to_ros,
    load_converters,
    route_of,
)
from igtl_ros2.errors import ConversionError
from igtl_ros2.mapping import ReceiveRule, SendRule, Workspace
from igtl_ros2.peers.compat import Compat

load_converters()
NS = 1_700_000_000 * 10**9


def value_of(message, leaf, **rule):
    rule = ReceiveRule(**rule)
    route = route_of(message.device_name, rule)
    result = convert_to_ros(message, route, Time())
    return handed(object(), message, leaf, result.outputs[leaf], route.frame_id, NS, rule, result,
                  lambda: True)


def sending(profile='plain', **rule):
    return Sending('Out', SendRule('Out', **rule), now_ns=NS + 5, profile=profile)


POSE = Transform(np.eye(4), device_name='Dev')


@pytest.mark.parametrize(('send', 'receive', 'whole'), [
    ({}, {}, True),
    ({'type': 'TRANSFORM'}, {}, True),
    ({'type': 'POSITION'}, {}, False),
    ({'unit': 'N'}, {}, False),
    ({'wire_unit': 'm'}, {}, False),
    ({'wire_unit': 'm'}, {'wire_unit': 'm'}, True),
    ({}, {'wire_axes': 'lps'}, False),
])
def test_what_is_whole(send, receive, whole):
    assert is_whole(value_of(POSE, 'transform', **receive), SendRule('Out', **send),
                    'plain') is whole


def test_a_pose_that_is_none_does_not_pass_a_gate_as_it_is():
    box = Workspace((-1, -1, -1), (1, 1, 1))
    stretched = Transform(np.diag([2, 1, 1, 1.0]), device_name='Dev')
    rule = SendRule('Out')
    assert is_whole(value_of(stretched, 'transform'), rule, 'plain')
    assert not is_whole(value_of(stretched, 'transform', workspace=box), rule, 'plain')


@pytest.mark.parametrize(('leaf', 'good', 'stretched'), [
    ('pose', Position((1, 2, 3), (0, 0, 0, 1)), Position((1, 2, 3), (0, 0, 0, 2))),
    ('tracking', TrackingData([TrackingElement('P', np.eye(4))]),
     TrackingData([TrackingElement('Q', np.eye(4)), TrackingElement('P', np.diag([2, 1, 1, 1]))])),
    ('tracking', QuaternionTrackingData([QuaternionElement('P', (1, 2, 3), (0, 1, 0, 0))]),
     QuaternionTrackingData([QuaternionElement('P', (1, 2, 3), (0, 3, 0, 0))])),
])
def test_nor_does_a_tool_or_a_quaternion(leaf, good, stretched):
    box = Workspace((-1, -1, -1), (1, 1, 1))
    rule = SendRule('Out')
    assert is_whole(value_of(good, leaf, workspace=box), rule, 'plain')
    value = value_of(stretched, leaf, workspace=box)
    assert not is_whole(value, rule, 'plain')
    assert is_whole(value_of(stretched, leaf), rule, 'plain')
    message = message_to_send(value, sending())
    matrices = [e.matrix for e in getattr(message, 'elements', [message])]
    for matrix in matrices:
        np.testing.assert_allclose(matrix[:3, :3] @ matrix[:3, :3].T, np.eye(3), atol=1e-6)


VOXELS = np.arange(24).reshape(2, 3, 4)
TOOLS = QuaternionTrackingData([QuaternionElement('Probe', (1, 2, 3), (0, 0, 0, 1), 4)])


@pytest.mark.parametrize(('profile', 'leaf', 'message', 'wanted'), [
    ('slicer', 'pose', Position((1, 2, 3), (0, 0, 0, 1)), 'TRANSFORM'),
    ('plus', 'pose', Position((1, 2, 3), (0, 0, 0, 1)), 'TRANSFORM'),
    ('slicer', 'point', Position((1, 2, 3), form=12), 'POINT'),
    ('slicer', 'tracking', TOOLS, 'TDATA'),
    ('plus', 'tracking', TOOLS, 'QTDATA'),
    ('slicer', 'array', NDArray(np.arange(3, dtype='u1')), 'STRING'),
    ('slicer', 'trajectory', Trajectories([Trajectory('A', (1, 2, 3), (4, 5, 6))]), 'POINT'),
    ('slicer', 'volume', Image(VOXELS.astype('i4')), 'IMAGE'),
    ('slicer', 'volume', Image(VOXELS.astype('u2'), coordinates=LPS), 'IMAGE'),
    ('plus', 'volume', Image(VOXELS.astype('>u2')), 'IMAGE'),
    ('slicer', 'video', Video(b'f', 'H264', (4, 2, 1), 1, coordinates=LPS), 'VIDEO'),
])
def test_programs_get_it_as_they_take_it(profile, leaf, message, wanted):
    made = message_to_send(value_of(replace(message, device_name='Dev'), leaf), sending(profile))
    assert made.type_name == wanted
    assert Compat(Settings(compat=profile)).prepare(made, 2) is made


def test_an_image_stays_where_it_is():
    matrix = np.array([(0, -2, 0, 5), (1, 0, 0, 6), (0, 0, 3, 7), (0, 0, 0, 1.0)])
    image = Image(VOXELS.astype('>u2'), matrix, LPS, device_name='Dev', metadata={'k': 'v'})
    made = message_to_send(value_of(image, 'volume'), sending())
    np.testing.assert_array_equal(made.ijk_to_ras(), image.ijk_to_ras())
    np.testing.assert_array_equal(made.pixels, image.pixels)
    assert (made.coordinates, made.endian, made.metadata['k']) == (RAS, 2, 'v')


@pytest.mark.parametrize(('leaf', 'message'), [
    ('tracking', TrackingData([TrackingElement('Probe', np.eye(4), 2)])),
    ('video', Video(b'f', 'H264', (4, 2, 1), 1)),
    ('trajectory', Trajectories([Trajectory('A', (1, 2, 3), (4, 5, 6))])),
])
def test_by_way_of_ros_it_is_of_the_same_type(leaf, message):
    value = value_of(replace(message, device_name='Dev'), leaf)
    assert message_to_send(value, sending(wire_unit='m')).type_name == message.type_name


@pytest.mark.parametrize('said', [
    {'MRMLNodeName': 'LinearTransform', 'Status': 'OK'},
    {'TransformValid': 'true', 'TransformStatus': 'OK'},
])
def test_who_hands_it_on_is_not_taken_for_who_has_said_it(said):
    for message, leaf in ((POSE, 'transform'), (String('x', device_name='Dev'), 'text')):
        if leaf == 'text' and 'TransformValid' in said:
            continue  # PLUS says that of poses alone
        message = replace(message, metadata=said, version=2)
        assert Compat(Settings()).saw(message)
        made = message_to_send(value_of(message, leaf), sending())
        assert Compat(Settings()).saw(made) is None


def test_the_stamp_of_the_device_stays():
    message = replace(POSE, timestamp=5 << 32)
    for value, wanted in (
        (value_of(message, 'transform'), 5 * 10**9),
        (value_of(POSE, 'transform'), NS),
        (value_of(message, 'transform', stamp='receive'), NS),
    ):
        assert message_to_send(value, sending()).timestamp_ns == wanted
    simulated = replace(sending(), sim_time=True)
    assert message_to_send(value_of(POSE, 'transform'), simulated).timestamp_ns == NS + 5


def test_frame_and_stamp_are_said_as_of_all_that_is_sent():
    own = {'TransformStatus': 'OK'}
    message = replace(POSE, timestamp=5 << 32, metadata=own, version=2)
    value = value_of(message, 'transform', frame='table')
    value.ros_message.header.stamp = Time(sec=7, nanosec=8)
    said = {'ros_frame_id': 'table', 'ros_stamp': '7.000000008'}
    assert message_to_send(value, sending()).metadata == {'TransformStatus': 'OK', **said}
    # what another bridge has said stays: no stamp becomes younger
    other = {'ros_frame_id': 'base', 'ros_stamp': '4.000000000'}
    repeated = replace(value, message=replace(message, metadata=other))
    assert message_to_send(repeated, sending()).metadata == other
    plain = value_of(POSE, 'transform', frame='table')
    plain.ros_message.header.stamp = Time(sec=7, nanosec=8)
    sent = message_to_send(plain, sending())
    assert (sent.metadata, sent.version) == (said, 2)
    # as it is where it goes by way of ROS
    assert message_to_send(plain, sending(unit='N')).metadata == said
    text = value_of(String('x', device_name='Dev'), 'text')
    assert message_to_send(text, sending()).metadata == {}


def test_markers_and_foxglove_say_their_frame_and_stamp():
    header = Header(stamp=Time(sec=7), frame_id='table')
    assert header_of_ros(MarkerArray(markers=[Marker(header=header)])) == header
    assert header_of_ros(MarkerArray()) is None
    video = SimpleNamespace(timestamp=Time(sec=7), frame_id='table', data=b'', format='h264')
    assert header_of_ros(video) == header


def test_the_worst_of_a_status_counts():
    value = value_of(Status(1, device_name='Dev'), 'status')
    assert is_whole(value, SendRule('Out'), 'plain')
    entry = value.ros_message.status[0]
    value.ros_message.status.append(type(entry)(level=b'\x01', message='withheld'))
    message = message_to_send(value, sending())
    assert (message.code_name, message.message) == ('NOT_READY', 'withheld')
    emergency = value_of(Status(3, device_name='Dev'), 'status')
    emergency.ros_message.status.append(entry)
    assert message_to_send(emergency, sending()).is_emergency


def test_slicer_gets_what_it_shows():
    text = value_of(String('x', device_name='Dev'), 'text')
    assert message_to_send(text, sending('slicer')).text == 'x'
    # it shows metadata, and no stamp; who else listens may be Slicer too
    value = value_of(replace(POSE, timestamp=5 << 32, metadata={'k': 'v'}, version=2), 'transform')
    for profile in ('slicer', 'plain'):
        assert message_to_send(value, sending(profile)).metadata == {
            'k': 'v', 'ros_frame_id': 'ras', 'ros_stamp': '5.000000000'}


def test_slicer_gets_no_colour_table_of_another_link():
    value = value_of(ColorTable(np.arange(256, dtype=np.uint8), device_name='Dev'), 'colors')
    assert message_to_send(value, sending()).type_name == 'COLORT'
    with pytest.raises(ConversionError, match='Slicer knows no COLORT'):
        message_to_send(value, sending('slicer'))
