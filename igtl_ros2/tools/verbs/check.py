"""`igtl check`: what `igtl_check` does."""

from __future__ import annotations

import argparse

HELP = 'what a mapping file does with each device, or its first mistake'
EXAMPLE = 'igtl check config/slicer.yaml'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command line."""
    from ..arguments import CHECK, add_check_arguments

    parser.description = CHECK
    add_check_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Do it, and give the exit code."""
    from ..check import run

    return run(arguments)
