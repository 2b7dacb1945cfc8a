"""Which rule is meant for a device, found at once however many rules there are."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from fnmatch import translate

_WILD = re.compile(r'[*?\[]')


class RuleIndex:
    """
    The places of rules by the device that they name.

    :param rules: (device, type) of each, in order; both as they stand in a rule.
    :param peers: the peer of each, empty where it is for all; none at all if all are so.
    """

    def __init__(self, rules: Iterable[tuple[str, str]], peers: Sequence[str] = ()) -> None:
        self._exact: dict[str, list[int]] = {}
        self._patterns: list[tuple[int, re.Pattern[str]]] = []
        self._types: list[str] = []
        self._peers = peers if any(peers) else ()
        for number, (device, type_name) in enumerate(rules):
            self._types.append(type_name)
            if _WILD.search(device):
                self._patterns.append((number, re.compile(translate(device))))
            else:
                self._exact.setdefault(device, []).append(number)

    def first(
        self, names: Iterable[str], type_name: str, peers: Container[str] = ()
    ) -> int | None:
        """
        Find the first rule for a device; None if there is none.

        :param names: what the device is called: it may have several names.
        :param type_name: the type on the wire.
        :param peers: the `peer` of rules that are for its sender; those without are for all.
        """
        called = set(names)
        wanted = ('*', type_name)
        found = min(
            (number for name in called for number in self._exact.get(name, ())
             if self._types[number] in wanted and self._is_for(number, peers)), default=None)
        for number, pattern in self._patterns:
            if found is not None and number > found:
                break
            if self._types[number] not in wanted or not self._is_for(number, peers):
                continue
            if any(map(pattern.match, called)):
                return number
        return found

    def _is_for(self, number: int, peers: Container[str]) -> bool:
        return not (self._peers and self._peers[number]) or self._peers[number] in peers
