"""Services: ROS asks peers, peers ask ROS, and whatever goes wrong on the way."""

import json
import threading
import time
from contextlib import contextmanager

import pytest
from geometry_msgs.msg import TransformStamped
from rcl_interfaces.msg import Parameter as ParameterMessage
from rcl_interfaces.msg import ParameterValue
from rcl_interfaces.srv import SetParametersAtomically
from rclpy.parameter import Parameter
from ros_user import ALL, STATE, mapping, next_message, pose, start, wait_for, wait_until_quiet
from std_msgs.msg import String as RosString
from std_srvs.srv import SetBool, Trigger

from igtl_ros2 import connect, serve
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.query import Query, Response, StartTracking
from igtl_ros2.codec.messages.text import Command, CommandResponse, String
from igtl_ros2.codec.messages.tracking import (
    TrackingData,
)
from igtl_ros2.codec.short_names import short_name
from igtl_ros2.errors import ConfigError, PeerError
from igtl_ros2.rosio.service_answers import serve_later

QUERIES = """
queries:
- {type: TRANSFORM, device: Tool, timeout: 1.0}
- {type: TDATA, rate: 20, coordinate_name: Patient, timeout: 1.0}
- {type: POLYDATA, timeout: 1.0}
commands:
- {name: go, command: Go, timeout: 1.0}
- {name: record, command: StartRecording, device: Rec, timeout: 1.0,
   content: '<Command Name="StartRecording" OutputFilename="{file}"/>'}
"""


class Caller:
    """Calls services as a ROS user does."""

    def __init__(self, ros):
        self.ros = ros

    def begin(self, name, request=None):
        kind = Trigger if request is None else SetBool
        client = self.ros.node.create_client(kind, name)
        wait_for(client.service_is_ready, f'the service {name}')
        return client.call_async(request or Trigger.Request())

    def __call__(self, name, request=None):
        future = self.begin(name, request)
        wait_for(future.done, f'the answer of {name}')
        return future.result().success, future.result().message


@pytest.fixture
def call(ros):
    return Caller(ros)


@contextmanager
def scripted(answer):
    """A peer that answers each message as a function says: with a message, several or none."""
    seen = []

    def on_message(peer, message):
        seen.append(message)
        answers = answer(message) or ()
        for each in answers if isinstance(answers, (list, tuple)) else (answers,):
            peer.send(each)

    with serve('tcp://127.0.0.1:0', on_message=on_message, header_version='2') as server:
        server.seen = seen
        yield server


def types(server):
    return [message.type_name for message in server.seen if message.type_name != 'STATUS']


# -- ROS asks


def test_get_waits_for_the_data_and_they_are_on_their_topic(ros, call, tmp_path):
    def answer(message):
        if message.type_name == 'GET_TRANS':
            return [Transform(pose(), device_name='Other'), Transform(pose((5, 0, 0)),
                    device_name=message.device_name, timestamp=7 << 32)]

    with scripted(answer) as server:
        start(ros, server, **mapping(tmp_path, QUERIES))
        got = ros.listen('/x/Tool/transform', TransformStamped)
        success, text = call('/x/get/TRANSFORM/Tool')
        assert success
        assert json.loads(text) == {
            'type': 'TRANSFORM', 'device': 'Tool', 'stamp': {'sec': 7, 'nanosec': 0}, 'size': 48}
        wait_for(lambda: call('/x/get/TRANSFORM/Tool')[0] and got, 'the data')
        assert got[0].transform.translation.x == pytest.approx(0.005)


