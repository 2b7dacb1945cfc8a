"""Every program of examples/ runs, says the right things, and ends as it should."""

import csv
import re
import socket
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from forked import Program
from network_peers import DEADLINE_S, text, until

from igtl_ros2 import codec, connect, serve
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.points import Point, PointList
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.query import Query, Response, StartTracking
from igtl_ros2.codec.messages.text import Status, String
from igtl_ros2.codec.messages.tracking import TrackingData
from igtl_ros2.sim.ultrasound import Scene

EXAMPLES = Path(__file__).parent.parent / 'examples'
NAMES = sorted(path.stem for path in EXAMPLES.glob('*.py'))
ANY_PORT = 'tcp://127.0.0.1:0'
SCENE = Scene(seed=3, image_size=(64, 48))


class Example(Program):
    """A program that says where it listens."""

    @property
    def url(self):
        return self.says(r'listening on (\w+://[\d.]+:\d+)')[1]


def example(name, *options):
    """Start an example."""
    return Example(sys.executable, '-u', EXAMPLES / f'{name}.py', *options)


@pytest.fixture(scope='module')
def device():
    """Start the simulated tracked ultrasound; the result is its URL."""
    with Example(
        sys.executable, '-u', '-m', 'igtl_ros2.sim.ultrasound', '--port', 0, '--seed', 3,
        '--quiet', '--tracker-rate', 30, '--image-rate', 10, '--image-size', '64x48',
    ) as program:
        yield program.url


def test_no_example_is_left_out():
    tests = [name for name in globals() if name.startswith('test_')]
    assert not [n for n in NAMES if not any(re.match(f'test_{n}(_|$)', t) for t in tests)]
    readme = (EXAMPLES / 'README.md').read_text(encoding='utf-8')
    assert set(re.findall(r'^\|.*?`(\w+)\.py`', readme, re.MULTILINE)) | {'client'} == set(NAMES)


def test_all_end_at_ctrl_c(device):
    servers = [
        ('async_server',), ('server',), ('session_manager',), ('tracking_server',),
        ('video_streaming',), ('image_streaming', 'ct'), ('query_streaming', 'serve'),
    ]
    clients = ['async_dynamic_receiver', 'dynamic_receiver', 'point_navigation', 'reconnect']
    with ExitStack() as stack:
        programs = []
        for name, *words in servers:
            programs.append(stack.enter_context(example(name, *words, '--url', ANY_PORT)))
        for name in clients:
            programs.append(stack.enter_context(example(name, '--url', device)))
        programs.append(stack.enter_context(
            example('sensor_logger', 'imu', '--simulate', '--url', ANY_PORT)))
        programs.append(stack.enter_context(
            example('udp_tracking', 'receive', '--url', 'udp://127.0.0.1:0')))
        for program in programs:
            program.says('listening|connected|registered|Gyroscope')
        for program in programs:
            program.interrupt()
        for program in programs:
            program.end()


def test_clients_tell_that_their_server_is_gone():
    names = ('dynamic_receiver',), ('async_dynamic_receiver',), ('point_navigation',), (
        'sensor_logger', 'force')
    with serve(ANY_PORT) as server, ExitStack() as stack:
        programs = [
            stack.enter_context(example(*words, '--url', server.address)) for words in names]
        until(lambda: len(server.peers) == len(programs), 'all clients')
        server.close()
        for program in programs:
            said = program.end(1)  # one may still have been asking for what it wants
            assert 'is gone: ' in said or 'PeerError: ' in said


def test_a_server_that_is_not_there_is_an_error_in_words():
    with socket.socket() as taken:
        taken.bind(('127.0.0.1', 0))  # and not listened on
        url = f'tcp://127.0.0.1:{taken.getsockname()[1]}'
        with example('dynamic_receiver', '--url', url) as one, (
             example('reconnect', '--url', url, '--attempts', 2)) as two:
            assert f'PeerError: {url}: Connection refused' in one.end(1)
            assert 'gave up after 2 attempts' in two.end(1)


