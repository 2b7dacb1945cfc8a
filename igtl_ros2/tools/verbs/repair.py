"""`igtl repair`: what `igtl_record repair` does."""

from __future__ import annotations

import argparse

HELP = 'a new bag with what can be read in a damaged one'
EXAMPLE = 'igtl repair session'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command line."""
    from ..record import REPAIR_DESCRIPTION, add_repair_arguments

    parser.description = REPAIR_DESCRIPTION
    add_repair_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Do it, and give the exit code."""
    from ..record import repair

    return repair(arguments)
