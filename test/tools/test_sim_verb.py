"""`igtl sim` in a process of its own: what comes is what the functions of time say."""

import contextlib
import json

import numpy as np
import pyigtl
import pytest
from cli_tools import igtl, program

from igtl_ros2.config import parse_url
from igtl_ros2.sim import devices
from igtl_ros2.sim.arguments import DEVICES
from igtl_ros2.tools.plain import plain_message


@contextlib.contextmanager
def sim(kind, *words):
    """Run a device; gives its URL."""
    with program('sim', kind, '--port', '0', *words) as device:
        yield device.says(r'listening on (tcp://\S+)')[1]
        device.interrupt()
        device.end()


def heard(url, *words):
    done = igtl('echo', url, *words, '--json', '--all')
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize('kind', sorted(devices.DEVICES))
def test_what_comes_is_what_must_be_at_that_time(kind):
    device, rate_hz = devices.DEVICES[kind], DEVICES[kind][1]
    names = [message.device_name for message in device.makes(0)]
    with sim(kind, '--quiet') as url:
        found = heard(url, *names, '--times', str(4 if rate_hz else 1))
    for data in found:
        # a stamp has a resolution of a quarter of a nanosecond
        wanted = {m.device_name: m for m in device.makes(data['stamp_ns'])}[data['device']]
        wanted = plain_message(wanted, whole=True)
        for key in ('matrix', 'values', 'pixels', 'elements', 'unit', 'size'):
            if key in wanted:
                assert flat(data[key]) == pytest.approx(flat(wanted[key]), abs=1e-3), key


def test_each_device_has_its_words():
    assert devices.DEVICES.keys() == DEVICES.keys()


def flat(value):
    """List all numbers of plain data."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [number for item in value for number in flat(item)]
    return [] if isinstance(value, str) else [value]


def test_the_robot_answers_commands():
    with sim('robot', '--quiet') as url:
        assert 'at home' in igtl('call', url, 'COMMAND', 'Home').stdout
        assert 'known commands: Home' in igtl('call', url, 'COMMAND', 'Fly', code=1).stderr
        assert heard(url, 'Robot', '--once')[0]['message'] == 'moving'


def test_a_volume_comes_once_to_each_who_connects():
    with sim('ct', '--quiet') as url:
        first, second = (heard(url, 'CT', '--once')[0] for _ in range(2))
    assert first['stamp_ns'] == second['stamp_ns']
    pixels = np.array(first['pixels'])
    assert pixels.shape == devices.CT_SIZE[::-1]
    assert pixels[20, 32, 32] == devices.TISSUE and pixels[0, 0, 0] == devices.AIR


def test_the_rate_is_what_was_asked_for():
    with sim('force', '--quiet', '--rate', '20') as url:
        done = igtl('hz', url, 'Force', '--json', '--duration', '2', '--period', '2')
    assert 10 < json.loads(done.stdout.splitlines()[-1])['rate_hz'] < 25


def test_ultrasound_and_slicer_are_devices_too():
    with sim('ultrasound', '--image-size', '64x48', '--quiet') as url:
        assert heard(url, 'Image*', '--once')[0]['size'] == [64, 48, 1]
        done = igtl('sim', 'slicer', url, '--duration', '1')
    assert 'ProbeToTracker' in done.stdout


def test_pyigtl_reads_what_the_tracker_sends():
    with sim('robot', '--quiet', '--header-version', '1') as url:
        address = parse_url(url)
        client = pyigtl.OpenIGTLinkClient(address.host, address.port)
        try:
            message = client.wait_for_message('FlangeToBase', timeout=20)
        finally:
            client.stop()
    wanted = devices.link_poses(round(message.timestamp * 1e9))[-1]
    assert np.allclose(message.matrix, wanted, atol=0.05)


@pytest.mark.parametrize('words', [[], ['toaster'], ['tracker', '--rate', '-1'],
                                   ['ultrasound', '--image-size', '1x1']])
def test_wrong_words_are_2(words):
    igtl('sim', *words, code=2)
