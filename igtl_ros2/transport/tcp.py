"""TCP connections, plain or with TLS: opening them, and waiting for them."""

from __future__ import annotations

import asyncio
import errno
import socket
import weakref
from collections.abc import Callable
from typing import Any

from ..config import Settings
from ..config.address import Address
from ..errors import PeerError
from .handshakes import MAX_HANDSHAKES, Handshakes
from .names import look_up
from .sockets import reason, set_buffers
from .stream import Sink, Stream
from .tls import Tls
from .tls_stream import TlsStream

__all__ = ['Sink', 'Stream', 'listen', 'open_stream', 'stop_listening']

_handshakes: weakref.WeakKeyDictionary[asyncio.Server, Handshakes] = weakref.WeakKeyDictionary()


async def _connect(settings: Settings) -> socket.socket:
    """Connect to the first address of a host that answers; the time is shared among them."""
    loop = asyncio.get_running_loop()
    until = loop.time() + settings.connect_timeout
    errors = []
    found = await look_up(settings.host, settings.port, socket.SOCK_STREAM)
    for place, (family, kind, protocol, _, address) in enumerate(found):
        others = len(found) - place - 1
        share_s = (until - loop.time()) / (others + 1) if others else None
        sock = None
        try:
            sock = socket.socket(family, kind, protocol)
            sock.setblocking(False)
            set_buffers(sock, settings)
            await asyncio.wait_for(loop.sock_connect(sock, address), share_s)
            return sock
        except asyncio.TimeoutError:
            errors.append(OSError(errno.ETIMEDOUT, ''))
            assert sock is not None  # it was waited for
            sock.close()
        except OSError as error:
            errors.append(error)
            if sock is not None:
                sock.close()
        except BaseException:
            if sock is not None:
                sock.close()
            raise
    raise PeerError(f'{settings.address}: {", ".join(dict.fromkeys(map(reason, errors)))}')


async def open_stream(settings: Settings, sink: Sink, tls: Tls | None = None) -> Stream:
    """
    Connect to a TCP server.

    :param settings: where it is, and how the connection shall be.
    :param tls: encrypt it.
    :raises PeerError: if that fails or takes longer than `connect_timeout`.
    """
    loop = asyncio.get_running_loop()
    opened: asyncio.Future[Sink] = loop.create_future()
    address, timeout_s = settings.address, settings.connect_timeout
    until = loop.time() + timeout_s

    def make_sink() -> Sink:
        if not opened.done():
            opened.set_result(sink)
        return sink

    def refused(_: str, why: str) -> None:
        if not opened.done():
            opened.set_exception(PeerError(f'{address}: {why}'))

    def make_stream() -> Stream:
        if tls is None:
            return Stream(settings, make_sink, refused, _anybody)
        left_s = max(0.0, until - loop.time())
        return TlsStream(settings, make_sink, refused, _anybody, tls, left_s, Handshakes(1))

    try:
        sock = await asyncio.wait_for(_connect(settings), timeout_s)
        try:
            _, stream = await loop.create_connection(make_stream, sock=sock)
        except BaseException:
            sock.close()
            raise
    except asyncio.TimeoutError as error:
        raise PeerError(f'{address}: no connection within {timeout_s} s') from error
    except OSError as error:
        raise PeerError(f'{address}: {reason(error)}') from error
    try:
        await opened
    except asyncio.CancelledError:
        stream.abort()
        raise
    return stream


def _anybody(host: str) -> str:
    return ''


#: free ports that are tried until one is free at all addresses of a name
_SAME_PORT_TRIES = 10


async def listen(
    settings: Settings, make_sink: Callable[[], Sink], refused: Callable[[str, str], None],
    tls: Tls | None = None,
) -> tuple[asyncio.Server, Address]:
    """
    Accept TCP connections; port 0 takes any free one.

    :param make_sink: called for each connection.
    :param refused: called with (address, reason) for each that never became a stream: from where
        none is allowed, or without a good TLS handshake.
    :param tls: encrypt them.
    :raises PeerError: if the address cannot be listened on, or its name not be looked up within
        `connect_timeout`.
    """
    # all may come back in the same moment
    handshakes = Handshakes(max(MAX_HANDSHAKES, settings.max_clients))
    loop = asyncio.get_running_loop()

    def admit(host: str) -> str:
        if not settings.allows(host):
            return 'its address is not among those allowed (allow)'
        return handshakes.why_not(host, loop.time()) if tls is not None else ''

    def make_stream() -> Stream:
        if tls is None:
            return Stream(settings, make_sink, refused, admit)
        return TlsStream(settings, make_sink, refused, admit, tls,
                         settings.connect_timeout, handshakes)

    server = await _listen(settings, settings.port, make_stream)
    host, port = server.sockets[0].getsockname()[:2]
    if settings.port == 0 and len(server.sockets) > 1:
        # a name such as localhost with several addresses, and each of them got another port
        for left in reversed(range(_SAME_PORT_TRIES)):
            server.close()
            try:
                server = await _listen(settings, port, make_stream)
                break
            except PeerError:  # somebody else may have it at another address
                if not left:
                    raise
                server = await _listen(settings, 0, make_stream)
                port = server.sockets[0].getsockname()[1]
    _handshakes[server] = handshakes
    return server, settings.address._replace(host=host, port=port)


async def _listen(
    settings: Settings, port: int, make_stream: Callable[[], Stream]
) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    address = settings.address._replace(port=port)
    server = None
    try:
        found = await asyncio.wait_for(
            look_up(settings.host, port, socket.SOCK_STREAM), settings.connect_timeout)
        hosts = list(dict.fromkeys(map(_number, found)))
        server = await loop.create_server(
            make_stream, hosts, port, backlog=128, start_serving=False)
        for sock in server.sockets:
            set_buffers(sock, settings)  # each connection gets those of the listening socket
        await server.start_serving()
    except asyncio.TimeoutError as error:
        timeout_s = settings.connect_timeout
        raise PeerError(
            f'cannot listen on {address}: the name was not found within {timeout_s} s') from error
    except OSError as error:
        if server is not None:
            server.close()
        raise PeerError(f'cannot listen on {address}: {reason(error)}') from error
    return server


def _number(entry: tuple[Any, ...]) -> str:
    """Give the host of what was looked up, with the interface that a local address is of."""
    host, _, *more = entry[4]
    return f'{host}%{more[1]}' if more and more[1] and '%' not in host else host


async def stop_listening(server: asyncio.Server) -> None:
    """Accept no more connections; those that are open stay, those in the handshake do not."""
    loop = asyncio.get_running_loop()
    for sock in server.sockets:
        loop.remove_reader(sock.fileno())
    # asyncio loses a connection that it has accepted, but not taken up yet when the server closes
    await asyncio.sleep(0)
    server.close()
    handshakes = _handshakes.pop(server, None)
    for stream in handshakes.clear() if handshakes is not None else ():
        stream.abort()
