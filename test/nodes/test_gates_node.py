"""Gates in the real node: what is withheld from every form, what is told of it, and what not."""

import json
import time

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from geometry_msgs.msg import PointStamped, PoseArray, PoseStamped, TransformStamped
from ros_user import DEADLINE_S, STATE, mapping, next_message, one, pose, start, wait_for
from rosgraph_msgs.msg import Clock
from std_msgs.msg import Bool, UInt8MultiArray
from std_msgs.msg import String as RosString
from std_srvs.srv import Trigger
from tf2_msgs.msg import TFMessage

from igtl_ros2 import codec, connect
from igtl_ros2.codec import from_ns
from igtl_ros2.codec.messages.bundle import Bind
from igtl_ros2.codec.messages.points import Point, PointList
from igtl_ros2.codec.messages.pose import Position, Transform
from igtl_ros2.codec.messages.text import Status, StatusCode, String
from igtl_ros2.codec.messages.tracking import TrackingData, TrackingElement
from igtl_ros2.converters.units import time_from_ns
from igtl_ros2.errors import PeerTimeoutError
from igtl_ros2.nodes import late_joiners, transform_wait

NS = 10**9


@pytest.fixture(autouse=True)
def no_second_last_values(monkeypatch):
    """Count what is published once."""
    monkeypatch.setattr(late_joiners, '_SEARCH_S', 0.0)


def at(x_mm, name='Target', ns=0, **fields):
    return Transform(pose((x_mm, 0, 0)), device_name=name, timestamp=from_ns(ns), **fields)


def xs(messages):
    """Tell where poses were, in mm."""
    return [round(1000 * m.pose.position.x) for m in messages]


def state_of(status):
    return [(m.status[0].level, m.status[0].message) for m in status]


def withheld(node):
    (health, *_), = node._diagnostics._open
    return dict(health._report.withheld)


def done(ros, device, topic='/x/End/text'):
    """Wait until all that was sent before has gone through the bridge."""
    heard = ros.listen(topic, RosString, STATE)
    text = str(time.monotonic_ns())

    def arrived():
        device.send(String(text, device_name='End'))
        time.sleep(0.02)
        return any(m.data == text for m in heard)

    wait_for(arrived, 'the end')


def gated(ros, device, tmp_path, keys, **parameters):
    """Start a bridge with a rule of gates, and listen to all that it may publish."""
    node = start(ros, device, **parameters, **mapping(tmp_path, f"""
receive:
  - {{device: "Target*", pose: true, raw: true, {keys}}}
  - {{device: "*"}}
"""))
    done(ros, device)
    return node


# -- all forms


def test_a_jump_is_withheld_from_every_form_and_told_and_recovers(ros, device, tmp_path):
    node = gated(ros, device, tmp_path, 'max_jump: {m: 0.05}, recover_after: 3, tf: true')
    poses = ros.listen('/x/TargetToBase/pose', PoseStamped)
    transforms = ros.listen('/x/TargetToBase/transform', TransformStamped)
    tf = ros.listen('/tf', TFMessage)
    raw = ros.listen('/x/TargetToBase/raw', UInt8MultiArray)
    info = ros.listen('/x/TargetToBase/info', RosString, STATE)
    status = ros.listen('/x/TargetToBase/status', DiagnosticArray, STATE)
    diagnostics = ros.listen('/diagnostics', DiagnosticArray)
    wait_for(lambda: device.send(at(0, 'TargetToBase')) or time.sleep(0.05) or (
        poses and transforms and tf and raw), 'the topics')
    done(ros, device)
    for heard in (poses, transforms, tf, raw):
        heard.clear()
    for x in (10, 500, 501, 502, 503):
        device.send(at(x, 'TargetToBase'))
    wait_for(lambda: len(poses) == 3 and len(raw) == 5, 'the recovery')
    done(ros, device)
    assert xs(poses) == [10, 502, 503]
    assert len(transforms) == 3
    assert [round(1000 * t.transform.translation.x) for m in tf for t in m.transforms] == [
        10, 502, 503]
    assert state_of(status) == [
        (DiagnosticStatus.WARN, 'withheld by max_jump'), (DiagnosticStatus.OK, 'OK')]
    (told,) = [i for m in info if (i := json.loads(m.data))['state'] and i['matrix'][0][3] == 500]
    assert told['state'] == 'withheld by max_jump'
    assert told['gates'] == {'max_jump': 'it moved 0.49 m, allowed 0.05 m at once'}
    assert withheld(node) == {'TRANSFORM TargetToBase: max_jump': 2}

    def counted():
        for message in diagnostics:
            (link,) = message.status
            values = {v.key: v.value for v in link.values}
            if '2 poses withheld' in link.message:
                assert link.level == DiagnosticStatus.WARN
                assert values['withheld TRANSFORM TargetToBase: max_jump'] == '2'
                return True

    wait_for(counted, 'the count on /diagnostics')


