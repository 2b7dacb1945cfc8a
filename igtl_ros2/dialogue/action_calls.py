"""COMMANDs of peers that ROS actions carry out: goals, and how their peers hear of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from ..codec import Message
from ..config import ros_text
from ..rules import ServeRule
from .goals import Answer, Cancel, Drop, Goals, Note, Say, Send, Step, Terms
from .interfaces import OnDone, Problem
from .streams import Streams
from .timers import Timer, Timers

# How often is looked whether the server of a goal is still there
_LOOK_S = 0.5


class RosAction(Protocol):
    """A ROS action, whatever rules call it."""

    def is_there(self) -> bool:
        """Tell whether its server is there."""

    def fill(self, rule: ServeRule, values: Mapping[str, Any]) -> Any:
        """
        Make a goal of the template of a rule.

        :raises ConversionError: if the values do not fit.
        """

    def send(self, number: int, rule: ServeRule, goal: Any, listener: ActionCalls) -> None:
        """Send a goal; what becomes of it is said in the network's thread."""

    def cancel(self, number: int) -> None:
        """Ask to cancel a goal."""

    def forget(self, number: int) -> None:
        """Tell nothing of a goal any more."""


@dataclass(eq=False)
class ActionCalls:
    """
    The goals that the peers of one link have sent to one ROS action.

    The network's thread gives it what the action says: see `RosAction`.
    """

    name: str
    _action: RosAction
    _streams: Streams
    _timers: Timers
    _problem: Problem
    _rules: dict[int, ServeRule] = field(default_factory=dict, init=False)
    _answers: dict[int, OnDone] = field(default_factory=dict, init=False)
    _messages: dict[int, Any] = field(default_factory=dict, init=False)
    _says: dict[int, Callable[[Say], None]] = field(default_factory=dict, init=False)
    _timer: Timer | None = field(default=None, init=False)
    _look: Timer | None = field(default=None, init=False)
    _was_there: bool = field(default=True, init=False)
    #: called when there is no goal any more, once
    _on_idle: Callable[[], None] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._goals = Goals(self.name)

    def is_there(self) -> bool:
        """Tell whether the server of the action is there."""
        return self._action.is_there()

    def begin(
        self, rule: ServeRule, peer: object, values: Mapping[str, Any], answer: OnDone,
        now: float, say: Callable[[Say], None] | None = None, stops: bool = False,
    ) -> None:
        """
        Send a goal.

        :param values: what the placeholders of its template stand for.
        :param say: tells how it stands; a STATUS by default.
        :param stops: whether it stops the robot, see `Terms`.
        :raises ConversionError: if they do not fit.
        """
        message = self._action.fill(rule, values)
        terms = Terms(rule.command, rule.timeout, rule.when_busy == 'replace',
                      rule.answer == 'done', 1 / rule.feedback_rate, stops)
        number, steps = self._goals.begin(terms, peer, now)
        self._rules[number], self._answers[number] = rule, answer
        self._messages[number] = message
        self._says[number] = say or self._say
        self._do(steps, now)
        if number not in self._goals.numbers:
            self._forget(number)
        elif self._look is None:
            self._was_there = True
            self._look = self._timers.at(now + _LOOK_S, self._look_around)

    def cancel(self, why: str, now: float, name: str = '') -> None:
        """Cancel the goals of a rule, or all."""
        self._do(self._goals.cancel(why, now, name), now)

    def stop(self, why: str, now: float) -> None:
        """Cancel all but what stops the robot itself."""
        self._do(self._goals.stop(why, now), now)

    def left(self, peer: object, now: float) -> None:
        """Cancel what a peer wanted that is gone."""
        self._do(self._goals.left(peer, now), now)

    def close(self, why: str, now: float, on_idle: Callable[[], None]) -> None:
        """Cancel all, and take no goal any more; say when all are over."""
        self._on_idle = on_idle
        self._do(self._goals.close(why, now), now)

    # -- what the action says

    def accepted(self, number: int, now: float) -> None:
        """Take note that a goal is carried out."""
        self._do(self._goals.accepted(number, now), now)

    def refused(self, number: int, why: str, now: float) -> None:
        """Take note that a goal is not carried out."""
        self._do(self._goals.refused(number, why, now), now)

    def told(self, number: int, text: str, now: float) -> None:
        """Take feedback."""
        self._do(self._goals.told(number, text, now), now)

    def show(self, number: int, message: Message, now: float) -> None:
        """Send a place to all peers."""
        if number in self._rules:
            self._streams.send(message)

    def ended(self, number: int, state: str, text: str, now: float) -> None:
        """Take note of how a goal has ended."""
        self._do(self._goals.ended(number, state, text, now), now)

    def cancel_answered(self, number: int, outcome: str, now: float) -> None:
        """Take note of what was said to cancelling one."""
        self._do(self._goals.cancel_answered(number, outcome, now), now)

    # -- steps

    def _do(self, steps: list[Step], now: float) -> None:
        for step in steps:
            if isinstance(step, Cancel):
                self._action.cancel(step.number)
            elif isinstance(step, Send):
                self._action.send(
                    step.number, self._rules[step.number], self._messages.pop(step.number), self)
            elif isinstance(step, Answer):
                self._answers.pop(step.number)(step.success, step.text)
            elif isinstance(step, Say):
                self._says[step.number](step)
            elif isinstance(step, Note):
                self._problem(step.kind, ros_text(step.text))
            elif isinstance(step, Drop):
                self._action.forget(step.number)
                self._forget(step.number)
        self._timers.cancel(self._timer)
        self._timer = None
        if (due := self._goals.due) is not None:
            self._timer = self._timers.at(
                due, lambda now: self._do(self._goals.tick(now), now))
        on_idle = self._on_idle
        if on_idle is not None and not self._goals.numbers:
            self._on_idle = None
            on_idle()

    def _forget(self, number: int) -> None:
        for by_number in (self._rules, self._answers, self._messages, self._says):
            by_number.pop(number, None)

    def _say(self, step: Say) -> None:
        device = self._rules[step.number].status_device
        self._streams.tell(step.code, step.state, step.text, device, hold=True)

    def _look_around(self, now: float) -> None:
        """Look whether the server is still there, as long as it has a goal."""
        self._look = None
        if not self._goals.numbers:
            return
        is_there = self._action.is_there()
        if is_there != self._was_there:
            self._was_there = is_there
            self._do(self._goals.back(now) if is_there else self._goals.gone(), now)
        self._look = self._timers.at(now + _LOOK_S, self._look_around)


class Actions:
    """
    The ROS actions that rules of one link call, each with the goals of all its rules.

    :param find: gives the action of a rule.
    """

    def __init__(
        self, find: Callable[[ServeRule], RosAction], streams: Streams, timers: Timers,
        problem: Problem,
    ) -> None:
        self._find = find
        self._rest = streams, timers, problem
        self._known: dict[tuple[str, str], ActionCalls] = {}

    def of(self, rule: ServeRule) -> ActionCalls:
        """Give the goals of the action of a rule."""
        key = rule.call, rule.type
        if key not in self._known:
            self._known[key] = ActionCalls(rule.call, self._find(rule), *self._rest)
        return self._known[key]

    def __iter__(self) -> Iterator[ActionCalls]:
        return iter(list(self._known.values()))

    def stop(self, why: str, now: float) -> None:
        """Cancel all goals but those that stop a robot."""
        for action in self:
            action.stop(why, now)

    def end(self, why: str, now: float, on_end: Callable[[], None]) -> None:
        """Cancel all goals, take none any more, and say when all are over."""
        left = set(self)
        if not left:
            on_end()

        def ended(action: ActionCalls) -> None:
            left.discard(action)
            if not left:
                on_end()

        for action in self:
            action.close(why, now, partial(ended, action))
