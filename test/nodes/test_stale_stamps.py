"""A tracker that says the same again and again is never made to look alive."""

import json
import time

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from geometry_msgs.msg import PoseArray, PoseStamped, TransformStamped
from ros_user import STATE, mapping, pose, start, wait_for
from sensor_msgs.msg import Image as RosImage
from std_msgs.msg import String as RosString
from tf2_msgs.msg import TFMessage

from igtl_ros2.codec import from_ns
from igtl_ros2.codec.messages.bundle import Bind
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.pose import Position, Transform
from igtl_ros2.codec.messages.tracking import TrackingData, TrackingElement
from igtl_ros2.converters.units import time_from_ns
from igtl_ros2.nodes import late_joiners

NS = 10**9
#: how often the test sends; devices are stale after five times as long
PERIOD_S = 0.02


@pytest.fixture(autouse=True)
def nobody_is_late(monkeypatch):
    monkeypatch.setattr(late_joiners, '_SEARCH_S', 0.0)


def stamp_of(message):
    stamp = message.header.stamp
    return stamp.sec * NS + stamp.nanosec


def tool(x_mm=0, ns=0, name='ToolToBase', **fields):
    return Transform(pose((x_mm, 0, 0)), device_name=name, timestamp=from_ns(ns), **fields)


def bridge(ros, device, tmp_path, keys='', **parameters):
    return start(ros, device, stale_after=0.3, **parameters, **mapping(tmp_path, f"""
receive:
  - {{device: "*", {keys}}}
"""))


def send_until(device, make, condition, what):
    wait_for(lambda: device.send(make()) or time.sleep(PERIOD_S) or condition(), what)


def links(diagnostics):
    return [(status.level, status.message, {v.key: v.value for v in status.values})
            for message in diagnostics for status in message.status]


@pytest.mark.parametrize('wrong_s', [0.0, 500.0])
@pytest.mark.parametrize('keys', [
    'pose: true, tf: true', 'max_skew: 0.2, tf: true', 'max_jump: {m: 1}, tf: true',
    'stamp: device, tf: true', 'hold_hz: 50, tf: true', ''])
def test_a_frozen_stamp_stays_and_is_said_to_be_stale(ros, device, tmp_path, keys, wrong_s):
    node = bridge(ros, device, tmp_path, keys)
    poses = ros.listen('/x/ToolToBase/transform', TransformStamped)
    tf = ros.listen('/tf', TFMessage)
    status = ros.listen('/x/ToolToBase/status', DiagnosticArray, STATE)
    diagnostics = ros.listen('/diagnostics', DiagnosticArray)
    frozen = time.time_ns() - round(wrong_s * NS)
    numbers = iter(range(10**6))
    send_until(device, lambda: tool(0.001 * next(numbers), frozen), lambda: status, 'its state')
    said = status[0].status[0]
    assert (said.level, said.message) == (
        DiagnosticStatus.STALE, 'stale: its time stamp stands still')
    send_until(device, lambda: tool(0, frozen), lambda: any(
        level == DiagnosticStatus.STALE and text == 'nothing new from TRANSFORM ToolToBase'
        and int(facts['stale TRANSFORM ToolToBase: time stamp']) > 0
        for level, text, facts in links(diagnostics)), 'it on /diagnostics')
    assert len({stamp_of(message) for message in poses}) == 1
    assert (stamp_of(poses[0]) == frozen) is (wrong_s == 0 or 'stamp: device' in keys)
    if 'tf' in keys:
        assert len([t for m in tf for t in m.transforms]) == 1
    # a new one ends it
    send_until(device, lambda: tool(1, time.time_ns()),
               lambda: status[-1].status[0].level == DiagnosticStatus.OK, 'that it is well')
    wait_for(lambda: not node._receivers[''].stale, 'no more stale')


@pytest.mark.parametrize('topic, kind, make', [
    ('P/pose', PoseStamped, lambda ns: Position((1, 2, 3), (0, 0, 0, 1), device_name='P',
                                                timestamp=from_ns(ns))),
    ('T/tracking', PoseArray, lambda ns: TrackingData(
        [TrackingElement('A', pose())], device_name='T', timestamp=from_ns(ns))),
    ('I/image', RosImage, lambda ns: Image(
        np.zeros((1, 8, 8), np.uint8), device_name='I', timestamp=from_ns(ns))),
    ('B/transform', TransformStamped, lambda ns: Bind(
        (tool(1, ns, 'B'),), device_name='Group', timestamp=from_ns(ns)))])
