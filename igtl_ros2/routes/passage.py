"""A message on its way through the steps, and the time that these are told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..codec import Message
from ..converters.gates import Gate
from ..converters.registry import Converted
from ..converters.units import Matrix
from .latency import Trace


class Passage:
    """
    A message on its way.

    :param peer: a `Source`.
    :param message: without what `phi` hides.
    :param frame: the message as it came, for `raw: true`.
    :param came_s: when it came, by a clock that never jumps; a repetition came when the first did.
    :param now_s: when it began its way, by the same clock.
    :param source: whose clock the stamp is from, for `info`.
    :param origin: for `info`, what the message came in.
    """

    # every message needs one: what most have not got stands in the class
    stamp_ns = 0
    source = ''
    #: whether the one before it was dropped, it takes long to convert, and this is the worker
    after_loss = is_heavy = in_worker = False
    #: what it was before it was moved into another frame
    unmoved: Passage | None = None
    #: what has become of it
    result: Converted | None = None
    gate: Gate | None = None
    #: why something of it is not on tf
    not_on_tf = ''
    #: of its frames, in that into which it is moved
    poses: Mapping[str, Matrix] | None = None
    #: with which of its steps it begins, or goes on
    step = 0
    #: how long it took so far, if that is measured
    trace: Trace | None = None

    def __init__(
        self, peer: Any, message: Message, now_s: float, arrival_ns: int, origin: dict[str, Any]
    ) -> None:
        """Begin with what came just now."""
        self.peer = peer
        self.message = self.frame = message
        self.came_s = self.now_s = now_s
        self.arrival_ns = arrival_ns
        self.origin = origin

    def again(self, now_s: float) -> Passage:
        """Begin once more with what it holds now."""
        again = Passage(self.peer, self.message, now_s, self.arrival_ns, self.origin)
        again.frame, again.came_s, again.stamp_ns = self.frame, self.came_s, self.stamp_ns
        again.is_heavy = self.is_heavy
        return again
