"""What is held: repeated as long as it holds, and by whom it was said is there."""

import pytest
from inward import NS, Link, Peer, pose, stamps, xs

from igtl_ros2.routes.repetition import SILENT, UNANSWERED, is_stale

WHAT = 'TRANSFORM Target'


def holding(keys=''):
    return Link(f'receive: [{{device: Target, hold_hz: 50, pose: true{keys}}}]')


def target(x_mm, **fields):
    return pose(x_mm, 'Target', **fields)


def poses(link):
    return link.published['Target/pose']


def test_the_last_value_is_repeated_as_of_now_until_it_is_invalid():
    link = holding()
    link.send(target(100))
    link.wait(0.2)
    heard = stamps(poses(link))
    assert len(heard) == 11 and heard == sorted(set(heard)) and heard[-1] == link.now_ns
    assert set(xs(poses(link))) == {100}
    link.send(target(100, metadata={'TransformStatus': 'OUT_OF_VIEW'}))
    link.wait(0.5)
    assert len(poses(link)) == 11
    link.send(target(200))
    link.wait(0.2)
    assert xs(poses(link))[11:] == [200] * 11


def test_an_invalid_value_that_is_published_all_the_same_is_not_repeated():
    link = holding(', publish_invalid: true')
    link.send(target(100))
    link.wait(0.1)
    link.send(target(200, metadata={'TransformStatus': 'OUT_OF_VIEW'}))
    link.wait(0.5)
    assert xs(poses(link)).count(200) == 1 and xs(poses(link))[-1] == 200


def test_nothing_is_repeated_of_a_peer_that_is_gone():
    link = holding()
    link.send(target(100))
    link.wait(0.1)
    count = len(poses(link))
    link.gone.add(link.peer)
    link.wait(0.5)
    link.gone.clear()  # another one may have its address
    link.wait(0.5)
    assert len(poses(link)) == count > 3


def test_nothing_is_repeated_while_a_peer_gives_no_sign_of_life():
    link = holding()
    link.send(target(100))
    link.wait(0.1)
    count = len(poses(link))
    link.peer.is_answering = False
    link.wait(0.5)
    assert len(poses(link)) == count
    assert link.states['Target'] == [UNANSWERED]
    assert link.report.of('stays_stale') == {f'{WHAT}: no answer': 25}
    device = link.device(target(0))
    assert device.tells_nothing_new(link.now_s)
    link.peer.is_answering = True
    link.wait(0.1)
    assert len(poses(link)) == count + 5 and not device.tells_nothing_new(link.now_s)


def test_who_looks_first_finds_silence_either_way():
    link = holding(', max_age: 0.3')
    link.send(target(100))
    device = link.device(target(0))
    link.now_s += 0.4
    assert link.repetition.next(device, link.now()) is None and device.held is None
    assert link.states['Target'] == [SILENT]
    link.repetition.has_gone_silent(device, link.now_s)
    assert link.states['Target'] == [SILENT]


@pytest.mark.parametrize('state, stale', [
    (SILENT, True), (UNANSWERED, True), ('stale: its time stamp stands still', True),
    ('stale: its time stamp stands still, MISSING', True), ('MISSING', False),
    ('withheld by max_jump', False), ('OK', False), (None, False)])
def test_what_states_are_stale(state, stale):
    assert is_stale(state) is stale


def test_a_value_of_a_moment_is_repeated_with_the_stamp_of_that_moment():
    link = holding(', stamp: device')
    stamp_ns = link.now_ns - 3 * NS
    link.send(target(100, ns=stamp_ns))
    link.wait(0.2)
    assert len(poses(link)) == 11 and set(stamps(poses(link))) == {stamp_ns}


def test_it_stays_in_the_place_that_it_had_at_that_moment():
    link = holding(', stamp: device, frame: camera, to_frame: base')
    place = pose(1).matrix.copy()
    link.tf.insert('base', 'camera', 0, place, static=True)
    link.send(target(100, ns=link.now_ns))
    place[0, 3] = 2.0
    link.tf.insert('base', 'camera', 0, place, static=True)
    link.wait(0.2)
    assert xs(poses(link)) == [1100] * 11


def test_what_another_peer_says_takes_its_place():
    link = holding(', on_conflict: mix')
    link.send(target(100))
    link.wait(0.1)
    other = Peer('tcp://10.0.0.2:4000')
    link.send(target(200), peer=other)
    link.gone.add(link.peer)
    link.wait(0.2)
    assert xs(poses(link))[-11:] == [200] * 11
