"""What the dialogue is given of peers and ROS services, whoever makes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from ..codec import Message

#: gets what came of a request or a service: (success, text)
OnDone = Callable[[bool, str], None]
#: gets what `~/queries` says of a query
Log = Callable[[dict[str, Any]], None]
#: counts and tells what goes wrong: (kind, text)
Problem = Callable[[str, str], None]


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
