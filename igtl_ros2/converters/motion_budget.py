"""How much a pose may move, by a budget that only passing time fills. Time is an argument."""

from __future__ import annotations

from typing import NamedTuple

from ..rules import MotionLimits

#: what may be used at once, in seconds of motion at the limit: what the network may hold up
BURST_S = 0.5


class Cost(NamedTuple):
    """What a motion takes, in seconds of motion at the limits, for metres and for degrees."""

    metres_s: float = 0.0
    degrees_s: float = 0.0

    @classmethod
    def of(cls, metres: float, degrees: float, speed: MotionLimits) -> Cost:
        """Tell what a motion takes under limits per second, of which each may be infinite."""
        return cls(metres / speed.m, degrees / speed.deg)


class MotionBudget:
    """
    How much the published pose of a tool may move now, as time at the limits of its rule.

    It is full at first, each motion that is published takes its cost, and the time that passes at
    this machine fills it again: up to `BURST_S`, or up to the time since the last one, in which
    it may have got so far. So from whatever moment it was published, the pose moves by no more
    than its rule allows for the time since then and for `BURST_S`, whatever the stamps say.

    :param now_s: when the first pose came, by a clock that never jumps.
    """

    __slots__ = ('_at_s', '_metres_s', '_degrees_s')

    def __init__(self, now_s: float) -> None:
        """Be full."""
        self._at_s = now_s
        self._metres_s = self._degrees_s = BURST_S

    def left(self, now_s: float) -> Cost:
        """Tell what there is to use."""
        passed_s = max(0.0, now_s - self._at_s)
        most = max(BURST_S, passed_s)
        return Cost(
            min(self._metres_s + passed_s, most), min(self._degrees_s + passed_s, most))

    def covers(self, cost: Cost, now_s: float) -> bool:
        """Tell whether there is enough for a motion. Written so that NaN is too much."""
        metres_s, degrees_s = self.left(now_s)
        return cost[0] <= metres_s and cost[1] <= degrees_s

    def take(self, cost: Cost, now_s: float) -> None:
        """Note that a motion is published."""
        metres_s, degrees_s = self.left(now_s)
        self._at_s = max(self._at_s, now_s)
        self._metres_s = max(0.0, min(metres_s - cost[0], BURST_S))
        self._degrees_s = max(0.0, min(degrees_s - cost[1], BURST_S))
