"""What a route needs of the node around it, and what all devices of a link share."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..converters.claims import Claims
from .now import Clocks
from .targets import Targets

#: type and device of what is sent
Key = tuple[str, str]


class Source(Protocol):
    """A peer that sends."""

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
    """Counts what goes wrong and logs it, see `Report`."""

    def skip(self, kind: str, number: int = 1) -> None:
        """Count what a rule leaves out on purpose."""

    def problem(self, kind: str, text: str, number: int = 1) -> None:
        """Count a problem, and log it at a limited rate."""

    def withheld_by(self, kind: str, text: str) -> None:
        """Count what a gate withholds, and log it as a problem is."""

    def stays_stale(self, kind: str, text: str) -> None:
        """Count a message that tells nothing new, and log it as a problem is."""

    def mixes(self, kind: str, text: str) -> None:
        """Count a peer that sends what another one sends too; it is logged once."""


class Origins(Protocol):
    """The peers that published values came from."""

    def origin(self, topic: str, key: Key, message: Any, peers: Collection[Any]) -> Any:
        """Give the peer that a value came from which is about to be sent; None if unknown."""

    def origin_of(self, topic: str, key: Key, stamp_ns: int) -> Any:
        """Do the same for a value that is known by its stamp."""


class Peers(Protocol):
    """The peers that get what is sent."""

    @property
    def peers(self) -> Collection[Any]:
        """Those that are connected."""

    def takes_key_frame(self, key: Key) -> bool:
        """Tell whether somebody waits for a key frame, and forget it."""


@dataclass(slots=True)
class Surroundings:
    """
    What all devices of a link share; other rules change it.

    :param link: its name.
    :param info_rate: how often a stream tells on `info` what has not changed, in Hz; 0: never.
    :param raw_deny: patterns of types that are kept off `raw`.
    :param own_frames: frames that this node sends to the network, and never broadcasts.
    :param frame_name: names a frame as all are told apart.
    :param targets: what commands may want a robot to move to.
    """

    link: str
    info_rate: float
    raw_deny: Collection[str]
    claims: Claims
    own_frames: Any
    has_tf: bool
    frame_name: Callable[[str], str]
    report: Telling
    clocks: Clocks
    targets: Targets = field(default_factory=Targets)
