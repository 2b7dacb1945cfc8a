"""`igtl hz`: how often each device sends."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..streams import Stream

HELP = 'how often each device sends, and how evenly'
EXAMPLE = 'igtl hz 10.0.0.5 ProbeToTracker --duration 10'
DESCRIPTION = """\
Tell how often the messages of each device arrive, with the shortest and the longest interval and
their standard deviation (std), over the last messages."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command line."""
    from ..look import add_watch_arguments

    add_watch_arguments(parser, duration_s=0.0)


def facts(stream: Stream, _: float) -> dict[str, Any]:
    """List rate and intervals."""
    shortest, longest, deviation = stream.intervals_s or (None, None, None)
    rate = None if shortest is None else stream.rate_hz
    return {
        'rate_hz': rate, 'shortest_s': shortest, 'longest_s': longest, 'deviation_s': deviation,
        'messages': stream.count,
    }


def lines(found: list[dict[str, Any]]) -> list[str]:
    """Show them as a table."""
    from ..look import shown, who, with_peer
    from ..terminal import table

    titles = with_peer(['device', 'type', 'Hz', 'shortest', 'longest', 'std', 'messages'], found)
    rows = [
        [
            *who(one, titles), shown(one['rate_hz'], 2),
            *(shown(None if one[key] is None else 1e3 * one[key], 2, ' ms')
              for key in ('shortest_s', 'longest_s', 'deviation_s')),
            str(one['messages']),
        ]
        for one in found
    ]
    return table(titles, rows, right='Hz shortest longest std messages')


def run(arguments: argparse.Namespace) -> int:
    """Tell it again and again, and give the exit code."""
    from ..look import report

    return report(arguments, facts, lines)
