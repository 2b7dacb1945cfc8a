"""The two ends of a relay: connections over TCP and TLS, and datagrams over UDP."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator

from ..client import Client
from ..codec import HEADER_SIZE, Header, Message, decode, decode_header, encode
from ..config import Address, Settings
from ..errors import DecodeError, HeaderError, PeerError, TooLargeError
from ..peers import Peer
from ..server import Server
from ..transport.network import Network
from ..transport.tcp import Stream, listen, open_stream, stop_listening
from ..transport.tls import Tls

_BLOCK_BYTES = 1 << 18
_LEAVE_S = 5.0
# a peer that has got all may close as well; many never do
_PART_S = 0.5
OnFrame = Callable[[str, Header | None, bytes], None]
Changed = Callable[[str], None]


class Cutter:
    """Cut bytes into whole frames; what is none goes on as it is, from there on."""

    def __init__(self, max_body_bytes: int) -> None:
        self._max_body_bytes = max_body_bytes
        self._data = bytearray()
        #: why nothing more is cut
        self.lost = ''

    def feed(self, data: bytes | memoryview) -> Iterator[tuple[Header | None, bytes]]:
        """Take in bytes; gives the frames that are whole now, with their headers."""
        self._data += data
        while len(self._data) >= HEADER_SIZE and not self.lost:
            try:
                header = decode_header(self._data)
                if header.body_size > self._max_body_bytes:
                    raise TooLargeError(f'a body of {header.body_size} bytes')
            except (HeaderError, TooLargeError) as error:
                self.lost = str(error)
                break
            size = HEADER_SIZE + header.body_size
            if len(self._data) < size:
                break
            frame = bytes(self._data[:size])
            del self._data[:size]
            yield header, frame
        if self.lost and self._data:
            rest = bytes(self._data)
            self._data.clear()
            yield None, rest


class End:
    """
    One end of a relay: any number of peers that get the same, and whose frames are heard.

    :param on_frame: called with peer, header and bytes of each frame; without a header, bytes
        that are no frame.
    :param changed: called with what is to be told, or nothing, when somebody came, went or takes
        bytes again.
    """

    def __init__(
        self, settings: Settings, network: Network, on_frame: OnFrame, changed: Changed
    ) -> None:
        self.settings = settings
        self.network = network
        self.on_frame = on_frame
        self.changed = changed
        self.address: Address = settings.address

    #: whether a peer will be there soon, so that frames have to wait for it
    is_coming = False

    @property
    def has_peers(self) -> bool:
        """Whether anybody gets what is sent."""
        raise NotImplementedError

    @property
    def unsent_bytes(self) -> int:
        """How many bytes wait for the slowest reader."""
        return 0

    async def start(self) -> None:
        """
        Listen, or get ready to connect.

        :raises PeerError: if the address cannot be listened on.
        """
        raise NotImplementedError

    async def stop(self) -> None:
        """Close all, once what was sent has left."""
        raise NotImplementedError

    def send(self, frame: bytes) -> bool:
        """Send a frame to all peers; false if it cannot be sent, which is told."""
        raise NotImplementedError

    def want(self, wanted: bool) -> None:
        """Note whether anybody wants what comes from here."""

    def let_wait(self, waits: bool) -> None:
        """Read nothing more for now, or read again."""

    def keep_house(self) -> None:
        """Disconnect peers that read no more."""


class _Side:
    """One connection over TCP or TLS."""

    def __init__(self, end: StreamEnd) -> None:
        self._end = end
        self._buffer = memoryview(bytearray(_BLOCK_BYTES))
        self._cutter = Cutter(end.settings.max_body_bytes)
        self._is_told = False
        #: there is one once it is connected
        self.stream: Stream
        self.stuck_since: float | None = None
        self.closed = asyncio.Event()

    def connected(self, stream: Stream) -> None:
        self.stream = stream
        self._end.joined(self)

    def get_buffer(self, size_hint: int) -> memoryview:
        return self._buffer

    def buffer_updated(self, size: int) -> None:
        for header, frame in self._cutter.feed(self._buffer[:size]):
            self._end.on_frame(self.stream.address, header, frame)
        if self._cutter.lost and not self._is_told:
            self._is_told = True
            self._end.changed(f'{self.stream.address}: {self._cutter.lost}; passed on as it is')

    def writable_again(self) -> None:
        self.stuck_since = None
        self._end.changed('')

    def lost(self, error: Exception | None) -> None:
        self.closed.set()
        self._end.left(self, str(error or 'closed by the peer'))


class StreamEnd(End):
    """Connections over TCP or TLS."""

    def __init__(
        self, settings: Settings, network: Network, on_frame: OnFrame, changed: Changed
    ) -> None:
        super().__init__(settings, network, on_frame, changed)
        self._sides: list[_Side] = []
        self._tls = Tls(settings, None) if settings.protocol == 'tls' else None
        self._waits = False

    @property
    def has_peers(self) -> bool:
        return bool(self._sides)

    @property
    def unsent_bytes(self) -> int:
        return max((side.stream.unsent_bytes for side in self._sides), default=0)

    def joined(self, side: _Side) -> None:
        """Take in a connection."""
        self._sides.append(side)
        if self._waits:
            side.stream.pause_reading()
        self.changed(f'{side.stream.address}: connected')

    def left(self, side: _Side, why: str) -> None:
        """Forget a connection."""
        if side in self._sides:
            self._sides.remove(side)
            self.changed(f'{side.stream.address}: disconnected: {why}')

    def send(self, frame: bytes) -> bool:
        view = memoryview(frame)
        for side in self._sides:
            side.stream.write(view)
        return True

    def let_wait(self, waits: bool) -> None:
        if waits == self._waits:
            return
        self._waits = waits
        for side in self._sides:
            if not side.stream.is_closing:
                (side.stream.pause_reading if waits else side.stream.resume_reading)()

    def keep_house(self) -> None:
        now_s, timeout_s = self.network.loop.time(), self.settings.send_timeout
        for side in list(self._sides):
            if not side.stream.unsent_bytes:
                side.stuck_since = None
            elif side.stuck_since is None:
                side.stuck_since = now_s
            elif timeout_s and now_s - side.stuck_since > timeout_s and not side.stream.writable:
                self.changed(f'{side.stream.address}: disconnected: it reads nothing')
                side.stream.abort()

    async def stop(self) -> None:
        sides = list(self._sides)
        for side in sides:
            side.stream.close()
        waiting = {self.network.loop.create_task(side.closed.wait()) for side in sides}
        end_s = self.network.loop.time() + _LEAVE_S
        while waiting and self.network.loop.time() < end_s:
            _, waiting = await asyncio.wait(waiting, timeout=_PART_S)
            if not self.unsent_bytes:
                break
        for task in waiting:
            task.cancel()


class ListenEnd(StreamEnd):
    """Peers that connect to us over TCP or TLS."""

    _server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server, self.address = await listen(
            self.settings, lambda: _Side(self),
            lambda address, why: self.changed(f'{address}: refused: {why}'), self._tls)

    async def stop(self) -> None:
        if self._server is not None:
            await stop_listening(self._server)
        await super().stop()


class DialEnd(StreamEnd):
    """A server that we connect to over TCP or TLS, as long as anybody wants it."""

    _dialing: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Wait until it is wanted."""

    @property
    def is_coming(self) -> bool:  # type: ignore[override]
        return not self._sides

    def want(self, wanted: bool) -> None:
        if wanted and self._dialing is None:
            self._dialing = self.network.loop.create_task(self._keep_connected())
        elif not wanted and self._dialing is not None:
            self._dialing.cancel()
            self._dialing = None
            for side in self._sides:
                side.stream.close()

    async def _keep_connected(self) -> None:
        settings = self.settings
        delay, said = settings.reconnect_delay, ''
        while True:
            side = _Side(self)
            try:
                await open_stream(settings, side, self._tls)
            except PeerError as error:
                if str(error) != said:
                    said = str(error)
                    self.changed(f'{said}; trying again until it is there')
            else:
                said, delay = '', settings.reconnect_delay
                await side.closed.wait()
            await asyncio.sleep(delay * (1 - settings.reconnect_jitter * random.random()))
            delay = min(settings.reconnect_factor * delay, settings.reconnect_max_delay)

    async def stop(self) -> None:
        if self._dialing is not None:
            self._dialing.cancel()
        await super().stop()


