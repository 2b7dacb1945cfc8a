"""Device names as ROS names."""

from __future__ import annotations

from ..config import ros_name as ros_name
from ..errors import ConversionError


class NameTable:
    """ROS names of things with names of their own: each keeps its name, two never share one."""

    def __init__(self, limit: int = 1000) -> None:
        """
        Start without names.

        :param limit: a peer may make up names without end; each costs a publisher.
        """
        self._limit = limit
        self._by_text: dict[str, str] = {}
        self._by_name: dict[str, str] = {}

    def claim(self, text: str) -> tuple[str, str | None]:
        """
        Find the ROS name of a text.

        The second result is the text that has the name it would have got; only the first time.

        :raises ConversionError: if there are too many names.
        """
        name = self._by_text.get(text)
        if name is not None:
            return name, None
        if len(self._by_text) >= self._limit:
            raise ConversionError(f'{text!r}: {self._limit} names are known already')
        wanted = name = ros_name(text)
        number = 1
        while name in self._by_name:
            number += 1
            name = f'{wanted}_{number}'
        self._by_text[text], self._by_name[name] = name, text
        return name, self._by_name[wanted] if number > 1 else None
