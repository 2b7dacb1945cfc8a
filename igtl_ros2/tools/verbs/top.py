"""`igtl top`: what a host sends, live in a terminal."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import time
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ...errors import printable
from ..diagnostics import add_ros_argument, bridges_heard
from ..look import Watch, add_watch_arguments, shown, shown_ms, shown_rate, who, with_peer
from ..terminal import table
from ..words import shown_size, shown_time

if TYPE_CHECKING:
    from ..streams import Stream

HELP = 'what a host sends, live in a terminal'
EXAMPLE = 'igtl top 10.0.0.5'
DESCRIPTION = """\
Show what a host sends, live: of each device rate, bytes a second, age, clock offset and jitter as
igtl delay tells them, the time from the socket until it is decoded (p99), validity, stamps and
last value. With --ros also how long messages take for each stage of their way through bridges,
which of them is slow, and what bridges drop. Ctrl-C ends it. In a file or a pipe, or without the
package rich, it prints the table again and again."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_watch_arguments(parser, duration_s=0.0, period_s=0.5, window=120)
    add_ros_argument(parser)


def facts(stream: Stream, now_s: float) -> dict[str, Any]:
    """List all there is to know of a stream."""
    from . import bw, delay

    return {
        **stream.facts(now_s), **bw.facts(stream, now_s), **delay.facts(stream, now_s),
        'stages_ms': {stage: list(pair) for stage, pair in stream.stages.figures(now_s).items()},
    }


TITLES = (
    'device', 'type', 'Hz', 'rate', 'age', 'offset', 'p99', 'decoded', 'state', 'stamps', 'value')
RIGHT = 'Hz rate age offset p99 decoded'
# what is dropped where a terminal has fewer columns
_WIDE, _NOT_NARROW = 110, ('rate', 'offset', 'p99', 'decoded', 'stamps')
#: of a bridge, its slow spot stands above
BRIDGE_TITLES = ('of', 'stages: p50 / p99 in ms', 'dropped')


def cells(one: dict[str, Any]) -> list[str]:
    """Give the cells of a row, without whose it is."""
    return [
        shown(one['rate_hz']), shown_rate(one['bytes_per_s']), shown(one['age_s'], 1, ' s'),
        shown_ms(one['offset_s'], 1), shown_ms(one['p99_s'], 1),
        shown(one['stages_ms'].get('decoded', [None, None])[1], 1, ' ms'),
        one['state'], one['stamps'], one['value'],
    ]


def bridge_rows(link: dict[str, Any]) -> list[list[str]]:
    """Give the cells of what a link of a bridge says: a row for each device, source and peer."""
    from ...web.bridges import counts_of

    def dropped(counts: list[dict[str, Any]]) -> str:
        return ', '.join(f'{one["kind"]} {one["number"]} ({one["what"]})' for one in counts)

    rows = []
    rest = list(link['counts'])
    for row in link['rows']:
        own = counts_of(link, row['what']) if row['what'] else []
        rest = [one for one in rest if one not in own]
        stages = (f'{stage} {shown(p50, 3)} / {shown(p99, 3)}'
                  for stage, (p50, p99) in row['stages'].items())
        rows.append([f'{row["kind"]} {row["what"]}'.strip(), ', '.join(stages), dropped(own)])
    return rows + [['', '', dropped([one])] for one in rest]


def bridge_title(link: dict[str, Any], now_s: float) -> str:
    """Tell of a link of a bridge as a whole."""
    from ...web.bridges import SILENT_S

    age_s = now_s - link['heard']
    silent = f' (SILENT for {age_s:.0f} s)' if age_s > SILENT_S else ''
    return f'{link["name"]}: {link["level"]}: {link["text"]}; slow: {link["slow_spot"]}{silent}'


