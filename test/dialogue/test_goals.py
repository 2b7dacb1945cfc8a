"""Goals of a ROS action: what is sent, told and cancelled, in whatever order things happen."""

import random

import pytest

from igtl_ros2.dialogue.goals import (
    ASK_AGAIN_S,
    CANCELS,
    IS_OVER,
    REFUSES,
    UNKNOWN,
    Answer,
    Cancel,
    Drop,
    Goals,
    Note,
    Say,
    Send,
    Terms,
)

MOVE = Terms('MOVE', timeout=2.0)
REPLACES = Terms('MOVE', timeout=2.0, replaces=True)


def kinds(steps):
    return [type(step).__name__ for step in steps]


def said(steps):
    return [(step.state, step.text) for step in steps if isinstance(step, Say)]


@pytest.fixture
def goals():
    return Goals('/arm')


def running(goals, terms=MOVE, peer='a'):
    number, steps = goals.begin(terms, peer, 0.0)
    assert steps == [Send(number)]
    goals.accepted(number, 0.0)
    return number


def test_a_goal_is_answered_once_when_it_is_accepted(goals):
    number, steps = goals.begin(MOVE, 'a', 0.0)
    assert steps == [Send(number)]
    assert kinds(goals.accepted(number, 0.1)) == ['Answer', 'Say']
    ended = goals.ended(number, 'SUCCEEDED', 'there', 1.0)
    assert kinds(ended) == ['Say', 'Drop'] and said(ended) == [('SUCCEEDED', 'there')]
    assert not goals.numbers and goals.due is None


def test_a_goal_may_be_answered_when_it_is_over(goals):
    number, _ = goals.begin(Terms('MOVE', answers_done=True), 'a', 0.0)
    assert kinds(goals.accepted(number, 0.1)) == ['Say']
    assert goals.ended(number, 'ABORTED', 'stuck', 1.0)[0] == Answer(
        number, False, 'aborted: stuck')


def test_feedback_that_comes_too_fast_is_told_in_part_and_the_last_of_it(goals):
    number = running(goals)
    assert said(goals.told(number, '1', 1.0)) == [('EXECUTING', '1')]
    assert goals.told(number, '2', 1.1) == goals.told(number, '3', 1.15) == []
    assert goals.due == pytest.approx(1.2)
    assert said(goals.tick(1.2)) == [('EXECUTING', '3')]
    goals.told(number, '4', 1.25)
    assert said(goals.ended(number, 'SUCCEEDED', '', 1.3)) == [('SUCCEEDED', '')]


def test_what_was_sent_and_is_not_wanted_any_more_is_cancelled_when_it_is_accepted(goals):
    number, _ = goals.begin(MOVE, 'a', 0.0)
    assert Cancel(number) not in goals.cancel('STOP', 0.1)
    assert goals.accepted(number, 0.2) == [Cancel(number)]
    steps = goals.ended(number, 'CANCELED', '', 0.3)
    assert Answer(number, False, 'canceled: STOP') in steps


def test_what_is_being_cancelled_and_then_refused_is_said_to_be_over(goals):
    number, _ = goals.begin(MOVE, 'a', 0.0)
    assert said(goals.cancel('stop', 0.1)) == [('CANCELING', 'stop')]
    assert said(goals.refused(number, 'it does not accept it', 0.2)) == [
        ('CANCELED', 'stop; it does not accept it')]
    number, _ = goals.begin(MOVE, 'a', 1.0)
    assert not said(goals.refused(number, 'it does not accept it', 1.2))


def test_what_is_accepted_too_late_is_cancelled(goals):
    number, _ = goals.begin(MOVE, 'a', 0.0)
    assert goals.due == 2.0
    assert kinds(goals.tick(2.0)) == ['Say', 'Answer', 'Note', 'Cancel']
    assert goals.cancel_answered(number, UNKNOWN, 2.1) == []
    assert goals.accepted(number, 9.0) == [Cancel(number)]


