"""How many devices a host may bring at once: a name costs topics, and names are easily made up."""

from __future__ import annotations

import time
from collections.abc import Callable

# a robot that starts may bring a hundred names in one moment
_BURST = 256
_PER_SECOND = 10.0
_MAX_HOSTS = 1000


class Newcomers:
    """
    Let in so many devices of one host at once, then so many a second.

    :param clock: the time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with nobody known."""
        self._clock = clock
        #: how many each host could still bring, and when that was so
        self._hosts: dict[str, tuple[float, float]] = {}

    def admits(self, address: str) -> bool:
        """
        Count one more device of who has this address; false if it has to wait.

        :param address: protocol, host and port: whoever connects again is still the same host.
        """
        host = host_of(address)
        now = self._clock()
        left, when = self._hosts.get(host, (_BURST, now))
        left = min(_BURST, left + (now - when) * _PER_SECOND)
        if host not in self._hosts and len(self._hosts) >= _MAX_HOSTS:
            self._forget(now)
            if len(self._hosts) >= _MAX_HOSTS:
                return False
        if left < 1:
            return False
        self._hosts[host] = left - 1, now
        return True

    def _forget(self, now: float) -> None:
        """Forget who could bring as many as anybody."""
        self._hosts = {
            host: (left, when)
            for host, (left, when) in self._hosts.items()
            if left + (now - when) * _PER_SECOND < _BURST
        }


def host_of(address: str) -> str:
    """Take the host out of an address of protocol, host and port."""
    return address.rpartition(':')[0]
