"""A message on its way to peers, encoded once for all that take one form."""

from __future__ import annotations

import time
from collections.abc import Iterator

from ..codec import HEADER_SIZE, Buffer, Message, encode_parts, from_ns
from ..codec.datagram import with_message_id
from ..codec.messages.bundle import is_emergency
from ..codec.messages.video import Video
from ..codec.short_names import with_short_name
from ..codec.snapshot import snapshot
from ..errors import EncodeError
from .compat import Compat
from .mailbox import Key

# to write more takes some milliseconds
_LONG_BYTES = 1 << 18


def ready_to_send(message: Message, *, stamp: bool, copy: bool) -> Message:
    """
    Give a message as it is now, with a time stamp.

    :raises EncodeError: if it is not a message.
    """
    return snapshot(message, timestamp=from_ns(time.time_ns()) if stamp else 0, copy=copy)


class Outgoing:
    """A message on its way to any number of peers, encoded once for all that take one form."""

    #: of a frame of video whether it needs those before it, see `Video.follows`
    follows: bool | None
    #: about what `size` gives, if that is known before anything is encoded
    known_size: int | None

    __slots__ = (
        '_message', 'key', 'urgent', 'follows', 'known_size', '_parts', '_forms', '_numbered')

    def __init__(self, message: Message) -> None:
        self._message = with_short_name(message)
        kind = message.type_name  # which is cheaper to look at than the class
        self.key: Key = kind, message.device_name
        #: an emergency waits for nothing, and only a newer one of its device takes its place
        self.urgent = kind in ('STATUS', 'BIND') and is_emergency(message)
        self.follows = (
            message.follows if kind == 'VIDEO' and isinstance(message, Video) else None)
        self._parts: dict[tuple[str, int], list[Buffer]] = {}
        self._forms: tuple[tuple[Message, int, list[Buffer]], ...] = ()
        self._numbered: Outgoing | None = None
        self.known_size = None

    @property
    def message(self) -> Message:
        return self._message

    def parts(self, compat: Compat, seen_version: int) -> list[Buffer]:
        """
        Encode for a peer.

        :param compat: what it can take.
        :param seen_version: the highest header version that it is known to read.
        :raises EncodeError: if the message cannot be written, or the peer must not get it.
        """
        form = compat.form(seen_version)
        parts = self._parts.get(form)
        if parts is None:
            message = compat.prepare(self.message, seen_version)
            parts = self._parts[form] = self._encoded(message, min(message.version, form[1]))
        return parts

    def _encoded(self, message: Message, version: int) -> list[Buffer]:
        for known, its_version, parts in self._forms:
            if known is message and its_version == version:
                return parts
        parts = encode_parts(message, version)
        self._forms += ((message, version, parts),)
        return parts

    def numbered(self, numbers: Iterator[int]) -> Outgoing:
        """Give the same message in header version 2 with a number; it is made once."""
        if self._numbered is None:
            self._numbered = Outgoing(with_message_id(self.message, next(numbers)))
        return self._numbered

    def size(self) -> int:
        """Tell how many bytes it takes, in one form or another."""
        for _, _, parts in (self._numbered or self)._forms:
            return sum(map(len, parts))
        if self.known_size is None:
            try:
                self.check()
            except EncodeError:
                self.known_size = 0
        return self.known_size or 0

    def check(self) -> None:
        """
        Know how many bytes it takes.

        :raises EncodeError: if it cannot be written.
        """
        self.known_size = HEADER_SIZE + sum(map(len, self.message.encode_content()))

    def takes_long(self, compat: Compat, seen_version: int) -> bool:
        """Tell whether `parts` would keep other peers waiting."""
        is_made = compat.form(seen_version) in self._parts
        return not is_made and self.size() > _LONG_BYTES
