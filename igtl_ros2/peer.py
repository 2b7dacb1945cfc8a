"""One connection's life: what arrives becomes messages, what is sent waits in a mailbox."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Iterable
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
# A peer can make up any number of type names: count the rest together
_MAX_KINDS = 200

_log = logging.getLogger(__name__)


Key = tuple[str, str]


class Outgoing:
    """A message on its way to any number of peers, encoded once for each header version."""

    __slots__ = ('message', 'key', '_parts')

    def __init__(self, message: Message) -> None:
        """Keep the message."""
        self.message = message
        self.key: Key = (message.type_name, message.device_name)
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

    First in, first out. To a peer that does not keep up only the newest value of a stream (see
    `STREAM_TYPES`) is sent. Over the limits the oldest goes.
    """

    def __init__(self, max_messages: int, max_bytes: int) -> None:
        """Start empty."""
        self._lock = threading.Lock()
        self._waiting: OrderedDict[int, tuple[Key, list[Buffer], int]] = OrderedDict()
        self._newest: dict[Key, int] = {}
        self._number = 0
        self._bytes = 0
        self._max_messages = max_messages
        self._max_bytes = max_bytes
        self._dropped: Counter[Key] = Counter()
        #: whether the peer reads more slowly than we send
        self.congested = False

    def __len__(self) -> int:
        """Count the messages that wait."""
        return len(self._waiting)

    @property
    def dropped(self) -> Counter[Key]:
        """Messages that were dropped so far, by (type, device)."""
        with self._lock:
            return Counter(self._dropped)

    def put(self, key: Key, parts: list[Buffer]) -> None:
        """Add an encoded message; never blocks, callable from any thread."""
        size = sum(map(len, parts))
        with self._lock:
            before = self._newest.get(key)
            if before is not None and self._is_outdated(key):
                # takes over the place of the value that waits
                number = before
                self._bytes -= self._waiting[number][2]
                self._dropped[key] += 1
            else:
                self._number += 1
                number = self._newest[key] = self._number
            self._waiting[number] = (key, parts, size)
            self._bytes += size
            while len(self._waiting) > self._max_messages or (
                self._bytes > self._max_bytes and len(self._waiting) > 1
            ):
                dropped, _, _ = self._pop()
                self._dropped[dropped] += 1

    def take(self) -> tuple[Key, list[Buffer]] | None:
        """Remove the oldest message; None if there is none."""
        with self._lock:
            while self._waiting:
                key, parts, _ = self._pop()
                # from before the peer fell behind there may be older values of a stream
                if key not in self._newest or not self._is_outdated(key):
                    return key, parts
                self._dropped[key] += 1
        return None

    def _is_outdated(self, key: Key) -> bool:
        """Tell whether a value that waits is not wanted any more when there is a newer one."""
        return self.congested and key[0] in STREAM_TYPES

    def _pop(self) -> tuple[Key, list[Buffer], int]:
        number, item = self._waiting.popitem(last=False)
        self._bytes -= item[2]
        if self._newest[item[0]] == number:
            del self._newest[item[0]]
        return item


