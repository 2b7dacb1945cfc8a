"""Device names as ROS names, and those of the tools, labels and paths of a device."""

from __future__ import annotations

from ..config import ros_name as ros_name
from ..errors import ConversionError

#: how many names a device may show at a time, and for how many messages one of them must have been
#: missing before another takes its place: each costs a publisher
MAX_NAMES = 1000
_MISSING = 100


class KnownNames:
    """The names that a device has shown: a peer may make up names without end."""

    def __init__(self, limit: int = MAX_NAMES, missing: int = _MISSING) -> None:
        self._limit = limit
        self._missing = missing
        self._message = 0
        #: by ROS name, the name and the last message that had it; the oldest first
        self._known: dict[str, tuple[str, int]] = {}
        #: those that were replaced, until `take_forgotten`
        self.forgotten: list[str] = []

    def next_message(self) -> None:
        """Say that what follows comes from another message."""
        self._message += 1

    def take_forgotten(self) -> list[str]:
        """Take the ROS names that were forgotten since the last call."""
        forgotten = [name for name in self.forgotten if name not in self._known]
        self.forgotten.clear()
        return forgotten

    def use(self, text: str) -> str:
        """
        Find the ROS name of a text.

        :raises ConversionError: if there are too many names, or another text has the same one.
        """
        name = ros_name(text)
        known = self._known.pop(name, None)
        if known is not None and known[0] != text:
            self._known[name] = known
            raise ConversionError(f'{text!r}: {known[0]!r} is called {name} already')
        if known is None and len(self._known) >= self._limit:
            oldest = next(iter(self._known))
            if self._message - self._known[oldest][1] < self._missing:
                raise ConversionError(f'{text!r}: {self._limit} names are known already')
            del self._known[oldest]
            self.forgotten.append(oldest)
        self._known[name] = text, self._message
        return name
