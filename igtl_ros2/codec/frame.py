"""
Header, extended header and metadata: the frame around every content, both directions.

::

    header version 1:  header 58 | content
    header version 2:  header 58 | extended header 12 | content | metadata header | metadata
"""

from __future__ import annotations

from functools import lru_cache
from struct import Struct
from struct import error as StructError
from typing import NamedTuple

from ..errors import ContentError, EncodeError, HeaderError, TooLargeError
from .charsets import decode_text, encode_text
from .crc64 import crc64
from .fields import (
    MAX_ELEMENTS,
    Buffer,
    check_int,
    checked_text,
    cut_text,
    default_encoding,
    fixed_text,
    shown,
    text_bytes,
)
from .layout import Record
from .message import QUERY_CLASSES, Envelope, Message, Unknown, check_message, decode_typed
from .private import PrivateMetadata, guarded, is_private_key
from .short_names import NAME_BYTES, short_name

HEADER_SIZE = 58
#: version, type and device: what the headers of one stream begin with
START_SIZE = 34
MAX_BODY_BYTES = 512 << 20
MAX_RECEIVED_METADATA_BYTES = 1 << 20
MAX_METADATA_BYTES = 65535  # the C++ library keeps the size in 16 bits and loses the message above
MAX_METADATA_ENTRIES = 8191  # and so is the size of the metadata header: 2 + 8 * count

HEADER = Record(
    ('version', 'u2'), ('type_name', 'S12'), ('device_name', 'S20'), ('timestamp', 'u8'),
    ('body_size', 'u8'), ('crc', 'u8'),
)
_unpack_header = Struct('>H32sQQQ').unpack_from  # both names at once
#: time stamp, size and CRC-64 of the body
_REST = Struct('>QQQ')
pack_rest = _REST.pack_into
EXTENDED = Record(
    ('extended_size', 'u2'), ('index_size', 'u2'), ('metadata_size', 'u4'), ('message_id', 'u4')
)
_EXTENDED_SIZE = b'\0\x0c'  # what an extended header starts with, and hardly any content
_NO_INDEX = b'\0\0'  # what nobody writes behind it
INDEX = Record(('metadata_count', 'u2'))
ENTRY = Record(('key_size', 'u2'), ('encoding', 'u2'), ('value_size', 'u4'))
# parts up to this size are joined into one buffer: cheaper than one more system call argument
_JOIN_BYTES = 4096

_new_tuple = tuple.__new__

# Messages of a device mostly have the metadata of the one before, and to read them takes as long
# as all the rest of a pose: what some bytes mean is remembered, unless they name a patient
_KNOWN_BYTES = 512
_MOST_KNOWN = 500
_NOT_KNOWN: tuple[int, dict[str, str], dict[str, int]] = -1, {}, {}
_known_metadata: dict[bytes, tuple[int, dict[str, str], dict[str, int]]] = {}


class Header(NamedTuple):
    """The 58 bytes in front of every message."""

    version: int
    type_name: str
    device_name: str
    timestamp: int
    body_size: int
    crc: int


def decode_header(data: Buffer, offset: int = 0) -> Header:
    """
    Read the header at `offset`; 58 bytes must be there.

    :raises HeaderError: for header versions other than 1, 2 and (seen in the wild) 3.
    """
    try:
        version, names, timestamp, size, crc = _unpack_header(data, offset)
    except (TypeError, OverflowError, StructError) as error:
        raise HeaderError(f'no header of {HEADER_SIZE} bytes: {error}') from error
    if not 1 <= version <= 3:
        raise HeaderError(f'header version {version}: not an OpenIGTLink message (wanted 1 to 3)')
    type_name, device_name = _names(names)
    return _new_tuple(Header, (version, type_name, device_name, timestamp, size, crc))


def check_body_size(header: Header, max_bytes: int) -> None:
    """
    Refuse a body before any of it is kept.

    :raises TooLargeError: if it is larger than allowed.
    """
    if header.body_size > max_bytes:
        raise TooLargeError(
            f'the header announces {header.body_size} bytes of body, the limit is {max_bytes}',
            type_name=header.type_name,
            device_name=header.device_name)


