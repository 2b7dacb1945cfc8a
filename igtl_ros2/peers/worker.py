"""What takes long is done in a thread of its own, so that nothing else waits for it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from ..errors import ConversionError

Done = TypeVar('Done')

#: so much may wait before those that bring it have to stop
MAX_WAITING = 8
MAX_WAITING_BYTES = 64 << 20
#: what waits all the same, as it was on its way or nobody can be stopped: multiples of that
_TOO_MUCH = 500
_TOO_MANY_BYTES = 4
_END_S = 5.0
# to start a thread takes milliseconds on a busy machine, in which the network waits
_IDLE_S = 5.0


class Worker:
    """
    Do one thing after the other in a thread, which is there while there is something to do.

    :param name: of the thread.
    :param has_room: is called in that thread when there is room again after `is_full`.
    """

    def __init__(self, name: str, has_room: Callable[[], None] = lambda: None) -> None:
        self._name = name
        self._has_room = has_room
        self._jobs: deque[tuple[int, Callable[[], None]]] = deque()
        self._bytes = 0
        self._was_full = False
        self._is_closed = False
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def do(self, job: Callable[[], None], size: int = 0) -> bool:
        """
        Do something, which raises nothing, after all that waits; callable from any thread.

        :param size: about how many bytes it keeps.
        :returns: whether there is room for more; what is given all the same waits as well.
        :raises ConversionError: if far too much waits already.
        """
        with self._changed:
            if self._is_closed:
                return True
            if self._waits_over(_TOO_MUCH * MAX_WAITING, _TOO_MANY_BYTES * MAX_WAITING_BYTES):
                raise ConversionError('dropped, too much waits to be converted')
            if self._thread is None or not self._thread.is_alive():  # it is not after a fork
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
            self._jobs.append((size, job))
            self._bytes += size
            self._changed.notify()
            self._was_full = self._was_full or self._is_full
            return not self._was_full

    def call(self, function: Callable[..., Done], *args: Any) -> Future[Done]:
        """Call a function after all that waits; gives what it will return or raise."""
        future: Future[Done] = Future()

        def job() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(function(*args))
            except BaseException as error:
                future.set_exception(error)

        self.do(job)
        return future

    def _waits_over(self, count: int, size: int) -> bool:
        return len(self._jobs) >= count or self._bytes >= size

    @property
    def _is_full(self) -> bool:
        return self._waits_over(MAX_WAITING, MAX_WAITING_BYTES)

    def close(self) -> None:
        """Drop what waits; what is being done is waited for, but not for ever."""
        with self._changed:
            self._is_closed = True
            self._jobs.clear()
            self._changed.notify()
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(_END_S)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._jobs or self._is_closed, _IDLE_S)
                if self._is_closed or not self._jobs:
                    self._thread = None
                    return
                size, job = self._jobs.popleft()
                self._bytes -= size
                has_room = self._was_full and not self._is_full
                if has_room:
                    self._was_full = False
            if has_room:
                self._has_room()
            job()
            del job  # it may keep a volume while nothing else comes
