"""
Reading and writing the fields that all message types share: texts and float blocks.

Texts are bytes on the wire. Those without a declared encoding are read as
UTF-8 with `surrogateescape`, so that any bytes come back out as they went in.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Union

import numpy as np
from numpy.typing import NDArray

from ..errors import ContentError, EncodeError

Buffer = Union[bytes, bytearray, memoryview]
Floats = NDArray[np.float64]

ASCII = 3
UTF8 = 106
# IANA MIBenum numbers that other programs are known to send; all others are read as UTF-8
_CODECS = {
    4: 'latin-1',
    17: 'shift_jis',
    18: 'euc_jp',
    1013: 'utf-16-be',
    1014: 'utf-16-le',
    1015: 'utf-16',
}


@lru_cache(maxsize=4096)
def fixed_text(raw: bytes) -> str:
    """Read a fixed-width text: everything before the first NUL; what follows is garbage."""
    return raw.split(b'\0', 1)[0].decode('utf-8', 'surrogateescape')


def text_bytes(text: str, what: str) -> bytes:
    """
    Encode a text as UTF-8, escaped bytes as they were.

    :raises EncodeError: if it is not text, or has lone surrogates that no bytes stand for.
    """
    try:
        return text.encode('utf-8', 'surrogateescape')
    except (UnicodeEncodeError, AttributeError) as error:
        raise EncodeError(f'{what}: {text!r} cannot be written as UTF-8') from error


def checked_text(text: str, size: int, what: str) -> bytes:
    """
    Encode a text for a fixed field of `size` bytes (without the padding).

    :raises EncodeError: if it is longer than the field or contains a NUL.
    """
    raw = text_bytes(text, what)
    if len(raw) > size:
        raise EncodeError(f'{what}: {text!r} takes {len(raw)} bytes, the field holds {size}')
    if b'\0' in raw:
        raise EncodeError(f'{what}: {text!r} contains a NUL')
    return raw


def cut_text(raw: bytes, size: int) -> bytes:
    """Cut UTF-8 bytes to at most `size` without splitting a character."""
    if len(raw) <= size:
        return raw
    while size and raw[size] & 0xC0 == 0x80:
        size -= 1
    return raw[:size]


def default_encoding(text: str) -> int:
    """Tell the MIBenum number that a text is sent with: 3 (US-ASCII) if that holds it, else 106."""
    return ASCII if text.isascii() else UTF8


def decode_text(raw: bytes, encoding: int) -> str:
    """Decode bytes by MIBenum number; bytes that do not fit are kept as escapes, never refused."""
    codec = _CODECS.get(encoding)
    if codec is not None:
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            return raw.decode('utf-8', 'surrogateescape')
    return raw.decode('utf-8', 'surrogateescape')


def encode_text(text: str, encoding: int, what: str) -> bytes:
    """
    Encode a text by MIBenum number, the inverse of `decode_text`.

    :raises EncodeError: if the encoding has no way to write it.
    """
    codec = _CODECS.get(encoding)
    if codec is not None and not any('\ud800' <= char <= '\udfff' for char in text):
        try:
            return text.encode(codec)
        except UnicodeEncodeError as error:
            raise EncodeError(f'{what}: {text!r} cannot be written in {codec}') from error
    return text_bytes(text, what)


def check_int(value: Any, low: int, high: int, what: str) -> int:
    """
    Check a whole number.

    :raises EncodeError: if it is not one, or outside low..high.
    """
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        number = low - 1
    if not low <= number <= high or number != value:
        raise EncodeError(f'{what}: {value!r} is not a whole number from {low} to {high}')
    return number


def check_array(value: Any, shape: tuple[int, ...], what: str) -> Floats:
    """
    Check numbers and make them a read-only float64 array of the shape wanted.

    :raises EncodeError: naming the field, the shape found and the shape wanted.
    """
    try:
        array = np.array(value, np.float64)
    except (TypeError, ValueError) as error:
        raise EncodeError(f'{what}: wanted float64 of shape {shape}: {error}') from error
    if array.shape != shape:
        raise EncodeError(f'{what}: shape {array.shape}, wanted {shape}')
    array.flags.writeable = False
    return array


def check_affine(value: Any, what: str) -> Floats:
    """
    Check a 4x4 matrix whose last row is 0 0 0 1 (the wire does not carry that row).

    :raises EncodeError: if it is not one.
    """
    array = check_array(value, (4, 4), what)
    if array[3].tolist() != [0.0, 0.0, 0.0, 1.0]:
        raise EncodeError(f'{what}: last row is {array[3].tolist()}, wanted [0, 0, 0, 1]')
    return array


def affine_from_wire(floats: NDArray[Any]) -> Floats:
    """Make (..., 4, 4) matrices of (..., 12) wire floats: columns first, translation last."""
    lead = floats.shape[:-1]
    matrix = np.zeros((*lead, 4, 4))
    matrix[..., :3, :] = floats.reshape(*lead, 4, 3).swapaxes(-1, -2)
    matrix[..., 3, 3] = 1.0
    matrix.flags.writeable = False
    return matrix


def affine_to_wire(matrix: NDArray[Any]) -> NDArray[Any]:
    """Turn (..., 4, 4) matrices into (..., 12) big-endian wire floats."""
    columns = matrix[..., :3, :].swapaxes(-1, -2)
    return columns.reshape(*matrix.shape[:-2], 12).astype('>f4')


def element_count(content: memoryview, size: int, what: str) -> int:
    """
    Tell how many elements of `size` bytes the content holds.

    :raises ContentError: if it is not a whole number of them.
    """
    count, rest = divmod(len(content), size)
    if rest:
        raise ContentError(f'{len(content)} bytes of content, wanted a multiple of {size} ({what})')
    return count
