"""The files of config/ and the lines of the how-to pages, started and used as they say."""

import re
import shlex
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import yaml
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import PoseStamped, TransformStamped
from harness import STATE, Bridge, Program, Slicer
from sensor_msgs.msg import Image as RosImage
from space import (
    arrived,
    assert_same,
    matrix_of,
    put_stamp,
    rigid,
    stamp_of,
    stamp_of_node,
    transform_of,
)
from std_msgs.msg import Bool, Float64MultiArray
from std_msgs.msg import String as RosString
from tf2_msgs.msg import TFMessage
from visualization_msgs.msg import Marker

from igtl_ros2 import connect, serve
from igtl_ros2.codec import from_ns
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import Status, StatusCode
from igtl_ros2.sim.ultrasound import IMAGE, PROBE, STYLUS, Scene

ROOT = Path(__file__).resolve().parent.parent.parent
CONFIG = ROOT / 'config'
HOW_TO = ''.join(
    path.read_text(encoding='utf-8') for path in sorted((ROOT / 'docs' / 'how-to').glob('*.md')))
RANDOM = np.random.default_rng(11)
SIZE = (64, 48)


def how_to_command(word):
    """Find the line of the how-to pages that starts a bridge without a ROS installation."""
    lines = re.findall(r'igtl_bridge (--ros-args[^`]*?)(?:`|\n```)', HOW_TO)
    (line,) = [line for line in lines if word in line]
    return shlex.split(line)


class HowToBridge(Program):
    """`igtl_bridge` with the arguments of a how-to page, but on a free port of this machine."""

    def __init__(self, word, host='127.0.0.1', port=0, root=ROOT):
        words = [
            re.sub('^host:=.*', f'host:={host}', re.sub('^port:=.*', f'port:={port}', each))
            for each in how_to_command(word)
        ]
        words = [re.sub('^mapping_file:=', f'mapping_file:={root}/', each) for each in words]
        if not any(each.startswith('port:=') for each in words):
            words += ['-p', f'port:={port}']
        super().__init__(sys.executable, '-m', 'igtl_ros2.nodes.bridge', *words)

    port = Bridge.port
    stop = Bridge.stop


# -- Slicer


def fill(message, values):
    """Set the fields of a message as `ros2 topic pub` does."""
    for name, value in values.items():
        if isinstance(value, dict):
            fill(getattr(message, name), value)
        else:
            setattr(message, name, value)


def test_connect_slicer_as_the_page_says(user, open_slicer):
    bridge = HowToBridge('__ns:=/slicer')
    try:
        # "Put a transform under OUT: it appears as /slicer/<name>/transform"
        slicer = open_slicer(bridge.port(user))
        heard = user.listen('/slicer/Needle/transform', TransformStamped)
        needle = rigid(RANDOM)

        def arrives():
            slicer.set_transform('Needle', needle)
            return heard

        user.wait_for(arrives, 'the needle')
        assert_same(matrix_of(heard[0].transform), needle)
        # "The other way, ros2 topic pub ... makes a transform Target appear, 100 mm to the right"
        line = re.search(r'ros2 topic pub -r 10 (\S+) (\S+) \\\n +"(.*)"', HOW_TO)
        topic, kind, values = line.groups()
        assert kind == 'geometry_msgs/msg/PoseStamped'
        pose = PoseStamped()
        fill(pose, yaml.safe_load(values))
        publisher = user.node.create_publisher(PoseStamped, topic, 10)
        user.wait_for(
            lambda: publisher.publish(pose) or 'Target' in slicer.nodes, 'Target in Slicer'
        )
        target = slicer.nodes['Target']
        np.testing.assert_allclose(target.matrix[:3, 3], (100, 0, 0), atol=1e-4)
        np.testing.assert_allclose(target.matrix[:3, :3], np.eye(3), atol=1e-6)
    finally:
        bridge.stop()


@pytest.fixture(scope='module')
def robots(user, run_for_all):
    """Two bridges with config/slicer.yaml, /left and /right, and the ports where they listen."""
    words = {'port': 0, 'mapping_file': CONFIG / 'slicer.yaml'}
    return {side: run_for_all(namespace=f'/{side}', **words).port(user)
            for side in ('left', 'right')}


def test_two_robots_do_not_hear_each_other(user, robots, open_slicer):
    heard, goals = {}, {}
    for side, port in robots.items():
        slicer = open_slicer(port)
        heard[side] = user.listen(f'/{side}/Target/pose', PoseStamped)
        goals[side] = rigid(RANDOM)

        def arrives(side=side, slicer=slicer):
            slicer.set_transform('Target', goals[side])
            return heard[side]

        user.wait_for(arrives, f'the target of {side}')
        publisher = user.talk(f'/{side}/to_igtl/Phase/text', RosString, STATE)
        publisher.publish(RosString(data=side))
        assert slicer.wait_for('Phase').text == side
    for side, poses in heard.items():
        for pose in poses:
            assert_same(matrix_of(pose.pose), goals[side])
            assert pose.header.frame_id == 'ras'


