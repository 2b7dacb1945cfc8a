"""`connect` and `serve` for asyncio: the same links, in the event loop that runs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Generator
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from .codec import Message
from .config import Settings
from .face import LINGER_S, ClientFace, Face, M, ServerFace, check_seconds, name_of, settings_for
from .peers import Outgoing, Peer
from .peers.inbox import Inbox
from .transport.network import Network

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .config.options import (
        ClientOptions,
        DatagramClientOptions,
        DatagramServerOptions,
        ServerOptions,
    )
    from .transport.tls import SSLContext

#: or coroutine functions
OnMessage = Callable[[Peer, Message], object]
OnPeer = Callable[[Peer, bool], object]

AnyAsync = TypeVar('AnyAsync', bound='Async')
AnyFace = TypeVar('AnyFace', bound='Client | Server')


class _Handling:
    """
    Calls a coroutine function with one message after the other, in a task while there are any.

    What comes meanwhile waits as it would for `receive`: of streams the newest value, of all else
    as much as the limits allow.
    """

    def __init__(self, face: Async, handler: Callable[[Peer, Any], Any]) -> None:
        self.handler = handler
        self._face = face
        self._inbox: Inbox | None = None
        self._task: asyncio.Task[None] | None = None
        self._others: set[asyncio.Future[None]] = set()

    def __repr__(self) -> str:
        return repr(self.handler)

    def start(self, peer: Peer, value: Any) -> None:
        """Call it soon; what is no message, as for `on_peer`, does not wait in line."""
        if isinstance(value, Message):
            self._put(peer, value)
        else:
            task = asyncio.ensure_future(self._face.run_handler(self.handler, peer, value))
            self._others.add(task)
            task.add_done_callback(self._others.discard)

    def _put(self, peer: Peer, message: Message) -> None:
        link = self._face.link
        inbox = self._inbox
        if inbox is None:
            inbox = self._inbox = Inbox(link.settings)
        before = inbox.replaced
        now_s = time.monotonic()
        dropped = []
        if not inbox.put(peer, message, Outgoing(message).size(), now_s):
            dropped = [(message.type_name, message.device_name)]
        dropped += inbox.drop_over()
        link.replaced_in_line += inbox.replaced - before
        for kind, device in dropped:
            link.count_not_taken(peer, kind, device)
        if self._task is None:
            self._task = asyncio.ensure_future(self._handle_all(inbox))

    async def _handle_all(self, inbox: Inbox) -> None:
        try:
            while len(inbox):
                await self._face.run_handler(self.handler, *inbox.take())
        finally:
            self._task = None

    def stop(self) -> None:
        """Handle no more messages; what is just being handled is cancelled."""
        if self._inbox is not None:
            self._face.link.not_taken += self._inbox.take_all()
        if self._task is not None and self._task is not asyncio.current_task():
            self._task.cancel()


class Async(Face):
    """A link in the event loop that runs; its methods wait as coroutines."""

    def __init__(self, settings: Settings, **callbacks: Any) -> None:
        self._handlers: list[_Handling] = []
        super().__init__(settings, Network(), **callbacks)
        self._waiting: set[asyncio.Future[None]] = set()
        self.link.on_change = self._wake

    def _wake(self) -> None:
        for future in self._waiting:
            if not future.done():
                future.set_result(None)

    async def _wait_for(self, is_so: Callable[[], bool], timeout_s: float | None) -> None:
        """Wait until something is so, or no longer than that."""
        loop = self.link.network.loop
        until = None if timeout_s is None else loop.time() + timeout_s
        while not is_so():
            left = None if until is None else until - loop.time()
            if left is not None and left <= 0:
                return
            future = loop.create_future()
            self._waiting.add(future)
            try:
                await asyncio.wait([future], timeout=left)
            finally:
                self._waiting.discard(future)

    def _task_of(self, handler: Callable[[Peer, Any], Any]) -> Callable[[Peer, Any], Any]:
        """Make what calls a coroutine function, the same for the same function."""
        for known in self._handlers:
            if known.handler == handler:
                return known.start
        self._handlers.append(_Handling(self, handler))
        return self._handlers[-1].start

    async def run_handler(self, handler: Callable[..., Any], peer: Peer, message: Message) -> None:
        try:
            await handler(peer, message)
        except Exception as error:
            self.link.callback_failed(handler, peer, error)

    async def wait_connected(self, timeout_s: float | None = None) -> Peer:
        """
        Wait until a peer is connected, and give the one that has been connected longest.

        :raises PeerTimeoutError: if none connects in time.
        :raises PeerError: if the link is over.
        """
        check_seconds(timeout_s, 'timeout_s')
        await self._wait_for(self.link.has_peers, timeout_s)
        return self.link.a_peer(timeout_s)

    async def flush(self, timeout_s: float | None = None) -> None:
        """
        Wait until everything that was sent has been written to the network.

        Messages that are held for late joiners are not waited for.

        :raises PeerTimeoutError: if it takes longer.
        :raises PeerError: if it never will, because a peer was lost with some of it or the link is
            closed.
        """
        check_seconds(timeout_s, 'timeout_s')
        await self.link.flush(timeout_s)

    async def close(self, linger_s: float = LINGER_S) -> None:
        """
        Close all connections; calling it twice does no harm.

        :param linger_s: how long messages that are not sent yet may take to leave.
        """
        check_seconds(linger_s, 'linger_s', or_none=False)
        await self.link.shut_down(linger_s)
        for handler in self._handlers:
            handler.stop()
        await asyncio.sleep(0)  # in which they end

    async def __aenter__(self: AnyAsync) -> AnyAsync:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _receive(
        self, kind: type[Any] | float | None, timeout_s: float | None
    ) -> tuple[Peer, Any]:
        if isinstance(kind, type):
            return await self._receive_of(kind, timeout_s)
        timeout_s = timeout_s if kind is None else kind
        check_seconds(timeout_s, 'timeout_s')
        await self._wait_for(self.link.has_news, timeout_s)
        return self.link.next_item(timeout_s)

    async def _receive_of(
        self, kind: str | type[Message], timeout_s: float | None
    ) -> tuple[Peer, Any]:
        check_seconds(timeout_s, 'timeout_s')
        name = name_of(kind)
        link = self.link
        link.ask_by_name(name)
        await self._wait_for(lambda: link.has_of(name), timeout_s)
        return link.next_of(name, timeout_s)

    async def _items(self, duration_s: float | None) -> AsyncIterator[tuple[Peer, Message]]:
        check_seconds(duration_s, 'duration_s')
        clock = self.link.network.loop.time
        until = None if duration_s is None else clock() + duration_s
        while True:
            left = None if until is None else max(0.0, until - clock())
            await self._wait_for(self.link.has_news, left)
            if left == 0.0 or not self.link.has_more():
                return
            yield self.link.next_item()


class Client(Async, ClientFace):
    """A connection to a server that comes back by itself, see `igtl_ros2.client.Client`."""

    @overload
    async def receive(self, timeout_s: float | None = None) -> Message: ...
    @overload
    async def receive(self, kind: type[M], timeout_s: float | None = None) -> M: ...
    async def receive(  # type: ignore[misc]
        self, kind: type[Any] | float | None = None, timeout_s: float | None = None
    ) -> Any:
        """
        Wait for the next message.

        :param kind: of these alone: a class of messages such as Transform.
        :raises PeerTimeoutError: if none arrives in time.
        :raises PeerError: if the link is closed or gave up.
        """
        return (await self._receive(kind, timeout_s))[1]

    @overload
    async def wait_for(self, kind: str, timeout_s: float | None = None) -> Message: ...
    @overload
    async def wait_for(self, kind: type[M], timeout_s: float | None = None) -> M: ...
    async def wait_for(self, kind: str | type[Any], timeout_s: float | None = None) -> Any:
        """
        Wait for a message of a device or type: the next one that nobody has taken yet.

        :param kind: name of a device, name of a type such as TRANSFORM, or a class such as
            Transform.
        :raises PeerTimeoutError: if none arrives in time.
        :raises PeerError: if the link is closed or gave up.
        """
        return (await self._receive_of(kind, timeout_s))[1]

    async def messages(self, duration_s: float | None = None) -> AsyncIterator[Message]:
        """
        Give the messages as they arrive, until the link is closed or the server ended it.

        :param duration_s: end after so long in any case; None for never.
        :raises PeerError: if the link gave up, see `Settings.reconnect`.
        """
        async for _, message in self._items(duration_s):
            yield message

    def __aiter__(self) -> AsyncIterator[Message]:
        return self.messages()


class Server(Async, ServerFace):
    """A server; every client gets every message that is sent."""

    @overload
    async def receive(self, timeout_s: float | None = None) -> tuple[Peer, Message]: ...
    @overload
    async def receive(self, kind: type[M], timeout_s: float | None = None) -> tuple[Peer, M]: ...
    async def receive(  # type: ignore[misc]
        self, kind: type[Any] | float | None = None, timeout_s: float | None = None
    ) -> tuple[Peer, Any]:
        """
        Wait for the next message of any client.

        :param kind: of these alone: a class of messages such as Transform.
        :raises PeerTimeoutError: if none arrives in time.
        :raises PeerError: if the server is closed.
        """
        return await self._receive(kind, timeout_s)

    @overload
    async def wait_for(
        self, kind: str, timeout_s: float | None = None
    ) -> tuple[Peer, Message]: ...
    @overload
    async def wait_for(self, kind: type[M], timeout_s: float | None = None) -> tuple[Peer, M]: ...
    async def wait_for(
        self, kind: str | type[Any], timeout_s: float | None = None
    ) -> tuple[Peer, Any]:
        """
        Wait for a message of a device or type: the next one that nobody has taken yet.

        :param kind: name of a device, name of a type such as TRANSFORM, or a class such as
            Transform.
        :raises PeerTimeoutError: if none arrives in time.
        :raises PeerError: if the server is closed.
        """
        return await self._receive_of(kind, timeout_s)

    def messages(self, duration_s: float | None = None) -> AsyncIterator[tuple[Peer, Message]]:
        """
        Give (client, message) as they arrive, until the server is closed.

        :param duration_s: end after so long in any case; None for never.
        """
        return self._items(duration_s)

    def __aiter__(self) -> AsyncIterator[tuple[Peer, Message]]:
        return self.messages()


class Opening(Generic[AnyFace]):
    """What `connect` and `serve` give: to be awaited, or to be entered with `async with`."""

    def __init__(self, make: Callable[[], AnyFace], timeout_s: float | None, wait: bool) -> None:
        self._make = make
        self._timeout_s = timeout_s
        self._wait = wait
        self._face: AnyFace | None = None

    async def _open(self) -> AnyFace:
        face = self._make()
        try:
            await face.link.open()
            if self._wait:
                await face.wait_connected(self._timeout_s)
        except BaseException:
            await face.close(0.0)
            raise
        return face

    def __await__(self) -> Generator[Any, None, AnyFace]:
        return self._open().__await__()

    async def __aenter__(self) -> AnyFace:
        self._face = await self._open()
        return self._face

    async def __aexit__(self, *_: object) -> None:
        if self._face is not None:
            await self._face.close()


@overload
def connect(
    url: str, port: int | None = None, *, timeout_s: float | None = 5.0,
    on_message: OnMessage | None = None, on_peer: OnPeer | None = None,
    tls_context: SSLContext | None = None, **settings: Unpack[ClientOptions],
) -> Opening[Client]: ...
@overload
def connect(
    url: str, port: int | None = None, *, timeout_s: float | None = 5.0,
    on_message: OnMessage | None = None, on_peer: OnPeer | None = None,
    **settings: Unpack[DatagramClientOptions],
) -> Opening[Client]: ...
def connect(
    url: str, port: int | None = None, *, timeout_s: float | None = 5.0,
    on_message: OnMessage | None = None, on_peer: OnPeer | None = None,
    tls_context: SSLContext | None = None, **settings: Any,
) -> Opening[Client]:
    """
    Connect to an OpenIGTLink server: `async with connect(url) as peer:`, or `await connect(url)`.

    Parameters and errors are those of `igtl_ros2.connect`; callbacks are called in the event
    loop and must not wait; coroutine functions may, and run as tasks.
    """
    callbacks = {'on_message': on_message, 'on_peer': on_peer, 'tls_context': tls_context}
    check_seconds(timeout_s, 'timeout_s')
    made = settings_for('client', url, port, settings)
    return Opening(lambda: Client(made, **callbacks), timeout_s, wait=True)


@overload
def serve(
    url: str = ..., port: int | None = None, *, on_message: OnMessage | None = None,
    on_peer: OnPeer | None = None, tls_context: SSLContext | None = None,
    **settings: Unpack[ServerOptions],
) -> Opening[Server]: ...
@overload
def serve(
    url: str = ..., port: int | None = None, *, on_message: OnMessage | None = None,
    on_peer: OnPeer | None = None, **settings: Unpack[DatagramServerOptions],
) -> Opening[Server]: ...
def serve(
    url: str = 'tcp://127.0.0.1:18944', port: int | None = None, *,
    on_message: OnMessage | None = None, on_peer: OnPeer | None = None,
    tls_context: SSLContext | None = None, **settings: Any,
) -> Opening[Server]:
    """
    Serve OpenIGTLink: `async with serve(url) as server:`, or `await serve(url)`.

    Parameters and errors are those of `igtl_ros2.serve`; callbacks are called in the event loop
    and must not wait; coroutine functions may, and run as tasks.
    """
    callbacks = {'on_message': on_message, 'on_peer': on_peer, 'tls_context': tls_context}
    made = settings_for('server', url, port, settings)
    return Opening(lambda: Server(made, **callbacks), None, wait=False)
