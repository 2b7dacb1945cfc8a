"""What one link receives and another sends: the message itself, with all that it says."""

import dataclasses
import json
import socket
import struct
import subprocess
import sys
import time
from contextlib import ExitStack

import numpy as np
import pytest
from geometry_msgs.msg import PoseStamped, TransformStamped
from rclpy.qos import DurabilityPolicy, QoSProfile
from ros_user import ALL, STATE, STREAM, mapping, pose, reload, start, wait_for
from ros_user import next_message as any_message
from sensor_msgs.msg import Image as RosImage
from sensor_msgs.msg import JointState
from std_msgs.msg import Float64MultiArray
from std_msgs.msg import String as RosString
from tf2_msgs.msg import TFMessage

from igtl_ros2 import codec, connect, serve
from igtl_ros2.codec.crc64 import crc64
from igtl_ros2.codec.messages.arrays import NDArray, Sensor, unit_word
from igtl_ros2.codec.messages.catalog import ImageMeta, ImageMetaElement
from igtl_ros2.codec.messages.colors import ColorTable
from igtl_ros2.codec.messages.image import LPS, Image
from igtl_ros2.codec.messages.mesh import Attribute, AttributeType, Cells, PolyData
from igtl_ros2.codec.messages.points import Point, PointList, Trajectories, Trajectory
from igtl_ros2.codec.messages.pose import Position, Transform
from igtl_ros2.codec.messages.text import Command, Status, String
from igtl_ros2.codec.messages.tracking import (
    QuaternionElement,
    QuaternionTrackingData,
    TrackingData,
    TrackingElement,
)
from igtl_ros2.codec.messages.video import Video
from igtl_ros2.converters.registry import stamp_text
from igtl_ros2.errors import PeerError
from igtl_ros2.nodes import discovery, feed, late_joiners

TURNED = ((0, -0.25, 0), (0.5, 0, 0), (0, 0, 2))
SECOND = 1 << 32
NOW = int(time.time()) * SECOND


def volume(**fields):
    voxels = np.arange(24, dtype='u2').reshape(2, 3, 4)
    return Image(voxels, pose((10, 20, 30), TURNED), **fields)


def triangle(**fields):
    return PolyData(
        np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], 'f4'), polygons=Cells.of([[0, 1, 2]]),
        attributes=[Attribute('force', AttributeType.POINT_SCALARS, np.ones((3, 1), 'f4'))],
        **fields,
    )


SHARED = {'device_name': 'Dev', 'timestamp': NOW, 'metadata': {'Site': 'left'}, 'message_id': 7}
#: by topic: what comes in
MESSAGES = {
    'transform': Transform(pose((1, 2, 3)), **SHARED),
    'pose': Position((1, 2, 3), (0.5, 0.5, 0.5, 0.5), **SHARED),
    'point': Position((1, 2, 3), form=12, **SHARED),
    'tracking': TrackingData(
        [TrackingElement('Probe', pose((1, 2, 3)), 2), TrackingElement('Tip', pose(), 3)],
        **SHARED),
    'tracking#q': QuaternionTrackingData(
        [QuaternionElement('Probe', (1, 2, 3), (0, 0, 0, 1), 4)], **SHARED),
    'points': PointList(
        [Point('Entry', (1, 2, 3), 'Fiducial', (255, 0, 0, 128), 2.5, 'CT'),
         Point('Target', (4, 5, 6), 'Plan', (0, 255, 0, 255), 4.0, 'MR')], **SHARED),
    'trajectory': Trajectories(
        [Trajectory('Path', (1, 2, 3), (4, 5, 6), 3, 'Plan', (1, 2, 3, 4), 1.5, 'CT'),
         Trajectory('Half', (1, 2, 3), (0, 0, 0), 1)], **SHARED),
    'volume': volume(**SHARED),
    'volume#lps': volume(coordinates=LPS, **SHARED),
    'image': Image(np.arange(12, dtype='u1').reshape(1, 3, 4), pose((1, 2, 3), TURNED), **SHARED),
    'video': Video(
        b'frame', 'H264', (4, 2, 1), 1, pose((1, 2, 3), TURNED), **SHARED),
    'markers': triangle(**SHARED),
    'sensor': Sensor([1.5, 2.5], unit_word([('N', 1)], 'm'), **SHARED),
    'array': NDArray(np.arange(6, dtype='i2').reshape(2, 3), **SHARED),
    'text': String('病人', 2025, **SHARED),
    'status': Status(13, -7, 'n' * 20, 'Warming up', **SHARED),
    'colors': ColorTable(np.arange(256, dtype='u1'), **SHARED),
    'meta': ImageMeta([ImageMetaElement('Head', 'CT1', 'CT', size=(1, 2, 3))], **SHARED),
}


