"""Which device has a topic, and which of several peers that send it may publish there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..codec import Message
from ..codec.messages.text import Status
from ..converters.claims import Place
from ..converters.topic_holder import TopicHolder, leaves_of, numbered
from ..converters.units import ros_text
from ..errors import ConversionError, printable
from .device import Device
from .surroundings import Source, Surroundings


class TopicNames:
    """
    The topics of a link, and the device that has each.

    :param prefix: of the topics of this link.
    :param around: what the steps of its devices share.
    :param is_connected: tells whether a peer is still there.
    :param log: says something, at the level 'info' or 'warning'.
    """

    def __init__(
        self, prefix: str, around: Surroundings, is_connected: Callable[[Any], bool],
        log: Callable[[str, str], None],
    ) -> None:
        self._prefix = prefix
        self._around = around
        self._report = around.report
        self._is_connected = is_connected
        self._log = log
        #: by topic and leaves, the peer that publishes there
        self._holders: dict[str, dict[str, TopicHolder[Any]]] = {}
        #: by topic, the device whose name has become that
        self._named: dict[str, str] = {}

    def take(self, device: str, place: Place, label: str) -> str:
        """
        Find the topic of a device, and tell if it is not the usual one.

        :param label: what tells its peer apart, if that has a topic of its own.
        :raises ConversionError: if another device has the same one.
        """
        topic, mine = numbered(place.topic, label), _named_for(device, label)
        if label and self._around.claims.is_named(topic):
            raise ConversionError(f'{mine!r} is not published: a rule names {topic}')
        if topic != place.rule.name:
            first = self._named.setdefault(topic, mine)
            if first != mine:
                raise ConversionError(
                    f'{device!r} is not published: {first!r} is called {topic} too')
        if place.note:
            self._report.problem(ros_text(f'{device}: name'), ros_text(place.note))
        return self._prefix + topic

    def free(self, device: Device) -> None:
        """Let others have the topic of a device."""
        self._holders.pop(device.topic, None)
        name = device.topic.removeprefix(self._prefix)
        if self._named.get(name) == _named_for(device.key[1], device.label):
            del self._named[name]

    def holder(self, topic: str, leaves: str) -> TopicHolder[Any] | None:
        """Give what is known of the peer that publishes on some leaves of a topic."""
        if not leaves:
            return None
        holders = self._holders.setdefault(topic, {})
        if leaves not in holders:
            holders[leaves] = TopicHolder(self._is_connected)
        return holders[leaves]

    def held_by_another(
        self, peer: Source, topic: str, type_name: str
    ) -> TopicHolder[Any] | None:
        """Give what is known of the peer that publishes where another one would, if it differs."""
        holder = self._holders.get(self._prefix + topic, {}).get(leaves_of(type_name))
        return None if holder is None or holder.peer in (None, peer) else holder

    def conflicts(self, now_s: float) -> dict[str, str]:
        """Tell by topic the peers that send it at once."""
        found = {}
        for topic, holders in list(self._holders.items()):
            for holder in list(holders.values()):
                who = holder.conflict(now_s)
                if who:
                    found[topic] = who
        return found

    def label_for(
        self, device: Device, peer: Source, message: Message, now_s: float
    ) -> str | None:
        """
        Decide on a message for a topic that another peer has, or that nobody has.

        :returns: empty if it is published there; what tells the peer apart if it gets a topic of
            its own; None if it is withheld.
        """
        holder, what, topic = device.holder, device.way.what, ros_text(device.topic)
        if holder is None:
            return ''
        verdict = holder.judge(peer, now_s, device.terms)
        before = holder.peer
        if verdict == 'take' or before is None:
            if before is not None and (holder.other is peer or self._is_connected(before)):
                text = f'{topic} is sent by {peer.address} now, it was by {before.address}'
                self._log('info', printable(text))
            holder.take(peer, now_s, message.timestamp != 0, device.terms)
            return ''
        both = f'{before.address} and {peer.address} both send {what} onto {topic}'
        if verdict == 'number':
            label = holder.label(peer)
            if holder.is_news(peer):
                there = ros_text(numbered(device.topic, label))
                self._log('warning', printable(
                    f'{both}: that of {peer.address} is published as {there}'))
            return label
        if verdict == 'mix':
            if holder.is_news(peer):
                self._report.mixes(
                    f'{topic}: {leaves_of(device.key[0])} of several peers',
                    f'{both}; on_conflict or peer in its rule tells them apart')
            return ''
        if isinstance(message, Status) and holder.passes(peer, message.is_emergency):
            return ''
        if verdict == 'first':
            before.probe_often()
        self._report.withheld_by(
            f'{what}: another peer', f'{both}: that of {peer.address} is not published')
        return None


def _named_for(device: str, label: str) -> str:
    """Name the holder of a topic, by device and by what tells its peer apart."""
    return f'{device} of {label}' if label else device
