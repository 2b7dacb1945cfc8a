"""Requests to peers, by a clock that the test turns: replies, refusals and what is never said."""

import json

import numpy as np
import pytest
from talkers import Clock, Link, Peer

from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.query import Response
from igtl_ros2.codec.messages.text import CommandResponse, String
from igtl_ros2.codec.messages.tracking import TrackingData
from igtl_ros2.dialogue.commands import CommandText
from igtl_ros2.dialogue.requests import Requests
from igtl_ros2.rules import QueryRule

TOOL = QueryRule('TRANSFORM', 'Tool', timeout=1.0)
TRACKER = QueryRule('TDATA', rate=20, coordinate_name='Patient', timeout=1.0)
MESH = QueryRule('POLYDATA', timeout=1.0)
GO = CommandText('Go', timeout=1.0)


class Asker:
    """ROS with a link to some peers, and what it is told."""

    def __init__(self, *peers, profile='plain'):
        self.clock, self.log, self.told = Clock(), [], []
        self.peers = peers or (Peer(),)
        self.requests = Requests(profile, self.log.append, self.clock.timers, 41)
        self.requests.link = Link(*self.peers)

    def reply(self, success, text, reply):
        self.told.append((success, text))

    def query(self, verb, rule):
        self.requests.query(verb, rule, self.reply, self.clock.now)

    def command(self, command=GO, exclude=()):
        self.requests.command(command, self.reply, self.clock.now, exclude)

    def hear(self, message, peer=None):
        return self.requests.handle(peer or self.peers[0], message, self.clock.now)


def done(number, text='done', **metadata):
    return CommandResponse(number, 'Go', text, metadata=metadata)


def test_data_are_the_reply_to_a_get():
    ros = Asker()
    ros.query('GET', TOOL)
    (query,) = ros.peers[0].heard()
    assert (query.type_name, query.device_name) == ('GET_TRANS', 'Tool')
    assert not ros.hear(Transform(np.eye(4), device_name='Other'))
    assert not ros.told
    assert ros.hear(Transform(np.eye(4), device_name='Tool', timestamp=7 << 32))
    ((success, text),) = ros.told
    assert success and json.loads(text) == {
        'type': 'TRANSFORM', 'device': 'Tool', 'stamp': {'sec': 7, 'nanosec': 0}, 'size': 48}
    assert ros.log == [{'query': 'GET_TRANS', 'device': 'Tool', 'asked_by': 'ros',
                        'success': True, 'answer': 'TRANSFORM', 'message': text}]
    assert not ros.hear(Transform(np.eye(4), device_name='Tool'))


def test_a_get_that_is_refused_or_gets_no_answer():
    ros = Asker()
    ros.query('GET', TOOL)
    assert ros.hear(Response('RTS_TRANS', 1, device_name='Tool'))
    assert ros.told == [(False, 'the peer answered RTS_TRANS with an error')]
    ros.query('GET', TOOL)
    for other in (Response('RTS_IMAGE', 1), String('?', device_name='Tool'),
                  Response('RTS_TRANS', 0)):
        assert not ros.hear(other)
    ros.clock.go(0.9)
    assert len(ros.told) == 1
    ros.clock.go(0.2)
    assert ros.told[1:] == [(False, 'no answer to GET_TRANS Tool within 1 s')]
    assert ros.log[-1]['answer'] == ''


def test_what_is_asked_twice_is_sent_once_and_both_are_told():
    ros = Asker()
    ros.query('GET', TOOL)
    ros.query('GET', TOOL)
    assert len(ros.peers[0].got) == 1
    ros.hear(Transform(np.eye(4), device_name='Tool'))
    assert [success for success, _ in ros.told] == [True, True]


@pytest.mark.parametrize(('verb', 'rule', 'reply', 'success'), [
    ('STT', TRACKER, Response('RTS_TDATA', 0), True),
    ('STT', TRACKER, Response('RTS_TDATA', 1), False),
    ('STT', TRACKER, TrackingData(()), True),
    ('STP', TRACKER, Response('RTS_TDATA', 0), True),
    ('STP', TRACKER, Response('RTS_TDATA', 1), False),
    ('STP', TRACKER, TrackingData(()), None),
    # it says the opposite in the C++ library
    ('GET', MESH, Response('RTS_POLYDATA', 1), None),
    ('STT', MESH, Response('RTS_POLYDATA', 1), None),
    ('STP', MESH, Response('RTS_POLYDATA', 1), True),
])
def test_what_answers_a_stream(verb, rule, reply, success):
    ros = Asker()
    ros.query(verb, rule)
    assert ros.hear(reply) is (success is not None)
    assert [told[0] for told in ros.told] == ([] if success is None else [success])


