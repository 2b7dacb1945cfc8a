"""What the verbs that look at a device share: they watch its messages and report now and then."""

from __future__ import annotations

import argparse
import json
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..config.numbers import seconds, whole
from .hosts import add_link_arguments, nothing_came, open_link, wait_until
from .program import say
from .terminal import table
from .words import shown_size

if TYPE_CHECKING:
    from ..client import Client
    from ..codec import Message
    from ..peers import Peer
    from ..server import Server
    from .streams import Stream, Streams

#: gives what is known of a stream, as plain data for JSON
Facts = Callable[['Stream', float], dict[str, Any]]
#: gives the lines that show a list of them
Lines = Callable[[list[dict[str, Any]]], list[str]]
_TURN_S = 0.05


def add_look_arguments(parser: argparse.ArgumentParser) -> None:
    """Say of what is looked at."""
    parser.add_argument(
        'device', nargs='*', default=[], metavar='DEVICE',
        help="device names, or patterns such as 'Stylus*'; default: all")
    parser.add_argument(
        '--type', action='append', default=[], metavar='TYPE', dest='types',
        help='only messages of a type such as TRANSFORM; may be repeated')


def add_watch_arguments(
    parser: argparse.ArgumentParser,
    *,
    duration_s: float,
    period_s: float | None = 1.0,
    window: int = 1000,
) -> None:
    """
    Say how a device is watched.

    :param duration_s: for how long, if nobody says it; 0 until Ctrl-C.
    :param period_s: how often is reported, if nobody says it; None: once, at the end.
    """
    add_link_arguments(parser)
    add_look_arguments(parser)
    until = f'{duration_s:g}' if duration_s else '0, until Ctrl-C'
    parser.add_argument(
        '--duration', type=seconds, default=duration_s, metavar='S',
        help=f'stop after so many seconds; default: {until}')
    if period_s is not None:
        parser.add_argument(
            '--period', type=seconds, default=period_s, metavar='S',
            help=f'seconds between two reports; default: {period_s:g}')
    parser.add_argument(
        '--window', type=whole(2, 1_000_000), default=window, metavar='N',
        help=f'number of recent messages of each device to use; default: {window}')
    parser.add_argument(
        '--json', action='store_true', help='print one JSON object per line for each device')


class Watch:
    """
    The messages that come over a link, counted while they come.

    :param arguments: those of `add_watch_arguments`.
    """

    def __init__(self, arguments: argparse.Namespace) -> None:
        from .streams import Streams, Wanted

        self._arguments = arguments
        self._lock = threading.Lock()
        self._streams: Streams = Streams(
            Wanted(arguments.device, arguments.types), arguments.window)
        self._errors: dict[str, int] = {}
        self._left_out = 0
        #: while it runs
        self.link: Client | Server | None = None

    def take(self, peer: Peer, items: Sequence[tuple[Message, int]]) -> None:
        """Count what has come; called in the network's thread."""
        now_s, now_ns = time.monotonic(), time.time_ns()
        name = peer.address if self._arguments.listen else ''
        with self._lock:
            self._streams.take(name, items, now_s, now_ns, peer.last_received)

    def snapshot(self, facts: Facts) -> list[dict[str, Any]]:
        """List what is known of each device now."""
        now_s = time.monotonic()
        with self._lock:
            return [
                {**({'peer': key.peer} if key.peer else {}), 'device': key.device,
                 'type': key.type, **facts(stream, now_s)}
                for key, stream in self._streams.sorted()]

    def run(
        self,
        facts: Facts,
        show: Callable[[list[dict[str, Any]]], None],
        period_s: float | None,
    ) -> int:
        """
        Look at a device for as long as the arguments say.

        :param show: called with what is known, each time after `period_s`; None: at the end.
        :returns: the exit code.
        :raises PeerError: if nobody was there, or nothing came.
        """
        arguments = self._arguments
        with open_link(arguments, on_sized=self.take) as link:
            self.link = link
            begin_s = time.monotonic()
            end_s = begin_s + arguments.duration if arguments.duration else float('inf')
            self._wait_for_first(link, begin_s, end_s)
            due_s = begin_s if period_s is not None else end_s
            while True:
                if period_s is not None:
                    due_s = min(max(due_s + period_s, time.monotonic()), end_s)
                try:
                    while (now_s := time.monotonic()) < due_s:
                        link.link.refuse_if_over()
                        time.sleep(min(_TURN_S, due_s - now_s))
                except KeyboardInterrupt:
                    if period_s is None:  # nothing of what came has been shown
                        show(self.snapshot(facts))
                    raise
                show(self.snapshot(facts))
                self._tell_errors(link)
                if time.monotonic() >= end_s:
                    return 0

    def _wait_for_first(self, link: Client | Server, begin_s: float, end_s: float) -> None:
        timeout_s = self._arguments.timeout or float('inf')

        def came_or_over() -> bool:
            if not self._streams.count:
                link.link.refuse_if_over()
            return bool(self._streams.count)

        if not wait_until(came_or_over, min(begin_s + timeout_s, end_s)):
            self._tell_errors(link)
            raise nothing_came(link, begin_s)

    def _tell_errors(self, link: Client | Server) -> None:
        """Tell of messages that could not be read or counted, when there are more than before."""
        left_out = self._streams.left_out
        if left_out > self._left_out:
            self._left_out = left_out
            say(f'{left_out} messages are of more devices than there is room for')
        for peer in link.peers:
            for kind, count in dict(peer.errors).items():
                if count > self._errors.get(f'{peer.address} {kind}', 0):
                    self._errors[f'{peer.address} {kind}'] = count
                    say(f'{peer.address}: {count} messages with {kind}')


