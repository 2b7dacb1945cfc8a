"""The verbs that look at a device, in a process of their own: at ours, at pyigtl, at bad ones."""

import json
import os
import pty
import re
import socket
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest
from cli_tools import MODULE, POSE, igtl, program, pyigtl_tracker, server_of, ultrasound
from forked import start
from network_peers import corrupt, text

from igtl_ros2 import connect, serve
from igtl_ros2.codec import encode
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import String
from igtl_ros2.tools import look
from igtl_ros2.tools.igtl import make_parser

LOOK = ('ls', 'hz', 'bw', 'delay', 'top')


def found(done):
    """Give the last report that was printed as JSON, by device."""
    return {one['device']: one for one in map(json.loads, done.stdout.splitlines())}


def test_ls_that_is_ended_by_ctrl_c_lists_what_came(monkeypatch, capsys):
    def interrupt(seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr(look, 'time', SimpleNamespace(
        monotonic=time.monotonic, time_ns=time.time_ns, sleep=interrupt))
    with server_of(lambda: Transform(POSE, device_name='Probe')) as url:
        words = 'ls', url, '--duration', '0'
        arguments = make_parser(words).parse_args(words)
        with pytest.raises(KeyboardInterrupt):
            arguments.igtl_run(arguments)
    title, *rows = capsys.readouterr().out.splitlines()
    assert title.startswith('device') and any(row.startswith('Probe ') for row in rows)


def test_ls_lists_the_devices_of_the_simulated_ultrasound():
    with ultrasound() as url:
        done = igtl('ls', url, '--duration', '1.5')
        data = found(igtl('ls', url, '--json', '--duration', '1.5'))
    title, *rows = done.stdout.splitlines()
    assert title.split() == [
        'device', 'type', 'Hz', 'age', 'size', 'state', 'unit', 'stamps', 'value']
    shown = {row.split()[0]: row for row in rows}
    assert {'ProbeToTracker', 'StylusToTracker', 'Image_Reference', 'Tracker'} <= shown.keys()
    assert re.search(r'TRANSFORM .* 206 B +OK +mm +device +\(', shown['ProbeToTracker'])
    assert '64 x 48 x 1 uint8' in shown['Image_Reference']
    assert data['ProbeToTracker']['rate_hz'] > data['Image_Reference']['rate_hz'] > 0
    assert data['Image_Reference']['size'] == 58 + 72 + 64 * 48


@pytest.mark.parametrize('verb', LOOK)
def test_pyigtl_is_looked_at(verb):
    with pyigtl_tracker('Pointer') as host:
        done = igtl(verb, host, '--duration', '1', '--json')
        said = igtl(verb, host, '--duration', '1').stdout
    assert found(done)['Pointer']['type'] == 'TRANSFORM'
    assert found(done)['Pointer']['messages'] > 2
    assert 'Pointer' in said and '\x1b' not in said


def test_pyigtl_is_echoed():
    with pyigtl_tracker('Pointer') as host:
        done = igtl('echo', host, 'Pointer', '--once', '--json')
        field = igtl('echo', host, '--field', 'matrix[1][3]', '--times', '2')
    assert np.array_equal(json.loads(done.stdout)['matrix'], POSE)
    assert field.stdout == '-20.25\n-20.25\n'


def test_what_echo_prints_is_what_was_sent():
    def make():
        return Transform(POSE, device_name='Probe', timestamp_ns=1_700_000_000_123_456_789,
                         metadata={'TransformStatus': 'OK'})

    with server_of(make, header_version='2') as url:
        done = json.loads(igtl('echo', url, 'Probe', '--once', '--json').stdout)
        said = igtl('echo', url, 'Probe', '--once').stdout
        raw = igtl('echo', url, 'Probe', '--once', '--raw', '--json')
        dump = igtl('echo', url, 'Probe', '--once', '--raw').stdout
    assert done['matrix'] == POSE.tolist()
    assert abs(done['stamp_ns'] - 1_700_000_000_123_456_789) <= 1
    assert done['metadata'] == {'TransformStatus': 'OK'}
    assert '  - [0, -1, 0, 10.5]\n' in said and said.endswith('---\n')
    assert bytes.fromhex(json.loads(raw.stdout)['hex']) == encode(make(), version=2)
    assert dump.startswith("TRANSFORM 'Probe', ") and '|..TRANSFORM...Pr|' in dump


def test_echo_shows_the_bytes_of_what_cannot_be_read():
    data = corrupt(text(1, device='Bad'))
    with socket.create_server(('127.0.0.1', 0)) as listener:
        def answer():
            connection, _ = listener.accept()
            with connection:
                connection.sendall(data)
                connection.recv(1)

        thread = threading.Thread(target=answer)
        thread.start()
        host = f'127.0.0.1:{listener.getsockname()[1]}'
        done = igtl('echo', host, '--raw', '--json', '--once')
        thread.join()
    assert bytes.fromhex(json.loads(done.stdout)['hex']) == data


def test_names_of_patients_are_left_out_unless_asked_for():
    def make():
        return String('scan', device_name='Note', metadata={'PatientName': 'Doe^Jane'})

    with server_of(make, header_version='2') as url:
        hidden = igtl('echo', url, 'Note', '--once').stdout
        raw = igtl('echo', url, 'Note', '--once', '--raw').stdout
        passed = igtl('echo', url, 'Note', '--once', '--phi', 'pass').stdout
    assert 'scan' in hidden and 'STRING' in raw
    assert 'Jane' not in hidden + raw.replace('\n', '')
    assert 'PatientName: Doe^Jane' in passed


def test_delay_tells_the_clock_of_the_peer_apart():
    ahead_ns = 3600 * 1_000_000_000
    with server_of(lambda: Transform(POSE, device_name='Probe',
                                     timestamp_ns=time.time_ns() + ahead_ns)) as url:
        one = found(igtl('delay', url, '--json', '--duration', '1'))['Probe']
    assert -3600 < one['offset_s'] < -3590
    assert 0 <= one['median_s'] <= one['p99_s'] <= one['most_s'] < 10


def test_a_device_that_is_a_client_is_waited_for():
    with program('ls', '127.0.0.1:0', '--listen', '--timeout', '60', '--duration', '1') as ls:
        url = ls.says(r'waiting at (\S+) for')[1]
        with connect(url) as client:
            client.send(Transform(POSE, device_name='FromSlicer'))
            said = ls.end()
    assert re.search(r'tcp://127.0.0.1:\d+ +FromSlicer +TRANSFORM', said)


def test_over_udp_too():
    with program('echo', 'udp://127.0.0.1:0', '--listen', '--once', '--timeout', '60') as echo:
        url = echo.says(r'waiting at (\S+) for')[1]
        with connect(url) as client:
            while not echo.ended:
                client.send(String('hello', device_name='Note'))
                time.sleep(0.02)
        assert 'text: hello' in echo.end()


def test_only_what_is_asked_for_is_shown():
    with ultrasound() as url:
        data = found(igtl('ls', url, 'Stylus*', 'Image*', '--type', 'TRANSFORM', '--json'))
    assert data.keys() == {'StylusToTracker'}


@pytest.mark.parametrize('verb', ['ls', 'hz', 'echo', 'top'])
def test_nobody_there_is_one_line_and_1(verb):
    done = igtl(verb, '127.0.0.1:1', '--timeout', '0.3', code=1)
    assert done.stdout == ''
    assert done.stderr.splitlines()[-1].startswith(f'igtl {verb}: ')


@pytest.mark.parametrize('verb', ['ls', 'hz', 'echo'])
def test_a_silent_device_is_no_success(verb):
    with serve('tcp://127.0.0.1:0') as server:
        done = igtl(verb, server.address, 'Probe', '--timeout', '0.5', code=1)
    assert re.search(
        r'nothing came in \d+\.\d s that was asked for; igtl doctor tcp://127\.0\.0\.1:\d+ looks',
        done.stderr)


def test_a_field_that_no_message_has_is_no_success():
    with ultrasound() as url:
        done = igtl('echo', url, 'Probe*', '--field', 'matrix[9]', '--timeout', '1', code=1)
    assert "TRANSFORM 'ProbeToTracker' has no '9'; there are 4" in done.stderr


@pytest.mark.parametrize('words', [
    ('ls', 'http://x'), ('hz', 'h', '--window', '1'), ('echo', 'h', '--times', '0'), ('echo',),
    ('echo', 'h', '--once', '--times', '2'), ('ls', 'h', '--set', 'nonsense=1'),
    ('ls', 'h', '--timeout', '-1'), ('echo', 'udp://127.0.0.1:1', '--raw', '--once'),
])
def test_wrong_words_are_2(words):
    assert 'igtl' in igtl(*words, code=2).stderr


def test_messages_that_cannot_be_read_are_told():
    with ultrasound() as url:
        done = igtl('hz', url, '--set', 'max_elements=1', '--duration', '1')
    assert re.search(r'igtl hz: tcp://\S+: \d+ messages with ContentError', done.stderr)


def test_ctrl_c_ends_it_with_130():
    with ultrasound() as url, program('hz', url) as hz:
        hz.says('ProbeToTracker')
        hz.interrupt()
        hz.end(130)


@pytest.mark.parametrize('words', [
    ('echo',), *((verb, '--period', '0.1') for verb in ('hz', 'bw', 'delay', 'top')),
])
def test_who_reads_no_more_ends_it(words):
    verb, *options = words
    with ultrasound() as url:
        watched = start(sys.executable, *MODULE, verb, url, *options, apart=True)
        assert watched.stdout.readline()
        watched.stdout.close()
        assert watched.wait(60) == 0
        assert 'Traceback' not in watched.communicate()[1]


@pytest.mark.parametrize('no_color', [False, True])
def test_colour_is_for_terminals_alone(no_color):
    environ = {name: value for name, value in os.environ.items() if name != 'NO_COLOR'}
    environ |= {'TERM': 'xterm', 'COLUMNS': '120'} | ({'NO_COLOR': '1'} if no_color else {})
    ours, theirs = pty.openpty()
    with ultrasound() as url:
        done = subprocess.run(
            [sys.executable, *MODULE, 'ls', url, '--duration', '0.5'], stdout=theirs,
            env=environ, timeout=60)
    os.close(theirs)
    said = os.read(ours, 10_000).decode()
    os.close(ours)
    assert done.returncode == 0
    assert ('\x1b[1mdevice' in said) != no_color
    assert 'ProbeToTracker' in said


def test_top_draws_in_a_terminal():
    ours, theirs = pty.openpty()
    with ultrasound() as url:
        done = subprocess.run(
            [sys.executable, *MODULE, 'top', url, '--duration', '1.2'], stdout=theirs,
            env={**os.environ, 'TERM': 'xterm', 'COLUMNS': '140'}, timeout=60)
    os.close(theirs)
    said = os.read(ours, 60_000).decode()
    os.close(ours)
    assert done.returncode == 0
    assert 'ProbeToTracker' in said and 'messages/s' in said
