"""
COMMANDs of peers that ROS actions carry out: goals, what peers hear of them, and how they end.

Logic alone, without ROS, network or clock: every method that needs the time is given it. No goal
is forgotten before its server has said that it is over: one that is not wanted any more is
cancelled as soon as it is accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from ..codec import Message
from ..codec.messages.text import StatusCode
from ..config import ros_text
from ..rules import ServeRule
from .interfaces import OnDone, Problem
from .streams import Streams
from .timers import Timer, Timers

#: how long the server may take to answer that it cancels, and to end a goal that is cancelled,
#: before it is asked again
ASK_AGAIN_S = 1.0
#: what a server says to being asked to cancel
CANCELS, REFUSES, IS_OVER, UNKNOWN = 'cancels', 'refuses', 'is over', 'unknown'
#: how a goal ends, and what its peers are told then
_ENDS = {'SUCCEEDED': StatusCode.OK, 'CANCELED': StatusCode.NOT_READY,
         'ABORTED': StatusCode.UNKNOWN_ERROR}
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
        """Send a goal; the network's thread hears what becomes of it."""

    def cancel(self, number: int) -> None:
        """Ask to cancel a goal."""

    def forget(self, number: int) -> None:
        """Tell nothing of a goal any more."""


@dataclass(slots=True, eq=False)
class _Goal:
    number: int
    rule: ServeRule
    #: what its template was filled with
    message: Any
    peer: object
    #: answers the command that it came of; None once that is done
    answer: OnDone | None
    #: gets how it stands and a text, in place of the peers that are told it with a STATUS
    say: Callable[[str, str], None] | None
    #: whether it stops the robot: an emergency does not end it
    stops: bool
    #: by when the server must accept it, or the one before it must be over; None after that
    accept_by: float | None
    is_sent: bool = False
    is_accepted: bool = False
    #: why it is to be over; empty while it is wanted
    unwanted: str = ''
    #: when to ask again to cancel it
    ask_again: float | None = None
    #: the server that has it is gone
    is_lost: bool = False
    #: a server that was gone may know it, or not
    is_orphan: bool = False
    #: the server has said that it is over, but not yet how
    is_over: bool = False
    feedback: str | None = None
    feedback_at: float = float('-inf')

    @property
    def name(self) -> str:
        return self.rule.command

    @property
    def next_feedback(self) -> float:
        """When feedback may be told next."""
        return self.feedback_at + 1 / self.rule.feedback_rate

    @property
    def due(self) -> float | None:
        """When there is something to do about it by itself."""
        feedback = None if self.feedback is None else self.next_feedback
        again = None if self.is_lost else self.ask_again
        return min((t for t in (self.accept_by, again, feedback) if t is not None), default=None)

    def reply(self, success: bool, text: str) -> None:
        """Answer the command that it came of, once."""
        answer, self.answer = self.answer, None
        if answer is not None:
            answer(success, text)


