"""What peers have sent to be moved to: as it was published, or why it was not."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any

from ..codec import Message
from ..codec.message import has_points
from ..converters.gates import Gate
from ..errors import ConversionError

#: is given what has come, and its place in ROS or why there is none
Listener = Callable[[Message, Any, str], None]
# a peer that comes again is another one
_MAX_PEERS = 1000


@dataclass(slots=True)
class _Target:
    """
    The last message of a device and a peer.

    :param message: what has come; None of what does not hold whatever becomes of it.
    :param place: the ROS message; None while nobody knows what becomes of it, or if it is refused.
    :param why: why it was not published.
    """

    message: Message | None
    place: Any = None
    why: str = ''
    gate: Gate | None = None


class Targets:
    """
    The last place that each peer has sent by each of some devices.

    One that is not published ends the one before: a robot must not go where nobody wants it now.

    :param names: of the devices.
    :param waits: tells whether a peer has sent something that is still to be looked at.
    """

    def __init__(
        self, names: Iterable[str] = (), waits: Callable[[Any], bool] = lambda peer: False
    ) -> None:
        self.names = frozenset(names)
        self._waits = waits
        self._known: dict[tuple[Hashable, str], _Target] = {}
        self._listeners: dict[str, Listener] = {}

    def listen(self, name: str, listener: Listener) -> None:
        """Have somebody told what a device has sent; in the thread in which it is published."""
        self._listeners[name] = listener

    def begin(self, peer: Hashable, name: str, message: Message) -> None:
        """Take note that a message has come; if it may be a place, none before it holds."""
        key = peer, name
        if has_points(message.type_name) and (
                key in self._known or len(self._known) < _MAX_PEERS * len(self.names)):
            self._known[key] = _Target(message)

    def took(
        self, peer: Hashable, name: str, message: Message, place: Any, gate: Gate | None
    ) -> None:
        """Take note that it was published, through a gate if there was one."""
        why = '' if place is not None else 'nothing that was published of it is a place'
        self._end(peer, name, _Target(message, place, why, gate))

    def refused(
        self, peer: Any, name: str, message: Message, why: str, is_told: bool = True
    ) -> None:
        """
        Take note that it was not published.

        :param is_told: whether it concerns more than its peer.
        """
        self._end(peer, name, _Target(message, why=why or 'it was not published'), is_told)

    def _end(
        self, peer: Hashable, name: str, target: _Target, is_told: bool = True
    ) -> None:
        """Know what has become of a message, unless there is a newer one or its peer is gone."""
        found = self._known.get((peer, name))
        if found is None or found.message is not target.message:
            return
        self._known[peer, name] = target
        listener = self._listeners.get(name)
        if listener is not None and is_told and target.message is not None:
            listener(target.message, target.place, target.why)

    def left(self, peer: Hashable) -> None:
        """Forget a peer that is gone."""
        for key in list(self._known):  # at once: another thread may add one
            if key[0] is peer:
                del self._known[key]

    def clear(self) -> None:
        """Let nothing hold any more: other rules may refuse it."""
        for key in list(self._known):
            self._known[key] = _Target(None, why='the rules have changed since')

    def value(self, peer: Hashable, name: str, now_s: float) -> Any:
        """
        Give the place that a peer has sent last; None if it is not known yet what becomes of it.

        :param now_s: by the steady clock.
        :raises ConversionError: if there is none, or it does not hold.
        """
        if self._waits(peer):
            return None
        found = self._known.get((peer, name))
        if found is None:
            raise ConversionError(f'{name}: this peer has sent none')
        why, gate = found.why, found.gate
        if not why and gate is not None:
            age_s = gate.age_s + (now_s - gate.seen_s)
            why = '; '.join(f'{kind}: {text}' for kind, text in
                            gate.gates.about_age(age_s).items())
        if why:
            raise ConversionError(f'{name}: {why}')
        return found.place
