"""One connection's life, with peers that behave, that do not, and that cannot keep up."""

import logging
import re
import socket
import sys
import threading
import time

import numpy as np
import pytest
from network_peers import RawPeer, corrupt, header, text, until

from igtl_ros2 import codec, serve
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.mesh import Cells, PolyData
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import Status, StatusCode, String
from igtl_ros2.config import Settings
from igtl_ros2.errors import EncodeError
from igtl_ros2.peers import Outgoing
from igtl_ros2.peers.compat import Compat

needs_counts = pytest.mark.skipif(
    sys.platform != 'linux', reason='only Linux tells how much a peer has taken'
)


@pytest.fixture
def make_server():
    servers = []

    def make(**settings):
        servers.append(serve('tcp://127.0.0.1:0', **settings))
        return servers[-1]

    yield make
    for server in servers:
        server.close(0)


def image(number, size=1 << 18, device='Scan'):
    """Make an image of `size` bytes that tells its number."""
    return Image(np.full((1, 1 << 12, size >> 12), number, np.uint8), device_name=device)


def pose(number):
    """Make a pose that tells its number."""
    return Transform.from_translation((number, 0, 0), device_name='Tool')


def only_peer(server):
    """Wait for the one peer of a server."""
    return until(lambda: server.peers, 'a peer')[0]


def get_stuck(peer):
    """Send more than the system takes for a peer that does not read."""
    peer.send(image(0, 1 << 24, device='Stuck'))
    until(lambda: peer.sent['IMAGE'] and peer.mailbox.congested, 'getting stuck')


# -- the codec meets the network


def test_byte_by_byte(make_server):
    server = make_server()
    messages = [text(1), Transform(np.eye(4), device_name='Tool', metadata={'a': 'b'}), text(2)]
    with RawPeer(server.address) as peer:
        for byte in b''.join(map(codec.encode, messages)):
            peer.send(bytes([byte]))
        for sent in messages:
            assert codec.encode(server.receive(10)[1]) == codec.encode(sent)


def test_many_messages_in_one_segment(make_server):
    server = make_server()
    with RawPeer(server.address) as peer:
        peer.send(b''.join(codec.encode(text(i)) for i in range(5000)))
        assert [server.receive(10)[1].text for _ in range(5000)] == [str(i) for i in range(5000)]


def test_a_large_volume_arrives_unchanged_where_it_was_received(make_server):
    server = make_server()
    pixels = np.random.default_rng(1).integers(0, 1 << 15, (100, 512, 512), np.int16)
    with RawPeer(server.address) as peer:
        sending = threading.Thread(target=peer.send, args=(Image(pixels, device_name='CT'),))
        sending.start()
        _, message = server.receive(30)
        sending.join()
    assert np.array_equal(message.pixels, pixels)
    memory = message.pixels
    while isinstance(memory, np.ndarray) and memory.base is not None:
        memory = memory.base
    # the pixels are part of the memory that held the whole message, so nothing was copied
    assert memoryview(memory).obj.nbytes >= 58 + 72 + pixels.nbytes


def test_a_large_volume_leaves_unchanged(make_server):
    server = make_server()
    pixels = np.random.default_rng(2).integers(0, 1 << 15, (100, 512, 512), np.int16)
    with RawPeer(server.address) as peer:
        only_peer(server)
        server.send(Image(pixels, device_name='CT'))
        assert np.array_equal(peer.next().pixels, pixels)


# -- header versions


def test_a_peer_gets_version_1_until_it_has_sent_version_2(make_server):
    server = make_server()
    rich = text(1, metadata={'unit': 'mm'}, message_id=7)
    with RawPeer(server.address) as old, RawPeer(server.address) as new:
        until(lambda: len(server.peers) == 2)
        server.send(rich)
        for peer in (old, new):
            message = peer.next()
            assert (message.version, message.metadata, message.text) == (1, {}, '1')
        old.send(text(0))
        new.send(text(0, metadata={'hello': 'there'}))
        server.receive(10)
        server.receive(10)
        server.send(rich)
        message = old.next()
        assert (message.version, message.metadata) == (1, {})
        message = new.next()
        assert (message.version, message.metadata) == (2, {'unit': 'mm'})
        assert message.message_id == 7
        server.send(text(3))
        assert new.next().version == 1  # there is nothing in it that needs version 2


