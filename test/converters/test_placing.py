"""Every message with a place in space, moved into another frame, against the pose by hand."""

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from geometry_msgs.msg import PointStamped, PoseStamped
from std_msgs.msg import Header, String
from visualization_msgs.msg import Marker, MarkerArray

from igtl_ros2.codec.messages.arrays import Sensor
from igtl_ros2.codec.messages.image import LPS, RAS, Image
from igtl_ros2.codec.messages.mesh import Attribute, AttributeType, PolyData
from igtl_ros2.codec.messages.points import Point, PointList, Trajectories, Trajectory
from igtl_ros2.codec.messages.pose import Position, Transform
from igtl_ros2.codec.messages.text import String as IgtlString
from igtl_ros2.codec.messages.tracking import (
    QuaternionElement,
    QuaternionTrackingData,
    TrackingData,
    TrackingElement,
)
from igtl_ros2.codec.messages.video import Video
from igtl_ros2.converters.clouds import cloud_columns
from igtl_ros2.converters.placing import (
    frames_of,
    has_place,
    moved_for_wire,
    moved_received,
    place_of_ros,
    weight,
)
from igtl_ros2.converters.registry import Route, convert_to_ros, load_converters
from igtl_ros2.converters.units import matrix_to_quaternion, pose_from_ros
from igtl_ros2.errors import ConversionError
from igtl_ros2.mapping import ReceiveRule

load_converters()
RNG = np.random.default_rng(18944)
STAMP = Time(sec=7)


def random_pose(rng, largest):
    """Make a rotation without preference, and a translation."""
    rotation, upper = np.linalg.qr(rng.normal(size=(3, 3)))
    rotation = rotation * np.sign(np.diag(upper))
    if np.linalg.det(rotation) < 0:
        rotation[:, 0] *= -1
    pose = np.eye(4)
    pose[:3, :3], pose[:3, 3] = rotation, rng.uniform(-largest, largest, 3)
    return pose


def route(**rule):
    return Route('d', 'camera', 'tool', ReceiveRule(to_frame='base', **rule))


def matrix_of(pose):
    return pose_from_ros(pose.position, pose.orientation, 'm')


def places(message, route):
    """List all poses and points, in metres, that ROS gets of a message."""
    result = convert_to_ros(message, route, STAMP)
    assert not result.errors
    found = []
    for leaf, ros in result.outputs.items():
        if leaf in ('tracking', 'points', 'trajectory'):
            found += [matrix_of(pose) for pose in ros.poses]
        elif leaf == 'pose':
            found.append(matrix_of(ros.pose))
        elif leaf == 'point':
            found.append(np.array([ros.point.x, ros.point.y, ros.point.z, 1.0]))
        elif leaf == 'transform':
            t = ros.transform
            found.append(pose_from_ros(t.translation, t.rotation, 'm'))
        elif leaf == 'geometry':
            found.append(np.array(ros.data).reshape(4, 4))
    assert found
    return found


def messages(matrix):
    """Make a message of each type that has this pose, in mm."""
    quaternion, tip = np.array(matrix_to_quaternion(matrix[:3, :3])), matrix[:3, 3]
    if quaternion[3] < 0:
        quaternion = -quaternion
    return [
        Transform(matrix),
        Position(tip),
        Position(tip, quaternion),
        Position(tip, quaternion, form=24),
        TrackingData([TrackingElement('a', matrix), TrackingElement('b', matrix, 3)]),
        QuaternionTrackingData([QuaternionElement('a', tip, quaternion)]),
        Image(np.zeros((3, 4, 5), np.int16), matrix),
        Image(np.zeros((1, 4, 5), np.uint8), matrix, LPS),
        Video(b'\0' * 10, 'H264', (4, 4, 1), matrix=matrix),
    ]


@pytest.mark.parametrize('number', range(9))
@pytest.mark.parametrize('unit', ['mm', 'm'])
@pytest.mark.parametrize('axes', ['ras', 'lps'])
def test_a_moved_pose_is_the_pose_seen_from_the_other_frame(number, unit, axes):
    way = route(wire_unit=unit, wire_axes=axes)
    for _ in range(10):
        message = messages(random_pose(RNG, 300))[number]
        pose = random_pose(RNG, 2)
        moved = moved_received(message, way, {'camera': pose})
        for before, after in zip(places(message, way), places(moved, way)):
            expected = pose @ before
            if isinstance(message, TrackingData) and np.allclose(before[:3, :3], np.eye(3)):
                expected[:3, :3] = np.eye(3)  # a tip has no rotation to be moved
            np.testing.assert_allclose(after, expected, atol=1e-9)


