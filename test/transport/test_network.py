"""The network thread, and TCP streams without any message in them."""

import asyncio
import contextlib
import socket
import threading

import pytest
from stream_ends import Collect, settings

from igtl_ros2.errors import PeerError
from igtl_ros2.transport.network import NetworkThread
from igtl_ros2.transport.tcp import listen, open_stream


def never_refused(address, reason):
    raise AssertionError(f'{address}: {reason}')


async def nothing():
    """Do nothing."""


@pytest.fixture
def network():
    thread = NetworkThread('test-network')
    yield thread
    thread.stop(nothing)
    assert not [t for t in threading.enumerate() if t.name == 'test-network']


def test_bytes_arrive_in_the_memory_of_the_sink(network):
    async def both_ends():
        there = Collect(size=7)
        server, address = await listen(
            settings('server', 'tcp://127.0.0.1:0'), lambda: there, never_refused)
        here = Collect()
        stream = await open_stream(settings('client', str(address)), here)
        stream.write(memoryview(b'more bytes than fit the buffer at once'))
        while len(there.data) < 38:
            await asyncio.sleep(0.001)
        stream.abort()
        assert stream.is_closing and not stream.writable
        stream.write(memoryview(b'too late'))
        stream.pause_reading()
        stream.resume_reading()
        await asyncio.gather(here.done.wait(), there.done.wait())
        server.close()
        return address, there

    address, there = network.run(both_ends())
    assert there.data == b'more bytes than fit the buffer at once'
    assert address.host == '127.0.0.1' and address.port > 0
    assert there.stream.address.startswith('tcp://127.0.0.1:')


@pytest.mark.parametrize('taken', [0, 3])
def test_all_addresses_of_a_name_get_the_same_free_port(network, monkeypatch, taken):
    if not socket.has_dualstack_ipv6():
        pytest.skip('this machine has no IPv6')

    others = []  # who has the port that was free at the first address at the second one

    def look_up(host, port, family, kind, **_):
        if port and len(others) < taken:
            others.append(socket.create_server(('127.0.0.1', port)))
        return [
            (socket.AF_INET6, kind, 0, '', ('::1', port, 0, 0)),
            (socket.AF_INET, kind, 0, '', ('127.0.0.1', port)),
        ]

    async def ports():
        server, address = await listen(settings('server', 'tcp://here:0'), Collect, never_refused)
        found = [sock.getsockname()[1] for sock in server.sockets]
        server.close()
        return address, found

    monkeypatch.setattr(socket, 'getaddrinfo', look_up)
    address, found = network.run(ports())
    assert found == [address.port] * 2 and len(others) == taken
    for other in others:
        other.close()


def test_refused_connection_says_so(network, free_port):
    with pytest.raises(PeerError, match=rf'^tcp://127.0.0.1:{free_port}: Connection refused$'):
        network.run(open_stream(settings('client', f'tcp://127.0.0.1:{free_port}'), Collect()))


def test_unknown_name_says_so(network):
    with pytest.raises(PeerError, match=r'^tcp://nowhere\.invalid:1: .*\w'):
        network.run(open_stream(
            settings('client', 'tcp://nowhere.invalid:1', connect_timeout=20.0), Collect()))


def test_address_in_use_says_so(network):
    async def twice():
        server, address = await listen(
            settings('server', 'tcp://127.0.0.1:0'), Collect, never_refused)
        try:
            await listen(settings('server', str(address)), Collect, never_refused)
        finally:
            server.close()

    with pytest.raises(PeerError, match=r'cannot listen on tcp://127.0.0.1:\d+: Address already'):
        network.run(twice())


def test_stop_cancels_what_is_left_and_post_is_harmless_afterwards():
    network = NetworkThread()
    ends = []

    async def endless():
        try:
            await asyncio.Event().wait()
        finally:
            ends.append('cancelled')

    async def farewell():
        ends.append('farewell')

    network.post(lambda: ends.append(network.loop.create_task(endless())))
    network.stop(farewell)
    network.stop(farewell)
    network.post(ends.clear)
    assert ends[1:] == ['farewell', 'cancelled']


def test_stop_within_the_thread_does_not_wait():
    network = NetworkThread()
    stopped = threading.Event()

    def stop():
        network.stop(nothing)
        stopped.set()

    network.post(stop)
    assert stopped.wait(10)
    network.stop(nothing)


@pytest.mark.parametrize('how', ('write', 'abort'))
def test_the_connection_is_lost_once_if_it_ends_when_the_peer_catches_up(network, how):
    class Ending(Collect):
        def writable_again(self):
            if how == 'write':  # what is written next fails
                with socket.fromfd(self.socket.fileno(), socket.AF_INET, socket.SOCK_STREAM) as it:
                    it.shutdown(socket.SHUT_WR)
                self.stream.write(memoryview(b'more'))
            else:
                self.stream.abort()

    async def fill():
        troubles = []
        asyncio.get_running_loop().set_exception_handler(
            lambda loop, context: troubles.append(context))
        here = Ending()

        async def read(reader, writer):
            with contextlib.suppress(ConnectionError):
                while await reader.read(1 << 20):
                    pass
            writer.close()

        server = await asyncio.start_server(read, '127.0.0.1')
        port = server.sockets[0].getsockname()[1]
        here.stream = await open_stream(settings('client', f'tcp://127.0.0.1:{port}'), here)
        here.socket = here.stream._transport.get_extra_info('socket')
        while here.stream.writable:
            here.stream.write(memoryview(bytes(1 << 20)))
        await asyncio.wait_for(here.done.wait(), 30)
        await asyncio.sleep(0)  # what was to come after it has come
        server.close()
        return troubles

    assert network.run(fill()) == []
