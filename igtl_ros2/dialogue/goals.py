"""
The goals of one ROS action: when one is sent, what its peer is told of it, and how it ends.

Logic alone, without ROS, network or clock: every method that needs the time is given it, and each
gives the steps that are to be done, in their order. No goal is forgotten before its server has
said that it is over: one that is not wanted any more is cancelled as soon as it is accepted.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..codec.messages.text import StatusCode

#: how long the server may take to answer that it cancels, and to end a goal that is cancelled,
#: before it is asked again
ASK_AGAIN_S = 1.0
#: what a server says to being asked to cancel
CANCELS, REFUSES, IS_OVER, UNKNOWN = 'cancels', 'refuses', 'is over', 'unknown'


@dataclass(frozen=True, slots=True)
class Terms:
    """
    What a rule says of its goals; times in seconds.

    :param timeout: how long the server may take to accept one.
    :param replaces: whether it ends the one before it; else it is refused.
    :param answers_done: whether the command is answered when the goal is over; else when it is
        accepted.
    :param feedback_s: how long after one feedback the next is told.
    :param stops: whether it stops the robot: an emergency does not end it.
    """

    name: str
    timeout: float = 5.0
    replaces: bool = False
    answers_done: bool = False
    feedback_s: float = 0.2
    stops: bool = False


@dataclass(frozen=True, slots=True)
class Send:
    """Send the goal to the action server."""

    number: int


@dataclass(frozen=True, slots=True)
class Cancel:
    """Ask the action server to cancel the goal."""

    number: int


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer the command that the goal came of."""

    number: int
    success: bool
    text: str


@dataclass(frozen=True, slots=True)
class Say:
    """Tell all peers with a STATUS how it stands."""

    number: int
    code: StatusCode
    state: str
    text: str = ''


@dataclass(frozen=True, slots=True)
class Drop:
    """Forget the goal: it is over."""

    number: int


@dataclass(frozen=True, slots=True)
class Note:
    """Report what a user has to know besides."""

    kind: str
    text: str


Step = Send | Cancel | Answer | Say | Drop | Note


@dataclass(slots=True)
class _Goal:
    number: int
    terms: Terms
    peer: object
    #: by when the server must accept it, or the one before it must be over; None after that
    accept_by: float | None
    is_sent: bool = False
    is_accepted: bool = False
    is_answered: bool = False
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
        return self.terms.name

    @property
    def due(self) -> float | None:
        """When there is something to do about it by itself."""
        feedback = None if self.feedback is None else self.feedback_at + self.terms.feedback_s
        again = None if self.is_lost else self.ask_again
        return min((t for t in (self.accept_by, again, feedback) if t is not None), default=None)


