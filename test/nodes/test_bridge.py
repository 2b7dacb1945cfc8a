"""The bridge node between real OpenIGTLink peers and real ROS nodes."""

import json
import socket
import threading
import time

import numpy as np
import pytest
import rclpy
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from geometry_msgs.msg import PointStamped, PoseArray, PoseStamped, TransformStamped
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.qos import QoSProfile, ReliabilityPolicy
from ros_user import (
    ALL,
    DEADLINE_S,
    STATE,
    STREAM,
    mapping,
    next_message,
    one,
    pose,
    start,
    wait_for,
)
from sensor_msgs.msg import CompressedImage
from sensor_msgs.msg import Image as RosImage
from std_msgs.msg import Bool, Float64MultiArray, UInt8MultiArray
from std_msgs.msg import String as RosString
from tf2_msgs.msg import TFMessage

from igtl_ros2 import codec, connect, serve
from igtl_ros2.codec.messages.arrays import Sensor, unit_word
from igtl_ros2.codec.messages.catalog import ImageMeta, ImageMetaElement
from igtl_ros2.codec.messages.image import LPS, Image
from igtl_ros2.codec.messages.points import Point, PointList
from igtl_ros2.codec.messages.pose import Position, Transform
from igtl_ros2.codec.messages.text import Status, String
from igtl_ros2.codec.messages.tracking import TrackingData, TrackingElement
from igtl_ros2.config import SETTINGS, ros_name
from igtl_ros2.errors import ConfigError, PeerError
from igtl_ros2.nodes import diagnostics
from igtl_ros2.nodes.receive import Receiver
from igtl_ros2.nodes.spin import spin

V2 = {'TransformStatus': 'OK'}

TURN_X = [[1, 0, 0], [0, 0, -1], [0, 1, 0]]
TURN_Y = [[0, 0, 1], [0, 1, 0], [-1, 0, 0]]
TURN_Z = [[0, -1, 0], [1, 0, 0], [0, 0, 1]]
HALF = 0.5**0.5


# -- network to ROS


@pytest.mark.parametrize(
    ('rotation', 'quaternion'),
    [
        (TURN_X, (HALF, 0, 0, HALF)),
        (TURN_Y, (0, HALF, 0, HALF)),
        (TURN_Z, (0, 0, HALF, HALF)),
    ],
)
def test_millimetres_become_metres_and_a_quarter_turn_a_quaternion(
    ros, device, bridge, rotation, quaternion
):
    received = ros.listen('/x/ProbeToTracker/transform', TransformStamped)
    device.send(Transform(pose((100, -250, 3), rotation), device_name='ProbeToTracker'))
    device.send(Transform(pose((100, -250, 3), rotation), device_name='ProbeToTracker'))
    message = one(received)
    assert (message.header.frame_id, message.child_frame_id) == ('Tracker', 'Probe')
    t, q = message.transform.translation, message.transform.rotation
    assert (t.x, t.y, t.z) == pytest.approx((0.1, -0.25, 0.003), abs=1e-9)
    assert (q.x, q.y, q.z, q.w) == pytest.approx(quaternion, abs=1e-7)


