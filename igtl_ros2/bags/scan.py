"""An MCAP file from its begin to its end: what is found there, and what is spoiled."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from struct import Struct
from typing import TypeVar

from mcap.opcode import Opcode
from mcap.records import Attachment, Channel, ChunkIndex, Header, Metadata, Schema, Statistics
from mcap.writer import MCAP0_MAGIC

from .lost import Lost
from .records import (
    CHUNK,
    CONTENTS,
    ENTRY,
    FOOTER,
    FOOTER_BYTES,
    GAP,
    LENGTH,
    MESSAGE,
    RECORD,
    SPOILED,
    WINDOW_BYTES,
    ChunkReader,
    read_as,
)

_RUN_BYTES = 1 << 20
_MOST_DESCRIBED = 1 << 16
# a chunk's length has less than 40 bits, and its compression is one of three
_CHUNK_START = re.compile(
    rb'\x06(?=.{5}\0\0\0.{28}(?:\0\0\0\0|\x04\0\0\0zstd|\x03\0\0\0lz4))', re.DOTALL
)
_RECORD_START = re.compile(rb'[\x03-\x07\x0f](?=.{5}\0\0\0)', re.DOTALL)
#: a record with the times of the messages of a channel
_INDEX = Struct('<BQHI')
_INDEX_START = re.compile(rb'\x07.{5}\0\0\0.{6}', re.DOTALL)
# what holds no messages, and ends before the next chunk begins
_NO_MESSAGES = (Opcode.SCHEMA, Opcode.CHANNEL, Opcode.MESSAGE_INDEX, Opcode.DATA_END, GAP)
#: whose word counts if copies of a channel differ
_SAID, INDEXED, _CHECKED = 1, 2, 3
_Described = TypeVar('_Described', Schema, Channel)


@dataclass(slots=True)
class Part:
    """A chunk, or some messages that are in none."""

    offset: int
    size: int
    start_ns: int
    end_ns: int
    counts: dict[int, int] = field(default_factory=dict)


class Scan(ChunkReader):
    """What is found in a file that is gone through, however much is spoiled; see `McapFile`."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.parts: list[Part] = []
        self.lost: list[Lost] = []
        #: metadata and attachments: opcode, offset and size
        self.extras: list[tuple[int, int, int]] = []
        self._schemas: dict[int, tuple[int, Schema]] = {}
        self._channels: dict[int, tuple[int, Channel]] = {}
        self._indexed: list[ChunkIndex] = []
        self._statistics: Statistics | None = None
        self._data_end = self._end
        self._has_chunks = False
        #: the last chunk that is spoiled, if nothing but its index has come since
        self._spoiled_chunk: Lost | None = None
        self._expected: dict[int, list[tuple[int, int]]] = {}

    def _scan(self, progress: Callable[[int, int], None]) -> None:
        position = len(MCAP0_MAGIC)
        while position < self._end:
            progress(position, self._size)
            after = self._record(position)
            if after is None:
                after = self._next_whole(position + 1)
                self._note_spoiled(position, after)
            position = after
        progress(self._size, self._size)

    def _record(self, position: int) -> int | None:
        """Take in the record at a position, and tell where the next is; None if it is spoiled."""
        head = self._read(position, RECORD.size)
        if len(head) < RECORD.size:
            return None
        opcode, length = RECORD.unpack(head)
        start = position + RECORD.size
        after: int = start + length
        if opcode > GAP and (end := self._chunk(position, length, is_named=False)) is not None:
            return end
        if opcode != Opcode.CHUNK and after <= self._end:
            try:
                if self._take_other(opcode, position, start, length):
                    return after
            except SPOILED:
                pass  # it may be a chunk whose opcode is spoiled
        return self._chunk(position, length, is_named=opcode == Opcode.CHUNK)

    def _take_other(self, opcode: int, position: int, start: int, length: int) -> bool:
        """Take in what is no chunk; false if it is not what it says it is."""
        after = start + length
        if opcode == Opcode.MESSAGE:
            if length < MESSAGE.size or self._has_chunks:
                return False  # that is an index, or inside of a spoiled chunk
            if not self._is_description(start, length):
                self._take_message(position, start, length)
            return True
        if opcode == GAP:
            return True
        if opcode > GAP:
            return self._is_record(after)
        if opcode == Opcode.MESSAGE_INDEX:
            self._take_message_index(self._read(start, length))
            return True
        if opcode in (Opcode.ATTACHMENT, Opcode.METADATA):
            self.extra(opcode, start, length)
            self.extras.append((opcode, start, length))
            return True
        body = self._read(start, length)
        if opcode == Opcode.DATA_END:
            self._data_end = position
            return length == LENGTH.size
        if opcode == Opcode.FOOTER:
            return after == self._end and length == FOOTER.size
        if self._is_past_data(position):
            self._summary(opcode, body, INDEXED if self._is_indexed else _SAID)
            return Opcode.HEADER < opcode < Opcode.DATA_END
        if opcode == Opcode.HEADER:
            read_as(Header, body)
            return True
        if opcode in (Opcode.SCHEMA, Opcode.CHANNEL):
            self._summary(opcode, body, _SAID)
            return True
        return False

    def _is_description(self, start: int, length: int) -> bool:
        """Take in a channel or a header that says that it is a message, if it is one."""
        body = self._read(start, length) if length <= _MOST_DESCRIBED else b''
        for kind in (Channel, Header):
            try:
                found = read_as(kind, body)
            except SPOILED:
                continue
            if isinstance(found, Channel):
                self._take(self._channels, found, _SAID)
            self.is_whole = False
            return True
        return False

    def _summary(self, opcode: int, body: bytes, rank: int) -> None:
        if opcode == Opcode.SCHEMA:
            self._take(self._schemas, read_as(Schema, body), rank)
        elif opcode == Opcode.CHANNEL:
            self._take(self._channels, read_as(Channel, body), rank)
        elif opcode == Opcode.CHUNK_INDEX:
            self._indexed.append(read_as(ChunkIndex, body))
        elif opcode == Opcode.STATISTICS:
            self._statistics = read_as(Statistics, body)

    def _is_past_data(self, position: int) -> bool:
        start = self._footer.summary_start if self._footer is not None else self._end
        return position > self._data_end or position >= start

    def _take_message(self, position: int, start: int, length: int) -> None:
        channel, _, log_ns, _ = MESSAGE.unpack(self._read(start, MESSAGE.size))
        end = start + length
        last = self.parts[-1] if self.parts else None
        if last is None or last.offset + last.size != position or last.size > _RUN_BYTES:
            last = Part(position, 0, log_ns, log_ns)
            self.parts.append(last)
            self._fill_in(last.start_ns)
        last.size = end - last.offset
        last.start_ns, last.end_ns = min(last.start_ns, log_ns), max(last.end_ns, log_ns)
        last.counts[channel] = last.counts.get(channel, 0) + 1

    def _take_message_index(self, body: bytes) -> None:
        channel, size = CONTENTS.unpack_from(body)
        if size + CONTENTS.size != len(body) or size % ENTRY.size:
            raise ValueError('an index that is longer or shorter than it says')
        entries = [(log_ns, offset) for log_ns, offset in ENTRY.iter_unpack(body[CONTENTS.size :])]
        lost = self._spoiled_chunk
        if lost is None:
            if self._expected.get(channel) != entries:
                self.is_whole = False  # others find their messages by it
        elif entries:
            times = [log_ns for log_ns, _ in entries]
            first = lost.messages is None
            lost.messages = (lost.messages or 0) + len(entries)
            lost.start_ns = min(times) if first else min(lost.start_ns, *times)
            lost.end_ns = max(times) if first else max(lost.end_ns, *times)

    def _take(
        self, known: dict[int, tuple[int, _Described]], described: _Described, rank: int
    ) -> None:
        """Take in a schema or channel, of which there may be more copies."""
        found = known.get(described.id)
        if found is not None and found[1] != described:
            self.is_whole = False
        if found is None or found[0] < rank:
            known[described.id] = rank, described

    def extra(self, opcode: int, start: int, length: int) -> Attachment | Metadata:
        """Read one of `extras`."""
        body = self._read(start, length)
        if opcode == Opcode.METADATA:
            return read_as(Metadata, body)
        return read_as(Attachment, body)

    def _chunk(self, position: int, length: int, *, is_named: bool) -> int | None:
        """
        Take in the chunk at a position, and tell what comes after it; None if there is none.

        Its checksum alone decides: whatever else its beginning says wrongly does not matter.
        """
        found = self._read_chunk(position, length, is_named=is_named)
        start = position + RECORD.size
        if found is None:
            end = self._sure_end(start, length)
            # where bytes are missing, or too many, the next record is not where it should be
            if end is None or not is_named or not self._is_record(end):
                return None
            self._has_chunks = True
            self._spoiled_chunk = self._lose(position, end)
            return end
        contents, end, is_right = found
        self._has_chunks = True
        self._spoiled_chunk = None
        self._expected = contents.index
        self.is_whole = self.is_whole and is_right
        checked = _CHECKED if CHUNK.unpack(self._read(start, CHUNK.size))[3] else _SAID
        for schema in contents.schemas.values():
            self._take(self._schemas, schema, checked)
        for channel in contents.channels.values():
            self._take(self._channels, channel, checked)
        if contents.messages:
            times = [message.log_ns for message in contents.messages]
            counts = {channel: len(entries) for channel, entries in contents.index.items()}
            self.parts.append(Part(position, end - position, min(times), max(times), counts))
            self._fill_in(min(times))
        return end

    def _next_whole(self, position: int) -> int:
        stops = [self._end]
        if self._footer is not None and self._footer.summary_start >= position:
            stops.append(self._footer.summary_start)
        if self.has_end and self._end - FOOTER_BYTES >= position:
            stops.append(self._end - FOOTER_BYTES)
        stop = min(stops)
        found = self._find(_CHUNK_START, position, stop, self._is_chunk)
        if found is None and not self._has_chunks:
            found = self._find(_RECORD_START, position, stop, self._is_chain)
        return stop if found is None else found

    def _note_spoiled(self, start: int, end: int) -> None:
        self.is_whole = False
        head = self._read(start, RECORD.size + CONTENTS.size).ljust(15, b'\0')
        opcode, length = RECORD.unpack_from(head)
        size = CONTENTS.unpack_from(head, RECORD.size)[1]
        is_index = (
            self._is_past_data(start)
            or opcode in _NO_MESSAGES
            or length == size + CONTENTS.size  # of an index whose opcode is spoiled
            or start == len(MCAP0_MAGIC) and opcode == Opcode.HEADER)
        indexes = list(self._other_indexes(start, end))
        if indexes:  # of a chunk whose beginning nobody can find any more
            self._spoiled_chunk = self._spoiled_chunk or self._lose(start, end)
            for index in indexes:
                self._take_message_index(index)
            return
        places = range(start, end, WINDOW_BYTES)
        if not is_index and any(
            self._read(place, min(WINDOW_BYTES, end - place)).strip(b'\0') for place in places
        ):
            self._lose(start, end)

    def _other_indexes(self, start: int, end: int) -> Iterator[bytes]:
        """Find the indexes in a spoiled place that are not those of the chunk before it."""
        data = self._read(start, min(end - start, WINDOW_BYTES))
        for match in _INDEX_START.finditer(data):
            begin = match.end()
            _, length, channel, size = _INDEX.unpack(match[0])
            body = data[begin - CONTENTS.size : begin + size]
            if not length == size + CONTENTS.size == len(body) or not size or size % ENTRY.size:
                continue
            if self._expected.get(channel) != list(ENTRY.iter_unpack(data[begin : begin + size])):
                yield body

    def _lose(self, start: int, end: int) -> Lost:
        self.is_whole = False
        before = self.parts[-1].end_ns if self.parts else 0
        lost = Lost(self.path.name, start, end - start, before)
        self.lost.append(lost)
        return lost

    def _fill_in(self, start_ns: int) -> None:
        """Note what comes after those that are lost, and of which nothing else is known."""
        for lost in reversed(self.lost):
            if lost.end_ns:
                break
            lost.end_ns = start_ns