@pytest.fixture
def two(ros, tmp_path):
    """Start a bridge with links a and b, and connect to each."""
    with ExitStack() as stack:
        def begin(b, a='', first='a', **parameters):
            links = {name: f'- name: {name}\n  port: 0\n  header_version: "2"\n{keys}'
                     for name, keys in (('a', a), ('b', b))}
            names = sorted(links, key=lambda name: name != first)
            text = 'links:\n' + '\n'.join(links[name] for name in names)
            node = ros.bridge(**mapping(tmp_path, text), **parameters)
            clients = {
                name: stack.enter_context(connect(
                    str(link.address), header_version='2', queue_policy=['TRANSFORM=all']))
                for name, link in node.links.items()}
            wait_for(lambda: all(link.peers for link in node.links.values()), 'both peers')
            return node, clients['a'], clients['b']
        yield begin


def next_message(client):
    """Wait for a message of a device; a bridge of version 2 says hello without one."""
    while not (message := any_message(client)).device_name:
        pass
    return message


def soon(client, timeout_s=0.3):
    """Give the next message of a device, if one comes soon."""
    try:
        while not (message := client.receive(timeout_s)).device_name:
            pass
    except PeerError:
        return None
    return message


def sends(*rules):
    return '  send:\n' + '\n'.join(f'  - {rule}' for rule in rules)


def same(found, wanted, *but_for):
    """Compare all fields of two messages, as the wire has them."""
    assert type(found) is type(wanted)
    names = [field.name for field in dataclasses.fields(wanted) if field.name not in but_for]
    shown = {name: getattr(wanted, name) for name in ('device_name', 'version')
             if name in but_for}
    shown.update({name: getattr(found, name) for name in but_for})
    assert codec.encode(dataclasses.replace(wanted, **shown)) == codec.encode(found), names


@pytest.mark.parametrize('first', ['a', 'b'])
@pytest.mark.parametrize('leaf', MESSAGES)
def test_a_message_that_is_said_once_leaves_as_it_came(two, leaf, first):
    topic = leaf.partition('#')[0]
    _, a, b = two(sends(f'{{topic: a/Dev/{topic}, device: Out}}'),
                  '  defaults: {stamp: device}', first=first)
    a.send(MESSAGES[leaf])
    message = next_message(b)
    assert message.device_name == 'Out'
    wanted = MESSAGES[leaf]
    if leaf == 'volume#lps':  # which programs take for RAS
        wanted = Image.from_array(wanted.pixels, wanted.ijk_to_ras(), **SHARED)
    same(message, wanted, 'device_name', 'metadata')
    # what its device said stays, and of what has a header frame and stamp are said besides
    said = dict(message.metadata)
    assert said.pop('Site') == 'left'
    if leaf in ('sensor', 'array', 'text', 'meta'):
        assert said == {}
    else:
        assert said == {'ros_frame_id': '' if leaf == 'status' else 'ras',
                        'ros_stamp': stamp_text(MESSAGES[leaf].timestamp_ns)}


def test_of_nine_values_nine_arrive(two):
    _, a, b = two(sends('{topic: a/Dev/text, device: Out}', '{topic: a/Go/transform, device: Go}'))
    for number in range(9):
        a.send(Transform(pose((number, 0, 0)), device_name='Go'))
        a.send(String(str(number), device_name='Dev'))
    found = [next_message(b) for _ in range(18)]
    assert [m.text for m in found if m.type_name == 'STRING'] == list('012345678')
    assert [m.matrix[0, 3] for m in found if m.type_name == 'TRANSFORM'] == list(range(9))


def test_what_comes_before_the_other_link_is_open_arrives(ros, tmp_path, two):
    """A link that is a client, which finds its server at once."""
    with serve('tcp://127.0.0.1:0') as tracker:
        tracker.send(Transform(pose((5, 0, 0)), device_name='Dev'), hold=True)
        text = f"""
links:
- {{name: a, mode: client, port: {tracker.address.port}}}
- name: b
  port: 0
  send: [{{topic: a/Dev/transform, device: Out}}]
"""
        node = ros.bridge(**mapping(tmp_path, text))
        with connect(str(node.links['b'].address)) as b:
            assert next_message(b).matrix[0, 3] == 5


