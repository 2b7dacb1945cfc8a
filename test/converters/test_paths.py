"""TRAJ, both ways, and the trajectory that two points of POINT are."""

import math

import numpy as np
import pytest
from geometry_msgs.msg import Point, Pose, PoseArray, Quaternion
from hypothesis import given
from hypothesis import strategies as st
from std_msgs.msg import Header

from igtl_ros2.codec.messages.points import Point as WirePoint
from igtl_ros2.codec.messages.points import PointList, Trajectories, Trajectory
from igtl_ros2.converters.units import orientation_along, quaternion_to_matrix
from igtl_ros2.errors import ConversionError, EncodeError

S = math.sqrt(0.5)
PATHS = Trajectories(
    (
        Trajectory('left', (0, 0, 0), (100, 0, 0), 3, 'Plan', (255, 0, 51, 128), 4.0, 'CT'),
        Trajectory('down', (10, 20, 30), (10, 20, -30)),
    )
)


def z_of(orientation):
    """Give the z axis of an orientation."""
    o = orientation
    return quaternion_to_matrix((o.x, o.y, o.z, o.w))[:, 2]


def test_paths_by_hand(receive, stamp):
    result = receive(PATHS)
    assert list(result.outputs) == ['trajectory']
    trajectory = result.outputs['trajectory']
    assert trajectory.header == Header(stamp=stamp, frame_id='ras')
    assert [pose.position for pose in trajectory.poses] == [
        Point(x=0.0, y=0.0, z=0.0),
        Point(x=0.1, y=0.0, z=0.0),
        Point(x=0.01, y=0.02, z=0.03),
        Point(x=0.01, y=0.02, z=-0.03),
    ]
    # a quarter about y takes z to x
    q = trajectory.poses[0].orientation
    np.testing.assert_allclose((q.x, q.y, q.z, q.w), (0, S, 0, S), atol=1e-12)
    np.testing.assert_allclose(z_of(trajectory.poses[3].orientation), (0, 0, -1), atol=1e-12)
    assert result.info == {
        'names': ['left', 'down'],
        'kinds': [3, 3],
        'groups': ['Plan', ''],
        'rgba': [[255, 0, 51, 128], [255, 255, 255, 255]],
        'diameters': [0.004, 0.0],
        'owners': ['CT', ''],
        'partial': [],
    }
    assert result.errors == []


directions = st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda d: np.linalg.norm(d) > 1e-6)


@given(directions)
def test_z_points_to_the_target(direction):
    q = orientation_along(Point(x=1.0, y=2.0, z=3.0), Point(
        x=1.0 + direction[0], y=2.0 + direction[1], z=3.0 + direction[2]))
    assert abs(math.hypot(q.x, q.y, q.z, q.w) - 1) < 1e-12
    shift = np.array(direction) + (1.0, 2.0, 3.0) - np.array((1.0, 2.0, 3.0))
    np.testing.assert_allclose(z_of(q), shift / np.linalg.norm(shift), atol=1e-9)


@pytest.mark.parametrize('tilt', [0.0, 1e-15, 1e-12, 1e-9, 1e-6, 1e-3])
@pytest.mark.parametrize('z', [1.0, -1.0])
def test_z_points_to_the_target_straight_up_and_down(tilt, z):
    q = orientation_along(Point(), Point(x=tilt, y=-tilt, z=z))
    wanted = np.array((tilt, -tilt, z))
    np.testing.assert_allclose(z_of(q), wanted / np.linalg.norm(wanted), atol=1e-11)


def test_one_point_gives_no_direction(receive):
    result = receive(Trajectories((Trajectory('dot', (1, 2, 3), (1, 2, 3)), PATHS.elements[0])))
    assert result.info['names'] == ['left']
    assert len(result.outputs['trajectory'].poses) == 2
    assert result.errors == [
        "path 'dot' is dropped: entry and target are the same point: they give no direction"
    ]


