"""One pose through every type that has one, both ways: the same to the accuracy of the wire."""

import json

import numpy as np
import pytest
from geometry_msgs.msg import (
    Point,
    PointStamped,
    Pose,
    PoseArray,
    PoseStamped,
    PoseWithCovariance,
    PoseWithCovarianceStamped,
    Quaternion,
    TransformStamped,
)
from nav_msgs.msg import Odometry
from seeded import quaternion, searched, several

from igtl_ros2.codec.messages.points import Point as WirePoint
from igtl_ros2.codec.messages.points import PointList, Trajectories, Trajectory
from igtl_ros2.codec.messages.pose import Position, Transform
from igtl_ros2.codec.messages.tracking import (
    QuaternionElement,
    QuaternionTrackingData,
    TrackingData,
    TrackingElement,
)
from igtl_ros2.converters.units import matrix_to_quaternion, quaternion_to_matrix

HALF_TURN = np.diag([-1.0, -1.0, 1.0])


def rigid(rng):
    """Make a quaternion and a position in mm."""
    lengths = (0.0, 1e-9, rng.uniform(-1, 1), *(rng.uniform(-2000, 2000) for _ in range(5)))
    turn = np.multiply(quaternion(rng), rng.choice((1.0, 1.0, 0.02)))
    return tuple(turn.tolist()), tuple(rng.choice(lengths) for _ in range(3))


def matrix_of(q, t):
    """Make a matrix in mm."""
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = quaternion_to_matrix(q), t
    return matrix


def found(pose):
    """Take rotation and translation in m out of a ROS pose or transform."""
    p = pose.position if isinstance(pose, Pose) else pose.translation
    q = pose.orientation if isinstance(pose, Pose) else pose.rotation
    return quaternion_to_matrix((q.x, q.y, q.z, q.w)), np.array((p.x, p.y, p.z))


def messages(matrix):
    """Make every message of a pose, and what takes it out of what it became."""
    q = np.array(matrix_to_quaternion(matrix[:3, :3]))
    t = matrix[:3, 3]
    split = {'split': True}
    return [
        (Transform(matrix), {}, lambda out: out['transform'].transform),
        (Transform(matrix), {'pose': True}, lambda out: out['pose'].pose),
        (Position(t, q), {}, lambda out: out['pose'].pose),
        (Position(t, q if q[3] >= 0 else -q, 24), {}, lambda out: out['pose'].pose),
        (TrackingData((TrackingElement('A', matrix),)), {}, lambda out: out['tracking'].poses[0]),
        (
            TrackingData((TrackingElement('A', matrix),)),
            split,
            lambda out: out['tools/A/pose'].pose,
        ),
        (
            QuaternionTrackingData((QuaternionElement('A', t, q),)),
            split,
            lambda out: out['tools/A/pose'].pose,
        ),
    ]


@searched(100, pose=rigid)
def test_every_type_gives_the_same_pose_in_float64(receive, pose):
    matrix = matrix_of(*pose)
    for message, rule, take in messages(matrix):
        if isinstance(message, Position) and message.form == 24:
            continue  # w is computed from float32 there
        rotation, translation = found(take(receive(message, wire=False, **rule).outputs))
        np.testing.assert_allclose(translation, matrix[:3, 3] / 1000, rtol=0, atol=1e-9)
        np.testing.assert_allclose(rotation, matrix[:3, :3], rtol=0, atol=1e-9)


@searched(100, pose=rigid)
def test_every_type_gives_the_same_pose_over_the_wire(receive, pose):
    matrix = matrix_of(*pose)
    size = max(np.abs(matrix[:3, 3]).max() / 1000, 1e-9)
    for message, rule, take in messages(matrix):
        rotation, translation = found(take(receive(message, **rule).outputs))
        np.testing.assert_allclose(translation, matrix[:3, 3] / 1000, rtol=0, atol=1e-6 * size)
        # the 24-byte form loses half of the digits of w near half a turn
        short = isinstance(message, Position) and message.form == 24
        np.testing.assert_allclose(
            rotation, matrix[:3, :3], rtol=0, atol=2e-3 if short else 2e-6
        )


@searched(100, pose=rigid)
def test_lps_turns_every_type_the_same_way(receive, pose):
    matrix = matrix_of(*pose)
    for message, rule, take in messages(matrix):
        result = receive(message, wire=False, wire_axes='lps', **rule)
        rotation, translation = found(take(result.outputs))
        np.testing.assert_allclose(rotation, HALF_TURN @ matrix[:3, :3], atol=1e-6)
        np.testing.assert_allclose(translation, HALF_TURN @ matrix[:3, 3] / 1000, atol=1e-9)


