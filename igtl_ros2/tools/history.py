"""What a recording tells of each device: how regular it was, what is missing, its clock."""

from __future__ import annotations

from array import array
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..codec import Header, to_ns
from ..codec.message import is_stream

# an interval this many times the usual one is a gap, if it is this much longer as well
_GAP_RATIO, _GAP_S = 2.5, 0.02
# fewer messages have no usual interval
_FEW = 8
#: a message is late if it took this much longer than the fastest around it
LATE_S = 0.1
# what is a jump of a clock, and how many messages before and behind it tell
_JUMP_S, _AROUND = 0.5, 5
# the fastest around a message is that of so many
_WINDOW = 200


class Key(NamedTuple):
    """Whose messages they are."""

    source: str
    device: str
    type: str


class Jump(NamedTuple):
    """
    A clock that was set.

    :param at_s: when, from the beginning.
    :param by_s: how far its stamps went ahead, or back (less than 0).
    """

    at_s: float
    by_s: float


class Gap(NamedTuple):
    """A time without messages of a stream that is regular."""

    at_s: float
    length_s: float
    missing: int


class History:
    """The times, stamps and sizes of the messages of one device and type."""

    def __init__(self) -> None:
        self._arrivals = array('q')
        self._stamps = array('Q')
        self._sizes = array('q')
        #: messages whose checksum is wrong or whose content cannot be read, with the first reason
        self.spoiled = 0
        self.why = ''

    def take(self, time_ns: int, header: Header, size: int) -> None:
        """Take in a message."""
        self._arrivals.append(time_ns)
        self._stamps.append(header.timestamp)
        self._sizes.append(size)

    def spoil(self, why: str) -> None:
        """Note that the last one cannot be read."""
        self.spoiled += 1
        self.why = self.why or why

    def arrivals_s(self, begin_ns: int) -> NDArray[np.float64]:
        """List when they came, in seconds from a time on."""
        return (np.frombuffer(self._arrivals, np.int64) - begin_ns) / 1e9

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Bytes of each."""
        return np.frombuffer(self._sizes, np.int64)

    def stamps_ns(self) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
        """List which of them have a stamp, and the stamps."""
        stamped = np.flatnonzero(np.frombuffer(self._stamps, np.uint64))
        return stamped, np.array([to_ns(self._stamps[n]) for n in stamped], np.int64)


def late_s(lags_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Tell how much longer each took than the fastest around it, whose clock is the same."""
    over = np.empty(len(lags_s))
    for start in range(0, len(lags_s), _WINDOW):
        part = lags_s[start : start + _WINDOW]
        over[start : start + _WINDOW] = part - part.min()
    return over


def jumps(arrivals_s: NDArray[np.float64], lags_s: NDArray[np.float64]) -> list[Jump]:
    """
    Find where a clock was set: the stamps behind are elsewhere and stay there.

    When the network stands still, stamps go on as before and only arrivals do not.
    """
    found: list[Jump] = []
    if len(lags_s) < 2:
        return found
    steps, ticks = np.diff(lags_s), np.diff(arrivals_s - lags_s)
    odd = np.abs(ticks - np.median(ticks)) > _JUMP_S
    for at in np.flatnonzero(odd & (np.abs(steps) > _JUMP_S)).tolist():
        before, behind = lags_s[max(0, at + 1 - _AROUND) : at + 1], lags_s[at + 1 :][:_AROUND]
        # of late messages the fastest tell: what came late once is no clock
        by = float(np.median(behind) - np.median(before))
        if abs(by) > _JUMP_S and abs(by - steps[at]) < abs(by) / 2:
            found.append(Jump(float(arrivals_s[at + 1]), -by))
    return found


def gaps(times_s: NDArray[np.float64]) -> tuple[float, list[Gap]]:
    """Find the usual interval, and where it was much longer; nan if there is no usual one."""
    intervals = np.diff(times_s)
    if len(times_s) < _FEW:
        return float('nan'), []
    usual = float(np.median(intervals))
    low, high = np.percentile(intervals, (25, 75))
    if usual <= 0 or high - low > usual:
        return float('nan'), []  # it comes when something happens
    long = np.flatnonzero((intervals > _GAP_RATIO * usual) & (intervals > usual + _GAP_S))
    return usual, [
        Gap(float(times_s[at]), float(intervals[at]), max(1, round(intervals[at] / usual) - 1))
        for at in long.tolist()
    ]


def facts(key: Key, history: History, begin_ns: int) -> dict[str, Any]:
    """List what there is to know, as plain data for JSON; times in seconds."""
    arrivals = history.arrivals_s(begin_ns)
    stamped, stamps_ns = history.stamps_ns()
    stamps = (stamps_ns - begin_ns) / 1e9
    lags = arrivals[stamped] - stamps
    span = float(arrivals[-1] - arrivals[0])
    # a state that is held comes late to late joiners, and an event when it happens
    regular = is_stream(key.type)
    usual, found = gaps(arrivals) if regular else (float('nan'), [])
    over = late_s(lags)
    clock = jumps(arrivals[stamped], lags) if regular else []
    steps = np.diff(stamps_ns)
    intervals = np.diff(arrivals)
    return {
        **key._asdict(),
        'messages': len(arrivals),
        'bytes': int(history.sizes.sum()),
        'first_s': float(arrivals[0]),
        'last_s': float(arrivals[-1]),
        'rate_hz': (len(arrivals) - 1) / span if span > 0 else None,
        'interval_s': None if np.isnan(usual) else usual,
        'jitter_s': float(intervals.std()) if len(intervals) else None,
        'gaps': [gap._asdict() for gap in found],
        'lost': sum(gap.missing for gap in found),
        'unstamped': len(arrivals) - len(stamped),
        'late': int((over > LATE_S).sum()) if regular else 0,
        'latency_s': None if not len(over) else {
            'least': float(lags.min()), 'p50': float(np.percentile(over, 50)),
            'p99': float(np.percentile(over, 99)), 'most': float(over.max())},
        'backwards': int((steps < 0).sum()),
        'repeated': int((steps == 0).sum()),
        'jumps': [jump._asdict() for jump in clock],
        'spoiled': history.spoiled,
        'why': history.why,
    }
