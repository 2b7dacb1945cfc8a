"""The rules of a mapping file, of both directions."""

from __future__ import annotations

import collections.abc as abc
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from ..config.ros_names import whole_characters
from .moveit import MoveItRule
from .phases import PhaseTable
from .receive import ReceiveRule
from .rule_index import RuleIndex
from .send import SendRule
from .services import CommandRule, QueryRule, ServeRule


@dataclass(frozen=True, slots=True)
class Mapping:
    """
    The rules of both directions.

    ``fallback`` is for devices that no rule matches: they are published when the
    file has no list of rules at all, and dropped when it has one.
    """

    profile: str = 'plain'
    receive: tuple[ReceiveRule, ...] = ()
    send: tuple[SendRule, ...] = ()
    queries: tuple[QueryRule, ...] = ()
    commands: tuple[CommandRule, ...] = ()
    serve: tuple[ServeRule, ...] = ()
    #: the phases of a robot, where the link has one
    phases: PhaseTable | None = None
    #: how targets become motions, where the profile is moveit
    moveit: MoveItRule | None = None
    path: str = ''
    fallback: ReceiveRule = ReceiveRule()
    #: what stands as `peer` in rules, each once
    peers: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _index: RuleIndex = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index = RuleIndex(
            ((rule.device, rule.type) for rule in self.receive),
            [rule.peer for rule in self.receive])
        object.__setattr__(self, '_index', index)
        peers = tuple(dict.fromkeys(rule.peer for rule in self.receive if rule.peer))
        object.__setattr__(self, 'peers', peers)

    @property
    def targets(self) -> frozenset[str]:
        """The devices that a robot may be wanted to move to."""
        names = frozenset(name for rule in self.serve for _, name in rule.targets)
        if self.moveit is not None:
            names |= {self.moveit.target}
        return names | self.phases.targets if self.phases is not None else names

    @property
    def uses_tf(self) -> bool:
        """Whether any device may be broadcast on tf."""
        return any(rule.tf != 'off' for rule in (*self.receive, self.fallback))

    @property
    def reads_tf(self) -> bool:
        """Whether anything is looked up on tf."""
        return self.moveit is not None or any(
            rule.tf_sources or rule.to_frame or rule.robot for rule in self.send) or any(
            rule.to_frame for rule in (*self.receive, self.fallback))

    def peers_called(self, names: abc.Iterable[str]) -> frozenset[str]:
        """Find what stands as `peer` in rules that are for somebody of these names."""
        names = tuple(names)
        return frozenset(
            peer for peer in self.peers if any(
                # brackets of [::1] are no pattern
                name == peer or fnmatchcase(name, peer) for name in names))

    def receive_rule(
        self, device: str, type_name: str, peers: abc.Container[str] = ()
    ) -> ReceiveRule:
        """
        Find the rule for a device and a wire type; the first that matches wins.

        :param device: the full device name, as the peer gave it.
        :param type_name: the type on the wire, such as ``TRANSFORM``.
        :param peers: what `peers_called` gives for its sender.
        """
        index = self.receive_index(device, type_name, peers)
        rule = self.fallback if index is None else self.receive[index]
        return rule.of(device, type_name)

    def is_published(self, device: str, type_name: str) -> bool:
        """Tell whether a device is published, of one peer at least."""
        return any(self.receive_rule(device, type_name, peers).action == 'publish'
                   for peers in ((), *((peer,) for peer in self.peers)))

    def receive_index(
        self, device: str, type_name: str, peers: abc.Container[str] = ()
    ) -> int | None:
        """Find the place of that rule in ``receive``; None for the fallback."""
        return self._index.first((device, whole_characters(device)), type_name, peers)
