"""What the dialogue is given of links, peers and ROS services, whoever makes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from ..codec import Message

#: gets what came of a request or a service: (success, text)
OnDone = Callable[[bool, str], None]
#: gets what `~/queries` says of a query
Log = Callable[[dict[str, Any]], None]


class Outgoing(Protocol):
    """A message that was sent."""

    @property
    def key(self) -> tuple[str, str]:
        """Type and device."""

    @property
    def message(self) -> Message:
        """The message."""


class Peer(Protocol):
    """Who is at the other end."""

    @property
    def address(self) -> str:
        """Where it is."""

    @property
    def version(self) -> int:
        """Highest header version that it reads."""

    def refusal(self, message: Message) -> str:
        """Tell why it must not get a message; empty if it may."""

    def send_as_is(self, message: Message) -> None:
        """Send a message."""

    def post(self, outgoing: Any) -> Any:
        """Send once more what was sent."""

    def pump(self) -> None:
        """Write what waits."""


class Link(Protocol):
    """All peers of a link, and what was sent to them last."""

    last_error: str

    @property
    def peers(self) -> list[Any]:
        """Those that are there."""

    def send(
        self, message: Message, *, hold: bool | None = None, exclude: Iterable[Any] = ()
    ) -> None:
        """Send a message to all; those that come later get it too if it is held."""

    def send_many(
        self, outgoings: Sequence[Any], *, hold: bool, exclude: Iterable[Any] = ()
    ) -> None:
        """Send messages of one device."""

    def held(self, type_name: str = '*', device: str = '') -> Sequence[Outgoing]:
        """Give what was sent last and is held."""

    def forget_value(self, type_name: str, device: str) -> None:
        """Hold nothing of a device any more."""

    def want_key_frame(self, key: tuple[str, str]) -> None:
        """Note that a peer waits for a key frame of a video."""

    def takes_key_frame(self, key: tuple[str, str]) -> bool:
        """Tell, once, whether a peer waits for a key frame of a video."""


class RosService(Protocol):
    """A ROS service that answers later."""

    def is_there(self) -> bool:
        """Tell whether it can be called."""

    def call(self, on_done: OnDone, data: bool | None = None) -> Callable[[], None]:
        """
        Call it.

        :param data: what a SetBool is called with.
        :returns: what to call when nobody waits for the answer any more.
        """


class Report(Protocol):
    """Who counts and tells what goes wrong."""

    def problem(self, kind: str, text: str) -> None:
        """Count a problem."""
