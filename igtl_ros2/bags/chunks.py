"""MCAP files chunk by chunk: which ones are whole, and what is lost with the others."""

from __future__ import annotations

import heapq
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from io import BytesIO
from operator import itemgetter
from pathlib import Path
from struct import Struct
from struct import error as StructError
from typing import Any, NamedTuple, TypeVar

import lz4.frame as lz4_frame  # type: ignore[import-untyped]
import zstandard
from mcap.data_stream import ReadDataStream
from mcap.exceptions import EndOfFile, McapError
from mcap.opcode import Opcode
from mcap.records import (
    Attachment,
    Channel,
    ChunkIndex,
    Footer,
    Header,
    Metadata,
    Schema,
    Statistics,
)
from mcap.writer import MCAP0_MAGIC

from ..errors import BagError

#: opcode and length of a record
RECORD = Struct('<BQ')
#: the record that `BagWriter` has between what it has written and the end of a file; the
#: format's specification leaves its opcode to applications
GAP = 0x80
_CHUNK = Struct('<QQQI')  # times, size of the contents, their checksum
_MESSAGE = Struct('<HIQQ')
_LENGTH = Struct('<I')
_SIZE = Struct('<Q')
_FOOTER = Struct('<QQI')
_FOOTER_BYTES = RECORD.size + _FOOTER.size
_CONTENTS = Struct('<HI')
_ENTRY = Struct('<QQ')
_COMPRESSIONS = (b'zstd', b'lz4', b'')
_MAX_CONTENTS = 1 << 32
_RUN_BYTES = 1 << 20
_WINDOW_BYTES = 4 << 20
# a chunk's length has less than 40 bits, and its compression is one of three
_CHUNK_START = re.compile(
    rb'\x06(?=.{5}\0\0\0.{28}(?:\0\0\0\0|\x04\0\0\0zstd|\x03\0\0\0lz4))', re.DOTALL
)
_RECORD_START = re.compile(rb'[\x03-\x07\x0f](?=.{5}\0\0\0)', re.DOTALL)
_PATTERN_BYTES = 64
#: so many records in a row are no chance
_CHAIN = 4
# what holds no messages, and ends before the next chunk begins
_NO_MESSAGES = (Opcode.SCHEMA, Opcode.CHANNEL, Opcode.MESSAGE_INDEX, Opcode.DATA_END, GAP)
# whose word counts if copies of a channel differ
_SAID, _INDEXED, _CHECKED = 1, 2, 3
_SPOILED = (
    McapError, StructError, ValueError, LookupError, EOFError, MemoryError, OverflowError,
    RuntimeError, zstandard.ZstdError,
)


_Record = TypeVar('_Record')


class Recorded(NamedTuple):
    """A message of a file."""

    channel: int
    log_ns: int
    publish_ns: int
    sequence: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Topic:
    """What a file says of a channel and of its type."""

    name: str
    type_name: str
    encoding: str
    schema_encoding: str
    definition: bytes
    metadata: dict[str, str]


@dataclass(slots=True)
class Part:
    """A chunk, or some messages that are in none."""

    offset: int
    size: int
    start_ns: int
    end_ns: int
    counts: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class Lost:
    """A place of a bag whose messages are lost."""

    file: str
    offset: int
    size: int
    #: they are not before the one and not after the other; 0: nobody knows
    start_ns: int = 0
    end_ns: int = 0
    #: how many; None: nobody knows
    messages: int | None = None
    why: str = 'damaged'

    def words(self, begin_ns: int) -> str:
        """
        Say what is lost.

        :param begin_ns: when the bag begins.
        """
        if self.start_ns and self.end_ns:
            span = f'from {_when(self.start_ns, begin_ns)} to {_when(self.end_ns, begin_ns)}'
        elif self.start_ns:
            span = f'after {_when(self.start_ns, begin_ns)}'
        elif self.end_ns:
            span = f'before {_when(self.end_ns, begin_ns)}'
        else:
            span = 'at times that nothing tells'
        number = 'messages' if self.messages is None else f'{self.messages} messages'
        many = '' if self.messages is not None else ', how many is not known'
        place = f'{self.file}, {self.size} bytes at {self.offset}: {self.why}'
        return f'{number} {span}{many} ({place})'


