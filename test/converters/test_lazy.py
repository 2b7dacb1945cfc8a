"""A lazy message is one of its type for everybody who looks, and cheap for who does not."""

import copy
import pickle

import pytest
from geometry_msgs.msg import PoseArray, PoseStamped, TransformStamped
from rclpy.serialization import deserialize_message, serialize_message

from igtl_ros2.converters.lazy import (
    LazyPose,
    LazyPoseArray,
    LazyPoseStamped,
    LazyTransform,
    header_stamp_ns,
    pose_bytes,
    ros_type_of,
)
from igtl_ros2.converters.places import place_of

NUMBERS = (1.0, -2.0, 3.5, 0.5, -0.5, 0.5, 0.5)
STAMP_NS = 1_700_000_000_123_456_789


def transform():
    return LazyTransform(STAMP_NS, ('ras', 'Tool'), NUMBERS)


def usual_transform():
    message = TransformStamped(child_frame_id='Tool')
    message.header.frame_id = 'ras'
    message.header.stamp.sec, message.header.stamp.nanosec = divmod(STAMP_NS, 10**9)
    t, r = message.transform.translation, message.transform.rotation
    t.x, t.y, t.z, r.x, r.y, r.z, r.w = NUMBERS
    return message


def usual_pose():
    message = PoseStamped(header=usual_transform().header)
    p, q = message.pose.position, message.pose.orientation
    p.x, p.y, p.z, q.x, q.y, q.z, q.w = NUMBERS
    return message


def pose_array():
    return LazyPoseArray(STAMP_NS, ('ras', ''), pose_bytes([NUMBERS, NUMBERS]))


def usual_array():
    pose = usual_pose()
    return PoseArray(header=pose.header, poses=[pose.pose, pose.pose])


CASES = [
    (transform, usual_transform),
    (lambda: LazyPoseStamped(STAMP_NS, ('ras', ''), NUMBERS), usual_pose),
    (pose_array, usual_array),
]


@pytest.mark.parametrize('lazy, usual', CASES)
def test_it_is_the_usual_message(lazy, usual):
    assert lazy() == usual() and usual() == lazy()
    # not all of its bytes are set: what fills gaps is left as it was in memory
    data = serialize_message(lazy().become())
    assert deserialize_message(data, type(usual())) == usual()
    assert repr(lazy()) == repr(usual())
    assert ros_type_of(lazy()) is type(usual()) is ros_type_of(usual())
    assert header_stamp_ns(lazy()) == STAMP_NS == header_stamp_ns(usual())
    for field in usual().get_fields_and_field_types():
        message = lazy()
        assert isinstance(message, type(usual()))
        assert getattr(message, field) == getattr(usual(), field)
        assert type(message) is type(usual())
        message = lazy()
        setattr(message, field, getattr(type(usual())(), field))
        assert type(message) is type(usual()) and message != usual()


@pytest.mark.parametrize('lazy, usual', CASES)
def test_nothing_is_made_until_somebody_looks(lazy, usual):
    message = lazy()
    assert message.numbers == lazy().numbers and message.stamp_ns == STAMP_NS
    assert message.frames == ('ras', getattr(usual(), 'child_frame_id', ''))
    for other in copy.copy(message), copy.deepcopy(message), pickle.loads(pickle.dumps(message)):
        assert isinstance(other, LazyPose) and other == usual()
    assert isinstance(message, LazyPose)


def test_another_type_is_not_the_same():
    assert transform() != PoseStamped() and header_stamp_ns(object()) is None


def test_poses_that_nobody_has_looked_at_are_a_place():
    alone = LazyPoseArray(STAMP_NS, ('ras', ''), pose_bytes([NUMBERS]))
    assert place_of([alone]) == usual_pose()
    assert place_of([pose_array()]) == usual_array()
    assert place_of([LazyPoseArray(STAMP_NS, ('ras', ''), b'')]) is None
