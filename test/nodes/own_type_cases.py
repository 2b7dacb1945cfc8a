"""
A type of another package has all that the bridge's own have; `test_own_type.py` installs it.

Nothing in the tree of igtl_ros2 knows a NEEDLE.
"""

import pytest
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import PoseStamped
from igtl_needle.message import Needle
from rclpy.qos import DurabilityPolicy
from ros_user import STATE, mapping, next_message, one, start, wait_for
from std_srvs.srv import Trigger
from test_moved import Tf, xyz

from igtl_ros2 import codec, connect
from igtl_ros2.codec.messages.query import Query, Response
from igtl_ros2.converters.loopback import try_received
from igtl_ros2.converters.registry import load_converters
from igtl_ros2.errors import ConfigError
from igtl_ros2.mapping import ReceiveRule, load_mapping
from igtl_ros2.tools.wireshark.dissector import dissector


def test_it_is_read_and_written_as_it_is():
    data = codec.encode(Needle((1, 2, 3), (0, 0, 1, 0), device_name='N', timestamp=5))
    message = codec.decode(data)
    assert type(message) is Needle
    assert codec.encode(message) == data


def test_wireshark_shows_its_fields():
    text = dissector()
    assert '["NEEDLE"] = "needle"' in text and '{"needle.tip", "f4"}' in text


def test_it_is_published_as_the_stream_that_it_is(ros, device):
    node = start(ros, device)
    got = ros.listen('/x/N/needle', PoseStamped)
    device.send(Needle((1, 2, 3), device_name='N'))
    assert xyz(one(got).pose.position) == (0.001, 0.002, 0.003)
    (info,) = node.get_publishers_info_by_topic('/x/N/needle')
    assert info.qos_profile.durability == DurabilityPolicy.VOLATILE


@pytest.mark.parametrize(('gate', 'second'), [
    ('workspace: {min: [-1, -1, -1], max: [1, 1, 1]}', (5000, 0, 0)),
    ('max_jump: {m: 0.1}', (900, 0, 0)),
    ('max_speed: {m_s: 0.1}', (900, 0, 0)),
])
@pytest.mark.parametrize('rule', ['device: N, type: NEEDLE', 'device: "*"'])
def test_gates_look_at_it(ros, device, tmp_path, rule, gate, second):
    start(ros, device, **mapping(tmp_path, f'receive: [{{{rule}, {gate}}}]'))
    got = ros.listen('/x/N/needle', PoseStamped)
    status = ros.listen('/x/N/status', DiagnosticArray, STATE)
    device.send(Needle((0, 0, 0), device_name='N'))
    one(got)
    device.send(Needle(second, device_name='N'))
    name = gate.partition(':')[0]
    wait_for(lambda: any(m.status[0].message == f'withheld by {name}' for m in status), name)
    assert len(got) == 1


def test_it_is_moved_into_another_frame(ros, device, tmp_path):
    rules = 'receive: [{device: N, frame: camera, to_frame: base, stamp: receive}]'
    start(ros, device, **mapping(tmp_path, rules))
    tf = Tf(ros)
    tf.send('base', 'camera', (1, 0, 0), static=True)
    got = ros.listen('/x/N/needle', PoseStamped)
    device.send(Needle((500, 0, 0), device_name='N'))
    assert (one(got).header.frame_id, xyz(got[0].pose.position)) == ('base', (1.5, 0.0, 0.0))


def test_it_is_sent_when_it_changes(ros, device, tmp_path):
    rules = ('send: [{device: N, topic: /tip, type: NEEDLE, on_change: true, eps: 0.01},'
             '{device: End, topic: /end}]')
    start(ros, device, **mapping(tmp_path, rules))
    talk, end = ros.talk('/tip', PoseStamped), ros.talk('/end', PoseStamped)
    made = PoseStamped()
    made.pose.orientation.w = 1.0
    for x in (1.0, 1.000001, 1.5):
        made.pose.position.x = x
        talk.publish(made)
        end.publish(made)
        heard = [next_message(device)]
        if x != 1.000001:
            heard.append(next_message(device))
        kinds = {m.type_name: m for m in heard}
        assert ('NEEDLE' in kinds) == (x != 1.000001)
        assert x == 1.000001 or kinds['NEEDLE'].tip.tolist() == [1000 * x, 0, 0]


def test_a_peer_can_ask_for_it_and_who_comes_late_gets_it(ros):
    node = ros.bridge(mode='server', port=0)
    talk = ros.talk('/x/to_igtl/N/needle', PoseStamped)
    made = PoseStamped()
    made.pose.orientation.w = 1.0
    with connect(str(node.link.address)) as early:
        talk.publish(made)
        assert early.wait_for('NEEDLE', 10).device_name == 'N'
        with connect(str(node.link.address)) as late:
            assert late.wait_for('NEEDLE', 10).device_name == 'N'
            late.send(Query('GET_NEEDLE', device_name='N'))
            assert late.wait_for('NEEDLE', 10).device_name == 'N'
            late.send(Query('STP_NEEDLE', device_name='N'))
            assert late.wait_for('RTS_NEEDLE', 10).status == 0


def test_a_peer_is_asked_for_it(ros, device, tmp_path):
    start(ros, device, **mapping(tmp_path, 'queries: [{type: NEEDLE, device: N, timeout: 5}]'))
    client = ros.node.create_client(Trigger, '/x/get/NEEDLE/N')
    wait_for(client.service_is_ready, 'the service')
    answer = client.call_async(Trigger.Request())
    asked = next_message(device)
    assert (asked.type_name, asked.device_name) == ('GET_NEEDLE', 'N')
    device.send(Needle((1, 2, 3), device_name='N'))
    wait_for(answer.done, 'the answer')
    assert answer.result().success


def test_its_rules_are_held_against_what_it_is(tmp_path):
    load_converters()

    def fault(text):
        with pytest.raises(ConfigError) as caught:
            load_mapping(mapping(tmp_path, text)['mapping_file'])
        return str(caught.value)

    rule = 'receive: [{{device: N, type: NEEDLE, {}}}]'.format
    assert "decode: found true with type 'NEEDLE', which has none" in fault(rule('decode: true'))
    assert "as: found 'wrench' with type 'NEEDLE'" in fault(rule('as: wrench'))
    assert "type: found 'needle'; allowed 'NEEDLE', types are" in fault(
        'receive: [{device: N, type: needle}]')
    assert try_received(ReceiveRule(device='N', type='NEEDLE')).outputs.keys() == {'needle'}
    for key in ('hold_hz: 2', 'wire_unit: m', 'stale_after: 1', 'max_age: 1', 'to_frame: base'):
        load_mapping(mapping(tmp_path, rule(key))['mapping_file'])


def test_its_answer_is_a_message():
    data = codec.encode(Response('RTS_NEEDLE', 1, device_name='N'))
    assert codec.decode(data).status == 1
