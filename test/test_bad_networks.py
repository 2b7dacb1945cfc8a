"""Links that are cut, freeze, lose and delay: what was whole arrives, and nothing is left open."""

import asyncio
import logging
import socket
import threading

import numpy as np
import pytest
from leaks import Footprint
from network_peers import RawPeer, text, until
from polling import eventually
from relay import Relay

from igtl_ros2 import aio, codec, connect, serve
from igtl_ros2.client import Client
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import Status, StatusCode, String
from igtl_ros2.config import Settings
from igtl_ros2.errors import PeerError

QUICK = {
    'reconnect_delay': 0.01,
    'reconnect_max_delay': 0.02,
    'reconnect_jitter': 0.0,
}


@pytest.fixture(autouse=True)
def nothing_is_left():
    before = Footprint()
    yield
    before.check()


@pytest.fixture
def server():
    with serve('tcp://127.0.0.1:0', queue_messages=100_000) as server:
        yield server


@pytest.fixture
def relay(server):
    with Relay(server.address) as relay:
        yield relay


class Taken:
    """Messages as a callback takes them."""

    def __init__(self):
        self.messages = []

    def __call__(self, peer, message):
        self.messages.append(message)

    @property
    def poses(self):
        """The TRANSFORM messages."""
        return [m for m in self.messages if isinstance(m, Transform)]

    @property
    def texts(self):
        """The numbers of the texts."""
        return [int(m.text) for m in self.messages if isinstance(m, String)]


def background_client(address, taken=None, **settings):
    """Make a client that connects in the background."""
    made = Settings(mode='client', host=address.host, port=address.port, **{**QUICK, **settings})
    return Client(made, on_message=taken)


def volume():
    """Make an image of 52 MB in which no two slices are the same."""
    slices = np.arange(100, dtype=np.int16)[:, None, None]
    return Image(np.broadcast_to(slices, (100, 512, 512)).copy(), device_name='CT')


# -- links that break


@pytest.mark.parametrize('end', ['cut', 'reset'])
def test_a_link_that_breaks_again_and_again(server, relay, end):
    taken, footprint = Taken(), Footprint(server)
    with background_client(relay.address, taken) as client:
        client.send(text('who I am', device='Held'))
        number = 0
        for times in range(1, 21):
            until(lambda: server.peers and client.peers, 'the connection')
            for _ in range(5):
                number += 1
                server.send(text(number, device='Down'), hold=False)
                client.send(text(number, device='Up'), hold=False)
            until(lambda: number in taken.texts[-1:], 'what was sent last')  # noqa: B023
            (peer,) = server.peers
            getattr(relay, end)()
            until(lambda: client.reconnects == times, 'the reconnection')  # noqa: B023
            until(lambda: peer not in server.peers)  # noqa: B023
        assert taken.texts == list(range(1, 101))
        until(lambda: len(server.peers) == 1)
        client.send(text('the end'))
        got = []
        while got[-1:] != ['the end']:
            got.append(server.receive(20)[1].text)
        numbers = [int(one) for one in got if one.isdigit()]
        # what was under way when the link broke may be lost; nothing comes twice or out of order
        assert numbers == sorted(set(numbers)) and len(numbers) > 20
        assert got.count('who I am') == 21
        assert not client.peers[0].errors
    until(lambda: not server.peers)
    footprint.check()


@pytest.fixture
def pose():
    """Make a TRANSFORM with all that its header can have, and what it is on the wire."""
    matrix = np.eye(4)
    matrix[:3, 3] = 1, 2, 3
    message = Transform(
        matrix,
        device_name='ProbeToTracker',
        timestamp=1 << 40,
        message_id=7,
        metadata={'unit': 'mm', 'tool': 'größer'},
        version=2,
    )
    return message, codec.encode(message)


