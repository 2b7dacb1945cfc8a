"""STATUS, in a file of its own: only this one needs diagnostic_msgs."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from std_msgs.msg import Header

from ..codec.messages.text import Status, StatusCode, String
from ..config.numbers import int_in
from ..errors import ConversionError
from .outputs import Output
from .registry import Converted, Route, Sending, from_ros, to_ros
from .units import ros_text

OK, WARN, ERROR, STALE = b'\0', b'\1', b'\2', b'\3'
# those of all other codes are errors
_LEVELS: dict[int, bytes] = {
    StatusCode.OK: OK,
    **dict.fromkeys((StatusCode.BUSY, StatusCode.NOT_READY, StatusCode.MANUAL_MODE,
                     StatusCode.DISABLED, StatusCode.SHUTTING_DOWN), WARN),
    **dict.fromkeys((StatusCode.TIME_OUT, StatusCode.NOT_PRESENT), STALE),
}
# of one topic; ~/emergency goes on in any case
_MAX_URGENT = 100
_CODE_BY_LEVEL = {
    OK: StatusCode.OK,
    WARN: StatusCode.NOT_READY,
    ERROR: StatusCode.UNKNOWN_ERROR,
    STALE: StatusCode.TIME_OUT,
}


@to_ros(
    Status,
    Output('status', DiagnosticArray, is_whole=True),
    Output('~/emergency', 'std_msgs/Bool'))
def status_to_ros(message: Status, route: Route, stamp: Time) -> Converted:
    """STATUS: `status`, and `~/emergency` for the emergency code."""
    level = _LEVELS.get(message.code, ERROR)
    facts = {
        'code': str(message.code),
        'code_name': message.code_name,
        'subcode': str(message.subcode),
        'error_name': ros_text(message.error_name),
    }
    text = ros_text(message.message) or message.code_name
    return Converted(
        outputs={'status': diagnostic(route.device, level, text, facts, stamp)},
        info={'code': message.code, 'subcode': message.subcode},
    )


def diagnostic(
    name: str, level: bytes, text: str, facts: dict[str, str], stamp: Time
) -> DiagnosticArray:
    """Make a DiagnosticArray of one entry."""
    values = [KeyValue(key=key, value=value) for key, value in facts.items()]
    status = DiagnosticStatus(
        level=level, name=ros_text(name), hardware_id=ros_text(name), message=text, values=values)
    return DiagnosticArray(header=Header(stamp=stamp), status=[status])


@from_ros(DiagnosticArray, 'STATUS', 'status', default=True)
def status_from_diagnostics(message: DiagnosticArray, sending: Sending) -> Status:
    """DiagnosticArray as STATUS: the most severe entry; an empty array is OK."""
    return _status(worst_of(message), sending, message.header)


def worst_of(message: DiagnosticArray) -> DiagnosticStatus:
    """Find the most severe entry; an empty one if there is none."""
    return max(message.status, key=_severity, default=DiagnosticStatus())


def _severity(entry: DiagnosticStatus) -> tuple[bool, bytes]:
    """Order entries: an emergency is worse than what is merely stale."""
    try:
        is_emergency = int_in(_code_said(entry) or '0') == StatusCode.EMERGENCY
    except ValueError:  # which is refused where it is the most severe
        is_emergency = False
    return is_emergency, entry.level


def _code_said(entry: DiagnosticStatus) -> str | None:
    """Give the code that an entry says itself; None if its level has to do."""
    facts = {item.key: item.value for item in entry.values}
    # with a name it was made by status_to_ros
    return facts.get('igtl_code', facts.get('code') if 'code_name' in facts else None)


@from_ros(DiagnosticArray, 'STRING')
def string_from_diagnostics(message: DiagnosticArray, sending: Sending) -> String:
    """DiagnosticArray as STRING: the `message` of the most severe entry, with its stamp."""
    return String(worst_of(message).message, **sending.envelope(message.header))


@from_ros(DiagnosticStatus, 'STATUS', 'status', default=True)
def status_from_diagnostic(message: DiagnosticStatus, sending: Sending) -> Status:
    """DiagnosticStatus as STATUS; the keys igtl_code, subcode and error_name win."""
    return _status(message, sending, None)


def _status(entry: DiagnosticStatus, sending: Sending, header: Header | None) -> Status:
    facts = {item.key: item.value for item in entry.values}
    said = _code_said(entry)
    usual = _CODE_BY_LEVEL.get(entry.level, StatusCode.UNKNOWN_ERROR)
    code = usual if said is None else _number(said, 0, 0xFFFF)
    if code is None and entry.level == OK:  # it may have been worse
        raise ConversionError(f'igtl_code is {str(said)[:60]!r}, wanted 0 to 65535')
    subcode = _number(facts.get('subcode', '0'), -1 << 63, (1 << 63) - 1)
    name = facts.get('error_name', '').encode('utf-8')[:19].decode('utf-8', 'ignore')
    unusable = {'igtl_code': code is None, 'subcode': subcode is None, 'error_name': '\0' in name}
    noted = sending.state.setdefault('unusable keys', set())
    for key in [key for key, is_so in unusable.items() if is_so and key not in noted]:
        noted.add(key)
        sending.notes.append(f'{key} is not sent, its value {str(facts.get(key, said))[:60]!r} '
                             'does not fit; said once')
    return Status(
        usual if code is None else code, subcode or 0, name.replace('\0', ''), entry.message,
        **sending.envelope(header))


def _number(text: str, low: int, high: int) -> int | None:
    """Read a number; None if it is none of ours: a robot may say E-42 in its keys."""
    try:
        number = int_in(text)
    except ValueError:
        return None
    return number if low <= number <= high else None


class StatusTopic:
    """
    Put together what the bridge says of the devices on a topic and what a peer said last.

    Neither takes the place of the other, and nobody else's word that of who has called an
    emergency and is connected. The entry of the bridge has the key `state`, which that of a peer
    never has. The most severe comes first, and among equals that of the bridge.
    """

    def __init__(self) -> None:
        self._own: dict[Hashable, DiagnosticStatus] = {}
        self._peer: DiagnosticStatus | None = None
        #: what was said last by who has called an emergency, by device and peer
        self._urgent: dict[tuple[Hashable, Hashable], DiagnosticStatus] = {}

    def tell(self, device: Hashable, entry: DiagnosticStatus) -> list[DiagnosticStatus]:
        """
        Take in what the bridge says of a device, and give all there is to be told.

        Of devices that share the topic, those are kept of which something is wrong.
        """
        if entry.level == OK:
            self._own = {key: own for key, own in self._own.items() if own.level != OK}
        self._own[device] = entry
        return self._entries()

    def hear(
        self, entry: DiagnosticStatus, device: Hashable = None, peer: Hashable = None,
        is_connected: Callable[[Any], bool] = bool,
    ) -> list[DiagnosticStatus]:
        """
        Take in what a peer says of a device, and give all there is to be told.

        :param is_connected: tells whether a peer is still there.
        """
        self._peer = entry
        self._urgent = {
            (other, caller): said for (other, caller), said in self._urgent.items()
            if other != device or caller is not peer and is_connected(caller)
        }
        if _severity(entry)[0]:
            self._urgent[device, peer] = entry
            if len(self._urgent) > _MAX_URGENT:
                del self._urgent[next(iter(self._urgent))]
        return self._entries()

    def _entries(self) -> list[DiagnosticStatus]:
        wrong = [own for own in self._own.values() if own.level != OK]
        own = wrong or list(self._own.values())
        peers = [one for one in self._urgent.values() if one is not self._peer]
        if self._peer is not None:
            peers.append(self._peer)
        return sorted([*own, *peers], key=_severity, reverse=True)
