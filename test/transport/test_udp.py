"""UDP sockets without any message in them: real ones, of this machine and of a made-up network."""

import asyncio
import errno
import os
import shutil
import socket
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from igtl_ros2.config import Address, Settings
from igtl_ros2.errors import PeerError
from igtl_ros2.transport import udp
from igtl_ros2.transport.udp import Datagrams, open_datagrams

GROUP = '239.255.77.5'


class Collect:
    """A sink that keeps what happens."""

    def __init__(self):
        self.received = []
        self.errors = []
        self.writable = 0
        self.news = asyncio.Event()

    def datagram_received(self, data, source):
        self.received.append((data, source))
        self.news.set()

    def trouble(self, error):
        self.errors.append(error)
        self.news.set()

    def writable_again(self):
        self.writable += 1
        self.news.set()

    async def wait(self, done):
        """Wait until something is so."""
        while not done():
            self.news.clear()
            await asyncio.wait_for(self.news.wait(), 20)


def server(**values):
    return Settings.from_values(
        {'mode': 'server', 'protocol': 'udp', 'host': '127.0.0.1', 'port': 0, **values}
    )


def client(port, **values):
    return Settings.from_values(
        {'mode': 'client', 'protocol': 'udp', 'host': '127.0.0.1', 'port': port, **values}
    )


async def pair(server_settings=None, **values):
    """Open a server and a client of it."""
    here, there = Collect(), Collect()
    listening = await open_datagrams(server_settings or server(), here)
    connected = await open_datagrams(client(listening.address.port, **values), there)
    return here, listening, there, connected


def free_udp_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


async def test_there_and_back():
    here, listening, there, connected = await pair()
    assert listening.address.port != 0
    assert str(connected.address) == str(listening.address)
    assert connected.remote == listening.address[1:]
    assert listening.remote is None
    connected.send(b'hello')
    await here.wait(lambda: here.received)
    data, source = here.received[0]
    assert data == b'hello'
    listening.send(b'answer', source)
    await there.wait(lambda: there.received)
    assert there.received == [(b'answer', connected.remote)]
    for end in (listening, connected):
        assert end.writable
        end.close()
        assert end.is_closing and not end.writable
        end.send(b'nothing', source)
    await asyncio.sleep(0)
    assert not here.errors + there.errors


async def test_the_largest_datagram_passes_and_a_larger_one_is_told():
    here, listening, there, connected = await pair()
    connected.send(bytes(65507))
    await here.wait(lambda: here.received)
    assert len(here.received[0][0]) == 65507
    connected.send(bytes(65508))
    await there.wait(lambda: there.errors)
    assert there.errors[0].errno == errno.EMSGSIZE
    connected.send(b'and on')
    await here.wait(lambda: len(here.received) == 2)
    listening.close()
    connected.close()


async def test_nobody_there_does_not_close_it():
    there = Collect()
    port = free_udp_port()
    connected = await open_datagrams(client(port), there)
    connected.send(b'anybody?')
    await there.wait(lambda: there.errors)
    assert there.errors[0].errno == errno.ECONNREFUSED
    assert not connected.is_closing
    here = Collect()
    listening = await open_datagrams(server(port=port), here)
    connected.send(b'now?')
    await here.wait(lambda: here.received)
    listening.send(b'now', here.received[0][1])
    await there.wait(lambda: there.received)
    listening.close()
    connected.close()


async def test_a_client_hears_nobody_else():
    _, listening, there, connected = await pair()
    stranger = await open_datagrams(server(), Collect())
    port = connected._transport.get_extra_info('sockname')[1]
    stranger.send(b'psst', ('127.0.0.1', port))
    listening.send(b'hello', ('127.0.0.1', port))
    await there.wait(lambda: there.received)
    assert [data for data, _ in there.received] == [b'hello']
    for end in (listening, stranger, connected):
        end.close()


async def test_a_server_goes_on_when_a_client_is_gone():
    here, listening, _, connected = await pair()
    connected.send(b'one')
    await here.wait(lambda: here.received)
    gone = here.received[0][1]
    connected.close()
    await asyncio.sleep(0)
    for _ in range(3):
        listening.send(b'are you there?', gone)
    second = await open_datagrams(client(listening.address.port), Collect())
    second.send(b'two')
    await here.wait(lambda: len(here.received) == 2)
    listening.close()
    second.close()


