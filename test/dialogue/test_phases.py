"""The phases of a robot by a clock that the test turns: all transitions, and what goes wrong."""

import pytest

from igtl_ros2.codec.messages.text import StatusCode
from igtl_ros2.dialogue.goals import Note
from igtl_ros2.dialogue.phases import (
    Accept,
    Acknowledge,
    Call,
    Enter,
    Forget,
    Phases,
    SendBack,
    Tell,
)
from igtl_ros2.mapping.protocol import expand

OK, NOT_READY, TIME_OUT = StatusCode.OK, StatusCode.NOT_READY, StatusCode.TIME_OUT
EVERY = ('START_UP', 'PLANNING', 'CALIBRATION', 'TARGETING', 'MOVE_TO_TARGET', 'MANUAL', 'STOP',
         'EMERGENCY')
SERVICES = {name: f'/robot/{name.lower()}' for name in (*EVERY, 'CLB', 'TGT')}
# how to come to each phase
WAY = {
    'UNDEFINED': '',
    'START_UP': 'START_UP',
    'PLANNING': 'START_UP PLANNING',
    'CALIBRATION': 'START_UP CALIBRATION CLB',
    'TARGETING': 'START_UP CALIBRATION CLB TARGETING TGT',
    'MOVE_TO_TARGET': 'START_UP CALIBRATION CLB TARGETING TGT MOVE_TO_TARGET',
    'MANUAL': 'START_UP CALIBRATION CLB TARGETING TGT MANUAL',
    'STOP': 'START_UP CALIBRATION CLB TARGETING TGT STOP',
    'EMERGENCY': 'START_UP CALIBRATION CLB TARGETING TGT EMERGENCY',
}


class Robot:
    """A robot with the phases of BRP, whose services answer when the test says so."""

    def __init__(self, call=SERVICES, **entry):
        table = expand([{'use': 'brp', 'call': dict(call), **entry}]).phases
        self.now = 100.0
        self.absent = set()
        self.phases = Phases(table, lambda name: name not in self.absent)
        self.number = 0

    @property
    def phase(self):
        return self.phases.phase

    def send(self, word, number=None, peer='a', fault=''):
        self.number += 1
        number = f'{self.number:04d}' if number is None else number
        if word in ('CLB', 'TGT'):
            return self.phases.transform(word, number, fault, self.now)
        return self.phases.command(peer, number, word, self.now)

    def tick(self, seconds):
        self.now += seconds
        return self.phases.tick(self.now)

    def answer(self, steps, success=True, text=''):
        (call,) = found(steps, Call)
        return self.phases.answered(call.number, success, text)

    def go(self, words):
        """Send words, each of which is carried out well."""
        for word in words.split():
            steps = self.send(word)
            if found(steps, Call):
                steps = self.answer(steps)
            assert not [s for s in found(steps, Tell) if s.code != OK], (word, steps)
        return self


def found(steps, kind):
    return [step for step in steps if isinstance(step, kind)]


def told(steps):
    """List what the peers are told, as (device, code)."""
    return [(step.device, step.code) for step in found(steps, Tell)]


@pytest.mark.parametrize('service', [True, False])
def test_the_whole_way_says_what_the_documents_want(service):
    robot = Robot(SERVICES if service else {})
    said = []
    for word in 'START_UP PLANNING CALIBRATION CLB TARGETING TGT MOVE_TO_TARGET MANUAL'.split():
        steps = robot.send(word)
        if service:
            steps += robot.answer(steps)
        said.append([type(s).__name__ if not isinstance(s, Tell) else (s.device, s.error_name)
                     for s in steps if not isinstance(s, Call)])
    assert said == [
        ['Acknowledge', 'Enter', ('CURRENT_STATUS', 'START_UP'), ('START_UP', 'START_UP')],
        ['Acknowledge', 'Enter', ('CURRENT_STATUS', 'PLANNING')],
        ['Acknowledge', 'Enter', ('CURRENT_STATUS', 'CALIBRATION')],
        ['Acknowledge', 'Accept', ('CALIBRATION', 'CALIBRATION')],
        ['Acknowledge', 'Enter', ('CURRENT_STATUS', 'TARGETING'), ('TARGETING', 'TARGETING')],
        ['Acknowledge', 'Accept', ('TARGET', 'TARGETING'), 'SendBack'],
        ['Acknowledge', 'Enter', ('CURRENT_STATUS', 'MOVE_TO_TARGET'),
         ('MOVE_TO_TARGET', 'MOVE_TO_TARGET')],
        ['Acknowledge', 'Enter', ('CURRENT_STATUS', 'MANUAL'), ('MANUAL', 'MANUAL')],
    ]


