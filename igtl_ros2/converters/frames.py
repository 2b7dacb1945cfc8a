"""Whole frames, as bytes: for types without a converter of their own, and by request."""

from __future__ import annotations

from builtin_interfaces.msg import Time
from std_msgs.msg import UInt8MultiArray

from ..codec import Message, decode, encode
from ..errors import ConversionError, DecodeError, EncodeError
from .bulk import fill
from .outputs import RAW, Output
from .registry import Converted, Route, Sending, from_ros, to_ros


def raw_frame(message: Message) -> UInt8MultiArray:
    """
    Make the complete frame, header included.

    :raises ConversionError: if what was understood cannot be written in that way.
    """
    result = UInt8MultiArray()
    try:
        fill(result, encode(message))
    except EncodeError as error:
        raise ConversionError(f'no frame can be made of it: {error}') from error
    return result


@to_ros(Message, Output('raw', UInt8MultiArray, RAW))
def message_to_ros(message: Message, route: Route, stamp: Time) -> Converted:
    """Any type that has no converter of its own: `raw`, the complete frame."""
    frame = raw_frame(message)
    return Converted(outputs={'raw': frame}, info={'frame_bytes': len(frame.data)})


@from_ros(UInt8MultiArray, 'raw', 'raw', default=True)
def message_from_frame(message: UInt8MultiArray, sending: Sending) -> Message:
    """Send a complete frame as it is, once it has been checked."""
    try:
        return decode(message.data, strict=True)
    except DecodeError as error:
        raise ConversionError(f'not a valid frame: {error}') from error
