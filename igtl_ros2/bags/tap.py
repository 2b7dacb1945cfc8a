"""A tap on a TCP link: every frame that passes is recorded as it is, whatever is in it."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable

from ..codec import Decoder, Message, encode
from ..config import Address, Settings
from ..errors import DecodeError, PeerError, printable
from ..peers.compat import Compat
from ..transport.network import Network
from ..transport.tcp import Stream, listen, open_stream, stop_listening
from ..transport.tls import Tls
from .frames import FrameRecorder

_BLOCK_BYTES = 1 << 18
_CATCH_UP_S = 0.05

_log = logging.getLogger(__name__)


class _Ear:
    """
    Take a stream of bytes apart into frames, and record them.

    :param what: which way it goes, for the log.
    """

    def __init__(self, tap: Tap, what: str, to_device: bool) -> None:
        # a frame with a wrong checksum was on the line as well
        self.decoder = Decoder(max_body_bytes=tap.settings.max_body_bytes, check_crc=False)
        self._recorder = tap.recorder
        self._now_ns = tap.now_ns
        self._what = what
        self._to_device = to_device
        #: why nothing more is understood
        self.lost = ''

    def buffer_updated(self, size: int) -> None:
        self.decoder.buffer_updated(size)
        self._take(size)

    def feed(self, data: bytes) -> None:
        self.decoder.feed(data)
        self._take(len(data))

    def _take(self, size: int) -> None:
        if self.lost:
            self._recorder.recording.lose('out of step', size)
            return
        time_ns = self._now_ns()
        try:
            while (whole := self.decoder.next_frame()) is not None:
                header, frame = whole
                self._recorder.record(header, bytes(frame), time_ns, to_device=self._to_device)
        except DecodeError as error:
            self.lost = f'{self._what}: {error}'
            pending = self.decoder.pending_bytes
            self._recorder.recording.lose('out of step', pending)
            _log.error('%s: not recorded until the next connection', self.lost)

    def cut_short(self) -> None:
        """Note what came of a frame that will never be whole."""
        pending = self.decoder.pending_bytes
        if pending and not self.lost:
            self._recorder.recording.lose('cut short by the end of a connection', pending)


class Tap:
    """
    What all taps have: a recorder, and what they count.

    Its methods belong to the network's thread.
    """

    def __init__(
        self, recorder: FrameRecorder, settings: Settings, now_ns: Callable[[], int]
    ) -> None:
        self.recorder = recorder
        self.settings = settings
        self.now_ns = now_ns
        self._network = Network()
        self._tls = Tls(settings, None) if settings.protocol == 'tls' else None
        self._streams: set[Stream] = set()
        self._is_stopping = False
        #: whether anybody ever was
        self.was_connected = False
        self._trouble = ''
        #: where it listens, or what it is connected to
        self.address: Address = settings.address

    @property
    def peers(self) -> int:
        return len(self._streams)

    @property
    def why_nothing(self) -> str:
        """Say why nothing may have come."""
        if self.was_connected:
            return 'who was connected sent nothing'
        return self._trouble or f'nobody connected to {self.address}'

    def joined(self, stream: Stream) -> None:
        self.was_connected = True
        self._streams.add(stream)
        _log.info('%s: connected', stream.address)

    def left(self, stream: Stream | None, ear: _Ear, why: str) -> None:
        if not self._is_stopping:
            ear.cut_short()
        if stream is not None:
            self._streams.discard(stream)
            _log.info('%s: disconnected: %s', stream.address, printable(why))

    def hold_up(self, stream: Stream) -> None:
        """Let a peer wait while the disk catches up."""
        if self.recorder.recording.is_behind:
            stream.pause_reading()
            self._network.loop.call_later(_CATCH_UP_S, self._go_on, stream)

    def _go_on(self, stream: Stream) -> None:
        stream.resume_reading()
        self.hold_up(stream)

    async def start(self) -> None:
        """
        Start to connect, or to listen.

        :raises PeerError: if the address cannot be listened on.
        """
        raise NotImplementedError

    async def stop(self) -> None:
        self._is_stopping = True  # the end of a recording: no new connections
        for stream in list(self._streams):
            stream.abort()
        await asyncio.sleep(0)  # so that each is told


class _EndPoint:
    """A connection of which this is one end: it listens, and at most greets."""

    def __init__(self, tap: Tap, greeting: list[Message]) -> None:
        self._tap = tap
        self._greeting = greeting
        self._stream: Stream | None = None
        self._ear = _Ear(tap, 'received', to_device=False)
        self.closed = asyncio.Event()

    def connected(self, stream: Stream) -> None:
        self._stream = stream
        self._tap.joined(stream)
        for message in self._greeting:
            stream.write(memoryview(encode(message)))

    def get_buffer(self, size_hint: int) -> memoryview:
        return self._ear.decoder.get_buffer(size_hint)

    def buffer_updated(self, size: int) -> None:
        assert self._stream is not None  # it brought the bytes
        self._ear.buffer_updated(size)
        if self._ear.lost:
            self._stream.abort()
        else:
            self._tap.hold_up(self._stream)

    def writable_again(self) -> None:
        pass

    def lost(self, error: Exception | None) -> None:
        why = str(error or self._ear.lost or 'closed by the peer')
        self._tap.left(self._stream, self._ear, why)
        self.closed.set()


class ConnectTap(Tap):
    """Connect to a server, and again whenever the connection is lost; record what it sends."""

    _task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = self._network.loop.create_task(self._keep_connected())

    async def _keep_connected(self) -> None:
        settings = self.settings
        delay = settings.reconnect_delay
        said = ''
        while True:
            end = _EndPoint(self, Compat(settings).greeting())
            try:
                await open_stream(settings, end, self._tls)
            except PeerError as error:
                if str(error) != said:
                    said = self._trouble = str(error)
                    _log.warning('%s; trying again until it is there', said)
            else:
                said, delay = '', settings.reconnect_delay
                await end.closed.wait()
            await asyncio.sleep(delay * (1 - settings.reconnect_jitter * random.random()))
            delay = min(settings.reconnect_factor * delay, settings.reconnect_max_delay)

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
        await super().stop()


class ListenTap(Tap):
    """Listen as a server, for devices that are clients; record what they send."""

    _server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server, self.address = await listen(
            self.settings, self._make_sink, self._refused, self._tls)
        _log.info('listening on %s', self.address)

    def _make_sink(self) -> _EndPoint | _RelaySide:
        return _EndPoint(self, [])

    def _refused(self, address: str, why: str) -> None:
        _log.warning('%s: refused: %s', address, printable(why))

    async def stop(self) -> None:
        if self._server is not None:
            await stop_listening(self._server)
        await super().stop()


class _RelaySide:
    """
    One side of a relay: what comes from here goes to the other side untouched, then is recorded.

    :param to_device: whether what comes from here goes to the device.
    """

    def __init__(self, tap: RelayTap, what: str, to_device: bool) -> None:
        self._tap = tap
        self._buffer = memoryview(bytearray(_BLOCK_BYTES))
        self._ear = _Ear(tap, what, to_device)
        self._early = b''
        self.stream: Stream | None = None
        self.other: _RelaySide | None = None
        self.is_lost = False

    def connected(self, stream: Stream) -> None:
        self.stream = stream
        self._tap.joined(stream)
        self._tap.side_connected(self)

    def get_buffer(self, size_hint: int) -> memoryview:
        return self._buffer

    def buffer_updated(self, size: int) -> None:
        data = bytes(self._buffer[:size])
        if self.other is None or self.other.stream is None:
            self._early += data
            self.pause()
        else:
            self.other.send(data)
        self._ear.feed(data)

    def send(self, data: bytes) -> None:
        assert self.stream is not None  # asked before
        self.stream.write(memoryview(data))
        if not self.stream.writable and self.other is not None:
            self.other.pause()

    def send_early(self) -> None:
        """Pass on what came before there was another side."""
        if self._early and self.other is not None:
            self.other.send(self._early)
            self._early = b''

    def pause(self) -> None:
        if self.stream is not None:
            self.stream.pause_reading()

    def resume(self) -> None:
        if self.stream is not None and not self.stream.is_closing:
            self.stream.resume_reading()

    def writable_again(self) -> None:
        if self.other is not None:
            self.other.resume()

    def lost(self, error: Exception | None) -> None:
        self.is_lost = True
        self._tap.left(self.stream, self._ear, str(error or 'closed by the peer'))
        self._tap.side_lost(self)


class RelayTap(ListenTap):
    """
    Listen, and relay between one client and a server; record both ways.

    What passes is never held up for the bag, nor changed.

    :param settings: where to listen.
    :param server: where the server is.
    """

    def __init__(
        self, recorder: FrameRecorder, settings: Settings, server: Settings,
        now_ns: Callable[[], int],
    ) -> None:
        super().__init__(recorder, settings, now_ns)
        self._server_settings = server
        self._server_tls = Tls(server, None) if server.protocol == 'tls' else None
        self._client: _RelaySide | None = None
        self._dialing: asyncio.Task[None] | None = None

    def _make_sink(self) -> _RelaySide:
        return _RelaySide(self, 'from the client', to_device=True)

    def side_connected(self, side: _RelaySide) -> None:
        """Get the other side for a client that has connected."""
        if side.other is not None:
            return  # it is that other side
        assert side.stream is not None  # it has just connected
        if self._client is not None:
            # two clients would be answered by one server each, and the bag could not tell
            _log.warning('%s: refused: a client is connected already', side.stream.address)
            side.stream.abort()
            return
        self._client = side
        self._dialing = self._network.loop.create_task(self._dial(side))

    async def _dial(self, client: _RelaySide) -> None:
        side = _RelaySide(self, 'from the server', to_device=False)
        side.other = client
        try:
            await open_stream(self._server_settings, side, self._server_tls)
        except PeerError as error:
            self._trouble = str(error)
            _log.warning('%s; the client is sent away', error)
            self._client = None
            if client.stream is not None:
                client.stream.close()
            return
        if client.is_lost and side.stream is not None:
            side.stream.close()
            return
        client.other = side
        client.send_early()
        client.resume()

    def side_lost(self, side: _RelaySide) -> None:
        """Close the other side, once all has left that came from here."""
        if side is self._client:
            self._client = None
        other = side.other
        if other is not None and other.stream is not None:
            if other is self._client:
                self._client = None
            other.stream.close()

    async def stop(self) -> None:
        if self._dialing is not None:
            self._dialing.cancel()
        await super().stop()
