"""The launch files, run by the real launch where it is installed, and used as they say."""

import importlib.util
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import numpy as np
import pytest
import yaml
from geometry_msgs.msg import PoseStamped, TransformStamped
from harness import STATE, Program, Slicer
from sensor_msgs.msg import Image as RosImage
from space import assert_same, matrix_of, pose_of, put_stamp, rigid, stamp_of, transform_of
from std_msgs.msg import String as RosString
from tf2_msgs.msg import TFMessage

from igtl_ros2 import connect, serve
from igtl_ros2.codec import from_ns
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.tracking import TrackingData, TrackingElement
from igtl_ros2.errors import PeerError
from igtl_ros2.sim.ultrasound import PROBE, Scene

HERE = Path(__file__).resolve()
ROOT = HERE.parent.parent.parent
LAUNCH, CONFIG = ROOT / 'launch', ROOT / 'config'
PROGRAM = HERE.parent.parent / 'launch_program.py'
RANDOM = np.random.default_rng(29)
END_S = 20.0
URDF = """
<robot name="arm"><link name="base_link"/><link name="tool0">
  <visual><geometry><box size="0.1 0.2 0.3"/></geometry></visual></link>
  <joint name="j" type="fixed"><parent link="base_link"/><child link="tool0"/></joint></robot>
"""


class Launched(Program):
    """A launch file that runs, with all that it has started."""

    def __init__(self, name, **arguments):
        words = [f'{key}:={value}' for key, value in arguments.items()]
        super().__init__(sys.executable, PROGRAM, LAUNCH / f'{name}.launch.py', *words)

    def stop(self):
        """Interrupt it as Ctrl-C does; nothing may be left, and nothing may have failed."""
        over, started = self.ended, self._children()
        if not over:
            self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(END_S)
        except subprocess.TimeoutExpired:
            for pid in started:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            raise AssertionError(f'launch did not end:\n{self.output}') from None
        finally:
            self.kill()
        assert over or started, self.output
        assert not [pid for pid in started if Path(f'/proc/{pid}').exists()], self.output
        assert 'Traceback' not in self.output and 'process has died' not in self.output, (
            self.output)

    def _children(self):
        file = Path(f'/proc/{self.process.pid}/task/{self.process.pid}/children')
        return [int(pid) for pid in file.read_text().split()] if file.exists() else []


@pytest.fixture
def launched():
    """Run launch files: `launched('plus', host='10.0.0.5')`."""
    pytest.importorskip('launch_ros', reason='launch and launch_ros are not installed')
    from ament_index_python import PackageNotFoundError, get_package_prefix

    try:
        get_package_prefix('igtl_ros2')
    except PackageNotFoundError:
        pytest.skip('launch does not know the package igtl_ros2: source install/setup.bash')
    with ExitStack() as ends:

        def start(name, **arguments):
            program = Launched(name, **arguments)
            ends.callback(program.stop)
            return program

        yield start


def slicer_at(ends, port):
    return ends.enter_context(Slicer(f'tcp://127.0.0.1:{port}'))


def test_every_launch_file_is_run_here():
    run = set(re.findall(r"launched\(\s*'(\w+)'", HERE.read_text(encoding='utf-8')))
    assert run >= {path.name.split('.')[0] for path in LAUNCH.glob('*.launch.py')}


def test_a_bridge_to_a_server(user, launched):
    with serve('tcp://127.0.0.1:0') as device:
        launched('bridge', mode='client', host='127.0.0.1', port=device.address.port,
                 namespace='any')
        heard = user.listen('/any/Probe/transform', TransformStamped)
        place = rigid(RANDOM)

        def arrives():
            device.send(Transform(place, device_name='Probe'))
            return heard

        assert_same(matrix_of(user.wait_for(arrives, 'a pose')[0].transform), place)


def test_the_demo(user, launched, free_port):
    launched('demo', port=free_port, namespace='us')
    heard = user.listen(f'/us/{PROBE}/transform', TransformStamped)
    user.wait_for(lambda: len(heard) > 5, 'poses of the probe')
    check_probe(heard)


