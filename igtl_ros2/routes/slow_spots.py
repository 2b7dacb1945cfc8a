"""The judge of where the time goes: names the slowest place of a way, and what may be done."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from .latency import Figures

#: nothing is said of what takes less
LEAST_S = 0.002

_DEVICE = 'device'
_NETWORK = 'network'
_EITHER = 'device or network'
_WHY = {
    _DEVICE: 'the device sends late after it has stamped, others on its connection do not',
    _NETWORK: 'all that comes or goes there is late: the network, or the program at its end',
    _EITHER: 'it arrives late after its stamp; with ping_period it is known which of them',
    'decoded': 'it waits for large messages, or too many of them, before it',
    'gates': 'its gates and its conversion take that long',
    'tf_wait': 'tf learns its frames late: who broadcasts them, and how often?',
    'worker_wait': 'it waits while others are converted',
    'converted': 'it takes that long to convert',
    'published': 'a subscriber does not keep up, or DDS takes that long',
    'sent': 'to encode and to write it takes that long',
    'queue': 'the peer reads slowly',
}
# as a person says it
_NAMES = {
    'published': 'subscriber', 'queue': 'peer', 'tf_wait': 'tf wait',
    'worker_wait': 'worker wait', 'decoded': 'decoding', 'converted': 'converting',
    'sent': 'sending',
}


class Spot(NamedTuple):
    """A stage of what passes there, and how long it takes."""

    stage: str
    what: str
    figures: Figures

    @property
    def name(self) -> str:
        """What is slow."""
        return _NAMES.get(self.stage, self.stage)

    def __str__(self) -> str:
        p50, p99 = (f'{1e3 * seconds:.1f} ms' for seconds in self.figures)
        return f'{self.name}: {self.what}: p50 {p50}, p99 {p99}: {_WHY[self.stage]}'


def spots_before_arrival(
    late: Mapping[str, tuple[str, Figures]], round_trips_s: Mapping[str, float | None]
) -> list[Spot]:
    """
    Tell devices and the network apart, as far as that can be done.

    What is late of all devices of a peer, and half of the way there and back, is the network's.

    :param late: by device, the peer that sends it and how late it arrives.
    :param round_trips_s: by peer, where that is measured.
    """
    spots = []
    by_peer: dict[str, dict[str, Figures]] = {
        peer: {} for peer, seconds in round_trips_s.items() if seconds is not None}
    for what, (peer, figures) in late.items():
        by_peer.setdefault(peer, {})[what] = figures
    for peer, devices in by_peer.items():
        half_s = (round_trips_s.get(peer) or 0.0) / 2
        is_told_apart = len(devices) > 1 or half_s > 0.0
        common = Figures(half_s, half_s)
        if len(devices) > 1:
            common = Figures(*(max(half_s, min(them)) for them in zip(*devices.values())))
        if is_told_apart:
            spots.append(Spot(_NETWORK, peer, common))
        for what, figures in devices.items():
            own = Figures(*(max(0.0, a - b) for a, b in zip(figures, common)))
            spots.append(Spot(_DEVICE if is_told_apart else _EITHER, what, own))
    return spots


def spots_of(what: str, figures: Mapping[str, Figures], stages: Collection[str]) -> list[Spot]:
    """List the stages of a device or source that are this side's."""
    return [Spot(stage, what, one) for stage, one in figures.items()
            if stage in stages and stage != _DEVICE]


def slowest_stage(spots: Iterable[Spot]) -> Spot | None:
    """
    Name the slowest place; None if nothing is slow.

    What is slow for each message comes before what is slow for a few.
    """
    found = list(spots)
    for number in (0, 1):
        slow = [spot for spot in found if spot.figures[number] >= LEAST_S]
        if slow:
            return max(slow, key=lambda spot: spot.figures[number])
    return None
