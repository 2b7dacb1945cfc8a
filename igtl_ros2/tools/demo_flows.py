"""What must arrive each way in the demonstration, how often it did, and whether it was right."""

from __future__ import annotations

import math
import time
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import numpy as np

from ..sim import ultrasound as sim
from ..sim.listing import describe
from .demo_compare import TOLERANCE, Facts, Wrong, compare, pose_in_metres, same

NAMESPACE = '/us'
TO_ROS = 'device -> ROS'
TO_DEVICE = 'ROS -> device'
# So far back a message without a stamp may have been sent
_LATEST_NS = 60 * 10**9


@dataclass(eq=False)
class Flow:
    """
    One device, one way: how much arrived, and whether it was right.

    :param what: is checked.
    :param check: takes the facts of a message; returns the deviation in m, raises `Wrong`.
    """

    direction: str
    type_name: str
    device: str
    topic: str
    what: str
    check: Callable[[Facts], float]
    count: int = field(default=0, init=False)
    wrong: int = field(default=0, init=False)
    complaint: str = field(default='', init=False)
    deviation: float = field(default=0.0, init=False)
    age_ms: float = field(default=math.nan, init=False)
    value: str = field(default='', init=False)
    _first: float = field(default=0.0, init=False)
    _recent: deque[float] = field(default_factory=lambda: deque(maxlen=60), init=False)

    def take(self, facts: Facts) -> None:
        """Count a message and check it."""
        now = facts['arrival_ns'] / 1e9
        self._first = self._first or now
        self._recent.append(now)
        self.count += 1
        if facts['stamp_ns']:
            self.age_ms = (facts['arrival_ns'] - facts['stamp_ns']) / 1e6
        self.value = describe(facts, 'm' if self.direction == TO_ROS else 'mm')
        try:
            self.deviation = max(self.deviation, self.check(facts))
        except Wrong as error:
            self.wrong += 1
            self.complaint = self.complaint or str(error)

    @property
    def mean_hz(self) -> float:
        """How often it arrived, on the whole."""
        return _rate(self.count, self._recent[-1] - self._first) if self._recent else 0.0

    @property
    def recent_hz(self) -> float:
        """How often it arrives now; 0 for what has stopped."""
        if not self._recent or time.time() - self._recent[-1] > 5.0:
            return 0.0
        return _rate(len(self._recent), self._recent[-1] - self._recent[0])


def _rate(count: int, seconds: float) -> float:
    return (count - 1) / seconds if count > 1 and seconds > 0 else 0.0


def _metres(matrix: Any) -> Any:
    """Scale the upper rows of a (4, 4) matrix from mm, spacing and all."""
    result = np.array(matrix, float)
    result[:3] /= 1000.0
    return result


# -- what must arrive


