"""Bags on the disk: written so that they can be read at any moment, and repaired."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Any, cast

from mcap.records import Channel, Metadata, Schema
from mcap.writer import CompressionType, Writer

from ..errors import BagError
from .chunks import McapFile
from .lost import Lost
from .metadata import BagContents, FileFacts, Told, TopicFacts
from .types import MessageTypes
from .whole_file import ENDING, OWNER_ALONE, WholeFile, new_file, new_folder, record_bytes

COMPRESSIONS = {
    'zstd': CompressionType.ZSTD,
    'lz4': CompressionType.LZ4,
    'none': CompressionType.NONE,
}
CHUNK_BYTES = 1 << 20
_METADATA_PERIOD_S = 1.0
_COPY_BYTES = 16 << 20
_DESCRIBE_BYTES = 1 << 16


class BagWriter:
    """
    Write a rosbag2 bag: a folder with MCAP files and metadata.yaml.

    Times must not decrease: readers of a file without an index take no other order. A message is
    safe from a crash once its chunk is full, or `flush` was called.

    :param folder: is made, and must not be there yet.
    :param types: definitions of the message types.
    :param compression: zstd, lz4 or none.
    :param max_bytes: begin a new file when one has that size; 0 for never.
    :param max_s: begin a new file when one holds so much time; 0 for never.
    :param min_free_bytes: stop when less is free on the disk.
    :param mode: of the files, as chmod has it; their readers may list the folder as well.
    :param free_bytes: tells how much is free where a folder is.
    :raises BagError: if the folder cannot be made, or too little is free.
    """

    def __init__(
        self,
        folder: Path | str,
        types: MessageTypes,
        *,
        compression: str = 'zstd',
        max_bytes: int = 0,
        max_s: float = 0.0,
        min_free_bytes: int = 0,
        mode: int = OWNER_ALONE,
        free_bytes: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
    ) -> None:
        self.folder = folder = as_path(folder)
        self._types = types
        if not isinstance(compression, str) or compression not in COMPRESSIONS:
            allowed = ', '.join(COMPRESSIONS)
            raise BagError(f'compression: found {compression!r}; allowed {allowed}')
        for name, value in (
            ('max_bytes', max_bytes), ('max_s', max_s), ('min_free_bytes', min_free_bytes),
            ('mode', mode),
        ):
            kinds = (int, float) if name == 'max_s' else int
            if isinstance(value, bool) or not isinstance(value, kinds) or not (
                0 <= value < 1 << 62
            ):
                raise BagError(f'{name}: found {value!r}; allowed a number from 0 on')
        if not isinstance(types, MessageTypes):
            raise BagError(f'types: found {types!r}; allowed MessageTypes')
        self._compression = COMPRESSIONS[compression]
        self._max_bytes = max_bytes
        self._max_ns = round(max_s * 1e9)
        self._min_free_bytes = min_free_bytes
        self._mode = mode
        self._free_bytes = free_bytes
        self._contents = BagContents()
        self._channels: dict[str, int] = {}
        self._schemas: dict[str, int] = {}
        #: all schemas and channels of the file, and where they are written once more
        self._descriptions = b''
        self._describe_at = 0
        self._metadata_due = 0.0
        self._full_bytes = 0
        #: how many were written, and how many of those are on the disk
        self.messages = 0
        self.saved = 0
        try:
            new_folder(folder, mode)
        except FileExistsError:
            raise BagError(f'{folder} is there already, and no bag is written over') from None
        except OSError as error:
            raise BagError(f'{folder}: {error.strerror}') from error
        try:
            self._check_space()
            self._begin_file()
        except BagError:
            shutil.rmtree(folder, ignore_errors=True)  # it would be in the way of the next try
            raise

    @property
    def size(self) -> int:
        """Size of the files so far; what waits for its chunk is not in it."""
        return self._full_bytes + self._file.tell()

    @property
    def files(self) -> int:
        return len(self._contents.files)

    def _begin_file(self) -> None:
        facts = FileFacts(f'{self.folder.name}_{len(self._contents.files)}.mcap')
        try:
            self._file = WholeFile(self.folder / facts.path, self._mode)
            self._writer = Writer(
                cast('IO[Any]', self._file), CHUNK_BYTES, compression=self._compression)
            self._writer.start('ros2')
            self._file.flush()
            self._contents.files.append(facts)
            self._contents.write(self.folder, self._mode)
        except OSError as error:
            raise BagError(f'{self.folder}: {error.strerror}') from error
        self._channels.clear()
        self._schemas.clear()
        self._descriptions = b''

    def write(self, topic: str, type_name: str, data: bytes, time_ns: int, qos: str = '') -> None:
        """
        Write a message in CDR.

        :param qos: how it was offered, as YAML; the first one of a topic counts.
        :raises BagError: if the disk is full, or will soon be; what was written before stays.
        """
        self._check_message(topic, type_name, data, time_ns)
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

    def _check_message(self, topic: Any, type_name: Any, data: Any, time_ns: Any) -> None:
        texts = isinstance(topic, str) and isinstance(type_name, str)
        if not texts or not isinstance(data, (bytes, bytearray, memoryview)):
            raise BagError(
                f'found {topic!r} of type {type_name!r} with {type(data).__name__}; allowed names '
                f'of a topic and a type, and bytes')
        if not isinstance(time_ns, int) or not 0 <= time_ns < 1 << 64:
            raise BagError(f'time_ns: found {time_ns!r}; allowed nanoseconds since 1970')

    def _new_channel(self, topic: str, type_name: str, qos: str) -> int:
        known = self._contents.topics.get(topic)
        if known is None:
            known = self._contents.topics[topic] = TopicFacts(type_name, qos)
            self._metadata_due = 0.0  # readers look for no topic that it does not name
        self._describe_at = 0
        schema = self._schemas.get(type_name)
        if schema is None:
            definition = self._types.definition(type_name).encode()
            schema = self._writer.register_schema(type_name, 'ros2msg', definition)
            self._schemas[type_name] = schema
            self._descriptions += record_bytes(Schema(schema, definition, 'ros2msg', type_name))
        metadata = {'offered_qos_profiles': known.qos}
        channel = self._writer.register_channel(topic, 'cdr', schema, metadata)
        self._channels[topic] = channel
        self._descriptions += record_bytes(Channel(channel, topic, 'cdr', metadata, schema))
        return channel

    def flush(self) -> None:
        """
        Put on the disk what was written.

        :raises BagError: if it is full, or will soon be.
        """
        try:
            if time.monotonic() >= self._metadata_due:
                self._write_metadata()
                self._metadata_due = time.monotonic() + _METADATA_PERIOD_S
            if self._file.tell() >= self._describe_at:
                # once more outside of the chunk that has them, and now and then again: were
                # that place damaged, nobody would know what is in the chunks behind it
                self._file.write(self._descriptions)
                pause = max(_DESCRIBE_BYTES, 100 * len(self._descriptions))
                self._describe_at = self._file.tell() + pause
            self._writer.flush()
            self.saved = self.messages
        except OSError as error:
            raise BagError(f'{self.folder}: {error.strerror}') from error
        self._check_space()

    def _write_metadata(self) -> None:
        try:
            self._contents.write(self.folder, self._mode)
        except PermissionError:
            if sys.platform != 'win32':
                raise
            # somebody reads it just now, which locks it there; the next one is not far

    def _check_space(self) -> None:
        free = self._free_bytes(self.folder)
        if free < self._min_free_bytes:
            raise BagError(
                f'{free / 1e9:.3f} GB are free at {self.folder}, less than the '
                f'{self._min_free_bytes / 1e9:g} GB that shall stay free')

    def _end_file(self) -> None:
        try:
            if not self._file.is_broken:
                self._writer.finish()
            self._file.close()
            if not self._file.is_broken:
                self.saved = self.messages
            self._contents.write(self.folder, self._mode)
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
                self._count_anew()

    def _count_anew(self) -> None:
        """Have metadata.yaml tell what is there, now that the disk did not take everything."""
        for facts in self._contents.files:
            facts.messages = 0
        for topic in self._contents.topics.values():
            topic.messages = 0
        try:
            for facts in self._contents.files:
                file = McapFile(self.folder / facts.path)
                if not file.has_end:  # there was not even room for that
                    with file.path.open('ab') as stream:
                        stream.write(ENDING)
                self._contents.count(facts, file)
            self._contents.write(self.folder, self._mode)
        except OSError as error:
            raise BagError(f'{self.folder}: {error.strerror}') from error


@dataclass(slots=True)
class Repaired:
    """What `repair` did."""

    #: the bag that is whole: a new one, or the one that was given if nothing was wrong with it
    folder: Path
    messages: int = 0
    files: int = 0
    #: the places whose messages are lost
    lost: list[Lost] = field(default_factory=list)
    #: when the bag begins, by what can be read of it
    begin_ns: int = 0


def repair(
    folder: Path | str, progress: Callable[[str, int, int], None],
    output: Path | str | None = None, mode: int = OWNER_ALONE,
) -> Repaired:
    """
    Make a whole bag of all that is whole in a bag of MCAP files.

    The bag itself is not touched. What lies between two chunks that are whole is lost, and told.

    :param folder: the bag, or one of its files.
    :param progress: called with the name of a file, how much of it was read, and its size.
    :param output: the new bag, which must not be there yet; default: beside the other, with
        `_repaired` behind its name.
    :param mode: of the files of the new bag.
    :raises BagError: if there are no such files, nothing is whole in them, or the new bag is there
        or cannot be written.
    """
    folder, output = as_path(folder), None if output is None else as_path(output)
    paths = [folder] if folder.suffix == '.mcap' and folder.is_file() else mcap_files(folder)
    if not paths:
        raise BagError(f'{folder}: there is no MCAP file')
    told = Told.read(folder)
    name = folder.absolute().name.removesuffix('.mcap')
    output = output or folder.absolute().with_name(f'{name}_repaired')
    files: list[McapFile] = []
    try:
        for path in paths:
            files.append(McapFile(path, progress=partial(progress, path.name)))
        known = [file for file in files if file.has_header or file.parts or file.topics]
        if not known:
            raise BagError(f'{paths[0]}: no MCAP file, or nothing in it is whole')
        result = Repaired(output, files=len(known), messages=sum(f.messages for f in known))
        result.lost = [lost for file in known for lost in file.lost]
        if told is not None:
            result.lost += told.more_than(known)
        result.lost += _missing(told.files if told else {}, known, paths)
        result.begin_ns = min((part.start_ns for file in known for part in file.parts), default=0)
        if told is not None and told.is_true(files) and not result.lost:
            result.folder = folder
            return result
        _write_anew(known, output, mode)
        return result
    except OSError as error:
        raise BagError(f'{folder}: {error.strerror or error}') from error
    finally:
        for file in files:
            file.close()


def as_path(path: Path | str) -> Path:
    """
    Take the name of a file or folder.

    :raises BagError: if it is none.
    """
    try:
        return Path(path)
    except TypeError as error:
        raise BagError(f'{path!r}: wanted the name of a bag') from error


def mcap_files(folder: Path) -> list[Path]:
    """Find the files of a bag, in their order."""
    return sorted(folder.glob('*.mcap'), key=lambda path: (len(path.name), path.name))


def _missing(
    told: dict[str, tuple[int, int, int]], known: Sequence[McapFile], paths: Sequence[Path]
) -> list[Lost]:
    """List the files of which nothing is left."""
    sizes = {path.name: path.stat().st_size for path in paths}
    names = {file.path.name for file in known}
    lost = []
    for name in dict.fromkeys([*told, *sizes]):
        begin, end, messages = told.get(name, (0, 0, -1))
        if name not in names and messages:
            why = 'no MCAP file any more' if name in sizes else 'the file is not there'
            number = None if messages < 0 else messages
            lost.append(Lost(name, 0, sizes.get(name, 0), begin, end, number, why))
    return lost


def _write_anew(files: Sequence[McapFile], output: Path, mode: int) -> None:
    """Write a bag of what is whole; it is there when it is complete, or not at all."""
    if output.exists():
        raise BagError(f'{output} is there already, and no bag is written over')
    contents = BagContents()
    output.parent.mkdir(parents=True, exist_ok=True)
    unfinished = output.with_name(f'{output.name}.{os.getpid()}.unfinished')
    new_folder(unfinished, mode)
    try:
        for file in files:
            facts = FileFacts(file.path.name)
            contents.files.append(facts)
            contents.count(facts, file)
            with os.fdopen(new_file(unfinished / file.path.name, mode), 'wb') as stream:
                if file.is_whole:
                    with file.path.open('rb') as whole:
                        shutil.copyfileobj(whole, stream, _COPY_BYTES)
                else:
                    _rewrite(file, stream)
                stream.flush()
                os.fsync(stream.fileno())
        contents.write(unfinished, mode)
        unfinished.rename(output)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise


def _rewrite(file: McapFile, stream: IO[bytes]) -> None:
    compression = COMPRESSIONS[file.compression.decode() or 'none']
    writer = Writer(stream, CHUNK_BYTES, compression=compression)
    writer.start('ros2')
    schemas: dict[tuple[str, str, bytes], int] = {}
    channels: dict[int, int] = {}
    for key, topic in file.topics.items():
        schema = (topic.type_name, topic.schema_encoding, topic.definition)
        if schema not in schemas:
            schemas[schema] = writer.register_schema(*schema)
        channels[key] = writer.register_channel(
            topic.name, topic.encoding, schemas[schema], topic.metadata)
    for message in file.in_order(channels, _spoiled_meanwhile):
        writer.add_message(
            channels[message.channel], message.log_ns, message.data, message.publish_ns,
            message.sequence)
    for place in file.extras:
        extra = file.extra(*place)
        if isinstance(extra, Metadata):
            writer.add_metadata(extra.name, extra.metadata)
        else:
            writer.add_attachment(
                extra.create_time, extra.log_time, extra.name, extra.media_type, extra.data)
    writer.finish()


def _spoiled_meanwhile(lost: Lost) -> None:
    raise BagError(f'{lost.file}: it was changed while it was read')
