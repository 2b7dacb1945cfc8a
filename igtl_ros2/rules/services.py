"""Rules of services: queries and commands to a peer, and commands of a peer that ROS serves."""

from __future__ import annotations

import string
from dataclasses import dataclass

from ..config.ros_names import ros_name
from .keys import key
from .values import BOOLEAN, NAME, RATE, SECONDS, TEXT, one_of, text

#: How long an answer may take when a rule does not say, in seconds.
TIMEOUT_S = 5.0
#: Types that can be asked for, and other packages' types.
ASKED_TYPES = (
    'TRANSFORM', 'POSITION', 'QTRANS', 'IMAGE', 'TDATA', 'QTDATA', 'POINT', 'TRAJ', 'IMGMETA',
    'LBMETA', 'VIDEOMETA', 'VIDEO', 'POLYDATA', 'COLORT', 'STATUS', 'CAPABILITY', 'STRING',
    'SENSOR', 'NDARRAY')
#: the name of a ROS service
SERVICE = text('the name of a ROS service such as /robot/home',
               pattern='^(~/|/)?[A-Za-z_][A-Za-z0-9_]*(/[A-Za-z_][A-Za-z0-9_]*)*$')
_DEVICE = TEXT | {'title': 'text of up to 20 bytes'}
_COMMAND = text('text of 1 to 127 bytes', 1)
_TIMEOUT = SECONDS, 'How long the answer may take, in seconds; 5 when left out.', TIMEOUT_S


@dataclass(frozen=True, slots=True)
class QueryRule:
    """
    What a peer can be asked for: one type, of one device or of any ('').

    ``rate`` in Hz and ``coordinate_name`` go into the query that starts a stream; ``rate`` 0 is
    as fast as the peer can.
    """

    type: str = key(one_of(*ASKED_TYPES), 'Message type that is asked for.')
    device: str = key(_DEVICE, 'Device name that is asked for; any when left out.', '')
    rate: float = key(RATE, '', 0.0)
    coordinate_name: str = key(
        text('text of up to 32 bytes'),
        'Coordinate system in which TDATA or QTDATA is wanted.', '')
    timeout: float = key(*_TIMEOUT)

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

    name: str = key(NAME, 'The service is command/<name>.')
    command: str = key(_COMMAND, 'Name in the COMMAND.')
    device: str = key(_DEVICE, 'Device name of the COMMAND; empty when left out.', '')
    content: str = key(
        TEXT, 'What the COMMAND says, usually XML. {field} is the value of the parameter '
        'command.<name>.<field>; {{ and }} are braces.', '')
    timeout: float = key(*_TIMEOUT, after='legacy')
    legacy: bool = key(
        BOOLEAN, 'Send the content as STRING CMD_<number> and take STRING ACK_<number> for the '
        'answer, as PLUS did before there was COMMAND.', False)

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

    command: str = key(_COMMAND, 'Name in the COMMAND, case-sensitive.')
    call: str = key(SERVICE, 'ROS service that carries it out.')
    type: str = key(
        one_of('trigger', 'set_bool'),
        'Type of that service: std_srvs/Trigger or std_srvs/SetBool.', 'trigger')
    data: bool | None = key(
        BOOLEAN, 'What a SetBool gets; when left out, the content of the COMMAND says it: true, '
        'on, 1 or false, off, 0.', None)
    timeout: float = key(*_TIMEOUT)
