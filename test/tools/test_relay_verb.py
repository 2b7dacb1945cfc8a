"""`igtl relay` in a process of its own: what comes out is what went in, unless it is told to."""

import contextlib
import hashlib
import json
import random
import socket
import threading
import time
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest
from cli_tools import POSE, igtl, program, pyigtl_tracker, ultrasound
from network_peers import RawPeer, corrupt, text, until

from igtl_ros2 import connect, serve
from igtl_ros2.codec import decode, decode_header, encode
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import String
from igtl_ros2.config import parse_url
from igtl_ros2.errors import CrcError
from igtl_ros2.tools import relay_ends
from igtl_ros2.tools.relay_ends import Cutter
from igtl_ros2.tools.relaying import Passed, Relay, Weather
from igtl_ros2.tools.verbs.relay import Listing
from igtl_ros2.tools.words import read_settings
from igtl_ros2.transport import stream
from igtl_ros2.transport.network import NetworkThread

GOLDEN = sorted((Path(__file__).parents[1] / 'golden').glob('*.bin'))


def traffic(seed, count=400):
    """Make the bytes of many messages: golden ones, images, and some with a wrong checksum."""
    choice = random.Random(seed)
    golden = [path.read_bytes() for path in GOLDEN]
    image = encode(Image.from_array(np.random.default_rng(seed).integers(
        0, 255, (300, 400), dtype=np.uint8), device_name='Picture'))
    frames = []
    for number in range(count):
        kind = choice.randrange(10)
        frames.append(
            corrupt(text(number)) if kind == 0 else image if kind == 1 else choice.choice(golden))
    return frames


def send_in_pieces(connection, data, seed):
    """Write bytes in pieces that keep to no message."""
    choice = random.Random(seed)
    at = 0
    while at < len(data):
        size = choice.choice((1, 57, 58, 59, 1000, 65536, 300_000))
        connection.sendall(data[at : at + size])
        at += size


def read_all(connection, size):
    """Read so many bytes; gives their SHA-256."""
    found = hashlib.sha256()
    while size:
        data = connection.recv(min(size, 1 << 20))
        assert data, f'{size} bytes are missing'
        found.update(data)
        size -= len(data)
    return found.hexdigest()


def sha(data):
    return hashlib.sha256(data).hexdigest()


@contextlib.contextmanager
def relay(host, *words, at='127.0.0.1:0'):
    """Run a relay; gives the program and where its clients connect."""
    with program('relay', host, at, *words) as running:
        yield running, parse_url(running.says(r'and clients at (\S+)')[1])


@contextlib.contextmanager
def raw_server():
    """Listen as a device; gives the listener and its host."""
    with socket.create_server(('127.0.0.1', 0)) as listener:
        listener.settimeout(40)
        yield listener, f'127.0.0.1:{listener.getsockname()[1]}'


def accept(listener):
    connection, _ = listener.accept()
    connection.settimeout(40)
    return connection


def test_no_byte_is_changed_in_either_direction():
    from_device, to_device = b''.join(traffic(1)), b''.join(traffic(2))
    with raw_server() as (listener, host), relay(host) as (running, address):
        with RawPeer(address) as client, accept(listener) as device:
            workers = [
                threading.Thread(target=send_in_pieces, args=(device, from_device, 3)),
                threading.Thread(target=send_in_pieces, args=(client.socket, to_device, 4)),
            ]
            for worker in workers:
                worker.start()
            found = {}
            reader = threading.Thread(target=lambda: found.update(
                device=read_all(device, len(to_device))))
            reader.start()
            assert read_all(client.socket, len(from_device)) == sha(from_device)
            for worker in (*workers, reader):
                worker.join()
            assert found['device'] == sha(to_device)
        running.interrupt()
        assert '800 passed messages' in running.end(130)


