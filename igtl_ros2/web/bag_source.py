"""A bag that is looked at: its frames reach the monitor as if they came now."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..bags.frames import BagFrames, Frame, device_of, open_bag
from ..bags.player import starts_at
from ..bags.types import MessageTypes
from ..codec import Message, decode
from ..errors import BagError, DecodeError, IgtlError
from .taker import Taker
from .timeline import Overview, Timeline
from .values import Json

# frames that are due within so long reach the monitor together
_TOGETHER_S = 0.01
_PAUSE_S = 0.2
_BATCH = 500

_Item = tuple[float, Frame]


class BagSource:
    """
    A bag, and where in it the page is.

    One thread reads frames and hands them to the event loop when they are due, another counts
    what is where.
    """

    is_bag = True

    def __init__(self, monitor: Taker, path: Path) -> None:
        self._monitor = monitor
        self._path = path
        self._changed = threading.Condition()
        self._is_over = False
        self._threads: list[threading.Thread] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._begin_ns = 0
        self._is_winding = False
        self._failure = ''
        self.timeline_state = Timeline(0.0)
        self.overview = Overview(0.0)

    async def open(self) -> None:
        """
        Open it, and play.

        :raises BagError: if it cannot be read, or there is no frame in it.
        """
        self._loop = asyncio.get_running_loop()
        await asyncio.to_thread(self._look)
        self.timeline_state.steer({'playing': True}, time.monotonic())
        for target in (self._play, self._count):
            thread = threading.Thread(target=self._guarded, args=(target,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _look(self) -> None:
        """Find out how long it is."""
        with open_bag(self._path) as reader:
            frames = BagFrames(reader, MessageTypes(), (), 'from')
            first = next(iter(frames), None)
            if first is None:
                raise BagError(f'{self._path}: there is no whole frame in it')
            self._begin_ns = starts_at(frames.begin_ns, first.time_ns)
            end_ns = frames.begin_ns + round(frames.duration_s * 1e9)
            duration_s = max(end_ns - self._begin_ns, first.time_ns - self._begin_ns, 0) / 1e9
        self.timeline_state = Timeline(duration_s)
        self.overview = Overview(duration_s)

    async def close(self) -> None:
        """End the threads."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()
        for thread in self._threads:
            await asyncio.to_thread(thread.join, 5.0)

    def now_s(self) -> float:
        """Tell the place in the bag, by which ages and rates count."""
        with self._changed:
            return self.timeline_state.place_s(time.monotonic())

    def wall_ms(self) -> float | None:
        """Tell no time of the day: that of the bag is another one."""
        return None

    def tell(self) -> list[Json]:
        """Tell how it is."""
        state = 'winding' if self._is_winding else 'failed' if self._failure else 'bag'
        return [{
            'name': str(self._path), 'mode': 'bag', 'state': state, 'error': self._failure,
            'reconnects': 0, 'facts': {}, 'peers': [],
        }]

    def send(self, number: int, message: Message) -> str:
        """Tell that nobody is there who could get it."""
        return 'nothing can be sent to a bag'

    def steer(self, asked: Any) -> str:
        """Stop, go on or go to another place; tells what is wrong."""
        with self._changed:
            error = self.timeline_state.steer(asked, time.monotonic())
            self._changed.notify_all()
        return error

    def timeline(self) -> Json:
        """Tell where it is, and what is where in it."""
        with self._changed:
            told = self.timeline_state.tell(time.monotonic())
        return {**told, 'begin_ns': str(self._begin_ns)}

    def overview_since(self, seen: int) -> tuple[int, Json] | None:
        """Tell what is where in it, and how much of that is known; None if that is no news."""
        known = self.overview.known
        return None if known == seen else (known, self.overview.tell())

    # -- in the threads

    def _guarded(self, target: Any) -> None:
        try:
            target()
        except (IgtlError, OSError) as error:
            self._failure = str(error)
            self._post(self._monitor.note_error, 'error', str(error), self.now_s())

    def _post(self, function: Any, *arguments: Any) -> None:
        """Have something done in the event loop, and wait until it is: nothing piles up."""
        done = threading.Event()

        def run() -> None:
            try:
                function(*arguments)
            finally:
                done.set()

        if self._loop is None:
            return
        try:
            self._loop.call_soon_threadsafe(run)
        except RuntimeError:
            return  # the loop is closed: it is over
        while not done.wait(_PAUSE_S) and not self._is_over:
            pass

    def _items(self, frames: BagFrames) -> Iterator[_Item]:
        for frame in frames:
            yield (frame.time_ns - self._begin_ns) / 1e9, frame

    def _count(self) -> None:
        with open_bag(self._path) as reader:
            frames = BagFrames(reader, MessageTypes(), (), 'from')
            for place_s, frame in self._items(frames):
                if self._is_over:
                    return
                header = frame.header
                self.overview.add(header.type_name, header.device_name, place_s)
            for note in frames.notes():
                self._post(self._monitor.note_error, 'warning', note, self.now_s())
        self.overview.finish()

    def _play(self) -> None:
        with open_bag(self._path) as reader:
            frames = BagFrames(reader, MessageTypes(), (), 'from')
            jumps = -1
            while not self._is_over:
                with self._changed:
                    if jumps == self.timeline_state.jumps:
                        self._changed.wait(_PAUSE_S)  # it is at the end
                        continue
                    jumps = self.timeline_state.jumps
                    target_s = self.timeline_state.place_s(time.monotonic())
                self._post(self._monitor.reset)
                self._round(frames, jumps, target_s)

    def _round(self, frames: BagFrames, jumps: int, target_s: float) -> None:
        """Hand out what is due, from a place on, until the end or another jump."""
        self._is_winding = True
        passed: list[_Item] = []
        last: dict[tuple[str, str], _Item] = {}
        batch: list[_Item] = []
        for place_s, frame in self._items(frames):
            if self._is_over or self.timeline_state.jumps != jumps:
                return
            if place_s <= target_s:
                key = (frame.header.type_name, frame.header.device_name)
                if key in last:
                    passed.append(last[key])
                last[key] = (place_s, frame)
                if len(passed) >= _BATCH:
                    self._post(self._pass_over, passed)
                    passed = []
                continue
            if self._is_winding:
                self._arrive(passed, last)
            if batch and (len(batch) >= _BATCH or not self._is_due(place_s)):
                self._post(self._take, batch)
                batch = []
            if not self._wait_until(place_s, jumps):
                return
            batch.append((place_s, frame))
        if self._is_winding:
            self._arrive(passed, last)
        if batch:
            self._post(self._take, batch)

    def _arrive(self, passed: list[_Item], last: dict[tuple[str, str], _Item]) -> None:
        """Show what came last of each device before the place."""
        self._post(self._pass_over, passed)
        self._post(self._take, sorted(last.values(), key=lambda item: item[0]))
        self._is_winding = False

    def _is_due(self, place_s: float) -> bool:
        with self._changed:
            return self.timeline_state.wait_s(place_s, time.monotonic()) <= _TOGETHER_S

    def _wait_until(self, place_s: float, jumps: int) -> bool:
        """Wait until a place is reached; false if it goes to another one instead."""
        with self._changed:
            while not self._is_over and self.timeline_state.jumps == jumps:
                wait_s = self.timeline_state.wait_s(place_s, time.monotonic())
                if wait_s <= 0:
                    return True
                self._changed.wait(min(wait_s, _PAUSE_S))
        return False

    # -- in the event loop

    def _pass_over(self, items: list[_Item]) -> None:
        for place_s, frame in items:
            header = frame.header
            self._monitor.count_only(
                0, '', header.type_name, header.device_name, len(frame.data), place_s)

    def _take(self, items: list[_Item]) -> None:
        for place_s, frame in items:
            try:
                message = decode(frame.data)
            except DecodeError as error:
                device = device_of(frame.header, frame.data)
                self._monitor.note_error('warning', f'{device}: {error}', place_s)
                continue
            self._monitor.take(0, '', [(message, len(frame.data))], place_s, frame.time_ns)
