"""One pose through every type that has one, both ways through the bridge: always the same pose."""

import time
from itertools import count

import numpy as np
import pytest
from geometry_msgs.msg import (
    PointStamped,
    PoseArray,
    PoseStamped,
    PoseWithCovarianceStamped,
    TransformStamped,
)
from harness import STATE
from nav_msgs.msg import Odometry
from sensor_msgs.msg import Image as RosImage
from space import (
    arrived,
    assert_same,
    geometry_data,
    geometry_mm,
    matrix_of,
    pose_of,
    put_stamp,
    rigid,
    stamp_of,
    transform_of,
)
from std_msgs.msg import Float64MultiArray
from std_msgs.msg import String as RosString
from tf2_msgs.msg import TFMessage
from visualization_msgs.msg import Marker, MarkerArray

from igtl_ros2 import connect
from igtl_ros2.codec import from_ns
from igtl_ros2.codec.geometry import ras_to_wire
from igtl_ros2.codec.messages.image import LPS, RAS, Image
from igtl_ros2.codec.messages.mesh import PolyData
from igtl_ros2.codec.messages.points import Point, PointList, Trajectories, Trajectory
from igtl_ros2.codec.messages.pose import Position, Transform
from igtl_ros2.codec.messages.tracking import (
    QuaternionElement,
    QuaternionTrackingData,
    TrackingData,
    TrackingElement,
)
from igtl_ros2.codec.messages.video import Video
from igtl_ros2.converters.units import matrix_to_quaternion, quaternion_to_matrix

MAPPING = """
defaults: {stamp: device}
receive:
  - {device: PoseToWorld, type: TRANSFORM, tf: true, pose: true}
  - {device: "*", split: true, pose: true}
send:
  - {topic: ros/posed, device: AsPosition, type: POSITION}
  - {topic: ros/array, device: AsQuaternions, type: QTDATA}
  - {topic: ros/placed, device: AsTransform, type: TRANSFORM}
  - {tf: {source: tip, target: flange, rate: 100}, device: TipToFlange}
"""
POSES = [rigid(np.random.default_rng(seed), 2000.0) for seed in range(8)]
# types whose places and paths alone are on the wire
NO_ROTATION = ('POINT', 'TRAJ')


@pytest.fixture(scope='module')
def peer(user, run_for_all):
    with connect(f'tcp://127.0.0.1:{run_for_all(MAPPING, port=0).port(user)}') as peer:
        yield peer


def messages(matrix, stamp_ns):
    """Make every message that a pose can come in."""
    q, t = np.array(matrix_to_quaternion(matrix[:3, :3])), matrix[:3, 3]
    far = t + 10.0 * matrix[:3, 2]

    def made(kind, name, *values, **fields):
        return kind(*values, **fields, device_name=name, timestamp=from_ns(stamp_ns))

    frame, size = np.zeros(24, np.uint8), (4, 4, 1)
    return [
        made(Transform, 'PoseToWorld', matrix),
        made(Position, 'Position', t, q),
        made(Position, 'Bare', t),
        made(TrackingData, 'Tools', (TrackingElement('A', matrix),)),
        made(QuaternionTrackingData, 'Quaternions', (QuaternionElement('A', t, q),)),
        made(PointList, 'Points', (Point('A', t),)),
        made(Trajectories, 'Paths', (Trajectory('A', t, far),)),
        made(Image.from_array, 'Picture', np.zeros((3, 5), np.uint8), matrix),
        made(Image.from_array, 'Lps', np.zeros((3, 5), np.uint8), matrix, coordinates=LPS),
        made(Image.from_array, 'Volume', np.zeros((2, 3, 5), np.int16), matrix),
        made(Video, 'Video', frame, 'I420', size, matrix=ras_to_wire(matrix, size, RAS)),
        made(PolyData, 'Mesh', np.float32([t, far, t]), polygons=[[0, 1, 2]]),
    ]


def whole(pose):
    return matrix_of(pose), 'pose'


def place_only(point):
    matrix = np.eye(4)
    matrix[:3, 3] = 1000.0 * point.x, 1000.0 * point.y, 1000.0 * point.z
    return matrix, 'place'


def along(pose):
    return matrix_of(pose), 'axis'


