"""A bridge with several links: each for itself, and what they have in common."""

import asyncio
import itertools
import json
import logging
import socket
import threading
import time
from contextlib import ExitStack

import pytest
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import PoseStamped, TransformStamped
from ros_user import STATE, mapping, next_message, one, pose, wait_for
from std_msgs.msg import Bool
from std_msgs.msg import String as RosString
from tf2_msgs.msg import TFMessage

from igtl_ros2 import codec, connect, serve
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import Status
from igtl_ros2.errors import ConfigError, PeerError
from igtl_ros2.nodes import bridge, diagnostics
from igtl_ros2.transport import udp


def tool(x, name='Tool'):
    return Transform(pose((x, 0, 0)), device_name=name)


@pytest.fixture
def two(ros, tmp_path):
    """Start a bridge that listens on two links, a and b, and connect to each."""
    with ExitStack() as stack:
        def begin(a='', b='', top='', **parameters):
            text = f"""
{top}
links:
- name: a
  port: 0
  {a}
- name: b
  port: 0
  {b}
"""
            node = ros.bridge(**mapping(tmp_path, text), **parameters)
            clients = [stack.enter_context(connect(str(link.address), **{'header_version': '2'}))
                       for link in node.links.values()]
            wait_for(lambda: all(link.peers for link in node.links.values()), 'both peers')
            return node, *clients
        yield begin


def until_received(send, received, what):
    """Repeat what is lost while DDS has not matched yet."""
    return wait_for(lambda: send() or time.sleep(0.05) or received, what)


def test_topics_of_a_link_are_under_its_name(ros, two):
    node, a, b = two('receive: [{device: Renamed, name: left/tool}, {device: "*"}]')
    from_a = ros.listen('/x/a/Tool/transform', TransformStamped)
    from_b = ros.listen('/x/b/Tool/transform', TransformStamped)
    renamed = ros.listen('/x/a/left/tool/transform', TransformStamped)
    until_received(lambda: a.send(tool(1)), from_a, 'the tool of a')
    until_received(lambda: b.send(tool(2)), from_b, 'the tool of b')
    until_received(lambda: a.send(tool(3, 'Renamed')), renamed, 'the renamed tool')
    assert {m.transform.translation.x for m in from_a} == {0.001}
    assert {m.transform.translation.x for m in from_b} == {0.002}
    assert (from_a[0].header.frame_id, from_a[0].child_frame_id) == ('ras', 'Tool')
    names = [name for name, _ in node.get_topic_names_and_types()]
    assert not [name for name in names if name.startswith('/x/Tool')]


def test_what_is_to_be_sent_goes_over_the_link_that_is_named(ros, two):
    _, a, b = two()
    talk = ros.talk('/x/b/to_igtl/Goal/pose', PoseStamped)
    goal = PoseStamped()
    goal.pose.orientation.w = 1.0
    talk.publish(goal)
    assert next_message(b).device_name == 'Goal'
    with pytest.raises(PeerError):
        a.receive(0.3)


def test_a_value_goes_from_one_link_to_the_other_and_not_back(ros, two):
    send = 'send: [{topic: a/Target/transform, device: Target}]'
    _, a, b = two(send, send)

    def relayed():
        a.send(tool(5, 'Target'))
        try:
            return b.receive(0.2)
        except PeerError:
            return None

    message = wait_for(relayed, 'the relayed target')
    assert (message.device_name, message.matrix[0, 3]) == ('Target', pytest.approx(5))
    with pytest.raises(PeerError):
        a.receive(0.5)


