"""What a robot that goes where peers say is told to do, and what peers hear of it."""

import numpy as np
import pytest
from talkers import Clock, Link, Peer, Report

from igtl_ros2.codec.messages.bundle import Bind
from igtl_ros2.codec.messages.mesh import PolyData
from igtl_ros2.codec.messages.text import Command, Status, StatusCode, String
from igtl_ros2.dialogue.dialogue import Dialogue
from igtl_ros2.dialogue.phase_server import PhaseServer
from igtl_ros2.dialogue.plan_server import PlanServer
from igtl_ros2.dialogue.plans import Plan
from igtl_ros2.mapping.protocol import expand
from igtl_ros2.rules import Mapping, MoveItRule

SHOWN = PolyData(np.ones((2, 3), np.float32), device_name='Plan_path')
NOTHING = PolyData(np.zeros((0, 3), np.float32), device_name='Plan_path')


class World:
    """A link with two peers, and a planner that notes what it is asked for."""

    def __init__(self, phases=None):
        self.clock, self.report, self.asked = Clock(), Report(), []
        self.a, self.b = Peer('A'), Peer('B')
        self.dialogue = Dialogue(
            Mapping(), [], None, 0, self.report.problem, lambda facts: None, self.clock.timers,
            lambda peer, message: self.asked.append(('publish', message.type_name)), None,
            None, bool, None)
        self.dialogue.start(Link(self.a, self.b))
        rule = MoveItRule()
        self.server = PlanServer(
            rule, self, lambda message: message.device_name, bool, self.dialogue.streams,
            self.clock.timers, self.report.problem)
        self.dialogue.plans = self.server
        self.dialogue.served_commands.know_stops(rule.stop)
        self.server.start()
        self.server.ready()

    # -- the planner

    def ask(self, number, target):
        self.asked.append(('ask', number, target))

    def withdraw(self, number):
        self.asked.append(('withdraw', number))

    def go(self, number, plan):
        self.asked.append(('go', number))

    def halt(self, number):
        self.asked.append(('halt', number))

    def shown(self, plan):
        return [NOTHING] if plan is None else plan.looks

    def joints(self):
        return {'a': 0.0}

    def obstacle(self, peer, message, device):
        self.asked.append(('obstacle', device))

    # -- the robot of a protocol of phases

    def name(self, message):
        return message.device_name

    def enter(self, phase):
        pass

    def publish(self, peer, message, prefix):
        self.asked.append(('phase', message.text))

    def forget(self, prefix):
        pass

    def acknowledged(self, peer, device):
        pass

    # -- what happens

    def moving(self):
        self.server.target('there', self.clock.now)
        self.server.planned(
            1, Plan({'a': 0.0}, 1.0, 2).with_looks([SHOWN]), '', self.clock.now)
        self.take(Command(1, 'Execute', '1'))
        assert self.asked[-2:] == [('go', 1), ('publish', 'COMMAND')]
        self.asked.clear()
        self.heard(self.a)

    def take(self, message, peer=None):
        self.dialogue.take(peer or self.a, message, self.clock.now)

    def heard(self, peer):
        found = []
        for message in peer.heard():
            if message.type_name == 'STATUS':
                found.append((message.device_name, message.code, message.message))
            elif message.type_name == 'RTS_COMMAND':
                found.append((message.metadata['Status'], message.content))
            else:
                found.append((message.device_name, len(message.points)))
        return found


def test_peers_see_a_plan_and_its_end():
    world = World()
    assert world.heard(world.b) == [
        ('Plan_path', 0), ('Plan', StatusCode.NOT_READY,
                           '/robot_description has not told yet what the robot is'),
        ('Plan', StatusCode.OK, 'ready for a target')]
    world.moving()
    assert world.heard(world.b) == [
        ('Plan', StatusCode.BUSY, 'plan 1 is being made'), ('Plan_path', 2),
        ('Plan', StatusCode.OK,
         'plan 1: 2 points, 1.0 s; to go, command Execute with content 1'),
        ('Plan', StatusCode.BUSY, 'the robot carries out plan 1')]
    world.server.ended(1, True, '')
    assert world.heard(world.b) == [
        ('Plan_path', 0), ('Plan', StatusCode.OK, 'plan 1 was carried out')]


