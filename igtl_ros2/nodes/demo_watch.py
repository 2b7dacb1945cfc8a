"""What the demonstration sees of the ROS graph, as plain numbers."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable
from functools import partial
from typing import Any

import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import PoseArray, TransformStamped
from rclpy.node import Node
from rclpy.qos import QoSProfile
from rclpy.signals import SignalHandlerOptions
from sensor_msgs.msg import Image, JointState
from std_msgs.msg import Float64MultiArray, String
from tf2_msgs.msg import TFMessage

from ..converters.units import ns_from_time, pose_from_ros
from ..rosio.qos import STATE_QOS, STREAM_QOS
from ..rosio.tf_listener import DYNAMIC_TOPIC
from .spin import make_executor
from .tf import DYNAMIC_QOS

#: the types of the topics by their last name, and how they are offered
_LEAVES: dict[str, tuple[type, QoSProfile]] = {
    'transform': (TransformStamped, STREAM_QOS),
    'image': (Image, STREAM_QOS),
    'geometry': (Float64MultiArray, STATE_QOS),
    'points': (PoseArray, STATE_QOS),
    'status': (DiagnosticArray, STATE_QOS),
    'text': (String, STATE_QOS),
    'joint_states': (JointState, QoSProfile(depth=1000)),
}
OnMessage = Callable[[str, dict[str, Any]], None]


class Watch:
    """
    Listen to topics that a bridge publishes, and to /tf.

    :param topics: absolute names that end in one of the names a bridge gives.
    :param on_message: called with the topic (for tf: '/tf <child frame>') and the facts of each
        message: `stamp_ns` (0: none), `arrival_ns`, and by type `matrix` (4x4, metres), `frame`,
        `child`, `points` (metres), `positions`, `size`, `crc32` of the pixels, `level` or `text`.
    """

    def __init__(self, topics: list[str], on_message: OnMessage) -> None:
        rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
        self._node = Node('demo_watch')
        self._on_message = on_message
        for topic in topics:
            ros_type, qos = _LEAVES[topic.rpartition('/')[2]]
            self._node.create_subscription(ros_type, topic, partial(self._take, topic), qos)
        self._node.create_subscription(TFMessage, DYNAMIC_TOPIC, self._on_tf, DYNAMIC_QOS)
        self._executor = make_executor()
        self._executor.add_node(self._node)

    def _on_tf(self, message: TFMessage) -> None:
        for transform in message.transforms:
            self._take(f'{DYNAMIC_TOPIC} {transform.child_frame_id}', transform)

    def _take(self, topic: str, message: Any) -> None:
        header = getattr(message, 'header', None)
        stamp_ns = 0 if header is None else ns_from_time(header.stamp)
        facts = {**_facts(message), 'stamp_ns': stamp_ns, 'arrival_ns': time.time_ns()}
        if header is not None:
            facts['frame'] = header.frame_id
        self._on_message(topic, facts)

    def spin(self, duration_s: float) -> None:
        """Call back what arrives within a time."""
        until = time.monotonic() + duration_s
        while (rest := until - time.monotonic()) > 0:
            self._executor.spin_once(timeout_sec=rest)

    def close(self) -> None:
        """Leave the ROS graph."""
        self._executor.remove_node(self._node)
        self._executor.shutdown()
        self._node.destroy_node()
        rclpy.try_shutdown()


def _facts(message: Any) -> dict[str, Any]:
    if isinstance(message, TransformStamped):
        place = pose_from_ros(message.transform.translation, message.transform.rotation, 'm')
        return {'matrix': place.tolist(), 'child': message.child_frame_id}
    if isinstance(message, PoseArray):
        return {'points': [[p.position.x, p.position.y, p.position.z] for p in message.poses]}
    if isinstance(message, Image):
        return {
            'size': [message.width, message.height],
            'scalar_type': message.encoding,
            'crc32': zlib.crc32(memoryview(message.data)),
        }
    if isinstance(message, Float64MultiArray):
        rows = list(message.data)
        return {'matrix': [rows[i : i + 4] for i in range(0, 16, 4)]}
    if isinstance(message, JointState):
        return {'names': list(message.name), 'positions': list(message.position)}
    if isinstance(message, DiagnosticArray):
        return {'level': message.status[0].level[0], 'text': message.status[0].message}
    return {'text': message.data}
