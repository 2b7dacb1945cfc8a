"""`igtl send`: messages to a device, made on the command line or from files."""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ...config.numbers import number, seconds, whole
from ...errors import ConfigError, ConversionError, EncodeError, PeerError, printable
from ..hosts import add_host, add_link_options, open_link, wait_until
from ..program import say

if TYPE_CHECKING:
    from ...client import Client
    from ...codec import Message
    from ...peers import Peer
    from ...server import Server

HELP = 'a pose, points, a text, a state, sensor values, or what is in files, to a device'
EXAMPLE = 'igtl send 10.0.0.5 pose Target 12.5 -40 103 0 0 0 1'
DESCRIPTION = """\
Send messages to a device, once, several times or at a rate. Each gets the time
of its sending as its stamp, unless its file or YAML has one (igtl replay --restamp sets those
anew). igtl send HOST KIND --help lists the arguments of a kind. It ends when everything has been
sent; exit code 1 if the server was lost, up to 0.3 s after the last message (one that refuses a
connection ends it), or cannot take the message. That a peer reads what it got is not known."""

_FLUSH_S = 10.0
# how long a peer that refuses a connection may take to close it; that it takes a message is
# nothing that it says
_GRACE_S = 0.3
# the name of the error in the STATUS of a bridge that has no place for a client
_BUSY = 'Busy'
# also with an exponent, which argparse takes for an option otherwise
_NEGATIVE = re.compile(r'^-(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$')


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_host(parser)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        '--rate', type=number(0.001, 100_000), default=0.0, metavar='HZ',
        help='repeat at this rate')
    common.add_argument(
        '--times', type=whole(1), metavar='N',
        help='number of times to send; default: 1, with --rate until Ctrl-C')
    common.add_argument(
        '--metadata', action='append', default=[], metavar='KEY=VALUE',
        help='metadata of the message, which needs header version 2; may be repeated')
    common.add_argument(
        '--stay', type=seconds, default=0.0, metavar='S',
        help='stay connected for so many seconds after the last message')
    add_link_options(common)
    kinds = parser.add_subparsers(dest='kind', required=True, metavar='KIND', title='kinds')

    def kind(name: str, help: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = kinds.add_parser(name, help=help, parents=[common])
        made._negative_number_matcher = _NEGATIVE
        return made

    pose = kind('pose', 'where a tool is')
    _add_name(pose)
    pose.add_argument(
        'numbers', type=float, nargs='+', metavar='NUMBER',
        help='x y z, or x y z and a quaternion x y z w, or the 12 or 16 numbers of a matrix, row '
        'by row')
    _add_length_unit(pose)
    pose.add_argument(
        '--type', choices=('TRANSFORM', 'POSITION', 'TDATA'), default='TRANSFORM',
        help='message type; default: TRANSFORM')
    points = kind('points', 'points, such as targets')
    _add_name(points)
    points.add_argument(
        'numbers', type=float, nargs='+', metavar='NUMBER', help='x y z of each point')
    _add_length_unit(points)
    points.add_argument(
        '--label', action='append', default=[], metavar='TEXT',
        help='label of a point; once for each, default: NAME-1, NAME-2, ...')
    text = kind('text', 'a text, as STRING')
    _add_name(text)
    text.add_argument('text')
    status = kind('status', 'the state of a device')
    _add_name(status)
    status.add_argument('code', help='a number, or a name such as OK, BUSY, EMERGENCY')
    status.add_argument('text', nargs='?', default='', help='message text')
    status.add_argument('--subcode', type=int, default=0, metavar='N')
    sensor = kind('sensor', 'values of a sensor')
    _add_name(sensor)
    sensor.add_argument('numbers', type=float, nargs='+', metavar='NUMBER')
    sensor.add_argument(
        '--unit', default='', help='their unit, such as N, mm or N*m; default: none')
    made = kind('yaml', 'messages from YAML, or from lines of JSON as of igtl echo --json')
    made.add_argument('file', help='the file; - is standard input')
    file = kind('file', 'what is in files: images, volumes, meshes, points, sequences')
    file.add_argument('files', nargs='+', type=Path, metavar='FILE')
    file.add_argument(
        '--name', default='', help='device name; default: from the file, or its name')


def _add_name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument('name', help='device name, such as that of a tool')


def _add_length_unit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--unit', choices=('mm', 'm'), default='mm', help='unit of lengths; default: mm')


def _metadata(words: Sequence[str]) -> dict[str, str]:
    found = {}
    for word in words:
        key, equals, value = word.partition('=')
        if not equals or not key:
            raise ConfigError(f'--metadata: found {word!r}; wanted KEY=VALUE')
        found[key] = value
    return found


def messages(arguments: argparse.Namespace) -> Iterator[tuple[float, Message]]:
    """
    Make the messages that the arguments ask for, each with the seconds after the first.

    :raises ConfigError: if they make none.
    """
    given = _metadata(arguments.metadata)
    try:
        for at_s, message in _made(arguments):
            if arguments.kind == 'file' and arguments.name:
                message = replace(message, device_name=arguments.name)
            if given:
                message = replace(message, metadata={**message.metadata, **given}, version=2)
            yield at_s, message
    except (EncodeError, ConversionError) as error:
        raise ConfigError(str(error)) from error


def _made(arguments: argparse.Namespace) -> Iterable[tuple[float, Message]]:
    if arguments.kind == 'file':
        from ...files import read

        return (timed for file in arguments.files for timed in read(file))
    if arguments.kind == 'yaml':
        return [(0.0, message) for message in _from_yaml(arguments.file)]
    return [(0.0, _one(arguments))]


def _one(arguments: argparse.Namespace) -> Message:
    from ...codec.messages.arrays import Sensor, parse_unit
    from ...codec.messages.text import Status, String
    from ..made import status_code

    name = arguments.name
    if arguments.kind == 'text':
        return String(arguments.text, device_name=name)
    if arguments.kind == 'status':
        code = status_code(arguments.code)
        return Status(code, arguments.subcode, message=arguments.text, device_name=name)
    if arguments.kind == 'sensor':
        return Sensor(arguments.numbers, parse_unit(arguments.unit), device_name=name)
    return _pose(arguments) if arguments.kind == 'pose' else _points(arguments)


def _pose(arguments: argparse.Namespace) -> Message:
    from ...codec.messages.pose import Position, Transform
    from ...codec.messages.tracking import TrackingData, TrackingElement
    from ..made import is_rigid, pose_matrix

    name = arguments.name
    matrix = pose_matrix(arguments.numbers, arguments.unit)
    if arguments.type == 'POSITION':
        return Position.from_matrix(matrix, device_name=name)
    if not is_rigid(matrix):
        say('the pose scales, shears or mirrors; it is sent as it is')
    if arguments.type == 'TDATA':
        return TrackingData([TrackingElement(name, matrix)], device_name=name)
    return Transform(matrix, device_name=name)


def _points(arguments: argparse.Namespace) -> Message:
    import numpy as np

    from ...codec.messages.points import Point, PointList
    from ..made import millimetres

    numbers = millimetres(arguments.numbers, arguments.unit)
    if len(numbers) % 3:
        raise ConfigError(f'points: found {len(numbers)} numbers; wanted 3 for each point')
    places = [numbers[n : n + 3] for n in range(0, len(numbers), 3)]
    labels = arguments.label or [f'{arguments.name}-{n}' for n in range(1, len(places) + 1)]
    if len(labels) != len(places):
        raise ConfigError(f'--label: found {len(labels)}; wanted one for each of {len(places)}')
    points = [Point(label, np.array(place)) for label, place in zip(labels, places)]
    return PointList(points, device_name=arguments.name)


def _from_yaml(file: str) -> Iterable[Message]:
    from ..made import read_messages

    try:
        text = sys.stdin.read() if file == '-' else Path(file).read_text(encoding='utf-8')
    except OSError as error:
        raise ConfigError(f'{file}: {error.strerror or error}') from error
    except UnicodeDecodeError as error:
        raise ConfigError(f'{file}: {error}') from error
    found = list(read_messages(text, file))
    if not found:
        raise ConfigError(f'{file}: there is no message in it')
    return found


def run(arguments: argparse.Namespace) -> int:
    from ...codec.messages.text import Status

    # what is wrong is told before anybody is waited for
    turn: Callable[[], Iterable[tuple[float, Message]]] = partial(messages, arguments)
    if arguments.kind == 'file':
        next(messages(arguments))  # a long one need not fit the memory
    else:
        turn = partial(list, list(messages(arguments)))
    times = arguments.times or (0 if arguments.rate else 1)
    lost: list[str] = []
    refused: list[str] = []

    def on_message(peer: Peer, message: Message) -> None:
        if isinstance(message, Status) and message.error_name == _BUSY:
            refused.append(printable(message.message))

    def on_peer(peer: Peer, is_here: bool) -> None:
        if not (is_here or arguments.listen):  # a client may leave with what it came for
            lost.append(peer.address)

    with open_link(arguments, on_message=on_message, on_peer=on_peer) as link:
        who = ', '.join(peer.address for peer in link.peers)
        sent = _send(link, turn, times, arguments.rate, arguments.timeout or None)
        link.flush(_FLUSH_S)
        end_s = time.monotonic() + arguments.stay
        # who refuses has accepted the connection before, and lets it go just now
        wait_until(lambda: bool(lost), time.monotonic() + _GRACE_S)
        if lost:
            raise PeerError(': '.join((
                f'{lost[0]} was lost, and with it some or all of {sent} messages, or none',
                *refused[:1])))
        time.sleep(max(0.0, end_s - time.monotonic()))
    say(f'{sent} message{"s" * (sent != 1)} to {who}')
    return 0


def _refuse_in_vain(link: Client | Server, message: Message) -> None:
    """Raise `EncodeError` if a peer must not get a message, or not with all that is in it."""
    for peer in link.peers:
        what = f'{peer.address}: {message.type_name} {message.device_name!r}'
        if why := peer.refusal(message):
            raise EncodeError(f'{what}: {why}')
        if peer.version < 2 and any(
            # to be OK is what a peer that reads no states takes a pose for
            value != 'OK' or not key.endswith('Status') for key, value in message.metadata.items()
        ):
            raise EncodeError(
                f'{what}: its metadata need header version 2, and the peer has not shown that it '
                'reads that; --set header_version=2 sends it all the same')


def _send(
    link: Client | Server,
    make: Callable[[], Iterable[tuple[float, Message]]],
    times: int,
    rate_hz: float,
    timeout_s: float | None,
) -> int:
    """Send each message as often as is wanted; 0 times is until Ctrl-C. Gives how many went."""
    begin_s, sent, turn, last_s = time.monotonic(), 0, 0, 0.0
    checked = set()
    while not times or turn < times:
        for at_s, message in make():
            due_s = begin_s + at_s
            if (wait_s := due_s - time.monotonic()) > 0:
                time.sleep(wait_s)
            if not link.peers:
                link.wait_connected(timeout_s)
            key = message.type_name, message.device_name
            if message.metadata or key not in checked:  # their state may have changed
                checked.add(key)
                _refuse_in_vain(link, message)
            link.send(message, hold=False)
            sent, last_s = sent + 1, at_s
        turn += 1
        # of what takes longer, one turn begins after the other
        begin_s += max(1 / rate_hz if rate_hz else 0.0, last_s)
    return sent
