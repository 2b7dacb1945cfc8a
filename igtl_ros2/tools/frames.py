"""Whole frames of a link, as they are on the wire; also those that cannot be read."""

from __future__ import annotations

import queue
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..errors import ConfigError, PeerError
from .hosts import in_network

if TYPE_CHECKING:
    from ..codec import Header
    from ..config import Settings

# of what waits to be printed
_MOST_BYTES = 1 << 28


class Frames:
    """What a tap hands over, one frame after the other; its peer waits while too much waits."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[tuple[Header, bytes]] = queue.SimpleQueue()
        # each is counted by one thread alone
        self._taken_bytes = self._given_bytes = 0
        #: what a tap asks of a recorder
        self.recording: Any = self
        self.lost: dict[str, int] = {}

    @property
    def is_behind(self) -> bool:
        """Whether the peer has to wait."""
        return self._taken_bytes - self._given_bytes > _MOST_BYTES

    def record(self, header: Header, frame: bytes, time_ns: int, *, to_device: bool) -> None:
        """Take in a frame; called by a tap in the network's thread."""
        self._taken_bytes += len(frame)
        self._queue.put((header, frame))

    def lose(self, why: str, size: int) -> None:
        """Count what is no frame; called by a tap."""
        self.lost[why] = self.lost.get(why, 0) + 1

    def next(self, timeout_s: float | None) -> tuple[Header, bytes]:
        """
        Wait for the next frame.

        :raises PeerError: if none comes in time.
        """
        try:
            header, frame = self._queue.get(timeout=timeout_s)
        except queue.Empty:
            raise PeerError(f'nothing came in {timeout_s} s') from None
        self._given_bytes += len(frame)
        return header, frame


@contextmanager
def open_frames(settings: Settings) -> Iterator[tuple[Frames, Any]]:
    """
    Listen to a link; gives its frames, and the tap.

    :raises ConfigError: if it is one over UDP.
    """
    from ..bags.tap import ConnectTap, ListenTap

    if settings.protocol == 'udp':
        raise ConfigError(f'{settings.address}: there are no whole frames over UDP')
    frames: Any = Frames()  # all that a tap needs of a recorder
    kind = ListenTap if settings.mode == 'server' else ConnectTap
    with in_network(lambda: kind(frames, settings, time.time_ns)) as tap:
        yield frames, tap
