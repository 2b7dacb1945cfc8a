"""What takes long to convert keeps nobody else waiting, and nothing is lost by it."""

import socket
import threading
import time
from functools import partial

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from geometry_msgs.msg import PoseArray, TransformStamped
from ros_user import DEADLINE_S, STATE, Busy, mapping, next_message, pose, start, wait_for
from sensor_msgs.msg import CompressedImage
from std_msgs.msg import Bool
from std_msgs.msg import String as RosString

from igtl_ros2 import codec, connect
from igtl_ros2.codec.messages.arrays import NDArray
from igtl_ros2.codec.messages.bundle import Bind
from igtl_ros2.codec.messages.catalog import (
    ImageMeta,
    ImageMetaElement,
    LabelMeta,
    LabelMetaElement,
    VideoMeta,
    VideoMetaElement,
)
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.mesh import PolyData
from igtl_ros2.codec.messages.points import Point, PointList, Trajectories, Trajectory
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import Command, Status, StatusCode, String
from igtl_ros2.codec.messages.tracking import (
    QuaternionElement,
    QuaternionTrackingData,
    TrackingData,
    TrackingElement,
)
from igtl_ros2.converters import heavy, registry
from igtl_ros2.errors import ConversionError
from igtl_ros2.peers import worker
from igtl_ros2.peers.worker import Worker
from igtl_ros2.rosio import in_place
from igtl_ros2.routes import inbound


def volume(value=0, size=2, device_name='CT'):
    pixels = np.full((size, size, size), value, np.uint8)
    return Image.from_array(pixels, np.eye(4), device_name=device_name)


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
        assert len(receiver._work.worker._jobs) < 2 * worker.MAX_WAITING
        busy.go.set()
        wait_for(lambda: receiver.devices['IMAGE', 'CT'] == count, 'all of them')
        sender.join()
    wait_for(lambda: shown and b'100' in shown[-1].data.tobytes()[:500], 'a file')
    wait_for(lambda: not receiver._work.worker._jobs, 'the end')
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
        (topic,) = node._senders['']._discovery.topics['/x/to_igtl/Camera/compressed']
        queue = topic.take.func.__self__.route.queue

        def waits(name):
            return queue._waiting and queue._waiting[-1].value.format == name

        for number in range(25):
            pictures.publish(CompressedImage(format=str(number)))
            wait_for(partial(waits, str(number)), 'the newest')
        # those that gave way leave nothing behind that other topics would have to wait for
        assert len(node._senders['']._shared.worker._jobs) == 10
    finally:
        busy.go.set()
    assert [next_message(device).text for _ in range(11)] == ['first', *map(str, range(15, 25))]


# -- many small things


def paths(count, name='Plan'):
    ends = [np.array([0.0, 0.0, z]) for z in (0, 10)]
    return Trajectories(
        tuple(Trajectory(f'{name}{n}', *ends) for n in range(count)), device_name=name)


HEAVY = {
    'TRAJ': paths(1000),
    'POINT': PointList([Point(f'p{n}', np.zeros(3)) for n in range(1000)], device_name='Plan'),
    'TDATA': TrackingData(
        [TrackingElement(f't{n}', np.eye(4)) for n in range(1000)], device_name='Plan'),
    'QTDATA': QuaternionTrackingData(
        [QuaternionElement(f't{n}', np.zeros(3)) for n in range(1000)], device_name='Plan'),
    'IMGMETA': ImageMeta([ImageMetaElement(f'i{n}') for n in range(1000)], device_name='Plan'),
    'LBMETA': LabelMeta([LabelMetaElement(f'l{n}') for n in range(1000)], device_name='Plan'),
    'VIDEOMETA': VideoMeta([VideoMetaElement(f'v{n}') for n in range(1000)], device_name='Plan'),
    'POLYDATA': PolyData(
        np.zeros((3, 3), np.float32), lines=np.zeros((50_000, 2), int), device_name='Plan'),
    'COMMAND': Command(1, 'x', '<a b="c"/>' * 10_000, device_name='Plan'),
    'STRING': String('x' * 60_000, device_name='Plan'),
    'NDARRAY': NDArray(np.zeros((1000, 1000)), device_name='Plan'),
    'BIND': Bind([String('x', device_name=f's{n}') for n in range(100)], device_name='Plan'),
    'metadata': String('x', device_name='Plan', metadata={f'k{n}': 'v' for n in range(1000)}),
}


