"""What `/diagnostics` says of where the time goes on a link."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from ..peers import Peer
from ..routes.latency import INBOUND, OUTBOUND, TOTAL, Figures, LinkLatency, Slowest, figures_of
from ..routes.slow_spots import Spot, slowest_stage, spots_before_arrival, spots_of

# A link may have thousands of devices, sources and peers: the slowest are told
_MOST = 10
# so many of them are judged
_MOST_JUDGED = 30

Facts = dict[str, str]


def latency_facts(
    inbound: LinkLatency, outbound: LinkLatency, peers: Sequence[Peer], now_s: float
) -> Facts:
    """
    Say how long each stage takes, of the link and of its slowest devices, sources and peers.

    :param now_s: by the clock of the notes, which never jumps.
    """
    facts: Facts = {}
    spots: list[Spot] = []
    late: dict[str, tuple[str, Figures]] = {}
    _tell(facts, 'latency_', inbound.all.figures(now_s), INBOUND)
    _tell(facts, 'latency_out_', outbound.all.figures(now_s), OUTBOUND)
    queues = {peer.address: peer.mailbox.waits.recent(now_s) for peer in peers}
    waits = figures_of(waited_s for queue in queues.values() for waited_s in queue)
    _tell(facts, 'latency_out_', {'queue': waits}, ('queue',))
    for number, (what, samples) in enumerate(inbound.worst(now_s, _MOST_JUDGED)):
        figures = samples.figures(now_s)
        spots += spots_of(what, figures, INBOUND)
        if 'device' in figures:
            late[what] = samples.peer, figures['device']
        if number < _MOST:
            _tell(facts, f'{what} latency_', figures, INBOUND)
            if math.isfinite(samples.offset.least_s):
                facts[f'{what} latency_clock_offset_ms'] = _ms(samples.offset.least_s)
    for number, (what, samples) in enumerate(outbound.worst(now_s, _MOST_JUDGED)):
        figures = samples.figures(now_s)
        spots += spots_of(what, figures, OUTBOUND)
        if number < _MOST:
            _tell(facts, f'{what} latency_out_', figures, OUTBOUND)
    spots += spots_before_arrival(late, {peer.address: peer.round_trip_s for peer in peers})
    spots += _queue_spots(facts, peers, queues, now_s)
    for key, slowest in (('latency_slowest', inbound.take_slowest()),
                         ('latency_out_slowest', outbound.take_slowest())):
        if slowest is not None:
            facts[key] = _said(slowest)
    spot = slowest_stage(spots)
    facts['latency_slow_spot'] = 'none' if spot is None else str(spot)
    return facts


def _queue_spots(
    facts: Facts, peers: Sequence[Peer], queues: Mapping[str, Sequence[float]], now_s: float
) -> list[Spot]:
    """List how long what is sent waits for each peer, also if it takes nothing at all."""
    found = []
    for peer in peers:
        oldest_s = peer.mailbox.oldest_s(now_s)
        slowest_s = max(peer.mailbox.waits.take_slowest(), oldest_s)
        figures = figures_of(queues[peer.address])
        if figures is None and not oldest_s:
            continue
        figures = figures or Figures(oldest_s, oldest_s)
        found.append((slowest_s, peer.address, figures, oldest_s))
    found.sort(key=lambda one: (-one[0], one[1]))
    for slowest_s, address, figures, oldest_s in found[:_MOST]:
        key = f'peer {address} latency_'
        _tell(facts, key, {'queue': figures}, ('queue',))
        facts[f'{key}queue_ms_slowest'] = _ms(slowest_s)
        facts[f'{key}queue_ms_oldest'] = _ms(oldest_s)
    return [
        Spot('queue', address, Figures(*(max(one, oldest_s) for one in figures)))
        for _, address, figures, oldest_s in found
    ]


def _tell(
    facts: Facts, prefix: str, figures: Mapping[str, Figures | None], stages: Sequence[str]
) -> None:
    """Say the figures of stages that messages took, in the order of these, and of all of them."""
    for stage in (*stages, TOTAL):
        one = figures.get(stage)
        if one is not None:
            facts[f'{prefix}{stage}_ms_p50'] = _ms(one.p50_s)
            facts[f'{prefix}{stage}_ms_p99'] = _ms(one.p99_s)


def _said(slowest: Slowest) -> str:
    parts = ', '.join(
        f'{stage} {_ms(took_s)}' for stage, took_s in slowest.stages.copy().items()
        if stage != 'device')
    return f'{slowest.what}: {_ms(slowest.total_s)} ms ({parts})'


def _ms(seconds: float) -> str:
    return f'{1e3 * seconds:.3f}'
