"""What is to be done later; the time is an argument."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True, eq=False)
class Timer:
    """Something that is to be done once."""

    due: float
    call: Callable[[float], None]


class Timers:
    """
    Timers in the order in which they are due.

    :param wake: told when `run` has to be called next; once is enough.
    """

    def __init__(self, wake: Callable[[float], None]) -> None:
        self._wake = wake
        self._timers: list[Timer] = []

    def at(self, due: float, call: Callable[[float], None]) -> Timer:
        """Have something called, with the time, when it is due."""
        timer = Timer(due, call)
        insort(self._timers, timer, key=lambda other: other.due)
        if self._timers[0] is timer:
            self._wake(due)
        return timer

    def cancel(self, timer: Timer | None) -> None:
        """Call nothing, if that is not done yet."""
        if timer in self._timers:
            self._timers.remove(timer)

    def run(self, now: float) -> None:
        """Do what is due; what goes wrong with one keeps no other from being done."""
        try:
            while self._timers and self._timers[0].due <= now:
                self._timers.pop(0).call(now)
        finally:
            if self._timers:
                self._wake(self._timers[0].due)
