"""Running a node until it is told to stop."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import rclpy
from rclpy.executors import Executor, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions

from ..errors import ConfigError, PeerError
from ..rosio.callback_errors import CallbackErrors
from ..rosio.tuning import spare_the_collector, tune

# Signals are handled by Python between two turns of the executor
_TURN_S = 0.1

_log = logging.getLogger(__name__)


def make_executor() -> Executor:
    """
    Make the fastest executor there is.

    The events executor must only ever be turned with a finite time-out: without
    one it never calls back in some releases of rclpy. MultiThreadedExecutor
    stalls and is no alternative.
    """
    try:
        from rclpy.experimental import EventsExecutor
    except ImportError:
        return SingleThreadedExecutor()
    return EventsExecutor()


class Turns:
    """Turn an executor; an error in what it calls back is told and ends nothing."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._errors = CallbackErrors(_log)

    def turn(self, timeout_s: float) -> None:
        """Call back what is due, or is within a time."""
        try:
            self._executor.spin_once(timeout_sec=timeout_s)
        except Exception as error:
            if not rclpy.ok():  # ROS is over
                raise
            self._errors.tell(error)


class Stop:
    """Whether to stop; without a lock, because a second signal may come while the first is set."""

    def __init__(self) -> None:
        self._set = False

    def set(self) -> None:
        """Stop."""
        self._set = True

    def is_set(self) -> bool:
        """Tell whether to stop."""
        return self._set


def spin(node: Node, stop: Stop | threading.Event) -> None:
    """Call back what is due on a node until `stop` is set, whatever happens in there."""
    executor = make_executor()
    executor.add_node(node)
    turns = Turns(executor)
    try:
        while not stop.is_set() and rclpy.ok():
            turns.turn(_TURN_S)
    finally:
        executor.remove_node(node)
        executor.shutdown()


@contextmanager
def stop_on_signals() -> Iterator[Stop]:
    """Give what SIGINT and SIGTERM set, in place of what they usually do."""
    stop = Stop()
    before = {
        number: signal.signal(number, lambda *_: stop.set())
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run(make_node: Callable[[], Any], args: list[str] | None = None) -> int:
    """
    Run a node as a program: make it, spin it until a signal comes, close it.

    :param make_node: makes the node; it has a method `close`.
    :returns: the exit code: 0, or 1 with one line on stderr if the node cannot start.
    """
    slower = tune()
    with stop_on_signals() as stop:
        rclpy.init(args=args, signal_handler_options=SignalHandlerOptions.NO)
        try:
            try:
                node = make_node()
            except (ConfigError, PeerError) as error:
                print(f'{sys.argv[0].rsplit("/", 1)[-1]}: {error}', file=sys.stderr)
                return 1
            try:
                for why in slower:
                    node.get_logger().info(why)
                spare_the_collector()
                spin(node, stop)
            finally:
                node.close()
        finally:
            rclpy.try_shutdown()
    return 0
