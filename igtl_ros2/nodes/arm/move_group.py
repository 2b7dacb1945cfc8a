"""An arm that plans as the node move_group of MoveIt does: its actions, and its scene."""

from __future__ import annotations

from typing import Any

import numpy as np
from moveit_msgs.action import ExecuteTrajectory
from moveit_msgs.action import MoveGroup as MoveGroupAction
from moveit_msgs.msg import (
    CollisionObject,
    Constraints,
    MotionPlanRequest,
    MoveItErrorCodes,
    PlanningScene,
    RobotState,
    RobotTrajectory,
)
from moveit_msgs.srv import ApplyPlanningScene
from rclpy.action import CancelResponse

from ...converters.units import Matrix, pose_from_ros, quaternion_to_matrix
from ...errors import ConversionError
from .arm import DemoArm
from .follow import GoalServer, finish, read_trajectory, ros_trajectory, until
from .kinematics import Refused, Vector
from .motion import Trajectory, plan

GROUP = 'manipulator'
_PLANNING_S = 0.05
Codes = MoveItErrorCodes


class Failed(Refused):
    """A plan cannot be made, with the code that says why."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(why)
        self.code = code


class MoveGroup:
    """The actions MoveGroup and ExecuteTrajectory of an arm, and the obstacles in its way."""

    def __init__(self, arm: DemoArm) -> None:
        self._arm = arm
        self._servers = [
            GoalServer(arm, MoveGroupAction, 'move_action', self._move,
                       cancel_callback=self._cancel),
            GoalServer(arm, ExecuteTrajectory, 'execute_trajectory', self._follow,
                       cancel_callback=self._cancel),
        ]
        arm.create_service(ApplyPlanningScene, 'apply_planning_scene', self._apply)
        arm.create_subscription(PlanningScene, 'planning_scene', self._take_scene, 10)
        arm.create_subscription(CollisionObject, 'collision_object', self._take_object, 10)

    def close(self) -> None:
        """Take the actions away."""
        for server in self._servers:
            server.destroy()

    # -- actions

    def _cancel(self, handle: Any) -> CancelResponse:
        self._arm.stop()
        return CancelResponse.ACCEPT

    async def _move(self, handle: Any) -> MoveGroupAction.Result:
        goal, result = handle.request, MoveGroupAction.Result()
        handle.publish_feedback(MoveGroupAction.Feedback(state='PLANNING'))
        await until(self._arm.after(_PLANNING_S))
        try:
            if handle.is_cancel_requested:
                raise Failed(Codes.PREEMPTED, 'it was cancelled')
            trajectory = self._plan(goal.request)
            result.trajectory_start = RobotState(joint_state=self._arm.joint_state())
            model = self._arm.model
            result.planned_trajectory = RobotTrajectory(
                joint_trajectory=ros_trajectory(model.names, trajectory))
            result.planned_trajectory.joint_trajectory.header.frame_id = model.skeleton.root
            result.planning_time = _PLANNING_S
            if goal.planning_options.plan_only:
                handle.succeed()
            else:
                handle.publish_feedback(MoveGroupAction.Feedback(state='MONITOR'))
                if not finish(handle, await until(self._arm.go(trajectory))):
                    raise Failed(Codes.PREEMPTED, 'it was stopped')
                result.executed_trajectory = result.planned_trajectory
            result.error_code.val = Codes.SUCCESS
        except Refused as error:
            self._fail(handle, result, error)
        return result

    async def _follow(self, handle: Any) -> ExecuteTrajectory.Result:
        result = ExecuteTrajectory.Result()
        try:
            if handle.is_cancel_requested:
                raise Failed(Codes.PREEMPTED, 'it was cancelled before it began')
            trajectory = read_trajectory(self._arm, handle.request.trajectory.joint_trajectory)
            on_way = self._arm.go(trajectory)
            handle.publish_feedback(ExecuteTrajectory.Feedback(state='MONITOR'))
            if not finish(handle, await until(on_way)):
                raise Failed(Codes.PREEMPTED, 'it was stopped')
            result.error_code.val = Codes.SUCCESS
        except Refused as error:
            self._fail(handle, result, error)
        return result

    def _fail(self, handle: Any, result: Any, error: Refused) -> None:
        self._arm.get_logger().warning(str(error))
        result.error_code.val = getattr(error, 'code', Codes.INVALID_MOTION_PLAN)
        if handle.is_active:
            (handle.canceled if handle.is_cancel_requested else handle.abort)()

    # -- plans

    def _plan(self, request: MotionPlanRequest) -> Trajectory:
        arm, here = self._arm, self._arm.motion.positions
        if request.group_name != GROUP:
            raise Failed(Codes.INVALID_GROUP_NAME,
                         f'there is no group {request.group_name!r}, only {GROUP!r}')
        if len(request.goal_constraints) != 1:
            raise Failed(Codes.INVALID_GOAL_CONSTRAINTS, 'wanted one goal')
        end = self._end(request.goal_constraints[0], here)
        share = request.max_velocity_scaling_factor
        trajectory = plan(arm.model, here, end, share if 0 < share <= 1 else 1.0)
        if name := arm.obstacles.hit(arm.model, end):
            raise Failed(Codes.GOAL_IN_COLLISION, f'{name} is where it would end')
        if name := arm.obstacles.in_the_way(arm.model, trajectory):
            raise Failed(Codes.PLANNING_FAILED, f'{name} is in the way')
        return trajectory

    def _end(self, goal: Constraints, here: Vector) -> Vector:
        model = self._arm.model
        if goal.joint_constraints:
            wanted = {joint.joint_name: joint.position for joint in goal.joint_constraints}
            if set(wanted) != set(model.names):
                raise Failed(Codes.INVALID_GOAL_CONSTRAINTS, 'not all joints are given')
            end = np.array([wanted[name] for name in model.names])
            model.check_limits(end)
            return end
        if len(goal.position_constraints) != 1 or len(goal.orientation_constraints) != 1:
            raise Failed(Codes.INVALID_GOAL_CONSTRAINTS, 'wanted a position and an orientation')
        place, turn = goal.position_constraints[0], goal.orientation_constraints[0]
        for constraint in (place, turn):
            if constraint.link_name != model.tip:
                raise Failed(Codes.INVALID_LINK_NAME, f'the tool is {model.tip}')
            self._check_frame(constraint.header.frame_id)
        target = np.eye(4)
        q = turn.orientation
        try:
            target[:3, :3] = quaternion_to_matrix((q.x, q.y, q.z, q.w))
            middle = place.constraint_region.primitive_poses[0].position
        except (ConversionError, IndexError, ValueError) as error:
            raise Failed(Codes.INVALID_GOAL_CONSTRAINTS, str(error)) from error
        target[:3, 3] = middle.x, middle.y, middle.z
        try:
            return model.solve(target, here)
        except Refused as error:
            raise Failed(Codes.NO_IK_SOLUTION, str(error)) from error

    def _check_frame(self, frame: str) -> None:
        root = self._arm.model.skeleton.root
        if frame not in ('', root):
            raise Failed(Codes.FRAME_TRANSFORM_FAILURE, f'{frame!r} is not known, only {root}')

    # -- obstacles

    def _apply(
        self, request: ApplyPlanningScene.Request, response: ApplyPlanningScene.Response
    ) -> ApplyPlanningScene.Response:
        response.success = self._take_scene(request.scene)
        return response

    def _take_scene(self, scene: PlanningScene) -> bool:
        if not scene.is_diff:
            self._arm.obstacles.remove('')
        return all([self._take_object(found) for found in scene.world.collision_objects])

    def _take_object(self, obstacle: CollisionObject) -> bool:
        try:
            self._check_frame(obstacle.header.frame_id)
            if obstacle.operation == CollisionObject.REMOVE:
                if not self._arm.obstacles.remove(obstacle.id):
                    raise Refused('there is none of that name')
            else:
                self._arm.obstacles.put(obstacle.id, _points_of(obstacle))
        except (Refused, ConversionError, ValueError) as error:
            self._arm.get_logger().warning(f'{obstacle.id}: {error}')
            return False
        return True


def _points_of(obstacle: CollisionObject) -> Vector:
    """Give the points of the meshes and boxes of an obstacle, in its frame."""
    place = _matrix(obstacle.pose)
    found = []
    for mesh, pose in zip(obstacle.meshes, obstacle.mesh_poses):
        points = np.array([(point.x, point.y, point.z) for point in mesh.vertices])
        found.append(_moved(place @ _matrix(pose), points))
    for box, pose in zip(obstacle.primitives, obstacle.primitive_poses):
        corners = np.array([(x, y, z) for x in (-0.5, 0.5) for y in (-0.5, 0.5)
                            for z in (-0.5, 0.5)]) * np.array(box.dimensions)[:3]
        found.append(_moved(place @ _matrix(pose), corners))
    if not found:
        raise ConversionError('it has no shape')
    return np.concatenate(found)


def _matrix(pose: Any) -> Matrix:
    q = pose.orientation
    if not (q.x or q.y or q.z or q.w):
        q.w = 1.0  # a pose that nobody has filled in, as MoveIt takes it
    return pose_from_ros(pose.position, q, 'm')


def _moved(place: Matrix, points: Vector) -> Vector:
    return points @ place[:3, :3].T + place[:3, 3]
