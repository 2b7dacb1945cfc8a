"""
The bridge and the example programs of the C++ library that Debian has.

That library is version 1.11: a message with header version 2 would put it out of step for good,
so that whatever one of its programs still understands shows that it got none.
"""

import json
import re

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from geometry_msgs.msg import Pose, PoseArray, PoseStamped, TransformStamped
from harness import STATE
from sensor_msgs.msg import Image as RosImage
from std_msgs.msg import Float64MultiArray, UInt8MultiArray
from std_msgs.msg import String as RosString
from tf2_msgs.msg import TFMessage

from igtl_ros2 import codec

HOST = '127.0.0.1'
HALF = 0.5**0.5
NOT_TURNED = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
TURN_Z = [[0, -1, 0], [1, 0, 0], [0, 0, 1]]
NUMBER = r'(-?\d[\d.]*(?:e[+-]\d+)?)'
ROW = re.compile(rf'^{NUMBER}, {NUMBER}, {NUMBER}, {NUMBER}$', re.MULTILINE)


def matrices(program):
    """The 4x4 matrices that a program has printed."""
    rows = [[float(number) for number in row] for row in ROW.findall(program.output)]
    return np.reshape(rows[: len(rows) // 4 * 4], (-1, 4, 4))


def heard(program, millimetres, rotation=NOT_TURNED):
    """Whether a program has printed a pose."""
    wanted = np.eye(4)
    wanted[:3, :3], wanted[:3, 3] = rotation, millimetres
    return any(np.allclose(found, wanted, atol=1e-4) for found in matrices(program))


def steps(step, count=2000):
    """What a C++ float is that starts at 0 and grows by a double at each turn."""
    values = [np.float32(0)]
    while len(values) < count:
        values.append(np.float32(float(values[-1]) + step))
    return np.array(values, float)


def tracker(phi, theta):
    """The positions in metres and the quaternions that the programs make of two angles."""
    positions = 0.05 * np.column_stack([np.cos(phi), np.sin(phi), np.cos(phi)])
    y, w = 0.6666666666 * np.cos(theta), 0.6666666666 * np.sin(theta)
    quaternions = np.column_stack([0 * y, y, 0 * y + 0.577350269189626, w])
    return positions, quaternions / np.linalg.norm(quaternions, axis=1, keepdims=True)


TRACKER = tracker(steps(0.2), steps(0.1))


def turn(position, orientation, expected=TRACKER):
    """At which turn of its loop a tracker program made a pose; fails for any other pose."""
    positions, quaternions = expected
    t = np.array([position.x, position.y, position.z])
    q = np.array([orientation.x, orientation.y, orientation.z, orientation.w])
    # a quaternion and its negative are the same rotation
    off = np.abs(positions - t).max(axis=1) + 1 - np.abs(quaternions @ q)
    best = int(off.argmin())
    np.testing.assert_allclose(t, positions[best], atol=1e-7)
    assert abs(quaternions[best] @ q) == pytest.approx(1, abs=1e-7)
    return best


def turns(transforms):
    return [turn(t.transform.translation, t.transform.rotation) for t in transforms]


def pose(x, y, z, turned=False):
    """A pose in metres, a quarter turn about z if wanted, with a stamp and a frame."""
    message = PoseStamped()
    message.header.frame_id = 'base_link'
    message.header.stamp.sec, message.header.stamp.nanosec = 1_700_000_000, 500_000_000
    message.pose.position.x, message.pose.position.y, message.pose.position.z = x, y, z
    if turned:
        message.pose.orientation.z = message.pose.orientation.w = HALF
    return message


# -- C++ servers, the bridge is their client


def test_tracker_server_is_published_in_metres_also_after_it_hung_up(cpp, bridge, user, free_port):
    poses = user.listen('/x/Tracker/transform', TransformStamped)
    infos = user.listen('/x/Tracker/info', RosString, STATE)
    cpp('TrackerServer', free_port, 100)
    client = bridge(mode='client', port=free_port, **{'reconnect.delay': 0.05})

    def hundreds():
        """It closes the connection after each hundred messages."""
        return {n // 100 for n in turns(poses[:1] + poses[-1:])}

    user.wait_for(lambda: len(hundreds()) == 2, 'a pose after the connection was closed')
    found = turns(poses)
    assert found == sorted(set(found))
    user.wait_for(lambda: 'disconnected' in client.output, 'its word of that')
    assert {(p.header.frame_id, p.child_frame_id) for p in poses} == {('ras', 'Tracker')}
    info = json.loads(infos[0].data)
    assert (info['type'], info['version'], info['stamp_source']) == ('TRANSFORM', 1, 'receive')


def test_tracker_server_is_broadcast_on_tf_where_the_mapping_says_so(
    cpp, bridge, user, free_port, tmp_path
):
    mapping = tmp_path / 'mapping.yaml'
    mapping.write_text(
        'receive: [{device: Tracker, type: TRANSFORM, tf: true, frames: [room, tool], raw: true}]'
    )
    tf = user.listen('/tf', TFMessage)
    raw = user.listen('/x/Tracker/raw', UInt8MultiArray)
    server = cpp('TrackerServer', free_port, 50)
    bridge(mode='client', port=free_port, mapping_file=mapping)
    user.wait_for(lambda: len(tf) >= 20 and len(raw) >= 20, 'tf and raw')
    transforms = [t for message in tf for t in message.transforms]
    assert {(t.header.frame_id, t.child_frame_id) for t in transforms} == {('room', 'tool')}
    found = turns(transforms)
    assert found == sorted(set(found))
    # the frame as it came is what the program prints, in millimetres
    printed = matrices(server)
    for message in raw:
        matrix = codec.decode(bytes(message.data)).matrix
        assert np.abs(printed - matrix).max(axis=(1, 2)).min() < 1e-3


def test_imager_server_has_the_pixels_of_its_files_and_its_geometry(
    cpp, bridge, user, free_port, examples, tmp_path
):
    files = [examples.read(f'igtlTestImage{number}.raw') for number in range(1, 6)]
    for number, data in enumerate(files, 1):
        (tmp_path / f'igtlTestImage{number}.raw').write_bytes(data)
    images = user.listen('/x/ImagerClient/image', RosImage)
    geometry = user.listen('/x/ImagerClient/geometry', Float64MultiArray, STATE)
    cpp('ImagerServer', free_port, 20, tmp_path)
    bridge(mode='client', port=free_port)
    user.wait_for(lambda: len({bytes(image.data) for image in images}) == 5, 'five pictures')
    user.wait_for(lambda: geometry, 'their geometry')
    assert {(i.width, i.height, i.step, i.encoding) for i in images} == {(256, 256, 256, 'mono8')}
    assert {bytes(image.data) for image in images} == set(files)
    # 1 x 1 x 5 mm, rows run against y, the middle of the slice is the origin
    wanted = [
        [0.001, 0, 0, -0.1275],
        [0, -0.001, 0, 0.1275],
        [0, 0, 0.005, 0],
        [0, 0, 0, 1],
    ]
    np.testing.assert_allclose(np.reshape(geometry[0].data, (4, 4)), wanted, atol=1e-9)


def test_point_server(cpp, bridge, user, free_port):
    points = user.listen('/x/PointSender/points', PoseArray, STATE)
    infos = user.listen('/x/PointSender/info', RosString, STATE)
    cpp('PointServer', free_port)
    bridge(mode='client', port=free_port)
    user.wait_for(lambda: points and infos, 'the points')
    found = [(p.position.x, p.position.y, p.position.z) for p in points[0].poses]
    wanted = [(0.01, 0.02, 0.03), (0.04, 0.05, 0.06), (0.07, 0.08, 0.09)]
    np.testing.assert_allclose(found, wanted, atol=1e-9)
    info = json.loads(infos[0].data)
    assert info['labels'] == ['POINT_0', 'POINT_1', 'POINT_2']
    assert info['groups'] == ['GROUP_0'] * 3
    assert info['rgba'] == [[255, 0, 0, 255], [0, 255, 0, 255], [0, 0, 255, 255]]
    assert info['diameters'] == pytest.approx([0.015, 0.045, 0.075])
    assert info['owners'] == ['IMAGE_0'] * 3


def test_string_server(cpp, bridge, user, free_port):
    texts = user.listen('/x/StringMessage/text', RosString, STATE)
    cpp('StringServer', free_port, 50)
    bridge(mode='client', port=free_port)
    wanted = {'OpenIGTLink', 'Network', 'Communication', 'Protocol', 'Image Guided Therapy'}
    user.wait_for(lambda: {text.data for text in texts} == wanted, 'the five texts')


def test_status_server(cpp, bridge, user, free_port):
    states = user.listen('/x/Device/status', DiagnosticArray, STATE)
    cpp('StatusServer', free_port)
    bridge(mode='client', port=free_port)
    user.wait_for(lambda: states, 'the status')
    (entry,) = states[0].status
    assert (entry.level, entry.message) == (b'\0', 'This is a test to send status message.')
    facts = {item.key: item.value for item in entry.values}
    assert facts == {'code': '1', 'code_name': 'OK', 'subcode': '128', 'error_name': 'OK!'}


def test_tracking_data_server_streams_after_a_query_sent_raw(cpp, bridge, user, free_port):
    tools = user.listen('/x/Tracker/tracking', PoseArray)
    infos = user.listen('/x/Tracker/info', RosString, STATE)
    server = cpp('TrackingDataServer', free_port)
    bridge(mode='client', port=free_port)
    user.wait_for(lambda: 'A client is connected' in server.output, 'the connection')
    every_20_ms = (20).to_bytes(4, 'big') + bytes(32)
    query = codec.encode(codec.Unknown('STT_TDATA', every_20_ms))
    user.talk('/x/to_igtl/raw', UInt8MultiArray).publish(UInt8MultiArray(data=query))
    user.wait_for(lambda: len(tools) >= 20, 'twenty messages')
    angles = [(0.1, 0.2), (0.2, 0.1), (0.3, 0.05)]
    expected = [tracker(steps(phi), steps(theta)) for phi, theta in angles]
    found = []
    for message in tools:
        numbers = {
            turn(p.position, p.orientation, expected[tool]) for tool, p in enumerate(message.poses)
        }
        assert len(message.poses) == 3 and len(numbers) == 1
        found += numbers
    assert found == sorted(set(found))
    assert json.loads(infos[0].data)['names'] == ['Channel 0', 'Channel 1', 'Channel 2']


def test_a_text_there_and_back_through_an_echo_server(cpp, bridge, user, free_port):
    texts = user.listen('/x/StringEchoServer/text', RosString, STATE)
    cpp('StringEchoServer', free_port)
    bridge(mode='client', port=free_port)
    talk = user.talk('/x/to_igtl/Voice/text', RosString)
    for text in ('move', 'größer', 'x' * 5000):
        talk.publish(RosString(data=text))
        user.wait_for(lambda: texts and texts[-1].data == text, text[:20])  # noqa: B023
    assert len(texts) == 3


def test_a_robot_frame_and_a_goal_reach_a_server_in_millimetres(
    cpp, bridge, user, free_port, tmp_path
):
    mapping = tmp_path / 'mapping.yaml'
    mapping.write_text('send: [{tf: {source: tool0, target: base, rate: 20}}]')
    server = cpp('ReceiveServer', free_port)
    client = bridge(mode='client', port=free_port, mapping_file=mapping)
    frame = TransformStamped(child_frame_id='tool0')
    frame.header.frame_id = 'base'
    frame.transform.translation.x = 0.1
    frame.transform.translation.y = -0.25
    frame.transform.rotation.z = frame.transform.rotation.w = HALF
    tf = user.talk('/tf', TFMessage)

    def moved():
        """Say it again: whom the robot has found may not have found the robot yet."""
        tf.publish(TFMessage(transforms=[frame]))
        return heard(server, (100, -250, 0), TURN_Z)

    user.wait_for(moved, 'the frame of the robot')
    talk = user.talk('/x/to_igtl/Goal/pose', PoseStamped)
    talk.publish(pose(0.0, 0.0, 0.003))
    user.wait_for(lambda: heard(server, (0, 0, 3)), 'the goal')

    def hangs_up():
        """It does so after a hundred messages."""
        talk.publish(pose(0.0, 0.0, 0.004))
        return ': disconnected' in client.output

    user.wait_for(hangs_up, 'the end of the connection')
    talk.publish(pose(0.0, 0.0, 0.005))
    user.wait_for(lambda: heard(server, (0, 0, 5)), 'the goal after it connected again')


# -- C++ clients, the bridge is their server


def test_receive_client_understands_everything_that_ROS_sends(cpp, bridge, user):
    server = bridge(mode='server', port=0)
    client = cpp('ReceiveClient', HOST, server.port(user))

    def says(*lines):
        pattern = r'\s+'.join(re.escape(line).replace(r'\ ', r'\s+') for line in lines)
        return lambda: re.search(pattern, client.output)

    user.talk('/x/to_igtl/Goal/pose', PoseStamped).publish(pose(0.1, -0.25, 0.003, turned=True))
    user.wait_for(says('Time stamp: 1700000000.500000000', 'Receiving TRANSFORM'), 'the goal')
    user.wait_for(lambda: heard(client, (100, -250, 3), TURN_Z), 'its millimetres')

    frame = TransformStamped()
    frame.transform.translation.z = 1.0
    frame.transform.rotation.w = 1.0
    user.talk('/x/to_igtl/Robot/transform', TransformStamped).publish(frame)
    user.wait_for(lambda: heard(client, (0, 0, 1000)), 'the transform')

    geometry = np.diag([0.002, 0.003, 0.001, 1.0])
    user.talk('/x/to_igtl/Slice/geometry', Float64MultiArray).publish(
        Float64MultiArray(data=geometry.ravel().tolist())
    )
    talk = user.talk('/x/to_igtl/Slice/image', RosImage)
    image = RosImage(width=5, height=4, encoding='mono16', step=10, data=bytes(range(40)))

    def image_came():
        talk.publish(image)
        return says(
            'Device Name : Slice',
            'Scalar Type : 5',
            'Dimensions : (5, 4, 1)',
            'Spacing : (2, 3, 1)',
            'Sub-Volume dimensions : (5, 4, 1)',
            'Sub-Volume offset : (0, 0, 0)',
        )()

    user.wait_for(image_came, 'the image')

    points = PoseArray(poses=[pose(0.01, 0.02, -0.03).pose, Pose()])
    info = RosString(data='{"labels": ["TARGET", "ENTRY"], "diameters": [0.005, 0.0]}')
    user.talk('/x/to_igtl/Plan/info', RosString).publish(info)
    talk_points = user.talk('/x/to_igtl/Plan/points', PoseArray)

    def points_came():
        talk_points.publish(points)
        target = says(
            'Name : TARGET', 'GroupName :', 'RGBA : ( 255, 255, 255, 255 )',
            'Position : ( 10.000000, 20.000000, -30.000000 )', 'Radius : 5.000000',
        )  # fmt: skip
        return target() and says('Name : ENTRY')()

    user.wait_for(points_came, 'the points')

    user.talk('/x/to_igtl/Voice/text', RosString).publish(RosString(data='größer'))
    user.wait_for(says('Encoding: 106; String: größer'), 'the text')

    warm = DiagnosticStatus(level=b'\1', message='warming up')
    user.talk('/x/to_igtl/Robot/status', DiagnosticArray).publish(DiagnosticArray(status=[warm]))
    user.wait_for(says('Code : 13', 'SubCode : 0', 'Error Name:', 'Status : warming up'), 'status')


def test_the_old_library_stays_in_step_over_many_messages_with_ros_metadata(cpp, bridge, user):
    server = bridge(mode='server', port=0)
    client = cpp('ReceiveClient', HOST, server.port(user))
    user.wait_for(lambda: ': connected' in server.output, 'the connection')
    talk = user.talk('/x/to_igtl/Goal/pose', PoseStamped)
    wanted = np.arange(1, 301)
    for first in range(1, 301, 5):
        for count in range(first, first + 5):
            talk.publish(pose(count / 1000, 0.0, 0.0))
        # no more at once than the bridge's queue takes
        user.wait_for(lambda: heard(client, (count, 0, 0)), f'message {count}')  # noqa: B023
    np.testing.assert_allclose(matrices(client)[:, 0, 3], wanted, atol=1e-4)
    receiving = re.findall('^Receiving.*$', client.output, re.MULTILINE)
    assert receiving == ['Receiving TRANSFORM data type.'] * 300


def test_tracker_client_is_published_with_its_own_stamp(cpp, bridge, user):
    poses = user.listen('/x/Tracker/transform', TransformStamped)
    infos = user.listen('/x/Tracker/info', RosString, STATE)
    server = bridge(mode='server', port=0)
    cpp('TrackerClient', HOST, server.port(user), 100)
    user.wait_for(lambda: len(poses) >= 50 and infos, 'fifty poses')
    found = turns(poses)
    assert found == sorted(set(found))
    info = json.loads(infos[0].data)
    assert info['stamp_source'] == 'device'
    assert int(info['timestamp'], 16) >> 32 == info['stamp']['sec']


def test_clients_that_are_killed_do_not_disturb_the_others(cpp, bridge, user):
    poses = user.listen('/x/Tracker/transform', TransformStamped)
    texts = user.listen('/x/StringMessage/text', RosString, STATE)
    server = bridge(mode='server', port=0)
    port = server.port(user)
    tracker_client = cpp('TrackerClient', HOST, port, 100)
    cpp('StringClient', HOST, port, 50)
    victim = cpp('ReceiveClient', HOST, port)
    survivor = cpp('ReceiveClient', HOST, port)
    user.wait_for(lambda: server.output.count(': connected') == 4, 'four connections')
    talk = user.talk('/x/to_igtl/Goal/pose', PoseStamped)
    talk.publish(pose(0.001, 0.0, 0.0))
    both = (victim, survivor)
    user.wait_for(lambda: all(heard(p, (1, 0, 0)) for p in both), 'the goal at both')
    user.wait_for(lambda: poses and texts, 'what the other two send')

    victim.kill()
    tracker_client.kill()
    user.wait_for(lambda: server.output.count(': disconnected') == 2, 'the end of two')
    talk.publish(pose(0.002, 0.0, 0.0))
    user.wait_for(lambda: heard(survivor, (2, 0, 0)), 'the second goal')
    texts.clear()
    user.wait_for(lambda: len(texts) >= 5, 'more texts')
    assert not heard(victim, (2, 0, 0))

    poses.clear()
    cpp('TrackerClient', HOST, port, 100)
    user.wait_for(lambda: len(poses) >= 5, 'the tracker that came back')
    assert turns(poses) == sorted(set(turns(poses)))
