"""POINT, both ways."""

import math
from array import array

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point as RosPoint
from geometry_msgs.msg import PointStamped, Pose, PoseArray
from sensor_msgs.msg import PointCloud2, PointField
from std_msgs.msg import Header

from igtl_ros2.codec.messages.points import Point, PointList
from igtl_ros2.config import ros_name
from igtl_ros2.converters.clouds import point_cloud
from igtl_ros2.converters.registry import Route, convert_to_ros, load_converters
from igtl_ros2.errors import ConversionError, EncodeError
from igtl_ros2.mapping import ReceiveRule

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


def test_split_gives_each_label_a_topic(receive, stamp):
    result = receive(POINTS, split=True)
    assert list(result.outputs) == ['points', 'labels/TARGET', 'labels/ENTRY']
    target = result.outputs['labels/TARGET']
    assert target.header == Header(stamp=stamp, frame_id='ras')
    assert target.point == RosPoint(x=0.1, y=-0.2, z=0.05)
    assert 'topics' not in result.info


def test_labels_that_two_points_share_are_nobody_s(receive):
    message = PointList(tuple(Point(name, (0, 0, 0)) for name in ('A', 'B', 'A')))
    result = receive(message, split=True)
    assert list(result.outputs) == ['points', 'labels/B']
    assert result.errors == ["2 points are called 'A': not published as labels"]


def test_labels_that_ros_cannot_spell(receive):
    message = PointList(tuple(Point(name, (0, 0, 0)) for name in ('F-1', 'F 1', '')))
    result = receive(message, split=True)
    names = {'F-1': f'labels/{ros_name("F-1")}', 'F 1': f'labels/{ros_name("F 1")}',
             '': 'labels/unnamed'}
    assert list(result.outputs) == ['points', *names.values()]
    assert result.info['topics'] == names
    assert not result.errors


def test_a_label_keeps_its_topic_when_its_rival_is_gone(stamp):
    load_converters()
    route = Route('d', 'ras', 'd', ReceiveRule(split=True))
    both = PointList((Point('F-1', (0, 0, 0)), Point('F 1', (1, 0, 0))))
    convert_to_ros(both, route, stamp)
    later = convert_to_ros(PointList((Point('F 1', (1, 0, 0)),)), route, stamp)
    assert list(later.outputs) == ['points', f'labels/{ros_name("F 1")}']
    assert later.errors == []


def test_a_peer_cannot_make_topics_without_end(stamp):
    load_converters()
    route = Route('d', 'ras', 'd', ReceiveRule(split=True))
    many = PointList(tuple(Point(f'p{n}', (0, 0, 0)) for n in range(1500)))
    result = convert_to_ros(many, route, stamp)
    assert len(result.outputs) == 1001
    assert len(result.errors) == 21
    assert result.errors[-1] == '480 more labels are not published'
    assert '1000 names are known already' in result.errors[0]


def test_points_as_a_cloud(receive, send):
    result = receive(POINTS, cloud=True)
    cloud = result.outputs['cloud']
    assert cloud.header == result.outputs['points'].header
    assert [field.name for field in cloud.fields] == ['x', 'y', 'z', 'rgba', 'diameter']
    words = np.frombuffer(cloud.data, '<u4').reshape(2, 5)
    assert [hex(word) for word in words[:, 3]] == ['0xc8ff000a', '0xffffffff']
    floats = words.view('<f4')
    np.testing.assert_allclose(floats[0, :3], (0.1, -0.2, 0.05), rtol=1e-7)
    np.testing.assert_allclose(floats[:, 4], (0.005, 0), rtol=1e-7)
    again = send(cloud, info=result.info)
    for a, b in zip(again.elements, POINTS.elements, strict=True):
        assert (a.name, a.group, a.rgba, a.owner) == (b.name, b.group, b.rgba, b.owner)
        np.testing.assert_allclose(a.position, b.position, rtol=1e-6)
        assert a.diameter == pytest.approx(b.diameter, rel=1e-6)
    empty = receive(PointList(()), cloud=True).outputs['cloud']
    assert empty.width == 0
    assert send(empty).elements == ()


def test_clouds_of_others(send):
    """Double precision, big-endian, rows with padding, rgb in the bits of a float, no points."""
    dtype = np.dtype([('z', '>f8'), ('y', '>f8'), ('x', '>f8'), ('rgb', '>u4')])
    rows = np.zeros((2, 2), dtype)
    rows['x'], rows['y'], rows['z'] = [[0.1, 0.2], [0.3, np.nan]], 0.5, -1
    rows['rgb'] = 0x010203
    data = b''.join(row.tobytes() + b'pad' for row in rows)
    kinds = {'z': (0, 8), 'y': (8, 8), 'x': (16, 8), 'rgb': (24, 7)}
    cloud = PointCloud2(
        height=2,
        width=2,
        is_bigendian=True,
        point_step=28,
        row_step=59,
        fields=[
            PointField(name=name, offset=offset, datatype=kind, count=1)
            for name, (offset, kind) in kinds.items()
        ],
        data=array('B', data),
    )
    points = send(cloud).elements
    assert [p.position.tolist() for p in points] == [
        pytest.approx([x, 500, -1000]) for x in (100, 200, 300)
    ]
    assert {p.rgba for p in points} == {(1, 2, 3, 255)}
    # more than POINT is meant for
    assert send(cloud, max_points=3).type_name == 'POLYDATA'
    assert len(send(cloud, 'POINT', max_points=3).elements) == 3
    cloud.fields[2].count = 2
    with pytest.raises(ConversionError):
        send(cloud)
    cloud.fields.pop()
    with pytest.raises(ConversionError):
        send(PointCloud2(width=1, height=1))


def test_a_cloud_that_is_sent_otherwise_than_before_leaves_nothing_behind(send, sizes):
    clouds = [point_cloud(np.ones((n, 3)), {}, Header(frame_id='ras')) for n in (3, 4, 2)]
    state = {}
    small, large, small_again = (send(cloud, state=state, max_points=3) for cloud in clouds)
    assert sizes(small) == {'POINT': 3}
    assert sizes(large) == {'POLYDATA': 4, 'POINT': 0}
    assert sizes(small_again) == {'POINT': 2, 'POLYDATA': 0}
    assert {part.metadata['ros_frame_id'] for part in large.values()} == {'ras'}


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
