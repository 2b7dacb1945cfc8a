"""A robot that carries out goals of FollowJointTrajectory until it is told how they end."""

import threading

from control_msgs.action import FollowJointTrajectory
from geometry_msgs.msg import Transform, Vector3
from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.executors import MultiThreadedExecutor
from rclpy.node import Node

TYPE = 'control_msgs/action/FollowJointTrajectory'
RULE = """
serve:
- command: MOVE
  call: /arm/follow
  type: control_msgs/action/FollowJointTrajectory
  goal: {trajectory: {joint_names: [a, b], points: [{positions: '{q}', time_from_start: 2.5}]}}
  feedback: '{actual.positions[0]}'
  feedback_rate: 1000
  result: '{error_string}'
"""


class ActionRobot:
    """
    An action server that notes what it is asked, in threads of its own.

    A goal goes on until `finish` is called, or it is cancelled. Before it is accepted or refused
    `open_gate` has to be set.
    """

    def __init__(self, name='/arm/follow'):
        self.node = Node('arm')
        self.goals, self.ended = [], []
        self.accept, self.cancel = True, True
        self.gate, self.finish = threading.Event(), threading.Event()
        self.gate.set()
        self.running, self.most = 0, 0
        self._lock = threading.Lock()
        self._over = False
        self.feedback = []
        self.server = ActionServer(
            self.node, FollowJointTrajectory, name, self._execute,
            callback_group=ReentrantCallbackGroup(), goal_callback=self._asked,
            cancel_callback=lambda handle: (
                CancelResponse.ACCEPT if self.cancel else CancelResponse.REJECT))
        self.executor = MultiThreadedExecutor(8)
        self.executor.add_node(self.node)
        self.thread = threading.Thread(target=self.executor.spin)
        self.thread.start()

    def _asked(self, goal):
        self.gate.wait(20)
        self.goals.append(goal)
        return GoalResponse.ACCEPT if self.accept else GoalResponse.REJECT

    def _execute(self, handle):
        with self._lock:
            self.running += 1
            self.most = max(self.most, self.running)
        result = FollowJointTrajectory.Result()
        while not self._over:
            if handle.is_cancel_requested:
                result.error_string = 'stopped'
                handle.canceled()
                break
            if self.finish.wait(0.002):
                self.finish.clear()
                result.error_string = 'there'
                handle.succeed()
                break
            while self.feedback:
                message = FollowJointTrajectory.Feedback()
                message.actual.positions = [self.feedback.pop(0)]
                message.multi_dof_actual.transforms = [
                    Transform(translation=Vector3(x=message.actual.positions[0]))]
                handle.publish_feedback(message)
        with self._lock:
            self.running -= 1
            self.ended.append(result.error_string)
        return result

    def close(self):
        if self._over:
            return
        self._over = True
        self.gate.set()
        self.executor.shutdown()
        self.thread.join()
        self.server.destroy()
        self.node.destroy_node()
