"""`igtl relay`: between a device and any number of clients, and what passes."""

from __future__ import annotations

import argparse
import json
import threading
import time
from typing import TYPE_CHECKING

from ...config.numbers import number, seconds
from ...errors import printable
from ..hosts import add_host, in_network, settings_for, url
from ..program import FAULT, say
from ..words import read_settings, shown_size

if TYPE_CHECKING:
    from ..relaying import Passed

HELP = 'a device for any number of clients, over tcp, tls and udp'
EXAMPLE = 'igtl relay 10.0.0.5 tcp://0.0.0.0:18945'
DESCRIPTION = """\
Relay between a device and its clients: whole messages go from the device to all
clients, and from each client to the device. Their bytes do not change, also those of messages with
a wrong checksum, except with --corrupt. The device is connected to while a client is there. A side
that reads too slowly makes the other wait (backpressure); one that reads nothing is disconnected.

Over UDP messages are read and written again, and those that cannot be read do not pass; a LISTEN
of udp:// sends to those of --set-listen udp_targets=[HOST:PORT]."""

_TURN_S = 0.1
_PERIOD_S = 1.0
# a peer can make up any number of names
_MOST_NAMES = 1000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_host(parser)
    parser.add_argument(
        'at', nargs='?', type=url, metavar='LISTEN', default='tcp://127.0.0.1:18945',
        help='where clients connect; default: tcp://127.0.0.1:18945, for this machine only')
    parser.add_argument(
        '--listen', action='store_true', help='wait at HOST for a device that is a client')
    parser.add_argument(
        '--set', action='append', default=[], metavar='NAME=VALUE', dest='settings',
        help='a setting of the connection to the device; may be repeated')
    parser.add_argument(
        '--set-listen', action='append', default=[], metavar='NAME=VALUE', dest='listen_settings',
        help='as --set, for the connections of the clients')
    parser.add_argument(
        '--delay', type=number(0, 3600), default=0.0, metavar='S',
        help='delay each message by so many seconds')
    parser.add_argument(
        '--drop', type=number(0, 1), default=0.0, metavar='PART',
        help='drop this fraction of the messages, such as 0.01')
    parser.add_argument(
        '--corrupt', type=number(0, 1), default=0.0, metavar='PART',
        help='change a byte in this fraction of the messages')
    parser.add_argument(
        '--seed', type=int, default=0, help='random seed of --drop and --corrupt; default: 0')
    parser.add_argument(
        '--duration', type=seconds, default=0.0, metavar='S',
        help='end after so many seconds; default: 0, until Ctrl-C')
    parser.add_argument('--quiet', action='store_true', help='print only the summary')
    parser.add_argument(
        '--json', action='store_true', help='print one JSON object per line for each message')


class Listing:
    """
    Print what passes: of each device the first message at once, then how many in each second.

    :param arguments: those of the verb.
    """

    def __init__(self, arguments: argparse.Namespace) -> None:
        self._arguments = arguments
        self._lock = threading.Lock()
        self._lines: list[str] = []
        self._since_s = time.monotonic()
        #: messages and bytes since the last report, by whose they are
        self._counts: dict[tuple[str, str, str], list[int]] = {}
        self.fates: dict[str, int] = {}

    def take(self, passed: Passed) -> None:
        """Note a message; called in the network's thread."""
        header, way = passed.header, '<-' if passed.to_device else '->'
        kind, device = (header.type_name, header.device_name) if header else ('no message', '')
        with self._lock:
            self.fates[passed.fate] = self.fates.get(passed.fate, 0) + 1
            if self._arguments.quiet:
                return
            if self._arguments.json:
                self._lines.append(json.dumps({
                    'to': 'device' if passed.to_device else 'clients', 'peer': passed.peer,
                    'type': kind, 'device': device, 'bytes': passed.size, 'fate': passed.fate,
                }))
                return
            key = way, kind, device
            if key not in self._counts and len(self._counts) >= _MOST_NAMES:
                key = way, 'of other names', ''
            if key not in self._counts:
                self._lines.append(
                    f'{way} {kind} {device!r} from {passed.peer}, {passed.size} bytes')
                self._counts[key] = [0, 0]
            self._counts[key][0] += 1
            self._counts[key][1] += passed.size

    def say(self, text: str) -> None:
        """Note what is to be told; called in any thread."""
        if not self._arguments.json and not self._arguments.quiet:
            with self._lock:
                self._lines.append(text)

    def flush(self) -> None:
        """Print what there is to print now."""
        now_s = time.monotonic()
        with self._lock:
            lines, self._lines = self._lines, []
            if now_s - self._since_s >= _PERIOD_S:
                span_s, self._since_s = now_s - self._since_s, now_s
                for (way, kind, device), counts in sorted(self._counts.items()):
                    if counts[0]:
                        lines.append(
                            f'{way} {kind} {device!r}: {counts[0] / span_s:.1f} Hz, '
                            f'{shown_size(counts[1] / span_s)}/s')
                        counts[:] = 0, 0
        if lines:
            print('\n'.join(map(printable, lines)), flush=True)


def run(arguments: argparse.Namespace) -> int:
    from ..relaying import Relay, Weather

    device = settings_for(arguments)
    clients = read_settings('server', arguments.at, arguments.listen_settings)
    weather = Weather(arguments.delay, arguments.drop, arguments.corrupt, arguments.seed)
    listing = Listing(arguments)

    end_s = time.monotonic() + arguments.duration if arguments.duration else float('inf')
    try:
        with in_network(
            lambda: Relay(device, clients, weather, listing.take, listing.say)
        ) as relay:
            say('between {} and clients at {}'.format(*relay.addresses))
            while time.monotonic() < end_s:
                listing.flush()
                time.sleep(_TURN_S)
    finally:
        listing.flush()
        came = ', '.join(f'{count} {fate}' for fate, count in listing.fates.items())
        say(f'{came or "no"} messages')
    return 0 if listing.fates else FAULT
