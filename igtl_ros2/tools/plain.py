"""Messages as plain data: for JSON, and as text that people read."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from ..codec import Message
from ..codec.lists import Table
from ..errors import printable

# of larger arrays only what they are like is shown, unless all is asked for
_MOST_NUMBERS = 64
_SHARED = frozenset(
    ('device_name', 'timestamp', 'message_id', 'metadata', 'metadata_encodings', 'version',
     'type_name'))


def plain_message(message: Message, whole: bool = False) -> dict[str, Any]:
    """
    Give a message as plain data, lengths in mm as on the wire.

    :param whole: with all numbers of large arrays, not only what they are like.
    """
    head: dict[str, Any] = {
        'type': message.type_name,
        'device': message.device_name,
        'stamp_ns': message.timestamp_ns if message.timestamp else None,
        'version': message.version,
        'message_id': message.message_id,
        'metadata': dict(message.metadata),
    }
    return {**head, **_fields(message, whole)}


def _fields(value: Any, whole: bool) -> dict[str, Any]:
    return {
        field.name: plain(getattr(value, field.name), whole)
        for field in fields(value) if field.name not in _SHARED
    }


def plain(value: Any, whole: bool = False) -> Any:
    """Give a value as JSON can say it; what is no number there becomes text, such as 'nan'."""
    if isinstance(value, Message):
        return plain_message(value, whole)
    if isinstance(value, np.ndarray):
        return _array(value, whole)
    if isinstance(value, np.generic):
        return plain(value.item(), whole)
    if isinstance(value, (bytes, bytearray, memoryview)):
        data = bytes(value)
        shown = data if whole else data[:_MOST_NUMBERS]
        return {'bytes': len(data), 'hex': shown.hex(' ')}
    if is_dataclass(value):
        return _fields(value, whole)
    if isinstance(value, Mapping):
        return {str(key): plain(item, whole) for key, item in value.items()}
    if isinstance(value, (list, tuple, Table)):
        return [plain(item, whole) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, complex):
        return [plain(value.real), plain(value.imag)]
    if isinstance(value, str):
        return str(value)  # also of a class that keeps what it was on the wire
    return value if value is None or isinstance(value, (bool, float)) else int(value)


def _array(array: np.ndarray[Any, Any], whole: bool) -> Any:
    if whole or array.size <= _MOST_NUMBERS:
        # the shortest text of a float32 is what its sender meant, not its 17 digits as float64
        numbers = array.astype(str).astype(float) if array.dtype == np.float32 else array
        return plain(numbers.tolist(), whole)
    summary: dict[str, Any] = {'shape': list(array.shape), 'dtype': array.dtype.name}
    if array.dtype.names is None:
        summary.update(least=plain(array.min()), most=plain(array.max()))
    return summary


def field_of(data: Any, path: str) -> Any:
    """
    Take a part of plain data: `matrix[0][3]`, `elements.1.position`, `metadata.key`.

    :raises KeyError: there is none; its text says what there is.
    """
    for word in re.findall(r'[^.\[\]]+', path):
        if isinstance(data, dict):
            if word not in data:
                raise KeyError(f'{word!r}; there are {", ".join(map(repr, data)) or "none"}')
            data = data[word]
        elif isinstance(data, list):
            if not re.fullmatch(r'-?\d+', word) or not -len(data) <= int(word) < len(data):
                raise KeyError(f'{word!r}; there are {len(data)}, counted from 0')
            data = data[int(word)]
        else:
            raise KeyError(f'{word!r}; there is only {data!r}')
    return data


def text_of(data: Any) -> str:
    """Write plain data as text, a line for each value and each row of numbers."""
    if isinstance(data, (dict, list)) and data and not _is_row(data):
        return '\n'.join(_lines(data, ''))
    return _inline(data)


def _lines(data: Any, indent: str) -> Iterator[str]:
    items = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in items:
        label = f'{indent}{printable(str(key))}:' if isinstance(data, dict) else f'{indent}-'
        if isinstance(value, (dict, list)) and value and not _is_row(value):
            yield label
            yield from _lines(value, f'{indent}  ')
        else:
            yield f'{label} {_inline(value)}'


def _is_row(value: Any) -> bool:
    return isinstance(value, list) and not any(isinstance(item, (dict, list)) for item in value)


def _inline(value: Any) -> str:
    if isinstance(value, list):
        return f'[{", ".join(map(_inline, value))}]'
    if isinstance(value, dict):
        return '{}'
    if isinstance(value, float):
        return f'{value:.9g}'
    return '-' if value is None else printable(str(value))


def hex_lines(data: bytes) -> Iterator[str]:
    """Write bytes as `hexdump -C` does."""
    for start in range(0, len(data), 16):
        part = data[start : start + 16]
        text = ''.join(chr(byte) if 32 <= byte < 127 else '.' for byte in part)
        yield f'{start:08x}  {part[:8].hex(" "):23}  {part[8:].hex(" "):23}  |{text}|'
