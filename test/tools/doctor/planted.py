"""Servers on 127.0.0.1 of which something is wrong, each in a thread."""

import contextlib
import socket
import threading
import time

import numpy as np

from igtl_ros2.codec import encode
from igtl_ros2.codec.messages.pose import Transform

RATE_HZ = 50


class Planted:
    """
    A server that does one thing with each of its clients.

    :param talk: called with a `Line`; when it returns the connection is closed.
    """

    def __init__(self, talk, wrap=None):
        self._talk, self._wrap = talk, wrap
        self._ended = threading.Event()
        self._server = socket.create_server(('127.0.0.1', 0))
        self._server.settimeout(0.05)
        self.port = self._server.getsockname()[1]
        self._threads = [threading.Thread(target=self._run, daemon=True)]
        self._threads[0].start()

    def _run(self):
        while not self._ended.is_set():
            with contextlib.suppress(TimeoutError):
                sock, _ = self._server.accept()
                sock.settimeout(None)
                self._threads.append(
                    threading.Thread(target=self._serve, args=(sock,), daemon=True))
                self._threads[-1].start()
        self._server.close()

    def _serve(self, sock):
        with sock, contextlib.suppress(OSError):
            if self._wrap is not None:
                sock = self._wrap(sock)
            self._talk(Line(sock, self._ended))

    def close(self):
        self._ended.set()
        for thread in self._threads:
            thread.join(5)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Line:
    """The connection to one client."""

    def __init__(self, sock, ended):
        self.sock, self._ended = sock, ended
        self.start_s = time.monotonic()

    def send(self, data):
        self.sock.sendall(data)

    def stay(self, seconds=60.0):
        """Say nothing until the test is over, or so long."""
        self._ended.wait(seconds)

    def stream(self, make, rate_hz=RATE_HZ, seconds=60.0, at_least=0):
        """Send what `make(number)` gives, for so long, and so often if that takes longer."""
        number = 0
        while not self._ended.is_set() and (
            time.monotonic() - self.start_s < seconds or number < at_least
        ):
            data = make(number)
            self.send(data if isinstance(data, bytes) else encode(data))
            number += 1
            self._ended.wait(1 / rate_hz)


def pose(name='ProbeToTracker', number=0, *, scale=1.0, **fields):
    """A pose that moves, some 300 mm from the origin, stamped now unless said otherwise."""
    matrix = np.eye(4)
    matrix[:3, 3] = np.array((100.5 + number % 50, -250.25, 30.125)) * scale
    if 'timestamp' not in fields:
        fields.setdefault('timestamp_ns', time.time_ns())
    return Transform(matrix, device_name=name, **fields)


def poses(name='ProbeToTracker', **fields):
    """What streams such poses."""
    return lambda line: line.stream(lambda number: pose(name, number, **fields))
