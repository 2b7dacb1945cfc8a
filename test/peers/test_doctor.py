"""The doctor finds nothing wrong with pyigtl, the C++ examples, and the simulators of ours."""

import threading
import time
from pathlib import Path

import numpy as np
import pyigtl
import pytest
from cli_tools import pyigtl_server
from polling import poll

from igtl_ros2.config import Settings
from igtl_ros2.sim.slicer import Slicer
from igtl_ros2.tools.doctor.findings import Severity
from igtl_ros2.tools.doctor.judge import judge
from igtl_ros2.tools.doctor.probe import Probe, Wanted


def look(port, until=(), seconds=2.0, late=(), **options):
    """
    Look until something of each of these types has come; gives what is wrong.

    :param late: for how long the machine held the sender up each time: that it did is no fault.
    """
    settings = Settings(url=f'tcp://127.0.0.1:{port}', mode='client')
    observed = Probe(Wanted(settings, seconds, **options)).look()
    came = {seen.type_name for seen in observed.seen}
    assert set(until) <= came
    observed.stalled_s = max(observed.stalled_s, *late, 0.0)
    return [found for found in judge(observed) if found.severity < Severity.NOTE]


def assert_healthy(alarms):
    assert not alarms, [found.text for found in alarms]


def listening(program, port):
    """Wait until a C++ program has opened its port; a connection to find out would be served."""

    def is_open():
        rows = [line.split() for line in Path('/proc/net/tcp').read_text().splitlines()[1:]]
        return any(row[1].endswith(f':{port:04X}') and row[3] == '0A' for row in rows)

    poll(is_open, f'the port of {program.name}', lambda: time.sleep(0.02))


@pytest.mark.parametrize(('name', 'arguments', 'kind'), [
    ('TrackerServer', [50], 'TRANSFORM'),
    ('StatusServer', [], 'STATUS'),
])
def test_the_servers_of_the_cpp_library(cpp, free_port, name, arguments, kind):
    program = cpp(name, free_port, *arguments)
    listening(program, free_port)
    assert_healthy(look(free_port, [kind]))


def test_the_imager_of_the_cpp_library(cpp, free_port, examples, tmp_path):
    for number in range(1, 6):
        (tmp_path / f'igtlTestImage{number}.raw').write_bytes(
            examples.read(f'igtlTestImage{number}.raw'))
    program = cpp('ImagerServer', free_port, 20, tmp_path)
    listening(program, free_port)
    assert_healthy(look(free_port, ['IMAGE']))


def test_a_server_of_the_cpp_library_that_waits_to_be_asked(cpp, free_port):
    program = cpp('TrackingDataServer', free_port)
    listening(program, free_port)
    assert [found.code for found in look(free_port, seconds=0.5)] == ['silent']
    assert_healthy(look(free_port, ['TDATA'], ask=True))


@pytest.fixture
def python_server():
    """A pyigtl that serves."""
    with pyigtl_server() as server:
        yield server


def test_pyigtl(python_server):
    server, ended, late = python_server, threading.Event(), []
    pixels = np.arange(64, dtype=np.uint8).reshape(1, 8, 8)

    def messages(number):
        matrix = np.eye(4)
        matrix[:3, 3] = 100 + number % 20, -250.5, 30
        yield pyigtl.TransformMessage(matrix, device_name='ProbeToTracker')
        yield pyigtl.ImageMessage(pixels, device_name='Slice')
        if number % 10 == 0:
            yield pyigtl.StringMessage('go', device_name='Order')
            yield pyigtl.PointMessage([[10.5, 2, 3], [100, 2, 30]], device_name='Plan')

    def timed(message):
        """Note how long after its stamp a message is written, which another thread does."""
        pack = message.pack

        def packed():
            late.append(time.time() - message.timestamp)
            return pack()

        message.pack = packed
        return message

    def send():
        number, before_s = 0, time.monotonic()
        while not ended.wait(0.02):
            late.append(time.monotonic() - before_s - 0.02)
            before_s = time.monotonic()
            for message in messages(number):
                server.send_message(timed(message), wait=False)
            number += 1

    sender = threading.Thread(target=send)
    sender.start()
    try:
        kinds = ['TRANSFORM', 'IMAGE', 'STRING', 'POINT']
        assert_healthy(look(server.server_address[1], kinds, late=late))
    finally:
        ended.set()
        sender.join()


def test_a_simulated_3D_Slicer_that_serves():
    slicer = Slicer('tcp://127.0.0.1:0', serve=True)
    try:
        slicer.set_transform('Needle', np.diag([1, 1, 1, 1]), push_on_connect=True)
        assert_healthy(look(slicer.address.port, ['STATUS', 'TRANSFORM'], seconds=1.0))
    finally:
        slicer.close()