def test_the_acknowledgement_is_first_and_names_the_number():
    for word in (*EVERY, 'CLB', 'nonsense', ''):
        assert Robot().send(word, 'ab12')[0] == Acknowledge('ACK_ab12')
    assert Robot().send('STOP', '')[0] == Acknowledge('ACK')


FOLLOWS = {
    'UNDEFINED': 'START_UP STOP EMERGENCY',
    'START_UP': 'START_UP PLANNING CALIBRATION MANUAL STOP EMERGENCY',
    'PLANNING': 'START_UP PLANNING CALIBRATION MANUAL STOP EMERGENCY',
    'CALIBRATION': 'START_UP PLANNING CALIBRATION TARGETING MANUAL STOP EMERGENCY',
    'TARGETING': ' '.join(EVERY),
    'MOVE_TO_TARGET': ' '.join(EVERY),
    'MANUAL': 'START_UP PLANNING CALIBRATION TARGETING MANUAL STOP EMERGENCY',
    'STOP': 'START_UP PLANNING CALIBRATION TARGETING MANUAL STOP EMERGENCY',
    'EMERGENCY': 'START_UP STOP EMERGENCY',
}


@pytest.mark.parametrize('asked', EVERY)
@pytest.mark.parametrize('phase', WAY)
def test_every_transition(phase, asked):
    robot = Robot().go(WAY[phase])
    assert robot.phase == phase
    steps = robot.send(asked)
    if asked in FOLLOWS[phase].split():
        assert found(steps, Call)
        # who is stopped in an emergency stays in it
        stays = phase == 'EMERGENCY' and asked == 'STOP'
        assert robot.phase == (phase if stays else asked)
    else:
        assert not found(steps, Call) and not found(steps, Enter)
        assert told(steps) == [('CURRENT_STATUS', NOT_READY), (asked, NOT_READY)]
        for tell in found(steps, Tell):
            assert tell.error_name == phase and tell.message
        assert robot.phase == phase


def test_a_move_goes_to_no_target_of_before():
    robot = Robot().go(WAY['MOVE_TO_TARGET'])
    robot.go('TARGETING')
    assert ('MOVE_TO_TARGET', NOT_READY) in told(robot.send('MOVE_TO_TARGET'))
    robot.go('TGT')
    steps = robot.send('TGT', fault='not a number')
    assert told(steps) == [('TARGET', StatusCode.CONFIGURATION_ERROR)]
    assert not found(steps, Accept) and not found(steps, SendBack)
    assert ('MOVE_TO_TARGET', NOT_READY) in told(robot.send('MOVE_TO_TARGET'))
    steps = robot.go('TGT').send('TGT')
    assert told(robot.answer(steps, False, 'out of reach')) == [('TARGET', NOT_READY)]
    assert ('MOVE_TO_TARGET', NOT_READY) in told(robot.send('MOVE_TO_TARGET'))


def test_a_calibration_ends_with_a_new_one_and_with_a_new_start():
    for word in ('CALIBRATION', 'START_UP'):
        robot = Robot().go(WAY['TARGETING']).go(word)
        assert ('TARGETING', NOT_READY) in told(robot.send('TARGETING'))