def test_several_at_once_and_the_executor_goes_on(ros, call, tmp_path):
    late = threading.Event()

    def answer(message):
        if message.type_name == 'GET_TRANS':
            late.wait(10)
            return Transform(pose(), device_name='Tool')

    text = QUERIES.replace('timeout: 1.0', 'timeout: 15')
    with scripted(answer) as server:
        start(ros, server, **mapping(tmp_path, text))
        waiting = [call.begin('/x/get/TRANSFORM/Tool') for _ in range(5)]
        assert call('/x/igtl_bridge/resend') == (True, '0 messages to 1 peers')
        assert not any(future.done() for future in waiting)
        late.set()
        wait_for(lambda: all(future.done() for future in waiting), 'the answers')
        assert all(future.result().success for future in waiting)


def test_waiting_costs_no_processor_time(ros, call, tmp_path):
    with scripted(lambda message: None) as server:
        start(ros, server, **mapping(tmp_path, QUERIES))
        future = call.begin('/x/get/TRANSFORM/Tool')
        wait_for(lambda: 'GET_TRANS' in types(server), 'the query')
        began = time.process_time()
        wait_for(future.done, 'the time-out')
        # a coroutine that the executor polls takes all of the second
        assert time.process_time() - began < 0.7


def test_stream_asks_with_rate_and_frame_and_ends(ros, call, tmp_path):
    def answer(message):
        if message.type_name in ('STT_TDATA', 'STP_TDATA'):
            return [Response('RTS_TDATA', 0)] * 2

    with scripted(answer) as server:
        start(ros, server, **mapping(tmp_path, QUERIES))
        assert call('/x/stream/TDATA', SetBool.Request(data=True)) == (True, 'RTS_TDATA: success')
        assert call('/x/stream/TDATA', SetBool.Request(data=False)) == (True, 'RTS_TDATA: success')
        begin = next(m for m in server.seen if m.type_name == 'STT_TDATA')
        assert (begin.resolution, begin.coordinate_name) == (50, 'Patient')


def test_fields_of_a_command_are_parameters_and_stay_text(ros, call, tmp_path):
    def answer(m):
        if m.type_name == 'COMMAND':
            return CommandResponse(m.command_id, m.name, m.content)

    with scripted(answer) as server:
        node = start(ros, server, **mapping(tmp_path, QUERIES))
        assert call('/x/command/record') == (
            False, 'the parameter command.record.file is not set')
        node.set_parameters([Parameter('command.record.file', value='a"/><b')])
        assert call('/x/command/record') == (True, (
            '<Command Name="StartRecording" OutputFilename="a&quot;/&gt;&lt;b"/>'))


ANY = """
commands:
- name: light
  command: Light
  type: std_srvs/srv/SetBool
  content: '<Light on="{data}"/>'
- name: speed
  command: Speed
  type: rcl_interfaces/srv/SetParametersAtomically
  content: 'speed {parameters[0].value.double_value}'
  reply: {result: {successful: '{success}', reason: 'at {speed}'}}
"""


def test_a_command_may_have_a_service_of_any_type(ros, call, tmp_path):
    def answer(m):
        if m.type_name == 'COMMAND':
            speed = {'speed': m.content.split()[-1]} if m.name == 'Speed' else {}
            return CommandResponse(m.command_id, m.name, m.content, metadata=speed)

    with scripted(answer) as server:
        start(ros, server, **mapping(tmp_path, ANY))
        assert call('/x/command/light', SetBool.Request(data=True)) == (True, '<Light on="true"/>')
        client = ros.node.create_client(SetParametersAtomically, '/x/command/speed')
        wait_for(client.service_is_ready, 'the service')
        value = ParameterValue(type=3, double_value=2.5)
        future = client.call_async(SetParametersAtomically.Request(
            parameters=[ParameterMessage(name='speed', value=value)]))
        wait_for(future.done, 'the answer')
        result = future.result().result
        assert (result.successful, result.reason) == (True, 'at 2.5')


SERVED = """
serve:
- command: SPEED
  call: /set
  type: rcl_interfaces/srv/SetParametersAtomically
  request: {parameters: [{name: speed, value: {type: 3, double_value: '{speed}'}}]}
  success: {result.successful: true}
  reply: {why: '{result.reason}', ok: '{result.successful}'}
"""


