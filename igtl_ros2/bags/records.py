"""The records of an MCAP file: what stands at a place, and whether it can be what it says."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from struct import Struct
from struct import error as StructError
from typing import NamedTuple, TypeVar

import lz4.frame as lz4_frame  # type: ignore[import-untyped]
import zstandard
from mcap.data_stream import ReadDataStream
from mcap.exceptions import EndOfFile, McapError
from mcap.opcode import Opcode
from mcap.records import Channel, Footer, Header, Schema
from mcap.writer import MCAP0_MAGIC

from ..errors import BagError

#: opcode and length of a record
RECORD = Struct('<BQ')
#: the record that `BagWriter` has between what it has written and the end of a file; the
#: format's specification leaves its opcode to applications
GAP = 0x80
#: times, size of the contents, their checksum
CHUNK = Struct('<QQQI')
MESSAGE = Struct('<HIQQ')
LENGTH = Struct('<I')
SIZE = Struct('<Q')
FOOTER = Struct('<QQI')
FOOTER_BYTES = RECORD.size + FOOTER.size
CONTENTS = Struct('<HI')
ENTRY = Struct('<QQ')
COMPRESSIONS = (b'zstd', b'lz4', b'')
_MAX_CONTENTS = 1 << 32
WINDOW_BYTES = 4 << 20
_PATTERN_BYTES = 64
#: so many records in a row are no chance
_CHAIN = 4
#: what may be raised by reading a record that is not what it has to be
SPOILED = (
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


@dataclass(slots=True)
class Contents:
    """What is in a chunk, or in messages outside of one."""

    messages: list[Recorded]
    schemas: dict[int, Schema]
    channels: dict[int, Channel]
    #: where the messages of each channel are, as an index says it
    index: dict[int, list[tuple[int, int]]]
    size: int


def decompressed(data: bytes, compression: bytes, size: int) -> bytes:
    """
    Give the contents of a chunk.

    :raises ValueError: or another of `SPOILED`, if they cannot be read.
    """
    if compression == b'zstd':
        told = zstandard.frame_content_size(data)
        if max(told, size if told < 0 else 0) > _MAX_CONTENTS:
            raise ValueError('a chunk of more than 4 GiB')
        return zstandard.ZstdDecompressor().decompress(
            data, max_output_size=max(size, 1), allow_extra_data=False)
    if compression == b'lz4':
        if lz4_frame.get_frame_info(data)['content_size'] > _MAX_CONTENTS:
            raise ValueError('a chunk of more than 4 GiB')
        contents, used = lz4_frame.decompress(data, return_bytes_read=True)
        if used != len(data):
            raise ValueError('more than a chunk')
        return bytes(contents)
    return data


def parse(data: bytes) -> Contents:
    """
    Take apart what is in a chunk.

    :raises ValueError: or another of `SPOILED`, if it is not what it has to be.
    """
    found = Contents([], {}, {}, {}, len(data))
    offset, end = 0, len(data)
    while offset < end:
        opcode, length = RECORD.unpack_from(data, offset)
        start = offset + RECORD.size
        after = start + length
        if after > end:
            raise ValueError('a record that is longer than its chunk')
        if opcode == Opcode.MESSAGE:
            channel, sequence, log_ns, publish_ns = MESSAGE.unpack_from(data, start)
            payload = data[start + MESSAGE.size : after]
            found.messages.append(Recorded(channel, log_ns, publish_ns, sequence, payload))
            found.index.setdefault(channel, []).append((log_ns, offset))
        elif opcode == Opcode.SCHEMA:
            schema = read_as(Schema, data[start:after])
            found.schemas[schema.id] = schema
        elif opcode == Opcode.CHANNEL:
            channel_record = read_as(Channel, data[start:after])
            found.channels[channel_record.id] = channel_record
        offset = after
    return found


class _StrictStream(ReadDataStream):
    """Bytes of which there must be as many as are asked for."""

    def read(self, length: int) -> bytes:
        data = bytes(super().read(length))
        if len(data) < length:
            raise EndOfFile
        return data


def read_as(kind: type[_Record], data: bytes) -> _Record:
    """
    Read a record from what is behind its length.

    :raises ValueError: or another of `SPOILED`, if it is none, or not of that length.
    """
    stream = _StrictStream(BytesIO(data))
    record: _Record = kind.read(stream)  # type: ignore[attr-defined]  # each has it
    if stream.count != len(data):
        raise ValueError('a record that is longer than what it says')
    return record


class ChunkReader:
    """Reads records and chunks, wherever they are, and finds where they begin; see `McapFile`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.compression = b'zstd'
        #: whether it is as a writer leaves it that has finished
        self.is_whole = True
        try:
            self._file = path.open('rb')
        except OSError as error:
            raise BagError(f'{path}: {error.strerror}') from error
        try:
            self._look()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close it, until something is read again: a bag may have more files than can be open."""
        self._file.close()

    def _look(self) -> None:
        self._size = self._file.seek(0, 2)
        self.has_magic = self._read(0, len(MCAP0_MAGIC)) == MCAP0_MAGIC
        tail = self._read(self._size - len(MCAP0_MAGIC), len(MCAP0_MAGIC))
        self.has_end = self._size >= 2 * len(MCAP0_MAGIC) and tail == MCAP0_MAGIC
        self._end = self._size - len(MCAP0_MAGIC) if self.has_end else self._size
        self.has_header = self._header()
        self._footer: Footer | None = None
        self._is_indexed = False
        self._read_footer()

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
            return read_as(Header, body).profile == 'ros2'
        except SPOILED:
            return False

    def _read_footer(self) -> None:
        """Look for the index, and whether it is right."""
        data = self._read(self._end - FOOTER_BYTES, FOOTER_BYTES)
        if not self.has_end or data[: RECORD.size] != RECORD.pack(Opcode.FOOTER, FOOTER.size):
            self.has_end = False
            return
        start, offset_start, crc = FOOTER.unpack_from(data, RECORD.size)
        if not len(MCAP0_MAGIC) < start <= self._end - FOOTER_BYTES:
            return
        self._footer = Footer(start, offset_start, crc)
        summary = self._read(start, self._end - start)
        self._is_indexed = crc != 0 and zlib.crc32(summary[: -LENGTH.size]) == crc
        if crc and not self._is_indexed:
            self.is_whole = False

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
            and position + RECORD.size + length <= self._end)

    def _sure_end(self, start: int, length: int) -> int | None:
        """Find the end of a chunk of which two lengths say the same."""
        fixed = self._read(start, CHUNK.size + LENGTH.size)
        if len(fixed) < CHUNK.size + LENGTH.size:
            return None
        [name_size] = LENGTH.unpack_from(fixed, CHUNK.size)
        if name_size > 64:
            return None
        size = self._read(start + len(fixed) + name_size, SIZE.size)
        if len(size) < SIZE.size:
            return None
        if length != len(fixed) + name_size + SIZE.size + SIZE.unpack(size)[0]:
            return None
        end = start + length
        return end if end <= self._end else None

    def _read_chunk(
        self, position: int, length: int, *, is_named: bool
    ) -> tuple[Contents, int, bool] | None:
        """Read a chunk; gives what is in it, where it ends and whether its beginning is right."""
        start = position + RECORD.size
        head = self._read(start, CHUNK.size + LENGTH.size + 4 + SIZE.size)
        if len(head) < CHUNK.size + LENGTH.size + SIZE.size:
            return None
        start_ns, end_ns, size, crc = CHUNK.unpack_from(head)
        [name_size] = LENGTH.unpack_from(head, CHUNK.size)
        name_at = CHUNK.size + LENGTH.size
        name = head[name_at : name_at + name_size] if name_size <= 4 else b'?'
        sure_end = self._sure_end(start, length)
        if sure_end is not None and name in COMPRESSIONS and is_named:
            contents = self._try(
                start + name_at + name_size + SIZE.size, sure_end, name, size, crc)
            if contents is not None:
                times = [message.log_ns for message in contents.messages]
                span = (min(times), max(times)) if times else (start_ns, end_ns)
                self.compression = name
                is_right = span == (start_ns, end_ns) and contents.size == size
                if crc or is_right:  # without a checksum its times are all that can tell
                    return contents, sure_end, is_right
        if not crc:
            return None  # nothing can tell
        for other in COMPRESSIONS:
            # one of its lengths, the name of its compression or its opcode is spoiled
            if head[name_at : name_at + len(other)] != other and name_size != len(other):
                continue
            data_at = name_at + len(other) + SIZE.size
            size_field = self._read(start + data_at - SIZE.size, SIZE.size)
            [told] = SIZE.unpack(size_field.ljust(SIZE.size, b'\0'))
            for end in {start + length, start + data_at + told}:
                if start + data_at < end <= self._end:
                    contents = self._try(start + data_at, end, other, 0, crc)
                    if contents is not None:
                        return contents, end, False
        return None

    def _try(
        self, start: int, end: int, compression: bytes, size: int, crc: int
    ) -> Contents | None:
        """
        Read what is in a chunk, if it is right.

        :param size: of its contents; 0 if that is not known, then the checksum has to do.
        """
        try:
            data = decompressed(self._read(start, end - start), compression, size)
            if crc and zlib.crc32(data) != crc or not crc and len(data) != size:
                return None
            return parse(data)
        except SPOILED:
            return None

    def _find(
        self, pattern: re.Pattern[bytes], start: int, end: int, fits: Callable[[int], bool]
    ) -> int | None:
        for begin in range(start, end, WINDOW_BYTES):
            window = self._read(begin, min(WINDOW_BYTES + _PATTERN_BYTES, self._end - begin))
            for match in pattern.finditer(window):
                place = begin + match.start()
                if match.start() < WINDOW_BYTES and place < end and fits(place):
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
            if opcode == Opcode.MESSAGE and length < MESSAGE.size:
                return False
            position += RECORD.size + length
        return True
