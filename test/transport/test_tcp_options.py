"""Options of TCP connections, who may connect, and how connections end."""

import asyncio
import os
import socket

import pytest
from polling import eventually
from stream_ends import Collect, descriptors, listening, opened, settings

from igtl_ros2.errors import PeerError
from igtl_ros2.transport import names, tcp
from igtl_ros2.transport.tcp import open_stream, stop_listening

SERVER = 'tcp://127.0.0.1:0'


def for_client(address, **more):
    return settings('client', f'tcp://127.0.0.1:{address.port}', **more)


def options(sink, *names):
    """Options of the socket of a stream: (level, name)."""
    sock = sink.stream._transport.get_extra_info('socket')
    return tuple(sock.getsockopt(getattr(socket, level), getattr(socket, name))
                 for level, name in names)


def both_ends(server, client, *names):
    async def run():
        async with listening(settings('server', SERVER, **server)) as there:
            here = await opened(for_client(there.address, **client))
            await there.until(lambda it: it.sinks)
            found = options(there.sinks[0], *names), options(here, *names)
            here.stream.abort()
            return found

    return asyncio.run(run())


def test_nodelay_is_as_set_on_both_ends():
    found = both_ends({'tcp_nodelay': False}, {}, ('IPPROTO_TCP', 'TCP_NODELAY'))
    assert found[0] == (0,) and found[1] != (0,)
    found = both_ends({}, {'tcp_nodelay': False}, ('IPPROTO_TCP', 'TCP_NODELAY'))
    assert found[0] != (0,) and found[1] == (0,)


@pytest.mark.parametrize('silence, wanted', [
    (25.0, (1, 10, 5, 3)), (100, (1, 40, 20, 3)), (0.5, (1, 1, 1, 3)), (7200, (1, 2880, 1440, 3))])
def test_keepalive_finds_out_within_the_time_set(silence, wanted):
    names = (('SOL_SOCKET', 'SO_KEEPALIVE'), ('IPPROTO_TCP', 'TCP_KEEPIDLE'),
             ('IPPROTO_TCP', 'TCP_KEEPINTVL'), ('IPPROTO_TCP', 'TCP_KEEPCNT'))
    set_to = {'tcp_keepalive': silence}
    assert both_ends(set_to, set_to, *names) == (wanted, wanted)


def test_keepalive_can_be_off():
    off = {'tcp_keepalive': 0.0}
    assert both_ends(off, off, ('SOL_SOCKET', 'SO_KEEPALIVE')) == ((0,), (0,))


def test_buffers_are_as_set():
    names = ('SOL_SOCKET', 'SO_SNDBUF'), ('SOL_SOCKET', 'SO_RCVBUF')
    here = {'send_buffer_bytes': 20_000, 'receive_buffer_bytes': 30_000}
    there = {'send_buffer_bytes': 40_000, 'receive_buffer_bytes': 50_000}
    # Linux doubles what it is told, for its own bookkeeping
    assert both_ends(there, here, *names) == ((80_000, 100_000), (40_000, 60_000))


async def test_buffers_are_set_before_the_window_is_agreed_on(monkeypatch):
    order = []

    class Watched(socket.socket):
        def setsockopt(self, level, option, *value):
            if option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
                order.append('buffer')
            super().setsockopt(level, option, *value)

        def listen(self, *args):
            order.append('listen')
            super().listen(*args)

        def connect(self, address):
            order.append('connect')
            super().connect(address)
    monkeypatch.setattr(socket, 'socket', Watched)
    buffers = {'send_buffer_bytes': 20_000, 'receive_buffer_bytes': 30_000}
    async with listening(settings('server', SERVER, **buffers)) as there:
        here = await opened(for_client(there.address, **buffers))
        here.stream.abort()
    monkeypatch.undo()
    kept = [what for what, before in zip(order, [None, *order]) if what != before]
    assert kept == ['buffer', 'listen', 'buffer', 'connect']


# -- who may connect


@pytest.mark.parametrize('allow', [[], ['127.0.0.1'], ['10.0.0.0/8', '127.0.0.0/8']])
async def test_who_is_allowed_comes_in(allow):
    async with listening(settings('server', SERVER, allow=allow)) as there:
        here = await opened(for_client(there.address))
        await there.until(lambda it: it.sinks)
        here.stream.abort()


async def test_who_is_not_allowed_is_out_before_anything_is_read():
    async with listening(settings('server', SERVER, allow=['127.0.0.2', '::1'])) as there:
        here = await opened(for_client(there.address))
        here.stream.write(memoryview(b'let me in'))
        assert 'not among those allowed (allow)' in await there.reason()
        assert there.refusals[0][0].startswith('tcp://127.0.0.1:')
        await asyncio.wait_for(here.done.wait(), 30)
        assert not there.sinks
        # and who is allowed comes in still
        friend = await asyncio.open_connection(
            '127.0.0.1', there.address.port, local_addr=('127.0.0.2', 0))
        await there.until(lambda it: it.sinks)
        friend[1].close()


@pytest.mark.parametrize('allow, comes_in', [
    (['127.0.0.1'], True), (['10.0.0.1'], False), (['::/0'], False)])
