"""The memory that decoders receive into."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


class Block(np.ndarray[Any, Any]):
    """Bytes that one decoder receives into, and that messages hold views of."""


def new_block(size: int) -> memoryview:
    """Make a block; its pages cost memory only when bytes arrive, however large the claim was."""
    return np.empty(size, np.uint8).view(Block).data


def address(values: NDArray[Any]) -> int:
    """Tell where in memory an array begins, with less effort than its `ctypes` takes."""
    found: int = values.__array_interface__['data'][0]
    return found


def with_bytes_before(values: NDArray[Any], size: int) -> NDArray[np.uint8] | None:
    """
    View an array that was received, and bytes before it in its message, as one writable array.

    Code that writes there must know what the bytes are, and restore them.

    :param values: C-contiguous.
    :param size: how many bytes before it.
    :returns: uint8, (size + values.nbytes,); None if no decoder has received this array.
    """
    owner: Any = values
    while not isinstance(owner, Block):
        if isinstance(owner, np.ndarray):
            owner = owner.base
        elif isinstance(owner, memoryview):
            owner = owner.obj
        else:
            return None
    start = address(values) - address(owner) - size
    return None if start < 0 else owner.view(np.ndarray)[start : start + size + values.nbytes]
