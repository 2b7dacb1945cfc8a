"""What waits for a worker on its way out, and what overtakes it."""

from __future__ import annotations

from collections import deque
from itertools import takewhile
from typing import Any

from ..codec.key_frames import Chain
from .effects import Effects, Later, Tell, left_out
from .now import Now
from .sources import Item, Source


class _Again(Item):
    """An emergency that comes once more, behind what it has overtaken; it needs no room."""


class WorkerQueue:
    """
    Have done in a worker what takes long, and what comes behind it.

    An emergency overtakes; it comes once more behind the rest, which may be a state without one.
    Of those that wait for that the last `depth` do.

    :param takes_long: whether all values do.
    :param depth: how many may wait.
    """

    def __init__(self, source: Source, takes_long: bool, depth: int) -> None:
        self._source = source
        self._takes_long = takes_long
        self.depth = depth
        self._waiting: deque[Item] = deque()
        #: how many times the worker is going to look here
        self._calls = 0
        #: of a video, whether all frames since a key frame came to be converted
        self.chain = Chain(is_whole=True)

    def take(self, items: list[Item], now: Now, out: Effects) -> list[Item]:
        """Let go on at once what is short, with nothing before it."""
        at_once = []
        for item in items:
            source, value = self._source, item.value
            if self._takes_long or source.takes_long(value) or (
                self._calls and not source.is_urgent(value, now)
            ):
                self._queue(item, now, out)
            else:
                at_once.append(item)
                if self._calls:
                    self._have_again(value, now)
        return at_once

    def _have_again(self, value: Any, now: Now) -> None:
        again = _Again(value)
        again.came_s = now.steady_s
        self._waiting.append(again)
        agains = [one for one in self._waiting if isinstance(one, _Again)]
        if len(agains) > self.depth:
            self._waiting.remove(agains[0])

    def _queue(self, item: Item, now: Now, out: Effects) -> None:
        item.came_s = now.steady_s
        follows = self._source.follows(item.value)
        if not self.chain.admits(follows):
            out.append(self._useless())
            return
        self._waiting.append(item)
        values = [one for one in self._waiting if not isinstance(one, _Again)]
        if len(values) <= self.depth:
            self._calls += 1
            out.append(Later())
            return  # else, in its turn comes the next one
        oldest, *values = values
        self._waiting.remove(oldest)
        if self._source.follows(oldest.value) is not None:
            # with it those that need it are lost
            for needed in takewhile(lambda one: self._source.follows(one.value), values):
                self._waiting.remove(needed)
                out.append(self._useless())
            if not self._waiting:
                self.chain.lose()
        out.append(left_out(f'{self._source.name}: a newer one came while others were converted'))

    def _useless(self) -> Tell:
        return left_out(f'{self._source.name}: frames behind a lost one, before a key frame')

    def give_up(self) -> int:
        """Drop what waits; tells how many values that is."""
        count = sum(not isinstance(one, _Again) for one in self._waiting)
        self._waiting.clear()
        return count

    def next(self) -> list[Item]:
        """
        Give the worker the oldest value, if there is one.

        Before it come emergencies whose own value gave way to a newer one: they take no turn.
        """
        items: list[Item] = []
        while self._waiting:
            items.append(self._waiting.popleft())
            if not isinstance(items[-1], _Again):
                break
        return items

    def done(self) -> list[Item]:
        """
        Note that the worker has done what it was given.

        :returns: emergencies that had overtaken that, which it does next; else it has looked here.
        """
        again: list[Item] = []
        while self._waiting and isinstance(self._waiting[0], _Again):
            again.append(self._waiting.popleft())
        self._calls -= not again
        return again

    def no_room(self) -> None:
        """Take back the newest value, for which the worker has no room."""
        self._calls -= 1
        newest = next(one for one in reversed(self._waiting) if not isinstance(one, _Again))
        self._waiting.remove(newest)
        if not self._calls:
            self._waiting.clear()  # nothing is left that emergencies have overtaken
        if self._source.follows(newest.value) is not None:
            self.chain.lose()