def test_dynamic_receiver(device):
    with example('dynamic_receiver', '--url', device, '--seconds', 2) as program:
        said = program.end()
    first = SCENE.fiducials[0]
    x, y, z = first.position
    assert f"POINT     'Fiducials': {first.name} ({x:.1f}, {y:.1f}, {z:.1f}) mm" in said
    assert "IMAGE     'Image_Reference': 64 x 48 x 1 uint8, from " in said
    assert re.search(r"STATUS +'Tracker': OK '[12] of 2 tools in view'", said)
    assert re.search(r"TRANSFORM +'ProbeToTracker': translation \(.*\) mm, \d+\.\d Hz", said)
    assert int(re.search(r'(\d+) messages in [5-9] streams', said)[1]) > 10


def test_dynamic_receiver_prints_every_type():
    golden = Path(__file__).parent / 'golden'
    messages = {}
    for path in sorted(golden.glob('*-public-simple-v1.bin')):
        message = codec.decode(path.read_bytes())
        messages[message.type_name] = message
    assert len(messages) > 40
    with serve(ANY_PORT, header_version='2', compat='plain') as server:
        lost = Transform(np.eye(4), device_name='T', metadata={'TransformStatus': 'MISSING'})
        for message in (*messages.values(), codec.Unknown(type_name='NEW', content=b'123'), lost):
            server.send(message, hold=True)
        with example('dynamic_receiver', '--url', server.address, '--seconds', 1) as program:
            said = program.end()
    assert {line.split()[0] for line in said.splitlines()[1:-1] if line[0].isupper()} >= (
        set(messages) | {'NEW'})
    assert "NEW       '': 3 bytes" in said
    assert "TRANSFORM 'T': not valid: MISSING" in said


def test_async_dynamic_receiver(device):
    with example('async_dynamic_receiver', '--url', device, '--seconds', 1.5) as program:
        said = program.end()
    assert "TRANSFORM 'ProbeToTracker': translation (" in said
    assert re.search(r'\.\.\. \d+ messages in [5-9] streams so far', said)


def test_server():
    with example('server', '--url', ANY_PORT) as program, connect(program.url) as client:
        matrix = np.eye(4)
        matrix[:3, 3] = (1.0, -2.5, 3.0)
        client.send(Transform(matrix, device_name='Drill'))
        assert client.receive(DEADLINE_S).message == 'Drill is at 1.0 -2.5 3.0 mm'
        client.send(Query('GET_STATUS'))
        assert client.receive(DEADLINE_S).code_name == 'UNKNOWN_INSTRUCTION'
        program.says('TRANSFORM -> STATUS\n.*GET_STATUS -> STATUS')


def test_client():
    with example('server', '--url', ANY_PORT) as server:
        with example('client', '--url', server.url) as client:
            said = client.end().splitlines()
        assert "STATUS OK: 'Stylus is at 10.0 20.0 30.0 mm'" in said[0]
        assert said[1].endswith('CAPABILITY TRANSFORM, STATUS, STRING, CAPABILITY')
        assert said[2].endswith('CAPABILITY of 4 types')
        assert said[3].endswith("STRING 'Grüße'")


def test_client_that_gets_no_answer():
    with serve(ANY_PORT) as server:
        with example('client', '--url', server.address, '--seconds', 0.3) as program:
            assert 'PeerTimeoutError' in program.end(1)


def test_async_server():
    with example('async_server', '--url', ANY_PORT) as program:
        with connect(program.url) as client:
            client.send(text('hello'))
            got = {}
            while len(got) < 3:
                message = client.receive(DEADLINE_S)
                got[message.type_name] = message
            assert got['STRING'].text == 'welcome'
            x, y, z = got['TRANSFORM'].matrix[:3, 3]
            assert np.hypot(x, y) == pytest.approx(50, abs=0.01) and z == 100
            assert abs(time.time_ns() - got['TRANSFORM'].timestamp_ns) < 60e9
            program.says(r"tcp://127\.0\.0\.1:\d+ sent STRING 'Note'")
        program.says('left')