@searched(100, pose=rigid)
def test_points_are_where_poses_are(receive, pose):
    t = np.array(pose[1])
    far = t + (0, 0, 10)
    result = receive(PointList((WirePoint('A', t),)), wire=False, split=True, markers=True)
    for point in (
        result.outputs['points'].poses[0].position,
        result.outputs['labels/A'].point,
        result.outputs['markers'].markers[1].pose.position,
    ):
        np.testing.assert_allclose((point.x, point.y, point.z), t / 1000, rtol=0, atol=1e-9)
    result = receive(Trajectories((Trajectory('A', t, far),)), wire=False)
    entry, target = result.outputs['trajectory'].poses
    for end, wanted in ((entry, t), (target, far)):
        p = end.position
        np.testing.assert_allclose((p.x, p.y, p.z), wanted / 1000, rtol=0, atol=1e-9)


def ros_messages(pose):
    """Make every ROS message of a pose, with what it is sent as and what takes it out."""

    def of_transform(m):
        return m.matrix

    def of_tools(m):
        return m.elements[0].matrix

    def of_quaternions(m):
        (e,) = m.elements
        return matrix_of(e.quaternion, e.position)

    covariant = PoseWithCovariance(pose=pose)
    transform = TransformStamped()
    p = pose.position
    t = transform.transform.translation
    t.x, t.y, t.z = p.x, p.y, p.z
    transform.transform.rotation = pose.orientation
    return [
        (transform, 'TRANSFORM', of_transform),
        (PoseStamped(pose=pose), 'TRANSFORM', of_transform),
        (PoseStamped(pose=pose), 'POSITION', lambda m: m.matrix),
        (PoseWithCovarianceStamped(pose=covariant), 'TRANSFORM', of_transform),
        (PoseWithCovarianceStamped(pose=covariant), 'POSITION', lambda m: m.matrix),
        (Odometry(pose=covariant), 'TRANSFORM', of_transform),
        (Odometry(pose=covariant), 'POSITION', lambda m: m.matrix),
        (PoseArray(poses=[pose]), 'TDATA', of_tools),
        (PoseArray(poses=[pose]), 'QTDATA', of_quaternions),
    ]


@searched(100, pose=rigid)
def test_every_ros_type_sends_the_same_pose(send, pose):
    matrix = matrix_of(*pose)
    (x, y, z), t = pose[0][:3], matrix[:3, 3] / 1000
    ros = Pose(
        position=Point(x=t[0], y=t[1], z=t[2]), orientation=Quaternion(x=x, y=y, z=z, w=pose[0][3])
    )
    size = max(np.abs(matrix[:3, 3]).max(), 1e-6)
    for message, wire_type, take in ros_messages(ros):
        sent = take(send(message, wire_type))
        np.testing.assert_allclose(sent[:3, 3], matrix[:3, 3], rtol=0, atol=1e-6 * size)
        np.testing.assert_allclose(sent[:3, :3], matrix[:3, :3], rtol=0, atol=2e-6)
    point = PointStamped(point=ros.position)
    np.testing.assert_allclose(
        send(point, 'POINT').elements[0].position, matrix[:3, 3], rtol=0, atol=1e-6 * size
    )


@searched(100, poses=several(rigid, 4, 1))
@pytest.mark.parametrize('wire_type', ['TDATA', 'QTDATA'])
def test_ros_to_the_wire_and_back(receive, send, wire_type, poses):
    before = PoseArray()
    for q, t in poses:
        x, y, z, w = matrix_to_quaternion(quaternion_to_matrix(q))
        before.poses.append(
            Pose(
                position=Point(x=t[0] / 1000, y=t[1] / 1000, z=t[2] / 1000),
                orientation=Quaternion(x=x, y=y, z=z, w=w),
            )
        )
    names = [f'T{n}' for n in range(len(poses))]
    result = receive(send(before, wire_type, info={'names': names}))
    assert json.loads(json.dumps(result.info['names'])) == names
    for a, b in zip(before.poses, result.outputs['tracking'].poses):
        np.testing.assert_allclose(found(a)[0], found(b)[0], atol=2e-6)
        np.testing.assert_allclose(found(a)[1], found(b)[1], rtol=1e-6, atol=1e-9)