class Goals:
    """
    The goals of one ROS action, of all peers and rules that call it.

    :param action: its name.
    """

    def __init__(self, action: str) -> None:
        self._action = action
        self._goals: dict[int, _Goal] = {}
        self._number = 0
        #: why no new goal is taken; empty while they are
        self.closed = ''

    @property
    def numbers(self) -> list[int]:
        """The goals that are not over."""
        return list(self._goals)

    @property
    def due(self) -> float | None:
        """When `tick` has something to do next."""
        return min((t for goal in self._goals.values() if (t := goal.due) is not None),
                   default=None)

    # -- what peers want

    def begin(self, terms: Terms, peer: object, now: float) -> tuple[int, list[Step]]:
        """Take a new goal; give its number."""
        self._number += 1
        number = self._number
        goal = _Goal(number, terms, peer, now + terms.timeout)
        before = list(self._goals.values())
        if self.closed:
            return number, self._refused(goal, self.closed)
        if before and not terms.replaces:
            busy = before[-1]
            how = f'is being cancelled ({busy.unwanted})' if busy.unwanted else 'is not done yet'
            return number, self._refused(goal, f'{busy.name} {how}')
        steps: list[Step] = []
        if before:
            steps += self.cancel(f'replaced by {terms.name}', now)
        self._goals[number] = goal
        return number, steps + self._next(now)

    def cancel(self, why: str, now: float, name: str = '') -> list[Step]:
        """
        Cancel what goes on, as often as it is asked for.

        :param name: of the rule whose goals are meant; all if empty.
        """
        steps: list[Step] = []
        for goal in list(self._goals.values()):
            if name in ('', goal.name):
                steps += self._unwant(goal, why, now)
        return steps

    def stop(self, why: str, now: float) -> list[Step]:
        """Cancel all but what stops the robot itself."""
        return [step for goal in list(self._goals.values()) if not goal.terms.stops
                for step in self._unwant(goal, why, now)]

    def left(self, peer: object, now: float) -> list[Step]:
        """Cancel what a peer wanted that is gone; nobody waits for its answer."""
        steps: list[Step] = []
        for goal in list(self._goals.values()):
            if goal.peer is peer:
                goal.is_answered, goal.peer = True, None
                steps += self._unwant(goal, 'its peer is gone', now)
        return steps

    def close(self, why: str, now: float) -> list[Step]:
        """Cancel all, and take none any more; those not accepted yet as well: none waits long."""
        self.closed = why
        steps = self.cancel(why, now)
        for goal in self._goals.values():
            if goal.is_sent and not goal.is_accepted and not goal.is_lost:
                steps += self._ask(goal, now)
        return steps

    # -- what the action server says

    def accepted(self, number: int, now: float) -> list[Step]:
        """Note that a goal is carried out; one that nobody wants any more is cancelled."""
        goal = self._goals.get(number)
        if goal is None:
            return []
        goal.accept_by, goal.is_accepted = None, True
        if goal.unwanted:
            return self._ask(goal, now)
        return [*self._answer(goal, True, 'accepted', not goal.terms.answers_done),
                Say(number, StatusCode.BUSY, 'ACCEPTED')]

    def refused(self, number: int, why: str, now: float) -> list[Step]:
        """Note that a goal is not carried out."""
        goal = self._goals.get(number)
        if goal is None:
            return []
        steps = self._refused(goal, why)
        if goal.unwanted:  # its peers have been told that it is being cancelled
            steps.append(Say(
                number, StatusCode.NOT_READY, 'CANCELED', f'{goal.unwanted}; {why}'))
        return [*steps, *self._over(goal, now)]

    def told(self, number: int, text: str, now: float) -> list[Step]:
        """Take feedback; of what comes too fast the last is told."""
        goal = self._goals.get(number)
        if goal is None or goal.unwanted:
            return []
        goal.feedback = text
        return self._tell_feedback(goal, now)

    def ended(self, number: int, state: str, text: str, now: float) -> list[Step]:
        """
        Note how a goal has ended.

        :param state: SUCCEEDED, CANCELED or ABORTED.
        """
        goal = self._goals.get(number)
        if goal is None:
            return []
        success = state == 'SUCCEEDED'
        why = f'{goal.unwanted}; {text}' if goal.unwanted and text else goal.unwanted or text
        code = StatusCode.OK if success else (
            StatusCode.NOT_READY if state == 'CANCELED' else StatusCode.UNKNOWN_ERROR)
        words = why if success else f'{state.lower()}: {why}' if why else state.lower()
        return [*self._answer(goal, success, words), Say(number, code, state, why),
                *self._over(goal, now)]

    def cancel_answered(self, number: int, outcome: str, now: float) -> list[Step]:
        """
        Note what the server says to being asked to cancel.

        :param outcome: `CANCELS`, `REFUSES`, `IS_OVER` or `UNKNOWN`.
        """
        goal = self._goals.get(number)
        if goal is None:
            return []
        # a server that has not answered yet whether it accepts a goal may still come to it
        is_unknown = outcome == UNKNOWN and (goal.is_accepted or goal.is_orphan)
        if is_unknown or outcome == IS_OVER and (goal.is_over or goal.is_orphan):
            why = f'{self._action} does not know it any more'
            return [*self._answer(goal, False, why),
                    Say(number, StatusCode.UNKNOWN_ERROR, 'ABORTED', f'{goal.unwanted}; {why}'),
                    *self._over(goal, now)]
        goal.is_over = outcome == IS_OVER  # how it ended is on its way
        goal.ask_again = now + ASK_AGAIN_S
        if outcome != REFUSES or not goal.is_accepted:
            return []
        text = f'{self._action} refuses to cancel {goal.name}'
        return [Say(number, StatusCode.UNKNOWN_ERROR, 'NOT_CANCELED', text),
                Note(f'{self._action}: not cancelled', text)]

    def gone(self) -> list[Step]:
        """Note that the server is not there: what it did is cancelled once it is back."""
        steps: list[Step] = []
        for goal in list(self._goals.values()):
            if goal.is_lost or not goal.is_sent:
                continue
            why = f'the ROS action {self._action} is gone'
            goal.is_lost = goal.is_orphan = True
            goal.accept_by = None
            goal.unwanted = goal.unwanted or why
            steps += [*self._answer(goal, False, why),
                      Say(goal.number, StatusCode.NOT_PRESENT, 'ABORTED', why),
                      Note(f'{self._action}: gone', f'{goal.name}: {why}')]
        return steps

    def back(self, now: float) -> list[Step]:
        """Note that the server is there: it is asked to cancel what it was given before."""
        steps: list[Step] = []
        for goal in list(self._goals.values()):
            if goal.is_lost:
                goal.is_lost = False
                steps += self._ask(goal, now)
        return steps

    def tick(self, now: float) -> list[Step]:
        """Do what is due."""
        steps: list[Step] = []
        for goal in list(self._goals.values()):
            if goal.accept_by is not None and goal.accept_by <= now:
                goal.accept_by = None
                if not goal.is_sent:
                    steps += self._refused(goal, (
                        f'what is done before {goal.name} has not ended within '
                        f'{goal.terms.timeout:g} s'))
                    steps += self._over(goal, now)
                    continue
                why = (f'the ROS action {self._action} did not accept it within '
                       f'{goal.terms.timeout:g} s')
                if not goal.unwanted:
                    steps.append(Say(goal.number, StatusCode.TIME_OUT, 'TIMED_OUT', why))
                goal.unwanted = goal.unwanted or why
                steps += [*self._answer(goal, False, why), Note(f'{self._action}: hangs', why),
                          *self._ask(goal, now)]  # its answer may be lost
            if goal.ask_again is not None and goal.ask_again <= now and not goal.is_lost:
                steps.append(Note(f'{self._action}: still running', (
                    f'{self._action} has not ended {goal.name} ({goal.unwanted}); '
                    'it is asked again')))
                steps += self._ask(goal, now)
            steps += self._tell_feedback(goal, now)
        return steps

    # -- steps

    def _next(self, now: float) -> list[Step]:
        """Send the goal that waits, if none goes on."""
        goals = list(self._goals.values())
        if len(goals) != 1 or goals[0].is_sent:
            return []
        (goal,) = goals
        goal.is_sent, goal.accept_by = True, now + goal.terms.timeout
        return [Send(goal.number)]

    def _unwant(self, goal: _Goal, why: str, now: float) -> list[Step]:
        """Have a goal end, however far it is."""
        is_new = not goal.unwanted
        goal.unwanted, goal.feedback = goal.unwanted or why, None
        if not goal.is_sent:
            return [*self._answer(goal, False, f'canceled: {why}'),
                    Say(goal.number, StatusCode.NOT_READY, 'CANCELED', why),
                    *self._over(goal, now)]
        steps: list[Step] = []
        if goal.is_accepted and not goal.is_lost:
            steps += self._ask(goal, now)
        if is_new:
            steps.append(Say(goal.number, StatusCode.BUSY, 'CANCELING', why))
        return steps

    def _ask(self, goal: _Goal, now: float) -> list[Step]:
        goal.ask_again = now + ASK_AGAIN_S
        return [Cancel(goal.number)]

    def _refused(self, goal: _Goal, why: str) -> list[Step]:
        return [*self._answer(goal, False, why),
                Note('goal refused', f'{goal.name}: {why}')]

    def _answer(self, goal: _Goal, success: bool, text: str, now: bool = True) -> list[Step]:
        """Answer the command, once."""
        if goal.is_answered or not now:
            return []
        goal.is_answered = True
        return [Answer(goal.number, success, text)]

    def _over(self, goal: _Goal, now: float) -> list[Step]:
        del self._goals[goal.number]
        return [Drop(goal.number), *self._next(now)]

    def _tell_feedback(self, goal: _Goal, now: float) -> list[Step]:
        if goal.feedback is None or now < goal.feedback_at + goal.terms.feedback_s:
            return []
        text, goal.feedback, goal.feedback_at = goal.feedback, None, now
        return [Say(goal.number, StatusCode.BUSY, 'EXECUTING', text)]
