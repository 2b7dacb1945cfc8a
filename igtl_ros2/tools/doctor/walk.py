"""
The bytes of a connection, read message by message; what is wrong with one is noted and passed by.

`codec.Decoder` gives up where a stream is out of step, as it must. Here it is of interest how far
it is out of step, and what comes after.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from ...codec import Message, registered
from ...codec.crc64 import crc64
from ...codec.frame import (
    HEADER_SIZE,
    MAX_BODY_BYTES,
    Header,
    check_body_size,
    decode_body,
    decode_header,
)
from ...codec.messages.bundle import Bind
from ...codec.short_names import FULL_NAME
from ...errors import ContentError, HeaderError, TooLargeError
from .observation import Seen, Session
from .values import values_of

_FIRST = 256
# version and type
_HEAD_BYTES = 14
# the length of the body
_SIZE_AT = 42
#: more messages than this are counted, and not kept
MOST_SEEN = 300_000
#: what is said of a checksum that is 0
ZERO_CRC = 'the checksum is 0, as if it had never been computed'
#: what is said of one whose bytes are the wrong way round
SWAPPED_CRC = 'the checksum is right, but for the order of its bytes (little-endian)'


def _headers() -> re.Pattern[bytes]:
    """Make what finds the beginning of a header: version, and a type with its padding."""
    names = b'|'.join(
        re.escape(name.encode().ljust(12, b'\0')) for name in sorted(registered(), reverse=True))
    return re.compile(b'\0[\1\2](?:' + names + b')')


class Walker:
    """
    Read what comes over one connection.

    :param session: what is noted of the connection.
    :param number: of the connection.
    :param clock: gives seconds since the beginning, and nanoseconds since 1970.
    :param found: takes each message.
    """

    def __init__(
        self,
        session: Session,
        number: int,
        clock: Callable[[], tuple[float, int]],
        found: Callable[[Seen], None],
    ) -> None:
        self._session = session
        self._number = number
        self._clock = clock
        self._found = found
        self._data = bytearray()
        self._headers = _headers()
        self._lost = False
        self._is_over = False
        self._kept = 0
        self._last: Seen | None = None
        #: when the first byte came of what is not read yet
        self._began_s = 0.0

    def feed(self, data: bytes) -> None:
        """Take what came."""
        session = self._session
        session.received += len(data)
        if len(session.first_bytes) < _FIRST:
            session.first_bytes += data[: _FIRST - len(session.first_bytes)]
        at_s, now_ns = self._clock()
        if not self._data:
            self._began_s = at_s
        self._data += data
        session.pending_s = at_s
        self._take_out(at_s, now_ns)

    def _take_out(self, at_s: float, now_ns: int) -> None:
        """Read all messages that are there."""
        while True:
            if self._lost:
                self._resume()
            if self._lost or not self._next(at_s, now_ns):
                break
        self._note_pending()

    def _next(self, at_s: float, now_ns: int) -> bool:
        """Read one message; false if it is not there as a whole, and nothing can be read yet."""
        data = self._data
        if len(data) < HEADER_SIZE:
            return False
        try:
            header = decode_header(data)
            check_body_size(header, MAX_BODY_BYTES)
        except (HeaderError, TooLargeError) as error:
            self._lose(error)
            return True
        end = HEADER_SIZE + header.body_size
        if len(data) < end:
            return False
        seen = Seen(
            header.type_name, header.device_name, at_s, now_ns, header.timestamp, header.version,
            end, connection=self._number, took_s=at_s - self._began_s)
        body = bytes(data[HEADER_SIZE:end])
        if crc64(body) != header.crc:
            if len(data) < end + _HEAD_BYTES and not self._is_over:
                return False  # the next header tells why
            rest = bytes(data[HEADER_SIZE:end + _HEAD_BYTES])
            inside = self._headers.search(rest)
            if inside and inside.start() < len(body) and self._is_header(rest, inside.start()):
                # the next message has begun before this one was over
                seen.fault = 'length'
                seen.about = (f'its header announces {header.body_size} bytes, after '
                              f'{inside.start()} of them the next message begins')
                end = HEADER_SIZE + inside.start()
            else:
                seen.fault = 'crc'
                seen.about = ZERO_CRC if not header.crc else (
                    SWAPPED_CRC if turned(header.crc, 8) == crc64(body) else '')
        del data[:end]
        self._began_s = at_s  # what follows came with the last byte, or later
        self._read(header, body, seen)
        return True

    def _read(self, header: Header, body: bytes, seen: Seen) -> None:
        message: Message | None = None
        if not seen.fault:
            try:
                message, conforming = decode_body(header, memoryview(body))
            except ContentError as error:
                seen.fault, seen.about = 'content', str(error)
            else:
                seen.fault = '' if conforming else 'layout'
        if message is None:
            self._keep(seen)
            return
        full = message.metadata.get(FULL_NAME, '')
        seen.full_name = full if full != seen.device else ''
        seen.mark = ' '.join(key for key in ('dummy', 'MRMLNodeName') if key in message.metadata)
        seen.values = values_of(message)
        self._keep(seen)
        for child in message.children if isinstance(message, Bind) else ():
            self._keep(replace(
                seen, type_name=child.type_name, device=child.device_name, size=0,
                values=values_of(child)))

    def _keep(self, seen: Seen) -> None:
        self._kept += 1
        self._last = seen
        if self._kept <= MOST_SEEN:
            self._found(seen)

    def finish(self) -> None:
        """Look at what is left when nothing more will come."""
        self._is_over = True
        self._take_out(*self._clock())
        if self._last is not None and self._last.fault == 'crc' and (
            len(self._data) >= _HEAD_BYTES and not self._headers.match(self._data)
        ):
            self._too_short(self._last)
            self._session.pending = None
        if self._session.pending is None or len(self._data) < HEADER_SIZE:
            return
        inside = self._headers.search(self._data, HEADER_SIZE)
        if inside and self._is_header(self._data, inside.start()):
            kind, device, announced, _ = self._session.pending
            self._session.pending = None
            at_s, now_ns = self._clock()
            self._keep(Seen(
                kind, device, at_s, now_ns, fault='length', connection=self._number,
                about=f'its header announces {announced} bytes, after '
                f'{inside.start() - HEADER_SIZE} of them the next message begins'))

    # -- streams that are out of step

    def _lose(self, error: HeaderError | TooLargeError) -> None:
        session = self._session
        self._lost = True
        if session.lost:
            return
        session.lost = str(error)
        if isinstance(error, TooLargeError):
            session.lost_kind = 'size'
            size = int.from_bytes(self._data[_SIZE_AT:_SIZE_AT + 8], 'little')
            if size <= MAX_BODY_BYTES:
                session.lost += f'; with its bytes the other way round (little-endian) {size}'
            return
        if self._last is None and session.received == len(self._data):
            session.lost_kind = 'version'
        elif self._last is not None and self._last.fault == 'crc':
            self._too_short(self._last)
            session.lost = ''
        else:
            session.lost_kind = 'step'

    @staticmethod
    def _too_short(seen: Seen) -> None:
        """Note that the checksum is that of all bytes, of which the header announces fewer."""
        seen.fault = 'length'
        seen.about = 'behind as many bytes as its header announces no message begins'

    def _resume(self) -> None:
        """Look for the next header."""
        data = self._data
        for found in self._headers.finditer(bytes(data)):
            if self._is_header(data, found.start()):
                if self._session.lost_kind == 'step' and 'behind it' not in self._session.lost:
                    self._session.lost += (
                        f'; {found.start()} bytes more follow than were announced, and behind it '
                        'the next header')
                del data[: found.start()]
                self._lost = False
                return
        del data[: max(0, len(data) - HEADER_SIZE)]

    def _is_header(self, data: bytes | bytearray, start: int) -> bool:
        """Tell whether what begins like a header goes on like one."""
        if len(data) - start < HEADER_SIZE:
            return True
        try:
            header = decode_header(data, start)
        except HeaderError:
            return False
        return header.body_size <= MAX_BODY_BYTES

    def _note_pending(self) -> None:
        """Note what has begun and is not over."""
        data, session = self._data, self._session
        session.pending = None
        if self._lost or not data:
            return
        if len(data) < HEADER_SIZE:
            session.pending = '', '', HEADER_SIZE, len(data)
            return
        header = decode_header(data)
        if len(data) >= HEADER_SIZE + header.body_size:
            return
        session.pending = (
            header.type_name, header.device_name, header.body_size, len(data) - HEADER_SIZE)


def turned(number: int, size: int) -> int:
    """Read a number of so many bytes with these the other way round."""
    return int.from_bytes(number.to_bytes(size, 'big'), 'little')
