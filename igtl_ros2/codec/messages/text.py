"""STRING, CLIENTINFO, STATUS, COMMAND and RTS_COMMAND: texts, states, orders and answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar

from ...errors import ContentError, EncodeError
from ..brief import quoted
from ..charsets import WireText, decode_text, encode_text, without_nul
from ..fields import (
    ASCII,
    UTF8,
    Buffer,
    check_int,
    checked_text,
    default_encoding,
    fixed_text,
    raw_text,
    text_bytes,
)
from ..layout import Record, Text
from ..message import Envelope, Message, Place, register

_set = object.__setattr__
_STRING = Record(('encoding', 'u2'), ('length', 'u2'))
_STATUS = Record(('code', 'u2'), ('subcode', 'i8'), ('error_name', 'S20'))
_ID, _TEXT = Record(('command_id', 'u4')), Record(('encoding', 'u2'), ('length', 'u4'))
_COMMAND = _ID + Record(('name', 'S128')) + _TEXT
_SHORT_COMMAND = _ID + Record(('name', 'S20')) + _TEXT  # as a peer in Rust writes it


def _encode_plain(text: str, encoding: int, what: str) -> bytes:
    if type(text) is str and encoding in (ASCII, UTF8) and '\0' not in text:
        return text_bytes(text, what, quote=False)
    # a whole text is too much for an error, and it may name a patient
    raw = encode_text(text, encoding, what, quote=not isinstance(text, str))
    came_so = isinstance(text, WireText) and text.encoding == encoding
    if '\0' in text and not came_so:
        raise EncodeError(f'{what}: contains a NUL, receivers would cut it there')
    return raw


@dataclass(frozen=True, slots=True, eq=False)
class _Text(Message):
    """What STRING and CLIENTINFO share."""

    place = Place.NOWHERE
    layout = (_STRING, Text('text', 'length', 'encoding'))

    text: str
    encoding: int = 0

    def __post_init__(self) -> None:
        Message.__post_init__(self)
        text_bytes(self.text, 'text', quote=not isinstance(self.text, str))
        encoding = check_int(self.encoding, 0, 0xFFFF, 'encoding')
        _set(self, 'encoding', encoding or default_encoding(self.text))
        self.encode_content()

    def brief(self) -> str:
        return quoted(self.text)

    def encode_content(self) -> Sequence[Buffer]:
        """Write encoding, length and text, without a terminator."""
        raw = _encode_plain(self.text, self.encoding, 'text')
        if len(raw) > 0xFFFF:
            raise EncodeError(f'text: {len(raw)} bytes, at most 65535 fit')
        return _STRING.pack(self.encoding, len(raw)), raw

    @classmethod
    def decode_content(cls, content: memoryview, envelope: Envelope) -> _Text:
        """Read the text, without one NUL at its end; bytes behind it are dropped."""
        encoding, length = _STRING.start_of(content)
        if _STRING.size + length > len(content):
            raise ContentError(
                f'a text of {length} bytes in {len(content) - _STRING.size} bytes of content')
        rest = len(content) - _STRING.size - length
        if rest and envelope.strict:
            raise ContentError(f'{rest} bytes behind the text')
        raw = content[_STRING.size : _STRING.size + length]
        text = without_nul(decode_text(raw, encoding))
        return cls.from_wire(envelope, text=text, encoding=encoding)


@register('STRING')
@dataclass(frozen=True, slots=True, eq=False)
class String(_Text):
    """
    STRING: a text.

    :param text: at most 65535 bytes in its encoding, without NUL.
    :param encoding: IANA MIBenum number; default: 3 (US-ASCII) if that holds the text, else 106
        (UTF-8).
    """


@register('CLIENTINFO')
@dataclass(frozen=True, slots=True, eq=False)
class ClientInfo(_Text):
    """
    CLIENTINFO: what a client of a PLUS server wants to get.

    PLUS starts again at header version 1 when it has read one: send a message with header
    version 2 behind it.

    :param text: XML, `<ClientInfo>` with the message types, transforms, images and texts wanted.
    :param encoding: as in `String`.
    """


class StatusCode(IntEnum):
    """What the code of a STATUS message means (protocol section STATUS)."""

    INVALID_PACKET = 0
    OK = 1
    UNKNOWN_ERROR = 2
    EMERGENCY = 3
    NOT_FOUND = 4
    ACCESS_DENIED = 5
    BUSY = 6
    TIME_OUT = 7
    OVERFLOW = 8
    CHECKSUM_ERROR = 9
    CONFIGURATION_ERROR = 10
    OUT_OF_RESOURCES = 11
    UNKNOWN_INSTRUCTION = 12
    NOT_READY = 13
    MANUAL_MODE = 14
    DISABLED = 15
    NOT_PRESENT = 16
    UNKNOWN_VERSION = 17
    HARDWARE_FAILURE = 18
    SHUTTING_DOWN = 19


@register('STATUS')
@dataclass(frozen=True, slots=True, eq=False)
class Status(Message):
    """
    STATUS: the state of a device.

    :param code: 0 to 65535, see `StatusCode`; codes from 20 on have no meaning of their own.
    :param subcode: signed 64 bits, the device's own number.
    :param error_name: at most 20 bytes of UTF-8; of 20 the C++ library reads on into the
        message.
    :param message: text for people.
    """

    place = Place.NOWHERE
    layout = (_STATUS, Text('message'))
    codes = (('code', StatusCode),)

    code: int = StatusCode.OK
    subcode: int = 0
    error_name: str = ''
    message: str = ''

    def __post_init__(self) -> None:
        Message.__post_init__(self)
        _set(self, 'code', check_int(self.code, 0, 0xFFFF, 'code'))
        _set(self, 'subcode', check_int(self.subcode, -(2**63), 2**63 - 1, 'subcode'))
        self.encode_content()

    @property
    def code_name(self) -> str:
        """Name of the code, 'CODE_<number>' for those without one."""
        try:
            return StatusCode(self.code).name
        except ValueError:
            return f'CODE_{self.code}'

    @property
    def is_emergency(self) -> bool:
        """Whether the device calls an emergency."""
        return self.code == StatusCode.EMERGENCY

    def brief(self) -> str:
        return f'{self.code_name} {quoted(self.message)}'

    def encode_content(self) -> Sequence[Buffer]:
        """Write the numbers and the NUL-terminated text."""
        name = checked_text(self.error_name, 20, 'error_name')
        text = _encode_plain(self.message, UTF8, 'message')
        return (_STATUS.pack(self.code, self.subcode, name) + text + b'\0',)

    @classmethod
    def decode_content(cls, content: memoryview, envelope: Envelope) -> Status:
        """Read the numbers and the text, terminated or not."""
        code, subcode, name = _STATUS.start_of(content)
        text = raw_text(content[_STATUS.size :]).split('\0', 1)[0]
        return cls.from_wire(
            envelope, code=code, subcode=subcode, error_name=fixed_text(name), message=text)


@dataclass(frozen=True, slots=True, eq=False)
class _Order(Message):
    """What COMMAND and RTS_COMMAND share."""

    place = Place.NOWHERE
    layout = (_COMMAND, Text('content', 'length', 'encoding'))

    default_version: ClassVar[int] = 2

    command_id: int
    name: str
    content: str = ''
    encoding: int = 0

    def __post_init__(self) -> None:
        Message.__post_init__(self)
        _set(self, 'command_id', check_int(self.command_id, 0, 2**32 - 1, 'command_id'))
        text_bytes(self.content, 'content', quote=not isinstance(self.content, str))
        encoding = check_int(self.encoding, 0, 0xFFFF, 'encoding')
        _set(self, 'encoding', encoding or default_encoding(self.content))
        self.encode_content()

    def brief(self) -> str:
        return f'{self.command_id} {self.name!a} {quoted(self.content)}'

    def encode_content(self) -> Sequence[Buffer]:
        raw = _encode_plain(self.content, self.encoding, 'content')
        name = checked_text(self.name, 128, 'name')
        return _COMMAND.pack(self.command_id, name, self.encoding, len(raw)), raw

    @classmethod
    def decode_content(cls, content: memoryview, envelope: Envelope) -> _Order:
        for layout in (_COMMAND,) if envelope.strict else (_COMMAND, _SHORT_COMMAND):
            if len(content) >= layout.size:
                command_id, name, encoding, length = layout.unpack_from(content)
                if layout.size + length == len(content):
                    break
        else:
            raise ContentError(
                f'{len(content)} bytes of content do not hold a command and its text')
        return cls.from_wire(
            envelope, command_id=command_id, name=fixed_text(name),
            content=without_nul(decode_text(content[layout.size :], encoding)), encoding=encoding)


@register('COMMAND')
@dataclass(frozen=True, slots=True, eq=False)
class Command(_Order):
    """
    COMMAND: an order; the answer is a `CommandResponse` with the same number.

    Always sent with header version 2, as the C++ library does.

    :param command_id: chosen by the sender, 32 bits.
    :param name: at most 128 bytes of UTF-8; of 128 the C++ library reads on into the content.
    :param content: usually XML.
    :param encoding: IANA MIBenum number; default: 3 (US-ASCII) if that holds it, else 106.
    """


@register('RTS_COMMAND')
@dataclass(frozen=True, slots=True, eq=False)
class CommandResponse(_Order):
    """
    RTS_COMMAND: the answer to a `Command`.

    :param command_id: that of the command.
    :param name: that of the command, or what went wrong; at most 128 bytes of UTF-8.
    :param content: usually XML.
    :param encoding: as in `Command`.
    """
