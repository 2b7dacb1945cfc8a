"""`igtl relay`: whole frames from a device to any number of clients and back, unchanged or not."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from ..codec import HEADER_SIZE, Header
from ..config import Settings
from ..errors import printable
from ..transport.network import Network
from .relay_ends import End, make_end

# so much may wait before the sender has to wait as well
_FULL_BYTES = 1 << 24
_HOUSEKEEPING_S = 0.25
_BODY_CRC = slice(50, HEADER_SIZE)


class Passed(NamedTuple):
    """A frame that came: which way it goes, its sender, what it is, and what became of it."""

    to_device: bool
    peer: str
    header: Header | None
    size: int
    fate: str  # passed, dropped, corrupted, to nobody, not sent


class Weather:
    """
    What a bad network does to frames; nothing, unless it is told to.

    :param delay_s: how much later each frame goes on.
    :param drop: which part of the frames is lost, 0 to 1.
    :param corrupt: in which part of the frames a byte is another one.
    :param seed: makes what is left to chance come out the same again.
    """

    def __init__(
        self, delay_s: float = 0.0, drop: float = 0.0, corrupt: float = 0.0, seed: int = 0
    ) -> None:
        self.delay_s = delay_s
        self._drop = drop
        self._corrupt = corrupt
        self._random = random.Random(seed)

    def over(self, frame: bytes) -> tuple[bytes | None, str]:
        """Give what is left of a frame, and what became of it."""
        if self._drop and self._random.random() < self._drop:
            return None, 'dropped'
        if self._corrupt and self._random.random() < self._corrupt:
            return self._spoiled(frame), 'corrupted'
        return frame, 'passed'

    def _spoiled(self, frame: bytes) -> bytes:
        """Change a byte of the body, which its checksum shows; of the checksum if it has none."""
        first = HEADER_SIZE if len(frame) > HEADER_SIZE else _BODY_CRC.start
        place = self._random.randrange(first, len(frame))
        changed = bytearray(frame)
        changed[place] ^= self._random.randrange(1, 256)
        return bytes(changed)


class _Way:
    """One direction: frames from one end go to the other, in their order."""

    def __init__(self, relay: Relay, source: End, target: End, to_device: bool) -> None:
        self.source, self.target = source, target
        self._relay = relay
        self._to_device = to_device
        self._delayed: deque[tuple[float, bytes, Passed]] = deque()
        self._delayed_bytes = 0
        self._timer: asyncio.TimerHandle | None = None

    def take(self, peer: str, header: Header | None, frame: bytes) -> None:
        """Pass a frame on."""
        weather = self._relay.weather
        left, fate = (frame, 'passed') if header is None else weather.over(frame)
        passed = Passed(self._to_device, peer, header, len(frame), fate)
        if left is None:
            self._relay.passed(passed)
        elif weather.delay_s:
            due_s = self._relay.network.loop.time() + weather.delay_s
            self._delayed.append((due_s, left, passed))
            self._delayed_bytes += len(left)
            self._wait()
        else:
            self._send(left, passed)
        self.look()

    def _send(self, frame: bytes, passed: Passed) -> None:
        if not self.target.has_peers:
            passed = passed._replace(fate='to nobody')
        elif not self.target.send(frame):
            passed = passed._replace(fate='not sent')
        self._relay.passed(passed)

    def _wait(self) -> None:
        if self._timer is None and self._delayed:
            self._timer = self._relay.network.loop.call_at(self._delayed[0][0], self._go_on)

    def _go_on(self) -> None:
        self._timer = None
        now_s = self._relay.network.loop.time()
        while self._delayed and self._delayed[0][0] <= now_s:
            _, frame, passed = self._delayed.popleft()
            self._delayed_bytes -= len(frame)
            self._send(frame, passed)
        self._wait()
        self.look()

    def look(self) -> None:
        """Let the sender wait while too much waits for the receivers, or none is there yet."""
        waits = self._delayed_bytes + self.target.unsent_bytes > _FULL_BYTES
        self.source.let_wait(waits or self.target.is_coming)


class Relay:
    """
    Whole frames go from a device to all clients, and from each client to the device.

    Its methods belong to the network's thread.

    :param device: the settings of the link to the device.
    :param clients: the settings of the link to the clients.
    :param weather: what happens to frames on their way.
    :param passed: called with each frame that came.
    :param say: called with what is to be printed: peers that came and went.
    """

    def __init__(
        self,
        device: Settings,
        clients: Settings,
        weather: Weather,
        passed: Callable[[Passed], None],
        say: Callable[[str], None],
    ) -> None:
        self.network = Network()
        self.weather = weather
        self.passed = passed
        self._say = say
        self._device = make_end(device, self.network, partial(self._came, 0), self._changed)
        self._clients = make_end(clients, self.network, partial(self._came, 1), self._changed)
        self._ways = (
            _Way(self, self._device, self._clients, to_device=False),
            _Way(self, self._clients, self._device, to_device=True),
        )
        self._housekeeping: asyncio.Task[None] | None = None

    @property
    def addresses(self) -> tuple[str, str]:
        """Where the device is or is waited for, and where clients are waited for."""
        return str(self._device.address), str(self._clients.address)

    async def start(self) -> None:
        """
        Listen; the device is connected to while a client is there.

        :raises PeerError: if an address cannot be listened on.
        """
        await self._clients.start()
        await self._device.start()
        self._changed('')  # over UDP clients may be known from the beginning
        self._housekeeping = self.network.loop.create_task(self._keep_house())

    async def stop(self) -> None:
        """Close all connections, once what was written has left."""
        if self._housekeeping is not None:
            self._housekeeping.cancel()
        await asyncio.gather(self._device.stop(), self._clients.stop())

    def _came(self, way: int, peer: str, header: Header | None, frame: bytes) -> None:
        self._ways[way].take(peer, header, frame)

    def _changed(self, text: str) -> None:
        """Note that somebody came, went or takes bytes again."""
        if text:
            self._say(printable(text))
        self._device.want(self._clients.has_peers)
        for way in self._ways:
            way.look()

    async def _keep_house(self) -> None:
        """Disconnect peers that read no more."""
        while True:
            await asyncio.sleep(_HOUSEKEEPING_S)
            for end in (self._device, self._clients):
                end.keep_house()
