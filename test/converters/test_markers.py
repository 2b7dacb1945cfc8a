"""Spheres and arrows, both ways."""

import math

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point as RosPoint
from geometry_msgs.msg import Pose, Quaternion, Vector3
from hypothesis import given
from hypothesis import strategies as st
from std_msgs.msg import ColorRGBA, Header
from visualization_msgs.msg import Marker, MarkerArray

from igtl_ros2.codec.messages.points import Point, PointList, Trajectories, Trajectory
from igtl_ros2.converters.placing import place_of_ros
from igtl_ros2.errors import ConversionError

S = math.sqrt(0.5)
HEADER = Header(stamp=Time(sec=7), frame_id='ras')
POINTS = PointList(
    (
        Point('TARGET', (100, -200, 50), 'Plan', (255, 0, 51, 204), 5.0, 'CT'),
        Point('ENTRY', (0, 0, 0.5)),
    )
)
ARROWS = Trajectories(
    (Trajectory('A', (0, 0, 0), (0, 0, 100), 3, 'Plan', (255, 0, 51, 204), 4.0),)
)


def test_spheres_by_hand(receive, stamp):
    markers = receive(POINTS, markers=True).outputs['markers'].markers
    clear, target, entry = markers
    assert clear.action == Marker.DELETEALL
    assert all(m.header == Header(stamp=stamp, frame_id='ras') for m in markers)
    assert (target.type, target.action, target.ns, target.text) == (
        Marker.SPHERE, Marker.ADD, 'Plan', 'TARGET'
    )
    assert target.pose.position == RosPoint(x=0.1, y=-0.2, z=0.05)
    # the number on the wire is the diameter, in mm; that of a sphere is its scale
    assert target.scale == Vector3(x=0.005, y=0.005, z=0.005)
    c = target.color
    np.testing.assert_allclose((c.r, c.g, c.b, c.a), (1, 0, 0.2, 0.8), atol=1e-7)
    assert (target.id, entry.id) == (0, 1)
    assert entry.scale == Vector3(x=0.005, y=0.005, z=0.005)


def test_a_point_without_a_size_has_that_of_the_mapping(receive):
    for diameter in (0.0, -1.0, math.nan, math.inf):
        message = PointList((Point('a', (0, 0, 0), diameter=diameter),))
        marker = receive(message, markers=True, marker_size=0.02).outputs['markers'].markers[1]
        assert marker.scale.x == 0.02


def test_an_arrow_by_hand(receive):
    _, arrow = receive(ARROWS, markers=True).outputs['markers'].markers
    assert (arrow.type, arrow.ns, arrow.text) == (Marker.ARROW, 'Plan', 'A')
    assert list(arrow.points) == [RosPoint(), RosPoint(x=0.0, y=0.0, z=0.1)]
    assert (arrow.scale.x, arrow.scale.y) == (0.004, 0.008)


lengths = st.floats(-2000, 2000, width=32)
names = st.text(st.characters(codec='ascii', exclude_characters='\0'), min_size=1, max_size=60)
points = st.builds(
    Point,
    names,
    st.tuples(lengths, lengths, lengths),
    st.sampled_from(['', 'Fiducial']),
    st.tuples(*[st.integers(0, 255)] * 4),
    st.floats(0.125, 100, width=32),
)


@given(st.lists(points, max_size=4))
def test_spheres_come_back(receive, send, elements):
    """All but the owner."""
    before = PointList(tuple(elements))
    result = receive(before, markers=True)
    again = send(result.outputs['markers'])
    for a, b in zip(before.elements, again.elements, strict=True):
        assert (a.name, a.group, a.rgba) == (b.name, b.group, b.rgba)
        np.testing.assert_allclose(a.position, b.position, rtol=1e-6)
        assert a.diameter == pytest.approx(b.diameter, rel=1e-6)


def test_a_size_that_was_made_up_does_not_come_back(receive, send):
    result = receive(POINTS, markers=True)
    again = send(result.outputs['markers'], info=result.info)
    assert [p.diameter for p in again.elements] == [5.0, 0.0]
    assert [p.owner for p in again.elements] == ['CT', '']


def test_arrows_come_back(receive, send):
    result = receive(ARROWS, markers=True)
    again = send(result.outputs['markers'])
    assert again.type_name == 'TRAJ'
    assert b''.join(again.encode_content()) == b''.join(ARROWS.encode_content())


def sphere(number, x=0.0, **fields):
    marker = Marker(header=HEADER, ns='n', id=number, type=Marker.SPHERE, **fields)
    marker.pose.position.x = x
    marker.scale = Vector3(x=0.01, y=0.01, z=0.01)
    marker.color = ColorRGBA(r=1.0, g=0.5, b=-1.0, a=7.0)
    return marker


