"""
A source that died is not sent for ever: peers, late joiners and diagnostics get to know.

When that is, and what is said then, is tested in routes/test_sent_age.py.
"""

import threading
import time

import pytest
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from geometry_msgs.msg import PoseStamped, TransformStamped
from ros_user import ALL, STATE, mapping, next_message, reload, wait_for
from rosgraph_msgs.msg import Clock
from std_msgs.msg import String as RosString
from tf2_msgs.msg import TFMessage

from igtl_ros2 import connect
from igtl_ros2.codec.messages.text import String

NS = 10**9
NOW_NS = 1_700_000_000 * NS


class Seen:
    """What a peer gets, in a thread."""

    def __init__(self, peer):
        self.messages = []
        threading.Thread(target=self.run, args=(peer,), daemon=True).start()

    def run(self, peer):
        for message in peer:
            if message.type_name in ('TRANSFORM', 'TDATA', 'STRING'):
                self.messages.append(message)

    @property
    def states(self):
        return [m.metadata.get('TransformStatus') for m in self.messages
                if m.type_name != 'STRING']


def settle(node, *seen):
    """Wait until all that was sent so far has arrived."""
    text = str(time.monotonic_ns())
    node.link.send(String(text, device_name='Mark'))
    for one in seen:
        wait_for(lambda one=one: any(
            m.type_name == 'STRING' and m.text == text for m in one.messages), 'the mark')


def late_states(node):
    """Give the states of what somebody gets who connects now."""
    with connect(str(node.link.address), header_version='2', queue_policy=ALL) as peer:
        late = Seen(peer)
        wait_for(lambda: late.messages, 'a mark that is held')
        settle(node, late)
        return late.states


class Robot:
    """Publishes a frame until it dies."""

    def __init__(self, ros, now_ns=time.time_ns):
        self.publisher = ros.talk('/tf', TFMessage)
        self.now_ns = now_ns
        self.stop = threading.Event()
        self.thread = None

    def move(self, x=1.0, parent='base'):
        made = TransformStamped()
        made.header.frame_id, made.child_frame_id = parent, 'tool'
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


@pytest.mark.parametrize('rule, profile', [
    ('{tf: {source: tool, target: base}, device: Arm, max_age: 0.5}', 'profile: slicer'),
    ('{tf: {source: "to*", target: base}, device: Arm, max_age: 0.5}', 'profile: plus')])
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
        wait_for(lambda: seen.states and blind.states, 'poses')
        arm.die()
        wait_for(lambda: seen.states[-1] == 'MISSING', 'the state')
        settle(node, seen, blind)
        before = seen.states, blind.states

        def level():
            status = diagnostics[-1].status[0]
            return status.level == DiagnosticStatus.STALE and 'Arm' in status.message

        wait_for(level, 'STALE')
        assert late_states(node) == []
        settle(node, seen, blind)
        assert (seen.states, blind.states) == before
        assert seen.states.count('MISSING') == 1
        if 'plus' in profile:  # which sends version 2 to everyone
            assert blind.states[-1] == 'MISSING' and blind.states.count('MISSING') == 1
        else:
            assert set(blind.states) == {None}
            stamps = [m.timestamp for m in blind.messages if m.type_name == 'TRANSFORM']
            assert len(set(stamps)) == len(stamps)  # the last pose has not come again
        arm.live()
        wait_for(lambda: seen.states[-1] == 'OK', 'the pose again')
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


def test_a_frame_that_tf_does_not_know_any_more_is_missing(ros, robot, tmp_path):
    node = ros.bridge(port=0, **mapping(
        tmp_path, 'send: [{tf: {source: tool, target: base}, device: Arm, max_age: 0.5}]'))
    arm = robot()
    with connect(str(node.link.address), header_version='2', queue_policy=ALL) as peer:
        wait_for(lambda: node.link.peers and node.link.peers[0].version == 2, 'version 2')
        seen = Seen(peer)
        arm.move()
        wait_for(lambda: seen.states, 'the pose')
        arm.move(parent='elsewhere')  # from here on a look brings an error, and no stamp
        wait_for(lambda: seen.states[-1] == 'MISSING', 'the end')
        settle(node, seen)
        assert seen.states.count('MISSING') == 1 and late_states(node) == []


