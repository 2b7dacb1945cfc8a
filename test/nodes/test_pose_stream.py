"""What comes and goes while poses stream is told, and no pose is lost."""

import json
import time
from dataclasses import replace

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import PoseStamped, TransformStamped
from rclpy.serialization import serialize_message
from ros_user import ALL, STATE, mapping, next_message, pose, start, wait_for
from std_msgs.msg import String as RosString

from igtl_ros2 import codec, connect
from igtl_ros2.codec.messages.bundle import Bind
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.converters.outputs import STREAM
from igtl_ros2.nodes import late_joiners

pytestmark = pytest.mark.usefixtures('nobody_is_late')

TURN = ((0, -1, 0), (1, 0, 0), (0, 0, 1))


def tool(x_mm, **fields):
    # of version 2 with and without metadata
    return Transform(pose((x_mm, 0, 0), TURN), device_name='Tool', version=2,
                     timestamp=codec.from_ns(time.time_ns()), **fields)


def has_settled(node):
    return node._receivers[''].devices.get(('TRANSFORM', 'Tool'), 0) > 2


@pytest.fixture
def moving(ros, device):
    """Poses, infos and states of a tool of which some have come."""
    node = start(ros, device, info_rate=0.0, header_version='2')
    poses = ros.listen('/x/Tool/transform', TransformStamped)
    infos = ros.listen('/x/Tool/info', RosString, STATE)
    states = ros.listen('/x/Tool/status', DiagnosticArray, STATE)
    wait_for(lambda: device.send(tool(0)) or time.sleep(0.02) or poses and has_settled(node),
             'the first poses')
    device.send(tool(999))  # behind those that are on their way
    wait_for(lambda: poses[-1].transform.translation.x == 0.999, 'the last of them')
    return node, poses, infos, states


def test_poses_and_stamps_are_those_that_were_sent(moving, device):
    node, poses, _, _ = moving
    sent = [tool(number + 1) for number in range(200)]
    poses.clear()
    for message in sent:
        device.send(message)
        time.sleep(0.001)
    wait_for(lambda: poses and poses[-1].transform.translation.x == 0.2, 'the last pose')
    by_stamp = {m.timestamp_ns: m for m in sent}
    assert len(poses) > 100
    for got in poses:
        stamp = got.header.stamp.sec * 10**9 + got.header.stamp.nanosec
        if stamp in by_stamp:
            t, r = got.transform.translation, got.transform.rotation
            assert (t.x, t.y, t.z) == (by_stamp[stamp].matrix[0, 3] / 1000, 0, 0)
            assert np.allclose((r.x, r.y, r.z, r.w), (0, 0, 0.5**0.5, 0.5**0.5), atol=1e-15)
            assert (got.header.frame_id, got.child_frame_id) == ('ras', 'Tool')


def test_a_state_that_comes_and_goes_is_told(moving, device):
    node, poses, _, states = moving
    device.send(tool(1, metadata={'TransformStatus': 'OUT_OF_VIEW'}))
    wait_for(lambda: states and states[-1].status[0].message == 'OUT_OF_VIEW', 'the state')
    poses.clear()
    device.send(tool(2))
    wait_for(lambda: states[-1].status[0].message == 'OK', 'the good state')
    wait_for(lambda: poses, 'the pose')
    assert [p.transform.translation.x for p in poses] == [0.002]


def test_metadata_and_stamps_of_another_kind_reach_info(moving, device):
    node, poses, infos, _ = moving
    known = len(infos)
    device.send(tool(1, metadata={'Operator': 'somebody'}))
    wait_for(lambda: len(infos) > known, 'info with metadata')
    assert json.loads(infos[-1].data)['metadata'] == {'Operator': 'somebody'}
    device.send(tool(1))
    wait_for(lambda: json.loads(infos[-1].data)['metadata'] == {}, 'info without it')
    device.send(Transform(pose(), device_name='Tool', version=2), stamp=False)
    wait_for(lambda: json.loads(infos[-1].data)['stamp_source'] == 'receive', 'another clock')


@pytest.mark.parametrize('matrix', [np.diag([1, 1, -1, 1]), np.diag([1, np.nan, 1, 1])])
def test_what_is_no_pose_is_counted_and_in_info(moving, device, matrix):
    node, poses, infos, _ = moving
    device.send(Transform(matrix, device_name='Tool', version=2,
                          timestamp=codec.from_ns(time.time_ns())))
    wait_for(lambda: 'matrix' in json.loads(infos[-1].data), 'the matrix in info')


