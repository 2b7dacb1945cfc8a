"""
The page, part by part: videos, volumes that come in blocks, robots, and what bridges say.

Each is where and what was sent, or said; `igtl top` tells what bridges say as well.
"""

import contextlib
import importlib.util
import itertools
import json
import re
import struct
from fractions import Fraction

import numpy as np
import pytest
from cli_tools import again_and_again, igtl, program
from diagnostic_msgs.msg import DiagnosticArray
from harness import Bridge, User
from page_tools import monitor as whole_monitor
from polling import poll
from test_page import PICTURE, choose, drawn, shoot, until

from igtl_ros2 import serve
from igtl_ros2.codec import from_ns
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.mesh import PolyData
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import String
from igtl_ros2.codec.messages.tracking import TrackingData, TrackingElement
from igtl_ros2.codec.messages.video import Video
from igtl_ros2.codec.video_frames import VideoDecoder

pytestmark = pytest.mark.timeout(300)
COLUMNS, ROWS = 64, 48
NS = 10**9
# an arm: its upper part is a file, turned about y, 10 mm above the base
ARM = """<robot name="arm"><link name="base"><visual><geometry><box size="0.004 0.004 0.002"/>
</geometry></visual></link><link name="upper"><visual><origin xyz="0 0 0.01"/><geometry>
<mesh filename="{url}" scale="{scale}"/></geometry></visual></link>
<joint name="turn" type="revolute"><parent link="base"/><child link="upper"/><axis xyz="0 1 0"/>
<limit lower="-3" upper="3" effort="1" velocity="1"/></joint></robot>"""
RULES = 'receive:\n  - {device: Bad, workspace: {min: [5, 5, 5], max: [6, 6, 6]}}\n  - {}\n'
CELLS = """() => Object.fromEntries([...document.querySelectorAll('#bridges tbody tr')].map(
    (row) => [`${row.dataset.kind} ${row.dataset.what}`, [...row.querySelectorAll('td')].map(
        (cell) => [...cell.querySelectorAll('span')].map((one) => one.dataset.value))]))"""


def monitor(*words):
    """Look at a device less often: software draws the scene."""
    return whole_monitor('--fps', '4', *words)


@contextlib.contextmanager
def device_of(*sources, period_s=0.1):
    """Serve messages, the next of each source again and again; gives the address."""
    with serve('tcp://127.0.0.1:0', header_version='2') as server:

        def send():
            for source in sources:
                server.send(next(source), stamp=False)

        with again_and_again(send, period_s):
            yield str(server.address)


def ends(page):
    """Read from where to where all reaches that is drawn, in mm."""
    return np.array(json.loads(page.locator('#scene [data-told]').get_attribute('data-ends')))


def is_told(page, *words):
    return until(page, """words => words.every((word) => document.querySelector(
        '#scene [data-told]').textContent.includes(word))""", list(words))


# -- videos


def encoded(codec, count=12, key_every=6):
    """Encode a moving ramp; gives the frames as VIDEO messages."""
    av = pytest.importorskip('av', reason='videos are decoded by PyAV')
    context = av.CodecContext.create({'H264': 'libx264', 'VP90': 'libvpx-vp9'}[codec], 'w')
    context.width, context.height, context.pix_fmt = COLUMNS, ROWS, 'yuv420p'
    context.time_base, context.gop_size = Fraction(1, 30), key_every
    context.options = {'tune': 'zerolatency'} if codec == 'H264' else {'lag-in-frames': '0'}
    frames = []
    for number in range(count):
        ramp = (np.arange(COLUMNS) * 3 + np.arange(ROWS)[:, None] + 9 * number) % 256
        picture = np.repeat(ramp.astype(np.uint8)[..., None], 3, axis=2)
        frame = av.VideoFrame.from_ndarray(picture, format='rgb24').reformat(format='yuv420p')
        frame.pts = number
        frames += [(bytes(packet), packet.is_keyframe) for packet in context.encode(frame)]
    assert len(frames) == count
    return [
        Video(data, codec, (COLUMNS, ROWS, 1), 1 if is_key else 3, device_name='Cam',
              timestamp=from_ns((number + 1) * NS))
        for number, (data, is_key) in enumerate(frames)
    ]