def test_header_version_2_opens_with_a_status(make_server):
    server = make_server(header_version='2')
    server.send(text(1, metadata={'a': 'b'}))
    with RawPeer(server.address) as peer:
        greeting = peer.next()
        assert isinstance(greeting, Status)
        assert (greeting.version, greeting.code) == (2, StatusCode.OK)
        assert greeting.metadata
        assert peer.next().metadata == {'a': 'b'}


def test_header_version_1_never_sends_2(make_server):
    server = make_server(header_version='1')
    with RawPeer(server.address) as peer:
        peer.send(text(0, metadata={'a': 'b'}))
        server.receive(10)
        server.send(text(1, metadata={'a': 'b'}))
        assert peer.next().version == 1


def test_a_message_is_encoded_once_for_each_header_version(make_server):
    class Counting(codec.Unknown):
        encoded = 0

        def encode_content(self):
            Counting.encoded += 1
            return super().encode_content()

    server = make_server()
    peers = [RawPeer(server.address) for _ in range(6)]
    try:
        until(lambda: len(server.peers) == 6)
        for peer in peers[:3]:
            peer.send(text(0, metadata={'a': 'b'}))
            server.receive(10)
        server.send(Counting(type_name='PLAIN', content=b'x'))
        assert [peer.next().content for peer in peers] == [b'x'] * 6
        assert Counting.encoded == 1
        server.send(Counting(type_name='RICH', content=b'x', metadata={'a': 'b'}))
        assert [peer.next().version for peer in peers] == [2, 2, 2, 1, 1, 1]
        assert Counting.encoded == 3
    finally:
        for peer in peers:
            peer.socket.close()


def test_outgoing_parts_are_shared():
    peer = Compat(Settings())
    plain = Outgoing(text(1))
    assert plain.parts(peer, 1) is plain.parts(peer, 1) is plain.parts(peer, 2)
    rich = Outgoing(text(1, metadata={'a': 'b'}))
    assert rich.parts(peer, 1) is rich.parts(peer, 1) is not rich.parts(peer, 2)
    assert rich.parts(peer, 2) is rich.parts(peer, 2)


def test_a_message_that_cannot_be_encoded_is_counted_and_the_next_one_is_sent(
    make_server, caplog
):
    class Wrong(codec.Unknown):
        def encode_content(self):
            raise EncodeError('this cannot be written')

    server = make_server()
    with RawPeer(server.address) as peer:
        there = only_peer(server)
        for _ in range(3):
            server.send(Wrong(type_name='WRONG', content=b''))
        server.send(text(1))
        assert peer.next().text == '1'
        assert there.errors == {'EncodeError': 3}
    assert caplog.text.count('this cannot be written') == 1


# -- peers that do harm


def send_garbage(peer):
    peer.send(b'GET / HTTP/1.1\r\nHost: localhost\r\nAccept: everything\r\n\r\n' * 3)


def send_half_a_message(peer):
    peer.send(codec.encode(text('x' * 1000))[:500])


def send_half_a_header(peer):
    peer.send(header()[:20])


def announce_2_to_the_63(peer):
    peer.send(header(size=1 << 63), b'and some body')


def announce_more_than_allowed(peer):
    peer.send(header(size=1_000_001))


def close_in_mid_message(peer):
    send_half_a_message(peer)
    peer.socket.close()


def reset_in_mid_message(peer):
    send_half_a_message(peer)
    peer.reset()


@pytest.mark.parametrize(
    ('harm', 'why'),
    [
        (send_garbage, r'HeaderError: header version \d+'),
        (send_half_a_message, 'stopped 500 bytes into a message for 0.3 s'),
        (send_half_a_header, 'stopped 20 bytes into a message for 0.3 s'),
        (announce_2_to_the_63, f'TooLargeError: .*{1 << 63}'),
        (announce_more_than_allowed, 'TooLargeError: .*1000001.*1000000'),
        (close_in_mid_message, 'closed by the peer, 500 bytes into a message'),
        (reset_in_mid_message, 'Connection reset by peer'),
    ],
)
def test_a_peer_that_does_harm_is_cut_off_and_the_others_go_on(make_server, caplog, harm, why):
    caplog.set_level(logging.INFO, 'igtl_ros2')
    server = make_server(stall_timeout=0.3, max_body_bytes=1_000_000)
    with RawPeer(server.address) as good, RawPeer(server.address) as silent:
        until(lambda: len(server.peers) == 2)
        bad = RawPeer(server.address)
        until(lambda: len(server.peers) == 3)
        harm(bad)
        good.send(text(1))
        assert server.receive(10)[1].text == '1'
        until(lambda: len(server.peers) == 2, 'being cut off')
        if bad.socket.fileno() >= 0:
            bad.wait_closed()
            bad.socket.close()
        with RawPeer(server.address) as later:
            until(lambda: len(server.peers) == 3)
            server.send(text(2))
            assert [peer.next().text for peer in (good, silent, later)] == ['2', '2', '2']
            later.send(text(3))
            assert server.receive(10)[1].text == '3'
    lines = [r.getMessage() for r in caplog.records if bad.name in r.getMessage()]
    assert len(lines) == 2, lines
    assert lines[0] == f'{bad.name}: connected'
    assert re.search(why, lines[1]), lines[1]


