"""How often something comes, how late, and how long it takes until it is decoded."""

from __future__ import annotations

import math
from collections import deque

from ..routes.latency import Samples, Trace

SECONDS = 60
_LONGEST_S = 10.0
_MOST = 512
#: so often the figures are worked out anew
_FRESH_S = 1.0

#: p50 and p99 in ms by the stage
Stages = dict[str, tuple[float, float]]


class Arrivals:
    """
    When messages came, as far as that is needed.

    Times are seconds of a clock that never goes back.
    """

    __slots__ = ('_times', '_sizes', '_counts', '_second', '_told', '_told_second')

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=_MOST)
        self._sizes: deque[int] = deque(maxlen=_MOST)
        self._counts = [0] * SECONDS
        self._second = 0
        #: what was told last, and in which second: only whole seconds are told
        self._told: list[int] = []
        self._told_second = -1

    def add(self, now_s: float, size: int) -> None:
        """Note one that has come, with its bytes."""
        self._times.append(now_s)
        self._sizes.append(size)
        self._go_on(int(now_s))
        self._counts[self._second % SECONDS] += 1

    def _go_on(self, second: int) -> None:
        passed = second - self._second
        if passed > 0:
            for number in range(max(self._second, second - SECONDS) + 1, second + 1):
                self._counts[number % SECONDS] = 0
            self._second = second

    def per_second(self, now_s: float) -> tuple[float, float]:
        """
        Tell messages and bytes a second.

        It is the mean over the last messages, of 10 s at most; when they stop it falls.
        """
        times, sizes = self._times, self._sizes
        while len(times) > 2 and now_s - times[0] > _LONGEST_S:
            times.popleft()
            sizes.popleft()
        if len(times) < 2:
            return 0.0, 0.0
        intervals = len(times) - 1
        span = times[-1] - times[0]
        if now_s - times[-1] > 2 * span / intervals:
            span = now_s - times[0]  # the next one is overdue
        if span <= 0:
            return 0.0, 0.0
        return intervals / span, (sum(sizes) - sizes[0]) / span

    def each_second(self, now_s: float) -> list[int]:
        """Count for each of the last whole seconds, the oldest first."""
        self._go_on(int(now_s))
        if self._told_second != self._second:
            self._told_second = self._second
            begin = (self._second + 1) % SECONDS
            self._told = (self._counts[begin:] + self._counts[:begin])[: SECONDS - 1]
        return self._told


class ArrivalStages:
    """
    The first stages of the way of messages, as a bridge measures them; of a sample of them.

    Times are by a clock that never jumps.
    """

    __slots__ = ('_samples', '_due_s', '_told', '_told_s')

    def __init__(self) -> None:
        self._samples = Samples()
        self._due_s = -math.inf
        self._told: Stages = {}
        self._told_s = -math.inf

    def note(self, received_s: float, now_s: float, delay_ns: int | None) -> None:
        """
        Note that a message is decoded now.

        :param received_s: when its last bytes came.
        :param delay_ns: by how much its stamp is behind the clock now; None: it has none.
        """
        if now_s < self._due_s:
            return
        self._due_s = self._samples.next_s(now_s)
        trace = Trace(min(received_s, now_s))
        trace.mark('decoded', now_s)
        if delay_ns is not None:
            late_s = delay_ns / 1e9 - trace.total_s
            trace.stages['device'] = self._samples.offset.late_s(late_s, now_s)
        self._samples.add(trace)

    def figures(self, now_s: float) -> Stages:
        """Tell p50 and p99 in ms of each stage."""
        if now_s - self._told_s >= _FRESH_S or now_s < self._told_s:
            self._told_s = now_s
            found = self._samples.figures(now_s)
            self._told = {
                stage: (1e3 * found[stage].p50_s, 1e3 * found[stage].p99_s)
                for stage in ('device', 'decoded') if stage in found}
        return self._told