def test_a_start_says_rate_and_frame():
    ros = Asker()
    ros.query('STT', TRACKER)
    (start,) = ros.peers[0].heard()
    assert (start.type_name, start.resolution, start.coordinate_name) == (
        'STT_TDATA', 50, 'Patient')


def test_a_stop_does_not_take_the_answer_of_a_start():
    ros = Asker()
    ros.query('STT', TRACKER)
    ros.query('STP', TRACKER)
    assert ros.told == [(False, 'STT_TDATA still waits for its answer')]
    ros.hear(Response('RTS_TDATA', 0))
    ros.query('STP', TRACKER)
    assert ros.hear(Response('RTS_TDATA', 0)) and len(ros.told) == 3


def test_commands_have_new_numbers_and_their_replies_are_told_apart():
    ros = Asker()
    for _ in range(3):
        ros.command()
    numbers = [command.command_id for command in ros.peers[0].heard()]
    assert numbers == [42, 43, 44]
    assert not ros.hear(done(7))
    for number in numbers[::-1]:
        assert ros.hear(done(number, f'done {number}'))
        assert not ros.hear(done(number, 'twice'))
    assert ros.told == [(True, f'done {number}') for number in numbers[::-1]]


def test_a_legacy_command_is_a_string():
    ros = Asker()
    ros.command(CommandText('Go', '<Command/>', legacy=True))
    (text,) = ros.peers[0].heard()
    assert (text.device_name, text.text) == ('CMD_42', '<Command/>')
    assert ros.hear(String('<CommandReply Status="FAIL" Message="no"/>', device_name='ACK_42'))
    assert ros.told == [(False, 'no')]


@pytest.mark.parametrize(('a', 'b', 'success', 'said'), [
    ('fail', 'silent', False, ['A: no such tool', 'B: no answer to COMMAND Go within 1 s']),
    ('silent', 'fail', False, ['B: no such tool', 'A: no answer to COMMAND Go within 1 s']),
    ('fail', 'fail', False, ['no such tool']),
    ('fail', 'leave', False, ['A: no such tool', 'B: COMMAND Go: the peer is gone']),
    ('fail', 'done', True, ['done', 'A: no such tool']),
    ('done', 'fail', True, ['done', 'B: no such tool']),
    ('done', 'silent', True, ['done', 'B: no answer yet']),
    ('silent', 'silent', False, ['no answer to COMMAND Go within 1 s']),
])
def test_the_reply_to_a_command_says_what_each_peer_did(a, b, success, said):
    ros = Asker(Peer('A'), Peer('B'))
    ros.command()
    for peer, does in zip(ros.peers, (a, b)):
        if does == 'leave':
            ros.requests.left(peer)
        elif does != 'silent':
            reply = done(42) if does == 'done' else done(42, '', Error='no such tool')
            assert ros.hear(reply, peer)
    # once one has obeyed, the others have a moment
    ros.clock.go(0.3 if 'done' in (a, b) else 1.1)
    ((outcome, text),) = ros.told
    assert (outcome, sorted(text.split('; '))) == (success, sorted(said))


def test_who_is_not_asked_is_said():
    ros = Asker(Peer('A', refuses='3D Slicer crashes'), Peer('B'))
    ros.command()
    assert not ros.peers[0].got and len(ros.peers[1].got) == 1
    ros.hear(done(42, '', Error='no'), ros.peers[1])
    assert ros.told == [(False, 'B: no; A: not sent: 3D Slicer crashes')]
    ros.command(exclude=[ros.peers[1]])
    assert ros.told[1] == (
        False, 'COMMAND Go is not sent: 3D Slicer crashes; it came from there')


def test_nobody_to_ask_and_nobody_who_may_be_asked():
    ros = Asker(profile='slicer')
    ros.query('GET', TOOL)
    assert not ros.told[0][0] and '3D Slicer' in ros.told[0][1] and not ros.peers[0].got
    ros.requests.link.peers = []
    ros.command()
    assert ros.told[1] == (False, 'no peer is connected')
    ros.requests.link.last_error = 'refused'
    ros.command()
    assert ros.told[2] == (False, 'refused')
    ros.command(CommandText('x' * 128))
    assert not ros.told[3][0] and ros.told[3][1].startswith('name: ')


def test_so_many_may_wait():
    ros = Asker()
    for _ in range(1000):
        ros.command()
    ros.command()
    assert ros.told == [(False, '1000 questions wait for answers already')]
    ros.requests.left(ros.peers[0])
    assert len(ros.told) == 1001 and not ros.clock.timers._timers