@pytest.mark.parametrize('prefix', ['CLB', 'TGT'])
@pytest.mark.parametrize('phase', WAY)
def test_transforms_belong_to_a_phase(phase, prefix):
    robot = Robot().go(WAY[phase])
    steps = robot.send(prefix)
    status = {'CLB': 'CALIBRATION', 'TGT': 'TARGET'}[prefix]
    if (prefix, phase) in (('CLB', 'CALIBRATION'), ('TGT', 'TARGETING')):
        assert found(steps, Accept)
        assert told(robot.answer(steps)) == [(status, OK)]
    else:
        assert not found(steps, Accept) and not found(steps, Call)
        assert told(steps) == [(status, NOT_READY)]


def test_an_unknown_phase_is_told_and_changes_nothing():
    robot = Robot().go('START_UP')
    steps = robot.send('FLY' * 100)
    assert told(steps) == [('CURRENT_STATUS', StatusCode.UNKNOWN_INSTRUCTION)]
    assert robot.phase == 'START_UP' and found(steps, Note)
    assert len(found(steps, Tell)[0].message) < 300


def test_a_command_that_comes_twice_is_carried_out_once():
    robot = Robot().go('START_UP')
    first = robot.send('PLANNING', '7')
    assert [type(s) for s in robot.send('PLANNING', '7')] == [Acknowledge, Note]
    robot.answer(first)
    assert [type(s) for s in robot.send('PLANNING', '7')] == [Acknowledge, Note]
    # the same number of somebody else, of another phase, or none, is another command
    assert found(robot.send('PLANNING', '7', peer='b'), Call)
    robot.phases.answered(3, True, '')
    assert found(robot.send('MANUAL', '7'), Call)
    robot.phases.answered(4, True, '')
    assert found(robot.send('MANUAL', ''), Call)
    robot.phases.answered(5, True, '')
    assert found(robot.send('MANUAL', ''), Call)


def test_a_refused_command_may_come_again_and_so_may_a_peer():
    robot = Robot()
    assert not found(robot.send('PLANNING', '1'), Call)
    robot.go('START_UP')
    steps = robot.send('PLANNING', '1')
    assert found(steps, Call)
    robot.answer(steps)
    robot.phases.left('a')
    assert found(robot.send('PLANNING', '1'), Call)


@pytest.mark.parametrize('word', ['STOP', 'EMERGENCY'])
def test_a_stop_is_done_as_often_as_it_comes(word):
    robot = Robot()
    first = robot.send(word, '1')
    again = robot.send(word, '1')
    assert found(again, Call) and found(again, Forget) == [Forget(found(first, Call)[0].number)]
    assert told(robot.answer(again)) == [(word, OK)]
    assert told(robot.answer(first)) == []


def test_numbers_that_are_remembered_have_an_end():
    robot = Robot({}).go('START_UP')
    for n in range(1500):
        robot.send('PLANNING', str(n))
    assert len(robot.phases._seen) == 1000


def test_a_phase_waits_for_the_one_before():
    robot = Robot()
    steps = robot.send('START_UP')
    assert ('PLANNING', NOT_READY) in told(robot.send('PLANNING'))
    assert ('START_UP', NOT_READY) in told(robot.send('START_UP', peer='b'))
    robot.answer(steps)
    robot.go('PLANNING')


def test_a_time_out_is_told_once_and_only_a_stop_helps():
    robot = Robot().go(WAY['TARGETING'])
    steps = robot.send('MOVE_TO_TARGET')
    assert robot.phases.due == robot.now + 10.0
    assert robot.tick(9.99) == []
    said = robot.tick(0.01)
    assert told(said) == [('MOVE_TO_TARGET', TIME_OUT), ('CURRENT_STATUS', TIME_OUT)]
    assert '/robot/move_to_target' in found(said, Tell)[0].message
    assert robot.tick(100.0) == [] and robot.phases.due is None
    for word in ('MOVE_TO_TARGET', 'TARGETING', 'START_UP', 'MANUAL'):
        assert (word, NOT_READY) in told(robot.send(word))
    assert told(robot.send('TGT')) == [('TARGET', NOT_READY)]
    stop = robot.send('STOP')
    assert found(stop, Forget) == [Forget(found(steps, Call)[0].number)]
    robot.answer(stop)
    robot.go('TARGETING TGT MOVE_TO_TARGET')


