"""`igtl replay`: what `igtl_replay` does."""

from __future__ import annotations

import argparse
import math
from pathlib import Path

from ...config.numbers import number, seconds
from ..arguments import add_devices, add_direction

HELP = 'the traffic of a bag, or what is in a file, sent again with its timing'
EXAMPLE = 'igtl replay session --serve tcp://0.0.0.0:18944'
DESCRIPTION = (
    'Send the OpenIGTLink traffic of a bag again, byte for byte and with its timing: a bag of '
    'igtl_record, or of ros2 bag record with raw topics of a bridge (MCAP or sqlite3), or a '
    'capture of packets (pcap, pcapng). Or what is in a file, such as a tracked sequence of PLUS '
    '(.igs.mha): poses and images at their times.'
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
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
    add_devices(parser)
    add_direction(parser)
    parser.add_argument(
        '--restamp', action='store_true',
        help='set the time stamps to now, where there are any; nothing else changes. Messages of '
        'a file without times always get the current time')
    parser.add_argument(
        '--set', action='append', default=[], metavar='NAME=VALUE', dest='settings',
        help='a setting of the connection, such as max_clients=1; may be repeated')


def run(arguments: argparse.Namespace) -> int:
    from ..replay import run

    return run(arguments)
