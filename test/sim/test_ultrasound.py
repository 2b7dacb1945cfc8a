"""The simulated ultrasound: what it shows is known for every moment, and any client can see it."""

import json
import signal
import socket
import sys
import time
from contextlib import contextmanager
from itertools import islice

import numpy as np
import pyigtl
import pytest
from forked import run, start

import igtl_ros2
from igtl_ros2.codec import from_ns
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import String
from igtl_ros2.sim.ultrasound import (
    FIDUCIALS,
    IMAGE,
    PROBE,
    SPACING_MM,
    STYLUS,
    TRACKER,
    WORKSTEP,
    WORKSTEPS,
    Scene,
)

NS = 10**9
NOW = 1_700_000_000 * NS + 123_456_789
SIM = [sys.executable, '-m', 'igtl_ros2.sim.ultrasound']
END_S = 40


@contextmanager
def simulator(*options, **more):
    """Run igtl_sim at a free port; gives the process and its URL."""
    process = start(*SIM, '--port', '0', *options, **more)
    try:
        first = process.stdout.readline()
        if '--json' in options:
            yield process, json.loads(first)['url']
        else:
            assert first.startswith('igtl_sim: listening on tcp://127.0.0.1:')
            yield process, first.split()[-1]
    finally:
        process.kill()
        process.communicate()


def collect(client, wanted):
    """Receive until there is a message of every (type, device)."""
    found = {}
    while not wanted <= set(found):
        message = client.receive(END_S)
        found.setdefault((message.type_name, message.device_name), []).append(message)
    return found


# -- the scene


def test_the_same_seed_is_the_same_scene():
    one, two, other = Scene(3), Scene(3), Scene(4)
    for tool in (PROBE, STYLUS):
        assert np.array_equal(one.pose(tool, NOW), two.pose(tool, NOW))
        assert not np.allclose(one.pose(tool, NOW), other.pose(tool, NOW))
    assert np.array_equal(one.pixels(NOW), two.pixels(NOW))
    assert not np.array_equal(one.pixels(NOW), other.pixels(NOW))
    assert [p.position.tolist() for p in one.fiducials] == [
        p.position.tolist() for p in two.fiducials
    ]


