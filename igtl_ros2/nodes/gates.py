"""Gates in the node: how old messages are, what is told of those withheld, who is silent."""

from __future__ import annotations

import time
from collections.abc import Callable

from rclpy.clock import Clock, ClockType
from rclpy.node import Node

from ..codec import Message
from ..converters.gates import Gate, Gates, age_s
from ..converters.registry import Converted
from ..converters.units import ros_text
from .report import Report

#: how often silence is looked for
_PERIOD_S = 0.05


def open_gate(
    gates: Gates,
    message: Message,
    policy: str,
    stamp_ns: int,
    now_ns: int,
    came_s: float,
    source: str,
    is_new: bool,
) -> Gate:
    """
    Make the gate for one message that is about to be published.

    :param policy: the key `stamp` of the rule.
    :param stamp_ns: with which it is published.
    :param now_ns: the time of ROS.
    :param came_s: when it, or what it repeats, came from the network, by the steady clock.
    """
    now_s = time.monotonic()
    # what has waited for tf, or is repeated, has grown older since its stamp was chosen
    ages = now_s - came_s, age_s(message, policy, now_ns, time.time_ns())
    return Gate(
        gates,
        stamp_ns=stamp_ns,
        seen_s=now_s,  # what has waited is published, and moves, only now
        age_s=max(ages, key=abs),
        source=source,
        is_new=is_new,
    )


def tell_withheld(gate: Gate, what: str, report: Report, result: Converted) -> None:
    """Count, log and put into `info` what a gate has withheld."""
    for (tool, name), why in gate.withheld.items():
        where = f'{ros_text(tool)} {name}'.strip()
        result.info.setdefault('gates', {})[where] = why
        report.withheld_by(f'{what}: {name}', f'{what}: {where}: not published: {why}')


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
