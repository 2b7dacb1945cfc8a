"""What the programs `igtl_...` do, as verbs of `igtl` in a process of their own."""

import json

import numpy as np
import pytest
from cli_tools import POSE, igtl, program, pyigtl_tracker, ultrasound

pytest.importorskip('mcap')
pytest.importorskip('rosbags')


def replayed(bag, device):
    """Send a bag again; gives the first pose of a device in it."""
    with program('replay', bag, '--serve', 'tcp://127.0.0.1:0', '--loop') as replay:
        url = replay.says(r'igtl replay: listening on (\S+)')[1]
        done = igtl('echo', url, device, '--once', '--json')
    return json.loads(done.stdout)


def test_what_pyigtl_sends_is_recorded_and_sent_again(tmp_path):
    with pyigtl_tracker('Pointer') as host:
        done = igtl('record', 'connect', host, '-o', tmp_path / 'bag', '--duration', '2')
    assert 'igtl record: ' in done.stdout and "'Pointer'" in done.stdout
    assert np.array_equal(replayed(tmp_path / 'bag', 'Pointer')['matrix'], POSE)


def test_a_damaged_bag_is_repaired(tmp_path):
    with ultrasound('--quiet') as url:
        igtl('record', 'connect', url, '-o', tmp_path / 'bag', '--duration', '2')
    [file] = (tmp_path / 'bag').glob('*.mcap')
    file.write_bytes(file.read_bytes()[:-2000])
    done = igtl('repair', tmp_path / 'bag', code=None)
    assert done.stdout.splitlines()[-1].startswith('igtl repair: ')
    assert 'ProbeToTracker' in replayed(tmp_path / 'bag_repaired', 'Probe*')['device']


def test_nothing_recorded_is_no_success(tmp_path):
    done = igtl('record', 'connect', 'tcp://127.0.0.1:1', '-o', tmp_path / 'bag', '--duration',
                '0.5', code=1)
    assert 'igtl record: nothing was recorded' in done.stderr
    assert not (tmp_path / 'bag').exists()


def test_certificates_are_made(tmp_path):
    done = igtl('certs', tmp_path / 'certs')
    assert 'server: tls.cert_file:=' in done.stdout
    assert (tmp_path / 'certs' / 'ca.pem').is_file()
    assert 'is there already' in igtl('certs', tmp_path / 'certs', code=1).stderr


def test_a_mapping_file_is_checked(tmp_path):
    good, bad = tmp_path / 'good.yaml', tmp_path / 'bad.yaml'
    good.write_text('receive: [{device: Probe*, type: TRANSFORM, tf: true}]\n')
    bad.write_text('receive: [{device: Probe*, typ: TRANSFORM}]\n')
    assert 'Probe*' in igtl('check', good).stdout
    said = igtl('check', bad, code=1).stderr
    assert said.startswith('igtl check: ') and 'bad.yaml' in said
    igtl('check', code=2)
