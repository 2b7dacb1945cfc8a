"""Whether a message says anything new, for peers that want to hear of changes only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..codec import Message, encode
from ..codec.message import Content
from .metres import PER_METRE, Matrix


@dataclass(frozen=True, slots=True)
class Value:
    """
    What a message says, apart from when.

    :param lengths: in metres.
    :param numbers: those that `eps` holds for as they are: rotations, sensor values.
    :param rest: all else, equal or not.
    """

    lengths: Matrix
    numbers: Matrix
    rest: Any

    def differs(self, other: Value, eps: float) -> bool:
        """Tell whether anything differs by more than `eps`; NaN differs from everything."""
        if self.rest != other.rest:
            return True
        pairs = ((self.lengths, other.lengths), (self.numbers, other.numbers))
        return any(
            a.shape != b.shape or not (np.abs(a - b) <= eps).all() for a, b in pairs)


def value_of(message: Message, unit: str) -> Value:
    """
    Take out of a message what `on_change` compares.

    :param unit: of lengths in it.
    """
    said = message.says()
    if said is None:
        bare = replace(
            message, timestamp=0, message_id=0, metadata={}, metadata_encodings={}, version=1)
        said = Content((), (), encode(bare))
    metadata = {key: text for key, text in message.metadata.items() if key != 'ros_stamp'}
    return Value(
        np.array(said.lengths, np.float64).ravel() / PER_METRE[unit],
        np.array(said.numbers, np.float64).ravel(),
        (said.rest, metadata),
    )
