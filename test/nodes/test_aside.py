"""What takes long to convert keeps nobody else waiting, and nothing is lost by it."""

import socket
import threading
from functools import partial

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from ros_user import DEADLINE_S, STATE, mapping, next_message, start, wait_for
from sensor_msgs.msg import CompressedImage
from std_msgs.msg import Bool
from std_msgs.msg import String as RosString

from igtl_ros2 import codec, connect
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.text import Status, StatusCode, String
from igtl_ros2.converters import registry
from igtl_ros2.errors import ConversionError
from igtl_ros2.nodes import aside
from igtl_ros2.nodes.aside import Aside


class Busy:
    """A converter that goes on when it is told to."""

    def __init__(self, usual):
        self.usual = usual
        self.begun, self.go = threading.Event(), threading.Event()

    def __call__(self, *arguments):
        self.begun.set()
        assert self.go.wait(DEADLINE_S)
        return self.usual(*arguments)


def volume(value=0, size=2):
    pixels = np.full((size, size, size), value, np.uint8)
    return Image.from_array(pixels, np.eye(4), device_name='CT')


@pytest.fixture
def busy(monkeypatch):
    registry.load_converters()
    busy = Busy(registry._TO_ROS[Image])
    monkeypatch.setitem(registry._TO_ROS, Image, busy)
    yield busy
    busy.go.set()


NRRD = 'receive: [{device: CT, nrrd: true}, {device: "*"}]'
PHASES = f"""
protocol: [{{use: brp, call: {{STOP: /robot/stop}}}}]
{NRRD}
"""


def test_who_calls_an_emergency_does_not_wait_for_the_volume_of_another(ros, tmp_path, busy):
    node = ros.bridge(port=0, **mapping(tmp_path, PHASES))
    emergency = ros.listen('/x/igtl_bridge/emergency', Bool, STATE)
    state = ros.listen('/x/Arm/status', DiagnosticArray, STATE)
    phases = ros.listen('/x/robot/phase', RosString, STATE)
    url = str(node.link.address)
    with connect(url) as scanner, connect(url) as arm:
        scanner.send(volume())
        wait_for(busy.begun.is_set, 'the volume')
        arm.send(Status(StatusCode.EMERGENCY, device_name='Arm'))
        wait_for(lambda: emergency[-1].data, 'the emergency')
        wait_for(lambda: state, 'the state')
        arm.send(String('EMERGENCY', device_name='CMD_1'))
        wait_for(lambda: phases[-1].data == 'EMERGENCY', 'the phase')
        assert not busy.go.is_set()


def test_nothing_is_lost_and_a_sender_waits_for_what_takes_long(ros, tmp_path, busy):
    node = ros.bridge(port=0, **mapping(tmp_path, NRRD))
    shown = ros.listen('/x/CT/nrrd', CompressedImage, STATE)
    receiver, count = node._receivers[''], 60
    data = b''.join(codec.encode(volume(value, size=100)) for value in range(count))  # 1 MB each
    with socket.create_connection(('127.0.0.1', node.link.address.port)) as sock:
        sender = threading.Thread(target=sock.sendall, args=(data,))
        sender.start()
        wait_for(lambda: any(peer._reading_paused for peer in node.link.peers), 'the pause')
        # those that were on their way when it was told to wait come as well
        assert receiver.devices['IMAGE', 'CT'] < count
        assert len(receiver._aside._jobs) < 2 * aside.MAX_WAITING
        busy.go.set()
        wait_for(lambda: receiver.devices['IMAGE', 'CT'] == count, 'all of them')
        sender.join()
    wait_for(lambda: shown and b'100' in shown[-1].data.tobytes()[:500], 'a file')
    wait_for(lambda: not receiver._aside._jobs, 'the end')
    (health, *_), = node._diagnostics._open
    assert not health._report.counts


def test_a_state_that_ros_sends_does_not_wait_for_a_picture(ros, device, tmp_path, monkeypatch):
    registry.load_converters()
    kind = CompressedImage, registry._DEFAULT_WIRE_TYPE[CompressedImage]
    busy = Busy(registry._FROM_ROS[kind])
    monkeypatch.setitem(registry._FROM_ROS, kind, busy)
    start(ros, device, discover_period=0.1)
    pictures = ros.talk('/x/to_igtl/Camera/compressed', CompressedImage)
    states = ros.talk('/x/to_igtl/Arm/status', DiagnosticArray)
    try:
        pictures.publish(CompressedImage(format='png', data=b'no picture'))
        wait_for(busy.begun.is_set, 'the picture')
        values = [KeyValue(key='igtl_code', value='3')]
        states.publish(DiagnosticArray(status=[DiagnosticStatus(values=values)]))
        assert next_message(device).code == StatusCode.EMERGENCY
        assert not busy.go.is_set()
    finally:
        busy.go.set()


def test_of_pictures_that_wait_the_newest_are_sent(ros, device, monkeypatch):
    registry.load_converters()
    kind = CompressedImage, registry._DEFAULT_WIRE_TYPE[CompressedImage]
    busy = Busy(lambda message, sending: String(message.format, device_name=sending.device))
    monkeypatch.setitem(registry._FROM_ROS, kind, busy)
    node = start(ros, device, discover_period=0.1)
    pictures = ros.talk('/x/to_igtl/Camera/compressed', CompressedImage)
    try:
        pictures.publish(CompressedImage(format='first'))
        wait_for(busy.begun.is_set, 'the first')
        (feed,) = node._senders['']._feeds['/x/to_igtl/Camera/compressed']

        def waits(name):
            return feed.waiting and feed.waiting[-1].format == name

        for number in range(25):
            pictures.publish(CompressedImage(format=str(number)))
            wait_for(partial(waits, str(number)), 'the newest')
        # those that gave way leave nothing behind that other topics would have to wait for
        assert len(node._senders['']._aside._jobs) == 10
    finally:
        busy.go.set()
    assert [next_message(device).text for _ in range(11)] == ['first', *map(str, range(15, 25))]


# -- alone


def test_things_are_done_in_order_and_room_is_told_of_once():
    told, done, go = [], [], threading.Event()
    side = Aside('test', lambda: told.append(len(done)))
    assert side.do(go.wait)
    wait_for(lambda: not side._jobs, 'the first')
    room = [side.do(lambda n=n: done.append(n)) for n in range(aside.MAX_WAITING + 3)]
    assert room == [True] * (aside.MAX_WAITING - 1) + [False] * 4
    go.set()
    wait_for(lambda: len(done) == len(room), 'all')
    assert done == list(range(len(room))) and told == [3]
    side.close()
    assert side.do(lambda: done.append('late')) and 'late' not in done


def test_far_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(aside, '_TOO_MUCH', 2)
    go = threading.Event()
    side = Aside('test')
    side.do(lambda: go.wait(DEADLINE_S))
    wait_for(lambda: not side._jobs, 'the first')
    for _ in range(2 * aside.MAX_WAITING):
        side.do(lambda: None)
    with pytest.raises(ConversionError, match='too much waits'):
        side.do(lambda: None)
    go.set()
    wait_for(lambda: not side._jobs, 'the end')
    assert not side.do(lambda: None, 4 * aside.MAX_WAITING_BYTES)
    side.close()