@pytest.mark.parametrize('kind', HEAVY)
def test_an_emergency_does_not_wait_for_many_small_things(ros, tmp_path, monkeypatch, kind):
    registry.load_converters()
    busy = Busy(registry.converted)
    plain = registry.converted

    def convert(message, route, stamp):
        return busy(message, route, stamp) if route.device == 'Plan' else plain(
            message, route, stamp)

    monkeypatch.setattr(inbound, 'converted', convert)
    node = ros.bridge(port=0, **mapping(tmp_path, 'receive: [{device: "*"}]'))
    emergency = ros.listen('/x/igtl_bridge/emergency', Bool, STATE)
    state = ros.listen('/x/Arm/status', DiagnosticArray, STATE)
    texts = ros.listen('/x/Own/text', RosString, STATE)
    url = str(node.link.address)
    try:
        # version 1 has no metadata
        with connect(url, header_version='2') as planner, connect(url) as arm:
            planner.send(HEAVY[kind])
            wait_for(busy.begun.is_set, 'the message')
            arm.send(Status(StatusCode.EMERGENCY, device_name='Arm'))
            wait_for(lambda: emergency[-1].data, 'the emergency')
            wait_for(lambda: state, 'the state')
            # its own as well
            planner.send(Status(StatusCode.EMERGENCY, device_name='Other'))
            wait_for(lambda: len(node._emergencies) == 2, 'the second one')
            if kind != 'BIND':  # other devices of the same peer go on
                planner.send(String('x', device_name='Own'))
                wait_for(lambda: texts, 'another device')
            assert not busy.go.is_set()
    finally:
        busy.go.set()


@pytest.mark.parametrize('kind', ['NDARRAY', 'IMAGE', 'TRAJ'])
def test_others_do_not_wait_while_what_is_large_is_published(
    ros, tmp_path, monkeypatch, nobody_is_late, kind
):
    monkeypatch.setattr(heavy, '_MOST_BYTES', 1 << 16)
    busy = Busy(in_place.publish)
    plain, device, published = in_place.publish, (kind, 'Plan'), threading.Event()

    def publish(publisher, ready, message):
        # what comes again and again may go another way
        is_it = '/Plan/' in publisher.topic_name and receiver.devices[device] == 3
        if not is_it:
            plain(publisher, ready, message)
            return
        try:
            busy(publisher, ready, message)
        finally:
            published.set()

    monkeypatch.setattr(in_place, 'publish', publish)
    node = ros.bridge(port=0, **mapping(tmp_path, 'receive: [{device: "*"}]'))
    poses = ros.listen('/x/Probe/transform', TransformStamped)
    large = volume(size=50, device_name='Plan') if kind == 'IMAGE' else HEAVY[kind]
    url = str(node.link.address)
    receiver = node._receivers['']

    def has_come(number):
        found = receiver._table.all.get(device)
        return found and found.received == number and not found.way.waiting

    try:
        with connect(url) as planner, connect(url) as tracker:
            for number in (1, 2):
                planner.send(large)
                wait_for(partial(has_come, number), 'a message')
            planner.send(large)
            wait_for(busy.begun.is_set, 'the third')
            count = len(poses)
            wait_for(lambda: tracker.send(Transform(pose(), device_name='Probe'))
                     or time.sleep(0.02) or len(poses) > count + 20, 'poses')
            assert not published.is_set()
    finally:
        busy.go.set()


