"""A simulated arm as robots are in ROS: its description, its joints, its links, its time."""

from __future__ import annotations

from typing import Any

import numpy as np
from geometry_msgs.msg import TransformStamped
from rclpy.node import Node
from rclpy.task import Future
from sensor_msgs.msg import JointState
from std_msgs.msg import Header, String

from ...converters.joints import read_joints
from ...converters.units import pose_to_ros, time_from_ns, transform_of
from ...rosio.qos import STATE_QOS, STREAM_QOS
from ..tf import TfBroadcaster
from .kinematics import ArmModel
from .motion import Motion, Trajectory
from .obstacles import Obstacles

TOOL = 'tool0'
#: where it stands at the start: the tool points down
HOME = (0.0, 0.4, 1.4, 0.0, 1.3416, 0.0)
#: joint states a second, and how often the links are told on tf
RATE_HZ, _TF_EVERY = 100, 2
ARRIVED, STOPPED = 'arrived', 'stopped'


class DemoArm(Node):
    """
    An arm of the description in a file.

    :param description: URDF.
    :param speed: how many seconds of the arm pass in a second.
    :param patient: a frame of tf that is where the root is, until somebody registers one.
    """

    def __init__(
        self, description: str, speed: float = 1.0, patient: str = '', **node_options: Any
    ) -> None:
        super().__init__('demo_arm', **node_options)
        self.model = ArmModel(read_joints(description), TOOL)
        self.motion = Motion(np.array(HOME))
        self.obstacles = Obstacles()
        self._patient = patient
        self._step_s = speed / RATE_HZ
        self._steps = 0
        self._on_way: Future[str] | None = None
        self._waiting: list[tuple[int, Future[str]]] = []
        self._broadcaster = TfBroadcaster(self)
        self._description = self.create_publisher(String, 'robot_description', STATE_QOS)
        self._states = self.create_publisher(JointState, 'joint_states', STREAM_QOS)
        self._description.publish(String(data=description))
        self._tell_links(static=True)
        self.create_timer(1 / RATE_HZ, self._step)
        self.get_logger().info(f'{len(self.model.names)} joints, the tool is {TOOL}')

    @property
    def now(self) -> float:
        """The time of the arm: seconds since it was made."""
        return self._steps * self._step_s

    def go(self, trajectory: Trajectory) -> Future[str]:
        """
        Start on a way.

        :returns: what says `ARRIVED` or `STOPPED` in the end.
        :raises Refused: if it is moving already.
        """
        self.motion.start(trajectory, self.now)
        self._on_way = Future()
        return self._on_way

    def stop(self) -> None:
        """Stop where the last step has put it."""
        self.motion.stop()
        self._end(STOPPED)

    def after(self, seconds: float) -> Future[str]:
        """Give what is done after so many seconds of the arm."""
        future: Future[str] = Future()
        self._waiting.append((self._steps + max(1, round(seconds / self._step_s)), future))
        return future

    def _end(self, how: str) -> None:
        if self._on_way is not None:
            self._on_way.set_result(how)
            self._on_way = None

    def _step(self) -> None:
        self._steps += 1
        self.motion.step(self.now)
        if not self.motion.is_moving:
            self._end(ARRIVED)
        for waits in [waits for waits in self._waiting if waits[0] <= self._steps]:
            self._waiting.remove(waits)
            waits[1].set_result('')
        self._states.publish(self.joint_state())
        if self._steps % _TF_EVERY == 0:
            self._tell_links(static=False)

    def joint_state(self) -> JointState:
        """Tell where the joints are."""
        stamp = time_from_ns(self.get_clock().now().nanoseconds)
        return JointState(header=Header(stamp=stamp), name=list(self.model.names),
                          position=self.motion.positions.tolist())

    def _tell_links(self, static: bool) -> None:
        stamp = time_from_ns(self.get_clock().now().nanoseconds)
        positions = dict(zip(self.model.names, self.motion.positions.tolist()))
        skeleton = self.model.skeleton
        frames = [(joint.parent, joint.child, joint.pose(positions.get(joint.name, 0.0)))
                  for joint in skeleton.joints if joint.moves is not static]
        if static and self._patient:
            frames.append((skeleton.root, self._patient, np.eye(4)))
        self._broadcaster.send([
            TransformStamped(header=Header(stamp=stamp, frame_id=parent), child_frame_id=child,
                             transform=transform_of(pose_to_ros(pose, 'm')[0]))
            for parent, child, pose in frames
        ], static=static)

    def close(self) -> None:
        """Close the node."""
        self._broadcaster.close()
        self.destroy_node()
