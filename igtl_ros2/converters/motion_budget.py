"""How much a pose may move, by a budget that only passing time fills. Time is an argument."""

from __future__ import annotations

from math import nan

#: what may be used at once, in seconds of motion at the limit: what the network may hold up
BURST_S = 0.5

#: what a motion takes, in seconds of motion at the limits, for metres and for degrees
Cost = tuple[float, float]


class MotionBudget:
    """
    How much the published pose of a tool may move now, as time at the limits of its rule.

    It is full at first, each motion that is published takes its cost, and the time that passes at
    this machine fills it again: up to `BURST_S`, or up to the time since the last one, in which
    it may have got so far. So from whatever moment it was published, the pose moves by no more
    than its rule allows for the time since then and for `BURST_S`, whatever the stamps say.

    :param now_s: when the first pose came, by a clock that never jumps.
    """

    __slots__ = ('_at_s', '_metres_s', '_degrees_s', '_known_s', '_known')

    def __init__(self, now_s: float) -> None:
        self._at_s = now_s
        self._metres_s = self._degrees_s = BURST_S
        # the last answer: a pose that was asked about is published next
        self._known_s, self._known = now_s, (BURST_S, BURST_S)

    def left(self, now_s: float) -> Cost:
        """Tell what there is to use."""
        if now_s == self._known_s:
            return self._known
        metres_s, degrees_s, passed_s = self._metres_s, self._degrees_s, now_s - self._at_s
        if passed_s > 0:
            most = passed_s if passed_s > BURST_S else BURST_S
            metres_s, degrees_s = metres_s + passed_s, degrees_s + passed_s
            metres_s = metres_s if metres_s < most else most
            degrees_s = degrees_s if degrees_s < most else most
        self._known_s, self._known = now_s, (metres_s, degrees_s)
        return self._known

    def covers(self, cost: Cost, now_s: float) -> bool:
        """Tell whether there is enough for a motion. Written so that NaN is too much."""
        metres_s, degrees_s = self.left(now_s)
        return cost[0] <= metres_s and cost[1] <= degrees_s

    def take(self, cost: Cost, now_s: float) -> None:
        """Note that a motion is published."""
        metres_s, degrees_s = self.left(now_s)
        if now_s > self._at_s:
            self._at_s = now_s
        metres_s, degrees_s = metres_s - cost[0], degrees_s - cost[1]
        self._known_s = nan
        # what is no number leaves nothing
        self._metres_s = BURST_S if metres_s >= BURST_S else metres_s if metres_s > 0 else 0.0
        self._degrees_s = BURST_S if degrees_s >= BURST_S else degrees_s if degrees_s > 0 else 0.0