@dataclass(eq=False)
class ActionCalls:
    """
    The goals that the peers of one link have sent to one ROS action, by whatever rule.

    :param name: of the action.
    """

    _name: str
    _action: RosAction
    _streams: Streams
    _timers: Timers
    _problem: Problem
    _goals: dict[int, _Goal] = field(default_factory=dict)
    _number: int = 0
    #: why no new goal is taken; empty while they are
    _closed: str = ''
    _timer: Timer | None = None
    _look: Timer | None = None
    _was_there: bool = True
    #: called when there is no goal any more, once
    _on_idle: Callable[[], None] | None = None

    def is_there(self) -> bool:
        """Tell whether the server of the action is there."""
        return self._action.is_there()

    # -- what peers want

    def begin(
        self, rule: ServeRule, peer: object, values: Mapping[str, Any], answer: OnDone,
        now: float, say: Callable[[str, str], None] | None = None, stops: bool = False,
    ) -> None:
        """
        Send a goal.

        :param values: what the placeholders of its template stand for.
        :param say: gets how it stands, and a text; by default all peers are told with a STATUS.
        :param stops: whether it stops the robot: an emergency does not end it.
        :raises ConversionError: if they do not fit.
        """
        message = self._action.fill(rule, values)
        self._number += 1
        goal = _Goal(
            self._number, rule, message, peer, answer, say, stops, now + rule.timeout)
        if self._closed:
            self._refuse(goal, self._closed)
            return
        before = next(reversed(self._goals.values()), None)
        if before is not None and rule.when_busy != 'replace':
            why = before.unwanted
            how = f'is being cancelled ({why})' if why else 'is not done yet'
            self._refuse(goal, f'{before.name} {how}')
            return
        if before is not None:
            self.cancel(f'replaced by {goal.name}', now)
        self._goals[goal.number] = goal
        self._next(now)
        self._settle()
        if self._look is None:
            self._was_there = True
            self._look = self._timers.at(now + _LOOK_S, self._look_around)

    def cancel(self, why: str, now: float, name: str = '', stops: bool = True) -> None:
        """
        Cancel what goes on, as often as it is asked for.

        :param name: of the rule whose goals are meant; all if empty.
        :param stops: whether that is meant too which stops the robot itself.
        """
        for goal in list(self._goals.values()):
            if name in ('', goal.name) and (stops or not goal.stops):
                self._unwant(goal, why, now)
        self._settle()

    def left(self, peer: object, now: float) -> None:
        """Cancel what a peer wanted that is gone; nobody waits for its answer."""
        for goal in list(self._goals.values()):
            if goal.peer is peer:
                goal.answer = goal.peer = None
                self._unwant(goal, 'its peer is gone', now)
        self._settle()

    def close(self, why: str, now: float, on_idle: Callable[[], None]) -> None:
        """
        Cancel all, and take no goal any more; say when all are over.

        Those not accepted yet are cancelled as well: none waits long.
        """
        self._on_idle = on_idle
        self._closed = why
        self.cancel(why, now)
        for goal in self._goals.values():
            if goal.is_sent and not goal.is_accepted and not goal.is_lost:
                self._ask(goal, now)
        self._settle()

    # -- what the action server says

    def accepted(self, number: int, now: float) -> None:
        """Note that a goal is carried out; one that nobody wants any more is cancelled."""
        goal = self._goals.get(number)
        if goal is None:
            return
        goal.accept_by, goal.is_accepted = None, True
        if goal.unwanted:
            self._ask(goal, now)
        else:
            if goal.rule.answer != 'done':
                goal.reply(True, 'accepted')
            self._say(goal, StatusCode.BUSY, 'ACCEPTED')
        self._settle()

    def refused(self, number: int, why: str, now: float) -> None:
        """Note that a goal is not carried out."""
        goal = self._goals.get(number)
        if goal is None:
            return
        self._refuse(goal, why)
        if goal.unwanted:  # its peers have been told that it is being cancelled
            self._say(goal, StatusCode.NOT_READY, 'CANCELED', f'{goal.unwanted}; {why}')
        self._end(goal, now)
        self._settle()

    def told(self, number: int, text: str, now: float) -> None:
        """Take feedback; of what comes too fast the last is told."""
        goal = self._goals.get(number)
        if goal is not None and not goal.unwanted:
            goal.feedback = text
            self._tell_feedback(goal, now)
            self._settle()

    def show(self, number: int, message: Message, now: float) -> None:
        """Send a place to all peers."""
        if number in self._goals:
            self._streams.send(message)

    def ended(self, number: int, state: str, text: str, now: float) -> None:
        """
        Note how a goal has ended.

        :param state: SUCCEEDED, CANCELED or ABORTED.
        """
        goal = self._goals.get(number)
        if goal is None:
            return
        success = state == 'SUCCEEDED'
        why = f'{goal.unwanted}; {text}' if goal.unwanted and text else goal.unwanted or text
        words = why if success else f'{state.lower()}: {why}' if why else state.lower()
        goal.reply(success, words)
        self._say(goal, _ENDS[state], state, why)
        self._end(goal, now)
        self._settle()

    def cancel_answered(self, number: int, outcome: str, now: float) -> None:
        """
        Note what the server says to being asked to cancel.

        :param outcome: `CANCELS`, `REFUSES`, `IS_OVER` or `UNKNOWN`.
        """
        goal = self._goals.get(number)
        if goal is None:
            return
        # a server that has not answered yet whether it accepts a goal may still come to it
        is_unknown = outcome == UNKNOWN and (goal.is_accepted or goal.is_orphan)
        if is_unknown or outcome == IS_OVER and (goal.is_over or goal.is_orphan):
            why = f'{self._name} does not know it any more'
            goal.reply(False, why)
            self._say(goal, StatusCode.UNKNOWN_ERROR, 'ABORTED', f'{goal.unwanted}; {why}')
            self._end(goal, now)
        else:
            goal.is_over = outcome == IS_OVER  # how it ended is on its way
            goal.ask_again = now + ASK_AGAIN_S
            if outcome == REFUSES and goal.is_accepted:
                text = f'{self._name} refuses to cancel {goal.name}'
                self._say(goal, StatusCode.UNKNOWN_ERROR, 'NOT_CANCELED', text)
                self._note('not cancelled', text)
        self._settle()

    # -- what happens by itself

    def _look_around(self, now: float) -> None:
        """Look whether the server is still there, as long as it has a goal."""
        self._look = None
        if not self._goals:
            return
        is_there = self._action.is_there()
        if is_there != self._was_there:
            self._was_there = is_there
            for goal in list(self._goals.values()):
                if not is_there and goal.is_sent and not goal.is_lost:
                    self._lose(goal)
                elif is_there and goal.is_lost:  # it is asked to cancel what it was given before
                    goal.is_lost = False
                    self._ask(goal, now)
            self._settle()
        self._look = self._timers.at(now + _LOOK_S, self._look_around)

    def _lose(self, goal: _Goal) -> None:
        """Note that the server of a goal is gone: what it did is cancelled once it is back."""
        why = f'the ROS action {self._name} is gone'
        goal.is_lost = goal.is_orphan = True
        goal.accept_by = None
        goal.unwanted = goal.unwanted or why
        goal.reply(False, why)
        self._say(goal, StatusCode.NOT_PRESENT, 'ABORTED', why)
        self._note('gone', f'{goal.name}: {why}')

    def _tick(self, now: float) -> None:
        """Do what is due."""
        for goal in list(self._goals.values()):
            if goal.accept_by is not None and goal.accept_by <= now:
                goal.accept_by = None
                if not goal.is_sent:
                    self._refuse(goal, (f'what is done before {goal.name} has not ended within '
                                        f'{goal.rule.timeout:g} s'))
                    self._end(goal, now)
                    continue
                why = (f'the ROS action {self._name} did not accept it within '
                       f'{goal.rule.timeout:g} s')
                if not goal.unwanted:
                    self._say(goal, StatusCode.TIME_OUT, 'TIMED_OUT', why)
                goal.unwanted = goal.unwanted or why
                goal.reply(False, why)
                self._note('hangs', why)
                self._ask(goal, now)  # its answer may be lost
            if goal.ask_again is not None and goal.ask_again <= now and not goal.is_lost:
                self._note('still running', (
                    f'{self._name} has not ended {goal.name} ({goal.unwanted}); '
                    'it is asked again'))
                self._ask(goal, now)
            self._tell_feedback(goal, now)
        self._settle()

    def _settle(self) -> None:
        """See to what is due next, now that something has happened."""
        self._timers.cancel(self._timer)
        dues = [due for goal in self._goals.values() if (due := goal.due) is not None]
        self._timer = self._timers.at(min(dues), self._tick) if dues else None
        on_idle = self._on_idle
        if on_idle is not None and not self._goals:
            self._on_idle = None
            on_idle()

    # -- steps

    def _next(self, now: float) -> None:
        """Send the goal that waits, if none goes on."""
        goal = next(iter(self._goals.values()), None)
        if goal is not None and len(self._goals) == 1 and not goal.is_sent:
            goal.is_sent, goal.accept_by = True, now + goal.rule.timeout
            self._action.send(goal.number, goal.rule, goal.message, self)

    def _unwant(self, goal: _Goal, why: str, now: float) -> None:
        """Have a goal end, however far it is."""
        is_new = not goal.unwanted
        goal.unwanted, goal.feedback = goal.unwanted or why, None
        if not goal.is_sent:
            goal.reply(False, f'canceled: {why}')
            self._say(goal, StatusCode.NOT_READY, 'CANCELED', why)
            self._end(goal, now)
            return
        if goal.is_accepted and not goal.is_lost:
            self._ask(goal, now)
        if is_new:
            self._say(goal, StatusCode.BUSY, 'CANCELING', why)

    def _ask(self, goal: _Goal, now: float) -> None:
        goal.ask_again = now + ASK_AGAIN_S
        self._action.cancel(goal.number)

    def _refuse(self, goal: _Goal, why: str) -> None:
        goal.reply(False, why)
        self._problem('goal refused', ros_text(f'{goal.name}: {why}'))

    def _end(self, goal: _Goal, now: float) -> None:
        """Forget a goal: it is over."""
        del self._goals[goal.number]
        self._action.forget(goal.number)
        self._next(now)

    def _tell_feedback(self, goal: _Goal, now: float) -> None:
        if goal.feedback is not None and now >= goal.next_feedback:
            text, goal.feedback, goal.feedback_at = goal.feedback, None, now
            self._say(goal, StatusCode.BUSY, 'EXECUTING', text)

    def _say(self, goal: _Goal, code: StatusCode, state: str, text: str = '') -> None:
        """Tell how a goal stands."""
        if goal.say is not None:
            goal.say(state, text)
        else:
            self._streams.tell(code, state, text, goal.rule.status_device, hold=True)

    def _note(self, kind: str, text: str) -> None:
        self._problem(f'{self._name}: {kind}', ros_text(text))


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
            action.cancel(why, now, stops=False)

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
