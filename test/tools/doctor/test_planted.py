"""Faults that were planted, each in a server of its own: the doctor names each, and no other."""

import contextlib
import http.server
import socket
import ssl
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pytest
from planted import Planted, pose, poses

from igtl_ros2.codec import encode
from igtl_ros2.codec.crc64 import crc64
from igtl_ros2.codec.messages.arrays import Sensor
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.mesh import PolyData
from igtl_ros2.codec.messages.points import Point, PointList
from igtl_ros2.codec.messages.query import Query
from igtl_ros2.codec.messages.text import Status, StatusCode, String
from igtl_ros2.codec.messages.tracking import TrackingData, TrackingElement
from igtl_ros2.config import Settings
from igtl_ros2.mapping import load_links
from igtl_ros2.tools.doctor.findings import Severity
from igtl_ros2.tools.doctor.judge import judge
from igtl_ros2.tools.doctor.probe import Probe, Wanted

HOUR_NS = 3_600_000_000_000


def now(later_ns=0):
    return time.time_ns() + later_ns


def raw(type_name=b'TRANSFORM', device=b'ProbeToTracker', body=None, *, version=1, size=None,
        crc=None, order='>'):
    """A message as its sender should not write it."""
    body = encode(pose())[58:] if body is None else body
    stamp = time.time_ns() * 2**32 // 10**9
    return struct.pack(
        f'{order}H12s20sQQQ', version, type_name, device, stamp,
        len(body) if size is None else size, crc64(body) if crc is None else crc) + body


def again(make, **options):
    """What sends `make(number)` again and again."""
    return lambda line: line.stream(make, **options)


def both(*makes):
    """What sends several messages each time."""
    return again(lambda n: b''.join(
        data if isinstance(data, bytes) else encode(data) for data in (m(n) for m in makes)))


def after(first, then):
    """What sends some poses, something else, and then stays or goes on."""

    def talk(line):
        line.stream(lambda n: pose(number=n), seconds=0.3, at_least=15)
        line.send(first)
        then(line)

    return talk


def stays(line):
    line.stay()


def ends(line):
    pass


def goes_on(line):
    line.stream(lambda n: pose(number=n))


def greets_and_ends(line):
    line.send(encode(pose()))


def says(data):
    def talk(line):
        line.send(data)
        line.stay()

    return talk


def tools(*names, scale=1.0, **fields):
    def make(number):
        moved = pose('', number, scale=scale).matrix
        elements = [TrackingElement(name, moved) for name in names]
        return TrackingData(elements, device_name='Tracker', timestamp_ns=now(), **fields)

    return make


def good(name='StylusToTracker'):
    return lambda n: pose(name, n)


def pauses():
    """What leaves a device out for some seconds, however often it is called in that time."""
    until_s = 0.0

    def make(number):
        nonlocal until_s
        if number == 20:
            until_s = time.monotonic() + 2.4
        is_there = number < 20 or time.monotonic() > until_s
        return encode(pose('StylusToTracker', number)) + (
            encode(pose(number=number)) if is_there else b'')

    return make


def with_nan(number):
    body = bytearray(encode(pose())[58:])
    body[36:40] = struct.pack('>f', float('nan'))
    return raw(body=bytes(body))


@dataclass
class Case:
    """A server, and what the doctor says of it, with the device that it is about."""

    talk: object
    codes: set
    device: str = ''
    options: dict = field(default_factory=dict)
    mapping: str = ''


def of(talk, codes, device='', mapping='', **options):
    return Case(talk, set(codes.split()), device, {'seconds': 2.0, **options}, mapping)


