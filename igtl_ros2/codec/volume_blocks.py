"""Blocks of a volume, as IMAGE sends them, put together."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ConversionError
from .frame import MAX_BODY_BYTES
from .messages.image import Image

#: whole images up to this are kept for blocks of them in any case
KEPT_BYTES = 32 << 20
# to copy a volume of so many bytes takes a millisecond
_LONG_BYTES = 4 << 20


class VolumeMerger:
    """
    Paste blocks of a volume into the whole, which is what ROS users get.

    A whole image of more than `KEPT_BYTES` is kept for blocks only once there was one: most
    devices never send any, and it would take a third more memory.
    """

    def __init__(self) -> None:
        self._whole: NDArray[Any] | None = None
        #: whether it was made here, and is no memory that was received
        self._is_own = False
        self._takes_blocks = False
        #: size and type of a whole image that was not kept
        self._gone: tuple[tuple[int, ...], np.dtype[Any]] | None = None

    def takes_long(self, image: Image) -> bool:
        """Tell whether `merge` takes more than some milliseconds: a whole volume is copied."""
        return not image.is_whole and _LONG_BYTES < (
            math.prod(image.size + image.pixels.shape[3:]) * image.pixels.itemsize)

    def merge(self, image: Image, in_place: bool = False) -> Image:
        """
        Paste a block into the last volume and return the whole, zero where nothing has arrived.

        What was returned before stays as it is, unless `in_place`: it may wait for tf. A block
        of another volume (other size or type) starts a new one. A volume over `MAX_BODY_BYTES`,
        which could not come as a whole, is not made: the block is returned.

        :raises ConversionError: for a block of a whole image that was not kept; the next one is.
        """
        if image.is_whole:
            is_kept = self._takes_blocks or image.pixels.nbytes <= KEPT_BYTES
            self._whole, self._is_own = image.pixels if is_kept else None, False
            self._gone = None if is_kept else (image.pixels.shape, image.pixels.dtype)
            return image
        self._takes_blocks = True
        held, self._whole = self._whole, None
        shape, dtype = image.size[::-1] + image.pixels.shape[3:], image.pixels.dtype
        if math.prod(shape) * dtype.itemsize > MAX_BODY_BYTES:
            return image
        if self._gone == (shape, dtype):
            raise ConversionError(
                f'a block of a volume of {math.prod(shape) * dtype.itemsize / 1e6:.0f} MB is '
                'dropped, because the whole volume was not kept; the next whole one is')
        is_same = held is not None and (held.shape, held.dtype) == (shape, dtype)
        whole: NDArray[Any]
        if held is not None and is_same:
            whole = held if in_place and self._is_own else np.array(held)
        else:
            whole = np.zeros(shape, dtype)
        self._whole, self._is_own = whole, True
        (i, j, k), (nk, nj, ni) = image.offset, image.pixels.shape[:3]
        whole[k : k + nk, j : j + nj, i : i + ni] = image.pixels
        return replace(image, pixels=whole, offset=(0, 0, 0))
