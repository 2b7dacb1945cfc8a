"""What waits to be sent to one peer, and what is dropped when the peer does not keep up."""

from __future__ import annotations

import math
import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice, takewhile

from ..codec import Buffer
from ..codec.key_frames import Chain
from ..codec.message import names_of

#: (type name, device name): messages that have it in common are values of one thing
Key = tuple[str, str]

# Nobody has so many devices that call an emergency at once
_MAX_URGENT = 100
# A peer can make up any number of names, and they may be sent on: count the rest together
_MAX_KEYS = 200
_MAX_CHAINS = 1000
# of a video that cannot be thinned out so many frames wait for a peer that is behind
_MOST_FRAMES = 8
_OTHER: Key = ('other', '')
# of the times that messages waited
_KEPT = 256
_RECENT_S = 10.0


def stream_types(policies: Mapping[str, str]) -> set[str]:
    """Tell of which types only the newest value matters, by what `Settings.policies` gives."""
    return {kind for kind, policy in policies.items() if policy == 'newest'} | {
        kind for kind in names_of(lambda cls: cls.is_stream) if kind not in policies}


@dataclass(slots=True, eq=False)
class _Waiting:
    """An encoded message; a stream's newer value takes its place by changing it."""

    number: int
    key: Key
    parts: list[Buffer]
    size: int
    #: when this value came, and the first that waited in its place
    put_s: float
    since_s: float
    follows: bool | None = None


class Waits:
    """How long the last messages waited to be written to one peer; time is an argument."""

    __slots__ = ('_ring', '_number', '_slowest_s')

    def __init__(self) -> None:
        #: when each was over, and how long it was
        self._ring = [(-math.inf, 0.0)] * _KEPT
        self._number = 0
        self._slowest_s = 0.0

    def add(self, since_s: float, now_s: float) -> None:
        """Note that one is over."""
        waited_s = now_s - since_s
        self._ring[self._number % _KEPT] = now_s, waited_s
        self._number += 1
        if waited_s > self._slowest_s:
            self._slowest_s = waited_s

    def recent(self, now_s: float) -> list[float]:
        """Give those of late, in seconds."""
        return [waited_s for at_s, waited_s in self._ring[:] if now_s - at_s <= _RECENT_S]

    def take_slowest(self) -> float:
        """Give the longest since this was asked last."""
        slowest_s, self._slowest_s = self._slowest_s, 0.0
        return slowest_s


