"""A peer that is told of each message whether it was published, or why not."""

import numpy as np
import pytest
from inward import NS, Link, Peer, pose

from igtl_ros2.codec.messages.points import Point, PointList, Trajectories, Trajectory
from igtl_ros2.codec.messages.text import Status, StatusCode, String
from igtl_ros2.codec.messages.tracking import TrackingData, TrackingElement
from igtl_ros2.errors import ConversionError
from igtl_ros2.routes import devices, transform_queue
from igtl_ros2.routes.targets import Targets

BOX = 'workspace: {min: [-0.1, -1, -1], max: [0.1, 1, 1]}'


def answering(keys='', device='Target*'):
    pose = '' if 'POINT' in keys else 'pose: true, '
    return Link(f'receive: [{{device: "{device}", {pose}answer: true, {keys}}}, '
                '{device: "*"}]')


def answers(link):
    """Give what the peer was told since the last time: names, or reasons."""
    replies, link.replies = link.replies, []
    return [(m.device_name, m.code, m.message) if isinstance(m, Status) else m for m in replies]


def refused(name, text):
    return [(f'{name}_state', StatusCode.NOT_READY, text)]


def test_what_is_published_goes_back_as_it_came_and_then_it_is_said():
    link = answering()
    sent = pose(50, 'Target', ns=5 * NS, metadata={'a': 'b'})
    link.send(sent)
    taken, state = answers(link)
    assert (taken.device_name, taken.timestamp, dict(taken.metadata)) == (
        'Target_taken', sent.timestamp, {})
    np.testing.assert_array_equal(taken.matrix, sent.matrix)
    assert state == ('Target_state', StatusCode.OK, 'published on Target')
    assert link.published['Target/pose']


def tools(*xs_mm, names='ABCD'):
    """Make tools that are so far along x."""
    return TrackingData(
        [TrackingElement(name, pose(x).matrix) for name, x in zip(names, xs_mm)],
        device_name='Target')


def points(*xs_mm):
    return PointList(
        [Point(f'P-{n}', (x, 0, 0)) for n, x in enumerate(xs_mm, 1)], device_name='Target')


@pytest.mark.parametrize('keys, sent, why', [
    (BOX, [pose(150, 'Target')],
     'workspace: not published: (0.15, 0, 0) m is outside of (-0.1, -1, -1) to (0.1, 1, 1) m'),
    ('max_age: 0.5, stamp: device', [pose(1, 'Target', ns=NS)], 'max_age: not published: it is '),
    ('', [pose(1, 'Target', metadata={'TransformStatus': 'OUT_OF_VIEW'})], 'OUT_OF_VIEW'),
    ('', [pose(np.nan, 'Target')], ''),
    ('raw: true', [pose(np.nan, 'Target')], ''),
    (BOX, [tools(150, 500)], 'A workspace: not published'),
    (BOX, [tools(0, 500)], 'not all of it: B workspace: not published'),
    ('', [points(0, np.nan)], "not all of it: point 'P-2' is dropped"),
    (BOX, [PointList([Point('A', (500, 0, 0))], device_name='Target')], 'workspace'),
])
def test_what_is_not_published_is_answered_with_the_reason(keys, sent, why):
    link = answering(keys)
    link.send(*sent)
    (state,) = answers(link)
    assert state[:2] == ('Target_state', StatusCode.NOT_READY) and state[2]
    assert state[2].startswith(why), state
    assert not link.published['Target/pose']
    if not why.startswith('not all'):
        assert not link.published['Target/points']
        assert all(not one.poses for one in link.published['Target/tracking'])


def test_a_jump_is_refused_until_it_is_confirmed_and_then_taken():
    link = answering('max_jump: {m: 0.05}, recover_after: 2')
    link.send(pose(0, 'Target'))
    answers(link)
    link.send(pose(80, 'Target'))
    ((_, code, why),) = answers(link)
    assert code == StatusCode.NOT_READY and why.startswith('max_jump: not published: ')
    link.wait(1.1)
    link.send(pose(80, 'Target'))
    assert [type(m).__name__ for m in answers(link)] == ['Transform', 'tuple']


def test_what_is_moved_comes_back_where_the_sender_sees_it():
    link = answering('frame: camera, to_frame: base')
    place = np.eye(4)
    place[0, 3] = 0.5
    link.tf.insert('base', 'camera', 0, place, static=True)
    link.send(pose(50, 'Target'))
    taken, state = answers(link)
    assert taken.matrix[0, 3] == 50 and state[1] == StatusCode.OK
    assert round(1000 * link.published['Target/pose'][0].pose.position.x) == 550


