"""`igtl ls`: the devices that a host sends, one line each."""

from __future__ import annotations

import argparse
from typing import Any

from ..look import add_watch_arguments, report, rows_of, shown
from ..words import shown_size

HELP = 'the devices of a host: type, rate, age, size, validity, unit, stamps, last value'
EXAMPLE = 'igtl ls 10.0.0.5'
DESCRIPTION = """\
List the devices that a host sends, a line for each device and type: how often
it came, how long ago the last one (age), its bytes, what it says of its validity (state), its
unit, its stamps, and its last value. Stamps: device, if it sets them; none; some, of some
messages; frozen, if they stand still."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_watch_arguments(parser, duration_s=2.0, period_s=None)


def lines(found: list[dict[str, Any]]) -> list[str]:
    """Show the devices as a table."""
    return rows_of(
        found, ('Hz', 'age', 'size', 'state', 'unit', 'stamps', 'value'), 'Hz age size',
        lambda one: [
            shown(one['rate_hz']), shown(one['age_s'], 2, ' s'), shown_size(one['size']),
            one['state'], one['unit'], one['stamps'], one['value'],
        ])


def run(arguments: argparse.Namespace) -> int:
    from ..streams import Stream

    return report(arguments, Stream.facts, lines)