def test_a_sphere_as_a_point(send):
    message = send(sphere(3, 0.1))
    (point,) = message.elements
    assert (point.name, point.group) == ('Device-1', 'n')
    assert point.position.tolist() == [100, 0, 0]
    assert point.diameter == 10
    assert point.rgba == (255, 128, 0, 255)
    assert message.metadata['ros_frame_id'] == 'ras'
    assert message.timestamp_ns == 7_000_000_000


def test_what_is_deleted_is_not_sent(send):
    gone = [sphere(1), sphere(2), Marker(header=HEADER, ns='n', id=1, action=Marker.DELETE)]
    assert len(send(MarkerArray(markers=gone)).elements) == 1
    clear = Marker(header=HEADER, action=Marker.DELETEALL)
    assert len(send(MarkerArray(markers=[sphere(1), clear, sphere(5)])).elements) == 1
    assert send(MarkerArray(markers=[clear])).elements == ()
    assert send(MarkerArray()).elements == ()
    twice = send(MarkerArray(markers=[sphere(1, 0.1), sphere(1, 0.2)])).elements
    assert [p.position[0] for p in twice] == [200]


def test_a_list_of_spheres(send):
    marker = sphere(1)
    marker.type = Marker.SPHERE_LIST
    marker.text = 'L'
    marker.pose = Pose(position=RosPoint(x=1.0), orientation=Quaternion(z=S, w=S))
    marker.points = [RosPoint(x=0.1), RosPoint(y=0.1)]
    marker.colors = [ColorRGBA(r=1.0, a=1.0), ColorRGBA(g=1.0, a=1.0)]
    first, second = send(marker).elements
    assert (first.name, second.name) == ('L-1', 'L-2')
    np.testing.assert_allclose(first.position, (1000, 100, 0), atol=1e-3)
    np.testing.assert_allclose(second.position, (900, 0, 0), atol=1e-3)
    assert (first.rgba, second.rgba) == ((255, 0, 0, 255), (0, 255, 0, 255))


def arrow(**fields):
    marker = Marker(header=HEADER, ns='n', id=9, type=Marker.ARROW, text='A', **fields)
    marker.scale = Vector3(x=0.5, y=0.02, z=0.03)
    return marker


def test_an_arrow_with_a_pose_points_along_x(send):
    marker = arrow(pose=Pose(position=RosPoint(x=1.0), orientation=Quaternion(z=S, w=S)))
    (path,) = send(marker).elements
    np.testing.assert_allclose(path.entry, (1000, 0, 0), atol=1e-3)
    np.testing.assert_allclose(path.target, (1000, 500, 0), atol=1e-3)
    assert path.diameter == 20


def test_slicer_gets_an_arrow_as_two_points(send):
    marker = arrow(points=[RosPoint(), RosPoint(z=0.1)])
    message = send(MarkerArray(markers=[marker, sphere(1)]), profile='slicer')
    assert [p.name for p in message.elements] == ['A-entry', 'A-target', 'Device-3']
    assert [p.position[2] for p in message.elements] == [0, 100, 0]


def test_markers_of_several_kinds(send):
    both = MarkerArray(markers=[sphere(1), arrow(points=[RosPoint(), RosPoint(z=0.1)])])
    parts = send(both)
    assert set(parts) == {'POINT', 'TRAJ'}
    assert [len(part.elements) for part in parts.values()] == [1, 1]
    cube = Marker(type=Marker.CUBE, ns='n', header=HEADER)
    with pytest.raises(ConversionError, match='of type 1 cannot be sent as POINT'):
        send(MarkerArray(markers=[cube]), 'POINT')


def triangles(number=0):
    marker = Marker(header=HEADER, ns='n', id=number, type=Marker.TRIANGLE_LIST)
    marker.scale = Vector3(x=1.0, y=1.0, z=1.0)
    marker.points = [RosPoint(), RosPoint(x=0.1), RosPoint(y=0.1)]
    return marker


def test_of_a_kind_that_is_gone_an_empty_message_is_sent(send, sizes):
    state = {}
    every = [triangles(), sphere(1), arrow(points=[RosPoint(), RosPoint(z=0.1)])]
    parts = send(MarkerArray(markers=every), state=state)
    assert sizes(parts) == {'POLYDATA': 3, 'POINT': 1, 'TRAJ': 1}
    parts = send(MarkerArray(markers=[sphere(1)]), state=state)
    assert sizes(parts) == {'POINT': 1, 'POLYDATA': 0, 'TRAJ': 0}
    assert [part.metadata['ros_frame_id'] for part in parts.values()] == ['ras'] * 3
    # again with the next one: this one may have been held up
    assert sizes(send(MarkerArray(markers=[sphere(1)]), state=state)) == sizes(parts)
    clear = Marker(header=HEADER, action=Marker.DELETEALL)
    everything_gone = {'POLYDATA': 0, 'POINT': 0, 'TRAJ': 0}
    assert sizes(send(MarkerArray(markers=[clear]), state=state)) == everything_gone
    assert sizes(send(MarkerArray(), state=state)) == everything_gone