def test_a_late_answer_is_told_if_nothing_came_between():
    robot = Robot().go(WAY['TARGETING'])
    steps = robot.send('MOVE_TO_TARGET')
    robot.tick(11.0)
    said = robot.answer(steps, True, 'there')
    assert told(said) == [('MOVE_TO_TARGET', OK), ('CURRENT_STATUS', OK)]
    assert found(said, Tell)[0].message == 'late: there'
    robot.go('MANUAL')


def test_a_late_answer_after_a_stop_changes_nothing():
    robot = Robot().go(WAY['TARGETING'])
    steps = robot.send('MOVE_TO_TARGET')
    robot.tick(11.0)
    robot.go('STOP')
    said = robot.answer(steps, True, 'there')
    assert [type(s) for s in said] == [Note]
    assert robot.phase == 'STOP'


def test_time_outs_are_those_of_the_table():
    robot = Robot(status_timeout=3, phases={'MANUAL': {'status_timeout': 0.5}})
    robot.send('START_UP')
    assert told(robot.tick(3.0)) == [('START_UP', TIME_OUT), ('CURRENT_STATUS', TIME_OUT)]
    robot.go('STOP START_UP')
    robot.send('MANUAL')
    assert ('MANUAL', TIME_OUT) in told(robot.tick(0.5))


@pytest.mark.parametrize('word', ['STOP', 'EMERGENCY'])
@pytest.mark.parametrize('hangs', ['START_UP', 'MOVE_TO_TARGET', 'TGT'])
def test_stop_and_emergency_while_a_service_hangs(hangs, word):
    robot = Robot()
    if hangs != 'START_UP':
        robot.go(WAY['TARGETING'])
    steps = robot.send(hangs)
    for late in (0.0, 60.0):
        robot.tick(late)
        stop = robot.send(word)
        assert [type(s) for s in stop if not isinstance(s, (Forget, Note))] == [
            Acknowledge, Enter, Tell, Call]
        assert told(stop) == [('CURRENT_STATUS', OK)] and robot.phase == word
    assert [type(s) for s in robot.answer(steps)] == [Note]
    assert robot.phase == word
    # the service of the stop hangs as well: that is told soon, and it can be asked for again
    assert told(robot.tick(1.0)) == [(word, TIME_OUT), ('CURRENT_STATUS', TIME_OUT)]
    assert found(robot.send(word), Call)


def test_after_a_stop_that_hangs_the_robot_can_be_started_again():
    robot = Robot()
    robot.send('STOP')
    assert ('START_UP', NOT_READY) in told(robot.send('START_UP'))
    robot.tick(1.0)
    assert found(robot.send('START_UP'), Call)


@pytest.mark.parametrize('phase', WAY)
def test_emergency_in_every_phase_and_out_of_it_by_a_start_only(phase):
    robot = Robot().go(WAY[phase])
    steps = robot.send('EMERGENCY')
    assert found(steps, Enter) == [Enter('EMERGENCY')]
    stop = robot.send('STOP')
    assert not found(stop, Enter) and found(stop, Call)
    assert found(stop, Tell)[0].error_name == 'EMERGENCY'
    # both are answered, whoever is first
    assert told(robot.answer(stop)) == [('STOP', OK)]
    assert told(robot.answer(steps)) == [('EMERGENCY', OK)]
    for word in EVERY[1:6]:
        assert (word, NOT_READY) in told(robot.send(word))
    robot.go('START_UP PLANNING')


def test_a_phase_that_failed_is_not_built_upon():
    robot = Robot()
    said = robot.answer(robot.send('START_UP'), False, 'no air')
    assert told(said) == [('START_UP', NOT_READY), ('CURRENT_STATUS', NOT_READY)]
    assert found(said, Tell)[0].message == 'no air'
    refused = robot.send('PLANNING')
    assert 'no air' in found(refused, Tell)[0].message
    robot.go('START_UP PLANNING')


def test_a_failure_of_what_is_not_reported_is_reported():
    robot = Robot().go('START_UP')
    said = robot.answer(robot.send('PLANNING'), False, 'no')
    assert told(said) == [('PLANNING', NOT_READY), ('CURRENT_STATUS', NOT_READY)]


