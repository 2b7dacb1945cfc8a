"""Robots with phases over OpenIGTLink: peers command, ROS services carry out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol

from ..codec import Message
from ..codec.messages.pose import Transform
from ..codec.messages.text import Status, StatusCode, String
from ..config import ros_text
from ..errors import ConversionError
from ..rules import Phase, PhaseTable
from .action_calls import ActionCalls
from .goals import Note, Say
from .interfaces import FindTarget, Peer, Problem, RosService
from .phases import Accept, Acknowledge, Call, Enter, Forget, Phases, SendBack, Step, Tell
from .streams import Streams
from .timers import Timer, Timers


class Robot(Protocol):
    """What ROS sees of a robot with phases."""

    def name(self, message: Message) -> str:
        """Tell the whole name of a device."""

    def enter(self, phase: str) -> None:
        """Publish the phase."""

    def publish(self, peer: Any, message: Message, prefix: str) -> None:
        """Publish what came under its prefix: every number would be a device of its own."""

    def forget(self, prefix: str) -> None:
        """Take note that what was published of a prefix does not hold any more."""

    def fault(self, peer: Any, prefix: str, message: Transform) -> str:
        """Tell why a transform is no pose that the robot could use; empty if it is one."""

    def acknowledged(self, peer: Any, device: str) -> None:
        """Take note that an acknowledgement has left."""


@dataclass(eq=False)
class PhaseServer:
    """
    The phases of the robot behind one link.

    A ROS service that hangs keeps nothing waiting.

    :param services: the ROS services of the table, by name, and its actions.
    :param find_target: gives a transform that a peer has sent, as it was published.
    :param is_emergency: tells whether a device has called an emergency.
    """

    _table: PhaseTable
    _services: Mapping[str, RosService | ActionCalls]
    _robot: Robot
    _streams: Streams
    _timers: Timers
    _problem: Problem
    _find_target: FindTarget
    _is_emergency: Callable[[], bool]
    #: of what is told last
    _now: float = field(default=0.0, init=False)
    #: the peer that sent what was accepted last, and the one that began a goal of an action
    _senders: dict[str, Peer] = field(default_factory=dict, init=False)
    _askers: dict[int, Peer | None] = field(default_factory=dict, init=False)
    #: forget the answers of services that were called
    _calls: dict[int, Callable[[], None]] = field(default_factory=dict, init=False)
    _last: dict[str, Transform] = field(default_factory=dict, init=False)
    _timer: Timer | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        table = self._table
        self._prefixes = {about.prefix for about in table.transforms}
        self._stopping = {phase.name for phase in table.phases if phase.preempts}
        self._current = Status(device_name=table.status, error_name=table.initial)
        self._phases = Phases(table, lambda name: self._services[name].is_there())

    def start(self) -> None:
        """Say what holds before anybody has commanded anything."""
        self._do(self._phases.start())

    def handle(self, peer: Peer, message: Message, now: float) -> bool:
        """
        Take what belongs to the protocol, and publish it unless it is refused.

        :returns: whether it belongs to it.
        """
        if message.type_name == 'GET_STATUS' and message.device_name == self._table.status:
            peer.send_as_is(self._current)
            return True
        self._now = now
        prefix, _, number = self._robot.name(message).partition('_')
        if isinstance(message, String) and prefix == self._table.device:
            # programs in C may send more than one NUL at the end, which nothing can be sent with
            message = replace(message, text=message.text.partition('\0')[0])
            steps = self._phases.command(peer, number, message.text, now)
            # a robot that has to stop does not wait until that is published
            self._do(steps, peer, message)
            self._robot.publish(peer, message, prefix)
        elif isinstance(message, Transform) and prefix in self._prefixes:
            fault = self._robot.fault(peer, prefix, message)
            self._do(self._phases.transform(prefix, number, fault, now), peer, message, prefix)
        else:
            return False
        return True

    def stops(self, message: Message) -> str:
        """Name the phase that a message asks for, if it ends whatever goes on; else empty."""
        if not isinstance(message, String):
            return ''
        word = message.text.partition('\0')[0].strip()
        prefix = self._robot.name(message).partition('_')[0]
        return word if prefix == self._table.device and word in self._stopping else ''

    def left(self, peer: Peer, now: float) -> None:
        """End what a peer that is gone began with actions, unless it is a stop; services go on."""
        self._now = now
        self._phases.left(peer)
        for number in [number for number, asker in self._askers.items() if asker is peer]:
            what = self._phases.asked(number)
            if isinstance(what, Phase) and not what.preempts:
                self._action(what).cancel('its peer is gone', now, what.name)

    def withdraw(self, prefixes: Collection[str], why: str) -> None:
        """Let transforms not hold any more that were accepted, as other rules may refuse them."""
        self._do(self._phases.withdraw(prefixes, why))

    def lost(self, services: set[str]) -> None:
        """Take note that services are gone."""
        self._do(self._phases.lost(services))

    def _do(
        self,
        steps: Sequence[Step],
        peer: Peer | None = None,
        message: Message | None = None,
        prefix: str = '',
    ) -> None:
        """
        Do what the phases ask for.

        :param peer: the sender of the message that they are about.
        """
        for step in steps:
            if isinstance(step, Tell):
                self._tell(step)
            elif isinstance(step, Enter):
                self._robot.enter(step.phase)
            elif isinstance(step, Call):
                self._call(step, peer)
            elif isinstance(step, Forget):
                self._calls.pop(step.number)()
            elif isinstance(step, SendBack):
                again = replace(self._last[step.prefix], device_name=step.device)
                self._streams.send(again, hold=False)
            elif isinstance(step, Note):
                where = f'{peer.address}: ' if peer is not None else ''
                self._problem(step.kind, ros_text(where + step.text))
            elif isinstance(step, Acknowledge) and peer is not None and message is not None:
                echo: dict[str, Any] = {'device_name': step.device, 'metadata': {}}
                peer.send_as_is(replace(message, **echo))
                peer.pump()
                self._robot.acknowledged(peer, step.device)
            elif isinstance(step, Accept) and isinstance(message, Transform):
                self._last[prefix] = replace(message, metadata={})
                if peer is not None:
                    self._senders[prefix] = peer
                self._robot.publish(peer, message, prefix)
        for gone in self._last.keys() - self._phases.accepted:
            del self._last[gone]
            self._robot.forget(gone)
        self._timers.cancel(self._timer)
        if (due := self._phases.due) is not None:
            self._timer = self._timers.at(due, self._tick)

    def _tick(self, now: float) -> None:
        self._now = now
        self._do(self._phases.tick(now))

    def _action(self, phase: Phase) -> ActionCalls:
        action = self._services[phase.call]
        assert isinstance(action, ActionCalls)
        return action

    def _call(self, step: Call, peer: Peer | None) -> None:
        number, phase = step.number, self._phases.asked(step.number)
        if not isinstance(phase, Phase) or not phase.is_action:
            service: Any = self._services[step.service]
            self._calls[number] = service.call(partial(self._answered, number))
            return
        action, name = self._action(phase), phase.name

        def answered(success: bool, text: str) -> None:
            if number in self._calls:  # nobody has ended it
                self._answered(number, success, text)

        def say(stand: Say) -> None:
            if stand.state == 'ACCEPTED':
                self._phases.started(number)
            elif stand.state == 'EXECUTING' and number in self._calls:
                self._tell(Tell(name, StatusCode.BUSY, name, stand.text))

        self._calls[number] = lambda: self._end(number, action, name)
        self._askers[number] = peer
        try:
            if self._is_emergency() and not phase.preempts:
                raise ConversionError('there is an emergency')
            values: dict[str, Any] = {'phase': name}
            for prefix in self._last.keys() & self._senders.keys():
                if f'{{{prefix}' in str(phase.goal):  # of others it does not matter
                    values[prefix] = self._find_target(self._senders[prefix], prefix, self._now)
                    if values[prefix] is None:
                        raise ConversionError(f'{prefix}: it was not published')
            action.begin(phase.served, None, values, answered, self._now, say, phase.preempts)
        except ConversionError as error:
            answered(False, str(error))

    def _end(self, number: int, action: ActionCalls, name: str) -> None:
        """Cancel what an action does that nobody waits for any more."""
        self._askers.pop(number, None)
        action.cancel('it was pre-empted', self._now, name)

    def _tell(self, step: Tell) -> None:
        status = self._streams.tell(
            step.code, step.error_name, step.message, step.device,
            hold=step.held and self._table.greet)
        if step.held:
            self._current = status

    def _answered(self, number: int, success: bool, text: str) -> None:
        self._calls.pop(number, None)
        self._askers.pop(number, None)
        self._do(self._phases.answered(number, success, text))