def test_slicer_yaml_sends_the_tool_and_broadcasts_what_is_called_so(user, robots, open_slicer):
    slicer = open_slicer(robots['left'])
    broadcast, tf = user.talk('/tf', TFMessage), user.listen('/tf', TFMessage)
    place, probe = rigid(RANDOM), rigid(RANDOM)
    stamp_ns = time.time_ns()
    broadcast.publish(TFMessage(transforms=[
        transform_of(place, 'base_link', 'tool0', stamp_ns)
    ]))
    node = slicer.wait_for('ToolToBase', when=lambda n: stamp_of_node(n) == stamp_ns)
    assert_same(node.matrix, place)

    def probes():
        slicer.set_transform('ProbeToTable', probe)
        return [t for m in tf for t in m.transforms if t.child_frame_id == 'Probe']

    (found, *_) = user.wait_for(probes, 'the probe on tf')
    assert found.header.frame_id == 'Table'
    assert_same(matrix_of(found.transform), probe)


def test_the_simulated_slicer_as_a_program(user, robots, tmp_path):
    script = tmp_path / 'steps.yaml'
    script.write_text(
        '- {at: 0, transform: Target9, position: [10, 20, 30], push_on_connect: true}\n'
        '- {at: 0, wait_for: Answer, timeout_s: 20}\n'
    )
    heard = user.listen('/right/Target9/pose', PoseStamped)
    answer = user.node.create_publisher(RosString, '/right/to_igtl/Answer/text', STATE)
    slicer = Program(
        sys.executable, '-m', 'igtl_ros2.sim.slicer', f'tcp://127.0.0.1:{robots["right"]}',
        '--script', script, '--duration', '3',
    )
    try:
        user.wait_for(lambda: heard, 'the target')
        p = heard[0].pose.position
        np.testing.assert_allclose((p.x, p.y, p.z), (0.01, 0.02, 0.03), rtol=0, atol=1e-9)
        answer.publish(RosString(data='there'))
        user.wait_for(lambda: slicer.ended, 'the end of the script')
        # 1 if it had crashed or waited without an answer
        assert slicer.process.returncode == 0, slicer.output
        assert "'there'" in slicer.output
    finally:
        slicer.kill()


# -- a tracked ultrasound that speaks as PLUS does


@pytest.fixture(scope='module')
def ultrasound(user):
    """The port of a simulated device, which is a process."""
    size = '{}x{}'.format(*SIZE)
    device = Program(
        sys.executable, '-m', 'igtl_ros2.sim.ultrasound', '--port', '0', '--quiet',
        '--image-size', size,
    )
    words = 'listening on tcp://127.0.0.1:'
    user.wait_for(lambda: words in device.output or device.ended, 'the device')
    yield int(device.output.split(words)[1].split()[0])
    device.kill()


def test_a_tracker_in_tf_as_the_page_says(user, ultrasound, tmp_path):
    # on a busy machine all may be late, and what is too late gets the stamp of its arrival
    patient = (CONFIG / 'plus.yaml').read_text().replace('max_skew: 0.5', 'max_skew: 60')
    (tmp_path / 'config').mkdir()
    (tmp_path / 'config' / 'plus.yaml').write_text(patient)
    scene, tf = Scene(0, SIZE), user.listen('/tf', TFMessage)
    poses = user.listen(f'/plus/{PROBE}/transform', TransformStamped)
    places = user.listen(f'/plus/{IMAGE}/geometry', Float64MultiArray, STATE)
    images = user.listen(f'/plus/{IMAGE}/image', RosImage)
    bridge = HowToBridge('__ns:=/plus', port=ultrasound, root=tmp_path)
    try:
        def on_tf(child):
            return [t for m in tf for t in m.transforms if t.child_frame_id == child]

        user.wait_for(
            lambda: len(poses) > 20 and len(images) > 5 and places and on_tf('Stylus'),
            'poses and pictures',
        )
    finally:
        bridge.stop()
    for pose in [*poses, *on_tf('Probe')]:
        assert (pose.header.frame_id, pose.child_frame_id) == ('Tracker', 'Probe')
        check_pose(matrix_of(pose.transform), scene.pose(PROBE, stamp_of(pose.header)))
    for pose in on_tf('Stylus'):
        # what the tracker does not see is told by PLUS, and nothing moves there
        assert scene.in_view(STYLUS, stamp_of(pose.header))
        check_pose(matrix_of(pose.transform), scene.pose(STYLUS, stamp_of(pose.header)))
    for image in images:
        assert (image.header.frame_id, image.encoding) == ('Reference', 'mono8')
        pixels = np.frombuffer(image.data, np.uint8).reshape(SIZE[::-1])
        # a target moves through the picture: the stamp tells where it has to be
        same = np.mean(pixels == scene.pixels(stamp_of(image.header)))
        assert same > 0.99


