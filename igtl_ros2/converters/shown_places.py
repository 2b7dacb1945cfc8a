"""Places in feedback and results of actions, as messages for a peer: TRANSFORM and POINT."""

from __future__ import annotations

from typing import Any

from ..codec import Message
from ..errors import ConversionError
from ..rules import SendRule, ShownPlace
from .registry import load_converters, sender
from .ros_types import kind_of_type, message_class, parts_of_path, value_at
from .sending import Sending
from .template_places import SHOWN_AS


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
