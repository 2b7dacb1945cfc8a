"""
Who the patient is, taken out of messages and of whole frames.

``phi`` is one of `redact` (a text stands in its place), `hash` (a code that is the same for the
same text until the program ends) and `pass`. What cannot be known to be a patient is left: see
docs/patient_data.md.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from copy import copy
from hashlib import blake2b
from struct import Struct
from typing import Any, TypeVar

from ..errors import CrcError, DecodeError, EncodeError, HeaderError
from .decoder import decode
from .fields import Buffer
from .frame import HEADER_SIZE, Header, decode_header, encode
from .lists import Table
from .message import Message, Unknown
from .messages.bundle import Bind
from .messages.catalog import ImageMeta, VideoMeta
from .messages.text import Command, CommandResponse
from .private import PRIVATE_TYPES, guarded, is_private, is_private_key

__all__ = [
    'PRIVATE_TYPES', 'hidden', 'hidden_frame', 'hidden_json', 'hidden_text', 'hide', 'is_private',
    'redact_frame',
]

REDACTED = 'redacted'

# besides those types and metadata; any other message of version 1 names nobody
_MAY_NAME = ('BIND', 'COMMAND', 'RTS_COMMAND')

# without it, a number of a patient could be found by trying all numbers
_SECRET = secrets.token_bytes(32)
_CODE = re.compile('phi-[0-9a-f]{16}')
_CRC = Struct('>Q')
_CRC_AT = HEADER_SIZE - _CRC.size
_set = object.__setattr__
# What stands before a value, and the value: of XML attributes, XML elements and JSON members.
# Names are limited because a peer may send texts that are long and hold nothing else
_PLACES = (
    (re.compile(r'(?<![\w.:-])([\w.:-]{1,80})\s{0,20}=\s{0,20}(?=["\'])'),
     re.compile(r'"([^"]*)"?|\'([^\']*)\'?')),
    (re.compile(r'<([\w.:-]{1,80})(?:\s[^<>]{0,500})?>'),
     re.compile(r'([^<]*)')),
    (re.compile(r'"([^"\\]{1,80})"\s{0,20}:\s{0,20}'),
     re.compile(r'"((?:[^"\\]|\\.)*)"?|([^\s",}\]\[{]+)', re.DOTALL)),
)
#: of a longer text nothing is left if it could name a patient: to look closer would take seconds
_MAX_SEARCHED = 1 << 20
_HINT = re.compile('patient|birth|mrn|ssn|dob|accession|medical|security|0010|0008', re.IGNORECASE)

AnyMessage = TypeVar('AnyMessage', bound=Message)


def hide(text: str, phi: str = 'redact') -> str:
    """Hide a text; one that is empty, or was hidden already, stays."""
    if not text or phi == 'pass':
        return text
    if phi != 'hash':
        return REDACTED
    if text == REDACTED or _CODE.fullmatch(text):
        return text
    raw = text.encode('utf-8', 'surrogatepass')
    return f'phi-{blake2b(raw, key=_SECRET, digest_size=8).hexdigest()}'


def hidden(message: AnyMessage, phi: str = 'redact') -> AnyMessage:
    """
    Give a message that does not say who the patient is: itself if it does not anyway.

    That is about patients' fields of IMGMETA and VIDEOMETA, metadata by their keys in every
    message, the same keys in the XML or JSON of commands, and all of that inside a BIND.
    """
    if phi == 'pass':
        return message
    changes: dict[str, Any] = {}
    private = message.metadata and {
        key for key, text in message.metadata.items() if text and is_private_key(key)
    }
    if private:
        changes['metadata'] = guarded({
            key: hide(text, phi) if key in private else text
            for key, text in message.metadata.items()
        })
        changes['metadata_encodings'] = {
            key: code for key, code in message.metadata_encodings.items() if key not in private
        }
    find = _CHANGES.get(type(message))
    if find is not None:
        changes.update(find(message, phi))
    return _changed(message, changes) if changes else message


def hidden_text(text: str, phi: str = 'redact') -> str:
    """
    Hide what XML attributes, XML elements and JSON members say, if their names are private keys.

    >>> hidden_text('<Command Name="Save" PatientName="Doe^Jane"/>')
    '<Command Name="Save" PatientName="redacted"/>'
    >>> hidden_text('{"PatientID": 4711, "side": "left"}')
    '{"PatientID": "redacted", "side": "left"}'
    """
    if phi == 'pass':
        return text
    if len(text) > _MAX_SEARCHED:
        return REDACTED if _HINT.search(text) else text

    for starts, values in _PLACES:
        text = _hide_values(text, starts, values, phi)
    return text


def hidden_json(text: str, phi: str = 'redact') -> str:
    """
    Hide what a JSON text says under private keys, and in the texts within it.

    Codes that stand there already stay. A text in which nothing is hidden comes back as it is.

    :raises ValueError: if it is no JSON.

    >>> hidden_json('[{"name": "Head", "patient_name": "Doe^Jane"}]')
    '[{"name": "Head", "patient_name": "redacted"}]'
    """
    if phi == 'pass':
        return text
    changed = False

    def safe(value: Any, key: str = '') -> Any:
        nonlocal changed
        if isinstance(value, list) and not is_private_key(key):
            return [safe(element) for element in value]
        new = value  # an object went through `member`
        if is_private_key(key):
            if value not in ('', None, [], {}) and not _CODE.fullmatch(str(value)):
                new = hide(str(value), phi)
        elif isinstance(value, str):
            new = hidden_text(value, phi)
        changed = changed or new != value
        return new

    def member(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return {key: safe(value, key) for key, value in pairs}  # of equal keys as well

    try:
        result = safe(json.loads(text, object_pairs_hook=member))
    except RecursionError as error:
        raise ValueError('it is nested too deeply') from error
    return json.dumps(result, ensure_ascii=False) if changed else text


def _hide_values(text: str, starts: re.Pattern[str], values: re.Pattern[str], phi: str) -> str:
    pieces, end = [], 0
    for found in starts.finditer(text):
        value = values.match(text, found.end())
        if found.start() < end or value is None or not is_private_key(found[1]):
            continue
        old = next(filter(None, value.groups()), '')
        # a number of JSON becomes a text
        new = hide(old, phi) if old != value[0] or found[0][0] == '<' else f'"{hide(old, phi)}"'
        pieces += [text[end:found.end()], value[0].replace(old, new, 1) if old else value[0]]
        end = value.end()
    return ''.join(pieces) + text[end:]


def redact_frame(frame: Buffer, phi: str = 'redact') -> bytes:
    """
    Give a whole frame that does not say who the patient is; the same bytes if it does not anyway.

    A frame that cannot be read keeps its header and its length. Its body is zeros if it could
    name a patient: that is one of `PRIVATE_TYPES`, a BIND or a command, or has metadata.

    :raises HeaderError: if it is not one whole frame.
    """
    data = bytes(frame)
    if phi == 'pass':
        return data
    try:
        message = decode(data)
        safe = hidden(message, phi)
        # behind the text of a field of fixed size anything may stand
        return encode(safe) if safe is not message or _has_fields(message) else data
    except HeaderError:
        raise
    except (DecodeError, EncodeError) as error:
        header = decode_header(data)
        if not _may_name(header):
            return data
        # the checksum of a name is enough to try names; that of zeros is 0
        crc = _CRC.pack(2**64 - 1 if isinstance(error, CrcError) else 0)
        return data[:_CRC_AT] + crc + bytes(len(data) - HEADER_SIZE)


def hidden_frame(frame: Buffer, phi: str = 'redact') -> bytes | None:
    """
    Do what `redact_frame` does, for recorders: None if it may name a patient and cannot be read.

    A frame that names nobody comes back as it is, with a wrong checksum as well.

    :raises HeaderError: if it does not even begin like a frame.
    """
    data = bytes(frame)
    if phi == 'pass' or not _may_name(decode_header(data)):
        return data
    try:
        message = decode(data, check_crc=False)
        safe = hidden(message, phi)
        if safe is message and not _has_fields(message):
            return data
        changed = encode(safe)
        if changed == data:
            return data
        decode(data)  # what was changed on its way must not look right afterwards
        return changed
    except (DecodeError, EncodeError):
        return None


def _may_name(header: Header) -> bool:
    kind = header.type_name
    return header.version > 1 or is_private(kind) or kind in _MAY_NAME


def _has_fields(message: Message) -> bool:
    if isinstance(message, Bind):
        return any(map(_has_fields, message.children))
    return is_private(message.type_name)


def _changed(value: Any, changes: dict[str, Any]) -> Any:
    """Copy a message or an element; what came from the wire need not pass the checks again."""
    result = copy(value)
    for name, change in changes.items():
        _set(result, name, change)
    return result


def _in_list(message: ImageMeta | VideoMeta, phi: str) -> dict[str, Any]:
    elements = message.elements
    if isinstance(elements, Table):
        return _in_table(elements, phi)
    if not any(element.patient_name or element.patient_id for element in elements):
        return {}
    return {'elements': tuple(
        _changed(element, {
            'patient_name': hide(element.patient_name, phi),
            'patient_id': hide(element.patient_id, phi),
        })
        for element in elements
    )}


def _in_table(table: Table, phi: str) -> dict[str, Any]:
    named = [n for n in ('patient_name', 'patient_id') if any(table.texts(n))]
    for name in named:
        table = table.retold(name, lambda text: hide(text, phi))
    return {'elements': table} if named else {}


def _in_bind(message: Bind, phi: str) -> dict[str, Any]:
    children = tuple(hidden(child, phi) for child in message.children)
    same = all(new is old for new, old in zip(children, message.children))
    return {} if same else {'children': children}


def _in_command(message: Command | CommandResponse, phi: str) -> dict[str, Any]:
    content = hidden_text(message.content, phi)
    return {} if content == message.content else {'content': content}


def _in_unknown(message: Unknown, phi: str) -> dict[str, Any]:
    """Hide all of what only looks like a list with patients."""
    return {'content': bytes(len(message.content))} if is_private(message.type_name) else {}


_CHANGES: dict[type[Message], Callable[[Any, str], dict[str, Any]]] = {
    ImageMeta: _in_list,
    VideoMeta: _in_list,
    Bind: _in_bind,
    Command: _in_command,
    CommandResponse: _in_command,
    Unknown: _in_unknown,
}
