"""`igtl export` and `igtl convert`: recordings and files become files of other formats."""

import csv
import json

import numpy as np
import pytest
from cli_tools import igtl
from pcap_tools import CLIENT, SERVER, packet, write_pcap
from recorded_tools import two_ways, write_bag, write_capture

from igtl_ros2 import files
from igtl_ros2.codec import encode
from igtl_ros2.codec.messages.arrays import Sensor
from igtl_ros2.codec.messages.bundle import Bind
from igtl_ros2.codec.messages.colors import ColorTable
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.mesh import PolyData
from igtl_ros2.codec.messages.points import Point, PointList
from igtl_ros2.codec.messages.pose import Position, Transform
from igtl_ros2.codec.messages.text import Status, String

nibabel = pytest.importorskip('nibabel')
pytest.importorskip('rosbags')
MS = 10**6
TURN = np.array([[0, -1, 0, 1.5], [1, 0, 0, -2.5], [0, 0, 1, 8], [0, 0, 0, 1]], float)
PLACE = np.array([[0, -0.5, 0, 10], [0.25, 0, 0, 20], [0, 0, 2, 30], [0, 0, 0, 1]], float)


def image(value, name='CT'):
    return Image.from_array(np.full((2, 3, 4), value, np.int16), PLACE, device_name=name)


def session():
    mesh = PolyData(np.eye(3), polygons=[(0, 1, 2)], device_name='Liver')
    return [
        (0, Transform(TURN, device_name='Sty/lus ..')), (10 * MS, Sensor([1, 2], device_name='F')),
        (20 * MS, image(1)), (30 * MS, image(1)), (40 * MS, image(2)),
        (50 * MS, mesh), (60 * MS, PointList([Point('F-1', (1, 2, 3))], device_name='Targets')),
        (70 * MS, String('hello', device_name='Log')), (80 * MS, Status(device_name='Robot')),
        (90 * MS, Bind([Transform(TURN, device_name='Tool')], device_name='B')),
        (100 * MS, ColorTable(np.zeros(256, np.uint8), device_name='Colors')),
        (110 * MS, Transform(2 * TURN / [[1], [1], [1], [2]], device_name='Sty/lus ..')),
    ]


@pytest.mark.parametrize('kind', ['bag', 'capture'])
def test_what_was_recorded_is_exported(tmp_path, kind):
    if kind == 'bag':
        path, where = write_bag(tmp_path / 'bag', session()), ''
    else:
        path = write_capture(tmp_path / 'c.pcap', session())
        where = '10.0.0.2_18944-10.0.0.1_40000'
    done = igtl('export', path, '--to', tmp_path / 'out', '--images', 'nii.gz', '--meshes', 'stl')
    out = tmp_path / 'out' / where
    assert {file.name for file in out.iterdir()} == {
        'Sty_lus_.._TRANSFORM.csv', 'F_SENSOR.csv', 'CT_IMAGE_0000.nii.gz', 'CT_IMAGE_0001.nii.gz',
        'Liver_POLYDATA_0000.stl', 'Targets_POINT_0000.mrk.json', 'Log_STRING.txt',
        'Robot_STATUS.txt', 'B_Tool_TRANSFORM.csv'}
    rows = list(csv.DictReader((out / 'Sty_lus_.._TRANSFORM.csv').open()))
    assert [float(row['time_s']) for row in rows] == [0.0, 0.11]
    assert [float(rows[0][name]) for name in ('x_mm', 'y_mm', 'z_mm')] == [1.5, -2.5, 8]
    voxels = nibabel.load(out / 'CT_IMAGE_0001.nii.gz')
    assert voxels.dataobj[3, 2, 1] == 2
    np.testing.assert_allclose(voxels.affine, PLACE)
    [point] = json.loads((out / 'Targets_POINT_0000.mrk.json').read_text())['markups'][0][
        'controlPoints']
    assert point['position'] == [-1, -2, 3]
    assert 'hello' in (out / 'Log_STRING.txt').read_text()
    assert '1 dropped: IMAGE: same as the one before' in done.stderr
    assert '1 dropped: COLORT: there is no format for it' in done.stderr
    assert 'IMAGE: 2 messages in 2 files' in done.stdout


