"""Bags on the disk: written so that they can be read at any moment, and repaired."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from pathlib import Path
from struct import Struct
from typing import IO, Any, cast

import yaml
from mcap.data_stream import ReadDataStream, RecordBuilder
from mcap.exceptions import McapError
from mcap.opcode import Opcode
from mcap.records import Channel, Chunk, DataEnd, Footer, Message, Schema
from mcap.stream_reader import breakup_chunk
from mcap.writer import MCAP0_MAGIC, CompressionType, Writer

from ..errors import BagError
from .types import MessageTypes

COMPRESSIONS = {
    'zstd': CompressionType.ZSTD,
    'lz4': CompressionType.LZ4,
    'none': CompressionType.NONE,
}
CHUNK_BYTES = 1 << 20
METADATA = 'metadata.yaml'
# of rosbag2 of ROS 2 Humble, which all later ones read
_METADATA_VERSION = 5
_METADATA_PERIOD_S = 1.0
_RECORD = Struct('<BQ')
# of those that are left to applications, see the format's specification
_GAP = 0x80
_GAP_BYTES = 16 << 20
_PAGE_BYTES = 4096


def _ending() -> bytes:
    """Make the end of a file that has no index, so that readers go through it from the start."""
    builder = RecordBuilder()
    DataEnd(0).write(builder)
    Footer(summary_start=0, summary_offset_start=0, summary_crc=0).write(builder)
    return cast('bytes', builder.end()) + MCAP0_MAGIC


_ENDING = _ending()


class _WholeFile:
    """
    What the MCAP writer writes to: a file that readers take at any moment.

    Its ending stands some way behind what was written, and the gap between them is a record of
    a kind that readers pass over. A chunk is written into the gap; the few bytes at its begin,
    which are those of the gap's header until then, come last. So a program that is killed, and a
    disk that is full, leave a file that is as it was before the chunk.
    """

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
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
            self._put(data[_RECORD.size :] + self._gap(end), self._written + _RECORD.size)
            self._put(data[: _RECORD.size], self._written)
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
                self._put(data[_RECORD.size :], self._written + _RECORD.size)
                os.truncate(self._fd, end)
                self._put(data[: _RECORD.size], self._written)
                self._written = end
        finally:
            os.close(self._fd)

    def _take(self) -> bytes:
        data = bytes(self._waiting)
        self._waiting.clear()
        return data

    def _gap(self, start: int) -> bytes:
        """Make the header of a gap up to the ending."""
        end = self._size - len(_ENDING)
        return _RECORD.pack(_GAP, end - start - _RECORD.size)

    def _make_room(self, size: int) -> None:
        needed = self._written + size + _RECORD.size + len(_ENDING)
        if needed > self._size:
            # within a page of memory, so that it is never written by half. Only between these two
            # calls would the file have to be repaired
            pages = -(-(needed + _GAP_BYTES) // _PAGE_BYTES)
            self._put(_ENDING, pages * _PAGE_BYTES - len(_ENDING))
            self._size = pages * _PAGE_BYTES
            if self._written:
                self._put(self._gap(self._written), self._written)

    def _put(self, data: bytes, offset: int) -> None:
        view = memoryview(data)
        try:
            while view:
                done = os.pwrite(self._fd, view, offset)
                view, offset = view[done:], offset + done
        except OSError:
            self.is_broken = True
            # gives back what the half of a chunk took
            os.truncate(self._fd, self._written)
            os.pwrite(self._fd, _ENDING, self._written)
            raise


@dataclass(slots=True)
class _Topic:
    """A topic of the bag."""

    type_name: str
    qos: str
    messages: int = 0


@dataclass(slots=True)
class _FileFacts:
    """What metadata.yaml tells about a file."""

    path: str
    start_ns: int = 0
    end_ns: int = 0
    messages: int = 0

    def count(self, time_ns: int) -> None:
        self.start_ns = min(self.start_ns, time_ns) if self.messages else time_ns
        self.end_ns = max(self.end_ns, time_ns)
        self.messages += 1

    def entry(self) -> dict[str, Any]:
        return {
            'path': self.path,
            'starting_time': {'nanoseconds_since_epoch': self.start_ns},
            'duration': {'nanoseconds': self.end_ns - self.start_ns},
            'message_count': self.messages,
        }


@dataclass(slots=True)
class _Contents:
    """What is in a bag, for its metadata.yaml."""

    files: list[_FileFacts] = field(default_factory=list)
    topics: dict[str, _Topic] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write metadata.yaml, which is there whole or as it was before."""
        used = [file for file in self.files if file.messages]
        start_ns = min((file.start_ns for file in used), default=0)
        end_ns = max((file.end_ns for file in used), default=0)
        information = {
            'version': _METADATA_VERSION,
            'storage_identifier': 'mcap',
            'duration': {'nanoseconds': end_ns - start_ns},
            'starting_time': {'nanoseconds_since_epoch': start_ns},
            'message_count': sum(file.messages for file in used),
            'topics_with_message_count': [
                {
                    'topic_metadata': {
                        'name': name,
                        'type': topic.type_name,
                        'serialization_format': 'cdr',
                        'offered_qos_profiles': topic.qos,
                    },
                    'message_count': topic.messages,
                }
                for name, topic in self.topics.items()
            ],
            'compression_format': '',
            'compression_mode': '',
            'relative_file_paths': [file.path for file in self.files],
            'files': [file.entry() for file in self.files],
        }
        text = yaml.safe_dump({'rosbag2_bagfile_information': information}, sort_keys=False)
        temporary = folder / f'{METADATA}.tmp'
        temporary.write_text(text, encoding='utf-8')
        temporary.replace(folder / METADATA)


