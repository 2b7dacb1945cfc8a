"""`igtl bw`: how many bytes each device sends."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from ..look import add_watch_arguments, report, rows_of, shown_rate
from ..words import shown_size

if TYPE_CHECKING:
    from ..streams import Stream

HELP = 'how many bytes each device sends'
EXAMPLE = 'igtl bw 10.0.0.5 --duration 10'
DESCRIPTION = """\
Tell how many bytes a second the messages of each device take on the wire, headers included, and
how large they are, over the last messages."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_watch_arguments(parser, duration_s=0.0)


def facts(stream: Stream, _: float) -> dict[str, Any]:
    """List rate and sizes."""
    smallest, largest, mean = stream.sizes
    return {
        'bytes_per_s': stream.bytes_per_s, 'smallest': smallest,
        'largest': largest, 'mean': mean, 'messages': stream.count, 'bytes': stream.bytes,
    }


def lines(found: list[dict[str, Any]]) -> list[str]:
    """Show them as a table, with the sum."""
    total = [
        'all', '', shown_rate(sum(one['bytes_per_s'] or 0.0 for one in found)), '', '', '',
        str(sum(one['messages'] for one in found)), shown_size(sum(one['bytes'] for one in found)),
    ]
    return rows_of(
        found, ('rate', 'mean', 'smallest', 'largest', 'messages', 'bytes'),
        'rate mean smallest largest messages bytes',
        lambda one: [
            shown_rate(one['bytes_per_s']), shown_size(one['mean']), shown_size(one['smallest']),
            shown_size(one['largest']), str(one['messages']), shown_size(one['bytes']),
        ],
        [total] if len(found) > 1 else [])


def run(arguments: argparse.Namespace) -> int:
    return report(arguments, facts, lines)
