"""TRANSFORM and POSITION, both ways."""

import json
import math

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from geometry_msgs.msg import (
    Point,
    PointStamped,
    Pose,
    PoseStamped,
    Quaternion,
    TransformStamped,
    Vector3,
)
from geometry_msgs.msg import Transform as RosTransform
from hypothesis import given
from hypothesis import strategies as st
from std_msgs.msg import Header

from igtl_ros2.codec import to_ns
from igtl_ros2.codec.messages.pose import Position, Transform
from igtl_ros2.codec.short_names import short_name
from igtl_ros2.converters.units import quaternion_to_matrix
from igtl_ros2.errors import ConversionError

S = math.sqrt(0.5)
QUARTER_ABOUT_Z = np.array([[0, -1, 0, 100], [1, 0, 0, -200], [0, 0, 1, 50], [0, 0, 0, 1]], float)


def with_linear(linear):
    """Make a matrix of its upper left part."""
    matrix = np.array(QUARTER_ABOUT_Z)
    matrix[:3, :3] = linear
    return matrix


def numbers(orientation):
    """List the four numbers of a ROS quaternion."""
    return [orientation.x, orientation.y, orientation.z, orientation.w]


def test_a_point_has_no_frame_to_broadcast(receive):
    result = receive(Position((1, 2, 3), None, device_name='Tip'), tf='dynamic')
    assert (list(result.outputs), result.transforms) == (['point'], [])
    assert result.notes == ['not broadcast on tf: it came without an orientation']


# -- TRANSFORM to ROS


def test_transform_by_hand(receive, stamp):
    result = receive(
        Transform(QUARTER_ABOUT_Z, device_name='ProbeToTracker'),
        frame_id='Tracker',
        child_frame_id='Probe',
    )
    assert list(result.outputs) == ['transform']
    found = result.outputs['transform']
    assert found.header == Header(stamp=stamp, frame_id='Tracker')
    assert found.child_frame_id == 'Probe'
    assert found.transform.translation == Vector3(x=0.1, y=-0.2, z=0.05)
    np.testing.assert_allclose(numbers(found.transform.rotation), (0, 0, S, S), atol=1e-12)
    assert (result.transforms, result.info, result.errors) == ([], {}, [])
    assert result.state is None


def test_transform_as_pose_and_on_tf(receive, stamp):
    result = receive(Transform(QUARTER_ABOUT_Z), pose=True, tf='dynamic')
    pose = result.outputs['pose']
    assert pose.header == Header(stamp=stamp, frame_id='ras')
    assert pose.pose.position == Point(x=0.1, y=-0.2, z=0.05)
    np.testing.assert_allclose(numbers(pose.pose.orientation), (0, 0, S, S), atol=1e-12)
    assert result.transforms == [result.outputs['transform']]
    assert len(receive(Transform(QUARTER_ABOUT_Z), tf='static').transforms) == 1


def test_transform_in_other_units_and_axes(receive):
    t = receive(Transform(QUARTER_ABOUT_Z), wire_unit='m').outputs['transform'].transform
    assert t.translation == Vector3(x=100.0, y=-200.0, z=50.0)
    t = receive(Transform(QUARTER_ABOUT_Z), wire_axes='lps').outputs['transform'].transform
    assert t.translation == Vector3(x=-0.1, y=0.2, z=0.05)
    # diag(-1,-1,1) @ quarter about z = three quarters about z
    np.testing.assert_allclose(numbers(t.rotation), (0, 0, -S, S), atol=1e-12)


def test_a_matrix_that_is_nearly_rigid_is_taken_without_complaint(receive):
    result = receive(Transform(with_linear(1.0004 * QUARTER_ABOUT_Z[:3, :3])))
    rotation = result.outputs['transform'].transform.rotation
    np.testing.assert_allclose(numbers(rotation), (0, 0, S, S), atol=1e-7)
    assert (result.info, result.errors) == ({}, [])


@pytest.mark.parametrize(
    'linear',
    [
        2 * QUARTER_ABOUT_Z[:3, :3],
        1.001 * QUARTER_ABOUT_Z[:3, :3],
        QUARTER_ABOUT_Z[:3, :3] @ np.diag([0.3, 0.3, 2.0]),
    ],
)
def test_a_matrix_with_scale_is_published_with_a_warning(receive, linear):
    matrix = with_linear(linear)
    result = receive(Transform(matrix), tf='dynamic')
    rotation = result.outputs['transform'].transform.rotation
    np.testing.assert_allclose(numbers(rotation), (0, 0, S, S), atol=1e-7)
    assert len(result.errors) == 1
    assert 'scale or shear' in result.errors[0]
    np.testing.assert_allclose(result.info['matrix'], matrix, rtol=1e-6)
    assert len(result.transforms) == 1