class Peer:
    """
    The other end of one connection.

    All its methods but `send` and `post` belong to the network thread.
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
        self._pieces: deque[memoryview] = deque()
        self._complaints: dict[str, float] = {}
        self._why_cut_off = ''
        now = time.monotonic()
        self._last_received = now
        self._last_sent = now
        self._unsent_bytes = 0
        self._reading_paused = False
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

    def post(self, outgoing: Outgoing) -> None:
        """
        Let a message wait until the network thread sends it; callable from any thread.

        It is encoded here and not in the network thread, where the checksum of a large image
        would keep all other peers waiting.
        """
        try:
            parts = outgoing.parts(self.version)
        except EncodeError as error:
            self.errors['EncodeError'] += 1
            self.complain('EncodeError', f'not sent: {outgoing.key}: {error}')
        else:
            self.mailbox.put(outgoing.key, parts)

    # -- called by the stream

    def connected(self, stream: Stream) -> None:
        """Start: greet the peer, then let the link know."""
        self._stream = stream
        self.address = stream.address
        if self._settings.header_version == '2':
            # Peers such as PLUS send metadata only to those who have sent some
            greeting = Status(StatusCode.OK, metadata={'igtl_ros2': 'header version 2'})
            self.post(Outgoing(greeting))
        self._link.joined(self)
        self.pump()

    def get_buffer(self, size_hint: int) -> memoryview:
        """Receive into the decoder's memory."""
        return self._decoder.get_buffer(size_hint)

    def buffer_updated(self, size: int) -> None:
        """Take out the messages that are whole now."""
        self._last_received = time.monotonic()
        self._decoder.buffer_updated(size)
        while not self.cut_off:
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
            kind = message.type_name
            if kind not in self.received and len(self.received) >= _MAX_KINDS:
                kind = 'other'
            self.received[kind] += 1
            self._link.received(self, message)

    def writable_again(self) -> None:
        """Go on writing."""
        self._last_sent = time.monotonic()
        self.pump()

    def lost(self, error: Exception | None) -> None:
        """Clean up after the connection is gone."""
        self._stream = None
        self.closed.set()
        why = self._why_cut_off
        if not why:
            why = 'closed by the peer'
            if error is not None:
                why = getattr(error, 'strerror', None) or str(error) or type(error).__name__
            if self._decoder.pending_bytes:
                why += f', {self._decoder.pending_bytes} bytes into a message'
        self._link.left(self, why)

    # -- called by the link

    def pump(self) -> None:
        """Write what waits, as far as the peer takes it."""
        stream = self._stream
        if stream is None:
            return
        messages = written = 0
        while stream.writable:
            if not self._pieces:
                taken = self.mailbox.take()
                if taken is None:
                    break
                (kind, _), parts = taken
                self.sent[kind] += 1
                self._pieces.extend(_pieces(parts))
                messages += 1
            piece = self._pieces.popleft()
            stream.write(piece)
            written += len(piece)
            if written > _TURN_BYTES or messages > _TURN_MESSAGES:
                self._link.network.post(self.pump)
                break
        self.sent_bytes += written
        self.mailbox.congested = not stream.writable

    @property
    def is_idle(self) -> bool:
        """Whether everything that was to be sent has left, or never will."""
        stream = self._stream
        if stream is None:
            return True
        waits = not stream.is_closing and (len(self.mailbox) or self._pieces)
        return not waits and not stream.unsent_bytes

    def check_time_outs(self) -> None:
        """Cut off a peer that stopped in the middle of a message, or does not read."""
        if self._stream is None:
            return
        now = time.monotonic()
        stall, send = self._settings.stall_timeout, self._settings.send_timeout
        pending, unsent = self._decoder.pending_bytes, self._stream.unsent_bytes
        if not unsent or unsent != self._unsent_bytes:
            self._unsent_bytes, self._last_sent = unsent, now
        if stall and pending and not self._reading_paused and now - self._last_received > stall:
            self.disconnect(f'stopped {pending} bytes into a message for {stall:g} s')
        elif send and now - self._last_sent > send:
            self.disconnect(f'did not read for {send:g} s')

    def disconnect(self, why: str) -> None:
        """Close the connection now; what it has received and not handed on yet is lost."""
        self._why_cut_off = self._why_cut_off or why
        if self._stream is not None:
            self._stream.abort()

    @property
    def cut_off(self) -> bool:
        """Whether this side closed the connection."""
        return bool(self._why_cut_off)

    def pause_reading(self) -> None:
        """Let the peer wait until `resume_reading`."""
        self._reading_paused = True
        if self._stream is not None:
            self._stream.pause_reading()

    def resume_reading(self) -> None:
        """Read again."""
        self._reading_paused = False
        self._last_received = time.monotonic()
        if self._stream is not None:
            self._stream.resume_reading()

    def complain(self, kind: str, text: str, error: Exception | None = None) -> None:
        """
        Log a warning, at most one of each kind in 5 s.

        :param error: show its traceback as well.
        """
        now = time.monotonic()
        if now - self._complaints.get(kind, -5.0) >= 5.0:
            self._complaints[kind] = now
            _log.warning('%s: %s', self.address, text, exc_info=error)


def _pieces(parts: list[Buffer]) -> Iterable[memoryview]:
    for part in parts:
        view = memoryview(part)
        for start in range(0, len(view), _PIECE_BYTES):
            yield view[start : start + _PIECE_BYTES]
