"""`igtl hz`: how often each device sends."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from ..look import add_watch_arguments, report, rows_of, shown, shown_ms

if TYPE_CHECKING:
    from ..streams import Stream

HELP = 'how often each device sends, and how evenly'
EXAMPLE = 'igtl hz 10.0.0.5 ProbeToTracker --duration 10'
DESCRIPTION = """\
Tell how often the messages of each device arrive, with the shortest and the longest interval and
their standard deviation (std), over the last messages."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_watch_arguments(parser, duration_s=0.0)


def facts(stream: Stream, _: float) -> dict[str, Any]:
    """List rate and intervals."""
    shortest, longest, deviation = stream.intervals_s or (None, None, None)
    return {
        'rate_hz': stream.rate_hz, 'shortest_s': shortest, 'longest_s': longest,
        'deviation_s': deviation, 'messages': stream.count,
    }


def lines(found: list[dict[str, Any]]) -> list[str]:
    """Show them as a table."""
    return rows_of(
        found, ('Hz', 'shortest', 'longest', 'std', 'messages'),
        'Hz shortest longest std messages',
        lambda one: [
            shown(one['rate_hz'], 2),
            *(shown_ms(one[key], 2) for key in ('shortest_s', 'longest_s', 'deviation_s')),
            str(one['messages']),
        ])


def run(arguments: argparse.Namespace) -> int:
    return report(arguments, facts, lines)
