"""Messages of a recording as files of their own: what `igtl export` and `igtl convert` do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import chain, count
from pathlib import Path
from typing import Any

from .. import files
from ..codec import Message, registered
from ..codec.messages.bundle import Bind
from ..codec.patients import hidden
from ..errors import DecodeError, FileError, IgtlError
from ..files import table, texts
from .captures import is_capture
from .connections import Connections
from .history import Key
from .recordings import Seen
from .survey import go_through

_ROWS: Mapping[str, Any] = {'.csv': table.Lines, '.txt': texts.Lines}
_MOST_NAME = 80


class _Gathering:
    """What becomes of the messages of a recording."""

    def __init__(self, phi: str) -> None:
        self._phi = phi
        self._begin_ns: int | None = None
        #: what writes row by row, by its file or the kind of its rows
        self._rows: dict[Any, Any] = {}
        #: messages that are in no file, by type and why
        self.left_out: Counter[str] = Counter()

    def take(self, key: Key, seen: Seen, message: Message | DecodeError) -> None:
        """Write a message of a recording."""
        if self._begin_ns is None:
            self._begin_ns = seen.time_ns
        if isinstance(message, DecodeError):
            self.left_out[f'{key.type}: damaged, such as: {message}'] += 1
        else:
            self._put((seen.time_ns - self._begin_ns) / 1e9, key, hidden(message, self._phi))

    def _put(self, time_s: float, key: Key, message: Message) -> None:
        raise NotImplementedError

    def gather(
        self, path: str, target: Path, devices: Sequence[str],
        has: Callable[[Seen], bool] = lambda seen: True,
    ) -> list[str]:
        """
        Write all messages of a recording.

        :returns: what was passed over in it.
        :raises IgtlError: if it cannot be read, or the target not written.
        """
        with files.faults_of(target), files.closing_each(self._rows.values()):
            recorded = go_through(path, devices, self.take, has)
        return recorded.notes()


class Export(_Gathering):
    """
    A folder that gets the messages of a recording.

    :param ends: of the names of files, by type.
    :param every: of the messages that get a file each, one of so many is written.
    :param phi: what becomes of names of patients: redact, hash or pass.
    """

    def __init__(self, folder: Path, ends: Mapping[str, str], every: int, phi: str) -> None:
        super().__init__(phi)
        self._folder = folder
        #: where each stream goes: names that differ may be one as the names of files
        self._stems: dict[Key, Path] = {}
        self._taken: set[Path] = set()
        self._ends = ends
        self._every = every
        self._last: dict[Path, bytes] = {}
        self._numbers: Counter[Path] = Counter()
        #: files, and messages in them, by the type of these
        self.files: Counter[str] = Counter()
        self.written: Counter[str] = Counter()

    def _put(self, time_s: float, key: Key, message: Message) -> None:
        if isinstance(message, Bind):
            for child in message.children:
                name = f'{key.device}_{child.device_name}' if child.device_name else key.device
                self._put(time_s, Key(key.source, name, child.type_name), child)
            return
        end = self._end(message)
        if end is None:
            self.left_out[f'{key.type}: there is no format for it'] += 1
            return
        stem = self._stem_of(key)
        try:
            if end in _ROWS:
                self._add_rows(stem.with_name(stem.name + end), time_s, message)
            elif not self._is_wanted(stem, message):
                return
            else:
                number = self._numbers[stem]
                path = stem.with_name(f'{stem.name}_{number:04d}{end}')
                files.write(path, [(time_s, message)])
                self.files[message.type_name] += 1
        except IgtlError as error:
            self.left_out[f'{key.type}: {error}'] += 1
            return
        self._numbers[stem] += 1
        self.written[message.type_name] += 1

    def _end(self, message: Message) -> str | None:
        usual = self._ends.get(message.type_name)
        if usual is not None:
            return usual
        for end in _ROWS:
            if isinstance(message, files.formats()[end].WRITES):
                return end
        return None

    def _stem_of(self, key: Key) -> Path:
        """Give the beginning of the names of the files of a stream, which is its own."""
        stem = self._stems.get(key)
        if stem is None:
            wanted = self._folder_of(key.source) / _safe(f'{key.device}_{key.type}')
            more = (wanted.with_name(f'{wanted.name}~{n}') for n in count(2))
            stem = next(one for one in chain([wanted], more) if _folded(one) not in self._taken)
            self._taken.add(_folded(stem))
            self._stems[key] = stem
        return stem

    def _folder_of(self, source: str) -> Path:
        folder = self._folder if source in ('', 'from') else self._folder / _safe(
            'to_igtl' if source == 'to' else source)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _add_rows(self, path: Path, time_s: float, message: Message) -> None:
        rows = self._rows.get(path)
        if rows is None:
            rows = _ROWS[path.suffix](path)
        rows.add(time_s, message)
        if path not in self._rows:
            self._rows[path] = rows
            self.files[message.type_name] += 1

    def _is_wanted(self, stem: Path, message: Message) -> bool:
        """Tell whether a message gets a file: not if it says what the one before said."""
        content = _digest(message)
        if self._last.get(stem) == content:
            self.left_out[f'{message.type_name}: same as the one before'] += 1
            return False
        self._last[stem] = content
        number = self._numbers[stem.with_name(f'{stem.name}*')]
        self._numbers[stem.with_name(f'{stem.name}*')] += 1
        if number % self._every:
            self.left_out[f'{message.type_name}: --every {self._every}'] += 1
            return False
        return True


def _digest(message: Message) -> bytes:
    from hashlib import blake2b

    digest = blake2b(digest_size=16)
    for part in message.encode_content():
        digest.update(part)
    return digest.digest()


def _safe(name: str) -> str:
    """Make a name of a file: names of devices may have anything in them."""
    kept = re.sub(r'[^\w.+-]+', '_', name.replace(' > ', '-')).strip('.')
    # a file system counts bytes
    return kept.encode()[:_MOST_NAME].decode(errors='ignore') or '_'


def _folded(path: Path) -> Path:
    """Give what a path is to a file system that knows no upper and lower case."""
    return path.with_name(path.name.lower())


def export(
    path: str, folder: Path, ends: Mapping[str, str], devices: Sequence[str], every: int, phi: str
) -> tuple[Export, list[str]]:
    """
    Write the messages of a recording into a folder.

    :returns: what was written, and what was passed over in the recording.
    :raises IgtlError: if it cannot be read, or the folder not written or not empty: nobody could
        tell what of it is of which recording.
    """
    with files.faults_of(folder):
        if folder.is_dir() and any(folder.iterdir()):
            raise FileError(f'{folder}: is not empty; wanted a new folder, or an empty one')
    for type_name, end in ends.items():
        possible = files.writable(registered()[type_name])
        if end not in possible:
            raise FileError(
                f'{end}: {type_name} is not written to such files; possible: '
                f'{", ".join(possible)}')
    done = Export(folder, ends, every, phi)
    return done, done.gather(path, folder, devices)


class Conversion(_Gathering):
    """
    A file that gets all that has a place in it.

    :param phi: what becomes of names of patients: redact, hash or pass.
    """

    def __init__(self, output: Path, phi: str) -> None:
        super().__init__(phi)
        end = files.extension_of(output) or output.suffix
        possible = files.writable()
        if end not in possible:
            raise FileError(
                f'{output}: files with such a name are not written; possible: '
                f'{", ".join(possible)}')
        self.form, self._end, self._output = files.formats()[end], end, output
        self._make_rows: Any = getattr(self.form, 'Lines', None)
        self.written: list[Path] = []
        #: files that had one of the numbers already, and stay
        self.kept: list[Path] = []
        self._numbers = count(1)
        #: messages that have no place in it, by type
        self.others: Counter[str] = Counter()

    def _put(self, time_s: float, key: Key, message: Message) -> None:
        if not isinstance(message, self.form.WRITES):
            self.others[key.type] += 1
            return
        try:
            self._write(time_s, message)
        except IgtlError as error:
            self.left_out[f'{key.type}: {error}'] += 1

    def _write(self, time_s: float, message: Message) -> None:
        kind = self._make_rows.kind_of(message) if self._make_rows else ''
        if kind in self._rows:
            self._rows[kind].add(time_s, message)
            return
        target = self._output
        if self.written:
            target = self._free()
        if self._make_rows:
            rows = self._make_rows(target)
            rows.add(time_s, message)
            self._rows[kind] = rows
        else:
            files.write(target, [(time_s, message)])
        self.written.append(target)

    def _free(self) -> Path:
        """Choose a file that is not there: nobody has named it."""
        name = self._output.name[: -len(self._end)]
        while True:
            target = self._output.with_name(f'{name}_{next(self._numbers):04d}{self._end}')
            if not target.exists():
                return target
            self.kept.append(target)


def convert(
    path: str, output: Path, devices: Sequence[str], phi: str = 'redact', direction: str = 'from'
) -> tuple[Conversion, list[str]]:
    """
    Write what a file, bag or capture has into a file of another format.

    Where there is room for one message and there are several, the others get numbers.

    :param direction: what came from the devices, what was sent to them, or both.
    :returns: what was written, and what was passed over in the recording.
    :raises IgtlError: if it cannot be read or written, or has nothing for such a file.
    """
    done = Conversion(output, phi)
    source = Path(path)
    connections = None
    if source.is_file() and is_capture(source):
        connections = Connections(source, direction)
    other_way: Counter[str] = Counter()

    def has(seen: Seen) -> bool:
        if connections is not None:
            return connections.has(seen)
        if direction == 'both' or seen.source in ('', direction):
            return True
        other_way[seen.source] += 1
        return False

    notes = done.gather(path, output, devices, has)
    skipped = connections.notes({False: 'skipped'}) if connections is not None else [
        f'skipped: {count} messages {way} the devices' for way, count in other_way.items()]
    if skipped:
        skipped[-1] += '; --direction chooses'
    if not done.written and done.left_out:
        raise FileError(f'{path}: {next(iter(done.left_out))}')
    if not done.written:
        counts = sorted(done.others.items())
        there = ', '.join(f'{count} {kind}' for kind, count in counts) or 'nothing'
        wanted = ', '.join(cls.type_name for cls in done.form.WRITES)
        raise FileError('; '.join([
            f'{path}: nothing that has a place in {output.name}: there is {there}, wanted '
            f'{wanted}', *skipped]))
    return done, notes + skipped
