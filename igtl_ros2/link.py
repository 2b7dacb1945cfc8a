"""What client and server share: the peers of one link, held state, sending and receiving."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Callable, TypeVar

from .codec import Message
from .config import Settings
from .errors import PeerError
from .peer import Outgoing, Peer
from .transport.network import NetworkThread

_HOUSEKEEPING_S = 0.25
_LINGER_S = 0.5
# Asked once and answered once: nothing that a peer who joins later should be told
_NOT_HELD = ('GET_', 'STT_', 'STP_', 'RTS_', 'COMMAND')

_log = logging.getLogger(__name__)
AnyLink = TypeVar('AnyLink', bound='Link')


class Link:
    """
    One end of an OpenIGTLink network: a server with its clients, or a client with its server.

    Sending never blocks. The last message of each type and device is held, and sent to every
    peer that joins later.

    :param settings: see `config.Settings`.
    :param on_message: called with (peer, message) in the network thread; without it, messages
        wait for `receive`, and peers wait when too many do.
    :param on_peer: called with (peer, True or False) in the network thread when one joins, leaves.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        on_message: Callable[[Peer, Message], None] | None = None,
        on_peer: Callable[[Peer, bool], None] | None = None,
    ) -> None:
        """Start the network thread."""
        self.settings = settings
        self.network = NetworkThread()
        self._on_message = on_message
        self._on_peer = on_peer
        self._lock = threading.Lock()
        self._peers: list[Peer] = []
        self._held: dict[tuple[str, str], Outgoing] = {}
        self._wake_posted = False
        self._inbox: deque[tuple[Peer, Message]] = deque()
        self._inbox_changed = threading.Condition()
        self._paused: list[Peer] = []
        self._closed = False
        self._tasks: list[asyncio.Task[None]] = []
        self.network.post(self._start_housekeeping)

    @property
    def peers(self) -> list[Peer]:
        """The peers that are connected now."""
        with self._lock:
            return list(self._peers)

    # -- sending, from any thread

    def send(
        self, message: Message, *, hold: bool | None = None, exclude: Iterable[Peer] = ()
    ) -> None:
        """
        Send a message to all peers.

        :param hold: keep it for peers who join later; left out: yes, unless it is a query.
        :param exclude: peers that shall not get it.
        """
        outgoing = Outgoing(message)
        with self._lock:
            if hold or hold is None and not message.type_name.startswith(_NOT_HELD):
                self._held[outgoing.key] = outgoing
            peers = [peer for peer in self._peers if peer not in exclude]
        self.post_to(peers, outgoing)

    def post_to(self, peers: Iterable[Peer], outgoing: Outgoing) -> None:
        """Put a message into mailboxes and wake the network thread, if it is not awake yet."""
        for peer in peers:
            peer.mailbox.put(outgoing)
        with self._lock:
            wake, self._wake_posted = not self._wake_posted, True
        if wake:
            self.network.post(self._wake)

    def _wake(self) -> None:
        with self._lock:
            self._wake_posted = False
        for peer in self.peers:
            peer.pump()

    # -- receiving

    def receive(self, timeout_s: float | None = None) -> tuple[Peer, Message]:
        """
        Wait for the next message of any peer.

        :raises PeerError: if none arrives in time, or the link is closed.
        """
        with self._inbox_changed:
            if not self._inbox_changed.wait_for(lambda: self._inbox or self._closed, timeout_s):
                raise PeerError(f'no message within {timeout_s} s')
            if not self._inbox:
                raise PeerError('the link is closed')
            item = self._inbox.popleft()
            resume = []
            if self._paused and len(self._inbox) <= self.settings.queue_messages // 2:
                resume, self._paused = self._paused, []
        for peer in resume:
            self.network.post(peer.resume_reading)
        return item

    # -- called by peers, in the network thread

    def joined(self, peer: Peer) -> None:
        """Take a new peer in and give it what is held."""
        with self._lock:
            self._peers.append(peer)
            for outgoing in self._held.values():
                peer.mailbox.put(outgoing)
        _log.info('%s: connected', peer.address)
        self._tell(self._on_peer, peer, True)

    def left(self, peer: Peer, why: str) -> None:
        """Forget a peer whose connection is gone."""
        with self._lock:
            known = peer in self._peers
            if known:
                self._peers.remove(peer)
        if known:
            if not self._closed:
                _log.info('%s: disconnected: %s', peer.address, why)
            self._tell(self._on_peer, peer, False)

    def received(self, peer: Peer, message: Message) -> None:
        """Hand a message on."""
        if self._on_message is not None:
            self._tell(self._on_message, peer, message)
            return
        with self._inbox_changed:
            self._inbox.append((peer, message))
            if len(self._inbox) >= self.settings.queue_messages and peer not in self._paused:
                self._paused.append(peer)
                peer.pause_reading()
            self._inbox_changed.notify()

    def _tell(self, callback: Callable[..., None] | None, peer: Peer, value: Any) -> None:
        """Call back; what goes wrong there must not end the connection of a peer."""
        try:
            if callback is not None:
                callback(peer, value)
        except Exception:
            peer.errors['callback'] += 1
            _log.exception('%s: error while handling %s', peer.address, type(value).__name__)

    # -- life

    def _start_housekeeping(self) -> None:
        self.add_task(self._housekeeping())

    def add_task(self, coroutine: Any) -> None:
        """Run a coroutine in the network thread until the link is closed."""
        self._tasks.append(self.network.loop.create_task(coroutine))

    async def _housekeeping(self) -> None:
        while True:
            await asyncio.sleep(_HOUSEKEEPING_S)
            for peer in self.peers:
                peer.check_time_outs()

    async def _stop(self) -> None:
        """Stop what makes new connections; for subclasses."""

    async def _shut_down(self, linger_s: float) -> None:
        for task in self._tasks:
            task.cancel()
        await self._stop()
        until = self.network.loop.time() + linger_s
        while self.network.loop.time() < until and not all(p.is_idle for p in self.peers):
            await asyncio.sleep(0.005)
        for peer in self.peers:
            peer.disconnect('this side closed the link')
        await asyncio.sleep(0)

    def close(self, linger_s: float = _LINGER_S) -> None:
        """
        Close all connections; calling it twice does no harm.

        :param linger_s: how long messages that are not sent yet may take to leave.
        """
        with self._inbox_changed:
            if self._closed:
                return
            self._closed = True
            self._inbox_changed.notify_all()
        self.network.run(self._shut_down(linger_s))
        self.network.stop()

    def __enter__(self: AnyLink) -> AnyLink:
        """Use it in a with statement."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()
