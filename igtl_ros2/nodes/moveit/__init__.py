"""From a target of a peer to a motion planned and carried out by MoveIt, see `profile: moveit`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import ConfigError

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
