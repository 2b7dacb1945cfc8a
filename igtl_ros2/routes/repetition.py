"""What may be repeated: nothing of a device that has become silent, nor of a peer that is gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..converters.gates import withheld_by
from .device import Device
from .inbound import FROZEN
from .now import Now
from .passage import Passage
from .surroundings import Telling

#: states of a device of which nothing has come for too long
SILENT = withheld_by('max_age')
UNANSWERED = 'stale: its peer gives no sign of life'
LEFT = 'stale: the rules have changed'


def is_stale(state: str | None) -> bool:
    """Tell whether a state says that nothing new comes of a device."""
    return state in (SILENT, UNANSWERED, LEFT) or (state or '').startswith(FROZEN)


class Repetition:
    """
    Tell what is repeated, and find out which devices have become silent.

    :param report: counts and logs.
    :param is_connected: tells whether a peer is still there.
    :param show: is told once that a device has become stale, and its state.
    """

    def __init__(
        self, report: Telling, is_connected: Callable[[Any], bool],
        show: Callable[[Device, str], None],
    ) -> None:
        self._report = report
        self._is_connected = is_connected
        self._show = show

    def next(self, device: Device, now: Now) -> Passage | None:
        """
        Begin to publish what is held again; never that of a peer that is gone.

        With the stamp that its device gave it, or as of now if it gave none: what 3D Slicer has
        set holds until it sets something else.
        """
        held: Passage | None = device.held
        if held is None:
            return None
        if not self._is_connected(held.peer) or self.has_gone_silent(device, now.steady_s):
            device.held = None
            return None
        if not held.peer.is_answering:
            what = device.way.what
            self._report.stays_stale(f'{what}: no answer', f'{what}: {UNANSWERED}: not repeated')
            self._make_stale(device, UNANSWERED)
            return None
        device.is_stale = False
        return device.way.again(held, now.steady_s, now.ros_ns)

    def leave(self, device: Device) -> None:
        """Repeat nothing of a device whose rule has changed; say so where the new one repeats."""
        if device.held is not None:
            device.held = None
            what = device.what
            self._report.stays_stale(f'{what}: rules', f'{what}: {LEFT}: not repeated')
            self._make_stale(device, LEFT)

    def has_gone_silent(self, device: Device, now_s: float) -> bool:
        """Tell whether a device has sent nothing for too long; say so the first time."""
        quiet_s, gates = now_s - device.heard_s, device.watch
        if gates is None or not gates.is_silent(quiet_s):
            return False
        if not device.is_stale:
            device.held = None
            what = device.what
            self._report.withheld_by(
                f'{what}: silent', f'{what}: stale: nothing came for {quiet_s:.3g} s')
            self._make_stale(device, SILENT)
        return True

    def _make_stale(self, device: Device, state: str) -> None:
        if not device.is_stale:
            device.is_stale = True
            self._show(device, state)
