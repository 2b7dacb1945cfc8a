"""One TCP connection, which receives straight into the memory in which a message will live."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import threading
from collections.abc import Callable
from typing import Protocol

from ..config import Settings
from ..config.address import Address
from ..errors import PeerError
from .sockets import is_answering, probe_often, queued_bytes, reason, set_tcp_options

#: how long the peer may take for its part of closing a connection
CLOSE_S = 5.0
_REFUSE_S = 1.0
_WASTE_BYTES = 1 << 16
_TLS_STARTS = (b'\x16\x03', b'\x15\x03')
# where the number of a socket is none of a file
_IS_WINDOWS = os.name == 'nt'


class Sink(Protocol):
    """What takes the bytes of one stream."""

    def connected(self, stream: Stream) -> None:
        """Tell that the stream is open."""

    def get_buffer(self, size_hint: int) -> memoryview:
        """Hand out memory for the next bytes."""

    def buffer_updated(self, size: int) -> None:
        """Tell that so many bytes were written to it."""

    def writable_again(self) -> None:
        """Tell that the stream takes bytes again."""

    def lost(self, error: Exception | None) -> None:
        """Tell that the stream is closed."""


class Stream(asyncio.BufferedProtocol):
    """
    One TCP connection.

    :param make_sink: called when the stream is open.
    :param refused: called with (address, reason) instead, when it never will be.
    :param admit: says why a host is refused; empty: it is not.
    """

    scheme = 'tcp'

    def __init__(
        self,
        settings: Settings,
        make_sink: Callable[[], Sink],
        refused: Callable[[str, str], None],
        admit: Callable[[str], str],
    ) -> None:
        self._settings = settings
        self._make_sink = make_sink
        self._refused = refused
        self._admit = admit
        self._loop = asyncio.get_running_loop()
        self._sink: Sink | None = None
        self._transport: asyncio.Transport | None = None
        self._keeps_up = True
        #: closed by this side, which only waits for the peer to do the same
        self._ending = False
        self._error: PeerError | None = None
        self._timer: asyncio.TimerHandle | None = None
        #: where the very first bytes go
        self._start: memoryview | None = None
        self._received_any = False
        self._is_probed = False
        self.address = ''
        #: held while something is written, in whatever thread; see `write_now`
        self.writing = threading.Lock()
        self._fd = -1
        #: bytes given to the system, or kept for it; with TLS as they are encrypted
        self._written = 0
        #: why `write_now` failed: the system says so only once
        self._write_error: OSError | None = None

    # -- called by asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start."""
        assert isinstance(transport, asyncio.Transport)  # it is what asyncio makes for TCP
        self._transport = transport
        name = transport.get_extra_info('peername')
        host, port = name[:2] if name else ('?', 0)
        self.address = str(Address(self.scheme, host, port))
        why_not = self._admit(host) if name else 'was gone before it was taken up'
        if why_not:
            transport.abort()
            self._refused(self.address, why_not)
            return
        sock = transport.get_extra_info('socket')
        set_tcp_options(sock, self._settings)
        # what waits, waits where newer values can take its place
        transport.set_write_buffer_limits(high=0)
        self._fd = self._plain_fd(sock)
        self._begin()

    def _plain_fd(self, sock: socket.socket) -> int:
        """Give what bytes may be written to as they are; -1 if there is none."""
        return -1 if _IS_WINDOWS else sock.fileno()

    def _begin(self) -> None:
        self._open()

    def _open(self) -> None:
        self._sink = self._make_sink()
        self._sink.connected(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Hand out the sink's memory."""
        if self._ending or self._sink is None:
            return memoryview(bytearray(_WASTE_BYTES))
        buffer = self._sink.get_buffer(sizehint)
        if not self._received_any:
            self._start = buffer
        return buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Pass the bytes on."""
        if self._ending or self._sink is None:
            return
        if self._start is not None:
            start, self._start = bytes(self._start[: min(nbytes, 2)]), None
            self._received_any = True
            if start in _TLS_STARTS:
                self._fail(
                    'speaks TLS, not plain OpenIGTLink: use tls:// on both sides, or tcp://')
                return
        # until the end asyncio calls the sink itself: each piece of every peer comes this way
        vars(self).update(
            get_buffer=self._sink.get_buffer, buffer_updated=self._sink.buffer_updated)
        self._sink.buffer_updated(nbytes)

    def _drop_rest(self) -> None:
        """Pass on no more of what comes."""
        self._ending = True
        for name in ('get_buffer', 'buffer_updated'):
            vars(self).pop(name, None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Pass it on, in words."""
        if exc is not None:
            self._take_rest()
        with self.writing:
            self._fd = -1  # asyncio closes it next, and the system gives the number away again
            first = self._write_error
        # that a peer has closed in good order shows as an error only when something is written
        if exc is not None or not isinstance(first, (BrokenPipeError, ConnectionResetError)):
            exc = first or exc
        self._transport = None
        self._stop_timer()
        error: Exception | None = self._error
        if error is None and not self._ending:
            error = PeerError(reason(exc)) if isinstance(exc, OSError) else exc
        if self._sink is not None:
            self._sink.lost(error)

    def _take_rest(self) -> None:
        """Pass on what had arrived: when writing fails, asyncio closes without reading it."""
        assert self._transport is not None  # it is still open, see `connection_lost`
        sock = self._transport.get_extra_info('socket')
        with socket.fromfd(sock.fileno(), sock.family, sock.type) as rest:
            rest.setblocking(False)
            with contextlib.suppress(OSError):  # nothing more, or the error that is known already
                while size := rest.recv_into(self.get_buffer(-1)):
                    self.buffer_updated(size)

    def pause_writing(self) -> None:
        """Note that the peer does not read as fast as we write."""
        self._keeps_up = False

    def resume_writing(self) -> None:
        """
        Note that it caught up, soon.

        Should what is written next fail, asyncio must have ended what it calls this from: it
        would tell twice that the connection is lost, and fail at the second time.
        """
        self._loop.call_soon(self._go_on)

    def _go_on(self) -> None:
        if self._sink is None or self._transport is None or self.unsent_bytes:
            return
        self._keeps_up = True
        if not self._ending:
            self._sink.writable_again()

    # -- called by the sink

    @property
    def peer_name(self) -> str:
        """Name in the certificate of the peer; empty if it showed none."""
        return next(iter(self.peer_names), '')

    @property
    def peer_names(self) -> tuple[str, ...]:
        """All names in the certificate of the peer."""
        return ()

    @property
    def is_closing(self) -> bool:
        """Whether nothing that is written now would leave any more."""
        return self._ending or self._transport is None or self._transport.is_closing()

    @property
    def writable(self) -> bool:
        """Whether the peer reads as fast as we write."""
        return self._keeps_up and not self.is_closing

    def write(self, data: memoryview) -> None:
        """
        Send bytes, or keep them until the peer takes them: see `writable`.

        asyncio copies what the socket does not take at once, so pieces should be small.
        """
        if self._transport is not None and not self._ending:
            self._written += len(data)
            self._transport.write(data)

    def write_now(self, data: bytes | bytearray | memoryview) -> int:
        """
        Send bytes from any thread, as far as the system takes them at once.

        To be called with `writing` held, and only while there are no unsent bytes: these would
        be overtaken.

        :returns: how many were sent; none if this cannot be done, or not now.
        """
        if self._fd < 0 or self._ending:
            return 0
        try:
            sent = os.write(self._fd, data)
        except BlockingIOError:
            return 0
        except OSError as error:  # asyncio finds out next, but no longer why
            self._write_error = error
            return 0
        self._written += sent
        return sent

    @property
    def unsent_bytes(self) -> int:
        """Bytes that were written and not sent yet; with TLS as they are encrypted."""
        return 0 if self._transport is None else self._transport.get_write_buffer_size()

    def look_at_leaving(self) -> tuple[int, int, int]:
        """
        Count the bytes that have left, those that wait for it, and of the former those under way.

        With TLS as they are encrypted. The system takes some for a peer that does not read. Where
        it does not tell how many of them still wait, they count as having left.
        """
        written, waiting, under_way = self._written, self.unsent_bytes, 0
        if self._transport is not None:
            queued, under_way = queued_bytes(self._transport.get_extra_info('socket'))
            waiting += queued
        return written - waiting, waiting, under_way

    def probe_often(self) -> None:
        """Ask the peer every second for a sign of life, while it says nothing."""
        if self._transport is not None and not self._is_probed:
            self._is_probed = True
            with contextlib.suppress(OSError):  # it may be closed by now
                probe_often(self._transport.get_extra_info('socket'), self._settings)

    @property
    def is_answering(self) -> bool:
        """Whether there was a sign of life lately; see `probe_often`. For any thread."""
        transport = self._transport
        return transport is None or is_answering(transport.get_extra_info('socket'))

    def pause_reading(self) -> None:
        """Let the peer wait: what it sends stays in the network."""
        if self._transport is not None and not self._ending:
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Read again."""
        if self._transport is not None:
            self._transport.resume_reading()

    def close(self) -> None:
        """
        Send what was written, then close.

        What still arrives is dropped. A peer that does not read, or does not close as well,
        is given `CLOSE_S` seconds.
        """
        if not self.is_closing:
            self._end(CLOSE_S)

    def abort(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._drop_rest()
            self._transport.abort()

    # -- ending

    def _fail(self, why: str, within_s: float = CLOSE_S) -> None:
        """End the connection for a reason that the sink is told."""
        self._error = PeerError(why)
        self._end(within_s)

    def _end(self, within_s: float) -> None:
        # Closing a socket at once while the peer sends makes the system throw away what the
        # peer has not read yet: the reason why it is closed
        self._drop_rest()
        self._start_timer(within_s, self.abort)
        if self._transport is not None:
            try:
                self._transport.write_eof()
            except OSError:  # the connection is gone already
                self._transport.abort()
            else:
                self._transport.resume_reading()

    def _start_timer(self, delay_s: float, function: Callable[[], None]) -> None:
        self._stop_timer()
        self._timer = self._loop.call_later(delay_s, function)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _refuse(self, why: str) -> None:
        """End a connection that never became a stream."""
        self._end(_REFUSE_S)
        self._refused(self.address, why)
