"""The simulated arm as a process: what it tells, where its actions send it, and what stops it."""

import sys
from pathlib import Path

import numpy as np
import pytest
from forked import Program
from geometry_msgs.msg import Pose
from harness import STATE
from polling import poll
from rclpy.action import ActionClient
from sensor_msgs.msg import JointState
from space import stamp_of
from std_msgs.msg import String
from tf2_msgs.msg import TFMessage

from igtl_ros2.converters.joints import read_joints
from igtl_ros2.converters.units import pose_from_ros, pose_to_ros

pytest.importorskip('control_msgs')
pytest.importorskip('moveit_msgs')

from action_msgs.msg import GoalStatus  # noqa: E402
from builtin_interfaces.msg import Duration  # noqa: E402
from control_msgs.action import FollowJointTrajectory  # noqa: E402
from moveit_msgs.action import ExecuteTrajectory, MoveGroup  # noqa: E402
from moveit_msgs.msg import (  # noqa: E402
    CollisionObject,
    Constraints,
    MoveItErrorCodes,
    OrientationConstraint,
    PositionConstraint,
)
from moveit_msgs.srv import ApplyPlanningScene  # noqa: E402
from shape_msgs.msg import SolidPrimitive  # noqa: E402
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint  # noqa: E402

from igtl_ros2.nodes.arm.arm import HOME, RATE_HZ  # noqa: E402
from igtl_ros2.nodes.arm.node import ArmNode  # noqa: E402
from igtl_ros2.nodes.spin import make_executor  # noqa: E402

URDF = Path(__file__).parents[2] / 'config' / 'arm' / 'arm.urdf'
SKELETON = read_joints(URDF.read_text(encoding='utf-8'))
NAMES = [f'joint_{number}' for number in range(1, 7)]


class Arm:
    """The arm as a ROS user sees it."""

    def __init__(self, user):
        self.user = user
        self.states = user.listen('joint_states', JointState)
        self.descriptions = user.listen('robot_description', String, STATE)
        self.tf = user.listen('/tf', TFMessage)
        self.clients = {}
        user.wait_for(lambda: self.states and self.descriptions and self.tf, 'the arm')

    def here(self):
        """Tell where the joints are now; what is told of before may still be on its way."""
        now_ns = self.user.node.get_clock().now().nanoseconds
        self.user.wait_for(lambda: stamp_of(self.states[-1].header) > now_ns, 'joint states')
        assert list(self.states[-1].name) == NAMES
        return np.array(self.states[-1].position)

    def send(self, kind, name, goal):
        """Send a goal; its handle."""
        if name not in self.clients:
            self.clients[name] = ActionClient(self.user.node, kind, name)
        client = self.clients[name]
        self.user.wait_for(client.server_is_ready, name)
        future = client.send_goal_async(goal)
        return self.user.wait_for(lambda: future.done() and future.result(), 'an answer')

    def result(self, handle):
        """Wait for the end of a goal: its state, and its result."""
        future = handle.get_result_async()
        self.user.wait_for(future.done, 'the end of a goal')
        return future.result().status, future.result().result

    def follow(self, *points, names=NAMES):
        """Send the joints along points: (seconds, positions)."""
        return self.send(
            FollowJointTrajectory, 'arm_controller/follow_joint_trajectory', along(points, names))

    def plan(self, matrix, plan_only=True, group='manipulator', link='tool0', frame='base_link'):
        """Ask for a plan to a pose in metres."""
        goal = MoveGroup.Goal()
        goal.planning_options.plan_only = plan_only
        goal.request.group_name = group
        pose = pose_to_ros(matrix, 'm')[0]
        place = PositionConstraint(link_name=link, weight=1.0)
        place.header.frame_id = frame
        place.constraint_region.primitives = [
            SolidPrimitive(type=SolidPrimitive.SPHERE, dimensions=[1e-4])]
        place.constraint_region.primitive_poses = [Pose(position=pose.position)]
        turn = OrientationConstraint(link_name=link, orientation=pose.orientation, weight=1.0)
        turn.header.frame_id = frame
        goal.request.goal_constraints = [
            Constraints(position_constraints=[place], orientation_constraints=[turn])]
        return self.result(self.send(MoveGroup, 'move_action', goal))

    def execute(self, trajectory):
        """Send a planned trajectory on its way."""
        return self.send(ExecuteTrajectory, 'execute_trajectory',
                         ExecuteTrajectory.Goal(trajectory=trajectory))

    def obstacle(self, operation, centre=(0.0, 0.0, 0.0), size=0.1):
        """Put a cube into the scene, or take it away."""
        cube = CollisionObject(id='cube', operation=operation)
        cube.header.frame_id = 'base_link'
        pose = Pose()
        pose.position.x, pose.position.y, pose.position.z = map(float, centre)
        cube.primitives = [SolidPrimitive(type=SolidPrimitive.BOX, dimensions=[size] * 3)]
        cube.primitive_poses = [pose]
        request = ApplyPlanningScene.Request()
        request.scene.is_diff = True
        request.scene.world.collision_objects = [cube]
        client = self.user.node.create_client(ApplyPlanningScene, 'apply_planning_scene')
        self.user.wait_for(client.service_is_ready, 'apply_planning_scene')
        future = client.call_async(request)
        self.user.wait_for(future.done, 'an answer of the scene')
        assert future.result().success