def test_a_command_is_answered_to_who_sent_it():
    world = World()
    world.heard(world.a), world.heard(world.b)
    world.take(Command(5, 'Execute', '1'))
    assert world.heard(world.a) == [('FAIL', 'no plan is shown')]
    assert world.heard(world.b) == []
    world.take(Command(6, 'Cancel', ''))
    assert world.heard(world.a) == [('SUCCESS', 'there is no plan')]
    world.take(Command(7, 'Other', ''))
    assert world.heard(world.a) == [('FAIL', "unknown command 'Other'")]


def test_a_plan_is_withdrawn_when_its_time_is_over():
    world = World()
    world.server.target('there', world.clock.now)
    world.server.planned(1, Plan({'a': 0.0}, 1.0, 2).with_looks([SHOWN]), '', world.clock.now)
    world.heard(world.a)
    world.clock.go(29.9)
    assert world.heard(world.a) == []
    world.clock.go(0.2)
    assert world.heard(world.a) == [
        ('Plan_path', 0), ('Plan', StatusCode.TIME_OUT, 'plan 1 is older than 30 s and withdrawn')]


def test_an_emergency_stops_before_it_is_published():
    world = World()
    world.moving()
    world.take(Status(StatusCode.EMERGENCY, device_name='Any'))
    assert world.asked == [('halt', 1), ('publish', 'STATUS')]


def test_a_phase_that_preempts_stops_before_it_is_anything_else():
    world = World()
    table = expand([{'use': 'brp'}]).phases
    world.dialogue.phases = PhaseServer(
        table, {}, world, world.dialogue.streams, world.clock.timers, world.report.problem, None,
        bool)
    world.moving()
    world.take(String('START_UP', device_name='CMD_1'))
    assert world.asked == [('phase', 'START_UP')]
    world.asked.clear()
    world.take(String('Wait', device_name='Words'))
    assert world.asked == [('publish', 'STRING')]
    world.asked.clear()
    world.take(String(' STOP', device_name='CMD_2'))
    assert world.asked[0] == ('halt', 1)
    assert world.asked[-1][0] == 'phase'


@pytest.mark.parametrize('message', [
    String('stop', device_name='Anything'), String(' STOP\n'), String('EMERGENCY'),
    String('<Command Name="Stop"/>'), Command(9, 'Stop', ''), Command(9, ' Stop\n', ''),
    Command(9, 'EMERGENCY', '1'),
])
def test_a_stop_phrase_stops_whoever_says_it(message):
    world = World()
    world.moving()
    world.take(message, world.b)
    assert world.asked[0] == ('halt', 1)
    if isinstance(message, Command):
        assert ('SUCCESS', 'the goals are cancelled') in world.heard(world.b)


@pytest.mark.parametrize('child', [
    String('Stop', device_name='Anything'), Command(9, 'Cancel', ''),
])
def test_what_stops_does_so_in_a_bind_too_and_what_moves_does_not(child):
    world = World()
    world.moving()
    world.take(Bind((child,), device_name='Several'), world.b)
    assert world.asked[0] == ('halt', 1)
    world = World()
    world.server.target('there', world.clock.now)
    world.server.planned(1, Plan({'a': 0.0}, 1.0, 2), '', world.clock.now)
    world.take(Bind((Command(9, 'Execute', '1'),), device_name='Several'))
    assert ('go', 1) not in world.asked


def test_the_end_of_who_commanded_it_stops_a_motion_and_that_of_another_does_not():
    world = World()
    world.moving()
    world.dialogue.left(world.b, world.clock.now)
    assert world.asked == []
    world.dialogue.left(world.a, world.clock.now)
    assert world.asked == [('halt', 1)]


def test_meshes_that_are_called_so_are_obstacles():
    world = World()
    points = np.zeros((3, 3), np.float32)
    world.take(PolyData(points, device_name='Obstacle_1'))
    world.take(PolyData(points, device_name='Liver'))
    world.take(Bind((
        PolyData(points, device_name='Liver'), PolyData(points, device_name='Obstacle_2')),
        device_name='Several'))
    assert [found for found in world.asked if found[0] == 'obstacle'] == [
        ('obstacle', 'Obstacle_1'), ('obstacle', 'Obstacle_2')]
