"""A file of a bag that readers take at any moment, while it is written and after."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import cast

from mcap.data_stream import RecordBuilder
from mcap.records import Channel, DataEnd, Footer, Schema
from mcap.writer import MCAP0_MAGIC

from .records import GAP, RECORD

#: mode of the files of a bag, which may name patients
OWNER_ALONE = 0o600
_GAP_BYTES = 16 << 20
_PAGE_BYTES = 4096


def record_bytes(record: Channel | DataEnd | Footer | Schema) -> bytes:
    """Give a record as it is written."""
    builder = RecordBuilder()
    record.write(builder)
    return cast('bytes', builder.end())


_FOOTER = Footer(summary_start=0, summary_offset_start=0, summary_crc=0)
#: of a file that has no index, so that readers go through it from the start
ENDING = record_bytes(DataEnd(0)) + record_bytes(_FOOTER) + MCAP0_MAGIC


class WholeFile:
    """
    What the MCAP writer writes to: a file that readers take at any moment.

    Its ending stands some way behind what was written, and the gap between them is a record of
    a kind that readers pass over. A chunk is written into the gap; the few bytes at its begin,
    which are those of the gap's header until then, come last. So a program that is killed, and a
    disk that is full, leave a file that is as it was before the chunk.
    """

    def __init__(self, path: Path, mode: int) -> None:
        self._fd = new_file(path, mode)
        self._waiting = bytearray()
        self._written = 0
        #: of the file, with gap and ending
        self._size = 0
        #: whether the disk did not take a chunk, of which the writer's index knows nothing
        self.is_broken = False
        self._is_closed = False

    def write(self, data: bytes) -> None:
        self._waiting += data

    def tell(self) -> int:
        return self._written + len(self._waiting)

    @property
    def waiting(self) -> int:
        """Bytes that are not on the disk yet."""
        return len(self._waiting)

    def flush(self) -> None:
        """Put on the disk what waits: nothing, or some whole records."""
        data = self._take()
        if data:
            self._make_room(len(data))
            end = self._written + len(data)
            self._put(data[RECORD.size :] + self._gap(end), self._written + RECORD.size)
            self._put(data[: RECORD.size], self._written)
            self._written = end

    def close(self) -> None:
        """Close it, with the ending that the writer has written; twice does no harm."""
        if self._is_closed:
            return
        self._is_closed = True
        try:
            if not self.is_broken:
                data = self._take()
                self._make_room(len(data))
                end = self._written + len(data)
                self._put(data[RECORD.size :], self._written + RECORD.size)
                os.truncate(self._fd, end)
                self._put(data[: RECORD.size], self._written)
                self._written = end
        finally:
            os.close(self._fd)

    def _take(self) -> bytes:
        data = bytes(self._waiting)
        self._waiting.clear()
        return data

    def _gap(self, start: int) -> bytes:
        """Make the header of a gap up to the ending."""
        end = self._size - len(ENDING)
        return RECORD.pack(GAP, end - start - RECORD.size)

    def _make_room(self, size: int) -> None:
        needed = self._written + size + RECORD.size + len(ENDING)
        if needed > self._size:
            # within a page of memory, so that it is never written by half. Only between these two
            # calls would the file have to be repaired
            pages = -(-(needed + _GAP_BYTES) // _PAGE_BYTES)
            self._put(ENDING, pages * _PAGE_BYTES - len(ENDING))
            self._size = pages * _PAGE_BYTES
            if self._written:
                self._put(self._gap(self._written), self._written)

    def _put(self, data: bytes, offset: int) -> None:
        view = memoryview(data)
        try:
            while view:
                done = _write_at(self._fd, view, offset)
                view, offset = view[done:], offset + done
        except OSError:
            self.is_broken = True
            # gives back what the half of a chunk took
            os.truncate(self._fd, self._written)
            _write_at(self._fd, ENDING, self._written)
            raise


def _write_at(fd: int, data: memoryview | bytes, offset: int) -> int:
    if sys.platform != 'win32' and hasattr(os, 'pwrite'):
        return os.pwrite(fd, data, offset)
    os.lseek(fd, offset, os.SEEK_SET)
    return os.write(fd, data)


def new_file(path: Path, mode: int) -> int:
    """Make a file that nobody but those of `mode` reads, at no moment."""
    # Windows would put a carriage return before each line feed
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, 'O_BINARY', 0)
    fd = os.open(path, flags, mode & OWNER_ALONE)
    if mode != OWNER_ALONE:
        path.chmod(mode)  # whatever the umask leaves of it
    return fd


def new_folder(path: Path, mode: int) -> None:
    """
    Make a folder for files of a mode: their readers may list it.

    :raises FileExistsError: if it is there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=0o700)
    if mode != OWNER_ALONE:
        path.chmod(0o700 | mode | (mode & 0o444) >> 2)