def test_tracking_server():
    with example('tracking_server', '--url', ANY_PORT, '--rate', 120, '--seconds', 1) as program:
        with connect(program.url, reconnect=False) as client:
            got = list(client.messages())
        said = program.end()
    assert re.search(r'120 turns in \d+\.\d\d s: ', said)
    assert got and all(isinstance(message, TrackingData) for message in got)
    stamps = [message.timestamp_ns for message in got]
    assert stamps == sorted(set(stamps))
    stylus, probe, reference = got[0].elements
    assert (stylus.name, probe.name, reference.name) == ('Stylus', 'Probe', 'Reference')
    assert np.array_equal(reference.matrix, np.eye(4))
    angle = 2 * np.pi * (stamps[0] % 5_000_000_000) / 5e9
    wanted = (80 * np.cos(angle), 60 * np.sin(angle), -900 + 20 * np.sin(angle))
    assert stylus.matrix[:3, 3] == pytest.approx(wanted, abs=0.01)


def images(what, number):
    """Run the streaming server and take some images of each device."""
    with example('image_streaming', what, '--url', ANY_PORT) as program:
        with connect(program.url) as client:
            found = {}
            while sum(map(len, found.values())) < number:
                message = client.receive(DEADLINE_S)
                assert isinstance(message, Image)
                found.setdefault(message.device_name, []).append(message)
    return found


def test_image_streaming_ct():
    found = images('ct', 4)
    (volume,) = found['CT']
    assert volume.pixels.shape == (40, 192, 192) and volume.pixels.dtype == np.int16
    assert set(np.unique(volume.pixels)) == {-1000, 5, 35, 1000}  # HU: air, fluid, brain, bone
    place = volume.ijk_to_ras()
    # patient: column 0 is right, row 0 is front, slice 0 is low
    assert place @ (0, 0, 0, 1) == pytest.approx((95.5, 95.5, -58.5, 1))
    assert place @ (191, 191, 39, 1) == pytest.approx((-95.5, -95.5, 58.5, 1))
    assert np.linalg.norm(place[:3, :3], axis=0) == pytest.approx((1, 1, 3))
    for piece in found['CT_Slice']:
        i, j, k = (np.linalg.inv(place) @ piece.ijk_to_ras() @ (0, 0, 0, 1))[:3]
        assert (i, j) == pytest.approx((0, 0), abs=1e-4)
        assert np.array_equal(piece.pixels[0], volume.pixels[round(k)])


def test_image_streaming_ultrasound():
    first, second = images('ultrasound', 2)['Ultrasound']
    assert first.pixels.shape == (1, 240, 320) and first.pixels.dtype == np.uint8
    place = first.ijk_to_ras()
    assert np.linalg.norm(place[:3, :3], axis=0) == pytest.approx((0.2, 0.2, 0.2))
    assert place @ (159.5, 0, 0, 1) == pytest.approx((0, 0, 0, 1), abs=1e-4)
    corners = first.pixels[0][[0, 0, -1, -1], [0, -1, 0, -1]]
    assert not corners.any() and first.pixels[0, 60, 160 - 20 : 160 + 20].mean() > 20
    assert not np.array_equal(first.pixels, second.pixels)


def test_video_streaming():
    with example('video_streaming', '--url', ANY_PORT, '--seconds', 2) as program:
        with connect(program.url, reconnect=False) as client:
            frames = [m for m in client.messages() if m.type_name == 'VIDEO']
        program.says(r'frame 25: 115200 bytes, 23\.0 Mbit/s, [01] viewers')
        program.end()
    assert len({frame.frame.tobytes() for frame in frames}) > 1
    frame = frames[0]
    assert (frame.codec_name, frame.size, frame.version) == ('raw', (320, 240, 1), 2)
    y = frame.frame[: 320 * 240].reshape(240, 320)
    u, v = frame.frame[320 * 240 :].reshape(2, 120, 160).repeat(2, 1).repeat(2, 2).astype(float)
    rgb = np.stack([y + 1.402 * (v - 128), y - 0.344 * (u - 128) - 0.714 * (v - 128),
                    y + 1.772 * (u - 128)], -1)
    # a bar is 40 pixels wide: 39 of them in one colour, all on or off
    off = np.abs(rgb - 255 * (rgb > 127)).max(-1)
    assert (off < 5).mean() > 0.9
    assert frame.ijk_to_ras() @ (159.5, 119.5, 0, 1) == pytest.approx((0, 0, 0, 1))