def test_what_gates_withhold_does_not_pass(two):
    rule = '{device: "*", workspace: {min: [-1, -1, -1], max: [1, 1, 1]}}'
    _, a, b = two(sends(
        '{topic: a/Dev/transform, device: Out}', '{topic: a/Tools/tracking, device: Tools}',
        '{topic: a/List/points, device: List}', '{topic: a/Plan/trajectory, device: Plan}',
        '{topic: a/End/text, device: End}',
    ), f'  receive: [{rule}]')
    far, near = pose((5000, 0, 0)), pose((50, 0, 0))
    a.send(Transform(far, device_name='Dev'))
    a.send(Transform(near, device_name='Dev'))
    a.send(TrackingData(
        [TrackingElement('Far', far), TrackingElement('Near', near)], device_name='Tools'))
    a.send(PointList([Point('far', (5000, 0, 0)), Point('near', (5, 0, 0))], device_name='List'))
    a.send(PointList([Point('near', (5, 0, 0))], device_name='List'))
    both = Trajectory('both', (1, 0, 0), (5, 0, 0))
    half = Trajectory('half', (5000, 0, 0), (0, 0, 0), 1)
    a.send(Trajectories([both, half], device_name='Plan'))
    a.send(String('end', device_name='End'))
    found = {}
    while (message := next_message(b)).type_name != 'STRING':
        found.setdefault(message.device_name, []).append(message)
    assert [m.matrix[0, 3] for m in found['Out']] == [50]
    assert [[e.name for e in m.elements] for m in found['Tools']] == [['Near']]
    assert [[p.name for p in m.elements] for m in found['List']] == [['near']]
    assert [[p.name for p in m.elements] for m in found['Plan']] == [['both']]


def test_invalid_poses_do_not_pass(two):
    _, a, b = two(sends('{topic: a/Dev/transform, device: Out}', '{topic: a/End/text, device: E}'))
    a.send(Transform(pose(), device_name='Dev', metadata={'TransformStatus': 'MISSING'}))
    a.send(String('end', device_name='End'))
    assert next_message(b).type_name == 'STRING'


def test_patients_stay_hidden_and_the_rest_is_there(two):
    _, a, b = two(sends('{topic: a/Dev/transform, device: Out}', '{topic: a/M/meta, device: M}'))
    a.send(Transform(pose(), device_name='Dev', metadata={'PatientName': 'Doe', 'k': 'v'}))
    message = next_message(b)
    own = {k: v for k, v in message.metadata.items() if not k.startswith('ros_')}
    assert own == {'PatientName': 'redacted', 'k': 'v'}
    a.send(ImageMeta([ImageMetaElement('Head', patient_name='Doe')], device_name='M'))
    assert next_message(b).elements[0].patient_name == 'redacted'


def test_what_is_moved_on_one_side_or_the_other_is_moved(ros, two):
    frame = TransformStamped()
    frame.header.frame_id, frame.child_frame_id = 'ras', 'Base'
    frame.transform.translation.x, frame.transform.rotation.w = 1.0, 1.0
    ros.node.create_publisher(TFMessage, '/tf_static', STATE).publish(
        TFMessage(transforms=[frame]))
    _, a, b = two(
        sends('{topic: a/Dev/points, device: Out}', '{topic: a/Raw/volume, device: V, '
              'to_frame: Base}', '{topic: a/Tools/tracking, device: T, to_frame: Base}'),
        '  receive: [{device: Dev, to_frame: Base}, {device: "*"}]')
    points = PointList([Point('P', (5, 0, 0), rgba=(1, 2, 3, 4), diameter=2)], device_name='Dev')

    def moved():
        a.send(points)
        return soon(b)

    message = wait_for(moved, 'the points')
    (point,) = message.elements
    assert point.position.tolist() == pytest.approx([-995, 0, 0])
    assert (point.name, point.rgba, point.diameter) == ('P', (1, 2, 3, 4), 2)
    assert message.metadata['ros_frame_id'] == 'Base'
    a.send(volume(device_name='Raw'))
    while (message := next_message(b)).type_name != 'IMAGE':
        pass
    assert message.matrix[:3, 3].tolist() == pytest.approx([-990, 20, 30])
    assert message.matrix[:3, :3].tolist() == [list(row) for row in TURNED]
    # tools in frames of their own are each moved from theirs
    a.send(TrackingData([TrackingElement('A', pose()), TrackingElement('BToBase', pose())],
                        device_name='Tools'))
    while (message := next_message(b)).type_name != 'TDATA':
        pass
    assert [e.matrix[0, 3] for e in message.elements] == pytest.approx([-1000, 0])


