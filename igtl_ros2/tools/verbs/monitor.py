"""`igtl monitor`: a page in a browser with all that a device sends."""

from __future__ import annotations

import argparse
from pathlib import Path

from ...config.address import url_of
from ...config.numbers import number, port
from ...errors import ConfigError
from ..arguments import add_phi
from ..diagnostics import add_ros_argument, bridges_heard
from ..hosts import add_settings
from ..serving import run_until_stopped
from ..words import read_settings

HELP = 'a page in a browser with all that devices send, or that is in a bag'
EXAMPLE = 'igtl monitor 10.0.0.5'
DESCRIPTION = (
    'Serve a page that shows what devices send: rates, ages and values, images, sensors, texts, '
    'errors, and all that has a place in one 3-D scene; of a bag with a timeline. With --ros also '
    'the diagnostics of bridges. The page is for this machine only, unless --bind says otherwise, '
    'and then needs a token.'
)
NEEDS = "the page needs aiohttp: pip install 'igtl_ros2[web]', or apt install python3-aiohttp"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        'targets', nargs='+', metavar='HOST|BAG',
        help='host, host:port or URL of a device, several for several links; or the folder or '
        'file of a bag')
    parser.add_argument(
        '--listen', action='store_true',
        help='listen at HOST for devices that are clients')
    parser.add_argument(
        '--bind', default='127.0.0.1', metavar='ADDRESS',
        help='serve the page on this address, 0.0.0.0 for all; default: 127.0.0.1')
    parser.add_argument(
        '--port', type=port, default=8944, metavar='PORT',
        help='serve it on this port, 0 for any free one; default: 8944')
    parser.add_argument(
        '--token', default='',
        help='access token for browsers; made if one is needed and none is given')
    parser.add_argument(
        '--name', action='append', default=[], metavar='NAME',
        help='another name of this machine in the URLs of browsers; may be repeated')
    parser.add_argument(
        '--control', action='store_true',
        help='let the page send commands, queries, texts and status to devices, never poses; '
        'needs a token')
    parser.add_argument(
        '--fps', type=number(0.5, 60), default=10.0, metavar='N',
        help='updates a second for each browser, at most; default: 10')
    add_ros_argument(parser)
    parser.add_argument(
        '--urdf', action='append', default=[], metavar='FILE',
        help='show a robot in the scene, with the shapes of its files, its links at the poses of '
        'their names; may be repeated')
    add_phi(parser, ' on the page')
    add_settings(parser, 'connections')


def run(arguments: argparse.Namespace) -> int:
    try:
        from ...web.program import Options, serve
    except ImportError as error:
        raise ConfigError(f'{NEEDS} ({error})') from error
    robots = []
    if arguments.urdf:
        from ..robot_file import read_robot

        robots = [read_robot(Path(word)) for word in arguments.urdf]
    bags = [Path(word) for word in arguments.targets if '://' not in word and Path(word).exists()]
    if bags and len(arguments.targets) > 1:
        raise ConfigError(f'{bags[0]}: a bag is shown alone, without other targets')
    mode = 'server' if arguments.listen else 'client'
    links = [] if bags else [
        read_settings(mode, url_of(word), arguments.settings) for word in arguments.targets
    ]
    options = Options(
        links=links, bag=bags[0] if bags else None, host=arguments.bind, port=arguments.port,
        token=arguments.token, control=arguments.control, fps=arguments.fps,
        names=arguments.name, phi=arguments.phi, robots=robots,
    )
    hear = bridges_heard if arguments.ros else None
    run_until_stopped(lambda stopped, tell: serve(options, stopped, tell, hear))
    return 0