@pytest.mark.parametrize('junk', [codec.encode(codec.Unknown('TINY')), corrupt(text('x'))])
def test_others_have_their_turn_while_one_floods(make_server, junk):
    """Of 20,000 messages that wait only some are handled between two of somebody else."""
    handled, all_there = [], threading.Event()

    def take(peer, message):
        if message.type_name != 'STRING':
            return
        all_there.wait(20)
        flooding = next(p for p in server.peers if p is not peer)
        handled.append(flooding.received['TINY'] + flooding.errors['CrcError'])
        if len(handled) < 20:
            good.send(text(len(handled)))

    server = make_server(on_message=take, receive_buffer_bytes=1 << 21)
    with RawPeer(server.address) as good, RawPeer(server.address) as bad:
        until(lambda: len(server.peers) == 2)
        good.send(text(0))
        bad.send(junk * 20_000)
        all_there.set()
        until(lambda: len(handled) == 20)
        assert max(after - before for before, after in zip(handled, handled[1:])) < 1500
        there = next(p for p in server.peers if p.address == bad.name)
        until(lambda: there.received['TINY'] + there.errors['CrcError'] == 20_000)


@pytest.mark.parametrize('rest', [b'', bytes(30)])
def test_what_a_peer_has_sent_before_it_closes_is_delivered_in_turns_as_well(make_server, rest):
    got = []
    server = make_server(on_message=lambda peer, message: got.append(message.text))
    with RawPeer(server.address) as peer:
        there = only_peer(server)
        peer.send(b''.join(codec.encode(text(i)) for i in range(20_000)), rest)
        peer.socket.close()
    until(lambda: not server.peers)
    assert got == [str(i) for i in range(20_000)]
    assert there.closed_in_order == (not rest)


def test_a_peer_that_is_cut_off_in_its_turn_is_heard_no_more(make_server):
    def take(peer, message):
        got.append(message.text)
        if message.text == '1000':
            peer.disconnect('enough')

    got = []
    server = make_server(on_message=take)
    with RawPeer(server.address) as peer:
        only_peer(server)
        peer.send(b''.join(codec.encode(text(i)) for i in range(3000)))
        until(lambda: not server.peers)
    assert got == [str(i) for i in range(1001)]


def test_what_can_be_skipped_is_counted_and_the_next_message_arrives(make_server, caplog):
    server = make_server()
    nonsense = codec.encode(codec.Unknown(type_name='TRANSFORM', content=b'too short'))
    with RawPeer(server.address) as peer:
        for number in range(3):
            peer.send(corrupt(text(7)), nonsense, text(number))
        assert [server.receive(10)[1].text for _ in range(3)] == ['0', '1', '2']
        there = server.peers[0]
        assert there.errors == {'CrcError': 3, 'ContentError': 3}
        assert there.received == {'STRING': 3}
    assert len([r for r in caplog.records if 'skipped a message' in r.getMessage()]) == 2


def test_made_up_type_names_do_not_fill_the_memory(make_server):
    server = make_server()
    with RawPeer(server.address) as peer:
        peer.send(b''.join(codec.encode(codec.Unknown(type_name=f'T{i}')) for i in range(2000)))
        for _ in range(2000):
            there, _ = server.receive(10)
        assert sum(there.received.values()) == 2000
        assert len(there.received) < 300


# -- peers that do not keep up


