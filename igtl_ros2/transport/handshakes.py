"""The connections in the TLS handshake, and which of them is dropped when there are too many."""

from __future__ import annotations

from collections import Counter
from typing import Protocol

from ..config.address import network_of

#: how many clients may be in the TLS handshake at once, if no more may be connected
MAX_HANDSHAKES = 64
# How long a handshake may take when all places are taken
_SHORT_S = 1.0


class Handshake(Protocol):
    """A connection in the TLS handshake."""

    host: str
    began_s: float

    @property
    def is_silent(self) -> bool:
        """Whether nothing has come from it yet, or nothing can."""

    def abort(self) -> None:
        """Close at once."""

    def give_way(self, why: str) -> None:
        """End it."""


class Handshakes:
    """
    The connections that are in the TLS handshake, bounded.

    When all places are taken, a new client gets that of the address that has the most of them (an
    IPv6 address stands for its network of 64 bits): of what has been silent longest, else of what
    has taken longer than a second, and else of its oldest, if the new one has fewer or it is the
    new one's own and has over half of all. So nobody can keep others out by saying nothing, or
    little: a good handshake is over long before as many others have begun as there are places.

    :param most: how many there may be.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._streams: dict[Handshake, str] = {}

    def __len__(self) -> int:
        return len(self._streams)

    def add(self, stream: Handshake) -> None:
        self._streams[stream] = network_of(stream.host)

    def discard(self, stream: Handshake) -> None:
        self._streams.pop(stream, None)

    def why_not(self, host: str, now_s: float) -> str:
        """Make room for a new client; tells why there is none, else an empty text."""
        if len(self._streams) < self._most:
            return ''
        counts = Counter(self._streams.values())
        counts[network_of(host)] += 1
        most = max(counts.values())
        # the oldest first, as they have begun
        greedy = [stream for stream, network in self._streams.items() if counts[network] == most]
        late = [stream for stream in greedy if now_s - stream.began_s > _SHORT_S]
        silent = [stream for stream in (greedy if most > 1 else late) if stream.is_silent]
        is_crowded = most > min(counts[network_of(host)], self._most / 2 + 1)
        crowd = greedy if is_crowded else []
        goes = next(iter([*silent, *late, *crowd]), None)
        if goes is None:
            return f'{self._most} other clients are in the TLS handshake'
        self.discard(goes)
        goes.give_way(f'no TLS handshake within {now_s - goes.began_s:.1f} s, while {self._most} '
                      f'clients are in it, {most} of this address or network')
        return ''

    def clear(self) -> list[Handshake]:
        streams = list(self._streams)
        self._streams.clear()
        return streams
