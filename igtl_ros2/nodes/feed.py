"""The values of one source on their way to peers: does what the steps of its route ask for."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from rclpy.node import Node
from rclpy.timer import Timer

from ..codec.messages.pose import Transform
from ..dialogue.streams import Streams
from ..errors import ConversionError, EncodeError
from ..peers import Outgoing, Peer
from ..peers.worker import Worker
from ..rosio.clock import STEADY, RosClock
from ..routes.descriptions import Descriptions
from ..routes.effects import (
    Effects,
    Later,
    LookUp,
    Order,
    Poses,
    Remember,
    Retract,
    Send,
    Sent,
    Tell,
    WantKeyFrame,
    not_sent,
)
from ..routes.latency import LinkLatency, Trace
from ..routes.now import Now
from ..routes.outbound import OutboundRoute
from ..routes.outbound_steps import WireSources
from ..routes.sources import Item
from ..routes.transform_queue import Placement
from ..routes.worker_queue import WorkerQueue
from ..rules import SendRule
from .pose_outgoing import PoseFrames, PoseOutgoing
from .report import Report
from .transform_wait import TransformWait

# how often it is looked at within `max_age`
_LOOKS = 4
# so long ROS may take to deliver what is said of a value after the value
_SOON_S = 5.0


@dataclass
class Shared:
    """
    What all feeds of one link share.

    :param order: sends a COMMAND: topic, text, device and the peers that do not get it.
    :param lock: held while something is made of what ROS says, but for what a worker does.
    """

    node: Node
    link: Streams
    order: Callable[[str, str, str, tuple[Peer, ...]], None]
    report: Report
    said: Descriptions
    wait: TransformWait
    lock: threading.RLock = field(default_factory=threading.RLock)
    worker: Worker = field(default_factory=lambda: Worker('converting to send'))
    frames: PoseFrames = field(default_factory=PoseFrames)
    wire_sources: WireSources = field(default_factory=WireSources)
    latency: LinkLatency = field(default_factory=LinkLatency)

    def __post_init__(self) -> None:
        self._clock = RosClock(self.node)

    def close(self) -> None:
        """Stop the worker; nobody asks what time it is any more."""
        self._clock.close()
        self.worker.close()

    def now(self) -> Now:
        """Tell what time it is."""
        wall_ns = time.time_ns()
        if self._clock.is_simulated:
            return Now(wall_ns, self._clock.now_ns(), time.monotonic(), True)
        return Now(wall_ns, wall_ns, time.monotonic())

    def timer(self, period_s: float, callback: Callable[[], None]) -> Timer:
        """Call back in time as peers have it, which goes on while simulated time stands still."""

        def call() -> None:
            with self.lock:
                callback()

        return self.node.create_timer(period_s, call, clock=STEADY)


class Feed:
    """
    Does what a route asks for.

    Values may come in any thread. What takes them in and what sends them has a lock each, so that
    a thread that brings a value never waits until another one is encoded.
    """

    def __init__(self, shared: Shared, rule: SendRule, route: OutboundRoute) -> None:
        self._shared = shared
        self._rule = rule
        self.route = route
        self._admits, self._sends = threading.RLock(), threading.RLock()
        self._is_closed = False
        #: when it is time to measure again how long it takes
        self._sample_s = 0.0
        #: sends values, in their order
        self.take: Callable[[Sequence[Any]], None] = partial(self._admit, route.admit)
        self._timers: list[Timer] = []
        self._keeper: Timer | None = None
        self._do: dict[type, Callable[[Any], None]] = {
            Tell: shared.report.tell, Send: self._send, LookUp: self._look_up,
            Order: lambda effect: shared.order(
                route.name, effect.text, rule.device, effect.exclude),
            Retract: lambda effect: shared.link.retract(effect.last, effect.state),
            WantKeyFrame: lambda effect: shared.link.link.want_key_frame(effect.key),
            Remember: self._remember, Later: self._later, Sent: lambda effect: self._start_again(),
        }

    def pace(self) -> None:
        """Take care of the rate, the repetitions and the age that the rule asks for."""
        rule = self._rule
        if rule.type == 'COMMAND':
            return
        if rule.max_age:
            self._every(rule.max_age / _LOOKS, self.look_at_age)
        if rule.keepalive:
            self._keeper = self._every(rule.keepalive, self._repeat)
        if rule.rate:
            self._every(1.0 / rule.rate, lambda: self._admit(self.route.release))

    def _every(self, period_s: float, callback: Callable[[], None]) -> Timer:
        timer = self._shared.timer(period_s, callback)
        self._timers.append(timer)
        return timer

    def close(self, why: str) -> None:
        """Send nothing any more; what waits is given up."""
        self._is_closed = True
        for timer in self._timers:
            self._shared.node.destroy_timer(timer)
        with self._admits:
            self._give_up(self.route.give_up(), why)
        self._shared.wait.forget(id(self), why)

    def _give_up(self, count: int, why: str) -> None:
        if count:
            name = self.route.name
            self._shared.report.problem(
                f'{name}: given up', f'{name}: {count} values that waited are not sent: {why}',
                count)

    def again(self, value: Any, wall_ns: int = 0, until_s: float = math.inf) -> None:
        """
        Send a value once more, of which more is known now.

        :param wall_ns: when it came, if it is sent as one of then.
        :param until_s: when it means nothing any more.
        """
        if time.monotonic() < until_s:
            self._admit(self.route.again, value, wall_ns=wall_ns)

    def _admit(self, take: Callable[..., list[Item]], *what: Any, wall_ns: int = 0) -> None:
        now = self._shared.now()
        if wall_ns:
            now = now._replace(wall_ns=wall_ns)
        items: list[Item] = []
        out: Effects = []
        try:
            with self._admits:
                items = take(*what, now, out)
        except Exception as error:
            out.append(not_sent(self.route.name, error))
        self._go_on(items, now, out)

    def _go_on(
        self, items: list[Item], now: Now, out: Effects, *,
        trace: Trace | None = None, is_converted: bool = False,
    ) -> None:
        latency = self._shared.latency
        if now.steady_s >= self._sample_s and trace is None and items:
            trace = Trace(now.steady_s)
            self._sample_s = latency.next_s(self.route.name, now.steady_s)
        if items and not is_converted:
            items = self.route.convert(items, now, out)
            if trace is not None:
                trace.mark('converted', time.monotonic())
        if items:
            with self._sends:
                self.route.finish(items, now, out)
                self._run(out)
            until_s = time.monotonic()
            if trace is not None or until_s - now.steady_s > latency.slow_s:
                self._measure(trace, now.steady_s, until_s, out)
        elif out:
            self._run(out)

    def _measure(
        self, trace: Trace | None, since_s: float, until_s: float, out: Effects
    ) -> None:
        """Note how long it took to send something, if that was sent."""
        if not any(type(effect) is Send for effect in out):
            return
        latency, name = self._shared.latency, self.route.name
        if trace is None:
            took_s = until_s - since_s
            latency.note_slow(took_s, name, {'converted and sent': took_s})
        else:
            trace.mark('sent', until_s)
            latency.add(name, trace)

    def look_at_age(self) -> None:
        """Take back what was sent, once it is older than the rule allows."""
        with self._sends:
            self._run(self.route.look_at_age(self._shared.now()))

    def retract(self) -> None:
        """Take back what was sent: its source is gone."""
        with self._sends:
            self._run(self.route.retract())

    def _repeat(self) -> None:
        with self._sends:
            self._run(self.route.repeat(self._shared.now()))

    # -- effects

    def _run(self, effects: Effects) -> None:
        for effect in effects:
            try:
                self._do[type(effect)](effect)
            except Exception as error:
                self.route.lose()
                self._shared.report.tell(not_sent(self.route.name, error))

    def _send(self, effect: Send) -> None:
        link, messages = self._shared.link, effect.messages
        if not isinstance(messages[0], Transform):
            for message in messages:
                outgoing = Outgoing(message)
                link.link.check(outgoing, effect.exclude)
                link.send_many([outgoing], effect.exclude)
            return
        ready: list[Outgoing] = []
        poses: list[Any] = messages  # all of one type
        for message in poses:
            try:
                ready.append(PoseOutgoing(message, self._shared.frames))
            except EncodeError as error:
                self._shared.report.tell(not_sent(self.route.name, error))
        if ready:
            link.send_many(ready, effect.exclude)

    def _look_up(self, effect: LookUp) -> None:
        item, place = effect.item, self.route.place
        assert place is not None  # which alone asks for it
        trace = item.trace or Trace(item.came_s)
        trace.mark('converted', time.monotonic())

        def go(poses: Poses) -> None:
            out: Effects = []
            now = self._shared.now()
            trace.mark('tf_wait', now.steady_s)
            moved = place.move(item, effect.frames, poses, out)
            self._go_on(moved, now, out, trace=trace, is_converted=True)

        self._shared.wait.submit(
            Placement(id(self), self.route.name, effect, go, lambda why: self.route.lose()))

    def _remember(self, effect: Remember) -> None:
        said, device, topic = self._shared.said, self._rule.device, self.route.name
        wanting = effect.wanting
        if wanting is None:
            said.remember(device, topic, effect.stamp_ns, partial(self.again, effect.value))
        else:
            until_s = time.monotonic() + _SOON_S
            said.remember_stream(device, topic, wanting, partial(
                self.again, effect.value, wanting.now_ns, until_s))

    def _start_again(self) -> None:
        if self._keeper is not None:
            self._keeper.reset()

    def _later(self, effect: Later) -> None:
        queue = self.route.queue
        assert queue is not None  # which alone asks for it
        try:
            self._shared.worker.do(partial(self._work, queue))
        except ConversionError:
            with self._admits:
                queue.no_room()
            raise

    def _work(self, queue: WorkerQueue) -> None:
        with self._admits:
            items = queue.next()
        while True:
            self._go_on_later(items)
            with self._admits:
                items = queue.done()
            if not items:
                return

    def _go_on_later(self, items: list[Item]) -> None:
        try:
            if self._is_closed:
                self._give_up(len(items), 'its rule is gone')
            elif items:
                now = self._shared.now()
                trace = items[0].trace = Trace(items[0].came_s)
                trace.mark('worker_wait', now.steady_s)
                self._go_on(items, now, [], trace=trace)
        except Exception as error:
            self._shared.report.tell(not_sent(self.route.name, error))


class FrameFeed:
    """
    Look frames of tf up at the rate of their rule, and send them.

    :param look: looks them up.
    """

    def __init__(self, shared: Shared, feed: Feed, period_s: float, look: Any) -> None:
        self._shared = shared
        self._feed = feed
        self._period_s = period_s
        self._look = look
        self._timer: Timer | None = None

    def start(self) -> None:
        """Look from now on, also if it was ended before."""
        if self._timer is None:
            self._timer = self._shared.timer(self._period_s, self._on_timer)

    def end(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._shared.node.destroy_timer(self._timer)
            self._timer = None

    def retract(self) -> None:
        """Look no more, and take back what was sent."""
        if self._timer is not None:
            self.end()
            self._feed.retract()

    def _on_timer(self) -> None:
        self._feed.take([self._look])
        self._feed.look_at_age()
