"""What keeps a link up, and what it lets a peer do: reconnection, refusals, time-outs."""

import itertools
import logging
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from types import SimpleNamespace

import numpy as np
import pytest
from network_peers import DEADLINE_S, RawPeer, corrupt, text, until

from igtl_ros2 import codec, connect, serve
from igtl_ros2.client import Client
from igtl_ros2.codec.messages.bundle import Bind
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.query import Query
from igtl_ros2.codec.messages.text import Status, StatusCode
from igtl_ros2.config import SETTINGS, Settings, options, refuse_misfit
from igtl_ros2.errors import ConfigError, PeerError, PeerTimeoutError
from igtl_ros2.peers import dialer, held

LOCAL = 'tcp://127.0.0.1:0'


# -- reconnection


def test_without_reconnection_the_first_refusal_is_the_last():
    with pytest.raises(PeerError, match='Connection refused'):
        connect('tcp://127.0.0.1:1', timeout_s=None, reconnect=False)


def test_attempts_are_counted(caplog):
    with pytest.raises(PeerError, match=r'Connection refused$'):
        connect(
            'tcp://127.0.0.1:1', timeout_s=None, reconnect_attempts=3, reconnect_delay=0.01
        )
    assert 'gave up after 3 attempts' in caplog.text


def test_attempts_are_counted_from_the_last_connection_that_worked(monkeypatch, caplog):
    def accept(number):
        for _ in range(number):
            with listening.accept()[0] as sock:
                sock.shutdown(socket.SHUT_RDWR)
        listening.close()

    for worked_s, number in ((-1.0, 6), (1e9, 2)):
        monkeypatch.setattr(dialer, '_WORKED_S', worked_s)
        caplog.clear()
        with socket.create_server(('127.0.0.1', 0)) as listening:
            thread = threading.Thread(target=accept, args=(number,))
            thread.start()
            url = f'tcp://127.0.0.1:{listening.getsockname()[1]}'
            with connect(url, reconnect_attempts=2, reconnect_delay=0.01) as client:
                with pytest.raises(PeerError, match=r'refused|closed by the peer|reset'):
                    list(client)
                assert client.state == 'failed' and client.reconnects == number - 1
                assert 'gave up after 2 attempts' in caplog.text
            thread.join()


def test_a_server_that_ends_the_connection_in_order_ends_the_iteration():
    with serve(LOCAL) as server:
        client = connect(str(server.address), reconnect=False)
        server.wait_connected(DEADLINE_S).send(text('last'))
        server.flush(DEADLINE_S)
    with client:
        assert [message.text for message in client] == ['last']
        with pytest.raises(PeerError, match='closed by the peer'):
            client.receive(0)
        with pytest.raises(PeerError, match='closed by the peer'):
            client.wait_connected(0)
        assert client.state == 'ended'


def test_what_a_server_said_before_it_closed_at_once_can_be_read():
    with socket.create_server(('127.0.0.1', 0)) as listener:
        settings = Settings(mode='client', port=listener.getsockname()[1], reconnect=False)
        with Client(settings) as client:
            sock, _ = listener.accept()
            sock.sendall(codec.encode(text('busy')))
            sock.close()
            until(lambda: client.state == 'ended')
            client.wait_connected(0)  # it was, and this is what `connect` waits for
            assert client.receive(0).text == 'busy'
            with pytest.raises(PeerError, match='closed by the peer'):
                client.wait_connected(0)


def test_a_connection_that_is_cut_short_is_an_error_for_the_iteration():
    with socket.create_server(('127.0.0.1', 0)) as listener:
        url = f'tcp://127.0.0.1:{listener.getsockname()[1]}'
        with connect(url, reconnect=False) as client:
            sock, _ = listener.accept()
            whole = codec.encode(text('whole'))
            sock.sendall(whole + whole[:-1])
            sock.close()
            got = []
            with pytest.raises(PeerError, match='closed by the peer, .* bytes into a message'):
                for message in client:
                    got.append(message.text)
            assert got == ['whole'] and client.state == 'failed'


