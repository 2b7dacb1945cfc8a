"""tf over real topics: one suite for every look-up behind the seam, then the broadcaster."""

import math
import os
import sys
import time

import numpy as np
import pytest

rclpy = pytest.importorskip('rclpy', reason='rclpy is not installed')
pytest.importorskip('tf2_msgs.msg', reason='tf2_msgs is not installed')

from geometry_msgs.msg import TransformStamped  # noqa: E402
from rclpy.executors import SingleThreadedExecutor  # noqa: E402
from rclpy.qos import DurabilityPolicy, QoSProfile  # noqa: E402
from tf2_msgs.msg import TFMessage  # noqa: E402

from igtl_ros2.converters.lazy import LazyTransform  # noqa: E402
from igtl_ros2.converters.tf_owners import Sender  # noqa: E402
from igtl_ros2.converters.tf_tree import LookupFailed  # noqa: E402
from igtl_ros2.errors import ConfigError  # noqa: E402
from igtl_ros2.nodes.tf import Tf2Source, TfBroadcaster, TreeSource, open_tf  # noqa: E402

SECOND = 10**9
DEADLINE_S = 20
LATCHED = QoSProfile(depth=100, durability=DurabilityPolicy.TRANSIENT_LOCAL)
# Above 101 the ports of a domain overlap those that the system hands out.
DOMAIN = 1 + os.getpid() % 100


def transform(parent, child, translation=(0, 0, 0), angle=0.0, stamp_ns=0):
    """Build a transform turned about z."""
    made = TransformStamped()
    made.header.frame_id, made.child_frame_id = parent, child
    made.header.stamp.sec, made.header.stamp.nanosec = divmod(stamp_ns, SECOND)
    where, turned = made.transform.translation, made.transform.rotation
    where.x, where.y, where.z = map(float, translation)
    turned.z, turned.w = math.sin(angle / 2), math.cos(angle / 2)
    return made


def matrix(translation=(0, 0, 0), angle=0.0):
    """Build the 4x4 matrix of the same pose by hand."""
    c, s = math.cos(angle), math.sin(angle)
    x, y, z = translation
    return np.array([[c, -s, 0, x], [s, c, 0, y], [0, 0, 1, z], [0, 0, 0, 1.0]])


class Graph:
    """A node under test and a foreign node that publishes tf, spun together."""

    def __init__(self):
        self.context = rclpy.Context()
        rclpy.init(context=self.context, domain_id=DOMAIN)
        self.executor = SingleThreadedExecutor(context=self.context)
        self.node = self.new_node('bridge')
        self.robot = self.new_node('robot')
        self.dynamic = self.robot.create_publisher(TFMessage, '/tf', 100)
        self.static = self.robot.create_publisher(TFMessage, '/tf_static', LATCHED)
        self.sources = []

    def new_node(self, name):
        node = rclpy.create_node(name, context=self.context)
        self.executor.add_node(node)
        return node

    def until(self, probe, what):
        """Spin until the probe gives something true, and return that."""
        deadline = time.monotonic() + DEADLINE_S
        while not (seen := probe()):
            assert time.monotonic() < deadline, f'waited without an answer for {what}'
            self.executor.spin_once(timeout_sec=0.05)
        return seen

    def listen(self, open_source):
        """Open a source and wait until the robot can reach it."""
        source = open_source(self.node)
        self.sources.append(source)
        # what listens in one node does so together
        self.until(
            lambda: self.dynamic.get_subscription_count() and self.static.get_subscription_count(),
            'the subscriptions',
        )
        return source

    def publish(self, *transforms, static=False):
        (self.static if static else self.dynamic).publish(TFMessage(transforms=list(transforms)))

    def settle(self, source):
        """Wait until everything that the robot published so far has arrived."""
        self.publish(transform('marker', 'dynamic_marker', stamp_ns=1))
        self.publish(transform('marker', 'static_marker'), static=True)

        def arrived():
            try:
                return source.lookup('static_marker', 'dynamic_marker')
            except LookupFailed:
                return None

        self.until(arrived, 'the markers')

    def close(self):
        for source in self.sources:
            source.close()
        self.executor.shutdown()
        for node in (self.node, self.robot):
            node.destroy_node()
        rclpy.shutdown(context=self.context)


