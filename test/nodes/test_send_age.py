"""A source that died is not sent for ever: peers, late joiners and diagnostics get to know."""

import threading
import time
from dataclasses import replace

import pytest
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from geometry_msgs.msg import PoseStamped, TransformStamped
from ros_user import ALL, STATE, mapping, pose, wait_for
from rosgraph_msgs.msg import Clock
from std_msgs.msg import String as RosString
from std_srvs.srv import Trigger
from tf2_msgs.msg import TFMessage

from igtl_ros2 import connect
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.tracking import TrackingData, TrackingElement
from igtl_ros2.converters.pose import tool_state
from igtl_ros2.errors import PeerError
from igtl_ros2.mapping import SendRule, TfFrame
from igtl_ros2.routes.source_age import Expiry, SourceAge

NS = 10**9
NOW_NS = 1_700_000_000 * NS


# -- the rule, without ROS


def looked(rule, samples):
    """Say of samples (stamp, time of ROS, steady time) in seconds which are fresh."""
    age = SourceAge(rule)
    return [age.is_fresh(round(s * NS), round(now * NS), steady) for s, now, steady in samples]


def test_a_frame_whose_stamp_stands_still_is_stale_after_two_seconds():
    rule = SendRule('d', tf_source='a', tf_target='b')
    assert looked(rule, [(5, 100, 0), (5, 101, 1.9), (5, 102, 2.1), (6, 103, 2.2), (1, 99, 4)]) \
        == [True, True, False, True, True]
    assert all(looked(rule, [(0, t, t) for t in (1, 5, 90)]))  # static


def test_a_time_that_a_rule_names_is_that_of_the_stamp_too():
    rule = SendRule('d', tf_source='a', tf_target='b', max_age=1.0)
    assert looked(rule, [(99.5, 100, 0), (99.6, 101, 1), (100.9, 101, 2)]) == [True, False, True]


@pytest.mark.parametrize('rule', [
    SendRule('d', topic='/t'), SendRule('d', tf_list=(TfFrame('a', 'b', 'a'),), max_age=0.0)])
def test_without_a_limit_nothing_is_stale(rule):
    assert all(looked(rule, [(1, t, t) for t in (1, 50, 5000)]))


# -- over a link


class Seen:
    """What a peer gets, in a thread."""

    def __init__(self, peer):
        self.messages = []
        threading.Thread(target=self.run, args=(peer,), daemon=True).start()

    def run(self, peer):
        for message in peer:
            if message.type_name in ('TRANSFORM', 'TDATA', 'STRING'):
                self.messages.append(message)


class Robot:
    """Publishes a frame until it dies."""

    def __init__(self, ros, now_ns=time.time_ns):
        self.publisher = ros.talk('/tf', TFMessage)
        self.now_ns = now_ns
        self.stop = threading.Event()
        self.thread = None

    def move(self, x=1.0):
        made = TransformStamped()
        made.header.frame_id, made.child_frame_id = 'base', 'tool'
        now_ns = self.now_ns()
        made.header.stamp = Time(sec=now_ns // NS, nanosec=now_ns % NS)
        made.transform.translation.x = x
        self.publisher.publish(TFMessage(transforms=[made]))

    def live(self):
        self.stop.clear()
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self):
        while not self.stop.wait(0.05):
            self.move()

    def die(self):
        self.stop.set()
        self.thread.join()


@pytest.fixture
def robot(ros):
    made = []

    def make(**arguments):
        made.append(Robot(ros, **arguments))
        return made[-1]

    yield make
    for one in made:
        if one.thread is not None:
            one.die()


RULES = [
    ('{tf: {source: tool, target: base}, device: Arm}', ''),
    ('{tf: {source: tool, target: base}, device: Arm, keepalive: 0.2, on_change: true}', ''),
    ('{tf: {source: tool, target: base}, device: Arm, max_age: 0.5}', 'profile: slicer'),
    ('{tf: [{source: tool, target: base}], device: Arm}', 'profile: plus'),
    ('{tf: {source: "to*", target: base}, device: Arm, max_age: 1.0}', ''),
]