@pytest.mark.parametrize(
    ('linear', 'text'),
    [
        (np.diag([1, 1, -1]), 'mirrored'),
        (np.zeros((3, 3)), 'singular'),
        (np.diag([1, 0, 1]), 'singular'),
        (np.diag([1, math.nan, 1]), 'NaN'),
        (np.diag([1, math.inf, 1]), 'infinity'),
    ],
)
def test_a_matrix_that_is_no_pose_is_in_info_only(receive, linear, text):
    result = receive(Transform(with_linear(linear)), pose=True, tf='dynamic')
    assert (result.outputs, result.transforms) == ({}, [])
    assert len(result.errors) == 1
    assert text in result.errors[0]
    rows = json.loads(json.dumps(result.info['matrix'], allow_nan=False))
    np.testing.assert_array_equal(np.array(rows, float), with_linear(linear))


def test_a_translation_that_is_not_finite_is_in_info_only(receive):
    matrix = np.array(QUARTER_ABOUT_Z)
    matrix[1, 3] = math.nan
    result = receive(Transform(matrix))
    assert result.outputs == {}
    assert result.info['matrix'][1][3] == 'nan'
    assert 'not finite' in result.errors[0]


@given(
    st.lists(
        st.floats(width=32) | st.sampled_from([0.0, 1.0, -1.0, 3e38]), min_size=12, max_size=12
    )
)
def test_any_matrix_gives_a_pose_or_info(receive, values):
    matrix = np.eye(4)
    matrix[:3] = np.reshape(values, (3, 4))
    result = receive(Transform(matrix), tf='dynamic')
    assert bool(result.outputs) == bool(result.transforms)
    if result.outputs:
        rotation = result.outputs['transform'].transform.rotation
        assert np.linalg.norm(numbers(rotation)) == pytest.approx(1, abs=1e-9)
    assert result.outputs or result.info['matrix']


# -- validity


@pytest.mark.parametrize(
    ('metadata', 'state'),
    [
        ({}, None),
        ({'Other': 'x'}, None),
        ({'TransformStatus': 'OK'}, 'OK'),
        ({'TransformStatus': 'OK', 'TransformValid': '1'}, 'OK'),
        ({'TransformStatus': 'OK', 'TransformValid': 'true'}, 'OK'),
        ({'TransformValid': '1'}, None),
        ({'Status': 'OK'}, 'OK'),
        ({'TransformStatus': ''}, None),
        ({'TransformStatus': 'OUT_OF_VIEW'}, 'OUT_OF_VIEW'),
        ({'TransformStatus': 'MISSING', 'TransformValid': '0'}, 'MISSING'),
        ({'Status': 'OUT_OF_VOLUME'}, 'OUT_OF_VOLUME'),
        ({'TransformStatus': 'MISSING', 'Status': 'OK'}, 'MISSING'),
        ({'TransformValid': '0'}, 'INVALID'),
        ({'TransformValid': 'False'}, 'INVALID'),
        ({'TransformValid': 'false', 'TransformStatus': 'OK'}, 'INVALID'),
        ({'TransformValid': 'false', 'TransformStatus': ''}, 'INVALID'),
    ],
)
@pytest.mark.parametrize(
    'make',
    [
        lambda metadata: Transform(QUARTER_ABOUT_Z, metadata=metadata),
        lambda metadata: Position((1, 2, 3), (0, 0, 0, 1), metadata=metadata),
        lambda metadata: Position((1, 2, 3), metadata=metadata),
    ],
    ids=['TRANSFORM', 'POSITION', 'POSITION 12'],
)
def test_an_invalid_pose_is_not_published(receive, make, metadata, state):
    result = receive(make(metadata), tf='dynamic', pose=True)
    assert result.state == state
    assert bool(result.outputs) == (state in (None, 'OK'))
    assert result.outputs or not result.transforms
    anyway = receive(make(metadata), publish_invalid=True)
    assert anyway.state == state
    assert anyway.outputs


