"""`igtl delay`: how late messages arrive, apart from the offset of the clock of the peer."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from ..look import add_watch_arguments, report, rows_of, shown_ms

if TYPE_CHECKING:
    from ..streams import Stream

HELP = 'delay and jitter of messages by their stamps, without the clock offset of the peer'
EXAMPLE = 'igtl delay 10.0.0.5 ProbeToTracker --duration 10'
DESCRIPTION = """\
Compare the stamp of each message with its arrival. The clock of the peer may be wrong: the
smallest difference is its offset and the shortest way together (offset; less than 0 if its clock
is ahead of ours). What the others took longer is jitter of the device and the network, whatever
the clocks say: half of them (median), 99 of 100 (p99) and all (most), over the last messages."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_watch_arguments(parser, duration_s=0.0)


def facts(stream: Stream, _: float) -> dict[str, Any]:
    """List offset and jitter."""
    lag = stream.lag
    least, median, p99, most = lag if lag else (None, None, None, None)
    return {
        'offset_s': least, 'median_s': median, 'p99_s': p99, 'most_s': most,
        'stamps': stream.stamps, 'messages': stream.count,
    }


def lines(found: list[dict[str, Any]]) -> list[str]:
    """Show them as a table."""
    return rows_of(
        found, ('offset', 'median', 'p99', 'most', 'stamps', 'messages'),
        'offset median p99 most messages',
        lambda one: [
            *(shown_ms(one[key], 3) for key in ('offset_s', 'median_s', 'p99_s', 'most_s')),
            one['stamps'], str(one['messages']),
        ])


def run(arguments: argparse.Namespace) -> int:
    return report(arguments, facts, lines)
