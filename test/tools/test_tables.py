"""Tables and lines of text that come back, and what is wrong in those of other people."""

import numpy as np
import pytest

from igtl_ros2 import files
from igtl_ros2.codec.messages.arrays import PREFIXES, UNITS, Sensor, parse_unit, unit_word
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import String
from igtl_ros2.errors import FileError

STAMP = 1_700_000_000_123_456_789
TURN = np.array([[0, -1, 0, 1.5], [1, 0, 0, -2.5], [0, 0, 1, 1e-3], [0, 0, 0, 1]], float)


def test_readings_come_back_with_their_units(tmp_path):
    said = [
        (0.5, Sensor([1.25, -3], parse_unit('mN'), device_name='F', timestamp_ns=STAMP)),
        (0.75, Sensor([1e-300, np.nan], parse_unit('kN*m^-2'), device_name='P')),
        (1.0, Sensor([np.inf, 0.1], device_name='none')),
    ]
    files.write(tmp_path / 's.csv', said)
    back = list(files.read(tmp_path / 's.csv'))
    assert [time_s for time_s, _ in back] == [0.5, 0.75, 1.0]
    for (_, one), (_, two) in zip(said, back, strict=True):
        assert (two.device_name, two.unit, two.timestamp) == (
            one.device_name, one.unit, one.timestamp)
        np.testing.assert_array_equal(two.values, one.values)
    assert back[0][1].si_values.tolist() == [0.00125, -0.003]


@pytest.mark.parametrize('prefix', sorted(power for power, _ in PREFIXES.values()))
def test_every_unit_comes_back(tmp_path, prefix):
    units = [
        unit_word(factors, prefix) for symbol in UNITS
        for factors in ([(symbol, 1)], [(symbol, 2)], [(symbol, -1)], [(symbol, 1), ('s', -2)])]
    files.write(tmp_path / 's.csv', [(0.0, Sensor([1.0], unit)) for unit in units])
    assert [message.unit for _, message in files.read(tmp_path / 's.csv')] == units


@pytest.mark.parametrize(('old', 'new', 'says'), [
    ('mN', 'parsec', "line 2: unit 'parsec'"),
    ('1.25', 'much', "line 2: v0: 'much', wanted a number"),
    (f'{STAMP}', 'now', "line 2: stamp_ns: 'now', wanted whole nanoseconds"),
    ('0.500000000', 'nan', "line 2: time_s: 'nan', wanted seconds"),
    ('0.500000000', '1e300', "line 2: time_s: '1e300', wanted seconds"),
    ('1.25,-3.0', '1.25', 'line 2: v1: None, wanted a number'),
    ('stamp_ns', 'stamp', 'line 1: no column stamp_ns, wanted time_s, stamp_ns, device, unit'),
])
def test_a_malformed_table_of_readings_says_where(tmp_path, old, new, says):
    path = tmp_path / 's.csv'
    files.write(path, [(0.5, Sensor(
        [1.25, -3], parse_unit('mN'), device_name='F', timestamp_ns=STAMP))])
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(FileError, match=f's.csv, {says}'):
        list(files.read(path))


def test_readings_are_where_their_columns_say(tmp_path):
    names = [f'v{n}' for n in (10, 2, 0, 1, *range(3, 10))]
    (tmp_path / 's.csv').write_text(
        f'unit,{",".join(names)},device,time_s,stamp_ns\n'
        f'N,{",".join(name[1:] for name in names)},F,0,0\n')
    [(_, found)] = files.read(tmp_path / 's.csv')
    assert found.values.tolist() == list(range(11))


@pytest.mark.parametrize('message', [
    Sensor([1.0, 2.0], device_name='F'), Transform(TURN, device_name='T')])
def test_a_row_with_more_columns_than_the_head_is_refused(tmp_path, message):
    path = tmp_path / 'p.csv'
    files.write(path, [(0.0, message), (1.0, message)])
    lines = path.read_text().splitlines()
    columns = lines[0].count(',') + 1
    path.write_text('\n'.join([*lines[:2], f'{lines[2]},7']))
    with pytest.raises(FileError, match=f'line 3: {columns + 1} columns, wanted {columns}'):
        list(files.read(path))


@pytest.mark.parametrize(('column', 'value', 'says'), [
    ('time_s', 'inf', "time_s: 'inf', wanted seconds"),
    ('x_mm', '1,5', "x_mm: '1,5', wanted a number"),
    ('m22', '', "m22: '', wanted a number"),
    ('stamp_ns', '1e9', "stamp_ns: '1e9', wanted whole nanoseconds"),
    ('qz', 'a', "qz: 'a', wanted a number"),
    ('qz', '-0.7071', 'qx to qw and m11 to m33 are not the same rotation'),
    ('m11', '-1.0', 'qx to qw and m11 to m33 are not the same rotation'),
])
def test_a_malformed_pose_says_where(tmp_path, column, value, says):
    path = tmp_path / 'p.csv'
    files.write(path, [(0.0, Transform(TURN, device_name='Tool'))])
    head, row = (line.split(',') for line in path.read_text().splitlines())
    row[head.index(column)] = f'"{value}"'
    path.write_text(f'{",".join(head)}\n{",".join(row)}\n')
    with pytest.raises(FileError, match=f'p.csv, line 2: {says}'):
        list(files.read(path))


@pytest.mark.parametrize('number', [np.nan, np.inf])
@pytest.mark.parametrize('facts', [{}, {'version': 2, 'metadata': {'TransformStatus': 'OK'}}])
def test_a_pose_that_is_not_finite_is_dropped(tmp_path, caplog, number, facts):
    lost = TURN.copy()
    lost[1, 3] = number
    files.write(tmp_path / 'p.csv', [
        (float(n), Transform(matrix, device_name='T', **facts))
        for n, matrix in enumerate((lost, TURN))])
    assert [time_s for time_s, _ in files.read(tmp_path / 'p.csv')] == [1.0]
    assert '1 poses that are not finite are dropped' in caplog.text


@pytest.mark.parametrize('name', ['long.csv', 'long.fcsv'])
def test_a_word_that_does_not_end_is_an_error_of_ours(tmp_path, name):
    (tmp_path / name).write_text('1,"' + 'a' * 200_000)
    with pytest.raises(FileError, match=f'{name}.*field larger'):
        list(files.read(tmp_path / name))


@pytest.mark.parametrize('time', ['nan', '1e300', 'soon'])
def test_lines_of_text_have_times(tmp_path, time):
    path = tmp_path / 'log.txt'
    files.write(path, [(0.25, String('x', device_name='log'))])
    path.write_text(path.read_text().replace('0.250000000', time))
    with pytest.raises(FileError, match=f"log.txt, line 2: time_s: '{time}', wanted seconds"):
        list(files.read(path))


@pytest.mark.parametrize('text', [
    'x', 'one\ntwo', 'one\ntwo\n', '\nsecond', '\n', '', 'one\r\ntwo\r\n', '\r', 'one\rtwo',
    'time_s\tdevice\n'])
def test_a_plain_text_is_sent_as_it_is(tmp_path, text):
    (tmp_path / 'note.txt').write_bytes(text.encode())
    [(_, found)] = files.read(tmp_path / 'note.txt')
    assert (found.text, found.device_name) == (text, 'note')
