"""The service ~/self_test: what it finds, and what it says is to be done."""

import pytest
from diagnostic_msgs.msg import DiagnosticStatus
from diagnostic_msgs.srv import SelfTest
from geometry_msgs.msg import TransformStamped
from rclpy.parameter import Parameter
from ros_user import STATE, mapping, start, wait_for
from tf2_msgs.msg import TFMessage

from igtl_ros2.nodes import self_test


@pytest.fixture
def run(ros):
    def call():
        client = ros.node.create_client(SelfTest, '/x/igtl_bridge/self_test')
        wait_for(client.service_is_ready, 'the service')
        future = client.call_async(SelfTest.Request())
        wait_for(future.done, 'the answer')
        answer = future.result()
        assert answer.id == '/x/igtl_bridge'
        return answer.passed == b'\1', {s.name: (s.level, s.message) for s in answer.status}

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
