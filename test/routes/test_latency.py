"""Where the time goes is measured stage by stage, and what is slow is named: by planted delays."""

import math
import threading
from types import SimpleNamespace

import pytest
from inward import NS, Link, pose

from igtl_ros2.codec.geometry import identity
from igtl_ros2.codec.short_names import full_name
from igtl_ros2.nodes.effect_runner import EffectRunner
from igtl_ros2.nodes.latency_facts import latency_facts
from igtl_ros2.peers.mailbox import Mailbox
from igtl_ros2.routes import latency
from igtl_ros2.routes.inbound_times import InboundTimes
from igtl_ros2.routes.latency import Figures, LinkLatency, Offset, Trace, figures_of
from igtl_ros2.routes.passage import Passage
from igtl_ros2.routes.slow_spots import Spot, slowest_stage, spots_before_arrival

MS = 1e-3


class Way(Link):
    """A link that measures, and carries out what its steps ask for as the node does."""

    def __init__(self, text='', **rule):
        super().__init__(text, **rule)
        self.peer.last_received = 0.0
        self.latency = LinkLatency()
        self.times = InboundTimes(self.latency, self.around.clocks)
        #: how long stages take, and what the clock outside says that messages took
        self.slow, self.took_s = {}, []
        self.waiting = []
        self.lock = threading.RLock()
        self.runner = EffectRunner(
            self.lock, self, SimpleNamespace(do=self.do_later), self, self._take_in,
            self.table.is_current, self.times, self.report)
        self.runner.begin(SimpleNamespace(hold=lambda device, passage: None))
        self.late = SimpleNamespace(is_over=True)

    # -- what the runner writes to, and waits for

    def publish(self, device, passage, effect, writer=None):
        self.now_s += self.slow.get('published', 0.0)
        self._publish(device, passage, effect)
        self.took_s.append(self.now_s - self.arrived_s)

    def writer_of(self, device, effect):
        return self

    def publish_state(self, device, state, stamp_ns):
        self._show(device, state)

    def broadcast(self, device, passage, effect):
        pass

    def forget_names(self, device, passage, effect):
        pass

    def say(self, *_):
        pass

    def submit(self, placement):
        self.waiting.append(('tf_wait', lambda: placement.go(
            {frame: identity() for frame in placement.asked.frames})))

    def do_later(self, device, peer, message, job):
        self.waiting.append(('worker_wait', job))

    # -- messages

    def _take_in(self, *_):
        raise NotImplementedError

    def come(self, *messages, peer=None):
        """Have messages come in one piece, as `Receiver.handle_all` takes them."""
        peer = peer or self.peer
        self.now_s += self.slow.get('device', 0.0) + self.slow.get('pause', 0.02)
        peer.last_received = self.arrived_s = self.now_s
        self.now_s += self.slow.get('decoded', 0.0)
        ready, came_s = [], self.now_s
        for message in messages:
            device = self.table.find(peer, message, full_name(message), came_s)
            passage = Passage(peer, message, came_s, self.now_ns, {})
            self.now_s += self.slow.get('gates', 0.0)
            for effect in device.way.take(passage):
                ready.append((device, passage, effect))
            if came_s >= device.sample_s:
                self.times.sample(device, passage, ready)
        self.runner.carry_out(ready)
        while self.waiting:
            stage, job = self.waiting.pop(0)
            self.now_s += self.slow.get(stage, 0.0)
            job()
        took_s = self.now_s - peer.last_received
        if took_s > self.latency.slow_s:
            self.times.note_slow(peer, messages[-1], came_s, took_s)

    def stamped(self, name='Tool', late_s=0.0):
        """Make a pose with the stamp of when it leaves its device, or of before."""
        after_s = self.slow.get('device', 0.0) + self.slow.get('pause', 0.02)
        return pose(0.0, name, self.now_ns + round((after_s - late_s) * NS))

    def figures(self, name='TRANSFORM Tool'):
        return self.latency.of(name).figures(self.now_s)

    def facts(self, peers=(), outbound=None):
        return latency_facts(self.latency, outbound or LinkLatency(), peers, self.now_s)


def the_sum(figures):
    return sum(f.p50_s for stage, f in figures.items() if stage not in ('device', 'total'))


