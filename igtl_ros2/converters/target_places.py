"""Places in ROS messages: of a target that was published, and where a template has one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from geometry_msgs.msg import Pose, PoseArray, PoseStamped, TransformStamped
from std_msgs.msg import Header

from .lazy import LazyPose
from .ros_types import FieldKind, fields_of, kind_of_type, message_class
from .units import time_from_ns

#: where the position of each type is, and what it is in: one place, or a list of them
_PLACES = {
    'geometry_msgs/Point': '', 'geometry_msgs/PointStamped': 'point',
    'geometry_msgs/Pose': 'position', 'geometry_msgs/PoseStamped': 'pose.position',
    'geometry_msgs/Transform': 'translation',
    'geometry_msgs/TransformStamped': 'transform.translation',
}


def place_of(messages: Iterable[Any]) -> Any:
    """
    Give the place that was published: PoseStamped, or PoseArray if there are several.

    :param messages: all that was published of one message; None if no place is among them.
    """
    for message in messages:
        if isinstance(message, LazyPose):
            x, y, z, a, b, c, d = message.numbers
            made = PoseStamped()
            made.header = Header(
                stamp=time_from_ns(message.stamp_ns), frame_id=message.frames[0])
            position, orientation = made.pose.position, made.pose.orientation
            position.x, position.y, position.z = x, y, z
            orientation.x, orientation.y, orientation.z, orientation.w = a, b, c, d
            return made
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
            return message
    return None


def has_places(ros_type: Any, tree: Any) -> bool:
    """
    Tell whether a template has places, and nothing in which somebody could hide one.

    :param tree: what it says of a message of the type.
    """
    found = list(_kinds(kind_of_type(ros_type), tree, ros_type))
    return bool(found) and all(found)


def _kinds(kind: FieldKind, tree: Any, ros_type: Any = None) -> Iterator[bool]:
    """Tell of each part whether it is a place; nothing of what can be none."""
    if not kind.is_message:
        return
    if kind.name in _PLACES:
        yield True
    elif isinstance(tree, dict):
        known = fields_of(ros_type or message_class(kind.name))
        for name, part in tree.items():
            yield from _kinds(known[name], part)
    elif isinstance(tree, (list, tuple)):
        for part in tree:
            yield from _kinds(kind.element, part)
    elif isinstance(tree, str) and kind.name.partition('/')[0] not in (
            'builtin_interfaces', 'std_msgs') and kind.name != 'geometry_msgs/Quaternion':
        yield kind.name == 'geometry_msgs/PoseArray'


def positions_in(message: Any, tree: Any) -> Iterator[tuple[float, float, float]]:
    """List the positions that a template has put into a message."""
    if not hasattr(message, 'get_fields_and_field_types'):
        if isinstance(message, (list, tuple)):
            for number, each in enumerate(message):
                yield from positions_in(
                    each, tree[number] if isinstance(tree, (list, tuple)) else tree)
        return
    name = kind_of_type(type(message)).name
    if name in _PLACES:
        for part in filter(None, _PLACES[name].split('.')):
            message = getattr(message, part)
        yield message.x, message.y, message.z
    elif name == 'geometry_msgs/PoseArray':
        yield from positions_in(message.poses, None)
    elif isinstance(tree, dict):
        for field, part in tree.items():
            yield from positions_in(getattr(message, field), part)
