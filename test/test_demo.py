"""The demonstration as a user runs it: it says what flowed, it can fail, and it cleans up."""

import os
import pty
import queue
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from forked import Forked

from igtl_ros2.config.shared import shared_path
from igtl_ros2.sim.ultrasound import Scene
from igtl_ros2.tools import demo_compare, demo_flows
from igtl_ros2.tools.child import Child

DEMO = 'igtl_ros2.tools.demo'
TYPES = {'TRANSFORM', 'IMAGE', 'POINT', 'STATUS', 'STRING'}
END_S = 60


@pytest.fixture(autouse=True)
def alone(tmp_path, monkeypatch):
    """All processes of a test are in its folder, so that they can be found and no others."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv('DEMO_SECONDS', raising=False)


def left_over():
    """List the other processes that are in the folder of this one."""
    found = []
    for path in Path('/proc').glob('[0-9]*'):
        with suppress(OSError):  # it ended meanwhile, or is another user's
            if os.readlink(path / 'cwd') == os.getcwd() and path.name != str(os.getpid()):
                found.append(f'{path.name} {(path / "comm").read_text().strip()}')
    return found


def start(*options, **variables):
    return Forked([DEMO, *options], apart=True, environ={**os.environ, **variables})


def wait_for_processes(number):
    until = time.monotonic() + END_S
    while len(left_over()) < number:
        assert time.monotonic() < until
        time.sleep(0.05)


def test_every_type_flows_both_ways_with_the_right_numbers():
    demo = start(DEMO_SECONDS='5')
    output, errors = demo.communicate(END_S)
    assert demo.returncode == 0, output + errors
    assert errors == ''
    assert '\x1b' not in output
    line = r'^ok +(device -> ROS|ROS -> device) +([A-Z]+) .* +(\d+) messages'
    flows = re.findall(line, output, re.MULTILINE)
    assert {(way, name) for way, name, _ in flows} == {
        (way, name) for way in ('device -> ROS', 'ROS -> device') for name in TYPES
    }
    assert all(int(count) > 0 for *_, count in flows)
    assert f'all {len(flows)} flows right' in output
    assert left_over() == []


def test_wrong_numbers_are_found_out(tmp_path):
    mapping = tmp_path / 'wrong.yaml'
    right = shared_path('config/demo.yaml').read_text(encoding='utf-8')
    mapping.write_text(right.replace('defaults: {', 'defaults: {wire_unit: m, '))
    demo = start('--seconds', '2', '--mapping', str(mapping))
    output, errors = demo.communicate(END_S)
    assert demo.returncode == 1, output + errors
    for flow in (
        'device -> ROS TRANSFORM ProbeToTracker', 'device -> ROS IMAGE Image_Reference',
        'device -> ROS POINT Fiducials', 'ROS -> device TRANSFORM ToolToBase',
        'ROS -> device TRANSFORM Goal', 'ROS -> device POINT Waypoints',
    ):
        assert f'igtl_demo: WRONG {flow}' in output
    assert left_over() == []


def test_a_geometry_that_comes_late_or_without_its_image_is_right():
    """It has no stamp, and on a busy machine images are lost; a wrong one is found out."""
    scene = Scene()
    to_ros = demo_flows.ToRos(scene)

    def take(now_ns, lag_s, off=0.0):
        matrix = np.float32(scene.image_to_reference(now_ns - int(lag_s * 1e9))).astype(float)
        matrix[:3] /= 1000.0
        matrix[0, 3] += off
        return to_ros._geometry({'matrix': matrix, 'arrival_ns': now_ns})

    # Not the time of day: once in 250 moments of the path, 10 um along x are the place of the
    # image a fifth of a millisecond later, and nothing without a stamp can tell them apart.
    for lag_s, now_s in zip((0.0, 0.001, 0.3, 7.0, 45.0), (60, 101, 137, 211, 300)):
        assert take(now_s * 10**9, lag_s) <= demo_compare.TOLERANCE
        for off in (1e-5, -1e-3, 0.1):
            with pytest.raises(demo_compare.Wrong, match='the place of the image: off by'):
                take(now_s * 10**9, lag_s, off)


def test_what_is_missing_and_what_should_not_come_is_found_out(tmp_path):
    mapping = tmp_path / 'loose.yaml'
    mapping.write_text(
        'defaults: {publish_invalid: true}\n'
        'receive: [{device: Fiducials, action: drop}, {device: "*"}]\n'
    )
    demo = start('--seconds', '5', '--mapping', str(mapping))
    output, errors = demo.communicate(END_S)
    assert demo.returncode == 1, output + errors
    assert 'igtl_demo: WRONG device -> ROS TRANSFORM StylusToTracker' in output
    assert 'out of view' in output
    assert 'igtl_demo: MISSING device -> ROS POINT Fiducials' in output
    assert 'igtl_demo: MISSING ROS -> device TRANSFORM ToolToBase' in output
    assert 'MISSING device -> ROS STRING' not in output
    assert left_over() == []


def test_a_part_that_dies_ends_it_and_says_why(tmp_path):
    mapping = tmp_path / 'broken.yaml'
    mapping.write_text('receive: 5\n')
    demo = start('--seconds', '30', '--mapping', str(mapping))
    output, errors = demo.communicate(END_S)
    assert demo.returncode == 1
    assert 'igtl_bridge ended by itself, exit code 1' in output
    assert 'receive' in errors
    assert 'Traceback' not in output + errors
    assert left_over() == []


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGHUP])  # SIGINT: in a terminal
def test_signals_end_it_with_all_its_processes(number):
    demo = start()
    # it, the device, the bridge, the robot
    wait_for_processes(4)
    line = ''
    while not re.search(r'1\d of \d+ flows', line):
        line = demo.stdout.readline()
        assert line
    demo.send_signal(number)
    output, errors = demo.communicate(END_S)
    assert demo.returncode == 0, output + errors
    assert errors == ''
    assert left_over() == []


def test_a_signal_while_it_starts_leaves_nothing_either():
    demo = start()
    wait_for_processes(2)
    demo.send_signal(signal.SIGINT)
    output, errors = demo.communicate(END_S)
    assert 'Traceback' not in output + errors
    assert left_over() == []


def test_a_reader_that_goes_away_leaves_nothing():
    demo = start()
    demo.stdout.readline()
    demo.stdout.close()
    assert demo.wait(END_S) == 0  # who has read it has what he wanted
    assert demo.communicate()[1] == ''
    assert left_over() == []


@pytest.mark.parametrize('seconds', ['nonsense', '0', 'nan'])
def test_a_wrong_duration_is_explained(seconds):
    demo = start(DEMO_SECONDS=seconds)
    output, errors = demo.communicate(END_S)
    assert demo.returncode == 2
    assert output == ''
    assert '--seconds' in errors


def test_config_files_are_found_where_the_package_is_installed(tmp_path):
    # As colcon lays it out, with the sources elsewhere
    share = tmp_path / 'share' / 'igtl_ros2' / 'config'
    share.mkdir(parents=True)
    (share / 'only_here.yaml').touch()
    code = ('from igtl_ros2.config.shared import shared_path\n'
            'print(shared_path("config/only_here.yaml"))')
    done = subprocess.run(
        [sys.executable, '-c', code], capture_output=True, text=True, timeout=END_S,
        env={**os.environ, 'AMENT_PREFIX_PATH': f'/nowhere:{tmp_path}'},
    )
    assert done.stdout.strip() == str(share / 'only_here.yaml')


STUBBORN = """
import os, signal, time