def test_pauses_grow_by_the_factor_up_to_the_longest_and_are_spread(monkeypatch):
    import asyncio


    pauses = []
    sleep = asyncio.sleep

    async def no_sleep(delay, *args):
        if delay and delay != 0.25:  # that is the housekeeping
            pauses.append(delay)
        await sleep(0)

    chances = itertools.cycle([0.0, 1.0])
    monkeypatch.setattr(dialer.random, 'random', lambda: next(chances))
    monkeypatch.setattr(dialer.asyncio, 'sleep', no_sleep)
    settings = Settings(
        mode='client', port=1, reconnect_delay=1, reconnect_factor=3, reconnect_max_delay=10,
        reconnect_jitter=0.5, reconnect_attempts=6,
    )
    with Client(settings) as client:
        until(lambda: client.state == 'failed')
    assert pauses == [1.0, 1.5, 9.0, 5.0, 10.0]


# -- whom a server lets in


def test_one_client_too_many_is_told_so_and_the_others_are_not_disturbed():
    with serve(LOCAL, max_clients=1) as server:
        with connect(str(server.address)) as inside, RawPeer(server.address) as outside:
            until(lambda: server.link.refusals)
            outside.send(text('let me in'))
            refusal = outside.next()
            assert isinstance(refusal, Status) and refusal.code == StatusCode.BUSY
            assert refusal.message == '1 clients are connected, that is the limit'
            assert refusal.version == 1
            outside.wait_closed()
            inside.send(text('here'))
            assert server.receive(DEADLINE_S)[1].text == 'here'
            with pytest.raises(PeerError, match='no message'):
                server.receive(0.05)
            assert len(server.peers) == 1


def test_one_address_does_not_take_the_places_of_others():
    with serve('tcp://0.0.0.0:0', max_clients=3, max_clients_per_address=2) as server:
        here = server.address._replace(host='127.0.0.1')
        with RawPeer(here) as one, RawPeer(here):
            until(lambda: len(server.peers) == 2)
            with RawPeer(here) as third:
                refusal = third.next()
                assert isinstance(refusal, Status) and refusal.code == StatusCode.BUSY
                words = '2 clients of this address are connected, that is the limit'
                assert refusal.message == words
                third.wait_closed()
            with socket.create_connection((here.host, here.port), source_address=('127.0.0.2', 0)):
                until(lambda: len(server.peers) == 3)
                one.socket.close()
                until(lambda: len(server.peers) == 2)
                with RawPeer(here):
                    until(lambda: len(server.peers) == 3, 'the place that became free')


def test_many_refused_clients_at_once_leave_nothing_behind():
    with serve(LOCAL, max_clients=1) as server, connect(str(server.address)):
        outside = [RawPeer(server.address) for _ in range(60)]
        for peer in outside:
            peer.wait_closed()
            peer.socket.close()
        until(lambda: not server.link._leaving)
        assert server.link.refusals == 60


def test_an_idle_client_is_cut_off_when_that_is_wanted(caplog):
    with serve(LOCAL, idle_timeout=0.3) as server:
        with RawPeer(server.address) as idle:
            idle.wait_closed()
        until(lambda: 'sent nothing for 0.3 s' in caplog.text)


def test_a_byte_now_and_then_is_no_progress(caplog):
    with serve(LOCAL, stall_timeout=0.5) as server, RawPeer(server.address) as slow:
        data = codec.encode(text('x' * 500))
        with pytest.raises(OSError):
            for byte in itertools.cycle(data):
                slow.send(bytes([byte]))
                threading.Event().wait(0.02)
        assert 'bytes into a message for 0.5 s' in caplog.text
        assert server.peers == []


def test_a_slow_peer_that_makes_progress_stays():
    with serve(LOCAL, stall_timeout=0.4) as server, RawPeer(server.address) as slow:
        data = codec.encode(text('x' * 30000))
        for start in range(0, len(data), 1500):
            slow.send(data[start : start + 1500])
            threading.Event().wait(0.05)
        assert server.receive(DEADLINE_S)[1].text == 'x' * 30000


