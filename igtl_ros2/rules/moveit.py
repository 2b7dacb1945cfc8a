"""What `profile: moveit` plans to, asks, and shows."""

from __future__ import annotations

from dataclasses import dataclass

from .keys import key
from .services import SERVICE
from .values import DEVICE, FRAME, NAMES, SECONDS, TEXT, TOPIC, numbers, text

#: what stands behind `device` in the names of what is shown; names have 20 bytes
PATH, GHOST, GOAL = '_path', '_ghost', '_goal'
_LONGEST = max(map(len, (PATH, GHOST, GOAL)))
_COMMAND = text('text of 1 to 127 bytes', 1, 127)


@dataclass(frozen=True, slots=True)
class MoveItRule:
    """
    How targets of a peer become plans of MoveIt, which are shown and then executed or not.

    What is a target has passed the gates of its rule in `receive`.
    """

    target: str = key(
        DEVICE, 'Device whose poses (TRANSFORM), or whose one point (POINT), are planned to, once '
        'they have passed the gates of their rule.', 'Target')
    device: str = key(
        text(f'a device name of 1 to {20 - _LONGEST} bytes (UTF-8)', 1, 20 - _LONGEST),
        'STATUS of this name reports the state; <device>_path, <device>_ghost and <device>_goal '
        'show a plan.', 'Plan')
    group: str = key(
        text('text of one character or more', 1), 'Planning group of MoveIt.', 'manipulator')
    link: str = key(
        text('text of one character or more', 1),
        'Link that moves to the target.', 'tool0')
    seen_from: str = key(
        FRAME, 'Frame in which a plan is shown, as `target` of a robot in `send`; the root of the '
        'robot when left out.', '')
    description: str = key(TOPIC, 'Topic with the URDF.', '/robot_description')
    joint_states: str = key(TOPIC, 'Topic with the joint positions.', '/joint_states')
    plan: str = key(SERVICE, 'Action moveit_msgs/MoveGroup, asked with plan_only.', '/move_action')
    execute: str = key(
        SERVICE, 'Action moveit_msgs/ExecuteTrajectory.', '/execute_trajectory')
    scene: str = key(
        SERVICE, 'Service moveit_msgs/ApplyPlanningScene, which gets the obstacles.',
        '/apply_planning_scene')
    obstacles: str = key(
        TEXT, 'Devices whose POLYDATA are obstacles; * and ? stand for other characters, empty '
        'for none.', 'Obstacle*')
    execute_command: str = key(
        _COMMAND, 'COMMAND that executes the plan whose number is its content.', 'Execute')
    cancel_command: str = key(
        _COMMAND, 'COMMAND that stops the motion and withdraws the plan.', 'Cancel')
    stop: tuple[str, ...] = key(
        NAMES,
        'Texts that do so too, as a STRING or as the name of a COMMAND, from any peer.',
        ('STOP', 'EMERGENCY'))
    speed: float = key(
        numbers(over=0, most=1), 'Part of the greatest speed of the joints.', 0.1)
    fresh: float = key(
        SECONDS, 'How long after it was shown a plan may be executed, in seconds.', 30.0)
    start_tolerance: float = key(
        numbers(over=0, most=0.1),
        'How far from its start a joint may be when a plan is executed, rad or m.', 0.01)
    ghosts: int = key(
        numbers(least=1, most=10, whole=True),
        'At how many points of its path the robot is shown, including the end.', 3)

    @property
    def path_device(self) -> str:
        """Name of the path of the link."""
        return self.device + PATH

    @property
    def ghost_device(self) -> str:
        """Name of the robot on its way."""
        return self.device + GHOST

    @property
    def goal_device(self) -> str:
        """Name of where the link gets to."""
        return self.device + GOAL
