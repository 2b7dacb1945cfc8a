"""Which of many devices is forgotten, so that there is room for another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from typing import NamedTuple

#: a device of a peer that is still there is forgotten only after so long without a message
IDLE_S = 60.0


class Known(NamedTuple):
    """
    A device that could be forgotten.

    :param host: who has brought it.
    :param is_gone: whether its peer is no longer connected.
    :param quiet_s: for how long nothing has come of it.
    """

    key: Hashable
    host: str
    is_gone: bool
    quiet_s: float


def whom_to_forget(known: Iterable[Known], host: str) -> Hashable | None:
    """
    Choose a device, or none: those of peers that are gone first, and the oldest of them.

    Else it is one of the host that has brought most.

    :param host: for whom there shall be room; one with few devices does not wait.
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