FROZEN = time.time_ns()
CASES = {
    # what answers there
    'takes the connection and closes it': of(ends, 'closed-at-once'),
    'says nothing': of(stays, 'silent'),
    'speaks SSH': of(says(b'SSH-2.0-OpenSSH_9.6\r\n'), 'not-igtl'),
    'says hello': of(says(b'hello\n'), 'not-igtl'),
    'closes after one message': of(greets_and_ends, 'hangs-up'),
    # headers
    'little-endian headers': of(again(lambda n: raw(order='<')), 'header-version'),
    'header version 3': of(again(lambda n: raw(version=3)), 'header-version', 'ProbeToTracker'),
    'header version 9': of(again(lambda n: raw(version=9)), 'header-version'),
    'header version 2 on a body of version 1': of(
        again(lambda n: raw(version=2)), 'header-layout', 'ProbeToTracker'),
    'checksums of 0': of(again(lambda n: raw(crc=0)), 'crc-wrong', 'ProbeToTracker'),
    'some checksums wrong': of(
        again(lambda n: raw(crc=7) if n % 5 == 3 else pose(number=n)), 'crc-wrong',
        'ProbeToTracker'),
    'announces more than it sends, and hangs': of(
        after(raw(size=400), stays), 'body-short', 'ProbeToTracker', seconds=3.5),
    'announces more than it sends, and ends': of(
        after(raw(size=400), ends), 'body-short', 'ProbeToTracker'),
    'announces more than it sends, and goes on': of(
        again(lambda n: raw(size=56)), 'body-length', 'ProbeToTracker'),
    'announces a megabyte and goes on': of(
        after(raw(size=1_000_000), goes_on), 'body-length', 'ProbeToTracker'),
    'announces less than it sends': of(
        after(raw(size=40), goes_on), 'body-length', 'ProbeToTracker'),
    'says something between messages': of(after(b'debug: x=1\n' * 6, goes_on), 'out-of-step'),
    'announces more than there can be': of(
        after(raw(size=1 << 40), goes_on), 'body-length'),
    # contents
    'a TRANSFORM that is too short': of(
        both(lambda n: raw(body=b'\0' * 40)), 'content-wrong', 'ProbeToTracker'),
    'a type that nobody knows': of(
        both(good(), lambda n: raw(b'FORCETORQUE', b'Wrist', b'\0' * 24)), 'type-unknown',
        'Wrist'),
    'a type in lower case': of(
        again(lambda n: raw(b'Transform')), 'type-unknown', 'ProbeToTracker'),
    # stamps
    'the stamp of one device stands still': of(
        both(good(), lambda n: pose(number=n, timestamp_ns=FROZEN)), 'stamp-frozen',
        'ProbeToTracker'),
    'one device without stamps': of(
        both(good(), lambda n: pose(number=n, timestamp=0)), 'stamp-missing', 'ProbeToTracker'),
    'every other message without a stamp': of(
        again(lambda n: pose(number=n, timestamp_ns=now()) if n % 2 else pose(
            number=n, timestamp=0)), 'stamp-sometimes', 'ProbeToTracker'),
    '2 h ahead': of(
        again(lambda n: pose(number=n, timestamp_ns=now(2 * HOUR_NS))), 'clock-ahead',
        'ProbeToTracker'),
    '1 s behind': of(
        again(lambda n: pose(number=n, timestamp_ns=now(-10**9))), 'clock-behind',
        'ProbeToTracker'),
    'seconds since the device was started': of(
        again(lambda n: pose(number=n, timestamp_ns=now() - FROZEN + 10**11)), 'clock-other',
        'ProbeToTracker'),
    'nanoseconds for a stamp': of(
        again(lambda n: raw_stamp(now())), 'stamp-unit', 'ProbeToTracker'),
    'stamps that go back': of(
        again(lambda n: pose(number=n, timestamp_ns=now(-(n % 3) * 10**8))), 'stamp-backwards',
        'ProbeToTracker'),
    # arrivals
    'a device that stops': of(
        both(good(), lambda n: pose(number=n) if n < 40 else b''), 'stopped', 'ProbeToTracker',
        seconds=5.0),  # much longer than a busy machine keeps the doctor waiting
    'a device that pauses': of(
        lambda line: line.stream(pauses()), 'gap', 'ProbeToTracker', seconds=4.2),
    # names
    'a name of 20 bytes': of(
        poses('StylusCalibratedTipToTracker'[:20]), 'name-cut', 'StylusCalibratedTipT'),
    'a tool with a name of 20 bytes': of(
        again(tools('CalibratedStylusTipAndHandle'[:20])), 'name-cut', 'Tracker'),
    'two names that are the same when cut': of(
        both(*(lambda n, end=end: pose(
            'CalibratedStylusTipT', n,
            metadata={'IGTL_DEVICE_NAME': f'CalibratedStylusTipTo{end}'})
            for end in ('Tracker', 'Reference'))), 'name-shared', 'CalibratedStylusTipT'),
    'two senders of one name': of(
        both(lambda n: pose(number=n), lambda n: pose(number=n, scale=2.0)), 'name-shared',
        'ProbeToTracker'),
    'names that differ in blanks': of(
        both(good('Left Arm'), good('LeftArm')), 'name-alike', 'LeftArm'),
    'a name with a blank at its end': of(again(good('Probe ')), 'name-blanks', 'Probe '),
    'two tools of one name': of(again(tools('Stylus', 'Stylus')), 'tool-twice', 'Tracker'),
    'one frame in two': of(
        both(good('ProbeToTracker'), good('ProbeToReference')), 'two-parents',
        'ProbeToReference'),
    'frames in a circle': of(both(good('BaseToTool'), good('ToolToBase')), 'tf-loop'),
    # values
    'metres in a pose': of(poses(scale=0.001), 'metres', 'ProbeToTracker'),
    'metres in TDATA': of(again(tools('Stylus', scale=0.001)), 'metres', 'Tracker'),
    'metres in POINT': of(
        again(lambda n: PointList(
            [Point('Entry', (0.1, -0.25, 0.03)), Point('Target', (0.12, -0.21, 0.08))],
            device_name='Plan', timestamp_ns=now()), rate_hz=4), 'metres', 'Plan'),
    'a tool that is never seen': of(
        both(good(), lambda n: pose(number=n, metadata={'TransformStatus': 'OUT_OF_VIEW'})),
        'tool-invalid', 'ProbeToTracker', seconds=1.8),
    'a tool of TDATA that is missing': of(
        again(tools('Stylus', 'Probe', metadata={'StylusStatus': 'MISSING', 'ProbeStatus': 'OK'})),
        'tool-invalid', 'Tracker', seconds=1.8),
    'numbers that are none': of(again(with_nan), 'not-finite', 'ProbeToTracker'),
    'an emergency': of(
        again(lambda n: Status(StatusCode.EMERGENCY, message='stopped', device_name='Robot',
                               timestamp_ns=now()), rate_hz=4), 'status-error', 'Robot'),
    # what 3D Slicer makes of it
    'a question on which Slicer crashes': of(
        both(good(), lambda n: Query('GET_IMAGE', device_name='CT')), 'slicer-crash', 'CT'),
    'a mesh on which Slicer crashes': of(
        again(lambda n: PolyData(
            np.eye(3) * 100, vertices=[[0], [1], [2]], device_name='Mesh', timestamp_ns=now()),
            rate_hz=10), 'slicer-crash', 'Mesh'),
    'a type that Slicer does not show': of(
        both(good(), lambda n: Sensor([1.0], device_name='Force', timestamp_ns=now())),
        'slicer-not-shown', 'Force'),
    'an image of 32 bits': of(
        again(lambda n: Image(np.zeros((1, 8, 8), np.int32), device_name='CT',
                              timestamp_ns=now()), rate_hz=10), 'slicer-image-32', 'CT'),
    # rules
    'a rule that drops a device': of(
        both(good(), good('ProbeToTracker')), 'rule-drops', 'StylusToTracker',
        'receive: [{device: "Stylus*", action: drop}, {device: "*"}]'),
    'no rule for a device': of(
        both(good(), good('ProbeToTracker')), 'no-rule', 'StylusToTracker',
        'receive: [{device: ProbeToTracker}]'),
    'a rule for a name in other letters': of(
        again(good()), 'no-rule rule-waits', '', 'receive: [{device: stylusToTracker}]'),
}


