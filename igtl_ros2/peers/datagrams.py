"""Links over UDP: no connections, so every sender is a peer, and nothing arrives for certain."""

from __future__ import annotations

import asyncio
import itertools
import logging
import random
import time
from collections import deque
from typing import Any

from ..codec.datagram import (
    MAX_BODY_BYTES,
    MESSAGE_IDS,
    DatagramCounts,
    Reassembler,
    RtpWriter,
    plain_datagram,
)
from ..codec.message import names_of
from ..config import Address, Settings, parse_url
from ..errors import DecodeError, EncodeError, PeerError
from ..transport.network import Network
from ..transport.udp import Datagrams, SocketAddress, find, open_datagrams
from .link import Link
from .outgoing import Outgoing
from .peer import Peer

# Between two turns, so that the receiver, whose buffer is seldom larger than 200 kB, keeps up
_TURN_BYTES = 1 << 16
_TURN_S = 0.001
# Over UDP anybody can send parts of messages under a forged address: less than over TCP
_WAITING_BYTES = 1 << 28
# Senders that are known by nothing but what they send are forgotten after that
_FORGET_S = 60.0


class DatagramPeer(Peer):
    """
    A peer over UDP: it sends us datagrams, or gets ours.

    :param source: the address of its socket.
    :param wanted: whether the user named it. Anybody else can pose as anybody: such a peer gets
        answers only, and no more bytes than came from it.
    """

    _link: DatagramLink

    def __init__(
        self, link: DatagramLink, settings: Settings, source: SocketAddress, wanted: bool
    ) -> None:
        super().__init__(link, settings)
        self._source = source
        self._wanted = wanted
        self._budget = 0
        self._writer = RtpWriter(settings.udp_payload_bytes, random.getrandbits(32))
        self._pieces: deque[bytes] = deque()
        self._turn_posted = False
        #: what had been lost on the link when its last frame of video came
        self.losses = 0, 0
        self.address = str(Address('udp', source[0], source[1]))
        self.gets_all = wanted
        # a peer that takes the RTP frame reads header version 2: there is no other in it
        self.seen_version = 2 if settings.udp_rtp else 0
        self._idle_timeout = 0.0 if wanted else settings.idle_timeout or _FORGET_S

    def post(self, outgoing: Outgoing) -> bool:
        """Let a message wait; in the RTP frame it needs header version 2 and a number."""
        if self._settings.udp_rtp:
            outgoing = outgoing.numbered(self._link.message_ids)
        return super().post(outgoing)

    # -- called by the link

    def take(self, datagram: bytes) -> None:
        self.last_received = time.monotonic()
        self.received_bytes += len(datagram)
        self._budget += len(datagram)

    def pump(self) -> None:
        """Send what waits, in turns."""
        socket = self._link.socket
        if socket is None or self.cut_off or self._turn_posted:
            return
        sent = 0
        while socket.writable:
            if not self._pieces and not self._cut_next():
                break
            datagram = self._pieces.popleft()
            socket.send(datagram, None if socket.remote else self._source)
            sent += len(datagram)
            if sent >= _TURN_BYTES:
                self._turn_posted = True
                self._link.network.loop.call_later(_TURN_S, self._next_turn)
                break
        self.sent_bytes += sent
        self.mailbox.congested = self._turn_posted or not socket.writable

    def _next_turn(self) -> None:
        self._turn_posted = False
        self.pump()

    def _cut_next(self) -> bool:
        while (taken := self.mailbox.take(time.monotonic())) is not None:
            (kind, device), parts = taken
            try:
                if self._settings.udp_rtp:
                    pieces = self._writer.datagrams(parts, time.time())
                else:
                    pieces = [plain_datagram(parts, self._settings.udp_payload_bytes)]
            except EncodeError as error:
                self.errors['EncodeError'] += 1
                self.complain('EncodeError', f'not sent: {kind} {device!r}: {error}')
                continue
            if not self._wanted:
                size = sum(map(len, pieces))
                if size > self._budget:
                    self.errors['not answered'] += 1
                    self.complain(
                        'not answered',
                        f'not sent: {kind} {device!r}: {size} bytes to an address that has sent '
                        f'no more than {self._budget} since the last answer; who shall get more '
                        'stands in udp_targets')
                    continue
                self._budget -= size
            self.sent[kind] += 1
            self._pieces.extend(pieces)
            return True
        return False

    @property
    def is_idle(self) -> bool:
        return self.cut_off or not (len(self.mailbox) or self._pieces)

    def disconnect(self, why: str, linger_s: float = 0.0) -> None:
        if not self.cut_off:
            if not self.is_idle:
                self.lost_unsent = why
            self._why_cut_off = why
            self.closed.set()
            self._link.forget(self, why)

    def take_error(self, error: DecodeError) -> None:
        """Count and log a datagram that could not be read; the next one is another matter."""
        name = self._count_error(error)
        self.complain(name, f'dropped a datagram: {name}: {error}')


