"""One connection's life: what arrives becomes messages, what is sent waits in a mailbox."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .codec import Buffer, Decoder, Message, encode_parts
from .codec.messages.text import Status, StatusCode
from .config import Settings
from .errors import DecodeError, EncodeError

if TYPE_CHECKING:
    from .link import Link
    from .transport.tcp import Stream

#: Types of which only the newest value matters to a peer that cannot keep up
STREAM_TYPES = frozenset(
    {
        'TRANSFORM',
        'POSITION',
        'QTDATA',
        'TDATA',
        'IMAGE',
        'VIDEO',
        'NDARRAY',
        'SENSOR',
        'POLYDATA',
    }
)
# asyncio copies what the socket does not take at once: never more than this
_PIECE_BYTES = 1 << 18
# How much one peer may write before the others get their turn
_TURN_BYTES = 1 << 22
_TURN_MESSAGES = 64

_log = logging.getLogger(__name__)


class Outgoing:
    """A message on its way to any number of peers, encoded once for each header version."""

    __slots__ = ('message', 'key', '_parts')

    def __init__(self, message: Message) -> None:
        """Keep the message."""
        self.message = message
        self.key = (message.type_name, message.device_name)
        self._parts: dict[int, list[Buffer]] = {}

    def parts(self, peer_version: int) -> list[Buffer]:
        """
        Encode for a peer that understands header versions up to `peer_version`.

        :raises EncodeError: if the message cannot be written.
        """
        version = min(self.message.version, peer_version)
        parts = self._parts.get(version)
        if parts is None:
            parts = self._parts[version] = encode_parts(self.message, version)
        return parts


class Mailbox:
    """
    What waits to be sent to one peer.

    First in, first out. While the peer does not keep up, a new value of a stream (see
    `STREAM_TYPES`) takes the place of the one that waits. Over the limits the oldest goes.
    """

    def __init__(self, max_messages: int, max_bytes: int) -> None:
        """Start empty."""
        self._lock = threading.Lock()
        self._waiting: OrderedDict[int, tuple[Outgoing, int]] = OrderedDict()
        self._newest: dict[tuple[str, str], int] = {}
        self._number = 0
        self._bytes = 0
        self._max_messages = max_messages
        self._max_bytes = max_bytes
        self.congested = False
        #: messages that were dropped, by (type, device)
        self.dropped: Counter[tuple[str, str]] = Counter()

    def __len__(self) -> int:
        """Count the messages that wait."""
        return len(self._waiting)

    def put(self, outgoing: Outgoing) -> None:
        """Add a message; never blocks, callable from any thread."""
        size = _payload_bytes(outgoing.message)
        with self._lock:
            self._bytes += size
            number = self._newest.get(outgoing.key)
            if self.congested and outgoing.key[0] in STREAM_TYPES and number in self._waiting:
                self._bytes -= self._waiting[number][1]
                self._waiting[number] = (outgoing, size)
                self.dropped[outgoing.key] += 1
                return
            self._number += 1
            self._waiting[self._number] = (outgoing, size)
            self._newest[outgoing.key] = self._number
            while len(self._waiting) > self._max_messages or (
                self._bytes > self._max_bytes and len(self._waiting) > 1
            ):
                self.dropped[self._pop().key] += 1

    def take(self) -> Outgoing | None:
        """Remove the oldest message; None if there is none."""
        with self._lock:
            return self._pop() if self._waiting else None

    def _pop(self) -> Outgoing:
        number, (outgoing, size) = self._waiting.popitem(last=False)
        self._bytes -= size
        if self._newest.get(outgoing.key) == number:
            del self._newest[outgoing.key]
        return outgoing


def _payload_bytes(message: Message) -> int:
    """Estimate what a waiting message holds in memory, without encoding it."""
    for name in ('pixels', 'content'):
        payload = getattr(message, name, None)
        if payload is not None:
            return 512 + (payload.nbytes if hasattr(payload, 'nbytes') else len(payload))
    return 512


class Peer:
    """
    The other end of one connection.

    All its methods but `send` belong to the network thread.
    """

    def __init__(self, link: Link, settings: Settings) -> None:
        """Wait for a connection."""
        self._link = link
        self._settings = settings
        self._decoder = Decoder(
            max_body_bytes=settings.max_body_bytes,
            check_crc=settings.check_crc,
            strict=settings.strict,
        )
        self._stream: Stream | None = None
        self._pieces: Iterator[memoryview] = iter(())
        self._complaints: dict[str, float] = {}
        self._why_closed = ''
        now = time.monotonic()
        self._last_received = now
        self._last_writable = now
        self.mailbox = Mailbox(settings.queue_messages, settings.queue_bytes)
        self.closed = asyncio.Event()
        self.address = ''
        self.received: Counter[str] = Counter()
        self.sent: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.sent_bytes = 0

    def __repr__(self) -> str:
        """Tell who it is."""
        return f'<Peer {self.address or "not connected"}>'

    @property
    def version(self) -> int:
        """Highest header version that may be sent to this peer."""
        if self._settings.header_version == 'auto':
            return 2 if self._decoder.seen_version >= 2 else 1
        return int(self._settings.header_version)

    @property
    def received_bytes(self) -> int:
        """Bytes received so far."""
        return self._decoder.received_bytes

    def send(self, message: Message) -> None:
        """Send a message to this peer alone; never blocks, callable from any thread."""
        self._link.post_to([self], Outgoing(message))

    # -- called by the stream

    def connected(self, stream: Stream) -> None:
        """Start: greet the peer, then let the link know."""
        self._stream = stream
        self.address = stream.address
        if self._settings.header_version == '2':
            # Peers such as PLUS send metadata only to those who have sent some
            greeting = Status(StatusCode.OK, metadata={'igtl_ros2': 'header version 2'})
            self.mailbox.put(Outgoing(greeting))
        self._link.joined(self)
        self.pump()

    def get_buffer(self, size_hint: int) -> memoryview:
        """Receive into the decoder's memory."""
        return self._decoder.get_buffer(size_hint)

    def buffer_updated(self, size: int) -> None:
        """Take out the messages that are whole now."""
        self._last_received = time.monotonic()
        self._decoder.buffer_updated(size)
        while True:
            try:
                message = self._decoder.next_message()
            except DecodeError as error:
                name = type(error).__name__
                self.errors[name] += 1
                if not error.in_step:
                    self.disconnect(f'{name}: {error}')
                    return
                self.complain(name, f'skipped a message: {name}: {error}')
                continue
            if message is None:
                return
            self.received[message.type_name] += 1
            self._link.received(self, message)

    def writable_again(self) -> None:
        """Go on writing."""
        self.pump()

    def lost(self, error: Exception | None) -> None:
        """Clean up after the connection is gone."""
        self._stream = None
        self.closed.set()
        self._link.left(self, self._why_closed or (str(error) if error else 'closed by the peer'))

    # -- called by the link

    def pump(self) -> None:
        """Write what waits, as far as the peer takes it."""
        stream = self._stream
        if stream is None:
            return
        messages = written = 0
        while stream.writable:
            piece = next(self._pieces, None)
            if piece is None:
                outgoing = self.mailbox.take()
                if outgoing is None:
                    break
                messages += 1
                self._start(outgoing)
                continue
            stream.write(piece)
            written += len(piece)
            self.sent_bytes += len(piece)
            if written > _TURN_BYTES or messages > _TURN_MESSAGES:
                self._link.network.post(self.pump)
                break
        if stream.writable:
            self._last_writable = time.monotonic()
        self.mailbox.congested = not stream.writable

    def _start(self, outgoing: Outgoing) -> None:
        try:
            parts = outgoing.parts(self.version)
        except EncodeError as error:
            self.errors['EncodeError'] += 1
            self.complain('EncodeError', f'not sent: {outgoing.key}: {error}')
            return
        self.sent[outgoing.key[0]] += 1
        self._pieces = _pieces(parts)

    @property
    def is_idle(self) -> bool:
        """Whether everything that was to be sent has left."""
        return self._stream is None or not (
            len(self.mailbox) or self._stream.unsent_bytes or not self._stream.writable
        )

    def check_time_outs(self) -> None:
        """Cut off a peer that stopped in the middle of a message, or does not read."""
        now = time.monotonic()
        stall, send = self._settings.stall_timeout, self._settings.send_timeout
        if self._stream is None:
            return
        if stall and self._decoder.pending_bytes and now - self._last_received > stall:
            self.disconnect(
                f'stopped {self._decoder.pending_bytes} bytes into a message for {stall:g} s'
            )
        elif not self._stream.writable and send and now - self._last_writable > send:
            self.disconnect(f'did not read for {send:g} s')

    def disconnect(self, why: str) -> None:
        """Close the connection now."""
        self._why_closed = why
        if self._stream is not None:
            self._stream.abort()

    def pause_reading(self) -> None:
        """Let the peer wait until `resume_reading`."""
        if self._stream is not None:
            self._stream.pause_reading()

    def resume_reading(self) -> None:
        """Read again."""
        if self._stream is not None:
            self._stream.resume_reading()

    def complain(self, kind: str, text: str) -> None:
        """Log a warning, at most one of each kind in 5 s."""
        now = time.monotonic()
        if now - self._complaints.get(kind, -5.0) >= 5.0:
            self._complaints[kind] = now
            _log.warning('%s: %s', self.address, text)


def _pieces(parts: list[Buffer]) -> Iterator[memoryview]:
    for part in parts:
        view = memoryview(part)
        for start in range(0, len(view), _PIECE_BYTES):
            yield view[start : start + _PIECE_BYTES]
