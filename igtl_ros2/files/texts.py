"""Texts (.txt, .tsv): STRING and STATUS, a line each, with tabs between the columns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ..codec import Message
from ..codec.messages.text import Status, String
from ..config.numbers import int_in
from ..errors import FileError
from . import Timed, device_name
from ._rows import Rows, seconds

EXTENSIONS = ('.txt', '.tsv')
WRITES = (String, Status)
_HEAD = ('time_s', 'device', 'type', 'code', 'subcode', 'error_name', 'text')
_ESCAPES = {'\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r'}
_BACK = {escape: char for char, escape in _ESCAPES.items()}


def read(path: Path) -> Iterator[Timed]:
    """Read lines as they are written; a file with another first line is one STRING."""
    with open(path, encoding='utf-8', errors='surrogateescape', newline='') as file:
        first = file.readline()
        if first.rstrip('\r\n').split('\t') != list(_HEAD):
            yield 0.0, String(first + file.read(), device_name=device_name(path))
            return
        for number, line in enumerate(file, 2):
            yield _message(path, number, line.rstrip('\r\n').split('\t'))


def _message(path: Path, number: int, words: list[str]) -> Timed:
    where = f'{path}, line {number}'
    if len(words) != len(_HEAD):
        raise FileError(f'{where}: {len(words)} columns, wanted {len(_HEAD)}')
    time, device, kind, code, subcode, name, text = (_unescaped(word) for word in words)
    time_s = seconds(time, f'{where}: time_s')
    try:
        if kind == 'STRING':
            return time_s, String(text, device_name=device)
        if kind == 'STATUS':
            return time_s, Status(
                code=int_in(code), subcode=int_in(subcode), error_name=name, message=text,
                device_name=device)
    except ValueError as error:
        raise FileError(f'{where}: {error}') from error
    raise FileError(f'{where}: {kind!r}, wanted STRING or STATUS')


class Lines(Rows):
    """A line for each message."""

    def head_of(self, message: Message) -> str:
        """Give the names of the columns."""
        return '\t'.join(_HEAD) + '\n'

    def lines_of(self, time_s: float, message: Message) -> Iterator[str]:
        """Give the line of a message."""
        words = [f'{time_s:.9f}', message.device_name, message.type_name, *_words(message)]
        yield '\t'.join(map(_escaped, words)) + '\n'


def _words(message: Message) -> list[str]:
    if isinstance(message, Status):
        return [
            str(message.code), str(message.subcode), message.error_name, message.message]
    assert isinstance(message, String)
    return ['', '', '', message.text]


def _escaped(text: str) -> str:
    return ''.join(_ESCAPES.get(char, char) for char in text)


def _unescaped(text: str) -> str:
    return re.sub(r'\\[\\tnr]', lambda found: _BACK[found[0]], text)
