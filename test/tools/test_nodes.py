"""The nodes as commands: what they say without ROS, and their help."""

import subprocess
import sys

import pytest

from igtl_ros2.config import SETTINGS
from igtl_ros2.tools.nodes import bridge


def test_help_names_every_parameter(capsys):
    assert bridge(['--help']) == 0
    said = capsys.readouterr().out
    for setting in SETTINGS.values():
        assert f'  {setting.parameter} (default: ' in said


def test_a_package_that_is_missing_is_named_as_what_is_installed():
    program = """
import sys
sys.modules['control_msgs'] = None
sys.argv = ['igtl_demo_arm', 'arm.urdf']
from igtl_ros2.tools.nodes import demo_arm
sys.exit(demo_arm())
"""
    done = subprocess.run([sys.executable, '-c', program], capture_output=True, text=True)
    assert done.returncode == 1
    wanted = 'igtl_demo_arm: it needs control_msgs: install ros-$ROS_DISTRO-control-msgs'
    assert wanted in done.stderr


@pytest.mark.parametrize('command', ['bridge', 'demo_robot'])
def test_without_ros_it_says_what_is_missing(command):
    code = (f'import sys; sys.modules["rclpy"] = None\n'
            f'from igtl_ros2.tools.nodes import {command}\nsys.exit({command}())')
    done = subprocess.run([sys.executable, '-c', code], text=True, capture_output=True, timeout=60)
    assert done.returncode == 1
    assert f'igtl_{command}: it needs ROS 2, of which rclpy' in done.stderr
    assert len(done.stderr.splitlines()) == 1
