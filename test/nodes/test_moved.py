"""Poses moved into another frame, whole robots, only changes, repeated values: the real node."""

import json
import time

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import Point as RosPoint
from geometry_msgs.msg import PointStamped, PoseArray, PoseStamped, TransformStamped
from rclpy.qos import QoSProfile, ReliabilityPolicy
from ros_user import (
    ALL,
    DEADLINE_S,
    STATE,
    mapping,
    next_message,
    one,
    pose,
    start,
    wait_for,
    wait_until_quiet,
)
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Image as RosImage
from std_msgs.msg import Float64MultiArray
from std_msgs.msg import String as RosString
from tf2_msgs.msg import TFMessage
from visualization_msgs.msg import Marker, MarkerArray

from igtl_ros2 import connect, serve
from igtl_ros2.codec import from_ns
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.points import Point, PointList
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import String
from igtl_ros2.codec.messages.tracking import TrackingData
from igtl_ros2.routes import transform_queue

NS = 10**9


class Tf:
    """Somebody who publishes tf."""

    def __init__(self, ros):
        self.dynamic = ros.talk('/tf', TFMessage)
        self.static = ros.talk('/tf_static', TFMessage, STATE)

    def send(self, parent, child, translation, stamp_ns=0, static=False):
        made = TransformStamped()
        made.header.frame_id, made.child_frame_id = parent, child
        made.header.stamp = at(stamp_ns)
        t = made.transform.translation
        t.x, t.y, t.z = map(float, translation)
        (self.static if static else self.dynamic).publish(TFMessage(transforms=[made]))


