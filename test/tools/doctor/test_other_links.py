"""The doctor over UDP, and as a server with TLS: planted faults, each named and no other."""

import contextlib
import json
import socket
import ssl
import struct
import sys
import threading
import time

import forked
import numpy as np
import pytest
from planted import Planted, pose

from igtl_ros2 import connect
from igtl_ros2.codec import encode
from igtl_ros2.codec.datagram import RtpWriter
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.config import Settings
from igtl_ros2.tools.doctor.datagrams import DatagramProbe
from igtl_ros2.tools.doctor.findings import Severity
from igtl_ros2.tools.doctor.judge import judge
from igtl_ros2.tools.doctor.probe import Probe, Wanted


def alarms(found):
    return [finding.code for finding in found if finding.severity < Severity.NOTE]


@contextlib.contextmanager
def sending(make, port):
    """Send what a function makes of a number as datagrams, again and again."""
    ended = threading.Event()

    def run():
        number = 0
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            while not ended.is_set():
                for data in make(number):
                    with contextlib.suppress(ConnectionRefusedError):
                        sock.sendto(data, ('127.0.0.1', port))
                number += 1
                ended.wait(0.02)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def waited(port, scheme='udp', seconds=0.5, wait_s=20.0, **settings):
    """Look at who comes to a port; gives what is found."""
    wanted = Wanted(
        Settings(url=f'{scheme}://127.0.0.1:{port}', mode='server', **settings),
        seconds=seconds, wait_s=wait_s)
    observed = (DatagramProbe if scheme == 'udp' else Probe)(wanted).wait()
    return observed, judge(observed)


def cut(number):
    """A datagram that ends before its message does."""
    return [encode(pose(number=number))[:-9]]


def spoiled(number):
    data = bytearray(encode(pose(number=number)))
    data[-1] ^= 1
    return [bytes(data)]


_WRITER = RtpWriter(400, ssrc=7)


def parts(number, leave_out=False):
    image = Image(np.full((30, 30), number % 250, np.uint8), device_name='Image', version=2,
                  message_id=1 + number % 200, timestamp_ns=time.time_ns())
    datagrams = _WRITER.datagrams(encode(image), time.time())
    return datagrams[:1] + datagrams[2:] if leave_out and number % 4 == 1 else datagrams


@pytest.mark.parametrize('make, wanted', [
    (lambda number: [encode(pose(number=number))], []),
    (parts, []),
    (lambda number: parts(number, leave_out=True), ['datagrams-lost']),
    (cut, ['body-length']),
    (spoiled, ['crc-wrong']),
    (lambda number: [encode(pose(number=number, scale=0.001))], ['metres']),
    (lambda number: [b'temperature=21.5\n'], ['not-igtl']),
    (lambda number: [struct.pack('>H', 0x0100) + encode(pose())[2:]], ['header-version']),
    (lambda number: [encode(pose(number=number, timestamp_ns=time.time_ns() + 3_600 * 10**9))],
     ['clock-ahead']),
])
def test_a_fault_in_datagrams_is_named_and_no_other(free_port, make, wanted):
    with sending(make, free_port):
        observed, found = waited(free_port)
    assert alarms(found) == wanted, found
    assert observed.reach.reached == '127.0.0.1'


def test_a_client_of_ours_over_udp_is_healthy(free_port):
    with connect(f'udp://127.0.0.1:{free_port}') as device:
        ended = threading.Event()

        def send():
            number = 0
            while not ended.wait(0.02):
                number += 1
                device.send(pose(number=number), hold=False)

        thread = threading.Thread(target=send)
        thread.start()
        observed, found = waited(free_port)
        ended.set()
        thread.join()
    assert not alarms(found) and len(observed.devices()[0].seen) > 5


def test_no_datagram_comes(free_port):
    _, found = waited(free_port, wait_s=0.2)
    assert alarms(found) == ['nobody-came'] and 'nobody connects' in found[0].remedy


