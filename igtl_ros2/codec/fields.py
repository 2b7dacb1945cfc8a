"""
Reading and writing the fields that all message types share: texts and float blocks.

Texts are bytes on the wire. Those without a declared encoding are read as
UTF-8 with `surrogateescape`, so that any bytes come back out as they went in.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from struct import Struct
from struct import error as StructError
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..errors import ContentError, EncodeError, HeaderError
from .layout import Record
from .private_words import may_name, says

Buffer = bytes | bytearray | memoryview
Floats = NDArray[np.float64]
Triple = tuple[int, int, int]
#: an affine matrix as 12 numbers: columns first, translation last
Affine = tuple[float, ...]
Element = TypeVar('Element')

#: of a list, where nobody says otherwise: many times what real lists have
MAX_ELEMENTS = 100_000

ASCII = 3
UTF8 = 106
_WIRE_FLOATS = {3: Struct('>3f'), 6: Struct('>6f'), 7: Struct('>7f'), 12: Struct('>12f')}
# found once, because they are called for every pose
#: reads an `Affine`
unpack_affine = _WIRE_FLOATS[12].unpack_from
_pack_affine = _WIRE_FLOATS[12].pack
_DOUBLES = {3: Struct('=3d'), 4: Struct('=4d'), 12: Struct('=12d'), 16: Struct('=16d')}
_pack_matrix = _DOUBLES[16].pack
_FLOAT64 = np.dtype(np.float64)
_LAST_ROW = _DOUBLES[4].pack(0.0, 0.0, 0.0, 1.0)


@lru_cache(maxsize=4096)
def fixed_text(raw: bytes) -> str:
    """Read a fixed-width text: everything before the first NUL; what follows is garbage."""
    return raw.split(b'\0', 1)[0].decode('utf-8', 'surrogateescape')


def text_bytes(text: str, what: str, quote: bool = True) -> bytes:
    """
    Encode a text as UTF-8, escaped bytes as they were.

    :param quote: whether an error may show the text.
    :raises EncodeError: if it is not text, or has lone surrogates that no bytes stand for.
    """
    try:
        return text.encode('utf-8', 'surrogateescape')
    except (UnicodeEncodeError, AttributeError) as error:
        raise EncodeError(f'{what}: {shown(text, quote)} cannot be written as UTF-8') from error


def shown(value: Any, quote: bool = True) -> str:
    """Give a value for an error, unless it may name a patient."""
    text = repr(value) if quote else ''
    return 'the text (not shown)' if not quote or may_name(text) and says(text) else text


def checked_text(text: str, size: int, what: str, quote: bool = True) -> bytes:
    """
    Encode a text for a fixed field of `size` bytes (without the padding).

    :param quote: whether an error may show the text.
    :raises EncodeError: if it is longer than the field or contains a NUL.
    """
    if type(text) is str and text.isascii() and len(text) <= size and '\0' not in text:
        return text.encode()
    raw = text_bytes(text, what, quote)
    if len(raw) > size:
        raise EncodeError(
            f'{what}: {shown(text, quote)} takes {len(raw)} bytes, at most {size} fit')
    if b'\0' in raw:
        raise EncodeError(f'{what}: {shown(text, quote)} contains a NUL')
    return raw


def cut_text(raw: bytes, size: int) -> bytes:
    """Cut UTF-8 bytes to at most `size` without splitting a character."""
    if len(raw) <= size:
        return raw
    for cut in range(size, size - 4, -1):
        if raw[cut] & 0xC0 != 0x80:
            return raw[:cut]
    return raw[:size]  # no character is that long: it was not UTF-8


def default_encoding(text: str) -> int:
    """Tell the MIBenum number a text is sent with: 3 (US-ASCII) if that holds it, else 106."""
    return ASCII if text.isascii() else UTF8


def raw_text(raw: Buffer) -> str:
    """Decode UTF-8; bytes that are none are kept as escapes. The text is the only copy."""
    return str(raw, 'utf-8', 'surrogateescape')


def check_int(value: Any, low: int, high: int, what: str) -> int:
    """
    Check a whole number.

    :raises EncodeError: if it is not one, or outside low..high.
    """
    if type(value) is int and low <= value <= high:
        return value
    try:
        number = int(value)
        is_whole = bool(number == value)
    except (TypeError, ValueError, OverflowError):  # an array is no number, a list none either
        number, is_whole = low - 1, False
    if not low <= number <= high or not is_whole:
        raise EncodeError(f'{what}: {shown(value)} is not a whole number from {low} to {high}')
    return number


def check_triple(value: Any, what: str, low: int = 0) -> Triple:
    """
    Check three whole numbers up to 65535, along i, j and k.

    :raises EncodeError: if they are not.
    """
    try:
        i, j, k = (check_int(number, low, 0xFFFF, what) for number in value)
    except (TypeError, ValueError) as error:
        raise EncodeError(f'{what}: {shown(value)}, wanted 3 whole numbers up to 65535') from error
    return i, j, k


def check_rgba(value: Any, what: str) -> tuple[int, int, int, int]:
    """
    Check red, green, blue and alpha, 0 to 255 each.

    :raises EncodeError: if they are not.
    """
    try:
        red, green, blue, alpha = (check_int(number, 0, 255, what) for number in value)
    except (TypeError, ValueError) as error:
        raise EncodeError(f'{what}: {shown(value)}, wanted 4 whole numbers up to 255') from error
    return red, green, blue, alpha


def check_float(value: Any, what: str) -> float:
    """
    Check a number.

    :raises EncodeError: if it is not one.
    """
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise EncodeError(f'{what}: {shown(value)} is not a number') from error


def check_array(value: Any, shape: tuple[int, ...], what: str) -> Floats:
    """
    Check numbers and make them a read-only float64 array of the shape wanted.

    :param shape: -1 stands for any length.
    :raises EncodeError: naming the field, the shape found and the shape wanted.
    """
    try:
        # complex numbers, texts and None are not cast
        array: Floats = np.asarray(value).astype(_FLOAT64, 'C', 'same_kind')
    except (TypeError, ValueError) as error:
        raise EncodeError(f'{what}: wanted float64 of shape {shape}: {error}') from error
    if array.shape != shape:
        _check_shape(array, shape, what)
    array.setflags(write=False)
    return array


def check_numbers(value: Any, count: int, what: str) -> tuple[float, ...]:
    """
    Check 3, 4 or 12 numbers.

    :raises EncodeError: if they are not.
    """
    doubles = _DOUBLES[count]
    try:
        # as fast as looking whether they are floats already
        return doubles.unpack(doubles.pack(*value))
    except (TypeError, OverflowError, StructError) as error:
        raise EncodeError(f'{what}: {shown(value)}, wanted {count} numbers: {error}') from error


def _check_shape(array: NDArray[Any], shape: tuple[int, ...], what: str) -> None:
    if array.ndim != len(shape) or any(
        wanted not in (-1, found) for found, wanted in zip(array.shape, shape)
    ):
        wanted = str(shape).replace('-1', 'n')
        raise EncodeError(f'{what}: shape {array.shape}, wanted {wanted}')


def as_array(value: Any, what: str) -> NDArray[Any]:
    """
    Make an array of what was given, without a copy if it is one.

    :raises EncodeError: if numpy cannot.
    """
    try:
        return np.asarray(value)
    except ValueError as error:
        raise EncodeError(f'{what}: {error}') from error


def wire_bytes(array: NDArray[Any]) -> memoryview:
    """View the values of an array as bytes, in order; a copy only if they do not lie in order."""
    view: memoryview = np.ascontiguousarray(array).reshape(-1).view(np.uint8).data
    return view


def bytes_view(value: Any, what: str) -> memoryview:
    """
    View bytes that came from elsewhere.

    :raises HeaderError: if they are none.
    """
    try:
        view = memoryview(value)
        return view if view.format == 'B' and view.ndim == 1 else view.cast('B')
    except (TypeError, ValueError) as error:
        raise HeaderError(f'{what}: {type(value).__name__}, wanted bytes ({error})') from error


def check_bytes(value: Any, what: str) -> bytes:
    """
    Copy bytes.

    :raises EncodeError: if they are none.
    """
    try:
        return memoryview(value).tobytes()
    except TypeError as error:
        raise EncodeError(f'{what}: {shown(value)}, wanted bytes') from error


def check_tuple(value: Any, what: str, wanted: str) -> tuple[Any, ...]:
    """
    Take a list, or anything else to go through, as a tuple.

    :param wanted: what it should hold, for the error.
    :raises EncodeError: if it is nothing to go through, or one text.
    """
    try:
        if isinstance(value, str):
            raise TypeError('a text')
        return tuple(value)
    except TypeError as error:
        raise EncodeError(f'{what}: {shown(value)}, wanted a list of {wanted}') from error


def check_affine(value: Any, what: str) -> Floats:
    """
    Check a 4x4 matrix whose last row is 0 0 0 1 (the wire does not carry that row).

    :raises EncodeError: if it is not one.
    """
    array = check_array(value, (4, 4), what)
    # bytes are compared in two thirds of the time, but there are two zeros
    if array.tobytes()[96:] != _LAST_ROW and array[3].tolist() != [0.0, 0.0, 0.0, 1.0]:
        raise EncodeError(f'{what}: last row is {array[3].tolist()}, wanted [0, 0, 0, 1]')
    return array


def check_float32(value: Any, shape: tuple[int, ...], what: str) -> NDArray[np.float32]:
    """
    Check numbers and make them a float32 array of the shape wanted; a copy only where needed.

    :param shape: -1 stands for any length.
    :raises EncodeError: naming the field, the shape found and the shape wanted, or if a value is
        too large for float32.
    """
    array = as_array(value, what)
    try:
        with np.errstate(over='raise', invalid='ignore'):
            array = array.astype(np.float32, casting='same_kind', copy=False)
    except TypeError as error:
        raise EncodeError(f'{what}: {array.dtype}, wanted float32 of shape {shape}') from error
    except FloatingPointError as error:
        raise no_float32(what) from error
    _check_shape(array, shape, what)
    return array


def floats_to_wire(values: Sequence[float], what: str) -> bytes:
    """
    Write 3, 6, 7 or 12 big-endian float32.

    :raises EncodeError: if a value is too large for float32.
    """
    # without `pack`, which is one more call for every pose
    try:
        return _WIRE_FLOATS[len(values)].pack(*values)
    except (OverflowError, StructError) as error:
        raise no_float32(what) from error


def floats_from_wire(data: Buffer, count: int) -> tuple[float, ...]:
    """Read 3, 6, 7 or 12 big-endian float32."""
    return _WIRE_FLOATS[count].unpack_from(data)


def affine_of(matrix: Floats) -> Affine:
    """List the 12 numbers of a (4, 4) matrix."""
    (a, b, c, x), (d, e, f, y), (g, h, i, z), _ = matrix.tolist()
    return a, d, g, b, e, h, c, f, i, x, y, z


def matrix_of(affine: Affine) -> Floats:
    """Make a (4, 4) matrix, read-only, of 12 numbers."""
    a, d, g, b, e, h, c, f, i, x, y, z = affine
    # half the time of filling an array, and read-only because bytes are
    values = _pack_matrix(a, b, c, x, d, e, f, y, g, h, i, z, 0.0, 0.0, 0.0, 1.0)
    matrix: Floats = np.ndarray((4, 4), _FLOAT64, values)
    return matrix


def read_only(numbers: Sequence[float]) -> Floats:
    """Make an array, read-only, of 3 or 4 numbers."""
    count = len(numbers)
    array: Floats = np.ndarray((count,), _FLOAT64, _DOUBLES[count].pack(*numbers))
    return array


def affine_to_wire(matrix: Floats, what: str) -> bytes:
    """
    Write a (4, 4) matrix as 12 floats: columns first, translation last.

    :raises EncodeError: if a value is too large for float32.
    """
    (a, b, c, x), (d, e, f, y), (g, h, i, z), _ = matrix.tolist()
    try:
        return _pack_affine(a, d, g, b, e, h, c, f, i, x, y, z)
    except (OverflowError, StructError) as error:
        raise no_float32(what) from error


def pack(record: Record, what: str, *values: Any) -> bytes:
    """
    Write a structure of values that were checked, but for the range of float32.

    :raises EncodeError: if a value does not fit.
    """
    try:
        return record.pack(*values)
    except (OverflowError, StructError) as error:
        raise no_float32(what) from error


def no_float32(what: str) -> EncodeError:
    """Say that a number is too large."""
    return EncodeError(f'{what}: a number does not fit float32')


def check_elements(
    value: Any, cls: type[Element], what: str = 'elements', limit: int = MAX_ELEMENTS
) -> tuple[Element, ...]:
    """
    Check a list of objects of one class.

    :param limit: the most that receivers take.
    :raises EncodeError: if one is of another class, or if there are too many.
    """
    elements = value if type(value) is tuple else check_tuple(value, what, cls.__name__)
    if list(map(type, elements)).count(cls) != len(elements):
        for number, element in enumerate(elements):
            if not isinstance(element, cls):
                raise EncodeError(f'{what}[{number}]: {shown(element)}, wanted {cls.__name__}')
    if len(elements) > limit:
        raise EncodeError(f'{what}: {len(elements)}, at most {limit}')
    return elements


def check_element_bytes(
    content: memoryview, size: int, what: str, limit: int = MAX_ELEMENTS
) -> None:
    """
    Check that the content holds whole elements of `size` bytes.

    :param limit: how many there may be.
    :raises ContentError: if it does not, or if there are too many.
    """
    count, rest = divmod(len(content), size)
    if rest:
        raise ContentError(
            f'{len(content)} bytes of content, wanted a multiple of {size} ({what})')
    if count > limit:
        raise ContentError(f'{count} {what}, at most {limit}')


def element_texts(
    content: memoryview, size: int, what: str, limit: int = MAX_ELEMENTS
) -> list[str]:
    """
    Read fixed texts of `size` bytes one after the other.

    :param limit: how many there may be.
    :raises ContentError: if the content does not hold whole ones, or too many.
    """
    check_element_bytes(content, size, what, limit)
    return texts_of(np.frombuffer(content, f'S{size}')) if content else []


def texts_of(column: NDArray[Any]) -> list[str]:
    """Read fixed texts that lie in an array."""
    if len(column) > 1 and (column == column[0]).all():
        return [fixed_text(bytes(column[0]))] * len(column)
    # there may be very many, and all different: a third of the time that `fixed_text` takes
    return [raw.split(b'\0', 1)[0].decode('utf-8', 'surrogateescape') for raw in column.tolist()]