def at(ns):
    return Time(sec=ns // NS, nanosec=ns % NS)


def xyz(point):
    return point.x, point.y, point.z


def stamped(ns, x_mm, name, **fields):
    return Transform(pose((x_mm, 0, 0)), device_name=name, timestamp=from_ns(ns), **fields)


def problems(node):
    (health, *_), = node._diagnostics._open
    return dict(health._report.counts)


def left_out(node):
    (health, *_), = node._diagnostics._open
    return dict(health._report.left_out)


# -- to_frame, received


def test_a_pose_is_moved_at_its_own_stamp_and_never_at_the_latest(ros, device, tmp_path):
    start(ros, device, **mapping(tmp_path, """
receive:
  - {device: Target, frame: camera, stamp: device, pose: true, to_frame: base}
"""))
    tf = Tf(ros)
    received = ros.listen('/x/Target/pose', PoseStamped)
    now = time.time_ns()
    for second in range(3):  # the camera moves 1 m each second
        tf.send('base', 'camera', (second, 0, 0), now + second * NS)
    deadline = time.monotonic() + DEADLINE_S
    while not received and time.monotonic() < deadline:
        device.send(stamped(now + NS // 2, 100, 'Target'))
        time.sleep(0.1)
    message = one(received)
    assert message.header.frame_id == 'base'
    assert message.header.stamp == at(now + NS // 2)
    assert xyz(message.pose.position) == pytest.approx((0.6, 0, 0), abs=1e-6)


def test_what_came_before_its_tf_waits_for_it_in_order(ros, device, tmp_path, monkeypatch):
    monkeypatch.setattr(transform_queue, 'WAIT_S', DEADLINE_S)
    start(ros, device, **mapping(tmp_path, """
receive:
  - {device: Target, frame: camera, stamp: device, to_frame: base}
  - {device: "*"}
"""))
    tf = Tf(ros)
    received = ros.listen('/x/Target/transform', TransformStamped)
    other = ros.listen('/x/Text/text', RosString, STATE)
    now = time.time_ns()
    device.send(stamped(now, 1, 'Target'))
    device.send(stamped(now + 1000, 2, 'Target'))
    device.send(String('x', device_name='Text'))
    one(other, 'what does not wait')
    assert received == []
    wait_for(lambda: ros.node.count_publishers('/x/Text/text'), 'the bridge')
    tf.send('base', 'camera', (0, 1, 0), now - NS)
    tf.send('base', 'camera', (0, 1, 0), now + NS)
    # the first ones of a topic may be lost while subscriptions match; the order is what counts
    device.send(stamped(now + 2000, 3, 'Target'))
    wait_for(lambda: received, 'a pose')
    found = [round(1000 * m.transform.translation.x) for m in received]
    assert found == sorted(found)
    assert received[-1].transform.translation.y == pytest.approx(1.0)


def test_what_tf_does_not_know_in_time_is_dropped_with_the_reason(ros, device, tmp_path):
    node = start(ros, device, **mapping(tmp_path, """
receive:
  - {device: Target, frame: nowhere, to_frame: base}
  - {device: "*"}
"""))
    received = ros.listen('/x/Target/transform', TransformStamped)
    device.send(stamped(time.time_ns(), 1, 'Target'))
    found = wait_for(lambda: problems(node), 'a problem')
    assert found == {'TRANSFORM Target: to_frame': 1}
    assert received == []


def test_points_images_and_tf_are_moved_and_info_tells_from_where(ros, device, tmp_path):
    start(ros, device, **mapping(tmp_path, """
receive:
  - {device: CToD, type: TRANSFORM, tf: true, to_frame: base}
  - {device: "*", frame: camera, to_frame: base}
"""))
    tf = Tf(ros)
    tf.send('base', 'camera', (0, 0, 2), static=True)
    tf.send('base', 'D', (0, 0, 3), static=True)
    points = ros.listen('/x/P/points', PoseArray, STATE)
    geometry = ros.listen('/x/I/geometry', Float64MultiArray, STATE)
    info = ros.listen('/x/I/info', RosString, STATE)
    text = ros.listen('/x/T/text', RosString, STATE)
    broadcast = ros.listen('/tf', TFMessage)
    wait_for(lambda: ros.node.count_publishers('/tf') > 1, 'the broadcaster')
    device.send(PointList([Point('a', (1, 2, 3))], device_name='P'))
    device.send(Image(np.zeros((1, 2, 3), np.uint8), device_name='I'))
    device.send(String('x', device_name='T'))
    assert one(points).header.frame_id == 'base'
    assert xyz(points[0].poses[0].position) == pytest.approx((0.001, 0.002, 2.003))
    assert one(geometry).data[11] == pytest.approx(2.0)
    told = json.loads(one(info).data)
    assert (told['frame_id'], told['moved_from']) == ('base', ['camera'])
    assert one(text).data == 'x'

    def moved():
        device.send(stamped(0, 10, 'CToD'))
        time.sleep(0.05)
        return [t for m in broadcast for t in m.transforms if t.child_frame_id == 'C']

    found = wait_for(moved, 'the broadcast')[0]
    assert found.header.frame_id == 'base'
    assert xyz(found.transform.translation) == pytest.approx((0.01, 0, 3))


@pytest.mark.parametrize('spelled', ['RAS', 'Ras'])
def test_the_frame_of_the_patient_is_one_for_slicer(ros, device, tmp_path, spelled):
    start(ros, device, **mapping(tmp_path, """
profile: slicer
receive:
  - {device: Plan, to_frame: base_link}
  - {device: "*"}
"""))
    points = ros.listen('/x/Plan/points', PoseArray, STATE)
    broadcast = ros.listen('/tf', TFMessage)

    def moved():
        device.send(stamped(0, 100, f'base_linkTo{spelled}'))
        device.send(PointList([Point('a', (100, 2, 3))], device_name='Plan'))
        time.sleep(0.05)
        return points and broadcast

    wait_for(moved, 'the points')
    assert points[0].header.frame_id == 'base_link'
    assert xyz(points[0].poses[0].position) == pytest.approx((0, 0.002, 0.003))
    frames = {(t.header.frame_id, t.child_frame_id) for m in broadcast for t in m.transforms}
    assert frames == {('ras', 'base_link')}


def test_a_frame_of_the_patient_that_ros_writes_in_capitals_is_found(ros, device, tmp_path):
    start(ros, device, **mapping(tmp_path, """
profile: slicer
receive: [{device: "*", to_frame: base_link}]
"""))
    Tf(ros).send('RAS', 'base_link', (0, 0, 2), static=True)
    points = ros.listen('/x/Plan/points', PoseArray, STATE)
    device.send(PointList([Point('a', (1, 2, 3))], device_name='Plan'))
    assert xyz(one(points).poses[0].position) == pytest.approx((0.001, 0.002, -1.997))


# -- to_frame, sent


def test_what_is_sent_is_moved_and_says_into_what(ros, tmp_path):
    node = ros.bridge(port=0, **mapping(tmp_path, """
send:
  - {topic: /goal, device: Goal, to_frame: ras}
  - {topic: /spot, device: Spot, type: POINT, to_frame: ras}
  - {topic: /words, device: Words, to_frame: ras}
"""))
    tf = Tf(ros)
    tf.send('ras', 'base', (1, 0, 0), static=True)
    with connect(str(node.link.address), header_version='2', queue_policy=ALL) as slicer:
        wait_for(lambda: node.link.peers and node.link.peers[0].version == 2, 'version 2')
        goal, spot = ros.talk('/goal', PoseStamped), ros.talk('/spot', PointStamped)
        words = ros.talk('/words', RosString)
        message = PoseStamped()
        message.header.frame_id, message.header.stamp = 'base', at(time.time_ns())
        message.pose.position.y, message.pose.orientation.w = 0.5, 1.0
        goal.publish(message)
        got = next_message(slicer)
        assert got.matrix[:3, 3] == pytest.approx((1000, 500, 0))
        assert got.metadata['ros_frame_id'] == 'ras'
        point = PointStamped(header=message.header)
        spot.publish(point)
        assert next_message(slicer).elements[0].position == pytest.approx((1000, 0, 0))
        words.publish(RosString(data='x'))
        assert wait_for(lambda: problems(node), 'a problem') == {'/words': 1}
        point.header.frame_id = 'elsewhere'
        spot.publish(point)
        wait_for(lambda: problems(node).get('/spot: to_frame'), 'the drop')


def test_markers_that_are_gone_are_so_at_the_peer_too(ros, tmp_path):
    node = ros.bridge(port=0, **mapping(tmp_path, """
send: [{topic: /shapes, device: Shapes, to_frame: ras}]
"""))
    shape = Marker(type=Marker.POINTS, points=[RosPoint(x=0.1)])
    shape.header.frame_id, shape.pose.orientation.w = 'ras', 1.0
    with connect(str(node.link.address)) as slicer:
        shapes = ros.talk('/shapes', MarkerArray)
        shapes.publish(MarkerArray(markers=[shape]))
        assert next_message(slicer).points.tolist() == [[100, 0, 0]]
        # as most programs write it: in no frame
        shapes.publish(MarkerArray(markers=[Marker(action=Marker.DELETEALL)]))
        got = next_message(slicer)
        assert (got.type_name, got.device_name, len(got.points)) == ('POLYDATA', 'Shapes', 0)
    assert problems(node) == {}


# -- whole robots


def test_frames_of_a_list_are_sent_as_one_message_of_one_moment(ros, tmp_path):
    node = ros.bridge(port=0, **mapping(tmp_path, """
send:
  - tf: [{source: link1, target: base}, {source: link2, target: base, name: Tool},
         {source: ghost, target: base}]
    device: Robot
    rate: 50
"""))
    tf = Tf(ros)
    now = time.time_ns()
    for frame in ('link1', 'link2'):
        for n in range(3):
            tf.send('base', frame, (n, 0, 0), now + n * NS // 10)
    tf.send('base', 'link2', (3, 0, 0), now + 3 * NS // 10)  # newer than that of the other
    with connect(str(node.link.address)) as peer:

        def arrived():
            got = next_message(peer)
            found = {e.name: e.matrix[0, 3] for e in got.elements}
            return found == {'link1': 2000, 'Tool': 2000} and got

        got = wait_for(arrived, 'the robot')
    assert isinstance(got, TrackingData) and got.device_name == 'Robot'
    assert abs(got.timestamp_ns - (now + 2 * NS // 10)) < 10
    assert problems(node)['tf Robot: ghost'] >= 1


def test_a_pattern_takes_every_frame_that_matches_and_leaves_out_the_dead(ros, tmp_path):
    node = ros.bridge(port=0, **mapping(tmp_path, """
send:
  - {tf: {source: "left_*", target: base, rate: 50}, device: Left}
"""))
    tf = Tf(ros)
    now = time.time_ns()
    tf.send('base', 'left_1', (1, 0, 0), now)
    tf.send('left_1', 'left_2', (1, 0, 0), static=True)
    tf.send('base', 'right_1', (1, 0, 0), now)
    tf.send('base', 'left_dead', (1, 0, 0), now - 5 * NS)
    with connect(str(node.link.address)) as peer:

        def arrived():
            found = {e.name: e.matrix[0, 3] for e in next_message(peer).elements}
            return found == {'left_1': 1000, 'left_2': 2000}

        wait_for(arrived, 'the left robot')
    wait_for(lambda: problems(node).get('tf Left: left_dead'), 'the report of the dead frame')


def test_a_frame_that_matches_what_is_sent_is_never_broadcast(ros, device, tmp_path):
    node = start(ros, device, **mapping(tmp_path, """
receive: [{device: "*", tf: true}]
send: [{tf: {source: "left_*", target: base}, device: Left}]
"""))
    device.send(stamped(0, 1, 'left_1ToBase'))
    wait_for(lambda: problems(node).get('tf left_1: own'), 'the refusal')


def test_a_link_of_a_robot_that_is_sent_is_never_broadcast(ros, device, tmp_path):
    node = start(ros, device, **mapping(tmp_path, """
receive: [{device: "*", tf: true}]
send: [{robot: {description: /arm, prefix: left/}, device: Arm}]
"""))
    broadcast = ros.listen('/tf', TFMessage)
    ros.talk('/arm', RosString, STATE).publish(RosString(data="""
<robot name="arm"><link name="base"/><link name="tool0"/>
<joint name="j" type="fixed"><parent link="base"/><child link="tool0"/></joint></robot>
"""))
    while next_message(device).device_name != 'Arm':  # its links are known
        pass
    device.send(stamped(0, 1, 'left/tool0ToRas'))
    device.send(stamped(0, 1, 'tool0ToRas'))
    wait_for(lambda: broadcast, 'the frame of another robot')
    assert problems(node)['tf left/tool0: own'] == 1
    assert {t.child_frame_id for m in broadcast for t in m.transforms} == {'tool0'}


# -- on_change, keepalive, rate


def test_only_changes_over_eps_are_sent_and_the_rest_is_counted(ros, device, tmp_path):
    node = start(ros, device, **mapping(tmp_path, """
send: [{topic: /p, device: P, on_change: true, eps: 0.001}]
"""))
    talker = ros.talk('/p', PointStamped)
    for x in (1.0, 1.0, 1.0004, 1.0008, 1.0012, 1.0012, 2.0):
        message = PointStamped()
        message.header.frame_id, message.header.stamp = 'base', at(time.time_ns())
        message.point.x = x
        talker.publish(message)
    found = [next_message(device).elements[0].position[0] for _ in range(3)]
    # against what was sent last: small steps add up
    assert found == pytest.approx([1000.0, 1001.2, 2000.0])
    assert left_out(node) == {'P: unchanged': 4}


def test_keepalive_repeats_until_nobody_publishes(ros, device, tmp_path):
    node = start(ros, device, **mapping(tmp_path, """
send: [{topic: /p, device: P, on_change: true, keepalive: 0.05}]
"""))
    talker = ros.talk('/p', RosString)
    talker.publish(RosString(data='x'))
    assert [next_message(device).text for _ in range(4)] == ['x'] * 4
    ros.node.destroy_publisher(talker)
    wait_for(lambda: problems(node).get('/p: keepalive'), 'the end')


def test_a_rate_tells_how_much_it_left_out(ros, device, tmp_path):
    node = start(ros, device, **mapping(tmp_path, """
send: [{topic: /p, device: P, rate: 5}]
"""))
    seen = ros.listen('/diagnostics', DiagnosticArray)
    talker = ros.talk('/p', RosString)
    for number in range(20):
        talker.publish(RosString(data=str(number)))
    wait_for(lambda: next_message(device).text == '19', 'the newest value')
    assert left_out(node)['P: by rate'] >= 1

    def told():
        return any(v.key == 'left out P: by rate' for m in seen for v in m.status[0].values)

    wait_for(told, 'the count on /diagnostics')


def test_with_profile_slicer_a_frame_is_sent_when_it_moves(ros, tmp_path):
    node = ros.bridge(port=0, **mapping(tmp_path, """
profile: slicer
send: [{tf: {source: tool, target: base, rate: 100}}]
"""))
    tf = Tf(ros)
    tf.send('base', 'tool', (1, 0, 0), time.time_ns())
    wait_for(lambda: node.link.link._held, 'the first')
    wait_for(lambda: tf.send('base', 'tool', (1, 0, 0), time.time_ns()) or time.sleep(0.05)
             or left_out(node).get('ToolToBase: unchanged', 0) > 1, 'what is left out')
    with connect(str(node.link.address)) as slicer:
        assert next_message(slicer).matrix[0, 3] == 1000  # on connect
        tf.send('base', 'tool', (2, 0, 0), time.time_ns())
        assert next_message(slicer).matrix[0, 3] == 2000


# -- hold_hz


def hold(ros, device, tmp_path, more=''):
    node = start(ros, device, header_version='2', **mapping(tmp_path, f"""
receive:
  - {{device: Target, hold_hz: 50, pose: true{more}}}
  - {{device: "*"}}
"""))
    return node, ros.listen('/x/Target/pose', PoseStamped)


def test_the_last_value_is_repeated_as_of_now_until_it_is_invalid(ros, device, tmp_path):
    node, received = hold(ros, device, tmp_path)
    device.send(stamped(0, 100, 'Target'), stamp=False)
    wait_for(lambda: len(received) > 5, 'repetitions')
    stamps = [m.header.stamp.sec * NS + m.header.stamp.nanosec for m in received[:6]]
    assert stamps == sorted(set(stamps))
    assert {m.pose.position.x for m in received} == {0.1}
    device.send(stamped(0, 100, 'Target', metadata={'TransformStatus': 'OUT_OF_VIEW'}))
    status = ros.listen('/x/Target/status', DiagnosticArray, STATE)
    one(status, 'the status')
    wait_until_quiet(received, 'the end of repetitions')
    count = len(received)
    device.send(stamped(0, 200, 'Target'))
    wait_for(lambda: received[-1].pose.position.x == 0.2 and len(received) > count + 5, 'again')


def test_nothing_is_repeated_of_a_peer_that_is_gone(ros, tmp_path):
    with serve('tcp://127.0.0.1:0') as device:
        node, received = hold(ros, device, tmp_path)
        device.send(stamped(0, 100, 'Target'))
        wait_for(lambda: len(received) > 3, 'repetitions')
    wait_for(lambda: not node.link.peers, 'the end of the connection')
    wait_until_quiet(received, 'the end of repetitions')


# -- waiting, qualities of service, simulated time


def test_a_topic_is_heard_whatever_its_publishers_offer_later(ros, device, tmp_path):
    start(ros, device, **mapping(tmp_path, 'send: [{topic: /p, device: P}]'))
    reliable = ros.talk('/p', RosString)
    reliable.publish(RosString(data='reliable'))
    assert next_message(device).text == 'reliable'
    best_effort = QoSProfile(depth=10, reliability=ReliabilityPolicy.BEST_EFFORT)
    other = ros.talk('/p', RosString, best_effort)

    def heard():
        other.publish(RosString(data='best effort'))
        got = device.receive(0.1)
        return got is not None and got[1].text == 'best effort'

    wait_for(heard, 'the other')


def test_qos_overrides_hold_for_what_is_sent(ros, device, tmp_path):
    node = start(ros, device, **{'qos_overrides./p.subscription.reliability': 'best_effort'},
                 **mapping(tmp_path, 'send: [{topic: /p, device: P}]'))
    ros.talk('/p', RosString)
    (mine,) = (i for i in node.get_subscriptions_info_by_topic('/p') if i.node_name != 'user')
    assert mine.qos_profile.reliability == ReliabilityPolicy.BEST_EFFORT


def test_one_volume_waits_and_ten_images(ros, device, tmp_path):
    # because each place for a volume is 50 MB of memory
    node = start(ros, device, **{'qos_overrides./x/to_igtl/Other/volume.subscription.depth': 3},
                 **mapping(tmp_path, 'send: [{topic: /ct/volume, device: Ct}]'))
    topics = ['/ct/volume', '/x/to_igtl/Mr/volume', '/x/to_igtl/Us/image',
              '/x/to_igtl/Other/volume']
    for topic in topics:
        ros.talk(topic, RosImage)

    def depths():
        subscriptions = [*node.subscriptions, *node._senders['']._intake.subscriptions]
        found = {one.topic_name: one.qos_profile.depth for one in subscriptions}
        return found.keys() >= set(topics) and [found[topic] for topic in topics]

    assert wait_for(depths, 'all four') == [1, 1, 10, 3]


def test_simulated_stamps_are_for_ros_and_wall_time_is_for_the_peer(ros):
    node = ros.bridge(port=0, use_sim_time=True)
    clock = ros.talk('/clock', Clock)
    with connect(str(node.link.address), header_version='2', queue_policy=ALL) as peer:
        talker = ros.talk('/x/to_igtl/Goal/pose', PoseStamped)
        wait_for(lambda: node.link.peers and node.link.peers[0].version == 2, 'version 2')
        clock.publish(Clock(clock=at(5 * NS)))
        wait_for(lambda: node.now_ns() == 5 * NS, 'simulated time')
        message = PoseStamped()
        message.header.frame_id, message.header.stamp = 'base', at(4 * NS)
        message.pose.orientation.w = 1.0
        talker.publish(message)
        got = next_message(peer)
        assert abs(got.timestamp_ns - time.time_ns()) < 60 * NS
        assert got.metadata['ros_stamp'] == '4.000000000'
        received = ros.listen('/x/Target/transform', TransformStamped)

        def arrived():
            peer.send(stamped(time.time_ns(), 1, 'Target'))
            time.sleep(0.05)
            return received

        assert wait_for(arrived, 'the pose')[0].header.stamp == at(5 * NS)
