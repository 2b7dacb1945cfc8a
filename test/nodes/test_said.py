"""What is dropped, by rule or because it cannot be used, is counted and named."""

import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from forked import Program
from geometry_msgs.msg import Pose, PoseArray, PoseStamped, TransformStamped
from ros_user import DEADLINE_S, STATE, mapping, next_message, pose, start, wait_for
from std_msgs.msg import String as RosString
from tf2_msgs.msg import TFMessage

from igtl_ros2.codec.messages.points import PointList
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import String
from igtl_ros2.converters import registry
from igtl_ros2.routes import device_limits, devices, transform_queue


def report(node):
    (health, *_), = node._diagnostics._open
    return health._report


def problems(node):
    return dict(report(node).counts)


def test_what_rules_drop_is_counted(ros, device, tmp_path):
    node = start(ros, device, **mapping(tmp_path, """
receive:
  - {device: Secret, action: drop}
  - {device: Word}
"""))
    for name in ('Secret', 'Other', 'Other', 'Word'):
        device.send(String('x', device_name=name))
    got = ros.listen('/x/Word/text', RosString, STATE)
    wait_for(lambda: got, 'the word')
    assert report(node).left_out == {'STRING Secret: by rule': 1, 'STRING Other: by rule': 2}
    assert problems(node) == {}


def test_kinds_without_end_are_counted_as_others(monkeypatch):
    from igtl_ros2.nodes import report as module

    class Log:
        def __init__(self):
            self.texts = []

        def warning(self, text):
            self.texts.append(text)

    monkeypatch.setattr(module, '_MAX_KINDS', 2)
    log = Log()
    told = module.Report(log)
    for number in range(5):
        told.skip(f'k{number}')
        told.problem_once(f'k{number}', f't{number}')
    told.problem_once('k0', 't0 again')
    assert told.left_out == {'k0': 1, 'k1': 1, 'other': 3}
    assert told.counts == {'k0': 2, 'k1': 1, 'other': 3}
    assert log.texts == ['t0', 't1', 't2']


def test_every_message_of_a_device_too_many_is_counted(ros, device, monkeypatch):
    monkeypatch.setattr(devices, 'MAX_DEVICES', 1)
    node = start(ros, device)
    for name in ('First', 'Second', 'Second', 'First'):
        device.send(String('x', device_name=name))
    wait_for(lambda: node._receivers[''].devices == {('STRING', 'First'): 2}, 'the first')
    assert problems(node) == {'too many devices': 2}


def test_devices_that_come_all_at_once_have_to_wait_and_come_later(ros, device, monkeypatch):
    monkeypatch.setattr(device_limits, '_BURST', 5)
    monkeypatch.setattr(device_limits, '_PER_SECOND', 0.0)
    node = start(ros, device)
    names = [f'D{number}' for number in range(8)]
    for name in names:
        device.send(String('x', device_name=name))
    device.send(String('x', device_name='D0'))
    known = node._receivers['']
    wait_for(lambda: known.devices.get(('STRING', 'D0')) == 2, 'the known one')
    assert list(known.devices) == [('STRING', name) for name in names[:5]]
    assert problems(node) == {'too many devices': 3}
    monkeypatch.setattr(device_limits, '_PER_SECOND', 1000.0)
    time.sleep(0.01)
    for name in names:
        device.send(String('x', device_name=name))
    wait_for(lambda: len(known.devices) == 8, 'all of them')


def test_hosts_bring_new_devices_at_a_rate_and_forgetting_them_gives_nobody_more():
    door = device_limits.NewDevices()
    robot, other = (device_limits.host_of(f'tcp://10.0.0.{n}:4000') for n in (1, 2))
    assert [door.admits(robot, 0.0) for _ in range(300)] == [True] * 256 + [False] * 44
    assert door.admits(other, 0.0)
    for same in ('tcp://10.0.0.1:5000', 'udp://10.0.0.1:4000', 'tls://[::ffff:10.0.0.1]:4000'):
        assert device_limits.host_of(same) == robot, 'the same host'
    near, far = (device_limits.host_of(f'tcp://[2001:db8::{n}]:4') for n in (1, 2))
    assert near == far != device_limits.host_of('tcp://[2001:db8:0:1::1]:4')
    assert [door.admits(robot, 1.05) for _ in range(12)] == [True] * 10 + [False] * 2
    for number in range(3000):
        door.admits(f'udp://[fe80::{number:x}]', 1.05)
    assert not door.admits(robot, 1.05)
    assert len(door._hosts) <= 1000
    assert door.admits('udp://[fe80::ffff]', 100.0)
    assert len(door._hosts) == 1


