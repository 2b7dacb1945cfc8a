"""Clients and servers of this package with each other, over real sockets."""

import contextlib
import errno
import gc
import itertools
import logging
import os
import re
import socket
import subprocess
import sys
import textwrap
import threading
import time
from contextlib import suppress

import forked
import numpy as np
import pytest
from network_peers import RawPeer, text, until

from igtl_ros2 import codec, connect, serve
from igtl_ros2.client import Client
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import Command
from igtl_ros2.config import Settings
from igtl_ros2.errors import ConfigError, PeerError, PeerTimeoutError
from igtl_ros2.server import Server
from igtl_ros2.transport import network, stream


def network_threads():
    """List the threads that this package has started."""
    return {thread for thread in threading.enumerate() if thread.name.startswith('igtl-')}


@pytest.fixture(autouse=True)
def nothing_is_left(caplog):
    gc.freeze()  # what is older than the test need not be looked through at its end
    before = network_threads()
    yield
    # a look-up tells its answer just before it ends
    deadline = time.monotonic() + 10
    while not network_threads() <= before and time.monotonic() < deadline:
        time.sleep(0.001)
    assert network_threads() <= before
    gc.collect()
    noise = [r for r in caplog.records if r.name == 'asyncio' and r.levelno > logging.INFO]
    assert not noise, [r.getMessage() for r in noise]


@pytest.fixture
def server():
    with serve('tcp://127.0.0.1:0') as server:
        yield server


def join(server, **settings):
    """Connect a client, and wait until the server knows it as well."""
    before = len(server.peers)
    client = connect(str(server.address), **settings)
    until(lambda: len(server.peers) > before, 'the peer')
    return client


def receive(link):
    """Take the next message."""
    got = link.receive(20)
    return got[1] if isinstance(link, Server) else got


def test_messages_end_after_a_while_and_the_link_goes_on(server):
    with join(server) as client:
        server.send(text('first'))
        assert [message.text for message in client.messages(0.3)] == ['first']
        client.send(text('up'))
        assert [message.text for _, message in server.messages(0.3)] == ['up']
        server.send(text('second'))
        assert list(client.messages(0.0)) == []
        assert receive(client).text == 'second'


def test_messages_end_in_time_though_more_keep_coming(server):
    with join(server) as client:
        stop = threading.Event()

        def flood():
            while not stop.wait(0.001):
                server.send(text('more'))

        thread = threading.Thread(target=flood)
        thread.start()
        try:
            assert {message.text for message in client.messages(0.2)} == {'more'}
        finally:
            stop.set()
            thread.join()


def test_a_time_out_is_a_time_out(server):
    with join(server) as client:
        for wait in (client.receive, server.receive):
            with pytest.raises(TimeoutError):
                wait(0.01)
    with serve('tcp://127.0.0.1:0') as alone:
        with pytest.raises(TimeoutError, match='no connection within'):
            alone.wait_connected(0.01)


# -- several at once


def test_both_ways(server):
    with join(server) as client:
        client.send(text('up'))
        peer, message = server.receive(20)
        assert message.text == 'up'
        peer.send(text('down'))
        assert receive(client).text == 'down'


def test_a_hundred_clients_get_everything_in_order(server):
    settings = Settings(
        mode='client', port=server.address.port, queue_policy=['TRANSFORM=all'])
    clients = [Client(settings) for _ in range(100)]
    try:
        until(lambda: len(server.peers) == 100, '100 peers')
        for number in range(20):
            server.send(Transform(np.eye(4) + 0, device_name=f'T{number % 3}', message_id=0))
            server.send(text(number))
        for client in clients:
            got = [receive(client) for _ in range(40)]
            assert [m.text for m in got if m.type_name == 'STRING'] == list(map(str, range(20)))
            assert [m.device_name for m in got[::2]] == [f'T{i % 3}' for i in range(20)]
    finally:
        for client in clients:
            client.close()
    until(lambda: not server.peers, 'the end of all connections')