def test_no_type_is_made_younger(ros, device, tmp_path, topic, kind, make):
    bridge(ros, device, tmp_path, 'max_skew: 0.05')
    heard = ros.listen(f'/x/{topic}', kind)
    frozen = time.time_ns()
    for wanted in (frozen, frozen - 500 * NS):
        count = len(heard)
        send_until(device, lambda ns=wanted: make(ns),
                   lambda n=count: len(heard) > n + 20, 'messages')
    assert len({stamp_of(message) for message in heard}) == 1


def test_poses_in_bulk_are_not_made_younger(ros, device, tmp_path):
    node = start(ros, device, stale_after=0.3)
    heard = ros.listen('/x/Tool/transform', TransformStamped)

    send_until(device, lambda: tool(0, time.time_ns() - 500 * NS, 'Tool'),
               lambda: len(heard) > 2, 'the first poses')
    frozen = tool(1, time.time_ns() - 499 * NS, 'Tool')
    for _ in range(30):
        for _ in range(30):
            device.send(frozen)
        time.sleep(PERIOD_S)
    wait_for(lambda: node._receivers[''].stale, 'that it is stale')
    stamps = {stamp_of(m) for m in heard if m.transform.translation.x > 0}
    assert len(stamps) == 1


def test_a_clock_that_is_off_is_a_warning_with_the_offset(ros, device, tmp_path):
    bridge(ros, device, tmp_path)
    poses = ros.listen('/x/ToolToBase/transform', TransformStamped)
    diagnostics = ros.listen('/diagnostics', DiagnosticArray)
    for wrong_s, word in ((-3600, 'behind'), (60, 'ahead')):
        diagnostics.clear()

        def said(word=word, wrong_s=wrong_s):
            for level, text, facts in links(diagnostics):
                off = facts.get('clock TRANSFORM ToolToBase', '')
                if off.endswith(word):
                    assert abs(float(off.split()[0]) - abs(wrong_s)) < 1
                    assert level == DiagnosticStatus.WARN
                    assert f'the clock of TRANSFORM ToolToBase is {off}' in text
                    return True

        send_until(device, lambda s=wrong_s: tool(0, time.time_ns() + s * NS), said, word)
    assert stamp_of(poses[-1]) == pytest.approx(time.time_ns(), abs=5 * NS)
    assert len({stamp_of(message) for message in poses}) == len(poses)
    diagnostics.clear()
    send_until(device, lambda: tool(0, time.time_ns()), lambda: any(
        level == DiagnosticStatus.OK for level, _, _ in links(diagnostics)), 'a right clock')


def test_values_without_stamps_are_never_stale(ros, device, tmp_path):
    node = bridge(ros, device, tmp_path, 'tf: true')
    tf = ros.listen('/tf', TFMessage)
    send_until(device, tool, lambda: len(tf) > 40, 'transforms')
    stamps = [stamp_of(t) for m in tf for t in m.transforms]
    assert len(set(stamps)) == len(stamps)
    assert node._receivers[''].stale == []


def test_what_a_device_has_stamped_is_repeated_with_that_stamp(ros, device, tmp_path):
    bridge(ros, device, tmp_path, 'hold_hz: 50, tf: true')
    poses = ros.listen('/x/ToolToBase/transform', TransformStamped)
    tf = ros.listen('/tf', TFMessage)
    info = ros.listen('/x/ToolToBase/info', RosString, STATE)
    sent = time.time_ns()
    device.send(tool(1, sent))
    wait_for(lambda: len(poses) > 20, 'repetitions')
    assert {stamp_of(message) for message in poses} == {sent}
    assert len(tf) <= 1
    assert json.loads(info[-1].data)['stamp_source'] == 'hold'


def test_what_another_bridge_sends_again_and_again_is_not_made_younger(ros, device, tmp_path):
    sender = ros.bridge('/y', port=0, **mapping(tmp_path, """
send: [{topic: /tool, device: ToolToBase, keepalive: 0.05}]
"""))
    other = tmp_path / 'other.yaml'
    other.write_text('receive: [{device: "*", tf: true, max_skew: 0.1}]')
    node = ros.bridge(mode='client', port=sender.link.address.port, stale_after=0.3,
                      mapping_file=str(other))
    heard = ros.listen('/x/ToolToBase/transform', TransformStamped)
    tf = ros.listen('/tf', TFMessage)
    wait_for(lambda: node.link.peers, 'the connection')
    message = TransformStamped(child_frame_id='Tool')
    message.header.frame_id = 'Base'
    message.transform.rotation.w = 1.0
    talker = ros.talk('/tool', TransformStamped)
    message.header.stamp = time_from_ns(time.time_ns())
    talker.publish(message)
    wait_for(lambda: node._receivers[''].stale, 'that it is stale')
    assert len(heard) > 4
    assert len({stamp_of(m) for m in heard}) == 1
    assert len([t for m in tf for t in m.transforms]) == 1