@lru_cache(maxsize=4096)
def _names(raw: bytes) -> tuple[str, str]:
    return fixed_text(raw[:12]), fixed_text(raw[12:])


def decode_body(
    header: Header, body: memoryview, strict: bool = False, max_elements: int = MAX_ELEMENTS
) -> tuple[Message, bool]:
    """
    Make the message of a header and its body.

    The second result is true if the body has the layout that its header
    version promises. With `strict`, any other layout is refused.

    :param max_elements: refuse lists that are longer.
    :raises ContentError: if the body breaks the rules of its version or type.
    """
    version, type_name, device_name, timestamp, _, _ = header
    if version == 1:
        # tuple.__new__ takes half the time of the class, and every pose needs one
        envelope = _new_tuple(
            Envelope, (device_name, timestamp, 0, {}, {}, 1, type_name, strict, max_elements))
        return decode_typed(body, envelope), True
    try:
        if strict and version == 3:
            raise content_error(header, 'header version 3 does not exist')
        content, index_size, message_id, metadata, encodings = _split_body(header, body)
    except ContentError as error:
        # no metadata header has the size that the sign of a negative number looks like
        index_size = int.from_bytes(body[2:4], 'big')
        is_indexed = index_size % ENTRY.size == INDEX.size
        if strict or is_indexed and bytes(body[:2]) == _EXTENDED_SIZE:
            raise
        return _decode_bare(header, body, error, max_elements), False
    envelope = _new_tuple(Envelope, (
        device_name, timestamp, message_id, metadata, encodings, 2, type_name, strict,
        max_elements))
    if index_size == INDEX.size + ENTRY.size * len(metadata) or strict and index_size:
        return decode_typed(content, envelope), version == 2
    message, is_extended = _decode_doubtful(header, body, content, envelope)
    if strict and not is_extended:
        raise content_error(header, f'header version {version} without an extended header')
    return message, is_extended and version == 2


def _decode_doubtful(
    header: Header, body: memoryview, content: memoryview, envelope: Envelope
) -> tuple[Message, bool]:
    """
    Make the message of a body whose extended header may be the start of its content.

    :param content: the content, if it is none.
    :returns: the message, and whether it has an extended header.
    """
    has_index = bytes(body[2:4]) != _NO_INDEX
    # who writes an extended header says 2 bytes or more there: it is rather a STATUS of code 12
    bare = None if has_index else _bare(header, body, envelope.max_elements)
    try:
        extended = decode_typed(content, envelope)
    except ContentError as error:
        if has_index and bytes(body[:2]) == _EXTENDED_SIZE:
            raise
        if bare is None:
            bare = _decode_bare(header, body, error, envelope.max_elements)
        return bare, False
    if bare is not None and (not _is_exact(extended, content) or _is_exact(bare, body) and (
            header.version == 2 or bytes(body[:2]) != _EXTENDED_SIZE)):
        return bare, False
    return extended, True


def _bare(header: Header, body: memoryview, max_elements: int) -> Message | None:
    """Make the message of a body that is a legal content and nothing else; None if it is not."""
    envelope = Envelope(
        header.device_name, header.timestamp, 0, {}, {}, 1, header.type_name, True, max_elements)
    try:
        message = decode_typed(body, envelope)
    except ContentError:
        return None
    # anything is legal for these
    return None if isinstance(message, (Unknown, *QUERY_CLASSES.values())) else message


def _is_exact(message: Message, content: memoryview) -> bool:
    """Tell whether a message is written as it came."""
    try:
        return b''.join(message.encode_content()) == content
    except EncodeError:
        return False


def _decode_bare(
    header: Header, body: memoryview, error: ContentError, max_elements: int
) -> Message:
    """Make the message of a version-2 or 3 body that is all content, as some peers write it."""
    envelope = Envelope(
        header.device_name, header.timestamp, 0, {}, {}, 1, header.type_name, False, max_elements)
    try:
        return decode_typed(body, envelope)
    except ContentError:
        if header.version == 3 and bytes(body[:2]) == b'\0\0':
            # an extended header of no bytes but its size
            return decode_typed(body[2:], envelope)
        raise error from None


