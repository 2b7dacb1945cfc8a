"""The verbs for recordings, each in a process of its own: of our ultrasound, and of pyigtl."""

import csv
import json

import numpy as np
import pytest
from cli_tools import POSE, igtl, pyigtl_tracker, ultrasound

from igtl_ros2 import files

pytest.importorskip('mcap')
pytest.importorskip('rosbags')


def _record(host, folder):
    igtl('record', 'connect', host, '-o', folder / 'bag', '--duration', '1.5', '--min-free', 1)
    return folder / 'bag'


@pytest.fixture(scope='module')
def ours(tmp_path_factory):
    """A recording of the simulated ultrasound."""
    with ultrasound('--quiet') as url:
        return _record(url, tmp_path_factory.mktemp('ours'))


@pytest.fixture(scope='module')
def theirs(tmp_path_factory):
    """A recording of pyigtl."""
    with pyigtl_tracker('Pointer') as host:
        return _record(host, tmp_path_factory.mktemp('theirs'))


def test_info(ours, theirs):
    def told(bag):
        return {(d['device'], d['type']): d for d in json.loads(
            igtl('info', bag, '--json').stdout)['devices']}

    found = told(ours)
    assert found['ProbeToTracker', 'TRANSFORM']['messages'] > 5
    assert ('Image_Reference', 'IMAGE') in found and not found['Tracker', 'STATUS']['spoiled']
    assert told(theirs).keys() == {('Pointer', 'TRANSFORM')}


def test_export(ours, theirs, tmp_path):
    igtl('export', ours, '--to', tmp_path / 'ours')
    made = {path.name for path in (tmp_path / 'ours').iterdir()}
    assert {'ProbeToTracker_TRANSFORM.csv', 'Image_Reference_IMAGE_0000.mha'} <= made
    igtl('export', theirs, '--to', tmp_path / 'theirs')
    rows = list(csv.DictReader((tmp_path / 'theirs' / 'Pointer_TRANSFORM.csv').open()))
    assert [float(rows[0][axis]) for axis in ('x_mm', 'y_mm', 'z_mm')] == POSE[:3, 3].tolist()


def test_convert(ours, theirs, tmp_path):
    igtl('convert', ours, tmp_path / 'ours.igs.mha')
    said = [message for _, message in files.read(tmp_path / 'ours.igs.mha')]
    assert {message.type_name for message in said} == {'IMAGE', 'TRANSFORM'}
    igtl('convert', theirs, tmp_path / 'theirs.csv')
    ((_, first), *_) = files.read(tmp_path / 'theirs.csv')
    assert np.array_equal(first.matrix, POSE) and first.device_name == 'Pointer'


def test_plot(theirs, tmp_path):
    pytest.importorskip('matplotlib', reason='plots need matplotlib')
    igtl('plot', theirs, '--output', tmp_path / 'a.svg')
    assert '<svg' in (tmp_path / 'a.svg').read_text()[:600]


def test_repair_of_what_pyigtl_sent(theirs, tmp_path):
    (tmp_path / 'bag').mkdir()
    for file in theirs.iterdir():
        data = file.read_bytes()
        (tmp_path / 'bag' / file.name).write_bytes(data[:-300] if file.suffix == '.mcap' else data)
    igtl('repair', tmp_path / 'bag', code=None)
    (device,) = json.loads(igtl('info', tmp_path / 'bag_repaired', '--json').stdout)['devices']
    assert device['device'] == 'Pointer'


def test_doctor_of_pyigtl():
    with pyigtl_tracker('Pointer') as host:
        said = json.loads(igtl('doctor', host, '--duration', 1, '--no-ros', '--json').stdout)
    assert said['healthy'] and said['devices'][0]['device'] == 'Pointer'