def test_only_kinds_that_there_were_are_cleared(send, sizes):
    state = {}
    send(MarkerArray(markers=[triangles()]), state=state)
    assert sizes(send(MarkerArray(), state=state)) == {'POLYDATA': 0}


def test_another_topic_of_the_device_keeps_what_it_has(send, sizes):
    state = {}
    send(MarkerArray(markers=[triangles()]), state=state, topic='/a')
    assert sizes(send(MarkerArray(markers=[sphere(1)]), state=state, topic='/b')) == {'POINT': 1}


@pytest.mark.parametrize(
    ('marker', 'text'),
    [
        (arrow(points=[RosPoint()]), 'an arrow has 1 points'),
        (arrow(pose=Pose(orientation=Quaternion(w=0.0))), 'not a rotation'),
        (arrow(points=[RosPoint(), RosPoint(x=math.nan)]), 'not finite'),
    ],
)
def test_arrows_that_are_no_paths(send, marker, text):
    with pytest.raises(ConversionError, match=text):
        send(marker)


def test_spheres_that_are_none(send):
    flat = sphere(1)
    flat.scale.z = 0.02
    with pytest.raises(ConversionError, match='no sphere but 0.01 x 0.01 x 0.02 m'):
        send(flat)
    bad = sphere(1)
    bad.color.r = math.nan
    with pytest.raises(ConversionError, match='colour'):
        send(bad)
    other = sphere(2)
    other.header = Header(frame_id='base')
    with pytest.raises(ConversionError, match='several frames: base, ras'):
        send(MarkerArray(markers=[sphere(1), other]))


# -- what cannot be sent costs no other


def label(number, text='L5', **fields):
    made = Marker(type=Marker.TEXT_VIEW_FACING, ns='notes', id=number, text=text, header=HEADER)
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def solid_cube(number):
    made = Marker(type=Marker.CUBE, ns='n', id=number, header=HEADER)
    made.scale = Vector3(x=0.1, y=0.1, z=0.1)
    return made


def test_a_text_costs_no_other_marker_and_is_told(send):
    notes = []
    path = arrow(points=[RosPoint(), RosPoint(z=0.1)])
    array = MarkerArray(markers=[label(4), sphere(1), label(5), path, solid_cube(2)])
    parts = send(array, notes=notes)
    assert set(parts) == {'POINT', 'TRAJ', 'POLYDATA'}
    (note,) = notes
    assert note.startswith("not sent of 5 markers: marker 'notes' 4: the text 'L5' is dropped")
    assert "marker 'notes' 5: " in note


def removed(number, action=Marker.DELETE):
    return Marker(header=HEADER, ns='n', id=number, action=action)


@pytest.mark.parametrize('kind', ['', 'POINT', 'POLYDATA'])
@pytest.mark.parametrize(('messages', 'lost'), [
    ([[1], [2], [3]], 1),  # one after the other
    ([[1, 2, 3], [-2]], 1),  # one is deleted
    ([[1, 2, 3], [2]], 1),  # one moves
    ([[1, 2, 3], [1, 2, 3]], None), ([[1], [1, 2]], None), ([[1], [1], [-1]], None),
    ([[1, 2, 3], [1, -2, 3], [1, 3]], None), ([[1, 2], [0, 3, 4]], None), ([[1, 2], []], None),
])
def test_parts_of_a_list_that_are_taken_for_all_of_it_are_noted_once(send, messages, lost, kind):
    notes, state = [], {}
    for _ in range(2):
        for numbers in messages:
            send(MarkerArray(markers=[
                sphere(n) if n > 0 else removed(-n) if n else removed(0, Marker.DELETEALL)
                for n in numbers]), kind, type=kind, notes=notes, state=state, topic='/m')
        if lost is None:
            state.clear()
    assert [note.partition(', which')[0] for note in notes] == ([] if lost is None else [
        f"each message is taken for the whole list: marker 'n' {lost}"])


def test_of_many_that_are_left_out_some_are_named(send):
    notes = []
    send(MarkerArray(markers=[sphere(1), *map(label, range(100, 150))]), notes=notes)
    (note,) = notes
    assert note.startswith('not sent of 51 markers: ') and note.endswith('; and 45 more')
    assert note.count("'notes'") == 5


