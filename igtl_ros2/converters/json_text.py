"""JSON of very long lists, written piece by piece so that other threads get their turn."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

_PIECE = 500


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
