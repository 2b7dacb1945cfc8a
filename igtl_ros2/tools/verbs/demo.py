"""`igtl demo`: what `igtl_demo` does."""

from __future__ import annotations

import argparse
import math
import os

HELP = 'a simulated device, the bridge and a ROS robot, with a live table (needs ROS 2)'
EXAMPLE = 'igtl demo --seconds 10'
DESCRIPTION = (
    'A simulated tracked ultrasound, the bridge and a small ROS robot, with a live table of what '
    'flows each way. The exit code is 0 if every flow arrived both ways with the right numbers.'
)


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < math.inf:
        raise argparse.ArgumentTypeError(f'{text} is not a number of seconds')
    return seconds


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what may stand on the command line."""
    parser.add_argument(
        '--seconds', type=_seconds, default=os.environ.get('DEMO_SECONDS') or math.inf,
        help='end after so many seconds with a plain summary; default: the '
        'environment variable DEMO_SECONDS, else not before Ctrl-C',
    )
    parser.add_argument(
        '--mapping', metavar='FILE', help='mapping file for the bridge, instead of demo.yaml'
    )


def run(arguments: argparse.Namespace) -> int:
    """Do it, and give the exit code."""
    from ..demo import run

    return run(arguments)
