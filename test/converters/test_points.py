"""POINT, both ways."""

import math

import pytest
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point as RosPoint
from geometry_msgs.msg import PointStamped, Pose, PoseArray
from std_msgs.msg import Header

from igtl_ros2.codec.messages.points import Point, PointList
from igtl_ros2.errors import ConversionError, EncodeError

POINTS = PointList(
    (
        Point('TARGET', (100, -200, 50), 'Fiducial', (255, 0, 10, 200), 5.0, 'CT'),
        Point('ENTRY', (0, 0, 0.5)),
    )
)


def test_points_by_hand(receive, stamp):
    result = receive(POINTS)
    assert list(result.outputs) == ['points']
    points = result.outputs['points']
    assert points.header == Header(stamp=stamp, frame_id='ras')
    assert points.poses == [
        Pose(position=RosPoint(x=0.1, y=-0.2, z=0.05)),
        Pose(position=RosPoint(x=0.0, y=0.0, z=0.0005)),
    ]
    assert result.info == {
        'labels': ['TARGET', 'ENTRY'],
        'groups': ['Fiducial', ''],
        'rgba': [[255, 0, 10, 200], [255, 255, 255, 255]],
        'diameters': [0.005, 0.0],
        'owners': ['CT', ''],
    }
    assert (result.state, result.errors) == (None, [])


def test_units_and_axes(receive):
    result = receive(POINTS, wire_unit='m')
    assert result.outputs['points'].poses[0].position == RosPoint(x=100.0, y=-200.0, z=50.0)
    assert result.info['diameters'] == [5.0, 0.0]
    result = receive(POINTS, wire_axes='lps')
    assert result.outputs['points'].poses[0].position == RosPoint(x=-0.1, y=0.2, z=0.05)


def test_an_empty_list_is_published(receive, send):
    result = receive(PointList(()))
    assert result.outputs['points'].poses == []
    assert result.info['labels'] == []
    assert send(result.outputs['points'], info=result.info).elements == ()


def test_a_point_that_is_not_finite_is_left_out(receive):
    result = receive(PointList((Point('bad', (0, math.nan, 0)), Point('good', (1, 2, 3)))))
    assert result.info['labels'] == ['good']
    assert len(result.outputs['points'].poses) == 1
    assert len(result.errors) == 1
    assert "'bad'" in result.errors[0]


@pytest.mark.parametrize(
    ('diameter', 'shown'), [(math.nan, 'nan'), (math.inf, 'inf'), (-math.inf, '-inf')]
)
def test_a_diameter_that_is_not_finite_leaves_info_valid(receive, diameter, shown):
    result = receive(PointList((Point('a', (0, 0, 0), diameter=diameter),)))
    assert result.info['diameters'] == [shown]


def test_texts_that_are_not_utf8(receive):
    result = receive(PointList((Point('Ein\udce9', (0, 0, 0), 'gr\udcfcn', owner='\udcff'),)))
    assert result.info['labels'] == ['Einé']
    assert result.info['groups'] == ['grün']
    assert result.info['owners'] == ['ÿ']


# -- ROS to POINT


POSES = PoseArray(
    header=Header(stamp=Time(sec=7), frame_id='zframe'),
    poses=[Pose(position=RosPoint(x=0.1, y=-0.2, z=0.05)), Pose()],
)


def test_poses_as_points(send):
    message = send(POSES, device='Plan')
    first, second = message.elements
    assert (first.name, second.name) == ('Plan-1', 'Plan-2')
    assert first.position.tolist() == [100, -200, 50]
    assert (first.group, first.rgba, first.diameter, first.owner) == ('', (255,) * 4, 0, '')
    assert message.timestamp_ns == 7_000_000_000
    assert message.metadata == {'ros_frame_id': 'zframe', 'ros_stamp': '7.000000000'}


def test_poses_as_points_in_metres(send):
    message = send(POSES, wire_unit='m', info={'diameters': [0.5, 2]})
    assert message.elements[0].position.tolist() == pytest.approx([0.1, -0.2, 0.05], rel=1e-6)
    assert [e.diameter for e in message.elements] == [0.5, 2]


def test_one_point(send):
    message = send(
        PointStamped(header=POSES.header, point=RosPoint(x=0.1)), info={'labels': ['TARGET']}
    )
    (point,) = message.elements
    assert (point.name, point.position.tolist()) == ('TARGET', [100, 0, 0])


def test_points_come_back(receive, send):
    result = receive(POINTS)
    again = send(result.outputs['points'], info=result.info)
    assert b''.join(again.encode_content()) == b''.join(POINTS.encode_content())


def test_info_for_another_number_of_points_is_not_used(send):
    message = send(POSES, info={'labels': ['x'], 'rgba': [], 'diameters': [1.0] * 3})
    assert [e.name for e in message.elements] == ['Device-1', 'Device-2']
    assert message.elements[0].diameter == 0


def test_numbered_labels_fit(send):
    names = [e.name for e in send(POSES, device='d' * 100).elements]
    assert names == ['d' * 62 + '-1', 'd' * 62 + '-2']


@pytest.mark.parametrize(
    'info',
    [
        {'labels': 'AB'},
        {'labels': [1, 2]},
        {'labels': [None, 'b']},
        {'labels': ['a' * 65, 'b']},
        {'labels': ['\ud800', 'b']},
        {'labels': ['a\0b', 'b']},
        {'groups': ['g' * 33, '']},
        {'groups': [{}, '']},
        {'owners': ['o' * 21, '']},
        {'owners': {'a': 'b'}},
        {'rgba': 'red'},
        {'rgba': ['abcd', 'abcd']},
        {'rgba': [[1, 2, 3], [1, 2, 3]]},
        {'rgba': [[1, 2, 3, 256], [0] * 4]},
        {'rgba': [[1, 2, 3, math.nan], [0] * 4]},
        {'rgba': [[1, 2, 3, [4]], [0] * 4]},
        {'rgba': [[1, 2, 3, 10**4000], [0] * 4]},
        {'rgba': [[1, 2, 3, '4'], [0] * 4]},
        {'diameters': 5},
        {'diameters': ['1', '2']},
        {'diameters': [math.nan, 0]},
        {'diameters': [math.inf, 0]},
        {'diameters': [10**400, 0]},
        {'diameters': [1e308, 0]},
        {'diameters': [[1], [2]]},
        {'diameters': [None, None]},
    ],
    ids=lambda info: repr(info)[:40],
)
def test_wrong_info_is_refused(send, info):
    with pytest.raises((ConversionError, EncodeError)):
        send(POSES, info=info)


@pytest.mark.parametrize('bad', [math.nan, math.inf, 1e308])
def test_a_point_that_is_not_finite_is_not_sent(send, bad):
    with pytest.raises(ConversionError, match='not finite'):
        send(PointStamped(point=RosPoint(x=bad)))
