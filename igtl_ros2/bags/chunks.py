"""MCAP files chunk by chunk: which ones are whole, and what is lost with the others."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

from mcap.opcode import Opcode
from mcap.records import ChunkIndex

from .lost import Lost
from .records import CONTENTS, ENTRY, RECORD, SPOILED, Recorded, parse
from .scan import INDEXED, Part, Scan


@dataclass(frozen=True, slots=True)
class Topic:
    """What a file says of a channel and of its type."""

    name: str
    type_name: str
    encoding: str
    schema_encoding: str
    definition: bytes
    metadata: dict[str, str]


class McapFile(Scan):
    """
    An MCAP file, of which every whole chunk is read, whatever is wrong with the others.

    :param path: the file.
    :param index: whether an index whose checksum is right is believed, which spares reading the
        file when it is opened.
    :param progress: called with how much was read, and the size.
    :raises BagError: if it cannot be read.
    """

    def __init__(
        self, path: Path, *, index: bool = False,
        progress: Callable[[int, int], None] = lambda done, size: None,
    ) -> None:
        super().__init__(path)
        self.topics: dict[int, Topic] = {}
        try:
            if index and self._is_indexed and self._believe_index():
                self._make_topics()
                return
            self._scan(progress)
            self._make_topics()
            self._compare()
        finally:
            self.close()

    # -- what is in it

    def _believe_index(self) -> bool:
        """Take what the index says; false if messages are outside of chunks."""
        assert self._footer is not None  # it is indexed
        position = self._footer.summary_start
        try:
            while position < self._end:
                opcode, length = RECORD.unpack(self._read(position, RECORD.size))
                self._summary(opcode, self._read(position + RECORD.size, length), INDEXED)
                position += RECORD.size + length
        except SPOILED:
            self._statistics = None  # its checksum is right, and it is none
        if self._statistics is None:
            self._indexed.clear()
            return False
        for entry in self._indexed:
            self.parts.append(Part(
                entry.chunk_start_offset, entry.chunk_length, entry.message_start_time,
                entry.message_end_time, _counts(entry)))
        numbers = sum(sum(part.counts.values()) for part in self.parts)
        if numbers == self._statistics.message_count:
            return True
        self.parts.clear()
        self._indexed.clear()
        return False

    def _compare(self) -> None:
        if not (self.has_magic and self.has_header and self.has_end):
            self.is_whole = False
        if self._is_indexed:
            found = {part.offset for part in self.parts}
            numbers = [sum(_counts(entry).values()) for entry in self._indexed]
            if self._statistics is not None and self._statistics.message_count == sum(numbers):
                # it knows better than anything else what was there
                gone = {
                    entry.chunk_start_offset: Lost(
                        self.path.name, entry.chunk_start_offset, entry.chunk_length,
                        entry.message_start_time, entry.message_end_time, number)
                    for entry, number in zip(self._indexed, numbers)
                    if entry.chunk_start_offset not in found}
                self.lost = [lost for lost in gone.values() if lost.messages]
        else:
            wanted = [
                (e.chunk_start_offset, e.chunk_length, e.message_start_time, e.message_end_time)
                for e in self._indexed]
            found_parts = [(p.offset, p.size, p.start_ns, p.end_ns) for p in self.parts]
            if self._footer is None or self._has_chunks and wanted != found_parts:
                self.is_whole = False
        if self.lost:
            self.is_whole = False
        for part in self.parts:
            unknown = sum(n for channel, n in part.counts.items() if channel not in self.topics)
            if unknown:
                self.is_whole = False
                self.lost.append(Lost(
                    self.path.name, part.offset, part.size, part.start_ns, part.end_ns, unknown,
                    'of topics that nothing describes any more'))

    def _make_topics(self) -> None:
        for key, (_, channel) in sorted(self._channels.items()):
            schema = self._schemas.get(channel.schema_id, (0, None))[1]
            if schema is None and channel.schema_id:
                continue
            self.topics[key] = Topic(
                channel.topic, schema.name if schema else '', channel.message_encoding,
                schema.encoding if schema else '', schema.data if schema else b'',
                channel.metadata)

    # -- reading

    @property
    def is_unfinished(self) -> bool:
        """Whether it is as `BagWriter` leaves it while it writes: it ends, but has no index."""
        return self.has_end and self._footer is None

    @property
    def messages(self) -> int:
        """How many messages are in it that can be read."""
        known = self.topics
        return sum(
            n for part in self.parts for channel, n in part.counts.items() if channel in known)

    def read(self, part: Part) -> list[Recorded] | None:
        """Read the messages of a part in the order of the file; None if it is spoiled."""
        opcode, length = RECORD.unpack(self._read(part.offset, RECORD.size).ljust(9, b'\0'))
        if opcode == Opcode.MESSAGE:
            return parse(self._read(part.offset, part.size)).messages
        found = self._read_chunk(part.offset, length, is_named=opcode == Opcode.CHUNK)
        return None if found is None else found[0].messages

    def in_order(
        self, channels: Iterable[int], skipped: Callable[[Lost], None]
    ) -> Iterator[Recorded]:
        """
        Give the messages of some channels in the order of time.

        :param skipped: is told of each chunk that turns out to be spoiled.
        """
        wanted = frozenset(channels)
        sources = [
            self._timed(part, wanted, skipped)
            for part in self.parts
            if not wanted.isdisjoint(part.counts)]
        try:
            for _, message in heapq.merge(*sources, key=itemgetter(0)):
                if message is not None:
                    yield message
        finally:
            self.close()

    def _timed(
        self, part: Part, wanted: frozenset[int], skipped: Callable[[Lost], None]
    ) -> Iterator[tuple[int, Recorded | None]]:
        yield part.start_ns, None  # it is read when it is its turn
        messages: Any = self.read(part)
        if messages is None:
            number = sum(part.counts.values())
            skipped(Lost(
                self.path.name, part.offset, part.size, part.start_ns, part.end_ns, number))
            return
        for message in sorted(messages, key=itemgetter(1)):
            if message.channel in wanted:
                yield message.log_ns, message


def _counts(entry: ChunkIndex) -> dict[int, int]:
    """Count the messages of a chunk by channel, of which only the index says where it lies."""
    places = sorted((place, channel) for channel, place in entry.message_index_offsets.items())
    ends = [place for place, _ in places[1:]]
    ends.append(entry.chunk_start_offset + entry.chunk_length + entry.message_index_length)
    head = RECORD.size + CONTENTS.size
    return {
        channel: max(0, end - place - head) // ENTRY.size
        for (place, channel), end in zip(places, ends)}
