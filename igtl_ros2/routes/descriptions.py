"""What other topics say about a device, and what its converters keep."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from json import loads
from typing import Any

from ..converters.registry import Sending
from ..errors import ConversionError
from ..rules import SendRule
from .now import Now

#: sends once more what was sent
Again = Callable[[], None]


@dataclass(slots=True)
class Description:
    """What is said of one device."""

    info: dict[str, Any] = field(default_factory=dict)
    geometry: Any = None
    #: what converters keep
    state: dict[str, Any] = field(default_factory=dict)
    #: sends what was sent before all of this was known once more, by topic
    early: dict[str, Again] = field(default_factory=dict)
    #: the same of streams, of which the last value counts for a moment
    streams: dict[str, Again] = field(default_factory=dict)
    #: the stamp that was used last, by topic: it is that of one message
    stamps: dict[str, int] = field(default_factory=dict)
    #: of topics that hold: the stamp of the last message, and what sends it once more
    last: dict[str, tuple[int, Again]] = field(default_factory=dict)

    @property
    def is_known(self) -> bool:
        """Whether somebody has said all that there is to say."""
        return bool(self.info) and self.geometry is not None


_NOTHING_SAID = Description()


class Descriptions:
    """
    The descriptions of all devices of a link, by device or by the folder of a topic.

    :param profile: of the mapping.
    """

    def __init__(self, profile: str) -> None:
        self.profile = profile
        self._all: dict[str, Description] = {}
        #: whether there was `info` of any device
        self.is_anything_said = False

    def of(self, device: str) -> Description:
        """Give what is said of a device."""
        found = self._all.get(device)
        if found is None:
            found = self._all[device] = Description()
        return found

    def teller(self, rule: SendRule, topic: str) -> Callable[[Now, int], Sending]:
        """Give what puts together what a converter has to know, now; see `stamp_said`."""
        device, description, beside = rule.device, self.of(rule.device), _NOTHING_SAID
        if topic:
            beside = self.of(topic.rpartition('/')[0])

        def tell(now: Now, stamp_ns: int) -> Sending:
            geometry = beside.geometry if description.geometry is None else description.geometry
            # by place: there is one for each pose
            return Sending(
                device, rule, now.wall_ns, description.info or beside.info, geometry,
                now.is_simulated, description.state, self.profile, [], stamp_ns)

        return tell

    def stamp_said(self, device: str, topic: str) -> int:
        """Give the stamp that `info` says of the next message of a topic, of that one alone."""
        for name in _names(device, topic):
            description = self._all.get(name)
            if description is None or not description.info:
                continue
            stamp_ns = stamp_of_info(description.info)
            if stamp_ns and description.stamps.get(topic) != stamp_ns:
                description.stamps[topic] = stamp_ns
                return stamp_ns
        return 0

    def remember(self, device: str, topic: str, stamp_ns: int, again: Again) -> None:
        """
        Remember the last message of a topic that holds.

        ROS delivers topics in any order: what holds may come before its place does.
        """
        for name in _names(device, topic):
            description = self.of(name)
            description.early.pop(topic, None)
            description.last[topic] = stamp_ns, again
            if not description.is_known:
                description.early[topic] = again

    def remember_stream(self, device: str, topic: str, wanting: Sending, again: Again) -> None:
        """
        Remember the last message of a stream of which not all was known: it may be the only one.

        :param wanting: what it was made with.
        """
        described = [self.of(name) for name in _names(device, topic)]
        for description in described:
            description.streams[topic] = again
        # it may have come in another thread since
        has_info = any(description.info for description in described)
        has_place = any(description.geometry is not None for description in described)
        if has_info and not wanting.info or has_place and wanting.geometry is None:
            again()

    def take_info(self, device: str, text: str) -> list[Again]:
        """
        Take in what `info` says.

        :returns: what sends again what this was said of, if it was sent before.
        :raises ConversionError: if it is no JSON object.
        """
        if device[:1] in ('', '/') and not text.lstrip().startswith('{'):
            return []  # beside a topic that is sent, and something else
        try:
            info = loads(text)
        except (ValueError, RecursionError) as error:
            raise ConversionError(f'info of {device!r} is no JSON: {error}') from error
        if not isinstance(info, dict):
            raise ConversionError(f'info of {device!r} is no JSON object')
        description = self.of(device)
        self.is_anything_said = True
        before, description.info = description.info, info
        if not before:
            return _early(description)
        stamp_ns = stamp_of_info(info)
        if before == info or not stamp_ns:
            return []
        # it has come first and was taken for another
        return [again for stamped_ns, again in description.last.values() if stamped_ns == stamp_ns]

    def take_geometry(self, device: str, geometry: Any) -> list[Again]:
        """Take in what `geometry` says, as `take_info`."""
        description = self.of(device)
        is_new, description.geometry = description.geometry is None, geometry
        return _early(description) if is_new else []

    def forget_values(self, profile: str, kept: Collection[str]) -> None:
        """
        Forget what was sent: other rules would send it otherwise.

        :param kept: topics whose rules are the same.
        """
        self.profile = profile
        for description in self._all.values():
            for values in (description.early, description.streams, description.last):
                for topic in values.keys() - kept:
                    del values[topic]


def _names(device: str, topic: str) -> tuple[str, str]:
    """Name what may be said of a topic: by its device, and by its folder."""
    return device, topic.rpartition('/')[0]


def _early(description: Description) -> list[Again]:
    """List what sends again what was sent before this was said of it."""
    early = [*description.early.values(), *description.streams.values()]
    description.streams.clear()
    if description.is_known:
        description.early.clear()
    return early


def stamp_of_info(info: Mapping[str, Any]) -> int:
    """Tell the stamp of what `info` describes; 0 if it does not say."""
    stamp = info.get('stamp')
    try:
        return int(stamp['sec']) * 10**9 + int(stamp['nanosec'])  # type: ignore[index]
    except (TypeError, KeyError, ValueError, OverflowError):
        return 0