def test_an_echo_is_counted_where_somebody_would_have_got_it(ros, two):
    node, a, b = two()
    back = {name: ros.talk(f'/x/{name}/to_igtl/Target/transform', TransformStamped)
            for name in 'ab'}

    def send_on(value):
        for talk in back.values():
            talk.publish(value)

    ros.node.create_subscription(TransformStamped, '/x/a/Target/transform', send_on, 10)
    stamps = itertools.count(1 << 32)

    def relayed():
        a.send(Transform(pose((5, 0, 0)), device_name='Target', timestamp=next(stamps)))
        try:
            return b.receive(0.2)
        except PeerError:
            return None

    wait_for(relayed, 'the relayed target')
    with pytest.raises(PeerError):
        a.receive(0.5)
    left_out = {health.name: health._report.left_out for health, *_ in
                node._diagnostics._open}
    assert left_out['a']['Target: echo'] > 0
    assert not left_out['b']


def test_a_frame_that_one_link_sends_is_broadcast_by_none(ros, two):
    _, a, b = two(
        'send: [{tf: {source: Tool, target: Base}, device: ToolToBase}]',
        'receive: [{device: "*", tf: true}]',
    )
    tf = ros.listen('/tf', TFMessage)

    def send():
        b.send(tool(1, 'ToolToWorld'))
        b.send(tool(1, 'ProbeToWorld'))

    until_received(send, tf, 'tf')
    assert {t.child_frame_id for m in tf for t in m.transforms} == {'Probe'}


def test_a_frame_is_broadcast_by_the_link_that_was_first(ros, two):
    _, a, b = two(
        top='defaults: {stamp: receive}\nprofile: plus',
    )
    tf = ros.listen('/tf', TFMessage)
    problems = ros.listen('/diagnostics', DiagnosticArray)
    until_received(lambda: a.send(tool(1, 'ProbeToTracker')), tf, 'tf of the first')
    wait_for(
        lambda: b.send(tool(2, 'ProbeToTracker')) or time.sleep(0.05)
        or [v for d in problems for s in d.status if s.name.endswith(': b')
            for v in s.values if v.key == 'problem tf Probe: owner'],
        'the report on the second',
    )
    a.send(tool(3, 'ProbeToTracker'))
    wait_for(lambda: tf[-1].transforms[0].transform.translation.x == 0.003, 'the last of a')
    assert {t.transform.translation.x for m in tf for t in m.transforms} == {0.001, 0.003}


def test_an_emergency_holds_until_all_links_are_out_of_it(ros, two):
    _, a, b = two()
    emergency = ros.listen('/x/igtl_bridge/emergency', Bool, STATE)
    states = ros.listen('/x/b/Robot/status', DiagnosticArray, STATE)
    assert one(emergency).data is False
    a.send(Status(3, device_name='Robot'))
    wait_for(lambda: emergency[-1].data, 'the emergency')
    b.send(Status(1, device_name='Robot'))
    wait_for(lambda: states, 'the good state of the robot of the same name')
    assert emergency[-1].data
    a.send(Status(1, device_name='Robot'))
    wait_for(lambda: not emergency[-1].data, 'the end of the emergency')


def test_garbage_on_one_link_is_no_matter_to_the_other(ros, two):
    node, a, b = two()
    poses = ros.listen('/x/b/Tool/transform', TransformStamped)
    until_received(lambda: b.send(tool(0)), poses, 'a pose')
    address = node.links['a'].address
    good = codec.encode(tool(1))
    bad = bytearray(good)
    bad[-1] ^= 1
    rubbish = (b'GET / HTTP/1.1\r\n\r\n' * 1000, good[:42] + b'\xff' * 100, bytes(bad), good[:80])
    sockets = []
    count = len(poses)
    for number in range(40):
        sockets.append(socket.create_connection((address.host, address.port)))
        sockets[-1].sendall(rubbish[number % len(rubbish)])
        b.send(tool(1))
        wait_for(lambda n=number: len(poses) >= count + n + 1, 'every pose of the other link')
    assert node.links['b'].peers and not node.links['b'].peers[0].errors
    for sock in sockets:
        sock.close()
    received = ros.listen('/x/a/Tool/transform', TransformStamped)
    until_received(lambda: a.send(tool(7)), received, 'a pose of the good peer of the bad link')


