"""Bags opened for reading: what is whole is read, what is not is passed over and told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

import yaml
from rosbags.rosbag2 import Reader

from ..errors import BagError
from .chunks import McapFile
from .files import mcap_files
from .lost import Lost
from .metadata import METADATA, Told, load_yaml
from .records import RECORD

_HINT = '; igtl_record repair may make it readable'


@dataclass(frozen=True, slots=True)
class BagTopic:
    """A topic of a bag, and its type."""

    topic: str
    msgtype: str
    msgcount: int


class McapBag:
    """
    A bag of MCAP files.

    :param path: the bag, for messages about it.
    :param paths: its files, in their order.
    :param progress: called with the bytes read and their number while that goes on.
    :raises BagError: if one cannot be read at all.
    """

    def __init__(
        self, path: Path, paths: Collection[Path], progress: Callable[[int, int], None]
    ) -> None:
        self.path = path
        self.lost: list[Lost] = []
        self._files: list[McapFile] = []
        told = Told.read(path)  # before the files, which may grow
        sizes = [file.stat().st_size for file in paths]
        before = 0
        for file, size in zip(paths, sizes):
            def tell(done: int, _: int, before: int = before) -> None:
                progress(before + done, sum(sizes))

            self._files.append(_opened(file, tell))
            before += size
        if told is not None:
            self.lost += told.more_than(self._files)
        counts: dict[tuple[str, str], int] = {}
        for opened in self._files:
            self.lost += opened.lost
            numbers = dict.fromkeys(opened.topics, 0)
            for part in opened.parts:
                for channel, number in part.counts.items():
                    if channel in numbers:
                        numbers[channel] += number
            for key, topic in opened.topics.items():
                name = (topic.name, topic.type_name)
                counts[name] = counts.get(name, 0) + numbers[key]
        self.connections = [BagTopic(*name, count) for name, count in counts.items()]
        parts = [part for opened in self._files for part in opened.parts]
        self.start_time = min((part.start_ns for part in parts), default=0)
        self.duration = max((part.end_ns for part in parts), default=0) - self.start_time

    def messages(self, connections: Collection[Any]) -> Iterator[tuple[BagTopic, int, bytes]]:
        """Give the messages of some topics in the order of time: topic, time and CDR."""
        wanted = {(c.topic, c.msgtype): c for c in connections}
        for file in self._files:
            channels = {
                key: wanted[topic.name, topic.type_name]
                for key, topic in file.topics.items()
                if (topic.name, topic.type_name) in wanted}
            for message in file.in_order(channels, self._skipped):
                yield channels[message.channel], message.log_ns, message.data

    def _skipped(self, lost: Lost) -> None:
        if lost not in self.lost:  # in another round
            self.lost.append(lost)

    def close(self) -> None:
        for file in self._files:
            file.close()


def _opened(path: Path, progress: Callable[[int, int], None]) -> McapFile:
    file = McapFile(path, index=True, progress=progress)
    if not file.has_magic:
        raise BagError(f'{path}: the beginning of the file is no MCAP{_HINT}')
    if not file.has_header:
        raise BagError(f'{path}: its first record does not say that it is of ROS 2{_HINT}')
    if not file.has_end:
        raise BagError(f'{path}: the end of the file is missing or damaged{_HINT}')
    return file


class OtherBag:
    """
    A bag that rosbags reads: of sqlite3, or with compressed files or messages.

    :raises BagError: if it cannot.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lost: list[Lost] = []
        try:
            self._reader = Reader(path)
            self._reader.open()
        except Exception as error:  # rosbags lets through what SQLite and its YAML raise
            raise BagError(f'{path}: {error}') from error
        self.connections = self._reader.connections
        self.start_time = self._reader.start_time
        self.duration = self._reader.duration

    def messages(self, connections: Collection[Any]) -> Iterator[tuple[Any, int, bytes]]:
        """Give the messages of some topics in the order of time: topic, time and CDR."""
        try:
            for connection, time_ns, data in self._reader.messages(connections):
                yield connection, time_ns, bytes(data)
        except Exception as error:  # as above
            raise BagError(f'{self.path}: {error}') from error

    def close(self) -> None:
        self._reader.close()


#: an open bag
BagReader = McapBag | OtherBag


def read_bag(path: Path, progress: Callable[[int, int], None]) -> BagReader:
    """
    Open a bag: its folder, or one of its files.

    :param progress: called with the bytes read and their number while that goes on.
    :raises BagError: if it cannot be read.
    """
    try:
        if not path.exists():
            raise BagError(f'{path} is not there')
        if path.suffix == '.mcap' and path.is_file():
            return McapBag(path, [path], progress)
        if not path.is_dir():
            if path.suffix != '.db3':
                raise BagError(f'{path}: no bag; wanted its folder, or a file of it (.mcap, .db3)')
            return OtherBag(path)
        paths = _files_of(path)
        return OtherBag(path) if paths is None else McapBag(path, paths, progress)
    except OSError as error:
        raise BagError(f'{path}: {error.strerror or error}') from error


def _files_of(folder: Path) -> list[Path] | None:
    """Find the MCAP files of a bag; None if it is of another kind."""
    path = folder / METADATA
    if not path.exists():
        if not mcap_files(folder):
            raise BagError(
                f'{folder}: no bag: there is neither a metadata.yaml nor an MCAP file in it')
        raise BagError(f'{folder}: there is no metadata.yaml; igtl_record repair makes it')
    try:
        information = load_yaml(path.read_text(encoding='utf-8'))
        information = information['rosbag2_bagfile_information']
        storage = str(information['storage_identifier'])
        names = [PurePath(str(name)).name for name in information['relative_file_paths']]
        mode = str(information.get('compression_mode') or 'none').lower()
    except (ValueError, LookupError, TypeError, AttributeError, yaml.YAMLError) as error:
        short = ' '.join(f'{type(error).__name__}: {error}'.split())
        raise BagError(f'{path}: damaged: {short}{_HINT}') from error
    if storage == 'sqlite3' or mode in ('file', 'message'):
        return None
    if storage != 'mcap' or mode != 'none':
        raise BagError(
            f'{path}: storage {storage!r} with compression {mode!r}; wanted mcap or sqlite3, and '
            f'none, file or message{_HINT}')
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise BagError(f'{folder}: {", ".join(missing)} is not there{_HINT}')
    # a recorder that was killed has perhaps not named its last one yet
    more = [file for file in mcap_files(folder) if file.name not in names and _is_begun(file)]
    return [folder / name for name in names] + more


def _is_begun(path: Path) -> bool:
    """Tell whether a recorder has written the beginning of a file, which comes last."""
    with open(path, 'rb') as file:
        return any(file.read(RECORD.size))
