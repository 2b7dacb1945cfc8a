"""The last value of a stream for who is found too late for it."""

import pytest
from geometry_msgs.msg import TransformStamped
from std_msgs.msg import String as RosString
from std_msgs.msg import UInt8MultiArray

from igtl_ros2.nodes import late_joiners
from igtl_ros2.nodes.late_joiners import LateJoiners, once


class Publisher:
    """A publisher for whom somebody is found when the test says so."""

    def __init__(self):
        self.listeners, self.published = 0, []

    def get_subscription_count(self):
        return self.listeners

    def publish(self, message):
        self.published.append(message)


@pytest.mark.parametrize('message, is_held', [
    (RosString(data='target'), True), (b'x' * 100, True), (b'x' * (1 << 21), False),
    (UInt8MultiArray(data=bytes(1 << 21)), False), (object(), True),
])
def test_what_is_small_comes_again_for_who_is_found_late(ros, message, is_held):
    late, publisher = LateJoiners(ros.node), Publisher()
    late.hold('Tool', publisher, message)
    publisher.listeners = 1
    late._look()
    late._look()
    assert publisher.published == [message] * is_held


def pose(x, second):
    message = TransformStamped()
    message.header.stamp.sec, message.transform.translation.x = second, float(x)
    return message


def test_what_comes_again_for_another_is_taken_once():
    taken = []
    take = once(taken.append)
    for message in (pose(1, 1), pose(1, 1), pose(1, 2), pose(2, 2), pose(2, 2), pose(1, 1)):
        take(message)
    assert taken == [pose(1, 1), pose(1, 2), pose(2, 2), pose(1, 1)]


def test_when_nothing_comes_again_any_more_all_is_taken(monkeypatch):
    monkeypatch.setattr(late_joiners, '_SEARCH_S', -late_joiners._SLACK_S)
    taken = []
    take = once(taken.append)
    take(pose(1, 1))
    take(pose(1, 1))
    assert taken == [pose(1, 1)] * 2
