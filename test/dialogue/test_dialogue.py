"""Who gets what arrives on a link: in which order, and what is published of it."""

import numpy as np
import pytest
from talkers import Clock, Link, Peer, Report, Service

from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.query import Query, Response
from igtl_ros2.codec.messages.text import Command, CommandResponse, String
from igtl_ros2.dialogue.commands import CommandText
from igtl_ros2.dialogue.dialogue import Dialogue
from igtl_ros2.rules import Mapping, QueryRule, ServeRule

TOOL = Transform(np.eye(4), device_name='Tool')


class Node:
    """A dialogue, and what becomes of what a peer sends."""

    def __init__(self):
        self.clock, self.report, self.peer, self.done = Clock(), Report(), Peer(), []
        self.home, self.later = Service(), None
        self.dialogue = Dialogue(
            Mapping(serve=(ServeRule('HOME', '/home'),)), ('TRANSFORM',), lambda rule: self.home,
            41, self.report.problem, lambda facts: None, self.clock.timers,
            lambda peer, message: self.done.append(message.type_name), self.show, None, bool,
            None)
        self.dialogue.start(Link(self.peer))

    def show(self, peer, reply, take):
        def shown():
            take(CommandResponse(reply.command_id, 'Go', 'hidden')
                 if isinstance(reply, CommandResponse) else reply, self.clock.now)
        if self.later is None:
            shown()
        else:
            self.later.append(shown)

    def tell(self, success, text, reply):
        self.done.append(text if success else 'failed')

    def take(self, message):
        self.done.clear()
        self.dialogue.take(self.peer, message, self.clock.now)
        return self.done


@pytest.fixture
def node():
    return Node()


def test_data_are_published_before_whoever_asked_for_them_is_told(node):
    assert node.dialogue.is_data(TOOL) and node.take(TOOL) == ['TRANSFORM']
    node.dialogue.requests.query('GET', QueryRule('TRANSFORM'), node.tell, node.clock.now)
    assert not node.dialogue.is_data(TOOL)
    assert node.take(TOOL)[0] == 'TRANSFORM' and len(node.done) == 2
    assert node.dialogue.is_data(TOOL)


def test_queries_are_answered_and_not_published(node):
    query = Query('GET_STATUS')
    assert not node.dialogue.is_data(query) and node.take(query) == []
    assert [message.type_name for message in node.peer.heard()] == ['STATUS']


def test_commands_are_published_and_carried_out(node):
    for message in (Command(1, 'HOME'), String('HOME', device_name='CMD_2')):
        assert node.take(message) == [message.type_name]
    assert node.home.calls == [None, None]


def test_a_reply_is_told_as_ros_may_see_it_and_published_if_nobody_waits(node):
    reply = CommandResponse(42, 'Go', 'of Mr Doe')
    node.dialogue.requests.command(CommandText('Go'), node.tell, node.clock.now)
    assert node.take(reply) == ['hidden'] and not node.report.texts
    assert node.take(reply) == ['RTS_COMMAND']
    assert node.report.texts == {
        'RTS_COMMAND nobody waits for': [
            'A: RTS_COMMAND nobody waits for: it is late, or came twice']}
    assert node.take(Response('RTS_TRANS', 0)) == ['RTS_TRANS']


def test_a_reply_that_is_shown_later_is_told_then(node):
    node.later = []
    node.dialogue.requests.command(CommandText('Go'), node.tell, node.clock.now)
    assert node.take(CommandResponse(42, 'Go', 'long')) == []
    node.dialogue.left(node.peer, 0.0)
    node.later[0]()
    assert node.done == ['hidden']
    node.dialogue.requests.left(node.peer)
    assert node.done == ['hidden']


def test_a_robot_with_phases_is_asked_first(node):
    class Phases:
        def handle(self, peer, message, now):
            return message.device_name == 'Tool'

        def left(self, peer, now):
            node.done.append('left')

    node.dialogue.phases = Phases()
    assert not node.dialogue.is_data(TOOL) and node.take(TOOL) == []
    assert node.take(String('x')) == ['STRING']
    node.dialogue.left(node.peer, 0.0)
    assert node.done[-1] == 'left'