def test_a_service_of_any_type_carries_out_a_command(ros, tmp_path):
    def set_speed(request, response):
        value = request.parameters[0].value.double_value
        response.result.successful, response.result.reason = value < 3, f'{value:g}'
        return response

    ros.node.create_service(SetParametersAtomically, '/set', set_speed)
    node = ros.bridge(mode='server', port=0, **mapping(tmp_path, SERVED))
    with connect(f'tcp://127.0.0.1:{node.link.address.port}', header_version='2') as client:
        served = node.link_services['']._dialogue.served_commands
        wait_for(served._services['SPEED'].is_there, 'the service')
        for number, content in enumerate(('<Go speed="2.5"/>', '{"speed": 4}', '{"speed": "x"}')):
            client.send(Command(number, 'SPEED', content))
        answers = {}
        while len(answers) < 3:
            message = next_message(client)
            if isinstance(message, CommandResponse):
                answers[message.command_id] = (
                    message.metadata['Status'], message.metadata['Message'])
        assert answers == {
            0: ('SUCCESS', '{"why": "2.5", "ok": true}'),
            1: ('FAIL', '{"why": "4", "ok": false}'),
            2: ('FAIL', "SPEED: parameters[0].value.double_value: found 'x'; allowed a finite "
                        'number')}


def test_free_commands_are_matched_by_id(ros, tmp_path):
    def answer(m):
        if m.type_name == 'COMMAND':
            return CommandResponse(m.command_id, m.name, 'done', metadata={'Status': 'SUCCESS'})

    with scripted(answer) as server:
        node = start(ros, server)
        replies = ros.listen('/x/igtl_bridge/command_reply', RosString)
        talk = ros.talk('/x/igtl_bridge/command', RosString)
        wait_for(node.link_services['']._command_replies.get_subscription_count, 'replies')
        for text in ('{"id": "a", "name": "Go", "device": "D"}', 'no json', '{"id": 3}'):
            talk.publish(RosString(data=text))
        wait_for(lambda: len(replies) == 3, 'the replies')
        found = {str(r['id']): r for r in (json.loads(m.data) for m in replies) if r['id']}
        assert found['a'] == {'id': 'a', 'success': True, 'message': 'done', 'name': 'Go',
                              'content': 'done', 'metadata': {'Status': 'SUCCESS'}}
        problems = [json.loads(m.data)['message'] for m in replies]
        assert 'wanted a JSON object with at least a name' in problems


ORDERS = 'send: [{topic: /orders, device: Arm, type: COMMAND}]'


def test_texts_of_a_topic_are_commands_if_a_rule_says_so(ros, tmp_path):
    def answer(m):
        if m.type_name == 'COMMAND':
            return CommandResponse(m.command_id, m.name, 'done')

    with scripted(answer) as server:
        node = start(ros, server, **mapping(tmp_path, f'profile: slicer\n{ORDERS}'))
        replies = ros.listen('/x/igtl_bridge/command_reply', RosString)
        talk = ros.talk('/orders', RosString)
        wait_for(node.link_services['']._command_replies.get_subscription_count, 'replies')
        talk.publish(RosString(data='{"id": 5, "content": "fa\u00dft", "encoding": 4}'))
        reply = json.loads(wait_for(lambda: replies, 'the reply')[0].data)
        assert reply == {'id': 5, 'success': True, 'message': 'done', 'name': 'Arm',
                         'content': 'done', 'metadata': {}}
        (command,) = [m for m in server.seen if m.type_name == 'COMMAND']
        assert (command.name, command.content, command.device_name, command.encoding) == (
            'Arm', 'fa\u00dft', 'Arm', 4)


