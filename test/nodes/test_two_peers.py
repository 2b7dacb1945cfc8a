"""Two peers that send one device onto one topic: the real node, with two real clients."""

import time

import pytest
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import TransformStamped
from ros_user import STATE, mapping, pose, reload, wait_for
from std_msgs.msg import Bool
from std_msgs.msg import String as RosString
from tf2_msgs.msg import TFMessage

from igtl_ros2 import connect
from igtl_ros2.codec.messages.bundle import Bind
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import Status, StatusCode, String
from igtl_ros2.config import marked_name
from igtl_ros2.converters import topic_holder

pytestmark = pytest.mark.usefixtures('nobody_is_late')

GATE = 'workspace: {min: [-9, -9, -9], max: [9, 9, 9]}'


@pytest.fixture
def two():
    """Connect two clients to a bridge; the first sends 1000 mm, the second 2000 mm."""
    clients = []

    def connected(node):
        url = str(node.link.address)
        clients.extend(connect(url, reconnect=False) for _ in range(2))
        for client in clients:
            client.wait_connected(20)
        wait_for(lambda: len(node.link.peers) == 2, 'both')
        return clients

    yield connected
    for client in clients:
        client.close()


def bridge(ros, tmp_path, text, **parameters):
    return ros.bridge(port=0, **parameters, **mapping(tmp_path, text))


def report(node):
    (health, *_), = node._diagnostics._open
    return health._report


def done(ros, *clients):
    """Wait until all that clients have sent has gone through the bridge."""
    for number, client in enumerate(clients):
        heard = ros.listen(f'/x/End{number}/text', RosString, STATE)
        text = str(time.monotonic_ns())
        wait_for(lambda c=client, n=number, t=text, h=heard: c.send(
            String(t, device_name=f'End{n}')) or time.sleep(0.02) or any(
                m.data == t for m in h), 'the end')


def at(x_mm, name='Tgt', **fields):
    return Transform(pose((x_mm, 0, 0)), device_name=name, **fields)


def take_turns(clients, number=10, **fields):
    for _ in range(number):
        for client, x in zip(clients, (1000, 2000)):
            client.send(at(x, **fields))


def metres(messages):
    return {round(m.transform.translation.x, 6) for m in messages}


def begin(client, heard, x=1000, **fields):
    """Send until it is heard."""
    wait_for(lambda: client.send(at(x, **fields)) or time.sleep(0.02)
             or x / 1000 in metres(heard), 'the first one')


def said(ros, words):
    """Wait for a status on /diagnostics at WARN with some words in it."""
    heard = ros.listen('/diagnostics', DiagnosticArray)

    def found():
        return next((s for m in heard for s in m.status if s.level == b'\x01' and any(
            words in f'{v.key} {v.value}' for v in s.values)), None)

    return found


@pytest.mark.parametrize('rules', [
    f'receive: [{{device: Tgt, {GATE}, tf: true, frame: map}}, {{device: "*"}}]',
    'receive: [{device: "*", on_conflict: first, tf: true, frame: map}]',
    'defaults: {on_conflict: first, frame: map}\nreceive: [{device: "*", tf: true}]',
])
def test_the_first_alone_is_published(ros, tmp_path, two, rules):
    node = bridge(ros, tmp_path, rules)
    first, second = clients = two(node)
    heard = ros.listen('/x/Tgt/transform', TransformStamped)
    on_tf = ros.listen('/tf', TFMessage)
    found = said(ros, 'sent at once')
    begin(first, heard)
    take_turns(clients)
    second.send(Bind((at(2000),), device_name='Bundle'))
    done(ros, *clients)
    assert metres(heard) == {1.0}
    assert metres(t for m in on_tf for t in m.transforms if t.child_frame_id == 'Tgt') == {1.0}
    assert report(node).withheld['TRANSFORM Tgt: another peer'] == 11
    wait_for(lambda: take_turns(clients, 1) or time.sleep(0.05) or found(), 'the diagnostics')