@pytest.mark.parametrize(('receive', 'send', 'x'), [
    ('wire_unit: m', '', 5000), ('', 'wire_unit: m', 0.005), ('wire_axes: lps', '', -5)])
def test_units_and_axes_of_the_rules_are_those_of_the_peers(two, receive, send, x):
    send = f', {send}' if send else ''
    _, a, b = two(sends(f'{{topic: a/Dev/points, device: Out{send}}}'),
                  f'  receive: [{{device: "*", {receive}}}]' if receive else '')
    a.send(PointList([Point('P', (5, 0, 0), rgba=(1, 2, 3, 4))], device_name='Dev'))
    (point,) = next_message(b).elements
    assert point.position[0] == pytest.approx(x)
    # made of the ROS message, with what was said of it
    assert (point.name, point.rgba) == ('P', (1, 2, 3, 4))


def test_another_type_is_made_of_the_same_value(two):
    _, a, b = two(sends(
        '{topic: a/Dev/pose, device: P, type: POSITION}',
        '{topic: a/Dev/tracking, device: Q, type: QTDATA}',
        '{topic: a/T/tools/Probe/pose, device: Probe}',
        '{topic: a/Dev/volume, device: I, spacing: [0.001, 0.001, 0.001]}',
    ), '  receive: [{device: "*", pose: true, split: true}]')
    a.send(Transform(pose((1, 2, 3)), device_name='Dev'))
    message = next_message(b)
    assert (message.type_name, message.position.tolist()) == ('POSITION', [1, 2, 3])
    a.send(TrackingData([TrackingElement('Probe', pose((1, 2, 3)), 2)], device_name='Dev'))
    message = next_message(b)
    assert (message.type_name, message.elements[0].name) == ('QTDATA', 'Probe')
    a.send(TrackingData([TrackingElement('Probe', pose((1, 2, 3)), 2)], device_name='T'))
    message = next_message(b)
    assert (message.type_name, message.device_name) == ('TRANSFORM', 'Probe')
    a.send(volume(device_name='Dev'))
    assert next_message(b).device_name == 'I'


def test_rules_of_sending_hold(two):
    _, a, b = two(sends(
        '{topic: a/Dev/transform, device: Changed, on_change: true, eps: 0.0015}',
        '{topic: a/Kept/transform, device: Kept, keepalive: 0.1}',
        '{topic: a/Slow/transform, device: Slow, rate: 5}',
        '{topic: a/Longer/transform, device: Short}',
    ))
    for x in (0, 1, 2, 2, 4):
        a.send(Transform(pose((x, 0, 0)), device_name='Dev'))
    assert [next_message(b).matrix[0, 3] for _ in range(3)] == [0, 2, 4]
    for x in range(50):
        a.send(Transform(pose((x, 0, 0)), device_name='Slow'))
    found = []
    while not found or found[-1] != 49:
        found.append(next_message(b).matrix[0, 3])
    assert len(found) < 10
    a.send(Transform(pose(), device_name='Longer', metadata={'IGTL_DEVICE_NAME': 'Other'}))
    message = next_message(b)
    assert message.device_name == 'Short'
    assert set(message.metadata) == {'ros_frame_id', 'ros_stamp'}
    a.send(Transform(pose((1, 0, 0)), device_name='Kept', timestamp=NOW))
    assert {next_message(b).timestamp for _ in range(3)} == {NOW}
    a.close()  # what nobody says any more is not repeated
    while soon(b, 1):
        pass


def test_what_is_repeated_rests_while_its_peer_gives_no_sign_of_life(two, monkeypatch):
    node, a, b = two(sends('{topic: a/Kept/transform, device: Kept, keepalive: 0.05}'))
    a.send(Transform(pose((1, 0, 0)), device_name='Kept', timestamp=NOW))
    for _ in range(3):
        next_message(b)
    (peer,) = node.links['a'].peers
    with monkeypatch.context() as patch:
        patch.setattr(type(peer), 'is_answering', property(lambda self: False))
        while soon(b, 0.5):
            pass
    assert next_message(b).timestamp == NOW


