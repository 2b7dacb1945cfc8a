"""What is read out of bytes is what ROS makes of them."""

import struct

import pytest
from geometry_msgs.msg import Pose, PoseStamped, TransformStamped
from hypothesis import given
from hypothesis import strategies as st
from rclpy.serialization import deserialize_message, serialize_message
from tf2_msgs.msg import TFMessage

from igtl_ros2.converters.lazy import LazyPose, LazyTransform
from igtl_ros2.errors import ConversionError
from igtl_ros2.rosio.reader import MOST_FRAMES, PoseReader, reader_of
from igtl_ros2.routes.ready import TOGETHER

SOME = (1.0, 2.0, 3.0, 0.5, 0.5, 0.5, 0.5)
names = st.text(st.characters(codec='utf-8', exclude_characters='\0'), max_size=12)
stamps = st.tuples(st.integers(-2**31, 2**31 - 2), st.integers(0, 2**32 - 1))
sevens = st.lists(st.floats(), min_size=7, max_size=7)


def stamped(frame='base', child='tool', stamp=(7, 8), numbers=SOME):
    message = TransformStamped(child_frame_id=child)
    message.header.frame_id = frame
    message.header.stamp.sec, message.header.stamp.nanosec = stamp
    t, r = message.transform.translation, message.transform.rotation
    t.x, t.y, t.z, r.x, r.y, r.z, r.w = numbers
    return message


def posed(frame='base', child='', stamp=(7, 8), numbers=SOME):
    message = PoseStamped(header=stamped(frame, '', stamp).header)
    p, q = message.pose.position, message.pose.orientation
    p.x, p.y, p.z, q.x, q.y, q.z, q.w = numbers
    return message


def said(message):
    """Tell what was read in words, as NaN is not equal to itself."""
    return repr(message)


@pytest.mark.parametrize('make', [stamped, posed])
@given(frame=names, child=names, numbers=sevens, stamp=stamps)
def test_a_reader_gives_what_ros_would(make, frame, child, numbers, stamp):
    first = make(frame, child)
    reader = PoseReader(type(first))
    assert not isinstance(reader.read(serialize_message(first)), LazyPose)
    data = serialize_message(make(frame, child, stamp, numbers))
    found = reader.read(data)
    assert isinstance(found, LazyPose) == (stamp[1] < 10**9)
    if isinstance(found, LazyPose):
        assert found.stamp_ns == stamp[0] * 10**9 + stamp[1]
        assert struct.pack('7d', *found.numbers) == struct.pack('7d', *numbers)
    assert said(found) == said(deserialize_message(data, type(first)))


@given(frames=st.lists(st.tuples(names, names, stamps, sevens), max_size=MOST_FRAMES + 1))
def test_all_frames_of_tf_are_read(frames):
    reader = PoseReader(TFMessage)
    first = TFMessage(transforms=[stamped(frame, child) for frame, child, _, _ in frames])
    reader.read(serialize_message(first))
    message = TFMessage(transforms=[stamped(*what) for what in frames])
    found = reader.read(serialize_message(message))
    usual = deserialize_message(serialize_message(message), TFMessage)
    assert [*map(said, found)] == [*map(said, usual.transforms)]


@pytest.mark.parametrize('other', [
    stamped(frame='Base'), stamped(child='Tool'), stamped(frame='base_link'), stamped(child=''),
    stamped(frame='tool', child='base'),
])
def test_other_names_are_read_as_they_are(other):
    reader = PoseReader(TransformStamped)
    for _ in range(3):
        for message in (stamped(), other):
            assert reader.read(serialize_message(message)) == message
    assert isinstance(reader.read(serialize_message(other)), LazyTransform)


@pytest.mark.parametrize('data', [b'', b'\0\1\0\0', b'x' * 100])
@pytest.mark.parametrize('kind', [TransformStamped, TFMessage])
def test_what_is_no_message_is_refused(kind, data):
    reader = PoseReader(kind)
    reader.read(serialize_message(kind()))
    with pytest.raises(ConversionError, match=f'its bytes are no {kind.__name__}'):
        reader.read(data)


@pytest.mark.parametrize('frame, child', [('base', 'Tool'), ('', ''), ('x', 'x'), ('\2', '\2\2')])
def test_what_is_in_gaps_does_not_count(frame, child):
    data = bytearray(serialize_message(stamped(frame, child)))
    usual = deserialize_message(bytes(data), TransformStamped)
    gaps = []
    for at in range(len(data) - 56, len(data) - 64, -1):  # those before the numbers
        data[at - 1] ^= 0xFF
        if deserialize_message(bytes(data), TransformStamped) != usual:
            data[at - 1] ^= 0xFF
            break
        gaps.append(at - 1)
    assert gaps or frame == 'x'
    reader = PoseReader(TransformStamped)
    reader.read(bytes(data))
    for at in gaps:
        data[at] ^= 0x55
        assert isinstance(reader.read(bytes(data)), LazyTransform)


def test_other_byte_orders_are_left_to_ros(monkeypatch):
    data = serialize_message(stamped())
    reader = PoseReader(TransformStamped)
    monkeypatch.setattr('igtl_ros2.rosio.reader.deserialize_message', lambda *_: stamped())
    for _ in range(2):
        assert not isinstance(reader.read(b'\0\0' + data[2:]), LazyPose)


def test_poses_alone_are_read_so():
    assert reader_of(Pose) is None
    assert reader_of(TFMessage) is not None


def test_what_is_broadcast_together_is_read_without_ros():
    assert TOGETHER <= MOST_FRAMES