def test_a_service_that_is_not_there():
    robot = Robot()
    robot.absent = set(SERVICES.values())
    steps = robot.send('START_UP')
    assert told(steps) == [('CURRENT_STATUS', NOT_READY), ('START_UP', NOT_READY)]
    assert robot.phase == 'UNDEFINED'
    # who stops is in the phase whether it can be done or not, and is told
    steps = robot.send('STOP')
    assert robot.phase == 'STOP'
    assert told(steps) == [
        ('CURRENT_STATUS', OK), ('STOP', NOT_READY), ('CURRENT_STATUS', NOT_READY)]


@pytest.mark.parametrize('phase', WAY)
def test_a_robot_that_comes_back_starts_anew(phase):
    robot = Robot().go(WAY[phase])
    run = robot.send('STOP' if phase in ('UNDEFINED', 'EMERGENCY') else 'START_UP')
    said = robot.phases.lost(set(SERVICES.values()))
    assert found(said, Forget) == [Forget(found(run, Call)[0].number)]
    assert {code for _, code in told(said)} == {NOT_READY}
    assert robot.phase == 'UNDEFINED' or phase == 'EMERGENCY' == robot.phase
    assert [type(s) for s in robot.answer(run)] == [Note]
    assert ('TARGETING', NOT_READY) in told(robot.send('TARGETING'))
    robot.go('START_UP CALIBRATION')
    assert ('TARGETING', NOT_READY) in told(robot.send('TARGETING'))


def test_what_a_robot_that_is_gone_had_accepted_does_not_hold():
    robot = Robot(phases={'START_UP': {'forgets': []}}).go(WAY['TARGETING'])
    robot.phases.lost({'/robot/start_up'})
    robot.go('START_UP')
    assert ('TARGETING', NOT_READY) in told(robot.send('TARGETING'))


def test_what_other_rules_may_refuse_does_not_hold_any_more():
    robot = Robot().go(WAY['TARGETING'])
    assert told(robot.phases.withdraw({'TGT', 'Other'}, 'the rules have changed')) == [
        ('TARGET', NOT_READY)]
    assert robot.phases.accepted == {'CLB'} and robot.phase == 'TARGETING'
    assert not robot.phases.withdraw({'TGT'}, 'the rules have changed')
    assert ('MOVE_TO_TARGET', NOT_READY) in told(robot.send('MOVE_TO_TARGET'))


def test_two_peers_may_both_command():
    robot = Robot()
    steps = robot.send('START_UP', '1', peer='a')
    assert ('START_UP', NOT_READY) in told(robot.send('START_UP', '1', peer='b'))
    robot.answer(steps)
    move = robot.send('MANUAL', '2', peer='b')
    stop = robot.send('STOP', '2', peer='a')
    assert found(stop, Forget) == [Forget(found(move, Call)[0].number)]
    assert robot.phase == 'STOP'


def test_words_of_a_robot_of_ones_own():
    robot = Robot(
        {'DRILL': '/drill'}, ack='OK', initial='OFF',
        phases={'DRILL': {'after': ['TARGETING'], 'needs': ['TGT']}, 'MANUAL': False},
        transforms={'TGT': {'during': ['*']}},
    )
    assert robot.phase == 'OFF'
    assert robot.send('MANUAL', '1')[0] == Acknowledge('OK_1')
    assert robot.phase == 'OFF'
    assert found(robot.send('TGT'), Accept)
    robot.go('START_UP CALIBRATION CLB TARGETING TGT')
    assert found(robot.send(' DRILL\n'), Call) == [Call(1, '/drill')]


def test_who_comes_later_gets_the_phase_and_nothing_else():
    robot = Robot()
    steps = [*robot.phases.start(), *robot.send('START_UP')]
    steps += robot.answer(steps)
    assert {s.device for s in found(steps, Tell) if s.held} == {'CURRENT_STATUS'}
    assert {s.device for s in found(steps, Tell) if not s.held} == {'START_UP'}
