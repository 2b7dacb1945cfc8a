"""The thread in which all network work is done."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, Callable, TypeVar

from ..errors import PeerError

T = TypeVar('T')


class NetworkThread:
    """
    An asyncio event loop in a daemon thread of its own.

    Callers never wait for a socket unless they ask to (`run`).
    """

    def __init__(self, name: str = 'igtl-network') -> None:
        """Start the thread."""
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._main, name=name, daemon=True)
        self._thread.start()

    def _main(self) -> None:
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_forever()
        finally:
            self.loop.run_until_complete(self._cancel_all())
            self.loop.run_until_complete(self.loop.shutdown_default_executor())
            self.loop.close()

    async def _cancel_all(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def is_current(self) -> bool:
        """Whether the caller runs in this thread."""
        return threading.current_thread() is self._thread

    def post(self, function: Callable[..., Any], *args: Any) -> bool:
        """Have a function called in the thread, without waiting; False once it is stopped."""
        try:
            self.loop.call_soon_threadsafe(function, *args)
        except RuntimeError:  # the loop is closed
            return False
        return True

    def run(self, coroutine: Coroutine[Any, Any, T], timeout_s: float | None = None) -> T:
        """
        Run a coroutine in the thread and wait for its result.

        :raises PeerError: if it takes longer than `timeout_s`.
        """
        future = asyncio.run_coroutine_threadsafe(coroutine, self.loop)
        try:
            return future.result(timeout_s)
        except (TimeoutError, asyncio.TimeoutError) as error:
            future.cancel()
            raise PeerError(f'no answer from the network within {timeout_s} s') from error

    def stop(self) -> None:
        """Cancel what is left and end the thread."""
        if self.post(self.loop.stop) and not self.is_current:
            self._thread.join()
