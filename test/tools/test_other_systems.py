"""The parts without ROS on Windows, as far as that can be had on another system."""

import sys
from pathlib import Path

import forked
import pytest
from bag_tools import Device, Tool, connect, frames_of, golden_frames, read_all

from igtl_ros2.codec import encode
from igtl_ros2.codec.messages.text import String

PROGRAM = Path(__file__).parent.parent / 'windows_program.py'
MODULES = ('tools.record', 'tools.replay', 'tools.demo', 'tools.certs', 'tools.check',
           'sim.ultrasound', 'sim.slicer')


class WindowsTool(Tool):
    """A program of ours, as if it ran on Windows."""

    def __init__(self, name, *arguments):
        super().__init__(name, *arguments, runner=[sys.executable, PROGRAM])


def run(module, *arguments):
    return forked.run(sys.executable, PROGRAM, f'igtl_ros2.{module}', *arguments)


@pytest.mark.parametrize('module', MODULES)
def test_every_tool_begins_to_run(module):
    done = run(module, '--help')
    assert done.returncode == 0, done.stderr
    assert 'usage: igtl_' in done.stdout and not done.stderr
    done = run(module, '--no-such-option')
    assert done.returncode == 2 and 'Traceback' not in done.stderr, done.stderr


def test_a_demonstration_says_that_it_needs_ros():
    done = run('tools.demo', '--seconds', 1)
    assert done.returncode == 1 and 'igtl_demo: it needs ROS 2' in done.stderr, done.stderr
    assert 'Traceback' not in done.stderr


def test_certificates_are_written_as_they_are(tmp_path):
    pytest.importorskip('trustme', reason='trustme is not installed')
    done = run('tools.certs', tmp_path / 'certs')
    assert done.returncode == 0, done.stderr
    assert (tmp_path / 'certs' / 'ca.pem').read_bytes().startswith(b'-----BEGIN')


def test_what_is_recorded_is_replayed(tmp_path):
    frames = golden_frames()[:40] + [encode(String('x' * 9000, device_name='Big'))] * 500
    bag = tmp_path / 'bag'
    with Device() as device, WindowsTool(
        'tools.record', 'connect', device.url, '-o', bag, '--min-free', 1, '--phi', 'pass',
        '--max-size', '1M', '--compression', 'none',
    ) as tool:
        with device.accept() as sock:
            sock.sendall(b''.join(frames))
        tool.wait_for('disconnected')
        tool.interrupt()
    assert [frame for _, _, frame in frames_of(bag)] == frames
    assert len(list(bag.glob('*.mcap'))) > 1
    with WindowsTool('tools.replay', bag, '--serve', 'tcp://127.0.0.1:0', '--rate', 'inf') as tool:
        with connect(tool.port()) as sock:
            assert read_all(sock) == b''.join(frames)
        tool.end()
    (bag / 'metadata.yaml').unlink()
    done = run('tools.record', 'repair', bag)
    assert done.returncode == 0, done.stderr
    assert [frame for _, _, frame in frames_of(tmp_path / 'bag_repaired')] == frames
