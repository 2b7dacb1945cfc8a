"""
Who the patient is, taken out of messages and of whole frames.

``phi`` is one of `redact` (a text stands in its place), `hash` (a code that is the same for the
same text until the program ends) and `pass`. What cannot be known to be a patient is left: see
docs/how-to/patient_data.md.
"""

from __future__ import annotations

from copy import copy
from struct import Struct
from typing import Any, TypeVar

from ..errors import CrcError, DecodeError, EncodeError, HeaderError
from .decoder import decode
from .fields import Buffer
from .frame import ENTRY, EXTENDED, HEADER_SIZE, INDEX, Header, decode_header, encode
from .lists import Table
from .message import Message, Unknown, message_class
from .messages.bundle import Bind
from .messages.catalog import ImageMeta, VideoMeta
from .messages.query import DeviceQuery, Query, Response
from .messages.text import ClientInfo, Command, CommandResponse, Status, String
from .private import PRIVATE_TYPES, guarded, is_private, is_private_key
from .private_text import hidden_json, hidden_text
from .private_words import any_may_name, bytes_may_name, hide

__all__ = [
    'PRIVATE_TYPES', 'bytes_may_name', 'hidden', 'hidden_frame', 'hidden_json', 'hidden_text',
    'hide', 'is_private', 'is_private_key', 'redact_frame',
]

# besides metadata; any other message of version 1 names nobody
_MAY_NAME = frozenset(('BIND', 'COMMAND', 'RTS_COMMAND', *PRIVATE_TYPES))
# name somebody only if there is a private key in them
_TEXTS = frozenset((String, Status, ClientInfo, DeviceQuery, Query, Response))

_TEXT_FIELDS: dict[type[Message], tuple[str, ...]] = {
    Command: ('content',), CommandResponse: ('content',), String: ('text',),
    ClientInfo: ('text',), Status: ('message', 'error_name'), DeviceQuery: ('device_uid',),
}

# those that may name a patient in their content
_NAMING = frozenset((ImageMeta, VideoMeta, Bind, Unknown, *_TEXT_FIELDS, *_TEXTS))
_CRC = Struct('>Q')
_CRC_AT = HEADER_SIZE - _CRC.size
_set = object.__setattr__

AnyMessage = TypeVar('AnyMessage', bound=Message)


def hidden(message: AnyMessage, phi: str = 'redact') -> AnyMessage:
    """
    Give a message that does not say who the patient is: itself if it does not anyway.

    That is about patients' fields of IMGMETA and VIDEOMETA, metadata by their keys in every
    message, the same keys in the texts of metadata, commands, STRING, STATUS, queries and answers
    to them, and all of that inside a BIND.
    """
    if phi == 'pass':
        return message
    changes: dict[str, Any] = {}
    # a quick look whether there can be something to hide
    if message.metadata and (
        any(map(is_private_key, message.metadata)) or any_may_name(message.metadata.values())
    ):
        safe = {
            key: hide(text, phi) if is_private_key(key) else hidden_text(text, phi)
            for key, text in message.metadata.items()}
        private = {key for key, text in message.metadata.items() if safe[key] != text}
        if private:
            changes['metadata'] = guarded(safe)
            changes['metadata_encodings'] = {
                key: code for key, code in message.metadata_encodings.items()
                if key not in private}
    if type(message) in _NAMING:
        changes.update(_in_content(message, phi))
    if not changes:
        return message
    result = copy(message)  # what came from the wire need not pass the checks again
    for name, change in changes.items():
        _set(result, name, change)
    return result


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
        return encode(safe) if safe is not message or _has_rest(message, data) else data
    except HeaderError:
        raise
    except (DecodeError, EncodeError) as error:
        if not _may_name(decode_header(data), data):
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
    if phi == 'pass' or not _may_name(decode_header(data), data):
        return data
    try:
        message = decode(data, check_crc=False)
        safe = hidden(message, phi)
        if safe is message and not _has_rest(message, data):
            return data
        changed = encode(safe)
        if changed == data:
            return data
        decode(data)  # what was changed on its way must not look right afterwards
        return changed
    except (DecodeError, EncodeError):
        return None


def _may_name(header: Header, data: bytes) -> bool:
    kind = header.type_name
    if header.version > 1 or kind.upper() in _MAY_NAME:
        return True
    return message_class(kind) in _TEXTS and bytes_may_name(data[HEADER_SIZE:])


def _has_rest(message: Message, data: bytes) -> bool:
    """Tell whether something may stand in a frame of which its message does not tell."""
    if message.version > 1 and _has_more_metadata(message, data):
        return True
    if isinstance(message, Bind):
        return any(_has_rest(child, data) for child in message.children)
    # behind the text of a field of fixed size anything may stand, and behind another text too
    kind = message.type_name
    if type(message) in _TEXTS or kind.upper() in _MAY_NAME:
        return is_private(kind) or bytes_may_name(data[HEADER_SIZE:])
    return False


def _has_more_metadata(message: Message, data: bytes) -> bool:
    """Tell whether there is something in a frame besides its metadata: a key may stand twice."""
    size, index_size, metadata_size, _ = EXTENDED.unpack_from(data, HEADER_SIZE)
    if index_size or metadata_size:
        if index_size != INDEX.size + ENTRY.size * len(message.metadata):
            return True
        start = len(data) - metadata_size - index_size + INDEX.size
        for key_size, _, value_size in ENTRY.iter_unpack(data[start : len(data) - metadata_size]):
            metadata_size -= key_size + value_size
        if metadata_size:
            return True
    extra = data[HEADER_SIZE + EXTENDED.size : HEADER_SIZE + size]
    return bool(extra) and bytes_may_name(extra)


def _in_content(message: Any, phi: str) -> dict[str, Any]:
    """Hide what has to be in the fields of a message; gives those that change."""
    kind = type(message)
    changes: dict[str, Any] = {}
    for name in _TEXT_FIELDS.get(kind, ()):
        text = getattr(message, name)
        safe = hidden_text(text, phi)
        if safe != text:
            changes[name] = safe
    if kind is ImageMeta or kind is VideoMeta:
        table: Table = message.table()
        named = [name for name in ('patient_name', 'patient_id') if any(table.texts(name))]
        for name in named:
            table = table.retold(name, lambda text: hide(text, phi))
        return {'elements': table} if named else {}
    if kind is Bind:
        children = tuple(hidden(child, phi) for child in message.children)
        same = all(new is old for new, old in zip(children, message.children))
        return {} if same else {'children': children}
    if kind is Query and bytes_may_name(message.content):
        return {'content': b''}
    if kind is Response and bytes_may_name(message.rest):
        return {'status': int(not message.ok), 'rest': b''}
    if kind is Unknown and is_private(message.type_name):
        return {'content': bytes(len(message.content))}  # it only looks like a list with patients
    return changes


def may_name(type_name: str) -> bool:
    """Tell whether something besides metadata may say who a patient is, of messages of a type."""
    cls = message_class(type_name)
    return cls is None or cls in _NAMING
