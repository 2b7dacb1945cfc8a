"""A looped bag, a simulation begun anew: what is sent and moved is of the run that goes on."""

import sys
import threading
import time
from types import ModuleType

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import PoseStamped, TransformStamped
from ros_user import mapping, pose, start, wait_for
from rosgraph_msgs.msg import Clock
from tf2_msgs.msg import TFMessage

from igtl_ros2 import connect
from igtl_ros2.codec import from_ns
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.converters.tf_tree import LookupFailed
from igtl_ros2.nodes.tf import Tf2Source
from igtl_ros2.routes import transform_queue

NS = 10**9
BEGIN_NS = 1_700_000_000 * NS
HZ = 25


def transform(child, x, stamp_ns, parent='base'):
    made = TransformStamped()
    made.header.frame_id, made.child_frame_id = parent, child
    made.header.stamp = Time(sec=stamp_ns // NS, nanosec=stamp_ns % NS)
    made.transform.translation.x = float(x)
    return made


def play(publisher, x, seconds, children=('tool', 'camera'), begin_ns=BEGIN_NS):
    """Publish a run of frames that stand at x, faster than it was."""
    for number in range(seconds * HZ + 1):
        stamp_ns = begin_ns + number * NS // HZ
        publisher.publish(TFMessage(transforms=[transform(c, x, stamp_ns) for c in children]))
        time.sleep(0.002)


class Seen:
    """What a peer gets, in a thread."""

    def __init__(self, peer):
        self.peer = peer
        self.messages = []
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        for message in self.peer:
            self.messages.append(message)

    def wait_for_x(self, x_mm):
        return wait_for(lambda: abs(x_of(self.messages[-1]) - x_mm) < 1e-3 and self.messages[-1],
                        f'x = {x_mm} mm')


def x_of(message):
    if message.type_name == 'TDATA':
        found = {round(float(tool.matrix[0, 3]), 3) for tool in message.elements}
        assert len(found) == 1, f'runs are mixed: {found}'
        return found.pop()
    return float(message.matrix[0, 3])


@pytest.mark.parametrize('rule', [
    '{tf: {source: tool, target: base}, device: ToolToBase}',
    '{tf: {source: "*", target: base}, device: All}',
    '{tf: [{source: tool, target: base}, {source: camera, target: base}], device: Both}',
])
def test_what_is_sent_of_tf_is_of_the_run_that_goes_on(ros, tmp_path, rule):
    node = ros.bridge(port=0, **mapping(tmp_path, f'send: [{rule}]'))
    tf = ros.talk('/tf', TFMessage)
    with connect(str(node.link.address)) as peer:
        seen = Seen(peer)
        play(tf, 1, 4)
        seen.wait_for_x(1000)
        play(tf, 2, 2)
        seen.wait_for_x(2000)
        play(tf, 3, 1)
        seen.wait_for_x(3000)


def test_what_is_moved_is_never_moved_by_two_runs(ros, device, tmp_path, monkeypatch):
    monkeypatch.setattr(transform_queue, 'WAIT_S', 5.0)
    start(ros, device, **mapping(tmp_path, """
receive:
  - {device: Target, frame: camera, stamp: device, pose: true, to_frame: base}
"""))
    tf = ros.talk('/tf', TFMessage)
    received = ros.listen('/x/Target/pose', PoseStamped)
    stamp_ns = BEGIN_NS + 3 * NS // HZ // 2
    play(tf, 1, 4)

    def ask():
        message = Transform(pose((0, 0, 0)), device_name='Target', timestamp=from_ns(stamp_ns))
        device.send(message)

    def moved_to(x):
        def moved():
            ask()
            time.sleep(0.05)
            return received and abs(received[-1].pose.position.x - x) < 1e-6
        return moved

    wait_for(moved_to(1), 'the first run')
    play(tf, 2, 2, begin_ns=BEGIN_NS + NS // HZ // 3)
    wait_for(moved_to(2), 'the second run')
    assert {round(one.pose.position.x, 6) for one in received} == {1, 2}


def test_a_clock_that_is_set_back_clears_tf_at_once(ros, tmp_path):
    node = ros.bridge(port=0, use_sim_time=True, **mapping(
        tmp_path, 'send: [{tf: {source: tool, target: base}, device: ToolToBase}]'))
    tf, clock = ros.talk('/tf', TFMessage), ros.talk('/clock', Clock)
    with connect(str(node.link.address)) as peer:
        seen = Seen(peer)
        clock.publish(Clock(clock=Time(sec=104)))
        wait_for(lambda: node.now_ns() == 104 * NS, 'the time')
        play(tf, 1, 4, begin_ns=100 * NS)
        seen.wait_for_x(1000)
        clock.publish(Clock(clock=Time(sec=100)))
        wait_for(lambda: node.now_ns() == 100 * NS, 'the time')

        def is_forgotten():
            try:
                return not node._tf.lookup('base', 'tool')
            except LookupFailed:
                return True

        wait_for(is_forgotten, 'an empty tree')
        tf.publish(TFMessage(transforms=[transform('tool', 2, 100 * NS)]))
        seen.wait_for_x(2000)


# -- with tf2_ros, of which a look-alike has what is used here


class Buffer:
    """As tf2_ros has it: what is older than the newest takes its place among the rest."""

    def __init__(self, cache_time):
        self.moving, self.static = {}, {}

    def set_transform(self, transform, authority):
        stamp = transform.header.stamp
        self.moving.setdefault(transform.child_frame_id, {})[stamp.sec, stamp.nanosec] = transform

    def set_transform_static(self, transform, authority):
        self.static[transform.child_frame_id] = transform

    def clear(self):
        self.moving.clear()

    def lookup_transform(self, target, source, stamp):
        if source in self.static:
            return self.static[source]
        found = self.moving.get(source)
        if not found:
            raise LookupException(f'{source} is unknown')
        if not stamp.nanoseconds:
            return found[max(found)]
        before = [key for key in found if key[0] * NS + key[1] <= stamp.nanoseconds]
        if not before:
            raise ExtrapolationException('into the past')
        return found[max(before)]


class Listener:
    """Gives the buffer what it is given."""

    def __init__(self, buffer, node, spin_thread):
        self.buffer = buffer

    def unregister(self):
        pass


class TransformException(Exception):
    pass


class LookupException(TransformException):
    pass


class ConnectivityException(TransformException):
    pass


class ExtrapolationException(TransformException):
    pass


@pytest.fixture
def tf2(ros, monkeypatch):
    module = ModuleType('tf2_ros')
    module.Buffer, module.TransformListener = Buffer, Listener
    for kind in (TransformException, LookupException, ConnectivityException,
                 ExtrapolationException):
        setattr(module, kind.__name__, kind)
    monkeypatch.setitem(sys.modules, 'tf2_ros', module)
    source = Tf2Source(ros.node)
    yield source
    source.close()


def test_tf2_is_cleared_when_stamps_go_back(tf2):
    buffer = tf2._listener.buffer
    buffer.set_transform_static(transform('tip', 7, 0, 'tool'), 'who')
    for number in range(101):
        buffer.set_transform(transform('tool', 1, BEGIN_NS + number * NS // HZ), 'who')
    assert tf2.frames() == ['base', 'tip', 'tool']
    buffer.set_transform(transform('tool', 2, BEGIN_NS), 'who')
    with pytest.raises(LookupFailed, match='gone back'):
        tf2.lookup('base', 'tool', BEGIN_NS + 1)
    for number in range(1, 10):
        buffer.set_transform(transform('tool', 2, BEGIN_NS + number * NS // HZ), 'who')
    for stamp_ns in (0, BEGIN_NS, BEGIN_NS + 9 * NS // HZ):
        matrix, _ = tf2.lookup('base', 'tool', stamp_ns)
        np.testing.assert_allclose(matrix[0, 3], 2)
    assert tf2.lookup('tool', 'tip')[0][0, 3] == 7
    assert tf2.frames() == ['base', 'tip', 'tool']


def test_diagnostics_go_on_while_simulated_time_stands_still(ros):
    ros.bridge(port=0, use_sim_time=True)
    received = ros.listen('/diagnostics', DiagnosticArray)
    clock = ros.talk('/clock', Clock)
    for second in (100, 3):
        clock.publish(Clock(clock=Time(sec=second)))
        before = len(received)
        wait_for(lambda n=before: len(received) > n + 1, 'diagnostics')
