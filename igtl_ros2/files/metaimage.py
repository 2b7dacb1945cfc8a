"""MetaImage (.mha, .mhd): IMAGE, in LPS on disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..codec.messages.image import Image
from . import Timed
from ._meta import NAMES, numbers_text, open_voxels, read_header
from ._volumes import FLIP, chunks, make_image, place_of, split_place

EXTENSIONS = ('.mha', '.mhd')
WRITES = (Image,)


def read(path: Path) -> Iterator[Timed]:
    """Read the image; voxels that are not compressed stay in the file until they are needed."""
    meta = read_header(path)
    size = meta.size
    if len(size) == 4:
        raise meta.fault('NDims', '4; a sequence of volumes ends with .seq.mha or .igs.mha')
    shape: tuple[int, ...] = tuple(reversed([*size, 1][:3]))
    if meta.components > 1:
        shape += (meta.components,)
    yield 0.0, make_image(path, meta.voxels(shape), meta.ijk_to_ras(len(size)))


def write(path: Path, image: Image) -> None:
    """Write the image; of .mhd the voxels go into a .raw file beside it."""
    directions, spacing, origin = split_place(FLIP @ place_of(image))
    fields = {
        'ObjectType': 'Image', 'NDims': '3', 'BinaryData': 'True',
        'BinaryDataByteOrderMSB': 'False', 'CompressedData': 'False',
        'TransformMatrix': numbers_text(directions.T), 'Offset': numbers_text(origin),
        'CenterOfRotation': '0 0 0', 'AnatomicalOrientation': 'RAI',
        'ElementSpacing': numbers_text(spacing),
        'DimSize': ' '.join(map(str, image.pixels.shape[2::-1])),
        **({'ElementNumberOfChannels': str(image.components)} if image.components > 1 else {}),
        'ElementType': NAMES[image.pixels.dtype.str[1:]],
    }
    with open_voxels(path, fields.items()) as file:
        for piece in chunks(image.pixels):
            file.write(piece)
