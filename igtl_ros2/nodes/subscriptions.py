"""How many messages wait in DDS while the bridge is held up, and what is lost all the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rclpy.node import Node
from rclpy.qos import QoSProfile
from rclpy.subscription import Subscription

try:
    from rclpy.event_handler import SubscriptionEventCallbacks
except ImportError:  # Humble
    from rclpy.qos_event import SubscriptionEventCallbacks

#: of streams the newest count, so few wait
STREAM_DEPTH = 10
#: each event and each list counts
EVENT_DEPTH = 1000
# Fast DDS keeps the memory of as many as it may have to, and a volume has 50 MB
_LEAF_DEPTHS = {'volume': 1}
# what is sent as one of these is an event or a list, whatever it is in ROS
_EVENTS = ('STRING', 'STATUS', 'POINT', 'TRAJ', 'COMMAND', 'COLORT', 'IMGMETA', 'LBMETA',
           'VIDEOMETA')
_STREAMS = frozenset((
    'CompressedImage', 'CompressedVideo', 'Image', 'Imu', 'JointState', 'Joy', 'LaserScan',
    'OccupancyGrid', 'Odometry', 'PointCloud2', 'PointStamped', 'PoseStamped', 'PoseArray',
    'PoseWithCovarianceStamped', 'Range', 'Temperature', 'FluidPressure', 'TransformStamped',
    'TwistStamped', 'WrenchStamped',
))


def depth_of(topic: str, ros_type: type, wire_type: str = '') -> int:
    """
    Tell how many messages of a topic may wait.

    :param wire_type: that a rule asks for.
    """
    leaf = _LEAF_DEPTHS.get(topic.rpartition('/')[2])
    if leaf is not None:
        return leaf
    name = ros_type.__name__
    is_stream = name in _STREAMS or name.endswith('MultiArray') and name != 'UInt8MultiArray'
    return STREAM_DEPTH if is_stream and wire_type not in _EVENTS else EVENT_DEPTH


def subscribe(
    node: Node,
    ros_type: type,
    topic: str,
    callback: Callable[..., None],
    profile: QoSProfile,
    on_lost: Callable[[int], None],
    **options: Any,
) -> Subscription:
    """
    Subscribe, and hear of what DDS has lost where it tells that.

    :param on_lost: is told how many more.
    """
    events = SubscriptionEventCallbacks(
        message_lost=lambda info: on_lost(max(1, info.total_count_change)))
    try:
        return node.create_subscription(
            ros_type, topic, callback, profile, event_callbacks=events, **options)
    except Exception as error:
        if type(error).__name__ != 'UnsupportedEventTypeError':
            raise
        return node.create_subscription(ros_type, topic, callback, profile, **options)
