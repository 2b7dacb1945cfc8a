"""`igtl plot`: a recording drawn."""

from __future__ import annotations

import argparse
from pathlib import Path

from ...config.numbers import whole
from ..arguments import add_devices, add_recording
from ..program import say

HELP = 'values over time, jitter and latency of a bag, capture or file, as PNG or SVG'
EXAMPLE = "igtl plot session --device 'Stylus*' --output stylus.svg"
DESCRIPTION = """\
Draw what is in a bag, a capture (pcap, pcapng) or a file: positions of tools and readings of
sensors, the time from one message to the next (jitter), and how much longer a message took than
the fastest around it, by its stamp (latency). It needs matplotlib, and no screen."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_recording(parser)
    parser.add_argument(
        '--output', metavar='FILE', help='a .png, .svg or .pdf file; default: FILE.png')
    parser.add_argument(
        '--only', action='append', default=[], choices=('values', 'jitter', 'latency'),
        help='draw only this part; may be repeated; default: all')
    add_devices(parser)
    parser.add_argument(
        '--dpi', type=whole(10, 1200), default=120, help='resolution of PNG; default: 120')


def run(arguments: argparse.Namespace) -> int:
    """Draw it, and give the exit code: 1 if there is nothing to draw."""
    from ..plots import PARTS, plot

    output = Path(arguments.output or f'{arguments.file.rstrip("/")}.png')
    parts = arguments.only or list(PARTS)
    drawn = plot(arguments.file, output, arguments.device, parts, arguments.dpi)
    if not drawn:
        say(f'{arguments.file}: there is nothing to draw')
        return 1
    lines = ', '.join(f'{part} of {count} lines' for part, count in drawn.items())
    print(f'{output}: {lines}')
    return 0