async def test_sending_waits_for_the_network_and_says_so(tmp_path):
    """Local sockets stand in: over loopback a UDP socket is never full."""
    sink = Collect()
    datagrams = Datagrams(sink, Address('udp', 'x', 1), None)
    loop = asyncio.get_running_loop()
    path = str(tmp_path / 'socket')
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as there:
        there.bind(path)
        there.settimeout(20)
        here = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        here.setblocking(False)
        await loop.create_datagram_endpoint(lambda: datagrams, sock=here)
        sent = 0
        while datagrams.writable:
            datagrams.send(bytes(1000), path)
            sent += 1
            assert sent < 10_000
        assert not sink.writable
        await loop.run_in_executor(None, lambda: [there.recv(2000) for _ in range(sent)])
        await sink.wait(lambda: sink.writable)
        assert datagrams.writable and not sink.errors
        datagrams.close()
        await asyncio.sleep(0)


async def test_buffer_sizes():
    settings = server(send_buffer_bytes=20_000, receive_buffer_bytes=30_000)
    datagrams = await open_datagrams(settings, Collect())
    sock = datagrams._transport.get_extra_info('socket')
    # Linux doubles them
    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) in (20_000, 40_000)
    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) in (30_000, 60_000)
    datagrams.close()


def refused(settings):
    async def run():
        (await open_datagrams(settings, Collect())).close()

    before = len(os.listdir('/proc/self/fd')) if Path('/proc/self/fd').is_dir() else None
    with pytest.raises(PeerError) as caught:
        asyncio.run(run())
    if before is not None:
        assert len(os.listdir('/proc/self/fd')) == before
    return str(caught.value)


def test_a_port_that_is_taken():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(('127.0.0.1', 0))
        port = taken.getsockname()[1]
        text = refused(server(port=port))
    assert text == f'cannot listen on udp://127.0.0.1:{port}: {os.strerror(errno.EADDRINUSE)}'


def test_names_that_are_not_found():
    assert refused(client(5000, host='no.such.host.invalid')).startswith(
        'udp://no.such.host.invalid:5000: '
    )


async def test_a_look_up_that_takes_too_long(monkeypatch):
    async def never(*_, **__):
        await asyncio.sleep(100)

    monkeypatch.setattr(udp, 'look_up', never)
    with pytest.raises(PeerError, match='slow.*not found within 0.01 s'):
        await open_datagrams(client(5000, host='slow', connect_timeout=0.01), Collect())


def test_addresses_of_other_machines_cannot_be_listened_on():
    assert os.strerror(errno.EADDRNOTAVAIL) in refused(server(host='192.0.2.1'))


@pytest.mark.parametrize(
    'values, wanted',
    [
        ({'udp_interface': 'nosuch0'}, "udp_interface 'nosuch0' is neither"),
        ({'udp_interface': '192.0.2.1', 'host': GROUP}, 'cannot listen on udp://239'),
        ({'udp_interface': '127.0.0.1', 'host': '::1'}, 'with IPv6 wanted the name'),
    ],
)
def test_interfaces_that_are_not_there(values, wanted):
    assert wanted in refused(server(**values))


# --- multicast ------------------------------------------------------------------------------


