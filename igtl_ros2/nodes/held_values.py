"""Values that are held: repeated as long as they hold, and said to be stale once they do not."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from rclpy.node import Node

from ..peers import Peer
from ..rosio.clock import STEADY
from ..routes.device import Device
from ..routes.now import Now
from ..routes.passage import Passage
from ..routes.repetition import Repetition
from .link_output import LinkOutput
from .report import Report

#: how often silence is looked for
_LOOK_S = 0.05


@dataclass(eq=False)
class HeldValues:
    """
    Repeat what rules hold, and watch for devices that have become silent.

    :param lock: held while something is published.
    :param watched: lists the devices of the link that may become silent.
    :param go_on: takes a message through the steps that it has before it.
    :param now: tells the time.
    :param is_connected: tells whether a peer is still there.
    """

    _node: Node
    _lock: threading.RLock
    _watched: Callable[[], Iterable[Device]]
    _output: LinkOutput
    _report: Report
    _go_on: Callable[[Device, Passage], None]
    _now: Callable[[], Now]
    _is_connected: Callable[[Peer], bool]
    _is_watching: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self._repetition = Repetition(self._report, self._is_connected, self._show)

    def hold(self, device: Device, passage: Passage | None) -> None:
        """Repeat a message from now on, in place of the one before."""
        device.held = passage
        if passage is None:
            return
        passage.peer.probe_often()
        if device.repeater is None:
            period = 1.0 / device.way.rule.hold_hz
            device.repeater = self._node.create_timer(
                period, lambda: self._repeat(device), clock=STEADY
            )
        device.repeater.reset()

    def watch(self) -> None:
        """Look for silence from now on, also while simulated time stands still."""
        if not self._is_watching:
            self._is_watching = True
            self._node.create_timer(_LOOK_S, self._look_for_silence, clock=STEADY)

    def end(self, device: Device) -> None:
        """Repeat nothing of a device any more."""
        device.held = None
        if device.repeater is not None:
            self._node.destroy_timer(device.repeater)
            device.repeater = None

    def leave(self, device: Device) -> None:
        """Repeat nothing of a device whose rule has changed, but go on to watch it."""
        self._repetition.leave(device)
        self.end(device)
        if device.watch is not None and device.watch.is_silent(math.inf):
            self.watch()

    def _repeat(self, device: Device) -> None:
        with self._lock:
            found = self._repetition.next(device, self._now())
            if found is not None:
                self._go_on(device, found)

    def _look_for_silence(self) -> None:
        with self._lock:
            for device in self._watched():
                self._repetition.has_gone_silent(device, self._now().steady_s)

    def _show(self, device: Device, state: str) -> None:
        self._output.late.forget(device.topic)
        self._output.publish_state(device, state, self._now().ros_ns)