def test_without_gates_both_are_published_and_it_is_said(ros, tmp_path, two, capfd):
    node = bridge(ros, tmp_path, 'receive: [{device: "*"}]')
    clients = two(node)
    heard = ros.listen('/x/Tgt/transform', TransformStamped)
    found = said(ros, 'of several peers')
    begin(clients[0], heard)
    take_turns(clients)
    done(ros, *clients)
    assert metres(heard) == {1.0, 2.0}
    assert len(heard) >= 21
    status = wait_for(
        lambda: take_turns(clients, 1) or time.sleep(0.05) or found(), 'the diagnostics')
    text = ' '.join([status.message, *(v.value for v in status.values)])
    for peer in node.link.peers:
        assert peer.address in text
    (line,) = [line for line in capfd.readouterr().err.splitlines() if 'both send' in line]
    assert all(peer.address in line for peer in node.link.peers)


def test_when_the_first_is_gone_the_second_goes_on(ros, tmp_path, two):
    node = bridge(ros, tmp_path, f'receive: [{{device: Tgt, {GATE}}}, {{device: "*"}}]')
    first, second = two(node)
    heard = ros.listen('/x/Tgt/transform', TransformStamped)
    begin(first, heard)
    second.send(at(2000))
    done(ros, second)
    assert metres(heard) == {1.0}
    first.close()
    begin(second, heard, 2000)


@pytest.mark.parametrize('gates', [f'{GATE}', 'on_conflict: first'])
def test_when_the_first_is_silent_the_second_goes_on(ros, tmp_path, two, gates, monkeypatch):
    monkeypatch.setattr('igtl_ros2.routes.left_devices.SILENT_S', 0.5)
    node = bridge(ros, tmp_path, f'receive: [{{device: Tgt, {gates}}}, {{device: "*"}}]')
    first, second = two(node)
    heard = ros.listen('/x/Tgt/transform', TransformStamped)
    for _ in range(5):  # among them such that take the short way
        begin(first, heard)
    begin(second, heard, 2000)
    heard.clear()
    for _ in range(20):
        second.send(at(2000))
        first.send(at(1000))
    done(ros, first, second)
    assert metres(heard) == {2.0}


def test_the_gates_compare_with_the_last_pose_whoever_sent_it(ros, tmp_path, two):
    node = bridge(ros, tmp_path, """
receive: [{device: Tgt, max_jump: {m: 0.1}, recover_after: 1000}, {device: "*"}]
""")
    first, second = two(node)
    heard = ros.listen('/x/Tgt/transform', TransformStamped)
    begin(first, heard)
    first.close()
    wait_for(lambda: len(node.link.peers) == 1, 'the end of the first')
    second.send(at(2000))
    begin(second, heard, 1050)
    assert metres(heard) == {1.0, 1.05}


def test_who_sends_only_changes_keeps_its_topic(ros, tmp_path, two, monkeypatch):
    monkeypatch.setattr('igtl_ros2.routes.left_devices.SILENT_S', 0.01)
    node = bridge(ros, tmp_path, f'receive: [{{device: Tgt, {GATE}}}, {{device: "*"}}]')
    first, second = two(node)
    heard = ros.listen('/x/Tgt/transform', TransformStamped)
    wait_for(lambda: first.send(at(1000), stamp=False) or time.sleep(0.02) or heard, 'one')
    time.sleep(0.1)
    for _ in range(9):
        second.send(at(2000))
    done(ros, second)
    assert metres(heard) == {1.0}