@pytest.mark.parametrize(('rule', 'slow'), [
    ({}, {}),
    ({}, {'decoded': 3 * MS}),
    ({}, {'published': 7 * MS, 'decoded': 1 * MS}),
    ({'to_frame': 'base'}, {'tf_wait': 120 * MS, 'published': 2 * MS, 'gates': 1 * MS}),
    ({}, {'decoded': 2 * MS, 'gates': 4 * MS, 'published': 8 * MS}),
])
def test_the_stages_add_up_to_what_a_clock_outside_says(rule, slow):
    way = Way(**rule)
    way.slow = slow
    for _ in range(40):
        way.come(way.stamped())
    found = way.figures()
    outside = figures_of(way.took_s)
    assert found['total'].p50_s == pytest.approx(outside.p50_s, rel=0.05, abs=1e-9)
    assert the_sum(found) == pytest.approx(outside.p50_s, rel=0.05, abs=1e-9)
    for stage, took_s in slow.items():
        assert found[stage].p50_s == pytest.approx(took_s, rel=0.05, abs=1e-9)
    assert ('tf_wait' in found) == bool(rule)
    assert 'worker_wait' not in found


def test_what_is_converted_in_the_worker_tells_how_long_it_waited_there():
    way = Way()
    way.come(way.stamped())
    device = way.device(way.stamped())
    device.way.waiting = 1  # something is in the worker
    way.slow = {'worker_wait': 50 * MS, 'published': 5 * MS}
    for _ in range(20):
        way.come(way.stamped())
    found = way.figures()
    assert found['worker_wait'].p50_s == pytest.approx(50 * MS)
    assert found['total'].p50_s == pytest.approx(55 * MS)


def test_each_message_of_a_batch_counts_from_the_arrival_of_its_bytes():
    way = Way()
    way.slow = {'gates': 2 * MS, 'published': 1 * MS}
    way.come(*[way.stamped(f'Tool{number}') for number in range(4)])
    # the first one waits for the steps of the others, the last one for their topics
    first, last = way.figures('TRANSFORM Tool0'), way.figures('TRANSFORM Tool3')
    assert first['gates'].p50_s == pytest.approx(2 * MS)
    assert first['published'].p50_s == pytest.approx(7 * MS)
    assert last['gates'].p50_s == pytest.approx(8 * MS)
    assert last['total'].p50_s == pytest.approx(12 * MS) == max(way.took_s)


def test_what_is_not_published_is_not_measured():
    way = Way("receive: [{device: '*', max_jump: {m: 0.05}}]")
    way.slow = {'pause': 0.2}
    for x in (0, 500, 0):
        way.come(pose(x, ns=way.now_ns))
    assert len(way.latency.of('TRANSFORM Tool').recent(way.now_s)) == len(way.took_s) == 2


def test_a_slow_message_between_two_samples_is_told_once():
    way = Way()
    way.slow = {'pause': 0.0}
    for number in range(100):
        way.slow['published'] = 90 * MS if number == 3 else 0.0
        way.come(way.stamped())
    assert way.figures()['total'].p99_s < 1 * MS
    assert way.facts()['latency_slowest'].startswith('TRANSFORM Tool: 90.000 ms (decoded 0.000, ')
    assert 'latency_slowest' not in way.facts()


def test_a_thousand_messages_a_second_are_measured_about_sixteen_times():
    way = Way()
    way.slow = {'pause': MS}
    for _ in range(2000):
        way.come(way.stamped())
    assert 24 <= len(way.latency.of('TRANSFORM Tool').recent(way.now_s)) <= 48


def test_many_devices_are_not_measured_more_often_than_a_few():
    way = Way()
    way.slow = {'pause': MS}
    for _ in range(50):
        for number in range(60):
            way.come(way.stamped(f'Tool{number}'))
    # 3 s of 60 devices, of which each has sent 16 times a second
    assert 500 <= len(way.latency.all.recent(way.now_s)) <= 640
    counts = [len(samples.recent(way.now_s)) for samples in way.latency._of.values()]
    assert 8 <= min(counts) and max(counts) <= 14


def test_a_rhythm_of_slow_messages_is_seen_in_its_share():
    way = Way()
    way.slow = {'pause': 1 / 160}
    for number in range(1600):
        way.slow['gates'] = 0.0 if number % 10 else 1 * MS
        way.come(way.stamped())
    recent = way.latency.of('TRANSFORM Tool').recent(way.now_s)
    share = sum(trace.total_s > 0.5 * MS for trace in recent) / len(recent)
    assert 0.02 < share < 0.3


# -- the clock of the device


