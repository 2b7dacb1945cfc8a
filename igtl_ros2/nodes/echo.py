"""Remember the peer that a value came from, so that it is not sent back there."""

from __future__ import annotations

import math
import threading
import time
import weakref
from array import array
from collections import OrderedDict, defaultdict
from collections.abc import Collection, Hashable
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from ..codec.crc64 import crc64
from ..converters.lazy import Lazy, header_stamp_ns
from ..peers import Peer

_MEMORY = 4096
# by how much a node may be late that sends on what it hears
_LATE_S = 1.0
_BUFFERS: tuple[type[Any], ...] = (array, np.ndarray, memoryview)


@dataclass(slots=True, eq=False)
class _Said:
    """A value without stamp that came from a peer."""

    data: int
    origin: weakref.ref[Peer]
    #: when it does not count any more, in the time of `time.monotonic`
    until: float = math.inf


class EchoGuard:
    """
    The origin of the values that were published last.

    A value is known again on the topic on which it was published, or under the type and device
    that it came with: by its stamp, or by its data where it has none. The same data may mean
    something new: such a value is not sent to its peer as long as it is the last one there and
    the peer was sent no other since. When a newer one has come, it is known for another second,
    for those who send on late what they hear.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # weakly, so that the memory of a peer ends with its connection
        self._origins: dict[Hashable, weakref.ref[Peer]] = {}
        self._older = self._origins
        # values without stamp: the last of each topic, and those that are not the last any more
        self._last: defaultdict[Hashable, dict[str, _Said]] = defaultdict(dict)
        self._late: OrderedDict[Hashable, _Said] = OrderedDict()

    def published(self, peer: Peer, topic: str, key: tuple[str, str], message: Any) -> None:
        """Note that a value of a peer is published on a topic."""
        stamp_ns = message.head[0] if isinstance(message, Lazy) else header_stamp_ns(message)
        if stamp_ns:
            # without the lock, which each pose would take: whoever looks sees one or the other
            origins = self._origins
            origins[topic, stamp_ns] = origins[key, stamp_ns] = weakref.ref(peer)
            if len(origins) > _MEMORY:
                self._forget(origins)
        elif stamp_ns is None and (data := _data(message)) is not None:
            said = _Said(data, weakref.ref(peer))
            with self._lock:
                for name in (topic, key):
                    before = self._last[name].get(topic)
                    self._last[name][topic] = said
                    if before is not None:
                        before.until = time.monotonic() + _LATE_S
                        self._late[name, before.data] = before
                        self._late.move_to_end((name, before.data))
                while len(self._late) > _MEMORY:
                    self._late.popitem(last=False)

    def _forget(self, origins: dict[Hashable, weakref.ref[Peer]]) -> None:
        with self._lock:
            if origins is self._origins:  # no other thread was faster
                self._older, self._origins = origins, {}

    def origin(
        self, topic: str, key: tuple[str, str], message: Any, peers: Collection[Peer]
    ) -> Peer | None:
        """
        Give the peer that a value came from which is about to be sent; None if unknown.

        :param peers: the peers that it is sent to besides.
        """
        stamp_ns = header_stamp_ns(message)
        if stamp_ns is not None:
            return self.origin_of(topic, key, stamp_ns)
        data = _data(message)
        origin = None
        with self._lock:
            now = time.monotonic()
            lasts = [(name, self._last.get(name, {}).values()) for name in (topic, key)]
            for name, last in lasts:
                # of equal ones the last one tells
                late = self._late.get((name, data))
                said = next((one for one in last if one.data == data), late)
                if said is not None and now < said.until:
                    origin = origin or said.origin()
            for one in chain.from_iterable(last for _, last in lasts):
                if one.origin() is not origin and one.origin() in peers:
                    one.until = now
        return origin

    def origin_of(self, topic: str, key: tuple[str, str], stamp_ns: int) -> Peer | None:
        """Tell it of a value that is known by its stamp in nanoseconds."""
        if not self._older or not stamp_ns:
            return None
        first, second = (topic, stamp_ns), (key, stamp_ns)
        new, old = self._origins.get, self._older.get  # in this order
        origin = new(first) or old(first) or new(second) or old(second)
        return origin() if origin else None


def _data(message: Any) -> int | None:
    """Tell what a message without stamp holds, in a number; None if it cannot be told."""
    data = getattr(message, 'data', None)
    if isinstance(data, _BUFFERS):
        view = memoryview(data)
        return hash(view.tobytes()) if view.nbytes < 4096 else crc64(view)
    return None if data is None else hash(data)