def test_a_rule_for_one_peer(ros, tmp_path, two):
    node = bridge(ros, tmp_path, 'receive: [{device: "*"}]')
    first, second = clients = two(node)
    first.send(String('me', device_name='Who'))
    mine = wait_for(lambda: next((p.address for p in node.link.peers if p.received), None), 'it')
    assert reload(ros, f"""
receive:
  - {{device: Tgt, type: TRANSFORM, peer: "{mine}", {GATE}}}
  - {{device: "*"}}
""", tmp_path)[0]
    heard = ros.listen('/x/Tgt/transform', TransformStamped)
    other = ros.listen(f'/x/{marked_name("Tgt")}/transform', TransformStamped)
    begin(second, other, 2000)
    begin(first, heard)
    take_turns(clients, 50)
    done(ros, *clients)
    assert metres(heard) == {1.0} and metres(other) == {2.0}
    assert any('Tgt: name' in kind for kind in report(node).counts)


def test_a_rule_that_drops_one_peer(ros, tmp_path, two):
    node = bridge(ros, tmp_path, 'receive: [{device: Tgt, peer: 127.0.0.1, action: drop}, '
                  '{device: "*"}]')
    clients = two(node)
    heard = ros.listen('/x/Tgt/transform', TransformStamped)
    take_turns(clients)
    done(ros, *clients)
    assert not heard
    assert report(node).left_out['TRANSFORM Tgt: by rule'] == 20


def test_numbers(ros, tmp_path, two):
    node = bridge(ros, tmp_path, """
receive:
  - {device: Tgt, on_conflict: number, workspace: {min: [-5, -5, -5], max: [5, 5, 5]}}
  - {device: "*"}
""")
    first, second = clients = two(node)
    heard = ros.listen('/x/Tgt/transform', TransformStamped)
    other = ros.listen(f'/x/{topic_holder.numbered("Tgt", "2")}/transform', TransformStamped)
    begin(first, heard)
    begin(second, other, 2000)
    second.send(at(6000))
    second.send(Bind((at(2000),), device_name='Bundle'))
    take_turns(clients)
    done(ros, *clients)
    assert metres(heard) == {1.0} and metres(other) == {2.0}
    assert any(kind.startswith('TRANSFORM Tgt: workspace') for kind in report(node).withheld)
    # and stays there
    first.close()
    wait_for(lambda: len(node.link.peers) == 1, 'the end of the first')
    heard.clear()
    second.send(at(2000))
    done(ros, second)
    assert not heard


def test_an_emergency_of_the_second_is_never_held_up(ros, tmp_path, two):
    node = bridge(ros, tmp_path, 'receive: [{device: "*", on_conflict: first}]')
    first, second = two(node)
    emergency = ros.listen('/x/igtl_bridge/emergency', Bool, STATE)
    statuses = ros.listen('/x/Robot/status', DiagnosticArray, STATE)
    first.send(Status(1, device_name='Robot'))
    wait_for(lambda: statuses, 'the status')
    second.send(Status(1, message='stranger', device_name='Robot'))
    # an emergency takes the place of a state that has not left yet
    wait_for(lambda: report(node).withheld['STATUS Robot: another peer'] == 1, 'the stranger')
    second.send(Status(StatusCode.EMERGENCY, device_name='Robot'))
    wait_for(lambda: emergency and emergency[-1].data, 'the emergency')
    wait_for(lambda: statuses[-1].status[0].level == b'\x02', 'the status')
    assert report(node).withheld == {'STATUS Robot: another peer': 1}


def test_poses_that_come_many_at_a_time(ros, tmp_path, two):
    node = bridge(ros, tmp_path, 'receive: [{device: "*", on_conflict: first}]')
    first, second = two(node)
    heard = ros.listen('/x/Tgt/transform', TransformStamped)
    begin(first, heard)
    for _ in range(20):
        for client, x in ((first, 1000), (second, 2000)):
            for _ in range(20):
                client.send(at(x))
    done(ros, first, second)
    assert metres(heard) == {1.0}


