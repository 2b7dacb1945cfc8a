"""Notes of how long messages take on their way to ROS."""

from __future__ import annotations

from typing import Any

from ..codec import Message
from ..codec.timestamp import wire_ns
from ..converters.metres import own_stamp_ns
from ..converters.units import ros_text
from .device import Device
from .effects import Broadcast, Effect, Later, LookUp, Measure, Publish
from .inbound import REPEATED
from .latency import LinkLatency, Trace
from .now import Clocks
from .passage import Passage
from .ready import Ready

_MEASURE = Measure()
# with them a message gets out
_OUT = (Publish, Broadcast)
# it goes on elsewhere, and is measured there
_ELSEWHERE = (Later, LookUp)


class InboundTimes:
    """
    Take notes of some of the messages, and of all that wait for something.

    :param latency: takes them in.
    :param clocks: tell the time, one that never jumps and the one that stamps are compared with.
    """

    def __init__(self, latency: LinkLatency, clocks: Clocks) -> None:
        self._latency = latency
        self._steady_s, self._wall_ns = clocks.steady_s, clocks.wall_ns

    def sample(self, device: Device, passage: Passage, ready: Ready) -> None:
        """Measure a message that has taken its steps, if it is going to be published."""
        now_s = self._steady_s()
        device.sample_s = self._latency.next_s(device.way.what, now_s)
        for _, its, effect in reversed(ready):
            if its is not passage or isinstance(effect, _ELSEWHERE):
                return
            if isinstance(effect, _OUT):
                break
        else:
            return
        passage.trace = trace = self._begin(passage)
        trace.mark('gates', now_s)
        ready.append((device, passage, _MEASURE))

    def _begin(self, passage: Passage) -> Trace:
        """Begin with its arrival."""
        peer, came_s = passage.peer, passage.came_s
        trace = Trace(min(peer.last_received, came_s), peer.address)
        trace.mark('decoded', came_s)
        stamp_ns = own_stamp_ns(wire_ns(passage.message.timestamp))
        if stamp_ns is not None:
            since_s = self._steady_s() - trace.began_s
            trace.offset_s = (self._wall_ns() - stamp_ns) / 1e9 - since_s
        return trace

    def take_over(self, passage: Passage) -> Trace | None:
        """Take the notes of a message that waits from now on; None if it is a repetition."""
        trace, passage.trace = passage.trace, None
        if passage.source == REPEATED:
            return None
        if trace is None:
            trace = self._begin(passage)
        trace.mark('gates', self._steady_s())
        return trace

    def go_on(self, passage: Passage, trace: Trace | None, stage: str) -> None:
        """Give a message its notes back, now that a stage of waiting is over."""
        if trace is not None:
            trace.mark(stage, self._steady_s())
            passage.trace = trace

    def with_measure(self, passage: Passage, effects: list[Effect]) -> list[Effect]:
        """Add to what is to be done for a message that it is measured, if that is wanted."""
        if passage.trace is None:
            return effects
        passage.trace.mark('gates', self._steady_s())
        return [*effects, _MEASURE] if any(isinstance(e, _OUT) for e in effects) else effects

    def published(self, device: Device, passage: Passage, effect: Measure) -> None:
        """Note that a message is published."""
        trace, passage.trace = passage.trace, None
        if trace is not None:
            trace.mark('published', self._steady_s())
            self._latency.add(device.way.what, trace)

    def note_slow(self, peer: Any, message: Message, now_s: float, took_s: float) -> None:
        """Remember that the last of some messages took longest until now."""
        decoded_s = max(0.0, now_s - peer.last_received)
        what = ros_text(f'{message.type_name} {message.device_name}')
        self._latency.note_slow(
            took_s, what, {'decoded': decoded_s, 'gates and published': took_s - decoded_s})
