"""
The files that people have: images, meshes, points, tracked sequences, as messages and back.

Each format is one file here, found by listing the folder. It has

* `EXTENSIONS`: how the names of such files end;
* `read(path)`: gives pairs of a time in seconds from the first and a message, one after the
  other, so that a long file need not fit the memory; and, where such files are written,
* `WRITES`: the classes of messages, and `write(path, message)`, or, if there is room for more
  than one, `Lines(path)`, which collects them by `add(time_s, message)` until it is closed.

In memory all that is in space is as 3D Slicer takes it from a link: RAS, in millimetres. Each
format has its own axes on disk.
"""

from __future__ import annotations

import csv
import pkgutil
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from ..codec import Message
from ..errors import BagError, FileError, IgtlError

#: a time in seconds and what was said then
Timed = tuple[float, Message]
M = TypeVar('M', bound=Message)


@cache
def formats() -> dict[str, ModuleType]:
    """List the formats by the ends of the names of their files."""
    found: dict[str, ModuleType] = {}
    for module in pkgutil.iter_modules(__path__):
        if not module.name.startswith('_'):
            form = import_module(f'{__name__}.{module.name}')
            found.update(dict.fromkeys(form.EXTENSIONS, form))
    return found


def _as_path(path: Path | str) -> Path:
    """Take the name of a file; `FileError` if it is none."""
    try:
        return Path(path)
    except TypeError as error:
        raise FileError(f'{path!r}: wanted the name of a file') from error


def extension_of(path: Path | str) -> str | None:
    """
    Tell how the name of a file ends, if that says what it is: the longest one that fits.

    :raises FileError: if it is no name.
    """
    name = _as_path(path).name.lower()
    fitting = [extension for extension in formats() if name.endswith(extension)]
    return max(fitting, key=len, default=None)


def readable() -> tuple[str, ...]:
    """List the ends of names of files that are read."""
    return tuple(sorted(end for end, form in formats().items() if hasattr(form, 'read')))


def writable(cls: type[Message] | None = None) -> tuple[str, ...]:
    """List the ends of names of files that a message of a class, or any, can be written to."""
    return tuple(sorted(
        end for end, form in formats().items()
        if hasattr(form, 'WRITES') and (cls is None or issubclass(cls, form.WRITES))))


def _format(path: Path, needs: str, does: str, possible: tuple[str, ...]) -> ModuleType:
    form = formats().get(extension_of(path) or '')
    if form is None or not hasattr(form, needs):
        raise FileError(
            f'{path}: files with such a name are not {does}; possible: {", ".join(possible)}')
    return form


def read(path: Path | str) -> Iterator[Timed]:
    """
    Read a file: pairs of a time in seconds and a message, as `igtl send` and `replay` send them.

    :raises FileError: if it is none that can be read; what is wrong, and where.
    """
    path = _as_path(path)
    form = _format(path, 'read', 'read', readable())
    with faults_of(path):
        yield from form.read(path)


def read_one(path: Path | str, cls: type[M]) -> M:
    """
    Read the one message of a class that is in a file.

    :raises FileError: if it cannot be read, or there is not exactly one.
    """
    found = None
    for _, message in read(path):
        if isinstance(message, cls):
            if found is not None:
                raise FileError(f'{path}: more than one {cls.type_name}; files.read gives each')
            found = message
    if found is None:
        raise FileError(f'{path}: there is no {cls.type_name} in it')
    return found


def write(path: Path | str, messages: Iterable[Timed]) -> None:
    """
    Write messages to a file of the format that its name says.

    The messages may come from the same file. If one of them has no place in it, a file of rows
    (.csv, .txt) has those before, and any other is as it was. After an interruption (Ctrl-C) a
    sequence, too, has what came before.

    :raises FileError: if they have no place in it, or it cannot be written.
    """
    path = _as_path(path)
    form = _format(path, 'WRITES', 'written', writable())
    with faults_of(path):
        checked = _checked(path, form, messages)
        if hasattr(form, 'Lines'):
            lines = form.Lines(path)
            with closing_each([lines], after=lines.KEPT_AFTER):
                for time_s, message in checked:
                    lines.add(time_s, message)
            return
        given = [message for _, message in checked]  # a second one is refused on its way
        if not given:
            raise FileError('there is nothing to write')
        form.write(path, given[0])


def _checked(path: Path, form: ModuleType, messages: Any) -> Iterator[Timed]:
    wanted = f'{path}: wanted pairs of a time in seconds and a message'
    if not isinstance(messages, Iterable):
        raise FileError(f'{wanted}, found {messages!r}')
    for number, pair in enumerate(messages):
        is_pair = isinstance(pair, (tuple, list)) and len(pair) == 2
        if not is_pair or not isinstance(pair[1], Message):
            raise FileError(f'{wanted}, found {pair!r}')
        time_s, message = pair
        if not isinstance(message, form.WRITES):
            names = ', '.join(cls.type_name for cls in form.WRITES)
            raise FileError(
                f'{path}: {message.type_name} {message.device_name!r} has no place in such a '
                f'file; wanted: {names}'
            )
        if number and not hasattr(form, 'Lines'):
            raise FileError(f'{path}: there is room for one message in such a file')
        yield time_s, message


@contextmanager
def closing_each(
    lines: Collection[Any], after: type[BaseException] = BaseException
) -> Iterator[None]:
    """
    Close each of what writes by lines; of several errors the first one is told.

    :param after: which errors leave what came before them; after others nothing is closed.
    """
    try:
        yield
    except after:
        for one in lines:
            with suppress(IgtlError, OSError):
                one.close()
        raise
    with ExitStack() as stack:
        for one in lines:
            stack.callback(one.close)


@contextmanager
def faults_of(path: Path) -> Iterator[None]:
    """
    Say which file it was that something was wrong with.

    :raises FileError: for what goes wrong inside.
    """
    try:
        yield
    except (FileError, BagError):  # which say where it was
        raise
    except ImportError as error:
        raise FileError(
            f'{path}: to read and write such files: pip install "igtl_ros2[files]" ({error})'
        ) from error
    except OSError as error:
        raise FileError(f'{path}: {error.strerror or error}') from error
    # of a name that none can have; of a table with a word longer than csv takes
    except (IgtlError, UnicodeEncodeError, csv.Error) as error:
        raise FileError(f'{path}: {error}') from error


def device_name(path: Path | str) -> str:
    """Name what is in a file after it."""
    name = Path(path).name
    return name[: len(name) - len(extension_of(path) or Path(path).suffix)] or name
