"""An arm that goes along trajectories, as the controllers of ros2_control do."""

from __future__ import annotations

from collections.abc import Coroutine, Generator, Iterable
from types import coroutine
from typing import Any

from builtin_interfaces.msg import Duration
from control_msgs.action import FollowJointTrajectory
from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.node import Node
from rclpy.task import Future
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

from .arm import ARRIVED, STOPPED, DemoArm
from .kinematics import Refused
from .motion import Trajectory, checked

ACTION = 'arm_controller/follow_joint_trajectory'
_FEEDBACK_S = 0.1


@coroutine
def until(future: Future[Any]) -> Generator[Future[Any], None, Any]:
    """Wait for a future in what a `GoalServer` executes; gives its result."""
    if not future.done():
        yield future
    return future.result()


class GoalServer(ActionServer):
    """
    An action server for coroutines that wait by `until`.

    What awaits a future of rclpy is taken up again at each turn of its executor, without a pause:
    an arm would need a whole core as long as it is on its way.

    :param execute: called with the handle of a goal; its result is that of the goal.
    """

    def __init__(self, node: Node, kind: Any, name: str, execute: Any, **options: Any) -> None:
        self._owner, self._execute = node, execute
        super().__init__(node, kind, name, execute, **options)

    def notify_execute(self, goal_handle: Any, execute_callback: Any) -> None:
        """Begin with a goal."""
        self._go_on(goal_handle, self._execute(goal_handle))

    def _go_on(self, goal_handle: Any, way: Coroutine[Future[Any], None, Any]) -> None:
        ended: Future[Any] = Future()
        try:
            future = way.send(None)
        except StopIteration as end:
            ended.set_result(end.value)
        except Exception as error:
            ended.set_exception(error)
        else:
            # at another turn: who ends the future may not have told the handle yet why
            future.add_done_callback(
                lambda _: self._owner.executor.create_task(self._go_on, goal_handle, way))
            return
        super().notify_execute(goal_handle, lambda _: ended.result())


class FollowServer:
    """The action FollowJointTrajectory of an arm."""

    def __init__(self, arm: DemoArm) -> None:
        self._arm = arm
        self._server = GoalServer(
            arm, FollowJointTrajectory, ACTION, self._execute, goal_callback=self._accept,
            cancel_callback=self._cancel)

    def _accept(self, goal: FollowJointTrajectory.Goal) -> GoalResponse:
        try:
            if self._arm.motion.is_moving:
                raise Refused('the arm is moving')
            read_trajectory(self._arm, goal.trajectory)
        except Refused as error:
            self._arm.get_logger().warning(f'refused: {error}')
            return GoalResponse.REJECT
        return GoalResponse.ACCEPT

    def _cancel(self, handle: Any) -> CancelResponse:
        self._arm.stop()
        return CancelResponse.ACCEPT

    async def _execute(self, handle: Any) -> FollowJointTrajectory.Result:
        result = FollowJointTrajectory.Result()
        if handle.is_cancel_requested:  # it was cancelled before it began
            result.error_string = STOPPED
            finish(handle, STOPPED)
            return result
        try:
            trajectory = read_trajectory(self._arm, handle.request.trajectory)
            on_way = self._arm.go(trajectory)
        except Refused as error:
            handle.abort()
            result.error_code, result.error_string = result.INVALID_GOAL, str(error)
            return result
        begun = self._arm.now
        while not on_way.done():
            await until(self._arm.after(_FEEDBACK_S))
            wanted = trajectory.at(self._arm.now - begun)
            here = self._arm.motion.positions
            handle.publish_feedback(FollowJointTrajectory.Feedback(
                joint_names=list(self._arm.model.names),
                desired=JointTrajectoryPoint(positions=wanted.tolist()),
                actual=JointTrajectoryPoint(positions=here.tolist()),
                error=JointTrajectoryPoint(positions=(wanted - here).tolist())))
        finish(handle, await until(on_way))
        result.error_string = on_way.result()
        return result

    def close(self) -> None:
        """Take the action away."""
        self._server.destroy()


def finish(handle: Any, how: str) -> bool:
    """Give a goal the state in which it ended; tells whether the arm has arrived."""
    if how == ARRIVED:
        handle.succeed()
        return True
    (handle.canceled if handle.is_cancel_requested else handle.abort)()
    return False


def read_trajectory(arm: DemoArm, message: JointTrajectory) -> Trajectory:
    """
    Read what the arm is told to do.

    :raises Refused: if it does not do that.
    """
    times = [point.time_from_start.sec + point.time_from_start.nanosec / 1e9
             for point in message.points]
    points = [list(point.positions) for point in message.points]
    return checked(arm.model, message.joint_names, times, points, arm.motion.positions)


def ros_trajectory(names: Iterable[str], trajectory: Trajectory) -> JointTrajectory:
    """Write a trajectory for ROS."""
    def duration(seconds: float) -> Duration:
        sec, nanosec = divmod(round(seconds * 1e9), 10**9)
        return Duration(sec=sec, nanosec=nanosec)

    return JointTrajectory(joint_names=list(names), points=[
        JointTrajectoryPoint(positions=positions.tolist(), time_from_start=duration(seconds))
        for seconds, positions in zip(trajectory.times.tolist(), trajectory.positions)])