def test_what_is_wrong_with_a_command_is_told_and_counted(ros, tmp_path):
    def answer(m):
        if m.type_name == 'COMMAND':
            return CommandResponse(m.command_id, m.name, '', metadata={'Error': 'of Mr Doe'})

    with scripted(answer) as server:
        node = start(ros, server, **mapping(tmp_path, ORDERS))
        replies = ros.listen('/x/igtl_bridge/command_reply', RosString)
        talk = ros.talk('/orders', RosString)
        wait_for(node.link_services['']._command_replies.get_subscription_count, 'replies')
        texts = ('{"name": 5}', '{"name": Go}', '{"encoding": "x"}', '{"encoding": 70000}', 'a')
        for text in texts:
            talk.publish(RosString(data=text))
        wait_for(lambda: len(replies) == len(texts), 'the replies')
        found = [json.loads(m.data) for m in replies]
        assert not any(reply['success'] for reply in found)
        assert {reply['message'].split(':')[0] for reply in found} == {
            'name', 'found no JSON', 'encoding', 'of Mr Doe'}
        (health, *_), = node._diagnostics._open
        assert health._report.counts == {'/orders': len(texts)}
        assert 'COMMAND' in types(server) and len(types(server)) == 1


def test_a_command_of_before_is_not_sent_when_the_bridge_starts(ros, tmp_path):
    kept = ros.node.create_publisher(RosString, '/orders', STATE)
    kept.publish(RosString(data='before'))
    with scripted(lambda message: None) as server:
        start(ros, server, **mapping(tmp_path, ORDERS))
        wait_for(kept.get_subscription_count, 'the subscription')
        time.sleep(0.3)
        kept.publish(RosString(data='now'))
        wait_for(lambda: types(server), 'the command')
        assert [m.content for m in server.seen if m.type_name == 'COMMAND'] == ['now']


def test_a_command_of_a_peer_is_passed_on_to_the_others_only(ros, tmp_path):
    text = 'send: [{topic: command/command, device: command, type: COMMAND}]'
    with client_of(ros, discover_period=0.1, **mapping(tmp_path, text)) as (node, a), \
         connect(str(node.link.address), header_version='2', queue_policy=ALL) as b:
        wait_for(lambda: len(node.link.peers) == 2, 'both')

        def passed_on():
            a.send(Command(7, 'Go', 'now', device_name='command'))
            try:
                return b.receive(0.2)
            except PeerError:
                return None

        got = wait_for(passed_on, 'the command')
        assert (got.type_name, got.name, got.content) == ('COMMAND', 'Go', 'now')
        while True:
            try:
                assert a.receive(0.5).type_name == 'RTS_COMMAND'
            except PeerError:
                break


def test_the_reply_to_a_command_says_what_each_peer_did(ros, call, tmp_path):
    with client_of(ros, **mapping(tmp_path, QUERIES)) as (node, first):
        names = {node.link.peers[0].address: 'A'}
        second = connect(str(node.link.address), header_version='2', queue_policy=ALL)
        wait_for(lambda: len(node.link.peers) == 2, 'both')
        for client in (first, second):
            client.send(Command(1, 'hello'))
            client.receive(10)  # an error, as nobody serves it
        names.update((p.address, 'B') for p in node.link.peers if p.address not in names)
        future = call.begin('/x/command/go')
        orders = [get(client, 'COMMAND') for client in (first, second)]
        first.send(CommandResponse(
            orders[0].command_id, 'Go', metadata={'Status': 'FAIL', 'Error': 'no such tool'}))
        wait_for(lambda: any(p.received['RTS_COMMAND'] for p in node.link.peers), 'the failure')
        second.send(CommandResponse(orders[1].command_id, 'Go', 'done'))
        wait_for(future.done, 'the reply')
        second.close()
        text = future.result().message
        for address, name in names.items():
            text = text.replace(address, name)
        assert (future.result().success, text) == (True, 'done; A: no such tool')


