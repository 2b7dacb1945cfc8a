"""Numbers as text, and on command lines: what reads them, and says what is wanted."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable


def float_in(text: str) -> float:
    """
    Read a number as other programs do: Python also takes 1_0, and digits of every script.

    :raises ValueError: if it is none.
    """
    return float(_plain(text))


def int_in(text: str, base: int = 10) -> int:
    """
    Read a whole number, see `float_in`.

    :raises ValueError: if it is none.
    """
    return int(_plain(text), base)


def _plain(text: str) -> str:
    if '_' in text or not text.isascii():
        raise ValueError(f'{text[:60]!r} is no number')
    return text


def number(low: float, high: float = math.inf) -> Callable[[str], float]:
    """Make what reads a number from `low` to `high`."""

    def read(text: str) -> float:
        return _within(text, float_in, low, high, 'number')

    return read


def whole(low: int, high: float = math.inf) -> Callable[[str], int]:
    """Make what reads a whole number from `low` to `high`."""

    def read(text: str) -> int:
        return int(_within(text, int_in, low, high, 'whole number'))

    return read


def _within(
    text: str, kind: Callable[[str], float], low: float, high: float, what: str
) -> float:
    try:
        value = kind(text)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        limits = f'from {low:.15g} on' if high == math.inf else f'from {low:.15g} to {high:.15g}'
        raise argparse.ArgumentTypeError(f'{text!r} is no {what} {limits}')
    return value


#: how long something may take
seconds = number(0, 1e9)
#: a port to listen on, 0 for any free one
port = whole(0, 65535)
