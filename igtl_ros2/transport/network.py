"""The thread in which all network work is done."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError
from typing import Any, TypeVar

from ..errors import PeerError

T = TypeVar('T')

# how long the end of a thread is waited for besides what it may take: a callback may never return
_END_S = 5.0

_log = logging.getLogger(__name__)


class _Thread(threading.Thread):
    """A thread that runs an event loop."""


class Network:
    """
    The asyncio event loop in which all work of some connections is done.

    Made as it is, that is the loop that runs now.
    """

    #: whether the loop is ours alone, in a thread of its own
    is_thread = False

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self.loop = loop or asyncio.get_running_loop()

    def post(self, function: Callable[..., Any], *args: Any) -> None:
        """Have a function called in the loop, without waiting; not at all once it is closed."""
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self.loop.call_soon_threadsafe(function, *args)


class NetworkThread(Network):
    """
    An asyncio event loop in a daemon thread of its own.

    Callers never wait for a socket unless they ask to (`run`).
    """

    is_thread = True

    def __init__(self, name: str = 'igtl-network') -> None:
        super().__init__(asyncio.SelectorEventLoop())
        self._last_task: asyncio.Task[None] | None = None
        self._thread = _Thread(target=self._main, name=name, daemon=True)
        self._thread.start()

    def _main(self) -> None:
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_forever()
        finally:
            self.loop.run_until_complete(self._cancel_all())
            self.loop.close()

    async def _cancel_all(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # sockets that were closed just now need one more turn of the loop

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """
        Run a coroutine in the thread and wait for its result.

        :raises PeerError: if the thread has ended, or it is this one.
        """
        try:
            self.refuse_to_wait()
            running = asyncio.run_coroutine_threadsafe(coroutine, self.loop)
        except PeerError:
            coroutine.close()
            raise
        except RuntimeError as error:  # the loop is closed
            coroutine.close()
            raise PeerError('the link is closed') from error
        try:
            return running.result()
        except CancelledError as error:
            raise PeerError('the link was closed') from error

    def refuse_to_wait(self) -> None:
        """
        Make sure that this is another thread.

        :raises PeerError: if it is the network's, in which callbacks are called.
        """
        if threading.current_thread() is self._thread:
            raise PeerError('a callback must not wait: nothing comes or leaves meanwhile')

    def stop(
        self, farewell: Callable[[], Coroutine[Any, Any, None]], wait_s: float = 0.0
    ) -> None:
        """
        Run a last coroutine, cancel what is left, and end the thread.

        Callers wait for that, except in such threads: two that wait for each other never end. Nor
        is it waited for without limit, as a signal handler may have interrupted who holds what the
        thread needs. Only the first call has an effect.

        :param wait_s: how long the coroutine may take.
        """
        self.post(self._finish, farewell)
        if isinstance(threading.current_thread(), _Thread):
            return
        limit_s = min(wait_s + _END_S, threading.TIMEOUT_MAX)
        self._thread.join(limit_s)
        if self._thread.is_alive():
            _log.warning(
                'a link is still busy after %g s and ends in the background: a callback does not '
                'return, or a signal handler closes what the program is just using', limit_s)

    def _finish(self, farewell: Callable[[], Coroutine[Any, Any, None]]) -> None:
        if self._last_task is None:
            self._last_task = self.loop.create_task(farewell())
            self._last_task.add_done_callback(lambda _: self.loop.stop())
