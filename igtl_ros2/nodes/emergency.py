"""Whether any device of any link has called an emergency."""

from __future__ import annotations

import threading

from rclpy.node import Node
from std_msgs.msg import Bool

from ..codec import Message
from ..codec.messages.text import Status
from .qos import STATE_QOS

# a peer may make up names without end
_MAX_DEVICES = 1000
_OTHERS = ('', '')


def is_emergency(message: Message) -> bool:
    """Tell whether a message calls an emergency, which no rule and no rate holds up."""
    return isinstance(message, Status) and message.is_emergency


class Emergency:
    """
    Publish `~/emergency`: true as long as one device at least is in an emergency.

    :param devices: those that are, the names of link and device; kept up to date.
    """

    def __init__(self, node: Node, devices: set[tuple[str, str]]) -> None:
        """Publish whether there is one."""
        self._lock = threading.Lock()
        self._devices = devices
        self._publisher = node.create_publisher(Bool, '~/emergency', STATE_QOS)
        self._publisher.publish(Bool(data=bool(devices)))

    def set(self, device: tuple[str, str], emergency: bool) -> None:
        """
        Note the state of a device; callable from any thread.

        :param device: the names of its link and of itself.
        """
        with self._lock:
            before = bool(self._devices)
            if emergency and len(self._devices) >= _MAX_DEVICES and device not in self._devices:
                device = _OTHERS  # nobody takes that back: better too long than too short
            (self._devices.add if emergency else self._devices.discard)(device)
            if bool(self._devices) != before or emergency:
                self._publisher.publish(Bool(data=bool(self._devices)))
