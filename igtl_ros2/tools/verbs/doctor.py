"""`igtl doctor`: what is wrong with a device, in plain sentences, worst first."""

from __future__ import annotations

import argparse

from ...config.numbers import seconds, whole
from ..hosts import add_settings

HELP = 'what is wrong with a device or a connection, worst first, and what to do about it'
EXAMPLE = 'igtl doctor 10.0.0.5 --mapping config/slicer.yaml'
DESCRIPTION = """\
Connect to a device as any client does, listen for some seconds, and say in plain sentences what
is wrong, worst first, each with its remedy: does the name resolve, is the port open, is it
OpenIGTLink, are headers, checksums, stamps, clocks, rates, names, units, tools and frames right,
does 3D Slicer show it, do rules drop it, does ROS hear it. The exit code is 0 if all is well, 1
if not. It sends nothing, except to a silent peer, to find out what it is."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        'host', nargs='?', metavar='HOST',
        help='host, host:port or URL (tcp, tls or udp) of the device; with --listen the address '
        'to listen on')
    parser.add_argument('--port', type=whole(1, 65535), help='port, if HOST has none')
    parser.add_argument(
        '--listen', nargs='?', const='', metavar='PORT',
        help='listen on this port for a device that is a client')
    parser.add_argument(
        '--duration', type=seconds, default=5.0, metavar='S',
        help='listen for so many seconds, twice as long if nothing comes; 0 until Ctrl-C; '
        'default: 5')
    parser.add_argument(
        '--timeout', type=seconds, metavar='S',
        help='give up after so many seconds without a connection; default: 3, with --listen 30')
    parser.add_argument(
        '--mapping',
        metavar='FILE', help='say what the rules of this mapping file do with its messages')
    parser.add_argument('--json', action='store_true', help='JSON instead of sentences')
    parser.add_argument(
        '--no-slicer', action='store_true', help='do not check what 3D Slicer would show')
    parser.add_argument(
        '--no-ros', action='store_true',
        help='do not check ROS, which takes some seconds')
    parser.add_argument(
        '--ask', action='store_true',
        help='query a silent peer (STT_TDATA, GET_...); not for 3D Slicer, which crashes on '
        'queries')
    parser.add_argument(
        '--passive', action='store_true', help='never send a byte, whatever the peer does')
    parser.add_argument(
        '--connections', type=whole(1, 100), default=1, metavar='N',
        help='connect N times at once, to see how many clients it serves; default: 1')
    add_settings(parser)


def run(arguments: argparse.Namespace) -> int:
    from ..doctor.visit import visit

    return visit(arguments)
