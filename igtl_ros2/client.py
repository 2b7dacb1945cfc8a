"""Connect to an OpenIGTLink server, and connect again whenever the connection is lost."""

from __future__ import annotations

import asyncio
import logging
import random
import threading
from collections.abc import Iterator
from typing import Any

from .codec import Message
from .config import Settings
from .errors import PeerError
from .link import Link
from .peer import Peer
from .transport.address import Address, parse_url
from .transport.tcp import open_stream

_log = logging.getLogger(__name__)


class Client(Link):
    """
    A connection to a server that comes back by itself.

    Use `connect` to make one and wait for the connection; made directly, it
    connects in the background. What is sent meanwhile is held.
    """

    def __init__(self, settings: Settings, **callbacks: Any) -> None:
        """Start connecting."""
        super().__init__(settings, **callbacks)
        self.address = Address('tcp', settings.host, settings.port)
        self.reconnects = 0
        self.last_error = ''
        self._up = threading.Event()
        self.network.post(self._start)

    def _start(self) -> None:
        self.add_task(self._keep_connected())

    async def _keep_connected(self) -> None:
        delay = self.settings.reconnect_delay
        told = False
        while True:
            peer = Peer(self, self.settings)
            try:
                await open_stream(self.address, peer, self.settings.connect_timeout or None)
            except PeerError as error:
                self.last_error = str(error)
                if not told:
                    _log.warning('%s; trying again until it is there', error)
                    told = True
            else:
                delay, told = self.settings.reconnect_delay, False
                await peer.closed.wait()
            self.reconnects += 1
            # spread out, so that many clients do not all come back in the same moment
            await asyncio.sleep(delay * random.uniform(0.75, 1.25))
            delay = min(2 * delay, self.settings.reconnect_max_delay)

    def joined(self, peer: Peer) -> None:
        """Note that the server is there."""
        super().joined(peer)
        self._up.set()

    def left(self, peer: Peer, why: str) -> None:
        """Note that it is gone."""
        self._up.clear()
        self.last_error = f'{peer.address}: {why}'
        super().left(peer, why)

    def wait_connected(self, timeout_s: float | None = None) -> None:
        """
        Wait until the server is connected.

        :raises PeerError: if it is not in time.
        """
        if not self._up.wait(timeout_s):
            raise PeerError(self.last_error or f'{self.address}: no connection in {timeout_s} s')

    def __iter__(self) -> Iterator[Message]:
        """Give the messages as they arrive, until the link is closed."""
        while not self._closed:
            try:
                yield self.receive()[1]
            except PeerError:
                return


def connect(url: str, *, timeout_s: float = 5.0, **settings: Any) -> Client:
    """
    Connect to an OpenIGTLink server.

    :param url: such as `tcp://192.168.0.10:18944`.
    :param timeout_s: how long to wait for the first connection.
    :param settings: any of `config.Settings`, and `on_message`, `on_peer` of `Link`.
    :raises PeerError: if there is no connection in time.
    :raises ConfigError: if the URL or a setting is wrong.
    """
    address = parse_url(url)
    callbacks = {name: settings.pop(name) for name in ('on_message', 'on_peer') if name in settings}
    values = {**settings, 'mode': 'client', 'host': address.host, 'port': address.port}
    client = Client(Settings.from_values(values), **callbacks)
    try:
        client.wait_connected(timeout_s)
    except PeerError:
        client.close()
        raise
    return client
