"""What `send` of a client, a server and a peer makes of a message: its time and its memory."""

import asyncio
import time

import numpy as np
import pytest
from network_peers import DEADLINE_S, RawPeer, text, until

from igtl_ros2 import aio, codec, connect, serve
from igtl_ros2.codec.messages.arrays import NDArray
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.points import Point, PointList
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import String
from igtl_ros2.codec.messages.video import Video
from igtl_ros2.errors import ConfigError, EncodeError, PeerError

LOCAL = 'tcp://127.0.0.1:0'


@pytest.fixture
def pair():
    with serve(LOCAL) as server, connect(str(server.address)) as client:
        server.wait_connected(DEADLINE_S)
        yield server, client


# -- what cannot be written

FAR = [Point('a', position=(1e39, 0, 0))]
NEAR = [Point('a', position=(1, 0, 0))]


@pytest.mark.parametrize('joined', [False, True])
def test_what_cannot_be_written_is_not_held_in_place_of_what_can(joined):
    with serve(LOCAL) as server:
        peer = connect(str(server.address)) if joined else None
        if joined:
            server.wait_connected(DEADLINE_S)
        server.send(PointList(NEAR, device_name='P'))
        server.send(PointList(FAR, device_name='P'))
        with connect(str(server.address)) as late:
            assert late.receive(DEADLINE_S).elements[0].position[0] == 1
        if joined:
            assert peer.receive(DEADLINE_S).elements[0].position[0] == 1
            assert [each.errors['EncodeError'] for each in server.peers][:1] == [1]
            peer.close()


# -- time


def test_what_has_no_time_stamp_gets_the_time_of_sending(pair):
    server, client = pair
    message = Transform(np.eye(4), device_name='Tool')
    for send in (server.send, server.peers[0].send):
        before = time.time_ns()
        send(message)
        got = client.receive(DEADLINE_S)
        assert before <= got.timestamp_ns <= time.time_ns()
    before = time.time_ns()
    client.send(message)
    assert before <= server.receive(DEADLINE_S)[1].timestamp_ns <= time.time_ns()
    assert message.timestamp == 0  # it is a value: sent again, it has the time of then


def test_a_stamp_that_is_there_is_kept_and_none_is_made_where_that_is_said(pair):
    server, client = pair
    for send in (server.send, server.peers[0].send):
        send(text(1, timestamp=7 << 32))
        assert client.receive(DEADLINE_S).timestamp == 7 << 32
        send(text(2), stamp=False)
        assert client.receive(DEADLINE_S).timestamp == 0


def test_what_is_held_has_the_time_when_it_was_sent():
    with serve(LOCAL) as server:
        before = time.time_ns()
        server.send(text('held'))
        after = time.time_ns()
        with connect(str(server.address)) as client:
            assert before <= client.receive(DEADLINE_S).timestamp_ns <= after


def test_over_udp_and_with_asyncio_as_well():
    async def talk():
        async with aio.serve(LOCAL) as server, aio.connect(str(server.address)) as client:
            before = time.time_ns()
            client.send(text(1))
            peer, message = await server.receive(DEADLINE_S)
            assert before <= message.timestamp_ns <= time.time_ns()
            peer.send(text(2), stamp=False)
            assert (await client.receive(DEADLINE_S)).timestamp == 0

    asyncio.run(talk())
    with serve('udp://127.0.0.1:0') as server:
        with connect(f'udp://127.0.0.1:{server.address.port}') as client:
            client.send(text(1))
            assert server.receive(DEADLINE_S)[1].timestamp_ns > 0


def test_encode_and_decode_change_nothing():
    message = text(1)
    assert codec.decode(codec.encode(message)).timestamp == message.timestamp == 0


# -- memory


def frames():
    """Kinds of messages with large arrays: how to make one of a buffer."""
    return {
        'IMAGE': lambda buffer: Image(buffer, device_name='Live'),
        'NDARRAY': lambda buffer: NDArray(buffer, device_name='Live'),
        'VIDEO': lambda buffer: Video(
            buffer.reshape(-1), 'H264', (512, 512, 1), device_name='Live'),
    }


