"""Where templates have places, and the positions that they put into a message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..rules import ShownPlace
from .ros_types import (
    FieldKind,
    field_kind,
    fields_of,
    kind_of_type,
    message_class,
    parts_of_path,
    path_fault,
)

#: where the position of each type is, and what it is in: one place, or a list of them
_PLACES = {
    'geometry_msgs/Point': '', 'geometry_msgs/PointStamped': 'point',
    'geometry_msgs/Pose': 'position', 'geometry_msgs/PoseStamped': 'pose.position',
    'geometry_msgs/Transform': 'translation',
    'geometry_msgs/TransformStamped': 'transform.translation',
}


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


#: what can be shown, and as which message: by itself, or as the field of another message
SHOWN_AS = {
    'geometry_msgs/TransformStamped': ('TRANSFORM', '', ''),
    'geometry_msgs/PoseStamped': ('TRANSFORM', '', ''),
    'geometry_msgs/PointStamped': ('POINT', '', ''),
    'geometry_msgs/PoseArray': ('POINT', '', ''),
    'geometry_msgs/Transform': ('TRANSFORM', 'geometry_msgs/TransformStamped', 'transform'),
    'geometry_msgs/Pose': ('TRANSFORM', 'geometry_msgs/PoseStamped', 'pose'),
    'geometry_msgs/Point': ('POINT', 'geometry_msgs/PointStamped', 'point'),
}


def shown_fault(shown: ShownPlace, ros_type: Any) -> str:
    """Tell why a place of a type cannot be shown; empty if it can."""
    path = parts_of_path(shown.field)
    if fault := path_fault(path, ros_type) if path else 'allowed a field such as pose':
        return fault
    kind = field_kind(path, ros_type)
    if kind.is_list or kind.name not in SHOWN_AS:
        return f'{kind.words} is no place; allowed {", ".join(SHOWN_AS)}'
    return ''