def test_a_converter_that_fails_costs_its_message_only(ros, device, tmp_path, monkeypatch):
    def broken(message, route, stamp):
        if message.matrix[0, 3] == 1:
            raise ZeroDivisionError('one')
        return registry.Converted(outputs={'pose': PoseStamped()})

    node = start(ros, device, **mapping(tmp_path, """
receive: [{device: "*", hold_hz: 50}]
"""))
    monkeypatch.setitem(registry._TO_ROS, Transform, broken)
    got = ros.listen('/x/A/pose', PoseStamped)
    device.send(Transform(pose((1, 0, 0)), device_name='A'))
    wait_for(lambda: problems(node).get('TRANSFORM A'), 'the failure')
    device.send(Transform(pose((2, 0, 0)), device_name='A'))
    wait_for(lambda: len(got) > 5, 'what can be converted, again and again')
    assert problems(node)['TRANSFORM A'] == 1  # what fails is not repeated


def test_what_tf_makes_wait_and_then_fails_does_not_end_the_node(
    ros, device, tmp_path, monkeypatch
):
    def broken(message, unit):
        raise ZeroDivisionError('value')

    node = start(ros, device, **mapping(tmp_path, """
send:
  - {topic: /goal, device: Goal, to_frame: base, on_change: true}
  - {topic: /words, device: Words}
"""))
    monkeypatch.setattr('igtl_ros2.routes.outbound_steps.value_of', broken)
    monkeypatch.setattr(transform_queue, 'WAIT_S', DEADLINE_S)
    goal, words = ros.talk('/goal', PoseStamped), ros.talk('/words', RosString)
    message = PoseStamped()
    message.header.frame_id, message.pose.orientation.w = 'camera', 1.0
    goal.publish(message)
    wait_for(lambda: node._senders['']._shared.wait.queue.count, 'the wait for tf')
    frame = TransformStamped(child_frame_id='camera')
    frame.header.frame_id = 'base'
    ros.talk('/tf_static', TFMessage, STATE).publish(TFMessage(transforms=[frame]))
    wait_for(lambda: problems(node).get('/goal'), 'the report')
    words.publish(RosString(data='alive'))
    assert next_message(device).text == 'alive'


def test_lists_of_info_that_do_not_fit_are_told(ros, device):
    node = start(ros, device)
    about = ros.talk('/x/to_igtl/Plan/info', RosString, STATE)
    points = ros.talk('/x/to_igtl/Plan/points', PoseArray, STATE)
    about.publish(RosString(data='{"labels": ["ENTRY", "TARGET"]}'))
    described = node._senders['']._said
    wait_for(lambda: described.of('Plan').info, 'the info')  # topics come in any order
    for count in (2, 3, 0):
        points.publish(PoseArray(poses=[Pose()] * count))
    lists = []
    while len(lists) < 3:
        message = next_message(device)
        if isinstance(message, PointList):
            lists.append([point.name for point in message.elements])
    assert lists == [['ENTRY', 'TARGET'], ['Plan-1', 'Plan-2', 'Plan-3'], []]
    assert problems(node) == {'/x/to_igtl/Plan/points: info': 1}


POINT, TEXT = 'geometry_msgs/msg/PointStamped', 'std_msgs/msg/String'


@pytest.fixture
def somebody():
    """
    Start publishers, each in a process of its own: in one, a topic has one type for good.

    Participants of one process are connected by Fast DDS without the network, and one that comes
    after others have gone then now and then never finds those that are there.
    """
    with ExitStack() as ends:

        def talk(topic, kind):
            talker = Program(sys.executable, Path(__file__).with_name('talker.py'), topic, kind)
            ends.callback(leave, talker)

        def leave(talker):
            talker.interrupt()
            talker.end()

        talk.leave = ends.close
        yield talk


def gone(somebody, node, topic):
    """Let all leave, and wait until that is known."""
    somebody.leave()
    wait_for(lambda: not node.count_publishers(topic), 'the end of all publishers')


def test_a_topic_that_was_refused_is_sent_when_it_has_the_right_type(ros, device, somebody):
    node = start(ros, device, discover_period=0.1)
    topic = '/x/to_igtl/Goal/point'
    somebody(topic, TEXT)
    wait_for(lambda: problems(node).get(topic), 'the refusal')
    gone(somebody, node, topic)
    somebody(topic, POINT)
    assert next_message(device).type_name == 'POINT'


def test_a_topic_that_changes_its_type_is_sent_as_what_it_is(ros, device, tmp_path, somebody):
    node = start(ros, device, discover_period=0.1, **mapping(tmp_path, """
send: [{topic: /p, device: P}]
"""))
    somebody('/p', POINT)
    assert next_message(device).type_name == 'POINT'
    # two at once: the first goes on, the other is told
    somebody('/p', TEXT)
    wait_for(lambda: problems(node) == {'/p': 1}, 'the report')
    for _ in range(20):
        assert next_message(device).type_name == 'POINT'
    gone(somebody, node, '/p')
    somebody('/p', TEXT)
    while next_message(device).type_name != 'STRING':
        pass
    # once more if DDS was slow to let go of the first type
    assert set(problems(node)) == {'/p'}