def test_a_late_joiner_gets_what_is_held(server):
    for number in range(3):
        server.send(text(number))
        server.send(text(number, device='Other'))
        server.send(Transform(np.eye(4), device_name='Note'))
    server.send(codec.Unknown(type_name='GET_IMAGE', device_name='Scan'))
    server.send(codec.Unknown(type_name='STT_TDATA', device_name='Scan'))
    server.send(codec.Unknown(type_name='STP_TDATA', device_name='Scan'))
    server.send(codec.Unknown(type_name='RTS_TDATA', device_name='Scan'))
    server.send(codec.Unknown(type_name='COMMAND', device_name='Scan'))
    server.send(codec.Unknown(type_name='QUERY', device_name='Scan'))
    server.send(text('secret', device='Secret'), hold=False)
    server.send(codec.Unknown(type_name='GET_POINT', device_name='Asked'), hold=True)
    with join(server) as client:
        server.send(text('live'))
        got = []
        while not got or got[-1].type_name != 'STRING' or got[-1].text != 'live':
            got.append(receive(client))
        found = [(m.type_name, m.device_name, getattr(m, 'text', '')) for m in got]
        assert sorted(found[:-1]) == [
            ('GET_POINT', 'Asked', ''),
            ('STRING', 'Note', '2'),
            ('STRING', 'Other', '2'),
            ('TRANSFORM', 'Note', ''),
        ]


@pytest.mark.parametrize('as_iterable', [tuple, set, iter, lambda peers: (p for p in peers)])
def test_excluded_peers_do_not_get_a_message(server, as_iterable):
    with join(server) as one, join(server) as two, join(server) as three:
        one.send(text('who am I'))
        first, _ = server.receive(20)
        three.send(text('who am I'))
        third, _ = server.receive(20)
        server.send(text('echo'), exclude=as_iterable([third, first]))
        server.send(text('all'))
        assert receive(one).text == 'all'
        assert receive(three).text == 'all'
        assert [receive(two).text for _ in range(2)] == ['echo', 'all']


def test_metadata_goes_both_ways_between_peers_of_version_2(server):
    with join(server, header_version='2') as client:
        assert server.receive(20)[1].version == 2
        server.send(text(1, metadata={'a': 'b'}))
        assert receive(client).metadata == {'a': 'b'}
        client.send(text(2, metadata={'c': 'd'}))
        assert receive(server).metadata == {'c': 'd'}


@pytest.mark.parametrize('device_name', ['ToolToTracker', 'ToolOfTheLeftHandToTracker'])
@pytest.mark.parametrize('options', [{}, {'stamp': False}, {'copy': False}])
def test_metadata_that_were_added_to_a_message_are_sent(server, device_name, options):
    with join(server, header_version='2') as client:
        made = Transform(np.eye(4), device_name=device_name)
        received = codec.decode(codec.encode(made))
        for message in made, received:
            message.metadata['TransformStatus'] = 'MISSING'
            client.send(message, **options)
            _, got = server.wait_for(Transform, timeout_s=20)
            assert got.metadata['TransformStatus'] == 'MISSING'


def test_max_clients_and_a_slot_that_becomes_free(caplog):
    with serve('tcp://127.0.0.1:0', max_clients=2) as server:
        one, two = join(server), join(server)
        with RawPeer(server.address) as refused:
            refused.wait_closed()
        assert 'refused: 2 clients are connected, that is the limit' in caplog.text
        server.send(text(1))
        assert receive(one).text == receive(two).text == '1'
        two.close()
        until(lambda: len(server.peers) == 1)
        with join(server, reconnect_delay=0.01) as three:
            assert receive(three).text == '1'
        one.close()


def test_on_peer_tells_who_comes_and_goes():
    told = []
    with serve('tcp://127.0.0.1:0', on_peer=lambda *what: told.append(what)) as server:
        with join(server):
            (peer,) = server.peers
            assert repr(peer) == f'<Peer {peer.address}>'
        until(lambda: len(told) == 2)
        assert told == [(peer, True), (peer, False)]
        with join(server):
            (last,) = server.peers
            server.close()
    assert told[2:] == [(last, True), (last, False)]


# -- addresses


@pytest.mark.parametrize('url', ['tcp://[::1]:0', 'tcp://localhost:0', 'tcp://127.0.0.1:0'])
def test_kinds_of_addresses(url):
    try:
        socket.create_server(('::1', 0), family=socket.AF_INET6).close()
    except OSError:
        if '::1' in url:
            pytest.skip('this machine has no IPv6')
    with serve(url) as server:
        host = url.rsplit(':', 1)[0]
        with connect(f'{host}:{server.address.port}') as client:
            client.send(text(1))
            assert receive(server).text == '1'
            until(lambda: client.peers)
            assert re.fullmatch(r'tcp://(\[::1\]|127\.0\.0\.1):\d+', client.peers[0].address)


