"""Sequences of PLUS (.igs.mha) that are written: what is read again is what went in."""

import numpy as np
import pytest
from cli_tools import igtl

from igtl_ros2 import files
from igtl_ros2.codec import encode, from_ns
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import String
from igtl_ros2.errors import FileError

TURN = np.array([[0, -1, 0, 10.0], [1, 0, 0, 20], [0, 0, 1, 30], [0, 0, 0, 1]])
PLACE = np.array([[0, 0.5, 0, 7.0], [0.25, 0, 0, 8], [0, 0, 2, 9], [0, 0, 0, 1]])
AT = 1_700_000_000


def moved(x):
    matrix = np.eye(4)
    matrix[0, 3] = x
    return matrix


def pose(matrix, at=None, name='ProbeToTracker', state='OK'):
    stamp = {} if at is None else {'timestamp': from_ns(round((AT + at) * 1e9))}
    return Transform(
        matrix, device_name=name, version=2, metadata={'TransformStatus': state}, **stamp)


def image(number, at=None, place=PLACE, name='Image', shape=(1, 3, 4), kind='u1'):
    pixels = np.arange(np.prod(shape)).reshape(shape).astype(kind) + number
    stamp = {} if at is None else {'timestamp': from_ns(round((AT + at) * 1e9))}
    return Image.from_array(pixels, place, device_name=name, **stamp)


def again(path, *messages):
    files.write(path, messages)
    return list(files.read(path))


def of(said, kind):
    return [(time_s, message) for time_s, message in said if message.type_name == kind]


@pytest.mark.parametrize('name', ['a.igs.mha', 'a.csv'])
def test_what_came_before_an_interruption_is_in_the_file(tmp_path, name):
    def poses():
        yield 0.0, pose(TURN, 0.0)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        files.write(tmp_path / name, poses())
    ((_, found),) = files.read(tmp_path / name)
    np.testing.assert_array_equal(found.matrix, TURN)


@pytest.mark.parametrize('is_there', [True, False])
@pytest.mark.parametrize('end', ['mha', 'mhd'])
def test_an_error_leaves_a_sequence_as_it_was(tmp_path, end, is_there):
    path = tmp_path / f'a.igs.{end}'
    whole = [(0.1 * n, image(n)) for n in range(5)]
    before = {}
    if is_there:
        files.write(path, whole)
        before = {one: one.read_bytes() for one in tmp_path.iterdir()}
    with pytest.raises(FileError, match='STRING'):
        files.write(path, [*whole[:2], (0.2, String('no'))])
    assert {one: one.read_bytes() for one in tmp_path.iterdir()} == before


def test_a_field_without_a_name_says_nothing_of_a_frame(tmp_path):
    path = tmp_path / 'a.igs.mha'
    files.write(path, [(0.0, pose(TURN, 0.0)), (0.0, image(1, 0.0))])
    data = path.read_bytes()
    lines = data.partition(b'ElementDataFile')
    kept = [line for line in lines[0].split(b'\n') if b'Status' not in line]
    path.write_bytes(b'\n'.join([kept[0], b'= BROKEN', *kept[1:]]) + lines[1] + lines[2])
    assert [message.type_name for _, message in files.read(path)] == ['TRANSFORM', 'IMAGE']


@pytest.mark.parametrize('shape, kind, place', [
    ((1, 3, 4), 'u1', np.eye(4)), ((1, 3, 4), 'i2', PLACE), ((5, 3, 4), 'f4', PLACE),
    ((1, 20, 30, 3), 'u1', PLACE),
])
def test_images_and_poses_of_the_same_times_come_back_as_they_were(tmp_path, shape, kind, place):
    sent = []
    for n in range(3):
        sent += [(n / 4, pose(TURN @ moved(n), n / 4)),
                 (n / 4, image(n, n / 4, place, shape=shape, kind=kind))]
    said = again(tmp_path / 'a.igs.mha', *sent)
    assert [(time_s, m.type_name, m.device_name) for time_s, m in said] == [
        (pytest.approx(time_s, abs=1e-6), m.type_name, m.device_name) for time_s, m in sent]
    for (_, old), (_, new) in zip(sent, said):
        if old.type_name == 'IMAGE':
            np.testing.assert_array_equal(new.pixels, old.pixels)
            assert new.pixels.dtype == old.pixels.dtype
            np.testing.assert_allclose(new.ijk_to_ras(), old.ijk_to_ras(), atol=1e-5)
        else:
            np.testing.assert_array_equal(new.matrix, old.matrix)