def test_every_type_has_its_topic_and_info(ros, device, bridge):
    topics = {
        'Pos/pose': PoseStamped,
        'Tip/point': PointStamped,
        'Tools/tracking': PoseArray,
        'Targets/points': PoseArray,
        'Text/text': RosString,
        'State/status': DiagnosticArray,
        'Force/sensor': Float64MultiArray,
        'Other/raw': UInt8MultiArray,
    }
    state = [ros.listen(f'/x/{topic.split("/")[0]}/info', RosString, STATE) for topic in topics]
    received = {topic: ros.listen(f'/x/{topic}', kind) for topic, kind in topics.items()}
    unknown = codec.Unknown('PRIVATE', b'abc', device_name='Other')
    messages = [
        Position((1000, 0, 0), (0, 0, HALF, HALF), device_name='Pos'),
        Position((0, 2000, 0), device_name='Tip'),
        TrackingData([TrackingElement('A', pose((0, 0, 5)), 3)], device_name='Tools'),
        PointList([Point('TARGET', (1, 2, 3), 'Fiducial')], device_name='Targets'),
        String('größer', device_name='Text'),
        Status(13, 7, 'NotReady', 'warming up', device_name='State'),
        Sensor([1.5, -2.0], unit_word([('N', 1), ('m', -2)], 'k'), device_name='Force'),
        unknown,
    ]
    # a stream that starts before DDS has matched loses its beginning: go on until all are there
    deadline = time.monotonic() + DEADLINE_S
    while not all(received.values()) and time.monotonic() < deadline:
        for message in messages:
            device.send(message, stamp=False)  # compared byte by byte below
        time.sleep(0.1)
    assert all(received.values()), [topic for topic, found in received.items() if not found]
    assert received['Pos/pose'][0].pose.position.x == pytest.approx(1.0)
    assert received['Pos/pose'][0].pose.orientation.z == pytest.approx(HALF)
    assert received['Tip/point'][0].point.y == pytest.approx(2.0)
    assert received['Tools/tracking'][0].poses[0].position.z == pytest.approx(0.005)
    assert received['Targets/points'][0].poses[0].position.y == pytest.approx(0.002)
    assert received['Text/text'][0].data == 'größer'
    entry = received['State/status'][0].status[0]
    assert (entry.level, entry.message) == (b'\1', 'warming up')
    assert {v.key: v.value for v in entry.values}['code_name'] == 'NOT_READY'
    assert list(received['Force/sensor'][0].data) == [1.5, -2.0]
    assert bytes(received['Other/raw'][0].data) == codec.encode(unknown)
    infos = {}
    for found in state:
        info = json.loads(one(found, 'info').data)
        infos[info['device']] = info
    assert infos['Force']['unit'] == 'kN*m^-2'
    assert infos['Force']['si_factor'] == 1000.0
    assert infos['Targets']['labels'] == ['TARGET']
    assert infos['Tools']['position_only'] == ['A']
    assert infos['Other']['type'] == 'PRIVATE'
    assert infos['Pos']['stamp_source'] == 'receive'


def test_image_has_pixels_and_corners(ros, device, bridge):
    images = ros.listen('/x/Slice/image', RosImage)
    geometry = ros.listen('/x/Slice/geometry', Float64MultiArray, STATE)
    pixels = np.arange(3 * 4, dtype=np.uint8).reshape(1, 3, 4)
    # columns to the right of the patient 2 mm, rows to the front 3 mm, centre at (10, 20, 30) mm
    matrix = np.diag([2.0, 3.0, 1.0, 1.0])
    matrix[:3, 3] = (10, 20, 30)
    message = Image(pixels, matrix, device_name='Slice')
    wait_for(lambda: device.send(message) or time.sleep(0.05) or images, 'an image')
    assert (images[0].width, images[0].height, images[0].encoding) == (4, 3, 'mono8')
    assert bytes(images[0].data) == pixels.tobytes()
    ijk_to_frame = np.reshape(one(geometry).data, (4, 4))
    np.testing.assert_allclose(ijk_to_frame @ (0, 0, 0, 1), (0.007, 0.017, 0.030, 1), atol=1e-9)
    np.testing.assert_allclose(ijk_to_frame @ (3, 2, 0, 1), (0.013, 0.023, 0.030, 1), atol=1e-9)


def test_volume_in_lps_is_stacked_and_turned(ros, device, bridge):
    volumes = ros.listen('/x/CT/volume', RosImage, STATE)
    geometry = ros.listen('/x/CT/geometry', Float64MultiArray, STATE)
    voxels = np.arange(2 * 3 * 4, dtype='>i2').reshape(2, 3, 4) - 12
    matrix = np.eye(4)
    matrix[:3, 3] = (10, 20, 30)
    device.send(Image(voxels, matrix, LPS, device_name='CT'))
    volume = one(volumes)
    assert (volume.width, volume.height, volume.encoding) == (4, 6, '16SC1')
    found = np.frombuffer(volume.data, '<i2').reshape(2, 3, 4)
    np.testing.assert_array_equal(found, voxels)
    corner = np.reshape(one(geometry).data, (4, 4)) @ (0, 0, 0, 1)
    np.testing.assert_allclose(corner, (-0.0085, -0.019, 0.0295, 1), atol=1e-9)


