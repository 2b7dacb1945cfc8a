"""How much a pose may move, by a budget that only passing time fills. Time is an argument."""

from __future__ import annotations

from dataclasses import dataclass

from ..config import MotionLimits

#: what may be used at once, in seconds of motion at the limit: what the network may hold up
BURST_S = 0.5


@dataclass(frozen=True, slots=True)
class Cost:
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
    this machine fills it again, up to `BURST_S`. So in any window of time the pose moves by no
    more than its rule allows for that window and for `BURST_S`, whatever the stamps say.

    :param now_s: when the first pose came, by a clock that never jumps.
    """

    __slots__ = ('_at_s', '_left')

    def __init__(self, now_s: float) -> None:
        """Be full."""
        self._at_s = now_s
        self._left = Cost(BURST_S, BURST_S)

    def left(self, now_s: float, has_recovered: bool = False) -> Cost:
        """
        Tell what there is to use.

        :param has_recovered: count all the time since the last published pose, as for a tool
            that was covered: it may be where something that keeps to the limits has got meanwhile.
        """
        passed_s = max(0.0, now_s - self._at_s)
        filled = Cost(self._left.metres_s + passed_s, self._left.degrees_s + passed_s)
        if has_recovered:
            return filled
        return Cost(min(filled.metres_s, BURST_S), min(filled.degrees_s, BURST_S))

    def covers(self, cost: Cost, now_s: float, has_recovered: bool = False) -> bool:
        """Tell whether there is enough for a motion. Written so that NaN is too much."""
        left = self.left(now_s, has_recovered)
        return cost.metres_s <= left.metres_s and cost.degrees_s <= left.degrees_s

    def take(self, cost: Cost, now_s: float, has_recovered: bool = False) -> None:
        """Note that a motion is published."""
        left = self.left(now_s, has_recovered)
        self._at_s = max(self._at_s, now_s)
        self._left = Cost(
            _within(left.metres_s - cost.metres_s), _within(left.degrees_s - cost.degrees_s)
        )


def _within(seconds: float) -> float:
    return max(0.0, min(seconds, BURST_S))
