"""Names that are used up: who is forgotten, who always gets in, and what is kept of the others."""

import time

import pytest
from geometry_msgs.msg import PoseStamped
from ros_user import STATE, mapping, pose, wait_for
from std_msgs.msg import String as RosString

from igtl_ros2 import connect
from igtl_ros2.codec.messages.points import Point, PointList
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import Status, String
from igtl_ros2.routes import devices
from igtl_ros2.routes.device_limits import IDLE_S, Known, whom_to_forget

pytestmark = pytest.mark.usefixtures('nobody_is_late')


def known(node):
    return {name for _, name in node._receivers[''].devices}


def send_all(node, peer, names):
    for name in names:
        wait_for(lambda n=name: peer.send(String('x', device_name=n)) or time.sleep(0.02)
                 or n in known(node), name)


def test_the_oldest_of_those_whose_peer_is_gone_is_forgotten():
    assert whom_to_forget([], 'h') is None
    one = [Known('a', 'h', False, 1.0), Known('b', 'h', True, 2.0), Known('c', 'i', True, 3.0)]
    assert whom_to_forget(one, 'h') == 'c'
    assert whom_to_forget(one[:1], 'h') is None
    some = [Known('a', 'h', False, IDLE_S), Known('b', 'h', False, IDLE_S + 1),
            Known('c', 'i', False, IDLE_S + 9)]
    assert whom_to_forget(some, 'h') == 'b'


def test_names_of_a_peer_that_is_gone_make_room_and_those_of_rules_always_get_in(
    ros, tmp_path, monkeypatch
):
    monkeypatch.setattr(devices, 'MAX_DEVICES', 3)
    node = ros.bridge(port=0, **mapping(tmp_path, """
receive: [{device: Named, pose: true}, {device: "*"}]
"""))
    texts = ros.listen('/x/D0/text', RosString, STATE)
    poses = ros.listen('/x/Named/pose', PoseStamped)
    with connect(str(node.link.address)) as flood:
        send_all(node, flood, ['D0', 'D1', 'D2'])
        wait_for(lambda: texts, 'a text')
        flood.send(String('x', device_name='D3'))
        wait_for(lambda: flood.send(Transform(pose(), device_name='Named')) or time.sleep(0.02)
                 or poses, 'the device of a rule')
        assert known(node) == {'D0', 'D1', 'D2', 'Named'}
    wait_for(lambda: not node.link.peers, 'the end of the connection')
    assert node.count_publishers('/x/D0/text') == 1
    with connect(str(node.link.address)) as other:
        send_all(node, other, ['E0', 'E1'])
        assert known(node) == {'D2', 'E0', 'E1', 'Named'}
        wait_for(lambda: node.count_publishers('/x/D0/text') == 0, 'the end of the topic')
        assert node.count_publishers('/x/D2/text') == 1
    wait_for(lambda: not node.link.peers, 'the end of the connection')
    with connect(str(node.link.address)) as other:
        # who comes back is taken in again, and its topic works
        texts.clear()
        send_all(node, other, ['E2', 'D0'])
        wait_for(lambda: other.send(String('again', device_name='D0')) or time.sleep(0.02)
                 or any(m.data == 'again' for m in texts), 'the topic')


def test_what_rules_drop_takes_no_room(ros, tmp_path, monkeypatch):
    monkeypatch.setattr(devices, 'MAX_DEVICES', 2)
    node = ros.bridge(port=0, **mapping(tmp_path, """
receive: [{device: "D*", action: drop}, {device: "*"}]
"""))
    with connect(str(node.link.address)) as peer:
        for number in range(50):
            peer.send(String('x', device_name=f'D{number}'))
        send_all(node, peer, ['A', 'B'])


def test_gates_remember_who_was_forgotten(ros, tmp_path, monkeypatch):
    monkeypatch.setattr(devices, 'MAX_DEVICES', 2)
    node = ros.bridge(port=0, **mapping(tmp_path, """
receive:
  - {device: "Follow*", type: TRANSFORM, pose: true, max_jump: {m: 0.05}, recover_after: 3}
  - {device: "*"}
"""))
    poses = ros.listen('/x/Follow1/pose', PoseStamped)

    def places():
        return {round(1000 * m.pose.position.x) for m in poses}

    with connect(str(node.link.address)) as peer:
        wait_for(lambda: peer.send(Transform(pose(), device_name='Follow1')) or time.sleep(0.02)
                 or poses, 'a pose')
    wait_for(lambda: not node.link.peers, 'the end of the connection')
    with connect(str(node.link.address)) as other:
        send_all(node, other, ['A', 'B'])
        assert 'Follow1' not in known(node)
    wait_for(lambda: not node.link.peers, 'the end of the connection')
    with connect(str(node.link.address)) as again:
        for x in (500, 501, 502):
            again.send(Transform(pose((x, 0, 0)), device_name='Follow1'))
        # its topic is a new one: it is found after a while
        wait_for(lambda: again.send(Transform(pose((502, 0, 0)), device_name='Follow1'))
                 or time.sleep(0.02) or places() != {0}, 'the recovery')
    assert places() == {0, 502}


def test_labels_that_are_not_sent_any_more_make_room(ros, tmp_path, monkeypatch):
    from igtl_ros2.converters import names

    monkeypatch.setattr(names.KnownNames.__init__, '__defaults__', (2, 3))
    node = ros.bridge(port=0, **mapping(tmp_path, 'receive: [{device: "*", split: true}]'))

    def send(*labels):
        peer.send(PointList(
            tuple(Point(label, (0, 0, 0)) for label in labels), device_name='List'))

    with connect(str(node.link.address)) as peer:
        send('A', 'B')
        wait_for(lambda: node.count_publishers('/x/List/labels/A'), 'a label')
        wait_for(lambda: send('C') or time.sleep(0.02)
                 or node.count_publishers('/x/List/labels/C'), 'the new one')
        wait_for(lambda: node.count_publishers('/x/List/labels/A') == 0, 'the end of A')


def test_a_host_with_few_devices_does_not_wait_for_one_with_many():
    many = [Known(n, 'flood', False, n) for n in range(9)]
    assert whom_to_forget([*many, Known('a', 'h', False, 99.0)], 'h') == 8
    assert whom_to_forget(many, 'flood') is None
    alike = [*many[:4], *(Known(-n, 'h', False, 9.0) for n in range(4))]
    assert whom_to_forget(alike, 'h') is None


def test_what_was_said_on_a_status_is_forgotten_with_its_device(ros, tmp_path, monkeypatch):
    monkeypatch.setattr(devices, 'MAX_DEVICES', 2)
    node = ros.bridge(port=0, **mapping(tmp_path, 'receive: [{device: "*"}]'))
    for names in (('A', 'B'), ('C', 'D')):
        with connect(str(node.link.address)) as peer:
            for name in names:
                wait_for(lambda n=name: peer.send(Status(1, device_name=n)) or time.sleep(0.02)
                         or n in known(node), name)
        wait_for(lambda: not node.link.peers, 'the end of the connection')
    assert set(node._receivers['']._output.states) == {'C', 'D'}