def test_tools_are_withheld_one_by_one(ros, device, tmp_path):
    node = gated(ros, device, tmp_path, 'split: true, tf: true, frame: base, '
                 'workspace: {min: [-0.1, -1, -1], max: [0.1, 1, 1]}')
    probe = ros.listen('/x/Target/tools/Probe/pose', PoseStamped)
    needle = ros.listen('/x/Target/tools/Needle/pose', PoseStamped)
    all_tools = ros.listen('/x/Target/tracking', PoseArray)
    status = ros.listen('/x/Target/status', DiagnosticArray, STATE)

    def send(probe_mm, needle_mm):
        device.send(TrackingData([
            TrackingElement('Probe', pose((probe_mm, 0, 0))),
            TrackingElement('Needle', pose((needle_mm, 0, 0)))], device_name='Target'))

    wait_for(lambda: send(0, 0) or time.sleep(0.05) or (
        probe and needle and all_tools and status), 'tools')
    done(ros, device)
    for heard in (probe, needle, all_tools, status):
        heard.clear()
    send(50, 50)
    send(60, 150)
    send(70, 70)
    wait_for(lambda: len(probe) == 3, 'the probe')
    done(ros, device)
    assert (xs(probe), xs(needle)) == ([50, 60, 70], [50, 70])
    assert [len(m.poses) for m in all_tools] == [2, 1, 2]
    assert state_of(status) == [
        (DiagnosticStatus.WARN, 'Needle: withheld by workspace'), (DiagnosticStatus.OK, 'OK')]
    assert withheld(node) == {'TDATA Target: workspace': 1}


def test_a_plan_with_a_point_outside_leaves_the_old_one(ros, device, tmp_path):
    gated(ros, device, tmp_path, 'split: true, markers: true, '
          'workspace: {min: [-0.1, -1, -1], max: [0.1, 1, 1]}')
    points = ros.listen('/x/Target/points', PoseArray, STATE)
    label = ros.listen('/x/Target/labels/A', PointStamped, STATE)
    for far in (20, 200, 30):
        device.send(PointList([Point('A', (10, 0, 0)), Point('B', (far, 0, 0))],
                              device_name='Target'))
    wait_for(lambda: len(points) == 2, 'two plans')
    done(ros, device)
    assert [round(1000 * m.poses[1].position.x) for m in points] == [20, 30]
    assert len(label) == 2


# -- age and silence


def test_what_is_old_when_it_comes_is_withheld_whatever_auto_makes_of_it(ros, device, tmp_path):
    node = gated(ros, device, tmp_path, 'max_age: 0.5, stamp: auto')
    poses = ros.listen('/x/Target/pose', PoseStamped)
    status = ros.listen('/x/Target/status', DiagnosticArray, STATE)
    wait_for(lambda: device.send(at(0, ns=time.time_ns())) or time.sleep(0.05) or poses, 'poses')
    done(ros, device)
    poses.clear()
    status.clear()
    device.send(at(1, ns=time.time_ns() - 10 * NS))
    device.send(at(2, ns=time.time_ns()))
    device.send(at(3))
    wait_for(lambda: 3 in xs(poses), 'the last')
    assert xs(poses) == [2, 3]
    assert state_of(status)[:2] == [
        (DiagnosticStatus.STALE, 'withheld by max_age'), (DiagnosticStatus.OK, 'OK')]
    assert withheld(node)['TRANSFORM Target: max_age'] == 1


