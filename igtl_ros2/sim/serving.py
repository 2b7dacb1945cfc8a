"""What simulated devices that are servers share: they do what is due, and hear clients."""

from __future__ import annotations

import argparse
import math
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from ..codec import Message
from ..config import Settings
from ..errors import ConfigError, PeerError
from ..peers import Peer
from ..server import Server
from .listing import Listing

_NS = 1_000_000_000


@dataclass
class Task:
    """Something that is done again and again; once with a period of 0."""

    period_ns: int
    action: Callable[[], None]
    due_ns: float = 0

    def run(self, now_ns: int) -> None:
        """Do it once, and plan the next time: without drift, at most one turn behind."""
        self.action()
        if not self.period_ns:
            self.due_ns = math.inf
            return
        self.due_ns += self.period_ns * max(1, int(now_ns - self.due_ns) // self.period_ns)


def serve_tasks(
    arguments: argparse.Namespace, make_tasks: Callable[[Server], list[Task]], stopped: list[int],
    answer: Callable[[Peer, Message], None] | None = None,
) -> None:
    """
    Serve until the time is over or a signal is in `stopped`.

    :param arguments: those of `add_serving_arguments`.
    :param make_tasks: gives what is done again and again.
    :param answer: called with what clients send.
    :raises PeerError: if the address cannot be listened on.
    :raises ConfigError: if a setting is wrong.
    """
    settings = Settings(mode='server', host=arguments.host, port=arguments.port,
                        header_version=arguments.header_version)
    listing = Listing(arguments.json, arguments.quiet)
    came_and_went: deque[tuple[Peer, bool]] = deque()
    with Server(settings, on_peer=lambda *event: came_and_went.append(event)) as server:
        listing.listening(str(server.address))
        tasks = [*make_tasks(server), Task(_NS // 10, listing.flush)]
        start_ns = time.monotonic_ns()
        for task in tasks:
            task.due_ns = start_ns
        end_ns = start_ns + round(arguments.duration * _NS) if arguments.duration else math.inf
        while not stopped and time.monotonic_ns() < end_ns:
            for task in tasks:
                now_ns = time.monotonic_ns()
                if task.due_ns <= now_ns:
                    task.run(now_ns)
            wait_ns = min(task.due_ns for task in tasks) - time.monotonic_ns()
            received = None
            with suppress(PeerError):  # nothing arrives until the next task is due
                received = server.receive(max(0, wait_ns) / _NS)
            # that a client left is printed after what it had sent
            while came_and_went and (came_and_went[0][1] or not received):
                listing.peer(*came_and_went.popleft())
            if received:
                listing.message(*received)
                if answer is not None:
                    answer(*received)


def run_device(name: str, run: Callable[[list[int]], None]) -> int:
    """
    Run a device as a program, until a signal ends it.

    :returns: the exit code.
    """
    # not an Event: a handler that runs while the main thread waits for one may lock up
    stopped: list[int] = []
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, lambda number, _: stopped.append(number))
    try:
        run(stopped)
    except (ConfigError, PeerError) as error:
        print(f'{name}: {error}', file=sys.stderr)
        return 1
    except BrokenPipeError:
        # the reader of the output has gone; Python would complain once more when it flushes
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
