"""Plans for the peers of one link: what they command, and what they are told and shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Protocol

from ..codec import Message
from ..codec.messages.mesh import PolyData
from ..codec.messages.text import Command, Status, StatusCode
from ..config import ros_text
from ..rules import MoveItRule
from .interfaces import Peer, Problem
from .plans import Answer, Ask, Go, Halt, Hide, Plan, Plans, Say, Show, Step, Withdraw
from .served_commands import respond, stop_word, word_of
from .streams import Streams
from .timers import Timer, Timers

#: why everything is stopped that goes on
EMERGENCY = 'there is an emergency'


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
        """Tell where the joints are now."""

    def obstacle(self, peer: Any, message: PolyData, device: str) -> None:
        """Take note of an obstacle."""


@dataclass(eq=False)
class PlanServer:
    """
    The plan of the robot behind one link.

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
    _timer: Timer | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._stops = frozenset(map(stop_word, self._rule.stop))
        self._cancel = self._rule.cancel_command.strip()
        self._plans = Plans(self._rule, self._emergency, self._planner.joints)

    def start(self) -> None:
        """Say how things are before the robot is known."""
        self._do([Hide(), Say(StatusCode.NOT_READY, (
            f'{self._rule.description} has not told yet what the robot is'))])

    def ready(self) -> None:
        """Take note that the robot is known, perhaps another one than before."""
        self._do(self._plans.stop('the robot is another one'))
        self._do([Say(StatusCode.OK, 'ready for a target')])

    def handle(self, peer: Peer, message: Message, now: float) -> bool:
        """
        Take a command, once `hear` has been told of it.

        :returns: whether it was answered.
        """
        if not isinstance(message, Command):
            return False
        respond_to = peer, message
        if message.name == self._rule.execute_command:
            self._do(self._plans.execute(peer, message.content, now), respond_to)
        elif word_of(message) == self._cancel:
            self._do(self._plans.cancel(), respond_to)
        else:
            return False
        return True

    def hear(self, peer: Peer, message: Message, is_bound: bool = False) -> None:
        """
        Take what stops the robot or stands in its way.

        :param is_bound: it came in a BIND, and no answer to it is wanted.
        """
        word = word_of(message)
        is_cancel = is_bound and isinstance(message, Command) and (
            word == self._cancel)
        if is_cancel or word and stop_word(word) in self._stops:
            self.stop(f'{word} of {peer.address}')
        if isinstance(message, Status) and message.is_emergency:
            self.stop(EMERGENCY)
        elif isinstance(message, PolyData) and self._rule.obstacles:
            device = self._name(message)
            if fnmatchcase(device, self._rule.obstacles):
                self._planner.obstacle(peer, message, device)

    def left(self, peer: Peer) -> None:
        """Take note that a peer is gone."""
        self._do(self._plans.left(peer))

    def stop(self, why: str) -> None:
        """Stop what goes on."""
        self._do(self._plans.stop(why))

    def withdraw(self, why: str) -> None:
        """Have no plan any more that could be carried out; a motion goes on."""
        self._do(self._plans.withdraw(why))

    # -- what happens in ROS

    def target(self, target: Any, now: float) -> None:
        """Take a target that has passed its gates."""
        self._do(self._plans.target(target, now))

    def refused(self, why: str) -> None:
        """Take note of a target that did not, or that nothing can be planned to."""
        self._do(self._plans.refused(why))

    def planned(self, number: int, plan: Plan | None, why: str, now: float) -> None:
        """Take a plan, or why there is none."""
        self._do(self._plans.planned(number, plan, why, now))

    def ended(self, number: int, success: bool, why: str) -> None:
        """Take the end of a motion."""
        self._do(self._plans.ended(number, success, why))

    @property
    def number(self) -> int:
        """Number of the last target."""
        return self._plans.number

    def _do(
        self, steps: Sequence[Step], respond_to: tuple[Peer, Command] | None = None
    ) -> None:
        planner = self._planner
        for step in steps:
            if isinstance(step, Halt):
                planner.halt(step.number)
            elif isinstance(step, Go):
                planner.go(step.number, step.plan)
            elif isinstance(step, Ask):
                planner.ask(step.number, step.target)
            elif isinstance(step, Withdraw):
                planner.withdraw(step.number)
            elif isinstance(step, (Show, Hide)):
                for message in planner.shown(step.plan if isinstance(step, Show) else None):
                    self._streams.send(message)
            elif isinstance(step, Say):
                self._say(step)
            elif isinstance(step, Answer) and respond_to is not None:
                respond(*respond_to, step.success, step.text)
                if not step.success:
                    where = f'{respond_to[0].address}: {respond_to[1].name}'
                    self._problem('command refused', ros_text(f'{where}: {step.text}'))
        self._timers.cancel(self._timer)
        if (due := self._plans.due) is not None:
            self._timer = self._timers.at(due, lambda now: self._do(self._plans.tick(now)))

    def _say(self, step: Say) -> None:
        self._streams.tell(step.code, self._plans.state.value, step.text, self._rule.device)
