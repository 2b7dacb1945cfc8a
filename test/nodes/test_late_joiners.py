"""The last value of a stream for who is found too late for it."""

import pytest
from std_msgs.msg import String as RosString
from std_msgs.msg import UInt8MultiArray

from igtl_ros2.nodes.late_joiners import LateJoiners


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
