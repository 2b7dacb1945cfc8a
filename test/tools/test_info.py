"""`igtl info`: planted faults of recordings are told, and nothing of what was well recorded."""

import json

import numpy as np
import pytest
from cli_tools import igtl
from recorded_tools import START_NS, write_bag, write_capture

from igtl_ros2.codec import encode
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import String
from igtl_ros2.tools.survey import survey

pytest.importorskip('rosbags')
MS = 10**6


def pose(device, stamp_ms=None):
    stamp = {} if stamp_ms is None else {'timestamp_ns': START_NS + round(stamp_ms * MS)}
    return Transform(np.eye(4), device_name=device, **stamp)


def stream(device, count=1000, step_ms=10, faults=None, lag_ms=2.0):
    """Poses at 100 Hz: (arrival, message); faults change arrival and stamp in milliseconds."""
    rng = np.random.default_rng(7)
    said = []
    for number in range(count):
        stamp = number * step_ms
        arrival = stamp + lag_ms + rng.uniform(0, 1)
        arrival, stamp = (faults or (lambda n, a, s: (a, s)))(number, arrival, stamp)
        if arrival is not None:
            said.append((round(arrival * MS), pose(device, stamp)))
    return said


def merged(*streams):
    return sorted((item for said in streams for item in said), key=lambda item: item[0])


def write(tmp_path, kind, timed):
    if kind == 'bag':
        return write_bag(tmp_path / 'bag', timed)
    return write_capture(tmp_path / 'a.pcap', timed)


def by_device(found):
    return {one['device']: one for one in found['devices']}


@pytest.mark.parametrize('kind', ['bag', 'capture'])
def test_planted_faults_are_told_and_no_others(tmp_path, kind):
    def gap(number, arrival, stamp):
        return (None if 400 <= number < 450 else arrival), stamp

    def clock(number, arrival, stamp):
        return arrival, stamp + (3000 if number >= 600 else 0)

    def late(number, arrival, stamp):
        # a second of messages waits and comes at once, its clock stays what it was
        return (max(arrival, 8000.0) if 700 <= number < 800 else arrival), stamp

    def frozen(number, arrival, stamp):
        return arrival, min(stamp, 5000)

    def bare(number, arrival, stamp):
        return arrival, None

    timed = merged(
        stream('Good'), stream('Gap', faults=gap), stream('Clock', faults=clock),
        stream('Late', faults=late), stream('Frozen', faults=frozen), stream('Bare', faults=bare),
        [(n * n * 50 * MS, String('now and then', device_name='Text')) for n in range(12)],
    )
    found = survey(write(tmp_path, kind, timed))
    assert found['kind'] == kind and not found['notes']
    assert found['messages'] == len(timed) and found['duration_s'] == pytest.approx(9.99, abs=0.05)
    devices = by_device(found)
    assert len(devices) == 7
    good = devices['Good']
    assert (good['messages'], good['lost'], good['late'], good['jumps'], good['gaps']) == (
        1000, 0, 0, [], [])
    assert good['rate_hz'] == pytest.approx(100, rel=0.01)
    assert good['latency_s']['most'] == pytest.approx(0.001, abs=2e-4)
    [one] = devices['Gap']['gaps']
    assert one['at_s'] == pytest.approx(3.99, abs=0.01)
    assert one['length_s'] == pytest.approx(0.51, abs=0.01) and one['missing'] == 50
    assert devices['Gap']['lost'] == 50
    [jump] = devices['Clock']['jumps']
    assert jump['at_s'] == pytest.approx(6.0, abs=0.01)
    assert jump['by_s'] == pytest.approx(3.0, abs=0.01)
    assert devices['Late']['late'] == pytest.approx(90, abs=2) and not devices['Late']['jumps']
    assert devices['Late']['latency_s']['most'] == pytest.approx(1.0, abs=0.01)
    assert devices['Frozen']['repeated'] == 499
    assert devices['Bare']['unstamped'] == 1000 and devices['Bare']['latency_s'] is None
    # what comes when something happens has no gaps
    assert devices['Text']['interval_s'] is None and not devices['Text']['lost']
    for name in ('Gap', 'Frozen', 'Bare', 'Text'):
        assert not devices[name]['jumps']


def test_spoiled_messages_are_counted(tmp_path):
    spoiled = bytearray(encode(pose('Tool', 1)))
    spoiled[-1] ^= 1
    path = write_bag(tmp_path / 'bag', [(0, pose('Tool', 0)), (MS, bytes(spoiled))])
    [one] = survey(path)['devices']
    assert one['spoiled'] == 1 and 'CRC' in one['why']