def test_all_clients_get_the_same_and_one_that_comes_later_whole_messages():
    frames = traffic(5, 100)
    with raw_server() as (listener, host), relay(host) as (running, address):
        with RawPeer(address) as first, accept(listener) as device, RawPeer(address) as second:
            running.says(r'connected\n(.*\n)*.*connected\n(.*\n)*.*connected')
            half = b''.join(frames[:50])
            device.sendall(half + frames[50][:40])
            assert read_all(first.socket, len(half)) == sha(half)
            assert read_all(second.socket, len(half)) == sha(half)
            with RawPeer(address) as late:
                running.says(r'(.*: connected\n(.*\n)*){4}')
                rest = b''.join(frames[50:])
                device.sendall(rest[40:])
                for client in (first, second, late):
                    assert read_all(client.socket, len(rest)) == sha(rest)


def test_what_is_no_message_passes_as_it_is():
    data = encode(text(1)) + b'GET / HTTP/1.1\r\n' + bytes(range(200)) * 10
    with raw_server() as (listener, host), relay(host) as (running, address):
        with RawPeer(address) as client, accept(listener) as device:
            device.sendall(data)
            assert read_all(client.socket, len(data)) == sha(data)
            running.says('passed on as it is')


def test_the_device_is_connected_to_while_a_client_is_there_and_comes_back():
    with raw_server() as (listener, host), relay(host) as (running, address):
        with RawPeer(address) as client:
            with accept(listener) as device:
                device.sendall(encode(text(1)))
                assert client.texts(1) == ['1']
            with accept(listener) as device:  # it has come back
                device.sendall(encode(text(2)))
                assert client.texts(1) == ['2']
                client.socket.close()
                assert device.recv(1) == b''
        with RawPeer(address) as client, accept(listener) as device:
            client.send(text(3))
            assert decode(device.recv(1000)).text == '3'


def test_its_end_waits_for_nobody_who_has_got_all(monkeypatch):
    monkeypatch.setattr(relay_ends, '_LEAVE_S', 1e6)
    monkeypatch.setattr(stream, 'CLOSE_S', 1e6)
    network = NetworkThread()
    with raw_server() as (listener, host):
        device = read_settings('client', f'tcp://{host}', ())
        clients = read_settings('server', 'tcp://127.0.0.1:0', ())

        async def start():
            made = Relay(device, clients, Weather(), lambda passed: None, lambda text: None)
            await made.start()
            return made

        made = network.run(start())
        with RawPeer(parse_url(made.addresses[1])) as client, accept(listener) as server:
            server.sendall(encode(text(1)))
            assert client.texts(1) == ['1']
            ending = threading.Thread(target=network.stop, args=(made.stop,), daemon=True)
            ending.start()
            ending.join(20)  # neither of the two closes its connection
            assert not ending.is_alive()


def test_what_a_client_says_waits_for_the_device():
    with raw_server() as (listener, host):
        listener.close()
        with relay(host) as (running, address), RawPeer(address) as client:
            client.send(text(1), text(2))
            running.says('trying again')
            port = int(host.split(':')[1])
            with socket.create_server(('127.0.0.1', port)) as again, accept(again) as device:
                size = len(encode(text(1)))
                assert decode(device.recv(size)).text == '1'
                assert decode(device.recv(size)).text == '2'


def test_a_slow_client_loses_nothing():
    frame = encode(Image.from_array(np.zeros((1000, 1000), np.uint8)))
    with raw_server() as (listener, host), relay(host) as (running, address):
        with RawPeer(address, receive_buffer=4096) as slow, RawPeer(address) as quick:
            with accept(listener) as device:
                running.says(r'(.*: connected\n(.*\n)*){3}')
                data = 60 * frame
                sender = threading.Thread(target=device.sendall, args=(data,))
                sender.start()
                found = []
                reader = threading.Thread(
                    target=lambda: found.append(read_all(quick.socket, len(data))))
                reader.start()
                time.sleep(0.5)
                assert read_all(slow.socket, len(data)) == sha(data)
                sender.join()
                reader.join()
                assert found == [sha(data)]