class ToRos:
    """What must arrive on the ROS side, computed from the scene of the simulated device."""

    def __init__(self, scene: sim.Scene) -> None:
        self._scene = scene
        self._fastest = 0.0
        self.states_seen: set[str] = set()
        self.flows = [
            self._flow('TRANSFORM', sim.PROBE, 'transform', 'pose', self._pose_of(sim.PROBE)),
            self._flow('TRANSFORM', sim.STYLUS, 'transform', 'pose', self._pose_of(sim.STYLUS)),
            self._flow('TRANSFORM', sim.STYLUS, 'status', 'state', self._stylus_state),
            self._flow('IMAGE', sim.IMAGE, 'image', 'pixels', self._image),
            self._flow('IMAGE', sim.IMAGE, 'geometry', 'place', self._geometry),
            self._flow('POINT', sim.FIDUCIALS, 'points', 'points', self._points),
            self._flow('STATUS', sim.TRACKER, 'status', 'state', self._status),
            self._flow('STRING', sim.WORKSTEP, 'text', 'text', self._text),
            Flow(TO_ROS, 'TRANSFORM', sim.PROBE, '/tf Probe', 'pose', self._pose_of(sim.PROBE)),
            Flow(TO_ROS, 'TRANSFORM', sim.STYLUS, '/tf Stylus', 'pose', self._pose_of(sim.STYLUS)),
        ]

    @staticmethod
    def _flow(
        type_name: str, device: str, leaf: str, what: str, check: Callable[[Facts], float]
    ) -> Flow:
        return Flow(TO_ROS, type_name, device, f'{NAMESPACE}/{device}/{leaf}', what, check)

    def _pose_of(self, tool: str) -> Callable[[Facts], float]:
        child, _, parent = tool.partition('To')

        def check(facts: Facts) -> float:
            same((facts['child'], facts['frame']), (child, parent), 'child and frame')
            if not self._scene.in_view(tool, facts['stamp_ns']):
                raise Wrong('a pose was published while the tool was out of view')
            pose = self._scene.pose(tool, facts['stamp_ns'])
            return compare(facts['matrix'], pose_in_metres(pose), 'the pose')

        return check

    def _stylus_state(self, facts: Facts) -> float:
        seen = self._scene.in_view(sim.STYLUS, facts['stamp_ns'])
        self.states_seen.add(facts['text'])
        return same(facts['text'], 'OK' if seen else 'OUT_OF_VIEW', 'the state')

    def _image(self, facts: Facts) -> float:
        stamp_ns = facts['stamp_ns']
        pixels = self._scene.pixels(stamp_ns)
        same(facts['frame'], 'Tracker', 'the frame')
        same(facts['scalar_type'], 'mono8', 'the encoding')
        same(facts['size'], list(pixels.shape[::-1]), 'the size')
        return same(facts['crc32'], zlib.crc32(pixels.tobytes()), 'the checksum of the pixels')

    def _place(self, t_ns: int) -> Any:
        return _metres(self._scene.image_to_reference(t_ns))

    def _geometry(self, facts: Facts) -> float:
        """
        Look back for the moment at which the image was there.

        A geometry has no stamp, comes late on a busy machine, and its image may be lost. No
        number of it changes faster than `_fastest`, so that no moment is passed over.
        """
        found = np.asarray(facts['matrix'])
        if not self._fastest:
            places = np.array([self._place(t) for t in range(0, 400 * 10**9, 10**8)])
            self._fastest = 2 * float(np.abs(np.diff(places, axis=0)).max()) / 1e8
        t_ns = end_ns = facts['arrival_ns']
        nearest = math.inf
        while t_ns > end_ns - _LATEST_NS:
            deviation = float(np.abs(self._place(t_ns) - found).max())
            if deviation <= TOLERANCE:
                return deviation
            nearest = min(nearest, deviation)
            step = max(deviation - TOLERANCE, 0.5 * TOLERANCE) / self._fastest
            t_ns -= max(1, int(step))
        raise Wrong(f'the place of the image: off by {nearest:.6g}')

    def _points(self, facts: Facts) -> float:
        same(facts['frame'], 'Tracker', 'the frame')
        wanted = [point.position / 1000.0 for point in self._scene.fiducials]
        return compare(facts['points'], wanted, 'the points')

    def _status(self, facts: Facts) -> float:
        same(facts['level'], 0, 'the level')
        return same(
            facts['text'], self._scene.status_message(facts['stamp_ns']).message, 'the text'
        )

    def _text(self, facts: Facts) -> float:
        if facts['text'] not in sim.WORKSTEPS:
            raise Wrong(f'the text is {facts["text"]!r}')
        return 0.0


class ToDevice:
    """
    What must arrive at the device, computed from the path of the robot.

    :param robot: the module `demo_robot`.
    """

    def __init__(self, robot: ModuleType) -> None:
        self._robot = robot
        pose_of, to_igtl = self._pose_of, f'{NAMESPACE}/to_igtl'
        frames, camera = f'/tf {robot.TOOL} in {robot.BASE}', f'{NAMESPACE}/camera/image_raw'
        state = f'{to_igtl}/RobotState'
        self.flows = [
            Flow(TO_DEVICE, *flow)
            for flow in (
                ('TRANSFORM', 'ToolToBase', frames, 'pose', pose_of(robot.pose_at)),
                ('TRANSFORM', 'Goal', f'{to_igtl}/Goal/pose', 'pose', pose_of(robot.goal_at)),
                ('IMAGE', 'Camera', camera, 'pixels, place', self._image),
                ('POINT', 'Waypoints', f'{to_igtl}/Waypoints/points', 'points', self._points),
                ('STATUS', 'RobotState', f'{state}/status', 'state', self._status),
                ('STRING', 'RobotState', f'{state}/text', 'text', self._text),
            )
        ]

    @staticmethod
    def _pose_of(path: Callable[[int], Any]) -> Callable[[Facts], float]:
        def check(facts: Facts) -> float:
            found = pose_in_metres(facts['matrix'])
            return compare(found, path(facts['stamp_ns']), 'the pose')

        return check

    def _image(self, facts: Facts) -> float:
        pixels = self._robot.camera_pixels(facts['stamp_ns'])
        same(facts['scalar_type'], 'uint8', 'the type of the pixels')
        same(facts['size'], [*pixels.shape[::-1], 1], 'the size')
        same(facts['crc32'], zlib.crc32(pixels.tobytes()), 'the checksum of the pixels')
        # A camera image without a place: right is patient left, down is posterior, 2 mm a pixel
        place = np.diag([-0.002, -0.002, 0.001, 1.0])
        return compare(_metres(facts['ijk_to_ras']), place, 'the place of the image')

    def _points(self, facts: Facts) -> float:
        wanted = [pose[:3, 3] for pose in self._robot.waypoints()]
        return compare(np.asarray(facts['points']) / 1000.0, wanted, 'the points')

    def _status(self, facts: Facts) -> float:
        same(facts['code_name'], 'OK', 'the code')
        return same(facts['text'], self._robot.STATUS_TEXT, 'the text')

    def _text(self, facts: Facts) -> float:
        if facts['text'] not in self._robot.states():
            raise Wrong(f'the text is {facts["text"]!r}')
        return 0.0
