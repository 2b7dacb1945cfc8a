"""The bytes of an MCAP file: what stands at a place, and whether it can be what it says."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from pathlib import Path

from mcap.opcode import Opcode
from mcap.records import Footer, Header
from mcap.writer import MCAP0_MAGIC

from ..errors import BagError
from .records import (
    CHUNK,
    COMPRESSIONS,
    FOOTER,
    FOOTER_BYTES,
    GAP,
    LENGTH,
    MESSAGE,
    RECORD,
    SIZE,
    SPOILED,
    Contents,
    decompressed,
    parse,
    read_as,
)

WINDOW_BYTES = 4 << 20
_PATTERN_BYTES = 64
#: so many records in a row are no chance
_CHAIN = 4


class ChunkReader:
    """
    Reads records and chunks, wherever they are, and finds where they begin.

    :param path: the file.
    :raises BagError: if it cannot be read.
    """

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
            and position + RECORD.size + length <= self._end
        )

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
                start + name_at + name_size + SIZE.size, sure_end, name, size, crc
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