def test_the_udp_port_is_taken(free_port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(('127.0.0.1', free_port))
        _, found = waited(free_port)
    assert alarms(found) == ['port-taken']


def looked(port, **options):
    wanted = Wanted(
        Settings(url=f'udp://127.0.0.1:{port}', mode='client'), seconds=0.4, **options)
    return judge(DatagramProbe(wanted).look())


def test_nobody_listens_on_the_udp_port(free_port):
    assert alarms(looked(free_port)) == ['port-closed']


def test_who_listens_over_udp_and_says_nothing_is_told_how_to_be_heard():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(('127.0.0.1', 0))
        found = looked(sock.getsockname()[1])
        assert sock.recv(1000)[2:13] == b'GET_CAPABIL'
        assert alarms(looked(sock.getsockname()[1], passive=True)) == ['silent']
        sock.setblocking(False)
        with pytest.raises(BlockingIOError):
            sock.recv(1000)
    assert alarms(found) == ['silent']
    assert '--listen udp://0.0.0.0:' in found[0].remedy


def test_the_program_waits_for_datagrams(free_port):
    with sending(lambda number: [encode(pose(number=number))], free_port):
        done = forked.run(
            sys.executable, '-m', 'igtl_ros2.tools.igtl', 'doctor', '--listen',
            f'udp://127.0.0.1:{free_port}', '--duration', '0.5', '--json', '--no-ros')
    said = json.loads(done.stdout)
    assert done.returncode == 0 and said['healthy'], said
    assert said['devices'][0]['device'] == 'ProbeToTracker'


# -- as a server with TLS


@pytest.fixture(scope='module')
def files(tmp_path_factory):
    """Certificates of a server, and of an authority that it and its clients trust."""
    trustme = pytest.importorskip('trustme')
    folder = tmp_path_factory.mktemp('tls')
    authority = trustme.CA()
    made = authority.issue_cert('127.0.0.1')
    made.private_key_pem.write_to_path(folder / 'key.pem')
    made.cert_chain_pems[0].write_to_path(folder / 'cert.pem')
    authority.cert_pem.write_to_path(folder / 'ca.pem')
    return folder


def came(port, files, talk, **settings):
    """Wait with TLS for somebody who does something; gives what is found."""
    def run():
        until = time.monotonic() + 40
        while time.monotonic() < until:
            try:
                with socket.create_connection(('127.0.0.1', port)) as sock:
                    with contextlib.suppress(OSError):  # the doctor has heard enough
                        talk(sock)
                return
            except ConnectionRefusedError:
                time.sleep(0.02)

    thread = threading.Thread(target=run)
    thread.start()
    _, found = waited(
        port, 'tls', tls_cert_file=str(files / 'cert.pem'), tls_key_file=str(files / 'key.pem'),
        **settings)
    thread.join()
    return found


def secure(sock, authority):
    context = ssl.create_default_context(cafile=authority)
    return context.wrap_socket(sock, server_hostname='127.0.0.1')


def stream(sock):
    for number in range(200):
        sock.sendall(encode(pose(number=number)))
        time.sleep(0.02)


def test_a_client_with_tls_is_healthy(free_port, files):
    found = came(free_port, files, lambda sock: stream(secure(sock, files / 'ca.pem')))
    assert not alarms(found), found


def test_a_fault_inside_tls_is_named(free_port, files):
    def talk(sock):
        sock = secure(sock, files / 'ca.pem')
        for number in range(200):
            sock.sendall(encode(pose(number=number, scale=0.001)))
            time.sleep(0.02)

    assert alarms(came(free_port, files, talk)) == ['metres']


@pytest.mark.parametrize('talk', [stream, lambda sock: sock.sendall(b'GET / HTTP/1.0\r\n\r\n')])
def test_a_client_without_tls(free_port, files, talk):
    found = came(free_port, files, talk)
    assert alarms(found) == ['not-tls'] and 'does not begin with TLS' in found[0].text


def test_a_client_that_does_not_trust_us(free_port, files):
    found = came(free_port, files, lambda sock: secure(sock, None))
    assert alarms(found) == ['tls-refused'] and 'ca_file' in found[0].remedy


def test_a_client_without_the_certificate_that_is_wanted(free_port, files):
    def talk(sock):
        secure(sock, files / 'ca.pem').recv(1)

    found = came(free_port, files, talk, tls_ca_file=str(files / 'ca.pem'))
    assert alarms(found) == ['tls-refused'], found


def test_a_healthy_server_is_still_healthy():
    with Planted(lambda line: line.stream(lambda number: pose(number=number))) as server:
        wanted = Wanted(
            Settings(url=f'tcp://127.0.0.1:{server.port}', mode='client'), seconds=0.5)
        assert not alarms(judge(Probe(wanted).look()))