def test_an_image_whose_coordinates_are_not_trusted_is_moved_as_ras():
    way = route(coordinates='ignore')
    image = Image(np.zeros((2, 3, 4), np.uint8), random_pose(RNG, 100), LPS)
    pose = random_pose(RNG, 1)
    (before,), (after,) = (
        places(x, way) for x in (image, moved_received(image, way, {'camera': pose}))
    )
    np.testing.assert_allclose(after, pose @ before, atol=1e-9)
    assert image.coordinates != RAS


@pytest.mark.parametrize('axis', range(3))
@pytest.mark.parametrize('coordinates', [RAS, LPS])
def test_an_axis_that_was_never_set_is_turned_with_the_others(axis, coordinates):
    matrix = random_pose(RNG, 100)
    matrix[:3, axis] = 0
    pose = random_pose(RNG, 1)
    for image in (
        Image(np.zeros((2, 3, 4), np.uint8), matrix, coordinates),
        Video(b'\0' * 10, 'H264', (4, 4, 1), matrix=matrix, coordinates=coordinates),
    ):
        (before,), (after,) = (
            places(x, route()) for x in (image, moved_received(image, route(), {'camera': pose}))
        )
        np.testing.assert_allclose(after, pose @ before, atol=1e-9)


def test_points_and_paths_are_moved_and_all_else_of_them_stays():
    pose, way = random_pose(RNG, 1), route()
    points = PointList([Point('TARGET', (10, 20, 30), 'g', (1, 2, 3, 4), 5.0, 'CT')])
    (moved,) = moved_received(points, way, {'camera': pose}).elements
    np.testing.assert_allclose(moved.position, 1000 * (pose @ (0.01, 0.02, 0.03, 1))[:3])
    assert (moved.name, moved.group, moved.rgba, moved.diameter, moved.owner) == (
        'TARGET', 'g', (1, 2, 3, 4), 5.0, 'CT')
    paths = Trajectories([Trajectory('p', (0, 0, 0), (0, 0, 10))])
    (path,) = moved_received(paths, way, {'camera': pose}).elements
    np.testing.assert_allclose(path.entry, 1000 * pose[:3, 3])
    np.testing.assert_allclose(path.target, 1000 * (pose @ (0, 0, 0.01, 1))[:3])


def test_normals_and_vectors_of_a_mesh_are_turned_and_not_shifted():
    pose = random_pose(RNG, 1)
    normals = np.array([[0, 0, 1], [1, 0, 0]], np.float32)
    mesh = PolyData(
        np.array([[0, 0, 0], [10, 20, 30]], np.float32),
        attributes=(
            Attribute('n', AttributeType.POINT_NORMALS, normals),
            Attribute('s', AttributeType.POINT_SCALARS, np.array([1, 2], np.float32)),
        ),
    )
    moved = moved_received(mesh, route(), {'camera': pose})
    expected = 1000 * (pose @ (0.01, 0.02, 0.03, 1))[:3]
    np.testing.assert_allclose(moved.points[1], expected, rtol=1e-5)
    np.testing.assert_allclose(moved.attributes[0].values, normals @ pose[:3, :3].T, atol=1e-6)
    np.testing.assert_array_equal(moved.attributes[1].values, mesh.attributes[1].values)


@pytest.mark.parametrize('axes', ['ras', 'lps'])
def test_what_has_a_direction_is_moved_as_the_points_are(axes):
    """A vector is the way from one point to another."""
    ends = RNG.normal(size=(2, 3)).astype(np.float32)
    step = np.tile(ends[1] - ends[0], (2, 1))
    tensor = np.einsum('ni,nj->nij', step, step).reshape(2, 9)
    mesh = PolyData(
        ends,
        attributes=[
            Attribute('n', AttributeType.POINT_NORMALS, step),
            Attribute('v', AttributeType.POINT_VECTORS, step),
            Attribute('t', AttributeType.POINT_TENSORS, tensor),
        ],
    )
    way = route(wire_unit='m', wire_axes=axes, cloud=True)
    moved = moved_received(mesh, way, {'camera': random_pose(RNG, 1)})
    columns = cloud_columns(convert_to_ros(moved, way, STAMP).outputs['cloud'])
    first, second = np.stack([columns[axis] for axis in 'xyz'], axis=1)
    for name in ('normal', 'v'):
        found = np.stack([columns[f'{name}_{axis}'] for axis in 'xyz'], axis=1)
        np.testing.assert_allclose(found[0], second - first, atol=1e-5)
    found = [columns[f't_{n}'][0] for n in range(9)]
    np.testing.assert_allclose(found, np.outer(*[second - first] * 2).ravel(), atol=1e-4)