class BagWriter:
    """
    Write a rosbag2 bag: a folder with MCAP files and metadata.yaml.

    Times must not decrease: who reads a file without an index takes no other order. A message is
    safe from the end of the program once its chunk is full, or `flush` was called.

    :param folder: is made, and must not be there yet.
    :param types: definitions of the message types.
    :param compression: zstd, lz4 or none.
    :param max_bytes: begin a new file when one has that size; 0 for never.
    :param max_s: begin a new file when one holds so much time; 0 for never.
    :param min_free_bytes: stop when less is free on the disk.
    :param free_bytes: tells how much is free where a folder is.
    :raises BagError: if the folder cannot be made, or too little is free.
    """

    def __init__(
        self,
        folder: Path,
        types: MessageTypes,
        *,
        compression: str = 'zstd',
        max_bytes: int = 0,
        max_s: float = 0.0,
        min_free_bytes: int = 0,
        free_bytes: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
    ) -> None:
        """Make the folder and its first file."""
        self.folder = folder
        self._types = types
        self._compression = COMPRESSIONS[compression]
        self._max_bytes = max_bytes
        self._max_ns = round(max_s * 1e9)
        self._min_free_bytes = min_free_bytes
        self._free_bytes = free_bytes
        self._contents = _Contents()
        self._channels: dict[str, int] = {}
        self._schemas: dict[str, int] = {}
        self._metadata_due = 0.0
        self._full_bytes = 0
        #: how many were written, and how many of those are on the disk
        self.messages = 0
        self.saved = 0
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            raise BagError(f'{folder} is there already, and no bag is written over') from None
        except OSError as error:
            raise BagError(f'{folder}: {error.strerror}') from error
        try:
            self._check_space()
        except BagError:
            folder.rmdir()
            raise
        self._begin_file()

    @property
    def size(self) -> int:
        """Size of the files so far; what waits for its chunk is not in it."""
        return self._full_bytes + self._file.tell()

    @property
    def files(self) -> int:
        """How many files there are so far."""
        return len(self._contents.files)

    def _begin_file(self) -> None:
        facts = _FileFacts(f'{self.folder.name}_{len(self._contents.files)}.mcap')
        try:
            self._file = _WholeFile(self.folder / facts.path)
            self._writer = Writer(
                cast('IO[Any]', self._file), CHUNK_BYTES, compression=self._compression
            )
            self._writer.start('ros2')
            self._file.flush()
            self._contents.files.append(facts)
            self._contents.write(self.folder)
        except OSError as error:
            raise BagError(f'{self.folder}: {error.strerror}') from error
        self._channels.clear()
        self._schemas.clear()

    def write(
        self, topic: str, type_name: str, data: bytes, time_ns: int, qos: str = ''
    ) -> None:
        """
        Write a message in CDR.

        :param qos: how it was offered, as YAML; the first one of a topic counts.
        :raises BagError: if the disk is full, or will soon be; what was written before stays.
        """
        file = self._contents.files[-1]
        size_reached = self._max_bytes and self._file.tell() >= self._max_bytes
        if file.messages and (
            size_reached or self._max_ns and time_ns - file.start_ns >= self._max_ns
        ):
            self._end_file()
            self._full_bytes += self._file.tell()
            self._begin_file()
            file = self._contents.files[-1]
        channel = self._channels.get(topic)
        if channel is None:
            channel = self._new_channel(topic, type_name, qos)
        self._writer.add_message(channel, time_ns, data, time_ns)
        file.count(time_ns)
        self._contents.topics[topic].messages += 1
        self.messages += 1
        if self._file.waiting:  # the chunk is full
            self.flush()

    def _new_channel(self, topic: str, type_name: str, qos: str) -> int:
        known = self._contents.topics.get(topic)
        if known is None:
            known = self._contents.topics[topic] = _Topic(type_name, qos)
            self._metadata_due = 0.0  # readers look for no topic that it does not name
        schema = self._schemas.get(type_name)
        if schema is None:
            definition = self._types.definition(type_name).encode()
            schema = self._writer.register_schema(type_name, 'ros2msg', definition)
            self._schemas[type_name] = schema
        channel = self._channels[topic] = self._writer.register_channel(
            topic, 'cdr', schema, {'offered_qos_profiles': known.qos}
        )
        return channel

    def flush(self) -> None:
        """
        Put on the disk what was written.

        :raises BagError: if it is full, or will soon be.
        """
        try:
            if time.monotonic() >= self._metadata_due:
                self._contents.write(self.folder)
                self._metadata_due = time.monotonic() + _METADATA_PERIOD_S
            self._writer.flush()
            self.saved = self.messages
        except OSError as error:
            raise BagError(f'{self.folder}: {error.strerror}') from error
        self._check_space()

    def _check_space(self) -> None:
        free = self._free_bytes(self.folder)
        if free < self._min_free_bytes:
            raise BagError(
                f'{free / 1e9:.3f} GB are free at {self.folder}, less than the '
                f'{self._min_free_bytes / 1e9:g} GB that shall stay free'
            )

    def _end_file(self) -> None:
        try:
            if not self._file.is_broken:
                self._writer.finish()
            self._file.close()
            if not self._file.is_broken:
                self.saved = self.messages
            self._contents.write(self.folder)
        except OSError as error:
            raise BagError(f'{self.folder}: {error.strerror}') from error

    def close(self) -> None:
        """
        Finish the bag.

        :raises BagError: if the index does not fit on the disk; the bag is readable without it.
        """
        try:
            self._end_file()
        finally:
            if self._file.is_broken:
                repair(self.folder, lambda *_: None)  # counts what is there