def stamped(age_s):
    message = PoseStamped()
    message.header.frame_id = 'base'
    at_ns = time.time_ns() - round(age_s * NS)
    message.header.stamp = Time(sec=at_ns // NS, nanosec=at_ns % NS)
    message.pose.orientation.w = 1.0
    return message


def test_a_topic_may_have_an_age_as_well(ros, tmp_path):
    node = ros.bridge(port=0, **mapping(
        tmp_path, 'send: [{topic: /goal, device: Goal, max_age: 1.0}]'))
    goal = ros.talk('/goal', PoseStamped)
    with connect(str(node.link.address), header_version='2', queue_policy=ALL) as peer:
        wait_for(lambda: node.link.peers and node.link.peers[0].version == 2, 'version 2')
        seen = Seen(peer)
        goal.publish(stamped(30))
        (health, *_), = node._diagnostics._open
        wait_for(lambda: health._report.withheld['/goal: max_age'], 'the old one')
        settle(node, seen)
        assert seen.states == []
        goal.publish(stamped(0))
        wait_for(lambda: seen.states[-1] == 'MISSING', 'the end')
        assert seen.states == [None, 'MISSING']
        assert node._senders[''].stale == ['Goal']
        assert late_states(node) == []
        goal.publish(stamped(0))
        wait_for(lambda: seen.states[-1] == 'OK', 'it again')
        assert node._senders[''].stale == []


@pytest.mark.parametrize('rule', [
    '{tf: {source: tool, target: base}, device: Arm, max_age: 0.5}',
    '{topic: /goal, device: Arm, max_age: 0.5}'])
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
        wait_for(lambda: seen.states, 'the pose')
        if is_stale:
            wait_for(lambda: sender.stale, 'the end')
        assert reload(ros, f'send: [{rule}, {{topic: /other, device: Other}}]', tmp_path)[0]
        wait_for(lambda: sender.stale == ['Arm'], 'the end')
        time.sleep(0.2)  # several looks
        settle(node, seen)
        assert seen.states[-1] == 'MISSING' and seen.states.count('MISSING') == 1
        assert late_states(node) == []


ARM = '<robot name="r"><link name="base"/><link name="tool"/>{}</robot>'
HAND = ('<link name="hand"/><joint name="j" type="fixed"><parent link="base"/>'
        '<child link="hand"/></joint>')
ON_BASE = '<joint name="i" type="fixed"><parent link="base"/><child link="tool"/></joint>'
ROBOTS = """
profile: plain
send:
- {robot: {description: /robot, rate: 20}, device: Robot, type: TRANSFORM}
- {robot: {description: /robot, rate: 20}, device: Tools}
"""


def test_a_link_that_leaves_the_description_of_a_robot_is_missing_until_it_is_back(ros, tmp_path):
    node = ros.bridge(port=0, **mapping(tmp_path, ROBOTS))
    static = ros.node.create_publisher(TFMessage, '/tf_static', STATE)
    frames = []
    for child in ('tool', 'hand'):
        made = TransformStamped()
        made.header.frame_id, made.child_frame_id = 'base', child
        frames.append(made)
    static.publish(TFMessage(transforms=frames))
    robots = ros.talk('/robot', RosString, STATE)
    address = str(node.link.address)

    def held():
        return {one.key[1] for one in node.link.link.held('TRANSFORM')}

    def describe(more):
        robots.publish(RosString(data=ARM.format(ON_BASE + more)))

    with connect(address, header_version='2') as peer:
        wait_for(lambda: 2 in {one.version for one in node.link.peers}, 'version 2')
        said = []

        def hears(state):
            def look():
                got = next_message(peer)
                if got.type_name == 'TRANSFORM' and got.device_name == 'hand':
                    said.append(got.metadata.get('TransformStatus'))
                return said[-1:] == [state]
            wait_for(look, f'the state {state}')

        describe(HAND)
        hears(None)
        describe('')
        hears('MISSING')
        assert {'tool'} <= held() <= {'base', 'tool'}
        assert [sender.stale for sender in node._senders.values()] == [[]]
        describe(HAND)
        hears('OK')
        assert 'hand' in held()
    (health, *_), = node._diagnostics._open
    assert [what for what in health._report.counts if 'two sources' in what] == []
