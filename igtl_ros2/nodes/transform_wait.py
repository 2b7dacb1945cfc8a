"""Messages wait for tf in the threads of a node."""

from __future__ import annotations

import threading
import time
from collections.abc import Hashable

from rclpy.node import Node

from ..rosio.clock import STEADY
from ..routes.transform_queue import Placement, TransformQueue
from .report import Report
from .tf import TfSource

_POLL_S = 0.01


class TransformWait:
    """
    Look again and again, in the thread of the executor, for what waits for tf.

    Nobody is blocked, also while simulated time stands still.

    :param lock: held while messages go on, in the thread that submits or in that of the executor.
    """

    def __init__(
        self, node: Node, tf: TfSource | None, report: Report, lock: threading.RLock
    ) -> None:
        self._node = node
        self._lock = lock
        self.queue = TransformQueue(tf, report)
        self._timer = node.create_timer(_POLL_S, self._retry, clock=STEADY)
        self._timer.cancel()  # each call costs a core 0.1 ms: only while something waits

    def submit(self, placement: Placement) -> None:
        """Let a message go on now if tf knows its frames, later if it learns them in time."""
        with self._lock:
            waited = self.queue.count
            self.queue.submit(placement, time.monotonic())
            if self.queue.count and not waited:
                self._timer.reset()

    def close(self, why: str) -> None:
        """Drop what waits."""
        with self._lock:
            self._node.destroy_timer(self._timer)
            self.queue.close(why)

    def forget(self, key: Hashable, why: str) -> None:
        """Drop what waits under a key."""
        with self._lock:
            self.queue.forget(key, why)

    def _retry(self) -> None:
        with self._lock:
            self.queue.retry(time.monotonic())
            if not self.queue.count and not self.queue.is_closed:
                self._timer.cancel()
