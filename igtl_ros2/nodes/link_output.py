"""What a link publishes: its writers, and the links that are given what they write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rclpy.node import Node

from ..converters.handover import Handed, handed
from ..converters.lazy import Lazy, ros_type_of
from ..converters.outputs import STREAM, kind_of
from ..converters.pose import is_valid
from ..converters.tf_owners import Sender
from ..converters.units import ros_text, time_from_ns
from ..peers import Peer
from ..rosio.writers import Writer, Writers
from ..routes.device import Device
from ..routes.effects import Broadcast, Forget, Publish
from ..routes.passage import Passage
from ..routes.repetition import is_stale
from ..rules import ReceiveRule
from .echo import EchoGuard
from .late_joiners import LateJoiners
from .relay import Relays
from .report import Report
from .tf import TfBroadcaster

if TYPE_CHECKING:  # it needs diagnostic_msgs, which may not be there
    from ..converters.status import StatusTopic


@dataclass(eq=False)
class LinkOutput:
    """
    Publish what comes over a link.

    :param fallback: the rule of what is the bridge's own word.
    :param now_ns: the time of ROS.
    :param is_connected: tells whether a peer is still there.
    """

    _node: Node
    _link_name: str
    fallback: ReceiveRule
    _report: Report
    _echo: EchoGuard
    _relays: Relays
    _now_ns: Callable[[], int]
    _is_connected: Callable[[Peer], bool]
    #: needed if a rule asks for tf
    broadcaster: TfBroadcaster | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.writers = Writers(self._node)
        self.states: dict[str, StatusTopic] = {}
        self.late = LateJoiners(self._node)
        #: by topic, a frame that was to hold from its last message on, and is another's
        self._not_held: dict[str, str] = {}

    def writer_of(self, device: Device, effect: Publish) -> Writer | None:
        """Give what writes a topic; None if that has another type."""
        leaf, ros_message = effect.leaf, effect.ros_message
        writer: Writer | None = device.writers.get(leaf)
        if writer is None:
            writer = self.writers.get(
                f'{device.topic}/{leaf}', effect.kind, ros_type_of(ros_message))
            if '/' not in leaf and leaf != 'status':  # of which there are few
                device.writers[leaf] = writer
        if type(ros_message) not in writer.kinds:
            topic = f'{device.topic}/{leaf}'
            self._report.problem(topic, (
                f'{topic}: not published as {ros_type_of(ros_message).__name__}: the topic has '
                f'the type {writer.ros_type.__name__} since its first message'))
            return None
        return writer

    def publish(
        self, device: Device, passage: Passage, effect: Publish, writer: Writer | None = None
    ) -> None:
        """
        Publish on a topic of a device: it takes as long as to copy the message, up to 100 ms.

        :param writer: what writes it, where it was asked for before.
        """
        ros_message = effect.ros_message
        # mostly it is known, and what it shall write of its type
        if writer is None and ((writer := device.writers.get(effect.leaf)) is None
                               or type(ros_message) not in writer.kinds):
            writer = self.writer_of(device, effect)
            if writer is None:
                return
            if effect.leaf == 'status':
                ros_message.status = self._status_of(device.topic).hear(
                    ros_message.status[0], device.key[1], passage.peer, self._is_connected)
        topic = writer.topic
        self._echo.published(passage.peer, topic, device.way.key, ros_message)
        if topic in self._relays.watched:
            # others look at it, in their threads
            usual = ros_message.usual() if isinstance(ros_message, Lazy) else ros_message
            self._hand_on(device, passage, effect.leaf, topic, usual)
        if not self.late.is_over and effect.kind is STREAM:
            ros_message = writer.ready(ros_message)
            self.late.hold(device.topic, writer.publisher, ros_message)
        writer.write(ros_message, passage.message)

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

    def say(self, topic: str, leaf: str, ros_message: Any) -> None:
        """Publish what is the bridge's own word, and hand it to those who send the topic on."""
        writer = self.writers.get(topic, kind_of(leaf), type(ros_message))
        if writer.topic in self._relays.watched:
            self._relays.offer(writer.topic, Handed(
                None, None, leaf, ros_message, '', self._now_ns(), self.fallback))
        writer.write(ros_message)

    def publish_state(self, device: Device, state: str | None, stamp_ns: int) -> None:
        """Publish on `status` that a tool became valid or invalid."""
        device.way.state = state
        try:
            from ..converters.status import OK, STALE, WARN, diagnostic
        except ModuleNotFoundError:
            return  # said once at the start
        level = OK if is_valid(state) else STALE if is_stale(state) else WARN
        text = ros_text(state or 'OK')
        name = device.way.route.device
        status = diagnostic(name, level, text, {'state': text}, time_from_ns(stamp_ns))
        status.status = self._status_of(device.topic).tell(device.key, status.status[0])
        self.say(f'{device.topic}/status', 'status', status)

    def _status_of(self, topic: str) -> StatusTopic:
        """Give what is told on the `status` of a device, which only a STATUS or a state needs."""
        if topic not in self.states:
            from ..converters.status import StatusTopic

            self.states[topic] = StatusTopic()
        return self.states[topic]

    @property
    def frames_not_held(self) -> list[str]:
        """The static frames that devices have sent, but that are those of others."""
        return list(self._not_held.values())

    def broadcast(self, device: Device, passage: Passage, effect: Broadcast) -> None:
        """Offer poses to tf."""
        if self.broadcaster is None:
            return
        if effect.is_static:
            self._not_held.pop(device.topic, None)
        for child, kind, why in self.broadcaster.offer(effect.offered, effect.is_static):
            self._report.problem_once(f'tf {child}: {kind}', why)
            passage.not_on_tf = why
            if effect.is_static:
                self._not_held[device.topic] = child

    def forget_names(self, device: Device, passage: Passage, effect: Forget) -> None:
        """Give up topics of tools that are forgotten."""
        for name in effect.names:
            self.writers.destroy_below(f'{device.topic}/{name}', set())

    def drop(self, topic: str, others: set[str]) -> None:
        """Give up the topics of a device, but for those of others."""
        self.writers.destroy_below(topic, others)
        self.states.pop(topic, None)
        self.release(topic, keeps_static=False)

    def release(self, topic: str, keeps_static: bool = True) -> None:
        """Let the frames of a device go: who broadcasts them next keeps them."""
        self._not_held.pop(topic, None)
        if self.broadcaster is not None:
            self.broadcaster.forget(Sender(self._link_name, topic), keeps_static)