def test_a_slicer_is_never_asked(ros, call, tmp_path):
    with scripted(lambda message: None) as server:
        start(ros, server, compat='slicer', **mapping(tmp_path, QUERIES))
        success, text = call('/x/get/TRANSFORM/Tool')
        assert not success and '3D Slicer' in text
        assert types(server) == []


def test_without_a_peer_and_with_one_that_leaves(ros, call, tmp_path):
    with scripted(lambda message: None) as server:
        start(ros, server, **mapping(tmp_path, QUERIES.replace('timeout: 1.0', 'timeout: 60')))
        future = call.begin('/x/command/go')
        wait_for(lambda: 'COMMAND' in types(server), 'the command')
    wait_for(future.done, 'the end')
    assert (future.result().success, future.result().message) == (
        False, 'COMMAND Go: the peer is gone')
    success, text = call('/x/command/go')
    assert not success
    assert text


def test_reconnect_and_resend(ros, call, device):
    node = start(ros, device)
    node.link.send(Transform(pose(), device_name='Held'))
    assert device.receive(10)[1].device_name == 'Held'
    assert call('/x/igtl_bridge/resend') == (True, '1 messages to 1 peers')
    assert device.receive(10)[1].device_name == 'Held'
    assert call('/x/igtl_bridge/reconnect') == (True, '1 connections closed')
    wait_for(lambda: node.link.reconnects and device.peers, 'the new connection')


# -- a peer asks


@contextmanager
def client_of(ros, version='2', **parameters):
    node = ros.bridge(mode='server', port=0, **parameters)
    with connect(
        str(node.link.address), header_version=version, queue_policy=ALL
    ) as client:
        wait_for(lambda: node.link.peers, 'the peer')
        yield node, client


def get(client, *wanted):
    """Wait for a message of one of some types."""
    while True:
        message = client.receive(10)
        if message.type_name in wanted:
            return message


def test_get_is_answered_with_the_last_value(ros):
    with client_of(ros) as (_, client):
        client.send(Query('GET_TRANS', device_name='Goal'))
        refused = get(client, 'RTS_TRANS')
        assert (refused.status, refused.device_name) == (1, 'Goal')
        talk = ros.talk('/x/to_igtl/Goal/transform', TransformStamped)
        value = TransformStamped()
        value.transform.rotation.w = 1.0
        value.transform.translation.x = 0.25
        talk.publish(value)
        get(client, 'TRANSFORM')
        for name in ('GET_TRANS', 'GET_TRANSFOR'):
            client.send(Query(name, device_name='Goal'))
            assert get(client, 'TRANSFORM').matrix[0, 3] == 250
        client.send(Query('GET_TRANS'))
        assert get(client, 'TRANSFORM').device_name == 'Goal'


def test_status_and_capability_are_always_answered(ros):
    with client_of(ros) as (_, client):
        client.send(Query('GET_STATUS', device_name='who'))
        status = get(client, 'STATUS')
        assert (status.code, status.device_name) == (1, 'who')
        client.send(Query('GET_CAPABIL'))
        assert {'TRANSFORM', 'IMAGE', 'COMMAND'} <= set(get(client, 'CAPABILITY').types)
        client.send(Query('GET_VMETA', device_name='none'))
        status = get(client, 'STATUS')
        assert (status.code, status.error_name) == (4, 'GET_VMETA')


