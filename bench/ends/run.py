"""Starting the processes, and what a run with them gives."""

from __future__ import annotations

import ctypes
import json
import os
import platform
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from rich.console import Console

from igtl_ros2.rosio import tuning

BENCH = Path(__file__).resolve().parent.parent
# What is still warming up is not counted
_WARM_UP = 0.05
# For 5 s a bridge repeats values for who was found late, and images take the long way.
_FIRST_VALUES_S = 6.0


class Process:
    """
    A process that is ended when its stack is left.

    :param by: what runs the command; nothing for a program.
    """

    def __init__(self, stack, *command, talks=True, env=None, by=(sys.executable, '-m')):
        self._process = subprocess.Popen(
            [*by, *map(str, command)],
            cwd=BENCH,
            env={**os.environ, **(env or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE if talks else subprocess.DEVNULL,
            stderr=None if talks else subprocess.DEVNULL,
            text=True,
        )
        self.pid = self._process.pid
        stack.callback(self._end)

    def hear(self):
        """Wait for what the process says next."""
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f'{self._process.args[2:]} ended')
        return json.loads(line)

    def order(self, **what):
        """Tell the process what to do."""
        self._process.stdin.write(json.dumps(what) + '\n')
        self._process.stdin.flush()

    def ask(self, **what):
        """Tell the process what to do, and wait for what comes of it."""
        self.order(**what)
        return self.hear()

    def cpu_s(self):
        """Ask the kernel what the process has used so far, in seconds."""
        # to the nanosecond, /proc would tell it in steps of 10 ms
        clock = ctypes.c_int()
        if error := ctypes.CDLL(None).clock_getcpuclockid(self.pid, ctypes.byref(clock)):
            raise OSError(error, os.strerror(error))
        return time.clock_gettime(clock.value)

    def peak_mib(self):
        """Ask the kernel how many MiB of memory the process had in use at most."""
        for line in Path(f'/proc/{self.pid}/status').read_text().splitlines():
            if line.startswith('VmHWM'):
                return int(line.split()[1]) / 1024
        raise RuntimeError('no VmHWM')

    def _end(self):
        if self._process.stdout is None:
            self._process.send_signal(signal.SIGINT)
        self._process.stdin.close()  # who takes orders ends with them
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


@dataclass
class Result:
    """What one run gave; times in microseconds."""

    way: str
    form: str
    work: str
    rate_hz: float
    sent: int
    received: int
    sent_hz: float
    received_hz: float
    p50_us: float = 0.0
    p99_us: float = 0.0
    max_us: float = 0.0
    cpu_us: float | None = None
    peak_mib: float | None = None
    latencies_us: list[float] = field(default_factory=list, repr=False)

    def facts(self):
        """Give all but the single latencies."""
        facts = asdict(self)
        del facts['latencies_us']
        return facts


def bridge(stack, space='/bench', python=sys.executable, by=(), **parameters):
    """Start the bridge in a namespace, by the program beside a Python, after words of `by`."""
    # bridges side by side would take frames of tf from each other
    arguments = ['--ros-args', '-r', f'__ns:={space}', '-r', f'/tf:={space}/tf']
    for name, value in parameters.items():
        arguments += ['-p', f'{name.replace("__", ".")}:={value}']
    program = Path(python).with_name('igtl_bridge')
    return Process(stack, *arguments, talks=False, by=(*by, program))


def measure(way, form, work, sender, receiver, rate, count, measured=None, burst=1, copies=1):
    """
    Send and receive, first a little to warm up.

    :param measured: the process between both ends, whose use of the machine is told.
    :param copies: how often each message arrives.
    """
    receiver.ask(forget=True)
    cpu = measured.cpu_s() if measured else 0.0
    receiver.order(count=count * copies)
    sent = sender.ask(count=count, rate=rate, burst=burst)
    got = receiver.hear()
    times, stamps = got['times'], got['stamps']
    if stamps and stamps[0] is None:
        stamps = sent['times'] if len(times) == count else []
    result = result_of(way, form, work, rate, count, count / sent['seconds'], times, stamps)
    if measured:
        result.cpu_us = (measured.cpu_s() - cpu) / count * 1e6
        result.peak_mib = measured.peak_mib()
    return result


def result_of(way, form, work, rate, sent, sent_hz, times, stamps):
    """Make the result of when messages came and what stamps they had."""
    latencies = np.subtract(times[: len(stamps)], stamps) / 1000.0
    latencies = latencies[int(_WARM_UP * len(latencies)) :]
    result = Result(
        way, form, work, rate, sent, len(times), sent_hz,
        (len(times) - 1) / max(1e-9, (times[-1] - times[0]) / 1e9) if len(times) > 1 else 0.0,
    )
    if len(latencies):
        result.p50_us, result.p99_us = np.percentile(latencies, [50, 99]).tolist()
        result.max_us = float(latencies.max())
        result.latencies_us = latencies.tolist()
    return result


def warm_up(sender, receiver, count=5, timeout_s=60.0):
    """Send until something arrives, because ROS takes its time to find both ends."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        sender.ask(count=count, rate=20)
        if receiver.ask(count=1)['times']:
            time.sleep(0.3)  # the rest of them
            return
    raise RuntimeError('nothing arrives')


def settle(sender, receiver, rate, count, copies=1, timeout_s=60.0):
    """
    Send until so many messages in a row all arrive, and no longer any value twice.

    :param count: enough for one message of each device.
    """
    begun = time.monotonic()
    while time.monotonic() < begun + timeout_s:
        receiver.ask(forget=True)
        sender.ask(count=count, rate=rate)
        arrived = len(receiver.ask(count=count * copies)['times'])
        if arrived == count * copies and time.monotonic() > begun + _FIRST_VALUES_S:
            return
        time.sleep(0.1)
    raise RuntimeError(f'{arrived} of {count * copies} arrive')


def ends_of(
    stack, way, work, form, depth, bridge_parameters, devices=(), clients=1, topics=()
):
    """
    Start what a way of messages needs: 'to ROS', 'from ROS', and for comparison 'rclpy', 'socket'.

    :param devices: the names of those that take turns; the one of the work if there are none.
    :param clients: how many the bridge has, 'from ROS'.
    :param topics: where the messages of ROS are, if that is not where it usually is.
    :returns: sender, receiver, the bridge or None.
    """
    middle = None
    devices = devices or (work.device,)
    own = bridge_parameters.get('space', '/bench')
    space = {'to ROS': own, 'from ROS': f'{own}/to_igtl', 'rclpy': '/floor'}.get(way)
    topics = topics or [f'{space}/{device}/{work.leaf}' for device in devices]
    if way == 'to ROS':
        receiver = Process(stack, 'ends', 'ros_receiver', work.name, form, depth, *topics)
        receiver.hear()
        sender = Process(stack, 'ends', 'igtl_sender', work.name, *devices)
        url = f'tcp://127.0.0.1:{sender.hear()["port"]}'
        middle = bridge(stack, mode='client', url=url, stamp='device', **bridge_parameters)
        sender.hear()
    elif way == 'from ROS':
        middle, port = server_bridge(stack, discover_period='0.2', **bridge_parameters)
        receiver = Process(stack, 'ends', 'igtl_receiver', port, clients)
        receiver.hear()
        sender = Process(stack, 'ends', 'ros_sender', work.name, form, depth, *topics)
        sender.hear()
        sender.ask(match=True)
    elif way == 'rclpy':
        receiver = Process(stack, 'ends', 'ros_receiver', work.name, form, depth, *topics)
        receiver.hear()
        sender = Process(stack, 'ends', 'ros_sender', work.name, form, depth, *topics)
        sender.hear()
        sender.ask(match=True)
    else:
        role = 'pyigtl_receiver' if way == 'pyigtl' else 'igtl_receiver'
        sender = Process(stack, 'ends', 'igtl_sender', work.name, *devices)
        receiver = Process(stack, 'ends', role, sender.hear()['port'])
        receiver.hear()
        sender.hear()
    return sender, receiver, middle


def server_bridge(stack, **parameters):
    """
    Start a bridge that listens, and wait until it does.

    :returns: the bridge and its port.
    """
    with socket.create_server(('127.0.0.1', 0)) as probe:
        port = probe.getsockname()[1]
    # who has not shown what it is may be 3D Slicer, and gets another form of points
    parameters = {'compat': 'plain', **parameters}
    middle = bridge(stack, mode='server', url=f'tcp://127.0.0.1:{port}', **parameters)
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            socket.create_connection(('127.0.0.1', port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return middle, port
    raise RuntimeError(f'nobody listens on {port}')


def run(way, work, form, rate, count, depth=10, burst=1, devices=(), **bridge_parameters):
    """Measure one way of one kind of traffic, in processes of its own."""
    with ExitStack() as stack:
        sender, receiver, middle = ends_of(
            stack, way, work, form, depth, bridge_parameters, devices)
        warm_up(sender, receiver)
        if middle:
            time.sleep(_FIRST_VALUES_S)
        return measure(way, form, work.name, sender, receiver, rate, count, middle, burst)


def prepare(default_dds=False):
    """
    Keep ROS to this machine, with the settings of Fast DDS that the bridge has or its own.

    :returns: the console, which has been told where all this happens.
    """
    os.environ['ROS_AUTOMATIC_DISCOVERY_RANGE'] = 'LOCALHOST'
    # of its own, so that runs side by side do not hear each other
    os.environ.setdefault('ROS_DOMAIN_ID', str(os.getpid() % 101 + 1))
    if not default_dds:
        tuning.use_profiles()
    console = Console(width=160)
    console.print(f'Python {platform.python_version()}, {platform.machine()}, '
                  f'{os.cpu_count()} cores, Fast DDS: '
                  f'{"as ROS has it" if default_dds else "16 MB of shared memory"}')
    return console