def test_texts_alone_are_not_sent(send):
    with pytest.raises(ConversionError, match="marker 'notes' 4: the text 'L5' is dropped"):
        send(MarkerArray(markers=[label(4)]))


def test_the_place_of_a_text_is_a_point_where_that_is_asked_for(send):
    notes = []
    array = MarkerArray(markers=[
        label(4, pose=Pose(position=RosPoint(x=0.5))), solid_cube(2), sphere(1)])
    points = send(array, 'POINT', notes=notes)
    assert [(p.name, list(p.position), p.diameter) for p in points.elements][0] == (
        'L5', [500, 0, 0], 0)
    assert len(points.elements) == 2
    (note,) = notes
    assert "not sent of 3 markers: marker 'n' 2: 'n-2' of type 1 cannot be sent as POINT" in note


def test_a_text_that_was_deleted_is_no_matter(send):
    notes = []
    gone = label(4, action=Marker.DELETE)
    send(MarkerArray(markers=[label(4), sphere(1), gone]), notes=notes)
    send(MarkerArray(markers=[label(4), Marker(action=Marker.DELETEALL), sphere(1)]), notes=notes)
    assert notes == []


def test_where_a_text_is_means_nothing(send):
    elsewhere = label(4, header=Header(frame_id='camera'))
    message = MarkerArray(markers=[elsewhere, sphere(1)])
    assert send(message).metadata['ros_frame_id'] == 'ras'
    assert place_of_ros(message)[0] == 'ras'


@pytest.mark.parametrize('wrong', ['scale', 'colour', 'place', 'arrow', 'lines'])
def test_a_marker_with_a_mistake_costs_no_other(send, wrong):
    bad, kind = sphere(2), 'POINT'
    if wrong == 'scale':
        bad.scale.z = 0.5
    elif wrong == 'colour':
        bad.color.r = math.nan
    elif wrong == 'place':
        bad.pose.position.x = math.inf
    elif wrong == 'arrow':
        bad, kind = arrow(points=[RosPoint()]), 'TRAJ'
    else:
        bad, kind = Marker(type=Marker.LINE_LIST, points=[RosPoint()], header=HEADER), 'POLYDATA'
    notes = []
    found = send(MarkerArray(markers=[sphere(1), bad]), notes=notes)
    assert [p.position[0] for p in found.elements] == [send(sphere(1)).elements[0].position[0]]
    (note,) = notes
    assert f'marker {bad.ns!r} {bad.id}: ' in note and kind in ('POINT', 'TRAJ', 'POLYDATA')


@pytest.mark.parametrize('kind', ['', 'POINT', 'POLYDATA'])
@pytest.mark.parametrize('wrong', ['frame', 'no frame', 'far', 'wide', 'text', 'namespace'])
def test_what_the_wire_has_no_room_for_costs_no_other(send, wrong, kind):
    bad = sphere(9)
    if wrong in ('frame', 'no frame'):
        bad.header = Header(frame_id='base' if wrong == 'frame' else '')
    elif wrong == 'far':
        bad.pose.position.x = 1e300
    elif wrong == 'wide':
        bad.scale = Vector3(x=1e300, y=1e300, z=1e300)
    elif wrong == 'text':
        bad.text = 'ä' * 33
    else:
        bad.ns = 'n' * 33
    notes = []
    found = send(MarkerArray(markers=[sphere(1), bad, sphere(2)]), kind, notes=notes)
    if kind == 'POLYDATA' and wrong in ('text', 'namespace'):
        assert not notes  # they are not on the wire
        return
    size = len(found.points if kind == 'POLYDATA' else found.elements)
    both = send(MarkerArray(markers=[sphere(1), sphere(2)]), kind)
    assert size == len(both.points if kind == 'POLYDATA' else both.elements)
    (note,) = notes
    assert note.startswith(f'not sent of 3 markers: marker {bad.ns!r} 9: ')


def test_an_arrow_that_the_wire_has_no_room_for_costs_no_other(send):
    far = arrow(points=[RosPoint(), RosPoint(x=1e300)])
    notes = []
    good = [arrow(points=[RosPoint(), RosPoint(x=0.1)]) for _ in range(2)]
    for number, one in enumerate((far, *good)):
        one.id = number
    found = send(MarkerArray(markers=[far, *good]), 'TRAJ', notes=notes)
    assert len(found.elements) == 2 and len(notes) == 1


def test_with_to_frame_markers_in_another_frame_are_refused_still(send):
    """What waits for tf is moved as a whole."""
    other = sphere(9)
    other.header = Header(frame_id='base')
    with pytest.raises(ConversionError, match='several frames'):
        send(MarkerArray(markers=[sphere(1), other, sphere(2)]), to_frame='map')
