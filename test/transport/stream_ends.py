"""Both ends of connections, for the tests of the transport."""

import asyncio
import contextlib
import os

from igtl_ros2.config import Settings
from igtl_ros2.transport.tcp import listen, open_stream, stop_listening


def settings(mode, url, **more):
    return Settings.from_values({'mode': mode, 'url': url, **more})


class Collect:
    """A sink that keeps what happens."""

    def __init__(self, size=1 << 16):
        self.data = bytearray()
        self.opened = asyncio.Event()
        self.done = asyncio.Event()
        self.more = asyncio.Event()
        self.writable = asyncio.Event()
        self.error = None
        self._buffer = memoryview(bytearray(size))

    def connected(self, stream):
        self.stream = stream
        self.opened.set()

    def get_buffer(self, size_hint):
        return self._buffer

    def buffer_updated(self, size):
        assert not self.done.is_set()
        self.data += self._buffer[:size]
        self.more.set()

    def writable_again(self):
        self.writable.set()

    def lost(self, error):
        assert not self.done.is_set()
        self.error = error
        self.done.set()

    async def until(self, size):
        while len(self.data) < size:
            self.more.clear()
            await asyncio.wait_for(self.more.wait(), 30)


class Listening:
    """A server with what it saw."""

    def __init__(self):
        self.sinks = []
        self.refusals = []
        self.changed = asyncio.Event()

    def make_sink(self):
        self.sinks.append(Collect())
        self.changed.set()
        return self.sinks[-1]

    def refused(self, address, reason):
        self.refusals.append((address, reason))
        self.changed.set()

    async def until(self, condition):
        while not condition(self):
            self.changed.clear()
            await asyncio.wait_for(self.changed.wait(), 30)

    async def sink(self):
        """The one sink, once its client is there."""
        await self.until(lambda it: it.sinks)
        [sink] = self.sinks
        return sink

    async def reason(self):
        """The one reason why the one client was refused."""
        await self.until(lambda it: it.refusals)
        [(_, reason)] = self.refusals
        return reason


@contextlib.asynccontextmanager
async def listening(values, tls=None):
    it = Listening()
    it.server, it.address = await listen(values, it.make_sink, it.refused, tls)
    try:
        yield it
    finally:
        await stop_listening(it.server)
        for sink in it.sinks:
            sink.stream.abort()


async def opened(values, tls=None):
    sink = Collect()
    await asyncio.wait_for(open_stream(values, sink, tls), 30)
    return sink


def descriptors():
    return len(os.listdir('/proc/self/fd'))