@pytest.mark.parametrize('ahead_s', [0.0, 3600.0, -90.5])
def test_how_late_a_device_is_does_not_depend_on_its_clock(ahead_s):
    way = Way()
    for number in range(40):
        late_s = 30 * MS if number % 2 else 0.0
        message = way.stamped(late_s=late_s - ahead_s)
        way.come(message)
    assert way.figures()['device'].p99_s == pytest.approx(30 * MS, abs=1e-6)
    offset_ms = float(way.facts()['TRANSFORM Tool latency_clock_offset_ms'])
    assert offset_ms == pytest.approx(-1e3 * ahead_s, abs=0.01)


def test_without_a_stamp_nothing_is_said_of_the_device():
    way = Way()
    way.come(pose())
    assert 'device' not in way.figures()
    assert 'TRANSFORM Tool latency_clock_offset_ms' not in way.facts()


def test_a_clock_that_is_set_begins_anew():
    offset = Offset()
    assert [offset.late_s(value, 1.0) for value in (0.5, 0.6)] == pytest.approx([0.0, 0.1])
    assert offset.late_s(-3600.0, 2.0) == 0.0
    assert offset.late_s(-3599.9, 3.0) == pytest.approx(0.1)
    assert offset.late_s(700.0, 4.0) == 0.0


def test_the_smallest_difference_counts_for_a_while_only():
    offset = Offset()
    offset.late_s(0.0, 0.0)
    # the clock of the device goes 1 ms slower each second
    late = [offset.late_s(second * MS, float(second)) for second in range(1, 300)]
    assert max(late) <= 61 * MS
    assert offset.late_s(0.299, 900.0) == 0.0


# -- figures


def test_figures_are_of_the_values_themselves():
    assert figures_of([]) is None
    assert figures_of([3.0]) == Figures(3.0, 3.0)
    assert figures_of(range(1, 101)) == Figures(50, 99)
    assert figures_of([1.0] * 99 + [9.0]) == Figures(1.0, 1.0)
    assert figures_of([1.0] * 98 + [9.0] * 2) == Figures(1.0, 9.0)


def test_what_was_long_ago_does_not_count():
    way = Way()
    way.slow = {'published': 80 * MS}
    way.come(way.stamped())
    way.slow = {}
    way.now_s += latency.RECENT_S
    way.come(way.stamped())
    assert way.figures()['total'] == Figures(0.0, 0.0)
    way.now_s += latency.RECENT_S + 1
    assert [key for key in way.facts() if key.endswith('_p50')] == []


def test_a_clock_of_another_thread_that_is_behind_takes_nothing_away():
    trace = Trace(10.0)
    trace.mark('gates', 10.5)
    trace.mark('published', 10.4)
    trace.mark('published', 10.7)
    assert trace.stages == pytest.approx({'gates': 0.5, 'published': 0.2})
    assert math.isclose(sum(trace.stages.values()), trace.total_s)


def test_names_without_end_take_little_room():
    link = LinkLatency()
    for number in range(3000):
        link.add(f'TRANSFORM {number}', Trace(1.0))
    assert len(link._of) <= 1001
    assert len(link.worst(1.0, 10)) == 10
    assert link.worst(100.0, 10) == [] and not link._of


# -- the judge


class Slow:
    """Where it can be slow."""

    @staticmethod
    def device(way):
        for number in range(30):
            way.come(way.stamped('Other'), way.stamped(late_s=60 * MS if number > 2 else 0))

    @staticmethod
    def network(way):
        for number in range(30):
            late_s = 60 * MS if number > 2 else 0
            way.come(way.stamped('Other', late_s), way.stamped(late_s=late_s))

    @staticmethod
    def tf(way):
        way.slow = {'tf_wait': 60 * MS}
        for _ in range(30):
            way.come(way.stamped())

    @staticmethod
    def subscriber(way):
        way.slow = {'published': 60 * MS}
        for _ in range(30):
            way.come(way.stamped())

    @staticmethod
    def decoding(way):
        way.slow = {'decoded': 60 * MS}
        for _ in range(30):
            way.come(way.stamped('Other'), way.stamped())


@pytest.mark.parametrize(('slow', 'rule', 'name'), [
    (Slow.device, {}, 'device: TRANSFORM Tool: p50 60.0 ms'),
    (Slow.network, {}, 'network: tcp://10.0.0.1:4000: p50 60.0 ms'),
    (Slow.tf, {'to_frame': 'base'}, 'tf wait: TRANSFORM Tool: p50 60.0 ms'),
    (Slow.subscriber, {}, 'subscriber: TRANSFORM Tool: p50 60.0 ms'),
    (Slow.decoding, {}, 'decoding: TRANSFORM Other: p50 60.0 ms'),
])
def test_a_planted_slow_spot_is_named(slow, rule, name):
    way = Way(**rule)
    slow(way)
    assert way.facts()['latency_slow_spot'].startswith(name)


