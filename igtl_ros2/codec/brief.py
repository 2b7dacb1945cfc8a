"""What a message says in a few words, and as a table for notebooks."""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Iterable, Sequence
from html import escape
from struct import pack
from typing import Any
from zlib import compress, crc32

import numpy as np
from numpy.typing import NDArray

from .private import guarded
from .private_text import hidden_text

_MOST_VALUES = 6
_MOST_LETTERS = 80
# a longer text is not searched for names of patients, nor shown
_MOST_SEARCHED = 10_000
_MOST_METADATA = 200
_MOST_PIXELS = 256
_MAX_AGE_S = 86_400


def position_text(position: Iterable[float], unit: str = 'mm') -> str:
    """Write three lengths with their unit: a tenth of a millimetre is shown."""
    digits = 1 if unit == 'mm' else 4
    return f'({", ".join(f"{value:.{digits}f}" for value in position)}) {unit}'


def values_text(values: Sequence[float]) -> str:
    """Write the first of some numbers."""
    shown = ' '.join(f'{value:.4g}' for value in values[:_MOST_VALUES])
    return shown if len(values) <= _MOST_VALUES else f'{shown} ... of {len(values)}'


def sizes_text(sizes: Iterable[float]) -> str:
    """Write what is counted along each axis."""
    return ' x '.join(f'{size:.3g}' if isinstance(size, float) else str(size) for size in sizes)


def quoted(text: str) -> str:
    """Write the beginning of a text with escapes, without names of patients."""
    return f'{_searched(text)[:_MOST_LETTERS]!a}'


def _searched(text: str) -> str:
    """Give a text without names of patients; of a very long one its length."""
    return hidden_text(text) if len(text) <= _MOST_SEARCHED else f'({len(text)} characters)'


def age_text(stamp_ns: int, now_ns: int | None = None) -> str:
    """
    Tell how old a stamp is.

    :param stamp_ns: nanoseconds since 1970-01-01 UTC; 0 if there is none.
    """
    if not stamp_ns:
        return 'no stamp'
    age_s = ((time.time_ns() if now_ns is None else now_ns) - stamp_ns) / 1e9
    if abs(age_s) >= _MAX_AGE_S:
        return time.strftime('%Y-%m-%d %H:%M:%S UTC', time.gmtime(stamp_ns // 10**9))
    amount = f'{abs(age_s):.1f} s' if abs(age_s) >= 1 else f'{1000 * abs(age_s):.1f} ms'
    return f'{amount} old' if age_s >= 0 else f'{amount} ahead'


def metadata_text(metadata: dict[str, str]) -> str:
    """Write metadata without names of patients; '' if there is none."""
    if not metadata:
        return ''
    text = ascii(guarded({key: _searched(value) for key, value in metadata.items()}))
    return text if len(text) <= _MOST_METADATA else f'{text[:_MOST_METADATA]}...'


def html_table(rows: Iterable[Sequence[str]], head: Sequence[str] = (), picture: str = '') -> str:
    """Make a table of texts for a notebook; a `picture` is HTML that stands below it."""
    def cells(kind: str, row: Sequence[str]) -> str:
        inside = ''.join(f'<{kind}>{escape(text)}</{kind}>' for text in row)
        return f'<tr>{inside}</tr>'

    body = ''.join(cells('td', row) for row in rows)
    return f'<table>{cells("th", head) if head else ""}{body}</table>{picture}'


def html_picture(pixels: NDArray[Any]) -> str:
    """
    Make the picture of a slice for a notebook: the smallest value black, the largest white.

    :param pixels: (rows, columns), or (rows, columns, 3 or 4) of colours; '' for anything else.
    """
    if not pixels.size or pixels.ndim == 3 and pixels.shape[2] not in (3, 4):
        return ''
    step = -(-max(pixels.shape[:2]) // _MOST_PIXELS)
    shown = pixels[::step, ::step]
    if shown.dtype != np.uint8:
        numbers = np.nan_to_num(shown.astype(float), posinf=0.0, neginf=0.0)
        low = numbers.min()
        span = numbers.max() - low
        shown = ((numbers - low) * (255 / span if span else 0.0)).astype(np.uint8)
    rows = np.ascontiguousarray(shown).reshape(len(shown), -1)
    lines = np.concatenate([np.zeros((len(rows), 1), np.uint8), rows], axis=1)
    colour = 0 if shown.ndim == 2 else {3: 2, 4: 6}[shown.shape[2]]
    head = pack('>IIBBBBB', shown.shape[1], len(shown), 8, colour, 0, 0, 0)
    parts = ((b'IHDR', head), (b'IDAT', compress(lines.tobytes())), (b'IEND', b''))
    data = b'\x89PNG\r\n\x1a\n' + b''.join(
        pack('>I', len(part)) + kind + part + pack('>I', crc32(kind + part))
        for kind, part in parts)
    return f'<img src="data:image/png;base64,{b64encode(data).decode()}">'
