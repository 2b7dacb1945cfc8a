"""What is known, besides a ROS message, of what is to be made of it for the network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from std_msgs.msg import Header

from ..codec.short_names import FULL_NAME, NAME_BYTES
from ..errors import ConversionError
from ..rules import SendRule
from .metres import NS
from .units import ns_from_time


# one is made for each pose: not frozen, which takes three times as long
@dataclass(slots=True)
class Sending:
    """
    What a converter needs to know to send a ROS message.

    :param device: device name of the message to make.
    :param info: the last JSON object from `to_igtl/<device>/info`.
    :param geometry: the last 16 numbers from `to_igtl/<device>/geometry`.
    :param now_ns: wall clock.
    :param sim_time: whether stamps are simulated time, which means nothing to the peer.
    :param state: what converters keep from one message of the device to the next.
    :param profile: of the mapping; in 'slicer' only what Slicer shows is chosen.
    :param notes: what was said of the message and could not be used; counted and logged.
    :param stamp_ns: what `info` says of the stamp of a message that has none itself; else 0.
    :param is_wanting: whether something was asked for that nobody has said yet.
    """

    device: str
    rule: SendRule
    now_ns: int
    info: Mapping[str, Any] = field(default_factory=dict)
    geometry: Any = None
    sim_time: bool = False
    state: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    profile: str = 'plain'
    notes: list[str] = field(default_factory=list, compare=False)
    stamp_ns: int = 0
    is_wanting: bool = field(default=False, compare=False)

    def said(self, key: str, default: Any = None) -> Any:
        """Take something from `info`; when that comes after all, the message is made again."""
        if not self.info:
            self.is_wanting = True
        return self.info.get(key, default)

    def envelope(self, header: Header | None = None) -> dict[str, Any]:
        """Make the fields that all messages share of the header of a ROS message."""
        if header is None:
            return self.envelope_of(None, 0)
        return self.envelope_of(header.frame_id, ns_from_time(header.stamp))

    def envelope_of(self, frame_id: str | None, stamp_ns: int) -> dict[str, Any]:
        """Do the same for a header whose parts are known."""
        stamp_ns = stamp_ns or self.stamp_ns
        ns = stamp_ns if stamp_ns > 0 and not self.sim_time else self.now_ns
        return envelope_of(self.device, frame_id, stamp_ns, ns)

    def info_list(self, key: str, count: int, *kinds: type) -> list[Any] | None:
        """
        Take a list from `info`; None if there is none, or none of this length.

        :param kinds: what its elements may be.
        :raises ConversionError: if it is something else.
        """
        values = self.said(key, [])
        if not isinstance(values, list) or not all(isinstance(value, kinds) for value in values):
            wanted = ' or '.join(kind.__name__ for kind in kinds)
            raise ConversionError(f'{key} in info: wanted a list of {wanted}')
        if values and count and len(values) != count:
            self.notes.append(f'{key} in info are not used: it lists {len(values)} for {count}')
        return values if len(values) == count else None

    def info_names(self, key: str, count: int, size: int) -> list[str]:
        """
        Take names from `info`; if there are none, number them after the device.

        :param size: how many bytes a name may have.
        """
        names = self.info_list(key, count, str)
        if names is None:
            room = size - len(f'-{count}')
            stem = self.device.encode('utf-8', 'ignore')[:room].decode('utf-8', 'ignore')
            names = [f'{stem}-{number}' for number in range(1, count + 1)]
        return names

    def gone(self, *kinds: str) -> list[str]:
        """
        List the wire types that the topic was sent as before and is not any more.

        A peer keeps each of them until it gets an empty one. It is listed with each message from
        then on: one alone may be delayed or skipped by another rule.

        :param kinds: wire types that it is sent as now.
        """
        topics = self.state.setdefault('kinds', {})
        known = topics.setdefault(self.rule.topic, {})  # a dict keeps their order
        known.update(dict.fromkeys(kinds))
        return [kind for kind in known if kind not in kinds]


def envelope_of(
    device: str, frame_id: str | None, stamp_ns: int, time_ns: int
) -> dict[str, Any]:
    """
    Make the fields that all messages share.

    :param frame_id: frame of the ROS message, None if it has none.
    :param stamp_ns: its stamp, 0 if it has none.
    :param time_ns: time stamp of the message to make.
    """
    metadata: dict[str, str] = {}
    if frame_id is not None:
        metadata['ros_frame_id'] = frame_id
        if stamp_ns > 0:
            metadata['ros_stamp'] = stamp_text(stamp_ns)
    is_short = len(device) <= NAME_BYTES and device.isascii()
    if not is_short and len(device.encode('utf-8', 'surrogateescape')) > NAME_BYTES:
        metadata[FULL_NAME] = device
    return {'device_name': device, 'timestamp_ns': time_ns, 'metadata': metadata}


def stamp_text(stamp_ns: int) -> str:
    """Write a stamp as it stands in metadata."""
    return f'{stamp_ns // NS}.{stamp_ns % NS:09d}'
