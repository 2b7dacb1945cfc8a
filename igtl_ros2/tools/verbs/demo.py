"""`igtl demo`: what `igtl_demo` does."""

from __future__ import annotations

import argparse
import math
import os

from ...config.numbers import number

READS_MESSAGES = False
HELP = 'a simulated device, the bridge and a ROS robot, with a live table (needs ROS 2)'
EXAMPLE = 'igtl demo --seconds 10'
DESCRIPTION = (
    'A simulated tracked ultrasound, the bridge and a small ROS robot, with a live table of the '
    'traffic in both directions. With robot: a simulated arm, the bridge and a simulated 3D '
    'Slicer with its '
    'module, from target to plan to motion, once. The exit code is 0 if all numbers were right.'
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        'what', nargs='?', choices=('devices', 'robot'), default='devices',
        help='devices: a tracked ultrasound and a ROS robot; robot: an arm that Slicer moves to a '
        'target; default: devices')
    parser.add_argument(
        '--seconds', type=number(0.001, 1e9), default=os.environ.get('DEMO_SECONDS') or math.inf,
        help='end after so many seconds with a plain summary; default: the '
        'environment variable DEMO_SECONDS, else until Ctrl-C',
    )
    parser.add_argument(
        '--mapping', metavar='FILE',
        help='mapping file for the bridge, instead of demo.yaml or moveit.yaml')


def run(arguments: argparse.Namespace) -> int:
    from ..demo import run

    return run(arguments)
