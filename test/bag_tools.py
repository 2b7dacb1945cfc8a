"""What tests of bags share: golden frames, links made of plain sockets, bags read by rosbags."""

import contextlib
import functools
import hashlib
import random
import shutil
import socket
import sys
import tempfile
from pathlib import Path

import numpy as np
from forked import Program

from igtl_ros2.codec import Unknown, encode
from igtl_ros2.codec.messages.pose import Transform

GOLDEN = sorted((Path(__file__).parent / 'golden').glob('*.bin'))
DEADLINE_S = 60.0
FREE = ('--min-free', '1')


def golden_frames():
    """All golden frames, and one of a type that nobody knows, in version 2 with metadata."""
    odd = encode(Unknown('NOBODYKNOWS', b'\x00\xff' * 999, device_name='Odd', version=2,
                         metadata={'a key': 'a välue'}))
    return [path.read_bytes() for path in GOLDEN] + [odd]


@functools.cache
def _store():
    from rosbags.typesys import Stores, get_typestore

    return get_typestore(Stores.LATEST)


def frames_of(bag):
    """Read the frames of a bag with rosbags and nothing else: (topic, time, bytes)."""
    from rosbags.rosbag2 import Reader

    store = _store()
    with Reader(bag) as reader:
        return [
            (c.topic, time_ns, bytes(store.deserialize_cdr(data, c.msgtype).data))
            for c, time_ns, data in reader.messages()
            if c.topic.endswith('/raw')
        ]


def frames_now(bag):
    """
    Read the frames that are in a bag right now, while it is written; reading takes a while.

    None, if a file was ended while it was copied: the copy is then of two states of it.
    """
    from rosbags.rosbag2 import ReaderError

    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / bag.name
        copy.mkdir()
        # it names what is there already: files that it does not name yet may come meanwhile
        shutil.copy(bag / 'metadata.yaml', copy)
        for file in bag.glob('*.mcap'):
            shutil.copy(file, copy)
        try:
            return frames_of(copy)
        except ReaderError:
            return []


class Tool(Program):
    """A program of ours as a process."""

    wait_for = Program.says

    def __init__(self, name, *arguments, runner=(sys.executable, '-m')):
        super().__init__(*runner, f'igtl_ros2.{name}', *arguments)

    def port(self):
        return int(self.says(r'listening on tcp://127\.0\.0\.1:(\d+)')[1])

    def interrupt(self, code=0):
        super().interrupt()
        return self.end(code)


class Device:
    """A server of plain sockets, which sends bytes to its only client."""

    def __init__(self, buffer_bytes=0):
        self.listener = socket.socket()
        # so that a test may listen there again
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if buffer_bytes:
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffer_bytes)
        self.listener.bind(('127.0.0.1', 0))
        self.listener.listen()
        self.port = self.listener.getsockname()[1]
        self.url = f'tcp://127.0.0.1:{self.port}'

    def accept(self):
        self.listener.settimeout(DEADLINE_S)
        sock, _ = self.listener.accept()
        sock.settimeout(DEADLINE_S)
        return sock

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()


def connect(port):
    sock = socket.create_connection(('127.0.0.1', port), DEADLINE_S)
    return contextlib.closing(sock)


def read_all(sock, size=None):
    """Read until the end, or so many bytes."""
    data = bytearray()
    while size is None or len(data) < size:
        piece = sock.recv(1 << 16)
        if not piece:
            break
        data += piece
    return bytes(data)


def sha(data):
    return hashlib.sha256(data).hexdigest()


def record(device, bag, *options):
    return Tool('tools.record', 'connect', device.url, '-o', bag, *FREE, *options)


def send_in_pieces(sock, data, seed=3):
    """Send bytes cut where no message ends."""
    chance = random.Random(seed)
    while data:
        size = chance.randint(1, 60_000)
        sock.sendall(data[:size])
        data = data[size:]


def recorded(tmp_path, data, *options, messages):
    """Record bytes that a server sends; gives the bag."""
    bag = tmp_path / 'bag'
    with Device() as device, record(device, bag, *options) as tool:
        with device.accept() as sock:
            send_in_pieces(sock, data)
        tool.wait_for('disconnected')
        said = tool.interrupt()
        assert f'{messages} messages' in said, said
    return bag


def replayed(bag, *options, size=None):
    with Tool('tools.replay', bag, '--serve', 'tcp://127.0.0.1:0', *options) as tool:
        with connect(tool.port()) as sock:
            data = read_all(sock, size)
        if size is None:
            tool.end()
        else:
            tool.interrupt()
    return data


def moves(count, device='Tool'):
    result = []
    for number in range(count):
        matrix = np.eye(4)
        matrix[0, 3] = number
        result.append(encode(Transform(matrix, device_name=device, timestamp=number + 1)))
    return result
