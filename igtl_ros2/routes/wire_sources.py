"""Which source sends a device: two sources of one name are one device for every peer."""

from __future__ import annotations

#: so long a source that is silent keeps its device
_KEEPS_S = 2.0


class WireSources:
    """The sources of what is sent over one link, by type and device; for any thread."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str], tuple[str, float]] = {}

    def other(self, key: tuple[str, str], source: str, now_s: float) -> str | None:
        """
        Note that a source sends a device, and name another one that has sent it just now.

        :param key: type and device.
        :param now_s: by a clock that never jumps.
        """
        # another thread in between would cost no more than a word
        before = self._last.get(key)
        self._last[key] = source, now_s
        if before is None or before[0] == source or now_s - before[1] > _KEEPS_S:
            return None
        return before[0]
