"""What takes the values that other links of the node receive; it stays where its rule does."""

from __future__ import annotations

from collections.abc import Callable

from ..rules import SendRule
from .feed import Feed

_Key = tuple[str, SendRule]


class Outlets:
    """
    The feeds of one link for what other links receive.

    :param make: makes one for a topic and a rule.
    """

    def __init__(self, make: Callable[[str, SendRule], Feed]) -> None:
        self._make = make
        self._feeds: dict[_Key, Feed] = {}
        #: of those before a change, those that nobody has asked for since
        self._before: dict[_Key, Feed] = {}

    def of(self, topic: str, rule: SendRule) -> Feed:
        """Give the one of a topic and a rule: the one that there was, or another."""
        key = topic, rule
        known = self._before.pop(key) if key in self._before else None
        feed = self._feeds[key] = known or self._make(topic, rule)
        return feed

    def change(self) -> None:
        """Let all be asked for again."""
        self._before, self._feeds = self._feeds, {}

    def end_others(self, why: str) -> None:
        """End those that nobody has asked for since a change."""
        while self._before:
            self._before.popitem()[1].close(why)