def test_a_stream_has_its_own_pace_for_each_peer_and_ends(ros):
    with client_of(ros) as (node, slow), connect(
        str(node.link.address), queue_policy=ALL
    ) as fast:
        wait_for(lambda: len(node.link.peers) == 2, 'both')
        services = node.link_services['']
        send = services.streams.send
        slow.send(StartTracking('STT_TDATA', 400, device_name='T'))
        assert get(slow, 'RTS_TDATA').status == 1  # there is nothing yet
        send(TrackingData((), device_name='T', metadata={'n': '0'}))
        get(slow, 'TDATA')
        slow.send(StartTracking('STT_TDATA', 400, device_name='T'))
        assert get(slow, 'RTS_TDATA').status == 0
        get(slow, 'TDATA')
        begun_s = time.monotonic()
        for i in range(50):
            send(TrackingData((), device_name='T', timestamp=i + 1))
        send(String('end', device_name='end'))
        stamps = []
        while (message := get(fast, 'TDATA', 'STRING')).type_name == 'TDATA':
            stamps.append(message.timestamp)
        assert stamps[-50:] == list(range(1, 51))
        got = []
        while not got or got[-1] != 50:
            message = get(slow, 'TDATA', 'STRING')
            if message.type_name == 'TDATA':
                got.append(message.timestamp)
        # one at once, one each 400 ms, and the last
        assert len(got) <= 2 + (time.monotonic() - begun_s) / 0.4
        slow.send(Query('STP_TDATA', device_name='T'))
        assert get(slow, 'RTS_TDATA').status == 0
        send(TrackingData((), device_name='T', timestamp=99))
        send(String('after', device_name='after'))
        assert get(slow, 'TDATA', 'STRING').device_name == 'after'
        slow.close()
        wait_for(lambda: not services.streams.streams, 'the end of the stream')


def test_long_names_are_asked_for_as_they_are_on_the_wire(ros):
    with client_of(ros) as (node, client):
        send = node.link_services[''].streams.send
        names = ['Ein_Gerät_mit_langem_Namen', 'Ein_Gerät_mit_langem_Nachnamen', 'Other']
        wire, other = 'Ein_Gerät_mit_lange', 'Other'
        queried = [*map(short_name, names[:2]), other]
        for number, name in enumerate(names, 1):
            send(TrackingData((), device_name=name, timestamp=number))
            assert get(client, 'TDATA').device_name == queried[number - 1]
        # each by its own name, and by the beginning all that have it
        client.send(Query('GET_TDATA', device_name=queried[1]))
        assert get(client, 'TDATA', 'RTS_TDATA').timestamp == 2
        client.send(Query('GET_TDATA', device_name=wire))
        assert [get(client, 'TDATA', 'RTS_TDATA').timestamp for _ in range(2)] == [1, 2]

        client.send(StartTracking('STT_TDATA', 5, device_name=wire))
        assert get(client, 'RTS_TDATA').status == 0
        assert [get(client, 'TDATA').timestamp for _ in range(2)] == [1, 2]
        send(TrackingData((), device_name=names[0], timestamp=4))
        assert get(client, 'TDATA').timestamp == 4

        client.send(Query('STP_TDATA', device_name=wire))
        assert get(client, 'RTS_TDATA').status == 0
        for number, name in enumerate(names, 5):
            send(TrackingData((), device_name=name, timestamp=number))
        assert get(client, 'TDATA').timestamp == 7


SERVE = """
serve:
- {command: HOME, call: /robot/home}
- {command: LIGHT, call: /robot/light, type: set_bool}
- {command: HANG, call: /robot/hang, timeout: 0.5}
- {command: NOBODY, call: /robot/nobody}
"""


@pytest.fixture
def robot(ros):
    """A robot with services, of which one never answers."""
    log = []

    def home(request, response):
        log.append('home')
        response.success, response.message = True, 'at <home>'
        return response

    def light(request, response):
        log.append(request.data)
        response.success, response.message = request.data, 'light'
        return response

    ros.node.create_service(Trigger, '/robot/home', home)
    ros.node.create_service(SetBool, '/robot/light', light)
    serve_later(ros.node, Trigger, '/robot/hang', lambda request, call: log.append('hang'))
    return log


def order(client, number, name, content=''):
    client.send(Command(number, name, content, device_name='command'))
    answer = get(client, 'RTS_COMMAND')
    assert (answer.command_id, answer.name) == (number, name)
    return answer.metadata['Status'], answer.metadata['Message'], answer.content


