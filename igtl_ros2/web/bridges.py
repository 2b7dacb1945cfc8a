"""What bridges say on `/diagnostics`, for the page and for `igtl top`; no ROS here."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from .values import Json, cut

#: a bridge says it once a second
SILENT_S = 5.0
_FORGET_S = 60.0
_MOST_LINKS = 32
_MOST_ROWS = 100
_MOST_COUNTS = 300
_LINE = 1000
_LEVELS = ('OK', 'WARN', 'ERROR', 'STALE')
_STAGE = re.compile(
    r'(?:(?P<what>.+) )?latency_(?P<out>out_)?(?P<stage>[a-z_]+)_ms_(?P<part>p50|p99)', re.DOTALL)
_PEER = re.compile(r'peer (?P<what>\S+) latency_queue_ms_(?P<part>slowest|oldest)')
_OFFSET = ' latency_clock_offset_ms'
# longer ones Python refuses to read, and anybody may publish there
_COUNT = re.compile(r'[0-9]{1,18}')
#: what is counted of a device: the beginning of its keys
_COUNTS = ('withheld', 'left out', 'problem', 'stale')
#: without these a status is none of a link of a bridge
_OURS = ('latency_slow_spot', 'address')


class Status(NamedTuple):
    """
    A status on `/diagnostics`.

    :param facts: its keys and values.
    """

    name: str
    level: int
    text: str
    facts: Mapping[str, str]


class Bridges:
    """
    The last that each link of each bridge has said.

    Times are by the clock of the page.
    """

    def __init__(self) -> None:
        #: whether somebody listens
        self.is_heard = False
        #: grows with all that changes
        self.revision = 0
        self._links: dict[str, Json] = {}

    def take(self, statuses: Iterable[Status], now_s: float) -> None:
        """Take in what was said; what is not of a bridge is passed over."""
        for status in statuses:
            if not all(key in status.facts for key in _OURS):
                continue
            before = self._links.get(status.name)
            if before is None and len(self._links) >= _MOST_LINKS:
                continue
            self._links[status.name] = _read(status, before, now_s)
            self.revision += 1
        for name in [name for name, link in self._links.items()
                     if now_s - link['heard'] > _FORGET_S]:
            del self._links[name]
            self.revision += 1

    def tell(self) -> list[Json]:
        """Give everything, sorted by name."""
        return [link for _, link in sorted(self._links.items())]

    def of(self, type_name: str, name: str, address: str, now_s: float) -> Json | None:
        """
        Tell what a bridge says of a device; None if there is none that does.

        :param address: where the page gets it from: if a bridge looks there too, no other says
            anything of it.
        """
        what = f'{type_name} {name}'
        told = [link for link in self.tell() if now_s - link['heard'] <= SILENT_S]
        same = [link for link in told if link['address'] == address]
        for link in same or told:
            row = next((row for row in link['rows']
                        if row['kind'] == 'device' and row['what'] == what), None)
            counts = counts_of(link, what)
            if row is not None or counts:
                return {
                    'name': link['name'], 'stages': {} if row is None else row['stages'],
                    'counts': counts, 'dropped': sum(one['number'] for one in counts),
                    'withholds': any(
                        one['new'] for one in counts if one['kind'] == 'withheld'),
                }
        return None


def counts_of(link: Json, what: str) -> list[Json]:
    """List what a link has dropped of a device: a key is its name, and mostly why."""
    return [one for one in link['counts']
            if one['what'] == what or one['what'].startswith(f'{what}: ')]


def _read(status: Status, before: Json | None, now_s: float) -> Json:
    """Sort what a status says."""
    facts = dict(status.facts)
    link: Json = {
        'name': status.name, 'text': cut(status.text, _LINE)['text'], 'heard': now_s,
        'level': _LEVELS[status.level] if 0 <= status.level < len(_LEVELS) else str(status.level),
        'address': facts['address'], 'slow_spot': facts.pop('latency_slow_spot'),
        'slowest': facts.pop('latency_slowest', ''),
        'slowest_out': facts.pop('latency_out_slowest', ''),
    }
    rows: dict[tuple[str, str], Json] = {}
    counts = []
    known = {(one['kind'], one['what']): one['number'] for one in before['counts']} if (
        before) else {}
    for key, text in facts.items():
        if found := _STAGE.fullmatch(key):
            if (value := _number(text)) is not None:
                row = _row(rows, found)
                pair = row['stages'].setdefault(found['stage'], [None, None])
                pair[found['part'] == 'p99'] = value
        elif found := _PEER.fullmatch(key):
            if (value := _number(text)) is not None:
                _row(rows, found)[found['part']] = value
        elif key.endswith(_OFFSET):
            if (value := _number(text)) is not None:
                what = key.removesuffix(_OFFSET)
                _fresh(rows, 'device', what)['clock_offset'] = value
        else:
            counts += [
                {'kind': kind, 'what': what, 'number': int(text),
                 'new': int(text) - known.get((kind, what), 0)}
                for kind in _COUNTS if _COUNT.fullmatch(text)
                and key != (what := key.removeprefix(f'{kind} '))]
    link['rows'] = list(rows.values())[:_MOST_ROWS]
    link['counts'] = counts[:_MOST_COUNTS]
    link['dropped'] = facts.get('dropped', '')
    return link


def _row(rows: dict[tuple[str, str], Json], found: re.Match[str]) -> Json:
    """Give the row of a device, a source, a peer or a whole link that a key is about."""
    named: dict[str, Any] = found.groupdict()
    what = named['what'] or ''
    if what.startswith('peer ') or 'stage' not in named:
        return _fresh(rows, 'peer', what.removeprefix('peer '))
    if not what:
        return _fresh(rows, 'all out' if named['out'] else 'all in', '')
    return _fresh(rows, 'source' if named['out'] else 'device', what)


def _fresh(rows: dict[tuple[str, str], Json], kind: str, what: str) -> Json:
    return rows.setdefault((kind, what), {'kind': kind, 'what': what, 'stages': {}})


def _number(text: str) -> float | None:
    """Read a number; None if it is none: anybody may publish there."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
