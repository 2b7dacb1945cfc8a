"""The thread in which messages are read and written that would keep other peers waiting."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from ..codec.frame import Header, extension_bytes

Done = TypeVar('Done')

# What takes a millisecond at most, of whatever it is made
_LITTLE_BYTES = 1 << 13
# Of these only the checksum takes any time, and so many bytes of metadata
_VIEWED_BYTES = 1 << 24
_VIEWED = frozenset(
    'IMAGE VIDEO NDARRAY POINT TRAJ TDATA QTDATA IMGMETA LBMETA VIDEOMETA'.split()
)
# The others have parts that are made one by one, or texts that are gone through
_READ_BYTES = 1 << 17
_IN_PARTS = frozenset(('BIND', 'CAPABILITY'))


def takes_long(header: Header, frame: memoryview) -> bool:
    """Tell whether reading a message would keep other peers waiting."""
    size = header.body_size
    if size <= _LITTLE_BYTES:
        return False
    kind = header.type_name
    if size > (_VIEWED_BYTES if kind in _VIEWED else _READ_BYTES) or kind in _IN_PARTS:
        return True
    return header.version > 1 and extension_bytes(frame) > _LITTLE_BYTES


class Worker:
    """
    The thread that reads and writes for all peers, as long as there is something to do.

    There is one for all: what has to be quick waits for the interpreter as often as others are
    busy.
    """

    def __init__(self) -> None:
        """Have no thread yet."""
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None
        self._count = 0

    def do(self, function: Callable[..., Done], *args: Any) -> Future[Done]:
        """Call a function after those before it."""
        with self._lock:
            self._pool = self._pool or ThreadPoolExecutor(1, 'igtl-reading')
            self._count += 1
            doing = self._pool.submit(function, *args)
        doing.add_done_callback(self._is_done)
        return doing

    def _is_done(self, _doing: Future[Any]) -> None:
        with self._lock:
            self._count -= 1
            if self._pool is not None and not self._count:
                self._pool.shutdown(wait=False)
                self._pool = None


worker = Worker()
