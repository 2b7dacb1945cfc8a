"""How late messages of a device arrive, and how long they take until they are decoded."""

from __future__ import annotations

import math

from ..routes.latency import Samples, Trace

#: so often the figures are worked out anew
_FRESH_S = 1.0

#: p50 and p99 in ms by the stage
Stages = dict[str, tuple[float, float]]


class ArrivalStages:
    """
    The first stages of the way of messages, as a bridge measures them; of a sample of them.

    Times are by a clock that never jumps.
    """

    __slots__ = ('_samples', '_due_s', '_told', '_told_s')

    def __init__(self) -> None:
        self._samples = Samples()
        self._due_s = -math.inf
        self._told: Stages = {}
        self._told_s = -math.inf

    def note(self, received_s: float, now_s: float, delay_ns: int | None) -> None:
        """
        Note that a message is decoded now.

        :param received_s: when its last bytes came.
        :param delay_ns: by how much its stamp is behind the clock now; None: it has none.
        """
        if now_s < self._due_s:
            return
        self._due_s = self._samples.next_s(now_s)
        trace = Trace(min(received_s, now_s))
        trace.mark('decoded', now_s)
        if delay_ns is not None:
            late_s = delay_ns / 1e9 - trace.total_s
            trace.stages['device'] = self._samples.offset.late_s(late_s, now_s)
        self._samples.add(trace)

    def figures(self, now_s: float) -> Stages:
        """Tell p50 and p99 in ms of each stage."""
        if now_s - self._told_s >= _FRESH_S or now_s < self._told_s:
            self._told_s = now_s
            found = self._samples.figures(now_s)
            self._told = {
                stage: (1e3 * found[stage].p50_s, 1e3 * found[stage].p99_s)
                for stage in ('device', 'decoded') if stage in found}
        return self._told
