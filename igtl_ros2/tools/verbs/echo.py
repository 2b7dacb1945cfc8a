"""`igtl echo`: the messages of a device as they arrive."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ...config.numbers import whole
from ...errors import PeerError, PeerTimeoutError, printable
from ..hosts import add_link_arguments, nothing_came, open_link, settings_for
from ..look import add_look_arguments
from ..program import say

if TYPE_CHECKING:
    from ...codec import Message

HELP = 'the messages of a device as they arrive'
EXAMPLE = "igtl echo 10.0.0.5 ProbeToTracker --field 'matrix[0][3]' --times 10"
DESCRIPTION = """\
Print the messages of a device as they come, lengths in mm as on the wire. Large
arrays are summarised, unless --all is given. Names of patients are removed, see --phi. A slow
reader gets the newest value of a stream, and a line says how many were dropped."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_link_arguments(parser)
    add_look_arguments(parser)
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        '--field', metavar='PATH',
        help="only a part, such as 'matrix[0][3]', elements.0.position, metadata.TransformStatus")
    how.add_argument(
        '--raw', action='store_true',
        help='the bytes on the wire in hex, also of messages that cannot be read (tcp, tls)')
    parser.add_argument(
        '--json', action='store_true', help='print one JSON object per line for each message')
    parser.add_argument(
        '--all', action='store_true', help='print all numbers of large arrays, such as pixels')
    many = parser.add_mutually_exclusive_group()
    many.add_argument('--once', action='store_true', help='end after the first message')
    many.add_argument(
        '--times', type=whole(1), default=0, metavar='N', help='end after so many messages')
    parser.add_argument(
        '--phi', choices=('redact', 'hash', 'drop', 'pass'), default='redact',
        help='names of patients: removed, replaced by codes, dropped with their messages, or '
        'printed; default: redact')


def run(arguments: argparse.Namespace) -> int:
    arguments.printed = 0
    for text in _raw(arguments) if arguments.raw else _texts(arguments):
        print(text, flush=True)
        arguments.printed += 1
        if arguments.printed == (1 if arguments.once else arguments.times):
            break
    return 0


def _texts(arguments: argparse.Namespace) -> Iterator[str]:
    """Give the text of each message."""
    from ...codec.patients import hidden
    from ..plain import field_of, plain_message, text_of

    told = set()
    for message in _messages(arguments):
        if arguments.phi == 'drop' and hidden(message) is not message:
            continue
        data: Any = plain_message(hidden(message, arguments.phi), arguments.all)
        if arguments.field:
            try:
                data = field_of(data, arguments.field)
            except KeyError as error:
                if message.type_name not in told:  # there may be others that have it
                    told.add(message.type_name)
                    say(f'{message.type_name} {message.device_name!r} has no {error.args[0]}')
                continue
        if arguments.json:
            yield json.dumps(data)
        elif arguments.field:
            yield text_of(data)
        else:
            yield f'{text_of(data)}\n---'


def _messages(arguments: argparse.Namespace) -> Iterator[Message]:
    """Give the messages that are wanted, as they come; `PeerError` if none does in time."""
    from ..streams import Wanted

    wanted = Wanted(arguments.device, arguments.types)
    timeout_s = arguments.timeout or float('inf')
    with open_link(arguments) as link:
        begin_s = time.monotonic()
        while True:
            left_s = begin_s + timeout_s - time.monotonic()
            if arguments.printed or left_s == float('inf'):
                item: Any = link.receive()
            else:
                try:
                    item = link.receive(max(0.0, left_s))
                except PeerTimeoutError:
                    raise nothing_came(link, begin_s) from None
                if left_s <= 0:
                    raise nothing_came(link, begin_s)
            message = item[1] if arguments.listen else item
            if wanted.takes(message):
                yield message


def _raw(arguments: argparse.Namespace) -> Iterator[str]:
    """Give the bytes of each message, without names of patients."""
    from ...codec.patients import hidden_frame
    from ..frames import open_frames
    from ..plain import hex_lines
    from ..streams import Wanted

    wanted = Wanted(arguments.device, arguments.types)
    with open_frames(settings_for(arguments)) as (frames, tap):
        timeout_s = arguments.timeout or None
        removed = 0
        try:
            while True:
                try:
                    header, frame = frames.next(timeout_s)
                except PeerError as error:
                    raise PeerError(f'{tap.why_nothing}: {error}') from None
                if not wanted.has(header.device_name, header.type_name):
                    continue
                timeout_s = None
                shown = hidden_frame(frame, arguments.phi)
                if shown is None:
                    removed += 1
                    if removed == 1:
                        say('a message is removed, it may name a patient')
                elif arguments.json:
                    yield json.dumps({'type': header.type_name, 'device': header.device_name,
                                      'hex': shown.hex()})
                else:
                    title = f'{header.type_name} {header.device_name!r}, {len(frame)} bytes'
                    yield '\n'.join([printable(title), *hex_lines(shown), '---'])
        finally:
            if removed > 1:
                say(f'{removed} messages are removed, they may name a patient')
            for why, count in frames.lost.items():
                say(f'{why}: {count} times')