def test_it_prints_what_passes():
    with ultrasound('--quiet') as url, relay(url) as (running, address):
        with connect(str(address)) as client:
            client.send(String('hello', device_name='Note'))
            running.says("-> TRANSFORM 'ProbeToTracker' from tcp://")
            running.says(r"<- STRING 'Note' from tcp://127.0.0.1:\d+, 67 bytes")
            running.says(r"-> TRANSFORM 'ProbeToTracker': \d+\.\d Hz, [\d.]+ kB/s")
    with ultrasound('--quiet') as url, relay(url, '--json') as (running, address):
        with connect(str(address)):
            running.says(r'"to": "clients".*"device": "ProbeToTracker".*"fate": "passed"')


def test_a_pose_of_pyigtl_passes():
    with pyigtl_tracker('Pointer') as host, relay(host) as (_, address):
        done = igtl('echo', address, 'Pointer', '--once', '--json')
    assert np.array_equal(json.loads(done.stdout)['matrix'], POSE)


def test_a_device_that_is_a_client():
    with relay('127.0.0.1:0', '--listen') as (running, address):
        url = running.says(r'between (\S+) and')[1]
        with connect(url) as device, connect(str(address)) as client:
            running.says(r'(.*: connected\n(.*\n)*){2}')
            device.send(String('up', device_name='Note'))
            assert client.wait_for('Note', 30).text == 'up'
            client.send(String('down', device_name='Answer'))
            assert device.wait_for('Answer', 30).text == 'down'


def test_between_tls_and_tcp(tmp_path):
    igtl('certs', tmp_path / 'certs')
    certs = tmp_path / 'certs'
    tls = {'tls_cert_file': str(certs / 'server.pem'), 'tls_key_file': str(certs / 'server.key')}
    with serve('tls://127.0.0.1:0', **tls) as device:
        with relay(device.address, '--set', f'tls.ca_file={certs}/ca.pem') as (running, address):
            with connect(str(address)) as client:
                device.wait_connected(30)
                device.send(Transform(POSE, device_name='Probe'))
                assert np.array_equal(client.wait_for('Probe', 30).matrix, POSE)


def test_between_udp_and_tcp(free_port):
    with relay('udp://127.0.0.1:0', '--listen') as (running, address):
        url = running.says(r'between (\S+) and')[1]
        with connect(url) as device, connect(str(address)) as client:
            running.says(': connected')
            device.send(Transform(POSE, device_name='Probe'))
            assert np.array_equal(client.wait_for('Probe', 30).matrix, POSE)
    with serve(f'udp://127.0.0.1:{free_port}') as sink, serve('tcp://127.0.0.1:0') as device:
        target = f'udp_targets=[127.0.0.1:{free_port}]'
        with relay(device.address, '--set-listen', target, at='udp://127.0.0.1:0'):
            device.wait_connected(30)
            device.send(Transform(POSE, device_name='Probe'))
            assert np.array_equal(sink.wait_for('Probe', 30)[1].matrix, POSE)


def test_what_cannot_be_sent_over_udp_is_told_once_and_counted(free_port):
    spoiled = bytearray(encode(text(1)))
    spoiled[-1] ^= 1
    target = f'udp_targets=[127.0.0.1:{free_port}]'
    with raw_server() as (listener, host), relay(
        host, '--set-listen', target, at='udp://127.0.0.1:0',
    ) as (running, _), accept(listener) as device:
        device.sendall(bytes(spoiled) * 5 + encode(String('', device_name='Last')))
        running.says('not sent: ')
        running.says("STRING 'Last'")
        running.interrupt()
        running.says('5 not sent, 1 passed messages')
        assert running.output.count('not sent: ') == 1


