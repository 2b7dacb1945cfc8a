"""SENSOR and NDARRAY: numbers with a unit, and arrays of any shape."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import ContentError, ConversionError, EncodeError
from ..brief import sizes_text, values_text
from ..fields import Buffer, Floats, as_array, check_array, check_int, check_tuple, wire_bytes
from ..layout import Numbers, Record
from ..message import Content, Envelope, Message, Place, register
from ..scalars import BIG_ENDIAN, scalar_code, scalar_dtype

_set = object.__setattr__
_SENSOR = Record(('count', 'u1'), ('status', 'u1'), ('unit', 'u8'))
_VALUE = np.dtype('>f8')
if TYPE_CHECKING:

    class _Unit:
        """What type checkers know of a unit: a word; texts are taken, too."""

        def __get__(self, instance: Any, owner: Any) -> int: ...

        def __set__(self, instance: Any, value: int | str) -> None: ...


_ARRAY = Record(('scalar_type', 'u1'), ('dimensions', 'u1'))

#: symbol and power of ten by prefix code of a unit word
PREFIXES = {
    0x0: ('', 0), 0x1: ('da', 1), 0x2: ('h', 2), 0x3: ('k', 3), 0x4: ('M', 6), 0x5: ('G', 9),
    0x6: ('T', 12), 0x7: ('P', 15), 0x9: ('d', -1), 0xA: ('c', -2), 0xB: ('m', -3),
    0xC: ('u', -6), 0xD: ('n', -9), 0xE: ('p', -12), 0xF: ('f', -15),
}
#: symbol by unit code of a unit word, from 1 on
UNITS = 'm g s A K mol cd rad sr Hz N Pa J W C V F ohm S Wb T H lm lx Bq Gy Sv'.split()


def unit_word(units: Iterable[tuple[str, int]], prefix: str = '') -> int:
    """
    Pack a unit, for example `unit_word([('N', 1), ('m', -2)], 'k')` for kN/m^2.

    :param units: at most 6 pairs of symbol (see `UNITS`) and exponent, -7 to 7.
    :param prefix: symbol of `PREFIXES`; it scales the whole product.
    :raises EncodeError: for a symbol or exponent that does not exist.
    """
    codes = {symbol: code for code, (symbol, _) in PREFIXES.items()}
    if not isinstance(prefix, str) or prefix not in codes:
        raise EncodeError(f'unit prefix: {prefix!r}, wanted one of {sorted(codes)}')
    word = codes[prefix] << 60
    for slot, factor in enumerate(check_tuple(units, 'unit', 'pairs of symbol and exponent')):
        if slot > 5:
            raise EncodeError('unit: at most 6 factors fit')
        pair = check_tuple(factor, 'unit', 'pairs of symbol and exponent')
        if len(pair) != 2:
            raise EncodeError(f'unit: {factor!r}, wanted a pair of symbol and exponent')
        symbol, exponent = pair
        if not isinstance(symbol, str) or symbol not in UNITS:
            raise EncodeError(f'unit: {symbol!r}, wanted one of {UNITS}')
        power = check_int(exponent, -7, 7, f'exponent of unit {symbol!r}')
        word |= (UNITS.index(symbol) + 1 << 4 | power & 15) << 10 * (5 - slot)
    return word


def unit_parts(word: int) -> tuple[str, list[tuple[str, int]]] | None:
    """
    Unpack a unit word into prefix and (symbol, exponent) pairs; None if it is not valid.

    :raises EncodeError: if it is no word of 64 bits.
    """
    word = check_int(word, 0, 2**64 - 1, 'unit')
    if word >> 60 not in PREFIXES:
        return None
    units = []
    for slot in range(6):
        code, exponent = divmod(word >> 10 * (5 - slot) & 0x3FF, 16)
        if code > len(UNITS) or exponent == 8:
            return None
        if code and exponent:
            units.append((UNITS[code - 1], exponent - 16 if exponent > 8 else exponent))
    return PREFIXES[word >> 60][0], units


def parse_unit(text: str) -> int:
    """
    Make the unit word of a text such as 'mm', 'mm/s', 'N*m' or 'kN*m^-2'; '' is no unit.

    A power is that of a symbol with its prefix, as in the SI: mm^2 is 10^-6 m^2, which is u(m^2).

    :raises ConversionError: if it is not a unit, or one for which the protocol has no prefix.
    """
    if not text:
        return 0
    powers = dict(PREFIXES.values())
    before, bracket, inner = text.partition('(')
    scaled = bracket and inner.endswith(')') and before in powers
    scale = powers[before] if scaled else 0
    units = []
    for sign, factor in re.findall(r'(^|[*/])([^*/]*)', inner[:-1] if scaled else text):
        symbol, caret, power = factor.partition('^')
        prefix = '' if symbol in UNITS else next(
            (p for p in powers if symbol.startswith(p) and symbol[len(p):] in UNITS), '')
        try:
            exponent = int(power if caret else 1) * (-1 if sign == '/' else 1)
        except ValueError as error:
            raise ConversionError(f'unit {text!r}: {power!r} is no exponent') from error
        units.append((symbol.removeprefix(prefix), exponent))
        scale += powers[prefix] * exponent
    try:
        word = unit_word(units)
    except EncodeError as error:
        raise ConversionError(f'unit {text!r}: {error}') from error
    for code, (_, power_of_ten) in PREFIXES.items():
        if power_of_ten == scale:
            return word | code << 60
    raise ConversionError(
        f'unit {text!r}: the protocol has no prefix for 10^{scale}, wanted another prefix')


@register('SENSOR')
@dataclass(frozen=True, slots=True, eq=False)
class Sensor(Message):
    """
    SENSOR: readings that share one unit.

    :param values: float64 (n,), n at most 255, in the unit given.
    :param unit: packed unit word, 0 if there is none; see `unit_word`. A text such as 'N',
        'mm/s' or 'kN*m^-2' is packed.
    :param status: reserved by the protocol, 0.
    """

    is_stream = can_be_held = True
    place = Place.NOWHERE
    layout = (_SENSOR, Numbers('values', 'f8', 'count'))

    values: Floats
    if TYPE_CHECKING:
        unit: _Unit = _Unit()
    else:
        unit: int = 0
    status: int = 0

    def __post_init__(self) -> None:
        Message.__post_init__(self)
        values = check_array(self.values, (-1,), 'values')
        if len(values) > 255:
            raise EncodeError(f'values: {len(values)}, at most 255 fit')
        _set(self, 'values', values)
        unit: Any = self.unit
        if isinstance(unit, str):
            try:
                unit = parse_unit(unit)
            except ConversionError as error:
                raise EncodeError(str(error)) from error
        _set(self, 'unit', check_int(unit, 0, 2**64 - 1, 'unit'))
        _set(self, 'status', check_int(self.status, 0, 255, 'status'))

    @property
    def unit_text(self) -> str:
        """The unit for people, such as 'kN*m^-2'; '' if there is none or it is not valid."""
        parts = unit_parts(self.unit)
        if parts is None:
            return ''
        prefix, units = parts
        text = '*'.join(s if e == 1 else f'{s}^{e}' for s, e in units)
        # a prefix before m^2 would read as its square
        return f'{prefix}({text})' if prefix and units and units[0][1] != 1 else prefix + text

    @property
    def si_factor(self) -> float:
        """What to multiply the values with to get SI units (kg, not g); 1 without a valid unit."""
        parts = unit_parts(self.unit)
        if parts is None:
            return 1.0
        power = PREFIXES[self.unit >> 60][1]
        return float(10.0 ** (power - 3 * sum(e for s, e in parts[1] if s == 'g')))

    @property
    def si_values(self) -> Floats:
        """The values in SI units (kg, not g); as they are without a valid unit."""
        with np.errstate(all='ignore'):  # what is too large becomes infinite
            return self.values * self.si_factor

    def brief(self) -> str:
        return f'{values_text(self.values.tolist())} {self.unit_text}'.rstrip()

    def says(self) -> Content:
        return Content((), self.values, (self.type_name, self.unit))

    def encode_content(self) -> Sequence[Buffer]:
        return (
            _SENSOR.pack(len(self.values), self.status, self.unit)
            + self.values.astype(_VALUE).tobytes(),
        )

    @classmethod
    def decode_content(cls, content: memoryview, envelope: Envelope) -> Sensor:
        count, status, unit = _SENSOR.start_of(content)
        if len(content) != _SENSOR.size + 8 * count:
            raise ContentError(
                f'{len(content)} bytes of content, {count} values take {_SENSOR.size + 8 * count}')
        values = np.frombuffer(content, _VALUE, offset=_SENSOR.size).astype(np.float64)
        values.flags.writeable = False
        return cls.from_wire(envelope, values=values, unit=unit, status=status)


@cache
def _shape(dimensions: int) -> Record:
    return Record(('shape', 'u2', (dimensions,)))


@register('NDARRAY')
@dataclass(frozen=True, slots=True, eq=False)
class NDArray(Message):
    """
    NDARRAY: an array of numbers.

    :param array: 1 to 255 dimensions of at most 65535 each; int8 to int32, uint8 to uint32,
        float32, float64 or complex128 in either byte order. Decoded messages hold a read-only
        view, big-endian, of the bytes received.
    """

    is_stream = can_be_held = True
    place = Place.NOWHERE
    layout = (_ARRAY, Numbers('shape', 'u2', 'dimensions'), Numbers('array', 'scalar_type'))

    array: np.ndarray[Any, np.dtype[Any]] = field(repr=False)

    def __post_init__(self) -> None:
        Message.__post_init__(self)
        array = as_array(self.array, 'array')
        if scalar_code(array.dtype) is None:
            raise EncodeError(
                f'array: dtype {array.dtype}, wanted int8 to int32, uint8 to uint32, float32, '
                f'float64 or complex128')
        if not 1 <= array.ndim <= 255 or max(array.shape) > 0xFFFF:
            raise EncodeError(
                f'array: shape {array.shape}, wanted 1 to 255 dimensions of at most 65535')
        _set(self, 'array', array)

    @property
    def scalar_type(self) -> int:
        """Code of the type of a value: 2 int8 ... 11 float64, 13 complex128."""
        return scalar_code(self.array.dtype) or 0

    def brief(self) -> str:
        return f'{sizes_text(self.array.shape)} {self.array.dtype.name}'

    def says(self) -> Content | None:
        array = self.array
        if array.dtype.kind not in 'iuf':
            return None
        return Content((), array, (self.type_name, array.shape, array.dtype.str))

    def encode_content(self) -> Sequence[Buffer]:
        """Write type and shape; the values follow, without a copy if they are big-endian."""
        shape = self.array.shape
        head = _ARRAY.pack(self.scalar_type, len(shape)) + _shape(len(shape)).pack(*shape)
        wire = self.array.astype(self.array.dtype.newbyteorder('>'), order='C', copy=False)
        return head, wire_bytes(wire)

    @classmethod
    def decode_content(cls, content: memoryview, envelope: Envelope) -> NDArray:
        code, dimensions = _ARRAY.start_of(content)
        start = _ARRAY.size + 2 * dimensions
        dtype = scalar_dtype(code, BIG_ENDIAN)
        if dtype is None:
            raise ContentError(f'scalar type {code}, wanted 2 to 7, 10, 11 or 13')
        if dimensions == 0 or len(content) < start:
            raise ContentError(f'{dimensions} dimensions in {len(content)} bytes of content')
        shape = _shape(dimensions).unpack_from(content, _ARRAY.size)
        wanted = math.prod(shape) * dtype.itemsize
        if len(content) - start != wanted:
            raise ContentError(f'{len(content) - start} bytes of values, wanted {wanted}')
        try:
            array = np.frombuffer(content, dtype, offset=start).reshape(shape)
        except ValueError as error:  # more dimensions than numpy has
            raise ContentError(f'{dimensions} dimensions: {error}') from error
        return cls.from_wire(envelope, array=array)
