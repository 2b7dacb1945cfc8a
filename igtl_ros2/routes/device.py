"""What is known of a device that has sent something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ..converters.gates import Gates
from ..converters.topic_holder import Terms, TopicHolder
from .inbound import Inbound

# what has sent nothing since is not said to be stale any more, nor its clock to be off
_LATELY_S = 3.0
#: type, device, the `peer` of rules that are for its sender, and what tells that apart
Slot = tuple[str, ...]


@dataclass(slots=True, eq=False)
class Device:
    """
    A (type, device) pair that has arrived before, of peers for which the same rules hold.

    :param way: the steps of its messages.
    :param slot: where it is found.
    :param label: what tells its peer apart, where that has a topic of its own.
    :param holder: the peer that publishes on its topic; None where several may, or only one can.
    """

    way: Inbound
    peer: Any
    slot: Slot
    label: str
    holder: TopicHolder[Any] | None
    terms: Terms
    #: whether a rule names it
    is_expected: bool
    #: what tells when it is silent
    watch: Gates | None = None
    received: int = 0
    #: when its last message came, by the steady clock
    heard_s: float = 0.0
    is_stale: bool = False
    #: whether its silence counts, where other rules have come since it was heard
    is_watched: bool = True
    #: when it is time to measure again how long its messages take
    sample_s: float = 0.0
    #: what the node keeps of it: what is repeated and by which timer, and its writers
    held: Any = None
    repeater: Any = None
    writers: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        """Its type and its name."""
        return self.way.key

    @property
    def what(self) -> str:
        """Its type and name, and its topic if that has a label."""
        return f'{self.way.what} ({self.topic})' if self.label else self.way.what

    @property
    def topic(self) -> str:
        """Its topic, with the name of the link."""
        return self.way.topic

    def tells_nothing_new(self, now_s: float) -> bool:
        """Tell whether it has sent nothing for the `max_age` of its rule, or nothing new."""
        return self.is_stale or (
            self.way.clock.is_frozen and self.heard_s > now_s - _LATELY_S)

    def behind_s(self, now_s: float, now_ns: int, wall_ns: int) -> float | None:
        """Tell by how much its clock is behind, in seconds, if it is over `max_skew`."""
        rule, clock = self.way.rule, self.way.clock
        if clock.far_s <= now_s - _LATELY_S:
            return None
        # the wall clock: stamps of devices are nothing that simulated time says
        base_ns = now_ns if rule.stamp == 'device' else wall_ns
        behind_s = (base_ns - clock.far_ns) / 1e9 - (now_s - clock.far_s)
        return behind_s if abs(behind_s) > rule.max_skew else None


def counts_of(devices: Iterable[Device]) -> dict[tuple[str, str], int]:
    """Tell how many messages have arrived, by (type, device)."""
    counts: Counter[tuple[str, str]] = Counter()
    for device in devices:
        counts[device.key] += device.received
    return dict(counts)


def clocks_of(
    devices: Iterable[Device], now_s: float, now_ns: int, wall_ns: int
) -> dict[str, float]:
    """Tell by how much clocks are behind, in seconds, where it is over `max_skew`."""
    behind = ((device.way.what, device.behind_s(now_s, now_ns, wall_ns)) for device in devices)
    return {what: behind_s for what, behind_s in behind if behind_s is not None}
