"""What a chain of steps asks the node to do, in the order in which it is to be done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ..codec import Message
from ..converters.outputs import Kind
from ..converters.tf_owners import Sender
from ..converters.units import Matrix
from .passage import Passage


class Source(Protocol):
    """Who sends: a peer."""

    address: str
    name: str
    names: tuple[str, ...]
    facts: dict[str, Any]

    @property
    def is_answering(self) -> bool:
        """Whether there was a sign of life lately, if it is asked for one."""

    def probe_often(self) -> None:
        """Find out within about a second, from now on, when its machine is gone."""


class Telling(Protocol):
    """Who counts what goes wrong and says so, see `Report`."""

    def skip(self, kind: str, number: int = 1) -> None:
        """Count what a rule leaves out on purpose."""

    def problem(self, kind: str, text: str, number: int = 1) -> None:
        """Count a problem, and log it at a limited rate."""

    def problem_once(self, kind: str, text: str) -> None:
        """Count a problem that stays; its text is logged once."""

    def withheld_by(self, kind: str, text: str) -> None:
        """Count what a gate withholds, and log it as a problem is."""

    def stays_stale(self, kind: str, text: str) -> None:
        """Count a message that tells nothing new, and log it as a problem is."""

    def mixes(self, kind: str, text: str) -> None:
        """Count a peer that sends what another one sends too; it is logged once."""


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
class Tell:
    """Publish on `info`; the pieces of the text are made one after the other."""

    pieces: Iterable[str]


@dataclass(slots=True)
class ShowState:
    """Publish on `status` that a device or tool became valid or invalid."""

    state: str | None


@dataclass(slots=True)
class Broadcast:
    """Broadcast on tf: what, who says so, and how much right he has to that frame."""

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
class Later:
    """Go on with a step in the worker, in the order in which messages came."""

    step: int


@dataclass(slots=True)
class LookUp:
    """
    Look up frames at the stamp of the message, and go on with a step once tf knows them.

    :param take: is given the pose of each frame, in metres in the frame to move it into.
    """

    frames: Sequence[str]
    to_frame: str
    take: Callable[[Mapping[str, Matrix]], None]
    step: int


@dataclass(slots=True)
class Forget:
    """Destroy the topics of names that a device does not show any more."""

    names: list[str]


@dataclass(slots=True)
class Measure:
    """Note that the message is published, and how long that took."""


Effect = Publish | Tell | ShowState | Broadcast | Hold | Take | Later | LookUp | Forget | Measure
