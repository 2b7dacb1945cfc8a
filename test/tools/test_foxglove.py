"""`igtl foxglove` in a process of its own: what somebody sees who looks with Foxglove."""

import contextlib
import itertools
import socket

import numpy as np
import pytest
from cli_tools import POSE, again_and_again, igtl, pyigtl_tracker, ultrasound

pytest.importorskip('aiohttp', reason='the viewer needs aiohttp')

from foxglove_tools import foxglove, look, started  # noqa: E402
from recorded_tools import BEGIN_NS, bag_of_poses  # noqa: E402

from igtl_ros2 import connect, serve  # noqa: E402
from igtl_ros2.codec import encode, from_ns  # noqa: E402
from igtl_ros2.codec.geometry import quaternion_to_matrix  # noqa: E402
from igtl_ros2.codec.messages.arrays import NDArray, Sensor  # noqa: E402
from igtl_ros2.codec.messages.image import Image  # noqa: E402
from igtl_ros2.codec.messages.mesh import Attribute, AttributeType, PolyData  # noqa: E402
from igtl_ros2.codec.messages.points import (  # noqa: E402
    Point,
    PointList,
    Trajectories,
    Trajectory,
)
from igtl_ros2.codec.messages.pose import Position, Transform  # noqa: E402
from igtl_ros2.codec.messages.text import Status, String  # noqa: E402
from igtl_ros2.codec.messages.tracking import TrackingData, TrackingElement  # noqa: E402
from igtl_ros2.codec.messages.video import Video  # noqa: E402
from igtl_ros2.config.ros_names import ros_name  # noqa: E402

HALF = 2**-0.5


@contextlib.contextmanager
def showing(*messages, words=()):
    """Serve messages again and again, and show them; gives where."""
    with serve('tcp://127.0.0.1:0') as device:

        def send():
            for message in messages:
                device.send(message, hold=False)

        with again_and_again(send, 0.05), foxglove(str(device.address), *words) as url:
            yield url


def see(*messages, topics, words=()):
    """Show messages; gives what came last on each topic, by its last part."""
    with showing(*messages, words=words) as url:
        (view,) = look(url, lambda view: set(topics) <= view.came.keys() and view)
    return view


def xyz(vector):
    return vector.x, vector.y, vector.z


def turn(rotation):
    return rotation.x, rotation.y, rotation.z, rotation.w


def stamp_ns(message):
    return message.timestamp.seconds * 10**9 + message.timestamp.nanos


def cells(message):
    """Give the cells of a grid as rows of named numbers."""
    names = {1: 'u1', 2: 'i1', 3: 'u2', 4: 'i2', 5: 'u4', 6: 'i4', 7: 'f4', 8: 'f8'}
    stride = getattr(message, 'cell_stride', None) or message.point_stride
    kind = np.dtype({
        'names': [field.name for field in message.fields],
        'formats': ['<' + names[field.type] for field in message.fields],
        'offsets': [field.offset for field in message.fields], 'itemsize': stride})
    return np.frombuffer(message.data, kind)


def test_the_simulated_ultrasound_is_seen_with_the_numbers_that_it_sends():
    sent = {}

    def note(peer, message):
        if message.device_name == 'ProbeToTracker':
            sent[message.timestamp_ns] = message.matrix

    with ultrasound() as url, connect(url, on_message=note), foxglove(url) as page:

        def both_have(view):
            for _, told in view.came.get('/tf', ()):
                for one in told.transforms:
                    if one.child_frame_id == 'Probe' and stamp_ns(one) in sent:
                        return one
            return None

        one, picture, view = look(
            page, both_have, lambda view: view.last('/Image_Reference/image'),
            lambda view: view.came.get('/Fiducials/markers') and view)
    assert one.parent_frame_id == 'Tracker'
    matrix = sent[stamp_ns(one)]
    assert xyz(one.translation) == tuple(matrix[:3, 3] / 1000)
    assert (picture.width, picture.height, picture.encoding) == (64, 48, 'mono8')
    assert len(view.last('/Fiducials/markers').entities[0].spheres) == 4
    assert view.info['name'] == 'igtl foxglove' and 'time' not in view.info['capabilities']


