"""`igtl help`: what a verb does, as its --help says."""

from __future__ import annotations

import argparse

from ...errors import ConfigError

READS_MESSAGES = False
HELP = DESCRIPTION = 'what igtl can do, or one of its verbs'
EXAMPLE = 'igtl help echo'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument('verb', nargs='?', metavar='VERB', help='such as echo; none: all of them')


def run(arguments: argparse.Namespace) -> int:
    from ..igtl import make_parser
    from . import names

    verb = arguments.verb
    if verb is None:
        print(make_parser().format_help(), end='')
        return 0
    if verb not in names():
        raise ConfigError(f'{verb}: there is no such verb; igtl help lists them')
    # the parser of a verb prints its help and ends
    make_parser([verb]).parse_args([verb, '--help'])
    return 0