def test_a_tool_out_of_sight_is_not_published(ros, device):
    # opens with version 2, as for PLUS, so that the device sends its metadata
    start(ros, device, header_version='2')
    assert next_message(device).version == 2
    poses = ros.listen('/x/Stylus/transform', TransformStamped)
    states = ros.listen('/x/Stylus/status', DiagnosticArray, STATE)
    good = Transform(pose((1, 0, 0)), device_name='Stylus', metadata=V2)
    lost = Transform(
        pose((9, 9, 9)), device_name='Stylus', metadata={'TransformStatus': 'OUT_OF_VIEW'}
    )
    wait_for(lambda: device.send(good) or time.sleep(0.05) or poses, 'a pose')
    for _ in range(5):
        device.send(lost)
    wait_for(lambda: [s for s in states if s.status[0].message == 'OUT_OF_VIEW'], 'the state')
    device.send(good)
    wait_for(lambda: states[-1].status[0].message == 'OK', 'the good state')
    assert {p.transform.translation.x for p in poses} == {0.001}


def test_info_of_a_stream_is_not_repeated_with_every_message(ros, device):
    start(ros, device, info_rate=0.0)
    poses = ros.listen('/x/Tool/transform', TransformStamped)
    infos = ros.listen('/x/Tool/info', RosString, STATE)
    wait_for(
        lambda: device.send(Transform(pose(), device_name='Tool')) or time.sleep(0.01)
        or len(poses) > 20,
        'twenty poses',
    )
    assert len(infos) == 1


def test_stamp_is_the_devices_if_it_is_near_and_ours_if_not(ros, device, bridge):
    poses = ros.listen('/x/Tool/transform', TransformStamped)
    near = time.time_ns() - 200_000_000
    wait_for(
        lambda: device.send(
            Transform(pose((1, 0, 0)), device_name='Tool', timestamp=codec.from_ns(near))
        )
        or time.sleep(0.05)
        or poses,
        'a pose',
    )
    assert poses[0].header.stamp.sec * 10**9 + poses[0].header.stamp.nanosec == near
    late = ros.listen('/x/Late/transform', TransformStamped)
    before = time.time_ns()
    old = codec.from_ns(near - 3600 * 10**9)
    wait_for(
        lambda: device.send(Transform(pose((2, 0, 0)), device_name='Late', timestamp=old))
        or time.sleep(0.05)
        or late,
        'a pose that is an hour old',
    )
    assert late[0].header.stamp.sec * 10**9 + late[0].header.stamp.nanosec >= before


def test_mapped_devices_are_broadcast_on_tf_and_dropped_ones_are_not_published(
    ros, device, tmp_path
):
    node = start(
        ros,
        device,
        **mapping(
            tmp_path,
            'receive:\n'
            '  - {device: Secret, action: drop}\n'
            '  - {device: CT, type: TRANSFORM, tf: static, frames: [base, ras]}\n'
            '  - {device: "*To*", type: TRANSFORM, tf: true, pose: true}\n'
            '  - {device: "*"}\n',
        ),
    )
    tf = ros.listen('/tf', TFMessage)
    tf_static = ros.listen('/tf_static', TFMessage, STATE)
    poses = ros.listen('/x/ProbeToTracker/pose', PoseStamped)
    for name in ('Secret', 'CT', 'Plain', 'ProbeToTracker'):
        device.send(Transform(pose((7, 0, 0)), device_name=name))
    probe = Transform(pose((7, 0, 0)), device_name='ProbeToTracker')
    wait_for(lambda: device.send(probe) or time.sleep(0.05) or (tf and poses), 'tf')
    assert {(t.header.frame_id, t.child_frame_id) for m in tf for t in m.transforms} == {
        ('Tracker', 'Probe')
    }
    assert tf[0].transforms[0].transform.translation.x == 0.007
    (static,) = one(tf_static).transforms
    assert (static.header.frame_id, static.child_frame_id) == ('base', 'ras')
    names = [name for name, _ in node.get_topic_names_and_types()]
    assert '/x/Plain/transform' in names
    assert not [name for name in names if 'Secret' in name]


def test_a_frame_that_the_bridge_sends_is_never_broadcast_by_it(ros, device, tmp_path):
    start(
        ros,
        device,
        **mapping(
            tmp_path,
            'receive: [{device: "*", tf: true}]\n'
            'send: [{tf: {source: Tool, target: Base}, device: ToolToBase}]\n',
        ),
    )
    tf = ros.listen('/tf', TFMessage)
    bad = Transform(pose(), device_name='ToolToWorld')
    good = Transform(pose(), device_name='ProbeToWorld')
    wait_for(lambda: device.send(bad) or device.send(good) or time.sleep(0.05) or tf, 'tf')
    assert {t.child_frame_id for m in tf for t in m.transforms} == {'Probe'}