def test_both_directions_of_a_bag(tmp_path):
    path = write_bag(
        tmp_path / 'bag', [(0, pose('Tool')), (MS, pose('Target'))], to_device=('Target',))
    found = by_device(survey(path))
    assert {name: one['source'] for name, one in found.items()} == {
        'Tool': 'from', 'Target': 'to'}


def test_the_program_on_a_capture_a_bag_and_a_file(tmp_path):
    timed = merged(stream('Stylus', 200), stream('Gap', 200, faults=lambda n, a, s: (
        None if 50 <= n < 100 else a, s)))
    capture = write_capture(tmp_path / 'c.pcap', timed)
    said = igtl('info', capture).stdout
    assert '10.0.0.2:18944 > 10.0.0.1:40000' in said
    [row] = [line for line in said.splitlines() if line.startswith('Stylus')]
    assert row.split() == [
        'Stylus', 'TRANSFORM', '200', '100.0', '106', 'B', '0', '0', '0', '0', 'all']
    assert 'Gap (TRANSFORM): nothing for 0.51' in said and 'about 50 messages are missing' in said
    told = json.loads(igtl('info', '--json', '--device', 'Sty*', capture).stdout)
    assert [one['device'] for one in told['devices']] == ['Stylus']
    bag = write_bag(tmp_path / 'bag', timed)
    assert 'from the devices' in igtl('info', bag).stdout
    (tmp_path / 'f.fcsv').write_text('1,1,2,3,0,0,0,1,1,1,0,F-1\n')
    assert 'f       POINT' in igtl('info', tmp_path / 'f.fcsv').stdout


def test_nothing_in_it_is_not_success_and_what_is_no_recording_is_told(tmp_path):
    path = write_capture(tmp_path / 'c.pcap', [])
    igtl('info', path, code=1)
    done = igtl('info', tmp_path / 'gone.pcap', code=1)
    assert 'gone.pcap: there is no such file' in done.stderr
    (tmp_path / 'a.doc').write_text('x')
    done = igtl('info', tmp_path / 'a.doc', code=1)
    assert 'neither a bag nor a capture' in done.stderr


def test_a_time_that_is_none_costs_no_other_message(tmp_path):
    late = (1 << 63) - START_NS
    bag = write_bag(tmp_path / 'bag', [(0, pose('A')), (MS, pose('A')), (late, pose('A'))])
    found = survey(bag)
    assert found['messages'] == 2 and found['duration_s'] == pytest.approx(1e-3)
    assert any(note.startswith('1 messages have a time that is none') for note in found['notes'])


def test_the_dissector_is_printed():
    assert 'local igtl = Proto' in igtl('dissector').stdout


def test_what_pyigtl_sends_is_read_from_a_capture(tmp_path):
    pyigtl = pytest.importorskip('pyigtl')
    timed = []
    for n in range(20):
        matrix = np.eye(4)
        matrix[0, 3] = n
        pose = pyigtl.TransformMessage(matrix, device_name='Pointer', timestamp=1.7e9 + n / 100)
        timed.append((n * 10 * MS, bytes(pose.pack())))
        text = pyigtl.StringMessage('hello', device_name='Text')
        timed.append((n * 10 * MS, bytes(text.pack())))
    found = by_device(survey(write_capture(tmp_path / 'c.pcap', timed)))
    assert {name: (one['messages'], one['spoiled']) for name, one in found.items()} == {
        'Pointer': (20, 0), 'Text': (20, 0)}
    assert found['Pointer']['rate_hz'] == pytest.approx(100)
    igtl('export', tmp_path / 'c.pcap', '--to', tmp_path / 'out')
    [table] = (tmp_path / 'out').rglob('Pointer_TRANSFORM.csv')
    rows = table.read_text().splitlines()[1:]
    assert [float(row.split(',')[5]) for row in rows] == list(range(20))


def test_a_state_that_was_held_for_who_came_later_is_not_late(tmp_path):
    timed = [(0, String('old', device_name='S', timestamp_ns=START_NS - 10**10))]
    timed += [(n * 10**9, String('new', device_name='S', timestamp_ns=START_NS + n * 10**9))
              for n in range(1, 10)]
    [one] = survey(write_bag(tmp_path / 'bag', timed))['devices']
    assert (one['late'], one['jumps']) == (0, [])
