"""COMMANDs of peers and the ROS services that carry them out, by a clock that the test turns."""

import pytest
from talkers import Clock, Peer, Report, Service

from igtl_ros2.codec.messages.text import Command, String
from igtl_ros2.dialogue.action_calls import Actions
from igtl_ros2.dialogue.served_commands import ServedCommands
from igtl_ros2.rules import ServeRule

RULES = (
    ServeRule('HOME', '/robot/home', timeout=0.5),
    ServeRule('LIGHT', '/robot/light', 'set_bool'),
    ServeRule('DARK', '/robot/light', 'set_bool', False),
    ServeRule('NOBODY', '/robot/nobody'),
)


class Robot:
    """The services of a robot, and a peer that commands it."""

    def __init__(self, version=2):
        self.clock, self.report, self.peer = Clock(), Report(), Peer(version=version)
        self.services = {rule.command: Service(rule.command != 'NOBODY') for rule in RULES}
        self.commands = ServedCommands(
            RULES, lambda rule: self.services[rule.command], self.report.problem,
            self.clock.timers, Actions(None, None, self.clock.timers, None), bool, None)

    def send(self, message, peer=None):
        self.commands.handle(peer or self.peer, message, self.clock.now)
        return (peer or self.peer).heard()

    def order(self, number, name, content=''):
        return self.send(Command(number, name, content, device_name='D', message_id=number))


def said(answers):
    (answer,) = answers
    return answer.metadata['Status'], answer.metadata['Message']


def test_a_service_answers_once():
    robot = Robot()
    home = robot.services['HOME']
    assert robot.order(3, 'HOME') == []
    home.answer(True, 'at <home>')
    (answer,) = robot.peer.heard()
    assert (answer.command_id, answer.name, answer.content) == (3, 'HOME', 'at <home>')
    assert (answer.device_name, answer.message_id) == ('D', 3)
    assert answer.metadata == {'Status': 'SUCCESS', 'Message': 'at <home>'}
    robot.order(4, 'HOME', '<Command Name="HOME"/>')
    home.answer(False, 'at <home>')
    (answer,) = robot.peer.heard()
    assert answer.content == (
        '<CommandReply Name="HOME" Status="FAIL" Message="at &lt;home&gt;"/>')
    assert answer.metadata['ErrorMessage'] == answer.metadata['Error'] == 'at <home>'
    assert home.calls == [None, None] and not robot.clock.timers._timers


@pytest.mark.parametrize('content', [
    '{"x": 1, "y": 0, "x": 2}', '{"a": {"x": 1, "x": 1}}', '<Go x="1" y="0" x="2"/>'])
def test_what_is_said_twice_refuses_a_command(content):
    robot = Robot()
    assert said(robot.order(3, 'HOME', content)) == ('FAIL', "HOME: 'x' is said twice")
    assert robot.services['HOME'].calls == []


def test_what_a_set_bool_is_told():
    robot = Robot()
    for number, word in enumerate(('on', ' TRUE ', '1', 'off', 'false', '0')):
        robot.order(number, 'LIGHT', word)
    robot.order(7, 'DARK', 'on')
    assert robot.services['LIGHT'].calls == [True] * 3 + [False] * 3
    assert robot.services['DARK'].calls == [False]


@pytest.mark.parametrize(('name', 'content', 'why'), [
    ('LIGHT', 'maybe', 'LIGHT: wanted true, on, 1, false, off, 0 as content'),
    ('FLY', '', "unknown command 'FLY'"),
    ('NOBODY', '', 'the ROS service /robot/nobody is not there'),
])
def test_what_is_refused(name, content, why):
    robot = Robot()
    assert said(robot.order(6, name, content)) == ('FAIL', why)
    assert robot.report.texts['command refused'] == [f'A: {why}']


def test_a_long_text_is_not_quoted_as_a_name():
    (answer,) = Robot().send(String('x' * 129, device_name='CMD_6'))
    assert "unknown command 'of 129 letters'" in answer.text


def test_a_service_that_hangs_blocks_nothing_and_is_called_once():
    robot = Robot()
    for _ in range(2):  # what comes twice is not done twice
        assert robot.order(9, 'HOME') == []
    assert robot.report.texts['command twice'] == ["A: command 'HOME' came twice"]
    robot.order(10, 'LIGHT', 'on')
    robot.services['LIGHT'].answer()
    assert said(robot.peer.heard())[0] == 'SUCCESS'
    robot.clock.go(0.6)
    assert said(robot.peer.heard()) == (
        'FAIL', 'the ROS service /robot/home did not answer within 0.5 s')
    assert (robot.services['HOME'].calls, robot.services['HOME'].forgotten) == ([None], 1)
    robot.services['HOME'].answer()  # too late
    assert robot.peer.heard() == []
    assert list(robot.report.texts) == ['command twice', '/robot/home hangs']


def test_a_peer_has_so_many_at_a_time_and_another_its_own():
    robot, other = Robot(), Peer('B')
    for number in range(16):
        assert robot.order(number, 'LIGHT', 'on') == []
    assert said(robot.order(16, 'LIGHT', 'on')) == ('FAIL', '16 commands are not done yet')
    assert robot.send(Command(0, 'HOME'), other) == []
    robot.commands.left(robot.peer, robot.clock.now)
    robot.services['LIGHT'].answer()
    assert robot.peer.heard() == []
    assert robot.order(17, 'LIGHT', 'on') == []


def test_a_failure_is_told_in_header_version_1_too():
    (answer,) = Robot(version=1).order(1, 'FLY')
    assert answer.content == (
        '<CommandReply Name="FLY" Status="FAIL" Message="unknown command \'FLY\'"/>')


BOMB = '<!DOCTYPE x [<!ENTITY a "HOME">]><Command Name="&a;"/>'


@pytest.mark.parametrize(('text', 'status'), [
    ('<Command Name="HOME" />', 'SUCCESS'), ('HOME', 'SUCCESS'), (BOMB, 'FAIL'),
    ('<Command Name=', 'FAIL'),
])
def test_commands_of_old_peers_are_strings(text, status):
    robot = Robot()
    answers = robot.send(String(text, device_name='CMD_7'))
    if robot.services['HOME'].waiting:
        robot.services['HOME'].answer()
        answers = robot.peer.heard()
    (answer,) = answers
    assert answer.device_name == 'ACK_7' and f'Status="{status}"' in answer.text


def test_other_texts_are_no_commands():
    robot = Robot()
    assert robot.send(String('HOME', device_name='Words')) == [] and not robot.report.texts
    assert not robot.services['HOME'].calls
