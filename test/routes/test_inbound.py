"""Whole ways in, without ROS, threads and clocks: what comes, and what is to be done."""

import json

import numpy as np
import pytest
from geometry_msgs.msg import PoseStamped, TransformStamped
from inward import NS, START_NS, Link, Peer, pose

from igtl_ros2.codec import Unknown
from igtl_ros2.codec.messages.bundle import Bind
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.pose import Position, Transform
from igtl_ros2.codec.messages.text import String
from igtl_ros2.codec.messages.tracking import TrackingData, TrackingElement
from igtl_ros2.converters.lazy import ros_type_of
from igtl_ros2.errors import ConversionError
from igtl_ros2.routes.effects import (
    Broadcast,
    Hold,
    Later,
    LookUp,
    Publish,
    ShowInfo,
    ShowState,
    Take,
)
from igtl_ros2.rules import MotionLimits, Workspace


def topics(effects):
    return {effect.leaf: effect.ros_message for effect in effects if isinstance(effect, Publish)}


def steps_of(link, message):
    return [step.__name__ for step in link.device(message).way._steps]


def test_a_step_that_nobody_asked_for_is_not_in_the_chain():
    assert steps_of(Link(phi='pass'), pose()) == ['_stamp', '_let_worker', '_convert']
    long_way = steps_of(
        Link(to_frame='base', max_age=1.0, raw=True, pose=True, tf='dynamic'), pose())
    assert long_way == [
        '_stamp', '_let_worker', '_hide', '_place', '_let_worker_convert', '_move', '_open_gate',
        '_convert', 'add_raw']
    assert '_merge' in steps_of(Link(), Image(np.zeros((1, 2, 2), np.uint8), device_name='CT'))


def test_a_pose_is_published_and_told():
    link = Link(pose=True, tf='dynamic')
    effects = link.take(pose(1000.0))
    assert {leaf: ros_type_of(m) for leaf, m in topics(effects).items()} == {
        'transform': TransformStamped, 'pose': PoseStamped}
    assert topics(effects)['pose'].pose.position.x == 1.0
    (told,) = (effect for effect in effects if isinstance(effect, ShowInfo))
    info = json.loads(''.join(told.pieces))
    assert (info['device'], info['stamp_source'], info['peer']) == (
        'Tool', 'receive', Peer().address)
    (offered,) = (effect for effect in effects if isinstance(effect, Broadcast))
    assert offered.offered[0][0].transform.translation.x == 1.0 and not offered.is_static


def test_info_of_a_stream_comes_again_when_it_changes_or_after_a_while():
    link = Link()

    def tells(message, after_s=0.01):
        return any(isinstance(effect, ShowInfo) for effect in link.take(message, after_s))

    assert tells(pose()) and not tells(pose(1.0))
    assert tells(pose(metadata={'Operator': 'x'})) and not tells(pose(metadata={'Operator': 'x'}))
    assert not tells(pose(metadata={'Operator': 'x', 'FrameNumber': '7'}))
    assert tells(pose(metadata={'Operator': 'x', 'FrameNumber': '8'}), after_s=1.5)


def test_what_is_invalid_is_told_and_not_published():
    link = Link()
    link.take(pose())
    effects = link.take(pose(metadata={'TransformStatus': 'OUT_OF_VIEW'}))
    assert not topics(effects)
    assert [e.state for e in effects if isinstance(e, ShowState)] == ['OUT_OF_VIEW']
    effects = link.take(pose())
    assert topics(effects) and [e.state for e in effects if isinstance(e, ShowState)] == [None]


def test_gates_stand_before_every_output():
    link = Link(pose=True, tf='dynamic', workspace=Workspace((-1, -1, -1), (1, 1, 1)))
    assert set(topics(link.take(pose()))) == {'transform', 'pose'}
    effects = link.take(pose(5000.0))
    assert not topics(effects) and not any(isinstance(e, Broadcast) for e in effects)
    assert [e.state for e in effects if isinstance(e, ShowState)] == ['withheld by workspace']
    assert link.report.counts[('withheld_by', 'TRANSFORM Tool: workspace')] == 1


