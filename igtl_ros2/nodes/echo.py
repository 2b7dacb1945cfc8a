"""Remember from whom a value came, so that it is not sent back to where it came from."""

from __future__ import annotations

import threading
import weakref
from array import array
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

import numpy as np

from ..codec.crc64 import crc64
from ..converters.units import ns_from_time
from ..peers import Peer

_MEMORY = 4096
_BUFFERS: tuple[type[Any], ...] = (array, np.ndarray, memoryview)


class EchoGuard:
    """
    The origin of the values that were published last.

    A value is known again by its stamp (or by its data, where it has none), on the topic on
    which it was published or under the type and device that it came with.
    """

    def __init__(self) -> None:
        """Know nothing yet."""
        self._lock = threading.Lock()
        # weakly, so that the memory of a peer ends with its connection
        self._origins: OrderedDict[Hashable, weakref.ref[Peer]] = OrderedDict()

    def published(self, peer: Peer, topic: str, key: tuple[str, str], message: Any) -> None:
        """Note that a value of a peer is published on a topic."""
        value = _value(message)
        if value is not None:
            self.note(peer, topic, key, value)

    def note(self, peer: Peer, topic: str, key: tuple[str, str], value: Hashable) -> None:
        """Note it of a value that is known by its stamp in nanoseconds, or by its data."""
        origin, origins = weakref.ref(peer), self._origins
        with self._lock:
            for name in ((topic, value), (key, value)):
                if name in origins:
                    origins.move_to_end(name)
                origins[name] = origin
            while len(origins) > _MEMORY:
                origins.popitem(last=False)

    def origin(self, topic: str, key: tuple[str, str], message: Any) -> Peer | None:
        """Tell from whom a value came that is about to be sent; None if from nobody known."""
        return self.origin_of(topic, key, _value(message))

    def origin_of(self, topic: str, key: tuple[str, str], value: Hashable) -> Peer | None:
        """Tell it of a value that is known by its stamp in nanoseconds, or by its data."""
        if not self._origins:
            return None
        with self._lock:
            origin = self._origins.get((topic, value)) or self._origins.get((key, value))
        return origin() if origin else None


def _value(message: Any) -> Hashable:
    header = getattr(message, 'header', None)
    if header is not None:
        return ns_from_time(header.stamp) or None
    data = getattr(message, 'data', None)
    if isinstance(data, _BUFFERS):
        view = memoryview(data)
        return view.tobytes() if view.nbytes < 4096 else (view.nbytes, crc64(view))
    return data
