"""A tracker that says the same again and again is never made to look alive."""

import time

import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from geometry_msgs.msg import TransformStamped
from ros_user import STATE, mapping, pose, start, wait_for
from tf2_msgs.msg import TFMessage

from igtl_ros2.codec import from_ns
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.converters.units import time_from_ns

pytestmark = pytest.mark.usefixtures('nobody_is_late')

NS = 10**9
#: how often the test sends; devices are stale after five times as long
PERIOD_S = 0.02


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


def test_a_frozen_stamp_stays_and_is_said_to_be_stale(ros, device, tmp_path):
    node = bridge(ros, device, tmp_path, 'tf: true')
    poses = ros.listen('/x/ToolToBase/transform', TransformStamped)
    tf = ros.listen('/tf', TFMessage)
    status = ros.listen('/x/ToolToBase/status', DiagnosticArray, STATE)
    diagnostics = ros.listen('/diagnostics', DiagnosticArray)
    frozen = time.time_ns() - 500 * NS
    numbers = iter(range(10**6))
    send_until(device, lambda: tool(0.001 * next(numbers), frozen), lambda: status, 'its state')
    said = status[0].status[0]
    assert (said.level, said.message) == (
        DiagnosticStatus.STALE, 'stale: its time stamp stands still')
    send_until(device, lambda: tool(0, frozen), lambda: any(
        level == DiagnosticStatus.STALE and text == 'nothing new from TRANSFORM ToolToBase'
        and int(facts['stale TRANSFORM ToolToBase: time stamp']) > 0
        for level, text, facts in links(diagnostics)), 'it on /diagnostics')
    (stamp_ns,) = {stamp_of(message) for message in poses}
    assert stamp_ns != frozen
    assert len([t for m in tf for t in m.transforms]) == 1
    # a new one ends it
    send_until(device, lambda: tool(1, time.time_ns()),
               lambda: status[-1].status[0].level == DiagnosticStatus.OK, 'that it is well')
    wait_for(lambda: not node._receivers[''].stale, 'no more stale')


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
    diagnostics = ros.listen('/diagnostics', DiagnosticArray)

    def said():
        for level, text, facts in links(diagnostics):
            off = facts.get('clock TRANSFORM ToolToBase', '')
            # on a busy machine it may be stale at times, which says more
            if off.endswith('ahead') and level == DiagnosticStatus.WARN:
                assert abs(float(off.split()[0]) - 60) < 1
                assert f'the clock of TRANSFORM ToolToBase is {off}' in text
                return True

    send_until(device, lambda: tool(0, time.time_ns() + 60 * NS), said, 'the warning')


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
    wait_for(lambda: len(heard) > 4, 'its repetitions')
    assert len({stamp_of(m) for m in heard}) == 1
    assert len([t for m in tf for t in m.transforms]) == 1
