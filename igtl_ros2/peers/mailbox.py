"""What waits to be sent to one peer."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict

from ..codec import Buffer

#: Types of which only the newest value matters to a peer that cannot keep up
STREAM_TYPES = frozenset(
    {
        'TRANSFORM',
        'POSITION',
        'QTDATA',
        'TDATA',
        'IMAGE',
        'VIDEO',
        'NDARRAY',
        'SENSOR',
        'POLYDATA',
    }
)
Key = tuple[str, str]


class Mailbox:
    """
    What waits to be sent to one peer.

    First in, first out. To a peer that does not keep up only the newest value of a stream (see
    `STREAM_TYPES`) is sent. Over the limits the oldest goes.
    """

    def __init__(self, max_messages: int, max_bytes: int) -> None:
        """Start empty."""
        self._lock = threading.Lock()
        self._waiting: OrderedDict[int, tuple[Key, list[Buffer], int]] = OrderedDict()
        self._newest: dict[Key, int] = {}
        self._number = 0
        self._bytes = 0
        self._max_messages = max_messages
        self._max_bytes = max_bytes
        self._dropped: Counter[Key] = Counter()
        #: whether the peer reads more slowly than we send
        self.congested = False

    def __len__(self) -> int:
        """Count the messages that wait."""
        return len(self._waiting)

    @property
    def dropped(self) -> Counter[Key]:
        """Messages that were dropped so far, by (type, device)."""
        with self._lock:
            return Counter(self._dropped)

    def put(self, key: Key, parts: list[Buffer]) -> None:
        """Add an encoded message; never blocks, callable from any thread."""
        size = sum(map(len, parts))
        with self._lock:
            before = self._newest.get(key)
            if before is not None and self._is_outdated(key):
                # takes over the place of the value that waits
                number = before
                self._bytes -= self._waiting[number][2]
                self._dropped[key] += 1
            else:
                self._number += 1
                number = self._newest[key] = self._number
            self._waiting[number] = (key, parts, size)
            self._bytes += size
            while len(self._waiting) > self._max_messages or (
                self._bytes > self._max_bytes and len(self._waiting) > 1
            ):
                dropped, _, _ = self._pop()
                self._dropped[dropped] += 1

    def take(self) -> tuple[Key, list[Buffer]] | None:
        """Remove the oldest message; None if there is none."""
        with self._lock:
            while self._waiting:
                key, parts, _ = self._pop()
                # from before the peer fell behind there may be older values of a stream
                if key not in self._newest or not self._is_outdated(key):
                    return key, parts
                self._dropped[key] += 1
        return None

    def _is_outdated(self, key: Key) -> bool:
        """Tell whether a value that waits is not wanted any more when there is a newer one."""
        return self.congested and key[0] in STREAM_TYPES

    def _pop(self) -> tuple[Key, list[Buffer], int]:
        number, item = self._waiting.popitem(last=False)
        self._bytes -= item[2]
        if self._newest[item[0]] == number:
            del self._newest[item[0]]
        return item