@pytest.mark.parametrize('tool', [PROBE, STYLUS])
def test_tools_move_smoothly_and_stay_rigid(tool):
    scene = Scene()
    poses = [scene.pose(tool, NOW + i * NS // 60) for i in range(600)]
    for pose in poses:
        assert np.allclose(pose[:3, :3].T @ pose[:3, :3], np.eye(3), atol=1e-12)
        assert np.linalg.det(pose[:3, :3]) == pytest.approx(1)
        assert pose[3].tolist() == [0, 0, 0, 1]
    steps = [np.linalg.norm(b[:3, 3] - a[:3, 3]) for a, b in zip(poses, poses[1:])]
    assert 0 < max(steps) < 5
    assert np.ptp([pose[:3, 3] for pose in poses], axis=0).min() > 30


def test_the_place_of_the_image_is_the_probe_with_square_pixels():
    scene = Scene(image_size=(64, 32))
    message = scene.image_message(NOW)
    place = message.ijk_to_ras()
    assert np.allclose(place, scene.image_to_reference(NOW), atol=1e-9)
    assert np.allclose(np.linalg.norm(place[:3, :3], axis=0), SPACING_MM)
    middle_of_first_row = place @ [31.5, 0, 0, 1]
    assert np.allclose(scene.pose(PROBE, NOW) @ [0, 10, 0, 1], middle_of_first_row)
    assert message.pixels.shape == (1, 32, 64)
    assert message.pixels.dtype == np.uint8


def test_the_image_moves():
    scene = Scene()
    assert not np.array_equal(scene.pixels(NOW), scene.pixels(NOW + NS // 30))


@pytest.mark.parametrize('size', [(16, 16), (640, 480), (17, 300)])
def test_the_image_has_the_size_asked_for_at_any_time(size):
    scene = Scene(image_size=size)
    for i in range(50):
        assert scene.pixels(NOW + i * NS // 10).shape == size[::-1]


def test_the_stylus_goes_out_of_view_and_says_so_as_plus_does():
    scene = Scene()
    messages = [scene.tool_message(STYLUS, NOW + i * NS // 10) for i in range(40)]
    metadata = [(m.metadata['TransformValid'], m.metadata['TransformStatus']) for m in messages]
    assert set(metadata) == {('1', 'OK'), ('0', 'OUT_OF_VIEW')}
    assert all(m.metadata['IGTL_DEVICE_NAME'] == STYLUS for m in messages)
    assert metadata.count(('0', 'OUT_OF_VIEW')) == 10
    assert all(scene.in_view(PROBE, NOW + i * NS // 10) for i in range(40))


# -- over a socket


def test_a_client_gets_every_type_and_can_compute_what_is_in_it():
    wanted = {
        ('TRANSFORM', PROBE), ('TRANSFORM', STYLUS), ('IMAGE', IMAGE), ('POINT', FIDUCIALS),
        ('STATUS', TRACKER), ('STRING', WORKSTEP),
    }
    scene = Scene(7, (80, 60))
    with simulator('--seed', '7', '--image-size', '80x60') as (_, url):
        with igtl_ros2.connect(url) as client:
            found = collect(client, wanted)
    for tool in (PROBE, STYLUS):
        message = found['TRANSFORM', tool][-1]
        stamp = message.timestamp_ns
        expected = scene.pose(tool, stamp) if scene.in_view(tool, stamp) else np.eye(4)
        assert np.allclose(message.matrix, expected, atol=1e-4)
        assert message.metadata['TransformValid'] == str(int(scene.in_view(tool, stamp)))
    image = found['IMAGE', IMAGE][-1]
    assert np.array_equal(image.pixels[0], scene.pixels(image.timestamp_ns))
    assert np.allclose(
        image.ijk_to_ras(), scene.image_to_reference(image.timestamp_ns), atol=1e-4
    )
    points = found['POINT', FIDUCIALS][-1].elements
    assert [p.name for p in points] == [p.name for p in scene.fiducials]
    assert np.allclose([p.position for p in points], [p.position for p in scene.fiducials])
    assert found['STATUS', TRACKER][-1].code == 1
    text = found['STRING', WORKSTEP][-1]
    assert text.text == scene.workstep(text.timestamp_ns)
    assert text.text in WORKSTEPS


def test_version_1_leaves_out_what_it_could_not_mark_as_invalid():
    scene = Scene()
    with simulator('--header-version', '1', '--image-rate', '1') as (_, url):
        with igtl_ros2.connect(url) as client:
            stamps = []
            # A whole turn, in and out of view, by the clock of the scene
            while not stamps or stamps[-1] - stamps[0] < 5 * NS:
                message = client.receive(END_S)
                assert message.version == 1
                if message.device_name == STYLUS:
                    assert scene.in_view(STYLUS, message.timestamp_ns)
                if message.device_name == PROBE:
                    stamps.append(message.timestamp_ns)


def test_pyigtl_sees_poses_and_image_and_is_seen():
    scene = Scene(0, (64, 48))
    with simulator('--header-version', '1', '--image-size', '64x48') as (process, url):
        client = pyigtl.OpenIGTLinkClient('127.0.0.1', int(url.rpartition(':')[2]))
        try:
            probe = client.wait_for_message(PROBE, timeout=END_S)
            stamp = round(probe.timestamp * NS)
            # pyigtl keeps time as a float: some hundred nanoseconds
            assert np.allclose(probe.matrix, scene.pose(PROBE, stamp), atol=1e-3)
            image = client.wait_for_message(IMAGE, timeout=END_S)
            assert image.image.shape == (1, 48, 64)
            client.send_message(pyigtl.StringMessage('from pyigtl', device_name='Note'))
            lines = iter(process.stdout.readline, '')
            assert any("'STRING' 'Note' 'from pyigtl'" in line for line in lines)
        finally:
            client.stop()


# -- what clients send


def test_it_prints_clients_and_what_they_send_once_a_second():
    with simulator() as (process, url):
        matrix = np.eye(4)
        matrix[:3, 3] = 100, -20.25, 3
        with igtl_ros2.connect(url) as client:
            until = time.time() + 1.5
            while time.time() < until:
                stamp = from_ns(time.time_ns())
                client.send(Transform(matrix, device_name='ToolToBase', timestamp=stamp))
                time.sleep(1 / 60)
            client.send(String('red \x1b[31m', device_name='Note'))
        lines = []
        while not lines or 'disconnected' not in lines[-1]:
            lines.append(process.stdout.readline())
    poses = [line for line in lines if "'TRANSFORM' 'ToolToBase'" in line]
    assert 'connected' in lines[0]
    assert '(100.0, -20.2, 3.0) mm' in poses[0]
    assert ' ms old' in poses[0]
    assert 1 < len(poses) <= 4
    assert poses[1].rstrip().endswith(' Hz')
    assert any("'STRING' 'Note'" in line for line in lines)
    assert '\x1b' not in ''.join(lines)


def test_json_has_every_message():
    with simulator('--json', apart=True) as (process, url), igtl_ros2.connect(url) as client:
        for i in range(50):
            client.send(String(str(i), device_name='Count'))
        events = map(json.loads, iter(process.stdout.readline, ''))
        texts = [event['text'] for event in islice((e for e in events if 'text' in e), 50)]
    assert texts == [str(i) for i in range(50)]


# -- the program


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_signals_end_it_at_once_and_without_complaint(number):
    with simulator(apart=True) as (process, url), igtl_ros2.connect(url):
        process.send_signal(number)
        output, errors = process.communicate(timeout=END_S)
        assert process.returncode == 0
        assert errors == ''


def test_a_port_in_use_is_one_line():
    with socket.socket() as taken:
        taken.bind(('127.0.0.1', 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run(*SIM, '--port', port)
    assert done.returncode == 1
    assert done.stdout == ''
    assert done.stderr.startswith('igtl_sim: ')
    assert str(port) in done.stderr
    assert done.stderr.count('\n') == 1


def test_duration_ends_it():
    done = run(*SIM, '--port', '0', '--duration', '0.2', '--quiet')
    assert (done.returncode, done.stderr) == (0, '')
    assert done.stdout.count('\n') == 1


def test_a_reader_that_goes_away_is_no_traceback():
    with simulator(apart=True) as (process, url):
        process.stdout.close()
        with igtl_ros2.connect(url):
            assert process.wait(END_S) == 0
            assert process.communicate()[1] == ''


@pytest.mark.parametrize(
    'options',
    [['--image-size', '640'], ['--tracker-rate', '0'], ['--seed', '-1'], ['--port', 'x']],
)
def test_wrong_options_are_explained(options):
    done = run(*SIM, *options)
    assert done.returncode == 2
    assert options[0] in done.stderr
    assert 'Traceback' not in done.stderr
