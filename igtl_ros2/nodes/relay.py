"""Values that one link receives and another sends: handed over in the node, not through DDS."""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from typing import Any

from rclpy.node import Node

from ..converters.handover import Handed
from ..errors import EncodeError
from ..mapping import LinkConfig

#: of a topic whose link is not open yet
_MAX_WAITING = 1000
#: values whose way is remembered
_MEMORY = 4096

Outlet = Callable[[Handed], None]


class Relays:
    """
    The links that send on what other links of the node receive, by topic.

    A topic is watched from the moment that its rule is known, which is before any link is open:
    what comes until the link that sends it is open waits for that. All is for any thread.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._lock = threading.Lock()
        self._outlets: dict[str, list[tuple[Any, Outlet]]] = {}
        #: by link: the topics of its rules that are not open yet, and what waits for them
        self._waiting: dict[str, dict[str, deque[Handed]]] = {}
        self._lost = 0
        #: topics whose values go to any link
        self.watched: frozenset[str] = frozenset()
        #: where the topics of links are, by their names
        self._folders: dict[str, str] = {}
        #: of values with a stamp: the peer that sent it first, and the one on each topic
        self._ways: OrderedDict[Hashable, list[Any]] = OrderedDict()

    def follow(self, configs: Sequence[LinkConfig]) -> None:
        """Watch the topics that rules of links name from now on."""
        with self._lock:
            self._folders.update(
                (config.name, self._node.resolve_topic_name(config.name) + '/')
                for config in configs if config.name
            )
            for config in configs:
                topics = (self._node.resolve_topic_name(rule.topic)
                          for rule in config.mapping.send if rule.topic)
                self._waiting[config.name] = {
                    topic: deque(maxlen=_MAX_WAITING)
                    for topic in topics if self.hands_over(config.name, topic)
                }
            self._count()

    def open(self, link: str, owner: Any, outlets: dict[str, list[Outlet]]) -> int:
        """
        Hand values to the rules of a link from now on, first those that came before.

        :returns: how many of those were too many.
        """
        while True:
            with self._lock:
                waiting = self._waiting.get(link, {})
                before = [(topic, value) for topic, values in waiting.items() for value in values]
                for values in waiting.values():
                    values.clear()
                if not before:  # what comes from now on is newer than all that was sent
                    self._waiting.pop(link, None)
                    for topic, found in outlets.items():
                        self._outlets.setdefault(topic, []).extend(
                            (owner, outlet) for outlet in found)
                    self._count()
                    lost, self._lost = self._lost, 0
                    return lost
            for topic, value in before:
                for outlet in outlets.get(topic, ()):
                    outlet(value)

    def close(self, owner: Any) -> None:
        """Hand nothing to the rules of a link any more."""
        with self._lock:
            for topic, outlets in list(self._outlets.items()):
                outlets[:] = [(other, outlet) for other, outlet in outlets if other is not owner]
                if not outlets:
                    del self._outlets[topic]
            self._count()

    def _count(self) -> None:
        waiting = (topic for topics in self._waiting.values() for topic in topics)
        self.watched = frozenset((*self._outlets, *waiting))

    def hands_over(self, link: str, topic: str) -> bool:
        """Tell whether a topic that a link sends is one that another link of the node receives."""
        return any(
            topic.startswith(folder) and not topic.startswith(f'{folder}to_igtl/')
            for name, folder in self._folders.items() if name != link
        )

    def offer(self, topic: str, value: Handed) -> bool:
        """
        Hand a value to all links that send it on.

        :returns: false if it has gone in a circle, and ends here.
        """
        first = self._first_origin(topic, value)
        if first is None:
            return False
        value = replace(value, first=first)
        with self._lock:
            outlets = list(self._outlets.get(topic, ()))
            for topics in self._waiting.values():
                if topic in topics:
                    self._lost += len(topics[topic]) == _MAX_WAITING
                    topics[topic].append(value)
        for _, outlet in outlets:
            outlet(value)
        return True

    def _first_origin(self, topic: str, value: Handed) -> Any:
        """Give the peer that sent a value first; None if another one has sent it there already."""
        if value.message is None or not value.message.timestamp:
            return value.origin  # nobody can tell it from one that is new
        try:
            key = value.message.type_name, value.message.timestamp, value.digest()
        except EncodeError:
            return value.origin  # it will not be sent: encoding it reports why
        mine = weakref.ref(value.origin)
        with self._lock:
            way = self._ways.setdefault(key, [mine, {}])
            self._ways.move_to_end(key)
            while len(self._ways) > _MEMORY:
                self._ways.popitem(last=False)
            if way[1].setdefault(topic, mine)() not in (value.origin, None):
                return None
            return way[0]() or value.origin
