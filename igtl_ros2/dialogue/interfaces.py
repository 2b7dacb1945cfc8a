"""What the dialogue needs of peers, ROS services and actions, whatever implements them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from ..codec import Message
from ..rules import ServeRule

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


class GoalListener(Protocol):
    """Gets what becomes of goals, in the network's thread."""

    def accepted(self, number: int, now: float) -> None:
        """Take note that a goal is carried out."""

    def refused(self, number: int, why: str, now: float) -> None:
        """Take note that a goal is not carried out."""

    def told(self, number: int, text: str, now: float) -> None:
        """Take feedback."""

    def show(self, number: int, message: Message, now: float) -> None:
        """Send a place to all peers."""

    def ended(self, number: int, state: str, text: str, now: float) -> None:
        """Take note of how a goal has ended: SUCCEEDED, CANCELED or ABORTED."""

    def cancel_answered(self, number: int, outcome: str, now: float) -> None:
        """Take note of what was said to cancelling one, see `goals`."""


class RosAction(Protocol):
    """A ROS action, whatever rules call it."""

    def is_there(self) -> bool:
        """Tell whether its server is there."""

    def fill(self, rule: ServeRule, values: Mapping[str, Any]) -> Any:
        """
        Make a goal of the template of a rule.

        :raises ConversionError: if the values do not fit.
        """

    def send(self, number: int, rule: ServeRule, goal: Any, listener: GoalListener) -> None:
        """Send a goal."""

    def cancel(self, number: int) -> None:
        """Ask to cancel a goal."""

    def forget(self, number: int) -> None:
        """Tell nothing of a goal any more."""