def test_a_loop_ends(two):
    send = sends('{topic: %s/Dev/text, device: Dev}')
    node, a, b = two(send % 'a', send % 'b')
    a.send(String('x', device_name='Dev', timestamp=NOW))
    message = next_message(b)
    b.send(message)  # a peer that sends back what it gets
    for client in (a, b):
        assert soon(client) is None


def test_a_value_that_goes_in_a_circle_through_another_bridge_ends(two):
    node, a, b = two(sends('{topic: a/Dev/transform, device: Dev}'))
    with connect(str(node.links['a'].address), header_version='2') as other:
        wait_for(lambda: len(node.links['a'].peers) == 2, 'the other')
        a.send(Transform(pose(), device_name='Dev', timestamp=NOW))
        other.send(next_message(b))  # that is where it came out
        assert soon(b) is None
        (report,) = [h._report for h, *_ in node._diagnostics._open if h.name == 'a']
        assert report.left_out['TRANSFORM Dev: echo in a circle'] == 1
        other.send(Transform(pose((1, 0, 0)), device_name='Dev', timestamp=NOW))
        assert next_message(b).matrix[0, 3] == 1


def test_a_rate_leaves_key_frames_of_a_video_only(two):
    node, a, b = two(sends('{topic: a/Dev/video, device: Out, rate: 50}',
                           '{topic: a/End/text, device: End}'))
    for number in range(30):
        frame_type = 3 if number % 10 else 1
        a.send(Video(bytes([number]), 'H264', (4, 2, 1), frame_type, device_name='Dev'))
        time.sleep(0.005)
    found = []
    while not found or found[-1].frame[0] != 20:
        found.append(next_message(b))
    assert {message.frame_type for message in found} == {1}
    (report,) = [h._report for h, *_ in node._diagnostics._open if h.name == 'b']
    wait_for(lambda: report.left_out['Out: by rate, no key frame'] == 27, 'those behind it')


def test_what_was_read_with_a_mistake_leaves_as_it_came(ros, two):
    node, a, b = two(sends('{topic: a/Dev/text, device: Out}'))
    texts = ros.listen('/x/a/Dev/text', RosString, STATE)
    head = codec.encode(String('ab', device_name='Dev', timestamp=NOW))[:42]
    body = struct.pack('>HH', 3, 3) + b'a\0b'
    header = head + struct.pack('>QQ', len(body), crc64(body))
    with socket.create_connection(('127.0.0.1', node.links['a'].address.port)) as raw:
        raw.sendall(header + body)
        assert wait_for(lambda: texts, 'the text')[0].data == 'ab'
        assert b''.join(map(bytes, next_message(b).encode_content())) == body


def test_other_rules_hold_for_what_is_handed_over(ros, two, tmp_path):
    node, a, b = two(sends('{topic: a/Dev/text, device: First}'))
    a.send(String('1', device_name='Dev'))
    assert next_message(b).device_name == 'First'
    rules = (tmp_path / 'mapping.yaml').read_text()
    assert reload(ros, rules.replace('device: First', 'device: Second'), tmp_path)[0]
    a.send(String('2', device_name='Dev'))
    message = next_message(b)
    assert (message.device_name, message.text) == ('Second', '2')
    assert soon(b) is None


def test_commands_are_orders_to_the_other_peers(two):
    _, a, b = two(sends('{topic: a/Dev/command, device: Arm, type: COMMAND}'))
    a.send(Command(5, 'Go', 'now', device_name='Dev'))
    message = next_message(b)
    assert (message.name, message.content) == ('Go', 'now')


def test_other_nodes_may_publish_on_the_same_topic(ros, two):
    _, a, b = two(sends('{topic: a/Dev/text, device: Out}'), discover_period=0.1)
    a.send(String('peer', device_name='Dev'))
    assert next_message(b).text == 'peer'
    ros.talk('/x/a/Dev/text', RosString).publish(RosString(data='node'))
    assert next_message(b).text == 'node'
    a.send(String('peer again', device_name='Dev'))
    assert next_message(b).text == 'peer again'
    assert soon(b) is None


# -- between nodes


