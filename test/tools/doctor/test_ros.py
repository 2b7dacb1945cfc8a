"""The doctor beside a bridge that runs: what it says, its topics, and where it is."""

import os
import subprocess
import sys

import pytest
from planted import Planted, pose

pytest.importorskip('rclpy')

from geometry_msgs.msg import TransformStamped
from harness import STATE, User

from igtl_ros2.codec import encode
from igtl_ros2.tools.doctor.about_ros import judge
from igtl_ros2.tools.doctor.observation import Observation, Reach
from igtl_ros2.tools.doctor.ros_probe import look_at_ros


@pytest.fixture
def user():
    user = User()
    yield user
    user.close()


def found(port):
    reach = Reach('tcp', '127.0.0.1', port, ('127.0.0.1',), reached='127.0.0.1')
    return list(judge(Observation(reach, ros=look_at_ros(reach))))


def test_a_bridge_that_runs(user, tmp_path, monkeypatch):
    mapping = tmp_path / 'map.yaml'
    mapping.write_text('receive: [{device: "Stylus*", action: drop}, {device: "*"}]')

    def talk(line):
        line.stream(lambda n: encode(pose(number=n)) + encode(pose('StylusToTracker', n)))

    # asks for more than streams offer
    user.listen('/x/ProbeToTracker/transform', TransformStamped, STATE)
    with Planted(talk) as server:
        # a process of its own, whose environment can be looked at
        bridge = subprocess.Popen([
            sys.executable, '-m', 'igtl_ros2.nodes.bridge', '--ros-args', '-r', '__ns:=/x',
            '-p', 'mode:=client', '-p', f'port:={server.port}', '-p', f'mapping_file:={mapping}'])
        try:
            topic = '/x/ProbeToTracker/transform'
            user.wait_for(lambda: user.node.count_publishers(topic), 'the bridge')
            here = {}

            def is_heard():
                here.update((finding.code, finding) for finding in found(server.port))
                return {'bridge-drops', 'ros-qos'} <= here.keys()

            # a busy machine says all of it later than in the seconds of one look
            user.wait_for(is_heard, 'what the bridge says')
            assert 'ros-domain' not in here
            assert here['bridge-drops'].device == 'StylusToTracker'
            assert topic in here['ros-qos'].text and '/user' in here['ros-qos'].text
            monkeypatch.setenv('ROS_DOMAIN_ID', str(int(os.environ['ROS_DOMAIN_ID']) + 101))
            elsewhere = {finding.code: finding for finding in found(server.port)}
            assert 'ros-domain' in elsewhere and 'bridge-drops' not in elsewhere
            assert str(bridge.pid) in elsewhere['ros-domain'].text
        finally:
            bridge.kill()
            bridge.wait()
