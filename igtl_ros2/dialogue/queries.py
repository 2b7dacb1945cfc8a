"""GET_, STT_ and STP_: how they are spelt, what answers them, what `~/queries` says of them."""

from __future__ import annotations

import json
from typing import Any, TypeGuard

from ..codec import Message
from ..codec.messages.query import Query, Response, StartTracking, StartVideo
from ..codec.short_names import FULL_NAME
from ..config import ros_text
from ..rules import QueryRule

#: how types are spelt in queries, where that differs
_SUBJECTS = {'TRANSFORM': 'TRANS', 'VIDEOMETA': 'VMETA', 'CAPABILITY': 'CAPABIL'}
_TYPES = {subject: type_name for type_name, subject in _SUBJECTS.items()}


def queried_type(subject: str) -> str:
    """Tell which type a query asks for."""
    return _TYPES.get(subject, subject)


def query_of(verb: str, rule: QueryRule) -> Message:
    """Make the GET, STT or STP of a rule."""
    if verb == 'STT' and rule.type == 'VIDEO':
        return StartVideo(interval_ms=rule.interval_ms, device_name=rule.device)
    if verb == 'STT' and rule.type in ('TDATA', 'QTDATA'):
        return StartTracking(
            f'STT_{rule.type}', rule.interval_ms, rule.coordinate_name, device_name=rule.device
        )
    return Query(f'{verb}_{_SUBJECTS.get(rule.type, rule.type)}', device_name=rule.device)


def query_outcome(verb: str, rule: QueryRule, message: Message) -> tuple[bool, str] | None:
    """
    Tell what a message says of a query; None if it is no reply to it.

    Data answer a GET, an RTS_ a STP; either of them a STT. The RTS_POLYDATA is data.
    """
    is_stop = verb == 'STP'
    if _is_response(message, rule) and (is_stop or rule.type != 'POLYDATA'):
        if is_stop and rule.type == 'POLYDATA' or message.ok and verb != 'GET':
            return True, f'{message.type_name}: success'
        if not message.ok:
            return False, f'the peer answered {message.type_name} with an error'
    if not is_stop and _is_data(message, rule):
        return True, _summary(message)
    return None


def query_facts(query: Message, asked_by: str, **facts: Any) -> dict[str, Any]:
    """Give what `~/queries` says of a query."""
    device = ros_text(query.device_name)
    return {'query': query.type_name, 'device': device, 'asked_by': asked_by, **facts}


def _is_data(message: Message, rule: QueryRule) -> bool:
    if message.type_name != rule.type:
        return False
    full = message.metadata.get(FULL_NAME, '')
    return rule.device in ('', message.device_name, full)


def _is_response(message: Message, rule: QueryRule) -> TypeGuard[Response]:
    """Tell whether it is the RTS_ of what was asked for; some leave the device name out."""
    return (
        isinstance(message, Response)
        and message.subject == _SUBJECTS.get(rule.type, rule.type)
        and (not rule.device or message.device_name in ('', rule.device))
    )


def _summary(message: Message) -> str:
    """Say in JSON what has come."""
    size = sum(memoryview(part).nbytes for part in message.encode_content())
    stamp, rest = divmod(message.timestamp_ns, 10**9)
    facts = {
        'type': message.type_name,
        'device': ros_text(message.device_name),
        'stamp': {'sec': stamp, 'nanosec': rest},
        'size': size,
    }
    return json.dumps(facts, ensure_ascii=False)
