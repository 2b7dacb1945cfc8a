"""The arguments of the command lines of `igtl_check`, `igtl_demo` and `igtl_replay`."""

from __future__ import annotations

import argparse
import math
import os
from pathlib import Path

from ..config.numbers import number, seconds

CHECK = (
    'Print what a mapping file makes of each device, in both directions, and its services, or the '
    'first mistake in it. Nothing is started. Frames, topics and names are those without '
    'parameters of the node.'
)
DEMO = (
    'A simulated tracked ultrasound, the bridge and a small ROS robot, with a live table of the '
    'traffic in both directions. With robot: a simulated arm, the bridge and a simulated 3D '
    'Slicer with its '
    'module, from target to plan to motion, once. The exit code is 0 if all numbers were right.'
)
REPLAY = (
    'Send the OpenIGTLink traffic of a bag again, byte for byte and with its timing: a bag of '
    'igtl_record, or of ros2 bag record with raw topics of a bridge (MCAP or sqlite3), or a '
    'capture of packets (pcap, pcapng). Or what is in a file, such as a tracked sequence of PLUS '
    '(.igs.mha): poses and images at their times.'
)


def add_check_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `igtl_check`."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument('file', nargs='?', help='the mapping file')
    what.add_argument(
        '--schema', action='store_true',
        help='print the JSON schema of mapping files, for editors, and do nothing else')


def add_demo_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `igtl_demo`."""
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


def add_replay_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `igtl_replay`."""
    parser.add_argument(
        'bag', type=Path, metavar='FILE',
        help='the folder of a bag or one of its files, a capture of packets, or a file of images, '
        'meshes or points')
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        '--serve', metavar='URL', default='tcp://127.0.0.1:18944',
        help='listen there, and start when the first client connects; default: '
        'tcp://127.0.0.1:18944, for this machine only')
    where.add_argument('--connect', metavar='URL', help='connect to a server, and send to that')
    parser.add_argument(
        '--rate', type=number(0.001, math.inf), default=1.0,
        help='speed: 2 is twice as fast, inf as fast as the peer reads; default: 1')
    parser.add_argument(
        '--start', type=seconds, default=0.0, metavar='S',
        help='seconds to skip at the start of the bag')
    parser.add_argument('--loop', action='store_true', help='start again at the end')
    parser.add_argument(
        '--device', action='append', default=[], metavar='PATTERN',
        help="only devices whose names match, such as 'Stylus*'; may be repeated")
    parser.add_argument(
        '--direction', choices=('from', 'to', 'both'), default='from',
        help='what came from the devices, or what was sent to them (topics to_igtl); '
        'default: from')
    parser.add_argument(
        '--restamp', action='store_true',
        help='set the time stamps to now, where there are any; nothing else changes. Messages of '
        'a file without times always get the current time')
    parser.add_argument(
        '--set', action='append', default=[], metavar='NAME=VALUE', dest='settings',
        help='a setting of the connection, such as max_clients=1; may be repeated')
