"""
Compression of payloads for recordings and files.

Never for the wire: no peer could read it. There, the protocol's own way to compress is VIDEO.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from typing import Any, NamedTuple

from ..errors import ContentError, EncodeError, IgtlError
from .fields import check_int

_ZLIB_WRAPPER = 15
_GZIP_WRAPPER = 31
_CHUNK_BYTES = 1 << 20
# the most that zstd makes of its input: a block of 128 KiB from 4 bytes
_ZSTD_BLOCK_BYTES = 128 << 10
_ZSTD_EXPANSION = _ZSTD_BLOCK_BYTES // 4


@dataclass(frozen=True, slots=True)
class Compressed:
    """
    What `compress` made of a payload.

    :param method: one of `METHODS`.
    :param data: the compressed bytes.
    :param original_size: bytes of the payload.
    :param seconds: time that compressing took.
    """

    method: str
    data: bytes = field(repr=False)
    original_size: int
    seconds: float = 0.0

    @property
    def ratio(self) -> float:
        """How many times smaller the payload became; below 1 it grew."""
        return self.original_size / len(self.data)


def compress(data: Any, method: str = 'deflate', level: int | None = None) -> Compressed:
    """
    Compress a payload.

    :param data: any buffer, such as bytes or an array.
    :param method: one of `METHODS`.
    :param level: 0 to 9 for deflate and gzip, 1 to 22 for zstd, 0 to 16 for lz4; more is smaller
        and slower. By default what the method itself takes for a good balance.
    :raises EncodeError: if there is no such method or level, or if its package is missing.
    """
    way, package = _chosen(method, EncodeError)
    if level is not None:
        level = check_int(level, way.lowest, way.highest, f'level of {method}')
    try:
        raw = memoryview(data).tobytes()
    except (TypeError, ValueError) as error:
        raise EncodeError(f'data: {type(data).__name__}, wanted bytes or an array') from error
    start = time.perf_counter()
    packed = way.deflate(package, raw, level)
    return Compressed(method, packed, len(raw), time.perf_counter() - start)


def decompress(data: Any, method: str | None = None, *, max_bytes: int) -> bytes:
    """
    Get the payload back that `compress` was given.

    Whatever is wrong is a `ContentError`, an oversized payload too: the size of the compressed
    bytes is known, so a reader of a recording can skip them and go on.

    :param data: `Compressed`, or any buffer with exactly one compressed payload.
    :param method: one of `METHODS`; may be omitted for `Compressed`.
    :param max_bytes: refuse payloads above this size, before and while inflating.
    :raises ContentError: if the bytes are damaged, cut short or followed by others, if they
        inflate to more than `max_bytes` or to another size than claimed, if there is no such
        method, or if its package is missing.
    """
    claimed = None
    if isinstance(data, Compressed):
        claimed, method, data = data.original_size, method or data.method, data.data
    way, package = _chosen(method, ContentError)
    if not isinstance(max_bytes, int) or max_bytes < 0:
        raise ContentError(f'max_bytes: {max_bytes!r}, wanted a whole number')
    if claimed is not None and not 0 <= claimed <= max_bytes:
        raise ContentError(f'{method}: {claimed} bytes claimed, the limit is {max_bytes}')
    try:
        packed = memoryview(data).tobytes()
    except (TypeError, ValueError) as error:
        raise ContentError(f'data: {type(data).__name__}, wanted bytes') from error
    raw = way.inflate(package, packed, max_bytes)
    if claimed is not None and len(raw) != claimed:
        raise ContentError(f'{method}: {len(raw)} bytes, {claimed} were claimed')
    return raw


class _Method(NamedTuple):
    """How a method is called; both functions are given its Python package."""

    package: str
    lowest: int
    highest: int
    deflate: Callable[[Any, bytes, int | None], bytes]
    inflate: Callable[[Any, bytes, int], bytes]


def _chosen(method: Any, error: type[IgtlError]) -> tuple[_Method, Any]:
    """Find a method and its package."""
    way = _METHODS.get(method) if isinstance(method, str) else None
    if way is None:
        raise error(f'compression method {method!r}, wanted one of {", ".join(METHODS)}')
    try:
        return way, import_module(way.package)
    except ImportError as why:
        package = way.package.split('.')[0]
        raise error(f'{method} needs the Python package {package!r}, not installed here') from why


def _check_size(method: str, size: int, max_bytes: int) -> None:
    if size > max_bytes:
        raise ContentError(f'{method}: inflates to more than the limit of {max_bytes} bytes')


def _check_end(method: str, ended: bool, behind: bytes) -> None:
    if not ended:
        raise ContentError(f'{method}: cut short')
    if behind:
        raise ContentError(f'{method}: {len(behind)} bytes behind the end')


def _zlib_deflate(package: Any, raw: bytes, level: int | None, wrapper: int) -> bytes:
    packer = package.compressobj(-1 if level is None else level, wbits=wrapper)
    packed: bytes = packer.compress(raw) + packer.flush()
    return packed


def _zlib_inflate(package: Any, data: bytes, max_bytes: int, wrapper: int, method: str) -> bytes:
    unpacker = package.decompressobj(wrapper)
    try:
        # it asks for memory as the output grows, not for the limit at once
        raw: bytes = unpacker.decompress(data, max_bytes + 1)
    except zlib.error as error:
        raise ContentError(f'{method}: {error}') from error
    _check_size(method, len(raw), max_bytes)
    _check_end(method, unpacker.eof, unpacker.unused_data)
    return raw


def _zlib(method: str, wrapper: int) -> _Method:
    deflate = partial(_zlib_deflate, wrapper=wrapper)
    return _Method('zlib', 0, 9, deflate, partial(_zlib_inflate, wrapper=wrapper, method=method))


def _zstd_deflate(package: Any, raw: bytes, level: int | None) -> bytes:
    options = {} if level is None else {'level': level}
    packed: bytes = package.ZstdCompressor(write_checksum=True, **options).compress(raw)
    return packed


def _zstd_inflate(package: Any, data: bytes, max_bytes: int) -> bytes:
    try:
        _check_size('zstd', package.frame_content_size(data), max_bytes)
        # a frame that does not claim a size is given this room, at least 1: 0 stands for no limit
        room = min(max_bytes, _ZSTD_EXPANSION * len(data) + _ZSTD_BLOCK_BYTES) or 1
        raw: bytes = package.ZstdDecompressor().decompress(
            data, max_output_size=room, allow_extra_data=False)
    except package.ZstdError as error:
        raise ContentError(f'zstd: {error} (limit: {max_bytes} bytes)') from error
    _check_size('zstd', len(raw), max_bytes)
    return raw


def _lz4_deflate(package: Any, raw: bytes, level: int | None) -> bytes:
    packed: bytes = package.compress(raw, compression_level=level or 0, content_checksum=True)
    return packed


def _lz4_inflate(package: Any, data: bytes, max_bytes: int) -> bytes:
    unpacker = package.LZ4FrameDecompressor()
    pieces = []
    size = 0
    try:
        while not unpacker.eof and size <= max_bytes:
            piece = unpacker.decompress(data, max_length=min(_CHUNK_BYTES, max_bytes + 1 - size))
            if not piece and unpacker.needs_input:
                break
            pieces.append(piece)
            size += len(piece)
            data = b''
    except RuntimeError as error:  # all that the package raises on bad data
        raise ContentError(f'lz4: {error}') from error
    _check_size('lz4', size, max_bytes)
    _check_end('lz4', unpacker.eof, unpacker.unused_data or b'')
    return b''.join(pieces)


_METHODS = {
    'deflate': _zlib('deflate', _ZLIB_WRAPPER),
    'gzip': _zlib('gzip', _GZIP_WRAPPER),
    'zstd': _Method('zstandard', 1, 22, _zstd_deflate, _zstd_inflate),
    'lz4': _Method('lz4.frame', 0, 16, _lz4_deflate, _lz4_inflate),
}
#: names of the methods; zstd and lz4 need the Python packages `zstandard` and `lz4`
METHODS = tuple(_METHODS)
