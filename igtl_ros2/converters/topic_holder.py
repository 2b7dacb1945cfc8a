"""
Topics that several peers send: which of them has one, and what becomes of what the others send.

Time is an argument.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Generic, NamedTuple, Protocol, TypeVar

from ..codec.message import has_points
from ..config import marked_name
from ..config.address import same_host
from ..rules import PICTURES

#: a peer that stamps what it sends, and has sent nothing for so long, makes way for another
SILENT_S = 2.0
# where nothing is withheld: peers that take turns more slowly are not at odds
_MIX_SILENT_S = 10.0
#: for how long it is told that two peers have sent one topic
LATELY_S = 3.0
# what is not published as the state of a device: it is meant for the bridge
_FOR_THE_BRIDGE = ('COMMAND', 'BIND', 'CAPABILITY')
_QUERIES = ('GET_', 'STT_', 'STP_', 'RTS_')


class Sender(Protocol):
    """A peer that sends."""

    address: str
    name: str

    @property
    def is_answering(self) -> bool:
        """Whether there was a sign of life lately, if it is asked for one."""


P = TypeVar('P', bound=Sender)


class Terms(NamedTuple):
    """What a rule says of its device: which peer passes, and when nothing more is expected."""

    policy: str
    silent_s: float = SILENT_S


class TopicHolder(Generic[P]):
    """
    The peer that publishes on a topic: the first that sends it, until it is gone or silent.

    :param is_connected: tells whether a peer is still there.
    """

    __slots__ = (
        'peer', 'terms', 'heard_s', 'conflict_s', 'other', '_is_connected', '_is_stamped',
        '_probed_s', '_told', '_labels', '_callers',
    )

    def __init__(self, is_connected: Callable[[P], bool]) -> None:
        self.peer: P | None = None
        self.terms = Terms('mix')
        self.heard_s = -math.inf
        #: when another peer has last sent what this one sends, and which one that was
        self.conflict_s = -math.inf
        self.other: P | None = None
        self._is_connected = is_connected
        self._is_stamped = False
        self._probed_s = math.inf
        self._told: set[P] = set()
        self._labels: dict[P, str] = {}
        self._callers: set[P] = set()

    def hear(self, now_s: float, is_stamped: bool, terms: Terms) -> None:
        """Note a message of the peer that has the topic."""
        self.heard_s = now_s
        self._is_stamped = is_stamped
        self.terms = terms
        self._probed_s = math.inf

    def take(self, peer: P, now_s: float, is_stamped: bool, terms: Terms) -> None:
        """Give the topic to a peer."""
        self.peer = peer
        self._told.clear()
        self._labels.pop(peer, None)
        self.hear(now_s, is_stamped, terms)

    def free(self) -> None:
        """Take the topic from whoever has it: the next one that sends gets it."""
        self.peer = self.other = None
        self.terms, self.conflict_s = Terms('mix'), -math.inf

    def judge(self, peer: P, now_s: float, own: Terms) -> str:
        """
        Tell what becomes of a message of a peer that has not got the topic.

        :param own: what the rule of the message says; that of the holder counts as well.
        :returns: 'take' if the topic is free, else 'first' (it is withheld), 'number' or 'mix'.
        """
        policies = own.policy, self.terms.policy
        policy = next((one for one in ('number', 'first') if one in policies), 'mix')
        if policy == 'number' and peer in self._labels:
            return policy
        if self.peer is None or self._is_over(self.peer, policy, now_s):
            return 'take'
        self.conflict_s, self.other = now_s, peer
        return policy

    def _is_over(self, holder: P, policy: str, now_s: float) -> bool:
        if not self._is_connected(holder):
            return True
        quiet_s = now_s - self.heard_s
        if policy != 'first':
            return policy == 'mix' and quiet_s > _MIX_SILENT_S
        if self._is_stamped:
            return quiet_s > self.terms.silent_s
        # it sends what changes, so that silence means nothing; but its machine may be gone
        self._probed_s = min(self._probed_s, now_s)
        is_asked = now_s - self._probed_s > SILENT_S
        return is_asked and quiet_s > self.terms.silent_s and not holder.is_answering

    def passes(self, peer: P, is_emergency: bool) -> bool:
        """Tell whether a STATUS is never held up: an emergency, and what ends it."""
        if is_emergency:
            self._callers = {one for one in self._callers if self._is_connected(one)} | {peer}
            return True
        if peer in self._callers:
            self._callers.discard(peer)
            return True
        return False

    def is_news(self, peer: P) -> bool:
        """Tell whether it was not said yet that a peer sends the same; it is from now on."""
        if peer in self._told:
            return False
        self._told = {one for one in self._told if self._is_connected(one)} | {peer}
        return True

    def label(self, peer: P) -> str:
        """
        Tell apart a peer that has not got the topic: by its certificate or its host.

        Peers that share these with each other, or with the holder of the topic, get a number:
        each takes the lowest that is free.
        """
        known = self._labels.get(peer)
        if known is not None:
            return known
        labels = {p: label for p, label in self._labels.items() if self._is_connected(p)}
        taken = set(labels.values())
        who = who_is(peer)
        is_alike = self.peer is not None and who_is(self.peer) == who
        numbers = (str(n) for n in range(2, len(taken) + 3))
        free = numbers if is_alike else (who, *(f'{who} {n}' for n in numbers))
        labels[peer] = label = next(one for one in free if one not in taken)
        self._labels = labels
        return label

    def conflict(self, now_s: float) -> str:
        """Name the peers that have lately sent the same; empty if there are no two."""
        is_said = self.terms.policy != 'number' and now_s - self.conflict_s <= LATELY_S
        if not is_said or self.peer is None or self.other is None:
            return ''
        return f'{self.peer.address} and {self.other.address}'


def leaves_of(type_name: str) -> str:
    """
    Name the topics below a device that a type shares with others.

    Empty if several peers may send it without being at odds.
    """
    if type_name in _FOR_THE_BRIDGE or type_name.startswith(_QUERIES):
        return ''
    if has_points(type_name):
        return 'poses'
    return 'images' if type_name in PICTURES else type_name


def numbered(topic: str, label: str) -> str:
    """Name the topic of a peer that has not got the usual one."""
    folder, slash, last = topic.rpartition('/')
    return f'{folder}{slash}{marked_name(last, label)}' if label else topic


def _written_host(address: str) -> str:
    return address.rpartition(':')[0].rpartition('//')[2].strip('[]')


def host_alone(address: str) -> str:
    """Take the host out of an address of protocol, host and port, as IPv4 if it is that."""
    return same_host(_written_host(address))


def who_is(peer: Sender) -> str:
    """Tell who a peer is, whatever port it comes from."""
    return peer.name or host_alone(peer.address)


def names_of(address: str, certificate: Iterable[str]) -> tuple[str, ...]:
    """
    List what a rule may call a peer.

    :param certificate: the names in it.
    """
    host = host_alone(address)
    names = [address, _written_host(address), host, *certificate]
    if ':' not in host:
        scheme, port = address.partition('://')[0], address.rpartition(':')[2]
        names += [f'::ffff:{host}', f'{scheme}://{host}:{port}']
    return tuple(dict.fromkeys(names))
