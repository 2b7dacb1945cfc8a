"""NIfTI (.nii, .nii.gz): IMAGE, in RAS on disk; by nibabel."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ..codec.messages.image import Image
from ..errors import FileError
from . import Timed
from ._rows import seconds
from ._volumes import little, make_image, place_of, replacing

EXTENSIONS = ('.nii', '.nii.gz')
WRITES = (Image,)
# to millimetres and to seconds; what is not said is taken for those
_LENGTHS = {'mm': 1.0, 'unknown': 1.0, 'meter': 1000.0, 'micron': 1e-3}
_TIMES = {'sec': 1.0, 'unknown': 1.0, 'msec': 1e-3, 'usec': 1e-6}
_RGB = {('R', 'G', 'B'), ('R', 'G', 'B', 'A')}


def read(path: Path) -> Iterator[Timed]:
    """Read the image; of several volumes one after the other, with their times."""
    import nibabel

    try:
        file: Any = nibabel.load(path)
        header, stored = file.header, file.dataobj
        length, time = header.get_xyzt_units()
        matrix = np.array(file.affine, np.float64)
    except OSError:
        raise
    except Exception as error:  # whatever its reader stumbles over
        raise FileError(f'{path}: no NIfTI file: {error}') from error
    if length not in _LENGTHS:
        raise FileError(f'{path}: unit of length {length!r}, wanted {", ".join(_LENGTHS)}')
    matrix[:3] *= _LENGTHS[length]
    shape = stored.shape
    if len(shape) not in (2, 3, 4, 5) or len(shape) == 5 and shape[3] != 1:
        raise FileError(f'{path}: shape {shape}, wanted a volume, several, or one of vectors')
    step = 0.0
    if len(shape) == 4:
        step = _TIMES.get(time, 1.0) * seconds(str(header.get_zooms()[3]), f'{path}: pixdim[4]')
    for number in range(shape[3] if len(shape) == 4 else 1):
        try:
            part: Any = stored[..., number] if len(shape) == 4 else _whole(stored)
        except Exception as error:  # as above; what is cut short is an OSError
            why = str(error) or type(error).__name__
            raise FileError(f'{path}: volume {number} cannot be read: {why}') from error
        yield number * step, make_image(path, _in_order(np.asanyarray(part)), matrix)


def _whole(stored: Any) -> Any:
    """Give all voxels, not made floats where the file scales nothing."""
    return stored.get_unscaled() if stored.slope == 1 and stored.inter == 0 else stored[...]


def _in_order(voxels: Any) -> Any:
    """Turn (i, j, k, ...) as nibabel has it into (k, j, i) and components."""
    if voxels.dtype.names in _RGB:
        voxels = voxels.view('u1').reshape(*voxels.shape, len(voxels.dtype.names), order='A') \
            if voxels.flags.c_contiguous else np.stack(
                [voxels[name] for name in voxels.dtype.names], axis=-1)
    elif voxels.ndim == 5:
        voxels = voxels[:, :, :, 0, :]
    while voxels.ndim < 3:
        voxels = voxels[..., None]
    axes = (2, 1, 0, 3)[: voxels.ndim]
    return voxels.transpose(axes)


def write(path: Path, image: Image) -> None:
    """Write the image; colours as NIfTI has them, other components as vectors."""
    import nibabel

    voxels = little(image.pixels).transpose((2, 1, 0, 3)[: image.pixels.ndim])
    intent = ''
    if image.components in (3, 4) and voxels.dtype.itemsize == 1 and voxels.dtype.kind == 'u':
        names = 'RGBA'[: image.components]
        voxels = np.ascontiguousarray(voxels).view([(name, 'u1') for name in names])[..., 0]
    elif image.components > 1:
        voxels, intent = voxels[:, :, :, None, :], 'vector'
    place = place_of(image)
    nibabel.imageglobals.logger.setLevel(logging.ERROR)  # of what it adjusts, nobody asked
    file = nibabel.Nifti1Image(voxels, place, dtype=voxels.dtype)
    file.header.set_xyzt_units('mm', 'sec')
    # both ways of saying where it is; float32 there, as in any NIfTI file
    file.set_sform(place, code='scanner')
    file.set_qform(place, code='scanner', strip_shears=True)
    if intent:
        file.header.set_intent(intent)
    with replacing(path) as unfinished:
        nibabel.save(file, unfinished)
