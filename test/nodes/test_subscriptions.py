"""Events and lists of a reliable publisher arrive, also when the bridge is held up for a while."""

import threading
import time

import pytest
from geometry_msgs.msg import PointStamped, PoseArray, TransformStamped
from ros_user import mapping, next_message, start, wait_for
from sensor_msgs.msg import CompressedImage, JointState
from sensor_msgs.msg import Image as RosImage
from std_msgs.msg import Float64MultiArray, UInt8MultiArray
from std_msgs.msg import String as RosString
from visualization_msgs.msg import Marker, MarkerArray

from igtl_ros2 import connect
from igtl_ros2.rosio import intake, subscriptions
from igtl_ros2.rosio.subscriptions import EVENT_DEPTH, STREAM_DEPTH, VIDEO_DEPTH, depth_of


def hold_up(node, seconds):
    """Keep a node busy with what it sends."""
    began = threading.Event()

    def sleep():
        with node._senders['']._lock:
            began.set()
            time.sleep(seconds)

    threading.Thread(target=sleep, daemon=True).start()
    assert began.wait(10)


def text(number):
    return RosString(data=str(number))


def points(number):
    marker = Marker(type=Marker.SPHERE, text=str(number), id=0)
    marker.header.frame_id = 'ras'
    marker.pose.orientation.w = 1.0
    marker.pose.position.x = number / 1000
    return MarkerArray(markers=[marker])


@pytest.mark.parametrize('topic, kind, make, read', [
    ('/x/to_igtl/Say/text', RosString, text, lambda m: int(m.text)),
    ('/x/to_igtl/Points/markers', MarkerArray, points,
     lambda m: round(float(m.elements[0].position[0]))),
])
def test_what_a_reliable_publisher_says_while_the_bridge_is_held_up_arrives(
        ros, topic, kind, make, read):
    node = ros.bridge(port=0, **{'limits.queue_messages': 2000})
    publisher = ros.talk(topic, kind)
    received = []
    with connect(str(node.link.address)) as peer:
        threading.Thread(target=lambda: received.extend(peer), daemon=True).start()
        hold_up(node, 0.6)
        for number in range(300):
            publisher.publish(make(number))
        wait_for(lambda: len(received) >= 300, 'all of them')
        assert [read(message) for message in received] == list(range(300))


def test_what_is_sent_as_a_list_waits_whatever_it_is_in_ros(ros, tmp_path):
    kinds = {'points': PoseArray, 'trajectory': PoseArray, 'point': PointStamped,
             'colors': RosImage, 'tracking': PoseArray, 'image': RosImage}
    node = ros.bridge(port=0, **mapping(tmp_path, 'send: [{topic: /plan/goals, device: Goals}]'))
    names = {f'/x/to_igtl/D/{leaf}': kind for leaf, kind in kinds.items()}
    names['/plan/goals'] = PoseArray
    for name, kind in names.items():
        ros.talk(name, kind)
    topics = node._senders['']._discovery.topics
    wait_for(lambda: topics.keys() >= names.keys(), 'the topics')
    depths = {name.rpartition('/')[2]: topics[name][0].depth for name in names}
    assert depths == {
        **dict.fromkeys(('points', 'trajectory', 'point', 'colors', 'goals'), EVENT_DEPTH),
        **dict.fromkeys(('tracking', 'image'), STREAM_DEPTH)}


def test_orders_are_not_lost_either(ros, tmp_path):
    node = ros.bridge(port=0, **mapping(
        tmp_path, 'send: [{topic: /order, device: Cmd, type: COMMAND}]'))
    publisher = ros.talk('/order', RosString)
    received = []
    with connect(str(node.link.address)) as peer:
        threading.Thread(target=lambda: received.extend(peer), daemon=True).start()
        wait_for(lambda: node.link.peers, 'the peer')
        hold_up(node, 0.6)
        for number in range(50):
            publisher.publish(text(f'do {number}'))
        wait_for(lambda: len(received) >= 50, 'all of them')


