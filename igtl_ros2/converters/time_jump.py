"""Has time gone back? What the stamps of frames say of a looped bag or a simulation begun anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

#: how far behind its newest sample one may come and still take its place among those before
TOLERANCE_NS = 50_000_000
#: stamps that are further apart are of clocks that have nothing to do with each other
OTHER_CLOCK_NS = 3600 * 10**9
# so many samples of a new run are waited for, fewer if they are far apart
_SAMPLES = 3
_LONG_NS = 1_000_000_000
# a new run has gone on for longer than the old one paused, but for a bit of jitter
_PAUSES = 1.5
# before it is known how long it pauses
_USUAL_PAUSE_NS = 100_000_000
_MAX_LATE = 1000

Sample = TypeVar('Sample')


@dataclass(slots=True)
class _Course(Generic[Sample]):
    """The stamps of one frame."""

    newest_ns: int
    #: how long before the newest one the one before was
    pause_ns: int = _USUAL_PAUSE_NS
    first_late_ns: int = 0
    last_late_ns: int = 0
    #: what came behind it since, each after the other
    late: list[Sample] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Turn(Generic[Sample]):
    """
    What is to be done about a sample.

    :param forget: the frames whose past is of an old run.
    :param add: what is to be added then, with the frames that it is of.
    """

    forget: list[str] = field(default_factory=list)
    add: list[tuple[str, Sample]] = field(default_factory=list)


class TimeJumps(Generic[Sample]):
    """
    Tell stragglers, and publishers that are a bit late, from time that went back.

    A sample more than `TOLERANCE_NS` behind the newest one of its frame is late, and set apart.
    Time went back when three came one after the other (two if they are a second apart, or behind
    by more than the cache), each later than the one before, with nothing newer in between, over
    longer than the newest one took to come: a publisher that goes on would have sent a newer one
    by then. Frames whose stamps are within an hour of each other share a clock, and go back
    together.

    :param cache_ns: how far back a past is kept.
    :param ignored: is told the frame of samples that came too late.
    """

    def __init__(
        self, cache_ns: int, ignored: Callable[[str], None] = lambda frame: None
    ) -> None:
        self._cache_ns = cache_ns
        self._courses: dict[str, _Course[Sample]] = {}
        self._doubtful: dict[str, _Course[Sample]] = {}
        self._ignored = ignored
        #: how often time went back
        self.count = 0

    def take(self, frame: str, stamp_ns: int, sample: Sample) -> Turn[Sample]:
        """Tell what is to be done about a new sample."""
        course = self._courses.get(frame)
        if course is None:
            self._courses[frame] = _Course(stamp_ns)
            return Turn(add=[(frame, sample)])
        behind_ns = course.newest_ns - stamp_ns
        if behind_ns < 0:
            course.newest_ns, course.pause_ns = stamp_ns, -behind_ns
            self._ignore_late(frame, course)
            return Turn(add=[(frame, sample)])
        if behind_ns <= TOLERANCE_NS:
            return Turn(add=[(frame, sample)])
        since_ns = stamp_ns - course.last_late_ns
        if course.late and -TOLERANCE_NS <= since_ns <= 0:
            self._ignored(frame)  # nothing new
            return Turn()
        if not course.late or not 0 < since_ns <= self._cache_ns:
            self._ignore_late(frame, course)
            course.first_late_ns = stamp_ns
        course.last_late_ns = stamp_ns
        course.late.append(sample)
        self._doubtful[frame] = course
        if self._is_certain(course):
            newest_ns = course.newest_ns
            return self._begin_anew([
                name for name, other in self._courses.items()
                if abs(other.newest_ns - newest_ns) <= OTHER_CLOCK_NS
            ])
        if len(course.late) > _MAX_LATE:
            del course.late[0]
        return Turn()

    def clear(self) -> Turn[Sample]:
        """Begin anew because the clock itself says that it went back."""
        return self._begin_anew(list(self._courses))

    def forget(self, frame: str) -> None:
        """Know no stamps of a frame any more."""
        self._courses.pop(frame, None)
        self._doubtful.pop(frame, None)

    def doubts(self, stamp_ns: int) -> bool:
        """Tell whether a stamp may be of a new run, of which too little is known yet."""
        return bool(self._doubtful) and any(
            abs(stamp_ns - course.last_late_ns)
            < min(abs(stamp_ns - course.newest_ns), OTHER_CLOCK_NS)
            for course in list(self._doubtful.values())
        )

    def _ignore_late(self, frame: str, course: _Course[Sample]) -> None:
        if course.late:
            self._ignored(frame)
            course.late.clear()
            del self._doubtful[frame]

    def _is_certain(self, course: _Course[Sample]) -> bool:
        passed_ns = course.last_late_ns - course.first_late_ns
        is_far = course.newest_ns - course.last_late_ns > self._cache_ns
        if is_far or passed_ns >= _LONG_NS:
            return len(course.late) >= 2
        return len(course.late) >= _SAMPLES and passed_ns >= _PAUSES * course.pause_ns

    def _begin_anew(self, frames: list[str]) -> Turn[Sample]:
        """Forget the old run of some frames; what came late is the begin of the new one."""
        self.count += 1
        turn: Turn[Sample] = Turn(forget=frames)
        for frame in frames:
            course = self._courses.pop(frame)
            if self._doubtful.pop(frame, None) is None:
                continue
            self._courses[frame] = _Course(course.last_late_ns)
            turn.add.extend((frame, sample) for sample in course.late)
        return turn