def check_pose(found, wanted):
    """Compare with what moves by a part of a micrometre while a stamp of 32 bits is rounded."""
    np.testing.assert_allclose(found[:3, 3], wanted[:3, 3], rtol=0, atol=2e-4)
    np.testing.assert_allclose(found[:3, :3], wanted[:3, :3], rtol=0, atol=1e-6)


def test_an_ultrasound_slice_stands_in_its_place(user, run, ultrasound):
    pytest.importorskip('PIL', reason='Pillow is not installed: no picture on the slice')
    scene = Scene(0, SIZE)
    mapping = f"""
profile: plus
defaults: {{stamp: device}}
receive: [{{device: {IMAGE}, plane: true, frame: Tracker}}]"""
    planes = user.listen(f'/us/{IMAGE}/plane', Marker)
    run(mapping, namespace='/us', mode='client', port=ultrasound)
    user.wait_for(lambda: len(planes) > 5, 'slices')
    columns, rows = SIZE
    for plane in planes:
        assert plane.header.frame_id == 'Tracker'
        assert plane.type == Marker.TRIANGLE_LIST and len(plane.points) == 6
        place = scene.image_to_reference(stamp_of(plane.header))
        turn = plane.pose.orientation
        assert (turn.x, turn.y, turn.z) == (0, 0, 0) and plane.scale.x == 1.0
        for point, uv in zip(plane.points, plane.uv_coordinates):
            # the first pixel is drawn around its centre, where u and v have gone half a pixel
            index = (uv.u * columns - 0.5, uv.v * rows - 0.5, 0, 1)
            wanted = (place @ index)[:3] / 1000
            np.testing.assert_allclose((point.x, point.y, point.z), wanted, rtol=0, atol=1e-6)
        assert plane.texture.format == 'png' and plane.texture.data


# -- a robot behind gates


def test_safe_target_yaml_lets_nothing_through_that_is_out_of_reach(user, run, open_slicer):
    words = {'port': 0, 'mapping_file': CONFIG / 'safe_target.yaml'}
    port = run(namespace='/safe', **words).port(user)
    slicer = open_slicer(port)
    poses = user.listen('/safe/Target/pose', PoseStamped)
    status = user.listen('/safe/Target/status', DiagnosticArray, STATE)
    emergency = user.listen('/safe/igtl_bridge/emergency', Bool, STATE)
    registration, target = np.eye(4), np.eye(4)
    registration[:3, 3] = 0, 0, 100

    def set_target(x):
        target[0, 3] = x
        slicer.set_transform('Target', target)

    def registered():
        slicer.set_transform('CLB', registration)
        set_target(0)
        return poses

    user.wait_for(registered, 'the first target')
    assert poses[0].header.frame_id == 'base_link'
    placed = np.eye(4)
    placed[2, 3] = 100
    assert_same(matrix_of(poses[0].pose), placed)
    user.wait_for(lambda: len(poses) > 5, 'repetitions')

    def state():
        return status[-1].status[0].message if status else ''

    set_target(500)  # out of the box
    user.wait_for(lambda: state() == 'withheld by workspace', 'the gate')
    set_target(20)
    user.wait_for(lambda: state() == 'OK' and xs(poses)[-1] == 20, 'the way back')
    set_target(120)
    user.wait_for(lambda: state() == 'withheld by max_jump', 'the other gate')
    set_target(121)  # confirmed
    user.wait_for(lambda: xs(poses)[-1] == 121, 'the new place')
    assert set(xs(poses)) == {0, 20, 121}
    with connect(f'tcp://127.0.0.1:{port}') as other:
        other.send(Status(StatusCode.EMERGENCY))
        user.wait_for(lambda: emergency and emergency[-1].data, 'that of a dropped device')


def xs(poses):
    """Tell where poses were, in mm."""
    return [round(1000 * message.pose.position.x) for message in poses]


# -- several links in one node