def test_a_silent_device_is_stale_and_is_repeated_no_more(ros, device, tmp_path):
    node = gated(ros, device, tmp_path, 'max_age: 0.4, hold_hz: 50')
    poses = ros.listen('/x/Target/pose', PoseStamped)
    status = ros.listen('/x/Target/status', DiagnosticArray, STATE)
    diagnostics = ros.listen('/diagnostics', DiagnosticArray)
    device.send(at(1))
    wait_for(lambda: status, 'the end of it')
    assert state_of(status) == [(DiagnosticStatus.STALE, 'withheld by max_age')]
    assert len(poses) > 3
    assert withheld(node) == {'TRANSFORM Target: silent': 1}
    time.sleep(0.1)
    count = len(poses)
    time.sleep(0.3)
    assert len(poses) == count
    wait_for(lambda: any(
        s.level == DiagnosticStatus.STALE and s.message == 'nothing new from TRANSFORM Target'
        for m in diagnostics for s in m.status), 'it on /diagnostics')
    device.send(at(2))
    wait_for(lambda: len(status) > 1, 'the end of the silence')
    assert state_of(status)[1] == (DiagnosticStatus.OK, 'OK')
    wait_for(lambda: xs(poses)[-1] == 2, 'the new pose')


def test_the_watch_goes_by_real_time_while_simulated_time_stands_still(ros, device, tmp_path):
    gated(ros, device, tmp_path, 'max_age: 0.3', use_sim_time=True)
    status = ros.listen('/x/Target/status', DiagnosticArray, STATE)
    device.send(at(1, ns=time.time_ns()))
    assert state_of([one(status)]) == [(DiagnosticStatus.STALE, 'withheld by max_age')]


def test_a_reset_of_simulated_time_is_no_hole_in_the_gates(ros, device, tmp_path):
    node = gated(ros, device, tmp_path, 'max_speed: {m_s: 1}, recover_after: 3',
                 use_sim_time=True)
    clock = ros.talk('/clock', Clock)
    poses = ros.listen('/x/Target/pose', PoseStamped)

    def tick(second):
        clock.publish(Clock(clock=time_from_ns(round(second * NS))))
        wait_for(lambda: node.now_ns() == round(second * NS), 'simulated time')

    tick(100)
    wait_for(lambda: device.send(at(0)) or time.sleep(0.05) or poses, 'poses')
    done(ros, device)
    poses.clear()
    for second, x in ((1, 300), (1.1, 310), (1.2, 320), (1.3, 330)):
        tick(second)
        device.send(at(x))
        done(ros, device)
    assert xs(poses) == [320, 330]


# -- who sends


def test_a_device_that_comes_back_elsewhere_is_compared_with_where_it_was(ros, tmp_path):
    node = ros.bridge(port=0, **mapping(tmp_path, """
receive: [{device: "Target", pose: true, max_jump: {m: 0.05}, recover_after: 3}, {device: "*"}]
"""))
    poses = ros.listen('/x/Target/pose', PoseStamped)
    with connect(str(node.link.address)) as peer:
        wait_for(lambda: peer.send(at(0)) or time.sleep(0.05) or poses, 'poses')
        done(ros, peer)
    wait_for(lambda: not node.link.peers, 'the end of the connection')
    poses.clear()
    with connect(str(node.link.address)) as again:
        for x in (500, 501, 502):
            again.send(at(x))
        wait_for(lambda: poses, 'the recovery')
        assert xs(poses) == [502]


def test_two_peers_that_send_one_device_do_not_take_turns(ros, tmp_path):
    node = ros.bridge(port=0, **mapping(tmp_path, """
receive: [{device: "Target", pose: true, max_jump: {m: 0.05}, recover_after: 2}, {device: "*"}]
"""))
    poses = ros.listen('/x/Target/pose', PoseStamped)
    with connect(str(node.link.address)) as a, connect(str(node.link.address)) as b:
        wait_for(lambda: a.send(at(0)) or time.sleep(0.05) or poses, 'poses')
        done(ros, a)
        poses.clear()
        for _ in range(5):
            b.send(at(500))
            done(ros, b)
            a.send(at(0))
            done(ros, a)
        assert xs(poses) == [0] * 5


def test_what_was_known_outlives_a_reload(ros, device, tmp_path):
    path = tmp_path / 'mapping.yaml'
    node = gated(ros, device, tmp_path, 'max_jump: {m: 0.05}')
    poses = ros.listen('/x/Target/pose', PoseStamped)
    wait_for(lambda: device.send(at(0)) or time.sleep(0.05) or poses, 'poses')
    done(ros, device)
    poses.clear()
    path.write_text(path.read_text().replace('{m: 0.05}', '{m: 0.1}'))
    client = ros.node.create_client(Trigger, '/x/igtl_bridge/reload')
    assert client.wait_for_service(DEADLINE_S)
    future = client.call_async(Trigger.Request())
    assert wait_for(future.result, 'the reload').success
    device.send(at(500))
    device.send(at(90))
    wait_for(lambda: poses, 'a pose')
    done(ros, device)
    assert xs(poses) == [90]
    assert withheld(node) == {'TRANSFORM Target: max_jump': 1}