def test_info_and_geometry_beside_any_topic_are_used(ros, tmp_path):
    text = 'send: [{topic: /scanner/CT/volume, device: CT}, {topic: /plan/points, device: Plan}]'
    node = ros.bridge(mode='server', port=0, **mapping(tmp_path, text))
    with connect(str(node.link.address), header_version='2', queue_policy=ALL) as client:
        place = ros.talk('/scanner/CT/geometry', Float64MultiArray, STATE)
        matrix = np.diag([0.0005, 0.00025, 0.002, 1])
        place.publish(Float64MultiArray(data=matrix.reshape(-1).tolist()))
        ct = ros.talk('/scanner/CT/volume', RosImage, STATE)
        ct.publish(RosImage(height=2, width=2, encoding='mono8', step=2, data=bytes(4)))

        def placed():
            message = next_message(client)
            return message.matrix[0, 0] == 0.5 and message

        message = wait_for(placed, 'the image at its place')
        assert np.diag(message.matrix)[:3].tolist() == pytest.approx([0.5, 0.25, 2])


def test_what_is_named_is_listened_to_before_it_is_published(ros, tmp_path):
    text = 'send: [{topic: /goal/pose, device: Goal}, {topic: /note/text, device: Note}]'
    node = ros.bridge(mode='server', port=0, discover_period=60.0, **mapping(tmp_path, text))
    with connect(str(node.link.address), header_version='2', queue_policy=ALL) as client:
        goal = ros.talk('/goal/pose', PoseStamped)  # as `ros2 topic pub --once` waits
        message = PoseStamped()
        message.pose.orientation.w = 1.0
        goal.publish(message)
        assert next_message(client).device_name == 'Goal'
        ros.talk('/note/text', RosString, STATE).publish(RosString(data='x'))
        assert next_message(client).text == 'x'


def test_an_info_that_is_something_else_is_no_problem(no_graph, ros, tmp_path):
    node = ros.bridge(mode='server', port=0, discover_period=0.1, **mapping(
        tmp_path, 'send: [{topic: /camera/image, device: Camera}]'))
    with subprocess.Popen([sys.executable, '-c', OTHER, '/camera/info']) as other:
        try:
            (sender,) = node._senders.values()
            wait_for(lambda: sender._discovery._refused, 'the topic')
        finally:
            other.kill()
    (report,) = [health._report for health, *_ in node._diagnostics._open]
    assert not report.counts


def test_an_info_beside_a_topic_may_be_any_text(ros, tmp_path):
    node = ros.bridge(mode='server', port=0, **mapping(
        tmp_path, 'send: [{topic: /robot/text, device: Robot}]'))
    (report,) = [health._report for health, *_ in node._diagnostics._open]
    with connect(str(node.link.address), queue_policy=ALL) as client:
        info, text = (ros.talk(f'/robot/{leaf}', RosString) for leaf in ('info', 'text'))

        def publish():
            info.publish(RosString(data='ready'))
            text.publish(RosString(data='x'))
            return soon(client)

        wait_for(publish, 'the text')
        assert not report.counts
        info.publish(RosString(data='{"names": '))  # which is meant
        wait_for(lambda: report.counts, 'the problem')


OTHER = """
import rclpy, sys, time
from geometry_msgs.msg import PoseWithCovarianceStamped
rclpy.init()
node = rclpy.create_node('other')
talk = node.create_publisher(PoseWithCovarianceStamped, sys.argv[1], 10)
message = PoseWithCovarianceStamped()
message.pose.pose.orientation.w = 1.0
while True:
    talk.publish(message)
    time.sleep(0.05)
"""


BETWEEN = """
send:
- {topic: /x/Go/transform, device: Go}
- {topic: /x/Tools/tracking, device: Tools, type: TDATA}
- {topic: /x/Force/sensor, device: Force}
- {topic: /x/List/points, device: List}
- {topic: /x/CT/volume, device: CT}
"""