@pytest.fixture(scope='module')
def multicast():
    """Skip where the loopback interface carries no multicast."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as there,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here,
    ):
        local = socket.inet_aton('127.0.0.1')
        try:
            there.bind(('', 0))
            group = socket.inet_aton(GROUP) + local
            there.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
            there.settimeout(2)
            here.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, local)
            here.sendto(b'?', (GROUP, there.getsockname()[1]))
            there.recv(10)
        except OSError as error:
            pytest.skip(f'no multicast on 127.0.0.1: {error}')


@pytest.mark.parametrize('interface', ['127.0.0.1', 'lo'])
async def test_a_group_is_heard_by_all_and_answers_come_back(multicast, interface):
    if interface == 'lo' and interface not in [name for _, name in socket.if_nameindex()]:
        pytest.skip('the loopback interface has another name here')
    first, second, there = Collect(), Collect(), Collect()
    one = await open_datagrams(server(host=GROUP, udp_interface=interface), first)
    assert one.address.host == GROUP
    port = one.address.port
    two = await open_datagrams(server(host=GROUP, port=port, udp_interface=interface), second)
    sender = await open_datagrams(client(port, host=GROUP, udp_interface=interface), there)
    assert sender.remote == (GROUP, port)
    sender.send(b'to all')
    for sink in (first, second):
        await sink.wait(lambda sink=sink: sink.received)
        assert sink.received[0][0] == b'to all'
    one.send(b'one', first.received[0][1])
    two.send(b'two', second.received[0][1])
    await there.wait(lambda: len(there.received) == 2)
    assert {data for data, _ in there.received} == {b'one', b'two'}
    for end in (one, two, sender):
        end.close()


async def test_only_members_hear_a_group(multicast):
    sink, other = Collect(), Collect()
    member = await open_datagrams(server(host=GROUP, udp_interface='127.0.0.1'), sink)
    port = member.address.port
    # same port, another group
    outsider = await open_datagrams(
        server(host='239.255.77.6', port=port, udp_interface='127.0.0.1'), other
    )
    sender = await open_datagrams(client(port, host=GROUP, udp_interface='127.0.0.1'), sink)
    sender.send(b'members')
    await sink.wait(lambda: sink.received)
    last = await open_datagrams(
        client(port, host='239.255.77.6', udp_interface='127.0.0.1'), other
    )
    last.send(b'others')
    await other.wait(lambda: other.received)
    assert [data for data, _ in other.received] == [b'others']
    for end in (member, outsider, sender, last):
        end.close()


@pytest.mark.parametrize('ttl', [0, 1, 17])
async def test_how_far_a_group_reaches(ttl):
    sender = await open_datagrams(client(5000, host=GROUP, udp_ttl=ttl), Collect())
    sock = sender._transport.get_extra_info('socket')
    assert sock.getsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL) == ttl
    sender.close()


IPV6 = """
import asyncio
from test_udp import Collect, client, open_datagrams, server

async def run():
    for host, interface in (('ff02::4242', 'v0'), ('ff05::4242', 'v0'), ('ff02::4242%v0', '')):
        sink, back = Collect(), Collect()
        one = await open_datagrams(server(host=host, udp_interface=interface), sink)
        two = await open_datagrams(
            client(one.address.port, host=host, udp_interface=interface), back
        )
        two.send(b'six')
        await sink.wait(lambda: sink.received)
        one.send(b'back', sink.received[0][1])
        await back.wait(lambda: back.received)
        print(sink.received[0][0].decode(), back.received[0][0].decode())
        one.close()
        two.close()

asyncio.run(run())
"""


@pytest.fixture
def namespace():
    """A network of its own, with one interface that carries IPv6."""
    if os.geteuid() != 0 or shutil.which('ip') is None:
        pytest.skip('a network namespace needs root and ip')
    name = f'igtl-{uuid.uuid4().hex[:8]}'
    made = subprocess.run(['ip', 'netns', 'add', name], capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f'no network namespaces here: {made.stderr.strip()}')
    try:
        for words in (
            'link set lo up',
            'link add v0 type veth peer name v1',
            'link set v1 up',
            'link set v0 up',
            'addr add fd00::1/64 dev v0 nodad',
        ):
            command = ['ip', '-n', name, *words.split()]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                pytest.skip(f'{" ".join(command)}: {done.stderr.strip()}')
        yield name
    finally:
        subprocess.run(['ip', 'netns', 'del', name], check=True)


def test_groups_of_ipv6(namespace):
    environment = {**os.environ, 'PYTHONPATH': os.pathsep.join(
        [str(Path(__file__).parent), os.environ.get('PYTHONPATH', '')])}
    done = subprocess.run(
        ['ip', 'netns', 'exec', namespace, sys.executable, '-c', IPV6],
        capture_output=True, text=True, timeout=60, env=environment,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ['six', 'back'] * 3
