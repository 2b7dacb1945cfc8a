"""What is planned to: poses and points that have passed the gates of their rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import PoseArray, TransformStamped
from rclpy.node import Node

from ...config.ros_names import ros_name
from ...converters.units import Matrix, pose_from_ros
from ...mapping import LinkConfig
from ...rosio.qos import STATE_QOS, STREAM_QOS
from ..late_joiners import once

#: makes a target in the root, of where its frame is there and where the link is now
Goal = Callable[[Matrix, Matrix], Matrix]


class TargetTopics:
    """
    Listen to what a link publishes of a target, in the thread of the executor.

    :param take: is given the frame of a target, and what makes it.
    :param refuse: is told why what came is none.
    """

    def __init__(
        self, node: Node, take: Callable[[str, Goal], None], refuse: Callable[[str], None]
    ) -> None:
        self._node = node
        self._take, self._refuse = take, refuse
        #: by topic
        self._listening: dict[str, Any] = {}

    def follow(self, config: LinkConfig, target: str) -> None:
        """Listen where the rules have a device published."""
        leaves = {
            # the same target twice would withdraw the plan that is shown
            'transform': (TransformStamped, once(self._take_pose), STREAM_QOS),
            'points': (PoseArray, self._take_points, STATE_QOS),
            'status': (DiagnosticArray, self._take_status, STATE_QOS),
        }
        wanted = topics_of(config, target)
        for topic in self._listening.keys() - wanted:
            self._node.destroy_subscription(self._listening.pop(topic))
        for topic in wanted - self._listening.keys():
            kind, take, qos = leaves[topic.rpartition('/')[2]]
            self._listening[topic] = self._node.create_subscription(kind, topic, take, qos)

    def _take_pose(self, message: TransformStamped) -> None:
        transform = message.transform
        self._take(message.header.frame_id, lambda place, link: place @ pose_from_ros(
            transform.translation, transform.rotation, 'm'))

    def _take_points(self, message: PoseArray) -> None:
        """Take one point: the link gets there as it is turned now."""
        if len(message.poses) != 1:
            self._refuse(f'{len(message.poses)} points; wanted one')
            return
        point = message.poses[0].position

        def goal(place: Matrix, link: Matrix) -> Matrix:
            found = link.copy()
            found[:3, 3] = (place @ [point.x, point.y, point.z, 1.0])[:3]
            return found

        self._take(message.header.frame_id, goal)

    def _take_status(self, message: DiagnosticArray) -> None:
        """Take note that a target was withheld: the one before is not wanted any more, either."""
        for status in message.status:
            said = {entry.key: entry.value for entry in status.values}
            if said.get('state', 'OK') != 'OK':
                self._refuse(f'the target was {status.message}')
                return


def topics_of(config: LinkConfig, target: str) -> set[str]:
    """List the topics on which the poses, points and states of a device are, of any peer."""
    prefix = f'{config.name}/' if config.name else ''
    return {f'{prefix}{rule.name or ros_name(target)}/{end}'
            for type_name, leaf in (('TRANSFORM', 'transform'), ('POINT', 'points'))
            for rule in config.mapping.published_by(target, type_name) for end in (leaf, 'status')}
