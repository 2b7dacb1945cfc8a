"""How often something comes: its rate now, and a count for each second of the last minute."""

from __future__ import annotations

from collections import deque

SECONDS = 60
_LONGEST_S = 10.0
_MOST = 512


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