@dataclass(slots=True)
class Repaired:
    """What `repair` did."""

    messages: int = 0
    files: int = 0
    #: bytes behind the last whole chunk
    cut_bytes: int = 0


def repair(folder: Path, progress: Callable[[str, int, int], None]) -> Repaired:
    """
    Make a bag of MCAP files whole that a recorder or a copy left unfinished.

    What lies behind the last whole chunk of a file is cut off, and metadata.yaml made anew.

    :param folder: the bag.
    :param progress: called with the name of a file, how much of it was read, and its size.
    :raises BagError: if there are no such files, or one of them is no MCAP file.
    """
    paths = sorted(folder.glob('*.mcap'), key=lambda path: (len(path.name), path.name))
    if not paths:
        raise BagError(f'{folder}: there is no MCAP file')
    contents = _Contents()
    result = Repaired(files=len(paths))
    try:
        for path in paths:
            facts = _FileFacts(path.name)
            contents.files.append(facts)
            result.cut_bytes += _repair_file(
                path, facts, contents.topics, partial(progress, path.name)
            )
            result.messages += facts.messages
        contents.write(folder)
    except OSError as error:
        raise BagError(f'{folder}: {error.strerror}') from error
    return result


def _repair_file(
    path: Path,
    facts: _FileFacts,
    topics: dict[str, _Topic],
    progress: Callable[[int, int], None],
) -> int:
    """Count what is in a file and end it properly; tells how many bytes were cut off."""
    with path.open('r+b') as file:
        if file.read(len(MCAP0_MAGIC)) != MCAP0_MAGIC:
            raise BagError(f'{path}: no MCAP file')
        size = path.stat().st_size
        schemas: dict[int, str] = {}
        channels: dict[int, str] = {}
        good = file.tell()
        while True:
            progress(good, size)
            head = file.read(_RECORD.size)
            if len(head) < _RECORD.size:
                break
            opcode, length = _RECORD.unpack(head)
            if opcode == Opcode.DATA_END:
                # an index may follow, whole or not; the end of the file tells
                file.seek(-len(MCAP0_MAGIC), os.SEEK_END)
                if file.read() == MCAP0_MAGIC:
                    return 0
                break
            if opcode == _GAP:
                size = good + len(_ENDING)  # only a chunk that was never whole may be in there
                break
            if not Opcode.HEADER <= opcode <= Opcode.DATA_END or length > size - file.tell():
                break
            body = file.read(length)
            if opcode == Opcode.CHUNK:
                try:
                    _count_chunk(head + body, schemas, channels, facts, topics)
                except (McapError, ValueError, LookupError):
                    break  # spoiled
            good = file.tell()
        file.truncate(good)
        file.seek(good)
        file.write(_ENDING)
        return max(0, size - good - len(_ENDING))


def _count_chunk(
    data: bytes,
    schemas: dict[int, str],
    channels: dict[int, str],
    facts: _FileFacts,
    topics: dict[str, _Topic],
) -> None:
    stream = ReadDataStream(BytesIO(data))
    stream.read(_RECORD.size)
    for record in breakup_chunk(Chunk.read(stream), validate_crc=True):
        if isinstance(record, Schema):
            schemas[record.id] = record.name
        elif isinstance(record, Channel):
            channels[record.id] = record.topic
            qos = record.metadata.get('offered_qos_profiles', '')
            topics.setdefault(record.topic, _Topic(schemas[record.schema_id], qos))
        elif isinstance(record, Message):
            facts.count(record.log_time)
            topics[channels[record.channel_id]].messages += 1
