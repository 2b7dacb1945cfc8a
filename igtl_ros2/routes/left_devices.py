"""Devices of which nothing has come since the rules have changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ..converters.claims import Claims
from ..converters.gates import Gates
from ..converters.topic_holder import SILENT_S, Terms, numbered
from ..errors import ConversionError
from ..rules import ReceiveRule
from .device import Device, Slot


class LeftDevices(dict[Slot, Device]):
    """
    The devices of a link as they were under the rules before.

    :param prefix: of the topics of the link.
    """

    def __init__(self, prefix: str) -> None:
        super().__init__()
        self._prefix = prefix

    def take(self, slot: Slot, label: str) -> Device | None:
        """Take what a device was."""
        left = self.pop(slot, None)
        if left is None and not label:
            # other rules may be for its peer than before
            old = next((s for s in self if s[:2] == slot[:2] and '' not in s[2:]), None)
            left = None if old is None else self.pop(old)
        return left

    def watched(self) -> list[Device]:
        """List those that the rules wait for."""
        return [device for device in list(self.values()) if device.is_watched]

    def follow(
        self, claims: Claims, rules_for: Callable[[Any], tuple[str, ...]], others: Iterable[Device]
    ) -> None:
        """
        Do what other rules say already of those of which nothing has come.

        :param rules_for: lists what stands as `peer` in the rules that are for a peer.
        :param others: the devices of which they say the same.
        """
        held = {(id(other.holder), other.peer) for other in others}
        for device in self.values():
            rule = self._rule_now(device, claims, rules_for(device.peer))
            device.watch = None if rule is None else Gates.of(rule, device.key[0], None)
            is_repeated = device.held is not None or device.is_stale
            if rule is None or not rule.hold_hz:
                is_repeated, device.held = False, None
            device.is_watched = is_repeated or device.watch is not None
            device.is_stale = device.is_stale and device.is_watched
            holder = device.holder
            if holder is None or holder.peer is None or (id(holder), holder.peer) in held:
                continue
            rule = self._rule_now(device, claims, rules_for(holder.peer))
            if rule is None:
                holder.free()
            else:
                holder.terms = terms_of(rule, device.key[0])

    def _rule_now(
        self, device: Device, claims: Claims, peers: tuple[str, ...]
    ) -> ReceiveRule | None:
        """Find the rule that publishes a device where it was; None if there is none."""
        type_name, name = device.key
        try:
            place = claims.place(name, type_name, peers)
        except ConversionError:
            return None
        is_there = self._prefix + numbered(place.topic, device.label) == device.topic
        return place.rule if is_there and place.rule.action != 'drop' else None


def terms_of(rule: ReceiveRule, type_name: str) -> Terms:
    """Give what a rule says of who may send its devices."""
    return Terms(rule.conflict_policy(type_name), max(SILENT_S, rule.max_age))
