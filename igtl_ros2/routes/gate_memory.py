"""What gates have known of the devices on a topic."""

from __future__ import annotations

from ..converters.gates import Gates, Tracks
from ..rules import ReceiveRule
from .inbound import Inbound

_MAX_TOPICS = 2000


class GateMemory:
    """Gates by topic and by frame: each device there is compared with the one before."""

    def __init__(self) -> None:
        self._gates: dict[str, Gates] = {}
        self._on_tf = Tracks()
        #: whether some of what gates have known was forgotten
        self._is_wary = False

    def gates_of(
        self, topic: str, rule: ReceiveRule, type_name: str, before: Inbound | None
    ) -> Gates | None:
        """
        Make the gates of a rule; None if it has none.

        :param before: the steps of its messages under the rules before.
        """
        memory = self._gates.get(topic) or (None if before is None else before.gates)
        gates = Gates.of(rule, type_name, memory, self._on_tf)
        if gates is not None:
            if memory is None and self._is_wary:
                gates.doubt()
            self._gates[topic] = gates
        return gates

    def keep(self, topic: str, gates: Gates) -> None:
        """Keep what gates have known of a device that is forgotten: the newest of these, last."""
        self._gates[topic] = self._gates.pop(topic, gates)
        while len(self._gates) > _MAX_TOPICS:
            del self._gates[next(iter(self._gates))]
            self._is_wary = True
