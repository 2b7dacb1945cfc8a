"""Names in rules belong to their rules, whoever comes first: the real node, with a real peer."""

import json
import time
from pathlib import Path

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from geometry_msgs.msg import PoseArray, PoseStamped, TransformStamped
from ros_user import STATE, mapping, pose, reload, start, wait_for
from std_msgs.msg import String as RosString
from tf2_msgs.msg import TFMessage

from igtl_ros2.codec import from_ns
from igtl_ros2.codec.messages.points import Point, PointList
from igtl_ros2.codec.messages.pose import Position, Transform
from igtl_ros2.codec.messages.text import Command, StatusCode, String
from igtl_ros2.codec.messages.tracking import QuaternionElement, QuaternionTrackingData
from igtl_ros2.config import marked_name, ros_name
from igtl_ros2.converters.units import ns_from_time

pytestmark = pytest.mark.usefixtures('nobody_is_late')

BOX = 'workspace: {min: [-0.2, -0.2, -0.2], max: [0.2, 0.2, 0.2]}'
FAR = 5000


def at(x_mm, name, **fields):
    return Transform(pose((x_mm, 0, 0)), device_name=name, **fields)


def done(ros, device):
    """Wait until all that was sent before has gone through the bridge."""
    heard = ros.listen('/x/End/text', RosString, STATE)
    text = str(time.monotonic_ns())
    wait_for(lambda: device.send(String(text, device_name='End')) or time.sleep(0.02) or any(
        m.data == text for m in heard), 'the end')


def problems(node):
    (health, *_), = node._diagnostics._open
    return dict(health._report.counts)


def metres(messages):
    return {round(m.pose.position.x, 6) for m in messages}


def bridge(ros, device, tmp_path, rules, **parameters):
    node = start(ros, device, **parameters, **mapping(tmp_path, f'receive:\n{rules}'))
    done(ros, device)
    return node


@pytest.mark.parametrize('first', [True, False])
def test_a_device_that_is_called_as_a_rule_names_another(ros, device, tmp_path, first):
    node = bridge(ros, device, tmp_path, f"""
  - {{device: Tgt, type: TRANSFORM, name: goal, pose: true, {BOX}}}
  - {{device: "*", pose: true}}
""")
    goal = ros.listen('/x/goal/pose', PoseStamped)
    goal_transform = ros.listen('/x/goal/transform', TransformStamped)
    other = ros.listen(f'/x/{marked_name("goal")}/pose', PoseStamped)
    for name in ('goal', 'Tgt') if first else ('Tgt', 'goal'):
        x, heard = (FAR, other) if name == 'goal' else (100, goal)
        wait_for(lambda n=name, x=x, h=heard: device.send(at(x, n)) or time.sleep(0.02) or h, name)
    for _ in range(5):
        device.send(at(FAR, 'goal'))
        device.send(Position((FAR, 0, 0), (0, 0, 0, 1), device_name='goal'))
    done(ros, device)
    assert metres(goal) == {0.1}
    assert {t.transform.translation.x for t in goal_transform} == {0.1}
    assert metres(other) == {5.0}
    assert any('goal: name' in kind for kind in problems(node))


def test_a_blank_at_the_end_takes_no_topic(ros, device, tmp_path):
    bridge(ros, device, tmp_path, f"""
  - {{device: Follow, type: TRANSFORM, pose: true, {BOX}}}
  - {{device: "*", pose: true}}
""")
    follow = ros.listen('/x/Follow/pose', PoseStamped)
    other = ros.listen(f'/x/{ros_name("Follow ")}/pose', PoseStamped)
    for x, name, heard in ((FAR, 'Follow ', other), (100, 'Follow', follow)):
        wait_for(lambda n=name, x=x, h=heard: device.send(at(x, n)) or time.sleep(0.02) or h, name)
    done(ros, device)
    assert metres(follow) == {0.1}


