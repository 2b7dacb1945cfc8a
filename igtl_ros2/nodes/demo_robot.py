"""The node `demo_robot`: a small ROS robot for demos, moving on a path that is known exactly."""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import Pose, PoseArray, PoseStamped, TransformStamped
from numpy.typing import NDArray
from rclpy.node import Node
from sensor_msgs.msg import Image
from std_msgs.msg import Header, String

from ..converters.image import ros_image
from ..converters.status import OK, diagnostic
from ..converters.units import Matrix, pose_to_ros, time_from_ns, transform_of
from ..rosio.qos import STATE_QOS, STREAM_QOS
from .spin import run
from .tf import TfBroadcaster

BASE, TOOL = 'base_link', 'tool0'
STATUS_TEXT = 'moving'
#: columns and rows of the camera
CAMERA_SIZE = (64, 48)

_NS = 1_000_000_000
_TURN_NS = 8 * _NS
_WAYPOINTS = 4
_GOAL_AHEAD_NS = 1 * _NS


def pose_at(t_ns: int) -> Matrix:
    """
    Compute where the tool is in base_link: (4, 4), metres.

    :param t_ns: nanoseconds since 1970.
    """
    angle = 2 * math.pi * (t_ns % _TURN_NS) / _TURN_NS
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array(
        [
            [cos, -sin, 0.0, 0.4 + 0.1 * cos],
            [sin, cos, 0.0, 0.1 * sin],
            [0.0, 0.0, 1.0, 0.3 + 0.05 * math.sin(2 * angle)],
            [0.0, 0.0, 0.0, 1.0],
        ]
    )


def goal_at(t_ns: int) -> Matrix:
    """Compute the goal that is published at a time: where the tool will be soon."""
    return pose_at(t_ns + _GOAL_AHEAD_NS)


def waypoints() -> list[Matrix]:
    """List poses on the path."""
    return [pose_at(i * _TURN_NS // _WAYPOINTS) for i in range(_WAYPOINTS)]


def states() -> list[str]:
    """List the texts that `state_at` gives."""
    return [f'to waypoint {i + 1}' for i in range(_WAYPOINTS)]


def state_at(t_ns: int) -> str:
    """Say where the robot is heading."""
    return states()[(t_ns % _TURN_NS * _WAYPOINTS // _TURN_NS + 1) % _WAYPOINTS]


def camera_pixels(t_ns: int) -> NDArray[np.uint8]:
    """Draw what the camera sees: stripes that move, (rows, columns)."""
    columns, rows = CAMERA_SIZE
    shift = t_ns % _TURN_NS * 256 // _TURN_NS
    stripes = (4 * np.arange(columns) + shift).astype(np.uint8)
    return np.ascontiguousarray(np.broadcast_to(stripes, (rows, columns)))


def _ros_pose(matrix: Matrix) -> Pose:
    return pose_to_ros(matrix, 'm')[0]


class DemoRobot(Node):
    """Publish the robot: tf, a goal, waypoints, a camera, and what it is doing."""

    def __init__(self, **node_options: Any) -> None:
        super().__init__('demo_robot', **node_options)
        self._broadcaster = TfBroadcaster(self)
        self._goal = self.create_publisher(PoseStamped, 'to_igtl/Goal/pose', STREAM_QOS)
        self._camera = self.create_publisher(Image, 'camera/image_raw', STREAM_QOS)
        self._waypoints = self.create_publisher(PoseArray, 'to_igtl/Waypoints/points', STATE_QOS)
        self._text = self.create_publisher(String, 'to_igtl/RobotState/text', STATE_QOS)
        self._status = self.create_publisher(
            DiagnosticArray, 'to_igtl/RobotState/status', STATE_QOS
        )
        self.create_timer(1 / 50, self._send_tf)
        self.create_timer(1 / 10, self._send_goal_and_image)
        self.create_timer(1.0, self._send_state)
        self.get_logger().info(f'{TOOL} is moving in {BASE}')

    def _now(self) -> tuple[int, Header]:
        now_ns = self.get_clock().now().nanoseconds
        return now_ns, Header(stamp=time_from_ns(now_ns), frame_id=BASE)

    def _send_tf(self) -> None:
        now_ns, header = self._now()
        transform = transform_of(_ros_pose(pose_at(now_ns)))
        self._broadcaster.send(
            [TransformStamped(header=header, child_frame_id=TOOL, transform=transform)],
            static=False,
        )

    def _send_goal_and_image(self) -> None:
        now_ns, header = self._now()
        self._goal.publish(PoseStamped(header=header, pose=_ros_pose(goal_at(now_ns))))
        self._camera.publish(ros_image(camera_pixels(now_ns)[None], 1, header))

    def _send_state(self) -> None:
        now_ns, header = self._now()
        self._waypoints.publish(PoseArray(header=header, poses=list(map(_ros_pose, waypoints()))))
        self._text.publish(String(data=state_at(now_ns)))
        self._status.publish(diagnostic('robot', OK, STATUS_TEXT, {}, header.stamp))

    def close(self) -> None:
        """Close the node, and end the thread that listens to tf: it must not outlive Python."""
        self._broadcaster.close()
        self.destroy_node()


def main() -> None:
    """Run `igtl_demo_robot`."""
    sys.exit(run(DemoRobot))


if __name__ == '__main__':
    main()