def test_commands_of_a_peer_call_ros_services(ros, robot, tmp_path):
    with client_of(ros, **mapping(tmp_path, SERVE)) as (_, client):
        def ready():
            return order(client, 1, 'HOME')[0] == 'SUCCESS' and order(
                client, 2, 'LIGHT', 'on')[0] == 'SUCCESS'
        wait_for(ready, 'the services')
        assert order(client, 3, 'HOME') == ('SUCCESS', 'at <home>', 'at <home>')
        assert order(client, 4, 'HOME', '<Command Name="HOME"/>')[2] == (
            '<CommandReply Name="HOME" Status="SUCCESS" Message="at &lt;home&gt;"/>')
        assert order(client, 5, 'LIGHT', 'off')[0] == 'FAIL'
        assert order(client, 6, 'LIGHT', 'maybe')[1] == (
            'LIGHT: wanted true, on, 1, false, off, 0 as content')
        assert order(client, 7, 'FLY')[:2] == ('FAIL', "unknown command 'FLY'")
        assert order(client, 8, 'NOBODY')[1] == 'the ROS service /robot/nobody is not there'
        assert robot[-2:] == ['home', False]


def test_commands_are_published_but_not_to_those_who_come_later(ros):
    with client_of(ros) as (_, client):
        now = ros.listen('/x/command/command', RosString)
        wait_for(lambda: order(client, 5, 'Go', 'x') and time.sleep(0.05) or now, 'the command')
        assert json.loads(now[0].data) == {'id': 5, 'name': 'Go', 'encoding': 3, 'content': 'x'}
        later = ros.listen('/x/command/command', RosString, STATE)
        order(client, 6, 'Go')
        wait_for(lambda: json.loads(now[-1].data)['id'] == 6, 'the next')
        assert not [m for m in later if json.loads(m.data)['id'] == 5]


def test_a_service_that_hangs_blocks_nothing(ros, robot, tmp_path):
    with client_of(ros, **mapping(tmp_path, SERVE)) as (_, client):
        wait_for(lambda: 'not there' not in order(client, 1, 'HANG')[1], 'the service')
        wait_for(lambda: robot == ['hang'], 'the first call')
        robot.clear()
        for _ in range(2):  # what comes twice is not done twice
            client.send(Command(9, 'HANG'))
        client.send(Command(10, 'HOME'))
        client.send(Query('GET_STATUS', device_name='alive'))
        # what does not hang may be answered in any order
        said = [get(client, 'STATUS', 'RTS_COMMAND') for _ in range(3)]
        assert {m.device_name for m in said[:2] if m.type_name == 'STATUS'} == {'alive'}
        answers = {m.command_id: m for m in said if m.type_name == 'RTS_COMMAND'}
        assert answers[10].metadata['Status'] == 'SUCCESS'
        assert answers[9].metadata['ErrorMessage'] == (
            'the ROS service /robot/hang did not answer within 0.5 s')
        wait_for(lambda: sorted(robot) == ['hang', 'home'], 'both calls, once')


