"""What a peer needs to know of the link that it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from ..codec import Message
from ..transport.network import Network
from .mailbox import Key
from .outgoing import Outgoing


class Host(Protocol):
    """The link of a peer."""

    network: Network

    def joined(self, peer: Any) -> None:
        """Take in a peer that is there now."""

    def received_many(self, peer: Any, messages: list[Message], sizes: list[int]) -> None:
        """Take messages that came from a peer, and how many bytes each had."""

    def left(self, peer: Any, why: str) -> None:
        """Let a peer go."""

    def post_to(self, peers: Sequence[Any], outgoing: Outgoing) -> None:
        """Give a message to some peers."""

    def refuse_if_over(self) -> None:
        """Refuse to send what nobody can get any more."""

    def want_key_frame(self, key: Key) -> None:
        """Note that a peer waits for a key frame of a video."""

    def say(
        self, kind: str, level: int, text: str, error: Exception | None = None, peer: str = '',
    ) -> None:
        """Log, at a limited rate."""
