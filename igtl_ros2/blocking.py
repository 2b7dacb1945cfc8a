"""Links for scripts that wait: what `client.py` and `server.py` share."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from .codec import Message
from .config import Settings
from .face import LINGER_S, Face, check_seconds, name_of
from .peers import Peer
from .transport.network import NetworkThread

AnyBlocking = TypeVar('AnyBlocking', bound='Blocking')


async def _nothing_to_close() -> None:
    """Close nothing: the link has closed already."""


class Blocking(Face):
    """
    A link with a network thread of its own; its methods wait, in any other thread.

    :param settings: see `config.Settings`.
    :param callbacks: `on_message`, called with (peer, message) in the network thread (without it,
        messages wait for `receive`, and peers wait when too many do), `on_messages`, called
        with (peer, list of messages), those that came in one piece, or `on_sized`, called with
        (peer, list of messages, each with its bytes on the wire); and `on_peer`, called with
        (peer, True or False) in the network thread when one joins or leaves.
    :raises PeerError: if an address cannot be listened on.
    :raises ConfigError: if the files for TLS do not fit.
    """

    def __init__(self, settings: Settings, **callbacks: Any) -> None:
        self._network = NetworkThread()
        try:
            super().__init__(settings, self._network, **callbacks)
        except BaseException:
            self._network.stop(_nothing_to_close)
            raise
        try:
            self._network.run(self.link.open())
        except BaseException:
            self.close(0.0)
            raise

    def wait_connected(self, timeout_s: float | None = None) -> Peer:
        """
        Wait until a peer is connected, and give the one that has been connected longest.

        :raises PeerTimeoutError: if none connects in time.
        :raises PeerError: if the link is over, or this is a callback, which must not wait.
        """
        check_seconds(timeout_s, 'timeout_s')
        link = self.link
        with link.changed:
            self._wait_for(link.has_peers, timeout_s)
            return link.a_peer(timeout_s)

    def _wait_for(self, is_so: Callable[[], bool], timeout_s: float | None) -> None:
        """Wait, with `changed` held, until something is so, or no longer than that."""
        if timeout_s != 0 and not is_so():
            self._network.refuse_to_wait()
        if timeout_s is not None and timeout_s > threading.TIMEOUT_MAX:
            timeout_s = None  # also for infinity
        self.link.changed.wait_for(is_so, timeout_s)

    def flush(self, timeout_s: float | None = None) -> None:
        """
        Wait until everything that was sent has been written to the network.

        Messages that are held for late joiners are not waited for.

        :raises PeerTimeoutError: if it takes longer.
        :raises PeerError: if it never will, because a peer was lost with some of it or the link is
            closed; or if this is a callback, which must not wait.
        """
        check_seconds(timeout_s, 'timeout_s')
        self._network.run(self.link.flush(timeout_s))

    def close(self, linger_s: float = LINGER_S) -> None:
        """
        Close all connections; calling it twice does no harm.

        In a callback, of this link or of another one, it does not wait for the end; elsewhere for
        5 s besides `linger_s`, then the log says so.

        :param linger_s: how long messages that are not sent yet may take to leave.
        """
        check_seconds(linger_s, 'linger_s', or_none=False)
        self.link.mark_closed()
        self._network.stop(lambda: self.link.shut_down(linger_s), linger_s)

    def __enter__(self: AnyBlocking) -> AnyBlocking:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _receive(
        self, kind: type[Any] | float | None, timeout_s: float | None
    ) -> tuple[Peer, Any]:
        if isinstance(kind, type):
            return self._receive_of(kind, timeout_s)
        timeout_s = timeout_s if kind is None else kind
        check_seconds(timeout_s, 'timeout_s')
        link = self.link
        with link.changed:
            self._wait_for(link.has_news, timeout_s)
            return link.next_item(timeout_s)

    def _receive_of(
        self, kind: str | type[Message], timeout_s: float | None
    ) -> tuple[Peer, Any]:
        check_seconds(timeout_s, 'timeout_s')
        name = name_of(kind)
        link = self.link
        with link.changed:
            link.ask_by_name(name)
            self._wait_for(lambda: link.has_of(name), timeout_s)
            return link.next_of(name, timeout_s)

    def _items(self, duration_s: float | None) -> Iterator[tuple[Peer, Message]]:
        check_seconds(duration_s, 'duration_s')
        link = self.link
        until = None if duration_s is None else time.monotonic() + duration_s
        while True:
            with link.changed:
                left = None if until is None else max(0.0, until - time.monotonic())
                self._wait_for(link.has_news, left)
                if left == 0.0 or not link.has_more():
                    return
                item = link.next_item()
            yield item