def report(arguments: argparse.Namespace, facts: Facts, lines: Lines) -> int:
    """Look at a device, print what is known of it again and again, and give the exit code."""
    period_s = getattr(arguments, 'period', None)
    is_first = True

    def show(found: list[dict[str, Any]]) -> None:
        nonlocal is_first
        if arguments.json:
            text = '\n'.join(json.dumps(one) for one in found)
        else:
            text = ('' if is_first else '\n') + '\n'.join(lines(found))
        is_first = False
        print(text, flush=True)

    return Watch(arguments).run(facts, show, period_s)


def with_peer(titles: Sequence[str], found: list[dict[str, Any]]) -> list[str]:
    """Give the titles of a table, with a column for the peer where there may be several."""
    return [*(['peer'] if any('peer' in one for one in found) else []), *titles]


def who(one: dict[str, Any], titles: Sequence[str]) -> list[str]:
    """Give the cells that say whose a row is."""
    peer = [one.get('peer', '')] if titles[0] == 'peer' else []
    return [*peer, one['device'] or '(no name)', one['type']]


def shown(value: float | None, digits: int = 1, unit: str = '') -> str:
    """Write a number, or a dash if it is not known."""
    return '-' if value is None else f'{value:.{digits}f}{unit}'


def shown_ms(value_s: float | None, digits: int) -> str:
    """Write seconds as milliseconds, or a dash if they are not known."""
    return shown(None if value_s is None else 1e3 * value_s, digits, ' ms')


def shown_rate(bytes_per_s: float | None) -> str:
    """Write bytes a second, or a dash if they are not known."""
    return '-' if bytes_per_s is None else f'{shown_size(bytes_per_s)}/s'


def rows_of(
    found: list[dict[str, Any]], titles: Sequence[str], right: str,
    cells: Callable[[dict[str, Any]], list[str]], more: Sequence[Sequence[str]] = (),
) -> list[str]:
    """
    Set streams in a table, with whose they are in front.

    :param right: as `table` has it.
    :param cells: gives what stands below the titles.
    :param more: rows behind those of the streams, from the device on.
    """
    titles = with_peer(['device', 'type', *titles], found)
    empty = [''] * titles.index('device')
    rows = [[*who(one, titles), *cells(one)] for one in found]
    return table(titles, [*rows, *([*empty, *row] for row in more)], right)