def test_paths_with_one_end_are_no_pairs(receive):
    nothing = (math.nan, 0, 0)
    result = receive(
        Trajectories(
            (
                Trajectory('in', (10, 0, 0), nothing, 1),
                Trajectory('out', nothing, (0, 20, 0), 2),
                Trajectory('odd', (0, 0, 0), (1, 1, 1), 7),
                Trajectory('bad', nothing, (0, 20, 0), 3),
            )
        )
    )
    assert result.outputs['trajectory'].poses == []
    assert result.info['partial'] == [
        {'name': 'in', 'kind': 1, 'entry': [0.01, 0.0, 0.0]},
        {'name': 'out', 'kind': 2, 'target': [0.0, 0.02, 0.0]},
    ]
    assert len(result.errors) == 2
    assert "'odd'" in result.errors[0] and 'type is 7' in result.errors[0]
    assert "'bad'" in result.errors[1] and 'not finite' in result.errors[1]


def test_axes_and_units(receive):
    poses = receive(PATHS, wire_axes='lps').outputs['trajectory'].poses
    assert poses[1].position == Point(x=-0.1, y=0.0, z=0.0)
    np.testing.assert_allclose(z_of(poses[0].orientation), (-1, 0, 0), atol=1e-12)
    poses = receive(PATHS, wire_unit='m').outputs['trajectory'].poses
    assert poses[1].position.x == 100


def test_split_gives_each_path_a_topic(receive):
    result = receive(PATHS, split=True)
    path = result.outputs['paths/left']
    assert path.header.frame_id == 'ras'
    assert [p.pose for p in path.poses] == result.outputs['trajectory'].poses[:2]
    twice = receive(Trajectories((PATHS.elements[0], PATHS.elements[0])), split=True)
    assert list(twice.outputs) == ['trajectory']
    assert "2 paths are called 'left'" in twice.errors[0]


def test_paths_come_back(receive, send):
    result = receive(PATHS)
    again = send(result.outputs['trajectory'], 'TRAJ', info=result.info)
    assert b''.join(again.encode_content()) == b''.join(PATHS.encode_content())
    plain = send(result.outputs['trajectory'], 'TRAJ', device='Plan')
    assert [path.name for path in plain.elements] == ['Plan-1', 'Plan-2']


def test_half_a_path_is_not_sent(send):
    with pytest.raises(ConversionError, match='3 poses, wanted two a path'):
        send(PoseArray(poses=[Pose()] * 3), 'TRAJ')


@pytest.mark.parametrize(
    'info', [{'names': [1]}, {'names': ['x' * 65]}, {'rgba': [[1]]}, {'owners': ['o' * 21]}]
)
def test_wrong_info_is_refused(send, info):
    with pytest.raises((ConversionError, EncodeError)):
        send(PoseArray(poses=[Pose(), Pose(orientation=Quaternion())]), 'TRAJ', info=info)


# -- the points ENTRY and TARGET as a trajectory


def points(**places):
    return PointList(tuple(WirePoint(name, place) for name, place in places.items()))


ENDS = {'trajectory': ('ENTRY', 'TARGET')}


def test_entry_and_target_are_a_trajectory(receive, stamp):
    result = receive(points(TARGET=(0, 0, -50), other=(1, 1, 1), ENTRY=(0, 0, 50)), **ENDS)
    trajectory = result.outputs['trajectory']
    assert trajectory.header == Header(stamp=stamp, frame_id='ras')
    entry, target = trajectory.poses
    assert (entry.position.z, target.position.z) == (0.05, -0.05)
    np.testing.assert_allclose(z_of(entry.orientation), (0, 0, -1), atol=1e-12)
    assert result.errors == []


@pytest.mark.parametrize(
    ('message', 'text', 'wrong'),
    [
        (points(ENTRY=(0, 0, 0)), "0 points are called 'TARGET'", False),
        (points(), "0 points are called 'ENTRY', 0 points are called 'TARGET'", False),
        (
            PointList(tuple(WirePoint(n, (0, 0, z)) for z, n in enumerate(
                ('ENTRY', 'TARGET', 'TARGET')))),
            "2 points are called 'TARGET'",
            True,
        ),
        (points(ENTRY=(1, 1, 1), TARGET=(1, 1, 1)), 'same point', True),
    ],
)
def test_a_trajectory_that_is_not_there_ends_the_one_before(receive, message, text, wrong):
    result = receive(message, **ENDS)
    assert result.outputs['trajectory'].poses == []
    assert text in result.info['trajectory']
    assert bool(result.errors) == wrong