@pytest.mark.parametrize('codec', ['H264', 'VP90'])
def test_frames_of_a_video_are_shown_as_they_are_decoded(open_page, codec):
    frames = encoded(codec)
    decoder = VideoDecoder()
    expected = {frame.timestamp_ns: decoder.decode(frame)[..., 0] for frame in frames}
    with device_of(itertools.cycle(frames)) as url, monitor(url) as address:
        page = open_page(address, ready='figure canvas[data-count]')
        seen = []
        for _ in range(3):
            until(page, """seen => !seen.includes(
                document.querySelector('figure canvas').dataset.stamp)""", seen)
            stamp, grays = drawn(page)
            assert np.array_equal(grays, expected[int(stamp)])
            seen.append(stamp)
        assert page.locator('figcaption').inner_text() == f'Cam: {COLUMNS} x {ROWS} x 1 {codec}'
        is_told(page, '1 image planes', f'to {COLUMNS / 2:.1f} {ROWS / 2:.1f} 0.0 mm')


def test_a_gray_raw_frame_needs_no_library_and_what_cannot_be_decoded_says_why(open_page):
    planes = np.concatenate([np.arange(COLUMNS * ROWS) % 251, np.full(COLUMNS * ROWS // 2, 128)])
    raw = Video(planes.astype(np.uint8), 'I420', (COLUMNS, ROWS, 1), 256, device_name='Raw')
    odd = Video(b'ab', 'ABCD', (COLUMNS, ROWS, 1), device_name='Odd')
    with device_of(itertools.repeat(raw), itertools.repeat(odd)) as url, monitor(url) as address:
        page = open_page(address, ready='figure[data-device=Raw] canvas[data-count]')
        _, grays = drawn(page, 'figure[data-device=Raw]')
        assert np.array_equal(grays.ravel(), np.arange(COLUMNS * ROWS) % 251)
        fault = page.locator('figure[data-device=Odd] [data-fault]')
        fault.wait_for()
        why = "no decoder for 'ABCD'" if importlib.util.find_spec('av') else 'needs av'
        assert fault.inner_text().startswith('Not shown: ') and why in fault.inner_text()


# -- volumes


def test_blocks_of_a_volume_are_put_together(open_page):
    voxels = (np.arange(4 * 6 * 8).reshape(4, 6, 8) * 7 - 300).astype(np.int16)
    place = np.diag([2, 2, 3, 1.0])
    whole = Image.from_array(voxels, place, device_name='CT')
    blocks = [
        Image(voxels[k : k + 2, :, i : i + 4, None].copy(), whole.matrix, size=(8, 6, 4),
              offset=(i, 0, k), device_name='CT', timestamp=number + 1)
        for number, (k, i) in enumerate(itertools.product((0, 2), (0, 4)))
    ]
    with device_of(itertools.cycle(blocks)) as url, monitor(url) as address:
        page = open_page(address, ready='figure canvas[data-count]')
        page.wait_for_selector('tr[data-device=CT]')
        for index in range(4):
            page.get_by_label('Slice').fill(str(index))
            part = voxels[index].astype(float)
            expected = 255 * (part - part.min()) / (part.max() - part.min())

            def is_whole(expected=expected):
                _, grays = drawn(page)
                return grays.shape == (6, 8) and np.abs(grays - expected).max() <= 0.51

            poll(is_whole, f'slice {index}', lambda: page.wait_for_timeout(50))
        # the whole slice is where it belongs: from the edge of the first voxel to that of the last
        low, high = ends(page)
        assert (low[:2], high[:2]) == (pytest.approx([-1, -1]), pytest.approx([15, 11]))


# -- robots


def stl_of(path, low, high):
    """Write a box as a binary STL file."""
    corners = np.array(list(itertools.product(*zip(low, high))), np.float32)
    faces = [(0, 1, 3), (0, 3, 2), (4, 6, 7), (4, 7, 5), (0, 4, 5), (0, 5, 1), (2, 3, 7),
             (2, 7, 6), (0, 2, 6), (0, 6, 4), (1, 5, 7), (1, 7, 3)]
    data = b'\0' * 80 + struct.pack('<I', len(faces))
    for face in faces:
        data += struct.pack('<3f', 0, 0, 0) + corners[list(face)].tobytes() + b'\0\0'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


@pytest.mark.parametrize(('url', 'scale', 'unit'), [
    ('package://arm_description/meshes/upper.stl', '1 1 1', 1.0),
    ('meshes/upper.stl', '0.001 0.001 0.001', 1000.0),
])
def test_a_robot_of_a_file_stands_where_its_links_are(open_page, tmp_path, url, scale, unit):
    pytest.importorskip('trimesh', reason='files of shapes are read by trimesh')
    package = tmp_path / 'arm_description'
    stl_of(package / 'meshes/upper.stl', (0, 0, 0), np.array([0.001, 0.002, 0.03]) * unit)
    folder = package / 'urdf' if '://' in url else package
    folder.mkdir(exist_ok=True)
    urdf = folder / 'arm.urdf'
    urdf.write_text(ARM.format(url=url, scale=scale))
    joints = String(json.dumps({'name': ['turn'], 'position': [0.0]}), device_name='Joints')
    with device_of(itertools.repeat(joints)) as address, monitor(
        address, '--urdf', str(urdf)
    ) as page_url:
        page = open_page(page_url)
        is_told(page, '1 robots of 2 links')
        # in mm: the base around 0, the upper part 10 higher
        assert ends(page) == pytest.approx(np.array([[-2, -2, -1], [2, 2, 40]]), abs=1e-3)
        assert 'files' not in page.locator('#scene [data-told]').inner_text()
    # a pose of the stream goes before what joints and the description say: it lies along x
    turned = np.array([[0, 0, 1, 100], [0, 1, 0, 0], [-1, 0, 0, 5], [0, 0, 0, 1.0]])
    tools = TrackingData([TrackingElement('upper', turned)], device_name='arm')
    with device_of(itertools.repeat(tools)) as address, monitor(
        address, '--urdf', str(urdf)
    ) as page_url:
        page = open_page(page_url)
        is_told(page, '1 robots of 2 links', '1 poses')
        until(page, """() => JSON.parse(document.querySelector('#scene [data-told]')
            .dataset.ends)[1][0] > 100""")
        assert ends(page) == pytest.approx(np.array([[-2, -2, -1], [140, 2, 5]]), abs=1e-3)
        page.locator('#scene select').select_option('ros')
        is_told(page, 'from -0.002 -0.002 -0.001 to 0.140 0.002 0.005 m')


def test_a_robot_that_a_bridge_announces_has_its_shapes_at_its_links(open_page):
    cube = np.array(list(itertools.product((0, 10.0), repeat=3)), np.float32)
    mesh = PolyData(cube, polygons=[[0, 1, 3, 2], [4, 6, 7, 5]], device_name='upper_mesh')
    moved = np.eye(4)
    moved[:3, 3] = 100, 200, 300
    tools = TrackingData([TrackingElement('upper', moved)], device_name='arm')
    with device_of(itertools.repeat(mesh), itertools.repeat(tools)) as url, monitor(url) as page:
        page = open_page(page)
        is_told(page, '1 meshes of 4 triangles', '1 poses', 'to 110.0 210.0 310.0 mm')
    # without a pose of the link: where its description and its joints have it
    text = String(ARM.format(url='package://x/y.stl', scale='1 1 1'),
                  device_name='robot_description')
    with device_of(itertools.repeat(mesh), itertools.repeat(text), itertools.repeat(
        String(json.dumps({'name': ['turn'], 'position': [np.pi / 2]}), device_name='Joints'),
    )) as url, monitor(url) as page:
        page = open_page(page)
        is_told(page, '1 robots of 2 links', '1 shapes are in files')
        # turned about y: z is x, x is -z
        until(page, """() => JSON.parse(document.querySelector('#scene [data-told]')
            .dataset.ends)[0][2] < -9""")
        assert ends(page) == pytest.approx(np.array([[-2, -2, -10], [10, 10, 1]]), abs=1e-3)


@pytest.mark.parametrize(('text', 'why'), [
    ('<a/>', "outermost element is 'a'"), ('no XML', 'no XML'),
    ('<robot xmlns:xacro="http://www.ros.org/wiki/xacro"><xacro:macro/></robot>', 'run xacro'),
    (None, 'No such file'),
])
def test_a_file_that_is_no_robot_is_told(tmp_path, text, why):
    if text is not None:
        (tmp_path / 'x.urdf').write_text(text)
    done = igtl('monitor', '--port', '0', '127.0.0.1:9', '--urdf', tmp_path / 'x.urdf', code=2)
    assert why in done.stderr and len(done.stderr.splitlines()) == 1


def test_a_shape_that_cannot_be_read_is_told_on_the_page(open_page, tmp_path):
    urdf = tmp_path / 'arm.urdf'
    urdf.write_text(ARM.format(url='package://nowhere/y.stl', scale='1 1 1'))
    pose = itertools.repeat(Transform(np.eye(4), device_name='base'))
    with device_of(pose) as url, monitor(url, '--urdf', str(urdf)) as page_url:
        page = open_page(page_url)
        is_told(page, '1 robots of 2 links', "the package 'nowhere' is not found")


BOX = '<link name="{}"><visual><geometry><box size="{} 1 1"/></geometry></visual></link>'
JOINT = '<joint name="{0}{1}" type="fixed"><parent link="{0}"/><child link="{1}"/></joint>'


@pytest.mark.parametrize(('robot', 'why'), [
    (BOX.format('a', 'nan'), 'is not finite'),
    ('<link name="a"/><link name="b"/>' + JOINT.format('a', 'b') + JOINT.format('b', 'a'),
     'hangs on itself'),
    ('<link name="a"/><link name="b"/><link name="c"/>' + JOINT.format('a', 'c')
     + JOINT.format('b', 'c'), 'has two parents'),
])
def test_a_robot_that_makes_no_sense_is_told_and_the_scene_goes_on(open_page, robot, why):
    text = itertools.repeat(String(f'<robot name="r">{robot}</robot>', device_name='Robot'))
    places = (next(at('a', x, 0, 0)) for x in itertools.count(1))
    with device_of(places, text) as url, monitor(url) as page_url:
        page = open_page(page_url)
        is_told(page, '1 robots of 0 links', why, '1 poses')
        before = float(ends(page)[1][0])
        assert until(page, """before => JSON.parse(document.querySelector('#scene [data-told]')
            .dataset.ends)[1][0] > before""", before)


def test_names_that_objects_have_anyway_are_no_joints_and_no_links(open_page):
    cube = np.array(list(itertools.product((0, 10.0), repeat=3)), np.float32)
    robot = String(ARM.format(url='package://x/y.stl', scale='1 1 1'), device_name='Robot')
    joints = String(json.dumps({'name': ['constructor', 'turn'], 'position': [1, np.pi / 2]}),
                    device_name='Joints')
    meshes = [PolyData(cube, polygons=[[0, 1, 3, 2]], device_name=f'{name}_mesh')
              for name in ('constructor', 'upper')]
    with device_of(*map(itertools.repeat, (robot, joints, *meshes))) as url, monitor(
        url
    ) as page_url:
        page = open_page(page_url)
        is_told(page, '1 robots of 2 links', '2 meshes')
        reaches(page, [-2, -2, -10], [10, 10, 10])
        assert page.locator('#faults').is_hidden()


# -- poses, each where it says itself


def reaches(page, *expected):
    """Wait until all that is drawn reaches from somewhere to somewhere, in mm."""
    return poll(lambda: np.allclose(ends(page), expected, atol=1e-3), f'{expected}, {ends(page)}',
                lambda: page.wait_for_timeout(50))


def at(name, x, y, z, state='OK'):
    matrix = np.eye(4)
    matrix[:3, 3] = x, y, z
    return itertools.repeat(
        Transform(matrix, device_name=name, metadata={'TransformStatus': state}))


def test_poses_of_one_name_on_two_links_are_each_at_its_own_place(open_page):
    with device_of(at('Stylus', 1000, 0, 0), at('TipToStylus', 0, 0, 7)) as one, device_of(
        at('Stylus', 0, -500, 0), at('TipToStylus', 0, 0, -9)
    ) as two, monitor(one, two) as url:
        page = open_page(url)
        is_told(page, '4 poses')
        reaches(page, [0, -500, -9], [1000, 0, 7])


def test_a_pose_that_is_not_valid_is_no_place_for_others(open_page):
    cube = np.array(list(itertools.product((0, 10.0), repeat=3)), np.float32)
    mesh = itertools.repeat(
        PolyData(cube, polygons=[[0, 1, 3, 2], [4, 6, 7, 5]], device_name='Probe_mesh'))
    lost = at('ProbeToTracker', 0, 0, 0, 'MISSING')
    seen = at('ProbeToReference', 300, -500, 20)
    with device_of(lost, seen, at('TipToProbe', 0, 0, 50), mesh) as one, monitor(one) as url:
        page = open_page(url)
        is_told(page, '3 poses', '1 meshes of 4 triangles')
        reaches(page, [0, -500, 0], [310, 0, 70])
    # nothing says where it is: it is not drawn at another place
    with device_of(at('ProbeToTracker', 5, 5, 5, 'MISSING'), mesh) as one, monitor(one) as url:
        page = open_page(url)
        is_told(page, '1 poses', '(1 not shown: its pose is not valid)')
        reaches(page, [5, 5, 5], [5, 5, 5])


def test_a_mesh_that_cannot_be_drawn_is_named(open_page):
    points = np.full((3, 3), np.nan, np.float32)
    mesh = PolyData(points, polygons=[[0, 1, 2]], device_name='Skull')
    with device_of(itertools.repeat(mesh)) as url, monitor(url) as page_url:
        is_told(open_page(page_url), 'Skull is not shown: ', '0 meshes')


# -- what bridges say of where the time goes, digit by digit


@pytest.fixture
def ros():
    user = User()
    yield user
    user.close()


@pytest.fixture
def device():
    """A device that sends a pose, and one that a gate withholds, again and again."""
    with serve('tcp://127.0.0.1:0') as server:

        def send():
            server.send(Transform(np.eye(4), device_name='Tool'))
            server.send(Transform(np.eye(4), device_name='Bad'))

        with again_and_again(send, 0.02):
            yield str(server.address)


@pytest.fixture
def said(ros, device, tmp_path):
    """Run a bridge of the device; gives a function that waits until it has said a number."""
    heard = ros.listen('/diagnostics', DiagnosticArray)

    def heard_of(key):
        return [float(value.value) for array in heard for status in array.status
                for value in status.values if value.key == key]

    port = int(device.rpartition(':')[2])
    rules = tmp_path / 'mapping.yaml'
    rules.write_text(RULES)
    with Bridge(mode='client', port=port, mapping_file=rules) as bridge:
        ros.wait_for(lambda: heard_of('TRANSFORM Tool latency_published_ms_p99'), 'the figures')
        yield lambda key, value: ros.wait_for(lambda: value in heard_of(key), f'{key} {value}')
        bridge.stop()


def test_the_page_shows_the_stages_of_a_bridge_as_it_said_them(
    device, said, open_page, tmp_path
):
    with whole_monitor(device, '--ros') as url:
        page = open_page(url, '#bridges tbody tr[data-what="TRANSFORM Tool"]', PICTURE)
        titles = page.locator('#bridges thead th').all_text_contents()[1:]
        cells = page.evaluate(CELLS)
        seen = 0
        for kind, what in (('device', 'TRANSFORM Tool'), ('all in', '')):
            for stage, pair in zip(titles, cells[f'{kind} {what}']):
                prefix = f'{what} latency_{stage.replace(" ", "_")}_ms_'.lstrip()
                for part, value in zip(('p50', 'p99'), pair):
                    said(prefix + part, float(value))
                    seen += 1
        assert seen >= 16  # device, decoded, gates, published, total
        shoot(page, 'monitor-bridges.png', tmp_path, full_page=True,
              clip=page.locator('#bridges').bounding_box())
        # in the table of devices, and in what is told of the one that is chosen
        page.wait_for_selector('tr[data-device=Tool] [data-key=stages]:has-text("published")')
        shown = json.loads(page.evaluate("""() => document.querySelector(
            'tr[data-device=Tool] [data-key=stages]').dataset.value"""))
        assert {'device', 'decoded', 'gates', 'published', 'total'} <= shown.keys()
        for part, value in zip(('p50', 'p99'), shown['published']):
            said(f'TRANSFORM Tool latency_published_ms_{part}', value)
        assert {'gates, bridge / ms', 'decoded, here / ms'} <= choose(page, 'Tool').keys()
        # what no gate lets through
        until(page, """() => document.querySelector('tr[data-device=Bad].withheld [data-key=gate]')
            ?.textContent === 'withheld by the bridge'""")
        dropped = float(page.evaluate("""() => document.querySelector(
            'tr[data-device=Bad] [data-key=dropped]').dataset.value"""))
        (key,) = [fact for fact in choose(page, 'Bad') if fact.startswith('withheld: ')]
        said(key.replace(': ', ' ', 1), dropped)


def test_top_tells_the_stages_of_a_bridge(device, said):
    with program('top', device, '--ros', '--json', '--period', '0.2') as process:
        line = process.says(r'\{"bridge": .*TRANSFORM Tool.*\}')[0]
        (own,) = [row for row in json.loads(line)['rows'] if row['what'] == 'TRANSFORM Tool']
        process.interrupt()
        process.end(130)
    assert {'device', 'decoded', 'gates', 'published', 'total'} <= own['stages'].keys()
    for stage, pair in own['stages'].items():
        for part, value in zip(('p50', 'p99'), pair):
            said(f'TRANSFORM Tool latency_{stage}_ms_{part}', value)
    with program('top', device, '--ros', '--period', '0.2') as process:
        process.says(r'/x/igtl_bridge: OpenIGTLink: WARN: .*; slow: ')
        found = process.says(r'device TRANSFORM Tool +(.*)\n')[1]
        process.says(r'withheld \d+ \(')
        process.interrupt()
        process.end(130)
    assert re.search(r'gates [\d.]+ / [\d.]+, published [\d.]+ / [\d.]+', found)


def test_of_a_bag_bridges_say_nothing(tmp_path):
    (tmp_path / 'bag').mkdir()
    done = igtl('monitor', '--port', '0', '--ros', tmp_path / 'bag', code=2)
    assert '--ros' in done.stderr and len(done.stderr.splitlines()) == 1