def test_version_and_peer_reach_info(ros):
    node = ros.bridge(mode='server', port=0, info_rate=0.0, header_version='2')
    infos = ros.listen('/x/Tool/info', RosString, STATE)

    def told(peer, version):
        def is_in_info():
            peer.send(replace(tool(0), version=version))
            time.sleep(0.02)
            last = json.loads(infos[-1].data) if infos else {}
            return (last.get('version'), last.get('peer')) == (version, address)

        address = next(p.address for p in node.link.peers if p not in known)
        wait_for(is_in_info, f'version {version} of {address}')
        wait_for(lambda: peer.send(replace(tool(0), version=version)) or has_settled(node),
                 'the first poses')
        return address

    known = []
    with connect(str(node.link.address), header_version='2', queue_policy=ALL) as a:
        wait_for(lambda: len(node.link.peers) == 1, 'one peer')
        first = told(a, 2)
        told(a, 1)
        known = list(node.link.peers)
        with connect(str(node.link.address), header_version='2', queue_policy=ALL) as b:
            wait_for(lambda: len(node.link.peers) == 2, 'both peers')
            assert told(b, 1) != first
            told(b, 2)


def test_info_comes_again_while_poses_stream(ros, device):
    node = start(ros, device, info_rate=20.0, header_version='2')
    infos = ros.listen('/x/Tool/info', RosString, STATE)
    wait_for(lambda: device.send(tool(0)) or time.sleep(0.01) or infos and has_settled(node),
             'the first poses')
    infos.clear()
    wait_for(lambda: device.send(tool(0)) or len(infos) > 2, 'info again and again')


def test_poses_do_not_go_back_to_where_they_came_from(ros, device, tmp_path):
    node = start(ros, device, header_version='2', discover_period=0.1,
                 **mapping(tmp_path, 'send: [{topic: Tool/transform, device: Tool}]'))
    poses = ros.listen('/x/Tool/transform', TransformStamped)
    wait_for(lambda: device.send(tool(0)) or time.sleep(0.02) or poses and has_settled(node),
             'the first poses')
    wait_for(lambda: ros.node.count_subscribers('/x/Tool/transform') == 2,
             'the subscription of the bridge')
    for number in range(20):
        device.send(tool(number))
    wait_for(lambda: poses[-1].transform.translation.x == 0.019, 'the last pose')
    # behind whatever went back
    ros.talk('/x/to_igtl/End/text', RosString).publish(RosString(data='end'))
    got = list(iter(lambda: next_message(device).device_name, 'End'))
    assert 'Tool' not in got


def test_the_last_pose_comes_again_for_who_is_found_late(ros, device, monkeypatch):
    monkeypatch.setattr(late_joiners, '_SEARCH_S', 60.0)
    node = start(ros, device, header_version='2')
    send_all(node, device.send, [tool(1), tool(1), tool(1), tool(7)])
    poses = ros.listen('/x/Tool/transform', TransformStamped)
    assert wait_for(lambda: poses, 'the pose')[0].transform.translation.x == 0.007


def test_a_pose_out_of_a_bind_says_in_which_one_it_came(ros, device):
    def of_version_1(x_mm):
        return replace(tool(x_mm), version=1)

    node = start(ros, device, info_rate=0.0)
    infos = ros.listen('/x/Tool/info', RosString, STATE)
    wait_for(lambda: device.send(of_version_1(0)) or time.sleep(0.02) or (
        infos and has_settled(node)), 'the first poses')
    infos.clear()
    device.send(Bind([of_version_1(5)], device_name='Set', timestamp=tool(0).timestamp))
    info = wait_for(lambda: infos, 'info')[0]
    assert json.loads(info.data)['bind'] == 'Set'
    device.send(of_version_1(6))
    wait_for(lambda: 'bind' not in json.loads(infos[-1].data), 'info without it')


def send_all(node, send, messages):
    """Send messages one after the other, each once the one before has come."""
    count = 0

    def has_come():
        return node._receivers[''].devices.get(('TRANSFORM', 'Tool')) == count

    for message in messages:
        send(message)
        count += 1
        wait_for(has_come, 'the message')