@pytest.mark.parametrize('make', frames().values(), ids=frames())
def test_a_buffer_may_be_used_again_as_soon_as_it_was_sent(make):
    buffer = np.zeros((512, 512), np.uint8)
    with serve(LOCAL) as server, RawPeer(server.address) as slow:
        server.wait_connected(DEADLINE_S)
        for number in range(100):
            buffer[:] = number
            server.send(make(buffer))
        buffer[:] = 255
        seen = []
        while not seen or seen[-1] != 99:
            message = slow.next()  # which checks the CRC
            values = getattr(message, 'frame', getattr(message, 'array', None))
            values = message.pixels if values is None else values
            assert values.min() == values.max()
            seen.append(int(values.max()))
        assert seen == sorted(seen)


@pytest.mark.parametrize('make', frames().values(), ids=frames())
def test_what_is_held_for_late_joiners_stays_what_it_was(make):
    buffer = np.full((64, 64), 7, np.uint8)
    with serve(LOCAL) as server:
        server.send(make(buffer))
        buffer[:] = 8
        with RawPeer(server.address) as late:
            assert codec.encode(late.next(), 1)[-1] == 7


def test_a_client_and_one_peer_alone_are_sent_copies_too(pair):
    server, client = pair
    buffer = np.full((1500, 1500), 1, np.uint8)  # more than the network takes at once
    for send, receive in (
        (client.send, lambda: server.receive(DEADLINE_S)[1]),
        (server.peers[0].send, lambda: client.receive(DEADLINE_S)),
    ):
        for number in (1, 2):
            buffer[:] = number
            send(Image(buffer, device_name=f'Image{number}'))
            buffer[:] = 99
        for number in (1, 2):
            assert (receive().pixels == number).all()


def test_without_a_copy_the_memory_is_that_of_the_caller():
    buffer = np.full((64, 64), 7, np.uint8)
    with serve(LOCAL) as server:
        server.send(Image(buffer), copy=False)
        (outgoing,) = server.link.held()
        assert np.shares_memory(outgoing.message.pixels, buffer)
        buffer.flags.writeable = False
        server.send(Image(buffer), stamp=False)
        (outgoing,) = server.link.held()
        assert np.shares_memory(outgoing.message.pixels, buffer)


# -- what cannot be sent


def test_what_is_no_message_is_refused(pair):
    server, client = pair
    for send in (server.send, client.send, server.peers[0].send):
        for wrong in ('abc', None, 5, b'bytes', Transform):
            with pytest.raises(EncodeError, match='wanted a message'):
                send(wrong)
    client.send(text('good'))
    assert server.receive(DEADLINE_S)[1].text == 'good'


def test_who_is_left_out_is_a_peer(pair):
    server, client = pair
    for wrong in (5, 'abc', [None], server, server.peers[0]):
        with pytest.raises(ConfigError, match='allowed a list of peers'):
            server.send(String('x'), exclude=wrong)
    for right in ((), [], iter(server.peers)):
        server.send(String('x'), exclude=right)
    assert len([client.receive(DEADLINE_S) for _ in range(2)]) == 2


def test_sending_after_closing_is_an_error():
    with serve(LOCAL) as server, connect(str(server.address)) as client:
        peer = server.wait_connected(DEADLINE_S)
        client.close()
        with pytest.raises(PeerError, match='closed'):
            client.send(text('x'))
        until(lambda: not server.peers, 'the end')
        peer.send(text('x'))  # it has left, which nobody can know in time
        assert peer.errors['PeerError'] == 1
        server.send(text('for late joiners'))
    for send in (server.send, peer.send):
        with pytest.raises(PeerError, match='closed'):
            send(text('x'))


def test_sending_after_closing_is_an_error_with_asyncio_and_udp():
    async def talk():
        async with aio.serve(LOCAL) as server:
            client = await aio.connect(str(server.address))
            await client.close()
            with pytest.raises(PeerError, match='closed'):
                client.send(text('x'))
        with pytest.raises(PeerError, match='closed'):
            server.send(text('x'))

    asyncio.run(talk())
    with connect('udp://127.0.0.1:9') as client:
        client.send(text('x'))
    with pytest.raises(PeerError, match='closed'):
        client.send(text('x'))


def test_sending_on_a_link_that_has_ended_is_an_error():
    with serve(LOCAL) as server:
        client = connect(str(server.address), reconnect=False)
    with client:
        until(lambda: client.state == 'ended', 'the end')
        with pytest.raises(PeerError, match='closed by the peer'):
            client.send(text('x'))
