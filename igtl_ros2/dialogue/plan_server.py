"""
From a target to a motion: a plan is made, shown, and executed on a second, explicit command.

Logic alone, without ROS, network or clock: every method that needs the time is given it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from fnmatch import fnmatchcase
from typing import Any, Protocol

from ..codec import Message
from ..codec.messages.mesh import PolyData
from ..codec.messages.text import Command, Status, StatusCode
from ..codec.patients import hidden_text
from ..config import ros_text
from ..rules import MoveItRule
from .interfaces import Peer, Problem
from .served_commands import respond, stop_word, word_of
from .streams import Streams
from .timers import Timer, Timers

#: why everything is stopped that goes on
EMERGENCY = 'there is an emergency'


class State(Enum):
    """What is going on, as STATUS says it in the name of an error."""

    IDLE = 'Idle'
    PLANNING = 'Planning'
    SHOWN = 'Shown'
    MOVING = 'Moving'
    STOPPING = 'Stopping'


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """
    A plan that was made.

    :param start: where each joint is at its beginning, rad or m.
    :param seconds: how long the motion takes.
    :param body: what carries it out is given.
    :param looks: what peers are shown of it.
    :param why_not: tells why it does not hold any more, whatever the robot does; empty if it does.
    """

    start: Mapping[str, float]
    seconds: float
    points: int
    body: Any = None
    looks: tuple[Message, ...] = ()
    why_not: Callable[[], str] = str

    def with_looks(
        self, looks: Iterable[Message], why_not: Callable[[], str] = str
    ) -> Plan:
        """Add what it looks like, and why it may not hold any more."""
        return replace(self, looks=tuple(looks), why_not=why_not)


class Planner(Protocol):
    """The planner: makes plans and carries them out."""

    def ask(self, number: int, target: Any) -> None:
        """Make a plan; `PlanServer.planned` is told."""

    def withdraw(self, number: int) -> None:
        """Give up to make a plan."""

    def go(self, number: int, plan: Plan) -> None:
        """Carry out a plan; `PlanServer.ended` is told."""

    def halt(self, number: int) -> None:
        """Cancel what is carried out."""

    def shown(self, plan: Plan | None) -> Sequence[Message]:
        """Give what a plan looks like, or what takes its place."""

    def joints(self) -> Mapping[str, float]:
        """Tell where the joints are now: those of which that is known."""

    def obstacle(self, peer: Any, message: PolyData, device: str) -> None:
        """Take note of an obstacle."""


@dataclass(eq=False)
class PlanServer:
    """
    The plan of the robot behind one link: what peers command, and what they are told and shown.

    :param name: gives the whole name of the device of a message.
    :param emergency: tells whether somebody has called an emergency that still holds.
    """

    _rule: MoveItRule
    _planner: Planner
    _name: Callable[[Message], str]
    _emergency: Callable[[], bool]
    _streams: Streams
    _timers: Timers
    _problem: Problem

    def __post_init__(self) -> None:
        self._stops = frozenset(map(stop_word, self._rule.stop))
        self._cancel = self._rule.cancel_command.strip()
        self.state = State.IDLE
        #: of the last target
        self.number = 0
        self._plan: Plan | None = None
        #: when the plan that is shown is too old
        self._due = 0.0
        self._timer: Timer | None = None
        # the peer that has commanded the motion
        self._by: object = None

    def start(self) -> None:
        """Say how things are before the robot is known."""
        self._show(None)
        self._say(StatusCode.NOT_READY, (
            f'{self._rule.description} has not told yet what the robot is'))

    def ready(self) -> None:
        """Take note that the robot is known, perhaps another one than before."""
        self.stop('the robot is another one')
        self._say(StatusCode.OK, 'ready for a target')

    # -- what peers send

    def handle(self, peer: Peer, message: Message, now: float) -> bool:
        """
        Take a command, once `hear` has been told of it.

        :returns: whether it was answered.
        """
        if not isinstance(message, Command):
            return False
        if message.name == self._rule.execute_command:
            why = self._execute(peer, message.content, now)
            respond(peer, message, not why, why or self._doing)
            if why:
                where = f'{peer.address}: {message.name}'
                self._problem('command refused', ros_text(f'{where}: {why}'))
        elif word_of(message) == self._cancel:
            # with nothing going on, that is done already
            respond(peer, message, True, self.stop('it was cancelled') or self._doing)
        else:
            return False
        return True

    def hear(self, peer: Peer, message: Message, is_bound: bool = False) -> None:
        """
        Take what stops the robot or stands in its way.

        :param is_bound: it came in a BIND, and no answer to it is wanted.
        """
        word = word_of(message)
        is_cancel = is_bound and isinstance(message, Command) and word == self._cancel
        if is_cancel or word and stop_word(word) in self._stops:
            self.stop(f'{word} of {peer.address}')
        if isinstance(message, Status) and message.is_emergency:
            self.stop(EMERGENCY)
        elif isinstance(message, PolyData) and self._rule.obstacles:
            device = self._name(message)
            if fnmatchcase(device, self._rule.obstacles):
                self._planner.obstacle(peer, message, device)

    def left(self, peer: object) -> None:
        """Stop the motion that a peer has commanded who is gone."""
        if self.state is State.MOVING and peer is self._by:
            self.stop('who has commanded it is gone')

    # -- a target, and its plan

    def target(self, target: Any, now: float) -> None:
        """Take a target that has passed its gates: what was planned before does not hold now."""
        if self._moves:
            self._say(StatusCode.BUSY, f'the new target is not planned to: {self._doing}')
            return
        self._forget()
        if self._emergency():
            self._say(StatusCode.NOT_READY, f'not planned: {EMERGENCY}')
            return
        self.number += 1
        self.state = State.PLANNING
        self._planner.ask(self.number, target)
        self._say(StatusCode.BUSY, self._doing)

    def refused(self, why: str) -> None:
        """Take note of a target that nothing can be planned to, such as two points."""
        if self._moves:
            self._say(StatusCode.BUSY, f'{why}; {self._doing}')
        else:
            self._forget()
            self._say(StatusCode.CONFIGURATION_ERROR, why)

    def planned(self, number: int, plan: Plan | None, why: str, now: float) -> None:
        """Take the plan that was asked for, or why there is none."""
        if self.state is not State.PLANNING or number != self.number:
            return  # it was withdrawn
        if plan is None:
            self.state = State.IDLE
            self._say(StatusCode.NOT_FOUND, f'no plan {number}: {why}')
            return
        self.state, self._plan, self._due = State.SHOWN, plan, now + self._rule.fresh
        self._timer = self._timers.at(self._due, self._look_at_age)
        self._show(plan)
        self._say(StatusCode.OK, (
            f'plan {number}: {plan.points} points, {plan.seconds:.1f} s; to go, command '
            f'{self._rule.execute_command} with content {number}'))

    def _look_at_age(self, now: float) -> None:
        """Withdraw a plan that is too old."""
        if self.state is State.SHOWN and now >= self._due:
            self._forget()
            self._say(StatusCode.TIME_OUT, (
                f'plan {self.number} is older than {self._rule.fresh:g} s and withdrawn'))

    # -- a motion

    def _execute(self, peer: object, content: str, now: float) -> str:
        """Carry out the plan that is shown, if it is meant and still holds; else tell why not."""
        self._look_at_age(now)
        plan = self._plan
        if self._emergency():
            return EMERGENCY
        if self.state is not State.SHOWN or plan is None:
            return self._doing if self.state is not State.IDLE else 'no plan is shown'
        if content.strip() != str(self.number):
            said = hidden_text(content.strip())[:40]
            return f'plan {self.number} is shown; wanted its number as content, found {said!r}'
        joints = self._planner.joints()
        for name, wanted in plan.start.items():
            found = joints.get(name)
            if found is None:
                return f'{self._rule.joint_states} does not tell where {name} is now'
            if not abs(found - wanted) <= self._rule.start_tolerance:
                return (f'the robot has moved since plan {self.number} was made: {name} is at '
                        f'{found:.3f}, the plan begins at {wanted:.3f}; send the target again')
        if why := plan.why_not():
            return why
        self._timers.cancel(self._timer)
        self.state, self._by = State.MOVING, peer
        self._planner.go(self.number, plan)
        self._say(StatusCode.BUSY, self._doing)
        return ''

    def ended(self, number: int, success: bool, why: str) -> None:
        """Take the end of a motion."""
        if not self._moves or number != self.number:
            return
        was_stopped = self.state is State.STOPPING
        self._forget()
        if success:
            self._say(StatusCode.OK, f'plan {number} ' + (
                'had ended when it was to stop' if was_stopped else 'was carried out'))
            return
        code = StatusCode.NOT_READY if was_stopped else StatusCode.UNKNOWN_ERROR
        self._say(code, f'plan {number} was not carried out to its end: {why}')

    # -- the end of it

    def stop(self, why: str) -> str:
        """
        Stop what is going on; once more if that was asked before, and the robot still moves.

        :param why: such as an emergency.
        :returns: what peers are told of it; empty if nothing was going on.
        """
        if self._moves:
            self.state = State.STOPPING
            self._planner.halt(self.number)
            return self._say(StatusCode.BUSY, f'{self._doing}: {why}')
        if self.state is State.IDLE:
            return ''
        self._forget()
        return self._say(StatusCode.NOT_READY, f'plan {self.number} is withdrawn: {why}')

    def withdraw(self, why: str) -> None:
        """Have no plan any more that could be carried out; a motion goes on."""
        if not self._moves:
            self.stop(why)

    @property
    def _moves(self) -> bool:
        return self.state in (State.MOVING, State.STOPPING)

    @property
    def _doing(self) -> str:
        return {
            State.IDLE: 'there is no plan',
            State.PLANNING: f'plan {self.number} is being made',
            State.SHOWN: f'plan {self.number} is shown',
            State.MOVING: f'the robot carries out plan {self.number}',
            State.STOPPING: f'plan {self.number} is being stopped',
        }[self.state]

    def _forget(self) -> None:
        """Have no plan any more."""
        before, self.state = self.state, State.IDLE
        self._plan, self._by = None, None
        self._timers.cancel(self._timer)
        if before is State.PLANNING:
            self._planner.withdraw(self.number)
        elif before is not State.IDLE:
            self._show(None)

    def _show(self, plan: Plan | None) -> None:
        for message in self._planner.shown(plan):
            self._streams.send(message)

    def _say(self, code: StatusCode, said: str) -> str:
        self._streams.tell(code, self.state.value, said, self._rule.device)
        return said
