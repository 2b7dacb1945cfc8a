"""`igtl replay`: what `igtl_replay` does."""

from __future__ import annotations

import argparse

HELP = 'the traffic of a bag, sent again byte for byte and with its timing'
EXAMPLE = 'igtl replay session --serve tcp://0.0.0.0:18944'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what may stand on the command line."""
    from ..replay import DESCRIPTION, add_arguments

    parser.description = DESCRIPTION
    add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Do it, and give the exit code."""
    from ..replay import run

    return run(arguments)
