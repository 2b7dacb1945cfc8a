"""The time, for code without a clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Now(NamedTuple):
    """
    What time it is while something is done.

    :param wall_ns: what is sent as the time where a message has none.
    :param ros_ns: the time of ROS.
    :param steady_s: a time that never jumps.
    :param is_simulated: whether that of ROS is, so that its stamps mean nothing to peers.
    """

    wall_ns: int
    ros_ns: int
    steady_s: float
    is_simulated: bool = False


class Clocks(NamedTuple):
    """
    The parts of `Now` one by one, for code that needs one of them for each message.

    :param wall_ns: as there, and so are the others.
    """

    wall_ns: Callable[[], int]
    ros_ns: Callable[[], int]
    steady_s: Callable[[], float]

    def now(self) -> Now:
        """Give everything."""
        return Now(self.wall_ns(), self.ros_ns(), self.steady_s())
