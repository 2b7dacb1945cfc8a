"""Services between processes: two bridges that ask each other, and a peer that answers badly."""

import json
import time

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import PoseArray, TransformStamped
from harness import STATE
from network_peers import RawPeer, corrupt, header
from space import assert_same, matrix_of, rigid, transform_of
from std_msgs.msg import String as RosString
from std_srvs.srv import SetBool, Trigger
from tf2_msgs.msg import TFMessage

from igtl_ros2.codec.crc64 import crc64
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.query import Response
from igtl_ros2.codec.messages.text import CommandResponse, String
from igtl_ros2.config import Address
from igtl_ros2.rosio.service_answers import serve_later

RANDOM = np.random.default_rng(31)
START, STOP = SetBool.Request(data=True), SetBool.Request(data=False)

# -- two bridges

ASKS = """
queries:
  - {type: TRANSFORM, device: Goal, timeout: 10}
  - {type: TDATA, device: Robot, rate: 20, timeout: 10}
  - {type: STATUS, timeout: 10}
commands:
  - {name: home, command: HOME, timeout: 10}
  - {name: light, command: LIGHT, content: "{on}", timeout: 10}
  - {name: fly, command: FLY, timeout: 10}
  - {name: hang, command: HANG, timeout: 10}
"""
ANSWERS = """
send:
  - {tf: {source: "joint_*", target: base, rate: 100}, device: Robot}
serve:
  - {command: HOME, call: /robot/home}
  - {command: LIGHT, call: /robot/light, type: set_bool}
  - {command: HANG, call: /robot/hang, timeout: 0.5}
"""


@pytest.fixture(scope='module')
def two(user, run_for_all):
    """A robot behind one bridge, /answers, and who asks it behind another, /asks."""
    lights = []

    def home(request, response):
        response.success, response.message = True, 'at home'
        return response

    def light(request, response):
        lights.append(request.data)
        response.success, response.message = request.data, 'light'
        return response

    port = run_for_all(ANSWERS, namespace='/answers', port=0).port(user)
    serve_later(user.node, Trigger, '/robot/hang', lambda request, call: None)
    user.serve(SetBool, '/robot/light', light, '/answers/igtl_bridge')
    # the last one, so that who finds it knows the others
    user.serve(Trigger, '/robot/home', home, '/answers/igtl_bridge')
    # with version 2 answers are plain text, their success is in the metadata
    run_for_all(ASKS, namespace='/asks', mode='client', port=port, header_version="'2'")
    user.wait_for(lambda: user.ask('/asks/command/home')[0], 'the way to the robot')
    return lights


def test_what_a_query_gets_is_on_its_topic(user, two):
    success, text = user.ask('/asks/get/TRANSFORM/Goal')
    assert (success, text) == (False, 'the peer answered RTS_TRANS with an error')
    goal, stamp_ns = rigid(RANDOM), time.time_ns()
    got = user.listen('/asks/Goal/transform', TransformStamped)
    talk = user.talk('/answers/to_igtl/Goal/transform', TransformStamped, STATE)
    talk.publish(transform_of(goal, 'base', 'goal', stamp_ns))
    user.wait_for(lambda: got, 'what is sent unasked')
    before = len(got)
    success, text = user.ask('/asks/get/TRANSFORM/Goal')
    facts = json.loads(text)
    assert success and (facts['type'], facts['device'], facts['size']) == ('TRANSFORM', 'Goal', 48)
    user.wait_for(lambda: len(got) > before, 'what was asked for')
    assert_same(matrix_of(got[-1].transform), goal)
    assert user.ask('/asks/get/STATUS')[0]