def heading(watch: Watch, found: list[dict[str, Any]], since_s: float) -> str:
    """Tell of the link as a whole."""
    assert watch.link is not None  # it runs
    peers = watch.link.peers
    where = ', '.join(peer.address for peer in peers[:3]) + (', ...' if len(peers) > 3 else '')
    if not peers:
        where = f'NOT CONNECTED: {watch.link.last_error}'
    rate = sum(one['rate_hz'] or 0.0 for one in found)
    size = shown_size(sum(one['bytes_per_s'] or 0.0 for one in found))
    errors: Counter[str] = Counter()
    for peer in peers:
        errors.update(dict(peer.errors))
    wrong = ', '.join(f'{count} {kind}' for kind, count in errors.items())
    return (f'{where}, {shown_time(since_s)}, {rate:.0f} messages/s, {size}/s'
            + (f', ERRORS: {wrong}' if wrong else ''))


def run(arguments: argparse.Namespace) -> int:
    import importlib.util

    from ...web.bridges import Bridges, Status

    watch = Watch(arguments)
    begin_s = time.monotonic()
    bridges = Bridges()
    said: deque[Sequence[Status]] = deque(maxlen=100)

    def shown_now(found: list[dict[str, Any]]) -> _Shown:
        while said:
            bridges.take(said.popleft(), time.monotonic())
        return _Shown(watch, found, begin_s, bridges.tell())

    with bridges_heard(said.append) if arguments.ros else contextlib.nullcontext():
        if arguments.json or not sys.stdout.isatty() or not importlib.util.find_spec('rich'):
            return watch.run(
                facts, lambda found: _print(arguments.json, shown_now(found)), arguments.period)

        from rich.live import Live

        with Live(auto_refresh=False) as live:
            return watch.run(
                facts,
                lambda found: live.update(
                    _rich(live.console.width, shown_now(found)), refresh=True),
                arguments.period)


class _Shown:
    """What is shown now."""

    def __init__(
        self, watch: Watch, found: list[dict[str, Any]], begin_s: float,
        links: list[dict[str, Any]],
    ) -> None:
        self.now_s = time.monotonic()
        self.found, self.links = found, links
        self.title = heading(watch, found, self.now_s - begin_s)
        self.titles = with_peer(TITLES, found)
        self.rows = [[*who(one, self.titles), *cells(one)] for one in found]


def _print(as_json: bool, shown: _Shown) -> None:
    """Print it: one object a line for programs, else as tables."""
    if as_json:
        for one in (*shown.found, *({'bridge': link['name'], **link} for link in shown.links)):
            print(json.dumps(one))
        sys.stdout.flush()
        return
    lines = [shown.title, *table(shown.titles, shown.rows, RIGHT), '']
    for link in shown.links:
        lines += [printable(bridge_title(link, shown.now_s)),
                  *table(BRIDGE_TITLES, bridge_rows(link)), '']
    print('\n'.join(lines), flush=True)


def _rich(width: int, shown: _Shown) -> Any:
    """Make what is shown in a terminal; a narrow one has fewer columns."""
    from rich.console import Group

    titles, rows = shown.titles, shown.rows
    kept = [n for n, title in enumerate(titles) if width >= _WIDE or title not in _NOT_NARROW]
    made = _table(shown.title, [titles[n] for n in kept])
    for row in rows:
        state = row[titles.index('state')]
        _add(made, (row[n] for n in kept), '' if state in ('', 'OK') else 'yellow')
    for n, column in zip(kept, made.columns):
        longest = max(len(row[n]) for row in rows) if rows else 0
        column.min_width = 0 if titles[n] == 'value' else min(20, max(longest, len(titles[n])))
    tables = [made]
    for link in shown.links:
        tables.append(_table(bridge_title(link, shown.now_s), BRIDGE_TITLES, no_wrap=False))
        for row in bridge_rows(link):
            _add(tables[-1], row)
    return Group(*tables)


def _table(title: str, titles: Sequence[str], no_wrap: bool = True) -> Any:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    made = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False,
                 title=Text(printable(title)))
    for one in titles:
        made.add_column(
            one, no_wrap=no_wrap, overflow='ellipsis' if no_wrap else 'fold',
            justify='right' if one in RIGHT.split() else 'left')
    return made


def _add(made: Any, row: Iterable[str], style: str = '') -> None:
    from rich.text import Text

    made.add_row(*(Text(printable(one)) for one in row), style=style)