def _when(time_ns: int, begin_ns: int) -> str:
    try:
        day = datetime.fromtimestamp(time_ns // 10**9, timezone.utc).strftime('%Y-%m-%d %H:%M:%S')
    except (OverflowError, ValueError, OSError):
        day = f'{time_ns // 10**9}'
    text = f'{day}.{time_ns % 10**9 // 10**6:03} UTC'
    return f'{(time_ns - begin_ns) / 1e9:.3f} s ({text})' if begin_ns else text


@dataclass(slots=True)
class _Contents:
    """What is in a chunk, or in messages outside of one."""

    messages: list[Recorded]
    schemas: dict[int, Schema]
    channels: dict[int, Channel]
    #: where the messages of each channel are, as an index says it
    index: dict[int, list[tuple[int, int]]]
    size: int


def _decompressed(data: bytes, compression: bytes, size: int) -> bytes:
    if compression == b'zstd':
        told = zstandard.frame_content_size(data)
        if max(told, size if told < 0 else 0) > _MAX_CONTENTS:
            raise ValueError('a chunk of more than 4 GiB')
        return zstandard.ZstdDecompressor().decompress(
            data, max_output_size=max(size, 1), allow_extra_data=False
        )
    if compression == b'lz4':
        if lz4_frame.get_frame_info(data)['content_size'] > _MAX_CONTENTS:
            raise ValueError('a chunk of more than 4 GiB')
        contents, used = lz4_frame.decompress(data, return_bytes_read=True)
        if used != len(data):
            raise ValueError('more than a chunk')
        return bytes(contents)
    return data


def _parse(data: bytes) -> _Contents:
    """
    Take apart what is in a chunk.

    :raises ValueError: or another of `_SPOILED`, if it is not what it has to be.
    """
    found = _Contents([], {}, {}, {}, len(data))
    offset, end = 0, len(data)
    while offset < end:
        opcode, length = RECORD.unpack_from(data, offset)
        start = offset + RECORD.size
        after = start + length
        if after > end:
            raise ValueError('a record that is longer than its chunk')
        if opcode == Opcode.MESSAGE:
            channel, sequence, log_ns, publish_ns = _MESSAGE.unpack_from(data, start)
            payload = data[start + _MESSAGE.size : after]
            found.messages.append(Recorded(channel, log_ns, publish_ns, sequence, payload))
            found.index.setdefault(channel, []).append((log_ns, offset))
        elif opcode == Opcode.SCHEMA:
            schema = _read_as(Schema, data[start:after])
            found.schemas[schema.id] = schema
        elif opcode == Opcode.CHANNEL:
            channel_record = _read_as(Channel, data[start:after])
            found.channels[channel_record.id] = channel_record
        offset = after
    return found


class _StrictStream(ReadDataStream):
    """Bytes of which there must be as many as are asked for."""

    def read(self, length: int) -> bytes:
        """Read them."""
        data = bytes(super().read(length))
        if len(data) < length:
            raise EndOfFile
        return data


def _read_as(kind: type[_Record], data: bytes) -> _Record:
    """
    Read a record from what is behind its length.

    :raises ValueError: or another of `_SPOILED`, if it is none, or not of that length.
    """
    stream = _StrictStream(BytesIO(data))
    record: _Record = kind.read(stream)  # type: ignore[attr-defined]  # each has it
    if stream.count != len(data):
        raise ValueError('a record that is longer than what it says')
    return record


class McapFile:
    """
    An MCAP file, of which every whole chunk is read, whatever is wrong with the others.

    :param path: the file.
    :param index: whether an index whose checksum is right is believed, which spares reading the
        file when it is opened.
    :param progress: called with how much was read, and the size.
    :raises BagError: if it cannot be read.
    """

    def __init__(
        self,
        path: Path,
        *,
        index: bool = False,
        progress: Callable[[int, int], None] = lambda done, size: None,
    ) -> None:
        """Find out what is in it."""
        self.path = path
        self.parts: list[Part] = []
        self.lost: list[Lost] = []
        #: metadata and attachments: opcode, offset and size
        self.extras: list[tuple[int, int, int]] = []
        self.topics: dict[int, Topic] = {}
        self.compression = b'zstd'
        #: whether it is as a writer leaves it that has finished
        self.is_whole = True
        self._schemas: dict[int, tuple[int, Schema]] = {}
        self._channels: dict[int, tuple[int, Channel]] = {}
        self._indexed: list[ChunkIndex] = []
        self._statistics: Statistics | None = None
        self._has_chunks = False
        #: the last chunk that is spoiled, if nothing but its index has come since
        self._spoiled_chunk: Lost | None = None
        self._expected: dict[int, list[tuple[int, int]]] = {}
        try:
            self._file = path.open('rb')
        except OSError as error:
            raise BagError(f'{path}: {error.strerror}') from error
        try:
            self._open(index, progress)
        finally:
            self.close()

    def close(self) -> None:
        """Close it, until something is read again: a bag may have more files than can be open."""
        self._file.close()

    # -- the whole file

    def _open(self, index: bool, progress: Callable[[int, int], None]) -> None:
        self._size = self._file.seek(0, 2)
        self.has_magic = self._read(0, len(MCAP0_MAGIC)) == MCAP0_MAGIC
        tail = self._read(self._size - len(MCAP0_MAGIC), len(MCAP0_MAGIC))
        self.has_end = self._size >= 2 * len(MCAP0_MAGIC) and tail == MCAP0_MAGIC
        self._end = self._size - len(MCAP0_MAGIC) if self.has_end else self._size
        self._data_end = self._end
        self.has_header = self._header()
        self._footer: Footer | None = None
        self._is_indexed = False
        self._read_footer()
        if index and self._is_indexed and self._believe_index():
            self._make_topics()
            return
        self._scan(progress)
        self._make_topics()
        self._compare()

    def _read(self, offset: int, size: int) -> bytes:
        if not 0 <= offset < self._size:
            return b''
        try:
            if self._file.closed:
                self._file = self.path.open('rb')
            self._file.seek(offset)
            return self._file.read(min(size, self._size - offset))
        except OSError as error:
            raise BagError(f'{self.path}: {error.strerror or error}') from error

    def _header(self) -> bool:
        head = self._read(len(MCAP0_MAGIC), RECORD.size)
        if len(head) < RECORD.size:
            return False
        opcode, length = RECORD.unpack(head)
        if opcode != Opcode.HEADER or length > self._end:
            return False
        try:
            body = self._read(len(MCAP0_MAGIC) + RECORD.size, length)
            return _read_as(Header, body).profile == 'ros2'
        except _SPOILED:
            return False

    def _read_footer(self) -> None:
        """Look for the index, and whether it is right."""
        data = self._read(self._end - _FOOTER_BYTES, _FOOTER_BYTES)
        if not self.has_end or data[: RECORD.size] != RECORD.pack(Opcode.FOOTER, _FOOTER.size):
            self.has_end = False
            return
        start, offset_start, crc = _FOOTER.unpack_from(data, RECORD.size)
        if not len(MCAP0_MAGIC) < start <= self._end - _FOOTER_BYTES:
            return
        self._footer = Footer(start, offset_start, crc)
        summary = self._read(start, self._end - start)
        self._is_indexed = crc != 0 and zlib.crc32(summary[: -_LENGTH.size]) == crc
        if crc and not self._is_indexed:
            self.is_whole = False

    def _believe_index(self) -> bool:
        """Take what the index says; false if messages are outside of chunks."""
        assert self._footer is not None  # it is indexed
        position = self._footer.summary_start
        try:
            while position < self._end:
                opcode, length = RECORD.unpack(self._read(position, RECORD.size))
                self._summary(opcode, self._read(position + RECORD.size, length))
                position += RECORD.size + length
        except _SPOILED:
            self._statistics = None  # its checksum is right, and it is none
        if self._statistics is None:
            self._indexed.clear()
            return False
        for entry in self._indexed:
            self.parts.append(Part(
                entry.chunk_start_offset, entry.chunk_length, entry.message_start_time,
                entry.message_end_time, _counts(entry),
            ))
        numbers = sum(sum(part.counts.values()) for part in self.parts)
        if numbers == self._statistics.message_count:
            return True
        self.parts.clear()
        self._indexed.clear()
        return False

    def _summary(self, opcode: int, body: bytes) -> None:
        """Take in a record of the index."""
        if opcode == Opcode.SCHEMA:
            self._take_schema(_read_as(Schema, body), _INDEXED if self._is_indexed else _SAID)
        elif opcode == Opcode.CHANNEL:
            rank = _INDEXED if self._is_indexed else _SAID
            self._take_channel(_read_as(Channel, body), rank)
        elif opcode == Opcode.CHUNK_INDEX:
            self._indexed.append(_read_as(ChunkIndex, body))
        elif opcode == Opcode.STATISTICS:
            self._statistics = _read_as(Statistics, body)

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

    # -- its records

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
            except _SPOILED:
                pass  # it may be a chunk whose opcode is spoiled
        return self._chunk(position, length, is_named=opcode == Opcode.CHUNK)

    def _take_other(self, opcode: int, position: int, start: int, length: int) -> bool:
        """Take in what is no chunk; false if it is not what it says it is."""
        after = start + length
        if opcode == Opcode.MESSAGE:
            if length < _MESSAGE.size or self._has_chunks:
                return False  # that is an index, or inside of a spoiled chunk
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
            return length == _LENGTH.size
        if opcode == Opcode.FOOTER:
            return after == self._end and length == _FOOTER.size
        if self._is_past_data(position):
            self._summary(opcode, body)
            return Opcode.HEADER < opcode < Opcode.DATA_END
        if opcode == Opcode.HEADER:
            _read_as(Header, body)
        elif opcode == Opcode.SCHEMA:
            self._take_schema(_read_as(Schema, body), _SAID)
        elif opcode == Opcode.CHANNEL:
            self._take_channel(_read_as(Channel, body), _SAID)
        else:
            return False
        return True

    def _is_past_data(self, position: int) -> bool:
        start = self._footer.summary_start if self._footer is not None else self._end
        return position > self._data_end or position >= start

    def _is_record(self, position: int) -> bool:
        """Tell whether something is at a position that may be a record, or the end."""
        if position == self._end:
            return True
        head = self._read(position, RECORD.size)
        if len(head) < RECORD.size:
            return False
        opcode, length = RECORD.unpack(head)
        return bool(
            (Opcode.HEADER <= opcode <= Opcode.DATA_END or opcode == GAP)
            and position + RECORD.size + length <= self._end
        )

    def _take_message(self, position: int, start: int, length: int) -> None:
        """Take in a message that is in no chunk."""
        channel, _, log_ns, _ = _MESSAGE.unpack(self._read(start, _MESSAGE.size))
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
        channel, size = _CONTENTS.unpack_from(body)
        if size + _CONTENTS.size != len(body) or size % _ENTRY.size:
            raise ValueError('an index that is longer or shorter than it says')
        entries = [
            (log_ns, offset) for log_ns, offset in _ENTRY.iter_unpack(body[_CONTENTS.size :])
        ]
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

    def _take_schema(self, schema: Schema, rank: int) -> None:
        known = self._schemas.get(schema.id)
        if known is not None and known[1] != schema:
            self.is_whole = False
        if known is None or known[0] < rank:
            self._schemas[schema.id] = rank, schema

    def _take_channel(self, channel: Channel, rank: int) -> None:
        known = self._channels.get(channel.id)
        if known is not None and known[1] != channel:
            self.is_whole = False
        if known is None or known[0] < rank:
            self._channels[channel.id] = rank, channel

    def extra(self, opcode: int, start: int, length: int) -> Attachment | Metadata:
        """Read one of `extras`."""
        body = self._read(start, length)
        if opcode == Opcode.METADATA:
            return _read_as(Metadata, body)
        return _read_as(Attachment, body)

    # -- its chunks

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
        checked = _CHECKED if _CHUNK.unpack(self._read(start, _CHUNK.size))[3] else _SAID
        for schema in contents.schemas.values():
            self._take_schema(schema, checked)
        for channel in contents.channels.values():
            self._take_channel(channel, checked)
        if contents.messages:
            times = [message.log_ns for message in contents.messages]
            counts = {channel: len(entries) for channel, entries in contents.index.items()}
            self.parts.append(Part(position, end - position, min(times), max(times), counts))
            self._fill_in(min(times))
        return end

    def _sure_end(self, start: int, length: int) -> int | None:
        """Find the end of a chunk of which two lengths say the same."""
        fixed = self._read(start, _CHUNK.size + _LENGTH.size)
        if len(fixed) < _CHUNK.size + _LENGTH.size:
            return None
        [name_size] = _LENGTH.unpack_from(fixed, _CHUNK.size)
        if name_size > 64:
            return None
        size = self._read(start + len(fixed) + name_size, _SIZE.size)
        if len(size) < _SIZE.size:
            return None
        if length != len(fixed) + name_size + _SIZE.size + _SIZE.unpack(size)[0]:
            return None
        end = start + length
        return end if end <= self._end else None

    def _read_chunk(
        self, position: int, length: int, *, is_named: bool
    ) -> tuple[_Contents, int, bool] | None:
        """Read a chunk; gives what is in it, where it ends and whether its beginning is right."""
        start = position + RECORD.size
        head = self._read(start, _CHUNK.size + _LENGTH.size + 4 + _SIZE.size)
        if len(head) < _CHUNK.size + _LENGTH.size + _SIZE.size:
            return None
        start_ns, end_ns, size, crc = _CHUNK.unpack_from(head)
        [name_size] = _LENGTH.unpack_from(head, _CHUNK.size)
        name_at = _CHUNK.size + _LENGTH.size
        name = head[name_at : name_at + name_size] if name_size <= 4 else b'?'
        sure_end = self._sure_end(start, length)
        if sure_end is not None and name in _COMPRESSIONS and is_named:
            contents = self._try(
                start + name_at + name_size + _SIZE.size, sure_end, name, size, crc
            )
            if contents is not None:
                times = [message.log_ns for message in contents.messages]
                span = (min(times), max(times)) if times else (start_ns, end_ns)
                self.compression = name
                is_right = span == (start_ns, end_ns) and contents.size == size
                if crc or is_right:  # without a checksum its times are all that can tell
                    return contents, sure_end, is_right
        if not crc:
            return None  # nothing can tell
        for other in _COMPRESSIONS:
            # one of its lengths, the name of its compression or its opcode is spoiled
            if head[name_at : name_at + len(other)] != other and name_size != len(other):
                continue
            data_at = name_at + len(other) + _SIZE.size
            size_field = self._read(start + data_at - _SIZE.size, _SIZE.size)
            [told] = _SIZE.unpack(size_field.ljust(_SIZE.size, b'\0'))
            for end in {start + length, start + data_at + told}:
                if start + data_at < end <= self._end:
                    contents = self._try(start + data_at, end, other, 0, crc)
                    if contents is not None:
                        return contents, end, False
        return None

    def _try(
        self, start: int, end: int, compression: bytes, size: int, crc: int
    ) -> _Contents | None:
        """
        Read what is in a chunk, if it is right.

        :param size: of its contents; 0 if that is not known, then the checksum has to do.
        """
        try:
            data = _decompressed(self._read(start, end - start), compression, size)
            if crc and zlib.crc32(data) != crc or not crc and len(data) != size:
                return None
            return _parse(data)
        except _SPOILED:
            return None

    # -- what is spoiled

    def _next_whole(self, position: int) -> int:
        """Find the next chunk, the index, or the end."""
        stops = [self._end]
        if self._footer is not None and self._footer.summary_start >= position:
            stops.append(self._footer.summary_start)
        if self.has_end and self._end - _FOOTER_BYTES >= position:
            stops.append(self._end - _FOOTER_BYTES)
        stop = min(stops)
        found = self._find(_CHUNK_START, position, stop, self._is_chunk)
        if found is None and not self._has_chunks:
            found = self._find(_RECORD_START, position, stop, self._is_chain)
        return stop if found is None else found

    def _find(
        self, pattern: re.Pattern[bytes], start: int, end: int, fits: Callable[[int], bool]
    ) -> int | None:
        for begin in range(start, end, _WINDOW_BYTES):
            window = self._read(begin, min(_WINDOW_BYTES + _PATTERN_BYTES, self._end - begin))
            for match in pattern.finditer(window):
                place = begin + match.start()
                if match.start() < _WINDOW_BYTES and place < end and fits(place):
                    return place
        return None

    def _is_chunk(self, position: int) -> bool:
        _, length = RECORD.unpack(self._read(position, RECORD.size))
        return self._sure_end(position + RECORD.size, length) is not None

    def _is_chain(self, position: int) -> bool:
        """Tell whether some records in a row begin at a position."""
        for _ in range(_CHAIN):
            head = self._read(position, RECORD.size)
            if not self._is_record(position) or len(head) < RECORD.size:
                return position == self._end
            opcode, length = RECORD.unpack(head)
            if opcode == Opcode.MESSAGE and length < _MESSAGE.size:
                return False
            position += RECORD.size + length
        return True

    def _note_spoiled(self, start: int, end: int) -> None:
        self.is_whole = False
        head = self._read(start, RECORD.size + _CONTENTS.size).ljust(15, b'\0')
        opcode, length = RECORD.unpack_from(head)
        size = _CONTENTS.unpack_from(head, RECORD.size)[1]
        is_index = (
            self._is_past_data(start)
            or opcode in _NO_MESSAGES
            or length == size + _CONTENTS.size  # of an index whose opcode is spoiled
            or start == len(MCAP0_MAGIC) and opcode == Opcode.HEADER
        )
        places = range(start, end, _WINDOW_BYTES)
        if not is_index and any(
            self._read(place, min(_WINDOW_BYTES, end - place)).strip(b'\0') for place in places
        ):
            self._lose(start, end)

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

    def _compare(self) -> None:
        """Compare what was found with what the index says."""
        if not (self.has_magic and self.has_header and self.has_end):
            self.is_whole = False
        if self._is_indexed:
            found = {part.offset for part in self.parts}
            gone = [entry for entry in self._indexed if entry.chunk_start_offset not in found]
            places = {entry.chunk_start_offset: entry for entry in gone}
            if self._statistics is not None and self._statistics.message_count == sum(
                sum(_counts(entry).values()) for entry in self._indexed
            ):
                # it knows better than anything else what was there
                self.lost = [
                    Lost(
                        self.path.name, place, entry.chunk_length, entry.message_start_time,
                        entry.message_end_time, sum(_counts(entry).values()),
                    )
                    for place, entry in places.items()
                    if sum(_counts(entry).values())
                ]
        else:
            wanted = [
                (e.chunk_start_offset, e.chunk_length, e.message_start_time, e.message_end_time)
                for e in self._indexed
            ]
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
                    'of topics that nothing describes any more',
                ))

    def _make_topics(self) -> None:
        for key, (_, channel) in sorted(self._channels.items()):
            schema = self._schemas.get(channel.schema_id, (0, None))[1]
            if schema is None and channel.schema_id:
                continue
            self.topics[key] = Topic(
                channel.topic, schema.name if schema else '', channel.message_encoding,
                schema.encoding if schema else '', schema.data if schema else b'',
                channel.metadata,
            )

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
            n for part in self.parts for channel, n in part.counts.items() if channel in known
        )

    def read(self, part: Part) -> list[Recorded] | None:
        """Read the messages of a part in the order of the file; None if it is spoiled."""
        opcode, length = RECORD.unpack(self._read(part.offset, RECORD.size).ljust(9, b'\0'))
        if opcode == Opcode.MESSAGE:
            return _parse(self._read(part.offset, part.size)).messages
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
            if not wanted.isdisjoint(part.counts)
        ]
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
                self.path.name, part.offset, part.size, part.start_ns, part.end_ns, number
            ))
            return
        for message in sorted(messages, key=itemgetter(1)):
            if message.channel in wanted:
                yield message.log_ns, message


def _counts(entry: ChunkIndex) -> dict[int, int]:
    """Count the messages of a chunk by channel, of which only the index says where it lies."""
    places = sorted((place, channel) for channel, place in entry.message_index_offsets.items())
    ends = [place for place, _ in places[1:]]
    ends.append(entry.chunk_start_offset + entry.chunk_length + entry.message_index_length)
    head = RECORD.size + _CONTENTS.size
    return {
        channel: max(0, end - place - head) // _ENTRY.size
        for (place, channel), end in zip(places, ends)
    }
