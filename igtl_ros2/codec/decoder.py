"""Bytes in, messages out: the decoder of a stream, and of one whole message."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from ..errors import ConfigError, CrcError, DecodeError, HeaderError
from .blocks import new_block
from .crc64 import crc64
from .fields import MAX_ELEMENTS, bytes_view
from .frame import HEADER_SIZE, MAX_BODY_BYTES, Header, check_body_size, decode_body, decode_header
from .message import Message
from .private import is_private

_BLOCK_BYTES = 1 << 18
# what takes about a millisecond
_CRC_BYTES = 1 << 24


def decode(
    data: Any, *, check_crc: bool = True, strict: bool = False, max_elements: int = MAX_ELEMENTS
) -> Message:
    """
    Make the message of exactly one whole wire message; arrays in it are views of `data`.

    :param data: any contiguous buffer.
    :param check_crc: whether to compare the body with the CRC-64 of the header.
    :param strict: refuse layouts that break the protocol but can be understood.
    :param max_elements: refuse lists with more points, tools, paths, entries or children.
    :raises DecodeError: for anything else than one whole message.
    """
    return decode_whole(data, check_crc=check_crc, strict=strict, max_elements=max_elements)[0]


def decode_whole(
    data: Any, *, check_crc: bool, strict: bool, max_elements: int = MAX_ELEMENTS
) -> tuple[Message, bool]:
    """Do what `decode` does; the second result is that of `decode_body`."""
    view = memoryview(data) if type(data) is bytes else bytes_view(data, 'data').toreadonly()
    if len(view) < HEADER_SIZE:
        raise HeaderError(f'{len(view)} bytes, a header takes {HEADER_SIZE}')
    header = decode_header(view)
    if len(view) != HEADER_SIZE + header.body_size:
        raise HeaderError(
            f'{len(view) - HEADER_SIZE} bytes of body, the header announces {header.body_size}',
            type_name=header.type_name,
            device_name=header.device_name)
    body = view[HEADER_SIZE:]
    if check_crc and crc64(body) != header.crc:
        raise _crc_error(header, body)
    return decode_body(header, body, strict=strict, max_elements=max_elements)


def _crc_of(body: memoryview) -> int:
    """Compute a checksum without keeping all other threads waiting."""
    crc = 0
    for start in range(0, len(body), _CRC_BYTES):
        crc = crc64(body[start : start + _CRC_BYTES], crc)
    return crc


def _crc_error(header: Header, body: memoryview) -> CrcError:
    numbers = f'is {crc64(body):016x}, the header says {header.crc:016x}'
    if is_private(header.type_name):
        numbers = 'differs from that in the header'  # with the number, names could be guessed
    return CrcError(
        f'CRC-64 of the body {numbers}', type_name=header.type_name,
        device_name=header.device_name)


class Decoder:
    """
    Decode a stream of messages that arrives in chunks of any size.

    `feed` copies bytes in; a transport that can receive into a buffer uses
    `get_buffer` and `buffer_updated` instead, so that a large body lands where its message
    will live. `next_message` then takes the messages out.

    :param max_body_bytes: refuse larger bodies before any of it is buffered.
    :param check_crc: whether to compare bodies with the CRC-64 of their headers.
    :param strict: refuse layouts that break the protocol but can be understood.
    :param max_elements: skip messages with more points, tools, paths, entries or children: each
        costs time, some hundred thousand of them seconds.
    """

    def __init__(
        self, *, max_body_bytes: int = MAX_BODY_BYTES, check_crc: bool = True,
        strict: bool = False, max_elements: int = MAX_ELEMENTS,
    ) -> None:
        for name, limit in (('max_body_bytes', max_body_bytes), ('max_elements', max_elements)):
            if not isinstance(limit, int) or limit < 0:
                raise ConfigError(f'{name}: found {limit!r}; allowed a whole number from 0 on')
        self._max_elements = max_elements
        self._max_body_bytes = max_body_bytes
        self._check_crc = check_crc
        self._strict = strict
        self._block = self._readable = memoryview(b'')
        self._start = 0  # of what was not decoded yet
        self._header: Header | None = None
        self._lost: DecodeError | None = None
        self.received_bytes = 0
        #: bytes received, from `_start` on, that no message was made of yet
        self.pending_bytes = 0
        #: so many are needed until there is something to tell: a header, a frame, an error
        self.needed_bytes = HEADER_SIZE
        #: bytes of the frame that was taken last
        self.frame_bytes = 0
        #: highest header version that came in its proper layout, 0 before the first message
        self.seen_version = 0
        #: number of messages whose layout broke the protocol but was understood
        self.nonconforming = 0

    def get_buffer(self, size_hint: int = -1) -> memoryview:
        """Hand out writable memory for the bytes that come next; never empty."""
        block, end = self._block, self._start + self.pending_bytes
        if end < len(block) >= self._start + self.needed_bytes:
            return block[end:]
        # Messages may hold views of a block, so its bytes are never received into again.
        pending = self.pending_bytes
        larger = new_block(max(self.needed_bytes, 2 * pending, _BLOCK_BYTES))
        larger[:pending] = block[self._start : end]
        self._block, self._readable, self._start = larger, larger.toreadonly(), 0
        return larger[pending:]

    def buffer_updated(self, size: int) -> bool:
        """
        Tell that `size` bytes were written to the start of what `get_buffer` gave.

        :returns: whether there is something to tell.
        """
        self.received_bytes += size
        if self._lost is None:
            self.pending_bytes += size
        return self.pending_bytes >= self.needed_bytes

    def feed(self, data: Any) -> None:
        """
        Take in the bytes that came next.

        :raises HeaderError: if they are none.
        """
        view = bytes_view(data, 'data')
        while len(view) and self._lost is None:
            space = self.get_buffer()
            size = min(len(space), len(view))
            space[:size] = view[:size]
            self.buffer_updated(size)
            view = view[size:]
            if self._header is None and self.pending_bytes >= self.needed_bytes:
                # so that the rest of a large body goes where it will stay
                with suppress(DecodeError):  # `next_frame` says so
                    self._read_header()

    def _read_header(self) -> Header:
        """Read the next header, which is there; whatever is wrong with it ends the stream."""
        try:
            header = decode_header(self._block, self._start)
            if header[4] > self._max_body_bytes:
                check_body_size(header, self._max_body_bytes)
        except DecodeError as error:
            self._lost, self.needed_bytes = error, 0
            raise
        self._header, self.needed_bytes = header, HEADER_SIZE + header[4]
        return header

    def next_frame(self) -> tuple[Header, memoryview] | None:
        """
        Take the next whole frame as it came, header included, whatever is in its body.

        None if more bytes are needed.

        :raises HeaderError: if the stream is out of step; every later call says so again.
        :raises TooLargeError: if the body is over the limit; likewise.
        """
        pending = self.pending_bytes
        if pending < self.needed_bytes:
            return None
        if self._lost is not None:
            raise self._lost
        header = self._header or self._read_header()
        size = self.needed_bytes
        if pending < size:
            return None
        start = self._start
        stop = start + size
        frame = self._readable[start:stop]
        self._header, self.needed_bytes, self.frame_bytes = None, HEADER_SIZE, size
        self._start, self.pending_bytes = stop, pending - size
        if size == pending and len(self._block) > _BLOCK_BYTES:
            # the messages hold it as long as they need it; there may be no more for a long time
            self._block = self._readable = memoryview(b'')
            self._start = 0
        return header, frame

    def next_message(self) -> Message | None:
        """
        Take the next whole message; None if more bytes are needed.

        :raises CrcError: if its CRC is wrong; it is skipped, the next call goes on.
        :raises ContentError: if its body breaks the rules of its type; likewise.
        :raises HeaderError: if the stream is out of step; every later call says so again.
        :raises TooLargeError: if the body is over the limit; likewise.
        """
        whole = self.next_frame()
        return None if whole is None else self.read(*whole)

    def read(self, header: Header, frame: memoryview) -> Message:
        """
        Read a frame; in whatever thread, one after the other.

        :raises CrcError: if its CRC is wrong.
        :raises ContentError: if its body breaks the rules of its type.
        """
        body = frame[HEADER_SIZE:]
        if self._check_crc:
            crc = crc64(body) if header[4] <= _CRC_BYTES else _crc_of(body)
            if crc != header[5]:
                raise _crc_error(header, body)
        message, conforming = decode_body(header, body, self._strict, self._max_elements)
        # a peer that writes the extended header of version 2 otherwise cannot read it either
        version = message.version if conforming else 1
        if version > self.seen_version:
            self.seen_version = version
        if not conforming:
            self.nonconforming += 1
        return message