def test_a_topic_of_another_type_is_not_written_to(ros, device):
    node = start(ros, device, info_rate=0.0, header_version='2')
    receiver = node._receivers['']
    topic = 'Tool/transform'
    receiver._output.writers.get(topic, STREAM, PoseStamped)
    send_all(node, device.send, [tool(number) for number in range(5)])
    assert receiver._report.counts == {topic: 5}


# -- from ROS


def posed(number, frame='base', stamp_ns=None):
    stamp_ns = 10**18 + number if stamp_ns is None else stamp_ns
    message = TransformStamped(child_frame_id='tool')
    message.header.frame_id = frame
    message.header.stamp.sec, message.header.stamp.nanosec = divmod(stamp_ns, 10**9)
    message.transform.translation.x = float(number)
    message.transform.rotation.z = message.transform.rotation.w = 0.5
    return message


@pytest.fixture
def talk(ros, device):
    """Publish poses; what the device gets of them."""
    start(ros, device, header_version='2', discover_period=0.1)
    publisher = ros.talk('/x/to_igtl/Tool/transform', TransformStamped)

    def said(*messages):
        for message in messages:
            publisher.publish(message)
        got = []
        while len(got) < len(messages):
            message = next_message(device)
            if message.type_name == 'TRANSFORM':
                got.append(message)
        return got

    return said


def test_poses_of_ros_arrive_with_stamp_and_frame_whoever_publishes_them(talk):
    # the frames take turns, so that both ways are taken
    messages = [posed(n, ('base', 'world')[n // 3 % 2]) for n in range(60)]
    for at in range(0, 60, 6):
        for message, got in zip(messages[at : at + 6], talk(*messages[at : at + 6])):
            assert got.metadata['ros_frame_id'] == message.header.frame_id
            nanosec = message.header.stamp.nanosec
            assert got.metadata['ros_stamp'] == f'1000000000.{nanosec:09d}'
            assert abs(got.timestamp_ns - 10**18 - nanosec) <= 1
            wanted = pose((1000 * message.transform.translation.x, 0, 0), TURN)
            np.testing.assert_allclose(got.matrix, wanted, atol=1e-6)


def test_a_pose_of_ros_without_a_stamp_is_of_now(talk):
    talk(posed(0))
    begun = time.time_ns()
    (got,) = talk(posed(1, stamp_ns=0))
    assert 'ros_stamp' not in got.metadata
    assert begun - 10 <= got.timestamp_ns <= time.time_ns()


def test_what_is_no_rotation_is_not_sent_and_counted(ros, talk):
    said = ros.listen('/diagnostics', DiagnosticArray)
    talk(posed(0))
    wrong = posed(1)
    wrong.transform.rotation.z = wrong.transform.rotation.w = 0.0
    far = posed(2)
    far.transform.translation.x = float('nan')
    assert [round(got.matrix[0, 3]) for got in talk(posed(3))] == [3000]
    publisher = talker(ros)
    publisher.publish(wrong)
    publisher.publish(far)
    wait_for(lambda: unsent(said) == 2, 'the count on /diagnostics')
    assert [round(got.matrix[0, 3]) for got in talk(posed(4))] == [4000]


@pytest.mark.parametrize('first', [0, 1], ids=['before any pose', 'after one'])
def test_bytes_that_are_no_pose_are_counted_and_end_nothing(ros, talk, first):
    said = ros.listen('/diagnostics', DiagnosticArray)
    talk(*(posed(0) for _ in range(first)))
    whole = serialize_message(posed(1))
    endless = whole[:12] + b'\xff\xff\xff\x7f' + whole[16:]  # a frame of 2 GB
    for data in (b'\0\1\0\0', whole[:20], endless):
        talker(ros).publish(data)
    assert [round(got.matrix[0, 3]) for got in talk(posed(3))] == [3000]
    wait_for(lambda: unsent(said) == 3, 'the count on /diagnostics')


def talker(ros):
    return next(p for p in ros.node.publishers if p.topic_name.endswith('Tool/transform'))


def unsent(said):
    states = [state for report in said for state in report.status]
    values = {v.key: v.value for s in states for v in s.values}
    return int(values.get('problem /x/to_igtl/Tool/transform', 0))
