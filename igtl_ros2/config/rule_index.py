"""Which rule is meant for a device, found at once however many rules there are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import translate

_WILD = re.compile(r'[*?\[]')


class RuleIndex:
    """
    The places of rules by the device that they name.

    :param rules: (device, type) of each, in order; both as they stand in a rule.
    """

    def __init__(self, rules: Iterable[tuple[str, str]]) -> None:
        """Sort them into those of one device and those of a pattern."""
        self._exact: dict[str, list[int]] = {}
        self._patterns: list[tuple[int, re.Pattern[str]]] = []
        self._types: list[str] = []
        for number, (device, type_name) in enumerate(rules):
            self._types.append(type_name)
            if _WILD.search(device):
                self._patterns.append((number, re.compile(translate(device))))
            else:
                self._exact.setdefault(device, []).append(number)

    def first(self, names: Iterable[str], type_name: str) -> int | None:
        """
        Find the first rule for a device; None if there is none.

        :param names: what the device is called: it may have several names.
        :param type_name: the type on the wire.
        """
        called = set(names)
        wanted = ('*', type_name)
        found = min(
            (number for name in called for number in self._exact.get(name, ())
             if self._types[number] in wanted), default=None)
        for number, pattern in self._patterns:
            if found is not None and number > found:
                break
            if self._types[number] in wanted and any(map(pattern.match, called)):
                return number
        return found
