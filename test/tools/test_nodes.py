"""The nodes as commands: what they say without ROS, and their help."""

import subprocess
import sys

import pytest

from igtl_ros2.config import SETTINGS
from igtl_ros2.tools.nodes import bridge, demo_arm


def test_help_names_every_parameter(capsys):
    assert bridge(['--help']) == 0
    said = capsys.readouterr().out
    for setting in SETTINGS.values():
        assert f'  {setting.parameter} (default: ' in said


def test_a_package_that_is_missing_is_named_as_what_is_installed(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, 'control_msgs', None)
    # another test may have imported what needs it
    for name in [name for name in sys.modules if name.startswith('igtl_ros2.nodes.arm')]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, 'argv', ['igtl_demo_arm', 'arm.urdf'])
    assert demo_arm() == 1
    said = capsys.readouterr().err
    assert 'igtl_demo_arm: it needs control_msgs: install ros-$ROS_DISTRO-control-msgs' in said


@pytest.mark.parametrize('command', ['bridge', 'demo_robot'])
def test_without_ros_it_says_what_is_missing(command):
    code = (f'import sys; sys.modules["rclpy"] = None\n'
            f'from igtl_ros2.tools.nodes import {command}\nsys.exit({command}())')
    done = subprocess.run([sys.executable, '-c', code], text=True, capture_output=True, timeout=60)
    assert done.returncode == 1
    assert f'igtl_{command}: it needs ROS 2, of which rclpy' in done.stderr
    assert len(done.stderr.splitlines()) == 1