@pytest.mark.parametrize('rule, profile', RULES)
def test_a_source_that_died_is_missing_once_and_comes_back(
        ros, robot, tmp_path, rule, profile):
    node = ros.bridge(port=0, **mapping(tmp_path, f'{profile}\nsend: [{rule}]'))
    diagnostics = ros.listen('/diagnostics', DiagnosticArray)
    arm = robot()
    address = str(node.link.address)
    with connect(address, header_version='2') as new, connect(address, header_version='1') as old:
        wait_for(lambda: 2 in {peer.version for peer in node.link.peers}, 'version 2')
        seen, blind = Seen(new), Seen(old)
        arm.live()
        wait_for(lambda: seen.messages and (blind.messages or profile), 'poses')
        arm.die()

        def states(who=seen):
            return [m.metadata.get('TransformStatus') for m in who.messages]

        wait_for(lambda: states()[-1] == 'MISSING', 'the state')
        if 'plus' in profile:  # which sends version 2 to everyone
            wait_for(lambda: states(blind)[-1:] == ['MISSING'], 'the state')
        seen_before, blind_before = len(seen.messages), len(blind.messages)

        def level():
            status = diagnostics[-1].status[0]
            return status.level == DiagnosticStatus.STALE and 'Arm' in status.message

        wait_for(level, 'STALE')
        with connect(address, header_version='2') as late:
            with pytest.raises(PeerError):
                while late.receive(1.5).type_name not in ('TRANSFORM', 'TDATA'):
                    pass
        assert (len(seen.messages), len(blind.messages)) == (seen_before, blind_before)
        assert states().count('MISSING') == 1
        if 'plus' not in profile:
            assert all('TransformStatus' not in m.metadata for m in blind.messages)
        arm.live()
        wait_for(lambda: states()[-1] == 'OK', 'the pose again')
        wait_for(lambda: diagnostics[-1].status[0].level != DiagnosticStatus.STALE, 'the end')


def test_a_pose_of_simulated_time_is_as_old_as_that_says(ros, robot, tmp_path):
    node = ros.bridge(port=0, use_sim_time=True, **mapping(
        tmp_path, 'send: [{tf: {source: tool, target: base}, device: Arm, max_age: 5}]'))
    clock = ros.talk('/clock', Clock)
    clock.publish(Clock(clock=Time(sec=100)))
    wait_for(lambda: node.now_ns() == 100 * NS, 'the time')
    arm = robot(now_ns=lambda: 98 * NS)
    with connect(str(node.link.address), header_version='2', queue_policy=ALL) as peer:
        wait_for(lambda: node.link.peers and node.link.peers[0].version == 2, 'version 2')
        seen = Seen(peer)
        arm.move()
        wait_for(lambda: seen.messages, 'the pose')
        clock.publish(Clock(clock=Time(sec=104)))
        wait_for(lambda: seen.messages[-1].metadata.get('TransformStatus') == 'MISSING', 'the end')


