"""A client's side of TCP and TLS: one server, connected again whenever it is lost."""

from __future__ import annotations

import asyncio
import logging
import random
from typing import Any

from ..config import Settings
from ..errors import PeerError
from ..transport.network import Network
from ..transport.tcp import open_stream
from ..transport.tls import Tls
from .link import Link
from .peer import Peer
from .stream_peer import StreamPeer

# A connection that has lasted so long worked: a server that accepts and closes at once does not
_WORKED_S = 1.0


class Dialer(Link):
    """A link to one server that comes back by itself; what is sent meanwhile is held."""

    def __init__(
        self, settings: Settings, network: Network, tls: Tls | None, **callbacks: Any
    ) -> None:
        super().__init__(settings, network, **callbacks)
        self._tls = tls

    def _state(self) -> str:
        return 'connected' if self._peers else 'connecting'

    async def open(self) -> None:
        await super().open()
        self.add_task(self._keep_connected())

    async def _keep_connected(self) -> None:
        settings = self.settings
        clock = self.network.loop.time
        delay = settings.reconnect_delay
        failures = 0
        was_connected = told = False
        while True:
            peer = StreamPeer(self, settings)
            failure: PeerError | None = None
            try:
                await open_stream(settings, peer, self._tls)
            except PeerError as error:
                failure = error
                self.last_error = str(error)
                if not told and settings.reconnect:
                    self.say('trying', logging.WARNING, f'{error}; trying again until it is there')
                    told = True
            else:
                began = clock()
                self.reconnects += was_connected
                was_connected, told = True, False
                await peer.closed.wait()
                if not peer.closed_in_order:
                    failure = PeerError(self.last_error)
                lasted_s = clock() - began
                if lasted_s > settings.reconnect_max_delay:
                    delay = settings.reconnect_delay
                if lasted_s > _WORKED_S:
                    failures = -1  # which is lost; the next attempt is the first one
            failures += 1
            if not settings.reconnect or 0 < settings.reconnect_attempts <= failures:
                if failure is None and settings.reconnect:
                    failure = PeerError(self.last_error)
                if failure is not None:
                    tries = f' after {failures} attempts' if failures > 1 else ''
                    self.say('gave up', logging.WARNING, f'{failure}; gave up{tries}')
                self.end(failure)
                return
            await asyncio.sleep(delay * (1 - settings.reconnect_jitter * random.random()))
            delay = min(settings.reconnect_factor * delay, settings.reconnect_max_delay)

    def joined(self, peer: Peer) -> None:
        self.last_error = ''
        super().joined(peer)
