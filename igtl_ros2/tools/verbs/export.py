"""`igtl export`: what was recorded, as files that other programs read."""

from __future__ import annotations

import argparse
from pathlib import Path

from ...config.numbers import whole
from ..arguments import add_devices, add_phi, add_recording
from ..program import FAULT, say

HELP = 'the messages of a bag, capture or file as CSV, images, meshes, points and texts'
EXAMPLE = 'igtl export session --to exported --images nrrd'
DESCRIPTION = """\
Write what is in a bag, a capture (pcap, pcapng) or a file into a folder, with
names such as Stylus_TRANSFORM.csv and CT_IMAGE_0000.mha: poses and readings of sensors as tables
(mm, and quaternions), images, meshes and points as a file for each message that says something
new, STRING and STATUS as lines of text. Images have their place in LPS (RAS in NIfTI), meshes and
points in LPS, as 3D Slicer reads them. Messages without a format, and those that cannot be read,
are counted and reported. Of a bag, what went to the devices goes into the folder to_igtl; of a
capture each direction has its own."""
_IMAGES = ('mha', 'nrrd', 'nii.gz', 'nii', 'png')
_MESHES = ('vtp', 'stl', 'ply', 'obj')
_POINTS = ('mrk.json', 'fcsv')


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_recording(parser)
    parser.add_argument(
        '--to', metavar='FOLDER', help='output folder, new or empty; default: FILE-export')
    for name, choices, what in (
        ('images', _IMAGES, 'IMAGE'), ('meshes', _MESHES, 'POLYDATA'), ('points', _POINTS, 'POINT')
    ):
        parser.add_argument(
            f'--{name}', choices=choices, default=choices[0],
            help=f'the format for {what}; default: {choices[0]}')
    add_devices(parser)
    parser.add_argument(
        '--every', type=whole(1), default=1, metavar='N',
        help='of images, meshes and points, write every Nth')
    add_phi(parser, ' in texts')


def run(arguments: argparse.Namespace) -> int:
    """Write the files, and give the exit code: 1 if there was nothing to write."""
    from ..export import export

    folder = Path(arguments.to or f'{arguments.file.rstrip("/")}-export')
    ends = {
        'IMAGE': f'.{arguments.images}', 'POLYDATA': f'.{arguments.meshes}',
        'POINT': f'.{arguments.points}',
    }
    done, notes = export(
        arguments.file, folder, ends, arguments.device, arguments.every, arguments.phi)
    for what in (*notes, *(f'{count} dropped: {why}' for why, count in done.left_out.items())):
        say(what)
    for type_name, count in sorted(done.written.items()):
        print(f'{type_name}: {count} messages in {done.files[type_name]} files')
    if not done.written:
        which = f' of a device {" or ".join(arguments.device)}' if arguments.device else ''
        say(f'{arguments.file}: there is nothing{which} to write')
        return FAULT
    print(f'written to {folder}')
    return 0