def test_a_stream_starts_at_its_rate_and_stops(user, two):
    tf, got = user.talk('/tf', TFMessage), user.listen('/asks/Robot/tracking', PoseArray)

    def move():
        tf.publish(TFMessage(transforms=[
            transform_of(rigid(RANDOM), 'base', 'joint_1', time.time_ns())
        ]))

    def run_for(seconds):
        """Count what arrives while the robot moves."""
        before, began = len(got), time.monotonic()
        user.wait_for(lambda: move() or time.monotonic() > began + seconds, 'a while')
        return len(got) - before, time.monotonic() - began

    user.wait_for(lambda: move() or len(got) > 3, 'what is sent unasked')
    success, text = user.ask('/asks/stream/TDATA/Robot', START)
    # what was sent unasked and is late is an answer as well
    assert success and (text == 'RTS_TDATA: success' or '"type": "TDATA"' in text)

    def is_paced():  # 20 Hz instead of what tf gives; a timer is never early
        count, passed = run_for(0.5)
        return 0 < count <= 20 * passed + 2

    user.wait_for(is_paced, 'the rate, when what was on its way has come')
    assert user.ask('/asks/stream/TDATA/Robot', STOP) == (True, 'RTS_TDATA: success')
    user.wait_for(lambda: run_for(0.3)[0] == 0, 'the end of the stream')
    # who stopped one stream still gets all else
    texts = user.listen('/asks/Word/text', RosString, STATE)
    user.talk('/answers/to_igtl/Word/text', RosString, STATE).publish(RosString(data='x'))
    user.wait_for(lambda: texts, 'a text')


def test_commands_are_carried_out_by_the_robot_at_the_other_end(user, two):
    assert user.ask('/asks/command/home') == (True, 'at home')
    assert user.ask('/asks/command/fly') == (False, "unknown command 'FLY'")
    set_on = '{"name": "LIGHT", "content": "off", "id": 7}'
    replies = user.listen('/asks/igtl_bridge/command_reply', RosString)
    user.wait_for(lambda: user.node.count_publishers('/asks/igtl_bridge/command_reply'), 'replies')
    talk = user.talk('/asks/igtl_bridge/command', RosString)

    def is_answered():
        talk.publish(RosString(data=set_on))
        return replies

    reply = json.loads(user.wait_for(is_answered, 'the reply')[0].data)
    assert (reply['id'], reply['success'], reply['message']) == (7, False, 'light')
    assert set(two) == {False}
    # a service of the robot that hangs holds up no other
    hanging = user.call('/asks/command/hang')
    assert user.ask('/asks/command/home') == (True, 'at home')
    assert user.answer(hanging) == (
        False, 'the ROS service /robot/hang did not answer within 0.5 s')


# -- a peer that answers late, twice, wrongly or not at all

BADLY = """
queries:
  - {type: TRANSFORM, device: Goal, timeout: 0.5}
  - {type: TRANSFORM, device: Aim, timeout: 15}
  - {type: TDATA, device: Robot, timeout: 0.5}
commands:
  - {name: go, command: Go, timeout: 0.5}
  - {name: slow, command: Slow, timeout: 15}
"""
LATE = 'no answer to {} within 0.5 s'


@pytest.fixture(scope='module')
def bad_port(user, run_for_all):
    return run_for_all(BADLY, namespace='/bad', port=0).port(user)


class Peer(RawPeer):
    """A peer whose answers are those of the test."""

    def asked(self, *types):
        """Read the next messages, which are of these types in any order."""
        found = {}
        while set(found) != set(types):
            message = self.next()
            if message.type_name in types:
                found[message.type_name] = message
        return [found[name] for name in types]


@pytest.fixture
def peer(user, bad_port):
    with Peer(Address('tcp', '127.0.0.1', bad_port)) as peer:
        peer.send(String('hello', device_name='Hello', metadata={'a': 'b'}))
        yield peer


class Traffic:
    """What goes both ways besides, which nothing may hold up."""

    def __init__(self, user, peer):
        self._user, self._peer = user, peer
        self._texts = user.listen('/bad/Word/text', RosString, STATE)
        self._talk = user.talk('/bad/to_igtl/Order/text', RosString, STATE)
        self._number = 0

    def check(self):
        self._number += 1
        word = f'{id(self)} {self._number}'
        self._peer.send(String(word, device_name='Word'))
        self._user.wait_for(
            lambda: self._texts and self._texts[-1].data == word, 'a text of the peer')
        self._talk.publish(RosString(data=word))
        while self._peer.asked('STRING')[0].text != word:
            pass


@pytest.fixture
def traffic(user, peer):
    traffic = Traffic(user, peer)
    traffic.check()
    return traffic