#: topic: its type, and what takes out of it the pose and how much of it there is
RECEIVED = {
    'PoseToWorld/transform': (TransformStamped, lambda m: whole(m.transform)),
    'PoseToWorld/pose': (PoseStamped, lambda m: whole(m.pose)),
    'Position/pose': (PoseStamped, lambda m: whole(m.pose)),
    'Bare/point': (PointStamped, lambda m: place_only(m.point)),
    'Tools/tracking': (PoseArray, lambda m: whole(m.poses[0])),
    'Tools/tools/A/pose': (PoseStamped, lambda m: whole(m.pose)),
    'Quaternions/tracking': (PoseArray, lambda m: whole(m.poses[0])),
    'Quaternions/tools/A/pose': (PoseStamped, lambda m: whole(m.pose)),
    'Points/points': (PoseArray, lambda m: place_only(m.poses[0].position)),
    'Points/labels/A': (PointStamped, lambda m: place_only(m.point)),
    'Paths/trajectory': (PoseArray, lambda m: along(m.poses[0])),
    'Mesh/markers': (
        MarkerArray, lambda m: place_only([x for x in m.markers if x.points][0].points[0])
    ),
}
GEOMETRIES = ('Picture', 'Lps', 'Volume', 'Video')


def stamp_in(message):
    """Find the stamp of a message that may be a list of markers."""
    if isinstance(message, MarkerArray):
        return stamp_of([m for m in message.markers if m.points][0].header)
    return stamp_of(message.header)


def check(found, wanted):
    """Compare what there is of a pose; places to 1e-9 m, because float32 holds them exactly."""
    matrix, what = found
    np.testing.assert_allclose(matrix[:3, 3], wanted[:3, 3], rtol=0, atol=1e-6)
    if what == 'pose':
        np.testing.assert_allclose(matrix[:3, :3], wanted[:3, :3], rtol=0, atol=1e-6)
    elif what == 'axis':
        # the axis is the difference of two places, 10 mm apart
        np.testing.assert_allclose(matrix[:3, 2], wanted[:3, 2], rtol=0, atol=1e-4)


def test_from_the_network(user, peer):
    heard = {
        topic: user.listen(f'/x/{topic}', kind) for topic, (kind, _) in RECEIVED.items()
    }
    places = {
        name: user.listen(f'/x/{name}/geometry', Float64MultiArray, STATE) for name in GEOMETRIES
    }
    tf = user.listen('/tf', TFMessage)
    stamps = count(time.time_ns(), 1000)

    def send(matrix):
        stamp_ns = next(stamps)
        for message in messages(matrix, stamp_ns):
            peer.send(message)
        return stamp_ns

    def with_stamp(stamp_ns):
        """Find the message of each topic that has a stamp, once all have come."""
        last = {topic: [m for m in got if stamp_in(m) == stamp_ns] for topic, got in heard.items()}
        return {topic: got[0] for topic, got in last.items()} if all(last.values()) else None

    def is_warm():
        return with_stamp(send(POSES[0])) or all(heard.values())

    user.wait_for(is_warm, 'a listener on every topic')
    user.wait_for(lambda: all(places.values()) and tf, 'every geometry')
    for matrix in POSES:
        stamp_ns = send(matrix)
        found = user.wait_for(lambda s=stamp_ns: with_stamp(s), 'the pose on every topic')
        for topic, message in found.items():
            check(RECEIVED[topic][1](message), matrix)
            assert message.markers if topic.endswith('markers') else message.header.frame_id
        transform = user.wait_for(
            lambda s=stamp_ns: [t for m in tf for t in m.transforms if stamp_of(t.header) == s],
            'the pose on tf',
        )[0]
        assert (transform.header.frame_id, transform.child_frame_id) == ('World', 'Pose')
        check(whole(transform.transform), matrix)
        for name in GEOMETRIES:

            def has_come(name=name, matrix=matrix):
                return np.allclose(geometry_mm(places[name][-1]), matrix, rtol=1e-6, atol=2e-3)

            user.wait_for(has_come, f'the place of {name}')
            # the wire has the centre of the picture, which float32 rounds
            assert_same(geometry_mm(places[name][-1]), matrix)


