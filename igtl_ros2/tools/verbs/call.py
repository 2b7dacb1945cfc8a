"""`igtl call`: a question to a device, and its answer."""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...config.numbers import number, seconds
from ...errors import EncodeError, PeerError, PeerTimeoutError, printable
from ..hosts import add_link_arguments, open_link
from ..program import BAD_ARGUMENTS, FAULT, know_own_types, say

if TYPE_CHECKING:
    from ...client import Client
    from ...codec import Message
    from ...rules import QueryRule
    from ...server import Server

HELP = 'a COMMAND, a GET_, STT_ or STP_ to a device, and its answer'
EXAMPLE = "igtl call 10.0.0.5 COMMAND RequestChannelIds '<Command Name=\"RequestChannelIds\"/>'"
DESCRIPTION = """\
Ask a device something, and print the answer:

  igtl call HOST COMMAND NAME [CONTENT]   sends a command
  igtl call HOST GET_IMAGE [DEVICE]       asks for a message once
  igtl call HOST STT_TDATA [DEVICE]       starts a stream, prints it, stops it
  igtl call HOST STP_TDATA [DEVICE]       stops one

GET_, STT_ and STP_ are followed by a message type, in full or as shortened in queries. 3D Slicer
crashes on some queries; these are not sent to a peer that was recognised as Slicer."""

_COMMAND = 'COMMAND'
Outcome = Callable[['Message'], tuple[bool, str] | None]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_link_arguments(parser)
    parser.add_argument('what', type=_what, help='COMMAND, or GET_, STT_ or STP_ and a type')
    parser.add_argument(
        'words', nargs='*', default=[], metavar='WORD',
        help='for COMMAND its name and content; else the device, default: any')
    parser.add_argument(
        '--device', default='', metavar='NAME', help='the device name of a command')
    parser.add_argument(
        '--legacy', action='store_true',
        help='send a command as STRING CMD_<number>, for old versions of PLUS')
    parser.add_argument(
        '--rate', type=number(0, 100_000), default=0.0, metavar='HZ',
        help='requested rate of a stream; default: every message')
    parser.add_argument(
        '--frame', default='', metavar='NAME',
        help='requested coordinate system of TDATA or QTDATA')
    parser.add_argument(
        '--duration', type=seconds, default=0.0, metavar='S',
        help='stop a stream after so many seconds; default: 0, until Ctrl-C')
    parser.add_argument('--json', action='store_true', help='print messages as JSON, one per line')
    parser.add_argument('--all', action='store_true', help='print all numbers of large arrays')


def _what(text: str) -> str:
    from ...dialogue.queries import queried_type
    from ...rules.kinds import asked_types
    from ...rules.services import ASKED_TYPES

    know_own_types()
    kind, known = queried_type(text[4:]), (*ASKED_TYPES, *asked_types())
    if text == _COMMAND or text[:4] in ('GET_', 'STT_', 'STP_') and kind in known:
        return text
    raise argparse.ArgumentTypeError(
        f'{text!r} is none of COMMAND and GET_, STT_, STP_ with {", ".join(known)}')


def run(arguments: argparse.Namespace) -> int:
    most = 2 if arguments.what == _COMMAND else 1
    if len(arguments.words) > most or arguments.what == _COMMAND and not arguments.words:
        wanted = 'a name, and a content if it has one' if most == 2 else 'at most a device'
        return _bad(f'{arguments.what}: found {len(arguments.words)} words; wanted {wanted}')
    try:
        ask = _command if arguments.what == _COMMAND else _query
        question, outcome = ask(arguments)
    except EncodeError as error:
        return _bad(str(error))
    with open_link(arguments) as link:
        if arguments.what.startswith('STT_'):
            return _stream(link, arguments, question, outcome)
        success, text, message = _ask(link, arguments, question, outcome)
        if success and arguments.what.startswith('GET_'):
            _print(arguments, message)
        else:
            lines = map(printable, text.splitlines())
            print('\n'.join(lines), file=sys.stdout if success else sys.stderr)
        return 0 if success else 1


def _bad(text: str) -> int:
    say(text)
    return BAD_ARGUMENTS


def _command(arguments: argparse.Namespace) -> tuple[Message, Outcome]:
    from ...dialogue.commands import CommandText

    name, *content = arguments.words
    command = CommandText(
        name, ''.join(content), arguments.device, legacy=arguments.legacy)
    number = random.getrandbits(31)
    return command.message(number), lambda message: command.outcome(number, message)


def _rule(arguments: argparse.Namespace) -> QueryRule:
    from ...dialogue.queries import queried_type
    from ...rules import QueryRule

    return QueryRule(
        queried_type(arguments.what[4:]), ''.join(arguments.words), arguments.rate,
        arguments.frame)


def _query(arguments: argparse.Namespace) -> tuple[Message, Outcome]:
    from ...dialogue.queries import query_of, query_outcome

    rule, verb = _rule(arguments), arguments.what[:3]
    return query_of(verb, rule), lambda message: query_outcome(verb, rule, message)


def _ask(
    link: Client | Server, arguments: argparse.Namespace, question: Message, outcome: Outcome
) -> tuple[bool, str, Message]:
    """Ask; `PeerError` if no answer comes in time, `EncodeError` if a peer must not be asked."""
    from ...codec.patients import hidden
    from ...peers.compat import is_greeting

    for peer in link.peers:
        if why := peer.refusal(question):
            raise EncodeError(f'{peer.address}: {question.type_name}: {why}')
    link.send(question, hold=False)
    until_s = time.monotonic() + (arguments.timeout or math.inf)
    while True:
        left_s = until_s - time.monotonic()
        try:
            item: Any = link.receive(None if left_s == math.inf else max(0.0, left_s))
        except PeerTimeoutError:
            item = None
        message = item[1] if item and arguments.listen else item
        if message is None or is_greeting(message):
            pass  # it answers nothing
        elif (found := outcome(message := hidden(message))) is not None:
            return *found, message
        if left_s <= 0:
            raise PeerTimeoutError(
                f'{link.address}: no answer to {question.type_name} {question.device_name!r} '
                f'within {arguments.timeout:g} s')


def _stream(
    link: Client | Server, arguments: argparse.Namespace, question: Message, outcome: Outcome
) -> int:
    """Start a stream, print it for as long as is wanted, and stop it."""
    from ...codec.patients import hidden
    from ...dialogue.queries import query_of

    rule = _rule(arguments)
    success, text, message = _ask(link, arguments, question, outcome)
    if not success:
        say(text)
        return FAULT
    until_s = time.monotonic() + (arguments.duration or math.inf)
    printed = 0
    try:
        while (left_s := until_s - time.monotonic()) > 0:
            if message.type_name == rule.type and rule.device in ('', message.device_name):
                _print(arguments, message)
                printed += 1
            try:
                item: Any = link.receive(None if left_s == math.inf else left_s)
            except PeerTimeoutError:
                break
            message = hidden(item[1] if arguments.listen else item)
    finally:
        if link.peers:
            link.send(query_of('STP', rule), hold=False)
            link.flush(1.0)
    if not printed:
        raise PeerError(f'{link.address}: {text}, and nothing came')
    return 0


def _print(arguments: argparse.Namespace, message: Message) -> None:
    from ..plain import plain_message, text_of

    data = plain_message(message, arguments.all)
    print(json.dumps(data) if arguments.json else f'{text_of(data)}\n---', flush=True)