def test_poses_of_pyigtl_are_where_they_were_sent():
    with pyigtl_tracker() as host, foxglove(host) as url:
        one, pose = look(
            url, lambda view: view.frame('Pointer'),
            lambda view: view.last('/Pointer/pose'))
    assert (one.parent_frame_id, one.child_frame_id) == ('ras', 'Pointer')
    assert xyz(one.translation) == (0.0105, -0.02025, 0.03)
    assert turn(one.rotation) == pytest.approx((0, 0, HALF, HALF))
    assert pose.frame_id == 'ras' and xyz(pose.pose.position) == (0.0105, -0.02025, 0.03)


def test_frames_are_those_of_a_bridge_with_the_profile():
    image = Image(np.zeros((4, 4), np.uint8), device_name='Image_RAS')
    pose = Transform(POSE, device_name='RasToProbe')
    topics = {'/tf', '/Image_RAS/image'}
    plain = see(image, pose, topics=topics)
    assert plain.frame('Ras').parent_frame_id == 'Probe'
    assert plain.last('/Image_RAS/image').frame_id == 'ras'
    plus = see(image, pose, topics=topics, words=('--profile', 'plus', '--default-frame', 'map'))
    assert plus.frame('ras').parent_frame_id == 'Probe'
    assert plus.last('/Image_RAS/image').frame_id == 'ras'


def test_stamps_are_those_of_the_device_and_a_clock_that_is_off_is_told():
    at, step = 1_700_000_000_123_456_789, 50_000_000
    later = itertools.count(at, step)
    with serve('tcp://127.0.0.1:0') as device, again_and_again(
        lambda: device.send(Transform(
            POSE, device_name='A', timestamp=from_ns(next(later))), hold=False), step / 1e9,
    ), foxglove(str(device.address)) as url:
        one, line = look(url, lambda view: view.frame('A'), lambda view: [
            line for line in view.lines() if 'clock' in line.message])
    # the fraction on the wire is one of 2**32
    assert (stamp_ns(one) - at + 1) % step <= 2 and stamp_ns(one) >= at - 1
    assert line[0].message.startswith('A: its clock is off by more than 1 s')
    with showing(
        Transform(POSE, device_name='A', timestamp=from_ns(at)), words=('--stamp', 'auto'),
    ) as url:
        (late,) = look(url, lambda view: view.frame('A'))
    assert stamp_ns(late) > at + 10**15


def test_tools_are_frames_and_markers_and_those_that_are_lost_go():
    seen = {'number': 0}

    def make():
        seen['number'] += 1
        lost = seen['number'] % 2
        return TrackingData(
            (TrackingElement('NeedleToBase', POSE), TrackingElement('Tip', POSE, 3),
             TrackingElement('Gone', POSE)),
            device_name='Tracker', metadata={'GoneStatus': 'OUT_OF_VIEW' if lost else 'OK'})

    with serve('tcp://127.0.0.1:0', header_version='2') as device, again_and_again(
            lambda: device.send(make(), hold=False), 0.05), foxglove(str(device.address)) as url:
        (view,) = look(url, lambda view: any(
            update.deletions for _, update in view.came.get('/Tracker/markers', ())
        ) and view)
    needle = view.frame('Needle')
    assert needle.parent_frame_id == 'Base' and xyz(needle.translation) == (0.0105, -0.02025, 0.03)
    assert view.frame('Gone').parent_frame_id == 'ras' and view.frame('Tip') is None
    (update,) = [u for _, u in view.came['/Tracker/markers'] if u.deletions][:1]
    assert [one.id for one in update.deletions] == ['Gone']
    shown = {one.id: one for one in update.entities}
    assert shown.keys() == {'NeedleToBase', 'Tip'}
    assert xyz(shown['Tip'].spheres[0].pose.position) == (0.0105, -0.02025, 0.03)
    assert any('Gone is not shown: its sender says OUT_OF_VIEW' in line.message
               for line in view.lines())


def test_what_has_no_place_is_told_and_not_shown():
    wrong = Transform(np.diag([1.0, 1, -1, 1]), device_name='Mirrored')
    other = Transform(POSE, device_name='ProbeToOther')
    with showing(Transform(POSE, device_name='ProbeToTracker'), other, wrong,
                 Position([1, 2, 3], device_name='Tip')) as url:
        told = 'Mirrored: it is not shown', 'broadcasts it already'
        (view,) = look(url, lambda view: view.last('/Tip/point') and view.frame(
            'Probe') and all(any(part in line.message for line in view.lines())
                             for part in told) and view)
    assert view.frame('Mirrored') is None and view.frame('Tip') is None
    assert xyz(view.last('/Tip/point').point) == (0.001, 0.002, 0.003)
    parents = {
        one.parent_frame_id for _, message in view.came['/tf'] for one in message.transforms}
    assert parents == {'Tracker'}
    told = [line.message for line in view.lines()]
    assert any(line.startswith('Mirrored: it is not shown: the matrix is mirrored')
               for line in told)
    assert any('ProbeToTracker broadcasts it already' in line for line in told)