class Mailbox:
    """
    What waits to be sent to one peer.

    First in, first out. To a peer that does not keep up only the newest value of a stream (policy
    newest) is sent. Over the limits the oldest values of streams are dropped, then the oldest of
    all others. Frames of video that need those before them are never sent behind a gap: after a
    loss, and for a late joiner, the next one is a key frame. One message larger than the byte
    limit may wait besides what is within it.

    :param max_messages: how many may wait.
    :param max_bytes: how many bytes may wait.
    :param policies: newest or all by type name, as `Settings.policies` gives them; types that are
        not in it are newest if they are streams, see `Message.is_stream`, else all.
    """

    def __init__(
        self, max_messages: int, max_bytes: int, policies: Mapping[str, str] | None = None
    ) -> None:
        self._lock = threading.Lock()
        self._urgent: OrderedDict[Key, _Waiting] = OrderedDict()
        self._streams: deque[_Waiting] = deque()
        self._others: deque[_Waiting] = deque()
        self._newest: dict[Key, _Waiting] = {}
        self._number = 0
        #: how many bytes wait; none if nothing does
        self.bytes = 0
        # of those, what the limit is not about: urgent messages and the one that is too large
        self._exempt = 0
        self._too_large: _Waiting | None = None
        self._max_messages = max_messages
        self._max_bytes = max_bytes
        self._stream_types = stream_types(policies or {})
        self._dropped: Counter[Key] = Counter()
        #: videos whose frames have all been sent, or wait, since a key frame
        self._chains: dict[Key, Chain] = {}
        #: whether the peer reads more slowly than we send
        self.congested = False
        self.waits = Waits()

    def __len__(self) -> int:
        return len(self._urgent) + len(self._streams) + len(self._others)

    @property
    def dropped(self) -> Counter[Key]:
        """
        Messages that were dropped so far, by (type, device).

        From the 200th name on all new ones are counted under ('other', '').
        """
        with self._lock:
            return Counter(self._dropped)

    def admits(self, key: Key, follows: bool | None) -> bool:
        """
        Tell whether a frame of video may be sent behind those that were; else it is dropped.

        :param follows: see `Video.follows`.
        """
        with self._lock:
            return self._admits(key, follows)

    def put(
        self, key: Key, parts: list[Buffer], *, urgent: bool = False, follows: bool | None = None,
        now_s: float = 0.0,
    ) -> bool:
        """
        Add an encoded message; never blocks, callable from any thread.

        :param urgent: send it before everything else, whatever the limits are; only the newest
            of each key waits, of the 100 keys that came last. What waits under the same key is
            dropped: the peer must not take an older state for the one that holds.
        :param follows: of a frame of video whether it needs those before it.
        :param now_s: the time by a clock that never jumps.
        :returns: whether it waits; false if it is of no use without one that was dropped.
        """
        # small messages, of which there are many, are one part
        size = len(parts[0]) if len(parts) == 1 else sum(map(len, parts))
        with self._lock:
            if urgent:
                self._put_urgent(key, parts, size, now_s)
                return True
            if follows is not None and not self._admits(key, follows):
                return False
            is_stream = key[0] in self._stream_types
            is_newest = is_stream and follows is None
            entry = self._newest.get(key) if is_newest and self.congested else None
            if entry is not None:
                # takes over the place of the value that waits
                self._forget(entry)
                self._count_dropped(key)
                entry.parts, entry.size, entry.put_s = parts, size, now_s
            else:
                self._number += 1
                entry = _Waiting(self._number, key, parts, size, now_s, now_s, follows)
                (self._streams if is_stream else self._others).append(entry)
            if is_newest:
                self._newest[key] = entry
            self.bytes += size
            if size > self._max_bytes:
                self._keep_too_large(entry)
            while (
                self.bytes - self._exempt > self._max_bytes
                or len(self._streams) + len(self._others) > self._max_messages
            ):
                self._drop_one()
            chain = self._chains.get(key)
            return chain is None or follows is None or chain.is_whole

    def _admits(self, key: Key, follows: bool | None) -> bool:
        chain = self._chains.get(key)
        if chain is None:
            chain = Chain()
            if len(self._chains) < _MAX_CHAINS:
                self._chains[key] = chain
        if follows is False and self.congested and key[0] in self._stream_types:
            # what waits before a key frame is old
            for entry in [entry for entry in self._streams if entry.key == key]:
                self._remove(self._streams, entry)
        if follows and self.congested and chain.is_whole and key[0] in self._stream_types:
            if sum(entry.key == key for entry in self._streams) >= _MOST_FRAMES:
                chain.lose()
        if chain.admits(follows):
            return True
        self._count_dropped(key)
        return False

    def take(self, now_s: float = 0.0) -> tuple[Key, list[Buffer]] | None:
        """
        Remove the message that is to be sent next; None if there is none.

        :param now_s: as in `put`.
        """
        urgent, streams, others = self._urgent, self._streams, self._others
        with self._lock:
            while True:
                outdated = False
                if urgent:
                    _, entry = urgent.popitem(last=False)
                    self._exempt -= entry.size
                elif streams and (not others or streams[0].number < others[0].number):
                    entry = streams.popleft()
                    newest = self._newest.pop(entry.key, entry)
                    if newest is not entry:
                        self._newest[entry.key] = newest
                        # from before the peer fell behind there may be older values of a stream
                        outdated = self.congested
                elif others:
                    entry = others.popleft()
                else:
                    return None
                self.bytes -= entry.size
                if entry is self._too_large:
                    self._exempt -= entry.size
                    self._too_large = None
                if not outdated:
                    self.waits.add(entry.put_s, now_s)
                    return entry.key, entry.parts
                self._count_dropped(entry.key)

    def drop_all(self) -> Counter[Key]:
        """Drop what waits, as the peer is gone; gives how many, by (type, device)."""
        with self._lock:
            waiting = *self._urgent.values(), *self._streams, *self._others
            gone = Counter(entry.key for entry in waiting)
            for queue in (self._urgent, self._streams, self._others, self._newest):
                queue.clear()
            self.bytes = self._exempt = 0
            self._too_large = None
            for key in gone.elements():
                self._count_dropped(key)
        return gone

    def oldest_s(self, now_s: float) -> float:
        """Tell for how long the peer has not taken what waits longest; 0 if nothing waits."""
        with self._lock:
            first = [queue[0].since_s for queue in (self._streams, self._others) if queue]
        return now_s - min(first) if first else 0.0

    def _put_urgent(self, key: Key, parts: list[Buffer], size: int, now_s: float) -> None:
        for queue in (self._streams, self._others):
            for entry in [entry for entry in queue if entry.key == key]:
                self._drop(queue, entry)
        gone = self._urgent.get(key)
        if gone is None and len(self._urgent) >= _MAX_URGENT:
            _, gone = self._urgent.popitem(last=False)
        if gone is not None:
            self.bytes -= gone.size
            self._exempt -= gone.size
            self._count_dropped(gone.key)
        # one that is there already keeps its place; that it ended in between was dropped above
        self._urgent[key] = _Waiting(0, key, parts, size, now_s, now_s)
        self.bytes += size
        self._exempt += size

    def _keep_too_large(self, entry: _Waiting) -> None:
        """Let a message wait that is over the limit by itself; of two, one has to go."""
        before, self._too_large = self._too_large, entry
        self._exempt += entry.size
        if before is None:
            return
        if self._queue_of(entry) is self._streams and self._queue_of(before) is self._others:
            before, self._too_large = entry, before
        self._exempt -= before.size
        self._drop(self._queue_of(before), before)

    def _queue_of(self, entry: _Waiting) -> deque[_Waiting]:
        return self._streams if entry.key[0] in self._stream_types else self._others

    def _drop_one(self) -> None:
        """Drop the oldest of the streams or, without any, of the rest; none that is exempt."""
        for queue in (self._streams, self._others):
            for entry in islice(queue, 2):
                if entry is not self._too_large:
                    self._drop(queue, entry)
                    return

    def _drop(self, queue: deque[_Waiting], entry: _Waiting) -> None:
        if entry.follows is not None:
            # of the frames that wait behind it none is of use before the next key frame
            behind = [e for e in queue if e.key == entry.key and e.number > entry.number]
            useless = list(takewhile(lambda e: e.follows, behind))
            for frame in useless:
                self._remove(queue, frame)
            if len(useless) == len(behind) and entry.key in self._chains:
                self._chains[entry.key].lose()
        self._remove(queue, entry)

    def _remove(self, queue: deque[_Waiting], entry: _Waiting) -> None:
        queue.remove(entry)
        self._forget(entry)
        self._count_dropped(entry.key)

    def _forget(self, entry: _Waiting) -> None:
        """Leave out of all accounts what has left its queue, or changes in it."""
        self.bytes -= entry.size
        if entry is self._too_large:
            self._exempt -= entry.size
            self._too_large = None
        if self._newest.get(entry.key) is entry:
            del self._newest[entry.key]

    def _count_dropped(self, key: Key) -> None:
        if key not in self._dropped and len(self._dropped) >= _MAX_KEYS:
            key = _OTHER
        self._dropped[key] += 1
