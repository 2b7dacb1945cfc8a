"""
Network to ROS: what arrives from peers is taken through its chain of steps and published.

What is decided is in `routes/`; here it is carried out, in the threads of the network, of the
executor and of a worker.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from rclpy.node import Node

from ..codec import Message
from ..codec.messages.bundle import Bind
from ..codec.messages.text import Status
from ..codec.patients import hidden
from ..codec.short_names import full_name
from ..converters.claims import Claims
from ..converters.units import ros_text
from ..mapping import LinkConfig
from ..peers import Peer
from ..routes.device import Device, clocks_of, counts_of
from ..routes.devices import Devices
from ..routes.effects import Hold, Later, LookUp, Take
from ..routes.inbound_times import InboundTimes
from ..routes.latency import LinkLatency
from ..routes.now import Clocks
from ..routes.passage import Passage
from ..routes.ready import Ready
from ..routes.surroundings import Surroundings
from ..routes.targets import Targets
from ..rules import ReceiveRule
from .echo import EchoGuard
from .effect_runner import EffectRunner, OrderedWork, answer
from .emergency import Emergency
from .held_values import HeldValues
from .link_output import LinkOutput
from .relay import Relays
from .report import Report
from .slices import SliceParameters
from .tf import OwnFrames, TfBroadcaster, TfSource
from .transform_wait import TransformWait

_steady_s = time.monotonic
_HOLD_NOTHING = Hold(None)
# what came by itself; nobody changes it
_NO_ORIGIN: dict[str, Any] = {}
# what may call an emergency
_URGENT = frozenset((Status, Bind))
# what has to be done before the next message takes its steps
_AT_ONCE = (Later, LookUp, Take)


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
        self._node = node
        self._link_name = config.name
        self._prefix = f'{config.name}/' if config.name else ''
        self._settings = config.settings
        self._report = report
        self._now_ns = now_ns
        self._is_connected = is_connected
        self._emergency = emergency
        self._lock = threading.RLock()
        self._output = LinkOutput(
            node, config.name, config.mapping.fallback, report, echo, relays, now_ns, is_connected)
        self._work = OrderedWork(self._lock, report)
        self._slices = SliceParameters(
            node, lambda topic, image: self._output.say(f'{topic}/slice', 'slice', image))
        self._first = self._output.late
        #: what commands may want a robot to move to
        self.targets = Targets(config.mapping.targets, self._work.bound.__contains__)
        self._around = Surroundings(
            link=config.name,
            info_rate=config.settings.info_rate,
            raw_deny=config.settings.raw_deny,
            claims=self._claims_of(config),
            own_frames=own_frames,
            has_tf=broadcaster is not None,
            frame_name=str,
            report=report,
            clocks=Clocks(time.time_ns, now_ns, time.monotonic),
            targets=self.targets,
        )
        self._table = Devices(
            config.mapping, config.settings, self._prefix, self._around, is_connected,
            self._log, self._drop, self._slices,
        )
        #: how long messages take
        self.latency = LinkLatency()
        self._times = InboundTimes(self.latency, self._around.clocks)
        self._runner = EffectRunner(
            self._lock, self._output, self._work, TransformWait(node, tf, report, self._lock),
            self._take_out, self._table.is_current, self._times, report,
        )
        self._held = HeldValues(
            node, self._lock, self._table.watched, self._output, report, self._runner.go_on,
            self._around.clocks.now, is_connected,
        )
        self._runner.begin(self._held)
        self._use(broadcaster)

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
        now_s = time.monotonic()
        return [
            device.what for device in self._table.watched() if device.tells_nothing_new(now_s)
            # it has a topic of its own as long as its peer is there
            and not (device.label and not self._is_connected(device.peer))]

    @property
    def frames_not_held(self) -> list[str]:
        """The static frames that devices have sent, but that are those of others."""
        return self._output.frames_not_held

    @property
    def clocks(self) -> dict[str, float]:
        """By how much the clocks of devices are behind, in seconds, if it is over `max_skew`."""
        devices = list(self._table.all.values())
        return clocks_of(devices, time.monotonic(), self._now_ns(), time.time_ns())

    def _log(self, level: str, text: str) -> None:
        # one call for each level: rclpy remembers the level of every line that logs
        if level == 'warning':
            self._node.get_logger().warning(text)
        else:
            self._node.get_logger().info(text)

    # -- rules

    def prepare(self, config: LinkConfig) -> None:
        """Find out what `change` has to know of other rules, of which there may be very many."""
        claims = self._claims_of(config)
        claims.prepare(list(self.devices))
        self._next_claims = claims

    def _claims_of(self, config: LinkConfig) -> Claims:
        own_topic = '' if self._prefix else self._node.get_name()
        return Claims(config.mapping, self._settings.frame_prefix, own_topic)

    def change(
        self, config: LinkConfig, broadcaster: TfBroadcaster | None, tf: TfSource | None
    ) -> set[str]:
        """
        Follow other rules from now on, for which `prepare` comes first.

        What they leave as it was goes on as before. What is published for a device starts with
        its next message, and topics stay.

        :returns: the names of devices of which they say something else.
        """
        with self._lock:
            self._runner.wait.close('the rules have changed')
            self._runner.wait = TransformWait(self._node, tf, self._report, self._lock)
            self._output.fallback = config.mapping.fallback
            self._around.claims = self._next_claims
            self.targets.clear()
            self._use(broadcaster)
            changed = self._table.change(config.mapping)
            for device in changed:
                self._held.leave(device)
                self._first.forget(device.topic)
                self._output.release(device.topic)
            return {device.key[1] for device in changed}

    def _use(self, broadcaster: TfBroadcaster | None) -> None:
        """Keep the frames that rules name for them."""
        self._phased = self._around.claims.phased
        self._output.broadcaster = broadcaster
        self._around.has_tf = broadcaster is not None
        if broadcaster is not None:
            self._around.frame_name = broadcaster.name
            broadcaster.claim(self._link_name, self._around.claims.children)

    def close(self) -> None:
        """End what would outlive the publishers and timers."""
        self._work.worker.close()
        self._runner.wait.close('the link was closed')
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
        if not _URGENT.isdisjoint(map(type, messages)):
            for message in messages:
                if type(message) in _URGENT:
                    self._emergency.look_at(
                        self._link_name, peer, message, self._is_connected, self._report)
        with self._lock:
            arrival_ns, now_s = self._now_ns(), _steady_s()
            # what is published in one go costs DDS and its readers less
            ready: Ready = []
            bound = self._work.bound
            for message in messages:
                if ready and (not self._first.is_over or isinstance(ready[-1][2], _AT_ONCE)):
                    self._runner.carry_out(ready)
                if bound and bound.get(peer):
                    self._handle_behind(peer, message, arrival_ns, device)
                    continue
                try:
                    self._take(peer, message, arrival_ns, now_s, _NO_ORIGIN, device, ready)
                except Exception as error:  # its text may quote names of patients
                    what = ros_text(f'{message.type_name} {message.device_name}')
                    self._report.problem(
                        what, f'{what}: lost, error in the bridge: {type(error).__name__}')
            self._runner.carry_out(ready)
            took_s = _steady_s() - peer.last_received
            if took_s > self.latency.slow_s:
                self._times.note_slow(peer, messages[-1], now_s, took_s)

    def _handle_behind(
        self, peer: Peer, message: Message, arrival_ns: int, device: str
    ) -> None:
        """Handle a message once the BIND before it has been."""

        def go_on() -> None:
            with self._lock:
                ready: Ready = []
                self._take(
                    peer, message, arrival_ns, time.monotonic(), _NO_ORIGIN, device, ready)
                self._runner.carry_out(ready)

        self._work.do(None, peer, message, go_on)

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
        """Give late joiners the last value of a device no more: it does not hold."""
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
        ready: Ready,
    ) -> None:
        """
        Take one message through its steps; what they ask for is added to what is ready.

        :param origin: for `info`, what the message came in.
        """
        name = known_as or (full_name(message) if message.metadata else message.device_name)
        phased = self._phased
        if phased and name in phased and not known_as and message.type_name == 'TRANSFORM':
            what = ros_text(f'TRANSFORM {name}')
            text = f'{what}: not published: no phase has accepted it'
            self._report.withheld_by(f'{what}: phase', text)
            answer(peer, self._table.refusal(peer, message, name, 'no phase has accepted it'))
            return
        if name in self.targets.names:
            self.targets.begin(peer, name, message)
        device = self._table.hear(peer, message, name, now_s)
        if isinstance(device, str):
            answer(peer, self._table.refusal(peer, message, name, device))
            return
        way = device.way
        if way.has_max_age:
            self._held.watch()
        if not self._first.is_over:
            self._first.forget(device.topic)
        passage = Passage(peer, message, now_s, arrival_ns, origin)
        if way.has_lost:
            passage.after_loss, way.has_lost = True, False
        if device.repeater is not None:
            # there is a newer one, which may never get through
            ready.append((device, passage, _HOLD_NOTHING))
        try:
            for effect in way.take(passage):
                ready.append((device, passage, effect))
            if now_s >= device.sample_s:
                self._times.sample(device, passage, ready)
        except Exception as error:
            self._runner.tell_error(device, error)

    def _take_out(self, passage: Passage, effect: Take, ready: Ready) -> None:
        self._take(
            passage.peer, effect.message, passage.arrival_ns, time.monotonic(), effect.origin,
            '', ready)

    def _drop(self, device: Device, others: set[str] | None) -> None:
        """Give up what costs something of a device that is not known any more."""
        self._held.end(device)
        self._first.forget(device.topic)
        if others is not None:
            self._output.drop(device.topic, others)