def test_a_model_that_is_gone_or_cannot_be_shown_goes_from_the_scene():
    nowhere = np.full((3, 3), np.nan, np.float32)
    with showing(
        PolyData(np.eye(3, dtype=np.float32), polygons=[[0, 1, 2]], device_name='Skull'),
        PolyData(nowhere, polygons=[[0, 1, 2]], device_name='Skull'),
        PolyData(np.eye(3, dtype=np.float32), polygons=[[0, 1, 2]], device_name='Arm'),
        PolyData(np.zeros((0, 3), np.float32), device_name='Arm'),
    ) as url:
        (view,) = look(url, lambda view: all(
            any(update.deletions for _, update in view.came.get(f'/{name}/markers', ()))
            and any(update.entities for _, update in view.came[f'/{name}/markers'])
            for name in ('Skull', 'Arm')) and view)
    for name in ('Skull', 'Arm'):
        ids = {one.id for _, update in view.came[f'/{name}/markers']
               for one in (*update.deletions, *update.entities)}
        assert ids == {name}
    told = next(line.message for line in view.lines() if 'Skull' in line.message)
    assert told.startswith('Skull: it is not shown: a point is not finite')
    assert 'bytes' not in told


FORMS = [
    ('u1', 1, 'mono8'), ('u1', 3, 'rgb8'), ('u1', 4, 'rgba8'), ('>u2', 1, 'mono16'),
    ('i2', 1, '32FC1'), ('f4', 1, '32FC1'), ('>f8', 1, '32FC1'), ('u2', 3, 'rgb8'),
]


def _pixels(kind, components):
    shape = (20, 30) if components == 1 else (20, 30, components)
    return (np.arange(np.prod(shape)) * 37 % 251).astype(kind).reshape(shape)


PICTURES = [
    Image.from_array(
        _pixels(kind, components)[None],
        np.array([[0, -2.0, 0, 10], [1.5, 0, 0, 20], [0, 0, 1, 30], [0, 0, 0, 1]]),
        device_name=f'{number}ToProbe')
    for number, (kind, components, _) in enumerate(FORMS)]
VOXELS = np.arange(5 * 4 * 3, dtype=np.int16).reshape(5, 4, 3) - 30
VOLUMES = {
    name: np.array([[1.0, 0, 0, 10], [0, 2, 0, 20], [0, 0, thick, 30], [0, 0, 0, 1]])
    for name, thick in (('CT', 3.0), ('Mirrored', -3.0))}
CORNERS = np.array([[0, 0, 0], [10, 0, 0], [0, 20, 0], [0, 0, 30]], np.float32)
COLOURS = Attribute('c', AttributeType.POINT_RGBA, np.array(
    [[1, 0, 0, 1], [0, 1, 0, 1], [0, 0, 1, 1], [1, 1, 1, 0.5]], np.float32))
SHAPES = [
    PointList((Point('T', [1, 2, 3], rgba=(255, 0, 51, 255), diameter=4),
               Point('Nowhere', [np.nan, 0, 0])), device_name='Points'),
    Trajectories((
        Trajectory('Way', [1, 0, 0], [0, 2, 0], type=3),
        Trajectory('End', [0, 0, 0], [0, 0, 7], type=2)), device_name='Paths'),
    PolyData(CORNERS, polygons=[[0, 1, 2], [0, 1, 3]], lines=[[0, 1, 2]], attributes=(COLOURS,),
             device_name='Mesh'),
    PolyData(CORNERS, attributes=(COLOURS, Attribute(
        'heat', AttributeType.POINT_SCALARS, np.arange(4, dtype=np.float32))),
        device_name='Cloud'),
]
TEXTS = [
    String('ready', device_name='Robot'), Status(1, message='fine', device_name='A'),
    Status(6, message='wait', device_name='B'), Status(2, message='broken', device_name='C'),
    Status(3, message='stop', device_name='D'), Sensor([1.5, -2.5], 'N', device_name='Force'),
    NDArray(np.arange(3.0), device_name='Array'),
]
FRAME = np.arange(50, dtype=np.uint8)
VIDEOS = [
    Video(FRAME, 'H264', (64, 48, 1), device_name='Played'),
    Video(FRAME, 'MJPG', (64, 48, 1), device_name='Jpeg'),
    Video(np.repeat(np.array([81, 90, 240], np.uint8), (64, 16, 16)), 'I420', (8, 8, 1),
          device_name='Raw'),
]


