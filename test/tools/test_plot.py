"""`igtl plot`: what is drawn is what was recorded."""

import re
import subprocess
import sys

import numpy as np
import pytest
from cli_tools import igtl, ultrasound
from recorded_tools import START_NS, write_bag, write_capture

from igtl_ros2.codec.messages.arrays import Sensor, unit_word
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import String
from igtl_ros2.codec.messages.tracking import TrackingData, TrackingElement
from igtl_ros2.tools import plots
from igtl_ros2.tools.igtl import main
from igtl_ros2.tools.survey import go_through

pytest.importorskip('matplotlib')
pytest.importorskip('rosbags')
MS = 10**6


@pytest.fixture
def plot(capsys):
    """Run `igtl plot` in this process, which imports matplotlib once; gives what it said."""

    def run(*words, code=0):
        capsys.readouterr()
        assert main(['plot', *map(str, words)]) == code
        return capsys.readouterr()

    return run


def session():
    timed = []
    for n in range(100):
        matrix = np.eye(4)
        matrix[:3, 3] = n, 2 * n, -n
        stamp = START_NS + n * 10 * MS
        timed += [
            (n * 10 * MS + 2 * MS + (8 * MS if n == 50 else 0),
             Transform(matrix, device_name='Stylus', timestamp_ns=stamp)),
            (n * 10 * MS + 3 * MS, TrackingData(
                [TrackingElement('a', matrix), TrackingElement('b', matrix)], device_name='T')),
            (n * 10 * MS + 4 * MS, Sensor([n, -n], unit_word([('N', 1)]), device_name='Force')),
        ]
    timed.append((0, String('hello', device_name='Log')))
    return sorted(timed, key=lambda item: item[0])


def test_a_bag_is_drawn_as_svg_with_every_device(plot, tmp_path):
    bag = write_bag(tmp_path / 'bag', session())
    done = plot(bag, '--output', tmp_path / 'a.svg')
    text = (tmp_path / 'a.svg').read_text()
    for name in ('Stylus x', 'Stylus z', 'T/a y', 'T/b x', 'Force 0', 'Force 1', '>mm<', '>N<',
                 'intervals', 'latency over the fastest', 's from the beginning'):
        assert name in text
    assert 'values of 11 lines, jitter of 3 lines, latency of 1 lines' in done.out


def test_a_capture_is_drawn_as_png(plot, tmp_path):
    path = write_capture(tmp_path / 'c.pcap', session())
    done = plot(path, '--only', 'jitter', '--device', 'Stylus', '--dpi', '50')
    data = (tmp_path / 'c.pcap.png').read_bytes()
    assert data.startswith(b'\x89PNG') and int.from_bytes(data[16:20], 'big') == 500
    assert 'jitter of 1 lines' in done.out


def test_what_the_simulated_ultrasound_sends_is_drawn(tmp_path):
    with ultrasound() as url:
        igtl('record', 'connect', url, '-o', tmp_path / 'bag', '--duration', '1')
    done = igtl('plot', tmp_path / 'bag', '--output', tmp_path / 'a.svg')
    text = (tmp_path / 'a.svg').read_text()
    for name in ('ProbeToTracker x', 'StylusToTracker z', '>Image_Reference<', '>mm<', 'intervals',
                 'latency over the fastest'):
        assert name in text
    assert 'values of 6 lines' in done.stdout
    found = plots.Plot()
    go_through(tmp_path / 'bag', ['ProbeToTracker'], found.take)
    [probe] = found.series.values()
    assert probe.unit == 'mm' and len(probe.values) > 10
    assert (np.abs(np.diff(probe.values, axis=0)) < 50).all()  # it moves, and does not jump
    assert np.ptp(probe.values, axis=0).max() > 0


def test_the_numbers_that_are_drawn(tmp_path):
    found = plots.Plot()
    go_through(write_bag(tmp_path / 'bag', session()), ['Stylus'], found.take)
    panels = {(part, title): lines for part, title, _, lines in plots._panels(
        found, list(plots.PARTS))}
    lines = {name: (times, values) for name, times, values in panels['values', 'positions']}
    np.testing.assert_allclose(lines['Stylus y'][1], 2 * np.arange(100))
    [(_, times, intervals)] = panels['jitter', 'intervals']
    assert intervals.max() == pytest.approx(18)
    assert times[intervals.argmax()] == pytest.approx(0.508)
    [(_, _, late)] = panels['latency', 'latency over the fastest']
    assert late.max() == pytest.approx(8) and np.median(late) == pytest.approx(0, abs=1e-6)


def test_readings_in_another_unit_are_another_line(tmp_path):
    found = plots.Plot()
    go_through(write_bag(tmp_path / 'bag', [
        (n * MS, Sensor([value], unit_word([('N', 1)], prefix), device_name='Force'))
        for n, (value, prefix) in enumerate([(1, ''), (1500, 'm'), (2, '')])
    ]), [], found.take)
    panels = plots._panels(found, ['values'])
    assert {unit: [values.tolist() for _, _, values in lines] for _, _, unit, lines in panels} == {
        'N': [[1, 2]], 'mN': [[1500]]}


def test_long_lines_are_thinned_and_keep_their_peaks():
    values = np.random.default_rng(0).normal(size=1_000_003)
    values[777_777], values[-1] = 50, -60
    times, thin = plots._thinned(np.arange(len(values)) / 100, values)
    assert len(thin) < 50_000 and (thin.max(), thin.min()) == (50, -60)
    assert (np.diff(times) >= 0).all()


@pytest.mark.filterwarnings('error')
def test_any_name_and_any_number_leave_a_plot(plot, tmp_path, caplog):
    names = ('$\\frac{$', '$x$', '_tip', 'a\x1b[1m', 'n' * 20)
    timed = [(n * MS, Sensor([value, 1.0], device_name=name)) for n, name in enumerate(names)
             for value in (1.0, np.nan, np.inf, 1.7e308, -1.7e308)]
    path = write_capture(tmp_path / 'c.pcap', timed)
    done = plot(path, '--output', tmp_path / 'a.svg')
    text = (tmp_path / 'a.svg').read_text()
    for name in (r'$\frac{$ 0', '$x$ 1', '_tip 0', r'a\x1b[1m 0', '20 values not finite'):
        assert name in text
    plot(path, '--output', tmp_path / 'a.png')
    assert not done.err and not caplog.records


def test_what_cannot_be_drawn_is_told(plot, tmp_path):
    bag = write_bag(tmp_path / 'bag', [(0, String('hello'))])
    assert 'nothing to draw' in plot(bag, code=1).err
    done = plot(bag, '--output', tmp_path / 'a.gif', code=2)
    assert '.png, .svg, .pdf' in done.err


def test_without_matplotlib_it_says_what_to_install(tmp_path):
    bag = write_bag(tmp_path / 'bag', session()[:10])
    program = (
        'import sys; sys.modules["matplotlib"] = None\n'
        'from igtl_ros2.tools.igtl import main\n'
        f'sys.exit(main(["plot", {str(bag)!r}]))')
    done = subprocess.run(
        [sys.executable, '-c', program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and 'Traceback' not in done.stderr
    assert re.search(r'pip install "igtl_ros2\[plots\]"', done.stderr)
