"""A robot moves to what a peer has sent last, if that was published: to nothing else."""

import numpy as np
import pytest
from inward import Link, Peer, pose

from igtl_ros2.codec.messages.points import Point, PointList
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.query import Query
from igtl_ros2.codec.messages.text import String
from igtl_ros2.codec.messages.tracking import TrackingData, TrackingElement
from igtl_ros2.errors import ConversionError
from igtl_ros2.routes import targets as targets_module
from igtl_ros2.routes.inbound import FROZEN
from igtl_ros2.routes.targets import Targets

BOX = 'workspace: {min: [-0.1, -1, -1], max: [0.1, 1, 1]}'


@pytest.fixture
def link(request):
    """A link whose device Target is one to move to, with other keys of its rule."""
    keys = getattr(request, 'param', '')
    keys = keys if 'POINT' in keys else f'pose: true, {keys}'
    link = Link(f'receive: [{{device: Target, {keys}}}, {{device: "*"}}]')
    link.around.targets = Targets(['Target'])
    return link


def target(link, peer=None):
    """Give what is moved to: x in mm, the reason why not, or None while that is not known."""
    try:
        found = link.around.targets.value(peer or link.peer, 'Target', link.now_s)
    except ConversionError as error:
        return str(error).removeprefix('Target: ')
    if found is None:
        return None
    poses = found.poses if hasattr(found, 'poses') else [found.pose]
    return found.header.frame_id, *(round(1000 * one.position.x) for one in poses)


def tools(*names_and_xs_mm):
    return TrackingData(
        [TrackingElement(name, pose(x).matrix) for name, x in names_and_xs_mm],
        device_name='Target')


def test_each_peer_has_its_own_and_one_that_is_gone_has_none(link):
    other = Peer()
    assert target(link) == 'this peer has sent none'
    link.send(pose(5, 'Target'), pose(7, 'Other'))
    assert target(link) == ('ras', 5)
    assert target(link, other) == 'this peer has sent none'
    link.around.targets.left(link.peer)
    assert target(link) == 'this peer has sent none'


def test_what_is_no_place_does_not_end_the_one_before(link):
    link.send(pose(5, 'Target'), String('x', device_name='Target'))
    link.send(Query('GET_TRANS', device_name='Target'))
    assert target(link) == ('ras', 5)


@pytest.mark.parametrize('link', [BOX], indirect=True)
def test_what_a_gate_withholds_ends_the_one_before(link):
    link.send(pose(5, 'Target'), pose(500, 'Target'))
    assert target(link).startswith('workspace: not published')


@pytest.mark.parametrize('rules', ['{device: Target, action: drop}', '{device: First}'])
def test_what_no_rule_takes_is_refused_at_once(rules):
    link = Link(f'receive: [{rules}]')
    link.around.targets = Targets(['Target'])
    for _ in range(2):
        link.send(pose(5, 'Target'))
        assert target(link) == 'no rule publishes it' and not link.replies


@pytest.mark.parametrize('link', [BOX], indirect=True)
def test_of_two_peers_the_second_has_no_target_while_the_first_has_the_topic(link):
    other = Peer('tcp://10.0.0.2:4000')
    link.send(pose(5, 'Target'))
    link.send(pose(6, 'Target'), peer=other)
    assert target(link) == ('ras', 5)
    assert target(link, other) == 'another peer sends it'


@pytest.mark.parametrize('link', ['frame: camera, to_frame: base'], indirect=True)
def test_an_older_one_that_tf_lets_go_on_is_no_target_any_more(link):
    link.tf.insert('base', 'camera', link.now_ns, np.eye(4))
    link.tf.insert('base', 'camera', link.now_ns + 40_000_000, np.eye(4))
    link.now_s += 0.01
    link.send(pose(5, 'Target'))
    assert target(link) == ('base', 5)
    link.now_s += 0.03
    link.send(pose(6, 'Target'))
    link.now_s += 0.05
    link.send(pose(7, 'Target'))
    assert target(link) is None
    link.tf.insert('base', 'camera', link.now_ns - 30_000_000, np.eye(4))
    link.wait(0.01)
    assert link.published['Target/pose'][-1].pose.position.x == 0.006
    assert target(link) is None
    link.tf.insert('base', 'camera', link.now_ns, np.eye(4))
    link.wait(0.01)
    assert target(link) == ('base', 7)


@pytest.mark.parametrize('link', ['publish_invalid: true'], indirect=True)
def test_what_is_published_though_something_is_wrong_with_it_is_no_target(link):
    link.send(pose(5, 'Target'))
    link.send(pose(5, 'Target', metadata={'TransformStatus': 'OUT_OF_VIEW'}))
    assert len(link.published['Target/pose']) == 2 and target(link) == 'OUT_OF_VIEW'
    link.send(Transform(np.diag([2.0, 2.0, 2.0, 1.0]), device_name='Target'))
    assert 'the matrix holds scale or shear' in target(link)
    measured_ns = link.now_ns
    for _ in range(3):
        link.send(pose(6, 'Target', ns=measured_ns))
        link.now_s += 2.0
    assert target(link) == FROZEN  # nobody measures any more
    link.send(pose(7, 'Target', ns=link.now_ns))
    assert target(link) == ('ras', 7)


@pytest.mark.parametrize('link', [BOX], indirect=True)
def test_tools_are_a_target_if_all_are_published_in_one_frame(link):
    link.send(tools(('A', 1), ('B', 2)))
    assert target(link) == ('ras', 1, 2)
    link.send(tools(('A', 1)))
    assert target(link) == ('ras', 1)
    link.send(tools(('A', 1), ('B', 500)))
    assert target(link).startswith('not all of it: B workspace')
    for none in (tools(), tools(('AToX', 1), ('BToY', 2))):
        link.send(none)
        assert target(link) == 'nothing that was published of it is a place'


@pytest.mark.parametrize('link', [
    'type: POINT, trajectory: {entry: ENTRY, target: TARGET}', 'type: POINT'], indirect=True)
def test_of_a_path_the_entry_comes_first_whatever_its_place_in_the_list(link):
    ends = [Point('TARGET', (2, 0, 0)), Point('ENTRY', (1, 0, 0))]
    link.send(PointList(ends, device_name='Target'))
    is_path = link.table.all['POINT', 'Target'].way.rule.trajectory is not None
    assert target(link) == ('ras', *((1, 2) if is_path else (2, 1)))
    if is_path:
        link.send(PointList(ends[:1], device_name='Target'))
        assert 'ENTRY' in target(link)


def test_no_more_peers_are_remembered_than_there_can_be_and_those_are_kept_up_to_date(
        monkeypatch):
    monkeypatch.setattr(targets_module, '_MAX_PEERS', 1)
    targets = Targets(['Target'])
    for message in (pose(1), pose(2)):
        targets.begin('known', 'Target', message)
        targets.begin('too many', 'Target', message)
        assert targets.value('known', 'Target', 0.0) is None
        targets.took('known', 'Target', message, message, None)
        targets.took('too many', 'Target', message, message, None)
        assert targets.value('known', 'Target', 0.0) == message
    with pytest.raises(ConversionError, match='has sent none'):
        targets.value('too many', 'Target', 0.0)


def test_what_becomes_of_a_message_of_a_peer_that_is_gone_is_forgotten():
    targets = Targets(['Target'])
    message = pose(1)
    targets.begin('peer', 'Target', message)
    targets.left('peer')
    targets.took('peer', 'Target', message, message, None)
    with pytest.raises(ConversionError, match='has sent none'):
        targets.value('peer', 'Target', 0.0)
