"""Whatever is published on tf, taken once for all parts of a node that want to know."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from geometry_msgs.msg import TransformStamped
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile

from ..converters.lazy import frames_of
from ..errors import ConversionError
from .intake import MOST, Intake
from .reader import PoseReader
from .subscriptions import EVENT_DEPTH, Losses

# The names and the quality of service of tf2_ros: every other tf node expects these.
DYNAMIC_TOPIC = '/tf'
STATIC_TOPIC = '/tf_static'
STATIC_LISTENER_QOS = QoSProfile(depth=100, durability=DurabilityPolicy.TRANSIENT_LOCAL)

# a node that broadcasts hears itself: each time there is nothing to do, with two threads awake
_REST_S = 0.01

#: is given a transform, which may be lazy, and whether it is static
Hear = Callable[[TransformStamped, bool], None]
#: tells whether nothing has to be looked at in the bytes of a message
Knows = Callable[[bytes], bool]

#: of nodes of which any part listens
_listeners: dict[Node, TfListener] = {}


class TfListener:
    """
    The subscriptions of a node to /tf and /tf_static.

    :param message_type: `TFMessage`.
    """

    def __init__(self, node: Node, message_type: type) -> None:
        self._node = node
        self._lock = threading.RLock()
        self._ears: list[tuple[Hear, Knows]] = []
        #: what never moves, for late joiners
        self._static: dict[str, TransformStamped] = {}
        self._intake = Intake(node, self._lock)
        self._read = PoseReader(message_type).read
        self._listen(message_type, DYNAMIC_TOPIC, QoSProfile(depth=EVENT_DEPTH), False)
        self._listen(message_type, STATIC_TOPIC, STATIC_LISTENER_QOS, True)

    def _listen(self, message_type: type, topic: str, qos: QoSProfile, static: bool) -> None:
        def on_lost(count: int) -> None:
            self._warn(f'{count} messages on {topic} were lost')

        self._intake.subscribe(
            message_type, topic, partial(self._take, static), qos, Losses(on_lost),
            raw=True, most=MOST)

    def add(self, hear: Hear, knows: Knows) -> None:
        """Tell somebody what comes from now on, and what holds already."""
        with self._lock:
            self._ears.append((hear, knows))
            for transform in self._static.values():
                hear(transform, True)

    def remove(self, hear: Hear) -> bool:
        """Tell somebody nothing any more; true if nobody listens then, and it is closed."""
        with self._lock:
            self._ears = [ear for ear in self._ears if ear[0] != hear]
            if self._ears:
                return False
        self._intake.close()
        return True

    def _take(self, static: bool, batch: list[Any]) -> None:
        self._intake.rest_s = _REST_S
        for data in batch:
            ears = [hear for hear, knows in self._ears if not knows(data)]
            if not ears and not static:
                continue
            self._intake.rest_s = 0.0
            try:
                transforms = self._read(data)
            except ConversionError as error:
                self._warn(f'ignored on tf: {error}')
                continue
            for transform in transforms:
                if static:
                    self._static[frames_of(transform)[1]] = transform
                for hear in ears:
                    hear(transform, static)

    def _warn(self, text: str) -> None:
        self._node.get_logger().warning(text, throttle_duration_sec=5.0)


def listen(
    node: Node, message_type: type, hear: Hear, knows: Knows = lambda data: False
) -> Callable[[], None]:
    """
    Hear every transform on /tf and /tf_static.

    :returns: what ends that.
    """
    listener = _listeners.get(node)
    if listener is None:
        listener = _listeners[node] = TfListener(node, message_type)
    listener.add(hear, knows)

    def close() -> None:
        if listener.remove(hear) and _listeners.get(node) is listener:
            del _listeners[node]

    return close
