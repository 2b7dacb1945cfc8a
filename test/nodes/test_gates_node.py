"""Gates in the real node: what is withheld from every form, what is told of it, and what not."""

import json
import re
import time

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from geometry_msgs.msg import PoseStamped, TransformStamped
from ros_user import (
    DEADLINE_S,
    STATE,
    mapping,
    next_message,
    one,
    pose,
    start,
    wait_for,
    wait_until_quiet,
)
from std_msgs.msg import Bool, UInt8MultiArray
from std_msgs.msg import String as RosString
from std_srvs.srv import Trigger
from tf2_msgs.msg import TFMessage

from igtl_ros2 import codec, connect
from igtl_ros2.codec import from_ns
from igtl_ros2.codec.messages.bundle import Bind
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import Status, StatusCode, String
from igtl_ros2.converters.units import time_from_ns
from igtl_ros2.routes import transform_queue

pytestmark = pytest.mark.usefixtures('nobody_is_late')

NS = 10**9


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
        # each tells what is new; the two may be told one by one
        links = [link for message in diagnostics for link in message.status]
        new = [(link, int(found[1])) for link in links
               if (found := re.search(r'(\d+) poses withheld', link.message))]
        assert all(link.level == DiagnosticStatus.WARN for link, _ in new)
        total = [v.value for v in links[-1].values
                 if v.key == 'withheld TRANSFORM TargetToBase: max_jump']
        return sum(number for _, number in new) == 2 and total == ['2']

    wait_for(counted, 'the count on /diagnostics')


# -- age and silence


def test_a_silent_device_is_stale_and_is_repeated_no_more(ros, device, tmp_path):
    node = gated(ros, device, tmp_path, 'max_age: 0.4, hold_hz: 50')
    poses = ros.listen('/x/Target/pose', PoseStamped)
    status = ros.listen('/x/Target/status', DiagnosticArray, STATE)
    diagnostics = ros.listen('/diagnostics', DiagnosticArray)
    device.send(at(1), stamp=False)  # with a stamp it might be too old before its device is silent
    wait_for(lambda: status, 'the end of it')
    assert state_of(status) == [(DiagnosticStatus.STALE, 'withheld by max_age')]
    assert len(poses) > 1
    assert withheld(node) == {'TRANSFORM Target: silent': 1}
    wait_until_quiet(poses, 'the end of repetitions')
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


# -- who sends


# -- moved into another frame


def send_tf(talker, x_m, stamp_ns):
    made = TransformStamped()
    made.header.frame_id, made.child_frame_id = 'base', 'camera'
    made.header.stamp = time_from_ns(stamp_ns)
    made.transform.translation.x = float(x_m)
    talker.publish(TFMessage(transforms=[made]))


def test_what_waited_too_long_for_tf_is_withheld(ros, device, tmp_path, monkeypatch):
    monkeypatch.setattr(transform_queue, 'WAIT_S', DEADLINE_S)
    node = gated(ros, device, tmp_path,
                 'frame: camera, to_frame: base, stamp: receive, max_age: 0.2')
    static = ros.talk('/tf_static', TFMessage, STATE)
    device.send(at(1))
    time.sleep(0.3)
    send_tf(static, 1.0, 0)
    found = wait_for(lambda: withheld(node).get('TRANSFORM Target: max_age'), 'the gate')
    assert found == 1


# -- several devices on one topic, or of one frame


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