@pytest.mark.parametrize('late_s', [0, 1])
def test_values_that_are_said_once_go_from_one_bridge_to_the_other(
    ros, tmp_path, monkeypatch, late_s
):
    """Each on a topic that DDS has not found yet, also when the first bridge is not new."""
    monkeypatch.setattr(late_joiners, '_SEARCH_S', 0.5 if late_s else 5.0)
    first = ros.bridge('/x', mode='server', port=0)
    monkeypatch.setattr(late_joiners, '_SEARCH_S', 5.0)
    second = ros.bridge('/y', mode='server', port=0, discover_period=0.2,
                        **mapping(tmp_path, BETWEEN))
    if late_s:
        wait_for(lambda: first._receivers['']._first.is_over, 'the end of the first seconds')
    with connect(str(first.link.address), header_version='2') as a, \
         connect(str(second.link.address), header_version='2') as b:
        wait_for(lambda: first.link.peers and second.link.peers, 'the peers')
        for name, leaf in (('Go', 'transform'), ('Tools', 'tracking'), ('Force', 'sensor'),
                           ('List', 'points'), ('CT', 'volume')):
            a.send(dataclasses.replace(MESSAGES[leaf], device_name=name))
        found = {}

        def all_there():
            message = soon(b, 0.1)
            if message is not None:
                found[message.device_name] = message
            return len(found) == 5 and (
                found['List'].elements[0].name == 'Entry'
                and found['CT'].matrix[2, 3] == 30
                and found['Tools'].elements[0].name == 'Probe'
                and found['Force'].unit)

        wait_for(all_there, 'all that was said')
        assert found['Go'].matrix[0, 3] == pytest.approx(1)
        assert found['Tools'].elements[0].type == 2
        assert found['Force'].unit == MESSAGES['sensor'].unit
        for point, was in zip(found['List'].elements, MESSAGES['points'].elements):
            assert (point.name, point.group, point.rgba, point.owner) == (
                was.name, was.group, was.rgba, was.owner)
            assert point.diameter == pytest.approx(was.diameter)
        assert found['CT'].matrix == pytest.approx(MESSAGES['volume'].matrix)


def test_what_is_said_of_a_sample_right_after_it_is_heard(ros, tmp_path, monkeypatch):
    """DDS may deliver a sample before what describes it, and it may be the only one."""
    text = """
send:
- {topic: /lab/Force/sensor, device: Force}
- {topic: /lab/Old/sensor, device: Old}
"""
    node = ros.bridge(mode='server', port=0, discover_period=60.0, **mapping(tmp_path, text))
    with connect(str(node.link.address), header_version='2', queue_policy=ALL) as client:
        samples, infos = ([ros.talk(f'/lab/{name}/{leaf}', kind) for name in ('Force', 'Old')]
                          for leaf, kind in (('sensor', Float64MultiArray), ('info', RosString)))
        samples[0].publish(Float64MultiArray(data=[1.0]))
        first = next_message(client)
        assert first.unit == 0
        infos[0].publish(RosString(data='{"unit_word": 7}'))
        again = next_message(client)
        assert (again.unit, again.values.tolist()) == (7, [1])
        assert again.timestamp == first.timestamp
        monkeypatch.setattr(feed, '_SOON_S', 0.0)
        samples[1].publish(Float64MultiArray(data=[2.0]))
        assert next_message(client).device_name == 'Old'
        infos[1].publish(RosString(data='{"unit_word": 7}'))
        assert soon(client) is None  # it means nothing any more


LISTENER = """
import rclpy, sys
from geometry_msgs.msg import TransformStamped
rclpy.init()
node = rclpy.create_node('listener')
node.create_subscription(
    TransformStamped, sys.argv[1], lambda m: print(m.transform.translation.x, flush=True), 10)
rclpy.spin(node)
"""


def test_a_target_of_a_new_device_reaches_who_listens_already(no_graph, ros, device, monkeypatch):
    """The topic is made when its first value comes, long after the bridge has started."""
    monkeypatch.setattr(late_joiners, '_SEARCH_S', 0.1)
    node = start(ros, device)
    wait_for(lambda: node._receivers['']._first.is_over, 'the end of the first seconds')
    monkeypatch.setattr(late_joiners, '_SEARCH_S', 30.0)
    listener = subprocess.Popen(
        [sys.executable, '-c', LISTENER, '/x/New/transform'], stdout=subprocess.PIPE, text=True)
    try:
        wait_for(lambda: ros.node.count_subscribers('/x/New/transform'), 'the listener')
        device.send(Transform(pose((7, 0, 0)), device_name='New'))
        assert float(listener.stdout.readline()) == pytest.approx(0.007)
    finally:
        listener.kill()
        listener.wait()


