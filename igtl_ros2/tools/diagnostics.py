"""What bridges of the ROS graph say on `/diagnostics`, for verbs that look at devices."""

from __future__ import annotations

import argparse
import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import ConfigError

if TYPE_CHECKING:
    from ..web.bridges import Status

_TURN_S = 0.2


def add_ros_argument(parser: argparse.ArgumentParser) -> None:
    """Say whether bridges are listened to."""
    parser.add_argument(
        '--ros', action='store_true',
        help='also show /diagnostics of bridges: the time in each stage, and what they drop; '
        'needs ROS 2')


@contextlib.contextmanager
def bridges_heard(take: Callable[[Sequence[Status]], None]) -> Iterator[None]:
    """
    Listen to `/diagnostics` meanwhile.

    :param take: is given what was said, in a thread.
    :raises ConfigError: if ROS 2 is not there.
    """
    try:
        import rclpy
        from diagnostic_msgs.msg import DiagnosticArray
        from rclpy.executors import SingleThreadedExecutor
    except ModuleNotFoundError as error:
        raise ConfigError(
            f'--ros: it needs ROS 2, of which {error.name} was not found: source the setup.bash '
            'of an installation, or use ./dev shell') from error
    from ..web.bridges import Status

    context = rclpy.Context()
    context.init(args=[])
    # it only listens: no parameters, and nothing in the log of others
    node = rclpy.create_node(
        'igtl_look', context=context, enable_rosout=False, start_parameter_services=False)

    def listen(array: Any) -> None:
        take([
            Status(
                one.name, int.from_bytes(one.level, 'little'), one.message,
                {value.key: value.value for value in one.values})
            for one in array.status])

    node.create_subscription(DiagnosticArray, '/diagnostics', listen, 10)
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)
    stopped = threading.Event()

    def spin() -> None:
        while not stopped.is_set():
            executor.spin_once(_TURN_S)

    thread = threading.Thread(target=spin, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        executor.wake()
        thread.join()
        executor.shutdown()
        node.destroy_node()
        context.shutdown()
