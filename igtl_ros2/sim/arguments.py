"""The arguments of the command lines of simulated devices; it imports nothing heavy."""

from __future__ import annotations

import argparse
import re

from ..config import SETTINGS
from ..config.address import DEFAULT_PORT
from ..config.numbers import number, port, seconds, whole

#: what the devices of `devices.py` are, and how often they send; 0 is once, and again to
#: each late joiner
DEVICES = {
    'tracker': ('a tracker with three tools, as TDATA', 60.0),
    'ct': ('a CT volume, sent to each client once', 0.0),
    'robot': ('a robot: a TRANSFORM of each link, STATUS, and answers to COMMANDs', 50.0),
    'force': ('a force sensor: SENSOR in N', 100.0),
    'imu': ('an IMU: SENSORs of angular velocity and acceleration', 100.0),
}


def add_serving_arguments(parser: argparse.ArgumentParser) -> None:
    """Say where a device listens, for how long, and what it prints."""
    host, usual = SETTINGS['host'].default, SETTINGS['port'].default
    parser.add_argument('--host', default=host, help=f'address to listen on; default: {host}')
    parser.add_argument(
        '--port', type=port, default=usual,
        help=f'TCP port to listen on; 0 takes a free one; default: {usual}')
    parser.add_argument(
        '--seed', type=whole(0), default=0, help='random seed of the scene; default: 0')
    parser.add_argument(
        '--header-version', choices=('1', '2'), default='2',
        help='header to send; 1 is for old peers, it has no room for metadata: poses that are '
        'not valid are then dropped; default: 2')
    parser.add_argument(
        '--duration', type=seconds, default=0.0, metavar='S',
        help='end after so many seconds; default: 0, never')
    parser.add_argument('--quiet', action='store_true', help='print only where it listens')
    parser.add_argument(
        '--json', action='store_true',
        help='print one JSON object per line for each message, for programs')


def add_device_arguments(parser: argparse.ArgumentParser, rate_hz: float) -> None:
    """Add the arguments of a device of `DEVICES`."""
    add_serving_arguments(parser)
    usual = f'{rate_hz:g}' if rate_hz else '0, once to each client'
    parser.add_argument(
        '--rate', type=number(0, 10_000), default=rate_hz, metavar='HZ',
        help=f'how often it sends; default: {usual}')


def _size(text: str) -> tuple[int, int]:
    found = re.fullmatch(r'(\d{1,4})x(\d{1,4})', text)
    if not found or min(int(found[1]), int(found[2])) < 16:
        raise argparse.ArgumentTypeError(f'{text!r} is not 16x16 to 9999x9999, such as 640x480')
    return int(found[1]), int(found[2])


ULTRASOUND = (
    'A simulated tracked ultrasound: an OpenIGTLink server that sends poses of two tools, an '
    'image, fiducials, a status and a text, and prints what clients send.'
)


def add_ultrasound_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the ultrasound."""
    add_serving_arguments(parser)
    parser.add_argument(
        '--tracker-rate', type=number(0.1, 1000), default=60.0, metavar='HZ',
        help='how often the poses are sent; default: 60')
    parser.add_argument(
        '--image-rate', type=number(0.1, 1000), default=30.0, metavar='HZ',
        help='how often the image is sent; default: 30')
    parser.add_argument(
        '--image-size', type=_size, default=(640, 480), metavar='COLUMNSxROWS',
        help='size of the image in pixels; default: 640x480')


SLICER = (
    'A simulated 3D Slicer: it does what a script says, and lists the nodes that it holds at the '
    'end.'
)


def add_slicer_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the Slicer."""
    usual = f'tcp://127.0.0.1:{DEFAULT_PORT}'
    parser.add_argument(
        'url', nargs='?', default=usual,
        help=f'server to connect to, or where to listen; default: {usual}')
    parser.add_argument('--serve', action='store_true', help='listen instead of connecting')
    parser.add_argument('--script', metavar='FILE', help='YAML or JSON: a list of steps')
    parser.add_argument(
        '--duration', type=seconds, default=0.0, metavar='S',
        help='continue for so many seconds after the script; default: 0')
