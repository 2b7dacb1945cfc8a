"""Clients that mean harm, at a server in a process of its own, while others are served."""

import contextlib
import json
import os
import re
import selectors
import sys
import textwrap
import threading
import time

import forked
import pytest
from leaks import Footprint, Usage
from network_peers import RawPeer, corrupt, header, text, until

from igtl_ros2 import codec, connect
from igtl_ros2.codec.messages.text import Status, StatusCode
from igtl_ros2.config import parse_url

# 60 times a second a pose that tells its number in x; counts what it gets
PROGRAM = """
    import json, logging, sys, threading, time
    import numpy as np
    from igtl_ros2 import serve
    from igtl_ros2.codec.messages.pose import Transform
    from igtl_ros2.codec.messages.text import String

    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format='%(message)s')
    counts = {}

    def take(peer, message):
        counts[message.type_name] = counts.get(message.type_name, 0) + 1
        if message.type_name == 'STRING':
            peer.send(String(json.dumps(counts), device_name='Counts'))

    with serve('tcp://127.0.0.1:0', on_message=take, **json.loads(sys.argv[1])) as server:
        number, due = 0, time.monotonic()
        while True:
            matrix = np.eye(4)
            matrix[0, 3] = number
            server.send(Transform(matrix, device_name='Tool'), hold=False)
            number += 1
            # never many at once to make up for a pause, which a small buffer has no room for
            due = max(due + 1 / 60, time.monotonic())
            time.sleep(max(0.0, due - time.monotonic()))
"""


class ServerProcess:
    """The server, and what it says."""

    def __init__(self, **settings):
        command = [sys.executable, '-u', '-c', textwrap.dedent(PROGRAM), json.dumps(settings)]
        self.process = forked.start(*command)
        self.lines = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        said = until(lambda: re.search(r'listening on (\S+)', self.output), 'the server')
        self.address = parse_url(said[1])
        self.usage = Usage(self.process.pid)

    def _read(self):
        self.lines.extend(self.process.stdout)

    @property
    def output(self):
        """What it has said so far."""
        return ''.join(list(self.lines))

    def kill(self):
        """End it."""
        self.process.kill()
        self.process.wait()
        self._reader.join()
        self.process.stdout.close()


class Watcher:
    """A client as it should be, which misses nothing."""

    def __init__(self, address):
        self.numbers = []
        self.counts = {}
        self.client = connect(str(address), on_message=self._take, timeout_s=20)

    def _take(self, peer, message):
        if message.type_name == 'TRANSFORM':
            self.numbers.append(int(message.matrix[0, 3]))
        elif message.type_name == 'STRING':
            self.counts = json.loads(message.text)

    def is_served(self):
        """Wait until this client has got more poses, and an answer."""
        seen = len(self.numbers)
        self.counts = {}
        self.client.send(text('how many?'), hold=False)
        until(lambda: self.counts and len(self.numbers) > seen + 5, 'service')
        return self.counts

    def check(self):
        """Check that every pose has come, in order, without a break."""
        numbers = list(self.numbers)
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        assert self.client.reconnects == 0


@pytest.fixture
def attacked():
    """
    Start a server with `attacked(**settings)`, which gives it and a client as it should be.

    At the end that client must have missed nothing, and the server must have nothing left open,
    have used little memory, and be at rest.
    """
    forked.server()  # it stays
    footprint = Footprint()
    with contextlib.ExitStack() as ends:

        def start(memory_mb=64, **settings):
            server = ServerProcess(**settings)
            ends.callback(server.kill)
            watcher = Watcher(server.address)
            ends.callback(watcher.client.close)
            watcher.is_served()
            ends.callback(check, server, watcher, memory_mb, server.usage.descriptors)
            server.usage.forget_peak()
            server.peak_before = server.usage.peak_bytes
            return server, watcher

        def check(server, watcher, memory_mb, descriptors):
            watcher.is_served()
            watcher.check()
            assert 'Traceback' not in server.output, server.output[-2000:]
            until(lambda: server.usage.descriptors <= descriptors, 'the end of all connections')
            grown = server.usage.peak_bytes - server.peak_before
            assert grown < memory_mb << 20, f'{grown >> 20} MiB more than before'
            # at rest: 20 poses cost far less than the third of a second in which they come
            seen, busy = len(watcher.numbers), server.usage.cpu_s
            until(lambda: len(watcher.numbers) >= seen + 20)
            assert server.usage.cpu_s - busy < 0.2

        yield start
    footprint.check()


