"""`igtl convert`: a file in another format."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..arguments import add_devices, add_direction, add_phi
from ..program import say

HELP = 'a file of images, meshes, points or poses in another format'
EXAMPLE = 'igtl convert head.nii.gz head.mha'
DESCRIPTION = """\
Write what is in a file into one of another format, chosen by the file names;
axes and units are converted (LPS or RAS, mm). From a bag, a capture or a tracked sequence
(.igs.mha) it takes what the output format can hold: poses for .csv, images for .mha. If the format
holds one message and there are several, the others are numbered: head_0001.mha, or the next number
that is free. So are the tables of readings of sensors beside that of poses: they have other
columns. What was sent to the devices is skipped, as are copies for other clients in a capture."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument('file', metavar='FILE', help='a file, bag or capture')
    parser.add_argument('output', metavar='OUTPUT', help='the file to write, such as head.nrrd')
    add_devices(parser)
    add_direction(parser)
    add_phi(parser, ' in texts')


def run(arguments: argparse.Namespace) -> int:
    from ..export import convert

    done, notes = convert(
        arguments.file, Path(arguments.output), arguments.device, arguments.phi,
        arguments.direction)
    for what in (*notes, *(f'{count} dropped: {why}' for why, count in done.left_out.items())):
        say(what)
    for kind, count in sorted(done.others.items()):
        say(f'{count} {kind} have no place in such a file')
    if done.kept:
        say(f'{len(done.kept)} files with such numbers were there already and stay, such as '
            f'{done.kept[0]}')
    for path in done.written:
        print(path)
    return 0
