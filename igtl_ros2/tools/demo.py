"""
`igtl_demo`: a simulated device, the bridge and a ROS robot, and whether all numbers are right.

Each runs in a process of its own. The device reports what it receives; what reaches the ROS
graph is seen by a node in this process. Both are compared with what was sent, which is known
for every time stamp.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from ..sim import ultrasound as sim
from .words import note_signals

if TYPE_CHECKING:
    from rich.table import Table

NAMESPACE = '/us'
#: metres, and parts of a rotation matrix; the wire has float32
TOLERANCE = 1e-6
TO_ROS = 'device -> ROS'
TO_DEVICE = 'ROS -> device'

_STARTUP_S = 30.0
_GRACE_S = 1.5
# The stylus goes out of view once in 4 s, and that has to be seen in a run this long
_OUT_OF_VIEW_S = 5.0
_TURN_S = 0.25
# So far back a message without a stamp may have been sent
_LATEST_NS = 60 * 10**9

Facts = dict[str, Any]


class Wrong(Exception):
    """A message arrived that is not what was sent."""


class Flow:
    """
    One device, one way: how much arrived, and whether it was right.

    :param what: is checked.
    :param check: takes the facts of a message; returns the deviation in m, raises `Wrong`.
    """

    def __init__(
        self,
        direction: str,
        type_name: str,
        device: str,
        topic: str,
        what: str,
        check: Callable[[Facts], float],
    ) -> None:
        """Wait for the first message."""
        self.direction = direction
        self.type_name = type_name
        self.device = device
        self.topic = topic
        self.what = what
        self._check = check
        self.count = 0
        self.wrong = 0
        self.complaint = ''
        self.deviation = 0.0
        self.age_ms = math.nan
        self.value = ''
        self._first = self._last = 0.0
        self._recent: deque[float] = deque(maxlen=60)

    def take(self, facts: Facts) -> None:
        """Count a message and check it."""
        now = facts['arrival_ns'] / 1e9
        self._first = self._first or now
        self._last = now
        self._recent.append(now)
        self.count += 1
        if facts['stamp_ns']:
            self.age_ms = (facts['arrival_ns'] - facts['stamp_ns']) / 1e6
        self.value = sim.describe(facts, 'm' if self.direction == TO_ROS else 'mm')
        try:
            self.deviation = max(self.deviation, self._check(facts))
        except Wrong as error:
            self.wrong += 1
            self.complaint = self.complaint or str(error)

    @property
    def mean_hz(self) -> float:
        """How often it arrived, on the whole."""
        return _rate(self.count, self._last - self._first)

    @property
    def recent_hz(self) -> float:
        """How often it arrives now; 0 for what has stopped."""
        if not self._recent or time.time() - self._recent[-1] > 5.0:
            return 0.0
        return _rate(len(self._recent), self._recent[-1] - self._recent[0])


def _rate(count: int, seconds: float) -> float:
    return (count - 1) / seconds if count > 1 and seconds > 0 else 0.0


def _compare(found: Any, wanted: Any, what: str) -> float:
    """Compare numbers in metres and give the largest deviation."""
    found, wanted = np.asarray(found, float), np.asarray(wanted, float)
    if found.shape != wanted.shape:
        raise Wrong(f'{what}: {found.shape} numbers, wanted {wanted.shape}')
    deviation = float(np.abs(found - wanted).max(initial=0.0))
    if not deviation <= TOLERANCE:
        raise Wrong(f'{what}: off by {deviation:.6g}')
    return deviation


def _same(found: Any, wanted: Any, what: str) -> float:
    if found != wanted:
        raise Wrong(f'{what}: {found!r}, wanted {wanted!r}')
    return 0.0


def _metres(matrix: Any) -> Any:
    """Scale the upper rows of a (4, 4) matrix from mm, spacing and all."""
    result = np.array(matrix, float)
    result[:3] /= 1000.0
    return result


def _pose_in_metres(matrix: Any) -> Any:
    """Scale the translation of a (4, 4) pose from mm."""
    result = np.array(matrix, float)
    result[:3, 3] /= 1000.0
    return result


# -- what must arrive


class ToRos:
    """What must arrive on the ROS side, computed from the scene of the simulated device."""

    def __init__(self, scene: sim.Scene) -> None:
        """Describe the flows."""
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
            _same((facts['child'], facts['frame']), (child, parent), 'child and frame')
            if not self._scene.in_view(tool, facts['stamp_ns']):
                raise Wrong('a pose was published while the tool was out of view')
            pose = self._scene.pose(tool, facts['stamp_ns'])
            return _compare(facts['matrix'], _pose_in_metres(pose), 'the pose')

        return check

    def _stylus_state(self, facts: Facts) -> float:
        seen = self._scene.in_view(sim.STYLUS, facts['stamp_ns'])
        self.states_seen.add(facts['text'])
        return _same(facts['text'], 'OK' if seen else 'OUT_OF_VIEW', 'the state')

    def _image(self, facts: Facts) -> float:
        stamp_ns = facts['stamp_ns']
        pixels = self._scene.pixels(stamp_ns)
        _same(facts['frame'], 'Tracker', 'the frame')
        _same(facts['scalar_type'], 'mono8', 'the encoding')
        _same(facts['size'], list(pixels.shape[::-1]), 'the size')
        return _same(facts['crc32'], zlib.crc32(pixels.tobytes()), 'the checksum of the pixels')

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
        _same(facts['frame'], 'Tracker', 'the frame')
        wanted = [point.position / 1000.0 for point in self._scene.fiducials]
        return _compare(facts['points'], wanted, 'the points')

    def _status(self, facts: Facts) -> float:
        _same(facts['level'], 0, 'the level')
        return _same(
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
        """Describe the flows."""
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
            found = _pose_in_metres(facts['matrix'])
            return _compare(found, path(facts['stamp_ns']), 'the pose')

        return check

    def _image(self, facts: Facts) -> float:
        pixels = self._robot.camera_pixels(facts['stamp_ns'])
        _same(facts['scalar_type'], 'uint8', 'the type of the pixels')
        _same(facts['size'], [*pixels.shape[::-1], 1], 'the size')
        _same(facts['crc32'], zlib.crc32(pixels.tobytes()), 'the checksum of the pixels')
        # A camera image without a place: right is patient left, down is posterior, 2 mm a pixel
        place = np.diag([-0.002, -0.002, 0.001, 1.0])
        return _compare(_metres(facts['ijk_to_ras']), place, 'the place of the image')

    def _points(self, facts: Facts) -> float:
        wanted = [pose[:3, 3] for pose in self._robot.waypoints()]
        return _compare(np.asarray(facts['points']) / 1000.0, wanted, 'the points')

    def _status(self, facts: Facts) -> float:
        _same(facts['code_name'], 'OK', 'the code')
        return _same(facts['text'], self._robot.STATUS_TEXT, 'the text')

    def _text(self, facts: Facts) -> float:
        if facts['text'] not in self._robot.states():
            raise Wrong(f'the text is {facts["text"]!r}')
        return 0.0


# -- processes


class Child:
    """
    A program in a process group of its own; what it says is kept for when something fails.

    :param on_line: called in another thread with each line of standard output.
    """

    def __init__(
        self, name: str, arguments: list[str], on_line: Callable[[str], None] | None = None
    ) -> None:
        """Start it."""
        self.name = name
        self._log: IO[bytes] = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [sys.executable, '-m', *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if on_line else self._log,
            stderr=self._log,
            start_new_session=True,
        )
        if on_line:
            reader = threading.Thread(target=self._read, args=(on_line,), daemon=True)
            reader.start()

    def _read(self, on_line: Callable[[str], None]) -> None:
        assert self._process.stdout is not None  # asked for above
        for line in self._process.stdout:
            on_line(line.decode('utf-8', 'replace'))

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def last_words(self) -> str:
        """Give the end of what it said."""
        self._log.seek(0)
        lines = self._log.read().decode('utf-8', 'replace').splitlines()
        return ''.join(f'  {self.name}| {line}\n' for line in lines[-12:])

    def ask_to_end(self) -> None:
        """Ask the whole group to end."""
        if hasattr(os, 'killpg'):
            self._signal(signal.SIGTERM)
        else:
            self._process.terminate()  # Windows has no groups

    def end(self, until: float) -> None:
        """Wait for its end, but no longer than until a monotonic time; then kill its group."""
        try:
            self._process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            pass
        if hasattr(os, 'killpg'):
            self._signal(signal.SIGKILL)
        else:
            self._process.kill()
        self._process.wait()
        self._log.close()

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            pass  # all of the group have ended


def config_file(name: str) -> str:
    """
    Find a file of the folder `config`: beside the sources, or where it was installed.

    :raises FileNotFoundError: if it is nowhere.
    """
    prefixes = [*os.environ.get('AMENT_PREFIX_PATH', '').split(os.pathsep), sys.prefix]
    places = [Path(__file__).resolve().parents[2]]
    places += [Path(prefix, 'share', 'igtl_ros2') for prefix in prefixes if prefix]
    for place in places:
        path = place / 'config' / name
        if path.is_file():
            return str(path)
    raise FileNotFoundError(f'config/{name} is not in any of {", ".join(map(str, places))}')


# -- the program


class Demo:
    """
    The demonstration from start to end.

    :param mapping_file: for the bridge.
    :param seconds: how long it lasts after the first messages went both ways.
    :param stopped: the signals that came so far.
    :param robot: the module `demo_robot`.
    """

    def __init__(
        self, mapping_file: str, seconds: float, stopped: list[int], robot: ModuleType
    ) -> None:
        """Describe what has to arrive; nothing runs yet."""
        self._mapping_file = mapping_file
        self._seconds = seconds
        self._stopped = stopped
        self._children: list[Child] = []
        self._reports: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._to_ros = ToRos(sim.Scene())
        self._to_device = ToDevice(robot)
        self._by_topic = {flow.topic: flow for flow in self._to_ros.flows}
        self._by_device = {(f.type_name, f.device): f for f in self._to_device.flows}
        self._problems: dict[str, None] = {}
        self.flows = [*self._to_ros.flows, *self._to_device.flows]
        self.last_words = ''

    @property
    def topics(self) -> list[str]:
        """The topics to watch besides tf."""
        return [topic for topic in self._by_topic if not topic.startswith('/tf')]

    def run(self, watch: Any, show: Callable[[list[Flow]], None]) -> None:
        """
        Run it; nothing runs any more when this returns.

        :param watch: a `Watch` that calls `on_ros_message`.
        :param show: called a few times a second.
        """
        try:
            self._start('igtl_sim', ['sim.ultrasound', '--port', '0', '--json'], self._reports.put)
            self._loop(watch, show)
        finally:
            for child in self._children:
                child.ask_to_end()
            until = time.monotonic() + _GRACE_S
            self.last_words = ''.join(child.last_words() for child in self._children)
            for child in self._children:
                child.end(until)

    def _start(self, name: str, arguments: list[str], *more: Any) -> None:
        self._children.append(Child(name, [f'igtl_ros2.{arguments[0]}', *arguments[1:]], *more))

    def _start_ros(self, url: str) -> None:
        """Start the bridge, now that the port of the device is known, and the robot."""
        in_namespace = ['--ros-args', '-r', f'__ns:={NAMESPACE}']
        values = {
            'mode': 'client',
            'host': '127.0.0.1',
            'port': int(url.rpartition(':')[2]),
            'mapping_file': self._mapping_file,
        }
        # ROS reads a value as YAML, and JSON is YAML
        parameters = [
            word for key, value in values.items() for word in ('-p', f'{key}:={json.dumps(value)}')
        ]
        self._start('igtl_bridge', ['nodes.bridge', *in_namespace, *parameters])
        self._start('igtl_demo_robot', ['nodes.demo_robot', *in_namespace])

    def _loop(self, watch: Any, show: Callable[[list[Flow]], None]) -> None:
        deadline, end = time.monotonic() + _STARTUP_S, math.inf
        while not self._stopped and time.monotonic() < end:
            watch.spin(_TURN_S)
            while not self._reports.empty():
                self._on_report(json.loads(self._reports.get()))
            for child in self._children:
                if child.exit_code is not None:
                    self._problem(f'{child.name} ended by itself, exit code {child.exit_code}')
                    return
            show(self.flows)
            if end == math.inf and all(
                any(flow.count for flow in side.flows) for side in (self._to_ros, self._to_device)
            ):
                end = deadline = time.monotonic() + self._seconds
            if time.monotonic() > deadline:
                return

    def on_ros_message(self, topic: str, facts: Facts) -> None:
        """Take what arrived on a topic."""
        flow = self._by_topic.get(topic)
        if flow is not None:
            flow.take(facts)

    def _on_report(self, event: Facts) -> None:
        """Take what the device says."""
        if event['event'] == 'listening':
            self._start_ros(event['url'])
        elif event['event'] == 'message':
            flow = self._by_device.get((event['type'], event['device']))
            if flow is not None:
                flow.take(event)
            else:
                self._problem(f'the device got {event["type"]} {event["device"]!r} by mistake')

    def _problem(self, text: str) -> None:
        self._problems[text] = None

    def problems(self) -> list[str]:
        """List what is missing or wrong."""
        found = list(self._problems)
        for flow in self.flows:
            name = f'{flow.direction} {flow.type_name} {flow.device} ({flow.topic})'
            if flow.wrong:
                found.append(f'WRONG {name}: {flow.wrong} of {flow.count}: {flow.complaint}')
            elif not flow.count:
                found.append(f'MISSING {name}: nothing arrived')
        if self._seconds >= _OUT_OF_VIEW_S and 'OUT_OF_VIEW' not in self._to_ros.states_seen:
            found.append(f'MISSING {TO_ROS} TRANSFORM {sim.STYLUS}: it never went out of view')
        return found


def _table(flows: list[Flow]) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(
        box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False,
        title='OpenIGTLink <-> ROS 2 (Ctrl-C ends it)',
    )
    # In a narrow terminal the last three are cut, to these widths
    widths = {
        'to': 6, 'right': 5, 'type': 9, 'Hz': 5, 'age': 8, 'value there': 12, 'device': 10,
        'topic': 6,
    }
    for name, width in widths.items():
        table.add_column(name, no_wrap=True, min_width=width)
    for flow in flows:
        right = 'WRONG' if flow.wrong else 'yes' if flow.count else '...'
        age = '' if math.isnan(flow.age_ms) else f'{flow.age_ms:.1f} ms'
        cells = [
            flow.direction.split()[-1], right, flow.type_name, f'{flow.recent_hz:5.1f}',
            f'{age:>8}', flow.value, flow.device, flow.topic,
        ]
        style = 'red' if flow.wrong else '' if flow.count else 'dim'
        table.add_row(*map(Text, cells), style=style)
    return table


def _summary(flows: list[Flow]) -> str:
    """List the flows for a file or a pipe."""
    lines = []
    for flow in flows:
        state = 'WRONG' if flow.wrong else 'ok' if flow.count else 'MISSING'
        right = f'within {flow.deviation:.0e} m' if flow.deviation else 'equal'
        if state != 'ok':
            right = f'{flow.wrong} wrong'
        lines.append(
            f'{state:7} {flow.direction}  {flow.type_name:9} {flow.device:15} {flow.topic:30} '
            f'{flow.count:5} messages {flow.mean_hz:5.1f} Hz  {flow.what} {right}; {flow.value}'
        )
    return '\n'.join(lines)


@contextmanager
def _display(seconds: float) -> Iterator[Callable[[list[Flow]], None]]:
    """Show the flows live in a terminal; elsewhere a line each second, or nothing if it ends."""
    if sys.stdout.isatty() and importlib.util.find_spec('rich'):
        from rich.live import Live

        with Live(auto_refresh=False) as live:
            yield lambda flows: live.update(_table(flows), refresh=True)
        return
    due = time.monotonic()

    def print_line(flows: list[Flow]) -> None:
        nonlocal due
        if seconds == math.inf and time.monotonic() >= due:
            due += 1.0
            there = sum(flow.count > 0 for flow in flows)
            messages, wrong = sum(f.count for f in flows), sum(f.wrong for f in flows)
            print(
                f'igtl_demo: {there} of {len(flows)} flows, {messages} messages, {wrong} wrong',
                flush=True,
            )

    yield print_line


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < math.inf:
        raise argparse.ArgumentTypeError(f'{text} is not a number of seconds')
    return seconds


def _arguments(args: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog='igtl_demo',
        description='A simulated tracked ultrasound, the bridge and a small ROS robot, with a '
        'live table of what flows each way. The exit code is 0 if every flow arrived both ways '
        'with the right numbers.',
    )
    parser.add_argument(
        '--seconds', type=_seconds, default=os.environ.get('DEMO_SECONDS') or math.inf,
        help='end after so many seconds with a plain summary; default: the '
        'environment variable DEMO_SECONDS, else not before Ctrl-C',
    )
    parser.add_argument(
        '--mapping', metavar='FILE', help='mapping file for the bridge, instead of demo.yaml'
    )
    return parser.parse_args(args)


def main(args: Sequence[str] | None = None) -> int:
    """
    Run igtl_demo.

    :returns: the exit code.
    """
    stopped = note_signals()
    arguments = _arguments(args)
    try:
        from ..nodes import demo_robot, demo_watch
    except ImportError as error:
        print(f'igtl_demo: it needs ROS 2 with its message packages: {error}', file=sys.stderr)
        return 1
    mapping_file = os.path.abspath(arguments.mapping or config_file('demo.yaml'))
    demo = Demo(mapping_file, arguments.seconds, stopped, demo_robot)
    watch = demo_watch.Watch(demo.topics, demo.on_ros_message)
    try:
        with _display(arguments.seconds) as show:
            demo.run(watch, show)
        return _conclude(demo, ended_early=bool(stopped) and arguments.seconds == math.inf)
    except BrokenPipeError:
        # whoever read the output has gone; Python would complain once more when it flushes
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    finally:
        watch.close()


def _conclude(demo: Demo, ended_early: bool) -> int:
    """Print what flowed and what was wrong, and give the exit code."""
    print(_summary(demo.flows))
    problems = demo.problems()
    if ended_early:
        # The user had seen enough: what did not come yet is no fault
        problems = [text for text in problems if not text.startswith('MISSING')]
    if problems:
        print('\n'.join(f'igtl_demo: {text}' for text in problems))
        print(demo.last_words, end='', file=sys.stderr)
        return 1
    there = sum(flow.count > 0 for flow in demo.flows)
    all_of = 'all ' if there == len(demo.flows) else f'ended early: {there} of '
    print(f'igtl_demo: {all_of}{len(demo.flows)} flows right, both ways')
    return 0


if __name__ == '__main__':
    sys.exit(main())
