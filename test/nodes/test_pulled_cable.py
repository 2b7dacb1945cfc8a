"""What is repeated ends soon after the cable is pulled, and is said to be stale."""

import time

import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from geometry_msgs.msg import PoseStamped
from netns_hosts import Card, ip, open_hosts
from ros_user import STATE, mapping, pose, wait_for

from igtl_ros2 import connect, serve
from igtl_ros2.codec.messages.pose import Transform


@pytest.fixture
def far_device():
    """A device on another host, and the card of its host."""
    with open_hosts(1) as (host,):
        here, there = f'{host}-h', f'{host}-t'
        ip('link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', host)
        try:
            ip('address', 'add', '10.213.9.1/24', 'dev', here)
            ip('link', 'set', here, 'up')
            card = Card(host, there, '10.213.9.2')
            card.plug()
            with card.inside():
                server = serve('tcp://10.213.9.2:0')
            with server:
                yield server, card
        finally:
            ip('link', 'delete', here)


@pytest.mark.parametrize('sends', [False, True], ids=['silent', 'tf is sent'])
def test_a_target_is_not_repeated_long_after_the_cable_is_pulled(
    ros, far_device, tmp_path, sends
):
    device, card = far_device
    sent = 'send: [{topic: /goal, device: Goal, keepalive: 0.05}]' if sends else ''
    node = ros.bridge(
        mode='client', host='10.213.9.2', port=device.address.port, **mapping(tmp_path, f"""
receive: [{{device: Target, type: TRANSFORM, hold_hz: 20, pose: true}}]
{sent}
"""))
    wait_for(lambda: device.peers and node.link.peers, 'the connection of the bridge')
    talker = sends and ros.talk('/goal', PoseStamped)
    if sends:
        goal = PoseStamped()
        goal.pose.orientation.w = 1.0
        talker.publish(goal)
    poses = ros.listen('/x/Target/pose', PoseStamped)
    status = ros.listen('/x/Target/status', DiagnosticArray, STATE)
    diagnostics = ros.listen('/diagnostics', DiagnosticArray)
    device.send(Transform(pose((1, 0, 0)), device_name='Target'))
    wait_for(lambda: len(poses) > 60, 'repetitions, longer than from one probe to the next')
    assert not status
    card.link('down')
    wait_for(lambda: status, 'that it is stale')
    said = status[0].status[0]
    assert (said.level, said.message) == (
        DiagnosticStatus.STALE, 'stale: its peer gives no sign of life')
    assert node.link.peers  # it is not the end of the connection that tells
    count = len(poses)
    wait_for(lambda: any(
        s.level == DiagnosticStatus.STALE and s.message == 'nothing new from TRANSFORM Target'
        for m in diagnostics for s in m.status), 'it on /diagnostics')
    assert len(poses) <= count + 1
    card.link('up')
    wait_for(lambda: len(poses) > count + 5, 'repetitions again')
    assert status[-1].status[0].level == DiagnosticStatus.OK


def test_nothing_is_repeated_while_a_peer_gives_no_sign_of_life(
    ros, device, tmp_path, monkeypatch
):
    node = ros.bridge(mode='client', port=device.address.port, **mapping(tmp_path, """
receive: [{device: Target, hold_hz: 50, pose: true}]
"""))
    wait_for(lambda: device.peers and node.link.peers, 'the connection of the bridge')
    poses = ros.listen('/x/Target/pose', PoseStamped)
    device.send(Transform(pose((1, 0, 0)), device_name='Target'))
    wait_for(lambda: len(poses) > 5, 'repetitions')
    (peer,) = node.link.peers
    with monkeypatch.context() as patch:
        patch.setattr(type(peer), 'is_answering', property(lambda self: False))
        wait_for(lambda: node._receivers[''].stale, 'that it is stale')
        count = len(poses)
        time.sleep(0.2)
        assert len(poses) <= count + 1
        device.send(Transform(pose((2, 0, 0)), device_name='Target'))  # it is there after all
        wait_for(lambda: poses[-1].pose.position.x == 0.002, 'the new one')
    wait_for(lambda: len(poses) > count + 10, 'repetitions again')


def test_over_udp_who_says_nothing_is_not_repeated_for_long(ros, tmp_path):
    node = ros.bridge(port=0, protocol='udp', **mapping(tmp_path, """
receive: [{device: Target, hold_hz: 50, pose: true}]
"""))
    poses = ros.listen('/x/Target/pose', PoseStamped)
    status = ros.listen('/x/Target/status', DiagnosticArray, STATE)
    with connect(f'udp://127.0.0.1:{node.link.address.port}') as sender:
        sender.send(Transform(pose((1, 0, 0)), device_name='Target'))
        wait_for(lambda: len(poses) > 10, 'repetitions')
        wait_for(lambda: status, 'that it is stale')
        assert status[0].status[0].message == 'stale: its peer gives no sign of life'
        sender.send(Transform(pose((2, 0, 0)), device_name='Target'))
        wait_for(lambda: status[-1].status[0].level == DiagnosticStatus.OK, 'that it is there')