@pytest.mark.parametrize(
    ('url', 'settings', 'words'),
    [
        ('slicer/18944', {}, 'tcp://HOST:PORT'),
        ('tcp://127.0.0.1:0', {}, 'port'),
        ('tcp://127.0.0.1:1', {'header_version': '3'}, 'header_version'),
        ('tcp://127.0.0.1:1', {'time_out': 1}, 'time_out'),
    ],
)
def test_wrong_settings_of_a_client(url, settings, words):
    with pytest.raises(ConfigError, match=words):
        connect(url, **settings)


@pytest.mark.parametrize('settings', [{'max_clients': 0}, {'on_massage': print}])
def test_wrong_settings_of_a_server(settings):
    with pytest.raises(ConfigError):
        serve('tcp://127.0.0.1:0', **settings)


def test_nobody_there(free_port):
    with pytest.raises(PeerError, match=f'tcp://127.0.0.1:{free_port}: Connection refused'):
        connect(f'tcp://127.0.0.1:{free_port}', timeout_s=0.3)


def test_nobody_answers():
    # a full queue of waiting connections lets the next attempt go unanswered
    with socket.socket() as listener:
        listener.bind(('127.0.0.1', 0))
        listener.listen(0)
        waiting = []
        for _ in range(3):
            waiting.append(socket.socket())
            waiting[-1].setblocking(False)
            waiting[-1].connect_ex(listener.getsockname())
        port = listener.getsockname()[1]
        with pytest.raises(PeerError, match=f'tcp://127.0.0.1:{port}: no connection within'):
            connect(f'tcp://127.0.0.1:{port}', timeout_s=1.0, connect_timeout=0.3)
        with pytest.raises(PeerError, match=f'tcp://127.0.0.1:{port}: no connection within'):
            connect(f'tcp://127.0.0.1:{port}', timeout_s=0.3, connect_timeout=60)
        for sock in waiting:
            sock.close()


def test_a_name_server_that_does_not_answer_holds_nobody_up(monkeypatch):
    answer = threading.Event()

    def look_up(*_, flags=0, **__):
        if not flags & socket.AI_NUMERICHOST:
            answer.wait(60)
        raise socket.gaierror(socket.EAI_NONAME, 'Name or service not known')

    monkeypatch.setattr(socket, 'getaddrinfo', look_up)
    with pytest.raises(PeerError, match='tcp://scanner:1: no connection within'):
        connect('tcp://scanner:1', timeout_s=0.3)
    stuck = [thread for thread in threading.enumerate() if thread.name == 'igtl-lookup']
    assert stuck and all(thread.daemon for thread in stuck)
    answer.set()
    for thread in stuck:
        thread.join()


def test_listening_where_somebody_else_does(server):
    with pytest.raises(PeerError, match=f'cannot listen on {server.address}: Address already in'):
        serve(str(server.address))


# -- reconnecting


def test_a_client_comes_back_and_tells_again_what_is_held(caplog):
    caplog.set_level(logging.INFO, 'igtl_ros2')
    server = serve('tcp://127.0.0.1:0')
    url = str(server.address)
    with join(server, reconnect_delay=0.02, reconnect_max_delay=0.1) as client:
        client.send(text('held'))
        client.send(codec.Unknown(type_name='GET_STATUS'))
        assert [receive(server).type_name for _ in range(2)] == ['STRING', 'GET_STATUS']
        for times in (1, 2):
            server.close()
            until(lambda: not client.peers)
            with pytest.raises(PeerError, match='tcp://127.0.0.1'):
                client.wait_connected(0.3)
            client.send(text(f'while away {times}', device='Away'))
            server = serve(url)
            client.wait_connected(20)
            assert [receive(server).text for _ in range(2)] == ['held', f'while away {times}']
            client.send(text('live'), hold=False)
            assert receive(server).text == 'live'
            until(lambda expected=times: client.reconnects == expected, 'the count')
    server.close()
    assert caplog.text.count('trying again until it is there') == 2


