"""Outputs: the topics that become of a message, each declared where a converter makes it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cache, lru_cache
from typing import Any

from ..codec import Message, message_class, registered
from ..codec.message import Place
from ..rules import Key, ReceiveRule
from ..rules.keys import NOT_ASKED
from .loading import load_converters


class Kind(Enum):
    """What a topic is for its subscribers; its quality of service follows from that."""

    #: the last value holds until the next one: late joiners get it
    STATE = 'state'
    #: each value counts while it is new
    STREAM = 'stream'
    #: each value counts once: late joiners must not carry out an old command
    EVENT = 'event'
    #: frames as they are
    RAW = 'raw'


STATE, STREAM, EVENT, RAW = Kind


@dataclass(frozen=True, slots=True)
class Output:
    """
    A topic below a device; '~/...' is the node's.

    :param leaf: its name, in which '<name>' stands for each of a list.
    :param ros_type: of its messages; several if that depends, or '<package>/<type>' for one that
        is imported when it is used.
    :param key: what asks for it; without one it is always there.
    :param takes_long: whether it is made in a worker: it takes milliseconds.
    :param is_whole: whether it says all that the message says, so that another link may be handed
        the message in its place.
    """

    leaf: str
    ros_type: Any
    kind: Kind = STATE
    key: Key | None = None
    takes_long: bool = False
    is_whole: bool = False

    def is_asked(self, rule: ReceiveRule) -> bool:
        """Tell whether a rule asks for it."""
        key = self.key
        if key is None:
            return True
        value = getattr(rule, key.attribute)
        return value == self.leaf if key.choices else value not in NOT_ASKED


_OUTPUTS: dict[type[Message], list[Output]] = {}
# by first parts of leaves, of all types and of each
_KINDS: dict[str | tuple[str, str], Kind] = {}


def declare_outputs(cls: type[Message], outputs: Iterable[Output]) -> None:
    """Register what becomes of a message class, and that it has what the keys ask for."""
    names = [name for name, found in registered().items() if found is cls]
    kind_of.cache_clear()
    known = _OUTPUTS.setdefault(cls, [])
    for output in outputs:
        if any(output.leaf == other.leaf for other in known):
            raise ValueError(f'{cls.__name__} has an output {output.leaf} already')
        known.append(output)
        part = output.leaf.partition('/')[0]
        _KINDS.update(((name, part), output.kind) for name in names)
        if output.kind is not STATE:
            _KINDS[part] = output.kind
        key = output.key
        if key is not None and cls.type_name not in key.wire_types():
            key.types = (*(key.types or ()), cls.type_name)


def outputs_of(type_name: str) -> list[Output]:
    """List what becomes of messages of a wire type, as far as its ROS packages are there."""
    found = _OUTPUTS.get(message_class(type_name) or Message)
    return found or _OUTPUTS.get(Message, [])


@lru_cache(maxsize=4096)
def kind_of(leaf: str, type_name: str = '') -> Kind:
    """
    Tell what a topic is for its subscribers, by the first part of its leaf.

    :param type_name: wire type of what becomes of it, if that is known.
    """
    return _KINDS.get((type_name, leaf)) or _KINDS.get(leaf, STATE)


@cache
def leaves_in_space() -> tuple[frozenset[str], frozenset[str]]:
    """List first parts of the leaves of all types that are poses, and of those with points."""
    load_converters()
    return tuple(
        frozenset(output.leaf.partition('/')[0] for cls, outputs in _OUTPUTS.items()
                  if cls.place >= place for output in outputs)
        for place in (Place.POSES, Place.POINTS))  # type: ignore[return-value]


@cache
def leaf_folders() -> frozenset[str]:
    """List first parts of leaves that have topics below them."""
    load_converters()
    return frozenset(output.leaf.partition('/<')[0] for outputs in _OUTPUTS.values()
                     for output in outputs if '<' in output.leaf)


def names_each(cls: type[Message], rule: ReceiveRule) -> bool:
    """Tell whether a rule asks for a topic for each of what is in messages of a class."""
    return any('<' in output.leaf and output.is_asked(rule) for output in _OUTPUTS.get(cls, ()))


def takes_long(rule: ReceiveRule, type_name: str) -> bool:
    """Tell whether a rule asks for something of messages that is made in a worker."""
    return any(
        output.takes_long and output.is_asked(rule) for output in outputs_of(type_name))


def received_leaves(type_name: str) -> list[str]:
    """List the topics that a wire type always has, below the device; '~/...' is the node's."""
    return [output.leaf for output in outputs_of(type_name) if output.key is None]


def stands_for_whole(type_name: str, leaf: str) -> bool:
    """Tell whether a topic says all that messages of a wire type say."""
    return any(output.leaf == leaf and output.is_whole for output in outputs_of(type_name))