def test_pixels_may_be_in_a_file_of_their_own(tmp_path):
    [(_, found)] = again(tmp_path / 'a.igs.mhd', (0.0, image(3)))
    assert (tmp_path / 'a.igs.raw').stat().st_size == found.pixels.size == 12
    np.testing.assert_array_equal(found.pixels, image(3).pixels)


def test_a_pose_between_two_lies_between_them_by_their_stamps(tmp_path):
    quarter = np.array([[0, -1, 0, 4.0], [1, 0, 0, 8], [0, 0, 1, 0], [0, 0, 0, 1]])
    said = again(
        tmp_path / 'a.igs.mha', (9.0, pose(np.eye(4), 0.0)), (0.0, image(0, 0.1)),
        (0.5, pose(quarter, 0.2)))
    [(_, found)] = of(said, 'TRANSFORM')
    half = 2**-0.5
    np.testing.assert_allclose(
        found.matrix, [[half, -half, 0, 2], [half, half, 0, 4], [0, 0, 1, 0], [0, 0, 0, 1]],
        atol=1e-6)


@pytest.mark.parametrize('linear', [
    0.1 * np.eye(3), np.diag((-1.0, 1, 1)), 0.3 * TURN[:3, :3] @ np.diag((1, 2, -4)),
    np.zeros((3, 3)), TURN[:3, :3] @ [[1, 0.5, 0], [0, 1, 0], [0, 0, 1]]])
def test_a_calibration_that_stays_is_the_same_between_its_times(tmp_path, linear):
    same = TURN.copy()
    same[:3, :3] = linear
    said = again(
        tmp_path / 'a.igs.mha', (0.0, pose(same, 0.0)), (0.1, image(0, 0.1)),
        (0.2, pose(same, 0.2)))
    [(_, found)] = of(said, 'TRANSFORM')
    np.testing.assert_array_equal(found.matrix, same)


@pytest.mark.parametrize('stretch', [np.diag((0.1, 0.1, 0.1)), np.diag((-0.2, 0.1, 0.5))])
def test_scale_and_handedness_stay_while_a_pose_turns(tmp_path, stretch):
    def scaled(turn):
        matrix = np.eye(4)
        matrix[:3, :3] = turn @ stretch
        return matrix

    half = 2**-0.5
    said = again(
        tmp_path / 'a.igs.mha', (0.0, pose(scaled(np.eye(3)), 0.0)), (0.1, image(0, 0.1)),
        (0.2, pose(scaled(TURN[:3, :3]), 0.2)))
    [(_, found)] = of(said, 'TRANSFORM')
    np.testing.assert_allclose(
        found.matrix, scaled([[half, -half, 0], [half, half, 0], [0, 0, 1]]), atol=1e-6)


@pytest.mark.parametrize('first, second', [
    (np.diag((-1.0, 1, 1, 1)), np.eye(4)), (np.eye(4), np.diag((2.0, 2, 2, 1))),
    (np.diag((0.0, 0, 0, 1)), np.eye(4)), (np.diag((1.0, 2, 1, 1)), np.diag((1.0, 1, 2, 1)))])
def test_between_poses_of_another_scale_or_hand_nothing_is_known(
    tmp_path, first, second, caplog
):
    said = again(
        tmp_path / 'a.igs.mha', (0.0, pose(first, 0.0)), (0.1, image(0, 0.1)),
        (0.2, pose(second, 0.2)))
    assert not of(said, 'TRANSFORM') and 'ProbeToTracker (MISSING)' in caplog.text


@pytest.mark.parametrize('poses, state', [
    ([pose(TURN, 0.5)], 'MISSING'), ([pose(TURN, 0.0), pose(TURN, 2.0)], 'MISSING'),
    ([pose(TURN, 0.9), pose(TURN, 1.1, state='OUT_OF_VIEW')], 'OUT_OF_VIEW'),
    ([pose(TURN, 1.0, state='no idea')], 'INVALID'),
])
def test_a_pose_that_is_not_known_is_none(tmp_path, poses, state, caplog):
    sent = [(0.0, message) for message in (*poses, image(0, 1.0))]
    said = again(tmp_path / 'a.igs.mha', *sent)
    assert not of(said, 'TRANSFORM') and len(of(said, 'IMAGE')) == 1
    assert f'ProbeToTracker ({state})' in caplog.text


