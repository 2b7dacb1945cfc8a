"""`igtl`: OpenIGTLink on the command line, one verb for each thing to do; it needs no ROS."""

from __future__ import annotations

import argparse
import os
import re
import sys
import textwrap
from collections.abc import Callable, Sequence
from functools import partial

from .. import __version__
from .program import do_verb, run_program
from .verbs import load, names

_DESCRIPTION = """\
OpenIGTLink on the command line: look at a device, talk to it, carry, record and check what it
sends. It needs no ROS. HOST is a name or an address, as host or host:port, or a URL such as
tcp://10.0.0.5:18944, tls://... or udp://...; without a port it is 18944."""
_CODES = (
    'exit codes: 0 success, 1 nothing came or a fault was found, 2 wrong arguments, 130 Ctrl-C')


class _Formatter(argparse.HelpFormatter):
    """Fill paragraphs, but leave lines that are indented as they are: examples."""

    def add_argument(self, action: argparse.Action) -> None:
        """Make room for the longest verb: that verbs are indented, argparse forgets."""
        super().add_argument(action)
        if action.nargs == argparse.PARSER:
            self._action_max_length += self._indent_increment

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        blocks = textwrap.dedent(text).strip().split('\n\n')
        return '\n\n'.join(
            '\n'.join(
                indent + part if part.startswith(' ') else textwrap.fill(
                    part, width, initial_indent=indent, subsequent_indent=indent)
                for part in re.split(r'\n(?= )', block))
            for block in blocks)


def make_parser(words: Sequence[str] = ()) -> argparse.ArgumentParser:
    """
    Make the parser of `igtl`.

    :param words: the command line: where the verb is among them, no other one is imported.
    """
    parser = argparse.ArgumentParser(
        prog='igtl', description=_DESCRIPTION, epilog=_CODES, formatter_class=_Formatter)
    parser.add_argument('--version', action='version', version=f'igtl_ros2 {__version__}')
    add_verbs(parser, words, 'igtl')
    return parser


def add_verbs(parser: argparse.ArgumentParser, words: Sequence[str], called: str) -> None:
    """Add the verbs to a parser, with arguments for the one that is asked for."""
    subparsers = parser.add_subparsers(
        dest='igtl_verb', required=True, metavar='VERB', title='verbs')
    known = names()
    # no option before the verb has an argument
    asked = next((word for word in words if not word.startswith('-')), None)
    for name in [asked] if asked in known else known:
        verb = load(name)
        added = subparsers.add_parser(
            name, prog=f'{called} {name}', help=verb.HELP, description=verb.DESCRIPTION,
            epilog=f'example:\n  {verb.EXAMPLE}', formatter_class=_Formatter)
        if name == asked:
            verb.add_arguments(added)
        added.set_defaults(igtl_run=partial(do_verb, verb))


def main(args: Sequence[str] | None = None) -> int:
    """Run igtl, and give the exit code."""

    def work() -> int:
        if '_ARGCOMPLETE' in os.environ:
            _complete(make_parser(os.environ.get('COMP_LINE', '').split()[1:]))
        words = sys.argv[1:] if args is None else args
        return run_verb(make_parser(words).parse_args(words))

    return run_program('igtl', work)


def _complete(parser: argparse.ArgumentParser) -> None:
    """Answer a shell that asks how the line may go on; it is all that is done then."""
    try:
        from argcomplete import autocomplete
    except ImportError:
        return
    autocomplete(parser)


def run_verb(arguments: argparse.Namespace, called: str = 'igtl') -> int:
    """Do what a command line asks for, and give the exit code."""
    run: Callable[[argparse.Namespace], int] = arguments.igtl_run
    name = f'{called} {arguments.igtl_verb}'
    return run_program(name, lambda: run(arguments))


if __name__ == '__main__':
    sys.exit(main())
