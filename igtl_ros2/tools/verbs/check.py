"""`igtl check`: what `igtl_check` does."""

from __future__ import annotations

import argparse

READS_MESSAGES = False
HELP = 'what a mapping file does with each device, or its first mistake'
EXAMPLE = 'igtl check config/slicer.yaml'
DESCRIPTION = (
    'Print what a mapping file makes of each device, in both directions, and its services, or the '
    'first mistake in it. Nothing is started. Frames, topics and names are those without '
    'parameters of the node.'
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument('file', nargs='?', help='the mapping file')
    what.add_argument(
        '--schema', action='store_true',
        help='print the JSON schema of mapping files, for editors, and do nothing else')


def run(arguments: argparse.Namespace) -> int:
    from ..check import run

    return run(arguments)