# -- moved into another frame


def send_tf(talker, x_m, stamp_ns):
    made = TransformStamped()
    made.header.frame_id, made.child_frame_id = 'base', 'camera'
    made.header.stamp = time_from_ns(stamp_ns)
    made.transform.translation.x = float(x_m)
    talker.publish(TFMessage(transforms=[made]))


def test_the_workspace_is_that_of_the_frame_it_is_moved_into(ros, device, tmp_path):
    node = gated(ros, device, tmp_path, 'frame: camera, to_frame: base, '
                 'workspace: {min: [0.9, -1, -1], max: [1.1, 1, 1]}')
    static = ros.talk('/tf_static', TFMessage, STATE)
    poses = ros.listen('/x/Target/pose', PoseStamped)
    send_tf(static, 1.0, 0)
    wait_for(lambda: device.send(at(0)) or time.sleep(0.05) or poses, 'poses')
    done(ros, device)
    poses.clear()
    for x in (50, 150, -50, 1000):
        device.send(at(x))
    wait_for(lambda: len(poses) == 2, 'two poses')
    done(ros, device)
    assert xs(poses) == [1050, 950]
    assert poses[0].header.frame_id == 'base'
    assert withheld(node)['TRANSFORM Target: workspace'] == 2


def test_a_frame_that_jumps_ends_the_repetition_and_does_not_vouch_for_itself(
    ros, device, tmp_path
):
    node = gated(ros, device, tmp_path, 'frame: camera, to_frame: base, stamp: receive, '
                 'hold_hz: 50, max_jump: {m: 0.05}, recover_after: 3')
    static = ros.talk('/tf_static', TFMessage, STATE)
    poses = ros.listen('/x/Target/pose', PoseStamped)
    send_tf(static, 1.0, 0)
    wait_for(lambda: device.send(at(0)) or time.sleep(0.05) or len(poses) > 5, 'repetitions')
    send_tf(static, 2.0, 0)
    wait_for(lambda: withheld(node), 'the jump')
    time.sleep(0.3)
    assert set(xs(poses)) == {1000}
    for x in (0, 1, 2):
        device.send(at(x))
    wait_for(lambda: xs(poses)[-1] == 2002, 'the recovery')


def test_what_waited_too_long_for_tf_is_withheld(ros, device, tmp_path, monkeypatch):
    monkeypatch.setattr(transform_wait, 'WAIT_S', DEADLINE_S)
    node = gated(ros, device, tmp_path,
                 'frame: camera, to_frame: base, stamp: receive, max_age: 0.2')
    static = ros.talk('/tf_static', TFMessage, STATE)
    device.send(at(1))
    time.sleep(0.3)
    send_tf(static, 1.0, 0)
    found = wait_for(lambda: withheld(node).get('TRANSFORM Target: max_age'), 'the gate')
    assert found == 1


def test_what_waited_for_tf_moves_no_faster_when_it_is_published(
        ros, device, tmp_path, monkeypatch):
    monkeypatch.setattr(transform_wait, 'WAIT_S', DEADLINE_S)
    node = gated(ros, device, tmp_path,
                 'frame: camera, to_frame: base, stamp: device, max_speed: {m_s: 0.1}')
    poses = ros.listen('/x/Target/pose', PoseStamped)
    static = ros.talk('/tf_static', TFMessage, STATE)
    for n in range(11):
        device.send(at(10 * n, ns=time.time_ns()))
        time.sleep(0.1)
    send_tf(static, 0.0, 0)
    wait_for(lambda: withheld(node).get('TRANSFORM Target: max_speed', 0) >= 5, 'the gate')
    assert max(xs(poses)) <= 51