def raw_stamp(stamp):
    data = bytearray(encode(pose()))
    data[34:42] = struct.pack('>Q', stamp)
    return bytes(data)


def at(port, scheme='tcp', settings=None, host='127.0.0.1', **options):
    settings = Settings(url=f'{scheme}://{host}:{port}', mode='client', **(settings or {}))
    return Wanted(settings, **options)


def verdict(wanted, mapping_file=''):
    observed = Probe(wanted).look()
    observed.links = load_links({'mapping_file': mapping_file}) if mapping_file else ()
    return judge(observed)


def visit(name, folder):
    """Look at one of the servers."""
    planted = CASES[name]
    file = ''
    if planted.mapping:
        file = folder / f'{name}.yaml'
        file.write_text(planted.mapping)
    with Planted(planted.talk) as server:
        return verdict(at(server.port, **planted.options), str(file))


@pytest.fixture(scope='module')
def verdicts(tmp_path_factory):
    """What is found in each case: nearly all of the time is waiting, which is done at once."""
    folder = tmp_path_factory.mktemp('mappings')
    with ThreadPoolExecutor(len(CASES)) as pool:
        found = {name: pool.submit(visit, name, folder) for name in CASES}
    return {name: future.result() for name, future in found.items()}


@pytest.mark.parametrize('name', CASES)
def test_a_planted_fault_is_named_and_no_other(name, verdicts):
    planted = CASES[name]
    alarms = [found for found in verdicts[name] if found.severity < Severity.NOTE]
    assert {found.code for found in alarms} == planted.codes, alarms
    if planted.device:
        assert {found.device for found in alarms} == {planted.device}
    for found in alarms:
        assert found.text.endswith('.') and found.remedy


