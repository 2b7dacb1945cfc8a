"""Rules of services: queries and commands to a peer, and commands of a peer that ROS serves."""

from __future__ import annotations

import collections.abc as abc
import string
from dataclasses import dataclass
from typing import Any

from ..config.ros_names import ros_name
from .keys import key
from .receive import WORKSPACE, Workspace, workspace_of
from .values import (
    BOOLEAN,
    DEVICE,
    NAME,
    NAMES,
    RATE,
    SECONDS,
    TEXT,
    about,
    group,
    one_of,
    several,
    text,
)

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
#: what is called by a rule of serve
SERVED_TYPE = text(
    'trigger, set_bool, or a type such as std_srvs/srv/SetBool or '
    'control_msgs/action/FollowJointTrajectory')
#: what a rule of commands offers
OFFERED_TYPE = text('trigger, or a type such as rcl_interfaces/srv/GetParameters')
#: a template of a ROS message
FIELDS = {'title': 'a map of fields and their values', 'type': 'object'}
#: a template of a text
WORDS = {'title': 'text, a map or a list', 'type': ['string', 'object', 'array']}
_DEVICE = TEXT | {'title': 'text of up to 20 bytes'}
_COMMAND = text('text of 1 to 127 bytes', 1)
_TIMEOUT = SECONDS, 'How long the answer may take, in seconds; 5 by default.', TIMEOUT_S