def test_repetitions_that_wait_for_tf_are_no_witnesses(ros, device, tmp_path, monkeypatch):
    monkeypatch.setattr(transform_wait, 'WAIT_S', DEADLINE_S)
    node = gated(ros, device, tmp_path, 'frame: camera, to_frame: base, stamp: receive, '
                 'hold_hz: 50, max_jump: {m: 0.05}, recover_after: 3')
    tf = ros.talk('/tf', TFMessage)
    poses = ros.listen('/x/Target/pose', PoseStamped)
    now = time.time_ns()
    for second in (-1, 1):
        send_tf(tf, 0.0, now + second * NS)
    wait_for(lambda: device.send(at(0)) or time.sleep(0.01) or poses, 'poses')
    runner = node._receivers['']._runner
    wait_for(lambda: time.time_ns() > now + NS and runner.wait._count, 'waiting')
    device.send(at(500))  # it is repeated while it waits
    time.sleep(0.3)
    send_tf(tf, 0.0, time.time_ns() + 5 * NS)
    wait_for(lambda: withheld(node), 'the jump')
    time.sleep(0.3)
    assert set(xs(poses)) == {0}


@pytest.mark.parametrize('wrong_s', [-60, 60])
def test_what_is_old_is_not_made_new_by_repeating_it(ros, device, tmp_path, wrong_s):
    gated(ros, device, tmp_path,
          'frame: camera, to_frame: base, stamp: device, max_age: 1.0, hold_hz: 20')
    tf = ros.talk('/tf', TFMessage)
    poses = ros.listen('/x/Target/pose', PoseStamped)

    def comes():
        now = time.time_ns()
        send_tf(tf, 0.0, now - NS)
        send_tf(tf, 0.0, now + NS)
        device.send(at(0, ns=now))
        time.sleep(0.05)
        return poses

    wait_for(comes, 'poses')
    device.send(at(7, ns=time.time_ns() + wrong_s * NS))  # tf knows nothing of that moment
    done(ros, device)
    poses.clear()
    for _ in range(20):
        send_tf(tf, 0.0, time.time_ns() + NS)
        time.sleep(0.05)
    assert poses == []


# -- several devices on one topic, or of one frame


def test_another_type_of_a_device_is_compared_with_what_is_on_the_topic(ros, device, tmp_path):
    node = gated(ros, device, tmp_path, 'max_jump: {m: 0.05}')
    poses = ros.listen('/x/Target/pose', PoseStamped)
    wait_for(lambda: device.send(at(0)) or time.sleep(0.05) or poses, 'poses')
    done(ros, device)
    poses.clear()
    device.send(Position((900, 0, 0), (0, 0, 0, 1), device_name='Target'))
    device.send(Position((20, 0, 0), (0, 0, 0, 1), device_name='Target'))
    wait_for(lambda: poses, 'the near one')
    done(ros, device)
    assert xs(poses) == [20]
    assert withheld(node) == {'POSITION Target: max_jump': 1}


def test_devices_that_share_a_topic_are_compared_with_each_other(ros, device, tmp_path):
    node = gated(ros, device, tmp_path, 'name: follow, max_jump: {m: 0.05}')
    poses = ros.listen('/x/follow/pose', PoseStamped)
    wait_for(lambda: device.send(at(0, 'TargetA')) or time.sleep(0.05) or poses, 'poses')
    done(ros, device)
    poses.clear()
    device.send(at(900, 'TargetB'))
    device.send(at(30, 'TargetB'))
    wait_for(lambda: poses, 'the near one')
    done(ros, device)
    assert xs(poses) == [30]
    assert withheld(node) == {'TRANSFORM TargetB: max_jump': 1}


def test_a_gated_frame_is_broadcast_of_one_device_only(ros, device, tmp_path):
    gated(ros, device, tmp_path, 'max_jump: {m: 0.05}, tf: true')
    heard = ros.listen('/tf', TFMessage)
    other = ros.listen('/x/TargetToBTransform/pose', PoseStamped)

    def frames():
        return {round(1000 * t.transform.translation.x)
                for m in heard for t in m.transforms if t.child_frame_id == 'Target'}

    wait_for(lambda: device.send(at(0, 'TargetToB')) or time.sleep(0.05) or heard, 'tf')
    wait_for(lambda: device.send(at(900, 'TargetToBTransform')) or time.sleep(0.05) or other,
             'the other one')
    device.send(at(10, 'TargetToB'))
    wait_for(lambda: 10 in frames(), 'the first one')
    done(ros, device)
    assert frames() == {0, 10}


# -- what a peer says of itself


@pytest.mark.parametrize('keys, name, said', [
    ('', 'Target', lambda status: status),
    ('', 'Target', lambda status: Bind((status,), device_name='Group')),
    ('name: goal, ', 'TargetState', lambda status: status)])
