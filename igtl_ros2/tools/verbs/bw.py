"""`igtl bw`: how many bytes each device sends."""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..streams import Stream

HELP = 'how many bytes each device sends'
EXAMPLE = 'igtl bw 10.0.0.5 --duration 10'
DESCRIPTION = """\
Tell how many bytes a second the messages of each device take on the wire, headers included, and
how large they are, over the last messages."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command line."""
    from ..look import add_watch_arguments

    add_watch_arguments(parser, duration_s=0.0)


def facts(stream: Stream, _: float) -> dict[str, Any]:
    """List rate and sizes."""
    smallest, largest, mean = stream.sizes
    rate = stream.bytes_per_s
    return {
        'bytes_per_s': None if math.isnan(rate) else rate, 'smallest': smallest,
        'largest': largest, 'mean': mean, 'messages': stream.count, 'bytes': stream.bytes,
    }


def lines(found: list[dict[str, Any]]) -> list[str]:
    """Show them as a table, with the sum."""
    from ..look import who, with_peer
    from ..terminal import table
    from ..words import shown_size

    def rate(value: float | None) -> str:
        return '-' if value is None else f'{shown_size(value)}/s'

    titles = with_peer(
        ['device', 'type', 'rate', 'mean', 'smallest', 'largest', 'messages', 'bytes'], found)
    rows = [
        [
            *who(one, titles), rate(one['bytes_per_s']), shown_size(one['mean']),
            shown_size(one['smallest']), shown_size(one['largest']), str(one['messages']),
            shown_size(one['bytes']),
        ]
        for one in found
    ]
    if len(rows) > 1:
        total = sum(one['bytes_per_s'] or 0.0 for one in found)
        empty = [''] * (len(titles) - 8)
        rows.append([
            *empty, 'all', '', rate(total), '', '', '', str(sum(one['messages'] for one in found)),
            shown_size(sum(one['bytes'] for one in found)),
        ])
    return table(titles, rows, right='rate mean smallest largest messages bytes')


def run(arguments: argparse.Namespace) -> int:
    """Tell it again and again, and give the exit code."""
    from ..look import report

    return report(arguments, facts, lines)