def test_names_cannot_leave_the_folder_and_every_second_image_is_enough(tmp_path):
    timed = [(n * MS, image(n, '../../../evil')) for n in range(6)]
    path = write_bag(tmp_path / 'bag', timed)
    done = igtl('export', path, '--every', '2', '--images', 'png')
    found = sorted(file.name for file in (tmp_path / 'bag-export').iterdir())
    assert found == [f'_.._.._evil_IMAGE_000{n}.png' for n in range(3)]
    assert '3 dropped: IMAGE: --every 2' in done.stderr


def test_nothing_to_export_is_not_success(tmp_path):
    path = write_bag(tmp_path / 'bag', [(0, ColorTable(np.zeros(256, np.uint8)))])
    done = igtl('export', path, code=1)
    assert f'{path}: there is nothing to write' in done.stderr
    done = igtl('export', path, '--device', 'Nobody', code=1)
    assert f'{path}: there is nothing of a device Nobody to write' in done.stderr
    assert list(tmp_path.iterdir()) == [path]
    igtl('export', path, '--images', 'gif', code=2)
    igtl('export', path, '--every', '0', code=2)


def test_a_folder_that_cannot_be_made_is_the_one_that_is_named(tmp_path):
    path = write_bag(tmp_path / 'bag', [(0, Transform(np.eye(4), device_name='Tool'))])
    (tmp_path / 'taken').write_text('')
    done = igtl('export', path, '--to', tmp_path / 'taken', code=1)
    assert f'{tmp_path / "taken"}: File exists' in done.stderr


def test_a_folder_with_another_export_in_it_is_refused(tmp_path):
    def export(name, count):
        bag = write_bag(tmp_path / name, [(n * MS, image(n)) for n in range(count)])
        return igtl('export', bag, '--to', tmp_path / 'out', code=int(name == 'later'))

    export('first', 3)
    before = {file: file.read_bytes() for file in (tmp_path / 'out').iterdir()}
    assert f'{tmp_path / "out"}: is not empty; wanted a new folder' in export('later', 2).stderr
    assert {file: file.read_bytes() for file in (tmp_path / 'out').iterdir()} == before


def test_a_file_that_nobody_named_stays(tmp_path):
    bag = write_bag(tmp_path / 'bag', [(n * MS, image(n)) for n in range(3)])
    (tmp_path / 'c.mha').write_text('named')
    (tmp_path / 'c_0001.mha').write_text('precious')
    done = igtl('convert', bag, tmp_path / 'c.mha')
    written = [tmp_path / name for name in ('c.mha', 'c_0002.mha', 'c_0003.mha')]
    assert done.stdout.split() == [str(path) for path in written]
    assert f'were there already and stay, such as {tmp_path / "c_0001.mha"}' in done.stderr
    assert (tmp_path / 'c_0001.mha').read_text() == 'precious'
    found = [message.pixels[0, 0, 0] for path in written for _, message in files.read(path)]
    assert found == [0, 1, 2]


def test_a_volume_in_all_formats_in_turn_stays_what_it_is(tmp_path):
    rng = np.random.default_rng(1)
    voxels = rng.integers(-1000, 1000, (4, 5, 6), np.int16)
    files.write(tmp_path / 'a.mha', [(0.0, Image.from_array(voxels, PLACE))])
    for one, two in (('a.mha', 'b.nrrd'), ('b.nrrd', 'c.nii.gz'), ('c.nii.gz', 'd.mha')):
        done = igtl('convert', tmp_path / one, tmp_path / two)
        assert done.stdout.strip() == str(tmp_path / two)
    [(_, back)] = files.read(tmp_path / 'd.mha')
    np.testing.assert_array_equal(back.pixels, voxels)
    np.testing.assert_allclose(back.ijk_to_ras(), PLACE, atol=1e-6)


def test_poses_and_images_of_a_sequence_are_taken_apart(tmp_path):
    text = ''.join(
        f'Seq_Frame000{n}_ProbeToTrackerTransform = 1 0 0 {n} 0 1 0 0 0 0 1 0 0 0 0 1\n'
        f'Seq_Frame000{n}_Timestamp = {5 + n / 4}\n' for n in range(3))
    (tmp_path / 's.igs.mha').write_bytes((
        'ObjectType = Image\nNDims = 3\nDimSize = 4 3 3\nElementType = MET_UCHAR\n'
        f'{text}ElementDataFile = LOCAL\n').encode() + bytes(range(36)))
    done = igtl('convert', tmp_path / 's.igs.mha', tmp_path / 'poses.csv')
    rows = list(csv.DictReader((tmp_path / 'poses.csv').open()))
    assert [(float(row['time_s']), float(row['x_mm']), row['device']) for row in rows] == [
        (0.0, 0.0, 'ProbeToTracker'), (0.25, 1.0, 'ProbeToTracker'), (0.5, 2.0, 'ProbeToTracker')]
    assert '3 IMAGE have no place' in done.stderr
    done = igtl('convert', tmp_path / 's.igs.mha', tmp_path / 'i.png')
    assert done.stdout.split() == [
        str(tmp_path / name) for name in ('i.png', 'i_0001.png', 'i_0002.png')]


