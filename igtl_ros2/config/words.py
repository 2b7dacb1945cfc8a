"""How errors say what was found and what was perhaps meant."""

from __future__ import annotations

import collections.abc as abc
import difflib
from typing import Any

#: Finds what a schema cannot say about a rule, as (key, text).
FindFaults = abc.Callable[[dict[str, Any]], abc.Iterator[tuple[str, str]]]
#: The device name field of the OpenIGTLink header.
MAX_DEVICE_BYTES = 20
FRAME_NAME = 'a frame name that does not start with /'


def show(value: object) -> str:
    """Say a value the way a YAML file spells it, and never at length."""
    if value is None:
        return 'nothing'
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:57] + '...')
    if isinstance(value, int):
        return str(value) if abs(value) < 1 << 64 else 'a number of more than 64 bits'
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, (list, tuple)):
        return f'a list of {len(value)}'
    return 'a map' if isinstance(value, dict) else type(value).__name__


def hint(found: object, allowed: abc.Iterable[object]) -> str:
    """Ask whether the allowed name that looks most like the found one was meant."""
    names = {name.lower(): name for name in allowed if isinstance(name, str)}
    near = difflib.get_close_matches(found.lower(), names, 1) if isinstance(found, str) else []
    return f'; did you mean {names[near[0]]!r}?' if near else ''
