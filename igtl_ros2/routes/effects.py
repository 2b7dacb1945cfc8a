"""What steps ask the node to do, in the order in which it is to be done, on the way in and out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ..codec import Message
from ..converters.outputs import Kind
from ..converters.sending import Sending
from ..converters.tf_owners import Sender
from ..converters.units import Matrix
from ..errors import ConversionError, EncodeError
from .passage import Passage
from .surroundings import Key

#: poses of frames in metres, by the names of the frames
Poses = Mapping[str, Matrix]

# -- either way


class Count(Enum):
    """Under what something is counted that does not get out."""

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
class LookUp:
    """
    Look frames up on tf, or wait for them; then the route has moved it, or has lost it.

    :param item: what is to be moved.
    :param size: about how many bytes it takes.
    """

    item: Any
    frames: Sequence[str]
    to_frame: str
    stamp_ns: int
    size: int


@dataclass(slots=True)
class Later:
    """Have a worker go on where the message or the route has stopped, in their order."""


# -- to ROS


@dataclass(slots=True)
class Publish:
    """
    Publish a ROS message on a topic of the device.

    :param leaf: the rest of the topic.
    :param kind: by which its quality of service is known.
    """

    leaf: str
    kind: Kind
    ros_message: Any


@dataclass(slots=True)
class ShowInfo:
    """Publish on `info`; the pieces of the text are made one after the other."""

    pieces: Iterable[str]


@dataclass(slots=True)
class ShowState:
    """Publish on `status` that a device or tool became valid or invalid."""

    state: str | None


@dataclass(slots=True)
class Broadcast:
    """Broadcast on tf: each transform with its sender, and its right to the frame."""

    offered: list[tuple[Any, Sender, int]]
    is_static: bool


@dataclass(slots=True)
class Hold:
    """Repeat a message from now on, in place of the one before; None: no more."""

    passage: Passage | None


@dataclass(slots=True)
class Take:
    """Treat a message that came inside another one as if it came alone."""

    message: Message
    origin: dict[str, Any]


@dataclass(slots=True)
class Forget:
    """Destroy the topics of names that a device does not show any more."""

    names: list[str]


@dataclass(slots=True)
class Measure:
    """Note that the message is published, and how long that took."""


# -- to peers


@dataclass(slots=True)
class Send:
    """Send messages of one type and device, the oldest first."""

    messages: list[Message]
    exclude: tuple[Any, ...] = ()


@dataclass(slots=True)
class Reply:
    """Send a message to the peer alone that the one on its way came from."""

    message: Message


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
class Remember:
    """
    Remember a value until more is known of it, and when it is of.

    :param wanting: of a stream, what it was made with; None: of a topic that holds.
    """

    value: Any
    stamp_ns: int
    wanting: Sending | None = None


@dataclass(slots=True)
class Sent:
    """Something was sent just now: the time until it is repeated begins."""


Effect = (
    Tell | LookUp | Later
    | Publish | ShowInfo | ShowState | Broadcast | Hold | Take | Forget | Measure
    | Send | Reply | Order | Retract | WantKeyFrame | Remember | Sent)
Effects = list[Effect]


def problem(what: str, text: str) -> Tell:
    """Count and log a problem."""
    return Tell(Count.PROBLEM, what, text)


def left_out(what: str) -> Tell:
    """Count what a rule leaves out on purpose."""
    return Tell(Count.LEFT_OUT, what)


def withheld(what: str, text: str) -> Tell:
    """Count and log what a gate withholds."""
    return Tell(Count.WITHHELD, what, text)


def stale(what: str, text: str) -> Tell:
    """Count and log what tells nothing new."""
    return Tell(Count.STALE, what, text)


def not_sent(topic: str, error: Exception) -> Tell:
    """Tell why a message is not sent."""
    if isinstance(error, (ConversionError, EncodeError)):
        return problem(topic, f'{topic}: not sent: {error}')
    return problem(topic, f'{topic}: not sent, error in the bridge: {error!r}')