def positions(path):
    return [float(row['x_mm']) for row in csv.DictReader(path.open())]


def at(x):
    return Transform(np.array(TURN) + np.outer((1, 0, 0, 0), (0, 0, 0, x)), device_name='Arm')


@pytest.mark.parametrize('options, found', [
    ((), [1.5, 2.5]), (('--direction', 'to'), [91.5, 92.5]),
    (('--direction', 'both'), [1.5, 91.5, 2.5, 92.5])])
def test_what_an_arm_was_told_is_not_where_it_was(tmp_path, options, found):
    bag = two_ways(
        tmp_path / 'bag', [(at(0), False), (at(90), True), (at(1), False), (at(91), True)])
    done = igtl('convert', bag, tmp_path / 'a.csv', *options)
    assert positions(tmp_path / 'a.csv') == found
    left = {0: 'skipped: 2 messages to the devices; --direction chooses',
            'to': 'skipped: 2 messages from the devices; --direction chooses', 'both': None}
    wanted = left[options[1] if options else 0]
    assert wanted in done.stderr if wanted else 'skipped' not in done.stderr


def test_a_capture_of_two_clients_gives_each_pose_once(tmp_path):
    other = (CLIENT[0], 40001)
    opened = [packet(CLIENT, SERVER, 499, flags=2), packet(SERVER, CLIENT, 999, flags=0x12),
              packet(other, SERVER, 499, flags=2), packet(SERVER, other, 999, flags=0x12)]
    packets, size = [], len(encode(at(0)))
    for n in range(3):
        packets += [packet(SERVER, client, 1000 + n * size, bytes(encode(at(n))))
                    for client in (CLIENT, other)]
        packets.append(packet(other, SERVER, 500 + n * size, bytes(encode(at(90 + n)))))
    write_pcap(tmp_path / 'two.pcap', opened + packets)
    done = igtl('convert', tmp_path / 'two.pcap', tmp_path / 'a.csv')
    assert positions(tmp_path / 'a.csv') == [1.5, 2.5, 3.5]
    assert 'skipped: 3 messages from 10.0.0.2:18944 to 10.0.0.1:40001' in done.stderr
    assert 'skipped: 3 messages from 10.0.0.1:40001 to 10.0.0.2:18944; --dir' in done.stderr
    igtl('convert', tmp_path / 'two.pcap', tmp_path / 'b.csv', '--direction', 'to')
    assert positions(tmp_path / 'b.csv') == [91.5, 92.5, 93.5]


def test_what_was_only_said_to_a_device_is_told_of(tmp_path):
    bag = two_ways(tmp_path / 'bag', [(at(0), True)])
    done = igtl('convert', bag, tmp_path / 'a.csv', code=1)
    assert 'there is nothing, wanted' in done.stderr
    assert 'skipped: 1 messages to the devices; --direction chooses' in done.stderr
    assert not (tmp_path / 'a.csv').exists()


def test_what_cannot_be_converted_says_why(tmp_path):
    (tmp_path / 'f.fcsv').write_text('1,1,2,3,0,0,0,1,1,1,0,F-1\n')
    done = igtl('convert', tmp_path / 'f.fcsv', tmp_path / 'f.mha', code=1)
    assert 'there is 1 POINT, wanted IMAGE' in done.stderr
    for verb, *more in (('convert', tmp_path / 'f.mha'), ('export',)):
        done = igtl(verb, tmp_path, *more, code=1)
        assert done.stderr.startswith(f'igtl {verb}: {tmp_path}: no bag: ')
    done = igtl('convert', tmp_path / 'f.fcsv', tmp_path / 'f.docx', code=1)
    assert 'are not written; possible: .csv' in done.stderr
    igtl('convert', tmp_path / 'f.fcsv', tmp_path / 'f.mrk.json')
    done = igtl('convert', tmp_path / 'f.fcsv', tmp_path / 'gone' / 'f.mrk.json', code=1)
    assert 'gone/f.mrk.json: No such file or directory' in done.stderr