def test_an_invalid_pose_need_not_make_sense(receive):
    """A tracker that has lost a tool may send zeros."""
    lost = {'TransformStatus': 'MISSING'}
    result = receive(Position((0, 0, 0), (0, 0, 0, 0), metadata=lost))
    assert (result.state, result.errors, result.outputs) == ('MISSING', [], {})
    result = receive(Transform(with_linear(np.zeros((3, 3))), metadata=lost))
    assert (result.state, result.errors, result.outputs) == ('MISSING', [], {})


# -- POSITION to ROS


def test_position_by_hand(receive, stamp):
    result = receive(Position((100, -200, 50), (0, 0, S, S)))
    assert list(result.outputs) == ['pose']
    pose = result.outputs['pose']
    assert pose.header == Header(stamp=stamp, frame_id='ras')
    assert pose.pose.position == Point(x=0.1, y=-0.2, z=0.05)
    np.testing.assert_allclose(numbers(pose.pose.orientation), (0, 0, S, S), atol=1e-7)
    assert result.info == {'form': 28}
    assert result.transforms == []


def test_position_on_tf(receive):
    result = receive(Position((100, 0, 0), (0, 0, 1, 0)), tf='dynamic', child_frame_id='needle')
    (transform,) = result.transforms
    assert (transform.header.frame_id, transform.child_frame_id) == ('ras', 'needle')
    assert transform.transform.translation == Vector3(x=0.1, y=0.0, z=0.0)
    assert 'transform' not in result.outputs


def test_position_of_three_quaternion_numbers(receive):
    result = receive(Position((1, 2, 3), (0, 0.6, 0, 0.8), form=24))
    np.testing.assert_allclose(
        numbers(result.outputs['pose'].pose.orientation), (0, 0.6, 0, 0.8), atol=1e-7
    )
    assert result.info == {'form': 24}


def test_position_without_orientation_is_a_point(receive, stamp):
    result = receive(Position((100, -200, 50)), tf='dynamic')
    assert list(result.outputs) == ['point']
    point = result.outputs['point']
    assert point.header == Header(stamp=stamp, frame_id='ras')
    assert point.point == Point(x=0.1, y=-0.2, z=0.05)
    assert result.info == {'form': 12}
    assert result.transforms == []
    lps = receive(Position((100, -200, 50)), wire_axes='lps').outputs['point']
    assert lps.point == Point(x=-0.1, y=0.2, z=0.05)


def test_position_quaternion_of_another_length_and_sign(receive):
    result = receive(Position((0, 0, 0), (0, 0, -3, -3)))
    np.testing.assert_allclose(
        numbers(result.outputs['pose'].pose.orientation), (0, 0, S, S), atol=1e-12
    )


@pytest.mark.parametrize(
    ('position', 'quaternion', 'text'),
    [
        ((0, 0, 0), (0, 0, 0, 0), 'not a rotation'),
        ((0, 0, 0), (0, 0, math.nan, 1), 'not a rotation'),
        ((math.nan, 0, 0), (0, 0, 0, 1), 'not finite'),
        ((0, math.inf, 0), None, 'not finite'),
    ],
)
def test_position_that_is_no_pose(receive, position, quaternion, text):
    with pytest.raises(ConversionError, match=text):
        receive(Position(position, quaternion))


# -- ROS to TRANSFORM and POSITION


STAMPED = Header(stamp=Time(sec=1_700_000_000, nanosec=5), frame_id='base_link')
ROTATED = Quaternion(x=0.0, y=0.0, z=S, w=S)


def test_transform_stamped_as_transform(send):
    message = send(
        TransformStamped(
            header=STAMPED,
            child_frame_id='tool0',
            transform=RosTransform(translation=Vector3(x=0.1, y=-0.2, z=0.05), rotation=ROTATED),
        ),
        device='ToolToBase',
    )
    assert type(message) is Transform
    assert message.device_name == 'ToolToBase'
    np.testing.assert_allclose(message.matrix, QUARTER_ABOUT_Z, atol=1e-5)
    assert message.timestamp_ns == 1_700_000_000_000_000_005
    assert message.metadata == {'ros_frame_id': 'base_link', 'ros_stamp': '1700000000.000000005'}


def test_pose_stamped_as_transform_and_as_position(send):
    pose = PoseStamped(
        header=STAMPED, pose=Pose(position=Point(x=0.1, y=-0.2, z=0.05), orientation=ROTATED)
    )
    np.testing.assert_allclose(send(pose).matrix, QUARTER_ABOUT_Z, atol=1e-5)
    position = send(pose, 'POSITION')
    assert type(position) is Position
    assert position.form == 28
    assert position.position.tolist() == [100, -200, 50]
    np.testing.assert_allclose(position.quaternion, (0, 0, S, S), atol=1e-7)
    metres = send(pose, wire_unit='m')
    np.testing.assert_allclose(metres.matrix[:3, 3], (0.1, -0.2, 0.05), rtol=1e-6)


