"""What has arrived and waits to be received: the newest value of each stream, and all the rest."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterator
from itertools import takewhile
from typing import TYPE_CHECKING

from ..codec import Message
from ..codec.frame import wire_names
from ..codec.messages.bundle import is_emergency
from ..codec.messages.image import Image
from ..codec.messages.video import Video
from ..codec.short_names import FULL_NAME, full_name
from ..config import Settings
from .mailbox import Key, stream_types

if TYPE_CHECKING:
    from .peer import Peer

# So many emergencies wait at least, whatever a queue has room for
_MOST_URGENT = 1000

# sender, type and device: messages that have it in common are values of one thing
_Stream = tuple['Peer', str, str]


class _Arrived:
    """A message with the peer that sent it; a stream's newer value takes its place."""

    __slots__ = ('number', 'peer', 'message', 'size', 'since_s')

    def __init__(
        self, number: int, peer: Peer, message: Message, size: int, since_s: float
    ) -> None:
        self.number = number
        self.peer = peer
        self.message = message
        self.size = size
        #: when the first value came that waits in this place
        self.since_s = since_s


class Inbox:
    """
    What has arrived and waits to be received, first in, first out.

    Of a stream (policy newest) the newest value waits, in the place of the one before it: a slow
    reader gets what holds now. What does not stand alone, such as a frame of a video that is no
    key frame or a block of a volume, waits behind what it belongs to.

    An emergency goes before everything and is not dropped. What waits of its device and type is
    replaced by it: nobody must take an older state for the one that holds.

    It takes what it is given, however full it is: so that a message larger than the limit can be
    received at all, and because a peer may be in the middle of several when it is made to wait.
    """

    def __init__(self, settings: Settings) -> None:
        self._max_messages = settings.queue_messages
        self._max_bytes = settings.queue_bytes
        self._stream_types = stream_types(settings.policies())
        self._urgent: OrderedDict[int, _Arrived] = OrderedDict()
        self._streams: OrderedDict[int, _Arrived] = OrderedDict()
        self._others: OrderedDict[int, _Arrived] = OrderedDict()
        self._of_stream: dict[_Stream, list[int]] = {}
        #: how many wait that may be asked for by a name
        self._named: Counter[str] = Counter()
        #: names that are asked for
        self._asked: set[str] = set()
        self._number = 0
        self._bytes = 0
        self._last: OrderedDict[_Stream, _Arrived] = OrderedDict()
        self._last_bytes = 0
        #: videos of which a frame was dropped, and no key frame has come since
        self._gaps: set[tuple[Peer, str]] = set()
        #: values of streams that a newer one has replaced before they were received
        self.replaced = 0

    def __len__(self) -> int:
        return len(self._urgent) + len(self._streams) + len(self._others)

    @property
    def has_only_urgent(self) -> bool:
        """Whether there is nothing that may be dropped."""
        return not (self._streams or self._others)

    @property
    def is_full(self) -> bool:
        """Whether senders should wait."""
        return len(self) >= self._max_messages or self._bytes >= self._max_bytes

    @property
    def has_room(self) -> bool:
        """Whether senders that wait may go on: not at every message that is taken out."""
        return len(self) <= self._max_messages // 2 and self._bytes <= self._max_bytes // 2

    @property
    def first_peer(self) -> Peer:
        """The sender of the oldest message; there must be one."""
        return self._oldest().peer

    def lag_s(self, now_s: float) -> float:
        """Tell for how long the oldest place has not been looked at."""
        return now_s - self._oldest().since_s if len(self) else 0.0

    def put(self, peer: Peer, message: Message, size: int, now_s: float) -> bool:
        """
        Add a message that had so many bytes.

        :returns: false for a frame of video that needs one that was dropped: it is dropped too.
        """
        if self._is_useless(peer, message):
            return False
        kind = message.type_name
        stream = peer, kind, message.device_name
        self._number += 1
        entry = _Arrived(self._number, peer, message, size, now_s)
        self._keep_last(stream, entry)
        if kind in ('STATUS', 'BIND') and is_emergency(message):
            for older in self._waiting_of(stream):
                self._take(older)
                self.replaced += 1
            self._urgent[self._number] = entry
        elif kind not in self._stream_types:
            self._others[self._number] = entry
        else:
            waiting = self._of_stream.setdefault(stream, [])
            if waiting and _stands_alone(message):
                first = self._streams[waiting[0]]
                entry.number, entry.since_s = first.number, first.since_s
                self.replaced += len(waiting)
                for number in waiting[1:]:
                    self._forget(self._streams.pop(number))
                self._forget(first)
                waiting[:] = [entry.number]
            else:
                waiting.append(entry.number)
            self._streams[entry.number] = entry  # an older one of this number keeps its place
        self._bytes += size
        self._named.update(names_of(message))
        return True

    def note(self, peer: Peer, message: Message, size: int, now_s: float) -> None:
        """Take a message that does not wait, as it was handled: it is the newest of its stream."""
        stream = peer, message.type_name, message.device_name
        self._keep_last(stream, _Arrived(0, peer, message, size, now_s))

    def newest(self) -> list[tuple[Peer, Message, float]]:
        """Give the newest message of each stream with its peer and when it came, oldest first."""
        return [(entry.peer, entry.message, entry.since_s) for entry in self._last.values()]

    def take(self) -> tuple[Peer, Message]:
        """Take out the oldest message; there must be one."""
        return self._take(self._oldest())

    def take_all(self) -> int:
        """Take out all that waits; gives how much that was."""
        return len([self.take() for _ in range(len(self))])

    def has(self, name: str) -> bool:
        """Tell whether a message of a device or type waits."""
        return any(self._named[asked] > 0 for asked in names_asked(name))

    def take_of(self, name: str) -> tuple[Peer, Message] | None:
        """Take out the oldest message of a device or type; None if there is none."""
        if not self.has(name):
            return None
        asked = names_asked(name)
        fitting = [
            next((e for e in queue.values() if not asked.isdisjoint(names_of(e.message))), None)
            for queue in (self._urgent, self._streams, self._others)
        ]
        if fitting[0] is not None:
            return self._take(fitting[0])
        found = [entry for entry in fitting if entry is not None]
        return self._take(min(found, key=lambda entry: entry.number)) if found else None

    def latest(self, name: str) -> tuple[Peer, Message, float] | None:
        """
        Give the newest message of a device or type, whether it was taken out or not.

        :returns: the peer, the message and when it came; None if there is none.
        """
        asked = names_asked(name)
        for entry in reversed(self._last.values()):
            if not asked.isdisjoint(names_of(entry.message)):
                return entry.peer, entry.message, entry.since_s
        return None

    def forget_latest(self, peer: Peer) -> None:
        """Forget what is no longer so, because its peer is gone; what waits can still be taken."""
        for stream in [stream for stream in self._last if stream[0] is peer]:
            self._last_bytes -= self._last.pop(stream).size
        self._gaps = {gap for gap in self._gaps if gap[0] is not peer}

    def drop_over(self) -> list[Key]:
        """
        Drop what is too much: the oldest values of streams, then the oldest of all others.

        Where some are asked for by name, the oldest of other names go first, whatever they are.

        Frames of a video that need one that was dropped go with it, as far as a key frame.

        :returns: type and device of each.
        """
        dropped = []
        while not self.has_only_urgent and (
            len(self) > self._max_messages or (self._bytes > self._max_bytes and len(self) > 1)
        ):
            peer, message = self._take(self._next_to_go())
            dropped.append((message.type_name, message.device_name))
            if isinstance(message, Video) and message.follows is not None:
                dropped += self._drop_useless(peer, message.device_name)
        # of senders that nothing can make wait
        while len(self._urgent) > max(_MOST_URGENT, 2 * self._max_messages):
            _, message = self._take(next(iter(self._urgent.values())))
            dropped.append((message.type_name, message.device_name))
        return dropped

    def _waiting_of(self, stream: _Stream) -> list[_Arrived]:
        """List what waits of a stream, but for emergencies."""
        return [
            entry
            for queue in (self._streams, self._others)
            for entry in queue.values()
            if (entry.peer, entry.message.type_name, entry.message.device_name) == stream]

    def _drop_useless(self, peer: Peer, device: str) -> list[Key]:
        """Drop the frames of a video that wait before its next key frame."""
        of_it = [
            (entry, entry.message.follows)
            for queue in (self._streams, self._others)
            for entry in queue.values()
            if entry.peer is peer and isinstance(entry.message, Video)
            and entry.message.device_name == device
        ]
        useless = list(takewhile(lambda pair: pair[1], of_it))
        for entry, _ in useless:
            self._take(entry)
        if len(useless) == len(of_it):
            self._gaps.add((peer, device))
        return [('VIDEO', device)] * len(useless)

    def _is_useless(self, peer: Peer, message: Message) -> bool:
        """Tell whether a frame of video needs one that was dropped."""
        if not self._gaps or not isinstance(message, Video):
            return False
        if message.follows:
            return (peer, message.device_name) in self._gaps
        self._gaps.discard((peer, message.device_name))
        return False

    def ask(self, name: str) -> None:
        """Note that a name is asked for: messages of other names are dropped first."""
        if len(self._asked) < self._max_messages:
            self._asked |= names_asked(name)

    def _next_to_go(self) -> _Arrived:
        if self._asked:
            asked = self._asked
            left_over = [
                next((e for e in queue.values() if asked.isdisjoint(names_of(e.message))), None)
                for queue in (self._streams, self._others)
            ]
            found = [entry for entry in left_over if entry is not None]
            if found:
                return min(found, key=lambda entry: entry.number)
        return next(iter((self._streams or self._others).values()))

    def _keep_last(self, stream: _Stream, entry: _Arrived) -> None:
        before = self._last.pop(stream, None)
        if before is not None:
            self._last_bytes -= before.size
        self._last[stream] = _Arrived(0, entry.peer, entry.message, entry.size, entry.since_s)
        self._last_bytes += entry.size
        while len(self._last) > 1 and (
            len(self._last) > self._max_messages or self._last_bytes > self._max_bytes
        ):
            _, gone = self._last.popitem(last=False)
            self._last_bytes -= gone.size

    def _oldest(self) -> _Arrived:
        if self._urgent:
            return next(iter(self._urgent.values()))
        first = [next(iter(queue.values())) for queue in (self._streams, self._others) if queue]
        return min(first, key=lambda entry: entry.number)

    def _take(self, entry: _Arrived) -> tuple[Peer, Message]:
        number = entry.number
        if self._urgent.pop(number, None) is None and self._others.pop(number, None) is None:
            del self._streams[entry.number]
            stream = entry.peer, entry.message.type_name, entry.message.device_name
            waiting = self._of_stream[stream]
            waiting.remove(entry.number)
            if not waiting:
                del self._of_stream[stream]
        self._forget(entry)
        return entry.peer, entry.message

    def _forget(self, entry: _Arrived) -> None:
        """Leave out of the accounts what no longer waits."""
        self._bytes -= entry.size
        for name in names_of(entry.message):
            self._named[name] -= 1
            if not self._named[name]:
                del self._named[name]


