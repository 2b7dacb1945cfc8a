"""TCP streams that receive straight into the memory in which a message will live."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from ..config import Address, Settings
from ..errors import PeerError
from .tls import Tls

# A peer whose machine vanished is noticed after 10 + 3 * 5 s of silence, not after two hours
_KEEPALIVE = (('TCP_KEEPIDLE', 10), ('TCP_KEEPINTVL', 5), ('TCP_KEEPCNT', 3))


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
        self._keeps_up = True
        self.address = ''
        self.peer_name = ''

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start."""
        assert isinstance(transport, asyncio.Transport)  # it is what asyncio makes for TCP
        self._transport = transport
        name = transport.get_extra_info('peername') or ('?', 0)
        self.address = str(Address('tcp', name[0], name[1]))
        sock = transport.get_extra_info('socket')
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in _KEEPALIVE:
            if hasattr(socket, option):  # not on every system
                sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
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
        self._sink.lost(exc)

    def pause_writing(self) -> None:
        """Note that the peer does not read as fast as we write."""
        self._keeps_up = False

    def resume_writing(self) -> None:
        """Note that it caught up."""
        self._keeps_up = True
        self._sink.writable_again()

    @property
    def is_closing(self) -> bool:
        """Whether nothing that is written now would leave any more."""
        return self._transport is None or self._transport.is_closing()

    @property
    def writable(self) -> bool:
        """Whether the peer reads as fast as we write."""
        return self._keeps_up and not self.is_closing

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
        """Close when what was written has left."""
        if self._transport is not None:
            self._transport.close()

    def finish(self) -> None:
        """Write no more, and go on reading until the peer closes."""
        if self._transport is not None:
            if self._transport.can_write_eof():
                try:
                    self._transport.write_eof()
                except OSError:  # it is gone already
                    self._transport.abort()
            else:
                self._transport.close()

    def abort(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()


def _reason(error: OSError) -> str:
    # asyncio replaces the system's words by its own
    if error.errno is not None and error.errno > 0:
        return os.strerror(error.errno)
    return error.strerror or str(error)


async def open_stream(settings: Settings, sink: Sink, tls: Tls | None = None) -> Stream:
    """
    Connect to a TCP server.

    :raises PeerError: if that fails or takes longer than `timeout_s`.
    """
    loop = asyncio.get_running_loop()
    address = settings.address
    timeout_s = settings.connect_timeout
    connecting = loop.create_connection(lambda: Stream(sink), address.host, address.port)
    try:
        _, stream = await asyncio.wait_for(connecting, timeout_s)
    except asyncio.TimeoutError as error:
        raise PeerError(f'{address}: no connection within {timeout_s} s') from error
    except OSError as error:
        raise PeerError(f'{address}: {_reason(error)}') from error
    return stream


async def listen(
    settings: Settings,
    make_sink: Callable[[], Sink],
    refused: Callable[[str, str], None],
    tls: Tls | None = None,
) -> tuple[asyncio.Server, Address]:
    """
    Accept TCP connections; port 0 takes any free one.

    :raises PeerError: if the address cannot be listened on.
    """
    loop = asyncio.get_running_loop()
    address = settings.address
    try:
        server = await loop.create_server(
            lambda: Stream(make_sink()), address.host, address.port, backlog=128
        )
    except OSError as error:
        raise PeerError(f'cannot listen on {address}: {_reason(error)}') from error
    host, port = server.sockets[0].getsockname()[:2]
    if address.port == 0 and len(server.sockets) > 1:
        # a name such as localhost with several addresses, and each of them got another port
        server.close()
        return await listen(replace(settings, port=port), make_sink, refused, tls)
    return server, Address('tcp', host, port)


async def stop_listening(server: asyncio.Server) -> None:
    """Accept no more connections; those that are open stay."""
    loop = asyncio.get_running_loop()
    for sock in server.sockets:
        loop.remove_reader(sock.fileno())
    # asyncio loses a connection that it has accepted, but not taken up yet when the server closes
    await asyncio.sleep(0)
    server.close()
