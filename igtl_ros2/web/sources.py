"""Where messages come from: links, as they are now."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from ..aio import Client, Server
from ..codec import Message
from ..config import Settings
from ..errors import PeerError, printable
from ..peers import Peer
from .taker import Taker
from .values import Json

_MAX_KINDS = 40
_LINGER_S = 0.5


class LiveLinks:
    """
    The links that are looked at; all of it belongs to the event loop that runs.

    :param settings: of each link.
    """

    #: what a page may ask of it besides
    is_bag = False

    def __init__(self, monitor: Taker, settings: Sequence[Settings]) -> None:
        self._monitor = monitor
        self._settings = settings
        self._links: list[Client | Server] = []
        self._log = _LogLines(monitor, self.now_s)

    def now_s(self) -> float:
        """Tell the time by which ages and rates count."""
        return time.monotonic()

    def wall_ms(self) -> float | None:
        """Tell what the clock says."""
        return time.time() * 1e3

    async def open(self) -> None:
        """
        Open them.

        :raises PeerError: if an address cannot be listened on.
        """
        logging.getLogger('igtl_ros2').addHandler(self._log)
        for number, settings in enumerate(self._settings):
            kind = Client if settings.mode == 'client' else Server
            link = kind(settings, on_sized=partial(self._take, number),
                        on_peer=partial(self._watch, number))
            self._links.append(link)
            self._monitor.addresses[number] = str(link.address)
            await link.link.open()

    def _take(self, number: int, peer: Peer, items: Sequence[tuple[Message, int]]) -> None:
        self._monitor.take(
            number, peer.address, items, self.now_s(), time.time_ns(), peer.last_received)

    def _watch(self, number: int, peer: Peer, is_there: bool) -> None:
        if self._settings[number].mode == 'server' and not is_there:
            self._monitor.forget_peer(number, peer.address)

    async def close(self) -> None:
        """Close them."""
        logging.getLogger('igtl_ros2').removeHandler(self._log)
        for link in self._links:
            await link.close(_LINGER_S)

    def tell(self) -> list[Json]:
        """Tell how they are."""
        return [{
            'name': str(link.address), 'mode': link.settings.mode, 'state': link.state,
            'error': printable(link.last_error), 'reconnects': link.reconnects,
            'facts': link.facts, 'peers': [_peer(peer) for peer in link.peers],
        } for link in self._links]

    def send(self, number: int, message: Message) -> str:
        """
        Send a message over one of them.

        :returns: why that is not possible; empty if it is.
        """
        if not 0 <= number < len(self._links):
            return f'there is no link {number}'
        link = self._links[number]
        if not link.peers:
            return f'{link.address}: nobody is connected'
        refused = [f'{peer.address}: {why}' for peer in link.peers
                   if (why := peer.refusal(message))]
        if len(refused) == len(link.peers):
            return refused[0]
        try:
            link.send(message, hold=False)
        except PeerError as error:
            return str(error)
        return ''

    def steer(self, asked: Any) -> str:
        """Tell that what happens now cannot be stopped or wound."""
        return 'this is no bag'

    def timeline(self) -> Json | None:
        """Tell where in a bag it is: in none."""
        return None

    def overview_since(self, seen: int) -> tuple[int, Json] | None:
        """Tell what is where in a bag: there is none."""
        return None


def _peer(peer: Peer) -> Json:
    trip = peer.round_trip_s
    return {
        'address': peer.address, 'name': peer.name, 'compat': peer.compat,
        'version': peer.seen_version, 'received': dict(peer.received.most_common(_MAX_KINDS)),
        'received_bytes': peer.received_bytes, 'sent': dict(peer.sent.most_common(_MAX_KINDS)),
        'sent_bytes': peer.sent_bytes, 'errors': dict(peer.errors.most_common(_MAX_KINDS)),
        'waiting': len(peer.mailbox), 'pending_bytes': peer.pending_bytes,
        'round_trip_ms': None if trip is None else trip * 1e3,
    }


class _LogLines(logging.Handler):
    """What links say when something is wrong, which they do at a limited rate."""

    def __init__(self, monitor: Taker, now_s: Callable[[], float]) -> None:
        super().__init__(logging.WARNING)
        self._monitor = monitor
        self._now_s = now_s

    def emit(self, record: logging.LogRecord) -> None:
        """Note it for the page."""
        level = 'error' if record.levelno >= logging.ERROR else 'warning'
        self._monitor.note_error(level, printable(record.getMessage()), self._now_s())
