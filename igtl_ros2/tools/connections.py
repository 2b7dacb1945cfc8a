"""Who said what to whom in a capture, and which of it counts as what a device said."""

from __future__ import annotations

from array import array
from pathlib import Path
from typing import NamedTuple

from ..codec import HEADER_SIZE
from ..errors import FileError
from .recordings import Packets, Seen

#: sender and receiver
Ends = tuple[str, str]
# how much later a client may get what another one has got
_LAG_NS = 1_000_000_000


class _Said(NamedTuple):
    """What was said in one direction of a connection: when, and what the heads were."""

    times: array[int]
    heads: array[int]

    def borders(self) -> _Borders:
        begin, end = min(self.times), max(self.times)
        return _Borders(begin, end, frozenset(
            head for time_ns, head in zip(self.times, self.heads)
            if time_ns - begin <= _LAG_NS or end - time_ns <= _LAG_NS))


class _Borders(NamedTuple):
    """
    When a connection spoke, in ns.

    :param heads: of what it said at its beginning and end: copies come a bit sooner or later.
    """

    begin: int
    end: int
    heads: frozenset[int]

    def has(self, time_ns: int, head: int) -> bool:
        """Tell whether a message of another client is a copy."""
        if self.begin <= time_ns <= self.end:
            return True
        is_near = self.begin - _LAG_NS <= time_ns <= self.end + _LAG_NS
        return is_near and head in self.heads


class _Way(NamedTuple):
    """
    A direction of a connection that counts.

    :param others: what counts before it.
    """

    is_to_device: bool
    others: list[_Borders]

    def counts(self, time_ns: int, head: int) -> bool:
        return not any(other.has(time_ns, head) for other in self.others)


class Connections:
    """
    The connections of a capture.

    A device is the server of a connection. It sends the same to all its clients, so of connections
    at the same time the one with the most messages stands for all of them. Those that came one
    after the other, as of a client that was away, belong together.

    :param direction: what the servers said (from), what was said to them (to), or both.
    :raises FileError: if it cannot be read, or nothing of the kind is in it.
    """

    def __init__(self, path: Path, direction: str) -> None:
        packets = Packets(path)
        said: dict[Ends, _Said] = {}
        for seen in packets:
            way = said.setdefault(_ends(seen), _Said(array('q'), array('q')))
            way.times.append(seen.time_ns)
            way.heads.append(_head(seen))
        if not said:
            raise FileError(f'{path}: there is no message of OpenIGTLink in it')
        #: what is missing in the capture
        self.missing = packets.notes()
        self.begin_ns = min(min(way.times) for way in said.values())
        self.end_ns = max(max(way.times) for way in said.values())
        self._said = dict(sorted(said.items(), key=lambda item: -len(item[1].times)))
        self._ways = _chosen(self._said, packets.servers, direction)
        if not self._ways:
            raise FileError(
                f'{path}: nothing was said {"by" if direction == "from" else "to"} a device; '
                'the other --direction has something')

    def has(self, seen: Seen) -> bool:
        """Tell whether a message counts."""
        way = self._ways.get(_ends(seen))
        return way is not None and way.counts(seen.time_ns, _head(seen))

    def is_to_device(self, seen: Seen) -> bool:
        """Tell where a message that counts went."""
        return self._ways[_ends(seen)].is_to_device

    def notes(self, words: dict[bool, str]) -> list[str]:
        """
        Tell what counts and what does not.

        :param words: for what counts, and for what does not; without one nothing is told of it.
        """
        notes = []
        for ends, said in self._said.items():
            way = self._ways.get(ends)
            counting = sum(map(way.counts, *said)) if way is not None else 0
            notes += [
                f'{words[counts]}: {count} messages from {ends[0]} to {ends[1]}'
                for counts, count in ((True, counting), (False, len(said.times) - counting))
                if count and counts in words]
        return notes


def _ends(seen: Seen) -> Ends:
    source, _, target = seen.source.removesuffix(' (UDP)').partition(' > ')
    return source, target


def _head(seen: Seen) -> int:
    """Tell messages apart: their heads have a stamp and a checksum."""
    return hash(seen.frame[:HEADER_SIZE])


def _chosen(
    said: dict[Ends, _Said], servers: set[str], direction: str
) -> dict[Ends, _Way]:
    """
    Choose the directions of connections that count.

    :param said: those with the most messages come first.
    :param servers: ends that accepted a connection; of other connections the side that says more.
    """
    found: dict[Ends, _Way] = {}
    heard: dict[str, list[_Borders]] = {}
    for (source, target), way in said.items():
        if source in servers or target in servers:
            is_to_device = source not in servers
        else:
            back = said.get((target, source))
            is_to_device = back is not None and len(way.times) < len(back.times)
        if direction != 'both' and is_to_device != (direction == 'to'):
            continue
        # what clients say is not the same
        others = [] if is_to_device else heard.setdefault(source, [])
        found[source, target] = _Way(is_to_device, [*others])
        others.append(way.borders())
    return found
