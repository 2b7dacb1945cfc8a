"""What a page may send to a device where that is allowed: texts, commands, queries; no poses."""

from __future__ import annotations

from typing import Any

from ..codec import Message, message_class
from ..codec.messages.query import Query, StartTracking
from ..codec.messages.text import Command, Status, String
from ..errors import EncodeError
from .viewer import RequestError


def order_of(asked: Any, command_id: int) -> Message:
    """
    Make the message that a page asks for.

    :param asked: `kind` is command, query, string or status; see the code for what each has.
    :param command_id: by which the answer to a command is known.
    :raises RequestError: if it is none of these, or cannot be sent.
    """
    if not isinstance(asked, dict):
        raise RequestError('send: an object with the kind and the fields of a message')
    kind = asked.get('kind')
    device = _text(asked, 'device')
    try:
        if kind == 'command':
            name = _text(asked, 'name')
            if not name:
                raise RequestError('send: a command needs a name')
            return Command(command_id, name, _text(asked, 'content'), device_name=device)
        if kind == 'string':
            return String(_text(asked, 'text'), device_name=device)
        if kind == 'status':
            code = asked.get('code')
            if not isinstance(code, int) or isinstance(code, bool):
                raise RequestError(f'send: code {code!r}, allowed a whole number')
            return Status(code, message=_text(asked, 'text'), device_name=device)
        if kind == 'query':
            return _query(_text(asked, 'type'), device)
    except EncodeError as error:
        raise RequestError(f'send: {error}') from error
    raise RequestError(f'send: kind {kind!r}, allowed command, query, string or status')


def _query(type_name: str, device: str) -> Message:
    cls = message_class(type_name)
    if cls is StartTracking:
        return StartTracking(type_name, device_name=device)
    if cls is Query:
        return Query(type_name, device_name=device)
    raise RequestError(f'send: {type_name!r} is no query such as GET_CAPABIL or STT_TDATA')


def _text(asked: dict[str, Any], name: str) -> str:
    value = asked.get(name, '')
    if not isinstance(value, str):
        raise RequestError(f'send: {name} {value!r}, allowed a text')
    return value
