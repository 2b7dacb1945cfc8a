"""Running a node until it is told to stop."""

from __future__ import annotations

import logging
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import rclpy
from rclpy.exceptions import ParameterException
from rclpy.executors import Executor, SingleThreadedExecutor
from rclpy.impl.implementation_singleton import rclpy_implementation as _rclpy
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions

from ..errors import ConfigError, PeerError, printable
from ..rosio.callback_errors import CallbackErrors
from ..rosio.tuning import spare_the_collector, tune

# Signals are handled by Python between two turns of the executor
_TURN_S = 0.1
# what rcl calls a word that it cannot read, and what it should be
_WANTED = {
    'parameter override rule': '-p NAME:=VALUE',
    'params file': 'a file of ROS parameters; a mapping file is given as -p mapping_file:=FILE',
    'remap rule': '-r FROM:=TO',
}
_PLACE_IN_ROS = re.compile(r', at \S+\.c(pp)?:\d+')

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


def split_ros(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """
    Split a command line as ROS does.

    :returns: what is for the program, and what is for ROS: `--ros-args` and the words up to `--`.
    """
    own: list[str] = []
    ros: list[str] = []
    is_for_ros = False
    for word in words:
        is_for_ros = (is_for_ros or word == '--ros-args') and word != '--'
        if is_for_ros:
            ros.append(word)
        elif word != '--':
            own.append(word)
    return own, ros


def start_ros(words: Sequence[str]) -> None:
    """
    Start ROS, whose signals stay with Python.

    :param words: the command line, without the name of the program.
    :raises ConfigError: if ROS does not understand it, or would pass over a word of it.
    """
    own, ros = split_ros(words)
    if own:
        raise ConfigError(
            f'found {printable(repr(own[0]))}; wanted --ros-args -p NAME:=VALUE, '
            '--ros-args --params-file FILE or --ros-args -r __ns:=/NAMESPACE')
    try:
        rclpy.init(args=ros, signal_handler_options=SignalHandlerOptions.NO)
    except _rclpy.UnknownROSArgsError as error:  # its text is a list
        raise ConfigError(
            f'found {str(error).strip("[]")} behind --ros-args; wanted -p NAME:=VALUE') from error
    except _rclpy.RCLError as error:
        raise ConfigError(_in_plain_words(str(error))) from error


def _in_plain_words(error: str) -> str:
    """Say in a line which word rcl could not read, and what it wants there."""
    text = _PLACE_IN_ROS.sub('', error)
    found = re.search(r"Couldn't parse ([\w ]+): '(.+)'\. Error: (.*)", text, re.DOTALL)
    if not found:
        return ' '.join(text.split())
    kind, word, why = found.groups()
    wanted = f'wanted {_WANTED[kind]}' if kind in _WANTED else ''
    if wanted and 'lexeme' in why:  # what a parser expected is no word for a user
        why = ''
    return printable(f'{word}: {"; ".join(filter(None, (why, wanted)))}')


def run(make_node: Callable[[], Any], args: list[str] | None = None) -> int:
    """
    Run a node as a program: make it, spin it until a signal comes, close it.

    :param make_node: makes the node; it has a method `close`.
    :returns: the exit code: 0, or 1 with one line on stderr if the node cannot start.
    """
    slower = tune()
    with stop_on_signals() as stop:
        try:
            try:
                start_ros(sys.argv[1:] if args is None else args)
                node = make_node()
            except (ConfigError, PeerError, ParameterException) as error:
                print(f'{sys.argv[0].rsplit("/", 1)[-1]}: {error}', file=sys.stderr)
                return 1
            try:
                for why in slower:
                    node.get_logger().info(why)
                spare_the_collector()
                spin(node, stop)
            finally:
                node.close()
        finally:  # after the error is gone, which holds what there is of a node
            rclpy.try_shutdown()
    return 0