def test_a_server_process_that_is_killed_and_comes_back(free_port):
    program = textwrap.dedent("""
        import sys
        from igtl_ros2 import serve
        from igtl_ros2.codec.messages.text import String
        with serve(sys.argv[1]) as server:
            server.send(String(sys.argv[2]))
            server.receive()
    """)
    url = f'tcp://127.0.0.1:{free_port}'
    client = Client(
        Settings(mode='client', port=free_port, reconnect_delay=0.02, reconnect_max_delay=0.1)
    )
    with client:
        for life in ('first', 'second'):
            process = forked.start(sys.executable, '-c', program, url, life)
            try:
                client.wait_connected(20)
                assert receive(client).text == life
            finally:
                process.kill()
                process.communicate()
            until(lambda: not client.peers)


def test_pauses_between_attempts_grow_up_to_the_maximum():
    came, went = [], []

    def note(peer, joined):
        (came if joined else went).append(time.monotonic())

    with socket.create_server(('127.0.0.1', 0)) as listener:
        listener.settimeout(20)
        address = f'tcp://127.0.0.1:{listener.getsockname()[1]}'
        with connect(address, reconnect_delay=0.02, reconnect_max_delay=0.16, on_peer=note):
            for _ in range(9):
                # a server that takes every connection and has no use for any
                listener.accept()[0].close()
            until(lambda: len(came) >= 9)
    # a pause may turn out longer than meant, never shorter
    meant = [0.02, 0.04, 0.08, 0.16, 0.16, 0.16, 0.16, 0.16]
    assert all(b - a >= 0.75 * pause for a, b, pause in zip(went, came[1:], meant))


# -- receiving


def test_receive_in_time_or_not_at_all(server):
    with join(server) as client:
        with pytest.raises(PeerTimeoutError, match=r'no message within 0\.05 s'):
            client.receive(0.05)
        server.send(text(1))
        server.send(text(2))
        assert receive(client).text == '1'
        until(lambda: client.peers[0].received['STRING'] == 2)
        client.close()
        assert receive(client).text == '2'
        with pytest.raises(PeerError, match='closed'):
            client.receive()


def test_iteration_ends_when_the_client_is_closed(server):
    client = join(server)
    got = []
    reader = threading.Thread(target=lambda: got.extend(client))
    reader.start()
    server.send(text(1))
    until(lambda: got)
    client.close()
    reader.join(20)
    assert not reader.is_alive()
    assert [message.text for message in got] == ['1']


def test_waiting_ends_when_the_link_is_closed(free_port):
    client = Client(Settings(mode='client', port=free_port))
    ends = []

    def wait(call):
        with pytest.raises(PeerError, match='the link is closed'):
            call()
        ends.append(call)

    calls = (client.receive, client.wait_connected)
    waiting = [threading.Thread(target=wait, args=[call]) for call in calls]
    for thread in waiting:
        thread.start()
    client.close()
    for thread in waiting:
        thread.join(20)
    assert len(ends) == 2


def test_errors_in_callbacks_do_not_end_the_connection(caplog):
    def fail(peer, value):
        raise RuntimeError(f'cannot handle {value}')

    with serve('tcp://127.0.0.1:0', on_message=fail, on_peer=fail) as server:
        with join(server) as client:
            for number in range(20):
                client.send(text(number))
            (peer,) = server.peers
            until(lambda: peer.errors['callback'] == 21)
            server.send(text('still there'))
            assert receive(client).text == 'still there'
    shown = [r for r in caplog.records if r.exc_info]
    assert len(shown) == 1, 'the log is not flooded'


# -- sending


def test_send_without_anybody_and_after_the_end(free_port):
    client = Client(Settings(mode='client', port=free_port))
    client.send(text('nobody there'))
    client.close()
    with pytest.raises(PeerError, match='closed'):
        client.send(text('too late'))
    server = serve('tcp://127.0.0.1:0')
    server.send(text('nobody there'))
    with join(server):
        (peer,) = server.peers
    until(lambda: not server.peers)
    peer.send(text('gone'))
    server.close()
    for send in (server.send, peer.send):
        with pytest.raises(PeerError, match='closed'):
            send(text('too late'))


def test_send_from_callbacks():
    def answer(peer, message):
        peer.send(text(f'{message.text} to you'))
        server.send(text(f'{message.text} to all'))

    with serve('tcp://127.0.0.1:0', on_message=answer) as server:
        with join(server) as client:
            client.send(text('hello'))
            assert [receive(client).text for _ in range(2)] == ['hello to you', 'hello to all']