def test_udp_tracking():
    with example('udp_tracking', 'receive', '--url', 'udp://127.0.0.1:0') as receiver:
        with example('udp_tracking', 'send', '--url', receiver.url, '--seconds', 1.5) as sender:
            found = receiver.says(r'Stylus at (\S+) (\S+) (\S+) mm, \d+ messages')
            assert '180 messages sent' in sender.end()
        receiver.interrupt()
        receiver.end()
    x, y, z = map(float, found.groups())
    assert np.hypot(x, y) == pytest.approx(80, abs=0.2) and z == -900


def test_udp_tracking_compared():
    with example('udp_tracking', 'compare', '--seconds', 0.5) as program:
        said = program.end()
    assert re.search(r'udp: [1-9]\d* of 60 arrived, \d+\.\d+ ms old', said)
    assert re.search(r'tcp: 60 of 60 arrived, \d+\.\d+ ms old', said)


def test_point_navigation(device):
    with example('point_navigation', '--url', device, '--seconds', 2) as program:
        said = program.end()
    number, fre = re.search(r'registered (\d+) fiducials, FRE (\S+) mm', said).groups()
    assert number == '4' and 0 < float(fre) < 1.0  # marked with an error of 0.3 mm
    target = list(map(float, re.search(r'target at (\S+) (\S+) (\S+) mm', said).groups()))
    middle = np.mean([point.position for point in SCENE.fiducials], axis=0)
    assert target == pytest.approx(middle, abs=0.1)
    assert re.search(r'stylus (to target: \d+\.\d mm|out of view)', said)


def test_point_navigation_by_numbers():
    corners = np.array([(0, 0, 0), (100, 0, 0), (0, 100, 0), (0, 0, 100)], float)
    pose = np.eye(4)
    pose[:3, 3] = corners.mean(0) + (0, 30, 40)  # 50 mm away
    with serve(ANY_PORT, header_version='2') as server:
        with example('point_navigation', '--url', server.address) as program:
            server.wait_connected(DEADLINE_S)
            server.send(PointList([Point(f'F{i}', p) for i, p in enumerate(corners)]))
            plan = {}
            while not {'CTToTracker', 'Plan'} <= set(plan):
                _, message = server.receive(DEADLINE_S)
                plan[message.device_name] = message
            matrix = plan['CTToTracker'].matrix
            assert matrix[:3, :3] @ matrix[:3, :3].T == pytest.approx(np.eye(3), abs=1e-5)
            assert np.linalg.det(matrix) == pytest.approx(1)
            assert plan['Plan'].elements[0].position == pytest.approx(corners.mean(0), abs=1e-3)
            seen = {'TransformStatus': 'OK'}
            server.send(Transform(pose, device_name='StylusToTracker', metadata=seen))
            program.says(r'stylus to target: 50\.0 mm')
            assert server.receive(DEADLINE_S)[1].message == '50.0 mm'
            lost = {'TransformStatus': 'OUT_OF_VIEW'}
            stopped = threading.Event()
            while 'stylus out of view' not in program.output and not stopped.wait(0.1):
                server.send(Transform(np.eye(4), device_name='StylusToTracker', metadata=lost))
            assert program.output.count('stylus to target') == 1


