"""
Device, bridge and viewer on three hosts: OpenIGTLink between two of them, DDS to the third.

The hosts are network namespaces. The device and the viewer cannot reach each other.
"""

import contextlib
import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from harness import Program
from hosts_viewer import goal_mm
from netns_hosts import lay_cable, open_hosts
from network_peers import until

from igtl_ros2.converters.units import quaternion_to_matrix
from igtl_ros2.sim.ultrasound import PROBE, Scene

VIEWER = Path(__file__).with_name('hosts_viewer.py')
# stamps of the device on its own clock, which here is everybody's, however late they come
MAPPING = 'profile: plus\ndefaults: {stamp: device}\n'


class Lab:
    """
    The three programs, what they say, and the cables.

    :param way: how bridge and viewer find each other.
    """

    def __init__(self, ends, tmp_path, way):
        device, bridge, viewer = ends.enter_context(open_hosts(3))
        self._ends = ends
        self.cables = {'IGTL': lay_cable(device, bridge, '10.213.8'),
                       'DDS': lay_cable(bridge, viewer, '10.213.9')}
        self._variables = {}
        self._variables = self._way(way, bridge)
        address = self.cables['IGTL'][0].address
        self._device = self._start(
            device, sys.executable, '-m', 'igtl_ros2.sim.ultrasound', '--json', '--host', address,
            '--port', '0', '--header-version', '2', '--image-size', '32x24',
            '--tracker-rate', '30')
        url = until(lambda: self._device.output and json.loads(
            self._device.output.splitlines()[0])['url'], 'the device')
        mapping = tmp_path / 'mapping.yaml'
        mapping.write_text(MAPPING)
        self._bridge = self._start(
            bridge, sys.executable, '-m', 'igtl_ros2.nodes.bridge',
            '--ros-args', '-r', '__ns:=/lab', *(word for name, value in {
                'mode': 'client', 'url': url, 'mapping_file': mapping, 'discover_period': 0.1,
            }.items() for word in ('-p', f'{name}:={value}')))
        self._viewer = self._start(
            viewer, sys.executable, VIEWER, f'/lab/{PROBE}/transform', '/lab/to_igtl/Goal/pose')

    def _way(self, way, bridge):
        """Prepare how they find each other; the result is the variables that each of them gets."""
        places = [card.address for card in self.cables['DDS']]
        if way == 'multicast':
            return {'ROS_AUTOMATIC_DISCOVERY_RANGE': 'SUBNET'}
        if way == 'static peers':
            return {'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST',
                    'ROS_STATIC_PEERS': ';'.join(places)}
        # wheels bring it beside Python, an installation of ROS 2 has it on the path
        path = f'{Path(sys.executable).parent}{os.pathsep}{os.environ["PATH"]}'
        tool = shutil.which('fast-discovery-server', path=path)
        if not tool:
            pytest.skip('the program fast-discovery-server of Fast DDS is not installed')
        self._start(bridge, tool, '42', '-l', places[0], '-p', '11811')
        # the bridge looks for topics that nobody has told it of: only a super client hears of them
        return {'ROS_DISCOVERY_SERVER': f'{places[0]}:11811', 'ROS_SUPER_CLIENT': 'TRUE'}

    def _start(self, host, *command):
        program = Program(*command, environ={**os.environ, **self._variables}, host=host)

        def end():
            program.process.send_signal(signal.SIGINT)
            program.process.wait(20)

        self._ends.callback(program.kill)
        self._ends.callback(end)
        return program

    def poses(self, since_ns=0):
        """List what the viewer has heard with a stamp from a moment on."""
        return [pose for pose in _lines(self._viewer) if pose['stamp_ns'] > since_ns]

    def goals(self, since_ns=0):
        """List what the device has been sent with a stamp from a moment on."""
        return [said for said in _lines(self._device)
                if said.get('device') == 'Goal' and said['stamp_ns'] > since_ns]

    def flows(self, since_ns=0):
        """Wait for some poses and goals from after a moment, and check all there are."""
        scene = Scene(0, (32, 24))
        what = f'poses and goals:\n{self._bridge.output}'
        until(lambda: len(self.poses(since_ns)) > 10 and len(self.goals(since_ns)) > 10, what)
        for pose in self.poses():
            assert pose['frames'] == ['Tracker', 'Probe']
            wanted = scene.pose(PROBE, pose['stamp_ns'])
            rotation = quaternion_to_matrix(pose['rotation'])
            # what moves by parts of a micrometre while a stamp of 32 bits is rounded
            np.testing.assert_allclose(
                pose['translation'], wanted[:3, 3] / 1000, rtol=0, atol=2e-7)
            np.testing.assert_allclose(rotation, wanted[:3, :3], rtol=0, atol=1e-6)
        for goal in self.goals():
            assert goal['type'] == 'TRANSFORM' and goal['metadata']['ros_frame_id'] == 'base_link'
            found, wanted = np.array(goal['matrix']), goal_mm(goal['stamp_ns'])
            np.testing.assert_allclose(found[:3, 3], wanted[:3, 3], rtol=0, atol=2e-4)
            np.testing.assert_allclose(found[:3, :3], wanted[:3, :3], rtol=0, atol=1e-6)
        for stamps in ([p['stamp_ns'] for p in self.poses()],
                       [g['stamp_ns'] for g in self.goals()]):
            # the bridge says its first value again when it finds a viewer, who may know it already
            assert stamps == sorted(stamps) and len(stamps) - len(set(stamps)) <= 1
        assert 'Traceback' not in self._bridge.output


def _lines(program):
    """Read the JSON that a program has printed, as far as lines are whole."""
    text = program.output
    return [json.loads(line) for line in text[:text.rfind('\n') + 1].splitlines()
            if line.startswith('{')]


@pytest.fixture(scope='module', params=['multicast', 'static peers', 'discovery server'])
def lab(request, tmp_path_factory):
    with contextlib.ExitStack() as ends:
        yield Lab(ends, tmp_path_factory.mktemp('lab'), request.param)


def test_poses_and_goals_cross_both_networks(lab):
    lab.flows()


@pytest.mark.parametrize('cable', ['IGTL', 'DDS'])
def test_both_directions_recover_from_a_cable_that_was_pulled(lab, cable):
    lab.flows(time.time_ns())
    lab.cables[cable][1].link('down')
    try:
        def silent():
            """Nothing comes any more, in either direction."""
            before = len(lab.poses()), len(lab.goals())
            time.sleep(0.5)
            return before == (len(lab.poses()), len(lab.goals()))

        until(silent, 'the silence')
    finally:
        lab.cables[cable][1].link('up')
    lab.flows(time.time_ns())
