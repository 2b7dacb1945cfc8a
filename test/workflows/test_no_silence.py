"""What is mapped and cannot be converted is counted, named on /diagnostics and logged once."""

import re
import time

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import PoseArray, PoseStamped
from sensor_msgs.msg import CameraInfo, PointCloud2
from sensor_msgs.msg import Image as RosImage
from std_msgs.msg import String as RosString

from igtl_ros2 import connect
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.points import Point, PointList
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.tracking import TrackingData, TrackingElement

MAPPING = """
receive:
  - {device: Scan, type: IMAGE, plane: true, cloud: true}
  - {device: Tools, type: TDATA, split: true}
  - {device: Plan, type: POINT, trajectory: {entry: E, target: T}}
  - {device: Block, type: IMAGE, plane: true, compressed: png}
  - {device: "*"}
send:
  - {tf: {source: nowhere, target: nothing, rate: 50}, device: Lost}
  - {topic: camera/camera_info, device: Lens}
  - {topic: camera/cloud, device: Picture, type: IMAGE}
"""
MANY = 40


@pytest.fixture(scope='module')
def bridge(user, run_for_all):
    return run_for_all(MAPPING, port=0)


@pytest.fixture(scope='module')
def peer(user, bridge):
    with connect(f'tcp://127.0.0.1:{bridge.port(user)}') as peer:
        yield peer


@pytest.fixture(scope='module')
def reports(user):
    return user.listen('/diagnostics', DiagnosticArray)


def values(reports):
    """What the newest report says of the bridge of this file, by key."""
    for report in reversed(reports):
        for status in report.status:
            if status.name.startswith('/x/igtl_bridge'):
                return {value.key: value.value for value in status.values}
    return {}


def check_counted(user, bridge, reports, kind, times, words):
    """Wait until a problem was counted so often, and read that it was logged at a limited rate."""
    user.wait_for(
        lambda: int(values(reports).get(f'problem {kind}', 0)) >= times,
        f'{times} times {kind!r} on /diagnostics',
    )
    if times == MANY:
        assert values(reports)[f'problem {kind}'] == str(times)
    bridge.says(words)
    lines = [line for line in bridge.output.splitlines() if re.search(words, line)]
    assert all(line.startswith('[WARN]') for line in lines)
    moments = [float(re.findall(r'\[([0-9.]+)\]', line)[0]) for line in lines]
    assert all(later - sooner > 4.9 for sooner, later in zip(moments, moments[1:])), lines


def matrix(*diagonal):
    return np.diag(diagonal).astype(float)


RECEIVED = [
    (Transform(matrix(np.nan, 1, 1, 1), device_name='Broken'), 'TRANSFORM Broken',
     'TRANSFORM Broken: not published as a pose'),
    (Transform(matrix(-1, 1, 1, 1), device_name='Mirrored'), 'TRANSFORM Mirrored',
     'TRANSFORM Mirrored: not published as a pose'),
    (TrackingData((TrackingElement('A', matrix(0, 0, 0, 1)),), device_name='Tools'),
     'TDATA Tools', 'TDATA Tools: A: not published'),
    (PointList((Point('A', (0, np.nan, 0)),), device_name='Plan'), 'POINT Plan',
     "POINT Plan: point 'A' is dropped"),
    (Image.from_array(np.zeros((1, 4, 4, 3), np.uint8), device_name='Scan'), 'IMAGE Scan',
     'IMAGE Scan: no cloud is made'),
]


def test_from_the_network(user, bridge, peer, reports):
    for message, *_ in RECEIVED * MANY:
        peer.send(message)
    for _, kind, words in RECEIVED:
        check_counted(user, bridge, reports, kind, MANY, words)


def test_what_a_rule_asks_for_in_vain_is_told_once(user, bridge, peer, reports):
    block = Image.from_array(np.zeros((2, 4, 4), np.uint8), device_name='Block')
    for _ in range(MANY):
        peer.send(block)
    peer.send(Transform(matrix(np.nan, 1, 1, 1), device_name='After'))
    check_counted(user, bridge, reports, 'TRANSFORM After', 1, 'TRANSFORM After')
    for what in ('plane', 'png'):
        kind = f'IMAGE Block: no {what} is made of a volume, only of one slice'
        check_counted(user, bridge, reports, kind, 1, kind)
        assert values(reports)[f'problem {kind}'] == '1'


def nan_pose():
    pose = PoseStamped()
    pose.pose.position.x = np.nan
    return pose


SENT = [
    ('Cam/image', RosImage(height=1, width=2, encoding='bayer_rggb8', data=bytes(2)), 'bayer'),
    ('Short/image', RosImage(height=9, width=9, encoding='mono8', data=bytes(2)), '2 bytes'),
    ('Goal/pose', nan_pose(), 'NaN|finite|number'),
    ('Tools/trajectory', PoseArray(poses=[PoseStamped().pose]), 'entry and target'),
]


def test_to_the_network(user, bridge, peer, reports):
    talk = [(user.talk(f'/x/to_igtl/{leaf}', type(message)), message) for leaf, message, _ in SENT]
    for _ in range(MANY):
        for publisher, message in talk:
            publisher.publish(message)
        time.sleep(0.03)  # a queue of ROS drops what is too fast for it
    for leaf, _, words in SENT:
        topic = f'/x/to_igtl/{leaf}'
        check_counted(user, bridge, reports, topic, MANY, f'{topic}: not sent: .*({words})')


def test_a_pair_of_frames_that_is_not_there(user, bridge, peer, reports):
    check_counted(user, bridge, reports, 'tf Lost', 2, 'Lost is not sent: .*nothing')


def test_topics_that_are_never_sent(user, bridge, peer, reports):
    topics = {
        'camera/camera_info': CameraInfo,
        'camera/cloud': PointCloud2,
        'to_igtl/Sonar/fish': RosString,
        'to_igtl/Odd/pose': RosString,
        'to_igtl/Deep/er/text': RosString,
        'to_igtl/shallow': RosString,
    }
    for topic, kind in topics.items():
        user.node.create_publisher(kind, f'/x/{topic}', 10)
    for topic in topics:
        check_counted(user, bridge, reports, f'/x/{topic}', 1, f'/x/{topic} is not sent: .*')