def test_what_was_accepted_without_a_word_is_cancelled_until_it_is_over(goals):
    number, _ = goals.begin(MOVE, 'a', 0.0)
    assert Cancel(number) in goals.tick(2.0)
    assert goals.cancel_answered(number, CANCELS, 2.1) == []
    for now in (3.5, 5.0):
        assert number in goals.numbers and Cancel(number) in goals.tick(now)
        steps = goals.cancel_answered(number, IS_OVER, now)
    assert Drop(number) in steps and not goals.numbers


def test_who_left_gets_no_answer_and_its_goal_is_cancelled(goals):
    mine = running(goals, Terms('MOVE', answers_done=True))
    steps = goals.left('b', 0.5)
    assert steps == []
    assert Cancel(mine) in goals.left('a', 0.5)
    assert kinds(goals.ended(mine, 'CANCELED', '', 1.0)) == ['Say', 'Drop']


def test_a_stop_is_asked_for_as_often_as_it_comes_and_again_by_itself(goals):
    number = running(goals)
    assert Cancel(number) in goals.cancel('STOP', 1.0) and Cancel(number) in goals.cancel('S', 1.1)
    assert goals.due == 1.1 + ASK_AGAIN_S
    assert kinds(goals.tick(1.1 + ASK_AGAIN_S)) == ['Note', 'Cancel']
    refused = goals.cancel_answered(number, REFUSES, 3.0)
    assert said(refused) == [('NOT_CANCELED', '/arm refuses to cancel MOVE')]
    assert Cancel(number) in goals.tick(3.0 + ASK_AGAIN_S)
    assert goals.cancel_answered(number, CANCELS, 5.0) == []
    assert 'CANCELED' in dict(said(goals.ended(number, 'CANCELED', '', 5.1)))


@pytest.mark.parametrize('outcomes', [[UNKNOWN], [IS_OVER, IS_OVER]])
def test_what_the_server_does_not_know_any_more_is_over(goals, outcomes):
    number = running(goals)
    goals.cancel('STOP', 1.0)
    for outcome in outcomes:
        assert number in goals.numbers
        steps = goals.cancel_answered(number, outcome, 1.1)
    assert Drop(number) in steps and not goals.numbers


def test_a_new_goal_is_refused_or_waits_until_the_one_before_is_over(goals):
    first = running(goals)
    _, refused = goals.begin(MOVE, 'b', 1.0)
    assert kinds(refused) == ['Answer', 'Note'] and refused[0].text == 'MOVE is not done yet'
    second, steps = goals.begin(REPLACES, 'b', 1.0)
    assert Cancel(first) in steps and Send(second) not in steps
    third, steps = goals.begin(REPLACES, 'b', 1.1)
    assert Answer(second, False, 'canceled: replaced by MOVE') in steps
    assert Send(third) in goals.ended(first, 'CANCELED', '', 1.2)
    assert goals.numbers == [third]


def test_what_waits_for_one_that_does_not_end_is_given_up(goals):
    first = running(goals)
    second, _ = goals.begin(REPLACES, 'b', 1.0)
    steps = goals.tick(3.0)
    assert any(isinstance(s, Answer) and s.number == second and not s.success for s in steps)
    assert goals.numbers == [first] and Cancel(first) in steps


def test_a_server_that_comes_back_is_asked_to_cancel_what_it_had(goals):
    number = running(goals, Terms('MOVE', answers_done=True))
    gone = goals.gone()
    assert kinds(gone) == ['Answer', 'Say', 'Note'] and goals.gone() == [] and goals.due is None
    assert goals.back(5.0) == [Cancel(number)]
    assert Drop(number) in goals.cancel_answered(number, UNKNOWN, 5.1)


def test_what_was_not_accepted_when_its_server_went_is_asked_for_as_well(goals):
    number, _ = goals.begin(MOVE, 'a', 0.0)
    goals.gone()
    assert goals.back(5.0) == [Cancel(number)]
    assert goals.accepted(number, 5.1) == [Cancel(number)]  # it was slow, not gone
    assert goals.cancel_answered(number, CANCELS, 5.2) == []
    assert Drop(number) in goals.ended(number, 'CANCELED', '', 5.3)


def test_when_it_closes_no_goal_is_taken(goals):
    number = running(goals)
    assert Cancel(number) in goals.close('closing', 1.0)
    _, steps = goals.begin(REPLACES, 'a', 1.1)
    assert steps[0].text == 'closing' and goals.numbers == [number]


