"""From a target of a peer to a motion planned and carried out by MoveIt, see `profile: moveit`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rclpy.node import Node

from ...converters.registry import full_name
from ...dialogue.dialogue import Dialogue
from ...dialogue.plan_server import PlanServer
from ...dialogue.timers import Timers
from ...errors import ConfigError
from ...mapping import LinkConfig
from ...rules import MoveItRule
from ..emergency import Emergency
from ..receive import Receiver
from ..report import Report
from ..tf import TfSource

if TYPE_CHECKING:  # it needs moveit_msgs, which may not be there
    from .planner import MoveItPlanner


def planner_class() -> type[MoveItPlanner]:
    """
    Give what plans.

    :raises ConfigError: if the messages of MoveIt are missing.
    """
    try:
        from .planner import MoveItPlanner
    except ModuleNotFoundError as error:
        if (error.name or 'igtl_ros2').startswith('igtl_ros2'):
            raise
        raise ConfigError(
            f'profile: found moveit, which needs the package {error.name}') from error
    return MoveItPlanner


def planner_for(
    node: Node,
    config: LinkConfig,
    rule: MoveItRule,
    report: Report,
    emergency: Emergency,
    tf: TfSource | None,
    receiver: Receiver,
    dialogue: Dialogue,
    timers: Timers,
    post: Callable[..., None],
    now: Callable[[], float],
) -> MoveItPlanner:
    """
    Make what plans for the peers of a link.

    :param post: has a function called in the network's thread.
    :param now: the clock of that thread.
    """
    planner = planner_class()(node, config, rule, report, tf, receiver.rule_of, post, now)
    planner.server = dialogue.plans = PlanServer(
        rule, planner, full_name, lambda: emergency.is_on, dialogue.streams, timers,
        report.problem)
    dialogue.served_commands.know_stops(rule.stop)
    receiver.targets.listen(rule.target, planner.target)
    return planner
