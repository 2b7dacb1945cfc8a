"""From a target of a peer to a motion planned and carried out by MoveIt, see `profile: moveit`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from rclpy.node import Node

from ...converters.registry import full_name
from ...dialogue.dialogue import Dialogue
from ...dialogue.plan_server import PlanServer
from ...dialogue.timers import Timers
from ...errors import ConfigError
from ...mapping import LinkConfig, ReceiveRule
from ...peers import Peer
from ...routes.targets import Targets
from ...rules import MoveItRule
from ..emergency import Emergency
from ..report import Report
from ..tf import TfSource


class Planner(Protocol):
    """Plans, and carries out plans."""

    server: PlanServer

    def change(self, config: LinkConfig) -> None:
        """Follow other rules."""

    def close(self) -> None:
        """Stop what goes on."""


#: is given what a link shares: its dialogue, its timers, what has a function called in the
#: network's thread, and the clock of that
MakePlanner = Callable[[Dialogue, Timers, Callable[..., None], Callable[[], float]], Planner]


def planner_for(
    node: Node,
    config: LinkConfig,
    rule: MoveItRule,
    report: Report,
    emergency: Emergency,
    tf: TfSource | None,
    rule_of: Callable[[Peer, str, str], ReceiveRule],
    targets: Targets,
) -> MakePlanner:
    """
    Give what plans for the peers of a link.

    :raises ConfigError: if the messages of MoveIt are missing.
    """
    try:
        from .planner import MoveItPlanner
    except ModuleNotFoundError as error:
        if (error.name or 'igtl_ros2').startswith('igtl_ros2'):
            raise
        raise ConfigError(
            f'profile: found moveit, which needs the package {error.name}') from error

    def make(
        dialogue: Dialogue, timers: Timers, post: Callable[..., None], now: Callable[[], float]
    ) -> Any:
        planner = MoveItPlanner(node, config, rule, report, tf, rule_of, post, now)
        planner.server = dialogue.plans = PlanServer(
            rule, planner, full_name, lambda: emergency.is_on, dialogue.streams, timers,
            report.problem)
        dialogue.served_commands.know_stops(rule.stop)
        targets.listen(rule.target, planner.target)
        return planner

    return make