def content_error(header: Header, text: str) -> ContentError:
    """Say what is wrong with the body of a message."""
    return ContentError(text, type_name=header.type_name, device_name=header.device_name)


def extension_bytes(frame: memoryview) -> int:
    """Tell how many bytes of metadata a frame of version 2 says that it has, index included."""
    _, index_size, metadata_size, _ = EXTENDED.unpack_from(frame, HEADER_SIZE)
    return int(index_size + metadata_size)


def _split_body(
    header: Header, body: memoryview
) -> tuple[memoryview, int, int, dict[str, str], dict[str, int]]:
    """
    Split a version-2 body; trailing parts are found from its end.

    Gives the content, the size of the metadata header, the number, and the metadata.
    """
    size = len(body)
    if size < EXTENDED.size:
        raise content_error(
            header, f'{size} bytes of body, an extended header takes {EXTENDED.size}')
    extended_size, index_size, metadata_size, message_id = EXTENDED.unpack_from(body)
    if extended_size < EXTENDED.size:
        raise content_error(header, f'extended header of {extended_size} bytes, wanted 12 or more')
    if extended_size + index_size + metadata_size > size:
        raise content_error(
            header,
            f'extended header {extended_size} + metadata header {index_size} + metadata '
            f'{metadata_size} bytes exceed the body of {size}')
    if metadata_size > MAX_RECEIVED_METADATA_BYTES:
        raise content_error(
            header,
            f'{metadata_size} bytes of metadata, the limit is {MAX_RECEIVED_METADATA_BYTES}')
    index_start = size - metadata_size - index_size
    metadata, encodings = _metadata(header, body[index_start:], index_size)
    return body[extended_size:index_start], index_size, message_id, metadata, encodings


def _metadata(
    header: Header, data: memoryview, index_size: int
) -> tuple[dict[str, str], dict[str, int]]:
    """Read an index and the metadata behind it; the caller may change them."""
    if len(data) > _KNOWN_BYTES:
        return _decode_metadata(header, data[:index_size], data[index_size:])
    raw = bytes(data)
    known_size, metadata, encodings = _known_metadata.get(raw, _NOT_KNOWN)
    if known_size != index_size:
        metadata, encodings = _decode_metadata(header, data[:index_size], data[index_size:])
        if isinstance(metadata, PrivateMetadata):
            return metadata, encodings
        if len(_known_metadata) >= _MOST_KNOWN:
            _known_metadata.clear()
        _known_metadata[raw] = index_size, metadata, encodings
    return metadata.copy(), encodings.copy()


def _decode_metadata(
    header: Header, index: memoryview, values: memoryview
) -> tuple[dict[str, str], dict[str, int]]:
    if not len(index) and not len(values):
        return {}, {}
    if len(index) < INDEX.size:
        raise content_error(header, f'metadata header of {len(index)} bytes, wanted 2 or more')
    (count,) = INDEX.unpack_from(index)
    if INDEX.size + ENTRY.size * count > len(index):
        raise content_error(
            header, f'{count} metadata entries do not fit a metadata header of {len(index)} bytes')
    metadata: dict[str, str] = {}
    encodings: dict[str, int] = {}
    start = 0
    for number in range(count):
        key_size, encoding, value_size = ENTRY.unpack_from(index, INDEX.size + ENTRY.size * number)
        middle, end = start + key_size, start + key_size + value_size
        if end > len(values):
            raise content_error(
                header, f'metadata entry {number} ends at byte {end} of {len(values)}')
        key = bytes(values[start:middle]).decode('utf-8', 'surrogateescape')
        value = decode_text(bytes(values[middle:end]), encoding)
        metadata[key] = value
        encodings.pop(key, None)
        if encoding != default_encoding(value):
            encodings[key] = encoding
        start = end
    return guarded(metadata), encodings


