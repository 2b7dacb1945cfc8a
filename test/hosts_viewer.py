"""
A ROS user on a host of its own: prints the poses that it hears, and publishes goals.

Where a goal is follows from its stamp, so that whoever gets it knows what it must be.
"""

import json
import sys

import rclpy
from geometry_msgs.msg import PoseStamped, TransformStamped
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node

from igtl_ros2.converters.units import matrix_to_quaternion
from igtl_ros2.sim.ultrasound import STYLUS, Scene

RATE_HZ = 20.0
GOALS = Scene(seed=7)


def goal_mm(stamp_ns):
    """Tell where the goal of a stamp is, (4, 4) in mm."""
    return GOALS.pose(STYLUS, stamp_ns)


class Viewer(Node):
    """Listens to one topic and publishes on another."""

    def __init__(self, heard, goal):
        super().__init__('viewer')
        self.create_subscription(TransformStamped, heard, self._heard, 10)
        self._publisher = self.create_publisher(PoseStamped, goal, 10)
        self.create_timer(1 / RATE_HZ, self._publish)

    def _heard(self, message):
        t, q = message.transform.translation, message.transform.rotation
        stamp = message.header.stamp
        line = json.dumps({
            'stamp_ns': stamp.sec * 10**9 + stamp.nanosec,
            'frames': [message.header.frame_id, message.child_frame_id],
            'translation': [t.x, t.y, t.z],
            'rotation': [q.x, q.y, q.z, q.w],
        })
        print(f'{line}\n', end='', flush=True)

    def _publish(self):
        now_ns = self.get_clock().now().nanoseconds
        matrix = goal_mm(now_ns)
        goal = PoseStamped()
        goal.header.frame_id = 'base_link'
        goal.header.stamp.sec, goal.header.stamp.nanosec = divmod(now_ns, 10**9)
        p, q = goal.pose.position, goal.pose.orientation
        p.x, p.y, p.z = (matrix[:3, 3] / 1000).tolist()
        q.x, q.y, q.z, q.w = matrix_to_quaternion(matrix[:3, :3])
        self._publisher.publish(goal)


if __name__ == '__main__':
    rclpy.init()
    try:
        rclpy.spin(Viewer(*sys.argv[1:]))
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
