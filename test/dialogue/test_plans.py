"""From a target to a motion by a clock that the test turns: what is executed, and what is not."""

import pytest

from igtl_ros2.codec.messages.text import StatusCode
from igtl_ros2.dialogue.plans import (
    Answer,
    Ask,
    Go,
    Halt,
    Hide,
    Plan,
    Plans,
    Say,
    State,
    Withdraw,
)
from igtl_ros2.rules import MoveItRule

START = {'a': 0.1, 'b': -0.2}
PLAN = Plan(START, 2.5, 26, 'body')
OTHER = Plan({'a': 0.5, 'b': 0.5}, 1.0, 3, 'other')


class World:
    """A robot that stands where the test says, and whoever is connected."""

    def __init__(self, **keys):
        self.emergency = False
        self.joints = dict(START)
        rule = MoveItRule(fresh=30.0, start_tolerance=0.01, **keys)
        self.plans = Plans(rule, lambda: self.emergency, lambda: self.joints)

    def show(self, plan=PLAN, now=100.0):
        self.plans.target('there', now)
        return self.plans.planned(self.plans.number, plan, '', now)

    def moving(self, peer='me'):
        self.show()
        assert kinds(self.plans.execute(peer, '1', 100.0)) == [Go, Say, Answer]


@pytest.fixture
def world():
    return World()


def kinds(steps):
    return [type(step) for step in steps]


def answer(steps):
    [found] = [step for step in steps if isinstance(step, Answer)]
    return found.success, found.text


def said(steps):
    [found] = [step for step in steps if isinstance(step, Say)]
    return found.code, found.text


def test_a_target_is_planned_to_shown_and_executed_on_a_second_command(world):
    plans = world.plans
    ask, say = plans.target('there', 100.0)
    assert (ask.number, ask.target) == (1, 'there')
    assert say == Say(StatusCode.BUSY, 'plan 1 is being made')
    show, say = plans.planned(1, PLAN, '', 101.0)
    assert (show.number, show.plan) == (1, PLAN)
    assert say == Say(StatusCode.OK, (
        'plan 1: 26 points, 2.5 s; to go, command Execute with content 1'))
    go, say, done = plans.execute('me', ' 1\n', 101.0)
    assert (go.number, go.plan) == (1, PLAN)
    assert done == Answer(True, 'the robot carries out plan 1')
    hide, say = plans.ended(1, True, '')
    assert hide == Hide() and say == Say(StatusCode.OK, 'plan 1 was carried out')
    assert plans.state is State.IDLE


@pytest.mark.parametrize('content', ['', '0', '2', '01', 'yes', '1 2', '1.0', '<Command/>'])
def test_only_the_plan_that_is_shown_is_executed(world, content):
    world.show()
    success, text = answer(world.plans.execute('me', content, 100.0))
    assert not success and text.startswith('plan 1 is shown; wanted its number as content, found')
    assert world.plans.state is State.SHOWN


def test_a_new_target_takes_the_place_of_the_plan_before(world):
    world.show()
    steps = world.plans.target('elsewhere', 105.0)
    assert kinds(steps) == [Hide, Ask, Say]
    assert answer(world.plans.execute('me', '1', 105.0)) == (False, 'plan 2 is being made')
    assert world.plans.planned(1, PLAN, '', 105.0) == []  # late
    steps = world.plans.target('there again', 105.0)
    assert steps[0] == Withdraw(2) and steps[1].number == 3
    world.plans.planned(3, OTHER, '', 105.0)
    assert answer(world.plans.execute('me', '2', 105.0))[0] is False


def test_a_plan_is_executed_once(world):
    world.moving()
    assert answer(world.plans.execute('me', '1', 100.0)) == (
        False, 'the robot carries out plan 1')
    world.plans.ended(1, True, '')
    assert answer(world.plans.execute('me', '1', 100.0)) == (False, 'no plan is shown')


def test_a_plan_that_is_old_is_not_executed(world):
    world.show(now=100.0)
    assert world.plans.due == 130.0
    assert world.plans.tick(129.9) == []
    steps = world.plans.execute('me', '1', 130.0)  # before anybody has looked at the clock
    assert kinds(steps) == [Hide, Say, Answer]
    assert answer(steps) == (False, 'no plan is shown')
    assert said(steps) == (StatusCode.TIME_OUT, 'plan 1 is older than 30 s and withdrawn')
    assert world.plans.due is None


@pytest.mark.parametrize('joints, why', [
    ({}, '/joint_states does not tell where a is now'),
    ({'a': 0.1}, '/joint_states does not tell where b is now'),
    ({'a': 0.1, 'b': -0.1}, 'the robot has moved since plan 1 was made: b is at '
     '-0.100, the plan begins at -0.200; send the target again'),
    ({'a': float('nan'), 'b': -0.2}, 'the robot has moved since plan 1 was made: '
     'a is at nan, the plan begins at 0.100; send the target again'),
])
def test_a_robot_that_is_not_at_the_start_does_not_go(world, joints, why):
    world.show()
    world.joints = joints
    assert answer(world.plans.execute('me', '1', 100.0)) == (False, why)
    world.joints = {'a': 0.109, 'b': -0.2, 'other': 5.0}
    assert answer(world.plans.execute('me', '1', 100.0))[0] is True


