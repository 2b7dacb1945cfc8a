"""Programs that another one starts, and whose end it sees to."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import IO, Any


class Child:
    """
    A program in a process group of its own; what it says is kept for when something fails.

    :param on_line: called in another thread with each line of standard output.
    """

    def __init__(
        self, name: str, arguments: list[str], on_line: Callable[[str], None] | None = None
    ) -> None:
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
        self._signal('SIGTERM', self._process.terminate)

    def end(self, until: float) -> None:
        """Wait for its end, but no longer than until a monotonic time; then kill its group."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(max(0.0, until - time.monotonic()))
        self._signal('SIGKILL', self._process.kill)
        self._process.wait()
        self._log.close()

    def _signal(self, name: str, without_groups: Callable[[], None]) -> None:
        if not hasattr(os, 'killpg'):
            without_groups()  # Windows has none
            return
        with suppress(ProcessLookupError):  # all of the group have ended
            os.killpg(self._process.pid, signal.Signals[name])


class Children:
    """
    Programs of ours that end together: none runs any more when the `with` block is left.

    :param grace_s: so long they may take to end when they are asked to; then they are killed.
    """

    def __init__(self, grace_s: float) -> None:
        self._grace_s = grace_s
        self._children: list[Child] = []
        #: the end of what each said, once they have been asked to end
        self.last_words = ''

    def __enter__(self) -> Children:
        return self

    def __exit__(self, *_: object) -> None:
        for child in self._children:
            child.ask_to_end()
        until = time.monotonic() + self._grace_s
        self.last_words = ''.join(child.last_words() for child in self._children)
        for child in self._children:
            child.end(until)

    def start(
        self, name: str, module: str, *arguments: str,
        on_line: Callable[[str], None] | None = None,
    ) -> None:
        """
        Start a module of this package as a program.

        :param on_line: as `Child` has it.
        """
        self._children.append(Child(name, [f'igtl_ros2.{module}', *arguments], on_line))

    def start_bridge(self, namespace: str, url: str, mapping_file: str) -> None:
        """Start a bridge that connects to a device of this machine."""
        self.start('igtl_bridge', 'nodes.bridge', *ros_words(namespace, {
            'mode': 'client', 'host': '127.0.0.1', 'port': int(url.rpartition(':')[2]),
            'mapping_file': mapping_file,
        }))

    def ended(self) -> str:
        """Tell which one has ended by itself; empty if none has."""
        for child in self._children:
            if child.exit_code is not None:
                return f'{child.name} ended by itself, exit code {child.exit_code}'
        return ''


def ros_words(namespace: str, parameters: Mapping[str, Any] | None = None) -> list[str]:
    """Write what a node is told on its command line."""
    words = ['--ros-args', '-r', f'__ns:={namespace}']
    for key, value in (parameters or {}).items():
        words += ['-p', f'{key}:={json.dumps(value)}']  # ROS reads YAML, and JSON is YAML
    return words
