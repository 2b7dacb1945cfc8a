"""Whether any device of any link has called an emergency."""

from __future__ import annotations

import threading

from rclpy.node import Node
from std_msgs.msg import Bool

from .qos import STATE_QOS


class Emergency:
    """Publish `~/emergency`: true as long as one device at least is in an emergency."""

    def __init__(self, node: Node) -> None:
        """Publish that there is none."""
        self._lock = threading.Lock()
        self._devices: set[tuple[str, str]] = set()
        self._publisher = node.create_publisher(Bool, '~/emergency', STATE_QOS)
        self._publisher.publish(Bool(data=False))

    def set(self, device: tuple[str, str], emergency: bool) -> None:
        """
        Note the state of a device; callable from any thread.

        :param device: the names of its link and of itself.
        """
        with self._lock:
            before = bool(self._devices)
            (self._devices.add if emergency else self._devices.discard)(device)
            if bool(self._devices) != before or emergency:
                self._publisher.publish(Bool(data=bool(self._devices)))