def test_a_used_port_stops_the_start_and_names_the_link(ros, tmp_path, free_port):
    handlers = list(logging.getLogger('igtl_ros2').handlers)
    with serve('tcp://127.0.0.1:0') as other, pytest.raises(PeerError) as caught:
        ros.bridge(**mapping(tmp_path, f"""
links:
- {{name: fine, port: {free_port}}}
- {{name: taken, port: {other.address.port}}}
"""))
    assert str(caught.value).startswith("link 'taken': ")
    assert str(other.address.port) in str(caught.value)
    assert logging.getLogger('igtl_ros2').handlers == handlers
    with serve(f'tcp://127.0.0.1:{free_port}'):
        pass  # the first link is closed again


def test_where_links_go_is_no_matter_of_the_node(ros, tmp_path):
    with pytest.raises(ConfigError, match='^port: found 0 besides the links of '):
        ros.bridge(port=0, **mapping(tmp_path, 'links: [{name: a}]'))


def test_parameters_of_the_node_hold_for_all_links(ros, two):
    node, _, _ = two('limits: {max_clients: 7}', max_skew=3.0, **{'limits.max_clients': 5})
    assert [link.settings.max_clients for link in node.links.values()] == [7, 5]
    assert [link.settings.max_skew for link in node.links.values()] == [3.0, 3.0]


# -- diagnostics


class Health:
    """What /diagnostics says about each link."""

    def __init__(self, ros):
        self.arrays = ros.listen('/diagnostics', DiagnosticArray)

    def wait(self, link, condition, what):
        """Wait for a report on a link of which something holds; give it, and its values."""
        def found():
            for array in list(self.arrays):
                for status in array.status:
                    values = {v.key: v.value for v in status.values}
                    if status.name.endswith(f': {link}') and condition(status, values):
                        return status, values
            return None

        return wait_for(found, what)

    def forget(self):
        self.arrays.clear()


def test_every_link_has_a_report_of_its_own(ros, two):
    node, a, b = two()
    health = Health(ros)
    poses = ros.listen('/x/a/Tool/transform', TransformStamped)
    until_received(lambda: a.send(tool(1)), poses, 'a pose')
    array = one(health.arrays)
    assert [s.name for s in array.status] == ['/x/igtl_bridge: a', '/x/igtl_bridge: b']
    assert [s.hardware_id for s in array.status] == [
        str(link.address) for link in node.links.values()]
    _, values = health.wait('a', lambda s, v: v['devices'] == '2', 'the greeting and the tool')
    assert (values['state'], values['peers'], values['dropped']) == ('listening', '1', 'none')
    peer = node.links['a'].peers[0].address
    assert 'header version 1 and 2' in values[f'peer {peer}']
    assert 'compat plain' in values[f'peer {peer}']
    assert 'round trip' not in values[f'peer {peer}']
    health.wait('b', lambda s, v: (s.level, v['peers'], v['devices']) == (b'\0', '1', '1'),
                'b is well, and has the greeting')


def test_rates_are_those_since_the_last_report(ros, two):
    _, a, _ = two()
    health = Health(ros)
    poses = ros.listen('/x/a/Tool/transform', TransformStamped)
    size = len(codec.encode(tool(1)))
    until_received(lambda: a.send(tool(1)), poses, 'a pose')
    _, values = health.wait(
        'a', lambda s, v: float(v['received messages/s']) > 0, 'a rate above nothing')
    assert float(values['received bytes/s']) >= size * float(values['received messages/s']) * 0.99
    health.forget()
    _, values = health.wait(
        'a', lambda s, v: float(v['received messages/s']) == 0, 'a rate of nothing')
    assert int(values['received bytes']) >= size
    assert int(values['received messages']) >= 1


