"""What is true of a link, and what is told: its peers, whether it is over, its log."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from ..config import Address, Settings
from ..errors import PeerError, printable
from ..transport.network import Network
from .peer import Peer

# Peers that come and go in a loop must not fill the disk: so many lines in so many seconds
_LOG_LINES = 50
_LOG_PERIOD_S = 10.0

#: all parts of a link log under its name
log = logging.getLogger(f'{__package__}.link')


class LinkState:
    """The state of a link, for any thread, and how it is told; see `Link`."""

    def __init__(self, settings: Settings, network: Network) -> None:
        self.settings = settings
        self.network = network
        #: where it listens or what it connects to
        self.address: Address = settings.address
        #: what went wrong last
        self.last_error = ''
        #: guards what follows
        self.lock = threading.RLock()
        #: threads that wait for a peer or a message wait here; `lock` is cheaper to take alone
        self.changed = threading.Condition(self.lock)
        #: called, with `changed` held, after every change
        self.on_change: Callable[[], None] | None = None
        self._peers: list[Peer] = []
        self._closed = False
        self._failure: PeerError | None = None
        self._ended = False
        self._log_counts: Counter[str] = Counter()
        self._log_since = 0.0
        self._log_lock = threading.Lock()

    @property
    def peers(self) -> list[Peer]:
        """The peers that are connected now; for any thread."""
        with self.changed:
            return list(self._peers)

    @property
    def is_over(self) -> bool:
        """Whether no message will come any more."""
        return self._closed or self._ended

    @property
    def failure(self) -> PeerError | None:
        """Why it gave up, if it did."""
        return self._failure

    def refuse_if_over(self) -> None:
        """
        Refuse to send what nobody can get any more; for any thread.

        :raises PeerError: if there are no connections and will be none.
        """
        with self.changed:
            if self.is_over and not (self._peers and not self._closed):
                self._raise_over()

    def _raise_over(self) -> None:
        if self._failure is not None:
            raise self._failure
        if self._closed:
            raise PeerError('the link is closed')
        if self._ended:
            raise PeerError(self.last_error)

    def end(self, failure: PeerError | None = None) -> None:
        """
        Note that there will be no more connections; what has arrived can still be read.

        :param failure: why, if that is an error.
        """
        with self.changed:
            self._ended = True
            self._failure = failure
            self._notify()

    def mark_closed(self) -> None:
        """Note that the user is done with it; for any thread."""
        with self.changed:
            self._closed = True
            self._notify()

    def _tell(self, callback: Callable[..., None] | None, peer: Peer, value: Any) -> None:
        """Call back; what goes wrong there must not end the connection of a peer."""
        try:
            if callback is not None:
                callback(peer, value)
        except Exception as error:
            self.callback_failed(callback, peer, error)
        except BaseException as error:
            if not self.network.is_thread:
                raise  # which ends the loop of the program, as that wants it
            log.error('%s: %r ended the link', self.address, callback, exc_info=error)
            self.give_up(PeerError(f'{self.address}: {error!r} in {callback!r} ended the link'))

    def give_up(self, failure: PeerError) -> None:
        """End with an error: no connections, and no more of them."""
        raise NotImplementedError

    def callback_failed(self, callback: Any, peer: Peer, error: Exception) -> None:
        """Count and log what went wrong in a callback of the program."""
        if self._closed and isinstance(error, PeerError):
            return  # it sends although the program has closed the link meanwhile
        peer.errors['callback'] += 1
        peer.complain('callback', f'error in {callback!r}', error)

    def _notify(self) -> None:
        self.changed.notify_all()
        if self.on_change is not None:
            self.on_change()

    def say(
        self, kind: str, level: int, text: str, error: Exception | None = None, peer: str = '',
    ) -> None:
        """
        Log a line, unless there were too many of its kind just now; for any thread.

        :param error: show its traceback as well.
        :param peer: the address of the peer that it is about.
        """
        left_out: dict[str, int] = {}
        now = time.monotonic()
        with self._log_lock:
            if now - self._log_since >= _LOG_PERIOD_S:
                left_out = {k: n - _LOG_LINES for k, n in self._log_counts.items()}
                self._log_counts.clear()
                self._log_since = now
            self._log_counts[kind] += 1
            is_told = self._log_counts[kind] <= _LOG_LINES
        for name, more in left_out.items():
            if more > 0:
                log.warning('%s: %d more lines like "%s"', self.address, more, name)
        if is_told:
            # types, texts of a STATUS and names in certificates are whatever a peer sends
            fields = {'igtl_event': kind, 'igtl_link': str(self.address), 'igtl_peer': peer}
            log.log(level, '%s', printable(text), exc_info=error, extra=fields)
