"""Faults of other kinds, each in a server of its own, and peers that are odd and healthy."""

import itertools
import random
import socket
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from planted import Planted, pose
from test_planted import Case, again, alarms, at, both, good, now, raw, raw_stamp, stays, verdict

from igtl_ros2.codec import encode
from igtl_ros2.codec.crc64 import crc64
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.points import Point, PointList
from igtl_ros2.codec.messages.pose import Position
from igtl_ros2.codec.messages.tracking import TrackingData
from igtl_ros2.codec.messages.video import Video
from igtl_ros2.config import Settings
from igtl_ros2.tools.doctor import probe
from igtl_ros2.tools.doctor.findings import Severity
from igtl_ros2.tools.doctor.judge import judge
from igtl_ros2.tools.doctor.network import listeners
from igtl_ros2.tools.doctor.probe import Probe, Wanted

NS = 10**9
TURNED = np.array([[0.8, -0.6, 0], [0.6, 0.8, 0], [0, 0, 1]])


def of(talk, code, text, remedy='', mapping='', **options):
    """A server, the one alarm there is, and words of its text and of its remedy."""
    return Case(talk, (code, text, remedy), '', {'seconds': 1.6, **options}, mapping)


def body(order, floats):
    return again(lambda n: raw(body=struct.pack(f'{order}12f', *floats(n))))


def by_columns(number, turn=TURNED):
    return [*turn.T.ravel(), 100.5 + number % 50, -250.25, 30.125]


def by_rows(number):
    return np.column_stack([TURNED, by_columns(number)[9:]]).ravel().tolist()


def little_crc(number):
    content = encode(pose(number=number))[58:]
    return raw(body=content, crc=int.from_bytes(crc64(content).to_bytes(8, 'big'), 'little'))


def little_points(number):
    content = bytearray(encode(PointList([Point('Entry', (100.5, -20.25, 31.75))]))[58:])
    content[100:112] = struct.pack('<3f', 100.5, -20.25, 31.75)
    return raw(b'POINT', b'Plan', bytes(content))


def quaternion(*values):
    return again(lambda n: Position(
        (100.5 + n % 50, 20.25, 3.5), values, device_name='Arm', timestamp_ns=now()))


def stamped(make):
    """Poses whose stamp is made of the time, in ns since 1970."""
    return again(lambda n: raw_stamp(make(time.time_ns())))


def image(spacing, shape=(1, 64, 64)):
    matrix = np.diag([*spacing, 1.0])
    return again(lambda n: Image(np.zeros(shape, np.uint8), matrix, device_name='US',
                                 timestamp_ns=now()), rate_hz=20)


def video(number):
    # a slice of H.264 that is none of a key frame
    return Video(b'\0\0\0\1\x41' + bytes([number % 250 + 1] * 40), 'H264', (64, 48, 1), 3,
                 device_name='Endo', timestamp_ns=now())


def two_rates(number):
    """Two senders of one name, of which one says three times as much."""
    return pose(number=number, scale=2.0 if number % 4 == 3 else 1.0)


def answering(question, answer):
    def talk(line):
        while data := line.sock.recv(1000):
            if question in data:
                line.send(answer)

    return talk


def echoes(line):
    while data := line.sock.recv(4000):
        line.send(data)


