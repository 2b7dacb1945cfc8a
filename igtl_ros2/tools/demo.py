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
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ..config.shared import shared_path
from ..sim.ultrasound import STYLUS, Scene
from .child import Children, ros_words
from .demo_compare import Facts
from .demo_flows import NAMESPACE, TO_ROS, Flow, ToDevice, ToRos
from .program import name, run_tool, say
from .words import note_signals

if TYPE_CHECKING:
    from rich.table import Table

_STARTUP_S = 30.0
_GRACE_S = 1.5
# The stylus goes out of view once in 4 s, and that has to be seen in a run this long
_OUT_OF_VIEW_S = 5.0
# ... and when a busy machine has missed it, one of the next times
_LATE_S = 12.0
_TURN_S = 0.25


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
        self._mapping_file = mapping_file
        self._seconds = seconds
        self._stopped = stopped
        self.children = Children(_GRACE_S)
        self._reports: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._to_ros = ToRos(Scene())
        self._to_device = ToDevice(robot)
        self._by_topic = {flow.topic: flow for flow in self._to_ros.flows}
        self._by_device = {(f.type_name, f.device): f for f in self._to_device.flows}
        self._problems: dict[str, None] = {}
        self.flows = [*self._to_ros.flows, *self._to_device.flows]

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
        with self.children as children:
            children.start(
                'igtl_sim', 'sim.ultrasound', '--port', '0', '--json', on_line=self._reports.put)
            self._loop(watch, show)

    def _loop(self, watch: Any, show: Callable[[list[Flow]], None]) -> None:
        deadline, end = time.monotonic() + _STARTUP_S, math.inf
        while not self._stopped and (time.monotonic() < end or self._lacks_view):
            watch.spin(_TURN_S)
            while not self._reports.empty():
                self._on_report(json.loads(self._reports.get()))
            if ended := self.children.ended():
                self._problem(ended)
                return
            show(self.flows)
            if end == math.inf and all(
                any(flow.count for flow in side.flows) for side in (self._to_ros, self._to_device)
            ):
                end = time.monotonic() + self._seconds
                deadline = end + _LATE_S
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
            self.children.start_bridge(NAMESPACE, event['url'], self._mapping_file)
            self.children.start('igtl_demo_robot', 'nodes.demo_robot', *ros_words(NAMESPACE))
        elif event['event'] == 'message':
            flow = self._by_device.get((event['type'], event['device']))
            if flow is not None:
                flow.take(event)
            else:
                self._problem(f'the device got {event["type"]} {event["device"]!r} by mistake')

    def _problem(self, text: str) -> None:
        self._problems[text] = None

    @property
    def _lacks_view(self) -> bool:
        """Whether it has not been seen yet that the stylus goes out of view."""
        return self._seconds >= _OUT_OF_VIEW_S and 'OUT_OF_VIEW' not in self._to_ros.states_seen

    def problems(self) -> list[str]:
        """List what is missing or wrong."""
        found = list(self._problems)
        for flow in self.flows:
            name = f'{flow.direction} {flow.type_name} {flow.device} ({flow.topic})'
            if flow.wrong:
                found.append(f'WRONG {name}: {flow.wrong} of {flow.count}: {flow.complaint}')
            elif not flow.count:
                found.append(f'MISSING {name}: nothing arrived')
        if self._lacks_view:
            found.append(f'MISSING {TO_ROS} TRANSFORM {STYLUS}: it never went out of view')
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
    for column, width in widths.items():
        table.add_column(column, no_wrap=True, min_width=width)
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
                f'{name()}: {there} of {len(flows)} flows, {messages} messages, {wrong} wrong',
                flush=True,
            )

    yield print_line


def run(arguments: argparse.Namespace) -> int:
    """Run the demo, and give the exit code."""
    stopped = note_signals()
    if arguments.what == 'robot':
        from . import demo_arm

        return demo_arm.run(arguments.mapping or '', stopped)
    try:
        from ..nodes import demo_robot, demo_watch
    except ImportError as error:
        say(f'it needs ROS 2 with its message packages: {error}')
        return 1
    mapping_file = os.path.abspath(arguments.mapping or shared_path('config/demo.yaml'))
    demo = Demo(mapping_file, arguments.seconds, stopped, demo_robot)
    watch = demo_watch.Watch(demo.topics, demo.on_ros_message)
    try:
        with _display(arguments.seconds) as show:
            demo.run(watch, show)
        return _conclude(demo, ended_early=bool(stopped) and arguments.seconds == math.inf)
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
        print('\n'.join(f'{name()}: {text}' for text in problems))
        print(demo.children.last_words, end='', file=sys.stderr)
        return 1
    there = sum(flow.count > 0 for flow in demo.flows)
    all_of = 'all ' if there == len(demo.flows) else f'ended early: {there} of '
    print(f'{name()}: {all_of}{len(demo.flows)} flows right, both ways')
    return 0


#: gives the exit code
main = partial(run_tool, 'demo')

if __name__ == '__main__':
    sys.exit(main())