def check_probe(poses):
    scene = Scene()
    for pose in poses:
        assert (pose.header.frame_id, pose.child_frame_id) == ('Tracker', 'Probe')
        wanted = scene.pose(PROBE, stamp_of(pose.header))
        found = matrix_of(pose.transform)
        np.testing.assert_allclose(found[:3, 3], wanted[:3, 3], rtol=0, atol=2e-4)
        np.testing.assert_allclose(found[:3, :3], wanted[:3, :3], rtol=0, atol=1e-6)


@pytest.mark.parametrize('name', ['left', 'right'])
def test_slicer_and_a_robot_by_namespace(user, launched, free_port, name):
    launched('slicer', port=free_port, namespace=name)
    heard = user.listen(f'/{name}/Target1/pose', PoseStamped)
    with Slicer(f'tcp://127.0.0.1:{free_port}') as slicer:
        target, goal = rigid(RANDOM), rigid(RANDOM)

        def arrives():
            slicer.set_transform('Target1', target)
            return heard

        # only with config/slicer.yaml there is a pose
        pose = user.wait_for(arrives, 'the target')[0]
        assert pose.header.frame_id == 'ras'
        assert_same(matrix_of(pose.pose), target)
        publisher = user.talk(f'/{name}/to_igtl/Goal/pose', PoseStamped)
        message = PoseStamped(pose=pose_of(goal))
        put_stamp(message.header, time.time_ns())
        publisher.publish(message)
        assert_same(slicer.wait_for('Goal').matrix, goal)


def test_plus(user, launched):
    device = Program(sys.executable, '-m', 'igtl_ros2.sim.ultrasound', '--port', '0', '--quiet')
    try:
        words = 'listening on tcp://127.0.0.1:'
        user.wait_for(lambda: words in device.output, 'the device')
        port = int(device.output.split(words)[1].split()[0])
        heard = user.listen(f'/plus/{PROBE}/transform', TransformStamped)
        tf = user.listen('/tf', TFMessage)
        launched('plus', host='127.0.0.1', port=port, namespace='plus')
        user.wait_for(lambda: len(heard) > 5 and tf, 'poses of the probe')
        check_probe(heard)
        check_probe([t for m in tf for t in m.transforms if t.child_frame_id == 'Probe'])
    finally:
        device.kill()


def test_a_tracker_with_many_tools(user, launched):
    with serve('tcp://127.0.0.1:0') as tracker:
        launched('tracker', host='127.0.0.1', port=tracker.address.port, namespace='tracker')
        place, stamp_ns = rigid(RANDOM), time.time_ns()
        heard = user.listen('/tracker/Tools/tools/Needle/pose', PoseStamped)
        tf = user.listen('/tf', TFMessage)

        def arrives():
            nonlocal stamp_ns
            stamp_ns = time.time_ns()
            tracker.send(TrackingData([TrackingElement('Needle', place)], device_name='Tools',
                                      timestamp=from_ns(stamp_ns)))
            return heard and [t for m in tf for t in m.transforms if t.child_frame_id == 'Needle']

        (on_tf, *_) = user.wait_for(arrives, 'the needle')
        assert heard[0].header.frame_id == on_tf.header.frame_id == 'tracker'
        assert_same(matrix_of(heard[0].pose), place)
        assert_same(matrix_of(on_tf.transform), place)


def test_a_camera_in_slicer(user, launched, free_port):
    launched('camera', image='/endoscope/image_raw', port=free_port, namespace='view')
    publisher = user.talk('/endoscope/image_raw', RosImage)
    pixels = RANDOM.integers(0, 255, (4, 6, 3), np.uint8)
    image = RosImage(height=4, width=6, encoding='rgb8', step=18, data=pixels.tobytes())
    with Slicer(f'tcp://127.0.0.1:{free_port}') as slicer:

        def arrives():
            put_stamp(image.header, time.time_ns())
            publisher.publish(image)
            return 'Camera' in slicer.nodes

        user.wait_for(arrives, 'the picture in Slicer')
        found = slicer.nodes['Camera']
        np.testing.assert_array_equal(np.asarray(found.pixels).reshape(pixels.shape), pixels)
        spacing = np.linalg.norm(found.ijk_to_ras[:3, :3], axis=0)
        np.testing.assert_allclose(spacing, (0.5, 0.5, 1.0), atol=1e-6)