def test_sensor_logger(tmp_path):
    runs = {
        'force': {('Force', 'N', 1.0), ('Torque', 'mN*m', 1e-3)},
        'imu': {('Accelerometer', 'm*s^-2', 1.0), ('Gyroscope', 'rad*s^-1', 1.0)},
    }
    with ExitStack() as stack:
        programs = [
            stack.enter_context(example(
                'sensor_logger', what, '--simulate', '--url', ANY_PORT, '--seconds', 0.8,
                '--csv', tmp_path / what))
            for what in runs
        ]
        counts = [int(re.search(r'(\d+) readings logged', p.end())[1]) for p in programs]
    for count, (what, wanted) in zip(counts, runs.items()):
        with open(tmp_path / what, newline='', encoding='utf-8') as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == 3 * count > 6
        found = set()
        for row in rows:
            factor = float(row['value_si']) / float(row['value']) if float(row['value']) else 1.0
            if float(row['value']):
                found.add((row['device'], row['unit'], round(factor, 6)))
        assert found == wanted
        stamps = [row['time_s'] for row in rows if row['name'] in ('fz', 'az')]
        assert stamps == sorted(set(stamps))
        at_rest = [float(row['value']) for row in rows if row['name'] in ('fz', 'az')]
        assert np.abs(np.array(at_rest) - {'force': -4.9, 'imu': 9.81}[what]).max() < 0.11


def test_query_streaming():
    with example('query_streaming', 'serve', '--url', ANY_PORT) as server:
        with example('query_streaming', 'ask', '--url', server.url, '--seconds', 0.5) as client:
            said = client.end()
        assert 'the server knows GET_CAPABIL, GET_STATUS, STT_TDATA' in said
        assert re.search(r'[1-9]\d* TDATA in 0\.5 s', said)
        assert said.endswith('stopped\nstatus: 0 streams\n')
        asked = re.findall(r'asks (\w+)', server.output)
        assert asked == ['GET_CAPABIL', 'STT_TDATA', 'STP_TDATA', 'GET_STATUS']


def test_query_streaming_server():
    with example('query_streaming', 'serve', '--url', ANY_PORT) as server:
        with connect(server.url) as one, connect(server.url) as two:
            two.send(Query('STP_TDATA'))
            assert not two.receive(DEADLINE_S).ok  # there is nothing to stop
            one.send(StartTracking('STT_TDATA', 10))
            assert isinstance(one.receive(DEADLINE_S), Response)
            assert one.receive(DEADLINE_S).elements[0].matrix[2, 3] == 100
            two.send(Query('GET_STATUS'))
            assert two.receive(DEADLINE_S).message == '1 streams'  # and no TDATA
        with connect(server.url) as three:  # who started it has left
            until(lambda: three.send(Query('GET_STATUS'))
                  or three.receive(DEADLINE_S).message == '0 streams')


def test_session_manager():
    with example('session_manager', '--url', ANY_PORT, '--max-clients', 2) as program:
        with connect(program.url) as one, connect(program.url) as two:
            assert one.receive(DEADLINE_S).text == two.receive(DEADLINE_S).text == (
                'case 42, left knee')
            one.send(text('from one', device='Drill'))
            assert two.receive(DEADLINE_S).text == 'from one'
            program.says(r'2 peers\n.*1 received, 1 sent, 0 dropped: Drill \(1\)\n'
                         r'.*0 received, 2 sent, 0 dropped: says nothing')
            with connect(program.url, reconnect=False) as refused:
                assert refused.receive(DEADLINE_S).code_name == 'BUSY'
        until(lambda: program.output.count(' left\n') == 2)
        with connect(program.url) as late:  # gets what is held
            texts = [late.receive(DEADLINE_S).text for _ in range(2)]
            assert sorted(texts) == ['case 42, left knee', 'from one']


def test_reconnect():
    with serve(ANY_PORT) as server:
        url = str(server.address)
        with ExitStack() as stack:
            program = stack.enter_context(example('reconnect', '--url', url))
            for again in range(2):
                peer, message = server.receive(DEADLINE_S)
                assert isinstance(message, Status)
                assert message.message == 'reconnect.py is here'
                server.send(String('hello'))
                server.flush(DEADLINE_S)
                program.says(f'(?s)(connected\n.*){{{again + 1}}}')
                server.close()
                if not again:
                    program.says('lost')
                    server = stack.enter_context(serve(url))
            program.interrupt()
            program.end()


