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
    # in its place, but with this name: a renamed message may still have that of before
    metadata = {FULL_NAME: name, **message.metadata}
    metadata[FULL_NAME] = name
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


def whole_name(name: str, full: str) -> str:
    """
    Tell the whole name of a device; that of the header, unless it stands for the other one.

    A message that was renamed, or made of another one, may have the whole name of before.

    :param name: the one in the header.
    :param full: the one in metadata, which may be any.
    """
    return full if is_short_of(name, full) or _is_cut_of(name, full) else name


def full_name(message: Message) -> str:
    """Tell the whole name of the device of a message, which metadata may have."""
    full = message.metadata.get(FULL_NAME)
    return message.device_name if full is None else whole_name(message.device_name, full)


def _is_cut_of(name: str, full: str) -> bool:
    """Tell whether a name is what the field has left of a longer one, cut as others do."""
    raw, full_raw = (text.encode('utf-8', 'surrogateescape') for text in (name, full))
    # at the end a character, or a byte for a zero, may not have had room
    return NAME_BYTES - 4 <= len(raw) < len(full_raw) and full_raw.startswith(raw)