@pytest.mark.parametrize('leaf', ['pose', 'volume', 'text'])
def test_a_topic_that_has_another_type_than_usual_is_heard(no_graph, ros, tmp_path, leaf):
    text = f'send: [{{topic: /goal/{leaf}, device: Goal}}]'
    node = ros.bridge(mode='server', port=0, discover_period=0.1, **mapping(tmp_path, text))
    # in a process of its own: in one process a topic has one type
    other = subprocess.Popen([sys.executable, '-c', OTHER, f'/goal/{leaf}'])
    try:
        with connect(str(node.link.address), header_version='2', queue_policy=ALL) as client:
            assert next_message(client).type_name == 'TRANSFORM'
    finally:
        other.kill()
        other.wait()


@pytest.mark.parametrize('qos', [STREAM, STATE])
def test_each_text_is_sent_once_whatever_the_publisher_offers(ros, tmp_path, qos):
    """The subscription of the start is replaced by one of the quality that is offered."""
    text = 'send: [{topic: /note/text, device: Note}]'
    node = ros.bridge(mode='server', port=0, discover_period=0.3, **mapping(tmp_path, text))
    with connect(str(node.link.address), header_version='2', queue_policy=ALL) as client:
        note = ros.talk('/note/text', RosString, qos)
        for number in range(40):
            note.publish(RosString(data=str(number)))
            time.sleep(0.02)
        found = [next_message(client).text for _ in range(40)]
        assert found == [str(number) for number in range(40)]
        assert soon(client) is None


LAST = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)


def test_what_comes_while_a_subscription_is_replaced_is_sent_once(ros, tmp_path, monkeypatch):
    """Its publisher holds the last message only, as a bridge does."""
    text = 'send: [{topic: /note/text, device: Note}]'
    # what was heard is kept until it looks around once more
    node = ros.bridge(mode='server', port=0, discover_period=0.5, **mapping(tmp_path, text))
    usual, said = discovery.quality_for, []

    def quality(offers, at_most):
        if offers and not said:  # it is about to be replaced
            for number in range(5):
                said.append(str(number))
                note.publish(RosString(data=str(number)))
        return usual(offers, at_most)

    monkeypatch.setattr(discovery, 'quality_for', quality)
    with connect(str(node.link.address), header_version='2', queue_policy=ALL) as client:
        note = ros.node.create_publisher(RosString, '/note/text', LAST)
        assert [next_message(client).text for _ in range(5)] == ['0', '1', '2', '3', '4']
        assert said and soon(client) is None


@pytest.mark.parametrize('topic', ['/x/to_igtl/Force', '/lab/Force'])
def test_the_stamp_in_info_is_that_of_the_next_sample_alone(ros, tmp_path, topic):
    text = 'send: [{topic: /lab/Force/sensor, device: Force}]'
    node = ros.bridge(mode='server', port=0, discover_period=0.1, **mapping(tmp_path, text))
    with connect(str(node.link.address), header_version='2', queue_policy=ALL) as client:
        info = ros.talk(f'{topic}/info', RosString, STATE)
        force = ros.talk(f'{topic}/sensor', Float64MultiArray)
        descriptions = node._senders['']._said._all
        for number in (1, 2):
            stamp = {'sec': 1_700_000_000 + number, 'nanosec': 500}
            said = {'stamp': stamp}
            info.publish(RosString(data=json.dumps(said)))
            wait_for(lambda said=said: said in [d.info for d in descriptions.values()], 'the info')
            force.publish(Float64MultiArray(data=[float(number)]))
            message = next_message(client)
            assert message.timestamp_ns == stamp['sec'] * 10**9 + 500
        before_ns = time.time_ns()
        force.publish(Float64MultiArray(data=[3.0]))
        assert next_message(client).timestamp_ns >= before_ns


def test_every_sample_has_its_stamp_beside_it(ros, two):
    node, a, b = two(sends('{topic: a/Force/sensor/stamped, device: F}'),
                     '  receive: [{device: "*", stamped: true, stamp: device}]')
    samples = ros.listen('/x/a/Force/sensor/stamped', JointState)
    for number in range(5):
        a.send(Sensor([number], device_name='Force', timestamp=NOW + number * SECOND))
        assert next_message(b).timestamp == NOW + number * SECOND

    def again():
        a.send(Sensor([9], device_name='Force', timestamp=NOW + 9 * SECOND))
        time.sleep(0.05)
        return samples

    wait_for(again, 'the samples')
    assert samples[-1].header.stamp.sec == (NOW >> 32) + 9
    assert samples[-1].position.tolist() == [9]
