"""What all links share: their peers come and go, and it is seen to that they keep the rules."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from ..config import Settings
from ..errors import ConfigError, PeerError
from ..transport.network import Network
from .link_state import log
from .peer import Peer
from .receiving import OnMessage, OnMessages, OnSized, ReceivingLink
from .sending import SendingLink

_HOUSEKEEPING_S = 0.25

OnPeer = Callable[[Peer, bool], None]


class Link(SendingLink, ReceivingLink):
    """
    One end of an OpenIGTLink network: a server with its clients, or a client with its server.

    It never waits: the blocking face (`client.py`, `server.py`) and that for asyncio (`aio.py`)
    do. All its work is done in the network's thread; what other threads may call says so.

    :param settings: see `config.Settings`.
    :param network: where its work is done.
    :param on_message: called with (peer, message) in the network's thread; without it, messages
        wait for `next_item`, and peers wait when too many do.
    :param on_messages: in place of `on_message`: called with (peer, list of messages), those that
        came in one piece, in their order; it must see to it that what goes wrong with one does
        not concern the others.
    :param on_sized: in place of both: as `on_messages`, with (message, its bytes on the wire).
    :param on_peer: called with (peer, True or False) when one joins or leaves.
    """

    def __init__(
        self, settings: Settings, network: Network, *, on_message: OnMessage | None = None,
        on_messages: OnMessages | None = None, on_sized: OnSized | None = None,
        on_peer: OnPeer | None = None,
    ) -> None:
        super().__init__(settings, network)
        #: how often a connection came back
        self.reconnects = 0
        #: connections that were refused
        self.refusals = 0
        given = {'on_message': on_message, 'on_messages': on_messages, 'on_sized': on_sized}
        names = [name for name, callback in given.items() if callback is not None]
        if len(names) > 1:
            raise ConfigError(f'{names[1]}: found together with {names[0]}; allowed one of them')
        self._on_message = on_message
        self._on_messages = on_messages
        self._on_sized = on_sized
        self._on_peer = on_peer
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def state(self) -> str:
        """What it is doing, in a word; for any thread."""
        if self._closed:
            return 'closed'
        return 'failed' if self._failure is not None else 'ended' if self._ended else self._state()

    @property
    def facts(self) -> dict[str, int]:
        """What has been counted besides what peers count; for any thread."""
        return {
            'refused': self.refusals,
            'held no more': self._held.dropped,
            'replaced before received': self._inbox.replaced + self.replaced_in_line,
            'messages not taken': self.not_taken,
            'messages not sent': self.not_sent.total()}

    def _state(self) -> str:
        raise NotImplementedError

    def drop_peers(self, why: str) -> None:
        """Close all connections; a client connects again. For any thread."""
        for peer in self.peers:
            self.network.post(peer.disconnect, why)

    def joined(self, peer: Peer) -> None:
        """Take a new peer in and give it what is held."""
        with self.changed:
            if self.is_over:
                peer.disconnect('this side closed the link')
                return
            self._peers.append(peer)
            self._post_held(peer)
            self._all_kept()
            self._notify()
        self.say('connected', logging.INFO, f'{peer.address}: connected', peer=peer.address)
        self._tell(self._on_peer, peer, True)

    def left(self, peer: Peer, why: str) -> None:
        """Forget a peer whose connection is gone."""
        with self.changed:
            if peer not in self._peers:
                return  # it was refused
            self._peers.remove(peer)
            self._paused.discard(peer)
            self._inbox.forget_latest(peer)
            self._notify()
        unsent = self._drop_unsent(peer)
        self.last_error = f'{peer.address}: {why}'
        if unsent or not self._closed:
            level = logging.WARNING if peer.cut_off or unsent else logging.INFO
            text = f'{peer.address}: disconnected: {why}' + (unsent and f'; {unsent}')
            self.say('disconnected', level, text, peer=peer.address)
        self._tell(self._on_peer, peer, False)

    # -- life

    def give_up(self, failure: PeerError) -> None:
        self.end(failure)
        for task in list(self._tasks):
            task.cancel()
        for peer in self.peers:
            peer.disconnect(str(failure))
        self.add_task(self._stop())

    async def open(self) -> None:
        """
        Start to listen, or to connect.

        :raises PeerError: if an address cannot be listened on.
        """
        self.add_task(self._housekeeping())

    def add_task(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = self.network.loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._task_done)

    def _task_done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error('%s: the link stopped working', self.address, exc_info=error)
            self.end(PeerError(f'{self.address}: internal error: {error!r}'))

    async def _housekeeping(self) -> None:
        while True:
            await asyncio.sleep(_HOUSEKEEPING_S)
            self._keep_house()

    def _keep_house(self) -> None:
        for peer in self.peers:
            peer.check_time_outs()
        self._limit_waiting()
        self._look_at_lag()

    def _limit_waiting(self) -> None:
        """Disconnect the slowest sender of a large message, if too much waits for its rest."""
        waiting = [peer for peer in self.peers if peer.pending_bytes and not peer.cut_off]
        size = sum(peer.pending_bytes for peer in waiting)
        limit = max(self.settings.max_waiting_bytes, self.settings.max_body_bytes)
        while size > limit:
            share = size / len(waiting)  # a peer that has sent less is not the cause
            slowest = min(
                (peer for peer in waiting if peer.pending_bytes >= share),
                key=lambda peer: peer.pending_since)
            pending = slowest.pending_bytes
            slowest.disconnect(
                f'{pending} bytes into a message, and {size} bytes of incomplete ones are too '
                f'much: limits.max_waiting_bytes is {self.settings.max_waiting_bytes}')
            waiting.remove(slowest)
            size -= pending

    async def _stop(self) -> None:
        """Stop what makes new connections; for subclasses."""

    async def shut_down(self, linger_s: float) -> None:
        """
        Close all connections.

        :param linger_s: how long messages that are not sent yet may take to leave.
        """
        self.mark_closed()
        for task in list(self._tasks):
            task.cancel()
        await self._stop()
        until = self.network.loop.time() + linger_s
        while self.network.loop.time() < until and not all(p.is_idle for p in self.peers):
            await asyncio.sleep(0.005)
        peers = self.peers
        for peer in peers:
            peer.disconnect('this side closed the link', linger_s)
        await asyncio.gather(*(peer.closed.wait() for peer in peers))
