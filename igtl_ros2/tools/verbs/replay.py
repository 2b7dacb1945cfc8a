"""`igtl replay`: what `igtl_replay` does."""

from __future__ import annotations

import argparse

HELP = 'the traffic of a bag, or what is in a file, sent again with its timing'
EXAMPLE = 'igtl replay session --serve tcp://0.0.0.0:18944'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command line."""
    from ..arguments import REPLAY, add_replay_arguments

    parser.description = REPLAY
    add_replay_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Do it, and give the exit code."""
    from ..replay import run

    return run(arguments)
