"""What has arrived and waits to be received: who gives way where a peer cannot be made to wait."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from ..codec import Message
from ..config import Settings
from .mailbox import Key, stream_types

if TYPE_CHECKING:
    from .peer import Peer


class _Arrived:
    """A message with the peer that sent it."""

    __slots__ = ('number', 'peer', 'message', 'size')

    def __init__(self, number: int, peer: Peer, message: Message, size: int) -> None:
        self.number = number
        self.peer = peer
        self.message = message
        self.size = size


class Inbox:
    """
    What has arrived and waits to be received, first in, first out.

    It takes what it is given, however full it is: so that a message larger than the limit can be
    received at all, and because a peer may be in the middle of several when it is made to wait.
    """

    def __init__(self, settings: Settings) -> None:
        """Start empty."""
        self._max_messages = settings.queue_messages
        self._max_bytes = settings.queue_bytes
        self._stream_types = stream_types(settings.policies())
        self._streams: deque[_Arrived] = deque()
        self._others: deque[_Arrived] = deque()
        self._number = 0
        self._bytes = 0

    def __len__(self) -> int:
        """Count the messages that wait."""
        return len(self._streams) + len(self._others)

    @property
    def is_full(self) -> bool:
        """Whether who sends should wait."""
        return len(self) >= self._max_messages or self._bytes >= self._max_bytes

    @property
    def has_room(self) -> bool:
        """Whether who waits may go on: not at every message that is taken out."""
        return len(self) <= self._max_messages // 2 and self._bytes <= self._max_bytes // 2

    @property
    def first_peer(self) -> Peer:
        """Who has sent the oldest message; there must be one."""
        return self._oldest()[0].peer

    def put(self, peer: Peer, message: Message, size: int) -> None:
        """Add a message that had so many bytes."""
        self._number += 1
        queue = self._streams if message.type_name in self._stream_types else self._others
        queue.append(_Arrived(self._number, peer, message, size))
        self._bytes += size

    def take(self) -> tuple[Peer, Message]:
        """Take out the oldest message; there must be one."""
        return self._take(self._oldest())

    def drop_over(self) -> list[Key]:
        """
        Drop what is too much: the oldest values of streams, then the oldest of all others.

        :returns: type and device of each.
        """
        dropped = []
        while len(self) > self._max_messages or (self._bytes > self._max_bytes and len(self) > 1):
            _, message = self._take(self._streams or self._others)
            dropped.append((message.type_name, message.device_name))
        return dropped

    def _oldest(self) -> deque[_Arrived]:
        streams, others = self._streams, self._others
        if streams and (not others or streams[0].number < others[0].number):
            return streams
        return others

    def _take(self, queue: deque[_Arrived]) -> tuple[Peer, Message]:
        entry = queue.popleft()
        self._bytes -= entry.size
        return entry.peer, entry.message
