"""The time of ROS, for which every message asks, and one that always goes on."""

from __future__ import annotations

import time
from typing import Any

from rclpy.clock import Clock, ClockType, JumpThreshold
from rclpy.node import Node

#: of timers that go on while simulated time stands still
STEADY = Clock(clock_type=ClockType.STEADY_TIME)


class RosClock:
    """
    Tell the time of ROS: simulated if that is in use, else the wall clock, which costs nothing.

    :param node: whose clock it is.
    """

    def __init__(self, node: Node) -> None:
        self._clock: Any = node.get_clock()
        #: whether simulated time is in use
        self.is_simulated: bool = self._clock.ros_time_is_active
        threshold = JumpThreshold(min_forward=None, min_backward=None, on_clock_change=True)
        self._handler = self._clock.create_jump_callback(threshold, post_callback=self._follow)

    def _follow(self, jump: Any) -> None:
        self.is_simulated = self._clock.ros_time_is_active

    def close(self) -> None:
        """Be told no more; nobody asks what time it is any more."""
        self._handler.unregister()

    def now_ns(self) -> int:
        """Tell it in nanoseconds."""
        return self._clock.now().nanoseconds if self.is_simulated else time.time_ns()
