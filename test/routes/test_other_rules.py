"""Other rules at run time: what was true of devices of which nothing has come since stays so."""

import pytest
from inward import Link, Peer, pose, xs

from igtl_ros2.routes.repetition import LEFT, SILENT, is_stale

GATED = 'max_age: 0.5, pose: true, workspace: {{min: [-1, -1, -1], max: [{}, 1, 1]}}'


def rules(keys, device='Target'):
    return f'receive: [{{device: {device}, {keys}}}]'


def stale(link):
    return [d.key[1] for d in link.table.watched() if d.tells_nothing_new(link.now_s)]


def test_one_that_is_silent_before_stays_stale_until_it_is_heard():
    link = Link(rules(GATED.format(1)))
    link.send(pose(1, 'Target'))
    link.wait(1)
    assert stale(link) == ['Target']
    for reach in 2, 3:
        link.change(rules(GATED.format(reach)))
        link.wait(1)
        assert stale(link) == ['Target']
    link.send(pose(2, 'Target'))
    assert stale(link) == []
    assert link.states['Target'] == [SILENT, None]


def test_one_that_dies_with_the_change_is_missed():
    link = Link(rules(GATED.format(1)))
    link.send(pose(1, 'Target'))
    link.change(rules(GATED.format(2)))
    link.wait(0.2)
    assert stale(link) == []
    link.wait(1)
    assert stale(link) == ['Target']
    assert link.states['Target'] == [SILENT]
    assert sum(link.report.of('withheld_by').values()) == 1


@pytest.mark.parametrize('keys', ['action: drop', 'name: other, max_age: 1', 'pose: true'])
def test_what_no_rule_waits_for_any_more_is_not_missed(keys):
    link = Link(rules(GATED.format(1)))
    link.send(pose(1, 'Target'))
    link.wait(1)
    link.change(rules(keys))
    link.wait(2)
    assert stale(link) == []


def test_a_value_that_was_repeated_is_stale_until_it_is_sent_again():
    link = Link(rules('hold_hz: 10, pose: true'))
    link.send(pose(1, 'Target'))
    link.wait(0.5)
    for _ in range(2):
        link.change(rules(f'hold_hz: 10, pose: true, {GATED.format(1)[GATED.find("work"):]}'))
        count = len(link.published['Target/pose'])
        link.wait(1)
        assert len(link.published['Target/pose']) == count > 3
        assert stale(link) == ['Target'] and is_stale(LEFT)
    assert link.states['Target'] == [LEFT]
    link.send(pose(2, 'Target'))
    link.wait(0.5)
    assert stale(link) == [] and link.states['Target']== [LEFT, None]
    link.change(rules('pose: true'))
    link.wait(1)
    assert stale(link) == [] and link.states['Target'] == [LEFT, None]


A, B = 'tcp://10.0.0.1:4000', 'tcp://10.0.0.2:4000'
FIRST = 'on_conflict: first, pose: true'


@pytest.mark.parametrize('text', [
    f'receive: [{{device: Target, peer: 10.0.0.2, {FIRST}}}]',
    f'receive: [{{device: Target, peer: 10.0.0.1, action: drop}}, {{device: Target, {FIRST}}}]',
    'receive: [{device: Target, on_conflict: mix, pose: true}]',
])
def test_a_peer_that_the_rules_exclude_holds_its_topic_no_more(text):
    link, other = Link(f'receive: [{{device: Target, {FIRST}}}]'), Peer(B)
    assert link.peer.address == A
    link.send(pose(1, 'Target'))
    link.send(pose(2, 'Target'), peer=other)
    assert xs(link.published['Target/pose']) == [1]
    link.change(text)
    link.send(pose(3, 'Target'), pose(4, 'Target'), peer=other)
    assert xs(link.published['Target/pose']) == [1, 3, 4]


def test_a_peer_that_they_do_not_exclude_keeps_its_topic():
    link, other = Link(f'receive: [{{device: Target, {FIRST}}}]'), Peer(B)
    link.send(pose(1, 'Target'))
    link.change(f'receive: [{{device: Target, {FIRST}, tf: false, max_age: 1}}]')
    link.send(pose(3, 'Target'), peer=other)
    assert xs(link.published['Target/pose']) == [1]
