"""
Network to ROS: what arrives from peers is taken through its chain of steps and published.

What is decided is in `routes/`; here it is carried out, in the threads of the network, of the
executor and of a worker.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from std_msgs.msg import String as RosString

from ..codec import Message
from ..codec.messages.bundle import Bind
from ..codec.messages.text import Status
from ..codec.patients import hidden
from ..converters.claims import Claims
from ..converters.gates import withheld_by
from ..converters.handover import Handed, handed
from ..converters.lazy import LazyPose, ros_type_of
from ..converters.outputs import STREAM, kind_of
from ..converters.placing import weight
from ..converters.pose import is_valid
from ..converters.registry import full_name
from ..converters.tf_owners import Sender
from ..converters.units import ros_text, time_from_ns
from ..errors import ConversionError
from ..mapping import LinkConfig
from ..peers import Peer
from ..peers.worker import Worker
from ..rosio.writers import Writer, Writers
from ..routes.device import Device, clocks_of, counts_of
from ..routes.devices import Devices
from ..routes.effects import (
    Broadcast,
    Effect,
    Forget,
    Hold,
    Later,
    LookUp,
    Publish,
    ShowState,
    Take,
    Tell,
)
from ..routes.inbound import FROZEN, Surroundings
from ..routes.passage import Now, Passage
from ..rules import ReceiveRule
from .echo import EchoGuard
from .emergency import Emergency
from .gates import SilenceWatch
from .late_joiners import LateJoiners
from .relay import Relays
from .report import Report
from .slices import SliceParameters
from .tf import OwnFrames, TfBroadcaster, TfSource
from .transform_wait import Placement, Poses, TransformWait

if TYPE_CHECKING:  # it needs diagnostic_msgs, which may not be there
    from ..converters.status import StatusTopic

# how long the worker publishes before others may, and how long it lets them
_STEP_S = 0.002
_BREATH_S = 0.0005
_HOLD_NOTHING = Hold(None)
#: what needs no lock; None: nothing
_Write = Callable[[], None] | None
# what has to be done before the next message takes its steps
_AT_ONCE = (Later, LookUp, Take)
_SILENT = withheld_by('max_age')
_UNANSWERED = 'stale: its peer gives no sign of life'


class Receiver:
    """
    Publish what peers send.

    `handle` runs in the network thread; rclpy publishers can be used from any thread. What waits
    for tf, and what is repeated, is published in the thread of the executor, under a lock.

    :param broadcaster: needed if a rule of the mapping asks for tf.
    :param tf: needed if a rule moves something into another frame.
    :param own_frames: never broadcast.
    :param is_connected: tells whether a peer is still there.
    """

    def __init__(
        self,
        node: Node,
        config: LinkConfig,
        report: Report,
        echo: EchoGuard,
        emergency: Emergency,
        now_ns: Callable[[], int],
        broadcaster: TfBroadcaster | None,
        tf: TfSource | None,
        own_frames: OwnFrames,
        is_connected: Callable[[Peer], bool],
        relays: Relays,
    ) -> None:
        """Take in what the mapping says; publishers come with the first message of a device."""
        self._node = node
        self._link_name = config.name
        self._prefix = f'{config.name}/' if config.name else ''
        self._settings = config.settings
        self._mapping = config.mapping
        self._report = report
        self._echo = echo
        self._now_ns = now_ns
        self._is_connected = is_connected
        self._broadcaster = broadcaster
        self._relays = relays
        self._emergency = emergency
        self._lock = threading.RLock()
        self._wait = TransformWait(node, tf, report, self._lock)
        self._steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._writers = Writers(node)
        self._states: dict[str, StatusTopic] = {}
        self._aside = Worker('converting', self._let_go_on)
        #: whose messages have to wait for those that are converted in the worker
        self._waiting_peers: set[Peer] = set()
        #: whose BIND is in the worker: what comes behind is of the same devices
        self._bound: Counter[Peer] = Counter()
        self._slices = SliceParameters(node, self._publish_slice)
        self._first = LateJoiners(node)
        self._silence = SilenceWatch(node, self._look_for_silence)
        self._around = Surroundings(
            link=config.name,
            info_rate=config.settings.info_rate,
            raw_deny=config.settings.raw_deny,
            claims=self.prepare(config),
            own_frames=own_frames,
            has_tf=broadcaster is not None,
            frame_name=str,
            report=report,
            now=self._now,
        )
        self._table = Devices(
            config.mapping, config.settings, self._prefix, self._around, is_connected,
            self._log, self._drop, self._slices,
        )
        self._use(broadcaster)
        self._does: dict[type, Callable[[Device, Passage, Any], None]] = {
            Publish: self._publish,
            ShowState: lambda device, passage, effect: self._publish_state(
                device, effect.state, passage.stamp_ns),
            Broadcast: self._broadcast,
            Hold: lambda device, passage, effect: self._hold(device, effect.passage),
            Later: lambda device, passage, effect: self._go_on_later(
                device, passage, effect.step),
            LookUp: self._look_up,
            Forget: self._forget_names,
        }

    @property
    def devices(self) -> dict[tuple[str, str], int]:
        """How many messages have arrived, by (type, device)."""
        return counts_of(list(self._table.all.values()))

    @property
    def conflicts(self) -> dict[str, str]:
        """By topic, the peers that send it at once."""
        return self._table.topics.conflicts(time.monotonic())

    @property
    def stale(self) -> list[str]:
        """The devices that have sent nothing for the `max_age` of their rule, or nothing new."""
        now_s, devices = time.monotonic(), list(self._table.all.values())
        return [device.way.what for device in devices if device.tells_nothing_new(now_s)]

    @property
    def clocks(self) -> dict[str, float]:
        """By how much the clocks of devices are behind, in seconds, if it is over `max_skew`."""
        devices = list(self._table.all.values())
        return clocks_of(devices, time.monotonic(), self._now_ns(), time.time_ns())

    def _now(self) -> Now:
        return Now(time.monotonic(), self._now_ns(), time.time_ns())

    def _log(self, level: str, text: str) -> None:
        # one call for each level: rclpy remembers the level of every line that logs
        if level == 'warning':
            self._node.get_logger().warning(text)
        else:
            self._node.get_logger().info(text)

    # -- rules

    def prepare(self, config: LinkConfig) -> Claims:
        """Find out what `change` has to know of other rules, of which there may be very many."""
        own_topic = '' if self._prefix else self._node.get_name()
        claims = Claims(config.mapping, self._settings.frame_prefix, own_topic)
        table = getattr(self, '_table', None)
        claims.prepare([] if table is None else list(self.devices))
        return claims

    def change(
        self,
        config: LinkConfig,
        claims: Claims,
        broadcaster: TfBroadcaster | None,
        tf: TfSource | None,
    ) -> None:
        """
        Follow other rules from now on; what they leave as it was goes on as before.

        What is published for a device starts with its next message, and topics stay.

        :param claims: what `prepare` has found out.
        """
        with self._lock:
            self._wait.close('the rules have changed')
            self._wait = TransformWait(self._node, tf, self._report, self._lock)
            self._mapping = config.mapping
            if self._broadcaster is not None:
                self._broadcaster.release(self._link_name)
            self._around.claims = claims
            self._use(broadcaster)
            for device in self._table.change(config.mapping):
                self._end_repeating(device)
                self._first.forget(device.topic)

    def _use(self, broadcaster: TfBroadcaster | None) -> None:
        """Keep the frames that rules name for them."""
        self._broadcaster = broadcaster
        self._around.has_tf = broadcaster is not None
        if broadcaster is not None:
            self._around.frame_name = broadcaster.name
            broadcaster.claim(self._link_name, self._around.claims.children)

    def close(self) -> None:
        """End what would outlive the publishers and timers."""
        self._aside.close()
        self._wait.close('the link was closed')
        self._slices.close()

    # -- what comes

    def handle(self, peer: Peer, message: Message, device: str = '') -> None:
        """
        Convert and publish one message.

        :param device: the device that it is of, where its own name has a number as well.
        """
        self.handle_all(peer, (message,), device)

    def handle_all(self, peer: Peer, messages: Sequence[Message], device: str = '') -> None:
        """Convert and publish messages that came together, in their order."""
        # before the lock: whatever else is going on
        for message in messages:
            if isinstance(message, (Status, Bind)):
                self._look_for_emergency(peer, message)
        with self._lock:
            arrival_ns, now_s = self._now_ns(), time.monotonic()
            # what is published in one go costs DDS and its readers less
            ready: list[tuple[Device, Passage, Effect]] = []
            for message in messages:
                if self._bound.get(peer):
                    self._handle_behind(peer, message, arrival_ns, device)
                    continue
                self._take(peer, message, arrival_ns, now_s, {}, device, ready)
                if ready and (not self._first.is_over or isinstance(ready[-1][2], _AT_ONCE)):
                    self._carry_out(ready)
            self._carry_out(ready)

    def _handle_behind(
        self, peer: Peer, message: Message, arrival_ns: int, device: str
    ) -> None:
        """Handle a message once the BIND before it has been."""

        def go_on() -> None:
            with self._lock:
                ready: list[tuple[Device, Passage, Effect]] = []
                self._take(peer, message, arrival_ns, time.monotonic(), {}, device, ready)
                self._carry_out(ready)

        self._work(None, peer, message, go_on)

    def _look_for_emergency(self, peer: Peer, message: Message) -> None:
        """Tell of an emergency, or of its end; no rule, gate or queue is in the way."""
        if isinstance(message, Status):
            name = full_name(message)
            device, calls = (self._link_name, name), message.is_emergency
            if not self._emergency.set(device, calls, peer, self._is_connected):
                what = ros_text(f'STATUS {name}: emergency')
                self._report.problem(
                    what, f'{what}: not ended by {peer.address}: another peer has called it'
                )
        elif isinstance(message, Bind):
            for child in message.children:
                self._look_for_emergency(peer, child)

    def rule_of(self, peer: Peer, name: str, type_name: str) -> ReceiveRule:
        """
        Find the rule by which the messages of a device are published where others look for them.

        :raises ConversionError: if they are not.
        """
        with self._lock:
            return self._table.rule_of(peer, name, type_name, time.monotonic())

    def hidden(self, peer: Peer, message: Message) -> Message:
        """Give a message as the rule of its device lets ROS see it."""
        with self._lock:
            phi = self._table.phi_of(peer, message)
        return hidden(message, phi)

    def forget(self, name: str) -> None:
        """Give nobody the last value of a device who has not got it yet: it holds no more."""
        with self._lock:
            for device in self._table.all.values():
                if device.key[1] == name:
                    self._first.forget(device.topic)

    def _take(
        self,
        peer: Peer,
        message: Message,
        arrival_ns: int,
        now_s: float,
        origin: dict[str, Any],
        known_as: str,
        ready: list[tuple[Device, Passage, Effect]],
    ) -> None:
        """
        Take one message through its steps; what they ask for is added to what is ready.

        :param origin: for `info`, what the message came in.
        """
        name = known_as or full_name(message)
        if name in self._around.claims.phased and not known_as and (
            message.type_name == 'TRANSFORM'
        ):
            what = ros_text(f'TRANSFORM {name}')
            text = f'{what}: not published: no phase has accepted it'
            self._report.withheld_by(f'{what}: phase', text)
            return
        device = self._table.find(peer, message, name, now_s)
        if device is None:
            return
        holder = device.holder
        if holder is not None:
            if holder.peer is peer:
                holder.hear(now_s, message.timestamp != 0, device.terms)
            else:
                shared = self._table.share(device, peer, message, now_s)
                if shared is None:
                    return
                device = shared
        device.hear(peer, now_s)
        way = device.way
        if way.gates is not None and way.rule.max_age:
            self._silence.start()
        if not self._first.is_over:
            self._first.forget(device.topic)
        passage = Passage(peer, message, message, now_s, now_s, arrival_ns, origin)
        passage.after_loss, way.has_lost = way.has_lost, False
        if device.repeater is not None:
            # there is a newer one, which may never get through
            ready.append((device, passage, _HOLD_NOTHING))
        for effect in self._steps(device, passage, 0):
            ready.append((device, passage, effect))

    def _steps(self, device: Device, passage: Passage, step: int) -> list[Effect]:
        """Take steps; whatever a message holds, the node goes on."""
        try:
            return device.way.take(passage, step)
        except ConversionError as error:
            device.way.complain(str(error))
        except Exception as error:  # its text may quote names of patients
            self._tell_error(device, error)
        return []

    def _tell_error(self, device: Device, error: Exception) -> None:
        device.way.complain(f'not published, error in the bridge: {type(error).__name__}')

    @contextmanager
    def _going_on(self, device: Device) -> Iterator[None]:
        """Report an error in the bridge, and go on."""
        try:
            yield
        except Exception as error:
            self._tell_error(device, error)

    # -- carrying out

    def _carry_out(self, ready: list[tuple[Device, Passage, Effect]]) -> None:
        """Do what steps have asked for; called with the lock."""
        for device, passage, effect in ready:
            do = self._does.get(type(effect))
            try:
                if do is not None:
                    do(device, passage, effect)
                else:
                    for write in self._do(device, passage, effect):
                        if write is not None:
                            write()
            except Exception as error:
                self._tell_error(device, error)
        ready.clear()

    def _do(self, device: Device, passage: Passage, effect: Effect) -> Iterator[_Write]:
        """
        Do what a step has asked for, in pieces if that takes long.

        :returns: what has to be done before the next piece, and needs no lock.
        """
        do = self._does.get(type(effect))
        if isinstance(effect, Publish):
            writer = self._writer_of(device, effect)
            if writer is not None:
                yield partial(self._write, device, passage, effect, writer)
        elif do is not None:
            do(device, passage, effect)
        elif isinstance(effect, Tell):
            pieces = []
            for piece in effect.pieces:
                pieces.append(piece)
                yield None
            self._say(f'{device.topic}/info', 'info', RosString(data=''.join(pieces)))
        elif isinstance(effect, Take):
            ready: list[tuple[Device, Passage, Effect]] = []
            self._take(
                passage.peer, effect.message, passage.arrival_ns, time.monotonic(), effect.origin,
                '', ready)
            self._carry_out(ready)
        yield None

    def _publish(self, device: Device, passage: Passage, effect: Publish) -> None:
        writer = self._writer_of(device, effect)
        if writer is not None:
            self._write(device, passage, effect, writer)

    def _writer_of(self, device: Device, effect: Publish) -> Writer | None:
        """Give what writes a topic; None if that has another type."""
        leaf, ros_message = effect.leaf, effect.ros_message
        writer: Writer | None = device.writers.get(leaf)
        if writer is None:
            writer = self._writers.get(
                f'{device.topic}/{leaf}', effect.kind, ros_type_of(ros_message))
            if '/' not in leaf:  # of which there are few
                device.writers[leaf] = writer
        if type(ros_message) not in writer.kinds:
            self._tell_type(f'{device.topic}/{leaf}', ros_type_of(ros_message), writer.ros_type)
            return None
        if leaf == 'status':
            ros_message.status = self._status_of(device.topic).hear(ros_message.status[0])
        return writer

    def _write(
        self, device: Device, passage: Passage, effect: Publish, writer: Writer
    ) -> None:
        """Write a topic: it takes as long as to copy the message, some 100 ms for the largest."""
        leaf, ros_message = effect.leaf, effect.ros_message
        self._echo.published(passage.peer, writer.topic, device.key, ros_message)
        if writer.topic in self._relays.watched:
            if isinstance(ros_message, LazyPose):  # others look at it, in their threads
                ros_message.become()
            self._hand_on(device, passage, leaf, writer.topic, ros_message)
        ready = writer.ready(ros_message)
        if not self._first.is_over and effect.kind is STREAM:
            self._first.hold(device.topic, writer.publisher, ready)
        writer.write(ready, passage.message)

    def _tell_type(self, topic: str, found: type, wanted: type) -> None:
        self._report.problem(
            topic,
            f'{topic}: not published as {found.__name__}: the topic has the type '
            f'{wanted.__name__} since its first message',
        )

    def _hand_on(
        self, device: Device, passage: Passage, leaf: str, topic: str, ros_message: Any
    ) -> None:
        """Hand what is published to those who send the topic on to other peers."""
        route, peer, result = device.way.route, passage.peer, passage.result
        assert result is not None
        value = handed(
            peer, passage.message, leaf, ros_message, route.frame_id, passage.stamp_ns,
            route.rule, result, lambda: self._is_connected(peer),
        )
        if not self._relays.offer(topic, value):
            self._report.skip(f'{device.way.what}: echo in a circle')

    def _say(self, topic: str, leaf: str, ros_message: Any) -> None:
        """Publish what is the bridge's own word, and hand it to those who send the topic on."""
        writer = self._writers.get(topic, kind_of(leaf), type(ros_message))
        if writer.topic in self._relays.watched:
            self._relays.offer(writer.topic, Handed(
                None, None, leaf, ros_message, '', self._now_ns(), self._mapping.fallback))
        writer.write(ros_message)

    def _publish_slice(self, topic: str, image: Any) -> None:
        self._say(f'{topic}/slice', 'slice', image)

    def _publish_state(self, device: Device, state: str | None, stamp_ns: int) -> None:
        """Publish on `status` that a tool became valid or invalid."""
        device.way.state = state
        try:
            from ..converters.status import OK, STALE, WARN, diagnostic
        except ModuleNotFoundError:
            return  # said once at the start
        is_stale = state in (_SILENT, _UNANSWERED) or (state or '').startswith(FROZEN)
        level = OK if is_valid(state) else STALE if is_stale else WARN
        text = ros_text(state or 'OK')
        name = device.way.route.device
        status = diagnostic(name, level, text, {'state': text}, time_from_ns(stamp_ns))
        status.status = self._status_of(device.topic).tell(device.key, status.status[0])
        self._say(f'{device.topic}/status', 'status', status)

    def _status_of(self, topic: str) -> StatusTopic:
        """Give what is told on the `status` of a device, which only a STATUS or a state needs."""
        if topic not in self._states:
            from ..converters.status import StatusTopic

            self._states[topic] = StatusTopic()
        return self._states[topic]

    def _broadcast(self, device: Device, passage: Passage, effect: Broadcast) -> None:
        if self._broadcaster is not None:
            for child, kind, why in self._broadcaster.offer(effect.offered, effect.is_static):
                self._report.problem_once(f'tf {child}: {kind}', why)

    def _look_up(self, device: Device, passage: Passage, effect: LookUp) -> None:
        """Go on with a message once it is known where its frames are."""

        def go(poses: Poses) -> None:
            if self._table.is_current(device):
                effect.take(poses)
                if not self._first.is_over:
                    self._first.forget(device.topic)
                self._carry_out(
                    [(device, passage, e) for e in self._steps(device, passage, effect.step)])

        if self._table.is_current(device):
            self._wait.submit(Placement(
                key=device.slot,
                what=device.way.what,
                frames=effect.frames,
                to_frame=effect.to_frame,
                stamp_ns=passage.stamp_ns,
                size=weight(passage.message),
                go=go,
                lost=device.way.lose_frame,
            ))

    def _forget_names(self, device: Device, passage: Passage, effect: Forget) -> None:
        for name in effect.names:
            self._writers.destroy_below(f'{device.topic}/{name}', set())

    def _drop(self, device: Device, others: set[str] | None) -> None:
        """Give up what costs something of a device that is not known any more."""
        self._end_repeating(device)
        self._first.forget(device.topic)
        if others is not None:
            self._writers.destroy_below(device.topic, others)
            self._states.pop(device.topic, None)
            if self._broadcaster is not None:
                self._broadcaster.forget(Sender(self._link_name, device.topic))

    # -- in the worker

    def _go_on_later(self, device: Device, passage: Passage, step: int) -> None:
        """Go on with a message in the worker."""

        def go_on() -> None:
            passage.in_worker = True
            # where a gate remembers what was published, which it does of few
            with self._lock if device.way.remembers else nullcontext():
                effects = self._steps(device, passage, step)
            if passage.result is not None and not effects:
                with self._lock:
                    if not self._table.is_current(device):
                        return
                    if not self._first.is_over:
                        self._first.forget(device.topic)
                    effects = device.way.finish(passage)
            doing = (one for effect in effects for one in self._do(device, passage, effect))
            while self._does_more(device, doing):
                time.sleep(_BREATH_S)  # who waits for the lock gets it

        self._work(device, passage.peer, passage.message, go_on)

    def _does_more(self, device: Device, doing: Iterator[_Write]) -> bool:
        """Do what was asked for, for a moment; tells whether there is more."""
        until = time.monotonic() + _STEP_S
        while time.monotonic() < until:
            with self._lock:
                if not self._table.is_current(device):
                    return False
                try:
                    write = next(doing)
                except StopIteration:
                    return False
            if write is not None:
                write()
        return True

    def _work(
        self, device: Device | None, peer: Peer, message: Message, job: Callable[[], None]
    ) -> None:
        """
        Do something in the worker, in the order in which messages came; called with the lock.

        :param device: whose messages wait until it is done.
        """
        is_bind = isinstance(message, Bind)

        def work() -> None:
            try:
                if device is None:
                    job()
                else:
                    with self._going_on(device):
                        job()
            finally:
                with self._lock:
                    count(-1)

        def count(more: int) -> None:
            if device is not None:
                device.way.waiting += more
            if is_bind:
                self._bound[peer] += more
                if not self._bound[peer]:
                    del self._bound[peer]

        count(1)
        try:
            has_room = self._aside.do(work, weight(message))
        except ConversionError as error:
            what = ros_text(f'{message.type_name} {full_name(message)}')
            self._report.problem(what, f'{what}: {error}')
            if device is not None:
                device.way.has_lost = True
            count(-1)
            return
        if not has_room:
            self._waiting_peers.add(peer)
            peer.let_wait(True)

    def _let_go_on(self) -> None:
        """Take in again what peers send, now that less waits to be converted."""
        with self._lock:
            peers, self._waiting_peers = self._waiting_peers, set()
        for peer in peers:
            peer.let_wait(False)

    # -- repeating

    def _hold(self, device: Device, passage: Passage | None) -> None:
        """Repeat a message from now on, in place of the one before."""
        device.held = passage
        if passage is None:
            return
        passage.peer.probe_often()
        if device.repeater is None:
            period = 1.0 / device.way.rule.hold_hz
            device.repeater = self._node.create_timer(
                period, lambda: self._repeat(device), clock=self._steady
            )
        device.repeater.reset()

    def _end_repeating(self, device: Device) -> None:
        device.held = None
        if device.repeater is not None:
            self._node.destroy_timer(device.repeater)
            device.repeater = None

    def _repeat(self, device: Device) -> None:
        """
        Publish the held message again; never that of a peer that is gone.

        With the stamp that its device gave it, or as of now if it gave none: what 3D Slicer has
        set holds until it sets something else.
        """
        with self._lock:
            held, way = device.held, device.way
            if held is None:
                return
            if not self._is_connected(held.peer) or self._has_gone_silent(device):
                device.held = None
                return
            if not held.peer.is_answering:
                self._tell_unanswered(device)
                return
            device.is_stale = False
            again, step = way.again(held, time.monotonic(), self._now_ns())
            self._carry_out([(device, again, e) for e in self._steps(device, again, step)])

    # -- silence

    def _look_for_silence(self) -> None:
        with self._lock:
            for device in self._table.all.values():
                self._has_gone_silent(device)

    def _has_gone_silent(self, device: Device) -> bool:
        """Tell whether a device has sent nothing for too long; say so the first time."""
        quiet_s, gates = time.monotonic() - device.heard_s, device.way.gates
        if gates is None or not gates.is_silent(quiet_s):
            return False
        if not device.is_stale:
            device.held = None
            what = device.way.what
            self._report.withheld_by(
                f'{what}: silent', f'{what}: stale: nothing came for {quiet_s:.3g} s'
            )
            self._make_stale(device, _SILENT)
        return True

    def _tell_unanswered(self, device: Device) -> None:
        """Say that nothing is repeated while the peer gives no sign of life."""
        what = device.way.what
        self._report.stays_stale(f'{what}: no answer', f'{what}: {_UNANSWERED}: not repeated')
        if not device.is_stale:
            self._make_stale(device, _UNANSWERED)

    def _make_stale(self, device: Device, state: str) -> None:
        device.is_stale = True
        self._first.forget(device.topic)
        self._publish_state(device, state, self._now_ns())