def test_other_policies_after_a_reload(ros, tmp_path, two):
    node = bridge(ros, tmp_path, 'receive: [{device: "*", on_conflict: first}]')
    clients = two(node)
    heard = ros.listen('/x/Tgt/transform', TransformStamped)
    begin(clients[0], heard)
    take_turns(clients)
    done(ros, *clients)
    assert metres(heard) == {1.0}
    assert reload(ros, 'receive: [{device: "*", on_conflict: mix}]', tmp_path)[0]
    wait_for(lambda: take_turns(clients, 1) or time.sleep(0.02) or metres(heard) == {1.0, 2.0},
             'both')


@pytest.mark.parametrize('policy', ['', 'on_conflict: first, ', 'on_conflict: number, '])
def test_peers_over_udp_are_told_apart_too(ros, tmp_path, policy):
    node = ros.bridge(url='udp://127.0.0.1:0', mode='server', **mapping(
        tmp_path, f'receive: [{{device: Tgt, {policy}{GATE}}}, {{device: "*"}}]'))
    url = f'udp://127.0.0.1:{node.link.address.port}'
    with connect(url) as first, connect(url) as second:
        heard = ros.listen('/x/Tgt/transform', TransformStamped)
        begin(first, heard)
        (mine,) = (peer.address for peer in node.link.peers)
        take_turns((first, second))
        done(ros, first, second)
        assert metres(heard) == {1.0}
        assert reload(ros, f"""
receive:
  - {{device: Tgt, type: TRANSFORM, peer: "{mine}", {GATE}}}
  - {{device: "*"}}
""", tmp_path)[0]
        other = ros.listen(f'/x/{marked_name("Tgt")}/transform', TransformStamped)
        begin(second, other, 2000)
        take_turns((first, second))
        done(ros, first, second)
        assert metres(heard) == {1.0} and metres(other) == {2.0}


def test_a_device_goes_on_where_its_rule_is_for_its_peer_from_a_reload_on(ros, tmp_path, two):
    gate = 'workspace: {min: [-1, -1, -1], max: [1, 1, 1]}'
    node = bridge(ros, tmp_path, f'receive: [{{device: Tgt, {gate}}}, {{device: "*"}}]')
    first, _ = two(node)
    status = ros.listen('/x/Tgt/status', DiagnosticArray, STATE)
    wait_for(lambda: first.send(at(2000)) or time.sleep(0.02) or status, 'the gate')
    for peer in ('peer: 127.0.0.1, ', ''):
        assert reload(
            ros, f'receive: [{{device: Tgt, {peer}{gate}}}, {{device: "*"}}]', tmp_path)[0]
        wait_for(lambda: first.send(at(500)) or time.sleep(0.02)
                 or status[-1].status[0].level == b'\0', 'the end of it')
        wait_for(lambda: first.send(at(2000)) or time.sleep(0.02)
                 or status[-1].status[0].level == b'\1', 'the gate again')


def test_a_topic_of_a_peer_that_has_left_is_not_missed(ros, tmp_path, two):
    node = bridge(ros, tmp_path, 'receive: [{device: Tgt, max_age: 0.5, on_conflict: number}]')
    first, second = two(node)
    mine = ros.listen('/x/Tgt/transform', TransformStamped)
    receiver = node._receivers['']
    begin(first, mine)

    def stale(*clients):
        """Tell what is stale while some send."""
        for client in clients:
            client.send(at(1000))
        time.sleep(0.02)
        return receiver.stale

    def waits_for_another(names):
        return len(names) == 1 and names[0].startswith('TRANSFORM Tgt (Tgt_')

    wait_for(lambda: stale(first, second) == [] and len(receiver.devices) == 1
             and len(receiver._table.all) == 2, 'the other topic')
    wait_for(lambda: waits_for_another(stale(first)), 'the silence of the second, by its topic')
    second.close()
    wait_for(lambda: stale(first) == [], 'the end of waiting for it')
    first.close()
    wait_for(lambda: receiver.stale == ['TRANSFORM Tgt'], 'the silence of the first')