@contextlib.contextmanager
def raw_peers(address, number):
    """Connect so many."""
    with contextlib.ExitStack() as ends:
        yield [ends.enter_context(RawPeer(address)) for _ in range(number)]


def ended(peer):
    """Tell whether the server has closed the connection."""
    peer.socket.setblocking(False)
    try:
        while peer.socket.recv(1 << 16):
            pass
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True


def trickle(peers, data):
    """Send a byte by each in turn until all of them were cut off."""
    left = list(peers)
    sent = 0

    def all_ended():
        nonlocal sent
        for peer in list(left):
            try:
                peer.socket.send(data[sent % len(data) :][:1])
            except OSError:
                left.remove(peer)
                continue
            if ended(peer):
                left.remove(peer)
        sent += 1
        threading.Event().wait(0.05)
        return not left

    until(all_ended, 'the end of all of them')


@pytest.mark.parametrize('where', ['in the header', 'in the body'])
def test_slowloris(attacked, where):
    server, watcher = attacked(stall_timeout=0.5)
    wire = codec.encode(text('x' * 5000))
    with raw_peers(server.address, 40) as peers:
        for peer in peers:
            peer.send(wire[: 30 if where == 'in the header' else 100])
        trickle(peers, b'x')
    watcher.is_served()
    words = r'stopped \d+ bytes into a message for 0\.5 s'
    until(lambda: len(re.findall(words, server.output)) == 40, 'the log lines')


def flood(peer, data, size):
    """Send the same bytes again until so many are sent; false if the server closed."""
    try:
        for _ in range(0, size, len(data)):
            peer.socket.sendall(data)
    except OSError:
        return False
    return True


def test_endless_garbage(attacked):
    server, watcher = attacked()
    noise = os.urandom(1 << 16)
    for data in (noise, bytes(1 << 16), b'\xff' * (1 << 16), b'GET / HTTP/1.1\r\n' * 4096):
        with RawPeer(server.address) as peer:
            assert not flood(peer, data, 64 << 20)
    watcher.is_served()
    assert len(re.findall(r'HeaderError|TooLargeError', server.output)) == 4


def test_endless_messages_that_must_be_skipped(attacked):
    server, watcher = attacked()
    wrong = corrupt(text('x' * 1000)) * 100
    hollow = codec.encode(codec.Unknown('TRANSFORM', b'too short')) * 100
    with raw_peers(server.address, 2) as (one, two):
        threads = [
            threading.Thread(target=flood, args=arguments)
            for arguments in ((one, wrong, 20 << 20), (two, hollow, 2 << 20))
        ]
        for thread in threads:
            thread.start()
        watcher.is_served()
        for thread in threads:
            thread.join()
        for peer in (one, two):
            peer.send(text('still in step'))
            while peer.next().type_name != 'STRING':
                pass
    assert len(server.lines) < 100


@pytest.mark.parametrize('size', [1 << 63, (1 << 64) - 1, 1 << 31])
def test_sizes_that_nobody_has(attacked, size):
    server, _ = attacked()
    with raw_peers(server.address, 40) as peers:
        for peer in peers:
            peer.send(header(size=size) + bytes(1000))
        for peer in peers:
            peer.wait_closed()
    words = f"TooLargeError: STRING 'Bad': the header announces {size} bytes"
    until(lambda: server.output.count(words) == 40, 'the log lines')