def test_a_peer_that_does_not_read_gets_the_newest_of_streams_and_keeps_nobody_waiting(
    make_server,
):
    server = make_server()
    with RawPeer(server.address, receive_buffer=4096) as slow, RawPeer(server.address) as fast:
        until(lambda: len(server.peers) == 2)
        names = {peer.address: peer for peer in server.peers}
        slow_there, fast_there = names[slow.name], names[fast.name]
        get_stuck(slow_there)
        for number in range(100):
            server.send(image(number))
            server.send(image(number, device='Other'))
            server.send(text(number))
            fast.next(), fast.next()
            assert fast.next().text == str(number)
            assert len(slow_there.mailbox) == 2 + number + 1
        assert slow_there.mailbox.dropped == {('IMAGE', 'Scan'): 99, ('IMAGE', 'Other'): 99}
        assert not fast_there.mailbox.dropped
        texts, images = [], []
        while len(texts) < 100:
            message = slow.next()
            if isinstance(message, String):
                texts.append(message.text)
            else:
                images.append((message.device_name, int(message.pixels[0, 0, 0])))
        assert texts == [str(number) for number in range(100)]
        assert images == [('Stuck', 0), ('Scan', 99), ('Other', 99)]


def test_bounds_of_the_queue_hold_and_drops_are_counted(make_server):
    server = make_server(queue_messages=50, queue_bytes=1 << 20)
    with RawPeer(server.address, receive_buffer=4096):
        there = only_peer(server)
        get_stuck(there)
        note = text('x' * 60_000)
        for _ in range(50):
            server.send(note)
            assert len(there.mailbox) * len(codec.encode(note)) <= 1 << 20
        assert there.mailbox.dropped == {('STRING', 'Note'): 50 - (1 << 20) // 60_063}
        for _ in range(200):
            server.send(text('short', device='Small'))
        assert len(there.mailbox) == 50
        assert there.mailbox.dropped == {('STRING', 'Note'): 50, ('STRING', 'Small'): 150}


def test_a_peer_that_does_not_read_is_cut_off(make_server, caplog):
    caplog.set_level(logging.INFO, 'igtl_ros2')
    server = make_server(send_timeout=0.4)
    with RawPeer(server.address, receive_buffer=4096) as slow, RawPeer(server.address) as fast:
        until(lambda: len(server.peers) == 2)
        server.send(image(1, 1 << 24))
        fast.next()
        until(lambda: len(server.peers) == 1, 'being cut off')
        server.send(text(1))
        assert fast.next().text == '1'
    assert f'{slow.name}: disconnected: did not read for 0.4 s' in caplog.text


@needs_counts
@pytest.mark.parametrize('is_full', [False, True])
def test_a_peer_that_does_not_read_small_messages_is_cut_off_soon(make_server, is_full):
    """The system here would take megabytes; that of the peer may have no memory for what comes."""
    server = make_server(send_timeout=0.4)
    with RawPeer(server.address, receive_buffer=1 << 16) as peer:
        only_peer(server)
        pace, sent = threading.Event(), 0
        while server.peers:
            server.send(pose(sent))
            sent += 1
            assert sent < 10_000
            if is_full and sent == 200:
                peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
            pace.wait(0.001)
    assert server.last_error.endswith('did not read for 0.4 s')


@needs_counts
def test_a_peer_that_reads_slowly_gets_poses_of_now(make_server):
    """For each that it reads ten are sent; the system here would take megabytes of them."""
    server = make_server()
    with RawPeer(server.address, receive_buffer=1 << 16) as slow:
        there = only_peer(server)
        size = len(codec.encode(pose(0)))
        decoder = codec.Decoder()
        got = []
        for number in range(20_000):
            server.send(pose(number))
            if number % 10 == 9:
                decoder.feed(slow.socket.recv(size))
                while (message := decoder.next_message()) is not None:
                    got.append(int(message.matrix[0, 3]))
                assert there.sent['TRANSFORM'] - len(got) < 3000
        assert got == sorted(set(got))
        assert there.mailbox.dropped['TRANSFORM', 'Tool'] > 10_000


def test_a_peer_that_reads_slowly_is_not_cut_off(make_server):
    server = make_server(send_timeout=0.5)
    with RawPeer(server.address, receive_buffer=1 << 16) as slow:
        there = only_peer(server)
        began = time.monotonic()
        server.send(image(7, 1 << 25))
        wanted = len(codec.encode(image(7, 1 << 25)))
        got = 0
        pace = threading.Event()
        while got < wanted:
            size = len(slow.socket.recv(1 << 18))
            assert size, 'the connection was closed'
            got += size
            if time.monotonic() - began < 2.0:
                pace.wait(0.02)
        assert server.peers == [there]


def test_a_peer_waits_while_nobody_takes_its_messages_and_nothing_is_lost(make_server):
    server = make_server(
        queue_messages=10, queue_policy=['IMAGE=all'], stall_timeout=0.3)
    sent = []
    with RawPeer(server.address) as peer:

        def send():
            for number in range(200):
                peer.send(image(number))
                sent.append(number)

        sending = threading.Thread(target=send)
        sending.start()
        there = only_peer(server)
        # Wait until the sender stands still for longer than the time-out for stalled peers
        still = [0, time.monotonic()]

        def stands_still():
            if still[0] != there.received_bytes:
                still[:] = [there.received_bytes, time.monotonic()]
            return still[0] and time.monotonic() - still[1] > 1.0

        until(stands_still)
        assert len(sent) < 100
        assert there.received['IMAGE'] <= 12
        assert server.peers == [there]
        got = [int(server.receive(10)[1].pixels[0, 0, 0]) for _ in range(200)]
        sending.join()
    assert got == list(range(200))


def test_a_peer_that_is_made_to_wait_is_not_called_silent(make_server):
    server = make_server(queue_messages=10, idle_timeout=0.4)
    with RawPeer(server.address) as peer:
        there = only_peer(server)
        peer.send(*map(text, range(20)))
        until(lambda: there.received['STRING'] >= 10)
        time.sleep(1.0)
        assert server.peers == [there]
        assert [server.receive(10)[1].text for _ in range(20)] == [str(i) for i in range(20)]
        until(lambda: not server.peers, 'being cut off')
    assert server.last_error.endswith('sent nothing for 0.4 s')


def test_flow_control_holds_for_many_peers_and_a_slow_reader(make_server):
    server = make_server(queue_messages=5)
    peers = [RawPeer(server.address) for _ in range(4)]
    senders = [
        threading.Thread(
            target=peer.send, args=[text(f'{n} {i} ' + 'x' * 4000) for i in range(500)]
        )
        for n, peer in enumerate(peers)
    ]
    for sender in senders:
        sender.start()
    got = {str(n): [] for n in range(4)}
    for _ in range(2000):
        who, number, _ = server.receive(10)[1].text.split(' ')
        got[who].append(int(number))
    for sender in senders:
        sender.join()
    for peer in peers:
        peer.socket.close()
    assert all(numbers == list(range(500)) for numbers in got.values())


def mesh(device, count=400_000):
    """Make a mesh that takes long to read: its cells are of several sizes."""
    cells = Cells(np.zeros(count * 5 // 2, np.uint32), np.tile([2, 3], count // 2))
    return PolyData(np.zeros((1, 3), np.float32), polygons=cells, device_name=device)


@pytest.fixture
def may_read(monkeypatch):
    """Meshes are read when this event is set."""
    event, whole = threading.Event(), Cells.decode.__func__

    def slowly(cls, *args):
        assert event.wait(30)
        return whole(cls, *args)

    monkeypatch.setattr(Cells, 'decode', classmethod(slowly))
    return event


def test_a_message_that_takes_long_to_read_keeps_only_its_own_peer_waiting(may_read):
    received = []
    with serve(
        'tcp://127.0.0.1:0', on_message=lambda peer, m: received.append(m.device_name)
    ) as server:
        slow, quick = (RawPeer(server.address) for _ in range(2))
        with slow, quick:
            slow.send(codec.encode(mesh('Mesh')) + codec.encode(String('x', device_name='After')))
            until(lambda: sum(p.received_bytes for p in server.peers) > 4_000_000, 'the mesh')
            for number in range(20):
                quick.send(codec.encode(String('x', device_name=f'Quick{number}')))
            until(lambda: len(received) == 20, 'the messages of the other peer')
            assert received == [f'Quick{number}' for number in range(20)]
            may_read.set()
            until(lambda: len(received) == 22, 'the mesh, and what came behind it')
            assert received[20:] == ['Mesh', 'After']


def test_a_peer_that_leaves_while_its_message_is_read_has_sent_it(may_read):
    log = []
    with serve(
        'tcp://127.0.0.1:0',
        on_message=lambda peer, m: log.append(m.device_name),
        on_peer=lambda peer, joined: log.append(joined),
    ) as server:
        with RawPeer(server.address) as peer:
            peer.send(mesh('Mesh', 100_000), corrupt(mesh('Broken', 10)), String('x'))
            until(lambda: server.peers and server.peers[0].received_bytes > 1_400_000, 'it')
            (known,) = server.peers
        may_read.set()
        until(lambda: False in log, 'the end')
    assert log == [True, 'Mesh', '', False]
    assert known.errors['CrcError'] == 1
