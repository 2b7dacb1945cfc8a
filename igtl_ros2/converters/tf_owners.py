"""
Which sender may broadcast a frame: one parent at a time, no loops, and rules go before others.

docs/reference/frames.md has the rules. There is no clock in here: time is an argument.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

#: a sender that has not broadcast a frame for so long loses it to the next one that does
SILENT_S = 2.0
#: so long a frame counts that is broadcast no more when loops are looked for: tf remembers it
LOOP_S = 10.0
#: peers may make up names without end; frames that rules name, or with gates, always get in
MAX_FRAMES = 10_000
# how often is looked for frames that are broadcast no more, if there are too many
_LOOK_S = 1.0


class Sender(NamedTuple):
    """
    The sender of a frame.

    :param link: over which link it came.
    :param name: what the sender is called, such as the topic of a device.
    :param parent: where one sender may give a frame several parents, the one that is meant.
    """

    link: str = ''
    name: str = ''
    parent: str = ''


class Refused(NamedTuple):
    """A frame that is not broadcast, the kind of reason and the reason."""

    child: str
    kind: str
    why: str


@dataclass(slots=True)
class _Held:
    sender: Sender
    parent: str
    rank: int
    is_static: bool
    seen_s: float
    checked: int

    def is_silent(self, now_s: float, for_s: float) -> bool:
        return not self.is_static and now_s - self.seen_s >= for_s


class _Other(NamedTuple):
    parent: str
    is_static: bool
    seen_s: float


class TfOwners:
    """The frames that this node broadcasts, and those of other nodes."""

    def __init__(self) -> None:
        self._claims: dict[str, Mapping[str, int]] = {}
        self._held: dict[str, _Held] = {}
        self._others: dict[str, _Other] = {}
        # which parents there are; what was checked under another number is checked again
        self._version = 0
        self._next_look_s = 0.0

    def claim(self, link: str, ranks: Mapping[str, int]) -> None:
        """Keep frames for those who have a rank, or a higher one, in place of the last claim."""
        self._claims[link] = ranks
        for child, held in list(self._held.items()):
            if held.rank < self._claimed(child):
                del self._held[child]

    def forget(self, sender: Sender) -> None:
        """Let the frames of a sender go, whatever parents it gave them."""
        whose = sender[:2]
        for child in [c for c, held in self._held.items() if held.sender[:2] == whose]:
            del self._held[child]
        self._version += 1

    def hear(self, child: str, parent: str, is_static: bool, now_s: float) -> None:
        """Note that another node broadcasts a frame."""
        known = self._others.get(child)
        if known is None or known.parent != parent:
            self._version += 1
        self._others[child] = _Other(parent, is_static, now_s)

    def is_silent(self, child: str, now_s: float) -> bool:
        """Tell whether a frame that this node broadcasts has not been sent for `SILENT_S`."""
        held = self._held.get(child)
        return held is not None and held.is_silent(now_s, SILENT_S)

    def parent_of_other(self, child: str) -> str | None:
        """Name the parent under which another node broadcasts a frame."""
        other = self._others.get(child)
        return None if other is None else other.parent

    def admit(
        self, child: str, parent: str, sender: Sender, rank: int, is_static: bool, now_s: float
    ) -> Refused | None:
        """
        Let a frame be broadcast, or tell why not.

        :param rank: how much right the sender has to it; frames that rules name, or that gates
            stand before, are not for others.
        """
        held = self._held.get(child)
        if (
            held is not None and held.checked == self._version and held.sender == sender
            and held.parent == parent and held.rank == rank and held.is_static == is_static
        ):
            held.seen_s = now_s
            return None
        what = f'{child} is not broadcast on tf with the parent {parent}'
        whose = f', as {sender.name} says' if sender.name else ''
        if child in self._others:
            return Refused(child, 'owner', (
                f'{child} is not broadcast on tf{whose}: another node publishes it already, with '
                f'parent {self._others[child].parent}'))
        if rank < self._claimed(child):
            return Refused(child, 'owner', (
                f'{what}{whose}: a rule names {child}, and it is the frame of its devices'))
        if held is None and not rank and len(self._held) >= MAX_FRAMES:
            if now_s >= self._next_look_s:
                self._next_look_s = now_s + _LOOK_S
                self._held = {
                    c: own for c, own in self._held.items()
                    if own.rank or not own.is_silent(now_s, LOOP_S)}
            if len(self._held) >= MAX_FRAMES:
                why = f'{what}{whose}: {MAX_FRAMES} frames are broadcast already'
                return Refused(child, 'too many', why)
        if held is not None and held.sender != sender and rank <= held.rank and (
            rank < held.rank or not held.is_silent(now_s, SILENT_S)
        ):
            first = held.sender.name or 'another link or device'
            kind = 'owner' if parent == held.parent else f'parents {held.parent}, {parent}'
            return Refused(child, kind, (
                f'{what}{whose}: {first} broadcasts it already, with the parent {held.parent}; '
                'frame_prefix keeps links apart'))
        loop = self._loop(child, parent, now_s)
        if loop:
            weaker = [
                c for c in loop if c != child and c in self._held and self._held[c].rank < rank]
            if not weaker:
                return Refused(child, f'loop with {parent}', (
                    f'{what}{whose}: that would close the loop '
                    f'{" -> ".join([child, *loop, child])}, from child to parent'))
            del self._held[weaker[0]]
        if held is None or held.parent != parent or loop:
            self._version += 1
        self._held[child] = _Held(sender, parent, rank, is_static, now_s, self._version)
        return None

    @property
    def frames(self) -> list[str]:
        """List the frames that this node broadcasts."""
        return list(self._held)

    def is_lost(self, child: str, sender: Sender, parent: str) -> bool:
        """Tell whether a frame is broadcast by another by now, or under another parent."""
        held = self._held.get(child)
        lost = held is not None and (held.sender, held.parent) != (sender, parent)
        return lost or child in self._others

    def _claimed(self, child: str) -> int:
        return max((ranks.get(child, 0) for ranks in self._claims.values()), default=0)

    def _loop(self, child: str, parent: str, now_s: float) -> list[str]:
        """List the frames from a parent up to the child itself; none if it is not above it."""
        way: list[str] = []
        frame: str | None = parent
        while frame is not None and frame not in way:
            if frame == child:
                return way or [child]
            way.append(frame)
            frame = self._parent(frame, now_s)
        return []

    def _parent(self, frame: str, now_s: float) -> str | None:
        """Name the parent that a frame has on tf by now."""
        held = self._held.get(frame)
        if held is not None and not held.is_silent(now_s, LOOP_S):
            return held.parent
        other = self._others.get(frame)
        if other is not None and (other.is_static or now_s - other.seen_s < LOOP_S):
            return other.parent
        return None
