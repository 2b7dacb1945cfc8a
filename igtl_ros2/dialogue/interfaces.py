"""What the dialogue needs of peers and ROS services, whatever implements them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from ..codec import Message

#: gets what came of a request or a service: (success, text)
OnDone = Callable[[bool, str], None]
#: gets what `~/queries` says of a query
Log = Callable[[dict[str, Any]], None]
#: counts and tells what goes wrong: (kind, text)
Problem = Callable[[str, str], None]
#: gives the place that a peer has sent last by a device, at a time; None if it is not known yet
#: what becomes of it; raises `ConversionError` if there is none, or a gate has withheld it
FindTarget = Callable[[Any, str, float], Any]


class Peer(Protocol):
    """The peer at the other end."""

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

    def fill(self, values: Mapping[str, Any]) -> Any:
        """
        Make a request of a template.

        :param values: what its placeholders stand for.
        :raises ConversionError: if they do not fit.
        """

    def call(self, on_done: OnDone, data: Any = None) -> Callable[[], None]:
        """
        Call it.

        :param data: what a SetBool is called with, or what `fill` has made.
        :returns: what to call when nobody waits for the answer any more.
        """
