"""A tracker that says the same again and again is never made to look alive."""

import numpy as np
import pytest
from inward import NS, Link, Peer, pose, stamps

from igtl_ros2.codec import from_ns
from igtl_ros2.codec.messages.bundle import Bind
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.points import Point, PointList
from igtl_ros2.codec.messages.pose import Position
from igtl_ros2.codec.messages.text import String
from igtl_ros2.codec.messages.tracking import TrackingData, TrackingElement
from igtl_ros2.routes.device import clocks_of
from igtl_ros2.routes.inbound import FROZEN

STALE_AFTER_S = 0.3
WHAT = 'TRANSFORM ToolToBase'


def link_with(keys):
    return Link(f'receive: [{{device: "*", {keys}}}]', stale_after=STALE_AFTER_S)


def tool(x_mm=0.0, ns=0, name='ToolToBase'):
    return pose(x_mm, name, ns)


def stale(link):
    return [d.way.what for d in link.table.all.values() if d.tells_nothing_new(link.now_s)]


@pytest.mark.parametrize('wrong_s', [0.0, 500.0])
@pytest.mark.parametrize('keys', [
    'pose: true, tf: true', 'max_skew: 0.2, tf: true', 'max_jump: {m: 1}, tf: true',
    'stamp: device, tf: true', 'hold_hz: 50, tf: true', ''])
def test_a_frozen_stamp_stays_and_is_said_to_be_stale(keys, wrong_s):
    link = link_with(keys)
    frozen = link.now_ns - round(wrong_s * NS)
    for number in range(60):
        link.send(tool(0.001 * number, frozen))
        link.wait(0.01)
    assert link.states['ToolToBase'] == [FROZEN] and stale(link) == [WHAT]
    assert link.report.of('stays_stale')[f'{WHAT}: time stamp'] > 30
    heard = stamps(link.published['ToolToBase/transform'])
    assert len(heard) >= 60 and len(set(heard)) == 1
    assert (heard[0] == frozen) is (wrong_s == 0 or 'stamp: device' in keys)
    assert len(link.broadcast) == ('tf' in keys)
    # a new one ends it
    link.send(tool(1, link.now_ns))
    assert link.states['ToolToBase'] == [FROZEN, None] and stale(link) == []


@pytest.mark.parametrize('topic, make', [
    ('P/pose', lambda ns: Position((1, 2, 3), (0, 0, 0, 1), device_name='P',
                                   timestamp=from_ns(ns))),
    ('T/tracking', lambda ns: TrackingData(
        [TrackingElement('A', pose().matrix)], device_name='T', timestamp=from_ns(ns))),
    ('I/image', lambda ns: Image(
        np.zeros((1, 8, 8), np.uint8), device_name='I', timestamp=from_ns(ns))),
    ('B/transform', lambda ns: Bind(
        (tool(1, ns, 'B'),), device_name='Group', timestamp=from_ns(ns)))])
def test_no_type_is_made_younger(topic, make):
    link = link_with('max_skew: 0.05')
    frozen = link.now_ns
    for stamp_ns in (frozen, frozen - 500 * NS):
        for _ in range(20):
            link.send(make(stamp_ns))
    heard = stamps(link.published[topic])
    assert len(heard) == 40 and len(set(heard)) == 1


@pytest.mark.parametrize('wrong_s', [-3600, 60])
def test_a_clock_that_is_off_is_told_with_the_offset_until_it_is_right(wrong_s):
    link = link_with('')

    def clocks():
        return clocks_of(
            link.table.all.values(), link.now_s, link.now().ros_ns, link.now().wall_ns)

    for _ in range(9):
        link.send(tool(0, link.now_ns + wrong_s * NS))
    assert clocks() == {WHAT: pytest.approx(-wrong_s, abs=0.1)}
    heard = stamps(link.published['ToolToBase/transform'])
    assert heard[-1] == pytest.approx(link.now_ns, abs=0.1 * NS)
    assert len(set(heard)) == len(heard)
    link.wait(3.1)
    assert clocks() == {}
    link.send(tool(0, link.now_ns))
    assert clocks() == {}


def test_values_without_stamps_are_never_stale():
    link = link_with('tf: true')
    for _ in range(60):
        link.send(tool())
    heard = stamps(link.broadcast)
    assert len(set(heard)) == len(heard) == 60
    assert stale(link) == [] and link.states == {}


def test_what_a_device_has_stamped_is_repeated_with_that_stamp():
    link = link_with('hold_hz: 50, tf: true')
    sent = link.now_ns
    link.send(tool(1, sent))
    link.wait(0.5)
    heard = stamps(link.published['ToolToBase/transform'])
    assert len(heard) > 20 and set(heard) == {sent}
    assert len(link.broadcast) == 1
    assert link.info['ToolToBase'][-1]['stamp_source'] == 'hold'


def test_several_old_stamps_by_turns_are_neither_younger_nor_broadcast_again():
    link = link_with('tf: true, max_skew: 0.2')
    first = {}
    old = [link.now_ns + n * NS // 100 for n in range(3)]
    for number in range(300):
        link.send(tool(number, old[number % 3]))
        stamp = stamps(link.published['ToolToBase/transform'])[-1]
        assert stamp <= first.setdefault(old[number % 3], stamp)
    assert len(link.broadcast) < 110  # until it is stale
    assert stale(link) == [WHAT]


@pytest.mark.parametrize('behind_s', [0.0, 60.0])
def test_an_old_value_between_new_ones_of_another_sender_stays_old(behind_s):
    link = link_with('on_conflict: mix, max_skew: 0.2')
    other = Peer('tcp://10.0.0.2:4000')
    held = link.now_ns
    chosen = []
    for _ in range(200):
        link.send(tool(1, held))
        chosen.append(stamps(link.published['ToolToBase/transform'])[-1])
        link.send(tool(2, link.now_ns - round(behind_s * NS)), peer=other)
    assert chosen == sorted(chosen, reverse=True)


@pytest.mark.parametrize('make', [
    lambda ns: String('x', device_name='Dev', timestamp_ns=ns),
    lambda ns: PointList([Point('F', (1, 2, 3))], device_name='Dev', timestamp_ns=ns),
    lambda ns: tool(0, ns, 'Dev')])
def test_a_value_that_was_held_is_old_and_no_clock_is_off(make):
    link = link_with('')

    def off():
        return clocks_of(
            link.table.all.values(), link.now_s, link.now().ros_ns, link.now().wall_ns)

    # as a late joiner gets it, from two connections
    for age_s in (3600, 1200):
        link.send(make(link.now_ns - age_s * NS))
        assert off() == {}
        link.wait(1.0)
    for _ in range(2):
        link.send(make(link.now_ns - 900 * NS))
        link.wait(1.0)
    assert list(off().values()) == [pytest.approx(900, abs=0.1)]
    link.send(make(link.now_ns + 900 * NS))
    assert list(off().values()) == [pytest.approx(-900, abs=0.1)]