def test_reconnect_counts(device):
    with example('reconnect', '--url', device, '--seconds', 1) as program:
        said = program.end()
    assert re.search(r'end: [1-9]\d* messages, connected again 0 times, connected', said)


def test_tls(tmp_path):
    pytest.importorskip('trustme', reason='the package trustme, which makes certificates')
    from igtl_ros2.tools import certs

    assert certs.main([str(tmp_path)]) == 0
    with example('tls', 'serve', '--url', 'tls://127.0.0.1:0', '--certs', tmp_path) as server:
        with example('tls', 'connect', '--url', server.url, '--certs', tmp_path) as client:
            assert client.end() == "the server says: 'welcome, igtl-client'\n"
        server.says(r"igtl-client \(tls://\S+\) sent STRING: 'hello over TLS'")
        with connect(server.url.replace('tls', 'tcp'), reconnect=False) as plain:
            plain.send(text('hello'))
            server.says('WARNING: ')  # who speaks no TLS is refused, and the log says so
        assert "'hello'" not in server.output
        server.interrupt()
        server.end()


def test_message_queue():
    with example('message_queue', '--seconds', 1) as program:
        said = program.end()
    rows = re.findall(r'(\w+) +sent (\d+), received (\d+), dropped (\d+)', said)
    found = {kind: tuple(map(int, numbers)) for kind, *numbers in rows}
    sent, received, dropped = found['NDARRAY']
    assert received + dropped == sent and dropped > sent / 2
    for kind in ('POSITION', 'STRING'):
        assert found[kind] == (sent, sent, 0)


def test_compression_methods(device):
    with example('compression_methods', '--url', device) as program:
        said = program.end()
    assert 'CT phantom: (40, 192, 192) int16, 2.95 MB' in said
    assert f'image of {device}: (1, 48, 64) uint8, 0.00 MB' in said
    assert 'DIFFERENT' not in said
    for method in ('deflate', 'gzip'):  # the others need packages that may be missing
        ratios = re.findall(rf'{method} +\d+ bytes, +([\d.]+) times smaller.*same voxels', said)
        assert len(ratios) == 2 and float(ratios[0]) > 20
    assert len(re.findall(r'^  (zstd|lz4) .*(same voxels|not installed)', said, re.M)) == 4


def test_logging_setup():
    with example('logging_setup') as talkative, (
         example('logging_setup', '--level', 'ERROR')) as shy:
        said = talkative.end()
        assert shy.end() == ''
    lines = [line.split(' ', 2)[2] for line in said.splitlines()]
    assert any(line.startswith('INFO    igtl_ros2.peers.link: listening on ') for line in lines)
    assert any(line.startswith("INFO    example: received STRING 'hello' of ") for line in lines)
    assert any(re.match(r'WARNING igtl_ros2\S+: .*refused: 1 clients', line) for line in lines)
    assert 'WARNING example: refused: BUSY: 1 clients are connected, that is the limit' in lines
    assert any(line.endswith("received {'STRING': 1}, errors {}") for line in lines)


def test_error_handling():
    with example('error_handling') as program:
        said = program.end()
    for what, kind in (
        ('wrong value', 'EncodeError'), ('bad CRC', 'CrcError'), ('port taken', 'PeerError'),
        ('nothing in time', 'PeerTimeoutError'), ('server gone', 'PeerError'),
        ('refused', 'PeerError'), ('wrong setting', 'ConfigError'),
    ):
        assert f'{what}: {kind}: ' in said
    assert said.count('wrong setting: ConfigError: ') == 5
    assert "bad peer: 2 received, errors: {'CrcError': 1}" in said
    assert "did you mean 'reconnect'?" in said