class DatagramEnd(End):
    """Peers over UDP, as client or server; a link of its own takes their datagrams apart."""

    _link: Client | Server | None = None
    _trouble = ''

    async def start(self) -> None:
        kind = Server if self.settings.mode == 'server' else Client
        link: Client | Server = await asyncio.to_thread(
            kind, self.settings, on_message=self._on_message, on_peer=self._on_peer)
        self._link, self.address = link, link.address

    def _on_message(self, peer: Peer, message: Message) -> None:
        """Hand a message on; called in the thread of the link."""
        frame = encode(message)
        self.network.post(self.on_frame, peer.address, decode_header(frame), frame)

    def _on_peer(self, peer: Peer, is_there: bool) -> None:
        self.network.post(self.changed, f'{peer.address}: {"is there" if is_there else "is gone"}')

    @property
    def has_peers(self) -> bool:
        return self._link is not None and any(peer.gets_all for peer in self._link.peers)

    def send(self, frame: bytes) -> bool:
        """Send a frame to all peers, if it can be read: else there is nothing to cut it by."""
        assert self._link is not None  # it has peers
        try:
            message = decode(frame)
        except DecodeError as error:
            if str(error) != self._trouble:  # mostly it is the same with the next one
                self._trouble = str(error)
                self.changed(f'{self.address}: not sent: {error}')
            return False
        self._link.send(message, stamp=False, hold=False)
        return True

    async def stop(self) -> None:
        if self._link is not None:
            await asyncio.to_thread(self._link.close)


def make_end(settings: Settings, network: Network, on_frame: OnFrame, changed: Changed) -> End:
    """Make the end that settings ask for."""
    if settings.protocol == 'udp':
        return DatagramEnd(settings, network, on_frame, changed)
    kind = ListenEnd if settings.mode == 'server' else DialEnd
    return kind(settings, network, on_frame, changed)
