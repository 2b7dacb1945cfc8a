"""What client and server share: the peers of one link, held state, sending and receiving."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from types import TracebackType
from typing import Any, TypeVar

from .codec import Message
from .config import Settings
from .errors import PeerError
from .peer import Outgoing, Peer
from .transport.network import NetworkThread

_HOUSEKEEPING_S = 0.25
_LINGER_S = 0.5
# Asked once and answered once: nothing that a peer who joins later should be told
_NOT_HELD = ('GET_', 'STT_', 'STP_', 'RTS_', 'COMMAND', 'QUERY')

_log = logging.getLogger(__name__)
AnyLink = TypeVar('AnyLink', bound='Link')
OnMessage = Callable[[Peer, Message], None]
OnPeer = Callable[[Peer, bool], None]


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
        on_message: OnMessage | None = None,
        on_peer: OnPeer | None = None,
    ) -> None:
        """Start the network thread."""
        self.settings = settings
        self.network = NetworkThread()
        self._on_message = on_message
        self._on_peer = on_peer
        #: guards what follows; whoever waits for a peer or a message waits here
        self._changed = threading.Condition()
        self._peers: list[Peer] = []
        self._held: dict[tuple[str, str], Outgoing] = {}
        self._wake_posted = False
        self._inbox: deque[tuple[Peer, Message]] = deque()
        self._paused: set[Peer] = set()
        self._closed = False
        self._tasks: list[asyncio.Task[None]] = []
        self.network.post(self._start_housekeeping)

    @property
    def peers(self) -> list[Peer]:
        """The peers that are connected now."""
        with self._changed:
            return list(self._peers)

    # -- sending, from any thread

    def send(
        self, message: Message, *, hold: bool | None = None, exclude: Iterable[Peer] = ()
    ) -> None:
        """
        Send a message to all peers.

        A message that cannot be encoded is counted and logged.

        :param hold: keep it for peers who join later; left out: yes, unless it is a query.
        :param exclude: peers that shall not get it.
        """
        outgoing = Outgoing(message)
        excluded = set(exclude)
        with self._changed:
            if hold or hold is None and not message.type_name.startswith(_NOT_HELD):
                self._held[outgoing.key] = outgoing
            peers = [peer for peer in self._peers if peer not in excluded]
        self.post_to(peers, outgoing)

    def post_to(self, peers: Iterable[Peer], outgoing: Outgoing) -> None:
        """Put a message into mailboxes and wake the network thread, if it is not awake yet."""
        for peer in peers:
            peer.post(outgoing)
        with self._changed:
            wake, self._wake_posted = not self._wake_posted, True
        if wake:
            self.network.post(self._wake)

    def _wake(self) -> None:
        with self._changed:
            self._wake_posted = False
        for peer in self.peers:
            peer.pump()

    # -- receiving

    def receive(self, timeout_s: float | None = None) -> tuple[Peer, Message]:
        """
        Wait for the next message of any peer.

        :raises PeerError: if none arrives in time, or the link is closed.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._inbox or self._closed, timeout_s):
                raise PeerError(f'no message within {timeout_s} s')
            if not self._inbox:
                raise PeerError('the link is closed')
            item = self._inbox.popleft()
            resume = self._paused and len(self._inbox) <= self.settings.queue_messages // 2
        if resume:
            self.network.post(self._resume)
        return item

    def _resume(self) -> None:
        with self._changed:
            resumed, self._paused = self._paused, set()
        for peer in resumed:
            peer.resume_reading()

    # -- called by peers, in the network thread

    def joined(self, peer: Peer) -> None:
        """Take a new peer in and give it what is held."""
        with self._changed:
            if self._closed:
                peer.disconnect('this side closed the link')
                return
            self._peers.append(peer)
            for outgoing in self._held.values():
                peer.post(outgoing)
            self._changed.notify_all()
        _log.info('%s: connected', peer.address)
        self._tell(self._on_peer, peer, True)

    def left(self, peer: Peer, why: str) -> None:
        """Forget a peer whose connection is gone."""
        with self._changed:
            if peer not in self._peers:
                return  # it was refused
            self._peers.remove(peer)
            self._paused.discard(peer)
        if not self._closed:
            level = logging.WARNING if peer.cut_off else logging.INFO
            _log.log(level, '%s: disconnected: %s', peer.address, why)
        self._tell(self._on_peer, peer, False)

    def received(self, peer: Peer, message: Message) -> None:
        """Hand a message on."""
        if self._on_message is not None:
            self._tell(self._on_message, peer, message)
            return
        with self._changed:
            self._inbox.append((peer, message))
            if len(self._inbox) >= self.settings.queue_messages:
                self._paused.add(peer)
                peer.pause_reading()
            self._changed.notify_all()

    def _tell(self, callback: Callable[..., None] | None, peer: Peer, value: Any) -> None:
        """Call back; what goes wrong there must not end the connection of a peer."""
        try:
            if callback is not None:
                callback(peer, value)
        except Exception as error:
            peer.errors['callback'] += 1
            peer.complain('callback', f'error in {callback!r}', error)

    # -- life

    def _start_housekeeping(self) -> None:
        self.add_task(self._housekeeping())

    def add_task(self, coroutine: Coroutine[Any, Any, None]) -> None:
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

    def close(self, linger_s: float = _LINGER_S) -> None:
        """
        Close all connections; calling it twice does no harm.

        Called back in the network thread, it does not wait for the end.

        :param linger_s: how long messages that are not sent yet may take to leave.
        """
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self.network.stop(lambda: self._shut_down(linger_s))

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