def test_to_the_network(user, peer):
    talk = {
        '/x/to_igtl/Transform/transform': TransformStamped,
        '/x/to_igtl/Posed/pose': PoseStamped,
        '/x/to_igtl/Covariant/pose': PoseWithCovarianceStamped,
        '/x/to_igtl/Moving/odometry': Odometry,
        '/x/to_igtl/Tools/tracking': PoseArray,
        '/x/to_igtl/Points/points': PoseArray,
        '/x/to_igtl/One/point': PointStamped,
        '/x/to_igtl/Paths/trajectory': PoseArray,
        '/x/to_igtl/Balls/markers': Marker,
        '/x/ros/posed': PoseStamped,
        '/x/ros/array': PoseArray,
        '/x/ros/placed': PoseStamped,
        '/tf': TFMessage,
    }
    publishers = {topic: user.talk(topic, kind) for topic, kind in talk.items()}
    seen = {}
    stamps = count(time.time_ns(), 1000)
    for matrix in POSES:
        stamp_ns = next(stamps)
        pose, far = pose_of(matrix), matrix.copy()
        far[:3, 3] += 10.0 * matrix[:3, 2]
        for topic, kind in talk.items():
            if kind is TFMessage:
                message = TFMessage(transforms=[transform_of(matrix, 'flange', 'tip', stamp_ns)])
            elif kind is TransformStamped:
                message = transform_of(matrix, 'World', 'Pose', stamp_ns)
            elif kind is PoseArray:
                twice = topic.endswith('trajectory')
                message = kind(poses=[pose, pose_of(far)] if twice else [pose])
            elif kind is PointStamped:
                message = kind(point=pose.position)
            elif kind is Marker:
                message = kind(pose=pose, type=Marker.SPHERE)
                message.scale.x = message.scale.y = message.scale.z = 0.004
            else:
                message = kind()
                inner = message.pose if kind is PoseStamped else message.pose.pose
                inner.position, inner.orientation = pose.position, pose.orientation
            if kind is not TFMessage:
                put_stamp(message.header, stamp_ns)
            publishers[topic].publish(message)
        wanted = {
            ('TRANSFORM', name)
            for name in ('Transform', 'Posed', 'Covariant', 'Moving', 'AsTransform', 'TipToFlange')
        } | {
            ('TDATA', 'Tools'), ('QTDATA', 'AsQuaternions'), ('POSITION', 'AsPosition'),
            ('POINT', 'Points'), ('POINT', 'One'), ('POINT', 'Balls'), ('TRAJ', 'Paths'),
        }
        seen.clear()

        def all_there(stamp_ns=stamp_ns, wanted=wanted):
            for message in arrived(peer):
                # the wire has 32 bits for the fraction of a second
                if abs(message.timestamp_ns - stamp_ns) <= 1:
                    seen[message.type_name, message.device_name] = message
            return set(seen) == wanted

        user.wait_for(all_there, f'the pose in every message, of {len(wanted)}')
        for message in seen.values():
            for found in wire_poses(message):
                np.testing.assert_allclose(found[:3, 3], matrix[:3, 3], rtol=0, atol=1e-6)
                if message.type_name not in NO_ROTATION:
                    np.testing.assert_allclose(found[:3, :3], matrix[:3, :3], rtol=0, atol=1e-6)
        (ball,) = seen['POINT', 'Balls'].elements
        assert ball.diameter == pytest.approx(4.0)
        (path,) = seen['TRAJ', 'Paths'].elements
        np.testing.assert_allclose(path.target, far[:3, 3], rtol=1e-6)


def wire_poses(message):
    """Take the (4, 4) out of a message in mm; what has no rotation has the identity."""
    def made(t, q=(0, 0, 0, 1)):
        matrix = np.eye(4)
        matrix[:3, :3], matrix[:3, 3] = quaternion_to_matrix(q), t
        return matrix

    if isinstance(message, Transform):
        return [message.matrix]
    if isinstance(message, Position):
        return [made(message.position, message.quaternion)]
    if isinstance(message, TrackingData):
        return [element.matrix for element in message.elements]
    if isinstance(message, QuaternionTrackingData):
        return [made(element.position, element.quaternion) for element in message.elements]
    if isinstance(message, PointList):
        return [made(element.position) for element in message.elements]
    return [made(element.entry) for element in message.elements]


def test_the_place_of_a_picture_to_the_network(user, peer):
    where = user.talk('/x/to_igtl/Slice/geometry', Float64MultiArray, STATE)
    picture = user.talk('/x/to_igtl/Slice/image', RosImage)
    about = user.talk('/x/to_igtl/Slice/info', RosString, STATE)
    about.publish(RosString(data='{}'))
    before = None

    def elsewhere():
        """ROS delivers topics in any order: a picture may come before its new place."""
        picture.publish(RosImage(height=3, width=5, encoding='mono8', step=5, data=bytes(15)))
        time.sleep(0.02)
        return [place for place in (
            message.ijk_to_ras() for message in arrived(peer) if message.device_name == 'Slice'
        ) if before is None or not np.array_equal(place, before)]

    before = user.wait_for(elsewhere, 'a picture that nobody has placed')[0]
    for matrix in POSES:
        where.publish(Float64MultiArray(data=geometry_data(matrix)))
        before = user.wait_for(elsewhere, 'the picture at its place')[0]
        assert_same(before, matrix)
