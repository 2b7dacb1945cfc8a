"""A program that another one starts, and whose end it sees to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from typing import IO


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
