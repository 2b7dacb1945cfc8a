"""GET_, STT_ and STP_: how they are spelt, what answers them, and what is said of them."""

from __future__ import annotations

import json
from typing import Any, TypeGuard

from ..codec import Message
from ..codec.messages.query import Query, Response, StartTracking, StartVideo
from ..codec.messages.tracking import QuaternionTrackingData, TrackingData
from ..codec.messages.video import Video
from ..codec.short_names import full_name
from ..config import ros_text
from ..rules import QueryRule, parse_xtoy

#: how types are spelt in queries, where that differs
_SUBJECTS = {'TRANSFORM': 'TRANS', 'VIDEOMETA': 'VMETA', 'CAPABILITY': 'CAPABIL'}
# what the C++ library asks for unless set otherwise, so that it may not be meant
_USUAL_CODEC = 'VP90'
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
    return rule.device in ('', message.device_name, full_name(message))


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


# -- what a query asks for besides type and device: what cannot be done is said

def unmet(query: Message, held: Message) -> str:
    """
    Tell which wish of a STT_ stands in the way of its stream; '' if none does.

    :param held: what was sent last of what it asks for.
    """
    if isinstance(query, StartTracking) and query.coordinate_name:
        return not_in_frame(held, query.coordinate_name)
    if isinstance(query, StartVideo) and isinstance(held, Video):
        if query.codec not in ('', _USUAL_CODEC, held.codec):
            return _other_codec(query, held)
    return ''


def unmet_but_done(query: Message, held: Message) -> str:
    """Tell which wish is not fulfilled although the stream starts; '' if there is none."""
    if isinstance(query, StartVideo) and isinstance(held, Video) and query.codec:
        return _other_codec(query, held) if query.codec != held.codec else ''
    return ''


def _other_codec(query: StartVideo, held: Video) -> str:
    return f'it is sent as {held.codec!r} and not as {query.codec!r}'


def not_in_frame(message: Message, frame: str) -> str:
    """
    Tell why tools are not in the frame that somebody asks for; '' if they are.

    Their frame is the one in their names, XToY, where all have one; else that of the ROS message
    that they were made of.
    """
    parents = set()
    if isinstance(message, (TrackingData, QuaternionTrackingData)):
        names = [parse_xtoy(element.name) for element in message.elements]
        named = {name[1] for name in names if name is not None}
        unnamed = None in names or not names
        parents = named | ({message.metadata.get('ros_frame_id', '')} if unnamed else set())
    if parents and {_folded(parent) for parent in parents} == {_folded(frame)}:
        return ''
    found = ' and '.join(repr(parent) for parent in sorted(parents) if parent) or 'no known frame'
    return f'it is in {found} and not in {frame!r}, and nothing is moved for a query'


def _folded(frame: str) -> str:
    """Spell the frame of the patient in one way."""
    return 'ras' if frame.lower() == 'ras' else frame
