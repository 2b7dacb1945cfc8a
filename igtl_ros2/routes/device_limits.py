"""
How many devices a host may bring, and which is forgotten so that there is room for another.

A name costs topics, and names are easily made up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from ..config.address import network_of
from ..converters.topic_holder import host_alone

#: a device of a peer that is still there is forgotten only after so long without a message
IDLE_S = 60.0
# a robot that starts may bring a hundred names in one moment
_BURST = 256
_PER_SECOND = 10.0
_MAX_HOSTS = 1000


class NewDevices:
    """Let in so many devices of one host at once, then so many a second."""

    def __init__(self) -> None:
        #: how many each host could still bring, and when that was so
        self._hosts: dict[str, tuple[float, float]] = {}

    def admits(self, host: str, now_s: float) -> bool:
        """Count one more device of a host; false if it has to wait."""
        left, when = self._hosts.get(host, (_BURST, now_s))
        left = min(_BURST, left + (now_s - when) * _PER_SECOND)
        if host not in self._hosts and len(self._hosts) >= _MAX_HOSTS:
            self._forget(now_s)
            if len(self._hosts) >= _MAX_HOSTS:
                return False
        if left < 1:
            return False
        self._hosts[host] = left - 1, now_s
        return True

    def _forget(self, now_s: float) -> None:
        """Forget hosts that could bring as many as any other."""
        self._hosts = {
            host: (left, when)
            for host, (left, when) in self._hosts.items()
            if left + (now_s - when) * _PER_SECOND < _BURST
        }


def host_of(address: str) -> str:
    """Tell who is at an address, by any protocol; of IPv6 a network of 64 bits is one."""
    return network_of(host_alone(address))


class Known(NamedTuple):
    """
    A device that could be forgotten.

    :param host: the one that has brought it.
    :param is_gone: whether its peer is no longer connected.
    :param quiet_s: for how long nothing has come of it.
    """

    key: Any
    host: str
    is_gone: bool
    quiet_s: float


def whom_to_forget(known: Iterable[Known], host: str) -> Any:
    """
    Choose a device, or none: those of peers that are gone first, and the oldest of them.

    Else it is one of the host that has brought most.

    :param host: the one to make room for; one with few devices does not wait.
    """
    known = list(known)
    gone = [device for device in known if device.is_gone]
    if not gone:
        hosts = Counter(device.host for device in known)
        has_few = 2 * hosts[host] < max(hosts.values(), default=0)
        gone = [device for device in known if device.quiet_s >= IDLE_S or has_few]
        most = max((hosts[device.host] for device in gone), default=0)
        gone = [device for device in gone if hosts[device.host] == most]
    oldest = max(gone, key=lambda device: device.quiet_s, default=None)
    return None if oldest is None else oldest.key