@pytest.fixture(scope='module')
def seen():
    """All that has no rule of its own, shown by one process."""
    volumes = [Image.from_array(VOXELS, matrix, device_name=name)
               for name, matrix in VOLUMES.items()]
    topics = {f'/{ros_name(image.device_name)}/{leaf}' for image in (*PICTURES, *volumes)
              for leaf in ('image', 'plane')} | {
        '/CT/volume', '/Mirrored/volume', '/Points/markers', '/Paths/markers', '/Mesh/markers',
        '/Cloud/cloud', '/Force/sensor', '/Array/value', '/Played/video', '/Jpeg/video',
        '/Raw/image'}
    wanted = {'Robot', 'A', 'B', 'C', 'D'}

    def all_of_it(view):
        return topics <= view.came.keys() and wanted <= {
            line.name for line in view.lines()} and any(
            'Nowhere' in line.message for line in view.lines()) and view

    with showing(*PICTURES, *volumes, *SHAPES, *TEXTS, *VIDEOS) as url:
        (view,) = look(url, all_of_it)
    return view


def test_pictures_have_their_pixels_and_lie_where_they_are(seen):
    for image, (kind, components, encoding) in zip(PICTURES, FORMS):
        raw, grid = (
            seen.last(f'/{ros_name(image.device_name)}/{leaf}') for leaf in ('image', 'plane'))
        _look_at(raw, grid, _pixels(kind, components), encoding)


def _look_at(raw, grid, pixels, encoding):
    assert (raw.encoding, raw.width, raw.height, raw.frame_id) == (encoding, 30, 20, 'Probe')
    shown = {'mono16': '<u2', '32FC1': '<f4'}.get(encoding, 'u1')
    found = np.frombuffer(raw.data, shown).reshape(pixels.shape)
    wide = pixels.dtype == np.uint16 and pixels.ndim == 3
    assert (found == (pixels >> 8 if wide else pixels)).all() and raw.step == len(raw.data) // 20
    # cells are as large as pixels, and the first one has its middle where the first pixel is
    assert (grid.cell_size.x, grid.cell_size.y) == pytest.approx((0.0015, 0.002))
    assert xyz(grid.pose.position) == pytest.approx((0.010 + 0.001, 0.020 - 0.00075, 0.030))
    assert turn(grid.pose.orientation) == pytest.approx((0, 0, HALF, HALF))
    assert (grid.frame_id, grid.column_count) == ('Probe', 30)
    first = cells(grid)
    assert len(first) == 600 and len(grid.data) == 20 * grid.row_stride
    if pixels.dtype == np.uint8:
        assert first.dtype.names == ('red', 'green', 'blue', 'alpha')
        rows = np.broadcast_to(pixels.reshape(600, -1)[:, :3], (600, 3))
        assert (np.stack([first['red'], first['green'], first['blue']], 1) == rows).all()
    elif pixels.ndim == 2:
        assert (first['value'] == pixels.ravel()).all()


@pytest.mark.parametrize('name', VOLUMES)
def test_a_volume_is_a_slice_and_voxels_in_their_place(seen, name):
    matrix, pixels = VOLUMES[name], VOXELS
    raw, voxels = (seen.last(f'/{name}/{leaf}') for leaf in ('image', 'volume'))
    assert (np.frombuffer(raw.data, '<f4').reshape(4, 3) == pixels[2]).all()
    assert xyz(voxels.cell_size) == pytest.approx((0.001, 0.002, 0.003))
    assert (voxels.row_count, voxels.column_count) == (4, 3)
    position = np.array(xyz(voxels.pose.position))
    values = cells(voxels)['value'].reshape(5, 4, 3)
    axes = quaternion_to_matrix(turn(voxels.pose.orientation))
    for k, j, i in ((0, 0, 0), (4, 3, 2), (1, 2, 0)):
        middle = position + axes @ ((np.array([i, j, k]) + 0.5) * xyz(voxels.cell_size))
        at = np.linalg.solve(matrix, [*middle * 1000, 1])[:3]
        assert at == pytest.approx(np.rint(at), abs=1e-4)
        i0, j0, k0 = np.rint(at).astype(int)
        assert values[k, j, i] == pixels[k0, j0, i0]


