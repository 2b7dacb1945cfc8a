"""`igtl record`: what `igtl_record` does."""

from __future__ import annotations

import argparse
import math
from pathlib import Path

from ...config.numbers import seconds
from ..arguments import REPAIR, add_mode, add_repair
from ..hosts import add_settings
from ..words import size

HELP = 'what comes over a link, or on topics of ROS, into a bag'
EXAMPLE = 'igtl record connect tcp://10.0.0.5:18944 -o session'
DESCRIPTION = (
    'Record OpenIGTLink traffic in a rosbag2 bag (MCAP). It can be read at any moment, also after '
    'the recorder was killed, and igtl_replay sends it again.'
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    common = argparse.ArgumentParser(add_help=False)
    add_mode(common)
    # a launch file puts them at the end, whatever is recorded
    common.add_argument(
        '--ros-args', nargs=argparse.REMAINDER, default=[], help=argparse.SUPPRESS)
    common.add_argument(
        '-o', '--output', type=Path, metavar='FOLDER',
        help='the bag, which must not exist yet; default: igtl_, date and time')
    common.add_argument(
        '--compression', choices=('zstd', 'lz4', 'none'), default='zstd', help='default: zstd')
    common.add_argument(
        '--max-size', type=size, default=0, metavar='SIZE',
        help='start a new file at this size, such as 2G')
    common.add_argument(
        '--max-duration', type=seconds, default=0.0, metavar='S',
        help='start a new file after so many seconds')
    common.add_argument(
        '--min-free', type=size, default=1_000_000_000, metavar='SIZE',
        help='stop when less disk space is free; default: 1G')
    common.add_argument(
        '--duration', type=seconds, default=math.inf, metavar='S',
        help='end after so many seconds; default: until Ctrl-C')
    common.add_argument(
        '--phi', choices=('redact', 'hash', 'drop', 'pass'), default='redact',
        help='names of patients: removed, replaced by codes, dropped with their messages, or '
        'recorded; default: redact')
    network = argparse.ArgumentParser(add_help=False)
    network.add_argument(
        '--namespace', default='', metavar='NAME',
        help='prefix of the topics in the bag, such as /plus')
    add_settings(network, such_as='compat=plus')

    verbs = parser.add_subparsers(dest='way', required=True, metavar='VERB')
    verb = verbs.add_parser(
        'connect', parents=[common, network],
        help='connect to a server as one more client; record what it sends')
    verb.add_argument('url', help='such as tcp://10.0.0.5:18944')
    verb = verbs.add_parser(
        'listen', parents=[common, network],
        help='listen as a server for devices that are clients; record what they send')
    verb.add_argument('url', help='such as tcp://0.0.0.0:18944')
    verb = verbs.add_parser(
        'relay', parents=[common, network],
        help='listen, and relay between a client and a server; record both ways')
    verb.add_argument('url', help='where the client connects, such as tcp://0.0.0.0:18945')
    verb.add_argument('server', help='where the server is, such as tcp://10.0.0.5:18944')
    verb.add_argument(
        '--set-server', action='append', default=[], metavar='NAME=VALUE',
        help='as --set, for the connection to the server')
    verb = verbs.add_parser(
        'ros', parents=[common],
        help='record the topics of bridges, raw and decoded; --ros-args may follow')
    verb.add_argument(
        'topics', nargs='*', metavar='TOPIC',
        help="topics or patterns such as '/plus/*'; default: all of the node's namespace, and tf")
    verb.add_argument('--raw-only', action='store_true', help='only complete messages (raw)')
    verb = verbs.add_parser('repair', help=REPAIR)
    add_repair(verb)


def run(arguments: argparse.Namespace) -> int:
    from ..record import run

    return run(arguments)
