"""The message packages without wheels, as the development environment generates them."""

import pytest

rclpy = pytest.importorskip('rclpy')


def roundtrip(message):
    from rclpy.serialization import deserialize_message, serialize_message
    return deserialize_message(serialize_message(message), type(message))


def test_a_trajectory_goes_to_bytes_and_back():
    action = pytest.importorskip('control_msgs.action').FollowJointTrajectory
    from trajectory_msgs.msg import JointTrajectoryPoint
    goal = action.Goal()
    goal.trajectory.joint_names = ['a', 'b']
    goal.trajectory.points = [JointTrajectoryPoint(positions=[0.5, -1.0])]
    assert roundtrip(goal) == goal
    result = action.Result(error_code=action.Result.GOAL_TOLERANCE_VIOLATED, error_string='far')
    assert roundtrip(result).error_code == -5
    assert roundtrip(action.Feedback(joint_names=['a'])).joint_names == ['a']


def test_a_motion_plan_goes_to_bytes_and_back():
    action = pytest.importorskip('moveit_msgs.action').MoveGroup
    from moveit_msgs.msg import CollisionObject, Constraints, PositionConstraint
    goal = action.Goal()
    goal.request.group_name = 'arm'
    goal.request.goal_constraints = [
        Constraints(position_constraints=[PositionConstraint(link_name='tool0')])]
    ball = CollisionObject(id='ball', operation=CollisionObject.APPEND)
    goal.planning_options.planning_scene_diff.world.collision_objects = [ball]
    assert roundtrip(goal) == goal