def test_each_tool_is_moved_from_the_frame_in_its_name():
    tools = TrackingData(
        [TrackingElement('TipToTracker', np.eye(4)), TrackingElement('b', np.eye(4))]
    )
    way = route()
    assert frames_of(tools, way) == ['Tracker', 'camera']
    poses = {'Tracker': random_pose(RNG, 1), 'camera': random_pose(RNG, 1)}
    first, second = moved_received(tools, way, poses).elements
    np.testing.assert_allclose(first.matrix[:3, 3], 1000 * poses['Tracker'][:3, 3])
    np.testing.assert_allclose(second.matrix[:3, 3], 1000 * poses['camera'][:3, 3])


@pytest.mark.parametrize('bad', [np.nan, np.inf])
def test_what_is_no_pose_is_refused_as_without_moving(bad):
    matrix = np.eye(4)
    matrix[0, 3] = bad
    moved = moved_received(Transform(matrix), route(), {'camera': random_pose(RNG, 1)})
    assert 'not published as a pose' in convert_to_ros(moved, route(), STAMP).errors[0]
    mirrored = np.diag([-1.0, 1, 1, 1])
    moved = moved_received(Transform(mirrored), route(), {'camera': random_pose(RNG, 1)})
    assert 'mirrored' in convert_to_ros(moved, route(), STAMP).errors[0]
    nothing = Position((1, 2, 3), (0, 0, 0, 0))
    moved = moved_received(nothing, route(), {'camera': random_pose(RNG, 1)})
    with pytest.raises(ConversionError, match='is not a rotation'):
        convert_to_ros(moved, route(), STAMP)


def test_texts_have_no_place_and_a_wrench_cannot_be_moved():
    assert not has_place(IgtlString('x'), ReceiveRule(to_frame='base'))
    assert not has_place(Sensor([1.0]), ReceiveRule(to_frame='base', as_='temperature'))
    with pytest.raises(ConversionError, match='wrench cannot be moved into base'):
        frames_of(Sensor([1.0] * 6), route(as_='wrench'))
    with pytest.raises(ConversionError, match='STRING has no place in space .* into ras'):
        moved_for_wire(IgtlString('x'), np.eye(4), 'ras', 'mm')


def test_what_is_sent_names_the_frame_it_was_moved_into():
    pose = random_pose(RNG, 1)
    message = Transform(np.eye(4), metadata={'ros_frame_id': 'camera', 'k': 'v'})
    moved = moved_for_wire(message, pose, 'ras', 'mm')
    np.testing.assert_allclose(moved.matrix[:3, 3], 1000 * pose[:3, 3])
    assert moved.metadata == {'k': 'v', 'ros_frame_id': 'ras'}


def test_a_message_must_name_one_frame():
    header = Header(frame_id='a', stamp=Time(sec=1, nanosec=5))
    assert place_of_ros(PoseStamped(header=header)) == ('a', 1_000_000_005)
    gone = Marker(action=Marker.DELETEALL)
    assert place_of_ros(MarkerArray(markers=[gone, Marker(header=header)]))[0] == 'a'
    for message, text in (
        (PointStamped(), 'no frame'),
        (String(), 'no frame'),
        (MarkerArray(markers=[Marker(header=header), Marker(header=Header(frame_id='b'))]),
         'a, b'),
    ):
        with pytest.raises(ConversionError, match=f'it names {text}; to_frame needs exactly one'):
            place_of_ros(message)


def test_weight_grows_with_what_a_message_holds():
    assert weight(Image(np.zeros((10, 100, 100), np.uint8))) > 100_000
    assert weight(PolyData(np.zeros((10_000, 3), np.float32))) > 100_000
    assert weight(IgtlString('x' * 50_000)) > 50_000
    assert weight(Transform(np.eye(4))) < 10_000
