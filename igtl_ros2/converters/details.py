"""What `info` tells: details of one message alone, made when they are told, and its JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

_PIECE = 500


class Detail:
    """
    A detail of what is told: made when it is told, and no reason to tell anything.

    While a gate withholds poses each has other numbers. Were each told, then the less gets
    through, the more there would be to do.

    :param make: makes it.
    :param given: what it is made of.
    """

    __slots__ = ('_make', '_given')

    def __init__(self, make: Callable[..., Any], *given: Any) -> None:
        self._make, self._given = make, given

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Detail)

    __hash__ = None  # type: ignore[assignment]

    def made(self) -> Any:
        """Make what is told."""
        return self._make(*self._given)


def told(value: Any) -> Any:
    """Make the details of what is told."""
    if isinstance(value, dict):
        return {key: told(each) for key, each in value.items()}
    return value.made() if isinstance(value, Detail) else value


def json_pieces(value: Any) -> Iterator[str]:
    """
    Write a value as `json.dumps` does, in pieces; letters stay as they are.

    All at once holds the interpreter until it is done: half a second for a hundred thousand
    entries, and an emergency of another peer would wait so long.
    """
    if isinstance(value, dict) and _is_long(value):
        start = '{'
        for key, member in value.items():
            yield f'{start}{json.dumps(str(key), ensure_ascii=False)}: '
            yield from json_pieces(member)
            start = ', '
        yield '}'
    elif isinstance(value, list) and len(value) > _PIECE:
        start = '['
        for n in range(0, len(value), _PIECE):
            yield start + _short(value[n : n + _PIECE])[1:-1]
            start = ', '
        yield ']'
    else:
        yield _short(value)


def _is_long(value: dict[str, Any]) -> bool:
    return len(value) > _PIECE or any(
        isinstance(member, (list, dict)) and (
            len(member) > _PIECE or isinstance(member, dict) and _is_long(member))
        for member in value.values()
    )


def _short(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
