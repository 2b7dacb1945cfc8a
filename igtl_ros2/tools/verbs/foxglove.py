"""`igtl foxglove`: what a device sends, for Foxglove to look at, without ROS."""

from __future__ import annotations

import argparse
from pathlib import Path

from ...config.address import url_of
from ...config.numbers import port, seconds
from ...errors import ConfigError
from ..arguments import add_phi
from ..hosts import add_settings
from ..program import FAULT, say
from ..serving import run_until_stopped
from ..words import read_settings

HELP = 'what a device sends, or a bag, in Foxglove; without ROS'
EXAMPLE = 'igtl foxglove 10.0.0.5'
DESCRIPTION = (
    'Serve what a device sends, or what is in a bag, for Foxglove: poses as frames, images, '
    'volumes, points, meshes, values and log lines, in metres and in the frames that a bridge '
    'gives them, with the stamps of the device. Foxglove opens it with "Open connection", '
    'WebSocket. For this machine only, unless --bind says otherwise.'
)
NEEDS = "what Foxglove hears needs foxglove-sdk: pip install 'igtl_ros2[foxglove]'"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        'target', metavar='HOST|BAG',
        help='host, host:port or URL of a device; or the folder or file of a bag')
    parser.add_argument(
        '--listen', action='store_true',
        help='listen at HOST for a device that is a client')
    parser.add_argument(
        '--bind', default='127.0.0.1', metavar='ADDRESS',
        help='address to serve on, 0.0.0.0 for all interfaces; there is no password, anybody who '
        'can connect sees everything; default: 127.0.0.1')
    parser.add_argument(
        '--port', type=port, default=8765, metavar='PORT',
        help='serve on this port, 0 for any free one; default: 8765, which Foxglove looks for')
    parser.add_argument(
        '--profile', choices=('plain', 'slicer', 'plus', 'robot'), default='plain',
        help='read names of frames as a bridge with this profile; slicer, plus: RAS and ras are '
        'one frame; plus: images called <image>_<frame> are in that frame; default: plain')
    parser.add_argument(
        '--default-frame', default='ras', metavar='FRAME',
        help='frame of messages that name none; default: ras')
    parser.add_argument(
        '--stamp', choices=('device', 'receive', 'auto'), default='device',
        help='time stamps: of the device where it gives one (device), of arrival (receive), or of '
        'the device where within --max-skew (auto); default: device')
    parser.add_argument(
        '--max-skew', type=seconds, default=1.0, metavar='S',
        help='clock offset of a device, in seconds, above which it is reported and auto takes the '
        'time of arrival; default: 1')
    parser.add_argument(
        '--wire-unit', choices=('mm', 'm'), default='mm',
        help='unit of lengths on the wire, m for devices that send metres; '
        'default: mm')
    add_phi(parser)
    add_settings(parser)


def run(arguments: argparse.Namespace) -> int:
    try:
        from ..foxglove.program import Options, serve
        from ..foxglove.stream import Choice
    except ImportError as error:
        raise ConfigError(f'{NEEDS} ({error})') from error
    target = arguments.target
    bag = Path(target) if '://' not in target and Path(target).exists() else None
    mode = 'server' if arguments.listen else 'client'
    words = arguments.settings
    if arguments.profile == 'plus':  # as a bridge: such a server says then which poses are valid
        words = ['header_version=2', *([] if arguments.listen else ['compat=plus']), *words]
    options = Options(
        target=bag or read_settings(mode, url_of(target), words),
        host=arguments.bind, port=arguments.port,
        choice=Choice(
            arguments.profile, arguments.default_frame, arguments.stamp, arguments.max_skew,
            arguments.wire_unit, arguments.phi),
    )
    stream = run_until_stopped(lambda stopped, tell: serve(options, stopped, tell))
    for text, count in stream.problems.most_common():
        say(f'{text} ({count} times)')
    return 0 if stream.count else FAULT
