"""How old what is sent may be: a source that died is not sent for ever as if it were alive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..codec import Message
from ..codec.message import Place
from ..rules import SendRule
from .effects import Effects, Retract, problem

#: what peers of header version 2 read the state of a pose from
STATE = 'TransformStatus'
_MISSING, _OK = 'MISSING', 'OK'


class SourceAge:
    """
    Tell whether what a source says is still of now, by its stamps.

    A source is stale when its stamp has not changed for the time allowed, by a clock that never
    jumps, so that a bag of another day that is played does not count as old. If the rule names
    the time, a stamp that is older than that by the time of ROS is stale as well.
    """

    def __init__(self, rule: SendRule) -> None:
        self._limit_s = rule.age_limit
        self._by_stamp = bool(rule.max_age)
        self._stamp_ns = 0
        self._since_s: float | None = None

    def is_fresh(self, stamp_ns: int, now_ns: int, now_s: float) -> bool:
        """
        Take in the stamp of what is about to be sent.

        :param stamp_ns: 0 for what holds at all times, or says no stamp.
        :param now_ns: the time of ROS.
        :param now_s: the time of a clock that never jumps.
        """
        if stamp_ns != self._stamp_ns or not stamp_ns:
            self._stamp_ns, self._since_s = stamp_ns, now_s
        return not self.is_over(now_ns, now_s)

    def is_over(self, now_ns: int, now_s: float) -> bool:
        """Tell whether what came last does not hold any more; not if nothing ever came."""
        if not self._limit_s or self._since_s is None:
            return False
        is_old = self._by_stamp and self._stamp_ns and (
            now_ns - self._stamp_ns > self._limit_s * 1e9)
        return bool(is_old) or now_s - self._since_s > self._limit_s


class Expiry:
    """
    What peers get of a device that is stale: once, that its pose is missing.

    Peers of header version 1 could not read that and get nothing; late joiners do not get what
    was sent last.
    """

    def __init__(self, rule: SendRule) -> None:
        #: how old the source is
        self.age = SourceAge(rule)
        self._rule = rule
        self._last: list[Message] = []
        #: peers have been told that it was missing: they are told that it is not
        self._was_missing = False
        self.is_stale = False

    def note(self, messages: Sequence[Message]) -> list[Message]:
        """Give what is fresh, and about to be sent, with the state that peers need to be told."""
        self.is_stale = False
        if self._was_missing:
            messages = [_with_state(message, _OK) for message in messages]
        self._last = list(messages)
        return self._last

    def expire(self, why: str, out: Effects) -> None:
        """Tell that what was sent last does not hold any more; once."""
        if not self.is_stale:
            self.is_stale = True
            device = self._rule.device
            out.append(problem(f'{device}: stale', f'{device} is stale, not sent: {why}'))
        self.retract(out)

    def retract(self, out: Effects) -> None:
        """Take back what was sent last; its source is not stale, but gone."""
        last, self._last = self._last, []
        for message in last:
            has_state = message.place == Place.POSES
            out.append(Retract(message, _with_state(message, _MISSING) if has_state else None))
            self._was_missing = self._was_missing or has_state

    @property
    def device(self) -> str:
        """The name of the device."""
        return self._rule.device


def _with_state(message: Message, state: str) -> Message:
    said = [key for key in message.metadata if key.endswith('Status')]  # of its tools, too
    if message.place != Place.POSES or said and state == _OK:
        return message  # it says itself how it is
    states = dict.fromkeys([*said, STATE], state)
    return replace(message, metadata={**message.metadata, **states}, version=2)
