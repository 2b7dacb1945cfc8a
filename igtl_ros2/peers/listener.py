"""A server's side of TCP and TLS: any number of clients."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from typing import Any

from ..codec.messages.text import Status, StatusCode
from ..config import Settings
from ..config.address import network_of, parse_url, same_host
from ..transport.network import Network
from ..transport.tcp import listen, stop_listening
from ..transport.tls import Tls
from .link import Link
from .peer import Peer
from .stream_peer import StreamPeer

# From so many silent clients of one address on, over half of all, its last ones are disconnected
_CROWD = 8
_SILENT_S = 1.0
# So many refused clients may still be reading why; more are closed without a word
_MAX_FAREWELLS = 32


class Listener(Link):
    """A link that listens; every client gets every message that is sent."""

    def __init__(
        self, settings: Settings, network: Network, tls: Tls | None, **callbacks: Any
    ) -> None:
        super().__init__(settings, network, **callbacks)
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._leaving: set[Peer] = set()

    def _state(self) -> str:
        return 'listening' if self._server is not None else 'opening'

    async def open(self) -> None:
        await super().open()
        self._server, self.address = await listen(
            self.settings, lambda: StreamPeer(self, self.settings), self.refused, self._tls)
        self.say('listening', logging.INFO, f'listening on {self.address}')

    def refused(self, address: str, reason: str) -> None:
        self.refusals += 1
        self.last_error = f'{address}: {reason}'
        self.say('refused', logging.WARNING, f'{address}: refused: {reason}', peer=str(address))

    def joined(self, peer: Peer) -> None:
        why = self._why_not(peer)
        if not why:
            super().joined(peer)
            return
        self.refused(peer.address, why)
        if len(self._leaving) >= _MAX_FAREWELLS:
            peer.disconnect(why)
            return
        self._leaving.add(peer)
        peer.refuse(Status(StatusCode.BUSY, error_name='Busy', message=why), why)

    def _why_not(self, peer: Peer) -> str:
        peers = [other for other in self.peers if not other.cut_off]
        settings = self.settings
        most = settings.max_clients_per_address
        host = same_host(parse_url(peer.address).host)
        if most and [same_host(parse_url(p.address).host) for p in peers].count(host) >= most:
            return f'{most} clients of this address are connected, that is the limit'
        if len(peers) >= settings.max_clients and not self._make_room(peer, peers):
            return f'{settings.max_clients} clients are connected, that is the limit'
        return ''

    def _make_room(self, newcomer: Peer, peers: list[Peer]) -> bool:
        """
        Take a place from the address with most silent clients, for a client of another one.

        A few that only listen are nothing unusual; of many, the last one goes that is there for
        longer than it takes to say something.
        """
        (network, count), = Counter(map(_network, peers)).most_common(1)
        if network == _network(newcomer) or count < _CROWD or 2 * count <= len(peers):
            return False
        now_s = time.monotonic()
        silent = [
            peer for peer in peers
            if _network(peer) == network and not peer.received_bytes
            and now_s - peer.last_received > _SILENT_S]
        if not silent:
            return False
        silent[-1].disconnect(
            f'never sent anything, and {count} of {len(peers)} clients are of its address or '
            f'network: its place is taken by {newcomer.address}')
        return True

    def left(self, peer: Peer, why: str) -> None:
        self._leaving.discard(peer)
        super().left(peer, why)

    async def _stop(self) -> None:
        if self._server is not None:
            await stop_listening(self._server)
        for peer in list(self._leaving):
            peer.disconnect('this side closed the link')


def _network(peer: Peer) -> str:
    return network_of(parse_url(peer.address).host)