def test_what_waits_for_tf_in_vain_is_refused_with_both_frames():
    link = answering('frame: camera, to_frame: base')
    link.send(pose(50, 'Target'))
    assert not answers(link)
    link.wait(transform_queue.WAIT_S + 0.1)
    assert answers(link) == refused(
        'Target', 'not moved into base: '
        "'camera' in 'base': frame 'camera' is unknown (waited 0.5 s)")


def test_what_waits_for_tf_when_the_link_is_closed_is_refused_with_that_reason():
    link = answering('frame: camera, to_frame: base')
    link.send(pose(50, 'Target'))
    link.queue.close('the link was closed')
    assert answers(link) == refused('Target', 'not moved into base: the link was closed')


def test_repetitions_are_not_answered():
    link = answering('hold_hz: 20')
    link.send(pose(1, 'Target'))
    assert len(answers(link)) == 2
    link.wait(1)
    assert len(link.published['Target/pose']) > 10 and not answers(link)


def test_nor_are_those_for_which_tf_has_no_place_any_more():
    link = answering('hold_hz: 20, frame: camera, to_frame: base')
    for later_ns in (0, 20_000_000):
        link.tf.insert('base', 'camera', link.now_ns + later_ns, np.eye(4))
    link.send(pose(1, 'Target'))
    assert len(answers(link)) == 2
    link.wait(2)
    assert link.report.counts['problem', 'TRANSFORM Target: to_frame'] and not answers(link)


def test_answers_get_no_answers_however_many_bridges_there_are():
    link = answering(device='*')
    link.send(pose(1, 'A'))
    for _ in range(3):
        for message in link.replies[:]:
            link.send(message)
    assert len(answers(link)) == 2


def test_long_names_keep_the_ending_and_others_are_not_answered():
    link = answering()
    link.send(pose(1, 'TargetWithAVeryLongNameLeft'), pose(1, 'TargetWithAVeryLongNameRight'))
    names = {m.device_name if hasattr(m, 'device_name') else m[0] for m in answers(link)}
    assert len(names) == 4 and all(len(name) <= 20 for name in names)
    link.send(pose(1, 'Other'), String('x', device_name='Target'))
    assert not answers(link)


def test_what_gets_no_device_is_refused_with_the_reason(monkeypatch):
    monkeypatch.setattr(devices, 'MAX_DEVICES', 1)
    link = answering()
    link.send(pose(1, 'TargetA'))
    answers(link)
    link.send(pose(1, 'TargetB'))
    ((name, code, why),) = answers(link)
    assert (name, code) == ('TargetB_state', StatusCode.NOT_READY)
    assert why.endswith('1 devices are known')


def test_what_another_peer_has_is_refused_to_the_peer_that_has_sent_it():
    link = answering(BOX)
    link.send(pose(1, 'Target'))
    answers(link)
    other = Peer('tcp://10.0.0.2:4000')
    link.send(pose(2, 'Target'), peer=other)
    assert answers(link) == refused('Target', 'another peer sends it')
    assert len(link.published['Target/pose']) == 1


def test_a_list_without_the_labels_of_its_path_is_refused():
    link = answering('type: POINT, trajectory: {entry: ENTRY, target: TARGET}')
    link.send(PointList([Point('ENTRY', (1, 2, 3))], device_name='Target'))
    assert answers(link) == refused(
        'Target', "not all of it: no trajectory: 0 points are called 'TARGET'")
    twice = [Point(name, (n, 0, 0)) for n, name in enumerate(('ENTRY', 'TARGET', 'TARGET'))]
    link.send(PointList(twice, device_name='Target'))
    assert answers(link) == refused(
        'Target', "not all of it: no trajectory: 2 points are called 'TARGET'")
    link.send(PointList(twice[:2], device_name='Target'))
    assert answers(link)[1][1] == StatusCode.OK


def path(name, kind=3):
    return Trajectory(name, (0, 0, 0), (0, 0, 10), kind)


@pytest.mark.parametrize('keys, paths, why', [
    ('', [path('A')], None),
    ('', [path('A', 1)], 'of paths without an entry'),
    ('', [path('A', 2), path('B', 2)], 'of paths without an entry'),
    ('', [path('A'), path('B', 1)], 'not all of it: of paths without an entry'),
    (BOX, [path('A'), path('B', 1)], 'not all of it: of paths without an entry'),
])
def test_a_path_with_one_end_becomes_no_pose_and_is_refused(keys, paths, why):
    link = answering(keys, device='Path')
    link.around.targets = Targets(['Path'])
    link.send(Trajectories(paths, device_name='Path'))
    *_, (name, code, text) = answers(link)
    assert name == 'Path_state'
    if why is None:
        assert code == StatusCode.OK
        return
    assert code == StatusCode.NOT_READY and text.startswith(why)
    with pytest.raises(ConversionError, match='of paths without'):
        link.around.targets.value(link.peer, 'Path', link.now_s)
