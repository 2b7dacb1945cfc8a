"""
Where the time goes: how long messages take for each stage of their way.

The way takes notes of a sample of the messages; what they say is worked out when somebody asks.
Time is an argument.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple

#: the stages of a message on its way to ROS, and of a value on its way to peers, in their order
INBOUND = ('device', 'decoded', 'gates', 'tf_wait', 'worker_wait', 'published')
OUTBOUND = ('worker_wait', 'converted', 'tf_wait', 'sent')
#: from its arrival until it was published or sent: the sum of the others, but for `device`
TOTAL = 'total'

#: about how often a device is measured, whatever it sends: 16 times a second
SAMPLE_S = 1 / 16
#: with more of them, all together are measured no more often than so many at that rate
_MOST_OFTEN = 12
#: how long a measurement counts
RECENT_S = 10.0
_KEPT = 160
_KEPT_OF_LINK = 640
# no step of this length is hit always, or never, by what comes in a rhythm
_GOLDEN = 0.6180339887
# the smallest difference of clocks counts for as long as that, or twice as long
_WINDOW_S = 30.0
# no message is late by so much: a clock was set
_CLOCK_SET_S = 5.0
_MAX_NAMES = 1000
_FORGET_S = 60.0


class Trace:
    """
    Notes of one message on its way.

    :param began_s: when it arrived, by a clock that never jumps.
    """

    __slots__ = ('began_s', 'last_s', 'stages', 'offset_s', 'peer')

    def __init__(self, began_s: float, peer: str = '') -> None:
        self.began_s = self.last_s = began_s
        #: how long each took, in seconds
        self.stages: dict[str, float] = {}
        #: by how much it arrived after its stamp, by two clocks; None: it has none
        self.offset_s: float | None = None
        self.peer = peer

    def mark(self, stage: str, now_s: float) -> None:
        """Note that a stage is over, which may come several times."""
        took_s = now_s - self.last_s
        if took_s < 0.0:  # told by another thread, a moment before
            return
        self.stages[stage] = self.stages.get(stage, 0.0) + took_s
        self.last_s = now_s

    @property
    def total_s(self) -> float:
        """How long all stages took that are over."""
        return self.last_s - self.began_s


class Figures(NamedTuple):
    """What half of the messages, and all but one of a hundred, take at most, in seconds."""

    p50_s: float
    p99_s: float


def figures_of(values: Iterable[float]) -> Figures | None:
    """Work out the figures of some times; None if there are none."""
    ranked = sorted(values)
    if not ranked:
        return None
    number = len(ranked)
    return Figures(
        ranked[max(0, math.ceil(0.5 * number) - 1)], ranked[max(0, math.ceil(0.99 * number) - 1)])


class Offset:
    """
    By how much messages arrive after their stamps, against the smallest of late.

    The smallest holds the difference of the two clocks and the shortest way: what a message takes
    more than that, it was late.
    """

    __slots__ = ('_least_s', '_before_s', '_until_s')

    def __init__(self) -> None:
        self._least_s = self._before_s = math.inf
        self._until_s = -math.inf

    @property
    def least_s(self) -> float:
        """The smallest of late; infinite if there was none."""
        return min(self._least_s, self._before_s)

    def late_s(self, offset_s: float, now_s: float) -> float:
        """Tell how late a message was."""
        if now_s >= self._until_s:
            is_next = now_s < self._until_s + _WINDOW_S
            self._before_s = self._least_s if is_next else math.inf
            self._least_s = math.inf
            self._until_s = now_s + _WINDOW_S
        if abs(offset_s - self.least_s) > _CLOCK_SET_S:
            self._least_s = self._before_s = offset_s
        self._least_s = min(self._least_s, offset_s)
        return offset_s - self.least_s


class Samples:
    """The last measurements of one device, one source or one link."""

    __slots__ = ('_kept', '_turn', 'offset', 'worst_s', 'peer', 'last_s')

    def __init__(self, kept: int = _KEPT) -> None:
        self._kept: deque[Trace] = deque(maxlen=kept)
        # how often it was time for one
        self._turn = 0
        self.offset = Offset()
        #: how long the slowest took, from its stamp on, since that was last asked for
        self.worst_s = 0.0
        self.peer = ''
        self.last_s = -math.inf

    def add(self, trace: Trace) -> None:
        """Take one in, in the place of the oldest."""
        self._kept.append(trace)
        self.last_s, self.peer = trace.last_s, trace.peer
        took_s = trace.total_s + trace.stages.get('device', 0.0)
        if took_s > self.worst_s:
            self.worst_s = took_s

    def next_s(self, now_s: float, period_s: float = SAMPLE_S) -> float:
        """Tell when it is time for the next one, in no rhythm."""
        self._turn += 1
        return now_s + period_s * (0.5 + self._turn * _GOLDEN % 1.0)

    def recent(self, now_s: float) -> list[Trace]:
        """Give those that still count."""
        return [t for t in self._kept.copy() if now_s - t.last_s <= RECENT_S]

    def figures(self, now_s: float) -> dict[str, Figures]:
        """Work out the figures of each stage that messages took, and of all together."""
        times: dict[str, list[float]] = {TOTAL: []}
        for trace in self.recent(now_s):
            times[TOTAL].append(trace.total_s)
            for stage, took_s in trace.stages.copy().items():
                times.setdefault(stage, []).append(took_s)
        found = {stage: figures_of(values) for stage, values in times.items()}
        return {stage: figures for stage, figures in found.items() if figures is not None}


class Slowest(NamedTuple):
    """The message that took longest, sampled or not, and its stages."""

    total_s: float
    what: str
    stages: dict[str, float]


class LinkLatency:
    """What was measured on a link, in one direction."""

    def __init__(self) -> None:
        self.all = Samples(_KEPT_OF_LINK)
        self._of: dict[str, Samples] = {}
        #: what takes longer than this is to be told, sampled or not
        self.slow_s = 0.0
        self._slowest: Slowest | None = None

    def of(self, name: str) -> Samples:
        """Give what was measured of a device or source; there may be any number of names."""
        samples = self._of.get(name)
        if samples is None:
            if len(self._of) >= _MAX_NAMES:
                name = 'other'
            samples = self._of.setdefault(name, Samples())
        return samples

    def next_s(self, name: str, now_s: float) -> float:
        """Tell when it is time to measure a device or source again, in no rhythm."""
        samples = self.of(name)
        return samples.next_s(now_s, SAMPLE_S * max(1.0, len(self._of) / _MOST_OFTEN))

    def add(self, name: str, trace: Trace) -> Samples:
        """Take a measurement in."""
        samples = self.of(name)
        if trace.offset_s is not None:
            trace.stages['device'] = samples.offset.late_s(trace.offset_s, trace.last_s)
        samples.add(trace)
        self.all.add(trace)
        if trace.total_s > self.slow_s:
            self.note_slow(trace.total_s, name, trace.stages)
        return samples

    def note_slow(self, total_s: float, what: str, stages: dict[str, float]) -> None:
        """Remember the slowest since the last report."""
        self._slowest = Slowest(total_s, what, stages)
        self.slow_s = total_s

    def take_slowest(self) -> Slowest | None:
        """Give the slowest since this was asked last; None if there was nothing."""
        slowest, self._slowest, self.slow_s = self._slowest, None, 0.0
        return slowest

    def worst(self, now_s: float, most: int) -> Sequence[tuple[str, Samples]]:
        """Give the slowest devices or sources since the last time, the worst first."""
        found = []
        for name, samples in list(self._of.items()):
            if now_s - samples.last_s > _FORGET_S:
                self._of.pop(name, None)
            elif now_s - samples.last_s <= RECENT_S:
                found.append((samples.worst_s, name, samples))
                samples.worst_s = 0.0
        found.sort(key=lambda one: (-one[0], one[1]))
        return [(name, samples) for _, name, samples in found[:most]]