def test_queries_are_logged_if_that_is_asked_for(ros, call, tmp_path):
    def answer(message):
        if message.type_name == 'GET_TRANS':
            return Transform(pose(), device_name='Tool')
        if message.type_name == 'STT_TDATA':
            return Response('RTS_TDATA', 1)

    with scripted(answer) as server:
        node = start(ros, server, log_queries=True, **mapping(
            tmp_path, QUERIES.replace('timeout: 1.0', 'timeout: 0.5')))
        log = ros.listen('/x/igtl_bridge/queries', RosString)
        wait_for(node.link_services['']._query_log.get_subscription_count, 'the log')
        (bridge,) = server.peers

        def logged(number):
            wait_for(lambda: len(log) >= number, f'{number} entries')
            entries = [json.loads(message.data) for message in log]
            assert all(entry.pop('stamp')['sec'] > 1_700_000_000 for entry in entries)
            return entries[number - 1]

        def first():
            bridge.send(Query('GET_STATUS', device_name='who'))
            time.sleep(0.05)
            return log

        wait_for(first, 'the first entry')
        assert logged(1) == {
            'query': 'GET_STATUS', 'device': 'who', 'asked_by': 'peer',
            'peer': str(server.address), 'success': True, 'answer': 'STATUS'}
        wait_until_quiet(log, 'the last entry of this')
        log.clear()
        bridge.send(Query('GET_TRANS', device_name='None'))
        assert logged(1)['success'] is False and logged(1)['answer'] == 'RTS_TRANS'
        bridge.send(Query('GET_VMETA'))
        assert logged(2)['success'] is False and logged(2)['answer'] == 'STATUS'
        _, text = call('/x/get/TRANSFORM/Tool')
        assert logged(3) == {
            'query': 'GET_TRANS', 'device': 'Tool', 'asked_by': 'ros', 'success': True,
            'answer': 'TRANSFORM', 'message': text}
        assert not call('/x/stream/TDATA', SetBool.Request(data=True))[0]
        assert logged(4)['answer'] == 'RTS_TDATA' and not logged(4)['success']
        _, text = call('/x/get/POLYDATA')
        assert logged(5) == {
            'query': 'GET_POLYDATA', 'device': '', 'asked_by': 'ros', 'success': False,
            'answer': '', 'message': 'no answer to GET_POLYDATA within 0.5 s'}


def test_queries_are_not_logged_otherwise(ros, device):
    start(ros, device)
    topics = dict(ros.node.get_topic_names_and_types())
    assert '/x/igtl_bridge/queries' not in topics


def test_two_bridges_back_to_back(ros, robot, call, tmp_path):
    (tmp_path / 'a').mkdir()
    (tmp_path / 'b').mkdir()
    server = ros.bridge('/s', mode='server', port=0, **mapping(tmp_path / 'a', SERVE))
    text = """
commands: [{name: home, command: HOME}, {name: fly, command: FLY}]
queries: [{type: TRANSFORM, device: Goal}, {type: STATUS}]
"""
    client = ros.bridge('/c', mode='client', port=server.link.address.port,
                        **mapping(tmp_path / 'b', text))
    wait_for(lambda: client.link.peers and server.link.peers, 'the connection')
    wait_for(lambda: call('/c/command/home')[0], 'home')
    assert call('/c/command/fly') == (False, "unknown command 'FLY'")
    assert call('/c/get/TRANSFORM/Goal')[0] is False
    server.link.send(Transform(pose((1, 0, 0)), device_name='Goal'))
    assert call('/c/get/TRANSFORM/Goal')[0] is True
    assert call('/c/get/STATUS')[0] is True


def test_services_of_a_link_are_under_its_name(ros, call, tmp_path):
    with scripted(lambda m: CommandResponse(m.command_id, m.name, 'A')
                  if m.type_name == 'COMMAND' else None) as a, \
         scripted(lambda m: None) as b:
        text = f"""
links:
- name: a
  mode: client
  port: {a.address.port}
  commands: [{{name: go, command: Go, content: "{{x}}"}}]
- name: b
  mode: client
  port: {b.address.port}
  commands: [{{name: go, command: Go, timeout: 0.3}}]
"""
        file = mapping(tmp_path, text)
        node = ros.bridge(**file, **{'command.a.go.x': 5})
        wait_for(lambda: all(link.peers for link in node.links.values()), 'both')
        assert call('/x/a/command/go') == (True, 'A')
        assert a.seen[-1].content == '5'
        assert call('/x/b/command/go')[0] is False
        assert call('/x/igtl_bridge/a/resend')[0] is True
        with pytest.raises(ConfigError, match="there is no parameter 'command.a.go.y'; it would"):
            ros.bridge(**file, **{'command.a.go.y': 5})