def test_other_types_of_a_device_with_gates(ros, device, tmp_path):
    bridge(ros, device, tmp_path, f"""
  - {{device: Target, type: TRANSFORM, pose: true, {BOX}}}
  - {{device: "*", pose: true, split: true, trajectory: {{entry: E, target: T}}}}
""")
    poses = ros.listen('/x/Target/pose', PoseStamped)
    tools = ros.listen('/x/Target/tools/T/pose', PoseStamped)
    lists = [ros.listen(f'/x/Target/{leaf}', PoseArray)
             for leaf in ('points', 'trajectory', 'tracking')]
    texts = ros.listen('/x/Target/text', RosString, STATE)
    far = np.array((FAR, 0, 0))
    others = (
        Position(far, (0, 0, 0, 1), device_name='Target'),
        Position(far, device_name='Target'),
        PointList((Point('E', far), Point('T', far + 1)), device_name='Target'),
        QuaternionTrackingData(
            (QuaternionElement('T', far, (0, 0, 0, 1)),), device_name='Target'),
    )
    for message in others:
        device.send(message)
    wait_for(lambda: device.send(at(100, 'Target')) or time.sleep(0.02) or poses, 'the target')
    for message in others:
        device.send(message)
    device.send(String('hello', device_name='Target'))
    wait_for(lambda: texts, 'the text')
    done(ros, device)
    assert metres(poses) == {0.1}
    assert not tools and not any(lists)


def test_a_rule_of_its_own_does_not_take_another_type_around_the_gates(ros, device, tmp_path):
    bridge(ros, device, tmp_path, f"""
  - {{device: Target, type: TRANSFORM, pose: true, {BOX}}}
  - {{device: Target, type: POSITION}}
  - {{device: Twin, name: Target, pose: true}}
  - {{device: "*"}}
""")
    poses = ros.listen('/x/Target/pose', PoseStamped)
    for x in (FAR, 100, FAR):
        device.send(at(x, 'Twin'))
        device.send(Position((x, 0, 0), (0, 0, 0, 1), device_name='Target'))
    wait_for(lambda: device.send(at(100, 'Twin')) or time.sleep(0.02) or poses, 'a pose')
    done(ros, device)
    assert metres(poses) == {0.1}


def test_a_child_frame_that_a_rule_names_is_kept_for_it(ros, device, tmp_path):
    node = bridge(ros, device, tmp_path, f"""
  - {{device: ToolToBase, type: TRANSFORM, tf: true, {BOX}}}
  - {{device: "*", tf: true}}
""")
    tf = ros.listen('/tf', TFMessage)
    for _ in range(5):
        device.send(at(FAR, 'ToolToWorld'))
        device.send(at(FAR, 'Tool'))
    wait_for(lambda: device.send(at(100, 'ToolToBase')) or time.sleep(0.02) or any(
        t.child_frame_id == 'Tool' for m in tf for t in m.transforms), 'the tool')
    device.send(at(FAR, 'ToolToWorld'))
    done(ros, device)
    sent = [t for m in tf for t in m.transforms if t.child_frame_id == 'Tool']
    assert {(t.header.frame_id, t.transform.translation.x) for t in sent} == {('Base', 0.1)}
    assert any('tf Tool' in kind for kind in problems(node))


def test_a_blank_does_not_lock_out_the_target_of_the_file(ros, device, tmp_path):
    file = Path(__file__).parents[2] / 'config' / 'safe_target.yaml'
    start(ros, device, mapping_file=str(file))
    poses = ros.listen('/x/Target/pose', PoseStamped)
    registration = at(0, 'CLB')
    for _ in range(3):
        device.send(String('hello', device_name='Target '))
        device.send(at(0, 'Target '))
    wait_for(lambda: device.send(registration) or device.send(at(100, 'Target'))
             or time.sleep(0.05) or poses, 'the target')
    assert metres(poses) == {0.1}


def test_a_reload_takes_a_topic_from_who_has_it_already(ros, device, tmp_path):
    bridge(ros, device, tmp_path, '  - {device: "*", pose: true}\n')
    goal = ros.listen('/x/goal/pose', PoseStamped)
    wait_for(lambda: device.send(at(FAR, 'goal')) or time.sleep(0.02) or goal, 'the stranger')
    assert reload(ros, 'receive:\n'
                  f'  - {{device: Tgt, type: TRANSFORM, name: goal, pose: true, {BOX}}}\n'
                  '  - {device: "*", pose: true}\n', tmp_path)[0]
    done(ros, device)
    goal.clear()
    for _ in range(5):
        device.send(at(FAR, 'goal'))
    wait_for(lambda: device.send(at(100, 'Tgt')) or time.sleep(0.02) or goal, 'the target')
    done(ros, device)
    assert metres(goal) == {0.1}


