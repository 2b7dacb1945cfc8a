"""The thread in which messages are read that would keep other peers waiting."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor

from ..codec import Decoder, Message
from ..codec.frame import Header


class Readers:
    """
    The thread that reads for all peers, as long as there is something to read.

    There is one for all: what has to be quick waits for the interpreter as often as others are
    busy.
    """

    def __init__(self) -> None:
        """Have no thread yet."""
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None
        self._count = 0

    def read(
        self, decoder: Decoder, header: Header, frame: memoryview
    ) -> Future[tuple[Message, bool]]:
        """Read a frame after those before it."""
        with self._lock:
            self._pool = self._pool or ThreadPoolExecutor(1, 'igtl-reading')
            self._count += 1
            reading = self._pool.submit(decoder.read, header, frame)
        reading.add_done_callback(self._has_read)
        return reading

    def _has_read(self, _reading: Future[tuple[Message, bool]]) -> None:
        with self._lock:
            self._count -= 1
            if self._pool is not None and not self._count:
                self._pool.shutdown(wait=False)
                self._pool = None


readers = Readers()
