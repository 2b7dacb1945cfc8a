"""Connect to an OpenIGTLink server, and connect again whenever the connection is lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, overload

from .blocking import Blocking
from .codec import Message
from .face import ClientFace, M, check_seconds, settings_for
from .peers import OnMessage, OnPeer

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .config.options import ClientOptions, DatagramClientOptions
    from .transport.tls import SSLContext


class Client(Blocking, ClientFace):
    """
    A connection to a server that comes back by itself.

    Use `connect` to make one and wait for the connection; made directly, it connects in the
    background. What is sent meanwhile is held.
    """

    @overload
    def receive(self, timeout_s: float | None = None) -> Message: ...
    @overload
    def receive(self, kind: type[M], timeout_s: float | None = None) -> M: ...
    def receive(  # type: ignore[misc]
        self, kind: type[Any] | float | None = None, timeout_s: float | None = None
    ) -> Any:
        """
        Wait for the next message.

        :param kind: of these alone: a class of messages such as Transform.
        :raises PeerTimeoutError: if none arrives in time.
        :raises PeerError: if the link is closed or gave up.
        """
        return self._receive(kind, timeout_s)[1]

    @overload
    def wait_for(self, kind: str, timeout_s: float | None = None) -> Message: ...
    @overload
    def wait_for(self, kind: type[M], timeout_s: float | None = None) -> M: ...
    def wait_for(self, kind: str | type[Any], timeout_s: float | None = None) -> Any:
        """
        Wait for a message of a device or type: the next one that nobody has taken yet.

        :param kind: name of a device, name of a type such as TRANSFORM, or a class such as
            Transform.
        :raises PeerTimeoutError: if none arrives in time.
        :raises PeerError: if the link is closed or gave up.
        """
        return self._receive_of(kind, timeout_s)[1]

    def messages(self, duration_s: float | None = None) -> Iterator[Message]:
        """
        Give the messages as they arrive, until the link is closed or the server ended it.

        :param duration_s: end after so long in any case; None for never.
        :raises PeerError: if the link gave up, see `Settings.reconnect`.
        """
        for _, message in self._items(duration_s):
            yield message

    def __iter__(self) -> Iterator[Message]:
        return self.messages()


@overload
def connect(
    url: str, port: int | None = None, *, timeout_s: float | None = 5.0,
    on_message: OnMessage | None = None, on_peer: OnPeer | None = None,
    tls_context: SSLContext | None = None, **settings: Unpack[ClientOptions],
) -> Client: ...
@overload
def connect(
    url: str, port: int | None = None, *, timeout_s: float | None = 5.0,
    on_message: OnMessage | None = None, on_peer: OnPeer | None = None,
    **settings: Unpack[DatagramClientOptions],
) -> Client: ...
def connect(
    url: str, port: int | None = None, *, timeout_s: float | None = 5.0,
    on_message: OnMessage | None = None, on_peer: OnPeer | None = None,
    tls_context: SSLContext | None = None, **settings: Any,
) -> Client:
    """
    Connect to an OpenIGTLink server.

    :param url: such as `tcp://192.168.0.10:18944`, `tls://...` or `udp://...`; a host, or
        host:port, means tcp.
    :param port: of a host that is given alone; 18944 by default.
    :param timeout_s: how long to wait for the first connection; None for ever.
    :param on_message: called with (peer, message) in the network thread; without it, messages
        wait for `Client.receive`.
    :param on_peer: called with (peer, True or False) when the connection comes and goes.
    :param tls_context: in place of the `tls_...` settings.
    :param settings: any of `config.Settings` that fit the URL.
    :raises PeerError: if there is no connection in time.
    :raises ConfigError: if the URL or a setting is wrong, or they do not fit together.
    """
    check_seconds(timeout_s, 'timeout_s')
    client = Client(
        settings_for('client', url, port, settings), on_message=on_message, on_peer=on_peer,
        tls_context=tls_context)
    try:
        client.wait_connected(timeout_s)
    except BaseException:
        client.close()
        raise
    return client
