"""`igtl doctor` as a program: what it prints, its exit codes, and waiting for a peer."""

import json
import socket
import subprocess
import sys
import threading
import time

import forked
import pytest
from planted import Planted, pose, poses
from polling import poll

from igtl_ros2.codec import encode
from igtl_ros2.config.settings import SETTINGS
from igtl_ros2.errors import ConfigError
from igtl_ros2.tools.doctor import visit as visits
from igtl_ros2.tools.igtl import main


def doctor(*words, code=0):
    done = forked.run(
        sys.executable, '-m', 'igtl_ros2.tools.igtl', 'doctor', *map(str, words), '--no-ros')
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout, done.stderr


def test_the_simulated_ultrasound_is_healthy(free_port):
    device = forked.Program(
        sys.executable, '-m', 'igtl_ros2.sim.ultrasound', '--port', free_port, '--quiet')
    try:
        poll(lambda: 'listening' in device.output, 'the device', lambda: time.sleep(0.02))
        # for longer than the stylus is out of view
        said, _ = doctor(f'127.0.0.1:{free_port}', '--duration', 2, '--json')
        found = json.loads(said)
        assert found['healthy'] and {f['severity'] for f in found['findings']} <= {'note'}
        probe = next(d for d in found['devices'] if d['device'] == 'ProbeToTracker')
        assert probe['messages'] > 50 and probe['header_versions'] == [2]
        said, _ = doctor('127.0.0.1', '--port', free_port, '--duration', 0.3)
        assert f'tcp://127.0.0.1:{free_port}: healthy' in said
        assert 'IMAGE' in said and 'Image_Reference' in said
    finally:
        device.kill()


def test_a_fault_is_said_in_sentences_with_its_remedy():
    with Planted(poses(timestamp_ns=time.time_ns())) as server:
        said, _ = doctor(f'tcp://127.0.0.1:{server.port}', '--duration', 0.8, code=1)
    lines = said.splitlines()
    assert lines[0].endswith('1 fault')
    assert lines[2].startswith("FAULT    The stamp of TRANSFORM 'ProbeToTracker' stands still")
    assert '\x1b' not in said and '-> The device repeats an old value' in said


def test_each_finding_is_data():
    with Planted(poses(scale=0.001)) as server:
        said, _ = doctor(f'127.0.0.1:{server.port}', '--duration', 0.5, '--json', code=1)
    worst = json.loads(said)['findings'][0]
    assert worst.keys() == {'code', 'severity', 'text', 'remedy', 'device'}
    assert (worst['code'], worst['severity'], worst['device']) == (
        'metres', 'fault', 'ProbeToTracker')


def test_a_mapping_file(tmp_path):
    file = tmp_path / 'map.yaml'
    file.write_text('receive: [{device: "Probe*", action: drop}]')
    with Planted(poses()) as server:
        said, _ = doctor(
            f'127.0.0.1:{server.port}', '--duration', 0.3, '--mapping', file, code=1)
    assert "Rule 1 (device 'Probe*') drops TRANSFORM 'ProbeToTracker'." in ' '.join(said.split())


@pytest.mark.parametrize('words', [
    [], ['127.0.0.1:x'], ['http://127.0.0.1'], ['a', '--port', '0'],
    ['a:1', '--port', '2'], ['a', '--duration', '-1'], ['a', '--mapping', 'no-such-file.yaml'],
    ['--listen', '70000'], ['--listen', '18944', '--port', '7'], ['tcp://a:1/path'], ['--listen'],
    ['a:1', '--listen', '2'],
    ['a', '--set', 'nonsense=1'], ['tls://127.0.0.1:9', '--listen'],
    ['tls://127.0.0.1:1', '--set', 'tls.ca_file=no-such-file.pem'], ['a', 'b'],
])
def test_wrong_arguments(words, capsys, monkeypatch):
    monkeypatch.setattr(visits, 'note_signals', list)
    try:
        code = main(['doctor', *words])
    except SystemExit as ended:
        code = ended.code
    assert code == 2
    assert capsys.readouterr().err.startswith(('igtl doctor: ', 'usage: igtl '))