def test_send_from_many_threads(server):
    def send(name):
        for number in range(100):
            server.send(text(f'{name} {number}'))

    with join(server) as one, join(server) as two:
        threads = [threading.Thread(target=send, args=[name]) for name in range(8)]
        for thread in threads:
            thread.start()
        for client in (one, two):
            got = [receive(client).text.split() for _ in range(800)]
            for name in range(8):
                numbers = [int(number) for who, number in got if who == str(name)]
                assert numbers == list(range(100))
        for thread in threads:
            thread.join()


def test_send_does_not_wait_for_a_callback_that_takes_long():
    go_on = threading.Event()
    with serve('tcp://127.0.0.1:0', on_message=lambda *_: go_on.wait(20)) as server:
        with join(server) as client:
            client.send(text('work'))
            (peer,) = server.peers
            until(lambda: peer.received['STRING'])
            for number in range(100):
                server.send(text(number))
            assert not go_on.is_set()
            go_on.set()
            assert [receive(client).text for _ in range(100)] == list(map(str, range(100)))


def test_what_was_sent_just_before_the_end_arrives(server):
    volume = Image(np.ones((20, 1024, 1024), np.uint8), device_name='CT')
    got = []
    reader = threading.Thread(target=lambda: got.extend(receive(server) for _ in range(101)))
    reader.start()
    client = join(server)
    for number in range(100):
        client.send(text(number))
    client.send(volume)
    client.close(linger_s=20)
    reader.join(20)
    assert [message.text for message in got[:-1]] == list(map(str, range(100)))
    assert np.array_equal(got[-1].pixels, volume.pixels)


# -- closing


def test_close_twice_and_from_several_threads(server):
    others = network_threads()
    client = join(server)
    closing = [threading.Thread(target=client.close) for _ in range(5)]
    for thread in closing:
        thread.start()
    for thread in closing:
        thread.join(20)
    assert network_threads() == others
    client.close()
    with client:
        pass


@pytest.mark.parametrize('which', ['on_message', 'on_peer'])
@pytest.mark.parametrize('side', ['client', 'server'])
def test_close_within_a_callback(which, side):
    links = {}
    ready, called = threading.Event(), threading.Event()

    def close(peer, value):
        ready.wait(20)
        links[side].close()
        called.set()

    callbacks = {'client': {}, 'server': {}}
    callbacks[side] = {which: close}
    links['server'] = serve('tcp://127.0.0.1:0', **callbacks['server'])
    settings = Settings(mode='client', port=links['server'].address.port)
    links['client'] = Client(settings, **callbacks['client'])
    ready.set()
    for link in list(links.values()):
        with contextlib.suppress(PeerError):  # it may be closed by then
            link.send(text(1))
    assert called.wait(20)
    for link in links.values():
        link.close()


def test_no_message_after_close_within_a_callback():
    got = []

    def stop(peer, message):
        got.append(message.text)
        server.close()
        peer.disconnect('enough')

    with serve('tcp://127.0.0.1:0', on_message=stop) as server:
        with RawPeer(server.address) as peer:
            peer.send(b''.join(codec.encode(text(number)) for number in range(100)))
            peer.wait_closed()
    assert got == ['0']


def test_close_while_connecting():
    with socket.socket() as listener:
        listener.bind(('127.0.0.1', 0))
        listener.listen(0)
        settings = Settings(mode='client', port=listener.getsockname()[1], connect_timeout=60)
        clients = [Client(settings) for _ in range(4)]
        for client in clients:
            client.close()


def test_close_while_others_are_connecting():
    for _ in range(20):
        server = serve('tcp://127.0.0.1:0')
        raw = [socket.socket() for _ in range(10)]
        for sock in raw:
            sock.setblocking(False)
            sock.connect_ex(server.address[1:])
        server.close()
        for sock in raw:
            sock.close()


def test_close_while_a_peer_is_stuck(server):
    with RawPeer(server.address, receive_buffer=4096):
        (peer,) = until(lambda: server.peers)
        for number in range(20):
            server.send(Image(np.full((1, 1024, 1024), number, np.uint8), device_name=f'{number}'))
        until(lambda: peer.mailbox.congested)
        server.close(linger_s=0.1)
        assert not server.peers


