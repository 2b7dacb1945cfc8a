"""What takes in messages of links and bags: the model of the page, or another view of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..codec import Message


class Taker(Protocol):
    """What a source tells; all is called in the event loop."""

    #: where the messages of each link come from
    addresses: dict[int, str]

    def take(
        self, link: int, peer: str, items: Sequence[tuple[Message, int]], now_s: float,
        now_ns: int, received_s: float | None = None,
    ) -> None:
        """Take in messages, each with its bytes, that came from a peer of a link."""

    def count_only(
        self, link: int, peer: str, type_name: str, name: str, size: int, now_s: float
    ) -> None:
        """Count a message that is passed over, as on the way to a later place of a bag."""

    def forget_peer(self, link: int, peer: str) -> None:
        """Forget a client that has left."""

    def note_error(self, level: str, text: str, now_s: float) -> None:
        """Note what went wrong."""

    def reset(self) -> None:
        """Forget all that came, as after a jump in a bag."""
