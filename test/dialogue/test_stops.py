"""What stops a robot is heard in every form, and is not stopped itself."""

import pytest
from talkers import Clock, Link, Peer, Report

from igtl_ros2.codec.messages.bundle import Bind
from igtl_ros2.codec.messages.text import Command, String
from igtl_ros2.dialogue.action_calls import Actions
from igtl_ros2.dialogue.dialogue import Dialogue
from igtl_ros2.dialogue.phase_server import PhaseServer
from igtl_ros2.mapping.protocol import expand
from igtl_ros2.rules import Mapping, ServeRule


class Arm:
    """A ROS action that notes what it is asked for, a link with it, and a robot with phases."""

    def __init__(self, *rules):
        rules = rules or (ServeRule('MOVE', '/arm', 'x/action/Move'),)
        self.sent, self.cancelled, self.published = [], [], []
        self.clock, self.report = Clock(), Report()
        self.a, self.b = Peer('A'), Peer('B')
        self.dialogue = Dialogue(
            Mapping(serve=rules), [], None, 0, self.report.problem, lambda facts: None,
            self.clock.timers, lambda peer, message: None, None, lambda rule: self, bool,
            None)
        self.dialogue.start(Link(self.a, self.b))

    def is_there(self):
        return True

    def fill(self, rule, values):
        return values

    def send(self, number, rule, goal, listener):
        self.sent.append(rule.command)
        self.listener = listener

    def cancel(self, number):
        self.cancelled.append(number)

    def forget(self, number):
        pass

    # -- what ROS sees of the phases

    def name(self, message):
        return message.device_name

    def enter(self, phase):
        pass

    def publish(self, peer, message, prefix):
        self.published.append(message.text)

    def acknowledged(self, peer, device):
        pass

    # -- what happens

    def take(self, peer, message):
        self.dialogue.take(peer, message, self.clock.now)

    def moving(self):
        self.take(self.a, Command(1, 'MOVE', ''))
        self.listener.accepted(1, self.clock.now)
        assert self.sent == ['MOVE']
        self.a.heard()

    def phases(self):
        """Have a robot of which STOP is an action too."""
        table = expand([{'use': 'brp', 'phases': {
            'STOP': {'call': '/stop', 'type': 'x/action/Stop', 'goal': {}}}}]).phases
        actions = self.dialogue.actions = Actions(
            lambda rule: self, self.dialogue.streams, self.clock.timers, self.report.problem)
        self.dialogue.served_commands._all = actions
        calls = {phase.call: actions.of(phase.served) for phase in table.phases if phase.call}
        self.dialogue.phases = PhaseServer(
            table, calls, self, self.dialogue.streams, self.clock.timers, self.report.problem,
            None, bool)
        self.dialogue.phases.start()


@pytest.fixture
def arm():
    return Arm()


@pytest.mark.parametrize('message', [
    String('<Command Name="CANCEL_MOVE"/>', device_name='CMD_7'),
    String('CANCEL_MOVE\n', device_name='CMD_7'),
    String('<Command Name=" stop "/>', device_name='CMD_7'),
    String('STOP', device_name='CMD_7'),
    Command(7, ' stop ', ''), Command(7, 'CANCEL_MOVE ', ''),
])
def test_who_is_told_that_the_goals_are_cancelled_is_told_the_truth(arm, message):
    arm.moving()
    arm.take(arm.b, message)
    assert arm.cancelled == [1]
    (answer,) = [found for found in arm.b.heard() if found.type_name != 'STATUS']
    text = answer.content if isinstance(message, Command) else answer.text
    assert 'the goals are cancelled' in text


def test_words_of_other_devices_cancel_by_stop_phrases_alone(arm):
    arm.moving()
    arm.take(arm.b, String('CANCEL_MOVE', device_name='Words'))
    assert arm.cancelled == []


@pytest.mark.parametrize('message, count', [
    (Command(7, 'HALT', ''), 2), (String('HALT', device_name='CMD_7'), 2),
    (String('now', device_name='Words'), 2), (String(' ', device_name='CMD_7'), 0),
    (Command(7, '', ''), 0),
])
def test_a_word_that_cancels_several_cancels_all_whatever_blanks_are_around_it(message, count):
    arm = Arm(*(ServeRule(name, f'/{name}', 'x/action/Move', cancel='HALT ', stop=(' Now ', ' '))
                for name in ('LEFT', 'RIGHT')))
    for number, name in enumerate(('LEFT', 'RIGHT')):
        arm.take(arm.a, Command(number, name, ''))
        arm.listener.accepted(1, arm.clock.now)
    arm.take(arm.b, message)
    assert len(arm.cancelled) == count


@pytest.mark.parametrize('child', [
    String('STOP', device_name='Words'), Command(7, 'CANCEL_MOVE', ''),
    Bind((String('emergency', device_name='Words'),), device_name='Inner'),
])
def test_what_stops_does_so_in_a_bind_too(arm, child):
    arm.moving()
    message = Bind((String('Hello', device_name='Words'), child), device_name='Several')
    assert not arm.dialogue.is_data(message) and not arm.dialogue.are_data([message])
    arm.take(arm.b, message)
    assert arm.cancelled == [1]


def test_a_phase_that_stops_does_so_in_a_bind_and_no_other_does(arm):
    arm.phases()
    for word in ('START_UP', 'STOP'):
        arm.take(arm.a, Bind((String(word, device_name='CMD_1'),), device_name='Several'))
    assert arm.sent == arm.published == ['STOP']


@pytest.mark.parametrize('how', ['an emergency', 'its peer is gone'])
def test_an_action_that_stops_the_robot_is_not_stopped(arm, how):
    arm.phases()
    arm.take(arm.a, String('STOP', device_name='CMD_1'))
    arm.listener.accepted(1, arm.clock.now)
    assert arm.sent == ['STOP']
    if how == 'an emergency':
        arm.dialogue.served_commands.stop_all(how, arm.clock.now)
    else:
        arm.dialogue.left(arm.a, arm.clock.now)
    assert arm.cancelled == []
    arm.dialogue.served_commands.end_goals('the bridge ends', arm.clock.now, lambda: None)
    assert arm.cancelled == [1]