def test_a_program_that_ends_leaves_nothing_behind():
    program = textwrap.dedent("""
        import gc
        import numpy as np
        import threading
        from igtl_ros2 import connect, serve
        from igtl_ros2.client import Client
        from igtl_ros2.codec.messages.image import Image
        from igtl_ros2.config import Settings
        from igtl_ros2.errors import PeerError

        server = serve('tcp://127.0.0.1:0')
        clients = [connect(str(server.address)) for _ in range(5)]
        lonely = Client(Settings(mode='client', port=1))
        server.send(Image(np.zeros((100, 100), np.uint8), device_name='Scan'))
        for client in clients:
            client.receive(20)
        for client in clients[:3]:
            client.close()
        try:
            serve(str(server.address))
        except PeerError:
            pass
        try:
            connect('tcp://127.0.0.1:1', timeout_s=0.2)
        except PeerError:
            pass
        server.close()
        for link in (*clients, lonely):
            link.close()
        del server, clients, client, lonely, link
        gc.collect()
        assert threading.enumerate() == [threading.main_thread()]
        print('done')
    """)
    done = subprocess.run(
        [sys.executable, '-X', 'dev', '-W', 'error', '-c', program],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (0, 'done\n'), done.stderr
    # asyncio tells of what a busy machine has kept waiting
    noise = [line for line in done.stderr.splitlines()
             if 'trying again' not in line and not line.startswith('Executing <')]
    assert noise == []


@pytest.mark.parametrize('then', [socket.SHUT_WR, socket.SHUT_RDWR])
def test_the_reason_of_a_failure_is_the_one_that_the_system_gives_once(server, monkeypatch, then):
    """Who is told of a socket's error takes it away; others hear of a broken pipe, or an end."""

    def end(own):
        with own, suppress(OSError):  # it may have ended by now
            own.shutdown(then)

    def write(fd, data):
        own = socket.fromfd(fd, socket.AF_INET, socket.SOCK_STREAM)
        # the others hear of it when whoever writes has: the thread of the network has its turns
        loop = client.link.network.loop
        loop.call_soon_threadsafe(loop.call_later, 0.05, end, own)
        raise TimeoutError(errno.ETIMEDOUT, 'Connection timed out')

    with join(server, reconnect=False) as client:
        monkeypatch.setattr(stream.os, 'write', write)
        # at first they may leave in the thread of the network
        with suppress(PeerError):
            until(lambda: client.send(text('lost')) or not client.peers, 'the end of the link')
        assert 'Connection timed out' in client.last_error


def test_who_says_farewell_and_is_written_to_has_closed(server, monkeypatch):
    def write(fd, data):
        raise BrokenPipeError(errno.EPIPE, 'Broken pipe')

    with join(server, reconnect=False) as client:
        stream_of = client.peers[0]._stream
        with stream_of.writing:
            monkeypatch.setattr(stream.os, 'write', write)
            assert stream_of.write_now(b'x') == 0
            monkeypatch.undo()
        server.close()
        until(lambda: not client.peers, 'the end of the link')
        assert 'closed by the peer' in client.last_error


def test_a_message_of_which_the_system_takes_a_part_arrives_whole_and_in_order(
    server, monkeypatch
):
    with join(server) as client:
        write, sizes = os.write, []

        def write_some(fd, data):
            sizes.append(len(data))
            return write(fd, data[:10])

        monkeypatch.setattr(stream.os, 'write', write_some)
        numbers = itertools.count()
        until(lambda: client.send(text(str(next(numbers)))) or len(sizes) > 20,
              'messages that leave at once')
        sent = [str(number) for number in range(next(numbers))]
        assert [receive(server).text for _ in sent] == sent
    assert min(sizes) > 10


def test_where_a_socket_is_no_file_messages_take_the_usual_way(server, monkeypatch):
    def write(fd, data):
        raise AssertionError('it is none')

    monkeypatch.setattr(stream, '_IS_WINDOWS', True)
    monkeypatch.setattr(stream.os, 'write', write)
    with join(server) as client:
        client.send(text('there'))
        assert receive(server).text == 'there'
        server.send(text('back'))
        assert receive(client).text == 'back'


def test_links_that_close_each_other_in_callbacks_end():
    with serve('tcp://127.0.0.1:0') as one, serve('tcp://127.0.0.1:0') as two:
        clients, both = [], threading.Barrier(2, timeout=20)

        def close_other(index):
            def on_peer(peer, joined):
                if not joined:
                    with suppress(threading.BrokenBarrierError):
                        both.wait()
                    clients[index].close()
            return on_peer

        for index, server in enumerate((one, two)):
            clients.append(connect(str(server.address), on_peer=close_other(1 - index)))
        for server in (one, two):
            server.wait_connected(20)
        for server in (one, two):
            server.link.drop_peers('end')
        threads = [client._network._thread for client in clients]
        for thread in threads:
            thread.join(20)
        assert not any(thread.is_alive() for thread in threads)
        assert [client.state for client in clients] == ['closed', 'closed']


def test_close_does_not_wait_for_ever_for_what_it_interrupted(server, monkeypatch, caplog):
    """A signal handler runs in the thread that holds the lock which it waits for."""
    monkeypatch.setattr(network, '_END_S', 0.1)
    client = join(server)
    with client.peers[0]._stream.writing:
        client.close(0.0)
        assert 'is still busy' in caplog.text
    until(lambda: not client._network._thread.is_alive(), 'the end')


@pytest.mark.parametrize('error', [SystemExit(3), KeyboardInterrupt()])
def test_a_callback_that_wants_to_end_the_program_ends_its_link(error, caplog):
    def end(*_):
        raise error

    with serve('tcp://127.0.0.1:0', on_message=end) as server:
        with connect(str(server.address)) as client, connect(str(server.address)) as other:
            client.send(text('one'))
            until(lambda: server.state == 'failed' and not server.peers, 'the end')
            until(lambda: client.last_error and other.last_error, 'the end of the connections')
            with pytest.raises(PeerError, match=type(error).__name__):
                server.send(text('two'))
            with pytest.raises(PeerError, match='no connection|refused'):
                connect(str(server.address), timeout_s=1.0)
            assert 'ended the link' in caplog.text
    with serve('tcp://127.0.0.1:0') as server, connect(str(server.address)) as client:
        client.on(Transform)(end)
        server.send(Transform(np.eye(4), device_name='P'))
        with pytest.raises(PeerError, match=type(error).__name__):
            client.receive(20)
        until(lambda: not server.peers, 'the end of the connection')
        assert client.state == 'failed'


def test_what_a_client_that_is_not_connected_cannot_keep_is_counted(caplog):
    with serve('tcp://127.0.0.1:0') as server:
        url = str(server.address)
        client = join(server, reconnect_delay=0.05)
    until(lambda: not client.peers, 'the end of the connection')
    with client:
        for number in range(5):
            client.send(text(number))
            client.send(Command(number, 'Move', device_name='Robot'))
            client.send(Transform(np.eye(4), device_name='P'))
        assert client.link.not_sent == {('STRING', 'Note'): 4, ('COMMAND', 'Robot'): 5}
        assert client.facts['messages not sent'] == 9
        assert caplog.text.count('is not sent') == 1
        with serve(url) as server:
            got = [server.receive(20)[1] for _ in range(2)]
            assert {(m.type_name, getattr(m, 'text', '')) for m in got} == {
                ('STRING', '4'), ('TRANSFORM', '')}
            client.send(text('connected'))
            assert client.facts['messages not sent'] == 9


def test_what_waits_when_a_peer_is_lost_or_the_link_closes_is_counted(caplog):
    with serve('tcp://127.0.0.1:0') as server:
        for end in (lambda peer: server.peers[0].disconnect('lost'), lambda peer: server.close(0)):
            before = server.facts['messages not sent']
            with RawPeer(server.address, receive_buffer=4096):
                peer = server.wait_connected(20)
                for _ in range(200):
                    server.send(text('x' * 60000), hold=False)
                waiting = len(peer.mailbox)
                assert waiting > 10
                caplog.clear()
                server.link.network.post(end, peer)
                until(peer.closed.is_set, 'the end')
                until(lambda: not server.peers, 'the end')
            until(lambda: 'messages were not sent' in caplog.text, 'the line in the log')
            lost = server.facts['messages not sent'] - before
            assert 0 < lost <= waiting
            assert peer.mailbox.dropped == {('STRING', 'Note'): lost}
            assert f'{lost} messages were not sent' in caplog.text
