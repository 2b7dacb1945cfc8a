"""Numbers on command lines: what reads them, and says what is wanted."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable


def number(low: float, high: float = math.inf) -> Callable[[str], float]:
    """Make what reads a number from `low` to `high`."""

    def read(text: str) -> float:
        return _within(text, float, low, high, 'number')

    return read


def whole(low: int, high: float = math.inf) -> Callable[[str], int]:
    """Make what reads a whole number from `low` to `high`."""

    def read(text: str) -> int:
        return int(_within(text, int, low, high, 'whole number'))

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
