"""The place in what was published of a message."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from geometry_msgs.msg import Pose, PoseArray, PoseStamped, TransformStamped

from .lazy import LazyPose


def place_of(messages: Iterable[Any]) -> Any:
    """
    Give the place that was published: PoseStamped, or PoseArray if there are several.

    :param messages: all that was published of one message; None if no place is among them.
    """
    for message in messages:
        if isinstance(message, LazyPose):
            message = message.usual()
        if isinstance(message, PoseStamped):
            return message
        if isinstance(message, TransformStamped):
            transform = message.transform
            pose = Pose(orientation=transform.rotation)
            moved = transform.translation
            pose.position.x, pose.position.y, pose.position.z = moved.x, moved.y, moved.z
            return PoseStamped(header=message.header, pose=pose)
        if isinstance(message, PoseArray):
            if len(message.poses) == 1:
                return PoseStamped(header=message.header, pose=message.poses[0])
            if len(message.poses):
                return message
    return None