signal.signal(signal.SIGTERM, signal.SIG_IGN)
pid = os.fork()
if pid:
    print(pid, flush=True)
time.sleep(1000)
"""


def is_alive(pid):
    try:
        stat = Path(f'/proc/{pid}/stat').read_text(encoding='utf-8')
    except FileNotFoundError:
        return False
    return stat.rpartition(')')[2].split()[0] != 'Z'


def test_a_part_that_does_not_listen_is_killed_with_all_it_started(tmp_path, monkeypatch):
    (tmp_path / 'stubborn.py').write_text(STUBBORN)
    monkeypatch.setenv('PYTHONPATH', str(tmp_path))
    said = queue.SimpleQueue()
    child = Child('stubborn', ['stubborn'], said.put)
    grandchild = int(said.get(timeout=END_S))
    assert is_alive(grandchild)
    child.ask_to_end()
    child.end(time.monotonic() + 0.1)
    assert child.exit_code == -signal.SIGKILL
    until = time.monotonic() + END_S
    while is_alive(grandchild):
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_signals_end_the_robot_alone_as_well(number):
    robot = Forked(['igtl_ros2.nodes.demo_robot'])
    try:
        assert 'tool0 is moving in base_link' in robot.stdout.readline()
    finally:
        robot.send_signal(number)
        rest, _ = robot.communicate(timeout=END_S)
    assert (robot.returncode, rest) == (0, '')


def test_in_a_terminal_there_is_a_live_table():
    pytest.importorskip('rich')
    ours, theirs = pty.openpty()
    demo = subprocess.Popen(
        [sys.executable, '-m', DEMO], stdin=theirs, stdout=theirs, stderr=theirs,
        env={**os.environ, 'TERM': 'xterm', 'COLUMNS': '200', 'LINES': '40'},
    )
    os.close(theirs)
    shown = b''
    while b'/us/to_igtl/RobotState/text' not in shown or b'2 x 2 x 1 mm' not in shown:
        shown += os.read(ours, 65536)
    demo.send_signal(signal.SIGINT)
    with suppress(OSError):  # how Linux says that the other end is closed
        while True:
            shown += os.read(ours, 65536)
    os.close(ours)
    assert demo.wait(END_S) == 0
    assert b'value there' in shown
    assert shown.endswith(b'both ways\r\n')
    assert left_over() == []