@pytest.mark.parametrize(('end', 'step'), [('reset', 1), ('cut', 7)])
@pytest.mark.parametrize('way', ['up', 'down'])
def test_a_break_at_every_byte_of_a_message(way, end, step, pose, caplog):
    message, wire = pose
    caplog.set_level(logging.INFO, 'igtl_ros2')
    greeting = codec.encode(
        Status(StatusCode.OK, metadata={'igtl_ros2': 'header version 2'}, version=2)
    )
    taken = Taken()

    def answer(peer, greeting):
        """Send it when the client surely knows that it is connected."""
        peer.send(message)

    on_message = taken if way == 'up' else answer
    with serve('tcp://127.0.0.1:0', header_version='2', on_message=on_message) as server:
        footprint = Footprint(server)
        with Relay(server.address) as relay:
            sizes = [*range(len(greeting), len(greeting) + len(wire), step)]
            sizes.append(len(greeting) + len(wire))
            getattr(relay, way).ends = [(size, end) for size in sizes]
            with background_client(
                relay.address, taken if way == 'down' else None, header_version='2'
            ) as client:
                if way == 'up':
                    client.send(message)
                # the last of these breaks lets all of it through, and after them one link stays
                until(lambda: relay.connections > len(sizes), 'the last connection')
                until(lambda: len(client.peers) == len(server.peers) == 1)
                until(lambda: len(taken.poses) == 2, 'the last message')
                assert not client.peers[0].errors and not server.peers[0].errors
        until(lambda: not server.peers)
        footprint.check()
    assert [codec.encode(pose) for pose in taken.poses] == [wire, wire]
    lines = [r.getMessage() for r in caplog.records if 'disconnected' in r.getMessage()]
    assert 0 < len(lines) <= 100  # two sides, and no more than fifty of each


def test_what_came_before_a_reset_arrives_although_this_side_was_writing():
    taken, go_on = Taken(), threading.Event()

    def take(peer, message):
        go_on.wait(20)
        taken(peer, message)

    with serve('tcp://127.0.0.1:0', on_message=take) as server:
        with RawPeer(server.address) as peer:
            peer.send(text(0))
            until(lambda: server.peers and server.peers[0].received['STRING'])
            peer.send(text(1), text(2), codec.encode(text(3))[:-1])
            peer.reset()
            server.send(text('too late'))  # the next thing that the network's thread will do
            go_on.set()
            until(lambda: not server.peers)
    assert taken.texts == [0, 1, 2]


def test_a_large_image_that_breaks_in_the_middle_arrives_whole_the_next_time(server, relay):
    image = volume()
    taken, footprint = Taken(), Footprint(server)
    # more than sockets hold: a reset before the client has looked is no connection to it
    relay.down.ends = [(1 << 20, 'cut')] + [
        (size, end) for size in (16 << 20, 32 << 20, 50 << 20) for end in ('cut', 'reset')]
    server.send(image)
    with background_client(relay.address, taken) as client:
        until(lambda: taken.messages, 'the image')
        (arrived,) = taken.messages
        assert arrived.pixels.tobytes() == image.pixels.tobytes()
        assert client.reconnects == 7
    until(lambda: not server.peers)
    footprint.check()


def test_breaks_in_an_event_loop_of_ones_own():
    async def break_often():
        async with aio.serve('tcp://127.0.0.1:0') as server:
            with Relay(server.address) as relay:
                async with aio.connect(str(relay.address), **QUICK) as client:
                    await server.wait_connected(20)
                    # when something has come, the tasks that have connected them are over
                    server.send(text('first', device='Down'), hold=False)
                    assert (await client.receive(20)).text == 'first'
                    tasks = len(asyncio.all_tasks())
                    for number in range(10):
                        server.send(text(number, device='Down'), hold=False)
                        assert (await client.receive(20)).text == str(number)
                        (peer,) = client.peers
                        (other,) = server.peers
                        relay.reset()
                        await eventually(lambda n=number, old=peer: (
                            client.reconnects > n and old not in client.peers))
                        await eventually(lambda old=other: (
                            server.peers and old not in server.peers))
                    # the last connection ends in a task of its own
                    await eventually(lambda: len(asyncio.all_tasks()) == tasks)

    async def main():
        before = asyncio.all_tasks()
        await asyncio.wait_for(break_often(), 60)
        assert asyncio.all_tasks() == before

    asyncio.run(main())


# -- links that freeze


def test_a_link_that_freezes_for_a_while_goes_on(server, relay):
    taken = Taken()
    with background_client(relay.address, taken) as client:
        until(lambda: server.peers and client.peers)
        server.send(text(0))
        until(lambda: taken.texts == [0])
        relay.freeze()
        for number in range(1, 50):
            server.send(text(number))
            client.send(text(number))
        server.flush(20)
        assert len(taken.texts) <= 1
        relay.resume()
        assert [int(server.receive(20)[1].text) for _ in range(49)] == list(range(1, 50))
        until(lambda: taken.texts == list(range(50)))
        assert client.reconnects == 0


def test_a_link_that_freezes_within_a_message_is_given_up(server, relay, caplog):
    taken = Taken()
    relay.down.ends = [(100_000, 'freeze')]
    with background_client(relay.address, taken, stall_timeout=0.5) as client:
        until(lambda: server.peers and client.peers)
        server.send(Image(np.zeros((1, 500, 500), np.uint8), device_name='Scan'))
        until(lambda: 'stopped 100000 bytes into a message for 0.5 s' in caplog.text)
        assert not taken.messages
        relay.resume()
        until(lambda: taken.messages, 'the image')
        assert client.reconnects == 1