def along(points, names=NAMES):
    """Make a goal of points: (seconds, positions)."""
    return FollowJointTrajectory.Goal(trajectory=JointTrajectory(joint_names=names, points=[
        JointTrajectoryPoint(
            positions=list(map(float, positions)), time_from_start=Duration(sec=seconds))
        for seconds, positions in points]))


def tool(positions):
    return SKELETON.poses(dict(zip(NAMES, positions)))['tool0']


@pytest.fixture(scope='module')
def arm(user):
    """An arm that is ten times as quick as it would be."""
    program = Program(sys.executable, '-m', 'igtl_ros2.nodes.arm.node', str(URDF), '--speed', '10')
    yield Arm(user)
    program.interrupt()
    program.end()
    assert 'Traceback' not in program.output, program.output


def test_it_tells_what_it_is_and_where_it_is(arm):
    assert arm.descriptions[-1].data == URDF.read_text(encoding='utf-8')
    here = arm.here()
    transforms = {t.child_frame_id: t for t in arm.tf[-1].transforms}
    place = np.eye(4)
    for joint in SKELETON.chain('flange'):
        transform = transforms[joint.child]
        assert transform.header.frame_id == joint.parent
        place = place @ pose_from_ros(
            transform.transform.translation, transform.transform.rotation, 'm')
    flange = SKELETON.poses(dict(zip(NAMES, here)))['flange']
    np.testing.assert_allclose(place, flange, atol=1e-12)


def test_it_goes_along_a_trajectory(arm):
    end = arm.here() + 0.2
    handle = arm.follow((1, end))
    assert handle.accepted
    status, result = arm.result(handle)
    assert (status, result.error_code) == (GoalStatus.STATUS_SUCCEEDED, result.SUCCESSFUL)
    np.testing.assert_allclose(arm.here(), end, atol=1e-12)


def test_what_it_cannot_do_is_refused_before_it_moves(arm):
    before = arm.here()
    for points in ([(1, before + 9)], [(0, before + 1), (9, before)], []):
        assert not arm.follow(*points).accepted
    assert not arm.follow((1, before[:5]), names=NAMES[:5]).accepted
    np.testing.assert_array_equal(arm.here(), before)


def test_a_cancel_stops_it_where_it_is(arm):
    before = arm.here()
    handle = arm.follow((60, before - 0.6))
    arm.user.wait_for(lambda: (np.abs(arm.here() - before) > 0.05).all(), 'that it moves')
    assert not arm.follow((1, before)).accepted  # it is on its way
    cancelled = handle.cancel_goal_async()
    arm.user.wait_for(cancelled.done, 'the answer to cancel')
    assert arm.result(handle)[0] == GoalStatus.STATUS_CANCELED
    stopped = arm.here()
    assert (stopped > before - 0.6).all()
    for _ in range(3):
        np.testing.assert_array_equal(arm.here(), stopped)