def stamped(age_s):
    message = PoseStamped()
    message.header.frame_id = 'base'
    at_ns = time.time_ns() - round(age_s * NS)
    message.header.stamp = Time(sec=at_ns // NS, nanosec=at_ns % NS)
    message.pose.orientation.w = 1.0
    return message


@pytest.mark.parametrize('more', ['', ', keepalive: 0.1', ', rate: 20', ', on_change: true'])
def test_a_topic_may_have_an_age_as_well(ros, tmp_path, more):
    node = ros.bridge(port=0, **mapping(
        tmp_path, f'send: [{{topic: /goal, device: Goal, max_age: 1.0{more}}}]'))
    goal = ros.talk('/goal', PoseStamped)
    with connect(str(node.link.address), header_version='2', queue_policy=ALL) as peer:
        wait_for(lambda: node.link.peers and node.link.peers[0].version == 2, 'version 2')
        seen = Seen(peer)
        goal.publish(stamped(30))
        (health, *_), = node._diagnostics._open
        wait_for(lambda: health._report.withheld['/goal: max_age'], 'the old one')
        assert seen.messages == []
        goal.publish(stamped(0))
        wait_for(lambda: seen.messages, 'the new one')
        wait_for(lambda: seen.messages[-1].metadata.get('TransformStatus') == 'MISSING', 'the end')
        count = len(seen.messages)
        assert node._senders[''].stale == ['Goal']
        with pytest.raises(PeerError):
            connect_and_wait(node)
        assert len(seen.messages) == count
        goal.publish(stamped(0))
        wait_for(lambda: seen.messages[-1].metadata.get('TransformStatus') == 'OK', 'it again')
        assert node._senders[''].stale == []


@pytest.mark.parametrize('rule', [
    '{tf: {source: tool, target: base}, device: Arm}',
    '{tf: [{source: tool, target: base}], device: Arm, max_age: 1.0}',
    '{topic: /goal, device: Arm, max_age: 1.0}'])
@pytest.mark.parametrize('is_stale', [True, False])
def test_other_rules_make_nothing_that_died_alive(ros, robot, tmp_path, rule, is_stale):
    node = ros.bridge(port=0, **mapping(tmp_path, f'send: [{rule}]'))
    goal = ros.talk('/goal', PoseStamped) if 'goal' in rule else None
    sender = node._senders['']
    with connect(str(node.link.address), header_version='2', queue_policy=ALL) as peer:
        wait_for(lambda: node.link.peers and node.link.peers[0].version == 2, 'version 2')
        seen = Seen(peer)
        if goal:
            goal.publish(stamped(0))
        else:
            robot().move()
        wait_for(lambda: seen.messages, 'the pose')
        if is_stale:
            wait_for(lambda: sender.stale, 'the end')
        mapping(tmp_path, f'send: [{rule}, {{topic: /other, device: Other}}]')
        client = ros.node.create_client(Trigger, '/x/igtl_bridge/reload')
        wait_for(client.service_is_ready, 'the service')
        answer = client.call_async(Trigger.Request())
        wait_for(answer.done, 'the answer')
        assert answer.result().success
        wait_for(lambda: sender.stale == ['Arm'], 'the end')
        time.sleep(0.3)
        states = [m.metadata.get('TransformStatus') for m in seen.messages]
        assert states[-1] == 'MISSING' and states.count('MISSING') == 1
        with pytest.raises(PeerError):
            connect_and_wait(node)


TOOLS = TrackingData([TrackingElement('Probe', pose())], device_name='Tool', timestamp=1 << 62)


@pytest.mark.parametrize('message', [
    Transform(pose(), device_name='Tool', metadata={'TransformStatus': 'OUT_OF_VIEW'}),
    Transform(pose(), device_name='Tool', metadata={'Status': 'MISSING'}),
    replace(TOOLS, metadata={'ProbeStatus': 'OUT_OF_VIEW'}, version=2),
], ids=['its own', 'Slicer', 'tool'])
def test_what_was_missing_and_is_there_again_is_as_its_device_says(message):
    expiry, out = Expiry(SendRule('Tool', topic='/a/Tool/transform', max_age=1.0)), []
    well = replace(message, metadata=dict.fromkeys(message.metadata, 'OK'))
    expiry.note([well])
    expiry.expire('silence', out)
    assert out[0].text == 'Tool is stale, not sent: silence'
    assert tool_state(out[1].state, 'Probe') == 'MISSING'
    assert expiry.note([message]) == [message]
    (again,) = expiry.note([replace(message, metadata={})])
    assert tool_state(again, 'Probe') == 'OK'


def connect_and_wait(node):
    with connect(str(node.link.address), header_version='2', queue_policy=ALL) as late:
        while late.receive(1.0).type_name not in ('TRANSFORM', 'TDATA'):
            pass


def test_what_has_no_stamp_may_be_silent_for_so_long(ros, tmp_path):
    node = ros.bridge(port=0, **mapping(
        tmp_path, 'send: [{topic: /say, device: Say, max_age: 0.4, keepalive: 0.1}]'))
    say = ros.talk('/say', RosString, STATE)
    with connect(str(node.link.address)) as peer:
        seen = Seen(peer)
        say.publish(RosString(data='hello'))
        wait_for(lambda: node._senders[''].stale == ['Say'], 'the end')
        count = len(seen.messages)
        time.sleep(0.5)
        assert 0 < count == len(seen.messages)
