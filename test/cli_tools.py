"""`igtl` as users run it, and the devices that it is pointed at."""

import contextlib
import signal
import sys
import threading

import numpy as np
import pytest
from forked import Program, run

from igtl_ros2 import serve

MODULE = ('-m', 'igtl_ros2.tools.igtl')
POSE = np.array([[0, -1, 0, 10.5], [1, 0, 0, -20.25], [0, 0, 1, 30], [0, 0, 0, 1.0]])


def igtl(*words, code=0):
    """
    Run `igtl` to its end in a process of its own; gives what it printed and said.

    :param code: how it must end; None: either way.
    """
    done = run(sys.executable, *MODULE, *map(str, words))
    assert code in (None, done.returncode), (done.returncode, done.stdout, done.stderr)
    assert 'Traceback' not in done.stderr, done.stderr
    return done


def program(*words):
    """Start `igtl` in a process of its own."""
    return Program(sys.executable, '-u', *MODULE, *map(str, words))


@contextlib.contextmanager
def ultrasound(*words):
    """Run the simulated ultrasound in a process of its own; gives its URL."""
    with Program(
        sys.executable, '-u', '-m', 'igtl_ros2.sim.ultrasound', '--port', '0', '--image-size',
        '64x48', *words,
    ) as sim:
        yield sim.says(r'listening on (tcp://\S+)')[1]


@contextlib.contextmanager
def again_and_again(action, period_s=0.01):
    """Do something again and again in another thread."""
    stopped = threading.Event()

    def work():
        while not stopped.wait(period_s):
            action()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


@contextlib.contextmanager
def server_of(make, period_s=0.01, **settings):
    """Serve what a function makes, each time a message anew; gives the URL."""
    with serve('tcp://127.0.0.1:0', **settings) as server:
        with again_and_again(lambda: server.send(make(), hold=False), period_s):
            yield str(server.address)


@contextlib.contextmanager
def pyigtl_server():
    """Serve with pyigtl, which takes signals for itself; gives it."""
    pyigtl = pytest.importorskip('pyigtl')
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    server = pyigtl.OpenIGTLinkServer(port=0, local_server=True)
    try:
        yield server
    finally:
        server.stop()
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def pyigtl_tracker(device='Pointer'):
    """Serve poses with pyigtl; gives host and port."""
    pyigtl = pytest.importorskip('pyigtl')
    with pyigtl_server() as server:

        def send():
            if server.is_connected():
                server.send_message(pyigtl.TransformMessage(POSE, device_name=device))

        with again_and_again(send):
            yield f'127.0.0.1:{server.server_address[1]}'
