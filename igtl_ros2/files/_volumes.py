"""Images on their way to and from files: types of numbers, places, byte orders."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..codec.messages.image import Image
from ..errors import EncodeError, FileError
from . import device_name

#: takes coordinates in LPS to RAS, and back
FLIP = np.diag((-1.0, -1.0, 1.0, 1.0))
_NARROWER: dict[str, Any] = {
    'int64': np.int32, 'uint64': np.uint32, 'float16': np.float32, 'bool': np.uint8,
}
_CHUNK_BYTES = 1 << 24


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """
    Name a file to write, which takes the place of another one when it is whole.

    What is written may be voxels that are read from the other one only then.
    """
    target = Path(os.path.realpath(path))
    with TemporaryDirectory(prefix='.unfinished-', dir=target.parent) as folder:
        unfinished = Path(folder, target.name)
        yield unfinished
        unfinished.replace(target)


def sendable(voxels: NDArray[Any]) -> NDArray[Any]:
    """
    Give numbers of a type that IMAGE has.

    :raises FileError: if they do not fit one.
    """
    narrower = _NARROWER.get(voxels.dtype.name)
    if narrower is None:
        return voxels
    if voxels.dtype.kind in 'iu' and voxels.size:
        low, high = int(voxels.min()), int(voxels.max())
        limits = np.iinfo(narrower)
        if low < limits.min or high > limits.max:
            raise FileError(
                f'voxels of {voxels.dtype} from {low} to {high} do not fit 32 bits, and IMAGE has '
                f'no more'
            )
    return voxels.astype(narrower)


def make_image(path: Path, voxels: NDArray[Any], ijk_to_ras: Any, **fields: Any) -> Image:
    """
    Make a message of what was read.

    :param voxels: (k, j, i) or (k, j, i, components).
    :param ijk_to_ras: (4, 4), mm.
    :raises FileError: if IMAGE cannot hold it.
    """
    fields.setdefault('device_name', device_name(path))
    matrix = np.asarray(ijk_to_ras, np.float64)
    if not np.isfinite(matrix).all():
        raise FileError(f'{path}: its place in space is not finite: {matrix.tolist()}')
    try:
        if voxels.ndim == 3:  # of few columns too
            fields.setdefault('size', voxels.shape[2::-1])
        return Image.from_array(sendable(voxels), matrix, **fields)
    except EncodeError as error:
        raise FileError(f'{path}: {error}') from error


def place_of(image: Image) -> NDArray[Any]:
    """
    Give the (4, 4) matrix that takes indices of `pixels`, maybe a block, to mm in RAS.

    :raises FileError: if it is not finite, which no file can hold.
    """
    with np.errstate(all='ignore'):
        matrix: NDArray[Any] = np.array(image.ijk_to_ras())
        matrix[:3, 3] += matrix[:3, :3] @ np.array(image.offset)
    if not np.isfinite(matrix).all():
        raise FileError(f'its place in space is none: {matrix[:3].tolist()}')
    return matrix


def split_place(matrix: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Split a (4, 4) matrix into directions (3, 3) as columns, spacing and origin."""
    spacing = np.linalg.norm(matrix[:3, :3], axis=0)
    return matrix[:3, :3] / spacing, spacing, matrix[:3, 3]


def little(voxels: NDArray[Any]) -> NDArray[Any]:
    """Give them in the byte order of files; a copy only where that is another one."""
    return np.ascontiguousarray(voxels, voxels.dtype.newbyteorder('<'))


def chunks(voxels: NDArray[Any]) -> Any:
    """Give the bytes in pieces, so that no second image is in the memory."""
    flat = voxels.reshape(-1)
    step = max(1, _CHUNK_BYTES // voxels.dtype.itemsize)
    for start in range(0, flat.size, step):
        yield little(flat[start : start + step]).view(np.uint8).data
