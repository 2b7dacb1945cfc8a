"""What MoveIt is asked, what it answers, and obstacles, as messages of moveit_msgs."""

from __future__ import annotations

import numpy as np
from geometry_msgs.msg import Point, Pose
from moveit_msgs.action import MoveGroup
from moveit_msgs.msg import (
    CollisionObject,
    Constraints,
    MoveItErrorCodes,
    OrientationConstraint,
    PositionConstraint,
)
from moveit_msgs.srv import ApplyPlanningScene
from numpy.typing import NDArray
from shape_msgs.msg import Mesh, MeshTriangle, SolidPrimitive

from ...converters.units import Matrix, pose_to_ros
from ...dialogue.plans import Plan
from ...errors import ConversionError
from ...rules import MoveItRule

# What MoveIt takes for being there, as in its own constructGoalConstraints
_POSITION_M, _ANGLE_RAD = 1e-4, 1e-3
_PLANNING_S = 5.0
_MAX_POINTS = 100_000


def plan_goal(rule: MoveItRule, root: str, target: Matrix) -> MoveGroup.Goal:
    """
    Ask for a plan, and for nothing more.

    :param root: the frame of the target, which is the root of the robot.
    :param target: (4, 4), metres.
    :raises ConversionError: if it is no pose.
    """
    pose, _ = pose_to_ros(target, 'm')
    place = PositionConstraint(link_name=rule.link, weight=1.0)
    place.header.frame_id = root
    place.constraint_region.primitives = [
        SolidPrimitive(type=SolidPrimitive.SPHERE, dimensions=[_POSITION_M])]
    place.constraint_region.primitive_poses = [
        Pose(position=pose.position)]
    turn = OrientationConstraint(
        link_name=rule.link, orientation=pose.orientation, weight=1.0,
        absolute_x_axis_tolerance=_ANGLE_RAD, absolute_y_axis_tolerance=_ANGLE_RAD,
        absolute_z_axis_tolerance=_ANGLE_RAD)
    turn.header.frame_id = root
    goal = MoveGroup.Goal()
    request = goal.request
    request.group_name = rule.group
    request.start_state.is_diff = True  # from where it is
    request.num_planning_attempts = 1
    request.allowed_planning_time = _PLANNING_S
    request.max_velocity_scaling_factor = rule.speed
    request.max_acceleration_scaling_factor = rule.speed
    request.goal_constraints = [
        Constraints(position_constraints=[place], orientation_constraints=[turn])]
    goal.planning_options.plan_only = True
    goal.planning_options.planning_scene_diff.is_diff = True
    goal.planning_options.planning_scene_diff.robot_state.is_diff = True
    return goal


def plan_of(result: MoveGroup.Result) -> tuple[Plan, list[dict[str, float]]]:
    """
    Read a plan.

    :returns: it, and where its joints are at each of its points.
    :raises ConversionError: if there is none, or none that can be shown.
    """
    if result.error_code.val != MoveItErrorCodes.SUCCESS:
        raise ConversionError(code_name(result.error_code.val))
    trajectory = result.planned_trajectory.joint_trajectory
    if result.planned_trajectory.multi_dof_joint_trajectory.points:
        raise ConversionError('it moves joints of several axes, which cannot be shown')
    names, points = list(trajectory.joint_names), trajectory.points
    if not names or not 0 < len(points) <= _MAX_POINTS:
        raise ConversionError(f'it has {len(names)} joints and {len(points)} points')
    rows = [list(point.positions) for point in points]
    if any(len(row) != len(names) for row in rows) or not np.isfinite(rows).all():
        raise ConversionError('its points do not say where all its joints are')
    last = points[-1].time_from_start
    plan = Plan(dict(zip(names, rows[0])), last.sec + last.nanosec / 1e9, len(points),
                result.planned_trajectory)
    return plan, [dict(zip(names, row)) for row in rows]


def code_name(code: int) -> str:
    """Name an error code of MoveIt."""
    for name in filter(str.isupper, dir(MoveItErrorCodes)):
        value = getattr(MoveItErrorCodes, name)
        if isinstance(value, int) and value == code:
            return name
    return f'error {code}'


def obstacle(
    name: str, root: str, points: Matrix, triangles: NDArray[np.uint32]
) -> ApplyPlanningScene.Request:
    """
    Put an obstacle into the scene, in place of one of that name; without triangles, take it away.

    :param points: (n, 3) in the root of the robot, metres.
    :param triangles: (m, 3), numbers of points.
    """
    found = CollisionObject(id=name, operation=CollisionObject.REMOVE)
    found.header.frame_id = root
    if len(triangles):
        found.operation = CollisionObject.ADD
        found.pose.orientation.w = 1.0
        upright = Pose()
        upright.orientation.w = 1.0
        found.meshes = [Mesh(
            triangles=[MeshTriangle(vertex_indices=corners) for corners in triangles],
            vertices=[Point(x=x, y=y, z=z) for x, y, z in points.tolist()])]
        found.mesh_poses = [upright]
    request = ApplyPlanningScene.Request()
    request.scene.is_diff = True
    request.scene.robot_state.is_diff = True
    request.scene.world.collision_objects = [found]
    return request