def test_names_that_ROS_does_not_allow(ros, device, bridge):
    names = ('Stylus-Tip 1', 'Stylus/Tip 1', 'Stylus_Tip_1', '\udcff\udcfe', '針', '')
    heard = [ros.listen(f'/x/{ros_name(name)}/transform', TransformStamped) for name in names]
    for count, name in enumerate(names):
        message = Transform(pose((count, 0, 0)), device_name=name)
        target = heard[count]
        wait_for(
            lambda message=message, target=target: device.send(message)
            or time.sleep(0.05)
            or target,
            name,
        )
    for count, target in enumerate(heard):
        assert {t.transform.translation.x for t in target} == {count / 1000}


def test_a_name_that_its_field_has_cut_keeps_its_whole_characters(ros, device, bridge):
    left, right = (f'手术导航探头{side}'.encode()[:20].decode('utf-8', 'surrogateescape')
                   for side in '左右')
    heard = {name: ros.listen(f'/x/{ros_name(name)}/transform', TransformStamped)
             for name in (left, right)}
    for count, (name, found) in enumerate(heard.items()):
        message = Transform(pose((count, 0, 0)), device_name=name)
        wait_for(lambda m=message, f=found: device.send(m) or time.sleep(0.05) or f, 'a pose')
    assert [
        {(t.child_frame_id, t.transform.translation.x) for t in found}
        for found in heard.values()
    ] == [{('手术导航探头', 0.0)}, {('手术导航探头', 0.001)}]


def test_emergency_has_a_topic_of_its_own(ros, device, bridge):
    emergency = ros.listen('/x/igtl_bridge/emergency', Bool, STATE)
    assert one(emergency).data is False
    device.send(Status(3, device_name='Robot'))
    wait_for(lambda: emergency[-1].data, 'the emergency')
    device.send(Status(1, device_name='Other'))
    device.send(Status(1, device_name='Robot'))
    wait_for(lambda: not emergency[-1].data, 'the end of the emergency')


def test_what_cannot_be_published_as_a_pose_is_in_info_and_counted(ros, device, bridge):
    infos = ros.listen('/x/Bad/info', RosString, STATE)
    diagnostics = ros.listen('/diagnostics', DiagnosticArray)
    device.send(Transform(pose((1, 2, 3), -np.eye(3)), device_name='Bad'))
    info = json.loads(one(infos).data)
    assert info['matrix'][0] == [-1, 0, 0, 1]
    wait_for(
        lambda: [v for d in diagnostics for s in d.status for v in s.values if 'Bad' in v.key],
        'the count',
    )


# -- ROS to network


def goal(x, stamp_ns=0):
    message = PoseStamped()
    message.header.frame_id = 'base_link'
    message.header.stamp.sec, message.header.stamp.nanosec = divmod(stamp_ns, 10**9)
    message.pose.position.x = x
    message.pose.orientation.z = message.pose.orientation.w = HALF
    return message


def test_a_topic_that_appears_is_sent_in_millimetres(ros, device, bridge):
    talk = ros.talk('/x/to_igtl/Goal/pose', PoseStamped)
    stamp = time.time_ns()
    talk.publish(goal(0.1, stamp))
    message = next_message(device)
    assert (message.type_name, message.device_name) == ('TRANSFORM', 'Goal')
    np.testing.assert_allclose(message.matrix, pose((100, 0, 0), TURN_Z), atol=1e-6)
    assert message.timestamp_ns == stamp


def test_metadata_reaches_a_peer_that_has_shown_version_2(ros):
    node = ros.bridge(mode='server', port=0)
    with connect(str(node.link.address), header_version='2', queue_policy=ALL) as client:
        talk = ros.talk('/x/to_igtl/Goal/pose', PoseStamped)
        wait_for(lambda: node.link.peers[0].version == 2, 'version 2')
        talk.publish(goal(0.1, 1_700_000_000_000_000_001))
        message = next_message(client)
        assert message.metadata['ros_frame_id'] == 'base_link'
        assert message.metadata['ros_stamp'] == '1700000000.000000001'