def peer(address='tcp://10.0.0.9:1', round_trip_s=None):
    return SimpleNamespace(
        address=address, mailbox=Mailbox(100, 10**6), round_trip_s=round_trip_s)


def test_a_peer_that_takes_nothing_is_named_while_it_does_not():
    way, slow, good = Way(), peer(), peer('tcp://10.0.0.8:1')
    for number in range(20):
        good.mailbox.put(('TRANSFORM', 'Tool'), [b'x'], now_s=way.now_s)
        good.mailbox.take(way.now_s + 0.5 * MS)
        slow.mailbox.put(('STRING', f'{number}'), [b'x'], now_s=way.now_s)
        way.come(way.stamped())
    facts = way.facts([good, slow])
    assert facts['latency_slow_spot'].startswith('peer: tcp://10.0.0.9:1: p50 400.0 ms')
    assert facts['peer tcp://10.0.0.9:1 latency_queue_ms_oldest'] == '400.000'
    assert facts['peer tcp://10.0.0.8:1 latency_queue_ms_p50'] == '0.500'
    assert facts['latency_out_queue_ms_p99'] == '0.500'


def test_a_peer_that_reads_slowly_is_named_by_what_waited():
    way, slow = Way(), peer()
    for number in range(20):
        slow.mailbox.put(('STRING', f'{number}'), [b'x'], now_s=way.now_s)
        slow.mailbox.take(way.now_s + 70 * MS)
        way.come(way.stamped())
    assert slow.mailbox.oldest_s(way.now_s) == 0.0
    assert way.facts([slow])['latency_slow_spot'].startswith('peer: tcp://10.0.0.9:1: p50 70.0 ms')


def test_the_value_that_is_sent_waited_since_it_came_and_the_peer_since_the_first():
    mailbox = Mailbox(100, 10**6)
    mailbox.congested = True
    for number in range(5):
        mailbox.put(('TRANSFORM', 'Tool'), [b'x'], now_s=float(number))
    assert mailbox.oldest_s(6.0) == 6.0
    mailbox.take(6.0)
    assert mailbox.waits.recent(6.0) == [2.0]
    assert (mailbox.waits.take_slowest(), mailbox.waits.take_slowest()) == (2.0, 0.0)


def test_where_nothing_is_slow_nothing_is_named():
    way = Way()
    for _ in range(30):
        way.come(way.stamped())
    assert way.facts()['latency_slow_spot'] == 'none'


def test_one_device_without_ping_may_be_late_by_the_network_as_well():
    late = {'TRANSFORM Tool': ('a', Figures(0.05, 0.06))}
    assert slowest_stage(spots_before_arrival(late, {'a': None})).name == 'device or network'
    assert slowest_stage(spots_before_arrival(late, {'a': 0.001})).name == 'device'
    assert slowest_stage(spots_before_arrival(late, {'a': 0.2})).name == 'network'
    assert slowest_stage(spots_before_arrival({}, {'a': 0.2})).name == 'network'


def test_what_is_always_slow_comes_before_what_is_slow_now_and_then():
    often, seldom = Figures(0.01, 0.02), Figures(0.0001, 0.5)
    spots = [Spot('tf_wait', 'a', often), Spot('published', 'a', seldom)]
    assert slowest_stage(spots).stage == 'tf_wait'
    assert slowest_stage(spots[1:]).stage == 'published'
    assert slowest_stage([]) is None


def test_who_sends_is_measured_as_well():
    outbound = LinkLatency()
    for number in range(10):
        trace = Trace(float(number))
        trace.mark('converted', number + 0.001)
        trace.mark('sent', number + 0.004)
        outbound.add('/robot/pose', trace)
    facts = latency_facts(LinkLatency(), outbound, [], 10.0)
    assert facts['/robot/pose latency_out_converted_ms_p50'] == '1.000'
    assert facts['latency_out_total_ms_p99'] == '4.000'
    assert facts['latency_out_slowest'].startswith('/robot/pose: 4.000 ms (converted 1.000, ')
    assert facts['latency_slow_spot'].startswith('sending: /robot/pose: p50 3.0 ms')
