"""Who is silent is looked for again and again."""

from __future__ import annotations

from collections.abc import Callable

from rclpy.clock import Clock, ClockType
from rclpy.node import Node

#: how often silence is looked for
_PERIOD_S = 0.05


class SilenceWatch:
    """Call back again and again, also while simulated time stands still."""

    def __init__(self, node: Node, look: Callable[[], None]) -> None:
        """Wait until there is something to look at."""
        self._node = node
        self._look = look
        self._is_on = False

    def start(self) -> None:
        """Begin, unless that is so already."""
        if not self._is_on:
            self._is_on = True
            steady = Clock(clock_type=ClockType.STEADY_TIME)
            self._node.create_timer(_PERIOD_S, self._look, clock=steady)