def test_peers_that_come_and_go_do_not_fill_the_log(caplog, monkeypatch):
    monkeypatch.setattr('igtl_ros2.peers.link_state._LOG_PERIOD_S', 1e9)
    caplog.set_level(logging.INFO, 'igtl_ros2')
    with serve(LOCAL) as server:
        for _ in range(300):
            with RawPeer(server.address) as peer:
                peer.send(corrupt(text('bad')), Status(metadata={'dummy': 'dummy'}))
            server.receive(DEADLINE_S)
        with RawPeer(server.address) as last:
            last.send(text('last'))
            assert server.receive(DEADLINE_S)[1].text == 'last'
    for words in ('CrcError', 'recognised as slicer'):
        assert sum(words in record.getMessage() for record in caplog.records) == 50
    assert len(caplog.records) < 250


# -- what one peer may cost


def volume(number, megabytes=1):
    pixels = np.full((megabytes, 1024, 1024), number, np.uint8)
    return Image(pixels, device_name=f'Scan{number}')


def test_a_peer_waits_when_too_many_bytes_wait_to_be_received():
    with serve(LOCAL, queue_bytes=3 << 20) as server, connect(str(server.address)) as client:
        for number in range(30):
            client.send(volume(number), hold=False)
        until(lambda: server.link._paused, 'the pause')
        for _ in range(5):
            threading.Event().wait(0.02)
            assert len(server.link._inbox) <= 4
        got = [server.receive(DEADLINE_S)[1].device_name for _ in range(30)]
        assert got == [f'Scan{number}' for number in range(30)]


def test_a_message_that_is_larger_than_all_that_may_wait_is_received():
    with serve(LOCAL, queue_bytes=1000) as server, connect(str(server.address)) as client:
        for number in range(3):
            client.send(volume(number), hold=False)
        for number in range(3):
            assert server.receive(DEADLINE_S)[1].device_name == f'Scan{number}'


def test_what_is_held_is_bounded_in_bytes_streams_first(caplog):
    with serve(LOCAL, queue_bytes=3_500_000) as server:
        server.send(text('kept'))
        server.send(Status(StatusCode.EMERGENCY, device_name='Robot'))
        for number in range(20):
            server.send(volume(number))

        def names():
            return [outgoing.message.device_name for outgoing in server.link.held()]

        assert names() == ['Note', 'Robot', 'Scan17', 'Scan18', 'Scan19']
        server.send(volume(19))
        assert len(names()) == 5 and server.facts['held no more'] == 17
        # one that is larger by itself is held besides, as a mailbox takes it
        server.send(volume(50, megabytes=4))
        server.send(volume(51, megabytes=4))
        assert names() == ['Note', 'Robot', 'Scan17', 'Scan18', 'Scan19', 'Scan51']
        with RawPeer(server.address) as late:
            assert {late.next().device_name for _ in range(6)} == set(names())
    assert caplog.text.count('is not held any more') == 1
    assert "IMAGE 'Scan0' is not held any more" in caplog.text