def test_several_links(user, launched, tmp_path, free_port):
    with serve('tcp://127.0.0.1:0') as tracker, ExitStack() as ends:
        text = (CONFIG / 'links.yaml').read_text(encoding='utf-8')
        text = text.replace(':18944"', f':{free_port}"')
        path = tmp_path / 'links.yaml'
        path.write_text(text.replace(':18945"', f':{tracker.address.port}"'))
        launched('links', mapping_file=path, namespace='or1')
        slicer, place = slicer_at(ends, free_port), rigid(RANDOM)

        def follows():
            tracker.send(Transform(place, device_name='StylusToReference',
                                   metadata={'TransformStatus': 'OK'}))
            return 'StylusToReference' in slicer.nodes

        user.wait_for(follows, 'the stylus in Slicer')
        assert_same(slicer.nodes['StylusToReference'].matrix, place)


def test_two_robots(user, launched, tmp_path):
    sides = ('left', 'right')
    sections = yaml.safe_load((CONFIG / 'two_robots.yaml').read_text(encoding='utf-8'))
    for section in sections.values():
        section['ros__parameters']['port'] = 0
    path = tmp_path / 'robots.yaml'
    path.write_text(yaml.safe_dump(sections))
    program = launched('two_robots', params_file=path)

    def ports():
        found = re.findall(r'\[(\w+)\.igtl_bridge\].*listening on tcp://127.0.0.1:(\d+)',
                           program.output)
        return dict(found) if len(found) == 2 else {}

    ports = user.wait_for(ports, 'both bridges')
    assert set(ports) == set(sides)
    with ExitStack() as ends:
        slicers = {side: slicer_at(ends, port) for side, port in ports.items()}
        places = {side: rigid(RANDOM) for side in sides}
        for side in sides:
            # both have frames of the same names
            tf = user.talk(f'/{side}/tf', TFMessage)
            tf.publish(TFMessage(transforms=[
                transform_of(places[side], 'base_link', 'tool0', time.time_ns())]))
        for side in sides:
            assert_same(slicers[side].wait_for('ToolToBase').matrix, places[side])
            heard = user.listen(f'/{side}/Target1/pose', PoseStamped)

            def arrives(side=side, heard=heard):
                slicers[side].set_transform('Target1', places[side])
                return heard

            user.wait_for(arrives, f'the target of {side}')
            assert_same(matrix_of(heard[0].pose), places[side])


def test_two_robots_need_namespaces(tmp_path):
    pytest.importorskip('launch_ros', reason='launch and launch_ros are not installed')
    path = tmp_path / 'robots.yaml'
    path.write_text('/**: {ros__parameters: {port: 0}}')
    words = [sys.executable, PROGRAM, LAUNCH / 'two_robots.launch.py', f'params_file:={path}']
    done = subprocess.run(words, text=True, capture_output=True, timeout=60)
    assert done.returncode == 1
    assert 'found no section of a bridge in a namespace; allowed /<namespace>/igtl_bridge' in (
        done.stdout + done.stderr)


@pytest.mark.parametrize('client', [None, 'robot-1'])
def test_a_secure_bridge(user, launched, tmp_path, free_port, client):
    if not importlib.util.find_spec('trustme'):
        pytest.skip('trustme is not installed: no certificates to try it with')
    made = [sys.executable, '-m', 'igtl_ros2.tools.certs', tmp_path]
    made += ['--client', client] if client else []
    subprocess.run(made, check=True, capture_output=True)
    program = launched('secure', certs=tmp_path, port=free_port, namespace='safe')
    url = f'tls://127.0.0.1:{free_port}'
    user.wait_for(lambda: f'listening on {url}' in program.output, 'the bridge')
    heard = user.listen('/safe/Probe/transform', TransformStamped)
    with pytest.raises(PeerError):
        with connect(url, tls_ca_file=f'{tmp_path}/ca.pem', reconnect=False) as stranger:
            stranger.receive(20)
    # a second bridge shows the certificate of the client, and brings what its ROS side says
    launched('secure', certs=tmp_path, mode='client', port=free_port, namespace='far')
    place = rigid(RANDOM)
    message = TransformStamped(transform=transform_of(place, 'a', 'b', 0).transform)
    publisher = user.talk('/far/to_igtl/Probe/transform', TransformStamped)

    def arrives():
        put_stamp(message.header, time.time_ns())
        publisher.publish(message)
        return heard

    assert_same(matrix_of(user.wait_for(arrives, 'the pose')[0].transform), place)
    assert 'connected' in program.output