def test_every_type_can_be_sent(ros, device, bridge):
    array = PoseArray()
    array.poses.append(goal(0.002).pose)
    point = PointStamped()
    point.point.z = 0.003
    status = DiagnosticArray()
    image = RosImage(width=2, height=1, encoding='mono8', step=2, data=[7, 8])
    frame = codec.encode(codec.Unknown('PRIVATE', b'abc', device_name='R'))
    given = {
        'T/transform': TransformStamped(),
        'P/point': point,
        'L/points': array,
        'K/tracking': array,
        'I/image': image,
        'S/text': RosString(data='hello'),
        'D/status': status,
        'F/sensor': Float64MultiArray(data=[1.0, 2.0]),
        'R/raw': UInt8MultiArray(data=frame),
    }
    given['T/transform'].transform.rotation.w = 1.0
    talkers = {
        topic: ros.node.create_publisher(type(message), f'/x/to_igtl/{topic}', STREAM)
        for topic, message in given.items()
    }
    for topic, message in given.items():
        wait_for(talkers[topic].get_subscription_count, topic)
        talkers[topic].publish(message)
    found = {}
    while len(found) < len(given):
        message = next_message(device)
        found[message.device_name] = message
    assert {name: m.type_name for name, m in found.items()} == {
        'T': 'TRANSFORM',
        'P': 'POINT',
        'L': 'POINT',
        'K': 'TDATA',
        'I': 'IMAGE',
        'S': 'STRING',
        'D': 'STATUS',
        'F': 'SENSOR',
        'R': 'PRIVATE',
    }
    assert found['P'].elements[0].position[2] == pytest.approx(3.0)
    assert found['L'].elements[0].position[0] == pytest.approx(2.0)
    assert found['K'].elements[0].matrix[0, 3] == pytest.approx(2.0)
    assert found['I'].pixels.tolist() == [[[7, 8]]]
    assert found['S'].text == 'hello'
    assert found['D'].code == 1
    assert found['F'].values.tolist() == [1.0, 2.0]


def test_a_tf_pair_is_sent_and_held_for_who_comes_later(ros, tmp_path):
    node = ros.bridge(
        mode='server',
        port=0,
        **mapping(tmp_path, 'send: [{tf: {source: tool0, target: base, rate: 50}}]'),
    )
    stamp = time.time_ns()
    transform = TransformStamped(child_frame_id='tool0')
    transform.header.frame_id = 'base'
    transform.header.stamp.sec, transform.header.stamp.nanosec = divmod(stamp, 10**9)
    transform.transform.translation.y = 0.25
    transform.transform.rotation.x = transform.transform.rotation.w = HALF
    with connect(str(node.link.address)) as first:
        publisher = ros.talk('/tf', TFMessage, QoSProfile(depth=100))
        publisher.publish(TFMessage(transforms=[transform]))
        message = next_message(first)
        assert message.device_name == 'Tool0ToBase'
        np.testing.assert_allclose(message.matrix, pose((0, 250, 0), TURN_X), atol=1e-6)
        assert message.timestamp_ns == stamp
    with connect(str(node.link.address)) as late:
        assert next_message(late).device_name == 'Tool0ToBase'


def test_rate_limits_what_is_sent_and_the_last_value_arrives(ros, device, tmp_path):
    start(
        ros,
        device,
        **mapping(tmp_path, 'send: [{topic: /goal, device: Goal, rate: 5}]'),
    )
    talk = ros.talk('/goal', PoseStamped)
    for count in range(100):
        talk.publish(goal(count / 1000))
    found = [next_message(device)]
    while found[-1].matrix[0, 3] < 98.5:
        found.append(next_message(device))
    assert len(found) < 20


def test_nothing_goes_back_to_where_it_came_from(ros, tmp_path):
    node = ros.bridge(
        mode='server',
        port=0,
        **mapping(tmp_path, 'send: [{topic: Target/transform, device: Target}]'),
    )
    with connect(str(node.link.address)) as a, connect(str(node.link.address)) as b:
        wait_for(lambda: len(node.link.peers) == 2, 'both peers')
        target = Transform(pose((1, 2, 3)), device_name='Target')

        def relayed():
            a.send(target)
            try:
                return b.receive(0.2)
            except PeerError:
                return None

        message = wait_for(relayed, 'the relayed target')
        np.testing.assert_allclose(message.matrix, target.matrix, atol=1e-6)
        with pytest.raises(PeerError):
            a.receive(0.5)


