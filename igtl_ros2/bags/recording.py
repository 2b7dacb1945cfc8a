"""A recording: what is put into it goes to a bag, in a thread of its own."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from ..errors import BagError, printable
from .files import BagWriter

#: what may wait for the disk, in bytes, before something is dropped
MAX_WAITING_BYTES = 256 << 20
_FLUSH_PERIOD_S = 1.0

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Count:
    """How much there was of something."""

    messages: int = 0
    bytes: int = 0

    def add(self, size: int) -> None:
        self.messages += 1
        self.bytes += size


@dataclass(slots=True)
class Summary:
    """What was recorded, and what was not."""

    #: by (device, type), or (topic, type) of what is no frame
    recorded: dict[tuple[str, str], Count] = field(default_factory=dict)
    #: of those, the ones in which names of patients are hidden
    hidden: dict[tuple[str, str], Count] = field(default_factory=dict)
    #: dropped because it may name patients
    withheld: dict[tuple[str, str], Count] = field(default_factory=dict)
    #: lost, by reason
    lost: dict[str, Count] = field(default_factory=dict)
    start_ns: int = 0
    end_ns: int = 0

    @property
    def total(self) -> Count:
        counts = list(self.recorded.values())
        return Count(sum(c.messages for c in counts), sum(c.bytes for c in counts))

    @property
    def duration_s(self) -> float:
        """From the first message to the last."""
        return (self.end_ns - self.start_ns) / 1e9


@dataclass(frozen=True, slots=True)
class _Entry:
    """A message on its way to the bag."""

    key: tuple[str, str]
    topic: str
    type_name: str
    make_data: Callable[[], bytes]
    size: int
    time_ns: int
    qos: str


def make_clock() -> Callable[[], int]:
    """
    Make a clock that starts with the wall clock and is never set.

    Were it set back while a recording goes on, the bag would lose order and timing.
    """
    offset_ns = time.time_ns() - time.monotonic_ns()
    return lambda: time.monotonic_ns() + offset_ns


class Recording:
    """
    Write what is put into it to a bag; `put` never waits for the disk.

    :param writer: the bag; the thread has it for itself until `close`.
    """

    def __init__(self, writer: BagWriter) -> None:
        self._writer = writer
        self._queue: queue.SimpleQueue[_Entry | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._waiting_bytes = 0
        self._last_ns = 0
        # counted as recorded, but not on the disk yet
        self._unsaved: deque[_Entry] = deque()
        self.summary = Summary()
        #: why nothing is recorded any more; empty while it is
        self.failure = ''
        self._thread = threading.Thread(target=self._run, name='igtl-bag', daemon=True)
        self._thread.start()

    @property
    def size(self) -> int:
        return self._writer.size

    @property
    def files(self) -> int:
        return self._writer.files

    @property
    def is_behind(self) -> bool:
        """Whether a caller that can wait should put no more for now."""
        return self._waiting_bytes > MAX_WAITING_BYTES // 2

    def put(
        self, key: tuple[str, str], topic: str, type_name: str, make_data: Callable[[], bytes],
        size: int, time_ns: int, qos: str = '',
    ) -> None:
        """
        Have a message written; for any thread.

        :param key: (device, type), what it is counted under.
        :param make_data: makes the message in CDR, in the thread of the recording.
        :param size: bytes that count, and that wait.
        :param time_ns: when it came; one that is not after the last is put right behind that.
        """
        with self._lock:
            summary = self.summary
            if self.failure:
                summary.lost.setdefault('after the end of the bag', Count()).add(size)
                return
            if self._waiting_bytes > MAX_WAITING_BYTES:
                if 'the disk is too slow' not in summary.lost:
                    _log.error('the disk is too slow: messages are lost from the bag')
                summary.lost.setdefault('the disk is too slow', Count()).add(size)
                return
            # readers put the topics together by time alone
            self._last_ns = time_ns = max(time_ns, self._last_ns + 1)
            self._waiting_bytes += size
            self._queue.put(_Entry(key, topic, type_name, make_data, size, time_ns, qos))

    def withhold(self, key: tuple[str, str], size: int) -> None:
        """Count a message that is not recorded because it may name patients."""
        with self._lock:
            if key not in self.summary.withheld:
                kind = printable(key[1])
                _log.warning('%s %r is not recorded, it may name patients', kind, key[0])
            self.summary.withheld.setdefault(key, Count()).add(size)

    def note_hidden(self, key: tuple[str, str], size: int) -> None:
        """Count a message in which names of patients are hidden."""
        with self._lock:
            if key not in self.summary.hidden:
                kind = printable(key[1])
                _log.info('%s %r names patients, which is hidden in the bag', kind, key[0])
            self.summary.hidden.setdefault(key, Count()).add(size)

    def lose(self, why: str, size: int) -> None:
        """Count bytes that came and are not in the bag."""
        with self._lock:
            self.summary.lost.setdefault(why, Count()).add(size)

    def _run(self) -> None:
        due = time.monotonic() + _FLUSH_PERIOD_S
        while True:
            try:
                entry = self._queue.get(timeout=max(0.0, due - time.monotonic()))
                if entry is None:
                    return
                self._write(entry)
            except queue.Empty:
                pass  # it is time to flush
            try:
                if time.monotonic() >= due:
                    due = time.monotonic() + _FLUSH_PERIOD_S
                    if not self.failure:
                        self._writer.flush()
            except BagError as error:
                self._fail(error)

    def _write(self, entry: _Entry) -> None:
        summary = self.summary
        with self._lock:
            self._waiting_bytes -= entry.size
        if self.failure:
            self.lose('after the end of the bag', entry.size)
            return
        before = self._writer.messages
        try:
            data = entry.make_data()
            self._writer.write(entry.topic, entry.type_name, data, entry.time_ns, entry.qos)
        except BagError as error:
            self._fail(error)
        if self._writer.messages == before:
            self.lose('after the end of the bag', entry.size)
            return
        self._unsaved.append(entry)
        while len(self._unsaved) > self._writer.messages - self._writer.saved:
            self._unsaved.popleft()
        with self._lock:
            summary.start_ns = summary.start_ns or entry.time_ns
            summary.end_ns = entry.time_ns
            summary.recorded.setdefault(entry.key, Count()).add(entry.size)

    def _fail(self, error: BagError) -> None:
        with self._lock:
            self.failure = str(error)
        _log.error('recording has stopped: %s', error)

    def close(self) -> None:
        """Write what waits, and finish the bag; calling it twice does no harm."""
        if not self._thread.is_alive():
            return
        self._queue.put(None)
        self._thread.join()
        try:
            self._writer.close()
        except BagError as error:
            if not self.failure:
                self._fail(error)
        if self._writer.messages > self._writer.saved:
            for entry in self._unsaved:
                count = self.summary.recorded[entry.key]
                count.messages, count.bytes = count.messages - 1, count.bytes - entry.size
                self.lose('the disk did not take them', entry.size)