def test_no_status_of_a_peer_takes_the_place_of_what_the_bridge_says(
    ros, device, tmp_path, keys, name, said
):
    node = gated(ros, device, tmp_path,
                 keys + 'workspace: {min: [-0.1, -1, -1], max: [0.1, 1, 1]}')
    topic = '/x/goal/status' if keys else '/x/Target/status'
    status = ros.listen(topic, DiagnosticArray, STATE)
    client = ros.node.create_client(Trigger, '/x/igtl_bridge/reload')

    def last():
        return [(s.level, s.message, 'state' in {v.key for v in s.values})
                for s in status[-1].status]

    own = (DiagnosticStatus.WARN, 'withheld by workspace', True)
    peers = (DiagnosticStatus.OK, 'all is well', False)
    device.send(at(500))
    wait_for(lambda: status and last() == [own], 'the word of the bridge')
    device.send(said(Status(1, message='all is well', device_name=name)))
    wait_for(lambda: last() == [own, peers], 'that of the peer as well')
    mapping_file = tmp_path / 'mapping.yaml'
    mapping_file.write_text(mapping_file.read_text().replace('[0.1, 1, 1]', '[0.2, 1, 1]'))
    assert wait_for(client.call_async(Trigger.Request()).result, 'the reload').success
    device.send(said(Status(1, message='all is well', device_name=name)))
    device.send(at(500))
    done(ros, device)
    assert last() == [own, peers]
    device.send(at(150))
    wait_for(lambda: last() == [(DiagnosticStatus.OK, 'OK', True), peers], 'the end of it')
    assert withheld(node)


def test_nobody_else_ends_an_emergency_while_its_caller_is_connected(ros, tmp_path):
    node = ros.bridge(port=0)
    emergency = ros.listen('/x/igtl_bridge/emergency', Bool, STATE)
    with connect(str(node.link.address)) as stranger:
        with connect(str(node.link.address)) as arm:
            arm.send(Status(StatusCode.EMERGENCY, device_name='Arm'))
            wait_for(lambda: emergency and emergency[-1].data, 'the emergency')
            stranger.send(Status(1, device_name='Arm'))
            done(ros, stranger)
            assert emergency[-1].data
            (health, *_), = node._diagnostics._open
            assert health._report.counts == {'STATUS Arm: emergency': 1}
            arm.send(Status(1, device_name='Arm'))
            wait_for(lambda: not emergency[-1].data, 'its end')
            arm.send(Status(StatusCode.EMERGENCY, device_name='Arm'))
            wait_for(lambda: emergency[-1].data, 'another one')
        wait_for(lambda: len(node.link.peers) == 1, 'the end of its connection')
        assert emergency[-1].data
        stranger.send(Status(1, device_name='Arm'))  # it may be the arm, connected again
        wait_for(lambda: not emergency[-1].data, 'the end of that')


# -- emergencies from the network


def test_nothing_holds_up_an_emergency(ros, device, tmp_path):
    node = start(ros, device, **mapping(tmp_path, """
receive:
  - {device: Arm, action: drop}
  - {device: Robot, to_frame: nowhere}
  - {device: Group, type: BIND, action: drop}
"""))
    emergency = ros.listen('/x/igtl_bridge/emergency', Bool, STATE)
    assert one(emergency).data is False
    for name in ('Arm', 'Robot', 'Leg'):  # dropped by rule, with to_frame, matched by no rule
        device.send(Status(StatusCode.EMERGENCY, device_name=name))
        wait_for(lambda: emergency[-1].data, f'the emergency of {name}')
        device.send(Status(StatusCode.OK, device_name=name))
        wait_for(lambda: not emergency[-1].data, f'the end of that of {name}')
    device.send(Bind((Status(StatusCode.EMERGENCY, device_name='Hand'),), device_name='Group'))
    wait_for(lambda: emergency[-1].data, 'the emergency in a BIND')
    assert node._receivers[''].devices == {('STATUS', 'Robot'): 2}


def test_an_emergency_does_not_wait_for_what_is_being_converted(ros, device, tmp_path):
    node = start(ros, device)
    emergency = ros.listen('/x/igtl_bridge/emergency', Bool, STATE)
    with node._receivers['']._lock:  # somebody is busy
        device.send(Status(StatusCode.EMERGENCY, device_name='Arm'))
        wait_for(lambda: emergency and emergency[-1].data, 'the emergency')


