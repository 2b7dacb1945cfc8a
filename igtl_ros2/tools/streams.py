"""What came of each device over a link: how much, how often, how late. The time is told."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from ..codec import Message
from ..codec.message import Place, place_of
from ..codec.messages.arrays import Sensor
from ..codec.messages.text import Status
from ..codec.patients import hidden_text
from ..codec.short_names import full_name
from ..codec.tool_state import is_valid, tool_state
from ..web.arrivals import ArrivalStages

#: how many of the last messages of a device are looked at
WINDOW = 1000
# a peer can make up any number of names
_MOST_STREAMS = 10_000


class Key(NamedTuple):
    """Whose messages they are; `peer` is empty where there is one alone."""

    peer: str
    device: str
    type: str


class Lag(NamedTuple):
    """
    Stamp against arrival, in seconds.

    :param least: how far the stamp of the message that came fastest was behind its arrival: what
        the clock of the peer is behind ours, and the shortest way; less than 0 if it is ahead.
    :param median: how much longer than that half of the messages took.
    :param p99: how much longer 99 of 100 took at most.
    :param most: how much longer the slowest took.
    """

    least: float
    median: float
    p99: float
    most: float


class Stream:
    """
    What came of one device and type.

    :param window: how many of the last messages are looked at.
    """

    def __init__(self, window: int = WINDOW) -> None:
        self.count = 0
        self.bytes = 0
        self.last: Message | None = None
        self.last_size = 0
        self._arrivals_s: deque[float] = deque(maxlen=window)
        self._sizes: deque[int] = deque(maxlen=window)
        self._lags_ns: deque[int] = deque(maxlen=window)
        #: messages without a stamp, and with that of the one before
        self.unstamped = self.frozen = 0
        self.stages = ArrivalStages()

    def take(
        self, message: Message, size: int, arrival_s: float, arrival_ns: int,
        received_s: float | None = None,
    ) -> None:
        """
        Take in a message.

        :param size: its bytes on the wire.
        :param arrival_s: when it came, on a clock that only goes on.
        :param arrival_ns: when it came, in nanoseconds since 1970.
        :param received_s: when its last bytes came, before it was decoded, if that is known.
        """
        if received_s is not None:
            self.stages.note(
                received_s, arrival_s,
                arrival_ns - message.timestamp_ns if message.timestamp else None)
        if message.timestamp == 0:
            self.unstamped += 1
        else:
            if self.last is not None and self.last.timestamp == message.timestamp:
                self.frozen += 1
            self._lags_ns.append(arrival_ns - message.timestamp_ns)
        self.count += 1
        self.bytes += size
        self.last, self.last_size = message, size
        self._arrivals_s.append(arrival_s)
        self._sizes.append(size)

    def age_s(self, now_s: float) -> float:
        """Tell how long ago the last message came."""
        return now_s - self._arrivals_s[-1]

    @property
    def rate_hz(self) -> float | None:
        """Messages a second; None before the second one."""
        return self._per_s(len(self._arrivals_s) - 1)

    @property
    def bytes_per_s(self) -> float | None:
        """Bytes a second; None before the second message."""
        return self._per_s(sum(self._sizes) - self._sizes[0]) if self._sizes else None

    def _per_s(self, amount: int) -> float | None:
        times = self._arrivals_s
        span = times[-1] - times[0] if times else 0.0
        return amount / span if span > 0 else None

    @property
    def sizes(self) -> tuple[int, int, float]:
        """Smallest, largest and mean size."""
        return min(self._sizes), max(self._sizes), sum(self._sizes) / len(self._sizes)

    @property
    def intervals_s(self) -> tuple[float, float, float] | None:
        """Shortest, longest interval and their standard deviation; None before the second."""
        times = list(self._arrivals_s)
        gaps = [after - before for before, after in zip(times, times[1:])]
        if not gaps:
            return None
        mean = sum(gaps) / len(gaps)
        return min(gaps), max(gaps), math.sqrt(sum((g - mean) ** 2 for g in gaps) / len(gaps))

    @property
    def lag(self) -> Lag | None:
        """Stamp against arrival; None if no message of the window has a stamp."""
        lags = sorted(self._lags_ns)
        if not lags:
            return None
        least = lags[0]
        over = [(lag - least) / 1e9 for lag in lags]
        return Lag(least / 1e9, _at(over, 0.5), _at(over, 0.99), over[-1])

    @property
    def stamps(self) -> str:
        """Where the stamps come from: the device, nowhere, or from it but always the same."""
        if self.unstamped == self.count:
            return 'none'
        if self.unstamped:
            return 'some'
        return 'frozen' if self.count > 1 and self.frozen == self.count - 1 else 'device'

    def facts(self, now_s: float) -> dict[str, Any]:
        """List what there is to know, as plain data for JSON."""
        message = self.last
        assert message is not None  # a stream begins with its first message
        return {
            'rate_hz': self.rate_hz,
            'age_s': self.age_s(now_s),
            'size': self.last_size,
            'messages': self.count,
            'bytes': self.bytes,
            'state': state_of(message),
            'unit': unit_of(message),
            'stamps': self.stamps,
            'version': message.version,
            'value': message.brief(),
        }


def _at(values: Sequence[float], part: float) -> float:
    """Give the value below which that part of sorted values is."""
    return values[min(len(values) - 1, math.ceil(part * len(values)) - 1)]


def state_of(message: Message) -> str:
    """Tell what a message says of its validity, without names of patients; empty if nothing."""
    if isinstance(message, Status):
        return message.code_name
    elements = getattr(message, 'elements', None)
    if place_of(message.type_name) == Place.POSES and elements is not None:
        states = [tool_state(message, element.name) for element in elements]
        if not any(states):
            return ''
        seen = sum(map(is_valid, states))
        return 'OK' if seen == len(states) else f'{seen} of {len(states)} OK'
    return hidden_text(tool_state(message) or '')


def unit_of(message: Message) -> str:
    """Tell in what unit its lengths or values are; empty if there are none."""
    if isinstance(message, Sensor):
        return message.unit_text or 'not said'
    return 'mm' if place_of(message.type_name) >= Place.BODY else ''


class Wanted(NamedTuple):
    """Which messages are looked at: patterns, of which none means all."""

    devices: Sequence[str] = ()
    types: Sequence[str] = ()

    def takes(self, message: Message) -> bool:
        """Tell whether a message is wanted."""
        return self.has(message.device_name, message.type_name, full_name(message))

    def has(self, device: str, kind: str, full_name: str = '') -> bool:
        """Tell whether messages of a device and type are wanted."""
        return (not self.devices or _fits(self.devices, device, full_name)) and (
            not self.types or _fits(self.types, kind))


def _fits(patterns: Sequence[str], *names: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns for name in names)


class Streams:
    """
    What came of each device and type.

    :param wanted: which of them count.
    :param window: how many of the last messages of each are looked at.
    """

    def __init__(self, wanted: Wanted, window: int = WINDOW) -> None:
        self._wanted = wanted
        self._window = window
        self._streams: dict[Key, Stream] = {}
        self.count = 0
        #: messages of devices for which there was no room
        self.left_out = 0

    def take(
        self,
        peer: str,
        items: Sequence[tuple[Message, int]],
        arrival_s: float,
        arrival_ns: int,
        received_s: float | None = None,
    ) -> None:
        """Take in messages with their bytes, see `Stream.take`."""
        for message, size in items:
            if not self._wanted.takes(message):
                continue
            self.count += 1
            key = Key(peer, full_name(message), message.type_name)
            stream = self._streams.get(key)
            if stream is None:
                if len(self._streams) >= _MOST_STREAMS:
                    self.left_out += 1
                    continue
                stream = self._streams[key] = Stream(self._window)
            stream.take(message, size, arrival_s, arrival_ns, received_s)

    def sorted(self) -> list[tuple[Key, Stream]]:
        """List them by name."""
        return sorted(self._streams.items())
