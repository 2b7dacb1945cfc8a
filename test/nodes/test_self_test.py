"""The service ~/self_test: what it finds, and what it says is to be done."""

import json

import pytest
from diagnostic_msgs.msg import DiagnosticStatus
from diagnostic_msgs.srv import SelfTest
from geometry_msgs.msg import TransformStamped
from rclpy.parameter import Parameter
from ros_user import STATE, mapping, start, wait_for
from std_msgs.msg import String as RosString
from tf2_msgs.msg import TFMessage

from igtl_ros2.mapping import ReceiveRule, SendRule
from igtl_ros2.nodes import self_test


@pytest.fixture
def answer(ros):
    def call():
        client = ros.node.create_client(SelfTest, '/x/igtl_bridge/self_test')
        wait_for(client.service_is_ready, 'the service')
        future = client.call_async(SelfTest.Request())
        wait_for(future.done, 'the answer')
        answer = future.result()
        assert answer.id == '/x/igtl_bridge'
        return answer

    return call


@pytest.fixture
def run(answer):
    def call():
        told = answer()
        return told.passed == b'\1', {s.name: (s.level, s.message) for s in told.status}

    return call


def test_a_sound_bridge_passes(ros, device, bridge, run):
    passed, found = run()
    assert passed
    assert {level for level, _ in found.values()} == {DiagnosticStatus.OK}
    assert set(found) == {'node', 'codec', 'packages', 'clock', 'link'}
    assert str(device.address) in found['link'][1]


def test_nobody_is_asked_anything(ros, device, bridge, run):
    run()
    assert not any(peer.received for peer in device.peers)


def test_a_peer_that_does_not_answer_to_pings_is_told(ros, device, run):
    start(ros, device, ping_period=0.05)
    level, text = run()[1]['link']
    assert level == DiagnosticStatus.WARN and 'no answer to GET_STATUS' in text


def test_a_device_that_is_not_there_fails(ros, free_port, run):
    ros.bridge(mode='client', port=free_port)
    passed, found = run()
    level, text = found['link']
    assert (passed, level) == (False, DiagnosticStatus.ERROR)
    assert str(free_port) in text and 'firewall' in text


def test_a_server_without_clients_warns_and_passes(ros, free_port, run):
    ros.bridge(mode='server', port=free_port)
    passed, found = run()
    assert (passed, found['link'][0]) == (True, DiagnosticStatus.WARN)


@pytest.mark.parametrize('step', ['configure', 'activate'])
def test_a_node_that_is_not_active_says_what_to_do(ros, device, run, step):
    node = ros.bridge(autostart=False, mode='client', port=device.address.port)
    if step == 'activate':
        node.trigger_configure()
    passed, found = run()
    assert not passed
    assert found['node'][1].endswith(f'ros2 lifecycle set /x/igtl_bridge {step}')
    assert 'link' not in found


def test_frames_that_tf_does_not_know_are_named(ros, device, run, tmp_path):
    start(ros, device, **mapping(
        tmp_path, 'send: [{tf: {source: tool0, target: base}, device: ToolToBase}]\n'))
    passed, found = run()
    assert not passed
    assert all(word in found['tf'][1] for word in ('ToolToBase', 'tool0', 'base'))
    made = TransformStamped(child_frame_id='tool0')
    made.header.frame_id = 'base'
    ros.talk('/tf_static', TFMessage, STATE).publish(TFMessage(transforms=[made]))
    wait_for(lambda: run()[0], 'success')


def test_simulated_time_that_nobody_tells_fails(ros, device, bridge, run):
    bridge.set_parameters([Parameter('use_sim_time', value=True)])
    passed, found = run()
    assert not passed and '/clock' in found['clock'][1]


def test_a_codec_that_is_wrong_is_found(monkeypatch):
    assert self_test.look_at_codec()[0] == 'OK'
    monkeypatch.setattr(self_test, '_MATRIX', self_test._MATRIX + 1)
    assert self_test.look_at_codec()[0] == 'ERROR'


