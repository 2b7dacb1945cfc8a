"""Rules of services: queries and commands to a peer, and commands of a peer that ROS serves."""

from __future__ import annotations

import string
from dataclasses import dataclass

from ..config.ros_names import ros_name

#: How long an answer may take when a rule does not say, in seconds.
TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class QueryRule:
    """
    What a peer can be asked for: one type, of one device or of any ('').

    ``rate`` in Hz and ``coordinate_name`` go into the query that starts a stream; ``rate`` 0 is
    as fast as the peer can.
    """

    type: str
    device: str = ''
    rate: float = 0.0
    coordinate_name: str = ''
    timeout: float = TIMEOUT_S

    @property
    def name(self) -> str:
        """What its services are called, behind get/ and stream/."""
        return self.type + (f'/{ros_name(self.device)}' if self.device else '')

    @property
    def interval_ms(self) -> int:
        """The rate as the time between two messages."""
        return round(1000 / self.rate) if self.rate else 0


@dataclass(frozen=True, slots=True)
class CommandRule:
    """
    A COMMAND that a service sends; ``{fields}`` of its content are parameters of the node.

    ``legacy``: the content goes as STRING CMD_<number> instead.
    """

    name: str
    command: str
    device: str = ''
    content: str = ''
    timeout: float = TIMEOUT_S
    legacy: bool = False

    @property
    def fields(self) -> list[str]:
        """The names in braces, each once, in their order."""
        found = [name for _, name, _, _ in string.Formatter().parse(self.content) if name]
        return list(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class ServeRule:
    """
    A COMMAND of a peer that is carried out by a ROS service.

    ``data`` is what a SetBool gets; None when the content of the command says it.
    """

    command: str
    call: str
    type: str = 'trigger'
    data: bool | None = None
    timeout: float = TIMEOUT_S
