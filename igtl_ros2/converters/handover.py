"""
A received message on its way to the peers of another link, with all that it says.

docs/reference/forwarding.md has the rules: which leaf stands for the whole message, and what
goes by way of ROS instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from std_msgs.msg import Header

from ..codec import Message, from_ns
from ..codec.crc64 import crc64
from ..codec.geometry import with_axes
from ..codec.lists import ElementList
from ..codec.message import Place
from ..codec.messages.bundle import is_emergency
from ..codec.messages.image import LPS, RAS, Image
from ..codec.messages.points import PointList
from ..codec.messages.pose import Position, Transform
from ..codec.messages.text import Status
from ..codec.messages.tracking import QuaternionTrackingData, TrackingData
from ..codec.messages.video import Video
from ..codec.short_names import FULL_NAME
from ..rules import ReceiveRule, SendRule
from .lazy import ros_type_of
from .metres import RIGID_TOLERANCE
from .outputs import stands_for_whole
from .registry import Converted, Sending, sender, wire_type_of_leaf

# of which all that gates have not looked at is known
_POSES = (Transform, Position, TrackingData, QuaternionTrackingData)
_LOOKED_AT = 4096
# keys that change what is made of a ROS message, so that one has to be made
_CHANGING = ('dims', 'spacing', 'field', 'unit')
# by profile: types that such a program does not take, of whose ROS messages it takes something
_NOT_TAKEN = {
    'slicer': ('POSITION', 'QTRANS', 'QTDATA', 'TRAJ', 'SENSOR', 'NDARRAY', 'COLORT'),
    'plus': ('POSITION', 'QTRANS'),
}
# what Slicer says of itself besides a value: a bridge that hands it on is not Slicer
_OF_SLICER = 'MRMLNodeName'


@dataclass(frozen=True, slots=True)
class Handed:
    """
    A value that was published, for those who send it on to other peers.

    :param origin: the peer that it came from, whatever that is to the nodes.
    :param message: what it was made of, moved and without what is hidden; None if it is the
        bridge's own word.
    :param kept: the elements of a list that were published; None for all.
    :param rule: the rule that it was received by.
    :param stamp_ns: that it was published with, in the time of ROS.
    """

    origin: Any
    message: Message | None
    leaf: str
    ros_message: Any
    frame_id: str
    stamp_ns: int
    rule: ReceiveRule
    #: whether the peer is still there
    is_connected: Callable[[], bool] = lambda: True
    #: the peer that it came from first, if it went in a circle
    first: Any = None
    kept: Sequence[Any] | None = None
    info: Mapping[str, Any] = field(default_factory=dict)
    geometry: Any = None

    def digest(self) -> int:
        """
        Make a number of what the message says; of what is long, of how it begins.

        :raises EncodeError: if it cannot be written.
        """
        message = self.message
        if message is None:
            return 0
        if isinstance(message, ElementList):
            first = message.elements[:_LOOKED_AT // 64]
            parts: list[Any] = [element.encode() for element in first]
            length = message.count
        else:
            parts = [memoryview(part) for part in message.encode_content()]
            length = sum(part.nbytes for part in parts)
        crc = length
        for part in parts:
            crc = crc64(part[:_LOOKED_AT], crc)
        return crc

    @property
    def is_emergency(self) -> bool:
        """Whether it calls an emergency."""
        return is_emergency(self.message)


def handed(
    origin: Any, message: Message, leaf: str, ros_message: Any, frame_id: str, stamp_ns: int,
    rule: ReceiveRule, result: Converted, is_connected: Callable[[], bool],
) -> Handed:
    """Put together what is handed on of a message that was published."""
    geometry = getattr(result.outputs.get('geometry'), 'data', None)
    return Handed(
        origin, message, leaf, ros_message, frame_id, stamp_ns, rule, is_connected,
        kept=result.kept, info=result.info, geometry=geometry)


def is_whole(value: Handed, rule: SendRule, profile: str) -> bool:
    """Tell whether the message itself can be sent; else what is made of the ROS message is."""
    message = value.message
    if message is None or not stands_for_whole(message.type_name, value.leaf):
        return False
    if rule.type and rule.type != message.type_name:
        return False
    if not rule.type and message.type_name in _NOT_TAKEN.get(profile, ()):
        return False
    if profile == 'slicer' and isinstance(message, Image):
        if message.pixels.dtype.str[1:] in ('i4', 'u4'):
            return False  # which Slicer misreads
    if any(getattr(rule, key) for key in _CHANGING):
        return False
    if message.place != Place.NOWHERE:  # another unit or another axis makes other numbers
        came = value.rule
        if (came.wire_unit, came.wire_axes) != (rule.wire_unit, 'ras'):
            return False
        if isinstance(message, (Image, Video)) and came.coordinates != 'trust':
            return False
    if isinstance(message, Status) and not message.is_emergency and (
        len(getattr(value.ros_message, 'status', ())) > 1
    ):
        return False  # the bridge has something to say as well, and the worst counts
    return not (value.rule.is_gated and _is_stretched(value))


def _is_stretched(value: Handed) -> bool:
    """Tell whether there is more in a message than the poses, which gates have looked at."""
    message, info = value.message, value.info
    if message is not None and message.place == Place.POSES and not isinstance(message, _POSES):
        return True  # of a type of another package nobody knows
    if isinstance(message, Transform):
        return 'matrix' in info
    if isinstance(message, TrackingData):
        return not set(info['names']).isdisjoint(info.get('matrices', ()))
    if isinstance(message, Position):
        turns = [message.quaternion]
    elif isinstance(message, QuaternionTrackingData):
        turns = [element.quaternion for element in message.elements]
    else:
        return False
    return any(abs(np.linalg.norm(turn) - 1) > RIGID_TOLERANCE for turn in turns)


def message_to_send(value: Handed, sending: Sending) -> Message | tuple[Message, ...]:
    """
    Make what is sent of a value that came from another peer.

    :raises ConversionError: if what the rule asks for cannot be made of it.
    """
    rule = sending.rule
    message = value.message
    stamp_ns = message.timestamp_ns if message is not None else 0
    if value.rule.stamp == 'receive' or not stamp_ns:
        stamp_ns = value.stamp_ns
    sending = replace(sending, info=value.info, geometry=value.geometry, stamp_ns=stamp_ns)
    if not is_whole(value, rule, sending.profile):
        ros_type = ros_type_of(value.ros_message)
        usual = wire_type_of_leaf(value.leaf, ros_type)
        convert = sender(ros_type, rule.type, usual=usual, profile=sending.profile)
        return convert(value.ros_message, sending)
    assert message is not None
    message = _renamed(value, message, sending)
    if rule.header and isinstance(message, PointList):
        convert = sender(type(value.ros_message), 'POINT')
        made = convert(value.ros_message, sending)
        if isinstance(made, tuple):
            return message, *made[1:]
    return message


def header_of_ros(message: Any) -> Header | None:
    """Give the header of a ROS message, or of the first of its markers; None if it has none."""
    parts = getattr(message, 'markers', [message])
    header = next((part.header for part in parts if hasattr(part, 'header')), None)
    if header is None and hasattr(message, 'frame_id') and hasattr(message, 'timestamp'):
        return Header(stamp=message.timestamp, frame_id=message.frame_id)  # of foxglove_msgs
    return header


def _renamed(value: Handed, message: Message, sending: Sending) -> Message:
    """Give a message device, frame and stamp, its own if it has one, and only what passed."""
    changes: dict[str, Any] = {}
    if isinstance(message, ElementList) and value.kept is not None:
        if len(value.kept) != message.count:
            changes['elements'] = value.kept
    if isinstance(message, (Image, Video)) and message.coordinates == LPS:
        # which Slicer and PLUS take for RAS
        matrix = with_axes(message.matrix)
        matrix[:2] *= -1.0
        changes.update(matrix=matrix, coordinates=RAS)
    if isinstance(message, Image) and message.pixels.dtype.str[0] == '>':
        # which PLUS takes for little endian
        changes['pixels'] = message.pixels.astype(message.pixels.dtype.newbyteorder('<'))
    # 3D Slicer shows metadata and no stamp, so both are said of every message that is sent; what
    # its device says of itself stays, which another bridge may have said as well
    said = sending.envelope(header_of_ros(value.ros_message))['metadata']
    own = {k: v for k, v in message.metadata.items() if k not in (FULL_NAME, _OF_SLICER)}
    metadata = {**said, **own}
    if value.rule.to_frame and message.place != Place.NOWHERE:
        metadata['ros_frame_id'] = value.frame_id
    if metadata != message.metadata:
        changes['metadata'] = metadata
        changes['version'] = 2 if metadata else message.version
    # the stamp of the device stays, whatever ROS was told: nothing becomes younger on its way
    if not message.timestamp or value.rule.stamp == 'receive':
        # simulated time means nothing to a peer
        changes['timestamp'] = from_ns(sending.now_ns if sending.sim_time else value.stamp_ns)
    if sending.device != message.device_name:
        changes['device_name'] = sending.device
    return replace(message, **changes) if changes else message
