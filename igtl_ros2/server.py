"""Serve OpenIGTLink to any number of clients."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, overload

from .blocking import Blocking
from .codec import Message
from .face import M, ServerFace, settings_for
from .peers import OnMessage, OnPeer, Peer

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .config.options import DatagramServerOptions, ServerOptions
    from .transport.tls import SSLContext


class Server(Blocking, ServerFace):
    """A server; every client gets every message that is sent."""

    @overload
    def receive(self, timeout_s: float | None = None) -> tuple[Peer, Message]: ...
    @overload
    def receive(self, kind: type[M], timeout_s: float | None = None) -> tuple[Peer, M]: ...
    def receive(  # type: ignore[misc]
        self, kind: type[Any] | float | None = None, timeout_s: float | None = None
    ) -> tuple[Peer, Any]:
        """
        Wait for the next message of any client.

        :param kind: of these alone: a class of messages such as Transform.
        :raises PeerTimeoutError: if none arrives in time.
        :raises PeerError: if the server is closed.
        """
        return self._receive(kind, timeout_s)

    @overload
    def wait_for(self, kind: str, timeout_s: float | None = None) -> tuple[Peer, Message]: ...
    @overload
    def wait_for(self, kind: type[M], timeout_s: float | None = None) -> tuple[Peer, M]: ...
    def wait_for(self, kind: str | type[Any], timeout_s: float | None = None) -> tuple[Peer, Any]:
        """
        Wait for a message of a device or type: the next one that nobody has taken yet.

        :param kind: name of a device, name of a type such as TRANSFORM, or a class such as
            Transform.
        :raises PeerTimeoutError: if none arrives in time.
        :raises PeerError: if the server is closed.
        """
        return self._receive_of(kind, timeout_s)

    def messages(self, duration_s: float | None = None) -> Iterator[tuple[Peer, Message]]:
        """
        Give (client, message) as they arrive, until the server is closed.

        :param duration_s: end after so long in any case; None for never.
        """
        return self._items(duration_s)

    def __iter__(self) -> Iterator[tuple[Peer, Message]]:
        return self.messages()


@overload
def serve(
    url: str = ..., port: int | None = None, *, on_message: OnMessage | None = None,
    on_peer: OnPeer | None = None, tls_context: SSLContext | None = None,
    **settings: Unpack[ServerOptions],
) -> Server: ...
@overload
def serve(
    url: str = ..., port: int | None = None, *, on_message: OnMessage | None = None,
    on_peer: OnPeer | None = None, **settings: Unpack[DatagramServerOptions],
) -> Server: ...
def serve(
    url: str = 'tcp://127.0.0.1:18944', port: int | None = None, *,
    on_message: OnMessage | None = None, on_peer: OnPeer | None = None,
    tls_context: SSLContext | None = None, **settings: Any,
) -> Server:
    """
    Serve OpenIGTLink at an address.

    :param url: such as `tcp://0.0.0.0:18944` for all network interfaces, `tls://...` or
        `udp://...`; a host, or host:port, means tcp. Port 0 takes a free one, see
        `Server.address`.
    :param port: of a host that is given alone; 18944 by default.
    :param on_message: called with (client, message) in the network thread; without it, messages
        wait for `Server.receive`.
    :param on_peer: called with (client, True or False) when one joins or leaves.
    :param tls_context: in place of the `tls_...` settings.
    :param settings: any of `config.Settings` that fit the URL.
    :raises PeerError: if the address cannot be listened on.
    :raises ConfigError: if the URL or a setting is wrong, or they do not fit together.
    """
    return Server(
        settings_for('server', url, port, settings), on_message=on_message, on_peer=on_peer,
        tls_context=tls_context)
