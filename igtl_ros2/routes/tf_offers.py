"""Which frames of a device are broadcast on tf."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..converters.lazy import frames_of
from ..converters.registry import Route
from ..converters.tf_owners import Sender
from ..rules import ReceiveRule
from .effects import Broadcast, Effects, left_out, problem
from .surroundings import Surroundings

# tools of one device whose last stamp on tf is known
_MAX_TOOLS = 1000


class TfOffers:
    """
    Offer frames to tf.

    :param topic: of the device.
    :param route: what converters know of it.
    :param has_gates: whether its rule has gates.
    """

    #: of its rule among those of the mapping
    number: int | None = None

    def __init__(
        self, topic: str, rule: ReceiveRule, route: Route, has_gates: bool, around: Surroundings
    ) -> None:
        self._topic = topic
        self._rule = rule
        self._route = route
        self._has_gates = has_gates
        self._around = around
        #: the last stamp on tf of each frame and parent, in nanoseconds
        self._stamps: dict[tuple[str, str], int] = {}
        self._senders: dict[tuple[str, str], tuple[Sender, int]] = {}

    def follow(self, number: int | None) -> None:
        """Note that the rules have changed, but say the same of the device."""
        self.number = number
        self._senders.clear()

    def offer(
        self, transforms: Iterable[Any], stamp_ns: int, out: Effects, is_frozen: bool = False
    ) -> None:
        """
        Have frames broadcast on tf, but none of this node, in a circle or said before.

        :param is_frozen: whether the stamps of the device have not gone on for too long: of
            several old ones by turns none is new.
        """
        around, offered, stamps = self._around, [], self._stamps
        is_static = self._rule.tf == 'static'
        for transform in transforms:
            frames = parent, child = frames_of(transform)
            known_ns = stamps.get(frames)
            if (known_ns == stamp_ns or is_frozen and known_ns is not None) and not is_static:
                out.append(left_out(f'tf {child}: stamp that was there before'))
                continue
            if known_ns is None and len(stamps) >= _MAX_TOOLS:
                stamps.clear()
                self._senders.clear()
            stamps[frames] = stamp_ns
            if around.frame_name(child) in around.own_frames:
                out.append(problem(
                    f'tf {child}: own',
                    f'{child} is not broadcast on tf: this bridge sends that frame to the '
                    f'network, it would get two parents',
                ))
            elif child == parent:
                out.append(problem(
                    f'tf {child}: loop',
                    f'{self._route.device!r} is not broadcast on tf: parent and child are both '
                    f'{child}',
                ))
            else:
                who = self._senders.get(frames)
                if who is None:
                    who = self._senders[frames] = (
                        Sender(around.link, self._topic, parent),
                        around.claims.rank(self.number, child, self._has_gates),
                    )
                offered.append((transform, *who))
        out.append(Broadcast(offered, is_static))
