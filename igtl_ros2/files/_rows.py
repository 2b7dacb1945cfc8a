"""Files of lines: written while messages come, of many devices at once; their times."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path

from ..codec import Message
from ..config.numbers import float_in
from ..errors import FileError

_MOST_WAITING = 1000
# what 64 bits hold of nanoseconds
_MOST_SECONDS = 9.2e9


def seconds(text: str | None, where: str) -> float:
    """
    Read a time.

    :raises FileError: if it is none.
    """
    try:
        value = float_in(text or '')
    except ValueError:
        value = math.nan
    if not abs(value) < _MOST_SECONDS:
        raise FileError(f'{where}: {text!r}, wanted seconds')
    return value


class Rows:
    """
    A file that gets lines; it is not kept open, for there may be thousands of them.

    :param path: what is there already is overwritten.
    """

    #: what leaves a file with the lines before it
    KEPT_AFTER: type[BaseException] = BaseException

    def __init__(self, path: Path) -> None:
        self.path = path
        self._waiting: list[str] = []
        self._mode = 'w'

    @classmethod
    def kind_of(cls, message: Message) -> str:
        """Say of which kind a message is: those of one kind share a file."""
        return ''

    def head_of(self, message: Message) -> str:
        """Give the first line, made for the first message."""
        raise NotImplementedError

    def lines_of(self, time_s: float, message: Message) -> Iterator[str]:
        """Give the lines of a message."""
        raise NotImplementedError

    def add(self, time_s: float, message: Message) -> None:
        """Take in a message."""
        lines = list(self.lines_of(time_s, message))
        if self._mode == 'w' and not self._waiting:
            self._waiting.append(self.head_of(message))
        self._waiting += lines
        if len(self._waiting) >= _MOST_WAITING:
            self._write()

    def _write(self) -> None:
        target = Path(os.path.realpath(self.path))
        if self._mode == 'w' and target.is_file():
            target.unlink()  # who still reads it, as for what is written here, reads all of it
        with open(
            self.path, self._mode, encoding='utf-8', errors='surrogateescape', newline=''
        ) as file:
            file.writelines(self._waiting)
        self._waiting, self._mode = [], 'a'

    def close(self) -> None:
        """Write what waits."""
        if self._waiting or self._mode == 'w':
            self._write()
