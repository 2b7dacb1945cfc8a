"""The frame of what a device sends, and which device may place a frame: as a bridge decides it."""

from __future__ import annotations

from typing import NamedTuple

from ...config import ros_text
from ...converters.tf_owners import Sender, TfOwners
from ...rules import ReceiveRule


class Named(NamedTuple):
    """The frame in which something is, and its own."""

    parent: str
    child: str


class Frames:
    """
    The frames of devices and tools.

    :param rule: whose default frame holds where a name says none.
    :param profile: of the bridge that would do the same.
    """

    def __init__(self, rule: ReceiveRule, profile: str) -> None:
        self._rule = rule
        self._profile = profile
        self._owners = TfOwners()

    def of(self, device: str, type_name: str) -> Named:
        """Find those of a device."""
        child, parent = self._rule.frames_of(device, type_name, self._profile)
        child = child or self._rule.spelled(type_name.lower(), self._profile)
        return Named(ros_text(parent or self._rule.default_frame), ros_text(child))

    def of_tool(self, name: str, device: Named) -> Named:
        """Find those of a tool of a device: its name may say them itself."""
        found = self._rule.frames_in(name, self._profile)
        child, parent = found or (self._rule.spelled(name, self._profile), '')
        return Named(ros_text(parent) or device.parent, ros_text(child))

    def refused(self, frames: Named, device: str, now_s: float) -> str:
        """Tell why a device may not say where a frame is; empty if it may."""
        refused = self._owners.admit(
            frames.child, frames.parent, Sender(name=device), 0, False, now_s)
        return refused.why if refused else ''
