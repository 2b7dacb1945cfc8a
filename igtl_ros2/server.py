"""Serve OpenIGTLink to any number of clients."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from .config import Settings
from .config.address import Address, parse_url
from .link import Link, OnMessage, OnPeer
from .peer import Peer
from .transport.tcp import listen, stop_listening

_log = logging.getLogger(__name__)


class Server(Link):
    """
    A TCP server; every client gets every message that is sent.

    :raises PeerError: if the address cannot be listened on.
    """

    def __init__(self, settings: Settings, **callbacks: Any) -> None:
        """Start to listen."""
        super().__init__(settings, **callbacks)
        wanted = Address('tcp', settings.host, settings.port)
        self._listener: asyncio.Server | None = None
        try:
            self._listener, self.address = self.network.run(
                listen(wanted, lambda: Peer(self, settings))
            )
        except BaseException:
            self.close()
            raise
        _log.info('listening on %s', self.address)

    def joined(self, peer: Peer) -> None:
        """Take a new client in, if there is room."""
        if len(self.peers) >= self.settings.max_clients:
            _log.warning('%s: refused, %d clients are connected', peer.address, len(self.peers))
            peer.disconnect('too many clients')
            return
        super().joined(peer)

    async def _stop(self) -> None:
        if self._listener is not None:
            await stop_listening(self._listener)


def serve(
    url: str = 'tcp://127.0.0.1:18944',
    *,
    on_message: OnMessage | None = None,
    on_peer: OnPeer | None = None,
    **settings: Any,
) -> Server:
    """
    Serve OpenIGTLink at an address.

    :param url: such as `tcp://0.0.0.0:18944` for all network interfaces; port 0 takes a free one,
        see `Server.address`.
    :param on_message: see `Link`.
    :param on_peer: see `Link`.
    :param settings: any of `config.Settings`.
    :raises PeerError: if the address cannot be listened on.
    :raises ConfigError: if the URL or a setting is wrong.
    """
    address = parse_url(url)
    values = {**settings, 'mode': 'server', 'host': address.host, 'port': address.port}
    return Server(Settings.from_values(values), on_message=on_message, on_peer=on_peer)