def alarms(findings):
    return [found.code for found in findings if found.severity < Severity.NOTE]


def test_a_healthy_server_has_notes_only():
    with Planted(both(good(), lambda n: String('go', device_name='Order'))) as server:
        found = verdict(at(server.port, seconds=0.5))
    assert not alarms(found)
    address = next(f for f in found if f.code == 'slicer-address')
    assert f'hostname 127.0.0.1, port {server.port}' in address.text


def test_nobody_listens(free_port):
    assert alarms(verdict(at(free_port))) == ['port-closed']


def test_the_name_stands_for_nothing():
    assert alarms(verdict(at(18944, host='no-such-host.invalid'))) == ['name-unknown']


def test_a_web_server():
    server = http.server.HTTPServer(('127.0.0.1', 0), http.server.BaseHTTPRequestHandler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        found = verdict(at(server.server_address[1], seconds=0.3))
    finally:
        server.shutdown()
        server.server_close()
    assert alarms(found) == ['not-igtl']
    assert 'web server' in found[0].text


@pytest.fixture(scope='module')
def tls():
    """What makes a connection one with TLS, and the file of its authority."""
    trustme = pytest.importorskip('trustme')
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert('127.0.0.1').configure_cert(context)
    with authority.cert_pem.tempfile() as file:
        yield lambda sock: context.wrap_socket(sock, server_side=True), file


def test_a_TLS_server_that_is_asked_in_plain(tls):
    with Planted(poses(), tls[0]) as server:
        found = verdict(at(server.port, seconds=0.3))
    assert alarms(found) == ['is-tls']


def test_a_TLS_server_that_serves_one_after_the_other_and_ends_at_the_first_error(tls):
    """As a few lines of Python do it: it waits for its client to begin, and none else gets in."""
    wrap, _ = tls
    with socket.create_server(('127.0.0.1', 0)) as server:

        def serve():
            with contextlib.suppress(OSError):
                sock, _ = server.accept()
                with wrap(sock) as secured:
                    secured.sendall(encode(pose()))

        thread = threading.Thread(target=serve)
        thread.start()
        found = verdict(at(server.getsockname()[1], seconds=0.3))
        thread.join()
    assert alarms(found) == ['is-tls']


def test_a_TLS_server_that_does_not_wait_long(tls):
    def wrap(sock):
        sock.settimeout(0.2)
        return tls[0](sock)

    with Planted(poses(), wrap) as server:
        assert alarms(verdict(at(server.port, seconds=1.0))) == ['is-tls']


def test_a_TLS_server_that_is_asked_with_TLS(tls):
    wrap, authority = tls
    with Planted(poses(), wrap) as server:
        wanted = at(server.port, 'tls', seconds=0.3)
        assert not alarms(verdict(wanted))
        assert 'tls-untrusted' in [found.code for found in verdict(wanted)]
        trusting = at(server.port, 'tls', {'tls_ca_file': authority}, seconds=0.3)
        found = verdict(trusting)
        assert not alarms(found) and 'tls-untrusted' not in [f.code for f in found]


def test_a_plain_server_that_is_asked_with_TLS():
    with Planted(poses()) as server:
        assert alarms(verdict(at(server.port, 'tls'))) == ['not-tls']


def test_a_server_of_one_client():
    taken = threading.Lock()

    def talk(line):
        if taken.acquire(blocking=False):
            line.stream(lambda n: pose(number=n))

    with Planted(talk) as server:
        wanted = at(server.port, seconds=0.5, connections=3)
        found = verdict(wanted)
        assert alarms(found) == ['one-client'] and 'closed 2' in found[0].text
        # its place is taken now
        assert alarms(verdict(at(server.port, seconds=0.5))) == [
            'closed-at-once']


def test_a_silent_peer_is_asked_if_that_is_wanted():
    heard = []

    def talk(line):
        heard.append(line.sock.recv(1000))
        line.stream(tools('Stylus'))

    with Planted(talk) as server:
        assert not alarms(verdict(
            at(server.port, seconds=1.5, ask=True)))
    assert heard[0][2:14].rstrip(b'\0') == b'STT_TDATA'


def test_whoever_is_passive_sends_nothing():
    heard = []

    def talk(line):
        heard.append(line.sock.recv(1000))

    with Planted(talk) as server:
        wanted = at(server.port, seconds=0.7, ask=True, passive=True)
        assert alarms(verdict(wanted)) == ['silent']
    assert heard == [b'']
