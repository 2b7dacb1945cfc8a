"""
CRC-64 of message bodies: ECMA-182, not reflected, initial value 0, no final xor.

`fastcrc` does the work where it is installed (tens of GB/s); a numpy version
of the same function stands in where it is not.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

POLYNOMIAL = 0x42F0E1EBA9EA3693
_MASK = (1 << 64) - 1
_LANE_BYTES = 256
_CHUNK_LANES = 4096  # words and running values of a chunk fit the cache of a core
_SMALL = 512

_Lanes = NDArray[np.uint64]


def _byte_table() -> list[int]:
    table = []
    for byte in range(256):
        crc = byte << 56
        for _ in range(8):
            crc = (crc << 1 ^ POLYNOMIAL if crc >> 63 else crc << 1) & _MASK
        table.append(crc)
    return table


_TABLE = _byte_table()


def _crc64_bytes(data: memoryview, crc: int) -> int:
    for byte in data:
        crc = (crc << 8 & _MASK) ^ _TABLE[crc >> 56 ^ byte]
    return crc


@lru_cache(maxsize=1)
def _word_table() -> _Lanes:
    one = np.array(_TABLE, np.uint64)
    high, low = np.divmod(np.arange(65536), 256)
    first = one[high]
    index = (first >> np.uint64(56)).astype(np.intp) ^ low
    words: _Lanes = (first << np.uint64(8)) ^ one[index]
    return words


@lru_cache(maxsize=64)
def _append_zeros(doublings: int) -> _Lanes:
    """Make the operator "append _LANE_BYTES * 2**doublings zero bytes", as 8 tables of 256."""
    if doublings:
        half = _append_zeros(doublings - 1)
        columns = _apply(half, _apply(half, np.uint64(1) << np.arange(64, dtype=np.uint64)))
    else:
        zeros = memoryview(bytes(_LANE_BYTES))
        columns = np.array([_crc64_bytes(zeros, 1 << bit) for bit in range(64)], np.uint64)
    tables = np.zeros((8, 256), np.uint64)
    for place in range(8):
        for bit in range(8):
            tables[place, 1 << bit : 2 << bit] = (
                tables[place, : 1 << bit] ^ columns[8 * place + bit])
    return tables


def _apply(operator: _Lanes, crcs: _Lanes) -> _Lanes:
    result = np.zeros_like(crcs)
    for place in range(8):
        index = (crcs >> np.uint64(8 * place)).astype(np.intp) & 255
        result ^= operator[place][index]
    return result


def _crc64_lanes(data: NDArray[np.uint8]) -> int:
    """
    Compute the CRC of whole lanes with all lanes in step.

    The CRC is linear and starts at 0, so leading zero bytes are free and
    crc(a + b) == append_zeros(crc(a), len(b)) ^ crc(b).
    """
    words = data.view('>u2').reshape(-1, _LANE_BYTES // 2).T.astype(np.uint16, order='C')
    table = _word_table()
    crcs = np.zeros(words.shape[1], np.uint64)
    for row in words:
        index = (crcs >> np.uint64(48)).astype(np.uint16) ^ row
        crcs = (crcs << np.uint64(16)) ^ table[index]
    doublings = 0
    while len(crcs) > 1:
        if len(crcs) % 2:
            crcs = np.concatenate([np.zeros(1, np.uint64), crcs])
        crcs = _apply(_append_zeros(doublings), crcs[0::2]) ^ crcs[1::2]
        doublings += 1
    return int(crcs[0])


def crc64_numpy(data: Any, crc: int = 0) -> int:
    """Compute the CRC-64 without `fastcrc`: same arguments and result as `crc64`."""
    view = memoryview(data).cast('B')
    odd = len(view) if len(view) <= _SMALL else len(view) % _LANE_BYTES
    crc = _crc64_bytes(view[:odd], crc)
    array = np.frombuffer(view, np.uint8)
    for start in range(odd, len(array), _LANE_BYTES * _CHUNK_LANES):
        chunk = array[start : start + _LANE_BYTES * _CHUNK_LANES].copy()
        # starting from a value is the same as xoring it into the first 8 bytes
        chunk[:8] ^= np.frombuffer(crc.to_bytes(8, 'big'), np.uint8)
        crc = _crc64_lanes(chunk)
    return crc


crc64: Callable[..., int]
try:
    from fastcrc import crc64 as _fastcrc
except ImportError:
    crc64 = crc64_numpy
else:
    crc64 = _fastcrc.ecma_182