def test_what_is_held_is_given_no_later_than_wanted(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(held, 'time', SimpleNamespace(monotonic=lambda: now[0]))
    with serve(LOCAL, held_max_age=2.0) as server, serve(LOCAL) as patient:
        for end in (server, patient):
            end.send(Status(StatusCode.EMERGENCY, device_name='Robot'))
            end.send(text('old'))
        now[0] += 1.0
        server.send(text('newer', device='Other'))
        now[0] += 1.5
        with RawPeer(server.address) as late:
            assert late.next().code == StatusCode.EMERGENCY
            assert late.next().text == 'newer'
        assert not server.link.held('STRING', 'Note')
        now[0] += 1e6
        with RawPeer(patient.address) as late:
            assert late.next().code == StatusCode.EMERGENCY
            assert late.next().text == 'old'


def test_incomplete_messages_of_all_peers_are_bounded_together(caplog):
    limits = {'max_waiting_bytes': 3_000_000, 'max_body_bytes': 2_000_000}
    with serve(LOCAL, stall_timeout=60.0, **limits) as server:
        wire = codec.encode(volume(1))
        whole = len(wire)
        with ExitStack() as ends:
            peers = [ends.enter_context(RawPeer(server.address)) for _ in range(4)]
            until(lambda: len(server.peers) == 4)
            names = [peer.name for peer in peers]
            peers[0].send(wire[:100])  # small, and not the cause
            for peer in peers[1:3]:
                peer.send(wire[:-1000])
                until(lambda: sum(p.received_bytes for p in server.peers) % (whole - 1000) == 100)
            threading.Event().wait(0.6)
            assert len(server.peers) == 4
            peers[3].send(wire[:-1000])
            peers[1].wait_closed()
            peers[3].send(wire[-1000:])
            assert server.receive(DEADLINE_S)[1].device_name == 'Scan1'
            peers[0].send(wire[100:])
            peers[2].send(wire[-1000:])
            for _ in range(2):
                assert server.receive(DEADLINE_S)[1].device_name == 'Scan1'
    assert f'{names[1]}: disconnected: {whole - 1000} bytes into a message' in caplog.text
    assert 'limits.max_waiting_bytes is 3000000' in caplog.text


# -- the state of a peer


def test_what_is_known_of_a_client():
    with serve(LOCAL) as server, RawPeer(server.address) as raw:
        raw.send(text('1'), text('2', metadata={'a': 'b'}), codec.encode(text('3'))[:-1])
        server.receive(DEADLINE_S)
        peer, _ = server.receive(DEADLINE_S)
        assert peer.address == raw.name and peer.name == ''
        assert peer.seen_versions == {1, 2} and peer.version == 2
        assert peer.received == {'STRING': 2} and peer.received_bytes > 2 * 58
        peer.send(text('back'))
        assert raw.next().text == 'back'
        assert peer.sent == {'STRING': 1}
        until(lambda: peer.sent_bytes == 58 + 4 + 4, 'the count')


def test_round_trip_is_measured_only_where_it_is_wanted():
    def answer(peer, message):
        if message.type_name == 'GET_STATUS':
            time.sleep(0.02)
            peer.send(Status(device_name=message.device_name))

    with serve(LOCAL, on_message=answer) as server:
        with connect(str(server.address), ping_period=0.01) as client:
            (peer,) = client.peers
            server.send(text('for the user'))
            assert client.receive(DEADLINE_S).text == 'for the user'
            until(lambda: peer.round_trip_s)
            assert peer.round_trip_s > 0.02
        with connect(str(server.address)) as client:
            threading.Event().wait(0.4)
            assert 'GET_STATUS' not in client.peers[0].sent
            assert client.peers[0].round_trip_s is None


def test_a_late_answer_is_not_taken_for_one_to_the_next_ping():
    with serve(LOCAL, ping_period=0.01) as server, RawPeer(server.address) as raw:
        raw.send(text('hello'))
        peer = server.wait_connected(DEADLINE_S)
        first, second = raw.next(), raw.next()
        assert {first.type_name, second.type_name} == {'GET_STATUS'}
        raw.send(Status(device_name=first.device_name), text('after it'))
        received = [server.receive(DEADLINE_S)[1].text for _ in range(2)]
        assert received == ['hello', 'after it'] and peer.round_trip_s is None


def ping_answer(code=StatusCode.OK):
    return Status(code, device_name='igtl_ros2 ping 1')


def test_a_status_is_no_answer_where_nothing_was_asked():
    with serve(LOCAL) as server, RawPeer(server.address) as peer:
        peer.send(ping_answer())
        assert server.receive(DEADLINE_S)[1].device_name == 'igtl_ros2 ping 1'


def test_an_emergency_is_no_answer_to_a_ping():
    with serve(LOCAL, ping_period=0.01) as server, RawPeer(server.address) as peer:
        peer.send(text('hello'))
        assert peer.next().type_name == 'GET_STATUS'
        assert server.receive(DEADLINE_S)[1].text == 'hello'
        peer.send(ping_answer(), ping_answer(StatusCode.EMERGENCY))
        assert server.receive(DEADLINE_S)[1].code == StatusCode.EMERGENCY


def test_nobody_is_pinged_before_it_has_shown_what_it_is():
    with serve(LOCAL, ping_period=0.01) as server, RawPeer(server.address) as slicer:
        peer = server.wait_connected(DEADLINE_S)
        threading.Event().wait(0.6)  # two rounds of housekeeping
        assert not peer.sent
        slicer.send(Status(metadata={'dummy': 'dummy'}))
        server.receive(DEADLINE_S)
        threading.Event().wait(0.6)
        assert peer.compat == 'slicer' and not peer.sent


def test_flush_of_a_closed_link_says_so():
    with serve(LOCAL) as server:
        pass
    with pytest.raises(PeerError, match='the link is closed'):
        server.flush(1)


def test_flush_says_that_a_peer_was_lost_with_what_had_not_left():
    with serve(LOCAL, send_timeout=0.3) as server:
        with RawPeer(server.address, receive_buffer=4096) as stuck:
            server.wait_connected(DEADLINE_S)
            server.send(volume(1, megabytes=20), hold=False)
            with pytest.raises(PeerError, match='not everything left: did not read for 0.3 s'):
                server.flush(DEADLINE_S)
            del stuck
    with serve(LOCAL) as server:
        with RawPeer(server.address, receive_buffer=4096) as stuck:
            server.wait_connected(DEADLINE_S)
            server.send(volume(1, megabytes=20), hold=False)
            leaving = threading.Timer(0.2, stuck.reset)
            leaving.start()
            with pytest.raises(PeerError, match='not everything left: Connection reset'):
                server.flush(DEADLINE_S)
            leaving.join()


def test_flush_with_nobody_there_waits_for_nobody():
    with serve(LOCAL) as server:
        server.send(text('held'))
        server.flush(DEADLINE_S)


@pytest.mark.parametrize(
    'wait',
    [
        lambda server: server.flush(DEADLINE_S),
        lambda server: server.receive(DEADLINE_S),
        lambda server: next(server.messages(DEADLINE_S)),
    ],
)
def test_who_would_wait_in_a_callback_is_told(wait):
    told = []

    def take(peer, message):
        with pytest.raises(PeerError, match='a callback must not wait') as caught:
            wait(server)
        told.append(caught.value)

    with serve(LOCAL, on_message=take) as server, RawPeer(server.address) as peer:
        server.wait_connected(DEADLINE_S)
        peer.send(text('now'))
        until(lambda: told)


def test_what_needs_no_wait_is_allowed_in_a_callback():
    found = []

    def take(peer, message):
        found.append(server.wait_connected(DEADLINE_S))
        with pytest.raises(PeerTimeoutError):
            server.receive(0)
        found.append(True)

    with serve(LOCAL, on_message=take) as server, RawPeer(server.address) as peer:
        server.wait_connected(DEADLINE_S)
        peer.send(text('now'))
        until(lambda: found[1])
        assert found[0].address == peer.name


def test_flush_waits_and_says_who_does_not_read():
    with serve(LOCAL) as server, RawPeer(server.address, receive_buffer=4096):
        server.wait_connected(DEADLINE_S)
        server.send(text(1))
        server.flush(DEADLINE_S)
        for number in range(300):
            server.send(text('x' * 60000, device=f'{number}'))
        with pytest.raises(PeerError, match=r'tcp://127.0.0.1:\d+: not everything left within'):
            server.flush(0.05)


# -- what a peer can take


def test_slicer_is_known_by_its_first_message_and_spared_what_it_crashes_on(caplog):
    with serve(LOCAL) as server, RawPeer(server.address) as slicer, \
            RawPeer(server.address) as other:
        slicer.send(Status(metadata={'dummy': 'dummy'}))
        other.send(text('hello'))
        known, _ = server.receive(DEADLINE_S)
        server.receive(DEADLINE_S)
        assert {peer.compat for peer in server.peers} == {'slicer', ''}
        server.send(Query('GET_IMAGE', device_name='Scan'))
        server.send(codec.Unknown(type_name='MINE', content=b'1234'))
        server.send(text('for all'))
        assert slicer.next().text == 'for all'
        assert [other.next().type_name for _ in range(3)] == ['GET_IMAGE', 'MINE', 'STRING']
        until(lambda: known.errors['EncodeError'] == 2)
    assert 'GET_IMAGE: 3D Slicer crashes on it' in caplog.text


def test_plus_is_greeted_with_what_it_needs():
    with socket.create_server(('127.0.0.1', 0)) as listener:
        url = f'tcp://127.0.0.1:{listener.getsockname()[1]}'
        with connect(url, client_info='<ClientInfo/>'):
            sock, _ = listener.accept()
            with sock:
                decoder = codec.Decoder()
                got = []
                while len(got) < 2:
                    decoder.feed(sock.recv(1 << 16))
                    while (message := decoder.next_message()) is not None:
                        got.append(message)
    assert [message.type_name for message in got] == ['CLIENTINFO', 'STATUS']
    assert got[0].text == '<ClientInfo/>' and got[1].version == 2


@pytest.mark.parametrize('emergency', [
    Status(StatusCode.EMERGENCY, device_name='Robot'),
    Bind((Bind((Status(StatusCode.EMERGENCY, device_name='Robot'),)),)),
])
def test_an_emergency_overtakes_what_waits(emergency):
    with serve(LOCAL) as server, RawPeer(server.address, receive_buffer=4096) as slow:
        peer = server.wait_connected(DEADLINE_S)
        for number in range(150):
            server.send(text('x' * 60000, device=f'{number}'))
        until(lambda: peer.mailbox.congested)
        server.send(emergency)
        kinds = [slow.next().type_name for _ in range(151)]
    assert kinds.index(emergency.type_name) < 148


def test_an_emergency_is_held_for_who_comes_later_whatever_else_is():
    with serve(LOCAL, queue_messages=5) as server:
        server.send(Status(StatusCode.EMERGENCY, device_name='Robot'))
        for number in range(20):
            server.send(text('x', device=f'{number}'))
        assert [o.message.device_name for o in server.link.held()] == [
            'Robot', '16', '17', '18', '19']
        with RawPeer(server.address) as late:
            assert late.next().code == StatusCode.EMERGENCY
        server.send(Status(StatusCode.OK, device_name='Robot'))
        for number in range(20):
            server.send(text('x', device=f'{number}'))
        assert not server.link.held('STATUS')


def test_a_policy_keeps_every_pose_for_a_slow_reader():
    with serve(LOCAL, queue_policy=['TRANSFORM=all']) as server:
        with RawPeer(server.address, receive_buffer=4096) as slow:
            peer = server.wait_connected(DEADLINE_S)
            server.send(text('x' * 60000), hold=False)
            for number in range(900):
                server.send(Transform(np.eye(4), device_name='Probe', timestamp=number + 1))
            stamps = [slow.next().timestamp for _ in range(901)]
            assert stamps[1:] == list(range(1, 901))
            assert not peer.mailbox.dropped


@pytest.mark.parametrize('receive_buffer', [4096, 1 << 20])
def test_what_is_sent_now_and_then_in_bursts_keeps_its_order(receive_buffer):
    # alone a message leaves at once, in bursts and behind a slow reader it waits
    random = np.random.default_rng(receive_buffer)
    with serve(LOCAL, queue_messages=10_000) as server:
        with RawPeer(server.address, receive_buffer=receive_buffer) as reader:
            server.wait_connected(DEADLINE_S)
            received = []
            reading = threading.Thread(
                target=lambda: received.extend(reader.next().text for _ in range(1500)))
            reading.start()
            words = [str(number) + 'x' * int(random.integers(0, 2000)) for number in range(1500)]
            for word in words:
                server.send(text(word), hold=False)
                if random.random() < 0.3:
                    time.sleep(random.random() * 0.001)
            reading.join(60)
            assert received == words


def test_threads_that_send_at_once_each_keep_their_order():
    with serve(LOCAL, queue_messages=10_000) as server, RawPeer(server.address) as reader:
        server.wait_connected(DEADLINE_S)

        def talk(name):
            for number in range(400):
                server.send(text(f'{name} {number}'), hold=False)
                time.sleep(0.0004)

        threads = [threading.Thread(target=talk, args=(name,)) for name in 'abc']
        for thread in threads:
            thread.start()
        received = [reader.next().text for _ in range(1200)]
        for name in 'abc':
            assert [word for word in received if word.startswith(name)] == [
                f'{name} {number}' for number in range(400)]


# -- options and their types


def typed_options(kind):
    return set(kind.__required_keys__ | kind.__optional_keys__)


@pytest.mark.parametrize(
    ('kind', 'mode', 'protocols'),
    [
        (options.ClientOptions, 'client', ('tcp', 'tls')),
        (options.ServerOptions, 'server', ('tcp', 'tls')),
        (options.DatagramClientOptions, 'client', ('udp',)),
        (options.DatagramServerOptions, 'server', ('udp',)),
    ],
)
def test_type_checkers_know_the_options_that_exist(kind, mode, protocols):
    def fits(name, protocol):
        try:
            refuse_misfit(name, mode, protocol)
        except ConfigError:
            return False
        return True

    names = list(SETTINGS)
    of_links = names[names.index('header_version') : names.index('mapping_file')]
    fitting = {name for name in of_links if any(fits(name, p) for p in protocols)}
    assert typed_options(kind) == fitting


def test_a_type_checker_refuses_what_cannot_work(tmp_path):
    pytest.importorskip('mypy')
    program = tmp_path / 'program.py'
    program.write_text(
        'from igtl_ros2 import aio, connect, serve\n'
        "connect('tcp://a', reconnect=False, tcp_nodelay=True)\n"
        "connect('udp://a', udp_rtp=True, queue_messages=5)\n"
        "serve('tls://a', tls_cert_file='c', max_clients=3)\n"
        "connect('udp://a', udp_rtp=True, tls_ca_file='c')\n"
        "connect('udp://a', udp_rtp=True, reconnect=True)\n"
        "serve('tcp://a', reconnect=True)\n"
        "connect('tcp://a', queue_messages='many')\n"
        "aio.serve('udp://a', udp_targets=['a:1'], tls_cert_file='c')\n"
        "import numpy as np; from igtl_ros2 import Sensor\n"
        "unit: int = Sensor(np.zeros(3), unit='N').unit\n"
        "Sensor(np.zeros(3), unit=1.5)\n"
        # an element of another package need not be made of that of the codec
        'from igtl_ros2.codec.lists import ElementList, Table\n'
        'class Screw: SIZE = 4\n'
        'class Screws(ElementList): element_class = Screw\n'
        'Table.of(Screw, [])\n'
    )
    done = subprocess.run(
        [sys.executable, '-m', 'mypy', '--config-file', '/dev/null', str(program)],
        capture_output=True,
        text=True,
    )
    lines = {line.split(':')[1] for line in done.stdout.splitlines() if ' error: ' in line}
    assert lines == {*'56789', '12'}, done.stdout


@pytest.mark.parametrize(
    ('make', 'words'),
    [
        (lambda: connect('udp://127.0.0.1', tls_ca_file='x'), 'only with tls'),
        (lambda: connect('udp://127.0.0.1', reconnect=True), 'udp, which has no connections'),
        (lambda: connect('tcp://127.0.0.1', udp_rtp=True), 'only with udp'),
        (lambda: connect('tcp://127.0.0.1', max_clients=3), 'only with mode server'),
        (lambda: serve('tcp://127.0.0.1', reconnect_delay=1), 'only with mode client'),
        (lambda: connect('127.0.0.1', timeout=1), "timeout: .*; did you mean 'timeout_s'"),
        (lambda: connect('http://127.0.0.1'), 'wanted tcp://HOST:PORT'),
        (lambda: connect(''), 'wanted tcp://HOST:PORT'),
    ],
)
def test_combinations_that_cannot_work_are_refused(make, words):
    with pytest.raises(ConfigError, match=words):
        make()


def test_a_name_whose_first_address_does_not_answer_is_reached_at_the_next(monkeypatch):
    with ExitStack() as opened, serve(LOCAL) as server:
        port = server.address.port
        hole = opened.enter_context(socket.socket())
        hole.bind(('127.0.0.2', port))
        hole.listen(0)
        for _ in range(4):  # what is more than its queue takes gets no answer
            filling = opened.enter_context(socket.socket())
            filling.setblocking(False)
            filling.connect_ex(('127.0.0.2', port))
        look_up = socket.getaddrinfo

        def two(host, *rest, **named):
            if host != 'scanner':
                return look_up(host, *rest, **named)
            return look_up('127.0.0.2', *rest, **named) + look_up('127.0.0.1', *rest, **named)

        monkeypatch.setattr(socket, 'getaddrinfo', two)
        url = f'tcp://scanner:{port}'
        with connect(url, connect_timeout=1.0, reconnect=False, timeout_s=DEADLINE_S) as client:
            client.send(text('here'))
            assert server.receive(DEADLINE_S)[1].text == 'here'