def test_devices_whose_names_are_alike_get_files_of_their_own(tmp_path):
    names = ['A B', 'a_b', 'A/B']
    timed = [(n * MS, image(n, name)) for n, name in enumerate(names)] + [
        (n * MS, Transform(TURN, device_name=name)) for n, name in enumerate(names, 5)]
    igtl('export', write_bag(tmp_path / 'bag', timed))
    out = tmp_path / 'bag-export'
    tables = [list(csv.DictReader(file.open())) for file in sorted(out.glob('*.csv'))]
    assert [[row['device'] for row in rows] for rows in tables] == [['A B'], ['A/B'], ['a_b']]
    assert len({file.name.lower() for file in out.iterdir()}) == 6


@pytest.mark.parametrize('verb', ['export', 'convert'])
def test_files_name_patients_only_where_that_is_asked_for(tmp_path, verb):
    path = write_capture(tmp_path / 'c.pcap', [
        (0, String('PatientName=Doe', device_name='Log')),
        (MS, Status(message='PatientID: Doe', device_name='Robot')),
        (2 * MS, Bind([String('PatientName: Doe', device_name='C')], device_name='B'))])
    for phi in ((), ('--phi', 'pass')):
        out = tmp_path / f'out{len(phi)}'
        out.mkdir()
        where = ('--to', out) if verb == 'export' else (out / 'a.txt',)
        igtl(verb, path, *where, *phi)
        text = ''.join(file.read_text() for file in out.rglob('*.txt'))
        assert ('Doe' in text) == bool(phi) and 'Robot' in text


def test_a_message_that_does_not_fit_costs_no_other_and_is_told(tmp_path):
    nowhere = np.diag((np.nan, 1, 1, 1))
    pixels = np.zeros((1, 2, 3), np.uint8)
    spoiled = bytearray(encode(String('x' * 50, device_name='Log')))
    spoiled[-1] ^= 1
    path = write_capture(tmp_path / 'c.pcap', [
        (0, Transform(TURN, device_name='A')), (MS, Sensor([1.0], device_name='F')),
        (2 * MS, Position((1, 2, 3), (0, 0, 0, 0), device_name='P')),
        (3 * MS, Transform(TURN, device_name='B')),
        (4 * MS, Image(pixels, nowhere, device_name='I')),
        (5 * MS, image(1)), (6 * MS, bytes(spoiled)[:-20])])
    done = igtl('convert', path, tmp_path / 'a.csv')
    assert [row['device'] for row in csv.DictReader((tmp_path / 'a.csv').open())] == ['A', 'B']
    assert '1 dropped: POSITION' in done.stderr
    assert 'bytes passed over' in done.stderr
    for end in ('mha', 'nrrd', 'nii.gz'):
        done = igtl('convert', path, tmp_path / f'b.{end}')
        assert '1 dropped: IMAGE: its place in space is none' in done.stderr
        assert done.stdout.split() == [str(tmp_path / f'b.{end}')]
    igtl('convert', path, tmp_path / 'c.mha', '--device', 'I', code=1)


def test_a_table_for_poses_and_one_for_each_kind_of_readings(tmp_path):
    """The order in which they came decides nothing but the names of the files."""
    path = write_capture(tmp_path / 'mixed.pcap', [
        (n * MS, message) for n, message in enumerate((
            Sensor([1, 2], device_name='F'), Transform(TURN, device_name='A'),
            Sensor([3], device_name='G'), Sensor([4, 5], device_name='F'),
            Transform(TURN, device_name='A')))])
    done = igtl('convert', path, tmp_path / 'all.csv')
    files_written = [tmp_path / f'all{end}.csv' for end in ('', '_0001', '_0002')]
    assert done.stdout.split() == list(map(str, files_written)) and 'dropped' not in done.stderr
    rows = [list(csv.DictReader(file.open())) for file in files_written]
    assert [[row['device'] for row in table] for table in rows] == [['F', 'F'], ['A', 'A'], ['G']]
    assert [row['v1'] for row in rows[0]] == ['2.0', '5.0']