def test_a_reload_gives_nobody_the_frame_of_a_device_that_gates_withhold(ros, device, tmp_path):
    rules = (f'  - {{device: "*ToBase", type: TRANSFORM, tf: true, {BOX}}}\n'
             '  - {device: "*", tf: true}\n')
    bridge(ros, device, tmp_path, rules)
    tf = ros.listen('/tf', TFMessage)

    def frames():
        return {(t.child_frame_id, t.header.frame_id) for m in tf for t in m.transforms}

    wait_for(lambda: device.send(at(100, 'ToolToBase')) or time.sleep(0.02) or frames(), 'tf')
    device.send(at(FAR, 'ToolToBase'))
    assert reload(ros, f'receive:\n  - {{device: Other, name: another}}\n{rules}', tmp_path)[0]
    for name in ('ToolToBase', 'ToolToWorld', 'Other') * 3:
        device.send(at(FAR, name))
    wait_for(lambda: device.send(at(1, 'EndToWorld')) or time.sleep(0.02) or (
        'End', 'World') in frames(), 'the end')
    assert frames() == {('Tool', 'Base'), ('End', 'World')}


def test_the_first_parent_keeps_a_frame_and_loops_are_withheld(ros, device, tmp_path):
    node = bridge(ros, device, tmp_path, '  - {device: "*", tf: true}\n')
    tf = ros.listen('/tf', TFMessage)
    diagnostics = ros.listen('/diagnostics', DiagnosticArray)
    names = ('ProbeToTracker', 'ReferenceToTracker', 'ProbeToReference',
             'AToB', 'BToC', 'CToA')
    stamp = time.time_ns()

    def turn():
        nonlocal stamp
        for name in names:
            stamp += 10**6
            device.send(at(1, name, timestamp=from_ns(stamp)))
        time.sleep(0.02)
        return len(tf) >= 40

    wait_for(turn, 'tf')
    done(ros, device)
    parents = {(t.child_frame_id, t.header.frame_id) for m in tf for t in m.transforms}
    assert parents == {('Probe', 'Tracker'), ('Reference', 'Tracker'), ('A', 'B'), ('B', 'C')}
    kinds = problems(node)
    assert 'tf Probe: parents Tracker, Reference' in kinds
    assert 'tf C: loop with A' in kinds
    wait_for(lambda: any('tf Probe: parents' in v.key for d in diagnostics for s in d.status
                         for v in s.values), 'the diagnostics')
    tf.clear()
    names = ('ProbeToReference', 'ReferenceToTracker')
    wait_for(lambda: turn() and False or any(
        (t.child_frame_id, t.header.frame_id) == ('Probe', 'Reference')
        for m in tf for t in m.transforms), 'the second parent')


def test_info_tells_the_name_of_who_was_moved(ros, device, tmp_path):
    bridge(ros, device, tmp_path, '  - {device: A, name: goal}\n  - {device: "*"}\n')
    info = ros.listen(f'/x/{marked_name("goal")}/info', RosString, STATE)
    wait_for(lambda: device.send(at(1, 'goal')) or time.sleep(0.02) or info, 'the info')
    assert json.loads(info[0].data)['device'] == 'goal'


def test_a_device_that_is_called_as_the_node_gives_it_no_orders(ros, device, tmp_path):
    node = bridge(ros, device, tmp_path, '  - {device: "*"}\n')
    heard = ros.listen(f'/x/{marked_name("igtl_bridge")}/command', RosString)
    order = Command(7, 'Format', '<Command/>', device_name='igtl_bridge')
    wait_for(lambda: device.send(order) or time.sleep(0.02) or heard, 'the command')
    done(ros, device)
    # one that ROS gives comes after what might have come of that
    ros.talk('/x/igtl_bridge/command', RosString).publish(RosString(data='{"name": "Known"}'))
    (peer,) = node.link.peers
    wait_for(lambda: peer.sent['COMMAND'], 'a command')
    assert peer.sent['COMMAND'] == 1


def test_tools_of_one_message_have_one_parent_each_in_any_order(ros, device, tmp_path):
    node = bridge(ros, device, tmp_path, '  - {device: "*", tf: true}\n')
    tf = ros.listen('/tf', TFMessage)
    stamp = time.time_ns()

    def send(*names):
        nonlocal stamp
        stamp += 10**6
        device.send(QuaternionTrackingData(tuple(
            QuaternionElement(name, np.zeros(3), (0, 0, 0, 1)) for name in names
        ), device_name='Tracker', timestamp=from_ns(stamp)))
        time.sleep(0.02)

    first = 'ProbeToTracker', 'ReferenceToTracker', 'ProbeToReference'
    wait_for(lambda: send(*first) or tf, 'the first')
    wait_for(lambda: problems(node).get('tf Probe: parents Tracker, Reference'), 'the problem')
    begin = stamp + 10**6 // 2  # others may still be on their way
    for _ in range(10):
        send(*first[::-1])
    done(ros, device)

    def parents():
        return [(t.child_frame_id, t.header.frame_id) for m in tf for t in m.transforms
                if ns_from_time(t.header.stamp) > begin]

    wait_for(lambda: len(parents()) >= 20, 'all')
    assert sorted(parents()) == 10 * [('Probe', 'Tracker')] + 10 * [('Reference', 'Tracker')]