def encode_parts(message: Message, version: int | None = None) -> list[Buffer]:
    """
    Write a whole message as buffers to be sent one after the other; large payloads are not copied.

    :param version: header version to use instead of `message.version`, or 2 if it has metadata;
        1 leaves out metadata and message id, which that version cannot carry.
    :raises EncodeError: if the message cannot be written.
    """
    check_message(message)
    if version is None:
        # metadata may have been added since it was made
        version = 2 if message.metadata else message.version
    parts: list[Buffer] = list(message.encode_content())
    if isinstance(version, int) and version == 2:
        index, values = _encode_metadata(message)
        parts.insert(0, EXTENDED.pack(12, len(index), len(values), message.message_id))
        parts.append(index + values)
    elif not isinstance(version, int) or version != 1:
        raise EncodeError(f'header version {version!r}: only 1 and 2 exist')
    size = crc = 0
    for part in parts:
        size += len(part)
        if size >= 1 << 31:
            size = sum(map(len, parts))
            raise EncodeError(f'a body of {size} bytes: receivers count in 31 bits')
        crc = crc64(part, crc)
    head = HEADER.pack(
        version, _type_bytes(message.type_name), _device_bytes(message.device_name),
        message.timestamp, size, crc)
    if size <= _JOIN_BYTES:
        return [b''.join((head, *parts))]
    joined: list[Buffer] = [head]
    for part in parts:
        if len(part) <= _JOIN_BYTES and isinstance(joined[-1], bytes):
            joined[-1] += bytes(part)
        else:
            joined.append(part)
    return joined


def encode(message: Message, version: int | None = None) -> bytes:
    """
    Write a whole message, header included.

    :param version: as for `encode_parts`.
    :raises EncodeError: if the message cannot be written.
    """
    return b''.join(encode_parts(message, version))


@lru_cache(maxsize=256)
def _type_bytes(name: str) -> bytes:
    return checked_text(name, 12, 'type_name')


@lru_cache(maxsize=4096)
def wire_names(device: str) -> tuple[str, ...]:
    """
    List what peers may know a device as: as it is sent, and cut as others do.

    :raises EncodeError: if it is no text that can be written.
    """
    cut = fixed_text(cut_text(text_bytes(device, 'device_name'), NAME_BYTES))
    return tuple(dict.fromkeys((short_name(device), cut)))


@lru_cache(maxsize=4096)
def _device_bytes(name: str) -> bytes:
    return checked_text(short_name(name), NAME_BYTES, 'device_name')


def _encode_metadata(message: Message) -> tuple[bytes, bytes]:
    if not message.metadata:
        return b'\0\0', b''
    index = [INDEX.pack(len(message.metadata))] if len(message.metadata) < 1 << 16 else []
    values, encodings = [], message.metadata_encodings
    for key, value in message.metadata.items():
        raw_key = text_bytes(key, 'metadata key')
        what, quote = f'metadata {key!r}', not is_private_key(key)
        if not isinstance(value, str):
            raise EncodeError(f'{what}: {shown(value, quote)}, wanted a text')
        encoding = encodings.get(key)
        encoding = default_encoding(value) if encoding is None else check_int(
            encoding, 0, 0xFFFF, f'encoding of {what}')
        raw_value = encode_text(value, encoding, what, quote)
        if not 0 < len(raw_key) <= 0xFFFF:
            raise EncodeError(f'metadata key of {len(raw_key)} bytes, wanted 1 to 65535')
        index.append(ENTRY.pack(len(raw_key), encoding, len(raw_value)))
        values += [raw_key, raw_value]
    size = sum(map(len, values))
    if len(message.metadata) > MAX_METADATA_ENTRIES or size > MAX_METADATA_BYTES:
        raise EncodeError(
            f'metadata: {len(message.metadata)} entries of {size} bytes; receivers take at most '
            f'{MAX_METADATA_ENTRIES} entries and {MAX_METADATA_BYTES} bytes')
    return b''.join(index), b''.join(values)