def test_what_cannot_be_sent_is_counted_and_the_next_message_goes_out(ros, device, bridge):
    diagnostics = ros.listen('/diagnostics', DiagnosticArray)
    talk = ros.talk('/x/to_igtl/Goal/pose', PoseStamped)
    nowhere = goal(0.1)
    nowhere.pose.orientation.z = nowhere.pose.orientation.w = 0.0
    talk.publish(nowhere)
    talk.publish(goal(0.5))
    assert next_message(device).matrix[0, 3] == pytest.approx(500)
    wait_for(
        lambda: [v for d in diagnostics for s in d.status for v in s.values if 'Goal' in v.key],
        'the count',
    )


def test_best_effort_and_transient_local_publishers_are_heard(ros, device, bridge):
    best_effort = QoSProfile(depth=10, reliability=ReliabilityPolicy.BEST_EFFORT)
    talk = ros.talk('/x/to_igtl/A/text', RosString, best_effort)
    heard = []
    listener = threading.Thread(target=lambda: heard.append(next_message(device)))
    listener.start()
    wait_for(lambda: talk.publish(RosString(data='a')) or time.sleep(0.05) or heard, 'a text')
    listener.join()
    latched = ros.node.create_publisher(RosString, '/x/to_igtl/B/text', STATE)
    latched.publish(RosString(data='said before the bridge listened'))
    while next_message(device).device_name != 'B':
        pass


# -- trouble


def test_hostile_peers_harm_nobody(ros):
    node = ros.bridge(mode='server', port=0, **{'limits.stall_timeout': 0.3})
    poses = ros.listen('/x/Tool/transform', TransformStamped)
    address = (node.link.address.host, node.link.address.port)
    header = codec.encode(Transform(pose(), device_name='Tool'))
    huge = header[:42] + (2**63).to_bytes(8, 'big') + bytes(8)
    sockets = []
    for data in (b'GET / HTTP/1.1\r\n\r\n' + bytes(100), header[:80], huge, b''):
        sockets.append(socket.create_connection(address))
        sockets[-1].sendall(data)
    with connect(str(node.link.address)) as client:
        message = Transform(pose((5, 0, 0)), device_name='Tool')
        wait_for(lambda: client.send(message) or time.sleep(0.05) or poses, 'a pose')
        talk = ros.talk('/x/to_igtl/Goal/pose', PoseStamped)
        talk.publish(goal(0.1))
        assert next_message(client).device_name == 'Goal'
        wait_for(lambda: len(node.link.peers) == 2, 'the end of three of the four')
    for sock in sockets:
        sock.close()


def test_poses_come_through_while_somebody_floods(ros, monkeypatch):
    """Of 8,000 messages that wait only some are handled between two poses of somebody else."""
    handled, flooded, all_there = [], [0], threading.Event()
    original = Receiver.handle_all

    def handle(self, peer, messages, *rest):
        original(self, peer, messages, *rest)
        if messages[0].device_name != 'Tool':
            flooded[0] += len(messages)
            return
        all_there.wait(DEADLINE_S)
        handled.append(flooded[0])
        if len(handled) < 20:
            good.sendall(wire)

    monkeypatch.setattr(Receiver, 'handle_all', handle)
    node = ros.bridge(mode='server', port=0, **{'socket.receive_buffer_bytes': 1 << 21})
    poses = ros.listen('/x/Tool/transform', TransformStamped)
    wire = codec.encode(Transform(pose(), device_name='Tool'))
    address = (node.link.address.host, node.link.address.port)
    with socket.create_connection(address) as good, socket.create_connection(address) as bad:
        good.sendall(wire)
        bad.sendall(codec.encode(codec.Unknown('TINY')) * 8000)
        all_there.set()
        wait_for(lambda: flooded[0] == 8000, 'all of the flood')
    assert len(handled) == 20
    assert max(after - before for before, after in zip(handled, handled[1:])) < 1500
    wait_for(lambda: poses, 'a pose')


