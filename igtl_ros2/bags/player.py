"""Playing frames back: when each is due."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .frames import Frame


@dataclass(slots=True)
class Played:
    """How far it is."""

    messages: int = 0
    bytes: int = 0
    rounds: int = 0
    #: time of the bag since its first frame
    position_s: float = 0.0


class Player:
    """
    Hand out frames at the times at which they were recorded.

    :param frames: gives the frames from the beginning, each time it is called.
    :param send: takes one; may wait.
    :param sleep_until: waits until a time of `now`; false if it shall stop.
    :param now: a clock, in seconds.
    :param rate: 2 is twice as fast as recorded; infinity does not wait at all.
    :param start_s: leave out so much at the beginning, in each round.
    :param loop: begin again at the end.
    """

    def __init__(
        self,
        frames: Callable[[], Iterable[Frame]],
        send: Callable[[Frame], None],
        *,
        sleep_until: Callable[[float], bool],
        now: Callable[[], float],
        rate: float = 1.0,
        start_s: float = 0.0,
        loop: bool = False,
    ) -> None:
        """Play nothing yet."""
        self._frames = frames
        self._send = send
        self._sleep_until = sleep_until
        self._now = now
        self._rate = rate
        self._start_s = start_s
        self._loop = loop
        self.played = Played()

    def run(self) -> Played:
        """Play until the end, or until it shall stop."""
        while True:
            before = self.played.messages
            if not self._round():
                break
            self.played.rounds += 1
            if not self._loop or self.played.messages == before:
                break
        return self.played

    def _round(self) -> bool:
        first_ns: int | None = None
        begin = self._now()
        for frame in self._frames():
            if first_ns is None:
                first_ns = frame.time_ns
            position_s = (frame.time_ns - first_ns) / 1e9
            if position_s < self._start_s:
                continue
            if not self._sleep_until(begin + (position_s - self._start_s) / self._rate):
                return False
            self._send(frame)
            self.played.messages += 1
            self.played.bytes += len(frame.data)
            self.played.position_s = position_s
        return True