def test_a_robot_in_slicer(user, launched, free_port):
    description = user.node.create_publisher(RosString, '/robot_description', STATE)
    description.publish(RosString(data=URDF))
    tf, place = user.node.create_publisher(TFMessage, '/tf', 10), rigid(RANDOM)
    launched('robot', port=free_port, namespace='arm')
    with Slicer(f'tcp://127.0.0.1:{free_port}') as slicer:

        def arrives():
            tf.publish(TFMessage(transforms=[
                transform_of(place, 'base_link', 'tool0', time.time_ns())]))
            return 'tool0' in slicer.nodes

        user.wait_for(arrives, 'the tool')
        assert_same(slicer.nodes['tool0'].matrix, place)


def test_topics_without_frames_are_played_to_ros(user, launched, tmp_path, monkeypatch):
    """Neither ros2 bag nor rosbag2 is needed for this: something else stands in for it."""
    pytest.importorskip('mcap', reason='bags need the package mcap')
    pytest.importorskip('rosbags', reason='bags need the package rosbags')
    bag = tmp_path / 'bag'
    with serve('tcp://127.0.0.1:0') as device:
        launched('bridge', mode='client', host='127.0.0.1', port=device.address.port,
                 namespace='any')
        heard = user.listen('/any/Probe/transform', TransformStamped)

        def arrives():
            device.send(Transform(rigid(RANDOM), device_name='Probe'))
            return heard

        user.wait_for(arrives, 'a pose')
        recorder = launched('record', namespace='any', output=bag, min_free='1M')
        user.wait_for(lambda: arrives() and '/any/Probe/transform' in recorder.output, 'a topic')
        user.wait_for(lambda: arrives() and any(
            f.stat().st_size > 1000 for f in bag.glob('*.mcap')), 'the bag')
        recorder.stop()
    assert 'there are no frames in the bag' in recorder.output
    words = [sys.executable, '-m', 'igtl_ros2.tools.replay', bag]
    done = subprocess.run(words, text=True, capture_output=True, timeout=60)
    assert done.returncode == 1 and 'goes to ROS again with ros2 bag play' in done.stderr
    (tmp_path / 'ros2bag').mkdir()
    (tmp_path / 'ros2bag' / '__init__.py').touch()
    (tmp_path / 'ros2').write_text('#!/bin/sh\necho PLAYS "$@"\n')
    (tmp_path / 'ros2').chmod(0o755)
    path = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get('PYTHONPATH')]))
    monkeypatch.setenv('PYTHONPATH', path)
    monkeypatch.setenv('PATH', f'{tmp_path}{os.pathsep}{os.environ["PATH"]}')
    replay = launched('replay', bag=bag, rate='2', start='1', loop='true')
    user.wait_for(lambda: replay.ended, 'the end')
    assert f'PLAYS bag play {bag} --rate 2 --start-offset 1 --loop' in replay.output


def test_what_was_recorded_is_replayed(user, launched, tmp_path, free_port):
    pytest.importorskip('mcap', reason='bags need the package mcap')
    pytest.importorskip('rosbags', reason='bags need the package rosbags')
    bag, place = tmp_path / 'bag', rigid(RANDOM)
    with serve('tcp://127.0.0.1:0') as device:
        recorder = launched('record', url=device.address, output=bag, min_free='1M')
        user.wait_for(lambda: device.peers, 'the recorder')
        for number in range(3):
            device.send(Transform(place, device_name=f'Probe{number}'))
        user.wait_for(lambda: any(f.stat().st_size for f in bag.glob('*.mcap')), 'the bag')
        time.sleep(1.5)  # a chunk is on the disk after a second
        recorder.stop()
    replay = launched('replay', bag=bag, serve=f'tcp://127.0.0.1:{free_port}')
    with connect(f'tcp://127.0.0.1:{free_port}', timeout_s=20.0) as client:
        for number in range(3):
            message = client.receive(20.0)
            assert message.device_name == f'Probe{number}'
            assert_same(message.matrix, place)
        user.wait_for(lambda: replay.ended, 'the end of the bag')
