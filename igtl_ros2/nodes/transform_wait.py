"""Messages that are to be moved into another frame wait here until tf knows how, or too long."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from rclpy.clock import Clock, ClockType
from rclpy.node import Node

from ..converters.units import Matrix
from ..errors import ConversionError
from .report import Report
from .tf import TfSource

#: how long tf may be late
WAIT_S = 0.5
_POLL_S = 0.01
#: what may wait at one time: a peer decides how much it sends
MAX_WAITING = 1000
MAX_WAITING_BYTES = 64 << 20

Poses = dict[str, Matrix]


@dataclass(frozen=True, slots=True)
class Placement:
    """
    What is to be moved.

    :param key: what shares it keeps its order.
    :param what: names it in the log.
    :param frames: that it is in.
    :param size: about how many bytes it takes.
    :param go: is called with the pose of each of its frames, at its stamp.
    :param lost: is called if it is dropped instead.
    """

    key: Hashable
    what: str
    frames: Sequence[str]
    to_frame: str
    stamp_ns: int
    size: int
    go: Callable[[Poses], None]
    lost: Callable[[], None] = lambda: None


class TransformWait:
    """
    Give messages the poses of their frames at their stamp, never the latest ones instead.

    Nobody is blocked: what tf does not know yet waits, in order, and is tried again by a timer.
    After `WAIT_S` it is dropped, counted and reported.

    :param lock: held while `go` is called, in the thread that submits or in that of the executor.
    """

    def __init__(
        self, node: Node, tf: TfSource | None, report: Report, lock: threading.RLock
    ) -> None:
        """Start with nothing waiting."""
        self._node = node
        self._tf = tf
        self._report = report
        self._lock = lock
        self._queues: dict[Hashable, deque[tuple[float, Placement]]] = {}
        self._count = self._bytes = 0
        # a clock that goes on while simulated time stands still
        self._clock = Clock(clock_type=ClockType.STEADY_TIME)
        self._timer = node.create_timer(_POLL_S, self._retry, clock=self._clock)
        self._timer.cancel()  # each call costs a core 0.1 ms: only while something waits
        self._is_closed = False

    def close(self, why: str) -> None:
        """Drop what waits."""
        with self._lock:
            self._is_closed = True
            self._node.destroy_timer(self._timer)
            for queue in self._queues.values():
                for _, placement in queue:
                    self._drop(placement, why)
            self._queues.clear()

    def submit(self, placement: Placement) -> None:
        """Call `go` now if tf knows the frames, later if it gets to know them in time."""
        with self._lock:
            queue = self._queues.get(placement.key)
            if queue is None:
                try:
                    poses = self._poses(placement)
                except ConversionError:
                    if self._is_closed:
                        self._drop(placement, 'the link is closed')
                        return
                    queue = self._queues[placement.key] = deque()
                    self._timer.reset()
                else:
                    placement.go(poses)
                    return
            while queue and self._is_full(placement):
                _, oldest = self._take(queue)
                self._drop(oldest, 'too much waits for tf')
            if self._count and self._is_full(placement):
                self._drop(placement, 'too much waits for tf')
                return
            self._count += 1
            self._bytes += placement.size
            queue.append((time.monotonic() + WAIT_S, placement))

    def _is_full(self, placement: Placement) -> bool:
        return self._count >= MAX_WAITING or self._bytes + placement.size > MAX_WAITING_BYTES

    def _take(self, queue: deque[tuple[float, Placement]]) -> tuple[float, Placement]:
        due, placement = queue.popleft()
        self._count -= 1
        self._bytes -= placement.size
        return due, placement

    def _drop(self, placement: Placement, why: str) -> None:
        placement.lost()
        self._report.problem(
            f'{placement.what}: to_frame',
            f'{placement.what}: dropped, not moved into {placement.to_frame}: {why}',
        )

    def _retry(self) -> None:
        with self._lock:
            now = time.monotonic()
            for key, queue in list(self._queues.items()):
                while queue:
                    due, placement = queue[0]
                    try:
                        poses = self._poses(placement)
                    except ConversionError as error:
                        if now < due:
                            break
                        self._take(queue)
                        self._drop(placement, f'{error} (waited {WAIT_S} s)')
                        continue
                    self._take(queue)
                    placement.go(poses)
                if not queue:
                    self._queues.pop(key, None)
            if not self._queues and not self._is_closed:
                self._timer.cancel()

    def _poses(self, placement: Placement) -> Poses:
        """
        Look up all frames of a message.

        :raises ConversionError: if tf does not know one of them at the stamp.
        """
        poses = {}
        for frame in dict.fromkeys(placement.frames):
            if frame == placement.to_frame:
                poses[frame] = np.eye(4)
            elif self._tf is None:
                raise ConversionError('tf2_msgs is not installed')
            else:
                found = self._tf.lookup(placement.to_frame, frame, placement.stamp_ns)
                poses[frame] = found[0]
        return poses
