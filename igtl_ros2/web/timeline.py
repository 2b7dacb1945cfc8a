"""Where in a bag it is: playing, stopped, faster or slower; the time is told."""

from __future__ import annotations

import math
import sys
from typing import Any

from .values import Json

MIN_RATE, MAX_RATE = 0.1, 20.0


class Timeline:
    """
    A place in a bag that moves on by itself.

    Places are seconds since the beginning of the bag.

    :param duration_s: of the bag.
    """

    def __init__(self, duration_s: float) -> None:
        self.duration_s = duration_s
        self.is_playing = False
        self.rate = 1.0
        #: how often it was told to go to another place
        self.jumps = 0
        self._place_s = 0.0
        self._since_s = 0.0

    def place_s(self, now_s: float) -> float:
        """Tell where it is."""
        if not self.is_playing:
            return self._place_s
        passed = (now_s - self._since_s) * self.rate
        return min(self._place_s + passed, self.duration_s)

    def wait_s(self, place_s: float, now_s: float) -> float:
        """Tell how long it takes to a place; infinite when it stands still."""
        if not self.is_playing:
            return 0.0 if place_s <= self._place_s else math.inf
        return (place_s - self.place_s(now_s)) / self.rate

    def steer(self, asked: Any, now_s: float) -> str:
        """
        Do what a page asks for: `playing`, `rate` or `place`.

        :returns: what is wrong; empty if nothing is.
        """
        if not isinstance(asked, dict) or not asked.keys() & {'playing', 'rate', 'place'}:
            return 'steer: wanted playing, rate or place'
        rate, place = asked.get('rate', self.rate), asked.get('place')
        here = self.place_s(now_s)
        was_playing = self.is_playing and here < self.duration_s  # as pages are told
        playing = asked.get('playing', was_playing)
        if not isinstance(playing, bool):
            return f'playing: {playing!r}, allowed true or false'
        if not _is_number(rate) or not MIN_RATE <= rate <= MAX_RATE:
            return f'rate: {rate!r}, allowed {MIN_RATE:g} to {MAX_RATE:g}'
        if place is not None and not _is_number(place):
            return f'place: {place!r}, allowed a number of seconds'
        if place is None and playing and not was_playing and here >= self.duration_s:
            place = 0.0  # from its end it plays once more
        if place is not None:
            here = min(max(float(place), 0.0), self.duration_s)
            self.jumps += 1
        self._place_s, self._since_s = here, now_s
        self.is_playing, self.rate = playing, float(rate)
        return ''

    def tell(self, now_s: float) -> Json:
        """Tell how it is."""
        return {
            'place': self.place_s(now_s), 'duration': self.duration_s, 'rate': self.rate,
            'playing': self.is_playing and self.place_s(now_s) < self.duration_s,
        }


def _is_number(value: Any) -> bool:
    # a whole number may be larger than any float
    return isinstance(value, (int, float)) and not isinstance(value, bool) and (
        abs(value) <= sys.float_info.max)


class Overview:
    """
    How many messages of each device there are in each part of a bag.

    :param duration_s: of the bag.
    """

    PARTS = 240
    _MOST = 100

    def __init__(self, duration_s: float) -> None:
        self._duration_s = max(duration_s, 1e-9)
        self.parts: dict[tuple[str, str], list[int]] = {}
        self.is_whole = False
        #: grows with what is known
        self.known = 0

    def add(self, type_name: str, name: str, place_s: float) -> None:
        """Count a message."""
        self.known += 1
        key = (type_name, name)
        parts = self.parts.get(key)
        if parts is None:
            if len(self.parts) >= self._MOST:
                return
            parts = self.parts[key] = [0] * self.PARTS
        part = int(place_s / self._duration_s * self.PARTS)
        parts[min(max(part, 0), self.PARTS - 1)] += 1

    def finish(self) -> None:
        """Note that all of the bag was counted."""
        self.known += 1
        self.is_whole = True

    def tell(self) -> Json:
        """Tell what was counted."""
        return {
            'whole': self.is_whole,
            'devices': [
                {'type': type_name, 'name': name, 'parts': list(parts)}
                for (type_name, name), parts in list(self.parts.items())
            ],
        }
