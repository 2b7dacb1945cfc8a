"""MetaImage (.mha, .mhd): IMAGE, in LPS on disk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ..codec.messages.image import Image
from . import Timed, only
from ._meta import TYPES, read_header
from ._volumes import FLIP, chunks, make_image, place_of, split_place

EXTENSIONS = ('.mha', '.mhd')
WRITES = (Image,)
HOLDS_ONE = True
_NAMES = {form: name for name, form in reversed(TYPES.items())}


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


def write(path: Path, messages: Iterable[Timed]) -> None:
    """Write the image; of .mhd the voxels go into a .raw file beside it."""
    image: Image = only(messages)
    directions, spacing, origin = split_place(FLIP @ place_of(image))
    is_local = path.suffix.lower() == '.mha'
    raw = path.with_suffix('.raw')
    fields = {
        'ObjectType': 'Image', 'NDims': '3', 'BinaryData': 'True',
        'BinaryDataByteOrderMSB': 'False', 'CompressedData': 'False',
        'TransformMatrix': _text(directions.T.ravel()), 'Offset': _text(origin),
        'CenterOfRotation': '0 0 0', 'AnatomicalOrientation': 'RAI',
        'ElementSpacing': _text(spacing),
        'DimSize': ' '.join(map(str, image.pixels.shape[2::-1])),
        **({'ElementNumberOfChannels': str(image.components)} if image.components > 1 else {}),
        'ElementType': _NAMES[image.pixels.dtype.str[1:]],
        'ElementDataFile': 'LOCAL' if is_local else raw.name,
    }
    head = ''.join(f'{name} = {value}\n' for name, value in fields.items()).encode()
    if not is_local:
        path.write_bytes(head)
    with open(path if is_local else raw, 'wb') as file:
        if is_local:
            file.write(head)
        for piece in chunks(image.pixels):
            file.write(piece)


def _text(numbers: Any) -> str:
    return ' '.join(repr(float(number)) for number in np.ravel(numbers))
