"""Tables and colour: plain text in a file or a pipe, colour only where a terminal shows it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TextIO

from ..errors import printable


def has_colour(stream: TextIO) -> bool:
    """Tell whether a stream shows colour: a terminal does, unless NO_COLOR is set."""
    return stream.isatty() and not os.environ.get('NO_COLOR') and os.environ.get('TERM') != 'dumb'


def table(titles: Sequence[str], rows: Sequence[Sequence[str]], right: str = '') -> list[str]:
    """
    Set rows in columns.

    :param right: the titles of columns of numbers, which stand at the right, as words.
    :returns: its lines; control characters in cells are escaped.
    """
    cells = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(titles, *cells)]
    numbers = set(right.split())

    def line(row: Sequence[str]) -> str:
        return '  '.join(
            cell.rjust(width) if title in numbers else cell.ljust(width)
            for title, cell, width in zip(titles, row, widths)).rstrip()

    head = line(titles)
    return [f'\033[1m{head}\033[0m' if has_colour(sys.stdout) else head, *map(line, cells)]
