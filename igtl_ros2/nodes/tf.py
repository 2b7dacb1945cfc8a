"""
Frames of the ROS graph: look them up, and broadcast our own.

`open_tf` gives a look-up by tf2_ros where that is installed and by a small tree
of our own where it is not; both fail with `LookupFailed`.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any, Protocol

from geometry_msgs.msg import TransformStamped
from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from rclpy.subscription import Subscription
from rclpy.time import Time

from ..converters.tf_tree import LookupFailed, Reason, TfTree, frame_name
from ..converters.units import Matrix, ns_from_time, pose_from_ros
from ..errors import ConfigError, ConversionError

# The names and the quality of service of tf2_ros: every other tf node expects these.
DYNAMIC_TOPIC = '/tf'
STATIC_TOPIC = '/tf_static'
DYNAMIC_QOS = QoSProfile(depth=100)
STATIC_LISTENER_QOS = QoSProfile(depth=100, durability=DurabilityPolicy.TRANSIENT_LOCAL)
STATIC_BROADCASTER_QOS = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)

CACHE_NS = 10 * 10**9


class TfSource(Protocol):
    """Where a frame is, seen from another."""

    def lookup(self, target: str, source: str, stamp_ns: int = 0) -> tuple[Matrix, int]:
        """
        Place one frame in another.

        :returns: the 4x4 pose of `source` in `target` in metres, and its stamp in ns
        :raises LookupFailed: if that is not known at this stamp (0: the latest)
        """

    def frames(self) -> list[str]:
        """List the names of all frames that were heard of, sorted."""

    def close(self) -> None:
        """Stop listening."""


def open_tf(node: Node) -> TfSource:
    """
    Listen to tf on a node, with tf2_ros if it can be imported.

    :raises ConfigError: if neither tf2_ros nor tf2_msgs is installed
    """
    try:
        return Tf2Source(node)
    except ImportError:
        return TreeSource(node)


class Tf2Source:
    """Look-ups by tf2_ros."""

    def __init__(self, node: Node) -> None:
        """
        Listen on the node; its executor does the work.

        :raises ImportError: if tf2_ros is not installed
        """
        import tf2_ros

        self._tf2 = tf2_ros
        self._buffer = tf2_ros.Buffer(cache_time=Duration(nanoseconds=CACHE_NS))
        self._listener = tf2_ros.TransformListener(self._buffer, node, spin_thread=False)
        self._node = node
        self._names: set[str] = set()
        self._names_listeners: list[Subscription] = []

    def lookup(self, target: str, source: str, stamp_ns: int = 0) -> tuple[Matrix, int]:
        """Place one frame in another, see `TfSource`."""
        target, source = frame_name(target), frame_name(source)
        try:
            found = self._buffer.lookup_transform(target, source, Time(nanoseconds=stamp_ns))
        except self._tf2.TransformException as error:
            reason: Reason = 'unknown'
            if isinstance(error, self._tf2.ExtrapolationException):
                reason = 'extrapolation'
            elif isinstance(error, self._tf2.ConnectivityException):
                reason = 'unconnected'
            raise LookupFailed(
                str(error), target=target, source=source, reason=reason
            ) from error
        return _pose(found), ns_from_time(found.header.stamp)

    def frames(self) -> list[str]:
        """List the names of all frames, see `TfSource`; listening to them begins with this."""
        if not self._names_listeners:  # tf2 has no list that is more than text for people
            self._names_listeners = _subscribe(self._node, self._note)
        return sorted(self._names.copy())

    def _note(self, transform: TransformStamped, static: bool) -> None:
        for name in (transform.header.frame_id, transform.child_frame_id):
            self._names.add(frame_name(name))

    def close(self) -> None:
        """Stop listening."""
        self._listener.unregister()
        for subscription in self._names_listeners:
            self._node.destroy_subscription(subscription)


class TreeSource:
    """Look-ups by our own tree, which listens to /tf and /tf_static."""

    def __init__(self, node: Node) -> None:
        """
        Listen on the node; its executor does the work.

        :raises ConfigError: if tf2_msgs is not installed
        """
        self.bad_count = 0
        self._node = node
        self._tree = TfTree(CACHE_NS)
        self._subscriptions = _subscribe(node, self._on_transform)

    def lookup(self, target: str, source: str, stamp_ns: int = 0) -> tuple[Matrix, int]:
        """Place one frame in another, see `TfSource`."""
        return self._tree.lookup(target, source, stamp_ns)

    def frames(self) -> list[str]:
        """List the names of all frames, see `TfSource`."""
        return self._tree.frames()

    def close(self) -> None:
        """Stop listening."""
        for subscription in self._subscriptions:
            self._node.destroy_subscription(subscription)

    def _on_transform(self, transform: TransformStamped, static: bool) -> None:
        header, child = transform.header, transform.child_frame_id
        try:
            pose, stamp_ns = _pose(transform), ns_from_time(header.stamp)
            self._tree.insert(header.frame_id, child, stamp_ns, pose, static)
        except ConversionError as error:
            self.bad_count += 1
            self._node.get_logger().warning(
                f'ignored the transform from {header.frame_id!r} to {child!r}: {error} '
                f'({self.bad_count} bad ones so far)',
                throttle_duration_sec=5.0,
            )


class TfBroadcaster:
    """
    Publish frames on /tf and /tf_static, but none that somebody else publishes.

    A frame with two parents jumps between them, so the owner who was there first
    keeps it: a child frame is withheld once it was heard before we broadcast it, or
    under a parent that we never gave it. Whatever comes under a parent of ours may
    be our own message coming back, and is not counted. Among several links of a node, and
    several owners on a link, the first that broadcasts a frame keeps it, too.
    """

    def __init__(self, node: Node) -> None:
        """
        Advertise and listen on the node; its executor does the listening.

        :raises ConfigError: if tf2_msgs is not installed
        """
        self._node = node
        self._message_type = _message_type()
        self._lock = threading.Lock()
        self._our_parents: dict[str, set[str]] = {}
        self._other_parent: dict[str, str] = {}
        self._owners: dict[str, tuple[str, str]] = {}
        self._static: dict[str, TransformStamped] = {}
        self._dynamic_publisher = node.create_publisher(
            self._message_type, DYNAMIC_TOPIC, DYNAMIC_QOS
        )
        self._static_publisher = node.create_publisher(
            self._message_type, STATIC_TOPIC, STATIC_BROADCASTER_QOS
        )
        self._subscriptions = _subscribe(node, self._on_transform)

    def send(
        self, transforms: list[TransformStamped], static: bool, link: str = '', owner: str = ''
    ) -> list[str]:
        """
        Broadcast poses of frames.

        :param transforms: one for each child frame
        :param static: they hold for all times; who joins later still gets them
        :param link: the name of the link over which they came
        :param owner: who shares its frames with nobody else on this link; empty: the link does
        :returns: the child frames that were withheld because somebody else publishes them, or
            another link or owner
        """
        withheld = []
        with self._lock:
            ours = []
            for transform in transforms:
                child = frame_name(transform.child_frame_id)
                first = self._owners.setdefault(child, (link, owner))
                if child in self._other_parent or first != (link, owner):
                    withheld.append(child)
                    continue
                parents = self._our_parents.setdefault(child, set())
                parents.add(frame_name(transform.header.frame_id))
                ours.append(transform)
                if static:
                    self._static[child] = copy.deepcopy(transform)
            if ours and static:
                # A late joiner gets the last message only, so it has to hold everything.
                ours = [x for child, x in self._static.items() if child not in self._other_parent]
            if ours:
                publisher = self._static_publisher if static else self._dynamic_publisher
                publisher.publish(self._message_type(transforms=ours))
        return withheld

    def release(self, link: str) -> None:
        """Let frames go that came over a link: who broadcasts them next keeps them."""
        with self._lock:
            for child in [child for child, first in self._owners.items() if first[0] == link]:
                del self._owners[child]

    def owner_conflict(self, child: str) -> str | None:
        """Name the parent under which somebody else publishes a child frame, or None."""
        return self._other_parent.get(frame_name(child))

    def close(self) -> None:
        """Stop broadcasting and listening."""
        for subscription in self._subscriptions:
            self._node.destroy_subscription(subscription)
        self._node.destroy_publisher(self._dynamic_publisher)
        self._node.destroy_publisher(self._static_publisher)

    def _on_transform(self, transform: TransformStamped, static: bool) -> None:
        child = frame_name(transform.child_frame_id)
        parent = frame_name(transform.header.frame_id)
        with self._lock:
            if parent not in self._our_parents.get(child, ()):
                self._other_parent[child] = parent


class OwnFrames:
    """
    The frames that a node reads to send them, over whatever link: it broadcasts none of them.

    They may be asked for in any thread.
    """

    def __init__(self) -> None:
        """Start with none."""
        #: names, or patterns of them
        self.by_rule: frozenset[str] = frozenset()
        #: names by who sends them, as descriptions of robots say
        self.of_robots: dict[object, frozenset[str]] = {}

    def __contains__(self, frame: str) -> bool:
        """Tell whether a frame is one of them."""
        robots = list(self.of_robots.values())
        return any(frame in names for names in robots) or any(
            fnmatchcase(frame, pattern) for pattern in self.by_rule
        )


def _message_type() -> Any:
    """Find the message type of /tf, which is optional for this package."""
    try:
        from tf2_msgs.msg import TFMessage
    except ImportError as error:
        raise ConfigError(
            'tf needs the message package tf2_msgs, which is not installed: '
            'install tf2_msgs (Debian packages of ROS: ros-<distro>-tf2-msgs)'
        ) from error
    return TFMessage


def _subscribe(
    node: Node, callback: Callable[[TransformStamped, bool], None]
) -> list[Subscription]:
    """Call back with every transform on /tf and /tf_static, and whether it is static."""
    message_type = _message_type()

    def listen(topic: str, qos: QoSProfile, static: bool) -> Subscription:
        def on_message(message: Any) -> None:
            for transform in message.transforms:
                callback(transform, static)

        return node.create_subscription(message_type, topic, on_message, qos)

    return [
        listen(DYNAMIC_TOPIC, DYNAMIC_QOS, False),
        listen(STATIC_TOPIC, STATIC_LISTENER_QOS, True),
    ]


def _pose(transform: TransformStamped) -> Matrix:
    """
    Read the 4x4 pose of a transform, in metres as it is there.

    :raises ConversionError: if it holds no pose
    """
    return pose_from_ros(transform.transform.translation, transform.transform.rotation, 'm')