@pytest.mark.parametrize(('text', 'port', 'wanted'), [
    ('host', None, ('tcp', 'host', SETTINGS['port'].default)),
    ('host', 7, ('tcp', 'host', 7)), ('host:9', None, ('tcp', 'host', 9)),
    ('tls://host', 9, ('tls', 'host', 9)), ('::1', None, ('tcp', '::1', 18944)),
    ('[::1]:9', None, ('tcp', '::1', 9)), ('[::1]', 9, ('tcp', '::1', 9)),
    ('host:9', 9, ('tcp', 'host', 9)),
])
def test_where_to_look(text, port, wanted):
    assert visits._address(text, port) == wanted


def test_two_ports_are_one_too_many():
    with pytest.raises(ConfigError, match='--port'):
        visits._address('host:9', 7)


def test_it_needs_no_ROS():
    code = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition('.')[0] in ('rclpy', 'std_msgs', 'geometry_msgs', 'builtin_interfaces'):
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Refuse())
import igtl_ros2.tools.doctor.ros_probe as ros_probe
assert not ros_probe.has_ros()
from igtl_ros2.tools.igtl import main
sys.exit(main(['doctor', *sys.argv[1:]]))
"""
    with Planted(poses()) as server:
        done = subprocess.run(
            [sys.executable, '-c', code, f'127.0.0.1:{server.port}', '--duration', '0.3'],
            capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert 'healthy' in done.stdout


# -- waiting for a peer


@pytest.mark.parametrize(('talk', 'code', 'wanted'), [
    (lambda sock: [sock.sendall(encode(pose(number=n))) or time.sleep(0.02) for n in range(60)],
     0, None),
    (lambda sock: sock.sendall(b'GET / HTTP/1.0\r\n\r\n') or time.sleep(0.5), 1, 'not-igtl'),
    (lambda sock: sock.sendall(b'\x16\x03\x01\2\0\1\0\1\xfc\3\3' + bytes(80)) or time.sleep(0.5),
     1, 'is-tls'),
    # as one that only receives
    (lambda sock: time.sleep(1.0), 0, None),
])
def test_a_peer_that_connects(free_port, talk, code, wanted):

    def connect():
        until = time.monotonic() + 40
        while time.monotonic() < until:
            try:
                with socket.create_connection(('127.0.0.1', free_port)) as sock:
                    try:
                        talk(sock)
                    except OSError:
                        return  # the doctor has heard enough
                return
            except OSError:
                time.sleep(0.02)

    peer = threading.Thread(target=connect)
    peer.start()
    said, _ = doctor('127.0.0.1', '--listen', free_port, '--duration', 0.5, '--json', code=code)
    peer.join()
    alarms = [f['code'] for f in json.loads(said)['findings'] if f['severity'] != 'note']
    assert alarms == ([wanted] if wanted else [])


def test_nobody_connects(free_port):
    said, _ = doctor('127.0.0.1', '--listen', free_port, '--timeout', 0.2, '--json', code=1)
    assert [f['code'] for f in json.loads(said)['findings']] == ['nobody-came']


def test_the_port_to_wait_on_is_taken():
    with Planted(poses()) as server:
        said, _ = doctor('127.0.0.1', '--listen', server.port, '--json', code=1)
    assert [f['code'] for f in json.loads(said)['findings']] == ['port-taken']


def test_ctrl_c_ends_the_waiting_and_tells_what_is_known():
    with Planted(lambda line: line.stay()) as server:
        program = forked.Program(
            sys.executable, '-m', 'igtl_ros2.tools.igtl', 'doctor',
            f'127.0.0.1:{server.port}', '--duration', 0, '--no-ros')
        poll(lambda: len(server._threads) > 1, 'the connection', lambda: time.sleep(0.02))
        program.interrupt()
        program.end(code=1)
    assert 'nothing came' in program.output and '1e+09' not in program.output
