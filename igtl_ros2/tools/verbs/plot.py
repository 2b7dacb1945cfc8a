"""`igtl plot`: a recording drawn."""

from __future__ import annotations

import argparse

HELP = 'values over time, jitter and latency of a bag, capture or file, as PNG or SVG'
EXAMPLE = "igtl plot session --device 'Stylus*' --output stylus.svg"
DESCRIPTION = """\
Draw what is in a bag, a capture (pcap, pcapng) or a file: positions of tools and readings of
sensors, the time from one message to the next (jitter), and how much longer a message took than
the fastest around it, by its stamp (latency). It needs matplotlib, and no screen."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command line."""
    from ...config.numbers import whole

    parser.add_argument('file', metavar='FILE', help='a bag (folder or file), capture or file')
    parser.add_argument(
        '--output', metavar='FILE', help='a .png, .svg or .pdf file; default: FILE.png')
    parser.add_argument(
        '--only', action='append', default=[], choices=('values', 'jitter', 'latency'),
        help='draw only this part; may be repeated; default: all')
    parser.add_argument(
        '--device', action='append', default=[], metavar='PATTERN',
        help="only devices whose names match, such as 'Stylus*'; may be repeated")
    parser.add_argument(
        '--dpi', type=whole(10, 1200), default=120, help='resolution of PNG; default: 120')


def run(arguments: argparse.Namespace) -> int:
    """Draw it, and give the exit code: 1 if there is nothing to draw."""
    from pathlib import Path

    from ..plots import PARTS, plot
    from ..program import say

    output = Path(arguments.output or f'{arguments.file.rstrip("/")}.png')
    parts = arguments.only or list(PARTS)
    drawn = plot(arguments.file, output, arguments.device, parts, arguments.dpi)
    if not drawn:
        say(f'{arguments.file}: there is nothing to draw')
        return 1
    lines = ', '.join(f'{part} of {count} lines' for part, count in drawn.items())
    print(f'{output}: {lines}')
    return 0