async def test_ipv4_through_an_ipv6_socket_counts_as_ipv4(allow, comes_in, monkeypatch):
    if not socket.has_dualstack_ipv6():
        pytest.skip('this machine has no IPv6 socket that takes IPv4 as well')
    # asyncio makes its IPv6 sockets for IPv6 alone
    take = socket.socket.setsockopt

    def both(self, level, option, *value):
        if (level, option) == (socket.IPPROTO_IPV6, socket.IPV6_V6ONLY):
            value = (0,)
        take(self, level, option, *value)

    monkeypatch.setattr(socket.socket, 'setsockopt', both)
    async with listening(settings('server', 'tcp://[::]:0', allow=allow)) as there:
        reader, writer = await asyncio.open_connection('127.0.0.1', there.address.port)
        await there.until(lambda it: it.sinks or it.refusals)
        assert bool(there.sinks) == comes_in
        address = there.sinks[0].stream.address if comes_in else there.refusals[0][0]
        assert address.startswith('tcp://[::ffff:127.0.0.1]:')
        writer.close()


# -- how connections end


async def test_close_sends_what_was_written_even_while_the_peer_sends():
    async with listening(settings('server', SERVER)) as there:
        here = await opened(for_client(there.address))
        sink = await there.sink()
        for _ in range(50):
            here.stream.write(memoryview(bytes(1 << 16)))
        sink.stream.write(memoryview(b'farewell' * 100_000))
        sink.stream.close()
        assert sink.stream.is_closing and not sink.stream.writable
        sink.stream.write(memoryview(b'too late'))
        await asyncio.wait_for(asyncio.gather(here.done.wait(), sink.done.wait()), 30)
        assert here.data == b'farewell' * 100_000
        assert here.error is None and sink.error is None


async def test_close_ends_although_the_peer_does_not_read(monkeypatch):
    monkeypatch.setattr('igtl_ros2.transport.stream.CLOSE_S', 0.2)
    async with listening(settings('server', SERVER)) as there:
        here = await opened(for_client(there.address))
        sink = await there.sink()
        here.stream.pause_reading()
        sink.stream.write(memoryview(bytes(30 << 20)))
        sink.stream.close()
        await asyncio.wait_for(sink.done.wait(), 30)
        here.stream.abort()


async def test_a_reset_says_so():
    async with listening(settings('server', SERVER)) as there:
        sock = socket.create_connection(('127.0.0.1', there.address.port))
        await there.until(lambda it: it.sinks)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\1\0\0\0\0\0\0\0')
        sock.close()
        [sink] = there.sinks
        await asyncio.wait_for(sink.done.wait(), 30)
        assert isinstance(sink.error, PeerError)
        assert str(sink.error) == os.strerror(104)


async def test_a_plain_stream_has_no_name():
    async with listening(settings('server', SERVER)) as there:
        here = await opened(for_client(there.address))
        assert here.stream.peer_name == ''
        assert here.stream.address == f'tcp://127.0.0.1:{there.address.port}'
        here.stream.abort()


async def test_connections_that_fail_leave_nothing_behind(free_port):
    before = descriptors()
    values = settings('client', f'tcp://127.0.0.1:{free_port}')
    for _ in range(20):
        with pytest.raises(PeerError, match='Connection refused'):
            await open_stream(values, Collect())
    await eventually(lambda: descriptors() == before)


def test_the_next_address_of_a_name_is_tried(monkeypatch, free_port):
    async def run():
        async with listening(settings('server', SERVER)) as there:
            async def look_up(host, port, *_):
                return [(socket.AF_INET, socket.SOCK_STREAM, 0, '', ('127.0.0.1', free_port)),
                        (socket.AF_INET, socket.SOCK_STREAM, 0, '', ('127.0.0.1', port))]

            monkeypatch.setattr(tcp, 'look_up', look_up)
            values = settings('client', f'tcp://here:{there.address.port}')
            here = await opened(values)
            here.stream.abort()
            await stop_listening(there.server)
            with pytest.raises(PeerError, match=': Connection refused$'):
                await opened(values)

    asyncio.run(run())


async def test_a_number_is_not_looked_up(monkeypatch):
    async with listening(settings('server', SERVER)) as there:
        def start(*_, **__):
            raise AssertionError('looked up')

        monkeypatch.setattr(names.threading, 'Thread', start)
        here = await opened(for_client(there.address))
        here.stream.abort()


async def test_a_server_that_does_not_answer_is_given_up(monkeypatch):
    full = socket.create_server(('127.0.0.1', 0), backlog=0)
    port = full.getsockname()[1]
    waiting = []
    for _ in range(4):  # the system takes a few although nobody accepts them
        sock = socket.socket()
        sock.setblocking(False)
        sock.connect_ex(('127.0.0.1', port))
        waiting.append(sock)
    before = descriptors()
    values = settings('client', f'tcp://127.0.0.1:{port}', connect_timeout=0.2)
    with pytest.raises(PeerError, match=r'no connection within 0\.2 s'):
        await open_stream(values, Collect())
    await eventually(lambda: descriptors() == before)
    for sock in (full, *waiting):
        sock.close()