def test_a_wrong_checksum_is_a_warning_that_passes(ros, two):
    node, _, _ = two()
    health = Health(ros)
    address = node.links['a'].address
    bad = bytearray(codec.encode(tool(1)))
    bad[-1] ^= 1
    health.wait('a', lambda s, v: s.level == b'\0', 'the link a is well')
    with socket.create_connection((address.host, address.port)) as sock:
        sock.sendall(bytes(bad) * 3)
        status, values = health.wait(
            'a', lambda s, v: v['CRC errors'] == '3' and s.level == b'\1', 'a warning')
        assert 'CRC errors' in status.message
        health.forget()
        health.wait('a', lambda s, v: v['CRC errors'] == '3' and s.level == b'\0', 'its end')
    health.forget()
    # what a peer has done is still counted when it is gone
    health.wait('a', lambda s, v: v['peers'] == '1' and v['CRC errors'] == '3', 'the memory')
    health.wait('b', lambda s, v: s.level == b'\0' and v['CRC errors'] == '0', 'b is well')


def test_a_peer_that_is_not_there_is_a_warning_then_an_error(
    ros, tmp_path, free_port, monkeypatch
):
    health = Health(ros)
    node = ros.bridge(**mapping(tmp_path, f"""
links:
- {{name: absent, mode: client, port: {free_port}, reconnect: {{delay: 0.05}}}}
- {{name: present, port: 0}}
"""))
    status, _ = health.wait('absent', lambda s, v: s.level == b'\1', 'a warning')
    assert status.message.startswith('not connected for ')
    monkeypatch.setattr(diagnostics, '_PATIENCE_S', 0.5)
    status, _ = health.wait('absent', lambda s, v: s.level == b'\2', 'an error')
    assert str(free_port) in status.message
    health.wait('present', lambda s, v: s.level == b'\0', 'the other is well')
    with serve(f'tcp://127.0.0.1:{free_port}') as device:
        wait_for(lambda: node.links['absent'].peers and device.peers, 'the connection')
        health.forget()
        health.wait('absent', lambda s, v: s.level == b'\0' and v['peers'] == '1', 'all is well')


@pytest.mark.parametrize('profile', ['plain', 'slicer'])
def test_a_device_that_falls_silent_is_stale_but_slicer_may_be_silent(
    ros, tmp_path, monkeypatch, profile
):
    monkeypatch.setattr(diagnostics, '_PATIENCE_S', 0.3)
    with serve('tcp://127.0.0.1:0') as device:
        health = Health(ros)
        ros.bridge(mode='client', port=device.address.port,
                   **mapping(tmp_path, f'profile: {profile}'))
        wait_for(lambda: device.peers, 'the bridge')
        device.send(tool(1))
        health.wait('OpenIGTLink', lambda s, v: v['received messages'] == '1', 'the message')
        health.forget()
        if profile == 'slicer':
            wait_for(lambda: len(health.arrays) > 8, 'reports for longer than patience lasts')
            assert {s.level for a in health.arrays for s in a.status} == {b'\0'}
        else:
            status, _ = health.wait('OpenIGTLink', lambda s, v: s.level == b'\3', 'stale')
            assert 'nothing was received' in status.message
            device.send(tool(2))
            health.forget()
            health.wait('OpenIGTLink', lambda s, v: s.level == b'\0', 'all is well')


def test_what_could_not_be_converted_is_a_warning(ros, two):
    _, a, _ = two()
    health = Health(ros)
    mirrored = Transform(pose(rotation=((-1, 0, 0), (0, 1, 0), (0, 0, 1))), device_name='Bad')
    health.wait('a', lambda s, v: s.level == b'\0', 'the link a is well')
    a.send(mirrored)
    status, values = health.wait('a', lambda s, v: s.level == b'\1', 'a warning')
    assert status.message == '1 messages not converted'
    assert values['problem TRANSFORM Bad'] == '1'


