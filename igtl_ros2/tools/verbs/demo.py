"""`igtl demo`: what `igtl_demo` does."""

from __future__ import annotations

import argparse

HELP = 'a simulated device, the bridge and a ROS robot, with a live table (needs ROS 2)'
EXAMPLE = 'igtl demo --seconds 10'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command line."""
    from ..arguments import DEMO, add_demo_arguments

    parser.description = DEMO
    add_demo_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Do it, and give the exit code."""
    from ..demo import run

    return run(arguments)