class DatagramLink(Link):
    """
    A link over one UDP socket.

    A client has one peer, which it sends to. A server sends to the `udp_targets`; others are peers
    once they have sent a message, for `on_message` to answer.
    """

    def __init__(self, settings: Settings, network: Network, **callbacks: Any) -> None:
        super().__init__(settings, network, **callbacks)
        #: the socket, while it is open
        self.socket: Datagrams | None = None
        self.message_ids = itertools.cycle(MESSAGE_IDS)
        policies = settings.policies()
        self._reassembler = Reassembler(
            max_body_bytes=min(settings.max_body_bytes, MAX_BODY_BYTES),
            max_bytes=min(settings.max_waiting_bytes, _WAITING_BYTES),
            check_crc=settings.check_crc,
            strict=settings.strict,
            max_elements=settings.max_elements,
            # an old pose that arrives late must not take the place of a newer one
            newest_only={
                kind for kind in names_of(lambda cls: cls.is_stream)
                if policies.get(kind) != 'all'
            })
        self._by_source: dict[SocketAddress, DatagramPeer] = {}

    def _state(self) -> str:
        if self.socket is None:
            return 'opening'
        return 'connected' if self.settings.mode == 'client' else 'listening'

    @property
    def counts(self) -> DatagramCounts:
        return self._reassembler.counts

    @property
    def facts(self) -> dict[str, int]:
        counts = self.counts
        return {
            **super().facts,
            'datagrams': counts.datagrams,
            'datagrams refused': sum(dict(counts.refused).values()),
            'datagrams lost': counts.lost,
            'datagrams reordered': counts.reordered,
            'datagrams twice': counts.duplicates,
            'messages incomplete': counts.expired + counts.evicted,
            'messages outdated': counts.outdated}

    async def open(self) -> None:
        """
        Open the socket; look the targets up.

        A client whose server has no address yet tries again in the background.
        """
        await super().open()
        if self.settings.mode == 'client':
            if not await self._connect():
                text = f'{self.last_error}; trying again until it is found'
                self.say('trying', logging.WARNING, text)
                self.add_task(self._keep_looking_up())
            return
        self.socket = socket = await open_datagrams(self.settings, self)
        self.address = socket.address
        self.say('listening', logging.INFO, f'listening on {self.address}')
        for target in self.settings.udp_targets:
            source = await socket.look_up(
                parse_url(f'udp://{target}'), self.settings.connect_timeout)
            if source not in self._by_source:
                self._new_peer(source, wanted=True)

    async def _connect(self) -> bool:
        """Open the socket of a client; false if its server is not found."""
        try:
            found = await find(self.settings)
        except PeerError as error:
            self.last_error = str(error)
            return False
        self.socket = socket = await open_datagrams(self.settings, self, found)
        self.address = socket.address
        assert socket.remote is not None  # a client has one
        self._new_peer(socket.remote, wanted=True)
        return True

    async def _keep_looking_up(self) -> None:
        delay = self.settings.reconnect_delay
        while self.socket is None:
            await asyncio.sleep(delay)
            delay = min(self.settings.reconnect_factor * delay, self.settings.reconnect_max_delay)
            try:
                await self._connect()
            except PeerError as error:
                self.end(error)
                return

    def _new_peer(self, source: SocketAddress, wanted: bool, first: bytes = b'') -> DatagramPeer:
        peer = self._by_source[source] = DatagramPeer(self, self.settings, source, wanted)
        if first:
            peer.take(first)  # what may be answered, as a greeting is
        peer.start()
        return peer

    # -- called by the socket

    def datagram_received(self, data: bytes, source: SocketAddress) -> None:
        """Take in a datagram, and the message that is whole now."""
        peer = self._by_source.get(source)
        if peer is None and not self.settings.allows(source[0]):
            self.refusals += 1
            self.say('refused', logging.WARNING, f'{source[0]}: refused: not in allow')
            return
        if peer is not None:
            peer.take(data)
        try:
            message = self._reassembler.feed(data, source, time.monotonic())
        except DecodeError as error:
            if peer is not None:
                peer.take_error(error)
            else:
                text = f'udp://{source[0]}:{source[1]}: dropped a datagram: {error}'
                self.last_error = text
                self.say('dropped', logging.WARNING, text)
            return
        if message is None:
            return
        if peer is None:
            peer = self._let_in(source, data)
        peer.seen_version = max(peer.seen_version, self._reassembler.seen_version)
        losses = self.counts.lost, self.counts.evicted
        if message.type_name == 'VIDEO' and losses != peer.losses:
            peer.losses = losses
            peer.lose_frames()
        peer.hand_on([message], [self._reassembler.message_bytes])

    def _let_in(self, source: SocketAddress, data: bytes) -> DatagramPeer:
        """Make a peer of the sender of a first message; of too many, one is forgotten."""
        if len(self._by_source) >= self.settings.max_clients:
            oldest = min(
                (peer for peer in self._by_source.values() if not peer.gets_all),
                key=lambda peer: peer.last_received, default=None)
            if oldest is not None:
                oldest.disconnect('others have sent since')
        return self._new_peer(source, wanted=False, first=data)

    def trouble(self, error: OSError) -> None:
        """Note that a datagram did not leave, or found nobody."""
        self.last_error = f'{self.address}: {error.strerror or error}'
        for peer in self._by_source.values():
            if peer.gets_all:
                peer.errors['unreachable'] += 1
                break
        self.say('trouble', logging.WARNING, self.last_error)

    def writable_again(self) -> None:
        for peer in self.peers:
            peer.pump()

    # -- called by peers

    def forget(self, peer: DatagramPeer, why: str) -> None:
        for source, known in list(self._by_source.items()):
            if known is peer:
                del self._by_source[source]
        self.left(peer, why)

    # -- life

    def _keep_house(self) -> None:
        super()._keep_house()
        self._reassembler.expire(time.monotonic())

    def give_up(self, failure: PeerError) -> None:
        super().give_up(failure)
        if self.socket is not None:
            self.socket.close()

    async def shut_down(self, linger_s: float) -> None:
        await super().shut_down(linger_s)
        if self.socket is not None:
            self.socket.close()
