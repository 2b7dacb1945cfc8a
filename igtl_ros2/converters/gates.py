"""
Gates: which poses are withheld, so that no robot follows them, and when they pass again.

docs/reference/gates.md has the rules. There is no clock in here: time is an argument.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable
from copy import copy
from dataclasses import dataclass, field, replace
from math import asin, atan2, dist, hypot, isfinite
from typing import NamedTuple

from ..codec import Message
from ..codec.message import Place, place_of
from ..rules import MotionLimits, ReceiveRule
from .metres import NS, own_stamp_ns
from .motion_budget import BURST_S, Cost, MotionBudget
from .tf_owners import MAX_FRAMES, SILENT_S

#: another place is believed no sooner than so long after the last time
RECOVER_PAUSE_S = 1.0
#: a sender may make up names without end; each costs memory
MAX_TOOLS = 1000
#: one that was not seen for so long makes room for another
FORGET_S = 10.0
# what is not taken for a motion where no time has passed: rounding
_STILL = 1e-9
# by how much two quaternions may be longer or shorter than 1, together
_UNIT = 1e-12
_FREE: Cost = 0.0, 0.0
# half the time of the class
_new_tuple = tuple.__new__
_DEGREES = 180 / math.pi

Vector = tuple[float, ...]


class Sample(NamedTuple):
    """A pose as it is about to be published."""

    #: in metres
    position: Vector
    #: (x, y, z, w); None for what has a position only
    orientation: Vector | None
    stamp_ns: int
    #: when it came, by a clock that never jumps
    seen_s: float
    #: its sender
    source: Hashable = None
    #: false for the repetition of one that came before
    is_new: bool = True


@dataclass(slots=True)
class _Track:
    """What is known of one tool."""

    #: the last one that was let through
    accepted: Sample | None = None
    #: when that, or a repetition of it, was let through
    shown_s: float = 0.0
    #: what is left to move by
    budget: MotionBudget | None = None
    #: when another place was believed
    recovered_s: float = -math.inf
    #: the last of those that were withheld and agree with each other, and how many they are
    candidate: Sample | None = None
    count: int = 0
    #: when it was last seen
    seen_s: float = -math.inf
    #: whether more may have been known of it, which was forgotten
    is_doubted: bool = False

    def follow(self, other: _Track) -> None:
        """Go on where another one has been."""
        self.accepted, self.shown_s = other.accepted, other.shown_s
        self.budget, self.recovered_s = copy(other.budget), other.recovered_s
        self.candidate = None


class Tracks(dict[tuple[str, str], _Track]):
    """What is known of tools, by their names and frames."""

    #: whether some of it was forgotten
    is_wary = False


class Gates:
    """
    The gates of one device, with what they remember.

    :param memory: of gates that were in the place of these.
    :param is_blind: whether they do not know what to look at, and so let nothing pass.
    :param on_tf: by child frame and frame, what is known of the device that broadcasts it: the
        one that does so after it is compared with that.
    """

    def __init__(
        self, rule: ReceiveRule, memory: Gates | None = None, is_blind: bool = False,
        on_tf: Tracks | None = None,
    ) -> None:
        self._max_age, self._box = rule.max_age, rule.workspace
        self._jump, self._speed = rule.max_jump, rule.max_speed
        self._recover_after = rule.recover_after
        self.is_blind = is_blind
        # by tool and frame: numbers in another frame cannot be compared
        self._tracks: Tracks = memory._tracks if memory else Tracks()
        self._on_tf = Tracks() if on_tf is None else on_tf
        #: those of a pose that becomes of a list of points, where they are not the same
        self.of_poses: Gates | None = None

    @classmethod
    def of(
        cls, rule: ReceiveRule, type_name: str, memory: Gates | None, on_tf: Tracks | None = None
    ) -> Gates | None:
        """
        Make those that a rule asks for, as far as they make sense for a type.

        None if there are none, or the type says that nothing of it has to be looked at.
        """
        place = place_of(type_name)
        if place == Place.UNKNOWN:
            return cls(rule, memory, is_blind=True) if rule.is_gated else None
        own = rule
        if place < Place.POSES:
            own = replace(rule, max_age=0.0, max_jump=None, max_speed=None)
        if not own.is_gated or place < Place.POINTS:
            return None
        gates = cls(own, memory, on_tf=on_tf)
        if own is not rule and rule.pose and (rule.max_age or rule.max_jump or rule.max_speed):
            gates.of_poses = cls(rule, gates, on_tf=on_tf)
        return gates

    def is_silent(self, quiet_s: float) -> bool:
        """Tell whether a device that has sent nothing for so long is stale."""
        limit = 0.0 if self.is_blind else self._max_age
        return bool(limit) and not quiet_s <= limit

    def about_age(self, age_s: float) -> dict[str, str]:
        """Find out what is wrong with the age of a message: the gate, and why."""
        limit = self._max_age
        if not limit or -limit <= age_s <= limit:
            return {}
        way = 'old' if age_s > 0 else 'ahead'
        return {'max_age': f'it is {abs(age_s):.3g} s {way}, allowed {limit:g} s'}

    def about_box(self, positions: Iterable[Vector]) -> dict[str, str]:
        """Find out whether positions are outside of the workspace: the gate, and why."""
        box = self._box
        if box is None:
            return {}
        for position in positions:
            (a, b, c), (x, y, z), (d, e, f) = box.min, position, box.max
            # written so that NaN is outside
            if not (a <= x <= d and b <= y <= e and c <= z <= f):
                return {'workspace': f'({_list(position)}) m is outside of ({_list(box.min)}) '
                                     f'to ({_list(box.max)}) m'}
        return {}

    def about_pose(
        self, tool: str, frame: str, sample: Sample, age_s: float, child: str = ''
    ) -> dict[str, str]:
        """
        Let a pose through, or find out what is wrong with it: by gate, why.

        :param tool: '' for a device that is one.
        :param child: the frame that it is on tf, if it is.
        """
        track = self._tracks.get((tool, frame))
        if track is None:
            if len(self._tracks) >= MAX_TOOLS and not self._forget_one(sample.seen_s):
                return {'too many tools': f'{MAX_TOOLS} are known already'}
            track = self._tracks[tool, frame] = _Track(is_doubted=self._tracks.is_wary)
        if child and self._on_tf.get((child, frame)) is not track:
            self._take_over(child, frame, track, sample.seen_s)
        seen_s = sample.seen_s
        if seen_s > track.seen_s:
            track.seen_s = seen_s
        wrong = self._about_itself(sample, age_s)
        if wrong:
            if sample.is_new:
                track.candidate = None
            return wrong
        before = track.accepted
        if before is None:
            if track.is_doubted and not self._is_vouched_for(track, sample):
                return {'forgotten': 'what was known of it was given up to make room; it has to '
                                     f'come {self._recover_after} times in a row'}
            self._accept(track, sample, _FREE)
            return {}
        way = _way(before, sample)
        cost = self._cost(way)
        wrong = self._about_step(track, before, sample, way, cost)
        if wrong:
            if not (sample.is_new and self._has_recovered(track, sample, cost)):
                return wrong
            track.recovered_s = seen_s
        self._accept(track, sample, cost)
        return {}

    def _take_over(self, child: str, frame: str, track: _Track, seen_s: float) -> None:
        """Compare with what another device, silent by now, has broadcast of the same frame."""
        on_tf = self._on_tf
        known = on_tf.get((child, frame))
        if known is None and on_tf.is_wary and track.accepted is None:
            track.is_doubted = True
        elif known is not None:
            # that has it on tf until it is silent for longer; its messages may have been delayed
            if seen_s - known.seen_s < SILENT_S / 2:
                return
            track.follow(known)
            del on_tf[child, frame]
        if len(on_tf) >= MAX_FRAMES:
            del on_tf[next(iter(on_tf))]
            on_tf.is_wary = True
        on_tf[child, frame] = track

    def _about_itself(self, sample: Sample, age_s: float) -> dict[str, str]:
        """Find out what is wrong with a pose whatever came before it."""
        limit, box = self._max_age, self._box
        position, orientation = sample.position, sample.orientation
        # each pose comes here: what gives the reason is called only for those that are withheld
        wrong = {} if not limit or -limit <= age_s <= limit else self.about_age(age_s)
        if box is not None:
            (a, b, c), (x, y, z), (d, e, f) = box.min, position, box.max
            if not (a <= x <= d and b <= y <= e and c <= z <= f):
                wrong.update(self.about_box((position,)))
        # a sum can only be finite if all of them are
        total = sum(position) if orientation is None else sum(position) + sum(orientation)
        if not isfinite(total) and not all(map(isfinite, (*position, *(orientation or ())))):
            wrong['not finite'] = 'it holds NaN or infinity'
        return wrong

    def doubt(self) -> None:
        """Believe nothing at its first time: what was known of it may have been forgotten."""
        self._tracks.is_wary = True

    def _forget_one(self, now_s: float) -> bool:
        """Forget the tool that was last seen, if that is long ago."""
        oldest = min(self._tracks, key=lambda key: self._tracks[key].seen_s)
        if not now_s - self._tracks[oldest].seen_s >= FORGET_S:
            return False
        del self._tracks[oldest]
        self.doubt()
        return True

    def _is_vouched_for(self, track: _Track, sample: Sample) -> bool:
        """Tell whether enough poses in a row agree with each other."""
        if self._jump is None and self._speed is None:
            return True
        return sample.is_new and self._agrees(track, sample)

    def _about_step(
        self, track: _Track, before: Sample, sample: Sample, way: tuple[float, float], cost: Cost
    ) -> dict[str, str]:
        """Find out what is wrong with a motion from what was published last."""
        is_new = sample.is_new
        passed_s = _passed_s(before, sample) if is_new else sample.seen_s - track.shown_s
        wrong = self._about_motion(way, passed_s)
        speed, budget = self._speed, track.budget
        if speed is not None and budget is not None and 'max_speed' not in wrong:
            if not budget.covers(cost, sample.seen_s):
                metres_s, degrees_s = budget.left(sample.seen_s)
                room = MotionLimits(metres_s * speed.m, degrees_s * speed.deg)
                moved = _motion(*way, room)
                wrong['max_speed'] = f'it moved {moved} so soon after what it moved before'
        return wrong

    def _has_recovered(self, track: _Track, sample: Sample, cost: Cost) -> bool:
        """Tell whether another place is believed, see docs/reference/gates.md."""
        if not self._agrees(track, sample):
            return False
        if not sample.seen_s - track.recovered_s >= RECOVER_PAUSE_S:
            return False
        return track.budget is not None and track.budget.covers(cost, sample.seen_s)

    def _agrees(self, track: _Track, sample: Sample) -> bool:
        """Tell whether enough in a row agree with each other, this one included."""
        before = track.candidate
        agrees = before is not None and before.source == sample.source and not (
            self._about_motion(_way(before, sample), _passed_s(before, sample)))
        track.count = track.count + 1 if agrees else 1
        track.candidate = sample
        return track.count >= self._recover_after

    def _cost(self, way: tuple[float, float]) -> Cost:
        speed = self._speed
        if speed is None:
            return _FREE
        metres, degrees = way
        return (metres / speed.m if metres > _STILL else 0.0,
                degrees / speed.deg if degrees > _STILL else 0.0)

    def _accept(self, track: _Track, sample: Sample, cost: Cost) -> None:
        before, seen_s = track.accepted, sample.seen_s
        if track.budget is None:
            track.budget = MotionBudget(seen_s)
        if seen_s > track.shown_s:
            track.shown_s = seen_s
        if before is not None:
            track.budget.take(cost, seen_s)
            if sample.orientation is None:
                # it turns no further than from the last orientation that there was
                sample = sample._replace(orientation=before.orientation)
            if not sample.is_new:
                # one may have been moved by its frame; its stamp is not that of the device
                track.accepted = before._replace(
                    position=sample.position, orientation=sample.orientation)
                return
        track.accepted = sample
        track.candidate = None

    def _about_motion(self, way: tuple[float, float], passed_s: float) -> dict[str, str]:
        wrong = {}
        metres, degrees = way
        jump, speed = self._jump, self._speed
        if jump is not None and not (metres <= jump.m and degrees <= jump.deg):
            wrong['max_jump'] = f'it moved {_motion(metres, degrees, jump)} at once'
        if speed is not None:
            if not passed_s > 0:
                if metres > _STILL or degrees > _STILL:
                    wrong['max_speed'] = f'it moved, but its stamp went {-passed_s:.3g} s back'
            elif not (metres <= speed.m * passed_s and degrees <= speed.deg * passed_s):
                per_s = metres / passed_s, degrees / passed_s
                wrong['max_speed'] = f'it moved by {_motion(*per_s, speed)} in a second'
        return wrong


def _passed_s(before: Sample, sample: Sample) -> float:
    """Tell how much time has passed between two poses, as far as stamps can be believed."""
    # a clock that was set forward would let every motion pass for a slow one, and the clocks of
    # two senders say nothing about each other
    by_stamp = (sample.stamp_ns - before.stamp_ns) / NS
    by_arrival = sample.seen_s - before.seen_s
    slack = BURST_S if before.source == sample.source else 0.0
    return min(by_stamp, by_arrival + slack)


def _way(before: Sample, sample: Sample) -> tuple[float, float]:
    """Tell how far one pose is from another, in metres and degrees."""
    metres = dist(before.position, sample.position)
    first, second = before.orientation, sample.orientation
    if first is None or second is None:
        return metres, 0.0
    chord = dist(first, second)
    if chord < 1.0 and abs(hypot(*first) - 1.0) + abs(hypot(*second) - 1.0) < _UNIT:
        return metres, 4 * asin(chord / 2) * _DEGREES  # of most poses
    ax, ay, az, aw = first
    bx, by, bz, bw = second
    # vector and scalar of the turn from one to the other; it is exact for small ones too
    turn = hypot(
        aw * bx - ax * bw - ay * bz + az * by,
        aw * by - ay * bw - az * bx + ax * bz,
        aw * bz - az * bw - ax * by + ay * bx,
    )
    cosine = abs(ax * bx + ay * by + az * bz + aw * bw)
    return metres, 2 * atan2(turn, cosine) * _DEGREES


def _motion(metres: float, degrees: float, limits: MotionLimits) -> str:
    return ' and '.join(
        f'{found:.3g} {unit}, allowed {limit:g} {unit}'
        for found, limit, unit in ((metres, limits.m, 'm'), (degrees, limits.deg, 'deg'))
        if limit < math.inf
    )


def _list(numbers: Vector) -> str:
    return ', '.join(f'{number:.4g}' for number in numbers)


@dataclass(slots=True)
class Gate:
    """
    The gates of a device while one message of it goes through.

    :param withheld: by tool and gate, why; '' is the device itself, or all of a list.
    """

    gates: Gates
    stamp_ns: int
    seen_s: float
    age_s: float
    source: Hashable = None
    is_new: bool = True
    withheld: dict[tuple[str, str], str] = field(default_factory=dict)
    #: whether anybody has asked it
    is_asked: bool = False

    def stops(
        self, tool: str, frame: str, position: Vector, orientation: Vector | None,
        moves: str | None = None, child: str = '',
    ) -> str:
        """
        Let a pose through, or say what its state is instead.

        :param tool: '' for a device that is one.
        :param position: in metres.
        :param orientation: (x, y, z, w); None for what has a position only.
        :param moves: what is compared with where it was; by default a tool by itself.
        :param child: the frame that it is on tf, if it is.
        :returns: '' if it goes through.
        """
        sample = _new_tuple(Sample, (
            position, orientation, self.stamp_ns, self.seen_s, self.source, self.is_new))
        which = tool if moves is None else moves
        gates = self.gates.of_poses or self.gates
        return self._state(tool, gates.about_pose(which, frame, sample, self.age_s, child))

    def stops_list(self, positions: Iterable[Vector], left_out: int) -> str:
        """
        Let a list of points through as a whole, or say what its state is instead.

        One point less would make another plan of it. It is set at once and does not move:
        there are no limits to that.

        :param left_out: how many have no place at all.
        """
        nowhere = [(math.nan, math.nan, math.nan)] * bool(left_out)
        return self._state('', self.gates.about_box([*positions, *nowhere]))

    def stops_unknown(self, type_name: str) -> str:
        """Withhold what no gate can look at, since nobody says where in it poses or points are."""
        return self._state('', {'type': f'no gate knows what to look at in a {type_name}'})

    def stops_unasked(self, type_name: str) -> str:
        """Withhold what a converter has made without asking."""
        return self._state('', {'type': f'what makes poses of a {type_name} asks no gate'})

    def stops_twins(self, tool: str, count: int) -> str:
        """Withhold tools that share a name, or have none: nobody can tell which has moved."""
        return self._state(tool, {'name': f'{count} tools are called so, or have no name'})

    def _state(self, tool: str, wrong: dict[str, str]) -> str:
        self.is_asked = True
        if not wrong:
            return ''
        self.withheld.update({(tool, gate): why for gate, why in wrong.items()})
        return withheld_by(*wrong)


def withheld_by(*gates: str) -> str:
    """Make the state of what gates have withheld."""
    return f'withheld by {" and ".join(gates)}'


def age_s(message: Message, policy: str, now_ns: int, wall_ns: int) -> float:
    """
    Tell how old a message is by its own stamp; 0 if it has none, or if nobody is to look at it.

    With 'auto' a stamp far from now is replaced by the moment of arrival: that must not make
    new what is old.

    :param policy: as for `choose_stamp`.
    :param now_ns: the time of ROS, in which stamps are with 'device'.
    """
    stamp_ns = own_stamp_ns(message.timestamp_ns)
    if policy == 'receive' or stamp_ns is None:
        return 0.0
    return ((now_ns if policy == 'device' else wall_ns) - stamp_ns) / NS
