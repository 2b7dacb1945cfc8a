"""Values that are held: repeated as long as they hold, and said to be stale once they do not."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

from rclpy.clock import Clock, ClockType
from rclpy.node import Node

from ..peers import Peer
from ..routes.device import Device, Slot
from ..routes.passage import Passage
from .link_output import SILENT, UNANSWERED, LinkOutput
from .report import Report
from .silence_watch import SilenceWatch


class HeldValues:
    """
    Repeat what rules hold, and watch for devices that have become silent.

    :param lock: held while something is published.
    :param devices: those of the link.
    :param go_on: takes a message through its steps, from one of them on.
    :param now_ns: the time of ROS.
    :param is_connected: tells whether a peer is still there.
    """

    def __init__(
        self,
        node: Node,
        lock: threading.RLock,
        devices: Mapping[Slot, Device],
        output: LinkOutput,
        report: Report,
        go_on: Callable[[Device, Passage, int], None],
        now_ns: Callable[[], int],
        is_connected: Callable[[Peer], bool],
    ) -> None:
        """Hold nothing."""
        self._node = node
        self._lock = lock
        self._devices = devices
        self._output = output
        self._report = report
        self._go_on = go_on
        self._now_ns = now_ns
        self._is_connected = is_connected
        self._steady = Clock(clock_type=ClockType.STEADY_TIME)
        #: looks for silence, once it is started
        self.watch = SilenceWatch(node, self._look_for_silence)

    def hold(self, device: Device, passage: Passage | None) -> None:
        """Repeat a message from now on, in place of the one before."""
        device.held = passage
        if passage is None:
            return
        passage.peer.probe_often()
        if device.repeater is None:
            period = 1.0 / device.way.rule.hold_hz
            device.repeater = self._node.create_timer(
                period, lambda: self._repeat(device), clock=self._steady
            )
        device.repeater.reset()

    def end(self, device: Device) -> None:
        """Repeat nothing of a device any more."""
        device.held = None
        if device.repeater is not None:
            self._node.destroy_timer(device.repeater)
            device.repeater = None

    def _repeat(self, device: Device) -> None:
        """
        Publish the held message again; never that of a peer that is gone.

        With the stamp that its device gave it, or as of now if it gave none: what 3D Slicer has
        set holds until it sets something else.
        """
        with self._lock:
            held, way = device.held, device.way
            if held is None:
                return
            if not self._is_connected(held.peer) or self._has_gone_silent(device):
                device.held = None
                return
            if not held.peer.is_answering:
                self._tell_unanswered(device)
                return
            device.is_stale = False
            again, step = way.again(held, time.monotonic(), self._now_ns())
            self._go_on(device, again, step)

    def _look_for_silence(self) -> None:
        with self._lock:
            for device in self._devices.values():
                self._has_gone_silent(device)

    def _has_gone_silent(self, device: Device) -> bool:
        """Tell whether a device has sent nothing for too long; say so the first time."""
        quiet_s, gates = time.monotonic() - device.heard_s, device.way.gates
        if gates is None or not gates.is_silent(quiet_s):
            return False
        if not device.is_stale:
            device.held = None
            what = device.way.what
            self._report.withheld_by(
                f'{what}: silent', f'{what}: stale: nothing came for {quiet_s:.3g} s'
            )
            self._make_stale(device, SILENT)
        return True

    def _tell_unanswered(self, device: Device) -> None:
        """Say that nothing is repeated while the peer gives no sign of life."""
        what = device.way.what
        self._report.stays_stale(f'{what}: no answer', f'{what}: {UNANSWERED}: not repeated')
        if not device.is_stale:
            self._make_stale(device, UNANSWERED)

    def _make_stale(self, device: Device, state: str) -> None:
        device.is_stale = True
        self._output.late.forget(device.topic)
        self._output.publish_state(device, state, self._now_ns())
