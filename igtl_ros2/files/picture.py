"""Pictures (.png, .jpg): IMAGE of one slice, without a place in space; by Pillow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ..codec.messages.image import Image
from ..errors import FileError
from . import Timed
from ._volumes import make_image

EXTENSIONS = ('.png', '.jpg', '.jpeg')
WRITES = (Image,)


def read(path: Path) -> Iterator[Timed]:
    """Read the picture: 1 mm per pixel, in the plane of R and A, its first row at the front."""
    from PIL import Image as Pictures

    try:
        with Pictures.open(path) as picture:
            if picture.mode == 'I':  # what Pillow before 11 makes of 16 bits
                pixels = np.asarray(picture).astype(np.uint16)
            elif picture.mode not in ('L', 'RGB', 'RGBA', 'I;16'):
                has_alpha = 'A' in picture.mode or 'transparency' in picture.info
                gray = picture.mode in ('1', 'L')
                mode = 'L' if gray else 'RGBA' if has_alpha else 'RGB'
                pixels = np.asarray(picture.convert(mode))
            else:
                pixels = np.asarray(picture)
    except (OSError, ValueError, SyntaxError, Pictures.DecompressionBombError) as error:
        raise FileError(f'{path}: no picture that can be read: {error}') from error
    yield 0.0, make_image(path, pixels[None], np.diag((1.0, -1.0, 1.0, 1.0)))


def write(path: Path, image: Image) -> None:
    """
    Write a slice as it is: 8 or 16 bits, gray, RGB or RGBA; of a volume the middle one.

    Other numbers are spread from the least to the largest over 16 bits.
    """
    from PIL import Image as Pictures

    if not image.pixels.size:
        raise FileError(f'{path}: the image has no pixels')
    pixels: Any = image.pixels[len(image.pixels) // 2]
    is_png = path.suffix.lower() == '.png'
    deep = pixels.dtype.name == 'uint16' and image.components == 1 and is_png
    if pixels.dtype != np.uint8 and not deep:
        pixels = _spread(pixels, 0xFFFF if image.components == 1 and is_png else 0xFF)
    if image.components not in (1, 3, 4):
        pixels = pixels[..., 0]
    if image.components == 4 and not is_png:
        pixels = pixels[..., :3]
    Pictures.fromarray(np.ascontiguousarray(pixels, pixels.dtype.newbyteorder('='))).save(path)


def _spread(pixels: Any, top: int) -> Any:
    values = np.nan_to_num(pixels.astype(np.float64))
    low, high = values.min(), values.max()
    scaled = (values - low) * (top / (high - low) if high > low else 0.0)
    return np.rint(scaled).astype(np.uint16 if top > 0xFF else np.uint8)