def test_an_answer_that_is_lost_holds_up_nothing(user, peer, traffic):
    waiting = [user.call('/bad/command/go'), user.call('/bad/get/TRANSFORM/Goal'),
               user.call('/bad/stream/TDATA/Robot', START)]
    peer.asked('COMMAND', 'GET_TRANS', 'STT_TDATA')
    slow = user.call('/bad/command/slow')
    peer.asked('COMMAND')
    traffic.check()
    assert user.ask('/bad/igtl_bridge/resend')[0]  # the executor goes on
    assert not slow.done()
    for future, what in zip(waiting, ('COMMAND Go', 'GET_TRANS Goal', 'STT_TDATA Robot')):
        assert user.answer(future) == (False, LATE.format(what))
    assert not slow.done()


def test_late_and_doubled_answers_change_nothing_and_are_told(user, peer, traffic):
    reports = user.listen('/diagnostics', DiagnosticArray)
    late = user.call('/bad/command/go')
    (first,) = peer.asked('COMMAND')
    assert user.answer(late) == (False, LATE.format('COMMAND Go'))
    again = user.call('/bad/command/slow')
    (second,) = peer.asked('COMMAND')
    # that of the first question, late; then that of nobody; then the right one, three times
    peer.send(CommandResponse(first.command_id, 'Go', 'too late'))
    peer.send(CommandResponse(second.command_id ^ 0x40000000, 'Slow', 'of nobody'))
    traffic.check()
    assert not again.done()
    for n in range(3):
        peer.send(CommandResponse(second.command_id, 'Slow', f'answer {n}'))
    assert user.answer(again) == (True, 'answer 0')
    traffic.check()

    def counted():
        kind = 'problem RTS_COMMAND nobody waits for'
        states = [state for report in reports for state in report.status]
        values = [v for s in states if s.name.startswith('/bad/') for v in s.values]
        return any(v.key == kind and int(v.value) >= 4 for v in values)

    user.wait_for(counted, 'the count of four answers on /diagnostics')


def test_garbage_is_no_answer_and_the_right_one_still_is(user, peer, traffic):
    got = user.listen('/bad/Aim/transform', TransformStamped)
    waiting = user.call('/bad/command/slow')
    (command,) = peer.asked('COMMAND')
    query = user.call('/bad/get/TRANSFORM/Aim')
    peer.asked('GET_TRANS')
    right = CommandResponse(command.command_id, 'Slow', 'right')
    peer.send(
        corrupt(right),  # a wrong checksum
        # a body that is too short for what its type has to hold
        frame('RTS_COMMAND', b'\0\0'),
        frame('RTS_TRANS', b''),
        # the wrong type, the wrong device, and answers to what was never asked
        String('Slow', device_name='command'),
        Response('RTS_IMAGE', 0, device_name='Aim'),
        Response('RTS_TRANS', 0, device_name='Other'),
        Transform(np.eye(4), device_name='Other'),
    )
    traffic.check()
    assert not waiting.done()
    aim = rigid(RANDOM)
    peer.send(right, Transform(aim, device_name='Aim'))
    assert user.answer(waiting) == (True, 'right')
    success, text = user.answer(query)
    assert success and json.loads(text)['device'] == 'Aim', text
    user.wait_for(lambda: got, 'the aim')
    assert_same(matrix_of(got[-1].transform), aim)
    traffic.check()


def test_garbage_that_ends_the_connection_ends_the_waiting(user, bad_port, peer, traffic):
    waiting = user.call('/bad/command/slow')
    peer.asked('COMMAND')
    peer.send(header(version=0x4142, size=1 << 60))
    assert user.answer(waiting) == (False, 'COMMAND Slow: the peer is gone')
    with Peer(Address('tcp', '127.0.0.1', bad_port)) as second:
        Traffic(user, second).check()
        again = user.call('/bad/command/slow')
        (command,) = second.asked('COMMAND')
        second.send(CommandResponse(command.command_id, 'Slow', 'well again'))
        assert user.answer(again) == (True, 'well again')


def frame(type_name, body):
    """Write a frame of header version 1 whose checksum is right, whatever its body says."""
    return header(type_name, len(body), crc64(body)) + body
