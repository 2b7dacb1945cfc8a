"""JSON of very long lists, written piece by piece so that other threads get their turn."""

from __future__ import annotations

import json
from typing import Any

_PIECE = 500


def json_text(value: Any) -> str:
    """
    Write a value as `json.dumps` does; letters stay as they are.

    That holds the interpreter until it is done: half a second for a hundred thousand entries,
    and an emergency of another peer would wait so long.
    """
    if isinstance(value, dict):
        members = (f'{json.dumps(str(key), ensure_ascii=False)}: {json_text(member)}'
                   for key, member in value.items())
        return f'{{{", ".join(members)}}}' if _is_long(value) else _short(value)
    if isinstance(value, list) and len(value) > _PIECE:
        pieces = (_short(value[n : n + _PIECE]) for n in range(0, len(value), _PIECE))
        return f'[{", ".join(piece[1:-1] for piece in pieces)}]'
    return _short(value)


def _is_long(value: dict[str, Any]) -> bool:
    return len(value) > _PIECE or any(
        isinstance(member, (list, dict)) and (
            len(member) > _PIECE or isinstance(member, dict) and _is_long(member)
        )
        for member in value.values()
    )


def _short(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
