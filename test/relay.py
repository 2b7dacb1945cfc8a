"""A TCP relay between clients and a server that treats their bytes as a bad network does."""

import asyncio
import math
import random
import socket
import struct
import threading
from dataclasses import dataclass, field

from igtl_ros2.config import Address

_CHUNK_BYTES = 1 << 16
_WAITING_CHUNKS = 64


@dataclass
class Way:
    """One direction through the relay; its numbers may be changed while it runs."""

    #: how long every chunk is under way, and by how much more at most
    delay_s: float = 0.0
    jitter_s: float = 0.0
    #: part of the chunks that is lost: they and all behind them wait for the retransmission
    loss: float = 0.0
    retransmission_s: float = 0.3
    #: 0 for as fast as it can
    bytes_per_s: float = 0.0
    #: what each connection ends with, in turn: so many bytes of this direction, then `cut`,
    #: `reset` or `freeze`; the connections after those of the list are left alone
    ends: list = field(default_factory=list)
    #: bytes that came out at the other end
    carried_bytes: int = 0
    #: chunks that were held up as lost
    lost_chunks: int = 0


class _Ended(Exception):
    """A connection has carried all that it should."""


class _Connection:
    """One client's connection, and that which goes on to the server."""

    def __init__(self, client, number):
        self.client = client
        self.server = socket.socket()
        self.number = number
        #: how it ended, once it has
        self.end = ''


class Relay:
    """
    A relay in a thread of its own; clients connect to `address`.

    :param target: the address of the server.
    :param seed: makes what is left to chance come out the same again.
    """

    def __init__(self, target, seed=1):
        self.target = target
        self.up = Way()
        self.down = Way()
        #: connections so far
        self.connections = 0
        self._random = random.Random(seed)
        self._listener = socket.create_server(('127.0.0.1', 0), backlog=128)
        self._listener.setblocking(False)
        self.address = Address('tcp', *self._listener.getsockname())
        self._tasks = {}
        self._loop = asyncio.new_event_loop()
        # made in this thread, so that the methods below can be called at once
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._done = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name='relay')
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # -- from any thread

    def cut(self):
        """Close all connections in order; later ones are let through."""
        self._call(self._end_all, 'cut')

    def reset(self):
        """End all connections with a TCP reset."""
        self._call(self._end_all, 'reset')

    def freeze(self):
        """Let nothing through any more, and tell nobody: half-open connections."""
        self._call(self._flowing.clear)

    def resume(self):
        """Let through what waits, and all that comes."""
        self._call(self._flowing.set)

    def close(self):
        """End everything."""
        self._call(self._done.set)
        self._thread.join()

    def _call(self, function, *arguments):
        self._loop.call_soon_threadsafe(function, *arguments)

    # -- in the thread

    def _run(self):
        self._loop.run_until_complete(self._main())
        self._loop.close()

    async def _main(self):
        accepting = self._loop.create_task(self._accept())
        await self._done.wait()
        accepting.cancel()
        self._end_all('cut')
        await asyncio.gather(accepting, *self._tasks, return_exceptions=True)
        self._listener.close()

    def _end_all(self, end):
        for task, connection in self._tasks.items():
            if not connection.end:
                connection.end = end
                task.cancel()

    async def _accept(self):
        while True:
            client, _ = await self._loop.sock_accept(self._listener)
            connection = _Connection(client, self.connections)
            self.connections += 1
            task = self._loop.create_task(self._relay(connection))
            self._tasks[task] = connection
            task.add_done_callback(self._closed)

    def _closed(self, task):
        connection = self._tasks.pop(task)
        for sock in (connection.client, connection.server):
            if connection.end == 'reset':
                option = struct.pack('ii', 1, 0)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, option)
            sock.close()

    async def _relay(self, connection):
        ways = []
        try:
            await self._flowing.wait()
            connection.client.setblocking(False)
            connection.server.setblocking(False)
            host_port = self.target.host, self.target.port
            await self._loop.sock_connect(connection.server, host_port)
            for sock in (connection.client, connection.server):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for way, source, sink in (
                (self.up, connection.client, connection.server),
                (self.down, connection.server, connection.client),
            ):
                waiting = asyncio.Queue(_WAITING_CHUNKS)
                ways += [
                    self._loop.create_task(self._take(way, source, waiting)),
                    self._loop.create_task(self._give(way, sink, waiting, connection)),
                ]
            await asyncio.gather(*ways)
        except OSError:
            connection.end = 'reset'  # one side has gone, the other shall hear of it
        except (_Ended, asyncio.CancelledError):
            pass  # as was asked for; closed below
        finally:
            connection.end = connection.end or 'cut'
            for task in ways:
                task.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _take(self, way, source, waiting):
        """Receive, and note when each chunk is due at the other end."""
        due = 0.0
        while True:
            await self._flowing.wait()
            size = min(_CHUNK_BYTES, int(way.bytes_per_s / 50) or _CHUNK_BYTES)
            try:
                data = await self._loop.sock_recv(source, size)
            except OSError:
                data = None
            chance = self._random.random
            due = max(due, self._loop.time() + way.delay_s + way.jitter_s * chance())
            if way.loss and chance() < way.loss:
                way.lost_chunks += 1
                due += way.retransmission_s
            if way.bytes_per_s and data:
                due += len(data) / way.bytes_per_s
            await waiting.put((due, data))
            if not data:
                return

    async def _give(self, way, sink, waiting, connection):
        """Send each chunk when it is due, up to where the connection shall end."""
        left, end = math.inf, ''
        if connection.number < len(way.ends):
            left, end = way.ends[connection.number]
        data = b''
        while True:
            if left == 0:
                left = math.inf
                if end == 'freeze':
                    self._flowing.clear()
                else:
                    connection.end = end
                    raise _Ended
            if not data:
                due, data = await waiting.get()
                while (pause := due - self._loop.time()) > 0:
                    await asyncio.sleep(pause)
            await self._flowing.wait()
            if data is None:
                raise ConnectionResetError  # as it was at the other side
            if not data:
                sink.shutdown(socket.SHUT_WR)
                return
            piece = data[: min(left, len(data))]
            await self._loop.sock_sendall(sink, piece)
            way.carried_bytes += len(piece)
            left -= len(piece)
            data = data[len(piece) :]
