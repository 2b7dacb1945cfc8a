"""Whether any device of any link has called an emergency."""

from __future__ import annotations

import threading
from collections.abc import Callable

from rclpy.node import Node
from std_msgs.msg import Bool

from ..codec import Message
from ..codec.messages.bundle import Bind
from ..codec.messages.text import Status
from ..codec.short_names import full_name
from ..converters.units import ros_text
from ..peers import Peer
from ..rosio.qos import STATE_QOS
from .report import Report

# a peer may make up names without end
_MAX_DEVICES = 1000
_OTHERS = ('', '')


class Emergency:
    """
    Publish `~/emergency`: true as long as one device at least is in an emergency.

    :param devices: those that are, the names of link and device; kept up to date.
    """

    def __init__(self, node: Node, devices: set[tuple[str, str]]) -> None:
        self._lock = threading.Lock()
        self._devices = devices
        #: the peers that have called those, as far as they are still connected
        self._callers: dict[tuple[str, str], list[Peer]] = {}
        self._told: list[Callable[[], None]] = []
        self._publisher = node.create_publisher(Bool, '~/emergency', STATE_QOS)
        self._publisher.publish(Bool(data=bool(devices)))

    @property
    def is_on(self) -> bool:
        """Whether there is one."""
        return bool(self._devices)

    def tell(self, told: Callable[[], None]) -> None:
        """Tell somebody when one is called, and at once if there is one."""
        with self._lock:
            self._told.append(told)
        if self.is_on:
            told()

    def look_at(
        self,
        link: str,
        peer: Peer,
        message: Message,
        is_connected: Callable[[Peer], bool],
        report: Report,
    ) -> None:
        """
        Tell of an emergency, or of its end; no rule, gate or queue is in the way.

        :param link: name of the link over which the message came.
        :param is_connected: tells whether a peer is still there.
        """
        if isinstance(message, Status):
            name = full_name(message)
            if not self._note((link, name), message.is_emergency, peer, is_connected):
                what = ros_text(f'STATUS {name}: emergency')
                report.problem(
                    what, f'{what}: not ended by {peer.address}: another peer has called it'
                )
        elif isinstance(message, Bind):
            for child in message.children:
                self.look_at(link, peer, child, is_connected, report)

    def _note(
        self, device: tuple[str, str], emergency: bool, peer: Peer,
        is_connected: Callable[[Peer], bool],
    ) -> bool:
        """
        Note the state of a device that a peer reports; gives false for an end that does not count.

        While the peers that called an emergency of a device are connected, no other one ends it.
        """
        with self._lock:
            before = bool(self._devices)
            others = [
                caller for caller in self._callers.pop(device, ())
                if caller is not peer and is_connected(caller)
            ]
            if emergency and len(self._devices) >= _MAX_DEVICES and device not in self._devices:
                device = _OTHERS  # nobody takes that back: better too long than too short
            elif callers := [*others, *([peer] if emergency else [])]:
                self._callers[device] = callers
            is_on = emergency or bool(others)
            (self._devices.add if is_on else self._devices.discard)(device)
            if bool(self._devices) != before or emergency:
                self._publisher.publish(Bool(data=bool(self._devices)))
            if emergency:
                for told in self._told:
                    told()
            return emergency or not others