RULES = """
profile: slicer
receive:
- {device: "*To*", type: TRANSFORM, pose: true}
- {device: Plan, type: POINT, trajectory: {entry: E, target: T}, pose: true, to_frame: table}
- {device: Thing, type: FOREIGN}
- {device: Answer, type: RTS_COMMAND}
- {device: Secret, type: STRING, action: drop}
- {device: "*"}
send:
- {topic: shape, device: Shape, type: POINT}
- {topic: joints, device: Joints}
- {topic: text, device: Text, type: IMAGE}
"""


def test_every_rule_with_a_type_is_tried(ros, device, answer, tmp_path):
    start(ros, device, **mapping(tmp_path, RULES))
    ros.node.create_publisher(RosString, '/x/text', 1)
    wait_for(lambda: ros.node.count_publishers('/x/text'), 'the publisher')
    told = answer()
    found = {s.name: (s.level, s.message) for s in told.status}
    ok, warn, wrong = DiagnosticStatus.OK, DiagnosticStatus.WARN, DiagnosticStatus.ERROR
    rules = {
        "receive 1: TRANSFORM of '*To*'": (ok, 'transform, pose, tf'),
        "receive 2: POINT of 'Plan'": (ok, 'points, trajectory, pose'),
        "receive 3: FOREIGN of 'Thing'": (ok, 'raw'),
        "receive 4: RTS_COMMAND of 'Answer'": (
            warn, 'not tried: there is no sample of RTS_COMMAND'),
        "send 1: POINT as 'Shape'": (ok, 'POINT'),
        "send 2: joints as 'Joints'": (
            warn, 'not tried: nobody publishes /x/joints, so its type is not known'),
    }
    assert {name: found[name] for name in rules} == rules
    level, text = found["send 3: IMAGE as 'Text'"]
    assert level == wrong and 'String cannot be sent as IMAGE' in text
    assert told.passed == b'\0'
    whole = told.status[-1]
    assert (whole.name, whole.level) == ('mapping', wrong)
    assert whole.message == '7 rules tried with samples: 4 OK, 2 WARN, 1 ERROR'
    (value,) = whole.values
    assert value.key == 'report'
    report = {rule['name']: rule['message'] for rule in json.loads(value.value)}
    assert len(report) == 7
    assert report == {name: found[name][1] for name in report}


def test_rules_that_are_tried_are_neither_published_nor_sent(ros, device, answer, tmp_path):
    node = start(ros, device, **mapping(tmp_path, RULES))
    transforms = ros.listen('/tf', TFMessage)
    answer()
    own = node.get_publisher_names_and_types_by_node('igtl_bridge', '/x')
    assert not [name for name, _ in own if name.startswith(('/x/X', '/x/Plan', '/x/Thing'))]
    assert '/tf' in [name for name, _ in own] and not transforms
    assert not any(peer.received for peer in device.peers)


def test_each_link_has_its_own_rules(ros, answer, free_port, tmp_path):
    links = """
links:
- {name: a, port: 0, receive: [{type: IMAGE}]}
- {name: b, port: 0, receive: [{type: STRING}]}
"""
    ros.bridge(**mapping(tmp_path, links))
    names = [s.name for s in answer().status]
    assert names[-3:] == [
        "a: receive 1: IMAGE of '*'", "b: receive 1: STRING of '*'", 'mapping']


def test_rules_are_tried_while_the_node_is_inactive(ros, device, answer, tmp_path):
    node = ros.bridge(autostart=False, mode='client', port=device.address.port,
                      **mapping(tmp_path, RULES))
    assert 'mapping' not in [s.name for s in answer().status]
    node.trigger_configure()
    assert answer().status[-1].name == 'mapping'


def test_an_error_in_the_bridge_is_told(monkeypatch):
    def broken(*args):
        raise KeyError('oops')

    monkeypatch.setattr(self_test, 'try_received', broken)
    monkeypatch.setattr(self_test, 'try_sent', broken)
    wrong = 'ERROR', "error in the bridge: KeyError('oops')"
    assert self_test.look_at_received(ReceiveRule(type='IMAGE')) == wrong
    assert self_test.look_at_sent(SendRule('a', 'a'), 'plain', None) == wrong