def test_a_link_that_freezes_while_much_is_sent_is_given_up(caplog):
    with serve('tcp://127.0.0.1:0', send_timeout=0.5) as server:
        taken = Taken()
        with Relay(server.address) as relay:
            with background_client(relay.address, taken) as client:
                until(lambda: server.peers and client.peers)
                relay.freeze()
                server.send(volume())
                until(lambda: 'did not read for 0.5 s' in caplog.text, 'giving up')
                until(lambda: not server.peers)
                relay.resume()
                until(lambda: taken.messages, 'the image')
                assert client.reconnects == 1


def test_a_peer_that_reads_nothing_is_given_up_although_little_is_sent(caplog):
    with serve('tcp://127.0.0.1:0', send_timeout=0.5) as server:
        with RawPeer(server.address, receive_buffer=4096):
            until(lambda: server.peers)
            with pytest.raises(PeerError, match='not everything left'):
                while True:
                    server.send(text('x' * 20_000), hold=False)
                    server.flush(0.1)

            def gone():
                """What waits on this side grows all the time, but slowly."""
                server.send(text(0), hold=False)
                threading.Event().wait(0.1)
                return not server.peers

            until(gone, 'giving up')
    assert 'did not read for 0.5 s' in caplog.text


def test_a_peer_that_reads_nothing_has_all_the_time_that_it_is_given():
    patient = {'send_timeout': 0.0, 'tcp_keepalive': 1.0}
    with serve('tcp://127.0.0.1:0', **patient) as server:
        with RawPeer(server.address, receive_buffer=4096) as peer:
            until(lambda: server.peers)
            image = Image(np.zeros((4, 1024, 1024), np.uint8), device_name='CT')
            server.send(image, hold=False)
            with pytest.raises(PeerError, match='not everything left'):
                server.flush(2)
            assert peer.next().pixels.shape == image.pixels.shape
            server.flush(20)


# -- links that are slow


@pytest.mark.parametrize('face', ['blocking', 'asyncio'])
def test_delay_and_loss(server, relay, face):
    for way in (relay.up, relay.down):
        way.delay_s, way.jitter_s, way.loss = 0.2, 0.02, 0.05
    image = Image(np.arange(1 << 16, dtype=np.uint32).reshape(1, 256, 256), device_name='CT')
    numbers = list(range(80))

    def talk(client):
        """Send both ways, so slowly that the network sees many small chunks."""
        until(lambda: server.peers)
        for number in numbers:
            server.send(text(number), hold=False)
            client.send(text(number), hold=False)
            threading.Event().wait(0.008)
        server.send(image)
        client.send(image)

    def check(of_client):
        of_server = [server.receive(20)[1] for _ in range(81)]
        for got in (of_client, of_server):
            assert [int(m.text) for m in got[:-1]] == numbers
            assert got[-1].pixels.tobytes() == image.pixels.tobytes()
        assert relay.connections == 1
        assert relay.up.lost_chunks and relay.down.lost_chunks

    async def as_coroutine():
        async with aio.connect(str(relay.address)) as client:
            await asyncio.to_thread(talk, client)
            check([await client.receive(20) for _ in range(81)])

    if face == 'asyncio':
        asyncio.run(as_coroutine())
    else:
        with connect(str(relay.address)) as client:
            talk(client)
            check([client.receive(20) for _ in range(81)])


def test_who_sends_slowly_but_steadily_is_not_cut_off(relay, server):
    with serve('tcp://127.0.0.1:0', stall_timeout=0.5) as patient:
        relay.target = patient.address
        relay.up.bytes_per_s = 20_000
        with connect(str(relay.address)) as client:
            client.send(Image(np.zeros((1, 100, 200), np.uint8), device_name='Scan'))
            assert patient.receive(20)[1].pixels.shape == (1, 100, 200)
            assert client.reconnects == 0


# -- addresses


def test_a_port_that_is_taken_can_be_had_later(free_port):
    url = f'tcp://127.0.0.1:{free_port}'
    with socket.create_server(('127.0.0.1', free_port)):
        footprint = Footprint()
        for _ in range(3):
            with pytest.raises(PeerError, match=f'cannot listen on {url}: Address already in use'):
                serve(url)
        footprint.check()
    with serve(url), connect(url) as client:
        assert client.state == 'connected'
    with serve(url):  # although connections of the first one may still be fading away
        pass