def test_blocks_of_a_volume_are_put_together():
    whole = np.arange(4 * 3 * 2, dtype=np.uint8).reshape(4, 3, 2)
    blocks = [Image(whole[k : k + 2], size=(2, 3, 4), offset=(0, 0, k), device_name='CT')
              for k in (0, 2)]
    with showing(*blocks) as url:
        (voxels,) = look(url, lambda view: (last := view.last('/CT/volume')) and (
            cells(last)['red'].reshape(4, 3, 2) == whole).all() and last)
    assert (voxels.row_count, voxels.column_count) == (3, 2)


def test_points_paths_meshes_and_clouds_are_in_metres(seen):
    view = seen
    (points,) = view.last('/Points/markers').entities
    (sphere,), (text,) = points.spheres, points.texts
    assert xyz(sphere.pose.position) == (0.001, 0.002, 0.003) and text.text == 'T'
    assert xyz(sphere.size) == (0.004, 0.004, 0.004)
    assert (sphere.color.r, sphere.color.g, sphere.color.b, sphere.color.a) == (1, 0, 0.2, 1)
    (paths,) = view.last('/Paths/markers').entities
    assert [xyz(end) for end in paths.lines[0].points] == [(0.001, 0, 0), (0, 0.002, 0)]
    assert xyz(paths.spheres[0].pose.position) == (0, 0, 0.007)
    (mesh,) = view.last('/Mesh/markers').entities
    (triangles,), (lines,) = mesh.triangles, mesh.lines
    assert list(triangles.indices) == [0, 1, 2, 0, 1, 3]
    assert [xyz(point) for point in triangles.points] == [
        (0, 0, 0), (0.01, 0, 0), (0, 0.02, 0), (0, 0, 0.03)]
    assert [round(c.a, 2) for c in triangles.colors] == [1, 1, 1, 0.5]
    assert list(lines.indices) == [0, 1, 1, 2] and mesh.frame_id == 'ras'
    cloud = view.last('/Cloud/cloud')
    found = cells(cloud)
    assert np.allclose(np.stack([found['x'], found['y'], found['z']], 1), CORNERS / 1000)
    assert found['green'].tolist() == [0, 255, 0, 255]
    assert found['heat'].tolist() == [0, 1, 2, 3]
    assert any("'Nowhere' is dropped" in line.message for line in view.lines())


def test_texts_are_lines_of_the_log_and_values_are_for_plots(seen):
    view = seen
    lines = {(line.name, line.level): line.message for line in view.lines()}
    assert lines['Robot', 2] == 'ready'
    assert lines['A', 2].endswith('fine')
    assert lines['C', 4].endswith('broken')
    assert lines['D', 5].endswith('stop')
    assert view.last('/Force/sensor')['data'] == [1.5, -2.5]
    assert view.last('/Force/sensor')['unit'] == 'N'
    assert view.last('/Array/value')['values'] == [0, 1, 2]


def test_videos_are_passed_on_as_they_are_or_as_pictures(seen):
    view, frame = seen, FRAME
    played, jpeg = view.last('/Played/video'), view.last('/Jpeg/video')
    assert (played.format, played.data) == ('h264', frame.tobytes())
    assert (jpeg.format, jpeg.data) == ('jpeg', frame.tobytes())
    picture = view.last('/Raw/image')
    # red, as BT.601 has it
    assert np.abs(np.frombuffer(picture.data, 'u1').reshape(-1, 3) - [254.0, 0, 0]).max() <= 1


