"""A JSON text without patients."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from .private_words import (
    ABOUT,
    CODE,
    hide,
    is_key,
    is_private_below,
    is_private_name,
    is_tag,
    may_name,
    says,
)


class _Object(list[tuple[str, Any]]):
    """An object of JSON, which may have two members of one name."""


class PrivateJson:
    """
    A JSON text without patients.

    :param phi: as in `hide`.
    :param safe: makes the same of a text within it.
    """

    def __init__(self, phi: str, safe: Callable[[str], str]) -> None:
        self._phi = phi
        self._safe = safe
        self._changed = False

    def safe(self, text: str) -> str:
        """
        Make it.

        :raises ValueError: if it is no JSON.
        """
        try:
            value = json.loads(text.lstrip('\ufeff'), object_pairs_hook=_Object)
            result = self._value(value, ())
            return json.dumps(result, ensure_ascii=text.isascii()) if self._changed else text
        except RecursionError as error:
            raise ValueError('it is nested too deeply') from error

    def _value(self, value: Any, names: tuple[str, ...]) -> Any:
        """
        Look into a value.

        :param names: of the members that it is in.
        """
        if isinstance(value, _Object):
            return self._object(value, names)
        if isinstance(value, list):
            if _tells(value):
                return [self._beside(element, '') for element in value]
            return [self._value(element, names) for element in value]
        if isinstance(value, str):
            new = self._safe(value)
            self._changed = self._changed or new != value
            return new
        return value

    def _object(self, members: _Object, names: tuple[str, ...]) -> dict[str, Any]:
        values = [value for _, value in members]
        # {"key": "PatientName", "value": "Doe"}, {"columns": ["PatientName"], "rows": [["Doe"]]},
        # {"item": {"name": "PatientName"}, "value": "Doe"}
        tells = _tells(values) or any(map(_names, values))
        result = {}
        for key, value in members:
            new_key = key
            if is_private_name(key) or is_private_below(names, key):
                new = self._hidden(value)
            else:
                if says(key) and may_name(key):
                    new_key, self._changed = hide(key, self._phi), True
                new = self._beside(value, key) if tells else self._value(value, (*names, key))
            result[new_key] = new
        return result

    def _beside(self, value: Any, key: str) -> Any:
        """Hide what stands beside the name of what it is."""
        if isinstance(value, str) and is_key(value) or ABOUT.fullmatch(key):
            return value
        if _names(value):
            return self._value(value, ())
        return self._hidden(value)

    def _hidden(self, value: Any) -> Any:
        if value in ('', None, []) or isinstance(value, bool):
            return value
        leaves = list(_leaves(value))
        if not leaves:
            return self._value(value, ())
        text = leaves[0] if len(leaves) == 1 else _shown(value)
        if CODE.fullmatch(text):
            return value
        new = hide(text, self._phi)
        self._changed = self._changed or new != value
        return new


def _tells(values: list[Any]) -> bool:
    """Tell whether one of some values is a private key, or two of them are halves of one."""
    texts = [value for value in values if isinstance(value, str)]
    return any(map(is_key, texts)) or is_tag(iter(texts))


def _names(value: Any) -> bool:
    """Tell whether a list or an object says nothing but which values stand beside it."""
    if isinstance(value, _Object):
        leaves = list(_leaves(value))
        return bool(leaves) and all(map(is_key, leaves))
    return isinstance(value, list) and (_tells(value) or any(map(_names, value)))


def _shown(value: Any) -> str:
    return json.dumps(_plain(value))


def _plain(value: Any) -> Any:
    if isinstance(value, _Object):
        return {key: _plain(member) for key, member in value}
    return list(map(_plain, value)) if isinstance(value, list) else value


def _leaves(value: Any) -> Iterator[str]:
    """Give the texts and numbers in a value, but for what only tells how they are written."""
    if isinstance(value, _Object):
        for key, member in value:
            if not ABOUT.fullmatch(key):
                yield from _leaves(member)
    elif isinstance(value, list):
        for element in value:
            yield from _leaves(element)
    elif value not in ('', None):
        yield str(value)