START_NS = time.time_ns()
TCPROS = struct.pack('<II', 24, 20) + b'callerid=/camera_nod'
CASES = {
    # bytes
    'a body of little-endian floats': of(body('<', by_columns), 'byte-order', '', 'big-endian'),
    'points of little-endian floats': of(again(little_points), 'byte-order', "POINT 'Plan'"),
    'a matrix that is written row by row': of(body('>', by_rows), 'row-order', '', 'column'),
    'a checksum of little-endian bytes': of(again(little_crc), 'crc-wrong', 'order', 'big-endian'),
    'a length of little-endian bytes': of(
        again(lambda n: raw(size=48 << 56)), 'body-length', 'little-endian) 48'),
    'announces nothing and sends a body': of(
        again(lambda n: raw(size=0)), 'body-length', 'announces'),
    'a body of size 0': of(again(lambda n: raw(body=b'')), 'content-wrong', ''),
    # rotations
    'degrees for a quaternion': of(quaternion(10, 20, 30, 0), 'not-rigid', 'degrees', 'angles',
                                   for_slicer=False),
    'a quaternion that is not of length 1': of(
        quaternion(0.3, 0.2, 0.1, 0.4), 'not-rigid', 'off a rotation', 'divided by its length',
        for_slicer=False),
    'a mirrored matrix': of(
        body('>', lambda n: by_columns(n, np.diag([-1.0, 1, 1]))), 'mirrored', ''),
    # stamps
    'a stamp of little-endian bytes': of(stamped(lambda ns: int.from_bytes(
        (ns * 2**32 // NS).to_bytes(8, 'big'), 'little')), 'stamp-unit', 'little-endian'),
    'seconds and fraction exchanged': of(stamped(
        lambda ns: ns // NS | (ns % NS * 2**32 // NS) << 32), 'stamp-unit', 'exchanged'),
    'a stamp that is a double': of(stamped(lambda ns: int.from_bytes(
        struct.pack('>d', ns / NS), 'big')), 'stamp-unit', 'floating-point'),
    'milliseconds for the fraction': of(stamped(
        lambda ns: ns // NS << 32 | ns % NS // 10**6), 'stamp-unit', 'milliseconds', seconds=4.0),
    'nanoseconds for the fraction': of(stamped(
        lambda ns: ns // NS << 32 | ns % NS), 'stamp-unit', 'nanoseconds', seconds=4.0),
    'whole seconds': of(stamped(lambda ns: ns // NS << 32), 'stamp-unit', 'whole seconds'),
    'a clock that counts from 1900': of(stamped(
        lambda ns: ns * 2**32 // NS + (2_208_988_800 << 32)), 'clock-other', '1900'),
    'a clock that counts from 1980': of(stamped(
        lambda ns: ns * 2**32 // NS - (315_964_782 << 32)), 'clock-other', 'GPS'),
    'a stamp of 1970': of(stamped(lambda ns: 86_400 << 32), 'stamp-frozen', '1970'),
    # names
    'two senders of one name, one of them quicker': of(
        again(two_rates), 'name-shared', 'two senders'),
    'three senders of one name': of(again(lambda n: pose(number=n, scale=1.0 + n % 3)),
                                    'name-shared', ''),
    # images
    'metres in the spacing of a large image': of(
        image((0.001, 0.001, 0.001), (1, 64, 1024)), 'metres', "IMAGE 'US'", 'by 1000'),
    'pixels without a size': of(image((0, 0.2, 1)), 'image-flat', "IMAGE 'US'", 'spacing'),
    'a video without key frames': of(again(video), 'no-key-frame', "VIDEO 'Endo'", 'encoder'),
    # who answers there
    'a node of ROS 1': of(lambda line: (line.send(TCPROS), stays(line)), 'not-igtl', 'ROS 1'),
    'a database that is asked': of(
        answering(b'GET /', b"-ERR unknown command 'GET'\r\n"), 'not-igtl', 'database',
        seconds=0.3),
    'a server that sends back what it gets': of(echoes, 'not-igtl', 'sends back', seconds=0.3),
    # rules
    'two parents that a rule makes': of(
        both(good('Probe'), good('Stylus')), 'two-parents', "'tip'", '', 'receive: '
        '[{device: Probe, tf: true, child_frame: tip, frame: a}, '
        '{device: Stylus, tf: true, child_frame: tip, frame: b}]'),
}


def bursts(number):
    """Twenty at once, stamped as they are sent."""
    return b''.join(encode(pose(number=20 * number + n)) for n in range(20))


def empty(number):
    return TrackingData([], device_name='Tracker', timestamp_ns=now(), version=2)


def jittery(rate_hz):
    """A device that is neither quite regular nor quick, as all are on a busy machine."""
    chance = random.Random(7)

    def talk(line):
        number = itertools.count()
        while not line._ended.wait(chance.uniform(0.5, 1.5) / rate_hz):
            line.send(encode(pose(number=next(number))))

    return talk


LARGE = encode(Image(np.zeros((48, 512, 512), np.int16), device_name='CT'))
HEALTHY = {
    'one pose in 2 s': (again(lambda n: pose(number=n), rate_hz=0.5), {'seconds': 1.2}),
    'the first pose comes late': (
        lambda line: (line.stay(1.5), again(lambda n: pose(number=n))(line)), {'seconds': 1.0}),
    'one pose in a second': (again(lambda n: pose(number=n), rate_hz=1), {'seconds': 2.5}),
    'a thousand poses in a second': (again(lambda n: pose(number=n), rate_hz=1000), {}),
    'bursts': (again(bursts, rate_hz=1.2), {'seconds': 4.5}),
    'rare bursts': (again(bursts, rate_hz=0.5), {'seconds': 4.5}),
    'bursts of an unsteady device': (jittery(20), {'seconds': 3}),
    'a tracker that sees nothing': (again(empty), {}),
    'a large volume now and then': (again(lambda n: Image(
        np.full((48, 512, 512), n, np.int16), device_name='CT', timestamp_ns=now()), rate_hz=1),
        {'seconds': 2.5}),
    'a volume that is still on its way': (
        lambda line: [line.send(LARGE[n:n + 65536]) or line._ended.wait(0.05)
                      for n in range(0, len(LARGE), 65536)], {'seconds': 1.2}),
    'the frames of a video': (again(lambda n: video(n) if n % 20 else Video(
        b'\0\0\0\1\x65' + bytes(40), 'H264', (64, 48, 1), 1, device_name='Endo',
        timestamp_ns=now())), {}),
    'poses that came together when it was connected': (
        lambda line: (line.send(bursts(0)), line.stay()), {'seconds': 2.5}),
    'two frames of which one is not broadcast': (
        both(good('ProbeToTracker'), good('ProbeToReference')),
        {'mapping': 'receive: [{device: ProbeToReference, tf: false}, {device: "*"}]'}),
}


def visit(talk, folder, number, mapping='', **options):
    file = ''
    if mapping:
        file = folder / f'{number}.yaml'
        file.write_text(mapping)
    with Planted(talk) as server:
        return verdict(at(server.port, **options), str(file))


@pytest.fixture(scope='module')
def verdicts(tmp_path_factory):
    """What is found of each: nearly all of the time is waiting, which is done at once."""
    folder = tmp_path_factory.mktemp('mappings')
    todo = {name: (case.talk, {'mapping': case.mapping, **case.options})
            for name, case in CASES.items()}
    todo.update({name: (talk, {'seconds': 2.0, **options})
                 for name, (talk, options) in HEALTHY.items()})
    with ThreadPoolExecutor(len(todo)) as pool:
        found = {name: pool.submit(visit, talk, folder, number, **options)
                 for number, (name, (talk, options)) in enumerate(todo.items())}
    return {name: future.result() for name, future in found.items()}


@pytest.mark.parametrize('name', CASES)
def test_a_fault_is_named_with_its_remedy_and_no_other(name, verdicts):
    code, text, remedy = CASES[name].codes
    found = [one for one in verdicts[name] if one.severity < Severity.NOTE]
    assert {one.code for one in found} == {code}, found
    assert text in found[0].text and remedy in found[0].remedy


@pytest.mark.parametrize('name', HEALTHY)
def test_a_peer_that_is_odd_is_healthy(name, verdicts):
    assert not alarms(verdicts[name]), verdicts[name]


def test_a_message_that_is_still_on_its_way_is_told(verdicts):
    found = {one.code: one for one in verdicts['a volume that is still on its way']}
    assert "IMAGE 'CT'" in found['not-whole-yet'].text


def test_what_came_while_the_doctor_looked_at_this_machine_has_not_come_late(monkeypatch):
    def slow(*found):
        time.sleep(0.6)  # as long as it takes on a busy machine with many connections
        return listeners(*found)

    monkeypatch.setattr(probe, 'listeners', slow)
    with Planted(again(bursts, rate_hz=1.2)) as server:
        found = verdict(at(server.port, seconds=4.5))
    assert not alarms(found), found


def test_two_clients_that_use_one_name(free_port):
    ended = threading.Event()

    def talk():
        while not ended.is_set():
            try:
                with socket.create_connection(('127.0.0.1', free_port)) as sock:
                    for number in itertools.count():
                        sock.sendall(encode(pose(number=number)))
                        if ended.wait(0.02):
                            return
            except OSError:
                ended.wait(0.02)

    threads = [threading.Thread(target=talk) for _ in range(2)]
    for thread in threads:
        thread.start()
    settings = Settings(url=f'tcp://127.0.0.1:{free_port}', mode='server')
    observed = Probe(Wanted(settings, seconds=1.0)).wait()
    ended.set()
    for thread in threads:
        thread.join()
    found = judge(observed)
    assert alarms(found) == ['name-shared'] and '2 connections' in found[0].text


@pytest.mark.skipif(not socket.has_ipv6, reason='there is no IPv6 here')
def test_an_address_that_slicer_cannot_use():
    try:
        server = socket.create_server(('::1', 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip('there is no IPv6 here')
    with server:
        def serve():
            sock, _ = server.accept()
            with sock:
                sock.sendall(encode(pose()))
                sock.recv(1)

        thread = threading.Thread(target=serve)
        thread.start()
        found = verdict(at(server.getsockname()[1], host='[::1]', seconds=0.3))
        thread.join()
    assert not alarms(found)
    assert 'IPv4 alone' in next(one for one in found if one.code == 'slicer-address').text


def test_what_one_device_does_wrong_is_told_of_that_device():
    with Planted(both(good(), lambda n: raw(body=struct.pack('<12f', *by_columns(n))))) as server:
        found = verdict(at(server.port, seconds=0.6))
    assert [(one.code, one.device) for one in found if one.severity < Severity.NOTE] == [
        ('byte-order', 'ProbeToTracker')]
