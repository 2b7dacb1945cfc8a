"""What steps of a route want to have done by whoever has links, timers and threads."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from ..codec import Message
from ..codec.messages.text import Status
from ..converters.units import Matrix
from ..errors import ConversionError, EncodeError

#: type and device
Key = tuple[str, str]
#: poses of frames in metres, by the names of the frames
Poses = Mapping[str, Matrix]


class Count(Enum):
    """Under what something is counted that is not sent."""

    LEFT_OUT = 'left out'
    PROBLEM = 'problem'
    WITHHELD = 'withheld'
    STALE = 'stale'


@dataclass(slots=True)
class Tell:
    """Count something; a text is logged as well."""

    count: Count
    what: str
    text: str = ''
    number: int = 1


@dataclass(slots=True)
class Send:
    """Send messages of one type and device, the oldest first."""

    messages: list[Message]
    exclude: tuple[Any, ...] = ()


@dataclass(slots=True)
class Order:
    """Send a command."""

    text: str
    exclude: tuple[Any, ...] = ()


@dataclass(slots=True)
class Retract:
    """Take back what was sent last, with a message that says so if there is one."""

    last: Message
    state: Message | None


@dataclass(slots=True)
class WantKeyFrame:
    """Ask for a frame of video that a decoder can start with."""

    key: Key


@dataclass(slots=True)
class LookUp:
    """
    Look frames up on tf, or wait for them; then the route has moved it, or has lost it.

    :param item: what is to be moved.
    :param size: about how many bytes it takes.
    """

    item: Any
    frames: Sequence[str]
    stamp_ns: int
    size: int


@dataclass(slots=True)
class Later:
    """Have a worker look at the queue of the route."""


@dataclass(slots=True)
class Hold:
    """Remember a value that came on a topic that holds, and when it is of."""

    value: Any
    stamp_ns: int


@dataclass(slots=True)
class Sent:
    """Something was sent just now: the time until it is repeated begins."""


Effect = Tell | Send | Order | Retract | WantKeyFrame | LookUp | Later | Hold | Sent
Effects = list[Effect]


class Origins(Protocol):
    """Who has sent what was published."""

    def origin(self, topic: str, key: Key, message: Any, peers: Collection[Any]) -> Any:
        """Tell from whom a value came that is about to be sent to peers; None if nobody knows."""

    def origin_of(self, topic: str, key: Key, stamp_ns: int) -> Any:
        """Tell it of a value that is known by its stamp."""


class Peers(Protocol):
    """Who gets what is sent."""

    @property
    def peers(self) -> Collection[Any]:
        """Those who are there."""

    def takes_key_frame(self, key: Key) -> bool:
        """Tell whether somebody waits for a key frame, and forget it."""


def is_emergency(message: Message) -> bool:
    """Tell whether a message calls an emergency, which no rule and no rate holds up."""
    return isinstance(message, Status) and message.is_emergency


def problem(what: str, text: str) -> Tell:
    """Count and log a problem."""
    return Tell(Count.PROBLEM, what, text)


def left_out(what: str, number: int = 1) -> Tell:
    """Count what a rule leaves out on purpose."""
    return Tell(Count.LEFT_OUT, what, number=number)


def not_sent(topic: str, error: Exception) -> Tell:
    """Tell why a message is not sent."""
    if isinstance(error, (ConversionError, EncodeError)):
        return problem(topic, f'{topic}: not sent: {error}')
    return problem(topic, f'{topic}: not sent, error in the bridge: {error!r}')