@pytest.mark.parametrize('name', ['tool0ToWorld', '/tool0ToWorld', ' tool0 ToWorld'])
def test_a_frame_that_the_bridge_sends_comes_from_no_peer_however_it_is_spelt(
    ros, device, tmp_path, name
):
    node = start(ros, device, **mapping(
        tmp_path, 'receive: [{device: "*", tf: true}]\n'
        'send: [{tf: {source: tool0, target: base}}]\n'))
    done(ros, device)
    tf = ros.listen('/tf', TFMessage)
    device.send(at(1, name))
    wait_for(lambda: any('own' in kind for kind in problems(node)), 'the problem')
    assert not tf


@pytest.mark.parametrize('name', ['RAS', 'Ras'])
def test_the_frame_of_the_patient_is_kept_for_its_rule_from_tools_too(
    ros, device, tmp_path, name
):
    start(ros, device, **mapping(tmp_path, """
profile: slicer
receive:
  - {device: CLB, type: TRANSFORM, tf: static, frames: [base_link, ras]}
  - {device: "*", tf: true, frame: base_link}
"""))
    done(ros, device)
    tf = ros.listen('/tf', TFMessage)
    static = ros.listen('/tf_static', TFMessage, STATE)
    stranger = QuaternionTrackingData(
        (QuaternionElement(name, np.zeros(3), (0, 0, 0, 1)),), device_name='Tracker')
    for _ in range(3):
        device.send(stranger)
        device.send(at(FAR, name))
    wait_for(lambda: device.send(at(100, 'CLB')) or time.sleep(0.05) or static, 'the rule')
    done(ros, device)
    assert not [t for m in tf for t in m.transforms if t.child_frame_id.lower() == 'ras']


def test_a_registration_that_tf_refuses_is_answered_so_and_stays_a_warning(ros, device, tmp_path):
    bridge(ros, device, tmp_path, """
  - {device: CLB, type: TRANSFORM, tf: static, frames: [base_link, ras], answer: true}
  - {device: "*"}
""")
    other = ros.talk('/tf_static', TFMessage, STATE)
    own = TransformStamped()
    own.header.frame_id, own.child_frame_id, own.transform.rotation.w = 'base_link', 'ras', 1.0
    published = ros.listen('/x/CLB/transform', TransformStamped)

    def answers(x_mm):
        """Send a registration; gives the names and codes of what is answered."""
        device.send(at(x_mm, 'CLB'))
        said = []
        while not said or said[-1].device_name != 'CLB_state':
            got = device.receive(5.0)
            assert got is not None, said
            said.append(got[1])
        return said

    assert [one.device_name for one in answers(100)] == ['CLB_taken', 'CLB_state']
    other.publish(TFMessage(transforms=[own]))
    own.header.frame_id = 'robot'  # under another parent
    other.publish(TFMessage(transforms=[own]))
    heard = ros.listen('/diagnostics', DiagnosticArray)
    wait_for(lambda: [one.device_name for one in answers(200)] == ['CLB_state'], 'the refusal')
    (state,) = answers(300)
    assert state.code == StatusCode.NOT_READY and 'another node publishes it' in state.message
    assert state.message.startswith('published on CLB, but not on tf: ')
    done(ros, device)
    assert {t.transform.translation.x for t in published} >= {0.1, 0.3}

    def levels():
        return [s.level for m in heard for s in m.status
                if 'ras is not broadcast on tf' in s.message]

    count = len(levels())
    wait_for(lambda: len(levels()) > count + 2, 'a warning that stays')
    assert set(levels()) == {DiagnosticStatus.WARN}
    assert reload(ros, 'receive: [{device: "*"}]', tmp_path)[0]
    calm = len(heard) + 2
    wait_for(lambda: len(heard) > calm, 'reports after it')
    assert 'ras is not broadcast' not in heard[-1].status[0].message
