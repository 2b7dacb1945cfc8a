"""A message as it is now, whatever its maker does with the memory of its arrays later."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import fields, is_dataclass
from functools import cache
from operator import is_
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from .blocks import Block
from .lazy import Lazy
from .lists import Table
from .message import Message, check_message

T = TypeVar('T')
_new = object.__new__
_set = object.__setattr__


def snapshot(message: Message, *, timestamp: int = 0, copy: bool = True) -> Message:
    """
    Give a message that stays what it is; the message itself, if it does.

    :param timestamp: wire value for a message that has none; 0 leaves it so.
    :param copy: copy arrays that somebody may still change.
    :raises EncodeError: if it is not a message.
    """
    check_message(message)
    changes = _fixed_fields(message) if copy else {}
    if timestamp and not message.timestamp:
        changes['timestamp'] = timestamp
    if message.version < 2 and message.metadata:  # which were added later
        changes['version'] = 2
    return _with(message, changes) if changes else message


def is_fixed(array: NDArray[Any]) -> bool:
    """
    Tell whether nobody is going to change an array.

    That is so for a read-only one that owns its memory, and for views of such, of `bytes` and of
    what a decoder has received; not for a read-only view of what somebody else can write to.
    """
    owner: Any = array
    while True:
        if isinstance(owner, np.ndarray):
            if isinstance(owner, Block):
                return True
            flags = owner.flags
            if flags.writeable:
                return False
            if owner.base is None:
                return bool(flags.owndata)
            owner = owner.base
        elif isinstance(owner, memoryview):
            if not owner.readonly:
                return False
            owner = owner.obj
        else:
            return isinstance(owner, bytes)


def _fixed(value: Any) -> Any:
    """Give a value with memory of its own, or the value itself if it has."""
    kind = type(value)
    if kind in _FINAL:
        return value
    if isinstance(value, np.ndarray):
        flags = value.flags
        if flags.owndata and not flags.writeable or is_fixed(value):
            return value
        # in the order of the wire, so that it need not be copied again
        array = np.array(value, order='C')
        array.flags.writeable = False
        return array
    if isinstance(value, tuple):
        fixed = tuple(map(_fixed, value))
        # a list may be long, and is hardly ever changed
        return value if all(map(is_, fixed, value)) else fixed
    if isinstance(value, list):  # of a type of another package
        return [_fixed(one) for one in value]
    if is_dataclass(kind):
        changes = _fixed_fields(value)
        return _with(value, changes) if changes else value
    if isinstance(value, Table):
        rows = _fixed(value.rows)
        return value if rows is value.rows else Table(value.kind, rows)
    if isinstance(value, (bytearray, memoryview)):
        return bytes(value)
    return value


def _fixed_fields(value: Any) -> dict[str, Any]:
    changes = {}
    kind: Any = type(value)
    names, lazy = _names(kind)
    if lazy and value._held is None:
        lazy = ()
    for name in names:
        if name in lazy:  # nobody can change what they are made of
            continue
        before = getattr(value, name)
        after = _fixed(before)
        if after is not before:
            changes[name] = after
    return changes


_FINAL = frozenset((str, int, float, bool, bytes))
# types of fields that hold no memory of somebody else, as annotations write them
_PLAIN = frozenset({'int', 'float', 'str', 'bytes', 'bool', 'dict[str, str]', 'dict[str, int]'})


@cache
def _names(cls: Hashable) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """List the fields that may hold memory of somebody else, and those that are lazy."""
    known: Any = cls
    names = tuple(field.name for field in fields(known) if field.type not in _PLAIN)
    return names, getattr(known, 'lazy', ())


@cache
def _known_names(cls: Hashable, holds: bool) -> tuple[str, ...]:
    """List the fields, without those that are still to be made of what is held."""
    known: Any = cls
    lazy = known.lazy if holds else ()
    return tuple(field.name for field in fields(known) if field.name not in lazy)


def _with(value: T, changes: dict[str, Any]) -> T:
    """Copy an object with some other fields, without checking again what is checked."""
    cls: Any = type(value)
    made: T = _new(cls)
    held = getattr(value, '_held', None)
    for name in _known_names(cls, held is not None):
        _set(made, name, getattr(value, name))
    if isinstance(value, Lazy):
        _set(made, '_held', held)
    for name, new in changes.items():
        _set(made, name, new)
    if extra := getattr(value, '__dict__', None):  # of a class derived without slots
        made.__dict__.update((key, one) for key, one in extra.items() if key not in changes)
    return made
