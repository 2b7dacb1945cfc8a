"""`igtl top`: what a host sends, live in a terminal."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..look import Watch
    from ..streams import Stream

HELP = 'what a host sends, live in a terminal'
EXAMPLE = 'igtl top 10.0.0.5'
DESCRIPTION = """\
Show what a host sends, live: of each device rate, bytes a second, age, clock offset and jitter as
igtl delay tells them, validity, stamps and last value. Ctrl-C ends it. In a file or a pipe, or
without the package rich, it prints the table again and again."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what may stand on the command line."""
    from ..look import add_watch_arguments

    add_watch_arguments(parser, duration_s=0.0, period_s=0.5, window=120)


def facts(stream: Stream, now_s: float) -> dict[str, Any]:
    """List all there is to know of a stream."""
    from . import bw, delay

    return {**stream.facts(now_s), **bw.facts(stream, now_s), **delay.facts(stream, now_s)}


TITLES = ('device', 'type', 'Hz', 'rate', 'age', 'offset', 'p99', 'state', 'stamps', 'value')
RIGHT = 'Hz rate age offset p99'
# what is left out where a terminal has fewer columns
_WIDE, _NOT_NARROW = 110, ('rate', 'offset', 'p99', 'stamps')


def cells(one: dict[str, Any]) -> list[str]:
    """Give the cells of a row, without whose it is."""
    from ..look import shown
    from ..words import shown_size

    rate = one['bytes_per_s']
    return [
        shown(one['rate_hz']), '-' if rate is None else f'{shown_size(rate)}/s',
        shown(one['age_s'], 1, ' s'),
        *(shown(None if one[key] is None else 1e3 * one[key], 1, ' ms')
          for key in ('offset_s', 'p99_s')),
        one['state'], one['stamps'], one['value'],
    ]


def heading(watch: Watch, found: list[dict[str, Any]], since_s: float) -> str:
    """Tell of the link as a whole."""
    from ..words import shown_size, shown_time

    assert watch.link is not None  # it runs
    peers = watch.link.peers
    who = ', '.join(peer.address for peer in peers[:3]) + (', ...' if len(peers) > 3 else '')
    if not peers:
        who = f'NOT CONNECTED: {watch.link.last_error}'
    rate = sum(one['rate_hz'] or 0.0 for one in found)
    size = shown_size(sum(one['bytes_per_s'] or 0.0 for one in found))
    errors: dict[str, int] = {}
    for peer in peers:
        for kind, count in dict(peer.errors).items():
            errors[kind] = errors.get(kind, 0) + count
    wrong = ', '.join(f'{count} {kind}' for kind, count in errors.items())
    return (f'{who}, {shown_time(since_s)}, {rate:.0f} messages/s, {size}/s'
            + (f', ERRORS: {wrong}' if wrong else ''))


def run(arguments: argparse.Namespace) -> int:
    """Show it, and give the exit code."""
    import importlib.util
    import json

    from ..look import Watch, who, with_peer
    from ..terminal import table

    watch = Watch(arguments)
    begin_s = time.monotonic()

    def lines(found: list[dict[str, Any]]) -> tuple[str, list[str], list[list[str]]]:
        titles = with_peer(TITLES, found)
        rows = [[*who(one, titles), *cells(one)] for one in found]
        return heading(watch, found, time.monotonic() - begin_s), titles, rows

    def show_plain(found: list[dict[str, Any]]) -> None:
        if arguments.json:
            print('\n'.join(json.dumps(one) for one in found), flush=True)
            return
        title, titles, rows = lines(found)
        print('\n'.join([title, *table(titles, rows, RIGHT), '']), flush=True)

    if arguments.json or not sys.stdout.isatty() or not importlib.util.find_spec('rich'):
        return watch.run(facts, show_plain, arguments.period)

    from rich.live import Live

    with Live(auto_refresh=False) as live:
        return watch.run(
            facts,
            lambda found: live.update(_rich(live.console.width, *lines(found)), refresh=True),
            arguments.period,
        )


def _rich(width: int, title: str, titles: list[str], rows: list[list[str]]) -> Any:
    """Make the table that is shown in a terminal; a narrow one has fewer columns."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from ...errors import printable

    made = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, title=Text(title))
    shown = [n for n, title in enumerate(titles) if width >= _WIDE or title not in _NOT_NARROW]
    for n in shown:
        longest = max(len(row[n]) for row in rows) if rows else 0
        made.add_column(
            titles[n], no_wrap=True, justify='right' if titles[n] in RIGHT.split() else 'left',
            overflow='ellipsis',
            min_width=0 if titles[n] == 'value' else min(20, max(longest, len(titles[n]))))
    for row in rows:
        state = row[titles.index('state')]
        style = '' if state in ('', 'OK') else 'yellow'
        made.add_row(*(Text(printable(row[n])) for n in shown), style=style)
    return made