def test_sizes_that_are_only_just_allowed_cost_nothing_until_the_bytes_come(attacked):
    server, watcher = attacked(stall_timeout=1.0)
    with raw_peers(server.address, 40) as peers:
        for peer in peers:
            peer.send(header(size=1 << 29) + bytes(1000))
        watcher.is_served()
        for peer in peers:
            peer.wait_closed()
    words = 'stopped 1058 bytes into a message'
    until(lambda: server.output.count(words) == 40, 'the log lines')


def test_very_many_tiny_messages(attacked):
    server, watcher = attacked()
    tiny = codec.encode(codec.Unknown('TINY')) * 1000
    number = 300_000
    with RawPeer(server.address) as peer:
        sending = threading.Thread(target=flood, args=(peer, tiny, number * 58))
        sending.start()
        while sending.is_alive():
            watcher.is_served()
        until(lambda: watcher.is_served().get('TINY') == number, 'all of them')


def test_connecting_and_disconnecting_in_a_loop(attacked):
    server, watcher = attacked()
    for number in range(1000):
        with RawPeer(server.address) as peer:
            if number % 3 == 1:
                peer.send(b'not a whole message')
            if number % 3 == 2:
                peer.reset()
    watcher.is_served()
    # no more than fifty of each kind in ten seconds
    assert len(server.lines) < 500


def test_more_clients_than_there_is_room_for(attacked):
    server, watcher = attacked(max_clients=3)
    with raw_peers(server.address, 2):
        for _ in range(20):
            with RawPeer(server.address) as refused:
                status = refused.next()
                assert isinstance(status, Status) and status.code == StatusCode.BUSY
                assert status.message == '3 clients are connected, that is the limit'
                assert not refused.socket.recv(1), 'closed after the reason'
        # those that do not even listen to the reason
        with raw_peers(server.address, 100):
            watcher.is_served()


# -- 120 clients


class Crowd:
    """Many clients in one thread, each of which counts what it misses."""

    def __init__(self, address, number):
        self._selector = selectors.DefaultSelector()
        self.numbers = []
        for index in range(number):
            peer = RawPeer(address)
            peer.socket.setblocking(False)
            self._selector.register(peer.socket, selectors.EVENT_READ, (index, peer))
            self.numbers.append([])

    def read_until(self, condition):
        """Read until something is so."""
        give_up = time.monotonic() + 20
        while not condition():
            assert time.monotonic() < give_up
            for key, _ in self._selector.select(0.1):
                index, peer = key.data
                while True:
                    try:
                        message = peer.next()
                    except BlockingIOError:
                        break
                    self.numbers[index].append(int(message.matrix[0, 3]))

    def close(self):
        """Leave."""
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()
        self._selector.close()


def test_120_clients_of_which_one_is_frozen_and_one_reads_a_byte_at_a_time(attacked):
    server, watcher = attacked(send_timeout=0.5, send_buffer_bytes=4096)
    small = 2048
    with contextlib.ExitStack() as ends:
        frozen = ends.enter_context(RawPeer(server.address, receive_buffer=small))
        slow = ends.enter_context(RawPeer(server.address, receive_buffer=small))
        name = re.escape(frozen.name)
        crowd = Crowd(server.address, 117)
        ends.callback(crowd.close)
        begun = len(watcher.numbers)

        done = threading.Event()

        def read_a_byte_at_a_time():
            with contextlib.suppress(OSError):  # it may be cut off as well
                while not done.wait(0.001) and slow.socket.recv(1):
                    pass

        reading = threading.Thread(target=read_a_byte_at_a_time)
        reading.start()
        ends.callback(reading.join)
        ends.callback(done.set)

        def frozen_was_cut_off():
            return re.search(rf'{name}: disconnected: did not read for 0\.5 s', server.output)

        crowd.read_until(frozen_was_cut_off)
        crowd.read_until(lambda: len(watcher.numbers) > begun + 150)
        last = watcher.numbers[-1]
        crowd.read_until(lambda: all(numbers[-1] >= last for numbers in crowd.numbers))
        for numbers in crowd.numbers:
            assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
            assert len(numbers) > 100