@pytest.mark.parametrize('number', [np.nan, np.inf])
@pytest.mark.parametrize('state, told', [('OK', 'INVALID'), ('OUT_OF_VIEW', 'OUT_OF_VIEW')])
def test_a_pose_that_is_not_finite_is_invalid_and_costs_no_other(
    tmp_path, number, state, told, caplog
):
    said = again(tmp_path / 'a.igs.mha', *(
        (n / 10, pose(moved(number if n == 1 else n), n / 10, state=state if n == 1 else 'OK'))
        for n in range(3)))
    assert [message.matrix[0, 3] for _, message in said] == [0, 2]
    assert f'ProbeToTracker ({told})' in caplog.text
    head = (tmp_path / 'a.igs.mha').read_text()
    identity = ' '.join(map(str, np.eye(4).ravel()))
    assert f'Seq_Frame0001_ProbeToTrackerTransform = {identity}\n' in head


def test_arrival_counts_where_not_all_have_a_stamp(tmp_path):
    said = again(
        tmp_path / 'a.igs.mha', (0.0, pose(moved(0))), (0.2, image(0, 500.0)),
        (0.4, pose(moved(8))))
    assert of(said, 'TRANSFORM')[0][1].matrix[0, 3] == pytest.approx(4)


def test_poses_without_images_are_a_frame_for_each_time(tmp_path):
    sent = [(0.0, pose(moved(1), 0.0)), (0.1, pose(moved(2), 0.1)),
            (0.1, pose(moved(3), 0.1, 'StylusToTracker'))]
    said = again(tmp_path / 'a.igs.mha', *sent)
    assert [(round(t, 6), m.device_name, m.matrix[0, 3]) for t, m in said] == [
        (0.0, 'ProbeToTracker', 1), (0.1, 'ProbeToTracker', 2), (0.1, 'StylusToTracker', 3)]


def test_images_that_move_say_where_by_a_pose_as_plus_has_it(tmp_path):
    places = [PLACE, TURN @ PLACE]
    said = again(tmp_path / 'a.igs.mha', *(
        (n / 10, image(n, n / 10, place, 'Image_Reference')) for n, place in enumerate(places)))
    poses = of(said, 'TRANSFORM')
    assert [m.device_name for _, m in poses] == ['ImageToReference'] * 2
    for (_, message), place in zip(poses, places):
        np.testing.assert_allclose(message.matrix, place, atol=1e-4)
    with pytest.raises(FileError, match="images of 'Image' move"):
        again(tmp_path / 'b.igs.mha', *((0, image(0, 0, place)) for place in places))


def test_whether_images_move_is_looked_at_once_and_not_for_each_frame(tmp_path, monkeypatch):
    compared = []
    allclose = np.allclose
    monkeypatch.setattr(
        np, 'allclose', lambda *both, **how: compared.append(1) or allclose(*both, **how))
    said = again(tmp_path / 'a.igs.mha', *((n / 10, image(n, n / 10)) for n in range(100)))
    assert len(of(said, 'IMAGE')) == 100
    assert 100 <= len(compared) < 200


@pytest.mark.parametrize('second, why', [
    ({'name': 'Other'}, 'one device; found Image and Other; --device chooses'),
    ({'shape': (1, 4, 4)}, 'one shape'), ({'kind': 'u2'}, 'one type'),
])
def test_what_does_not_fit_together_is_refused(tmp_path, second, why):
    with pytest.raises(FileError, match=why):
        again(tmp_path / 'a.igs.mha', (0, image(0)), (1, image(1, **second)))
    with pytest.raises(FileError, match="'Probe 1' has no place"):
        again(tmp_path / 'a.igs.mha', (0, pose(TURN, name='Probe 1')))


def test_igtl_convert_makes_one_of_a_capture_and_igtl_export_reads_it(tmp_path):
    from pcap_tools import server_says, write_pcap

    sent = b''.join(encode(message) for n in range(4) for message in (
        pose(moved(n), n / 10), image(n, n / 10), String('x', device_name='Note')))
    write_pcap(tmp_path / 'scan.pcap', server_says(sent, range(300, len(sent), 300)))
    done = igtl('convert', tmp_path / 'scan.pcap', tmp_path / 'scan.igs.mha')
    assert done.stdout.strip() == str(tmp_path / 'scan.igs.mha')
    assert '4 STRING have no place in such a file' in done.stderr
    said = list(files.read(tmp_path / 'scan.igs.mha'))
    assert [m.matrix[0, 3] for _, m in of(said, 'TRANSFORM')] == [0, 1, 2, 3]
    assert [m.pixels[0, 0, 0] for _, m in of(said, 'IMAGE')] == [0, 1, 2, 3]
    igtl('export', tmp_path / 'scan.igs.mha', '--to', tmp_path / 'out')
    assert len((tmp_path / 'out' / 'ProbeToTracker_TRANSFORM.csv').read_text().splitlines()) == 5
    assert len(list((tmp_path / 'out').glob('Image_IMAGE_*.mha'))) == 4