def test_a_type_that_nobody_knows_is_counted_and_no_trouble(ros, two):
    _, a, _ = two()
    health = Health(ros)
    for _ in range(3):
        a.send(codec.Unknown('FOOBAR', b'abc', device_name='U'))
    key = 'left out FOOBAR U: unknown type, on raw only'
    status, values = health.wait('a', lambda s, v: v.get(key) == '3', 'the count')
    assert (status.level, status.message) == (b'\0', '1 connected')
    assert not [key for key in values if key.startswith('problem')]


def test_a_reconnection_is_counted(ros, tmp_path, free_port):
    health = Health(ros)
    address = f'tcp://127.0.0.1:{free_port}'
    with serve(address) as device:
        ros.bridge(mode='client', port=free_port, **{'reconnect.delay': 0.05})
        wait_for(lambda: device.peers, 'the bridge')
    with serve(address) as device:
        wait_for(lambda: device.peers, 'the bridge again')
        status, _ = health.wait(
            'OpenIGTLink', lambda s, v: v['reconnects'] == '1' and s.level == b'\1', 'it')
        assert 'reconnects' in status.message


def test_the_round_trip_is_told_where_it_is_measured(ros):
    with serve('tcp://127.0.0.1:0') as device:
        health = Health(ros)
        ros.bridge(mode='client', port=device.address.port, ping_period=0.2)
        device.send(tool(1))  # so that it is seen not to be Slicer

        def answered():
            try:
                peer, message = device.receive(0.1)
            except PeerError:
                return False
            if message.type_name == 'GET_STATUS':
                peer.send(Status(1, device_name=message.device_name))
                return True
            return False

        wait_for(answered, 'a question')

        def told(status, values):
            answered()
            return any('round trip' in value and 'ms' in value for value in values.values())

        health.wait('OpenIGTLink', told, 'the round trip')


def test_peers_tells_who_is_connected_over_which_link(ros, two):
    node, a, b = two()
    told = ros.listen('/x/igtl_bridge/peers', RosString, STATE)
    a.send(tool(1))

    def seen():
        peers = {peer['link']: peer for peer in json.loads(told[-1].data)} if told else {}
        return peers.get('a', {}).get('versions') and len(peers) == 2 and peers

    peers = wait_for(seen, 'both peers, with what they have shown')
    assert peers['b']['address'] == node.links['b'].peers[0].address
    assert set(peers['a']) == {'link', 'address', 'name', 'compat', 'versions'}
    b.close()
    wait_for(lambda: [p['link'] for p in json.loads(told[-1].data)] == ['a'], 'the end of b')


def test_who_comes_and_goes_keeps_no_message_waiting_for_the_list_of_peers(
    ros, two, monkeypatch
):
    threads = set()
    publish = diagnostics.Diagnostics._publish_peers

    def noted(self):
        threads.add(threading.current_thread().name)
        publish(self)

    told = ros.listen('/x/igtl_bridge/peers', RosString, STATE)
    monkeypatch.setattr(diagnostics.Diagnostics, '_publish_peers', noted)
    monkeypatch.setattr(diagnostics, '_MAX_ROWS', 2)
    monkeypatch.setattr(diagnostics, 'PERIOD_S', 3600.0)
    node, *_ = two()

    def rows():
        return sum(row['link'] == 'a' for row in json.loads(told[-1].data))

    with ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(connect(str(node.links['a'].address)))
        wait_for(lambda: len(node.links['a'].peers) == 4, 'all clients')
        wait_for(lambda: rows() == 2, 'as many rows as are wanted')
    wait_for(lambda: rows() == 1, 'the end of the others')
    assert threads and 'igtl-network' not in threads


@pytest.mark.parametrize('mode', ['client', 'server'])
def test_over_udp_a_bridge_sends_to_whom_it_is_told(ros, tmp_path, mode):
    with serve('udp://127.0.0.1:0') as device:
        port = device.address.port
        where = {'port': port} if mode == 'client' else {
            'port': 0, 'udp.targets': [f'127.0.0.1:{port}']}
        ros.bridge(mode=mode, protocol='udp', **where)
        text = ros.talk('/x/to_igtl/Note/text', RosString)
        wait_for(lambda: text.publish(RosString(data='hello')) or time.sleep(0.02)
                 or device.latest('Note'), 'the text')