def test_what_a_peer_does_not_take_is_told_once_in_a_period(ros, monkeypatch):
    monkeypatch.setattr(diagnostics, 'PERIOD_S', 0.4)
    node = ros.bridge(mode='server', port=0, **{'limits.queue_messages': 5})
    arrays = ros.listen('/diagnostics', DiagnosticArray)
    talk = ros.talk('/x/to_igtl/Note/text', RosString)
    with socket.socket() as stuck:
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stuck.connect((node.link.address.host, node.link.address.port))
        wait_for(lambda: node.link.peers, 'the peer')

        def told():
            talk.publish(RosString(data='x' * 50_000))
            time.sleep(0.02)
            values = [(s, v.value) for a in arrays for s in a.status for v in s.values
                      if v.key == 'dropped' and v.value != 'none']
            return values[:1]  # later ones may tell none that is new

        [(status, value)] = wait_for(told, 'a drop that is told')
        assert value.startswith('STRING Note ') and int(value.split()[-1]) > 0
        assert status.level == DiagnosticStatus.WARN
        assert 'messages dropped' in status.message
    wait_for(lambda: len(arrays) >= 6, 'six reports')
    stamps = [a.header.stamp.sec + a.header.stamp.nanosec / 1e9 for a in arrays]
    pauses = sorted(after - before for before, after in zip(stamps, stamps[1:]))
    assert 0.2 < pauses[len(pauses) // 2] < 2.0


def test_the_bridge_reconnects_and_sends_what_is_held(ros):
    with serve('tcp://127.0.0.1:0') as device:
        address = str(device.address)
        start(ros, device, **{'reconnect.delay': 0.05})
        talk = ros.talk('/x/to_igtl/Goal/pose', PoseStamped)
        talk.publish(goal(0.1))
        assert next_message(device).device_name == 'Goal'
    with serve(address) as device:
        assert next_message(device).device_name == 'Goal'


@pytest.mark.parametrize(
    ('parameters', 'words'),
    [
        ({'mode': 'both'}, ['mode', 'both', 'server', 'client']),
        ({'port': 70000}, ['port', '70000', '65535']),
        ({'port': 'eighty'}, ['port', 'eighty']),
        ({'prot': 18945}, ['prot', 'port']),
        ({'max_skew': -1.0}, ['max_skew', '-1']),
        ({'send_allow': 'Probe'}, ['send_allow', "'Probe'", 'a list of text']),
        ({'limits.allow': [1, 2]}, ['limits.allow', 'a list of text']),
        ({'mapping_file': '/no/such/file.yaml'}, ['/no/such/file.yaml']),
    ],
)
def test_a_wrong_parameter_stops_the_start(ros, parameters, words):
    with pytest.raises(ConfigError) as caught:
        ros.bridge(**parameters)
    for word in words:
        assert word in str(caught.value)


def test_a_wrong_mapping_stops_the_start_with_file_and_line(ros, tmp_path):
    parameters = mapping(tmp_path, 'receive:\n  - {device: A}\n  - {device: B, wire_unit: cm}\n')
    with pytest.raises(ConfigError) as caught:
        ros.bridge(**parameters)
    for word in (parameters['mapping_file'] + ':3', 'wire_unit', 'cm', 'mm'):
        assert word in str(caught.value)


def test_a_used_port_stops_the_start(ros, device):
    with pytest.raises(PeerError, match=str(device.address.port)):
        ros.bridge(mode='server', port=device.address.port)


def test_parameters_have_descriptions_and_ranges(ros):
    node = ros.bridge(mode='server', port=0, max_skew=2)
    port = node.describe_parameter('port')
    assert 'port' in port.description
    assert (port.integer_range[0].from_value, port.integer_range[0].to_value) == (0, 65535)
    for setting in SETTINGS.values():
        if isinstance(setting.default, float) and setting.maximum is not None:
            found = node.describe_parameter(setting.parameter).floating_point_range[0]
            assert (found.from_value, found.to_value) == (setting.minimum, setting.maximum)
    assert node.get_parameter('max_skew').value == 2
    assert 'server' in node.describe_parameter('mode').additional_constraints


def test_the_executor_calls_back(no_graph):
    """Some releases have an executor that never does."""
    rclpy.init()
    node = Node('alone')
    stop = threading.Event()
    node.create_timer(0.01, stop.set)
    spin(node, stop)
    assert stop.is_set()
    node.destroy_node()
    rclpy.shutdown()


def test_raw_is_what_arrived_also_for_a_block_of_a_volume(ros, device, tmp_path):
    start(ros, device, **mapping(tmp_path, 'receive: [{device: "*", raw: true}]\n'))
    frames = ros.listen('/x/CT/raw', UInt8MultiArray)
    block = Image(np.ones((1, 2, 2), np.uint8), size=(4, 4, 4), device_name='CT')
    wait_for(lambda: device.send(block, stamp=False) or time.sleep(0.05) or frames, 'a frame')
    assert bytes(frames[0].data) == codec.encode(block)


def test_a_type_name_that_is_no_text_is_published_all_the_same(ros, device, bridge):
    infos = ros.listen('/x/Odd/info', RosString, STATE)
    device.send(codec.Unknown('T\udcff', b'abc', device_name='Odd'))
    assert json.loads(one(infos).data)['type'] == 'Tÿ'


@pytest.mark.parametrize('text', ['[' * 100_000, '1' * 5000, 'no JSON', '[1, 2]'])
def test_info_that_is_no_use_is_reported_and_the_node_goes_on(ros, device, bridge, text):
    talk = ros.talk('/x/to_igtl/Goal/info', RosString)
    talk.publish(RosString(data=text))
    talk = ros.talk('/x/to_igtl/Goal/pose', PoseStamped)
    talk.publish(goal(0.5))
    assert next_message(device).matrix[0, 3] == pytest.approx(500)


def test_profile_plus_opens_with_version_2(ros, device, tmp_path):
    start(ros, device, **mapping(tmp_path, 'profile: plus\n'))
    greeting = next_message(device)
    assert (greeting.type_name, greeting.device_name, greeting.version) == ('STATUS', '', 2)


def test_the_slice_of_a_volume_follows_parameters_at_run_time(ros, device, tmp_path):
    text = 'receive: [{device: "*", slice: {axis: k, index: 0}}]\n'
    node = start(ros, device, **mapping(tmp_path, text))
    shown = ros.listen('/x/CT/slice', RosImage, STATE)
    voxels = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    device.send(Image(voxels, device_name='CT'))
    first = one(shown)
    assert (first.encoding, bytes(first.data)) == ('mono8', voxels[0].tobytes())
    [done] = node.set_parameters([Parameter('CT.slice.axis', value='j')])
    assert done.successful
    wait_for(lambda: len(shown) > 1, 'a slice along the other axis')
    assert bytes(shown[1].data) == voxels[:, 0].tobytes()
    assert shown[1].header == first.header
    for name, value in (('axis', 'x'), ('index', -2), ('window', -1.0)):
        [done] = node.set_parameters([Parameter(f'CT.slice.{name}', value=value)])
        assert not done.successful, name
    assert 'allowed i, j, k' in node.set_parameters(
        [Parameter('CT.slice.axis', value='x')]
    )[0].reason
    assert node.describe_parameter('CT.slice.window').description


def test_video_is_decoded_and_encoded_again(ros, device, tmp_path):
    pytest.importorskip('av', reason='PyAV is not installed')
    text = """
receive: [{device: "*", decode: true}]
send: [{topic: /camera, device: Cam, type: VIDEO, codec: h264}]
"""
    start(ros, device, **mapping(tmp_path, text))
    frames = ros.listen('/x/Cam/video', CompressedImage)
    images = ros.listen('/x/Cam/image', RosImage)
    camera = ros.talk('/camera', RosImage)
    red = RosImage(encoding='rgb8', width=64, height=48)
    red.data.frombytes(bytes([200, 20, 40]) * (64 * 48))
    found = []
    for _ in range(2):
        camera.publish(red)
        found.append(next_message(device))
    assert [(f.codec, f.is_key) for f in found] == [('H264', True), ('H264', False)]
    wait_for(lambda: device.send(found[0]) or time.sleep(0.05) or images, 'a decoded frame')
    assert bytes(one(frames).data) == found[0].frame.tobytes()
    assert images[0].encoding == 'rgb8'
    assert np.abs(np.reshape(images[0].data, (-1, 3)).astype(int) - (200, 20, 40)).max() < 10


def test_a_catalogue_names_no_patient(ros, device, bridge):
    lists = ros.listen('/x/Archive/meta', RosString, STATE)
    infos = ros.listen('/x/Archive/info', RosString, STATE)
    scan = ImageMetaElement('Head', 'CT-2', 'CT', 'Doe', 'PID-77')
    device.send(ImageMeta([scan], device_name='Archive'))
    entry = json.loads(one(lists).data)[0]
    assert (entry['id'], entry['patient_name']) == ('CT-2', 'redacted')
    for text in (lists[0].data, one(infos).data):
        assert 'Doe' not in text and 'PID-77' not in text