def test_who_comes_later_gets_what_was_sent_before():
    with serve('tcp://127.0.0.1:0') as device, foxglove(str(device.address)) as url:
        device.wait_connected(40.0)
        device.send(Transform(POSE, device_name='ProbeToTracker'), hold=False)
        device.send(Transform(POSE, device_name='StylusToTracker'), hold=False)
        device.send(Image(np.full((3, 3), 7, np.uint8), device_name='Once'), hold=False)
        topics = {'/tf', '/Once/image'}
        look(url, lambda view: topics <= view.came.keys())
        (view,) = look(url, lambda view: topics <= view.came.keys() and view)
    assert view.frame('Probe') and view.frame('Stylus')
    assert view.last('/Once/image').data == bytes([7] * 9)


@pytest.fixture
def bag(tmp_path):
    pytest.importorskip('rosbags', reason='bags need the package rosbags')
    pytest.importorskip('mcap', reason='bags need the package mcap')
    return bag_of_poses(
        tmp_path, 'ToolToBase', (5.05, String('half', device_name='Note')), begin_ns=BEGIN_NS)


def test_a_bag_is_played_with_its_times_and_wound_from_foxglove(bag):
    async def to_eight(view):
        await view.play(False, place_ns=BEGIN_NS + 8 * 10**9)

    with foxglove(str(bag)) as url:
        first, _, one, time = look(
            url, lambda view: view.frame('Tool'), to_eight,
            lambda view: (one := view.frame('Tool')) and one.translation.x == 0.080 and one,
            lambda view: [t for t in view.times if t == BEGIN_NS + 8 * 10**9])
        (view,) = look(url, lambda view: view.frame('Tool') and view)
    assert stamp_ns(first) - BEGIN_NS == pytest.approx(first.translation.x * 1e11, abs=2)
    assert abs(stamp_ns(one) - BEGIN_NS - 8 * 10**9) <= 1 and time
    assert view.info['dataStartTime'] == {'sec': BEGIN_NS // 10**9, 'nsec': 0}
    assert view.info['dataEndTime'] == {'sec': BEGIN_NS // 10**9 + 9, 'nsec': 9 * 10**8}
    (log_time, _) = view.came['/tf'][-1]
    assert log_time == BEGIN_NS + 8 * 10**9


def test_devices_that_are_clients_are_listened_for():
    with socket.create_server(('127.0.0.1', 0)) as free:
        port = free.getsockname()[1]
    with foxglove(f'tcp://127.0.0.1:{port}', '--listen') as url:
        with connect(f'tcp://127.0.0.1:{port}') as device:
            device.wait_connected(40.0)
            device.send(Transform(POSE, device_name='Client'))
            look(url, lambda view: view.frame('Client'))


def test_what_is_spoiled_is_told():
    spoiled = bytearray(encode(String('a', device_name='Bad')))
    spoiled[-1] ^= 1
    with socket.create_server(('127.0.0.1', 0)) as server:
        with foxglove(f'127.0.0.1:{server.getsockname()[1]}') as url:
            device, _ = server.accept()
            both = bytes(spoiled) + encode(String('good', device_name='Good'))
            with device, again_and_again(lambda: device.sendall(both), 0.05):
                look(url, lambda view: {line.name for line in view.lines()} >= {
                    'Good', 'igtl foxglove'})
                (line,) = look(url, lambda view: [
                    line.message for line in view.lines() if line.name == 'igtl foxglove'])
    assert 'CRC' in line[0]


def test_nothing_came_is_no_success():
    with socket.create_server(('127.0.0.1', 0)) as silent:
        with foxglove(f'127.0.0.1:{silent.getsockname()[1]}', code=1):
            pass


def test_where_nothing_can_be_served_it_says_why(tmp_path):
    with socket.create_server(('127.0.0.1', 0)) as taken:
        port = taken.getsockname()[1]
        with started('127.0.0.1:9', '--port', port) as process:
            process.says(rf'igtl foxglove: 127.0.0.1:{port}: cannot be listened on: .*in use')
            process.end(1)
    with started(tmp_path) as process:
        process.says('there is neither a metadata.yaml nor an MCAP file')
        process.end(1)


@pytest.mark.parametrize('verb', ['foxglove', 'monitor'])
@pytest.mark.parametrize('port', ['70000', '-1', 'x'])
def test_a_port_that_is_none_is_told(verb, port):
    assert '--port' in igtl(verb, '127.0.0.1:9', '--port', port, code=2).stderr


def test_without_the_library_it_says_what_to_install():
    done = igtl('foxglove', '127.0.0.1:9', code=2)
    assert "pip install 'igtl_ros2[foxglove]'" in done.stderr
