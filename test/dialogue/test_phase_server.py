"""What the peers of a robot with phases are told, by a clock that the test turns."""

import numpy as np
import pytest
from talkers import Clock, Link, Peer, Report, Service

from igtl_ros2.codec import Unknown, decode, encode
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.query import Query
from igtl_ros2.codec.messages.text import StatusCode, String
from igtl_ros2.dialogue.phase_server import PhaseServer
from igtl_ros2.dialogue.streams import Streams
from igtl_ros2.mapping.protocol import expand

CALL = {'START_UP': '/robot/start', 'MOVE_TO_TARGET': '/robot/move', 'STOP': '/robot/stop'}
WAY = 'START_UP CALIBRATION CLB TARGETING TGT'


class Robot:
    """A robot, its services and two peers."""

    def __init__(self, **entry):
        table = expand([{'use': 'brp', 'call': CALL, **entry}]).phases
        self.clock, self.report = Clock(), Report()
        self.a, self.b = Peer('A'), Peer('B')
        self.services = {name: Service() for name in table.services}
        self.streams = Streams(self.report.problem, self.clock.timers)
        self.link = self.streams.link = Link(self.a, self.b)
        self.phases, self.published, self.forgotten, self.acknowledgements = [], [], [], []
        self.server = PhaseServer(
            table, self.services, self, self.streams, self.clock.timers, self.report.problem,
            None, bool)
        self.server.start()
        self.number = 0
        self.heard()
        self.b.heard()

    # -- what ROS sees

    def name(self, message):
        return message.device_name

    def enter(self, phase):
        self.phases.append(phase)

    def publish(self, peer, message, prefix):
        self.published.append(prefix)

    def forget(self, prefix):
        self.forgotten.append(prefix)

    def fault(self, peer, prefix, message):
        return 'out of reach' if message.matrix[0, 3] > 1000 else ''

    def acknowledged(self, peer, device):
        self.acknowledgements.append(device)

    # -- what peers send and hear

    def send(self, word, x=10.0, peer=None):
        self.number += 1
        if word in ('CLB', 'TGT'):
            matrix = np.eye(4)
            matrix[0, 3] = x
            message = Transform(matrix, device_name=f'{word}_{self.number}')
        else:
            message = String(word, device_name=f'CMD_{self.number}')
        return self.take(message, peer)

    def take(self, message, peer=None):
        assert self.server.handle(peer or self.a, message, self.clock.now)
        return self.heard()

    def heard(self, peer=None):
        said = []
        for message in (peer or self.a).heard():
            if message.type_name == 'STATUS':
                code = StatusCode(message.code).name
                said.append((message.device_name, code, message.error_name))
            elif message.type_name == 'STRING':
                said.append((message.device_name, message.text))
            else:
                said.append((message.device_name, message.matrix[0, 3]))
        return said

    def answer(self, name, success=True, text=''):
        self.services[f'/robot/{name}'].answer(success, text)
        return self.heard()

    def go(self, words):
        for word in words.split():
            self.send(word)
            for service in self.services.values():
                if service.waiting:
                    service.answer()
        self.heard()


@pytest.fixture
def robot():
    return Robot()


def test_the_whole_way_word_for_word(robot):
    assert robot.send('START_UP') == [('ACK_1', 'START_UP'), ('CURRENT_STATUS', 'OK', 'START_UP')]
    assert robot.answer('start') == [('START_UP', 'OK', 'START_UP')]
    assert robot.send('CALIBRATION') == [
        ('ACK_2', 'CALIBRATION'), ('CURRENT_STATUS', 'OK', 'CALIBRATION')]
    assert robot.send('CLB', 1.0) == [('ACK_3', 1.0), ('CALIBRATION', 'OK', 'CALIBRATION')]
    robot.send('TARGETING')
    assert robot.send('TGT', 9.0) == [
        ('ACK_5', 9.0), ('TARGET', 'OK', 'TARGETING'), ('TARGET', 9.0)]
    robot.send('MOVE_TO_TARGET')
    assert robot.answer('move') == [('MOVE_TO_TARGET', 'OK', 'MOVE_TO_TARGET')]
    assert robot.phases == [
        'UNDEFINED', 'START_UP', 'CALIBRATION', 'TARGETING', 'MOVE_TO_TARGET']
    assert robot.published == ['CMD', 'CMD', 'CLB', 'CMD', 'TGT', 'CMD']
    assert robot.acknowledgements == [f'ACK_{number}' for number in range(1, 7)]


