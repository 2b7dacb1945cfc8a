"""The held values, for late joiners."""

from __future__ import annotations

import time
from collections import OrderedDict
from itertools import chain

from ..config import Settings
from .mailbox import Key, stream_types
from .outgoing import Outgoing

# of a video: more would take a late joiner longer than to wait for a key frame
_MOST_FRAMES = 300
_MOST_BYTES = 8 << 20


class _Entry:
    """A message that is held."""

    __slots__ = ('number', 'outgoing', 'sent_s', 'size', 'before', 'replaced')

    def __init__(self, number: int, outgoing: Outgoing) -> None:
        self.number = number
        self.outgoing = outgoing
        self.sent_s = time.monotonic()
        self.size = 0
        #: of a video the frames before it, from a key frame on
        self.before: list[Outgoing] = []
        #: in whose place it came, until it is known that it can be written
        self.replaced: _Entry | None = None


class Held:
    """
    The last message of each type and device.

    What a mailbox takes is the limit, for more would not reach a late joiner: the oldest values
    of streams are dropped, then the oldest of all others, emergencies last. One message larger
    than the byte limit may be held besides what is within it.

    Of a video whose frames need those before them, all are held since the last key frame; of one
    that has too many none: a late joiner waits for the next key frame.
    """

    def __init__(self, settings: Settings) -> None:
        self._max_messages = settings.queue_messages
        self._max_bytes = settings.queue_bytes
        self._max_age_s = settings.held_max_age
        self._stream_types = stream_types(settings.policies())
        self._streams: OrderedDict[Key, _Entry] = OrderedDict()
        self._others: OrderedDict[Key, _Entry] = OrderedDict()
        self._number = 0
        self._bytes = 0
        self._too_large: Key | None = None
        #: messages that were dropped because of the limits
        self.dropped = 0

    def put(self, outgoing: Outgoing, size: int | None = None) -> Key | None:
        """
        Hold a message in place of the one before.

        :param size: how many bytes it takes; if that is not known yet, `measure` has to follow.
        :returns: as `measure`.
        """
        # every pose goes through here: few calls
        key = outgoing.key
        queue = self._streams if key[0] in self._stream_types else self._others
        old = self._take_out(queue, key)
        self._number += 1
        entry = _Entry(self._number, outgoing)
        if outgoing.follows:
            if old is None or old.outgoing.follows is None or len(old.before) >= _MOST_FRAMES:
                return None
            entry.before = old.before
            entry.before.append(old.outgoing)
            entry.size = old.size
            self._bytes += entry.size
        elif size is None:
            entry.replaced = old
        queue[key] = entry
        return None if size is None else self._measure(entry, size)

    def measure(self, outgoing: Outgoing, size: int) -> Key | None:
        """
        Tell how large a message is, which shows when it is encoded, and keep to the limits.

        :param size: 0 if it cannot be written: then the one before it is held again.
        :returns: type and device of a message that was dropped for it, if any was.
        """
        entry = self._of(outgoing.key).get(outgoing.key)
        if entry is None or entry.outgoing is not outgoing:
            return None  # another took its place meanwhile
        replaced, entry.replaced = entry.replaced, None
        if size:
            return self._measure(entry, size)
        self.forget(outgoing.key)
        if replaced is None:
            return None
        self._of(outgoing.key)[outgoing.key] = replaced
        replaced.size = 0
        return self._measure(replaced, replaced.outgoing.size())

    def _measure(self, entry: _Entry, size: int) -> Key | None:
        gone, key = None, entry.outgoing.key
        if size > self._max_bytes:
            if self._too_large is not None:
                gone = self._give_way(self._too_large)
            self._too_large = key
        else:
            entry.size += size
            self._bytes += size
            if entry.before and entry.size > _MOST_BYTES:
                self.forget(key)
        while (
            len(self._streams) + len(self._others) > self._max_messages
            or self._bytes > self._max_bytes
        ):
            gone = self._give_way(self._next_to_go())
        return gone

    def forget(self, key: Key) -> None:
        """Hold nothing of a type and device."""
        self._take_out(self._of(key), key)

    def current(self) -> list[Outgoing]:
        """Give what is not too old, the oldest first; an emergency lasts until it is over."""
        since_s = time.monotonic() - self._max_age_s if self._max_age_s else 0.0
        entries = chain(self._streams.values(), self._others.values())
        return [
            outgoing
            for entry in sorted(entries, key=lambda entry: entry.number)
            if entry.sent_s >= since_s or entry.outgoing.urgent
            for outgoing in (*entry.before, entry.outgoing)]

    def _of(self, key: Key) -> OrderedDict[Key, _Entry]:
        return self._streams if key[0] in self._stream_types else self._others

    def _next_to_go(self) -> Key:
        everything = chain(self._streams.items(), self._others.items())
        calm = (
            key for key, entry in everything
            if not entry.outgoing.urgent and key != self._too_large)
        key = next(calm, None)
        return key or self._too_large or next(chain(self._streams, self._others))

    def _give_way(self, key: Key) -> Key:
        self.forget(key)
        self.dropped += 1
        return key

    def _take_out(self, queue: OrderedDict[Key, _Entry], key: Key) -> _Entry | None:
        entry = queue.pop(key, None)
        if entry is not None:
            self._bytes -= entry.size
        if key == self._too_large:
            self._too_large = None
        return entry