@pytest.mark.parametrize('source', ['config/links.yaml', 'how-to'])
def test_a_tracker_in_slicer_over_two_links(user, tmp_path, free_port, source):
    if source == 'how-to':
        (text,) = re.findall(r'```yaml\n(links:.*?)```', HOW_TO, re.DOTALL)
        frame = 'Stylus'
    else:
        text, frame = (CONFIG / 'links.yaml').read_text(encoding='utf-8'), 'tracker_Stylus'
    urls = re.findall(r'"(tcp://.*?)"', text)
    assert len(urls) == 2
    with serve('tcp://127.0.0.1:0') as tracker:
        ports = free_port, tracker.address.port
        for url, port in zip(urls, ports):
            text = text.replace(url, f'tcp://127.0.0.1:{port}')
        path = tmp_path / 'links.yaml'
        path.write_text(text)
        tf = user.listen('/tf', TFMessage)
        bridge = Bridge(mapping_file=path, namespace='/two')
        try:
            with Slicer(f'tcp://127.0.0.1:{free_port}') as slicer:
                heard = user.listen('/two/tracker/StylusToReference/transform', TransformStamped)
                place, stamps = rigid(RANDOM), []

                def on_tf():
                    return [t for m in tf for t in m.transforms if t.child_frame_id == frame]

                def follows():
                    if tracker.peers:
                        stamps.append(time.time_ns())
                        tracker.send(Transform(
                            place, device_name='StylusToReference',
                            timestamp=from_ns(stamps[-1]), metadata={'TransformStatus': 'OK'},
                        ))
                    node = slicer.nodes.get('StylusToReference')
                    # what is late by a second or more has the stamp of its arrival
                    return on_tf() and heard and node is not None and any(
                        abs(stamp_of_node(node) - stamp) <= 1 for stamp in stamps) and node

                node = user.wait_for(follows, 'the stylus in Slicer')
                assert_same(node.matrix, place)
                assert_same(matrix_of(heard[0].transform), place)
                parents = {t.header.frame_id for t in on_tf()}
                assert parents == {frame.replace('Stylus', 'Reference')}
                # nothing goes back to the tracker that it said itself
                slicer.stay(0.2)
                assert 'TRANSFORM' not in {message.type_name for message in arrived(tracker)}
        finally:
            bridge.stop()


# -- the mapping file and the parameter file


def test_the_mapping_of_the_page(user, run):
    (text,) = re.findall(r'```yaml\n(profile: plus.*?)```', HOW_TO, re.DOTALL)
    with serve('tcp://127.0.0.1:0') as device:
        tf, static = user.listen('/tf', TFMessage), user.listen('/tf_static', TFMessage, STATE)
        poses = user.listen('/map/ProbeToTracker/pose', PoseStamped)
        camera = user.node.create_publisher(RosImage, '/camera/image_raw', 10)
        broadcast = user.node.create_publisher(TFMessage, '/tf', 10)
        run(text, namespace='/map', mode='client', port=device.address.port)
        user.wait_for(lambda: device.peers, 'the bridge')
        registration, probe, tool = (rigid(RANDOM) for _ in range(3))
        images, tools = [], []

        def all_flows():
            stamp_ns = time.time_ns()
            for name, matrix in (('CLB', registration), ('ProbeToTracker', probe)):
                device.send(Transform(matrix, device_name=name, timestamp=from_ns(stamp_ns)))
            broadcast.publish(TFMessage(transforms=[
                transform_of(tool, 'base_link', 'tool0', stamp_ns)
            ]))
            image = RosImage(height=2, width=3, encoding='mono8', step=3, data=bytes(range(6)))
            put_stamp(image.header, stamp_ns)
            camera.publish(image)
            for message in arrived(device):
                {'IMAGE': images, 'TRANSFORM': tools}.get(message.type_name, []).append(message)
            probes = [t for m in tf for t in m.transforms if t.child_frame_id == 'Probe']
            # bridges of tests before have frames of this name as well
            clbs = [t for m in static for t in m.transforms if t.child_frame_id == 'ras'
                    and np.allclose(matrix_of(t.transform), registration, atol=0.01)]
            return images and tools and poses and clbs and probes and (probes[0], clbs[0])

        found, clb = user.wait_for(all_flows, 'everything that the mapping names')
        assert found.header.frame_id == 'Tracker' and poses[0].header.frame_id == 'Tracker'
        assert_same(matrix_of(poses[0].pose), probe)
        assert clb.header.frame_id == 'base_link'
        assert_same(matrix_of(clb.transform), registration)
        assert {message.device_name for message in tools} == {'ToolToBase'}
        assert_same(tools[-1].matrix, tool)
        assert images[0].device_name == 'Endoscope'
        np.testing.assert_allclose(
            images[0].ijk_to_ras(), np.diag([-0.2, -0.2, 1.0, 1.0]), atol=1e-6
        )


def test_bridge_yaml_is_what_holds_without_it(user):
    words = ['--params-file', CONFIG / 'bridge.yaml', '-p', 'port:=0', '-r', '__ns:=/plain']
    bridge = Program(sys.executable, '-m', 'igtl_ros2.nodes.bridge', '--ros-args', *words)
    try:
        heard = user.listen('/plain/Words/text', RosString, STATE)
        with Slicer(f'tcp://127.0.0.1:{Bridge.port(bridge, user)}') as slicer:
            slicer.set_text('Words', 'heard')
            user.wait_for(lambda: heard, 'a text')
            assert heard[0].data == 'heard'
    finally:
        Bridge.stop(bridge)
