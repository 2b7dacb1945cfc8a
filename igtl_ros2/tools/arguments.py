"""Arguments that several verbs of `igtl` have."""

from __future__ import annotations

import argparse
from pathlib import Path

from .words import mode

#: what is done to a damaged bag
REPAIR = 'recover a damaged or unfinished bag into a new one beside it'


def add_recording(parser: argparse.ArgumentParser) -> None:
    """Say what recording is read."""
    parser.add_argument('file', metavar='FILE', help='a bag (folder or file), capture or file')


def add_devices(parser: argparse.ArgumentParser) -> None:
    """Say which devices of a recording count."""
    parser.add_argument(
        '--device', action='append', default=[], metavar='PATTERN',
        help="only devices whose names match, such as 'Stylus*'; may be repeated")


def add_direction(parser: argparse.ArgumentParser) -> None:
    """Say whose messages of a recording count."""
    parser.add_argument(
        '--direction', choices=('from', 'to', 'both'), default='from',
        help='what came from the devices, or what was sent to them (topics to_igtl); '
        'default: from')


def add_phi(parser: argparse.ArgumentParser, where: str = '') -> None:
    """
    Say what is done with names of patients that are shown.

    :param where: such as ` on the page`.
    """
    parser.add_argument(
        '--phi', choices=('redact', 'hash', 'pass'), default='redact',
        help=f'names of patients{where}; default: redact')


def add_mode(parser: argparse.ArgumentParser) -> None:
    """Say who may read a bag that is made."""
    parser.add_argument(
        '--mode', type=mode, default=0o600, metavar='MODE',
        help='file mode of the bag; default: 600, owner only')


def add_repair(parser: argparse.ArgumentParser) -> None:
    """Say which bag is repaired, and where to."""
    add_mode(parser)
    parser.add_argument('bag', type=Path, help='its folder, or one of its files')
    parser.add_argument(
        '-o', '--output', type=Path, metavar='FOLDER',
        help='the new bag; default: the name of the other and _repaired')
