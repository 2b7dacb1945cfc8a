"""The nodes as commands: help, and a word where ROS 2 is missing, in place of a traceback."""

from __future__ import annotations

import importlib
import sys
import textwrap
from collections.abc import Callable, Sequence

from ..config import SETTINGS
from ..rosio.memory import keep_memory
from .program import FAULT, run_program, say

# what every installation of ROS 2 has
_COMMON = ('geometry_msgs', 'sensor_msgs', 'std_msgs')
_BRIDGE = """\
usage: igtl_bridge [--ros-args [-r __ns:=/NAMESPACE] [-p NAME:=VALUE]... [--params-file FILE]]

OpenIGTLink on one side, ROS topics, services and tf on the other. For 3D Slicer to connect to:
  igtl_bridge --ros-args -r __ns:=/slicer -p mode:=server -p host:=0.0.0.0
To connect to a PLUS server or a tracker:
  igtl_bridge --ros-args -r __ns:=/plus -p mode:=client -p host:=10.0.0.5

parameters:
"""
_DEMO_ROBOT = """\
usage: igtl_demo_robot [--ros-args [-r __ns:=/NAMESPACE]]

A small ROS robot that moves on a known path, for igtl_demo and for trying a bridge."""

_DEMO_ARM = """\
usage: igtl_demo_arm URDF [--speed FACTOR] [--patient FRAME] [--ros-args [-r __ns:=/NAMESPACE]]

A simulated arm of six axes, such as config/arm/arm.urdf: it tells its joints and its links, goes
where FollowJointTrajectory sends it, and plans and executes as the node move_group of MoveIt does.
It needs control_msgs and moveit_msgs. --speed says how many seconds of the arm pass in one,
--patient which frame of tf, such as ras, is where its root is."""


def bridge(args: Sequence[str] | None = None) -> int:
    """Run igtl_bridge; the exit code is 1 if ROS 2 is missing or the node cannot start."""
    return _run('bridge', 'bridge', lambda: _BRIDGE + '\n'.join(_parameters()), args)


def demo_robot() -> int:
    """Run igtl_demo_robot; the exit code is as that of the bridge."""
    return _run('demo_robot', 'demo_robot', lambda: _DEMO_ROBOT)


def demo_arm() -> int:
    """Run igtl_demo_arm; the exit code is as that of the bridge, also if a package is missing."""
    return _run('demo_arm', 'arm.node', lambda: _DEMO_ARM)


def _parameters() -> list[str]:
    lines = []
    for setting in SETTINGS.values():
        default = list(setting.default) if isinstance(setting.default, tuple) else setting.default
        lines += [f'  {setting.parameter} (default: {default!r})']
        lines += textwrap.wrap(setting.help, 95, initial_indent='      ',
                               subsequent_indent='      ')
    return lines


def _run(
    program: str, module: str, usage: Callable[[], str], args: Sequence[str] | None = None
) -> int:
    """Run a node, or say how it is used."""

    def work() -> int:
        words = sys.argv[1:] if args is None else args
        if words and words[0] in ('-h', '--help'):
            print(usage())
            return 0
        keep_memory()
        try:
            node = importlib.import_module(f'igtl_ros2.nodes.{module}')
        except ModuleNotFoundError as error:
            if (error.name or 'igtl_ros2').startswith('igtl_ros2'):
                raise
            missing = (error.name or '').partition('.')[0]
            if missing.endswith('_msgs') and missing not in _COMMON:
                say(f'it needs {missing}: install ros-$ROS_DISTRO-{missing.replace("_", "-")}, '
                    'or use ./dev shell')
            else:
                say(f'it needs ROS 2, of which {missing} was not found: source the setup.bash of '
                    'an installation, or use ./dev shell')
            return FAULT
        node.main()
        return 0

    return run_program(f'igtl_{program}', work)