@pytest.fixture
def graph(monkeypatch):
    monkeypatch.setenv('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    made = Graph()
    yield made
    made.close()


@pytest.fixture(params=['tf2_ros', 'tree'])
def open_source(request):
    if request.param == 'tree':
        return TreeSource
    pytest.importorskip(
        'tf2_ros', reason='tf2_ros is not installed; its half of the suite cannot run here'
    )
    return Tf2Source


@pytest.fixture
def source(graph, open_source):
    return graph.listen(open_source)


def assert_pose(found, expected, stamp_ns):
    np.testing.assert_allclose(found[0], expected, atol=1e-9)
    assert found[1] == stamp_ns


def failure_of(source, *arguments):
    with pytest.raises(LookupFailed) as failure:
        source.lookup(*arguments)
    assert (failure.value.target, failure.value.source) == arguments[:2]
    return failure.value


def test_static_chain(graph, source):
    graph.publish(
        transform('base', 'arm', (1, 0, 0), math.pi / 2, stamp_ns=5), static=True)
    graph.publish(transform('arm', 'tool', (0, 2, 0), stamp_ns=6), static=True)
    graph.settle(source)
    # A quarter turn about z takes the tool's y to -x.
    assert_pose(source.lookup('base', 'tool'), matrix((-1, 0, 0), math.pi / 2), 0)
    assert_pose(source.lookup('base', 'tool', 77), matrix((-1, 0, 0), math.pi / 2), 77)


def test_dynamic_chain_at_the_latest_common_time(graph, source):
    for second in (1, 2, 3):
        graph.publish(transform('base', 'arm', (second, 0, 0), stamp_ns=second * SECOND))
    for second in (1, 2):
        graph.publish(transform('arm', 'tool', (0, second, 0), stamp_ns=second * SECOND))
    graph.publish(transform('tool', 'tip', (0, 0, 0.1)), static=True)
    graph.settle(source)
    assert_pose(source.lookup('base', 'tip'), matrix((2, 2, 0.1)), 2 * SECOND)
    assert_pose(source.lookup('base', 'arm'), matrix((3, 0, 0)), 3 * SECOND)


def test_half_way_between_two_samples(graph, source):
    graph.publish(transform('base', 'tool', (1, 0, 0), 0.2, stamp_ns=10 * SECOND))
    graph.publish(transform('base', 'tool', (2, 4, 0), 1.4, stamp_ns=11 * SECOND))
    graph.settle(source)
    stamp_ns = 10 * SECOND + SECOND // 2
    assert_pose(source.lookup('base', 'tool', stamp_ns), matrix((1.5, 2, 0), 0.8), stamp_ns)


def test_the_short_way_round_whatever_the_sign_of_the_quaternion(graph, source):
    late = transform('base', 'tool', angle=1.0, stamp_ns=3000)
    turned = late.transform.rotation
    turned.z, turned.w = -turned.z, -turned.w
    graph.publish(transform('base', 'tool', stamp_ns=1000), late)
    graph.settle(source)
    assert_pose(source.lookup('base', 'tool', 2000), matrix(angle=0.5), 2000)


def test_inverse_look_up(graph, source):
    graph.publish(transform('base', 'left', (1, 2, 3), 0.7), static=True)
    graph.publish(transform('base', 'right', (4, -5, 6), -1.9, stamp_ns=1000))
    graph.settle(source)
    there, back = source.lookup('left', 'right'), source.lookup('right', 'left')
    expected = np.linalg.inv(matrix((1, 2, 3), 0.7)) @ matrix((4, -5, 6), -1.9)
    assert_pose(there, expected, 1000)
    assert_pose(back, np.linalg.inv(expected), 1000)


def test_a_frame_in_itself(graph, source):
    graph.publish(transform('base', 'tool', (1, 2, 3), stamp_ns=1000))
    graph.settle(source)
    assert_pose(source.lookup('tool', 'tool'), np.eye(4), 1000)
    assert_pose(source.lookup('base', 'base'), np.eye(4), 0)
    assert_pose(source.lookup('ghost', 'ghost'), np.eye(4), 0)


def test_unknown_frame(graph, source):
    graph.publish(transform('base', 'tool', stamp_ns=1000))
    graph.settle(source)
    for frames in (('base', 'ghost'), ('ghost', 'base')):
        failure = failure_of(source, *frames)
        assert failure.reason == 'unknown'
        assert 'ghost' in str(failure)


def test_unconnected_frames(graph, source):
    graph.publish(transform('base', 'tool'), transform('tracker', 'probe'), static=True)
    graph.settle(source)
    failure = failure_of(source, 'tool', 'probe')
    assert failure.reason == 'unconnected'
    assert 'tool' in str(failure) and 'probe' in str(failure)


@pytest.mark.parametrize('second', [8, 13])
def test_nothing_is_extrapolated(graph, source, second):
    for known in (10, 11):
        graph.publish(transform('base', 'tool', stamp_ns=known * SECOND))
    graph.settle(source)
    assert failure_of(source, 'base', 'tool', second * SECOND).reason == 'extrapolation'
    assert failure_of(source, 'tool', 'base', second * SECOND).reason == 'extrapolation'


def test_the_newest_parent_wins(graph, source):
    graph.publish(transform('rack', 'tool', (1, 0, 0), stamp_ns=1000))
    graph.publish(transform('hand', 'tool', (2, 0, 0), stamp_ns=2000))
    graph.settle(source)
    assert_pose(source.lookup('hand', 'tool'), matrix((2, 0, 0)), 2000)
    assert failure_of(source, 'rack', 'tool').reason in ('unknown', 'unconnected')


def test_leading_slashes_do_not_matter(graph, source):
    graph.publish(transform('/base', '/tool', (1, 2, 3)), static=True)
    graph.settle(source)
    assert_pose(source.lookup('/base', 'tool'), matrix((1, 2, 3)), 0)


@pytest.mark.parametrize('static', [False, True])
def test_the_frame_of_the_patient_is_one_where_that_is_said(graph, source, static):
    source.one_patient = True
    graph.publish(transform('RAS', 'base', (1, 0, 0), stamp_ns=1000), static=static)
    graph.publish(transform('/Ras', 'tool', (0, 1, 0), stamp_ns=1000), static=static)
    graph.publish(transform('left/RAS', 'other', (0, 0, 1), stamp_ns=1000), static=static)
    graph.settle(source)
    found = {name for name in source.frames() if 'marker' not in name}
    assert found == {'ras', 'base', 'tool', 'left/RAS', 'other'}
    for name in ('ras', 'RAS', '/Ras'):
        assert_pose(source.lookup(name, 'base'), matrix((1, 0, 0)), 0 if static else 1000)
        np.testing.assert_array_equal(source.lookup(name, 'RaS')[0], np.eye(4))
    assert_pose(source.lookup('base', 'tool'), matrix((-1, 1, 0)), 0 if static else 1000)
    assert failure_of(source, 'left/ras', 'other').reason == 'unknown'


def test_elsewhere_frames_keep_their_case(graph, source):
    graph.publish(transform('RAS', 'base', (1, 0, 0)), static=True)
    graph.settle(source)
    assert failure_of(source, 'ras', 'base').reason == 'unknown'


@pytest.mark.parametrize('length', [0.5, 0.999, 1.004, 3.0])
def test_a_quaternion_of_any_length_gives_a_rotation(graph, source, length):
    stretched = transform('base', 'tool', (1, 2, 3), 0.8)
    stretched.transform.rotation.z *= length
    stretched.transform.rotation.w *= length
    graph.publish(stretched, static=True)
    graph.settle(source)
    assert_pose(source.lookup('base', 'tool'), matrix((1, 2, 3), 0.8), 0)


def test_bad_transforms_are_skipped_and_the_good_ones_among_them_kept(graph, source):
    empty, not_a_number, endless = (
        transform('base', name) for name in ('empty', 'not_a_number', 'endless')
    )
    empty.transform.rotation.w = 0.0
    not_a_number.transform.translation.x = math.nan
    endless.transform.rotation.w = math.inf
    itself, nameless = transform('base', 'base'), transform('base', '')
    bad = [empty, not_a_number, endless, itself, nameless]
    graph.publish(*bad, transform('base', 'tool', (1, 2, 3)), static=True)
    graph.publish(*bad, transform('tool', 'tip', (0, 0, 1), stamp_ns=1000))
    graph.settle(source)
    assert_pose(source.lookup('base', 'tip'), matrix((1, 2, 4)), 1000)
    for name in ('empty', 'not_a_number', 'endless'):
        assert failure_of(source, 'base', name).reason in ('unknown', 'unconnected')
    if isinstance(source, TreeSource):
        assert source.bad_count == 2 * len(bad)


def test_a_late_joiner_learns_every_static_frame(graph, open_source):
    broadcaster = TfBroadcaster(graph.node)
    assert broadcaster.send([transform('base', 'a', (1, 0, 0))], static=True) == []
    assert broadcaster.send([transform('a', 'b', (0, 1, 0))], static=True) == []
    assert broadcaster.send([transform('base', 'a', (3, 0, 0))], static=True) == []
    late = graph.listen(open_source)

    def arrived():
        try:
            pose, stamp_ns = late.lookup('base', 'b')
        except LookupFailed:
            return False
        # one node hears them as they are sent
        return stamp_ns == 0 and np.allclose(pose, matrix((3, 1, 0)), atol=1e-9)

    graph.until(arrived, 'the static frames')
    broadcaster.close()


def test_after_close_nothing_is_listened_to(graph, source):
    source.close()
    graph.sources.remove(source)
    for publisher in (graph.dynamic, graph.static):
        graph.until(lambda p=publisher: p.get_subscription_count() == 0, 'the end')


def test_open_tf_prefers_tf2_ros(graph):
    pytest.importorskip('tf2_ros', reason='tf2_ros is not installed')
    assert isinstance(graph.listen(open_tf), Tf2Source)


def test_open_tf_without_tf2_ros_takes_the_tree(graph, monkeypatch):
    monkeypatch.setitem(sys.modules, 'tf2_ros', None)
    assert isinstance(graph.listen(open_tf), TreeSource)


def test_without_tf2_msgs_the_package_to_install_is_named(graph, monkeypatch):
    for module in ('tf2_ros', 'tf2_msgs', 'tf2_msgs.msg'):
        monkeypatch.setitem(sys.modules, module, None)
    for opener in (open_tf, TfBroadcaster):
        with pytest.raises(ConfigError, match='tf2_msgs'):
            opener(graph.node)


@pytest.fixture
def broadcaster(graph):
    return graph.listen(TfBroadcaster)


@pytest.fixture
def tree(graph, broadcaster):
    return graph.listen(TreeSource)


def heard(tree, frames):
    """Make a probe for a frame that the broadcaster sent."""
    def probe():
        try:
            return tree.lookup(*frames)
        except LookupFailed:
            return None

    return probe


def test_what_is_broadcast_arrives(graph, broadcaster, tree):
    assert broadcaster.send([transform('base', 'a', (1, 2, 3), 0.5, 1000)], static=False) == []
    found = graph.until(heard(tree, ('base', 'a')), 'the broadcast')
    assert_pose(found, matrix((1, 2, 3), 0.5), 1000)


def test_our_own_messages_are_no_conflict(graph, broadcaster, tree):
    for stamp_ns in range(1, 61):
        parent = ('base', '/tracker', 'world')[stamp_ns % 3]
        assert broadcaster.send([transform(parent, 'a', stamp_ns=stamp_ns)], static=False) == []
        assert broadcaster.send([transform(parent, 's')], static=True) == []
    graph.until(heard(tree, ('base', 'a')), 'our own messages')
    graph.settle(tree)
    assert broadcaster.owner_conflict('a') is None
    assert broadcaster.owner_conflict('s') is None
    assert broadcaster.send([transform('base', 'a', stamp_ns=99)], static=False) == []


@pytest.mark.parametrize('static', [False, True])
def test_a_frame_that_somebody_published_first_is_withheld(graph, broadcaster, tree, static):
    graph.publish(transform('base', 'tool', (1, 0, 0), stamp_ns=1000), static=static)
    graph.until(lambda: broadcaster.owner_conflict('tool'), 'the conflict')
    assert broadcaster.owner_conflict('/tool') == 'base'
    mine = [transform('base', '/tool', (9, 0, 0), stamp_ns=2000), transform('base', 'mine')]
    assert broadcaster.send(mine, static=False) == ['tool']
    graph.until(heard(tree, ('base', 'mine')), 'the frame that is ours')
    assert tree.lookup('base', 'tool')[0][0, 3] == 1
    assert broadcaster.send(mine[:1], static=True) == ['tool']


def test_a_frame_that_gets_a_second_parent_is_withheld_from_then_on(graph, broadcaster, tree):
    ours = transform('base', 'tool', stamp_ns=1000)
    assert broadcaster.send([ours], static=False) == []
    graph.publish(transform('base', 'tool', stamp_ns=2000))
    graph.settle(tree)
    assert broadcaster.owner_conflict('tool') is None
    graph.publish(transform('hand', 'tool', stamp_ns=3000))
    graph.until(lambda: broadcaster.owner_conflict('tool'), 'the conflict')
    assert broadcaster.owner_conflict('tool') == 'hand'
    assert broadcaster.send([ours], static=False) == ['tool']


@pytest.mark.parametrize('is_lazy', [False, True])
def test_a_frame_that_somebody_publishes_while_we_are_silent_is_theirs(graph, tree, is_lazy):
    now_s = [100.0]
    broadcaster = graph.listen(lambda node: TfBroadcaster(node, lambda: now_s[0]))

    def send(stamp_ns):
        ours = transform('base', 'tool', stamp_ns=stamp_ns)
        if is_lazy:
            ours = LazyTransform(stamp_ns, ('base', 'tool'), (1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0))
        return broadcaster.send([ours], static=False)

    graph.settle(tree)
    for stamp_ns in (1000, 1000, 1001):  # one of them twice
        assert send(stamp_ns) == []
    now_s[0] += 3  # whoever hears ours only now
    graph.settle(tree)
    assert broadcaster.owner_conflict('tool') is None
    assert send(1002) == []
    graph.settle(tree)
    graph.publish(transform('base', 'tool', (5, 0, 0), stamp_ns=2000))
    graph.settle(tree)
    assert broadcaster.owner_conflict('tool') is None  # we were first, and are there
    now_s[0] += 3
    graph.publish(transform('base', 'tool', (5, 0, 0), stamp_ns=3000))
    graph.until(lambda: broadcaster.owner_conflict('tool'), 'the conflict')
    assert send(1003) == ['tool']


def test_a_static_frame_stays_for_late_joiners_when_its_device_is_let_go(graph, open_source):
    broadcaster = graph.listen(TfBroadcaster)
    one, two = Sender('', 'one'), Sender('', 'two')
    assert broadcaster.offer([(transform('base', 'a', (1, 0, 0)), one, 0)], static=True) == []
    broadcaster.forget(one, keeps_static=True)
    assert broadcaster.offer([(transform('base', 'b', (2, 0, 0)), two, 0)], static=True) == []
    late = graph.listen(open_source)
    graph.until(heard(late, ('a', 'b')), 'both')
    # one that moves now is no static frame any more
    assert broadcaster.offer([(transform('base', 'a', (3, 0, 0)), one, 0)], static=False) == []
    later = graph.listen(open_source)
    graph.until(heard(later, ('base', 'b')), 'the other one')
    assert list(broadcaster._static) == ['b']


def test_a_static_frame_that_is_lost_to_somebody_is_not_sent_along(graph, broadcaster):
    first = [transform('base', 'a'), transform('base', 'b')]
    assert broadcaster.send(first, static=True) == []
    graph.publish(transform('hand', 'b'), static=True)
    graph.until(lambda: broadcaster.owner_conflict('b'), 'the conflict')
    assert broadcaster.send([transform('base', 'c')], static=True) == []
    links = set()

    def collect(message):
        links.update((x.header.frame_id, x.child_frame_id) for x in message.transforms)

    graph.robot.create_subscription(TFMessage, '/tf_static', collect, LATCHED)
    graph.until(lambda: {('hand', 'b'), ('base', 'c')} <= links, 'the static frames')
    assert links == {('base', 'a'), ('hand', 'b'), ('base', 'c')}
