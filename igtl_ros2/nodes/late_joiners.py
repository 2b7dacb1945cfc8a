"""Streams while ROS is still discovering subscriptions."""

from __future__ import annotations

import threading
import time
from typing import Any

from rclpy.node import Node
from rclpy.publisher import Publisher

from ..rosio.clock import STEADY

_SEARCH_S = 5.0
_PERIOD_S = 0.05
# what is larger comes again and again, and nobody shall wait while it is published once more
_MOST_BYTES = 1 << 20


class LateJoiners:
    """
    Publish the last value of a stream again for subscriptions that DDS discovers too late for it.

    A stream is not held for late joiners. But when a node has only just started, peers may send
    before DDS has discovered subscriptions that exist already, and 3D Slicer sends a target once.
    After some seconds this is over. Messages of more than 1 MB are not held.
    """

    def __init__(self, node: Node) -> None:
        self._lock = threading.Lock()
        self._end = time.monotonic() + _SEARCH_S
        self._held: dict[str, dict[Publisher, tuple[int, Any]]] = {}
        self._timer = node.create_timer(_PERIOD_S, self._look, clock=STEADY)
        self.is_over = False

    def forget(self, device: str) -> None:
        """Drop what is held of a device: something newer has come, or it has become invalid."""
        with self._lock:
            self._held.pop(device, None)

    def hold(self, device: str, publisher: Publisher, message: Any) -> None:
        """Keep what is about to be published."""
        data = message if isinstance(message, bytes) else getattr(message, 'data', ())
        is_small = not hasattr(data, '__len__') or len(data) <= _MOST_BYTES
        with self._lock:
            if not self.is_over and is_small:
                found = publisher.get_subscription_count()
                self._held.setdefault(device, {})[publisher] = found, message

    def _look(self) -> None:
        # within the lock, so that nothing newer is published in between
        with self._lock:
            for streams in self._held.values():
                for publisher, (before, message) in list(streams.items()):
                    found = publisher.get_subscription_count()
                    streams[publisher] = found, message
                    if found > before:
                        publisher.publish(message)
            if time.monotonic() > self._end:
                self.is_over = True
                self._held.clear()
                self._timer.cancel()
