"""Places as messages: what was published of one, and what a peer is shown of a service."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from geometry_msgs.msg import Pose, PoseArray, PoseStamped, TransformStamped

from ..codec import Message
from ..errors import ConversionError
from ..rules import SendRule, ShownPlace
from .lazy import LazyPose
from .registry import load_converters, sender
from .ros_types import kind_of_type, message_class, parts_of_path, value_at
from .sending import Sending
from .template_places import SHOWN_AS


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


def shown_message(shown: ShownPlace, message: Any, now_ns: int) -> Message | None:
    """
    Make what a peer is shown of a feedback or result; None if a list is shorter than that.

    :raises ConversionError: if it is no place.
    """
    place = value_at(message, parts_of_path(shown.field))
    if place is None:
        return None
    wire, whole, field = SHOWN_AS[kind_of_type(type(place)).name]
    if whole:
        place = message_class(whole)(**{field: place})
    load_converters()
    made = sender(type(place), wire)(place, Sending(shown.device, SendRule(device=shown.device),
                                                    now_ns))
    if not isinstance(made, Message):
        raise ConversionError(f'{shown.device}: it makes several messages')
    return made
