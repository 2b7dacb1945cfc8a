"""What `info` tells of one message alone, such as the numbers of a pose that is withheld."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


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