@pytest.mark.parametrize('topic, kind, wire_type, depth', [
    ('/a/text', RosString, '', EVENT_DEPTH),
    ('/a/points', MarkerArray, 'POINT', EVENT_DEPTH),
    ('/a/raw', UInt8MultiArray, '', EVENT_DEPTH),
    ('/a/transform', TransformStamped, '', STREAM_DEPTH),
    ('/a/joints', JointState, '', STREAM_DEPTH),
    ('/a/array', Float64MultiArray, '', STREAM_DEPTH),
    ('/a/image', RosImage, '', STREAM_DEPTH),
    ('/a/camera', CompressedImage, '', STREAM_DEPTH),
    ('/a/camera', CompressedImage, 'VIDEO', VIDEO_DEPTH),
    ('/a/video', CompressedImage, '', VIDEO_DEPTH),
    ('/a/volume', RosImage, '', 1),
])
def test_events_wait_and_of_streams_the_newest_count(topic, kind, wire_type, depth):
    assert depth_of(topic, kind, wire_type) == depth


def test_what_is_lost_all_the_same_is_counted_under_its_topic(ros):
    node = ros.bridge(port=0)
    ros.talk('/x/to_igtl/Say/text', RosString)
    taken = node._senders['']._intake
    (subscription,) = wait_for(
        lambda: [s for s in taken.subscriptions if s.topic_name == '/x/to_igtl/Say/text'],
        'the subscription')
    (lost,) = [
        handler.callback for handler in subscription.event_handlers
        if handler.callback.__qualname__.startswith('subscribe.')
    ]
    lost(type('Lost', (), {'total_count': 7, 'total_count_change': 7})())
    (health, *_), = node._diagnostics._open
    assert health._report.counts['/x/to_igtl/Say/text: lost'] == 7


@pytest.mark.parametrize('topic, kind, make', [
    ('/x/to_igtl/Say/text', RosString, text),
    ('/x/to_igtl/Tool/transform', TransformStamped, lambda number: TransformStamped()),
    ('/x/to_igtl/Arm/joint_state', JointState, lambda number: JointState()),
])
def test_what_gives_way_while_the_bridge_is_busy_is_counted(ros, monkeypatch, topic, kind, make):
    monkeypatch.setattr(subscriptions, 'EVENT_DEPTH', 5)
    monkeypatch.setattr(subscriptions, 'STREAM_DEPTH', 5)
    node = ros.bridge(port=0)
    heard, usual = set(), subscriptions.Losses.note

    def note(losses, info):
        usual(losses, info)
        heard.update(losses._newest)

    monkeypatch.setattr(subscriptions.Losses, 'note', note)
    publishers = [ros.talk(topic, kind) for _ in range(2)]
    (health, *_), = node._diagnostics._open
    report = health._report

    def both_are_heard():
        for publisher in publishers:
            publisher.publish(make(0))
        return len(heard) == len(publishers)

    # what is lost before a publisher was heard for the first time is not seen
    wait_for(both_are_heard, 'the first ones')

    def lost():
        newer = f'{topic}: newer ones came before they were taken'
        return report.counts[f'{topic}: lost'] + report.left_out[newer]

    before = lost()
    hold_up(node, 0.6)
    with node._senders['']._lock:
        for number in range(50):
            for publisher in publishers:
                publisher.publish(make(number))
    wait_for(lambda: lost() > before, 'the count')


@pytest.mark.parametrize('part', ['_rclpy', '_read'])
def test_without_the_private_parts_of_rclpy_its_executor_takes_what_comes(
    ros, device, monkeypatch, part
):
    monkeypatch.setattr(intake, part, None)
    node = start(ros, device)
    taken = node._senders['']._intake
    ros.talk('/x/to_igtl/Say/text', RosString).publish(RosString(data='all the same'))
    assert next_message(device).text == 'all the same'
    assert not taken.subscriptions
