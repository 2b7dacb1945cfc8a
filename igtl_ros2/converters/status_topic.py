"""What is told on one `status` topic: by the bridge of its poses, and by peers of themselves."""

from __future__ import annotations

from collections.abc import Hashable

from diagnostic_msgs.msg import DiagnosticStatus

from .status import OK


class StatusTopic:
    """
    Put together what the bridge says of the devices on a topic and what a peer said last.

    Neither takes the place of the other. The entry of the bridge has the key `state`, which that
    of a peer never has. The most severe comes first, and among equals that of the bridge.
    """

    def __init__(self) -> None:
        """Have nothing to tell."""
        self._own: dict[Hashable, DiagnosticStatus] = {}
        self._peer: DiagnosticStatus | None = None

    def tell(self, device: Hashable, entry: DiagnosticStatus) -> list[DiagnosticStatus]:
        """
        Take in what the bridge says of a device, and give all there is to be told.

        Of devices that share the topic, those are kept of which something is wrong.
        """
        if entry.level == OK:
            self._own = {key: own for key, own in self._own.items() if own.level != OK}
        self._own[device] = entry
        return self._entries()

    def hear(self, entry: DiagnosticStatus) -> list[DiagnosticStatus]:
        """Take in what a peer says of itself, and give all there is to be told."""
        self._peer = entry
        return self._entries()

    def _entries(self) -> list[DiagnosticStatus]:
        wrong = [own for own in self._own.values() if own.level != OK]
        own = wrong or list(self._own.values())
        peer = [] if self._peer is None else [self._peer]
        return sorted([*own, *peer], key=lambda entry: entry.level, reverse=True)
