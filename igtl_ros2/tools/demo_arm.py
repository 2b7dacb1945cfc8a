"""
`igtl demo robot`: a simulated arm, the bridge, and a simulated Slicer with its module.

Each runs in a process of its own. The user of Slicer tells what it shows; what is in the ROS graph
is seen by a node in this process. Both are compared with what the arm must do.
"""

from __future__ import annotations

import importlib.util
import json
import math
import os
import queue
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..config.shared import shared_path
from .child import Children
from .program import name, say

if TYPE_CHECKING:
    from .demo_arm_checks import Seen

_NAMESPACE = '/slicer'
_TARGET, _JOINTS = f'{_NAMESPACE}/Target/transform', '/joint_states'
_MOST_S, _GRACE_S, _TURN_S = 240.0, 2.0, 0.1
#: seconds of the arm in a second; a user who is held up for 2 s still cancels on the way
_SPEED = 4.0


class RobotDemo:
    """
    The demonstration from start to end.

    :param stopped: the signals that came so far.
    """

    def __init__(
        self, mapping_file: str, description: str, stopped: list[int], seen: Seen
    ) -> None:
        self._mapping_file, self._description = mapping_file, description
        self._stopped = stopped
        self._seen = seen
        self.children = Children(_GRACE_S)
        self._reports: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.problems: list[str] = []

    def run(self, spin: Callable[[float], None], show: Callable[[str], None]) -> None:
        """
        Run it; nothing runs any more when this returns.

        :param spin: calls back what comes from ROS, for a time.
        :param show: is told what goes on.
        """
        with self.children as children:
            children.start(
                'igtl_demo_arm', 'nodes.arm.node', self._description, '--speed', str(_SPEED))
            children.start('Slicer', 'sim.target_user', on_line=self._reports.put)
            self._loop(spin, show)

    def _loop(self, spin: Callable[[float], None], show: Callable[[str], None]) -> None:
        deadline, end, url = time.monotonic() + _MOST_S, math.inf, ''
        while not self._stopped and time.monotonic() < end:
            spin(_TURN_S)
            while not self._reports.empty():
                event = json.loads(self._reports.get())
                word = event['event']
                self._seen.events[word] = event
                show(word)
                if word == 'listening':
                    url = event['url']
                elif word == 'failed':
                    self.problems.append(f'Slicer: {event["text"]}')
                    return
                elif word == 'end':
                    end = time.monotonic() + 3 * _TURN_S  # what is still on its way
            if url and self._seen.joints:  # what follows is compared with where the joints are
                self.children.start_bridge(_NAMESPACE, url, self._mapping_file)
                url = ''
            if ended := self.children.ended():
                self.problems.append(ended)
                return
            if time.monotonic() > deadline:
                self.problems.append(f'it was not over after {_MOST_S:g} s')
                return

    def on_ros_message(self, topic: str, facts: dict[str, Any]) -> None:
        """Take what arrived on a topic."""
        if topic == _JOINTS:
            self._seen.joints.append((facts['stamp_ns'], np.array(facts['positions'])))
        elif topic == _TARGET:
            self._seen.targets.append(
                (facts['stamp_ns'], facts['frame'], np.array(facts['matrix'])))


def run(mapping: str, stopped: list[int]) -> int:
    """
    Run the demo.

    :param mapping: a file instead of config/moveit.yaml; empty for that.
    :returns: the exit code.
    """
    for package in ('rclpy', 'control_msgs', 'moveit_msgs', 'trimesh', 'collada'):
        if importlib.util.find_spec(package) is None:
            say('it needs ROS 2 with control_msgs and moveit_msgs, trimesh and pycollada: '
                f'{package} was not found')
            return 1
    from ..converters.joints import read_joints
    from ..nodes import demo_watch
    from ..nodes.arm.arm import TOOL
    from ..nodes.arm.kinematics import ArmModel
    from .demo_arm_checks import Checks, Seen

    description = shared_path('config/arm/arm.urdf')
    urdf = description.read_text(encoding='utf-8')
    mapping_file = os.path.abspath(mapping or shared_path('config/moveit.yaml'))
    seen = Seen()
    demo = RobotDemo(mapping_file, str(description), stopped, seen)
    watch = demo_watch.Watch([_TARGET, _JOINTS], demo.on_ros_message)
    try:
        demo.run(watch.spin, lambda word: print(f'  {word}', flush=True))
    finally:
        watch.close()
    if stopped:
        print(f'{name()}: ended early')
        return 0
    return _conclude(demo, Checks(urdf, ArmModel(read_joints(urdf), TOOL), seen))


def _conclude(demo: RobotDemo, checks: Any) -> int:
    """Print what was right and what was wrong, and give the exit code."""
    from .demo_compare import Wrong

    wrong = 0
    for what, check in checks.all:
        try:
            off = check()
        except Wrong as error:
            wrong += 1
            print(f'WRONG  {what}: {error}')
        else:
            print(f'right  {what}' + (f', within {off:.0e} m' if off else ''))
    for text in demo.problems:
        print(f'{name()}: {text}')
    if wrong or demo.problems:
        print(demo.children.last_words, end='', file=sys.stderr)
        return 1
    print(f'{name()}: all {len(checks.all)} right')
    return 0