def test_who_sends_while_a_link_over_udp_is_opened_is_heard(ros, free_port, monkeypatch):
    found = udp.Datagrams.look_up

    async def look_up(*arguments):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as early:
            early.sendto(codec.encode(tool(4)), ('127.0.0.1', free_port))
        await asyncio.sleep(0.1)
        return await found(*arguments)

    monkeypatch.setattr(udp.Datagrams, 'look_up', look_up)
    node = ros.bridge(
        mode='server', protocol='udp', port=free_port, **{'udp.targets': ['127.0.0.1:9']})
    wait_for(lambda: node._receivers[''].devices == {('TRANSFORM', 'Tool'): 1}, 'the pose')


def test_a_link_over_udp_next_to_one_over_tcp(ros, tmp_path):
    health = Health(ros)
    node = ros.bridge(**mapping(tmp_path, """
links:
- {name: datagrams, url: "udp://127.0.0.1:0"}
- {name: stream, port: 0}
"""))
    poses = ros.listen('/x/datagrams/Tool/transform', TransformStamped)
    with connect(str(node.links['datagrams'].address)) as client:
        until_received(lambda: client.send(tool(4)), poses, 'a pose over UDP')
        assert poses[0].transform.translation.x == 0.004
        status, values = health.wait(
            'datagrams', lambda s, v: v['peers'] == '1' and v['devices'] == '1', 'the peer')
        assert status.hardware_id == str(node.links['datagrams'].address)
        assert values['state'] == 'listening'


def test_what_rules_of_one_link_name_is_kept_before_another_is_open(
    ros, device, tmp_path, monkeypatch
):
    tf = ros.listen('/tf', TFMessage)
    streaming = threading.Event()

    def stream():
        while not streaming.wait(0.01):
            device.send(tool(5000, 'ToolToWorld'))

    class SlowSender(bridge.Sender):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            time.sleep(0.3)

    monkeypatch.setattr(bridge, 'Sender', SlowSender)
    thread = threading.Thread(target=stream)
    thread.start()
    try:
        node = ros.bridge(**mapping(tmp_path, f"""
links:
- name: a
  url: {device.address}
  mode: client
  receive: [{{device: "*", tf: true}}]
- name: b
  port: 0
  receive: [{{device: ToolToBase, tf: true, max_jump: {{m: 1}}}}]
"""))
        report = node._receivers['a']._report
        wait_for(lambda: 'tf Tool: owner' in report.counts, 'the problem')
    finally:
        streaming.set()
        thread.join()
    assert not tf


@pytest.mark.parametrize('name', ['RASToTracker', 'Ras'])
def test_the_frame_of_the_patient_on_one_link_is_not_that_of_another(ros, two, name):
    node, a, b = two(
        'profile: slicer\n  receive: [{device: CLB, tf: static, frames: [base, ras]}]',
        'receive: [{device: "*", tf: true, frame: base}]')
    tf = ros.listen('/tf', TFMessage)
    static = ros.listen('/tf_static', TFMessage, STATE)
    report = node._receivers['b']._report
    wait_for(lambda: b.send(tool(5000, name)) or time.sleep(0.02) or any(
        kind.endswith(': owner') for kind in report.counts), 'the problem')
    until_received(lambda: a.send(tool(1, 'CLB')), static, 'that of the rule')
    assert not tf


def test_a_frame_of_the_patient_that_is_sent_comes_from_nobody_in_any_case(ros, two):
    node, a, b = two('profile: slicer\n  send: [{tf: {source: RAS, target: base}}]',
                     'receive: [{device: "*", tf: true}]')
    report = node._receivers['b']._report
    wait_for(lambda: b.send(tool(1, 'RASToBase')) or time.sleep(0.02)
             or 'tf RAS: own' in report.counts, 'the problem')