def test_point_stamped_as_position(send):
    point = PointStamped(header=STAMPED, point=Point(x=0.1, y=-0.2, z=0.05))
    position = send(point, 'POSITION')
    assert position.form == 12
    assert position.position.tolist() == [100, -200, 50]


@pytest.mark.parametrize('wire_type', ['TRANSFORM', 'POSITION'])
@pytest.mark.parametrize(
    'pose',
    [
        Pose(orientation=Quaternion(w=0.0)),
        Pose(orientation=Quaternion(w=math.nan)),
        Pose(position=Point(x=math.nan)),
        Pose(position=Point(z=-math.inf)),
    ],
)
def test_what_is_no_pose_is_not_sent(send, wire_type, pose):
    with pytest.raises(ConversionError, match='not a rotation|not finite'):
        send(PoseStamped(pose=pose), wire_type)


parts = st.floats(-1, 1)


@given(
    st.tuples(parts, parts, parts, parts).filter(lambda q: np.linalg.norm(q) > 1e-3),
    st.lists(st.floats(-1e5, 1e5, width=32), min_size=3, max_size=3),
)
def test_the_wire_gets_back_what_it_sent(receive, send, quaternion, translation):
    matrix = np.eye(4)
    matrix[:3, :3] = quaternion_to_matrix(quaternion)
    matrix[:3, 3] = translation
    matrix[:3] = np.float32(matrix[:3])
    result = receive(Transform(matrix))
    assert result.errors == []
    found = result.outputs['transform']
    np.testing.assert_allclose(
        [found.transform.translation.x * 1000], matrix[0, 3], rtol=1e-12, atol=1e-6
    )
    again = send(found)
    np.testing.assert_array_equal(again.matrix[:3, 3], matrix[:3, 3])
    np.testing.assert_allclose(again.matrix[:3, :3], matrix[:3, :3], atol=3e-7)


# -- what all messages carry


def test_a_stamp_of_zero_becomes_now(send):
    message = send(PoseStamped(), now_ns=1_600_000_000_000_000_001)
    assert message.timestamp_ns == 1_600_000_000_000_000_001
    assert message.metadata == {'ros_frame_id': ''}


def test_a_stamp_before_1970_becomes_now(send):
    pose = PoseStamped(header=Header(stamp=Time(sec=-5)))
    message = send(pose, now_ns=77_000_000_000)
    assert message.timestamp_ns == 77_000_000_000
    assert 'ros_stamp' not in message.metadata


def test_simulated_time_is_metadata_only(send):
    pose = PoseStamped(header=Header(stamp=Time(sec=12, nanosec=500), frame_id='odom'))
    message = send(pose, sim_time=True, now_ns=1_600_000_000_000_000_001)
    assert message.timestamp_ns == 1_600_000_000_000_000_001
    assert message.metadata == {'ros_frame_id': 'odom', 'ros_stamp': '12.000000500'}


@given(st.integers(0, 2**31 - 1), st.integers(0, 2**32 - 1))
def test_every_stamp_is_exact(send, sec, nanosec):
    message = send(PoseStamped(header=Header(stamp=Time(sec=sec, nanosec=nanosec))), now_ns=3)
    ns = sec * 10**9 + nanosec
    assert to_ns(message.timestamp) == (ns or 3)
    if ns:
        seconds, _, fraction = message.metadata['ros_stamp'].partition('.')
        assert int(seconds) * 10**9 + int(fraction) == ns
        assert len(fraction) == 9


def test_a_long_device_name_is_in_the_metadata(send):
    message = send(PoseStamped(), device='x' * 20)
    assert 'IGTL_DEVICE_NAME' not in message.metadata
    message = send(PoseStamped(), device='x' * 21)
    assert message.device_name == short_name('x' * 21)
    assert message.metadata['IGTL_DEVICE_NAME'] == 'x' * 21
    message = send(PoseStamped(), device='ä' * 11)  # 22 bytes
    assert message.device_name == short_name('ä' * 11)
    assert message.metadata['IGTL_DEVICE_NAME'] == 'ä' * 11
