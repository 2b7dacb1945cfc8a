"""What writes topics: every message by ROS, or as bytes where that is the same and faster."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from geometry_msgs.msg import PoseArray
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos_overriding_options import QoSOverridingOptions
from rclpy.serialization import serialize_message

from ..codec import Message
from ..converters.lazy import LAZY, Lazy, LazyPose, LazyPoseArray
from ..converters.metres import NS
from ..converters.outputs import EVENT, RAW, STATE, STREAM, Kind
from ..converters.spliced import PoseTemplates, poses_bytes
from ..errors import ConversionError
from . import in_place
from .in_place import SMALL_BYTES
from .qos import RAW_QOS, STATE_QOS, STREAM_QOS

_log = logging.getLogger(__name__)
_QOS = {STREAM: STREAM_QOS, EVENT: STREAM_QOS, STATE: STATE_QOS, RAW: RAW_QOS}


class PoseBytes:
    """
    Poses of one topic as bytes, from the second time on that they have the same frames.

    :param make: makes a ROS message of the poses that it is given.
    """

    def __init__(self, make: Callable[[Sequence[Any]], Any]) -> None:
        self._make = make
        self._templates = PoseTemplates(make, serialize_message)

    def of(self, poses: Sequence[Any]) -> Any:
        """Give bytes, or a message that ROS has to make them of; for one caller at a time."""
        for pose in poses:
            if not isinstance(pose, LazyPose):
                break
        else:
            data = self._templates.bytes_of(poses)
            if data is not None:
                return data
        return self._make([
            pose.become() if isinstance(pose, LazyPose) else pose for pose in poses])


def _array_bytes(poses: LazyPoseArray) -> bytes | None:
    """Give the bytes of several poses; None if it has to be made by ROS."""
    stamp_ns, frames = poses.head
    try:
        return poses.numbers and poses_bytes(
            frames[0], stamp_ns // NS, stamp_ns % NS, poses.numbers, serialize_message)
    except ConversionError:  # told when ROS has made it
        return None


def bytes_publisher(publisher: Publisher) -> Callable[[bytes], None]:
    """Give what does as `Publisher.publish` with bytes, without its three looks at them."""
    handle: Any = publisher.handle
    if not hasattr(handle, 'publish_raw'):  # it is private
        _log.info('%s: bytes are published by rclpy', publisher.topic_name)
        usual: Callable[[bytes], None] = publisher.publish
        return usual

    def publish(data: bytes) -> None:
        with handle:
            handle.publish_raw(data)

    return publish


class Writer:
    """
    Writes one topic.

    :param publisher: what ROS has for that.
    """

    def __init__(self, publisher: Publisher) -> None:
        self.publisher = publisher
        #: as it is resolved
        self.topic: str = publisher.topic_name
        self.ros_type: type = publisher.msg_type
        self._publish_bytes = bytes_publisher(publisher)
        #: what can be written: the type, and its lazy form
        self.kinds = {self.ros_type, LAZY.get(self.ros_type, self.ros_type)}
        self._pose_bytes: Callable[[Any], bytes | None] = _array_bytes
        if self.ros_type is not PoseArray:
            self._pose_bytes = PoseTemplates(
                lambda poses: poses[0], serialize_message).bytes_of_one

    def ready(self, message: Any) -> Any:
        """Give a message in the form in which it is best written, and can be written again."""
        if isinstance(message, LazyPose):
            return self._pose_bytes(message) or message.become()
        return in_place.ready(message.become() if isinstance(message, Lazy) else message)

    def write(self, message: Any, source: Message | None = None) -> None:
        """
        Write a message, or what `ready` has made of it.

        :param source: what it was made of, if that was received.
        """
        if isinstance(message, LazyPose):
            message = self._pose_bytes(message) or message.become()
        elif source is not None:
            message = in_place.ready(message)
        if type(message) is bytes and len(message) < SMALL_BYTES:
            self._publish_bytes(message)
        elif source is None:
            self.publisher.publish(message)
        else:
            in_place.publish(self.publisher, message, source)


class Writers:
    """The writers of a node, by topic, and what each is about."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._writers: dict[str, Writer] = {}

    def get(self, topic: str, kind: Kind, ros_type: type) -> Writer:
        """
        Give what writes a topic, which is made when it is needed.

        :param kind: by which its quality of service is known.
        """
        writer = self._writers.get(topic)
        if writer is None:
            writer = self._writers[topic] = Writer(self._node.create_publisher(
                ros_type, topic, _QOS[kind],
                qos_overriding_options=QoSOverridingOptions.with_default_policies()))
        return writer

    def destroy_below(self, topic: str, others: set[str]) -> None:
        """Destroy the writers of a topic and below it, but for those below others."""
        within = [f'{other}/' for other in others if other.startswith(f'{topic}/')]
        mine = [n for n in self._writers if n == topic or n.startswith(f'{topic}/')]
        for name in mine:
            if not any(name.startswith(other) for other in within):
                self._node.destroy_publisher(self._writers.pop(name).publisher)