def test_what_waited_in_front_of_a_gate_has_grown_older():
    link = Link(max_age=0.5)
    passage = link.passage(pose())
    way = link.device(pose()).way
    link.now_s += 0.6
    assert not topics(way.take(passage))
    assert topics(link.take(pose()))


def test_a_type_of_which_nobody_says_what_gates_look_at_does_not_pass():
    link = Link(max_jump=MotionLimits(0.1, 10), raw=True)
    unknown = Unknown('NEW_TYPE', b'x', device_name='Tool')
    assert not topics(link.take(unknown))
    assert link.report.counts[('withheld_by', 'NEW_TYPE Tool: type')] == 1


def test_a_message_waits_until_tf_knows_its_frame():
    link = Link(to_frame='base', frame='camera')
    message = pose(1000.0)
    passage, way = link.passage(message), link.device(message).way
    (asked,) = way.take(passage)
    assert isinstance(asked, LookUp)
    assert (list(asked.frames), asked.to_frame) == (['camera'], 'base')
    moved = np.eye(4)
    moved[1, 3] = 2.0
    way.moved(passage, asked.frames, {'camera': moved})
    published = topics(way.take(passage))['transform']
    assert (published.header.frame_id, published.transform.translation.y) == ('base', 2.0)


def test_what_takes_long_and_what_comes_behind_it_is_done_in_the_worker():
    link = Link()
    tools = [TrackingElement(f't{n}', np.eye(4)) for n in range(500)]
    message = TrackingData(tools, device_name='Tools')
    way = link.device(message).way
    passage = link.passage(message)
    (later,) = way.take(passage)
    assert isinstance(later, Later)
    way.waiting += 1  # as who does it later says
    behind = link.take(TrackingData(tools[:1], device_name='Tools'))
    assert isinstance(behind[0], Later)
    passage.in_worker = True
    assert way.take(passage) == []  # it is converted, and all else needs the lock
    assert len(topics(way.finish(passage))['tracking'].poses) == 500


def test_a_held_value_is_repeated_until_something_is_wrong():
    link = Link(hold_hz=10.0)
    effects = link.take(pose(7.0))
    held = next(e.passage for e in effects if isinstance(e, Hold))
    way = link.device(pose()).way
    again = way.again(held, link.now_s + 5, link.now_ns + 5 * NS)
    effects = way.take(again)
    repeated = topics(effects)['transform']
    assert repeated.stamp_ns == link.now_ns + 5 * NS and repeated.numbers[0] == 0.007
    assert not any(isinstance(e, Hold) for e in effects)
    effects = link.take(pose(metadata={'TransformStatus': 'MISSING'}))
    assert [e.passage for e in effects if isinstance(e, Hold)] == [None]


def test_a_stamp_is_broadcast_once():
    link = Link(tf='dynamic', stamp='device')
    stamped = pose(timestamp_ns=START_NS)
    first, second = (link.take(stamped)[-1] for _ in range(2))
    assert len(first.offered) == 1 and second.offered == []
    assert link.report.counts[('skip', 'tf Tool: stamp that was there before')] == 1


@pytest.mark.parametrize('deny, has_raw', [((), True), (('STR*',), False)])
def test_a_frame_is_given_as_it_came(deny, has_raw):
    link = Link(raw=True, raw_deny=deny)
    effects = link.take(String('PatientName="Doe"', device_name='Words'))
    assert ('raw' in topics(effects)) == has_raw
    assert link.report.counts[('skip', 'STRING Words: raw')] == (not has_raw)


def test_what_is_in_a_bind_is_taken_as_if_it_came_alone():
    effects = Link().take(Bind([pose(), String('x', device_name='Words')], device_name='Set'))
    inner = [effect for effect in effects if isinstance(effect, Take)]
    assert [effect.message.type_name for effect in inner] == ['TRANSFORM', 'STRING']
    assert all(effect.origin == {'bind': 'Set'} for effect in inner)