def test_when_it_closes_what_is_not_accepted_yet_is_cancelled_too(goals):
    number, _ = goals.begin(MOVE, 'a', 0.0)
    assert Cancel(number) in goals.close('closing', 1.0)
    assert goals.accepted(number, 1.1) == [Cancel(number)]


class Server:
    """An action server that answers what it is asked some time later, in no order."""

    def __init__(self, dice):
        self.dice, self.waiting, self.running = dice, [], set()
        self.unanswered = set()

    def ask(self, step):
        if isinstance(step, Send):
            self.unanswered.add(step.number)
            self.waiting.append(('send', step.number))
        elif isinstance(step, Cancel):
            self.waiting.append(('cancel', step.number))

    def answer(self, goals, now):
        """Answer one of the things that it was asked, or end a goal by itself."""
        if self.waiting and self.dice.random() < 0.8:
            what, number = self.waiting.pop(self.dice.randrange(len(self.waiting)))
            if what == 'send':
                self.unanswered.discard(number)
                if self.dice.random() < 0.2:
                    return goals.refused(number, 'no', now)
                self.running.add(number)
                return goals.accepted(number, now)
            outcome = self.dice.choice((CANCELS, CANCELS, REFUSES))
            if number not in self.running:
                is_known = number not in self.unanswered
                return goals.cancel_answered(number, IS_OVER if is_known else UNKNOWN, now)
            if outcome == CANCELS:
                self.waiting.append(('end', number))
            return goals.cancel_answered(number, outcome, now)
        if self.running and self.dice.random() < 0.2:
            number = self.dice.choice(sorted(self.running))
            self.running.discard(number)
            return goals.ended(number, 'SUCCEEDED', '', now)
        return []


@pytest.mark.parametrize('seed', range(100))
def test_whatever_happens_in_whatever_order_nothing_is_left_running(seed):
    dice = random.Random(seed)
    goals, server, now = Goals('/arm'), Server(dice), 0.0
    peers, answers, sent, begun = set('abc'), {}, set(), {}

    def do(steps):
        for step in steps:
            if isinstance(step, Answer):
                assert step.number not in answers, 'a command is answered once'
                answers[step.number] = step
            elif isinstance(step, Send):
                assert not server.running, 'one goal at a time'
                sent.add(step.number)
            elif isinstance(step, Note):
                assert step.text
            server.ask(step)

    def end(number):
        server.running.discard(number)
        return goals.ended(number, 'CANCELED', '', now)

    server_answer = server.answer
    for _ in range(60):
        now += dice.random()
        what = dice.randrange(7)
        if what == 0:
            peer = dice.choice('abc')
            number, steps = goals.begin(dice.choice((MOVE, REPLACES)), peer, now)
            begun[number] = peer
            do(steps)
        elif what == 1:
            peer = dice.choice('abc')
            do(goals.left(peer, now))
        elif what == 2:
            do(goals.cancel('STOP', now))
        elif what == 3:
            do(goals.tick(now))
        elif server.waiting and server.waiting[0][0] == 'end':
            do(end(server.waiting.pop(0)[1]))
        else:
            server.waiting = [w for w in server.waiting if w[0] != 'end' or w[1] in server.running]
            ends = [w for w in server.waiting if w[0] == 'end']
            server.waiting = [w for w in server.waiting if w[0] != 'end']
            do(server_answer(goals, now))
            server.waiting += ends
    do(goals.close('closing', now))
    for _ in range(500):  # in the end the server does what it is asked
        now += 0.5
        do(goals.tick(now))
        while server.waiting:
            what, number = server.waiting.pop(0)
            if what == 'send':
                server.unanswered.discard(number)
                server.running.add(number)
                do(goals.accepted(number, now))
            elif number in server.running:
                do(goals.cancel_answered(number, CANCELS, now))
                do(end(number))
            elif what == 'cancel':
                is_known = number not in server.unanswered
                do(goals.cancel_answered(number, IS_OVER if is_known else UNKNOWN, now))
        if not goals.numbers:
            break
    assert not goals.numbers and not server.running
    assert peers and goals.due is None
