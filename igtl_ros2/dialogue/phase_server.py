"""
Robots with phases over OpenIGTLink: peers command, ROS services and actions carry out.

Logic alone, without ROS, network or clock: every method that needs the time is given it.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

from ..codec import Message
from ..codec.messages.pose import Transform
from ..codec.messages.text import Status, StatusCode, String
from ..codec.patients import hidden_text
from ..config import ros_text
from ..errors import ConversionError
from ..rules import ANY, Phase, PhaseTable, PhaseTransform
from .action_calls import ActionCalls
from .interfaces import FindTarget, Peer, Problem, RosService
from .streams import Streams
from .timers import Timer, Timers

# Numbers of commands that are remembered, to know one again that comes twice
_MAX_SEEN = 1000


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


@dataclass(slots=True, eq=False)
class _Run:
    """A service or an action that was called and has not answered."""

    what: Phase | PhaseTransform
    due: float
    #: the peer that began a goal of an action
    peer: Peer | None = None
    is_late: bool = False
    #: called when nobody waits for the answer any more
    forget: Callable[[], None] = lambda: None

    @property
    def preempts(self) -> bool:
        return isinstance(self.what, Phase) and self.what.preempts

    @property
    def name(self) -> str:
        return self.what.name if isinstance(self.what, Phase) else self.what.prefix


class _Stand:
    """
    How far a robot is, and what may follow.

    :param is_there: tells whether a ROS service can be called.
    """

    def __init__(self, table: PhaseTable, is_there: Callable[[str], bool]) -> None:
        self.phases = {phase.name: phase for phase in table.phases}
        self._is_there = is_there
        #: the phase that was entered last
        self.phase = table.initial
        #: why the phase is not to be built upon; empty while it is
        self.failure = ''
        #: the transforms that hold
        self.accepted: set[str] = set()
        self.runs: list[_Run] = []
        #: by peer and number, the commands that were carried out last
        self.seen: OrderedDict[tuple[object, str], str] = OrderedDict()

    @property
    def held(self) -> set[str]:
        """The transforms that hold, and those that a service is asked about."""
        return self.accepted.union(
            run.name for run in self.runs if isinstance(run.what, PhaseTransform))

    @property
    def due(self) -> float | None:
        """When something takes too long of which that is not said yet."""
        return min((run.due for run in self.runs if not run.is_late and run.due < math.inf),
                   default=None)

    def remember(self, peer: object, number: str, name: str) -> None:
        """Know a command again that comes twice."""
        self.seen[peer, number] = name
        self.seen.move_to_end((peer, number))
        if len(self.seen) > _MAX_SEEN:
            self.seen.popitem(last=False)

    @property
    def is_latched(self) -> bool:
        """Whether what preempts does not end the phase."""
        phase = self.phases.get(self.phase)
        return phase is not None and phase.latch

    def why_not(self, phase: Phase) -> str:
        """Tell why a phase cannot be entered; empty if it can."""
        if why := self._busy() or self.absent(phase.call):
            return why
        if ANY not in phase.after:
            if self.phase not in phase.after:
                return f'it cannot follow {self.phase}, only {", ".join(phase.after)}'
            if self.failure and self.phase != phase.name:
                return f'{self.phase} has failed: {self.failure}'
        missing = [prefix for prefix in phase.needs if prefix not in self.accepted]
        return f'no {" and no ".join(missing)} was accepted' if missing else ''

    def why_no_transform(self, about: PhaseTransform) -> str:
        """Tell why a transform is not accepted; empty if it is."""
        if why := self._busy() or self.absent(about.call):
            return why
        if ANY not in about.during and self.phase not in about.during:
            return f'the phase is {self.phase}, wanted {", ".join(about.during)}'
        return f'{self.phase} has failed: {self.failure}' if self.failure else ''

    def _busy(self) -> str:
        for run in self.runs:
            if run.is_late and not run.preempts:
                stops = ' or '.join(name for name, p in self.phases.items() if p.preempts)
                return f'{run.name} has not ended; it takes {stops}'
            if not run.is_late:
                return f'{run.name} is not done yet'
        return ''

    def absent(self, service: str) -> str:
        """Tell that a service is not there; empty if it is, or none is needed."""
        there = not service or self._is_there(service)
        return '' if there else f'the ROS service {service} is not there'


class PhaseServer:
    """
    The phases of the robot behind one link, which all of its peers may command.

    A ROS service that hangs keeps nothing waiting.

    :param services: the ROS services of the table, by name, and its actions.
    :param find_target: gives a transform that a peer has sent, as it was published.
    :param is_emergency: tells whether a device has called an emergency.
    """

    def __init__(
        self,
        table: PhaseTable,
        services: Mapping[str, RosService | ActionCalls],
        robot: Robot,
        streams: Streams,
        timers: Timers,
        problem: Problem,
        find_target: FindTarget,
        is_emergency: Callable[[], bool],
    ) -> None:
        self._table, self._services, self._robot = table, services, robot
        self._streams, self._timers, self._problem = streams, timers, problem
        self._find_target, self._is_emergency = find_target, is_emergency
        #: of what is told last
        self._now = 0.0
        self._transforms = {about.prefix: about for about in table.transforms}
        self._stand = _Stand(table, lambda name: services[name].is_there())
        #: what was accepted last, and the peer that sent it
        self._last: dict[str, tuple[Transform, Peer]] = {}
        self._current = Status(device_name=table.status, error_name=table.initial)
        self._timer: Timer | None = None

    def start(self) -> None:
        """Say what holds before anybody has commanded anything."""
        self._robot.enter(self._stand.phase)
        self._tell_current(StatusCode.OK)

    # -- what peers send

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
            self._acknowledge(peer, message, number)
            # a robot that has to stop does not wait until that is published
            self._command(peer, number, message.text.strip())
            self._settle()
            self._robot.publish(peer, message, prefix)
        elif isinstance(message, Transform) and prefix in self._transforms:
            fault = self._robot.fault(peer, prefix, message)
            self._acknowledge(peer, message, number)
            self._transform(peer, message, self._transforms[prefix], fault)
            self._settle()
        else:
            return False
        return True

    def stops(self, message: Message) -> str:
        """Name the phase that a message asks for, if it ends whatever goes on; else empty."""
        if not isinstance(message, String):
            return ''
        word = message.text.partition('\0')[0].strip()
        prefix = self._robot.name(message).partition('_')[0]
        phase = self._stand.phases.get(word)
        is_stop = prefix == self._table.device and phase is not None and phase.preempts
        return word if is_stop else ''

    def left(self, peer: Peer, now: float) -> None:
        """End what a peer that is gone began with actions, unless it is a stop; services go on."""
        self._now = now
        for key in [key for key in self._stand.seen if key[0] == peer]:
            del self._stand.seen[key]
        for run in list(self._stand.runs):
            if run.peer is peer and not run.preempts:
                self._action(run.what).cancel('its peer is gone', now, run.name)

    def _command(self, peer: Peer, number: str, name: str) -> None:
        """Take a command to enter a phase, with the number behind its prefix, often unique."""
        stand = self._stand
        phase = stand.phases.get(name)
        if phase is None:
            why = f'unknown phase {hidden_text(name)[:40]!r}; known are {", ".join(stand.phases)}'
            self._tell_current(StatusCode.UNKNOWN_INSTRUCTION, why)
            self._note('phase unknown', why, peer)
            return
        # What stops a robot is done as often as it is asked for
        if number and stand.seen.get((peer, number)) == name and not phase.preempts:
            self._note('phase twice', (
                f'command {number} ({name}) came twice and is carried out once'), peer)
            return
        why = '' if phase.preempts else stand.why_not(phase)
        if why:
            self._tell_current(StatusCode.NOT_READY, why)
            self._tell(name, StatusCode.NOT_READY, why)
            self._note('phase refused', f'{name}: {why}', peer)
            return
        stand.remember(peer, number, name)
        if phase.preempts:
            for run in list(stand.runs):
                if not run.preempts or run.what is phase:
                    stand.runs.remove(run)
                    run.forget()
                    self._note('phase pre-empted', (
                        f'{name} ends {run.name}, whatever {run.what.call} answers'), peer)
        stand.accepted.difference_update(phase.forgets)
        if not stand.is_latched or not phase.preempts or name == stand.phase:
            stand.phase, stand.failure = name, ''
            self._robot.enter(name)
        self._tell_current(StatusCode.OK)
        if not phase.call:
            self._done(phase, '')
        elif why := stand.absent(phase.call):
            self._failed(phase, StatusCode.NOT_READY, why, peer)
        else:
            self._call(phase, peer)

    def _transform(
        self, peer: Peer, message: Transform, about: PhaseTransform, fault: str
    ) -> None:
        """
        Take a transform, unless there is a fault or it comes at the wrong time.

        One that is refused ends the one before: a robot must not go where nobody wants it now.
        """
        why, code = fault, StatusCode.CONFIGURATION_ERROR
        if not why:
            why, code = self._stand.why_no_transform(about), StatusCode.NOT_READY
        self._stand.accepted.discard(about.prefix)
        if why:
            self._tell(about.status, code, why)
            self._note('transform refused', f'{about.prefix}: {why}', peer)
            return
        self._last[about.prefix] = replace(message, metadata={}), peer
        self._robot.publish(peer, message, about.prefix)
        if about.call:
            self._call(about, peer)
        else:
            self._took(about, '')

    # -- what happens in ROS, and in time

    def withdraw(self, prefixes: Collection[str], why: str) -> None:
        """Let transforms not hold any more that were accepted, as other rules may refuse them."""
        for prefix in sorted(self._stand.accepted.intersection(prefixes)):
            self._stand.accepted.remove(prefix)
            self._tell(self._transforms[prefix].status, StatusCode.NOT_READY, why)
        self._settle()

    def lost(self, services: set[str]) -> None:
        """Take note that services are gone: a robot that comes back starts anew."""
        stand = self._stand
        why = f'the ROS service {", ".join(sorted(services))} is gone'
        for run in list(stand.runs):
            if run.what.call in services:
                stand.runs.remove(run)
                run.forget()
                self._streams.tell(
                    StatusCode.NOT_READY, run.name, why, _status_of(run.what), hold=False)
        stand.accepted.clear()
        stand.failure = ''
        if not stand.is_latched:
            stand.phase = self._table.initial
            self._robot.enter(stand.phase)
        self._tell_current(StatusCode.NOT_READY, why)
        self._note('robot gone', why)
        self._settle()

    def _tick(self, now: float) -> None:
        """Say of what takes too long that it does; it may be answered all the same."""
        self._now = now
        for run in list(self._stand.runs):
            if run.due <= now and not run.is_late:
                run.is_late = True
                self._failed(run.what, StatusCode.TIME_OUT, (
                    f'the ROS service {run.what.call} did not answer within '
                    f'{run.what.status_timeout:g} s'))
        self._settle()

    def _call(self, what: Phase | PhaseTransform, peer: Peer) -> None:
        """Have a service or an action carry something out."""
        run = _Run(what, self._now + what.status_timeout)
        self._stand.runs.append(run)
        if not isinstance(what, Phase) or not what.is_action:
            service: Any = self._services[what.call]
            run.forget = service.call(partial(self._answered, run))
            return
        action, name = self._action(what), what.name

        def answered(success: bool, text: str) -> None:
            if run in self._stand.runs:  # nobody has ended it
                self._answered(run, success, text)

        def say(state: str, text: str) -> None:
            if state == 'ACCEPTED':
                run.due = math.inf  # how long it takes is up to it
            elif state == 'EXECUTING' and run in self._stand.runs:
                self._streams.tell(StatusCode.BUSY, name, text, name, hold=False)

        run.peer = peer
        run.forget = lambda: action.cancel('it was pre-empted', self._now, name)
        try:
            if self._is_emergency() and not what.preempts:
                raise ConversionError('there is an emergency')
            values: dict[str, Any] = {'phase': name}
            for prefix, (_, sender) in self._last.items():
                if f'{{{prefix}' in str(what.goal):  # of others it does not matter
                    values[prefix] = self._find_target(sender, prefix, self._now)
                    if values[prefix] is None:
                        raise ConversionError(f'{prefix}: it was not published')
            action.begin(what.served, None, values, answered, self._now, say, what.preempts)
        except ConversionError as error:
            answered(False, str(error))

    def _action(self, what: Phase | PhaseTransform) -> ActionCalls:
        action = self._services[what.call]
        assert isinstance(action, ActionCalls)
        return action

    def _answered(self, run: _Run, success: bool, text: str) -> None:
        """Take the answer of a service, also one that comes late."""
        if run not in self._stand.runs:
            self._note('answer nobody waits for', (
                f'a service answered ({text or success}) after it was pre-empted'))
            return
        self._stand.runs.remove(run)
        text = f'late: {text}' if run.is_late else text
        if not success:
            self._failed(run.what, StatusCode.NOT_READY, text or 'it did not succeed')
        elif isinstance(run.what, PhaseTransform):
            self._took(run.what, text)
        else:
            self._done(run.what, text, run.is_late)
        self._settle()

    def _done(self, phase: Phase, text: str, was_late: bool = False) -> None:
        if phase.report or was_late:
            self._streams.tell(StatusCode.OK, phase.name, text, phase.name, hold=False)
        if was_late and self._stand.phase == phase.name:
            self._stand.failure = ''
            self._tell_current(StatusCode.OK)

    def _took(self, about: PhaseTransform, text: str) -> None:
        self._stand.accepted.add(about.prefix)
        self._tell(about.status, StatusCode.OK, text)
        if about.echo:
            again = replace(self._last[about.prefix][0], device_name=about.echo)
            self._streams.send(again, hold=False)

    def _failed(
        self, what: Phase | PhaseTransform, code: StatusCode, why: str, peer: Peer | None = None
    ) -> None:
        self._tell(_status_of(what), code, why)
        name = what.name if isinstance(what, Phase) else what.prefix
        if isinstance(what, Phase) and self._stand.phase == name:
            self._stand.failure = why
            self._tell_current(code, why)
        self._note(f'phase {name} failed', f'{name}: {why}', peer)

    def _settle(self) -> None:
        """See to what follows, now that something has happened."""
        for gone in self._last.keys() - self._stand.held:
            del self._last[gone]
            self._robot.forget(gone)
        self._timers.cancel(self._timer)
        if (due := self._stand.due) is not None:
            self._timer = self._timers.at(due, self._tick)

    # -- what is said

    def _acknowledge(self, peer: Peer, message: Message, number: str) -> None:
        """Send what has just come back to its sender."""
        device = f'{self._table.ack}_{number}' if number else self._table.ack
        echo: dict[str, Any] = {'device_name': device, 'metadata': {}}
        peer.send_as_is(replace(message, **echo))
        peer.pump()
        self._robot.acknowledged(peer, device)

    def _tell(self, device: str, code: StatusCode, why: str) -> None:
        self._streams.tell(code, self._stand.phase, why, device, hold=False)

    def _tell_current(self, code: StatusCode, why: str = '') -> None:
        """Tell the phase, also late joiners."""
        self._current = self._streams.tell(
            code, self._stand.phase, why, self._table.status, hold=self._table.greet)

    def _note(self, kind: str, text: str, peer: Peer | None = None) -> None:
        where = f'{peer.address}: ' if peer is not None else ''
        self._problem(kind, ros_text(where + text))


def _status_of(what: Phase | PhaseTransform) -> str:
    return what.name if isinstance(what, Phase) else what.status
