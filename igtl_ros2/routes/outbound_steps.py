"""
The steps between a value of ROS and what peers get of it.

Each takes items in their order and gives those that go on; what is to be done besides goes into a
list of effects. A step is in a route only where its rule asks for it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ..codec import Message
from ..codec.key_frames import Chain
from ..codec.messages.bundle import is_emergency
from ..codec.messages.video import Video
from ..codec.short_names import full_name
from ..converters.changes import Value, value_of
from ..converters.placing import is_empty, moved_for_wire, weight
from ..rules import SendRule
from .effects import (
    Effects,
    LookUp,
    Order,
    Poses,
    Remember,
    Send,
    Sent,
    Tell,
    WantKeyFrame,
    left_out,
    problem,
    stale,
    withheld,
)
from .now import Now
from .source_age import Expiry
from .sources import Item, Source
from .surroundings import Key

#: how often a frame of tf is sent that does not move
TF_REPEAT_S = 1.0
#: so long a source that is silent keeps its device
_KEEPS_S = 2.0


class Step(Protocol):
    """One step."""

    def take(self, items: list[Item], now: Now, out: Effects) -> list[Item]:
        """Let items go on."""


class _Each:
    """A step that looks at one item after the other; what is wrong with one costs no other."""

    def __init__(self, source: Source, sent: Chain) -> None:
        self._source = source
        self._name = source.name
        self._sent = sent

    def take(self, items: list[Item], now: Now, out: Effects) -> list[Item]:
        """Let items go on."""
        kept = []
        for item in items:
            try:
                if self._goes_on(item, now, out):
                    kept.append(item)
            except Exception as error:
                self._fail(error, out)
        return kept

    def _fail(self, error: Exception, out: Effects) -> None:
        out.append(self._source.failed(error))
        self._sent.lose()

    def _goes_on(self, item: Item, now: Now, out: Effects) -> bool:
        raise NotImplementedError


class RateLimit:
    """Keep the newest value until it is time; an emergency does not wait."""

    def __init__(self, rule: SendRule, source: Source) -> None:
        self._device = rule.device
        self._source = source
        self._latest: Item | None = None

    def take(self, items: list[Item], now: Now, out: Effects) -> list[Item]:
        urgent = []
        for item in items:
            if self._source.follows(item.value):
                # without those before it, it is no picture
                out.append(left_out(f'{self._device}: by rate, no key frame'))
                continue
            if self._latest is not None:  # it is older, also than an emergency
                out.append(left_out(f'{self._device}: by rate'))
            is_urgent = self._source.is_urgent(item.value, now)
            self._latest = None if is_urgent else item
            if is_urgent:
                urgent.append(item)
        return urgent

    def release(self) -> list[Item]:
        """Give what is kept."""
        latest, self._latest = self._latest, None
        return [] if latest is None else [latest]

    def give_up(self) -> int:
        """Drop what is kept; tells how many values that is."""
        return len(self.release())


class NotOwn:
    """Leave out what came from another link of the node, which has handed it over."""

    def __init__(self, is_own: Callable[[Any], bool]) -> None:
        self._is_own = is_own

    def take(self, items: list[Item], now: Now, out: Effects) -> list[Item]:
        return [item for item in items if not self._is_own(item.value)]


class Convert(_Each):
    """Make messages of values."""

    def take(self, items: list[Item], now: Now, out: Effects) -> list[Item]:
        kept, convert = [], self._source.convert
        for item in items:
            try:
                for text in convert(item, now):
                    out.append(problem(f'{self._name}: info', f'{self._name}: {text}'))
                if item.wanting is not None:
                    out.append(Remember(item.value, item.stamp_ns, item.wanting))
                kept.append(item)
            except Exception as error:
                self._fail(error, out)
        return kept


class Place(_Each):
    """Have messages moved into the frame that the rule asks for, but for empty lists."""

    def __init__(self, rule: SendRule, source: Source, sent: Chain) -> None:
        super().__init__(source, sent)
        self._rule = rule

    def _goes_on(self, item: Item, now: Now, out: Effects) -> bool:
        if all(is_empty(part) or is_emergency(part) for part in item.parts):
            return True
        item.came_s = now.steady_s
        frames, stamp_ns = self._source.place(item)
        out.append(LookUp(
            item, frames, self._rule.to_frame, stamp_ns or now.ros_ns,
            sum(map(weight, item.parts))))
        return False

    def move(self, item: Item, frames: Sequence[str], poses: Poses, out: Effects) -> list[Item]:
        """Move what has been waiting."""
        rule = self._rule
        try:
            item.parts = tuple(
                part if part.device_name == rule.header
                else moved_for_wire(
                    part, [poses[frame] for frame in frames], rule.to_frame, rule.wire_unit)
                for part in item.parts
            )
        except Exception as error:
            self._fail(error, out)
            return []
        return [item]


class MaxAge(_Each):
    """Withhold what is older than the rule allows."""

    def __init__(
        self, source: Source, sent: Chain, expiry: Expiry, forget: Callable[[], None]
    ) -> None:
        """
        Have an expiry, which outlives a route whose rule stays.

        :param forget: is called when what was sent holds no longer.
        """
        super().__init__(source, sent)
        self._expiry = expiry
        self._forget = forget

    def _goes_on(self, item: Item, now: Now, out: Effects) -> bool:
        if any(map(is_emergency, item.parts)):
            return True
        expiry, stamp_ns = self._expiry, self._source.stamp_of(item)
        if expiry.age.is_fresh(stamp_ns, now.ros_ns, now.steady_s):
            item.parts = tuple(expiry.note(item.parts))
            return True
        self._sent.lose()
        if self._source.counts_old:
            out.append(withheld(
                f'{self._name}: max_age', f'{self._name}: not sent: its stamp is too old'))
        self._expire(out)
        return False

    def look(self, now: Now, out: Effects) -> None:
        """Take back what was sent, once it is too old."""
        if self._expiry.age.is_over(now.ros_ns, now.steady_s):
            self._expire(out)

    def _expire(self, out: Effects) -> None:
        self._forget()
        self._expiry.expire(self._source.why_stale, out)

    def retract(self, out: Effects) -> None:
        """Take back what was sent: its source is gone."""
        self._forget()
        self._expiry.is_stale = False
        self._expiry.retract(out)


class OnChange(_Each):
    """
    Leave out what says no more than what was sent last.

    :param repeat_s: after that time it is sent all the same.
    """

    def __init__(
        self, rule: SendRule, source: Source, sent: Chain, repeat_s: float = math.inf
    ) -> None:
        super().__init__(source, sent)
        self._rule = rule
        self._repeat_s = repeat_s
        #: values that were sent, or what they are made of
        self._last: list[Any] = []
        self._stamp_ns = 0
        self._due_s = 0.0

    def _goes_on(self, item: Item, now: Now, out: Effects) -> bool:
        parts, stamp_ns, rule = item.parts, self._source.stamp_of(item), self._rule
        if any(isinstance(part, Video) and part.follows is not None for part in parts):
            return True
        values: Sequence[Any] = parts
        if rule.on_change or stamp_ns == self._stamp_ns:  # else it is new
            values = [value_of(part, rule.wire_unit) for part in parts]
            if now.steady_s < self._due_s and not self._differ(values) and not any(
                map(is_emergency, parts)
            ):
                if rule.on_change:
                    out.append(left_out(f'{rule.device}: unchanged'))
                return False
        self._last, self._stamp_ns = list(values), stamp_ns
        self._due_s = now.steady_s + self._repeat_s
        return True

    def _differ(self, values: Sequence[Value]) -> bool:
        if len(values) != len(self._last):
            return True
        unit, eps = self._rule.wire_unit, self._rule.eps
        self._last = [
            value_of(one, unit) if isinstance(one, Message) else one for one in self._last]
        return any(value.differs(old, eps) for value, old in zip(values, self._last))

    def forget(self) -> None:
        """Let whatever comes next be new."""
        self._last = []


class KeyFrames:
    """Leave out frames of video that cannot be decoded because one before them is lost."""

    def __init__(self, rule: SendRule, source: Source, sent: Chain) -> None:
        self._key = 'VIDEO', rule.device
        self._name = source.name
        self._sent = sent

    def take(self, items: list[Item], now: Now, out: Effects) -> list[Item]:
        """Let go on what can be decoded."""
        for item in items:
            for part in item.parts:
                if isinstance(part, Video) and not self._sent.admits(part.follows):
                    out.append(left_out(
                        f'{self._name}: frames behind a lost one, before a key frame'))
                    out.append(WantKeyFrame(self._key))
                    item.parts = tuple(one for one in item.parts if one is not part)
        return [item for item in items if item.parts]


class WireSources:
    """
    Which source sends a device, by type and device; for any thread.

    Two sources of one name are one device for every peer.
    """

    def __init__(self) -> None:
        self._last: dict[Key, tuple[str, float]] = {}

    def forget(self) -> None:
        """Let everything come from another source than before."""
        self._last.clear()

    def other(self, key: Key, source: str, now_s: float) -> str | None:
        """
        Note that a source sends a device, and name another one that has sent it just now.

        :param now_s: by a clock that never jumps.
        """
        # another thread in between would cost no more than a word
        before = self._last.get(key)
        self._last[key] = source, now_s
        if before is None or before[0] == source or now_s - before[1] > _KEEPS_S:
            return None
        return before[0]


class SendStep(_Each):
    """
    Send, but not back to the peer that a value came from.

    :param is_repeated: whether a step behind it wants to know what was sent.
    """

    def __init__(
        self, source: Source, sent: Chain, wire_sources: WireSources, is_repeated: bool
    ) -> None:
        super().__init__(source, sent)
        self._wire_sources = wire_sources
        self._is_repeated = is_repeated

    def take(self, items: list[Item], now: Now, out: Effects) -> list[Item]:
        """Send them, those of one type and device together."""
        kept, last, last_key, name = [], None, None, self._name
        for item in items:
            try:
                for part in item.parts:
                    key = part.type_name, full_name(part)
                    other = self._wire_sources.other(key, name, now.steady_s)
                    if other is not None:
                        out.append(two_sources(key, name, other))
                    exclude = self._source.exclude(key, item, out)
                    if last is not None and last_key == key and last.exclude == exclude and (
                        last.messages[0].device_name == part.device_name
                    ):
                        last.messages.append(part)
                    else:
                        last, last_key = Send([part], exclude), key
                        out.append(last)
                    # twice changes the picture twice
                    if self._is_repeated and not (isinstance(part, Video) and part.follows):
                        item.sent = *item.sent, (part, exclude)
                kept.append(item)
            except Exception as error:
                self._fail(error, out)
        return kept


def two_sources(key: Key, name: str, other: str) -> Tell:
    """Tell that two sources send a device."""
    what = ' '.join(key)
    return problem(f'{what}: two sources', f'{what} is sent from {name} and from {other}')


class KeepAlive:
    """Send the last value again; not that of a source that does not publish any more."""

    def __init__(self, rule: SendRule, source: Source) -> None:
        self._device = rule.device
        self._source = source
        self._last: Sequence[tuple[Message, tuple[Any, ...]]] = []

    def take(self, items: list[Item], now: Now, out: Effects) -> list[Item]:
        """Remember the last of them."""
        self._last = items[-1].sent
        self._source.watch(items[-1])
        out.append(Sent())
        return items

    def repeat(self, out: Effects) -> None:
        """Send it again."""
        source, name = self._source, self._source.name
        if self._last and not source.is_alive():
            self._last = []
            out.append(problem(
                f'{name}: keepalive',
                f'{name}: {self._device!r} is not repeated any more, nobody publishes the topic'))
        silent = source.no_answer() if self._last else ''
        if silent:
            what = f'{name}: no answer'
            out.append(stale(what, f'{what} of {silent}: not repeated'))
            return
        out.extend(Send([message], exclude) for message, exclude in self._last)

    def forget(self) -> None:
        """Repeat nothing of what was sent."""
        self._last = []


@dataclass(slots=True)
class OrderStep:
    """Send commands; each is one of its own, so none makes another a new one."""

    rule: SendRule
    source: Source

    def take(self, items: list[Item], now: Now, out: Effects) -> list[Item]:
        """Send them; nothing goes on."""
        for item in items:
            try:
                text = self.source.text(item)
                exclude = self.source.exclude(('COMMAND', self.rule.device), item, out)
                out.append(Order(text, exclude))
            except Exception as error:
                out.append(self.source.failed(error))
        return []
