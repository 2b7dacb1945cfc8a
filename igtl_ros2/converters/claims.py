"""
Claims: the topics and frames that rules name belong to the devices of these rules.

They are known before anybody has sent anything, so that the order does not matter. What
gates do not look at never gets onto a topic that belongs to a rule with gates.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace

from ..codec import message_class, registered
from ..codec.message import Place as Kind
from ..codec.message import has_points, has_poses, place_of
from ..config import marked_name, ros_name, whole_characters
from ..errors import ConversionError
from ..rules import Mapping, ReceiveRule, is_pattern, keys_of
from .outputs import leaf_folders, leaves_in_space
from .registry import Route, route_of

_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Place:
    """
    Where the messages of a device go.

    :param number: of its rule; None if none fits.
    :param rule: the rule, with the gates that others have put before this topic.
    :param closed: first parts of leaves that it may not publish, because gates stand before them
        that do not look at its type.
    :param note: why the topic is not the usual one; empty if it is.
    """

    topic: str
    rule: ReceiveRule
    number: int | None
    closed: frozenset[str] = _NOTHING
    note: str = ''


class Claims:
    """
    What the rules of a mapping name.

    :param frame_prefix: of frames that come out of names.
    :param own_topic: below which the node has topics of its own; empty if no device could have it.
    """

    def __init__(self, mapping: Mapping, frame_prefix: str = '', own_topic: str = '') -> None:
        self._mapping = mapping
        #: first parts of leaves that poses have, and those that lists of points have as well
        self._of_poses, self._with_points = leaves_in_space()
        self._prefix = frame_prefix
        self._own_topic = own_topic
        rules = mapping.receive
        phases = mapping.phases.transforms if mapping.phases else ()
        #: devices whose TRANSFORMs have to be accepted by phases
        self.phased = frozenset(about.prefix for about in phases)
        # what phases have not accepted is as good as withheld by a gate
        self._accepted = {
            number for number, rule in enumerate(rules)
            if rule.device in self.phased and rule.type == 'TRANSFORM'
        }
        gated = (number for number, rule in enumerate(rules) if rule.is_gated)
        self._guards = self._accepted.union(gated)
        #: by topic, which rules name it; those with gates first
        self._topics: dict[str, list[int]] = {}
        #: by topic, which rules name one of its tools, labels or paths
        self._below: dict[str, list[int]] = {}
        self._children: dict[str, list[int]] = {}
        for number, rule in sorted(enumerate(rules), key=lambda item: item[0] not in self._guards):
            if rule.action == 'drop':
                continue
            exact = '' if is_pattern(rule.device) else rule.device
            topic = rule.name or (ros_name(exact) if exact else '')
            if topic:
                self._topics.setdefault(topic, []).append(number)
                for outer in _above(topic):
                    self._below.setdefault(outer, []).append(number)
            child = self._child(rule, exact)
            if child:
                self._children.setdefault(child, []).append(number)
        #: the child frames that rules name, and the rank that a device needs to broadcast them
        self.children = {
            child: max(rank_of(True, n in self._guards) for n in numbers)
            for child, numbers in self._children.items()
        }
        #: by name and type, of devices that are known before, whichever peer sends them
        self._ready: dict[tuple[str, str], Place] = {}
        #: rules with gates that name no topic: whatever fits them is theirs
        self._patterns = [
            number for number, rule in enumerate(rules)
            if rule.is_gated and not rule.name and is_pattern(rule.device)
        ]

    def _child(self, rule: ReceiveRule, exact: str) -> str:
        """Find the child frame that a rule broadcasts under a name that is known already."""
        kind = 'TRANSFORM' if rule.type == '*' else rule.type
        if rule.tf == 'off' or kind not in keys_of(ReceiveRule)['tf'].wire_types():
            return ''
        if rule.child_frame:
            return rule.child_frame
        if not exact or registered()[kind].has_tools or rule.of(exact, kind).tf == 'off':
            return ''
        return self._route(rule, exact).child_frame_id

    def rank(self, number: int | None, child: str, is_gated: bool) -> int:
        """
        Tell how much right a device has to broadcast a child frame.

        :param number: of its rule.
        """
        is_guarded = is_gated or number in self._accepted
        return rank_of(number in self._children.get(child, ()), is_guarded)

    def is_named(self, topic: str) -> bool:
        """Tell whether a rule names a topic."""
        return bool(self._namers(topic))

    def prepare(self, devices: Iterable[tuple[str, str]]) -> None:
        """Find the places of some devices before others wait for them: type and name of each."""
        for type_name, device in devices:
            with suppress(ConversionError):  # `place` says so again
                self._ready[device, type_name] = self.place(device, type_name)

    def place(self, device: str, type_name: str, peers: Container[str] = ()) -> Place:
        """
        Find out where the messages of a device go.

        :param peers: what `Mapping.peers_called` gives for their sender.
        :raises ConversionError: if there is no place for them.
        """
        ready = None if peers else self._ready.get((device, type_name))
        if ready is not None:
            return ready
        rules = self._mapping
        number = rules.receive_index(device, type_name, peers)
        rule = rules.fallback if number is None else rules.receive[number]
        rule = rule.of(device, type_name)
        topic = rule.name or ros_name(device)
        if topic == self._own_topic:
            why = 'the node itself is called so'
            return self._elsewhere(device, type_name, rule, topic, why, number)
        namers = self._namers(topic)
        gates = [n for n in namers if n in self._guards]
        is_exact = number is not None and rule.device == device and not is_pattern(device)
        patterns = [] if rule.name or is_exact else self._fitting(device)
        # a topic that is named for a peer is for those alone that are named for it
        theirs = [n for n in namers if rules.receive[n].peer]
        if theirs and not any(rules.receive[n].peer in peers for n in theirs):
            why = f'rule {theirs[0] + 1} names {topic} for another peer'
            return self._elsewhere(device, type_name, rule, topic, why, number)
        if number in namers:
            return self._shared(topic, rule, number, device, type_name, gates)
        if namers and not any(self._is_of(n, device) for n in namers):
            why = f'rule {namers[0] + 1} names {topic} for another device'
        elif number not in patterns and _may_be_in_space(type_name) and gates + patterns:
            why = f'the gates of rule {(gates + patterns)[0] + 1} do not look at it'
        else:
            return Place(topic, rule, number, self._closed(type_name, rule, gates + patterns))
        return self._elsewhere(device, type_name, rule, topic, why, number)

    def _shared(
        self, topic: str, rule: ReceiveRule, number: int | None, device: str, type_name: str,
        gates: list[int],
    ) -> Place:
        """Put the gates of all rules that name a topic before what one of them publishes."""
        own = rule
        for gate in gates if _may_be_in_space(type_name) else ():
            other = self._mapping.receive[gate]
            if gate == number or not other.is_gated:
                continue
            if self._frame(other, other.device) == self._frame(own, device):
                rule = _with_gates(rule, other)
            elif not own.is_gated:  # else its own gates know what the numbers mean
                why = f'the gates of rule {gate + 1} are in another frame'
                return self._elsewhere(device, type_name, own, topic, why, number)
        is_phase = number in self._guards and not own.is_gated
        closed = _NOTHING if is_phase else self._closed(type_name, rule, gates)
        return Place(topic, rule, number, closed)

    def _elsewhere(
        self, device: str, type_name: str, rule: ReceiveRule, topic: str, why: str,
        number: int | None,
    ) -> Place:
        """Give a device a topic that nobody names."""
        name = marked_name(device)
        if self._namers(name) or name == topic:
            raise ConversionError(f'{type_name} {device!r} is not published as {topic}: {why}')
        note = f'{type_name} {device!r} is published as {name}, not as {topic}: {why}'
        return Place(name, rule, number, note=note)

    def _namers(self, topic: str) -> list[int]:
        """List the rules that name a topic, or one below or above it; those with gates first."""
        found = list(self._topics.get(topic, ()))
        found += self._below.get(topic, ())
        for outer in _above(topic):
            found += self._topics.get(outer, ())
        return sorted(found, key=lambda number: number not in self._guards)

    def _fitting(self, device: str) -> list[int]:
        """List the rules with gates and a pattern under which poses of a device would fall."""
        if not self._patterns:
            return []
        # those of another peer too: it has the same topic
        peers: list[tuple[str, ...]] = [(), *((peer,) for peer in self._mapping.peers)]
        found = {self._mapping.receive_index(device, kind, who)
                 for kind in filter(has_points, registered()) for who in peers}
        return [n for n in self._patterns if n in found]

    def _is_of(self, number: int, device: str) -> bool:
        rule = self._mapping.receive[number]
        return not rule.name and rule.device in (device, whole_characters(device))

    def _closed(self, type_name: str, rule: ReceiveRule, gates: list[int]) -> frozenset[str]:
        """List the leaves before which gates stand that do not look at a type."""
        looks = rule.is_gated and has_poses(type_name) or rule.workspace and has_points(type_name)
        if looks or not gates:
            return _NOTHING
        if any(self._mapping.receive[n].workspace for n in gates):
            return self._with_points
        return self._of_poses

    def _frame(self, rule: ReceiveRule, device: str) -> str:
        """Tell in which frame the numbers are that a rule publishes; of a pattern as its text."""
        return rule.to_frame or self._route(rule, device).frame_id

    def _route(self, rule: ReceiveRule, device: str) -> Route:
        return route_of(device, rule, self._prefix, profile=self._mapping.profile)


def _may_be_in_space(type_name: str) -> bool:
    """Tell whether messages hold poses or points, or are typed and do not say what they hold."""
    is_vague = place_of(type_name) == Kind.UNKNOWN and message_class(type_name) is not None
    return is_vague or has_points(type_name)


def rank_of(is_named: bool, is_gated: bool) -> int:
    """Order those who broadcast a child frame: rules that name it, then those with gates."""
    return 2 * is_named + is_gated


def _with_gates(rule: ReceiveRule, other: ReceiveRule) -> ReceiveRule:
    """Give a rule the gates of another one that it has not got itself."""
    moves = rule.max_jump is not None or rule.max_speed is not None
    return replace(
        rule,
        max_age=rule.max_age or other.max_age,
        max_jump=rule.max_jump or other.max_jump,
        max_speed=rule.max_speed or other.max_speed,
        workspace=rule.workspace or other.workspace,
        recover_after=rule.recover_after if moves else other.recover_after,
    )


def _above(topic: str) -> list[str]:
    """List the topics among whose tools, labels or paths a topic lies."""
    parts = topic.split('/')
    folders = leaf_folders()
    return ['/'.join(parts[:n]) for n in range(1, len(parts)) if parts[n] in folders]
