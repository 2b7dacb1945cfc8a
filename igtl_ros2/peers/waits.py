"""How long messages waited to be written to one peer."""

from __future__ import annotations

import math

_KEPT = 256
_RECENT_S = 10.0


class Waits:
    """The last of them; time is an argument."""

    __slots__ = ('_ring', '_number', '_slowest_s')

    def __init__(self) -> None:
        #: when each was over, and how long it was
        self._ring = [(-math.inf, 0.0)] * _KEPT
        self._number = 0
        self._slowest_s = 0.0

    def add(self, since_s: float, now_s: float) -> None:
        """Note that one is over."""
        waited_s = now_s - since_s
        self._ring[self._number % _KEPT] = now_s, waited_s
        self._number += 1
        if waited_s > self._slowest_s:
            self._slowest_s = waited_s

    def recent(self, now_s: float) -> list[float]:
        """Give those of late, in seconds."""
        return [waited_s for at_s, waited_s in self._ring[:] if now_s - at_s <= _RECENT_S]

    def take_slowest(self) -> float:
        """Give the longest since this was asked last."""
        slowest_s, self._slowest_s = self._slowest_s, 0.0
        return slowest_s
