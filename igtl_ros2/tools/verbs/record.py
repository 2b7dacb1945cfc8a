"""`igtl record`: what `igtl_record` does."""

from __future__ import annotations

import argparse

HELP = 'what comes over a link, or on topics of ROS, into a bag'
EXAMPLE = 'igtl record connect tcp://10.0.0.5:18944 -o session'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command line."""
    from ..record import DESCRIPTION, add_arguments

    parser.description = DESCRIPTION
    add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Do it, and give the exit code."""
    from ..record import run

    return run(arguments)