def test_a_plan_that_does_not_hold_for_another_reason_is_not_executed(world):
    why = ['ras is elsewhere since']
    world.show(PLAN.with_looks((), lambda: why[0]))
    assert answer(world.plans.execute('me', '1', 100.0)) == (False, 'ras is elsewhere since')
    assert world.plans.state is State.SHOWN
    why[0] = ''
    assert answer(world.plans.execute('me', '1', 100.0))[0] is True


def test_what_cannot_be_planned_is_said_and_nothing_is_shown(world):
    world.plans.target('far away', 100.0)
    steps = world.plans.planned(1, None, 'NO_IK_SOLUTION', 100.0)
    assert steps == [Say(StatusCode.NOT_FOUND, 'no plan 1: NO_IK_SOLUTION')]
    assert world.plans.refused('two points') == [
        Say(StatusCode.CONFIGURATION_ERROR, 'two points')]


def test_a_target_that_is_wrong_takes_the_plan_before_with_it(world):
    world.show()
    assert kinds(world.plans.refused('two points; wanted one')) == [Hide, Say]
    assert answer(world.plans.execute('me', '1', 100.0)) == (False, 'no plan is shown')


def test_other_rules_withdraw_a_plan_and_let_a_motion_go_on(world):
    assert not world.plans.withdraw('the rules have changed')
    world.show()
    assert kinds(world.plans.withdraw('the rules have changed')) == [Hide, Say]
    assert answer(world.plans.execute('me', '1', 100.0)) == (False, 'no plan is shown')
    world.plans.target('there', 100.0)
    assert kinds(world.plans.withdraw('the rules have changed')) == [Withdraw, Say]
    world.show()
    world.plans.execute('me', str(world.plans.number), 100.0)
    assert not world.plans.withdraw('the rules have changed')
    assert world.plans.state is State.MOVING


def test_a_motion_is_not_changed_by_a_new_target(world):
    world.moving()
    assert said(world.plans.target('elsewhere', 101.0)) == (
        StatusCode.BUSY, 'the new target is not planned to: the robot carries out plan 1')
    assert said(world.plans.refused('two points'))[0] is StatusCode.BUSY
    assert world.plans.number == 1


def test_cancel_stops_a_motion_and_says_how_it_ended(world):
    world.moving()
    halt, say, done = world.plans.cancel()
    assert halt == Halt(1)
    assert done == Answer(True, 'plan 1 is being stopped: it was cancelled')
    assert world.plans.cancel()[0] == Halt(1)  # it still moves: once more
    assert answer(world.plans.execute('me', '1', 100.0)) == (False, 'plan 1 is being stopped')
    hide, say = world.plans.ended(1, False, 'cancelled')
    assert hide == Hide()
    assert say == Say(
        StatusCode.NOT_READY, 'plan 1 was not carried out to its end: cancelled')


def test_cancel_withdraws_a_plan_that_is_made_or_shown(world):
    world.plans.target('there', 100.0)
    assert kinds(world.plans.cancel()) == [Withdraw, Say, Answer]
    world.show()
    assert kinds(world.plans.cancel()) == [Hide, Say, Answer]
    assert world.plans.cancel() == [Answer(True, 'there is no plan')]


def test_a_motion_that_ended_before_it_was_stopped_says_so(world):
    world.moving()
    world.plans.stop('EMERGENCY')
    assert said(world.plans.ended(1, True, '')) == (
        StatusCode.OK, 'plan 1 had ended when it was to stop')


def test_an_emergency_stops_a_motion_and_lets_nothing_begin(world):
    world.moving()
    world.emergency = True
    assert kinds(world.plans.stop('there is an emergency')) == [Halt, Say]
    world.plans.ended(1, False, 'cancelled')
    assert said(world.plans.target('there', 101.0)) == (
        StatusCode.NOT_READY, 'not planned: there is an emergency')
    world.emergency = False
    world.show()
    world.emergency = True
    assert answer(world.plans.execute('me', '2', 100.0)) == (False, 'there is an emergency')
    assert kinds(world.plans.stop('there is an emergency')) == [Hide, Say]


def test_who_commands_a_motion_and_leaves_stops_it(world):
    world.moving(peer='me')
    assert world.plans.left('another') == []
    steps = world.plans.left('me')
    assert kinds(steps) == [Halt, Say]
    assert said(steps)[1] == 'plan 1 is being stopped: who has commanded it is gone'
    world.plans.ended(1, False, 'cancelled')
    world.show()
    assert world.plans.left('me') == []  # it is shown to others as well


def test_a_motion_that_fails_says_why(world):
    world.moving()
    assert said(world.plans.ended(1, False, 'CONTROL_FAILED')) == (
        StatusCode.UNKNOWN_ERROR, 'plan 1 was not carried out to its end: CONTROL_FAILED')
    assert world.plans.ended(1, False, 'again') == []