def test_made_up_names_fill_no_list():
    listing = Listing(Namespace(quiet=False, json=False))
    for number in range(3000):
        header = decode_header(encode(String('', device_name=f'd{number}')))
        listing.take(Passed(False, 'a', header, 60, 'passed'))
    assert len(listing._counts) == 1001 and listing.fates == {'passed': 3000}
    assert sum(count for count, _ in listing._counts.values()) == 3000


def test_a_bad_network_is_made():
    messages = [text(n) for n in range(200)]
    data = b''.join(map(encode, messages))
    words = '--drop', '0.2', '--corrupt', '0.2', '--seed', '7', '--json'
    with raw_server() as (listener, host), relay(host, *words) as (running, address):
        with RawPeer(address), accept(listener) as device:
            device.sendall(data)
            running.says(r'(.*"fate".*\n){200}')
        said = [json.loads(line) for line in running.output.splitlines() if '"fate"' in line]
    fates = [one['fate'] for one in said]
    assert 20 < fates.count('dropped') < 60 and 20 < fates.count('corrupted') < 60


def test_delay_keeps_the_order():
    with raw_server() as (listener, host), relay(host, '--delay', '0.3') as (_, address):
        with RawPeer(address) as client, accept(listener) as device:
            begin = time.monotonic()
            for number in range(50):
                device.sendall(encode(text(number)))
            assert client.texts(50) == [str(n) for n in range(50)]
            assert time.monotonic() - begin >= 0.3


def test_nothing_is_no_success():
    with raw_server() as (_, host):
        done = igtl('relay', host, '127.0.0.1:0', '--duration', '0.3', code=1)
    assert 'igtl relay: no messages' in done.stderr


@pytest.mark.parametrize('words', [
    ('h', '127.0.0.1:0', '--drop', '2'), ('h', 'http://x'), ('h', '--delay', '-1'),
    ('h', '127.0.0.1:0', '--set', 'nonsense=1'), ('127.0.0.1:0', '127.0.0.1:0'),
])
def test_wrong_words_are_2(words):
    igtl('relay', *words, code=2)


# -- without a network


def test_frames_are_cut_whatever_the_pieces():
    frames = traffic(9, 60)
    data = b''.join(frames)
    for seed in range(5):
        choice, cutter, found, at = random.Random(seed), Cutter(1 << 24), [], 0
        while at < len(data):
            size = choice.choice((1, 57, 58, 1000, 200_000))
            found += cutter.feed(data[at : at + size])
            at += size
        assert [frame for _, frame in found] == frames
        assert all(header is not None for header, _ in found)


def test_too_large_a_body_is_not_waited_for():
    cutter = Cutter(100)
    frame = encode(text('x' * 101))
    assert list(cutter.feed(frame)) == [(None, frame)]
    assert 'a body of' in cutter.lost


def test_weather_drops_and_spoils_as_often_as_it_is_told():
    frame = encode(text(1))
    assert Weather().over(frame) == (frame, 'passed')
    weather = Weather(drop=0.3, corrupt=0.5, seed=1)
    fates = [weather.over(frame) for _ in range(4000)]
    dropped = sum(left is None for left, _ in fates)
    spoiled = [left for left, fate in fates if fate == 'corrupted']
    assert 1000 < dropped < 1400 and 1200 < len(spoiled) < 1600
    for left in spoiled:
        assert len(left) == len(frame)
        with pytest.raises(CrcError):
            decode(left)
    empty = encode(decode(next(p for p in GOLDEN if len(p.read_bytes()) == 58).read_bytes()))
    with pytest.raises(CrcError):
        decode(Weather(corrupt=1.0).over(empty)[0])


def test_what_is_left_is_told():
    received = []
    with serve('tcp://127.0.0.1:0', on_message=lambda _, m: received.append(m)) as device:
        with relay(device.address) as (running, address), connect(str(address)) as client:
            client.send(String('last', device_name='Note'))
            until(lambda: received)
            running.interrupt()
            assert '1 passed messages' in running.end(130)
