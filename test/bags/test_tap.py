"""A tap and a disk that does not keep up: who can wait does, who cannot is not held up."""

import random
import threading
import time

import numpy as np
import pytest
from bag_tools import DEADLINE_S, Device, frames_of

from igtl_ros2.bags import recording as recording_module
from igtl_ros2.bags.files import BagWriter
from igtl_ros2.bags.frames import FrameRecorder
from igtl_ros2.bags.recording import Recording, make_clock
from igtl_ros2.bags.tap import ConnectTap
from igtl_ros2.bags.types import RAW_TYPE, MessageTypes
from igtl_ros2.codec import encode
from igtl_ros2.codec.messages.arrays import NDArray
from igtl_ros2.codec.messages.text import String
from igtl_ros2.config import Settings
from igtl_ros2.transport.network import NetworkThread

TYPES = MessageTypes()
BUFFER = 200_000  # in smaller ones, the system waits between the pieces


class SlowWriter(BagWriter):
    """A bag on a disk that stands still until it is told to go on."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.go = threading.Event()

    def write(self, *arguments):
        assert self.go.wait(DEADLINE_S)
        super().write(*arguments)


def wait_for(condition):
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def slow(tmp_path, monkeypatch):
    monkeypatch.setattr(recording_module, 'MAX_WAITING_BYTES', 4_000_000)
    writer = SlowWriter(tmp_path / 'bag', TYPES)
    recording = Recording(writer)
    yield writer, recording
    writer.go.set()
    recording.close()


def test_a_device_waits_for_the_disk_and_nothing_is_lost(tmp_path, slow):
    writer, recording = slow
    chance = random.Random(1)
    arrays = (np.frombuffer(chance.randbytes(60_000), np.uint8) for _ in range(160))
    frames = [encode(NDArray(array, device_name='T')) for array in arrays]
    network = NetworkThread()
    with Device(buffer_bytes=BUFFER) as device:
        settings = Settings.from_values({
            'mode': 'client', 'url': device.url, 'receive_buffer_bytes': BUFFER,
        })

        async def start():
            tap = ConnectTap(FrameRecorder(recording, TYPES, '', 'drop'), settings, make_clock())
            await tap.start()
            return tap

        tap = network.run(start())
        try:
            with device.accept() as sock:
                sender = threading.Thread(target=sock.sendall, args=(b''.join(frames),))
                sender.start()
                wait_for(lambda: recording.is_behind)
                assert sender.is_alive()  # 10 MB, of which it takes a part
                writer.go.set()
                sender.join(DEADLINE_S)
            wait_for(lambda: recording.summary.total.messages == 160)
        finally:
            network.stop(tap.stop)
    recording.close()
    assert not recording.summary.lost
    assert [data for _, _, data in frames_of(tmp_path / 'bag')] == frames


def test_what_cannot_wait_is_lost_with_a_count(tmp_path, slow):
    writer, recording = slow
    for number in range(100):
        frame = encode(String(f'{number:05}' * 10_000, device_name='T'))
        recording.put(
            ('T', 'STRING'), '/T/raw', RAW_TYPE, lambda f=frame: TYPES.pack(f), len(frame), number
        )
    writer.go.set()
    recording.close()
    lost = recording.summary.lost['the disk is too slow'].messages
    assert 0 < lost < 100
    assert len(frames_of(tmp_path / 'bag')) == 100 - lost
