"""
The way of a value of ROS to the network, from top to bottom.

    rate -> from another link -> held -> worker | convert -> to_frame | max_age -> on_change
    -> key frames -> send -> keepalive

A rule and a source are compiled to these steps, as far as they are asked for. Behind each `|`
items may go on later: when a worker has time, and when tf knows a frame.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from ..codec.key_frames import Chain
from ..converters.registry import is_sent_by_worker
from ..rules import SendRule
from .effects import Effects, Remember
from .now import Now
from .outbound_steps import (
    TF_REPEAT_S,
    Convert,
    KeepAlive,
    KeyFrames,
    MaxAge,
    NotOwn,
    OnChange,
    OrderStep,
    Place,
    RateLimit,
    SendStep,
    Step,
    WireSources,
)
from .source_age import Expiry
from .sources import Item, LinkSource, TfSource, TopicSource
from .worker_queue import WorkerQueue


class HeldTopic:
    """Say of a topic that holds its last message what was sent of it."""

    def __init__(self, source: TopicSource) -> None:
        self.source = source

    def take(self, items: list[Item], now: Now, out: Effects) -> list[Item]:
        """Have all that stands alone remembered, until more is known of it."""
        out.extend(
            Remember(item.value, self.source.stamp_of_value(item.value))
            for item in items if self.source.follows(item.value) is None)
        return items


class OutboundRoute:
    """
    All steps of one rule for one source.

    `take` gives what is to be done. With several threads call `admit`, `convert` and `finish`
    in its place: of these only `convert` may run in several threads at once.

    :param name: of the source.
    :param held: is among the steps while publishers hold their last message.
    """

    def __init__(
        self, name: str, admitting: Sequence[Step], converting: Sequence[Step],
        finishing: Sequence[Step], sent: Chain, held: HeldTopic | None = None,
    ) -> None:
        self.name = name
        self._admitting, self._later = list(admitting), (*converting, *finishing)
        #: makes messages, in the frame that is asked for; those that wait for tf follow
        self.convert = _chain(converting)
        #: sends messages, if they say something that the peers do not know
        self.finish = _chain(finishing)
        self._sent, self._held = sent, held
        steps = (*admitting, *converting, *finishing)

        def find(kind: type) -> Any:
            return next((step for step in steps if isinstance(step, kind)), None)

        self._rate: RateLimit | None = find(RateLimit)
        #: of what a worker is to convert, and of what waits for tf; None: nothing does
        self.queue: WorkerQueue | None = find(WorkerQueue)
        self.place: Place | None = find(Place)
        self._age: MaxAge | None = find(MaxAge)
        self._keepalive: KeepAlive | None = find(KeepAlive)

    @property
    def steps(self) -> list[str]:
        """The names of the steps."""
        return [type(step).__name__ for step in (*self._admitting, *self._later)]

    def take(self, values: Sequence[Any], now: Now) -> Effects:
        """Take values, in their order."""
        out: Effects = []
        items = self.convert(self.admit(values, now, out), now, out)
        self.finish(items, now, out)
        return out

    def admit(self, values: Sequence[Any], now: Now, out: Effects) -> list[Item]:
        """Give what may be converted at once."""
        return _through(self._admitting, list(map(Item, values)), now, out)

    # -- what goes on later

    def release(self, now: Now, out: Effects) -> list[Item]:
        """Give what the rate has held back, as `admit` does."""
        if self._rate is None:
            return []
        behind = self._admitting[self._admitting.index(self._rate) + 1:]
        return _through(behind, self._rate.release(), now, out)

    def give_up(self) -> int:
        """Drop what waits for its rate or a worker; tells how many values that is."""
        waiting = [step for step in (self._rate, self.queue) if step is not None]
        return sum(step.give_up() for step in waiting)

    def again(self, value: Any, now: Now, out: Effects) -> list[Item]:
        """Take a value that was sent before, now that more is known of it; as `admit` does."""
        behind = [step for step in self._admitting if step is self.queue]
        return _through(behind, [Item(value)], now, out)

    def lose(self) -> None:
        """Note that something was lost: if it was a frame of video, others are of no use."""
        self._sent.lose()

    def hold(self, is_held: bool) -> None:
        """Note whether publishers hold their last message."""
        if self._held is None:
            return
        self._held.source.is_held = is_held
        steps = [step for step in self._admitting if step is not self._held]
        if is_held:
            steps.insert(len(steps) - (self.queue is not None), self._held)
        self._admitting = steps

    def lose_before(self) -> None:
        """Note that something was lost before it came here."""
        if self.queue is not None:
            self.queue.chain.lose()

    # -- what time does

    def look_at_age(self, now: Now) -> Effects:
        """Take back what was sent, once it is older than the rule allows."""
        out: Effects = []
        if self._age is not None:
            self._age.look(now, out)
        return out

    def retract(self) -> Effects:
        """Take back what was sent: its source is gone."""
        out: Effects = []
        if self._age is not None:
            self._age.retract(out)
        return out

    def repeat(self, now: Now) -> Effects:
        """Send the last value again."""
        out = self.look_at_age(now)
        if self._keepalive is not None:
            self._keepalive.repeat(out)
        return out


def _chain(steps: Sequence[Step]) -> Callable[[list[Item], Now, Effects], list[Item]]:
    return steps[0].take if len(steps) == 1 else partial(_through, tuple(steps))


def _through(steps: Sequence[Step], items: list[Item], now: Now, out: Effects) -> list[Item]:
    for step in steps:
        if not items:
            break
        items = step.take(items, now, out)
    return items


def outbound_route(
    rule: SendRule, source: TopicSource | LinkSource | TfSource, wire_sources: WireSources, *,
    ros_type: type = object, depth: int = 1, expiry: Expiry | None = None,
    is_own: Callable[[Any], bool] | None = None,
) -> OutboundRoute:
    """
    Compile a rule.

    :param ros_type: of the values of a topic.
    :param depth: how many of them may wait for a worker.
    :param expiry: where the rule has an age, what is known of it.
    :param is_own: tells of values that another link has handed over as well.
    """
    if rule.type == 'COMMAND':
        return OutboundRoute(source.name, [OrderStep(rule, source)], [], [], Chain())
    sent = Chain(is_whole=True)
    is_tf = isinstance(source, TfSource)
    admitting: list[Step] = []
    if rule.rate and not is_tf:  # which is looked up at this rate
        admitting.append(RateLimit(rule, source))
    if is_own is not None:
        admitting.append(NotOwn(is_own))
    held = HeldTopic(source) if isinstance(source, TopicSource) else None
    is_long = isinstance(source, TopicSource) and is_sent_by_worker(ros_type, rule.type)
    if is_long or not source.is_never_long:
        admitting.append(WorkerQueue(source, is_long, depth))
    converting: list[Step] = [Convert(source, sent)]
    if rule.to_frame:
        converting.append(Place(rule, source, sent))
    repeat_s = math.inf
    if is_tf:
        repeat_s = rule.keepalive or (math.inf if rule.on_change else TF_REPEAT_S)
    change = OnChange(rule, source, sent, repeat_s) if rule.on_change or is_tf else None
    keepalive = KeepAlive(rule, source) if rule.keepalive and not is_tf else None

    def forget() -> None:
        for step in (change, keepalive):
            if step is not None:
                step.forget()

    finishing: list[Step | None] = [
        None if expiry is None else MaxAge(source, sent, expiry, forget),
        change,
        KeyFrames(rule, source, sent) if source.may_be_video or rule.type == 'VIDEO' else None,
        SendStep(source, sent, wire_sources, keepalive is not None),
        keepalive,
    ]
    return OutboundRoute(
        source.name, admitting, converting, [step for step in finishing if step], sent, held)
