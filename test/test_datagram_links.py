"""Links over UDP: who gets what, what is refused, what becomes of lost and forged datagrams."""

import logging
import random
import socket
import struct
import threading

import numpy as np
import pytest
from network_peers import DEADLINE_S, text, until

from igtl_ros2 import aio, codec, connect, serve
from igtl_ros2.codec.datagram import RtpWriter, with_message_id
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.errors import ConfigError, PeerError

LOCAL = 'udp://127.0.0.1:0'


@pytest.fixture
def server():
    with serve(LOCAL, receive_buffer_bytes=1 << 20) as server:
        yield server


@pytest.fixture
def bare():
    """A bare socket, to send what no peer would."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(('127.0.0.1', 0))
        sock.settimeout(0.2)
        yield sock


def pose(number, device='Probe', timestamp=0):
    return Transform.from_translation((number, 0, 0), device_name=device, timestamp=timestamp)


def image(shape=(300, 400)):
    pixels = np.random.default_rng(0).integers(0, 255, shape, np.uint8)
    return Image(pixels, device_name='Scan', metadata={'a': 'b'})


def fragments(message, payload_bytes=1300):
    parts = codec.encode_parts(with_message_id(message, 7), 2)
    return RtpWriter(payload_bytes, 5).datagrams(parts, 0.0)


def test_a_message_arrives_and_is_answered(server):
    with connect(str(server.address)) as client:
        client.send(text('a longer question than its answer'))
        peer, message = server.receive(DEADLINE_S)
        assert message.text == 'a longer question than its answer'
        peer.send(text('answer'))
        assert client.receive(DEADLINE_S).text == 'answer'
        assert peer.address == f'udp://127.0.0.1:{peer._source[1]}'
        assert client.state == 'connected' and server.state == 'listening'


def test_what_does_not_fit_a_datagram_is_refused_in_words(server, caplog):
    with connect(str(server.address)) as client:
        client.send(image())
        client.send(text('after'))
        assert server.receive(DEADLINE_S)[1].text == 'after'
        assert client.peers[0].errors['EncodeError'] == 1
    assert 'do not fit a datagram of 1400' in caplog.text


@pytest.mark.parametrize('payload_bytes', [200, 1400, 8900])
def test_in_the_rtp_frame_images_of_any_size_arrive(server, payload_bytes):
    sent = image()
    with connect(str(server.address), udp_rtp=True, udp_payload_bytes=payload_bytes) as client:
        for number in range(3):
            client.send(pose(number))
            assert server.receive(DEADLINE_S)[1].matrix[0, 3] == number
        client.send(sent)
        got = server.receive(DEADLINE_S)[1]
    np.testing.assert_array_equal(got.pixels, sent.pixels)
    assert got.metadata == {'a': 'b'} and got.version == 2


def test_one_number_for_all_receivers_of_a_message():
    with serve(LOCAL) as one, serve(LOCAL) as two:
        targets = [f'127.0.0.1:{there.address.port}' for there in (one, two)]
        with serve(LOCAL, udp_rtp=True, udp_targets=targets) as server:
            for number in range(300):
                server.send(pose(number))
                ids = {there.receive(DEADLINE_S)[1].message_id for there in (one, two)}
                assert ids == {number % 255 + 1}


def test_a_server_sends_to_its_targets_only(server, bare):
    target = f'127.0.0.1:{server.address.port}'
    with serve(LOCAL, udp_targets=[target]) as source:
        bare.sendto(codec.encode(text('hello')), ('127.0.0.1', source.address.port))
        source.receive(DEADLINE_S)
        source.send(pose(1))
        assert server.receive(DEADLINE_S)[1].matrix[0, 3] == 1
        with pytest.raises(TimeoutError):
            bare.recv(100)


def test_who_joins_later_is_not_sent_what_is_held(server, bare):
    server.send(pose(1))
    bare.sendto(codec.encode(text('hello')), ('127.0.0.1', server.address.port))
    server.receive(DEADLINE_S)
    with pytest.raises(TimeoutError):
        bare.recv(100)


def test_nobody_gets_more_bytes_than_came_from_him(server, bare, caplog):
    question = codec.encode(text('x' * 100))
    bare.sendto(question, ('127.0.0.1', server.address.port))
    peer, _ = server.receive(DEADLINE_S)
    for number in range(50):
        peer.send(pose(number, device=f'{number}'))
    until(lambda: peer.errors['not answered'] == 49, 'the count')
    got = bare.recv(1 << 16)
    assert len(got) <= len(question)
    with pytest.raises(TimeoutError):
        bare.recv(1 << 16)
    assert 'udp_targets' in caplog.text


def test_garbage_makes_no_peer_and_harms_nobody(server, bare):
    told = random.Random(1)
    there = ('127.0.0.1', server.address.port)
    good = codec.encode(pose(5))
    whole = fragments(image())
    for _ in range(300):
        kind = told.randrange(4)
        if kind == 0:
            data = told.randbytes(told.randrange(200))
        elif kind == 1:
            data = good[: told.randrange(len(good))]
        elif kind == 2:
            data = bytearray(told.choice(whole))
            data[told.randrange(len(data))] ^= 1 << told.randrange(8)
        else:  # forged: another total, or an index that cannot be
            data = bytearray(told.choice(whole))
            struct.pack_into('>H', data, 80, told.randrange(1 << 16))
        bare.sendto(data, there)
    assert not [peer for peer in server.peers if not peer.received]
    bare.sendto(codec.encode(text('still there')), there)
    until(lambda: server.receive(DEADLINE_S)[1].type_name == 'STRING')


def test_reordered_doubled_and_lost_fragments(server, bare):
    there = ('127.0.0.1', server.address.port)
    shuffled = fragments(image()) * 2
    random.Random(0).shuffle(shuffled)
    lost = fragments(image((50, 60)))[1:]
    for data in (*lost, *shuffled):
        bare.sendto(data, there)
    np.testing.assert_array_equal(server.receive(DEADLINE_S)[1].pixels, image().pixels)
    bare.sendto(codec.encode(text('next')), there)
    assert server.receive(DEADLINE_S)[1].type_name == 'STRING'
    counts = server.link.counts
    assert counts.duplicates and counts.reordered and counts.messages == 2


def test_a_pose_that_comes_late_does_not_take_the_place_of_a_newer_one(server, bare):
    there = ('127.0.0.1', server.address.port)
    second = 1 << 32
    for number in (5, 4, 6):
        stamp = 1_700_000_000 * second + number * second // 100
        bare.sendto(codec.encode(pose(number, timestamp=stamp)), there)
    got = [0]
    while got[-1] != 6:
        got.append(server.receive(DEADLINE_S)[1].matrix[0, 3])
    assert 4 not in got
    assert server.link.counts.outdated == 1


def test_an_address_outside_the_allowed_networks_is_not_heard(bare, caplog):
    with serve(LOCAL, allow=['10.0.0.0/8']) as server:
        bare.sendto(codec.encode(text('hello')), ('127.0.0.1', server.address.port))
        until(lambda: server.link.refusals)
        with pytest.raises(PeerError, match='no message'):
            server.receive(0.05)
    assert '127.0.0.1: refused: not in allow' in caplog.text


def test_what_nobody_receives_is_bounded_and_streams_give_way_first(bare, caplog):
    with serve(LOCAL, queue_messages=10, receive_buffer_bytes=1 << 20) as server:
        there = ('127.0.0.1', server.address.port)
        for number in range(5):
            bare.sendto(codec.encode(text(number)), there)
        for number in range(200):
            bare.sendto(codec.encode(pose(number, f'Probe{number}')), there)
        until(lambda: server.link.counts.messages == 205)
        got = [server.receive(DEADLINE_S)[1] for _ in range(10)]
        with pytest.raises(PeerError):
            server.receive(0)
        assert [m.text for m in got[:5]] == list('01234')
        assert [m.matrix[0, 3] for m in got[5:]] == [195, 196, 197, 198, 199]
        assert server.facts['messages not taken'] == 195
    assert caplog.text.count("dropped TRANSFORM 'Probe0': too much waits to be received") == 1


def test_what_nobody_receives_is_bounded_in_bytes(bare):
    with serve(LOCAL, queue_bytes=3000) as server:
        for number in range(20):
            bare.sendto(codec.encode(text(str(number) * 500)), ('127.0.0.1', server.address.port))
        until(lambda: server.link.counts.messages == 20)
        assert server.link.not_taken and len(server.link._inbox) < 6


def test_a_greeting_may_be_as_long_as_what_came(bare):
    with serve(LOCAL, header_version='2') as server:
        bare.sendto(codec.encode(text('x' * 500)), ('127.0.0.1', server.address.port))
        assert codec.decode(bare.recv(1 << 16)).version == 2


def test_peers_are_bounded_and_the_longest_silent_one_goes():
    with serve(LOCAL, max_clients=3) as server:
        for number in range(10):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                sock.sendto(codec.encode(text(number)), ('127.0.0.1', server.address.port))
                assert server.receive(DEADLINE_S)[1].text == str(number)
        assert len(server.peers) == 3


def test_who_is_silent_for_long_is_forgotten():
    with serve(LOCAL, idle_timeout=0.3) as server:
        with connect(str(server.address)) as client:
            client.send(text(1))
            server.receive(DEADLINE_S)
            until(lambda: not server.peers)
            client.send(text(2))
            assert server.receive(DEADLINE_S)[1].text == '2'


def test_a_receiver_that_is_not_there_ends_nothing(free_port, caplog):
    caplog.set_level(logging.INFO, 'igtl_ros2')
    with connect(f'udp://127.0.0.1:{free_port}') as client:
        client.send(text('nobody'))
        until(lambda: client.peers[0].errors['unreachable'])
        with serve(f'udp://127.0.0.1:{free_port}') as server:
            client.send(text('somebody'))
            until(lambda: server.receive(DEADLINE_S)[1].text == 'somebody')


def test_many_large_images_are_not_lost_on_the_way(server):
    with connect(str(server.address), udp_rtp=True, udp_payload_bytes=8900) as client:
        received = []
        reading = threading.Thread(
            target=lambda: received.extend(server.receive(DEADLINE_S)[1] for _ in range(5))
        )
        reading.start()
        for number in range(5):
            client.send(Image(np.full((512, 512), number, np.uint8), device_name=f'{number}'))
            client.flush(DEADLINE_S)
        reading.join()
    assert sorted(message.pixels[0, 0, 0] for message in received) == [0, 1, 2, 3, 4]


def test_the_asyncio_face_speaks_udp_too():
    import asyncio

    async def both():
        async with aio.serve(LOCAL) as server, aio.connect(str(server.address)) as client:
            client.send(text('up'))
            return (await server.receive(DEADLINE_S))[1].text

    assert asyncio.run(both()) == 'up'


def test_wrong_targets_are_refused():
    with pytest.raises(ConfigError, match='wanted'):
        serve(LOCAL, udp_targets=['a b:port'])
    with pytest.raises(PeerError, match=r'udp://nowhere\.invalid:5: .*\w'):
        serve(LOCAL, udp_targets=['nowhere.invalid:5'])
