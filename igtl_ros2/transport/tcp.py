"""TCP streams that receive straight into the memory in which a message will live."""

from __future__ import annotations

import asyncio
import socket
from typing import Callable, Protocol

from ..errors import PeerError
from .address import Address


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
    """One TCP connection."""

    def __init__(self, sink: Sink) -> None:
        """Remember where received bytes go."""
        self._sink = sink
        self._transport: asyncio.Transport | None = None
        #: false while the peer does not read as fast as we write, and once closed
        self.writable = False
        self.address = ''

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start."""
        assert isinstance(transport, asyncio.Transport)  # it is what asyncio makes for TCP
        self._transport = transport
        name = transport.get_extra_info('peername') or ('?', 0)
        self.address = str(Address('tcp', name[0], name[1]))
        sock = transport.get_extra_info('socket')
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.writable = True
        self._sink.connected(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Hand out the sink's memory."""
        return self._sink.get_buffer(sizehint)

    def buffer_updated(self, nbytes: int) -> None:
        """Pass the bytes on."""
        self._sink.buffer_updated(nbytes)

    def connection_lost(self, exc: Exception | None) -> None:
        """Pass it on."""
        self._transport = None
        self.writable = False
        self._sink.lost(exc)

    def pause_writing(self) -> None:
        """Note that the peer does not read as fast as we write."""
        self.writable = False

    def resume_writing(self) -> None:
        """Note that it caught up."""
        self.writable = True
        self._sink.writable_again()

    def write(self, data: memoryview) -> None:
        """
        Send bytes, or keep them until the peer takes them: see `writable`.

        asyncio copies what the socket does not take at once, so pieces should be small.
        """
        if self._transport is not None:
            self._transport.write(data)

    @property
    def unsent_bytes(self) -> int:
        """Bytes that were written and not sent yet."""
        return 0 if self._transport is None else self._transport.get_write_buffer_size()

    def pause_reading(self) -> None:
        """Let the peer wait: what it sends stays in the network."""
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Read again."""
        if self._transport is not None:
            self._transport.resume_reading()

    def close(self) -> None:
        """Close after what was written is sent."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()


SinkFactory = Callable[[], Sink]


async def open_stream(address: Address, sink: Sink, timeout_s: float | None) -> Stream:
    """
    Connect to a TCP server.

    :raises PeerError: if that fails or takes longer than `timeout_s`.
    """
    loop = asyncio.get_running_loop()
    connecting = loop.create_connection(lambda: Stream(sink), address.host, address.port)
    try:
        _, stream = await asyncio.wait_for(connecting, timeout_s)
    except asyncio.TimeoutError as error:
        raise PeerError(f'{address}: no connection within {timeout_s} s') from error
    except OSError as error:
        raise PeerError(f'{address}: {error.strerror or error}') from error
    return stream


async def listen(address: Address, make_sink: SinkFactory) -> tuple[asyncio.AbstractServer, Address]:
    """
    Accept TCP connections; port 0 takes any free one.

    :raises PeerError: if the address cannot be listened on.
    """
    loop = asyncio.get_running_loop()
    try:
        server = await loop.create_server(
            lambda: Stream(make_sink()), address.host, address.port, backlog=128
        )
    except (OSError, OverflowError) as error:
        raise PeerError(f'cannot listen on {address}: {error}') from error
    host, port = server.sockets[0].getsockname()[:2]
    return server, Address('tcp', host, port)
