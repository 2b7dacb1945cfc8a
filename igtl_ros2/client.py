"""Connect to an OpenIGTLink server, and connect again whenever the connection is lost."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Iterator
from typing import Any

from .codec import Message
from .config import Settings
from .config.address import Address, parse_url
from .errors import PeerError
from .link import Link, OnMessage, OnPeer
from .peer import Peer
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
        #: how often the connection came back
        self.reconnects = 0
        self.last_error = ''
        self.network.post(self._start)

    def _start(self) -> None:
        self.add_task(self._keep_connected())

    async def _keep_connected(self) -> None:
        settings = self.settings
        clock = self.network.loop.time
        delay = settings.reconnect_delay
        told = was_connected = False
        while not self._closed:
            began = clock()
            peer = Peer(self, settings)
            try:
                await open_stream(self.address, peer, settings.connect_timeout)
            except PeerError as error:
                self.last_error = str(error)
                if not told:
                    _log.warning('%s; trying again until it is there', error)
                    told = True
            else:
                self.reconnects += was_connected
                was_connected, told = True, False
                await peer.closed.wait()
                # A server that accepts and closes at once is as good as none
                if clock() - began > settings.reconnect_max_delay:
                    delay = settings.reconnect_delay
            # spread out, so that many clients do not all come back in the same moment
            await asyncio.sleep(delay * random.uniform(0.75, 1.0))
            delay = min(2 * delay, settings.reconnect_max_delay)

    def left(self, peer: Peer, why: str) -> None:
        """Note why the server is gone."""
        self.last_error = f'{peer.address}: {why}'
        super().left(peer, why)

    def wait_connected(self, timeout_s: float | None = None) -> None:
        """
        Wait until the server is connected.

        :raises PeerError: if it is not in time, or the link is closed.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._peers or self._closed, timeout_s)
            if self._closed:
                raise PeerError('the link is closed')
            if not self._peers:
                nothing = f'{self.address}: no connection within {timeout_s} s'
                raise PeerError(self.last_error or nothing)

    def __iter__(self) -> Iterator[Message]:
        """Give the messages as they arrive, until the link is closed."""
        while not self._closed:
            try:
                yield self.receive()[1]
            except PeerError:
                return


def connect(
    url: str,
    *,
    timeout_s: float = 5.0,
    on_message: OnMessage | None = None,
    on_peer: OnPeer | None = None,
    **settings: Any,
) -> Client:
    """
    Connect to an OpenIGTLink server.

    :param url: such as `tcp://192.168.0.10:18944`.
    :param timeout_s: how long to wait for the first connection.
    :param on_message: see `Link`.
    :param on_peer: see `Link`.
    :param settings: any of `config.Settings`.
    :raises PeerError: if there is no connection in time.
    :raises ConfigError: if the URL or a setting is wrong.
    """
    address = parse_url(url)
    values = {**settings, 'mode': 'client', 'host': address.host, 'port': address.port}
    client = Client(Settings.from_values(values), on_message=on_message, on_peer=on_peer)
    try:
        client.wait_connected(timeout_s)
    except BaseException:
        client.close()
        raise
    return client
