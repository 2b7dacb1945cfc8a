"""
From a target to a motion: a plan is made, shown, and executed on a second, explicit command.

Logic alone, without ROS, network or clock: every method that needs the time is given it, and each
gives the steps that are to be done, in their order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from ..codec import Message
from ..codec.messages.text import StatusCode
from ..codec.patients import hidden_text
from ..rules import MoveItRule


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


@dataclass(frozen=True, slots=True, eq=False)
class Ask:
    """Ask for a plan to a target."""

    number: int
    target: Any


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Nobody wants the plan any more that was asked for."""

    number: int


@dataclass(frozen=True, slots=True, eq=False)
class Show:
    """Show a plan."""

    number: int
    plan: Plan


@dataclass(frozen=True, slots=True)
class Hide:
    """Show no plan any more."""


@dataclass(frozen=True, slots=True, eq=False)
class Go:
    """Have a plan carried out."""

    number: int
    plan: Plan


@dataclass(frozen=True, slots=True)
class Halt:
    """Have a motion cancelled."""

    number: int


@dataclass(frozen=True, slots=True)
class Say:
    """Say how things are."""

    code: StatusCode
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer the command that has just come."""

    success: bool
    text: str


Step = Ask | Withdraw | Show | Hide | Go | Halt | Say | Answer


@dataclass(eq=False)
class Plans:
    """
    The plan of one link.

    :param emergency: tells whether somebody has called an emergency that still holds.
    :param joints: tells where the joints are now: those of which that is known.
    """

    _rule: MoveItRule
    _emergency: Callable[[], bool]
    _joints: Callable[[], Mapping[str, float]]
    state: State = field(default=State.IDLE, init=False)
    #: of the last target
    number: int = field(default=0, init=False)
    _plan: Plan | None = field(default=None, init=False)
    _due: float = field(default=0.0, init=False)
    # the peer that has commanded the motion
    _by: object = field(default=None, init=False)

    # -- a target, and its plan

    def target(self, target: Any, now: float) -> list[Step]:
        """Take a target that has passed its gates: what was planned before does not hold now."""
        if self.state in (State.MOVING, State.STOPPING):
            return [Say(StatusCode.BUSY, f'the new target is not planned to: {self._doing}')]
        steps = self._forget()
        if self._emergency():
            return [*steps, Say(StatusCode.NOT_READY, 'not planned: there is an emergency')]
        self.number += 1
        self.state = State.PLANNING
        return [*steps, Ask(self.number, target),
                Say(StatusCode.BUSY, f'plan {self.number} is being made')]

    def refused(self, why: str) -> list[Step]:
        """Take note of a target that nothing can be planned to, such as two points."""
        if self.state in (State.MOVING, State.STOPPING):
            return [Say(StatusCode.BUSY, f'{why}; {self._doing}')]
        return [*self._forget(), Say(StatusCode.CONFIGURATION_ERROR, why)]

    def planned(self, number: int, plan: Plan | None, why: str, now: float) -> list[Step]:
        """Take the plan that was asked for, or why there is none."""
        if self.state is not State.PLANNING or number != self.number:
            return []  # it was withdrawn
        if plan is None:
            self.state = State.IDLE
            return [Say(StatusCode.NOT_FOUND, f'no plan {number}: {why}')]
        self.state, self._plan, self._due = State.SHOWN, plan, now + self._rule.fresh
        return [Show(number, plan), Say(StatusCode.OK, (
            f'plan {number}: {plan.points} points, {plan.seconds:.1f} s; to go, command '
            f'{self._rule.execute_command} with content {number}'))]

    def tick(self, now: float) -> list[Step]:
        """Withdraw a plan that is too old."""
        if self.state is not State.SHOWN or now < self._due:
            return []
        return [*self._forget(), Say(StatusCode.TIME_OUT, (
            f'plan {self.number} is older than {self._rule.fresh:g} s and withdrawn'))]

    @property
    def due(self) -> float | None:
        """When `tick` has something to say next."""
        return self._due if self.state is State.SHOWN else None

    # -- a motion

    def execute(self, peer: object, content: str, now: float) -> list[Step]:
        """Carry out the plan that is shown, if it is the one that is meant and still holds."""
        steps = self.tick(now)
        plan = self._plan
        why = self._why_not(content)
        if why or plan is None:
            return [*steps, Answer(False, why)]
        self.state, self._by = State.MOVING, peer
        return [*steps, Go(self.number, plan), Say(StatusCode.BUSY, self._doing),
                Answer(True, self._doing)]

    def _why_not(self, content: str) -> str:
        if self._emergency():
            return 'there is an emergency'
        if self.state is not State.SHOWN or self._plan is None:
            return self._doing if self.state is not State.IDLE else 'no plan is shown'
        if content.strip() != str(self.number):
            said = hidden_text(content.strip())[:40]
            return f'plan {self.number} is shown; wanted its number as content, found {said!r}'
        joints = self._joints()
        for name, wanted in self._plan.start.items():
            found = joints.get(name)
            if found is None:
                return f'{self._rule.joint_states} does not tell where {name} is now'
            if not abs(found - wanted) <= self._rule.start_tolerance:
                return (f'the robot has moved since plan {self.number} was made: {name} is at '
                        f'{found:.3f}, the plan begins at {wanted:.3f}; send the target again')
        return self._plan.why_not()

    def ended(self, number: int, success: bool, why: str) -> list[Step]:
        """Take the end of a motion."""
        if self.state not in (State.MOVING, State.STOPPING) or number != self.number:
            return []
        was_stopped = self.state is State.STOPPING
        steps = self._forget()
        if success and not was_stopped:
            return [*steps, Say(StatusCode.OK, f'plan {number} was carried out')]
        if success:
            return [*steps, Say(StatusCode.OK, f'plan {number} had ended when it was to stop')]
        code = StatusCode.NOT_READY if was_stopped else StatusCode.UNKNOWN_ERROR
        return [*steps, Say(code, f'plan {number} was not carried out to its end: {why}')]

    # -- the end of it

    def cancel(self) -> list[Step]:
        """Do what a command to cancel asks for; with nothing going on, that is done already."""
        steps = self.stop('it was cancelled')
        said = [step.text for step in steps if isinstance(step, Say)]
        return [*steps, Answer(True, said[-1] if said else self._doing)]

    def stop(self, why: str) -> list[Step]:
        """
        Stop what is going on; once more if that was asked before, and the robot still moves.

        :param why: such as an emergency.
        """
        if self.state in (State.MOVING, State.STOPPING):
            self.state = State.STOPPING
            return [Halt(self.number), Say(StatusCode.BUSY, (
                f'plan {self.number} is being stopped: {why}'))]
        if self.state is State.IDLE:
            return []
        return [*self._forget(), Say(StatusCode.NOT_READY, (
            f'plan {self.number} is withdrawn: {why}'))]

    def withdraw(self, why: str) -> list[Step]:
        """Have no plan any more that could be carried out; a motion goes on."""
        return [] if self.state in (State.MOVING, State.STOPPING) else self.stop(why)

    def left(self, peer: object) -> list[Step]:
        """Stop the motion that a peer has commanded who is gone."""
        if self.state is State.MOVING and peer is self._by:
            return self.stop('who has commanded it is gone')
        return []

    @property
    def _doing(self) -> str:
        return {
            State.IDLE: 'there is no plan',
            State.PLANNING: f'plan {self.number} is being made',
            State.SHOWN: f'plan {self.number} is shown',
            State.MOVING: f'the robot carries out plan {self.number}',
            State.STOPPING: f'plan {self.number} is being stopped',
        }[self.state]

    def _forget(self) -> list[Step]:
        """Have no plan any more."""
        steps: list[Step] = []
        if self.state is State.PLANNING:
            steps.append(Withdraw(self.number))
        elif self.state is not State.IDLE:
            steps.append(Hide())
        self.state, self._plan, self._by = State.IDLE, None, None
        return steps
