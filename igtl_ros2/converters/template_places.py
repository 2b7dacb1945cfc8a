"""Where templates have places, and the positions that they put into a message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..rules import ShownPlace
from .ros_types import (
    TEXTS,
    WHOLE,
    FieldKind,
    Path,
    field_kind,
    fields_of,
    kind_of_type,
    message_class,
    parts_of_path,
    path_fault,
)
from .templates import placeholders

#: where the position of each type is, and what it is in: one place, or a list of them
_PLACES = {
    'geometry_msgs/Point': '', 'geometry_msgs/PointStamped': 'point',
    'geometry_msgs/Pose': 'position', 'geometry_msgs/PoseStamped': 'pose.position',
    'geometry_msgs/Transform': 'translation',
    'geometry_msgs/TransformStamped': 'transform.translation',
}


#: what a box is held against, wherever a template has it
_CHECKED = ('geometry_msgs/Point', 'geometry_msgs/Pose', 'geometry_msgs/Transform')
#: what takes nothing out of a box: how something is turned, and how long it takes
_NOWHERE = ('geometry_msgs/Quaternion', 'builtin_interfaces/Duration')
#: texts with these in their path say what is moved, or what its numbers are in
_TELLING = ('frame', 'link', 'joint')
#: numbers with these words in their name say how fast
_PACE = {'speed', 'scaling'}
#: what `unchecked` allows
BESIDE_PLACES = (
    'beside workspace placeholders in a Point, a Pose or a Transform without header, in '
    'orientations, durations, yes or no, ids, numbers called speed or scaling, and texts that '
    'name no frame, link or joint')


def has_places(ros_type: Any, tree: Any) -> bool:
    """
    Tell whether a template has places.

    :param tree: what it says of a message of the type.
    """
    return any(kind.name in _PLACES or kind.name == 'geometry_msgs/PoseArray'
               for _, kind, _ in _parts(kind_of_type(ros_type), tree, (), ros_type))


def unchecked(ros_type: Any, tree: Any) -> Iterator[tuple[Path, Any]]:
    """
    List what a peer may put into a message that no box is held against: where it is, and what.

    Of numbers in a frame that the peer names nobody knows where they are.
    """
    for path, kind, part in _parts(kind_of_type(ros_type), tree, (), ros_type):
        if kind.name not in (*_CHECKED, *_NOWHERE) and any(placeholders(part)):
            if kind.is_message or not _is_harmless(path, kind):
                yield path, part


def frames_in(ros_type: Any, tree: Any) -> set[str]:
    """List the frames that a template names."""
    return {part for path, _, part in _parts(kind_of_type(ros_type), tree, (), ros_type)
            if path[-1:] == ('frame_id',)}


def _is_harmless(path: Path, kind: FieldKind) -> bool:
    """Tell whether a simple value takes nothing to another place."""
    *_, name = (part for part in path if isinstance(part, str))
    if kind.name in TEXTS:
        return not any(word in str(part) for part in path for word in _TELLING)
    if kind.name == 'boolean':
        return True
    if kind.is_list:
        return False
    words = name.split('_')
    return bool(_PACE.intersection(words)) or (kind.name in WHOLE and words[-1] == 'id')


def _parts(
    kind: FieldKind, tree: Any, path: Path, ros_type: Any = None
) -> Iterator[tuple[Path, FieldKind, Any]]:
    """List the parts of a template that are no maps or lists of others: path, kind, and part."""
    if isinstance(tree, dict) and kind.is_message and kind.name not in (*_CHECKED, *_NOWHERE):
        known = fields_of(ros_type or message_class(kind.name))
        for name, part in tree.items():
            yield from _parts(known[name], part, (*path, name))
    elif isinstance(tree, (list, tuple)):
        for number, part in enumerate(tree):
            yield from _parts(kind.element, part, (*path, number))
    else:
        yield path, kind, tree


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
