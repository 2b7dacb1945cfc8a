"""
Texts that say their encoding, by its MIBenum number in the IANA register of character sets.

A text keeps the bytes that it came in where they cannot be made of it again, so that any
bytes come back out as they went in.
"""

from __future__ import annotations

from ..errors import EncodeError
from .fields import ASCII, UTF8, Buffer, raw_text, shown, text_bytes

# IANA MIBenum numbers of what Python has a codec for. What is not here is read as UTF-8
_CODECS = {
    4: 'latin-1',
    **{number: f'iso8859-{number - 3}' for number in range(5, 14)},  # ISO-8859-2 to -10
    17: 'shift_jis', 18: 'euc_jp',
    36: 'cp949',  # KS_C_5601-1987
    37: 'iso2022_kr', 38: 'euc_kr', 39: 'iso2022_jp', 40: 'iso2022_jp_2',
    57: 'gb2312',  # GB_2312-80
    81: 'iso8859-6', 82: 'iso8859-6', 84: 'iso8859-8', 85: 'iso8859-8',
    **{number: f'iso8859-{number - 96}' for number in range(109, 113)},  # ISO-8859-13 to -16
    113: 'gbk', 114: 'gb18030', 119: 'kz1048',
    1000: 'utf-16-be', 1001: 'utf-32-be',  # ISO-10646-UCS-2 and -UCS-4
    1012: 'utf-7', 1013: 'utf-16-be', 1014: 'utf-16-le', 1015: 'utf-16',
    1017: 'utf-32', 1018: 'utf-32-be', 1019: 'utf-32-le',
    2004: 'hp_roman8', 2009: 'cp850', 2010: 'cp852', 2011: 'cp437', 2013: 'cp862',
    2024: 'cp932',  # Windows-31J
    2025: 'gb2312', 2026: 'big5', 2027: 'mac_roman', 2028: 'cp037', 2030: 'cp273', 2043: 'cp424',
    2044: 'cp500', 2046: 'cp855', 2047: 'cp857', 2048: 'cp860', 2049: 'cp861', 2050: 'cp863',
    2051: 'cp864', 2052: 'cp865', 2054: 'cp869', 2063: 'cp1026', 2084: 'koi8_r', 2085: 'hz',
    2086: 'cp866', 2087: 'cp775', 2088: 'koi8_u', 2089: 'cp858', 2091: 'cp1140',
    2101: 'big5hkscs', 2103: 'ptcp154', 2109: 'cp874',
    **{number: f'cp{number - 1000}' for number in range(2250, 2259)},  # windows-1250 to -1258
    2259: 'tis_620',
}
# 0 is what a peer in Rust writes for UTF-8
_UTF8_NUMBERS = frozenset((0, ASCII, UTF8))
# without a byte order mark it is big-endian (RFC 2781, section 4.3), which Python does not do
_MARKED = {1015: ('utf-16-be', (b'\xff\xfe', b'\xfe\xff')),
           1017: ('utf-32-be', (b'\xff\xfe\0\0', b'\0\0\xfe\xff'))}


class WireText(str):
    """
    A text whose bytes cannot be made of it: it has a NUL, or an encoding unknown or ambiguous.

    :param raw: the bytes as they came, which are written again.
    :param encoding: the MIBenum number that they came with.
    :param is_guess: whether they were read as UTF-8 because nothing else was possible.
    """

    __slots__ = ('encoding', 'is_guess', 'raw')

    raw: bytes
    encoding: int
    is_guess: bool

    def __new__(cls, text: str, raw: bytes, encoding: int, is_guess: bool) -> WireText:
        self = super().__new__(cls, text)
        self.raw, self.encoding, self.is_guess = raw, encoding, is_guess
        return self

    def __reduce__(self) -> tuple[type[WireText], tuple[str, bytes, int, bool]]:
        return WireText, (str(self), self.raw, self.encoding, self.is_guess)


def charset(encoding: int) -> str:
    """
    Tell what Python calls an encoding; '' if it has none.

    >>> charset(106), charset(2025), charset(2252), charset(9999)
    ('utf-8', 'gb2312', 'cp1252', '')
    """
    return 'utf-8' if encoding in _UTF8_NUMBERS else _CODECS.get(encoding, '')


def is_guess(text: str) -> bool:
    """Tell whether a text was read without knowing how."""
    return isinstance(text, WireText) and text.is_guess


def decode_text(raw: Buffer, encoding: int) -> str:
    """
    Decode bytes by MIBenum number; those that do not fit are kept, never refused.

    What has no codec here, or breaks the rules of its own, is read as UTF-8, see `is_guess`.
    """
    if encoding in _UTF8_NUMBERS:
        text = str(raw, 'utf-8', 'surrogateescape')
        return WireText(text, bytes(raw), encoding, False) if '\0' in text else text
    codec = _CODECS.get(encoding)
    if codec is None:
        text = raw_text(raw)
        if text.isascii() and '\0' not in text:
            return text
        return WireText(text, bytes(raw), encoding, not text.isascii())
    raw = bytes(raw)
    big_endian, marks = _MARKED.get(encoding, (codec, ()))
    if not raw.startswith(marks):
        codec = big_endian
    try:
        text = raw.decode(codec)
    except UnicodeDecodeError:
        return WireText(raw_text(raw), raw, encoding, True)
    try:
        same = '\0' not in text and text.encode(_CODECS[encoding]) == raw
    except UnicodeEncodeError:
        same = False
    return text if same else WireText(text, raw, encoding, False)


def encode_text(text: str, encoding: int, what: str, quote: bool = True) -> bytes:
    """
    Encode a text by MIBenum number, the inverse of `decode_text`.

    :param quote: whether an error may show the text.
    :raises EncodeError: if the encoding has no way to write it.
    """
    if isinstance(text, WireText) and text.encoding == encoding:
        return text.raw
    codec = _CODECS.get(encoding)
    if codec is not None and not any('\ud800' <= char <= '\udfff' for char in text):
        try:
            return text.encode(codec)
        except UnicodeEncodeError as error:
            raise EncodeError(
                f'{what}: {shown(text, quote)} cannot be written in {codec}') from error
    return text_bytes(text, what, quote)


def without_nul(text: str) -> str:
    """Take one NUL off the end of a text, as some peers send it; it stays what it is besides."""
    if isinstance(text, WireText) and text.endswith('\0'):
        return WireText(text[:-1], text.raw, text.encoding, text.is_guess)
    return text