def test_a_name_that_does_not_exist(caplog):
    with Client(Settings(mode='client', host='scanner.invalid', **QUICK)) as client:
        until(lambda: 'scanner.invalid' in client.last_error, 'the error')
        assert client.state == 'connecting'
    assert caplog.text.count('trying again until it is there') == 1


def test_a_name_that_can_be_found_later(server, monkeypatch):
    found = threading.Event()
    look_up = socket.getaddrinfo

    def slow_to_learn(host, *rest, **more):
        if not found.is_set():
            raise socket.gaierror(socket.EAI_AGAIN, 'Temporary failure in name resolution')
        return look_up('127.0.0.1', *rest, **more)

    monkeypatch.setattr(socket, 'getaddrinfo', slow_to_learn)
    made = Settings(mode='client', host='scanner.invalid', port=server.address.port, **QUICK)
    with Client(made) as client:
        until(lambda: 'Temporary failure in name resolution' in client.last_error)
        found.set()
        client.wait_connected(20)


def test_over_udp_too_a_name_can_be_found_later(monkeypatch, caplog):
    found = threading.Event()
    look_up = socket.getaddrinfo

    def slow_to_learn(host, *rest, **more):
        if host == 'scanner.invalid' and not found.is_set():
            raise socket.gaierror(socket.EAI_AGAIN, 'Temporary failure in name resolution')
        return look_up('127.0.0.1', *rest, **more)

    monkeypatch.setattr(socket, 'getaddrinfo', slow_to_learn)
    with serve('udp://127.0.0.1:0') as there:
        made = Settings(mode='client', url=f'udp://scanner.invalid:{there.address.port}')
        with Client(made) as client:
            assert client.state == 'opening'
            assert 'Temporary failure in name resolution' in client.last_error
            client.send(text('held'))
            found.set()
            client.wait_connected(20)
            assert there.receive(20)[1].text == 'held'
    assert caplog.text.count('trying again until it is found') == 1


@pytest.fixture
def no_answer(monkeypatch):
    """Let every look-up of a name hang until the end of the test."""
    answer = threading.Event()
    number = socket.getaddrinfo

    def look_up(*question, flags=0):
        if flags & socket.AI_NUMERICHOST:
            return number(*question, flags=flags)
        answer.wait(60)
        raise socket.gaierror(socket.EAI_AGAIN, 'Temporary failure in name resolution')

    monkeypatch.setattr(socket, 'getaddrinfo', look_up)
    yield answer
    answer.set()


def look_ups():
    """Count the look-ups that are under way."""
    return sum(thread.name == 'igtl-lookup' for thread in threading.enumerate())


def test_close_while_a_look_up_hangs(no_answer):
    client = Client(Settings(mode='client', host='scanner', **QUICK))
    until(look_ups, 'the look-up')
    client.close()
    assert not no_answer.is_set() and client.state == 'closed'


def test_look_ups_that_hang_do_not_pile_up(no_answer):
    made = Settings(
        mode='client', host='scanner', connect_timeout=0.01, reconnect_attempts=20, **QUICK
    )
    with Client(made) as client:
        until(lambda: client.state == 'failed', 'the last attempt')
        assert look_ups() == 1


def test_close_in_an_event_loop_while_a_look_up_hangs(no_answer):
    async def open_and_close():
        with pytest.raises(PeerError, match='no connection within'):
            await aio.connect('tcp://scanner:1', timeout_s=0.1)

    asyncio.run(open_and_close())
    assert not no_answer.is_set()


def test_in_an_event_loop_look_ups_that_hang_take_no_thread_of_the_program(no_answer):
    async def run():
        made = Settings(
            mode='client', host='scanner', connect_timeout=0.01, reconnect_attempts=40, **QUICK
        )
        client = aio.Client(made)
        await client.link.open()
        with pytest.raises(PeerError, match='no connection within'):
            await client.wait_connected()
        assert look_ups() == 1
        await asyncio.wait_for(asyncio.to_thread(int), 20)
        await client.close()

    asyncio.run(run())


@pytest.mark.parametrize(
    ('options', 'what'),
    [
        ({'url': 'tcp://scanner:0'}, 'cannot listen on tcp://scanner:0'),
        ({'url': 'udp://scanner:0'}, 'cannot listen on udp://scanner:0'),
        ({'url': 'udp://127.0.0.1:0', 'udp_targets': ['scanner:5']}, 'udp://scanner:5'),
    ],
)
def test_a_server_waits_for_a_look_up_no_longer_than_connect_timeout(no_answer, options, what):
    with pytest.raises(PeerError, match=f'^{what}: the name was not found within 0.05 s$'):
        serve(connect_timeout=0.05, **options)
    assert not no_answer.is_set()