def urgent_first(messages: list[Message], sizes: list[int]) -> tuple[list[Message], list[int]]:
    """
    Put emergencies first, each behind what is older of its device and type.

    Who is called with one after the other must not take an older state for a newer one.
    """
    last = {
        (message.type_name, message.device_name): place for place, message in enumerate(messages)
        if message.type_name in ('STATUS', 'BIND') and is_emergency(message)}
    if not last:
        return messages, sizes
    places = sorted(range(len(messages)), key=lambda place: place > last.get(
        (messages[place].type_name, messages[place].device_name), -1))
    return [messages[place] for place in places], [sizes[place] for place in places]


def names_of(message: Message) -> Iterator[str]:
    """List the names by which a message may be asked for."""
    yield message.type_name
    yield type_alone(message.type_name)
    if message.device_name != message.type_name:
        yield message.device_name
    if FULL_NAME in message.metadata:
        full = full_name(message)
        if full not in (message.type_name, message.device_name):
            yield full


def type_alone(type_name: str) -> str:
    """Give the name that stands for a type and no device, as none ends so."""
    return type_name + '\0'


def names_asked(name: str) -> set[str]:
    """List what a name may have become on the wire."""
    if name.endswith('\0'):
        return {name}
    return {name, *wire_names(name)}


def _stands_alone(message: Message) -> bool:
    """Tell whether a value says all, without those before it."""
    if isinstance(message, Video):
        return not message.follows
    return not isinstance(message, Image) or message.is_whole
