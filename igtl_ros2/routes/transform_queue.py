"""Messages that are to be moved into another frame wait here until tf knows how, or too long."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Protocol

from ..codec.geometry import identity
from ..converters.units import Matrix
from ..errors import ConversionError
from .effects import LookUp
from .surroundings import Telling

#: how long tf may be late
WAIT_S = 0.5
#: what may wait at one time: a peer decides how much it sends
MAX_WAITING = 1000
MAX_WAITING_BYTES = 64 << 20

Poses = dict[str, Matrix]


class Frames(Protocol):
    """Knows where frames are."""

    def lookup(self, target: str, source: str, stamp_ns: int = 0) -> tuple[Matrix, int]:
        """Place one frame in another; raises `LookupFailed`."""


@dataclass(frozen=True, slots=True)
class Placement:
    """
    What is to be moved.

    :param key: what shares it keeps its order.
    :param what: names it in the log.
    :param asked: where its frames have to be known.
    :param go: is called with the pose of each of its frames, at its stamp.
    :param lost: is called with the reason if it is dropped instead.
    """

    key: Hashable
    what: str
    asked: LookUp
    go: Callable[[Poses], Any]
    lost: Callable[[str], None] = lambda why: None


class TransformQueue:
    """
    Give messages the poses of their frames at their stamp, never the latest ones instead.

    What tf does not know yet waits, in order. After `WAIT_S` it is dropped, counted and reported.

    :param tf: None if there is none.
    """

    def __init__(self, tf: Frames | None, report: Telling) -> None:
        self._tf = tf
        self._report = report
        self._queues: dict[Hashable, deque[tuple[float, Placement]]] = {}
        #: how much waits
        self.count = self._bytes = 0
        self.is_closed = False

    def close(self, why: str) -> None:
        """Drop what waits, and what would."""
        self.is_closed = True
        for key in list(self._queues):
            self.forget(key, why)

    def forget(self, key: Hashable, why: str) -> None:
        """Drop what waits under a key."""
        queue = self._queues.pop(key, ())
        while queue:
            self.drop(self._take(queue)[1], why)

    def submit(self, placement: Placement, now_s: float) -> None:
        """
        Call `go` now if tf knows the frames, later if it gets to know them in time.

        :param now_s: the time by a clock that never jumps.
        """
        queue = self._queues.get(placement.key)
        if queue is None:
            try:
                poses = self._poses(placement)
            except ConversionError:
                if self.is_closed:
                    self.drop(placement, 'the link is closed')
                    return
                queue = self._queues[placement.key] = deque()
            else:
                placement.go(poses)
                return
        while queue and self._is_full(placement):
            self.drop(self._take(queue)[1], 'too much waits for tf')
        if self.count and self._is_full(placement):
            self.drop(placement, 'too much waits for tf')
            return
        self.count += 1
        self._bytes += placement.asked.size
        queue.append((now_s + WAIT_S, placement))

    def retry(self, now_s: float) -> None:
        """Look again for what waits, and drop what has waited too long."""
        for key, queue in list(self._queues.items()):
            while queue:
                due, placement = queue[0]
                try:
                    poses = self._poses(placement)
                except ConversionError as error:
                    if now_s < due:
                        break
                    self._take(queue)
                    self.drop(placement, f'{error} (waited {WAIT_S} s)')
                    continue
                self._take(queue)
                placement.go(poses)
            if not queue:
                self._queues.pop(key, None)

    def drop(self, placement: Placement, why: str) -> None:
        """Count and report what is not moved."""
        placement.lost(why)
        self._report.problem(
            f'{placement.what}: to_frame',
            f'{placement.what}: dropped, not moved into {placement.asked.to_frame}: {why}')

    def _is_full(self, placement: Placement) -> bool:
        return self.count >= MAX_WAITING or self._bytes + placement.asked.size > MAX_WAITING_BYTES

    def _take(self, queue: deque[tuple[float, Placement]]) -> tuple[float, Placement]:
        due, placement = queue.popleft()
        self.count -= 1
        self._bytes -= placement.asked.size
        return due, placement

    def _poses(self, placement: Placement) -> Poses:
        """
        Look up all frames of a message.

        :raises ConversionError: if tf does not know one of them at the stamp.
        """
        poses, asked = {}, placement.asked
        for frame in dict.fromkeys(asked.frames):
            if frame == asked.to_frame:
                poses[frame] = identity()
            elif self._tf is None:
                raise ConversionError('tf2_msgs is not installed')
            else:
                found = self._tf.lookup(asked.to_frame, frame, asked.stamp_ns)
                poses[frame] = found[0]
        return poses