def test_what_comes_behind_many_small_things_of_a_device_stays_behind(
    ros, tmp_path, monkeypatch
):
    registry.load_converters()
    busy = Busy(registry._TO_ROS[Trajectories])
    monkeypatch.setitem(registry._TO_ROS, Trajectories, busy)
    node = ros.bridge(port=0, **mapping(tmp_path, 'receive: [{device: "*"}]'))
    shown = ros.listen('/x/Plan/trajectory', PoseArray, STATE)
    with connect(str(node.link.address)) as planner:
        for count in (1000, 1, 2, 300, 3):
            planner.send(paths(count))
        wait_for(busy.begun.is_set, 'the first')
        wait_for(lambda: node._receivers[''].devices['TRAJ', 'Plan'] == 5, 'all of them')
        assert not shown
        busy.go.set()
        wait_for(lambda: len(shown) == 5, 'all of them in ROS')
    assert [len(message.poses) // 2 for message in shown] == [1000, 1, 2, 300, 3]
    # the next one goes the usual way
    device = node._receivers['']._table.all['TRAJ', 'Plan']
    wait_for(lambda: not device.way.waiting, 'the end')
    assert not node._receivers['']._work.bound


def test_what_comes_behind_a_bind_of_many_children_stays_behind(ros, tmp_path, monkeypatch):
    registry.load_converters()
    busy = Busy(registry._TO_ROS[Bind])
    monkeypatch.setitem(registry._TO_ROS, Bind, busy)
    node = ros.bridge(port=0, **mapping(tmp_path, 'receive: [{device: "*"}]'))
    shown = ros.listen('/x/s7/text', RosString, STATE)
    with connect(str(node.link.address)) as peer:
        peer.send(String('before', device_name='s7'))
        wait_for(lambda: shown, 'the first')
        peer.send(Bind([String('in it', device_name=f's{n}') for n in range(100)]))
        peer.send(String('behind', device_name='s7'))
        wait_for(busy.begun.is_set, 'the BIND')
        assert len(shown) == 1
        busy.go.set()
        wait_for(lambda: len(shown) == 3, 'all')
    assert [message.data for message in shown] == ['before', 'in it', 'behind']
    wait_for(lambda: not node._receivers['']._work.bound, 'the end')


def test_many_elements_are_counted_by_their_setting(ros, tmp_path):
    limits = {'limits.max_elements': 10}
    node = ros.bridge(port=0, **limits, **mapping(tmp_path, 'receive: [{device: "*"}]'))
    shown = ros.listen('/x/Plan/trajectory', PoseArray, STATE)
    with connect(str(node.link.address)) as planner:
        planner.send(paths(11))
        planner.send(paths(10))
        wait_for(lambda: shown, 'the second')
        (peer,) = node.link.peers
        assert peer.errors['ContentError'] == 1
    assert len(shown[0].poses) == 20


# -- alone


def test_things_are_done_in_order_and_room_is_told_of_once():
    told, done, go = [], [], threading.Event()
    side = Worker('test', lambda: told.append(len(done)))
    assert side.do(go.wait)
    wait_for(lambda: not side._jobs, 'the first')
    room = [side.do(lambda n=n: done.append(n)) for n in range(worker.MAX_WAITING + 3)]
    assert room == [True] * (worker.MAX_WAITING - 1) + [False] * 4
    go.set()
    wait_for(lambda: len(done) == len(room), 'all')
    assert done == list(range(len(room))) and told == [3]
    side.close()
    assert side.do(lambda: done.append('late')) and 'late' not in done


def test_far_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(worker, '_TOO_MUCH', 2)
    go = threading.Event()
    side = Worker('test')
    side.do(lambda: go.wait(DEADLINE_S))
    wait_for(lambda: not side._jobs, 'the first')
    for _ in range(2 * worker.MAX_WAITING):
        side.do(lambda: None)
    with pytest.raises(ConversionError, match='too much waits'):
        side.do(lambda: None)
    go.set()
    wait_for(lambda: not side._jobs, 'the end')
    assert not side.do(lambda: None, 4 * worker.MAX_WAITING_BYTES)
    side.close()


def test_a_worker_keeps_its_thread_for_a_while_and_tells_what_a_call_raises(monkeypatch):
    monkeypatch.setattr(worker, '_IDLE_S', 0.2)
    side = Worker('test')
    first, second = (side.call(threading.current_thread).result(DEADLINE_S) for _ in range(2))
    assert first is second
    with pytest.raises(ZeroDivisionError):
        side.call(lambda: 1 / 0).result(DEADLINE_S)
    first.join(DEADLINE_S)
    assert not first.is_alive()
    assert side.call(abs, -1).result(DEADLINE_S) == 1
    side.close()