def test_what_is_refused_is_not_published_and_ends_the_one_before(robot):
    assert robot.send('TGT')[1:] == [('TARGET', 'NOT_READY', 'UNDEFINED')]
    robot.go(WAY)
    assert robot.send('TGT', 5000.0)[1:] == [('TARGET', 'CONFIGURATION_ERROR', 'TARGETING')]
    assert robot.forgotten == ['TGT'] and robot.published.count('TGT') == 1
    assert robot.report.texts['transform refused'][-1] == 'A: TGT: out of reach'
    assert robot.send('MOVE_TO_TARGET')[-1] == ('MOVE_TO_TARGET', 'NOT_READY', 'TARGETING')
    assert robot.services['/robot/move'].calls == []


def test_a_service_that_is_too_late_is_told_and_its_answer_too():
    robot = Robot(status_timeout=0.3)
    robot.send('START_UP')
    robot.clock.go(0.2)
    assert robot.heard() == []
    robot.clock.go(0.2)
    assert robot.heard() == [('START_UP', 'TIME_OUT', 'START_UP'),
                             ('CURRENT_STATUS', 'TIME_OUT', 'START_UP')]
    assert ('START_UP', 'OK', 'START_UP') in robot.answer('start')
    assert not robot.clock.timers._timers


@pytest.mark.parametrize('word', ['STOP', 'EMERGENCY'])
def test_a_stop_is_answered_while_a_service_hangs(robot, word):
    robot.go(WAY)
    robot.send('MOVE_TO_TARGET')
    assert ('CURRENT_STATUS', 'OK', word) in robot.send(word)
    assert robot.services['/robot/move'].forgotten == 1
    robot.clock.go(5.0)
    assert [code for _, code, _ in robot.heard()][:1] == (['TIME_OUT'] if word == 'STOP' else [])
    robot.answer('move', text='too late')
    assert 'answer nobody waits for' in robot.report.texts


def test_without_a_robot_a_start_is_refused_and_one_that_goes_starts_anew(robot):
    robot.services['/robot/start'].there = False
    assert robot.send('START_UP')[-1] == ('START_UP', 'NOT_READY', 'UNDEFINED')
    robot.services['/robot/start'].there = True
    robot.go(WAY)
    robot.server.lost({'/robot/start'})
    assert robot.heard() == [('CURRENT_STATUS', 'NOT_READY', 'UNDEFINED')]
    assert robot.phases[-1] == 'UNDEFINED' and sorted(robot.forgotten) == ['CLB', 'TGT']


def test_two_peers_see_the_same_and_each_its_own_acknowledgements(robot):
    robot.go('START_UP')
    robot.b.heard()
    said = robot.send('MANUAL', peer=robot.b)
    assert said == [('CURRENT_STATUS', 'OK', 'MANUAL'), ('MANUAL', 'OK', 'MANUAL')]
    assert robot.heard(robot.b) == [('ACK_2', 'MANUAL'), *said]
    assert robot.take(Query('GET_STATUS', device_name='CURRENT_STATUS')) == [
        ('CURRENT_STATUS', 'OK', 'MANUAL')]
    # who comes later gets the phase, and nothing else
    assert [sent.key for sent in robot.link.held()] == [('STATUS', 'CURRENT_STATUS')]
    assert Robot(greet=False).link.held() == []


def test_a_stop_from_a_program_in_c_that_pads_its_texts(robot):
    padded = Unknown('STRING', b'\0\3\0\x08STOP\0\0\0\0', device_name='CMD_7')
    assert robot.take(decode(encode(padded))) == [
        ('ACK_7', 'STOP'), ('CURRENT_STATUS', 'OK', 'STOP')]
    assert robot.services['/robot/stop'].calls == [None]


def test_what_belongs_to_no_phase_is_left_to_others(robot):
    for message in (String('STOP', device_name='Words'), Query('GET_STATUS', device_name='x'),
                    Transform(np.eye(4), device_name='X')):
        assert not robot.server.handle(robot.a, message, 0.0)
