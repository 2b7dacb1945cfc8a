"""How many messages wait in DDS while the bridge is held up, and what is lost all the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import signature
from typing import Any

from rclpy.node import Node
from rclpy.qos import QoSProfile
from rclpy.subscription import Subscription

from ..codec.message import is_stream as is_stream_type

try:
    from rclpy.event_handler import SubscriptionEventCallbacks
except ImportError:  # Humble
    from rclpy.qos_event import SubscriptionEventCallbacks

#: of streams the newest count, so few wait
STREAM_DEPTH = 10
#: each event and each list counts
EVENT_DEPTH = 1000
#: frames of video need those before them
VIDEO_DEPTH = 100
# Fast DDS keeps the memory of as many as it may have to, and a volume has 50 MB
_LEAF_DEPTHS = {'volume': 1, 'video': VIDEO_DEPTH}
_STREAMS = frozenset((
    'CompressedImage', 'CompressedVideo', 'Image', 'Imu', 'JointState', 'Joy', 'LaserScan',
    'OccupancyGrid', 'Odometry', 'PointCloud2', 'PointStamped', 'PoseStamped', 'PoseArray',
    'PoseWithCovarianceStamped', 'Range', 'Temperature', 'FluidPressure', 'TransformStamped',
    'TwistStamped', 'WrenchStamped',
))

_MAX_PUBLISHERS = 1000
_WITH_INFO = signature(lambda message, info: None)


def depth_of(topic: str, ros_type: type, wire_type: str = '') -> int:
    """
    Tell how many messages of a topic may wait.

    :param wire_type: as what they are sent.
    """
    leaf = _LEAF_DEPTHS.get(topic.rpartition('/')[2])
    if leaf is not None:
        return leaf
    name = ros_type.__name__
    if wire_type == 'VIDEO' and name == 'CompressedImage':
        return VIDEO_DEPTH
    is_stream = name in _STREAMS or name.endswith('MultiArray') and name != 'UInt8MultiArray'
    # what is sent as an event or a list is one, whatever it is in ROS
    may_be = not wire_type or is_stream_type(wire_type)
    return STREAM_DEPTH if is_stream and may_be else EVENT_DEPTH


class Losses:
    """
    Find out by the numbers that publishers give their messages what never came.

    DDS does not report messages that are dropped because a queue is full.

    :param on_lost: is told how many more.
    """

    def __init__(self, on_lost: Callable[[int], None]) -> None:
        self._on_lost = on_lost
        self._newest: dict[Any, int] = {}

    def note(self, info: Mapping[str, Any]) -> None:
        """Take what rclpy says about a message; before Kilted it does not say who sent it."""
        try:
            number, who = info['publication_sequence_number'], info['publisher_gid']['data']
            lost = number - 1 - self._newest.get(who, number - 1)
        except (KeyError, TypeError):  # it does not say
            return
        if lost >= 0:
            if len(self._newest) > _MAX_PUBLISHERS:
                self._newest.clear()
            self._newest[who] = number
            if lost:
                self._on_lost(lost)

    def tell(self, count: int) -> None:
        """Take what DDS says itself, where there are no numbers."""
        if not self._newest:
            self._on_lost(max(1, count))


def subscribe(
    node: Node, ros_type: type, topic: str, callback: Callable[..., None], profile: QoSProfile,
    losses: Losses, *, with_info: bool = False, **options: Any,
) -> Subscription:
    """
    Subscribe, and count what is lost.

    :param with_info: call back with what rclpy says about a message as well.
    """

    def take(*got: Any) -> None:
        # the events executor gives both as one, rclpy of Humble the message alone
        if len(got) == 1:
            got = got[0] if isinstance(got[0], tuple) else (got[0], {})
        message, info = got
        losses.note(info)
        if with_info:
            callback(message, info)
        else:
            callback(message)

    # what rclpy asks to find out what to call it with
    take.__signature__ = _WITH_INFO  # type: ignore[attr-defined]
    events = SubscriptionEventCallbacks(
        message_lost=lambda info: losses.tell(info.total_count_change))
    try:
        return node.create_subscription(
            ros_type, topic, take, profile, event_callbacks=events, **options)
    except Exception as error:
        if type(error).__name__ != 'UnsupportedEventTypeError':
            raise
        return node.create_subscription(ros_type, topic, take, profile, **options)
