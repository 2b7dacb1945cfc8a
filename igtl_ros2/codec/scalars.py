"""The scalar type codes of IMAGE and NDARRAY, and their numpy types."""

from __future__ import annotations

from typing import Any

import numpy as np

BIG_ENDIAN = 1
LITTLE_ENDIAN = 2
COMPLEX = 13  # NDARRAY only

_KINDS = {2: 'i1', 3: 'u1', 4: 'i2', 5: 'u2', 6: 'i4', 7: 'u4', 10: 'f4', 11: 'f8', 13: 'c16'}
_CODES = {kind: code for code, kind in _KINDS.items()}


def scalar_dtype(code: int, endian: int) -> np.dtype[Any] | None:
    """Find the numpy type of a scalar code in a byte order; None if the code is not defined."""
    kind = _KINDS.get(code)
    return None if kind is None else np.dtype(('>' if endian == BIG_ENDIAN else '<') + kind)


def scalar_code(dtype: np.dtype[Any]) -> int | None:
    """Find the scalar code of a numpy type; None if OpenIGTLink has none."""
    return _CODES.get(f'{dtype.kind}{dtype.itemsize}')
