"""A source that died is not sent for ever: it is missing once, and well when it comes back."""

from dataclasses import replace

import numpy as np
import pytest
from geometry_msgs.msg import TransformStamped
from outward import NS, Feed, Peers, posed, tf_route, told, topic, words
from std_msgs.msg import String as RosString

from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.tracking import TrackingData, TrackingElement
from igtl_ros2.converters.pose import tool_state
from igtl_ros2.routes.effects import Count, Retract
from igtl_ros2.routes.source_age import Expiry, SourceAge
from igtl_ros2.rules import SendRule, TfFrame

FRAME = SendRule('d', tf_source='a', tf_target='b')


def looked(rule, samples):
    """Say of samples (stamp, time of ROS, steady time) in seconds which are fresh."""
    age = SourceAge(rule)
    return [age.is_fresh(round(s * NS), round(now * NS), steady) for s, now, steady in samples]


def test_a_frame_whose_stamp_stands_still_is_stale_after_two_seconds():
    assert looked(FRAME, [(5, 100, 0), (5, 101, 1.9), (5, 102, 2.1), (6, 103, 2.2), (1, 99, 4)]) \
        == [True, True, False, True, True]
    assert all(looked(FRAME, [(0, t, t) for t in (1, 5, 90)]))  # static


def test_a_time_that_a_rule_names_is_that_of_the_stamp_too():
    rule = replace(FRAME, max_age=1.0)
    assert looked(rule, [(99.5, 100, 0), (99.6, 101, 1), (100.9, 101, 2)]) == [True, False, True]


@pytest.mark.parametrize('rule', [
    SendRule('d', topic='/t'), SendRule('d', tf_list=(TfFrame('a', 'b', 'a'),), max_age=0.0)])
def test_without_a_limit_nothing_is_stale(rule):
    assert all(looked(rule, [(1, t, t) for t in (1, 50, 5000)]))


class Robot:
    """A frame of tf, or several, that moves until it dies."""

    def __init__(self, several):
        self.feed, self._several = None, several
        self.died_s = None

    def __call__(self):
        alive_s = self.feed.now_s if self.died_s is None else self.died_s
        matrix = np.eye(4)
        matrix[0, 3] = alive_s % 1
        stamp_ns = round(alive_s * NS)
        return ((TrackingElement('tool', matrix),), stamp_ns) if self._several else (
            matrix, stamp_ns)


@pytest.mark.parametrize('keys, limit_s', [
    ({}, 2.0), ({'on_change': True, 'keepalive': 0.2}, 2.0), ({'max_age': 0.5}, 0.5),
    ({'tf_source': '', 'tf_list': (TfFrame('tool', 'base', 'tool'),), 'type': ''}, 2.0),
    ({'tf_source': 'to*', 'type': 'TDATA', 'max_age': 1.0}, 1.0)])
def test_a_frame_that_died_is_missing_once_and_comes_back(keys, limit_s):
    robot = Robot('tf_list' in keys or 'type' in keys)
    feed = robot.feed = Feed(tf_route(**keys), robot)
    feed.wait(1.0)
    moving = len(feed.states)
    assert moving > 10 and set(feed.states) == {None}
    robot.died_s = feed.now_s
    feed.wait(limit_s - 0.1)
    assert 'MISSING' not in feed.states
    feed.wait(9.0)
    assert feed.states[-1] == 'MISSING' and feed.states.count('MISSING') == 1
    assert told(feed.out).count((Count.PROBLEM, 'Tool: stale')) == 1
    robot.died_s = None
    feed.wait(1.0)
    at = feed.states.index('MISSING')
    assert set(feed.states[at + 1:]) == {'OK'}
    assert set(feed.states[:at]) == {None}


@pytest.mark.parametrize('keys', [
    {}, {'keepalive': 0.1}, {'rate': 20.0}, {'on_change': True}, {'rate': 5.0, 'keepalive': 0.3}])
def test_a_topic_may_have_an_age_as_well(keys):
    feed = Feed(topic(Peers(), TransformStamped, '/goal', max_age=1.0, **keys),
                max_age=1.0, keepalive=keys.get('keepalive'), rate=keys.get('rate'))

    def say(age_s):
        feed.take(posed(0.5, feed.now_s - age_s))
        feed.wait(0.25)

    say(30)
    assert (Count.WITHHELD, '/goal: max_age') in told(feed.out) and feed.states == []
    say(0)
    assert feed.states and set(feed.states) == {None}
    feed.wait(9.0)
    assert feed.states[-1] == 'MISSING' and feed.states.count('MISSING') == 1
    say(0)
    assert feed.states[-1] == 'OK' and feed.states.count('MISSING') == 1


def test_what_is_repeated_is_looked_at_before():
    route = topic(Peers(), TransformStamped, '/goal', max_age=1.0, keepalive=0.7)
    feed = Feed(route, keepalive=0.7)
    feed.take(posed(0.5, feed.now_s))
    feed.wait(1.5)
    assert feed.states == [None, None, 'MISSING']


def test_what_has_no_stamp_may_be_silent_for_so_long():
    feed = Feed(topic(Peers(), RosString, '/say', max_age=0.4, keepalive=0.1),
                max_age=0.4, keepalive=0.1)
    feed.take(words(1))
    feed.wait(0.35)
    count = len(feed.states)
    assert count == 4
    feed.wait(9.0)
    assert count <= len(feed.states) <= 5
    (back,) = [effect for effect in feed.out if isinstance(effect, Retract)]
    assert back.last.text == '1' and back.state is None


TOOLS = TrackingData(
    [TrackingElement('Probe', np.eye(4))], device_name='Tool', timestamp=1 << 62)


@pytest.mark.parametrize('message', [
    Transform(np.eye(4), device_name='Tool', metadata={'TransformStatus': 'OUT_OF_VIEW'}),
    Transform(np.eye(4), device_name='Tool', metadata={'Status': 'MISSING'}),
    replace(TOOLS, metadata={'ProbeStatus': 'OUT_OF_VIEW'}, version=2),
], ids=['its own', 'Slicer', 'tool'])
def test_what_was_missing_and_is_there_again_is_as_its_device_says(message):
    expiry, out = Expiry(SendRule('Tool', topic='/a/Tool/transform', max_age=1.0)), []
    well = replace(message, metadata=dict.fromkeys(message.metadata, 'OK'))
    expiry.note([well])
    expiry.expire('silence', out)
    assert out[0].text == 'Tool is stale, not sent: silence'
    assert tool_state(out[1].state, 'Probe') == 'MISSING'
    assert expiry.is_stale
    assert expiry.note([message]) == [message]
    assert not expiry.is_stale
    (again,) = expiry.note([replace(message, metadata={})])
    assert tool_state(again, 'Probe') == 'OK'