def _pairs(found: abc.Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(found.items())


def as_it_is(value: Any) -> Any:
    """Take a template as it stands in the file."""
    return value


@dataclass(frozen=True, slots=True)
class QueryRule:
    """
    What a peer can be asked for: one type, of one device or of any ('').

    ``rate`` in Hz and ``coordinate_name`` go into the query that starts a stream; ``rate`` 0 is
    as fast as the peer can.
    """

    type: str = key(one_of(*ASKED_TYPES), 'Requested message type.')
    device: str = key(_DEVICE, 'Requested device; any by default.', '')
    rate: float = key(RATE, '', 0.0)
    coordinate_name: str = key(
        text('text of up to 32 bytes'),
        'Requested coordinate system of TDATA or QTDATA.', '')
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
    A COMMAND that a service sends.

    ``{fields}`` of its content are parameters of the node, or of the request if it has a type.

    ``legacy``: the content goes as STRING CMD_<number> instead.
    """

    name: str = key(NAME, 'The service is command/<name>.')
    command: str = key(_COMMAND, 'Name in the COMMAND.')
    device: str = key(_DEVICE, 'Device name of the COMMAND; empty by default.', '')
    content: str = key(
        TEXT, 'What the COMMAND says, usually XML. {field} is the value of the parameter '
        'command.<name>.<field>, or with a type the field of the request; {{ and }} are braces.',
        '')
    timeout: float = key(*_TIMEOUT, after='legacy')
    legacy: bool = key(
        BOOLEAN, 'Send the content as STRING CMD_<number> and take STRING ACK_<number> for the '
        'answer, for old versions of PLUS.', False)

    type: str = key(
        OFFERED_TYPE, 'Type of the service command/<name>, such as std_srvs/srv/SetBool; '
        'std_srvs/srv/Trigger when left out.', 'trigger')
    reply: Any = key(
        FIELDS, 'What the service answers, with a type: fields of its response. {success}, '
        '{message} and {content} are what came of the COMMAND; {name} stands for what the answer '
        'says in its metadata, XML or JSON. Its success and message when left out.', None,
        read=as_it_is)

    @property
    def fields(self) -> list[str]:
        """The parameters that it needs, each once, in their order."""
        if self.type != 'trigger':
            return []
        found = [name for _, name, _, _ in string.Formatter().parse(self.content) if name]
        return list(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class ShownPlace:
    """
    A place in the feedback or the result of an action, that all peers are shown.

    ``field`` is where it is, such as ``current_pose`` or ``actual.transforms[0]``.
    """

    device: str
    field: str
    of: str = 'feedback'


_SHOWN = several('a list of maps with device, field and of', group('a map', {
    'device': about(DEVICE, 'Device of the TRANSFORM or POINT.'),
    'field': about(TEXT, 'Where it is in the feedback or result, such as current_pose.'),
    'of': about(one_of('feedback', 'result'), 'Which of them; feedback by default.'),
}, ('device', 'field')))


def _shown(found: list[abc.Mapping[str, str]]) -> tuple[ShownPlace, ...]:
    return tuple(ShownPlace(**each) for each in found)


@dataclass(frozen=True, slots=True)
class ServeRule:
    """
    A COMMAND of a peer that is carried out by a ROS service, or a ROS action.

    ``data`` is what a SetBool gets; None when the content of the command says it.
    """

    command: str = key(_COMMAND, 'Name in the COMMAND, case-sensitive.')
    call: str = key(SERVICE, 'ROS service or action that executes it.')
    type: str = key(
        SERVED_TYPE,
        'Type of that service or action, such as control_msgs/action/FollowJointTrajectory; '
        'trigger and set_bool are short for those of std_srvs.', 'trigger')
    data: bool | None = key(
        BOOLEAN, 'What a SetBool gets; by default the content of the COMMAND says it: true, '
        'on, 1 or false, off, 0.', None)
    timeout: float = key(*_TIMEOUT)
    request: Any = key(
        FIELDS, 'Request of the service: its fields. {name} is a value of the COMMAND.',
        None, read=as_it_is)
    reply: Any = key(
        WORDS, 'Answer to the COMMAND: {name} is a field of the response of the service; '
        'a map or a list becomes JSON. Its message, or all of it, by default.', None,
        read=as_it_is)
    success: Any = key(
        FIELDS, 'Values that fields of the response have when it was successful; its success, if '
        'it has that, when left out.', None, read=as_it_is)
    targets: tuple[tuple[str, str], ...] = key(
        {'title': 'a map of names and devices', 'type': 'object',
         'additionalProperties': TEXT},
        'Placeholders of request or goal that stand for what this peer has sent last by a device, '
        'as it was published: through the gates of its rule of receive, or refused.',
        (), read=_pairs)
    workspace: Workspace | None = key(
        WORKSPACE, 'Gate: the box in which all places in the request or goal must be, its lowest '
        'and its highest corner in metres.', None, read=workspace_of)
    goal: Any = key(
        FIELDS, 'What the action is to do: fields of its goal, written as request.', None,
        read=as_it_is)
    result: Any = key(
        WORDS, 'Text at the end of a goal: {name} is a field of the result.', None,
        read=as_it_is)
    feedback: Any = key(
        WORDS, 'Text while a goal is executed: {name} is a field of the feedback. '
        'Nothing by default.', None, read=as_it_is)
    feedback_rate: float = key(RATE, 'Most feedback messages a second.', 5.0)
    show: tuple[ShownPlace, ...] = key(
        _SHOWN, 'Places in feedback or result that all peers get as TRANSFORM or POINT: Pose, '
        'Transform, Point or PoseArray of geometry_msgs, as often as feedback is said.', (),
        read=_shown)
    answer: str = key(
        one_of('accepted', 'done'),
        'When the COMMAND is answered: when the goal is accepted, or when it is over. A '
        'STATUS reports both.', 'accepted')
    when_busy: str = key(
        one_of('refuse', 'replace'),
        'What to do with a goal while the action has another one: refuse it, or '
        'cancel the other and send it then.', 'refuse')
    cancel: str = key(
        _COMMAND, 'Name of the COMMAND that cancels the goal; CANCEL_<command> by default.',
        '')
    stop: tuple[str, ...] = key(
        NAMES, 'Texts that cancel the goal, as a STRING or as the name of a COMMAND, from any '
        'peer.', ('STOP', 'EMERGENCY'))
    status: str = key(
        DEVICE, 'Device of the STATUS that reports the state of the goal; the first 20 bytes of '
        'command by default.', '')

    @property
    def is_action(self) -> bool:
        """Whether an action carries it out."""
        return '/action/' in self.type

    @property
    def cancelled_by(self) -> str:
        """The name of the COMMAND that cancels it."""
        return self.cancel or f'CANCEL_{self.command}'

    @property
    def status_device(self) -> str:
        """The device of the STATUS of its goals."""
        return self.status or self.command.encode()[:20].decode(errors='ignore')
