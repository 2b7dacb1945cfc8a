"""What all devices of a link share."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from ..converters.claims import Claims
from .effects import Telling
from .now import Clocks


@dataclass(slots=True)
class Surroundings:
    """
    What all devices of a link share; other rules change it.

    :param link: its name.
    :param info_rate: how often a stream tells on `info` what has not changed, in Hz; 0: never.
    :param raw_deny: patterns of types that are kept off `raw`.
    :param own_frames: frames that this node sends to the network, and never broadcasts.
    :param frame_name: names a frame as all are told apart.
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