def test_a_plan_is_made_looked_at_and_then_executed(arm):
    begin = arm.here()
    target = tool(begin + 0.15)
    status, result = arm.plan(target)
    assert (status, result.error_code.val) == (
        GoalStatus.STATUS_SUCCEEDED, MoveItErrorCodes.SUCCESS)
    points = result.planned_trajectory.joint_trajectory.points
    np.testing.assert_allclose(points[0].positions, begin)
    np.testing.assert_allclose(tool(points[-1].positions), target, atol=1e-6)
    np.testing.assert_array_equal(arm.here(), begin)
    status, executed = arm.result(arm.execute(result.planned_trajectory))
    assert executed.error_code.val == MoveItErrorCodes.SUCCESS
    np.testing.assert_allclose(tool(arm.here()), target, atol=1e-6)
    # the same again does not begin where the arm is now
    status, executed = arm.result(arm.execute(result.planned_trajectory))
    assert (status, executed.error_code.val) == (
        GoalStatus.STATUS_ABORTED, MoveItErrorCodes.INVALID_MOTION_PLAN)


def test_plan_and_go_in_one(arm):
    target = tool(arm.here() - 0.1)
    status, result = arm.plan(target, plan_only=False)
    assert result.error_code.val == MoveItErrorCodes.SUCCESS
    np.testing.assert_allclose(tool(arm.here()), target, atol=1e-6)


def test_the_motion_of_a_plan_is_cancelled(arm):
    begin = arm.here()
    _, result = arm.plan(tool(begin + [0.8, 0, 0, 0, 0, 0]))
    for point in result.planned_trajectory.joint_trajectory.points:
        took = point.time_from_start  # longer than a busy machine takes to cancel it
        took.sec, took.nanosec = divmod(30 * (took.sec * 10**9 + took.nanosec), 10**9)
    handle = arm.execute(result.planned_trajectory)
    arm.user.wait_for(lambda: arm.here()[0] > begin[0] + 0.01, 'that it moves')
    arm.user.wait_for(handle.cancel_goal_async().done, 'the answer to cancel')
    status, executed = arm.result(handle)
    assert status == GoalStatus.STATUS_CANCELED
    assert executed.error_code.val == MoveItErrorCodes.PREEMPTED
    assert arm.here()[0] < begin[0] + 0.8


def test_what_cannot_be_planned_says_why(arm):
    far = np.eye(4)
    far[0, 3] = 3.0
    here = tool(arm.here())
    for wanted, code in (
        ({'matrix': far}, MoveItErrorCodes.NO_IK_SOLUTION),
        ({'matrix': here, 'group': 'leg'}, MoveItErrorCodes.INVALID_GROUP_NAME),
        ({'matrix': here, 'link': 'elbow'}, MoveItErrorCodes.INVALID_LINK_NAME),
        ({'matrix': here, 'frame': 'moon'}, MoveItErrorCodes.FRAME_TRANSFORM_FAILURE),
    ):
        status, result = arm.plan(**wanted)
        assert (status, result.error_code.val) == (GoalStatus.STATUS_ABORTED, code)


def test_an_obstacle_is_not_gone_through(arm):
    begin = arm.here()
    end = begin + [1.0, 0, 0, 0, 0, 0]
    middle = tool(begin + [0.5, 0, 0, 0, 0, 0])[:3, 3]
    arm.obstacle(CollisionObject.ADD, middle, 0.04)
    assert arm.plan(tool(end))[1].error_code.val == MoveItErrorCodes.PLANNING_FAILED
    assert arm.plan(tool(begin + [0.5, 0, 0, 0, 0, 0]))[1].error_code.val == (
        MoveItErrorCodes.GOAL_IN_COLLISION)
    arm.obstacle(CollisionObject.REMOVE)
    assert arm.plan(tool(end))[1].error_code.val == MoveItErrorCodes.SUCCESS


def test_an_arm_on_its_way_leaves_the_processor_to_others(user):
    arm = ArmNode(URDF.read_text(encoding='utf-8'), namespace='/alone')
    executor, turns = make_executor(), []
    executor.add_node(arm)
    client = ActionClient(arm, FollowJointTrajectory, 'arm_controller/follow_joint_trajectory')

    def turn():
        turns.append(1)
        executor.spin_once(timeout_sec=0.1)

    poll(client.server_is_ready, 'the action', turn)
    sent = client.send_goal_async(along([(1, np.add(HOME, 0.1))]))
    poll(sent.done, 'the goal', turn)
    result = sent.result().get_result_async()
    turns.clear()
    begun = arm.now
    poll(result.done, 'the end of the way', turn)
    assert result.result().status == GoalStatus.STATUS_SUCCEEDED
    # a turn for a step, and some for what is told of the goal
    steps = round((arm.now - begun) * RATE_HZ)
    assert len(turns) < 2 * steps + 50
    executor.remove_node(arm)
    executor.shutdown()
    arm.close()
