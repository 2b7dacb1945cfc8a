"""Messages of a recording as files of their own: what `igtl export` and `igtl convert` do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import files
from ..codec import Message
from ..codec.messages.bundle import Bind
from ..errors import DecodeError, FileError, IgtlError
from ..files import table, texts
from .history import Key
from .recordings import Seen
from .survey import go_through

#: what each type is written to, unless another format is asked for
USUAL = {'IMAGE': '.mha', 'POLYDATA': '.vtp', 'POINT': '.mrk.json'}
_ROWS: Mapping[str, Any] = {'.csv': table.Lines, '.txt': texts.Lines}
_MOST_NAME = 80


class Export:
    """
    A folder that gets the messages of a recording.

    :param ends: of the names of files, by type.
    :param every: of the messages that get a file each, one of so many is written.
    """

    def __init__(self, folder: Path, ends: Mapping[str, str], every: int = 1) -> None:
        """Write nothing yet."""
        self._folder = folder
        self._ends = {**USUAL, **ends}
        self._every = every
        self._begin_ns: int | None = None
        self._rows: dict[Path, Any] = {}
        self._last: dict[Path, bytes] = {}
        self._numbers: Counter[Path] = Counter()
        #: files, and messages in them, by the type of these
        self.files: Counter[str] = Counter()
        self.written: Counter[str] = Counter()
        #: messages that are in no file, by type and why
        self.left_out: Counter[str] = Counter()

    def take(self, key: Key, seen: Seen, message: Message | DecodeError) -> None:
        """Write a message of a recording."""
        if self._begin_ns is None:
            self._begin_ns = seen.time_ns
        time_s = (seen.time_ns - self._begin_ns) / 1e9
        if isinstance(message, DecodeError):
            self.left_out[f'{key.type}: damaged, such as: {message}'] += 1
            return
        self._put(time_s, key, message)

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
        stem = self._folder_of(key.source) / _safe(f'{key.device}_{key.type}')
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

    def _folder_of(self, source: str) -> Path:
        folder = self._folder if source in ('', 'from') else self._folder / _safe(
            'to_igtl' if source == 'to' else source)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _add_rows(self, path: Path, time_s: float, message: Message) -> None:
        rows = self._rows.get(path)
        if rows is None:
            rows = self._rows[path] = _ROWS[path.suffix](path)
            self.files[message.type_name] += 1
        rows.add(time_s, message)

    def _is_wanted(self, stem: Path, message: Message) -> bool:
        """Tell whether a message gets a file: not if it says what the one before said."""
        content = _digest(message)
        if self._last.get(stem) == content:
            self.left_out[f'{message.type_name}: same as the one before'] += 1
            return False
        self._last[stem] = content
        count = self._numbers[stem.with_name(f'{stem.name}*')]
        self._numbers[stem.with_name(f'{stem.name}*')] += 1
        if count % self._every:
            self.left_out[f'{message.type_name}: --every {self._every}'] += 1
            return False
        return True

    def close(self) -> None:
        """Write what waits."""
        for rows in self._rows.values():
            rows.close()


def _digest(message: Message) -> bytes:
    from hashlib import blake2b

    digest = blake2b(digest_size=16)
    for part in message.encode_content():
        digest.update(part)
    return digest.digest()


def _safe(name: str) -> str:
    """Make a name of a file: names of devices may have anything in them."""
    return re.sub(r'[^\w.+-]+', '_', name.replace(' > ', '-')).strip('.')[:_MOST_NAME] or '_'


def export(
    path: str, folder: Path, ends: Mapping[str, str], devices: Sequence[str], every: int
) -> tuple[Export, list[str]]:
    """
    Write the messages of a recording into a folder.

    :returns: what was written, and what was passed over in the recording.
    :raises IgtlError: if it cannot be read, or the folder not written.
    """
    for type_name, end in ends.items():
        possible = files.writable(_class(type_name))
        if end not in possible:
            raise FileError(
                f'{end}: {type_name} is not written to such files; possible: '
                f'{", ".join(possible)}')
    done = Export(folder, ends, every)
    with files.faults_of(folder):
        try:
            recorded = go_through(path, devices, done.take)
        finally:
            done.close()
    return done, recorded.notes()


def _class(type_name: str) -> type[Message]:
    from ..codec import message_class

    cls = message_class(type_name)
    assert cls is not None
    return cls


class Conversion:
    """A file that gets all that has a place in it."""

    def __init__(self, output: Path) -> None:
        """Look what format it has."""
        end = files.extension_of(output) or output.suffix
        form = files.formats().get(end)
        possible = [name for name, form in files.formats().items() if hasattr(form, 'write')]
        if end not in possible or form is None:
            raise FileError(
                f'{output}: files with such a name are not written; possible: '
                f'{", ".join(sorted(possible))}')
        self._form, self._end, self._output = form, end, output
        self._begin_ns: int | None = None
        make_rows: Any = getattr(form, 'Lines', None)
        self._rows = make_rows and make_rows(output)
        self.written: list[Path] = []
        self.others: Counter[str] = Counter()

    @property
    def wanted(self) -> str:
        """What has a place in such a file."""
        return ', '.join(cls.type_name for cls in self._form.WRITES)

    def take(self, key: Key, seen: Seen, message: Message | DecodeError) -> None:
        """Write a message of a recording, if it fits."""
        if self._begin_ns is None:
            self._begin_ns = seen.time_ns
        if isinstance(message, DecodeError) or not isinstance(message, self._form.WRITES):
            self.others[key.type] += 1
            return
        time_s = (seen.time_ns - self._begin_ns) / 1e9
        if self._rows is not None:
            self._rows.add(time_s, message)
            self.written[:] = [self._output]
            return
        target = self._output
        if self.written:
            name = target.name[: -len(self._end)]
            target = target.with_name(f'{name}_{len(self.written):04d}{self._end}')
        files.write(target, [(time_s, message)])
        self.written.append(target)

    def close(self) -> None:
        """Write what waits."""
        if self._rows is not None and self.written:
            self._rows.close()


def convert(path: str, output: Path, devices: Sequence[str]) -> Conversion:
    """
    Write what a file, bag or capture has into a file of another format.

    Where there is room for one message and there are several, the others get numbers.

    :raises IgtlError: if it cannot be read or written, or has nothing for such a file.
    """
    done = Conversion(output)
    with files.faults_of(output):
        try:
            go_through(path, devices, done.take)
        finally:
            done.close()
    if not done.written:
        counts = sorted(done.others.items())
        there = ', '.join(f'{count} {kind}' for kind, count in counts) or 'nothing'
        raise FileError(
            f'{path}: nothing that has a place in {output.name}: there is {there}, wanted '
            f'{done.wanted}')
    return done