def test_what_cannot_be_moved_is_an_error_and_not_published():
    link = Link(to_frame='base', as_='wrench')
    from igtl_ros2.codec.messages.arrays import Sensor
    with pytest.raises(ConversionError, match='cannot be moved into base'):
        link.take(Sensor(np.zeros(6), device_name='Force'))


def other_place(kind, n, **fields):
    """Make the n-th of poses of which each is somewhere else, far outside."""
    matrix = np.eye(4)
    matrix[:3, 3] = 5000.0 + n, 1.0, 2.0
    fields = {'device_name': 'Tool', **fields}
    if kind == 'TRANSFORM':
        return Transform(matrix, **fields)
    if kind == 'TDATA':
        return TrackingData([TrackingElement('Probe', matrix)], **fields)
    turned = {} if kind == 'POINT' else {'quaternion': (0.0, 0.0, 0.0, 1.0)}
    return Position(matrix[:3, 3], **turned, **fields)


@pytest.mark.parametrize('kind', ['TRANSFORM', 'POSITION', 'POINT', 'TDATA'])
@pytest.mark.parametrize('metadata', [False, True])
def test_what_is_withheld_for_long_is_counted_each_time_and_told_now_and_then(kind, metadata):
    link = Link(max_age=0.5, workspace=Workspace((-1, -1, -1), (1, 1, 1)), stamp='device')
    told, states = [], []

    def send(n, age_s, after_s=0.001):
        fields = {'metadata': {'Force': str(n), 'FrameNumber': str(n)}} if metadata else {}
        stamp_ns = link.now_ns - round(age_s * NS)
        effects = link.take(other_place(kind, n, timestamp_ns=stamp_ns, **fields), after_s)
        told.extend(json.loads(''.join(e.pieces)) for e in effects if isinstance(e, ShowInfo))
        states.extend(e.state for e in effects if isinstance(e, ShowState))
        assert not set(topics(effects)) - {'tracking'}

    for n in range(100, 1000):
        send(n, 0.0)
    (first,) = told
    tool = 'Probe ' if kind == 'TDATA' else ''
    assert first['gates'] == {
        f'{tool}workspace': '(5.1, 0.001, 0.002) m is outside of (-1, -1, -1) to (1, 1, 1) m'}
    assert '5100.0' in json.dumps(first)
    for n in range(1000, 1050):
        send(n, 2.0)
    assert [list(info['gates']) for info in told[1:]] == [[f'{tool}max_age', f'{tool}workspace']]
    assert len(states) == 2
    send(1200, 2.0, after_s=1.0)
    assert len(told) == 3 and '6200.0' in json.dumps(told[2]) and len(states) == 2
    what = f'{other_place(kind, 0).type_name} Tool'
    assert link.report.counts[('withheld_by', f'{what}: workspace')] == 951
    assert link.report.counts[('withheld_by', f'{what}: max_age')] == 51


def test_tools_that_pass_beside_one_that_is_withheld_are_told_by_name():
    link = Link(workspace=Workspace((-1, -1, -1), (1, 1, 1)))
    far = np.eye(4)
    far[0, 3] = 5000.0

    def names(*tools):
        elements = [TrackingElement(name, np.eye(4)) for name in tools]
        far[0, 3] += 1.0
        effects = link.take(
            TrackingData([TrackingElement('Far', far.copy()), *elements], device_name='Tools'))
        return [json.loads(''.join(e.pieces))['names'] for e in effects if isinstance(e, ShowInfo)]

    assert [names(*tools) for tools in ('AB', 'AB', 'A', 'A', 'BA')] == [
        [['A', 'B']], [], [['A']], [], [['B', 'A']]]


def test_what_passes_again_is_told_at_once():
    link = Link(workspace=Workspace((-1, -1, -1), (1, 1, 1)))
    kinds = [[type(e) for e in link.take(pose(x))] for x in (0.0, 5000.0, 5001.0, 1.0, 5002.0)]
    assert kinds == [
        [ShowInfo, Publish], [ShowInfo, ShowState], [], [ShowInfo, Publish, ShowState],
        [ShowInfo, ShowState]]