def test_an_emergency_is_told_when_no_more_devices_are_taken_in(ros, device, monkeypatch):
    monkeypatch.setattr('igtl_ros2.routes.devices.MAX_DEVICES', 1)
    monkeypatch.setattr('igtl_ros2.routes.gate_memory._MAX_TOPICS', 2)
    monkeypatch.setattr('igtl_ros2.nodes.emergency._MAX_DEVICES', 2)
    start(ros, device)
    emergency = ros.listen('/x/igtl_bridge/emergency', Bool, STATE)
    device.send(String('x', device_name='One'))
    for number in range(4):
        device.send(Status(StatusCode.EMERGENCY, device_name=f'Arm{number}'))
    wait_for(lambda: emergency and emergency[-1].data, 'the emergency')
    for number in range(4):
        device.send(Status(StatusCode.OK, device_name=f'Arm{number}'))
    time.sleep(0.3)
    assert emergency[-1].data  # some could not be told apart: better too long than too short


# -- emergencies to the network


def state(code, text=''):
    values = [KeyValue(key='igtl_code', value=str(code))]
    return DiagnosticArray(status=[DiagnosticStatus(message=text, values=values)])


SELDOM = 'rate: 0.01'  # the next turn is long after the end of the test


@pytest.mark.parametrize('keys', [SELDOM, f'{SELDOM}, to_frame: nowhere',
                                  'on_change: true', 'to_frame: nowhere'])
def test_an_emergency_is_sent_at_once_whatever_its_rule_says(ros, device, tmp_path, keys):
    start(ros, device, **mapping(tmp_path, f"""
send: [{{topic: /state, device: Robot, {keys}}}]
"""))
    talker = ros.talk('/state', DiagnosticArray)
    for _ in range(3):
        if 'rate' in keys:
            talker.publish(state(1, 'still well'))  # older: it must not come after
        talker.publish(state(3, 'stop'))
        got = next_message(device)
        assert (got.code, got.message) == (3, 'stop')


def test_no_older_state_comes_after_an_emergency(ros, device, tmp_path):
    start(ros, device, **mapping(tmp_path, """
send: [{topic: /state, device: Robot, rate: 3}]
"""))
    talker = ros.talk('/state', DiagnosticArray)
    for _ in range(3):
        talker.publish(state(1, 'well'))
        talker.publish(state(3, 'stop'))
        wait_for(lambda: next_message(device).message == 'stop', 'the emergency')
        with pytest.raises(PeerTimeoutError):
            device.receive(0.5)  # more than one turn
    talker.publish(state(1, 'well again'))
    assert next_message(device).message == 'well again'


def test_a_raw_frame_with_an_emergency_is_sent_at_once_too(ros, device, tmp_path):
    start(ros, device, **mapping(tmp_path, f"""
send: [{{topic: /frames, device: Robot, {SELDOM}}}]
"""))
    talker = ros.talk('/frames', UInt8MultiArray)
    frame = codec.encode(Status(StatusCode.EMERGENCY, device_name='Robot'))
    talker.publish(UInt8MultiArray(data=np.frombuffer(frame, np.uint8).tolist()))
    assert next_message(device).code == StatusCode.EMERGENCY


def test_what_gates_know_nothing_about_is_withheld_counted_and_said(ros, tmp_path):
    rules = ('receive: [{device: "*", workspace: {min: [-1, -1, -1], max: [1, 1, 1]}, raw: true},'
             '{device: End}]')
    node = ros.bridge(mode='server', port=0, **mapping(tmp_path, rules))
    with connect(str(node.link.address)) as device:
        status = ros.listen('/x/Needle/status', DiagnosticArray, STATE)
        raw = ros.listen('/x/Needle/raw', UInt8MultiArray)
        text = ros.listen('/x/Needle/text', RosString, STATE)
        device.send(codec.Unknown(type_name='NEEDLE', content=b'tip', device_name='Needle'))
        wait_for(lambda: status, 'the state')
        assert state_of(status) == [(DiagnosticStatus.WARN, 'withheld by type')]
        # a text says that nothing of it has to be looked at
        device.send(String('hello', device_name='Needle'))
        wait_for(lambda: text and raw, 'the text')
        assert [bytes(frame.data[-5:]) for frame in raw] == [b'hello']
        assert withheld(node) == {'NEEDLE Needle: type': 1}
