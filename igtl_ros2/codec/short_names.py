"""Names that are longer than the wire has room for: a short one, of which no two are the same."""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from typing import TypeVar

from ..errors import EncodeError
from .fields import cut_text, text_bytes
from .message import Message

#: what the header has room for
NAME_BYTES = 20
#: the metadata that has the whole name
FULL_NAME = 'IGTL_DEVICE_NAME'
# 30 bits of the digest
_MARK_LETTERS = 6

AnyMessage = TypeVar('AnyMessage', bound=Message)


@lru_cache(maxsize=4096)
def short_name(name: str, size: int = NAME_BYTES) -> str:
    """
    Give a name that fits: itself, or its beginning and a mark made of the whole of it.

    It depends on the name alone: `VeryLongRobotToolNameLeft` is `VeryLongRobot_q6pw7u` whatever
    else is sent, today and after a restart.

    :raises EncodeError: if it is no text that can be written.
    """
    raw = text_bytes(name, 'device_name')
    if len(raw) <= size:
        return name
    mark = b32encode(sha256(raw).digest()).decode().lower()[:_MARK_LETTERS]
    begin = cut_text(raw, size - len(mark) - 1).decode('utf-8', 'surrogateescape')
    return f'{begin}_{mark}'


def short_names(names: Iterable[str], size: int) -> dict[str, str]:
    """
    Give names that fit, as `short_name` does, and no two of them the same.

    Should the marks of two be the same, which hardly ever happens, the second has a number.
    """
    short: dict[str, str] = {}
    used = set()
    # those that fit stay as they are, whatever becomes of others
    for name in sorted(names, key=lambda name: len(name.encode()) > size):
        found, number = short_name(name, size), 1
        while found in used:
            number += 1
            found = short_name(f'{name} {number}' + ' ' * size, size)
        used.add(found)
        short[name] = found
    return short


def with_short_name(message: AnyMessage) -> AnyMessage:
    """Give a message whose name fits: itself, or one that has the whole name in metadata."""
    name = message.device_name
    if len(name) <= NAME_BYTES // 4:  # no character has more bytes
        return message
    short = short_name(name)
    if short == name:
        return message
    metadata = {FULL_NAME: name, **message.metadata}
    # a peer that reads version 1 alone gets it without
    return replace(message, device_name=short, metadata=metadata, version=2)


def is_short_of(name: str, full: str) -> bool:
    """Tell whether a name of the wire is the short one of a longer one."""
    if len(full) <= NAME_BYTES // 4 or name == full:
        return False
    try:
        return name == short_name(full)
    except EncodeError:  # a peer may give any
        return False
