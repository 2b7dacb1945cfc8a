"""
CAPABILITY, and what asks for messages: GET_, STT_ (start), STP_ (stop), RTS_ (answer).

The device name of a query says which object is meant; empty means any.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ...errors import ContentError, EncodeError
from ..charsets import WireText, decode_text
from ..fields import (
    MAX_ELEMENTS,
    UTF8,
    Buffer,
    check_bytes,
    check_int,
    check_tuple,
    checked_text,
    element_texts,
    fixed_text,
)
from ..layout import Each, Record, Rest, Text
from ..message import (
    Envelope,
    Message,
    NamedMessage,
    Place,
    message_class,
    register,
    register_queries,
)
from .text import StatusCode

_set = object.__setattr__
_STATUS = Record(('status', 'u1'))
_TRACKING = Record(('resolution', 'i4'), ('coordinate_name', 'S32'))
_VIDEO = Record(('codec', 'S4'), ('interval_ms', 'u4'))
_TYPE = Record(('types', 'S12'))
_QUERY = Record(('query_id', 'u4'), ('data_type', 'S32'), ('length', 'u2'))
_INTERVAL_SIZE = 8
_MAX_INTERVAL_NS = 10**12  # the C++ library sends garbage where others send intervals
_STATUS_REST = 29  # bytes behind the first, of a STATUS that stands for an answer

#: subjects of queries, as they are spelt in them
_GET = (
    'TRANS POSITION QTRANS IMAGE TDATA QTDATA POINT TRAJ IMGMETA LBMETA VMETA POLYDATA COLORT '
    'STATUS CAPABIL STRING SENSOR NDARRAY'
).split()
_START = 'TRANS POSITION QTRANS IMAGE NDARRAY SENSOR POLYDATA'.split()
_STOP = 'TRANS POSITION QTRANS IMAGE TDATA QTDATA NDARRAY SENSOR POLYDATA VIDEO BIND'.split()
_RESPOND = (
    'TRANS POSITION QTRANS IMAGE TDATA QTDATA POINT TRAJ IMGMETA LBMETA POLYDATA COLORT STATUS '
    'CAPABIL STRING SENSOR NDARRAY BIND'
).split()
#: names that other programs use, and those they are written back as
_ALIASES = {f'{verb}_TRANSFOR': f'{verb}_TRANS' for verb in ('GET', 'STT', 'STP', 'RTS')}
_ALIASES['RTS_QDATA'] = 'RTS_QTDATA'
# the whole name of the type, as far as there is room for it
for _verb in ('GET', 'RTS'):
    _ALIASES[f'{_verb}_COLORTAB'] = f'{_verb}_COLORT'
    _ALIASES[f'{_verb}_CAPABILI'] = f'{_verb}_CAPABIL'


def _names(*groups: tuple[str, Sequence[str]]) -> list[str]:
    names = [f'{verb}_{subject}' for verb, subjects in groups for subject in subjects]
    return names + [alias for alias, name in _ALIASES.items() if name in names]


def _check_name(name: str, allowed: Collection[str], cls: type[Message]) -> str:
    if not isinstance(name, str) or name not in allowed and message_class(name) is not cls:
        raise EncodeError(f'type_name: {name!r}, wanted one of {", ".join(allowed)}')
    return _ALIASES.get(name, name)


_QUERY_NAMES = _names(('GET', _GET), ('STT', _START), ('STP', _STOP))
_QUERIES = dict.fromkeys(_QUERY_NAMES)  # of which one is found at once
_RESPONSE_NAMES = _names(('RTS', _RESPOND))
_TRACKING_NAMES = ['STT_TDATA', 'STT_QTDATA']


@register(_QUERY_NAMES[0], _QUERY_NAMES[1:])
@dataclass(frozen=True, slots=True, eq=False)
class Query(NamedMessage):
    """
    A query that has no content: all GET_ but GET_BIND, most STT_, all STP_.

    Send it with header version 1, or with metadata: PLUS ignores empty ones of version 2.

    :param type_name: the wire name, such as 'GET_IMAGE' or 'STP_TDATA'; an alias is written as
        the name it stands for.
    :param content: what some peers send along; of a STT_ 8 bytes are an interval, see
        `interval_ns`, all else means nothing.
    """

    place = Place.NOWHERE
    layout = (Rest('content'),)

    content: bytes = b''

    def __post_init__(self) -> None:
        _set(self, 'type_name', _check_name(self.type_name, _QUERIES, Query))
        NamedMessage.__post_init__(self)
        _set(self, 'content', check_bytes(self.content, 'content'))

    @property
    def verb(self) -> str:
        """'GET', 'STT' (start a stream) or 'STP' (stop it)."""
        return self.type_name[:3]

    @property
    def subject(self) -> str:
        """What is asked for, as it is spelt in queries: 'TRANS', 'IMAGE', 'VMETA' ..."""
        return self.type_name[4:]

    @property
    def interval_ns(self) -> int:
        """Shortest interval that a STT_ of 8 bytes asks for, as documents have it; 0 else."""
        if self.verb != 'STT' or len(self.content) != _INTERVAL_SIZE:
            return 0
        interval = int.from_bytes(self.content, 'big')
        return interval if interval <= _MAX_INTERVAL_NS else 0

    def encode_content(self) -> Sequence[Buffer]:
        """Write nothing, as a rule."""
        return (self.content,)

    @classmethod
    def decode_content(cls, content: memoryview, envelope: Envelope) -> Query:
        """Accept any content."""
        return cls.from_wire(
            envelope, type_name=_ALIASES.get(envelope.type_name, envelope.type_name),
            content=content.tobytes())


@register(_RESPONSE_NAMES[0], _RESPONSE_NAMES[1:])
@dataclass(frozen=True, slots=True, eq=False)
class Response(NamedMessage):
    """
    RTS_: whether a query could be carried out; RTS_COMMAND is a `CommandResponse`.

    RTS_POLYDATA of the C++ library and of PLUS means the opposite: wait for the data instead.

    :param type_name: the wire name, such as 'RTS_TDATA'.
    :param status: first byte of the content: 0 success, 1 error; None if there is no content.
    :param rest: what some peers send behind it: one byte, or the rest of a STATUS. It is read,
        and never written.
    """

    place = Place.NOWHERE
    layout = (_STATUS, Rest('rest'))

    status: int | None = 0
    rest: bytes = b''

    def __post_init__(self) -> None:
        _set(self, 'type_name', _check_name(self.type_name, _RESPONSE_NAMES, Response))
        NamedMessage.__post_init__(self)
        _set(self, 'rest', check_bytes(self.rest, 'rest'))
        if self.status is not None:
            _set(self, 'status', check_int(self.status, 0, 255, 'status'))
        elif self.rest:
            raise EncodeError('rest: there is none without a status')
        if 1 < len(self.rest) < _STATUS_REST:
            raise EncodeError(f'rest: {len(self.rest)} bytes, wanted 0, 1 or those of a STATUS')

    @property
    def subject(self) -> str:
        """What it is about, as it is spelt in queries."""
        return self.type_name[4:]

    @property
    def ok(self) -> bool:
        """
        Whether it says success.

        Two bytes are one number; 30 or more are a STATUS, whose code 1 is success.
        """
        if self.status is None:
            return True
        number = int.from_bytes(bytes([self.status]) + self.rest[:1], 'big')
        return number == (StatusCode.OK if len(self.rest) >= _STATUS_REST else 0)

    def brief(self) -> str:
        return 'success' if self.ok else 'error'

    def encode_content(self) -> Sequence[Buffer]:
        """
        Write the status.

        A number of two bytes or a STATUS is no answer that others understand: they get the one
        byte that says the same.
        """
        if self.status is None:
            return (b'',)
        return (_STATUS.pack(int(not self.ok) if self.rest else self.status),)

    @classmethod
    def decode_content(cls, content: memoryview, envelope: Envelope) -> Response:
        """Read the status, a number of two bytes, or a STATUS."""
        size = len(content)
        if size > 1 and envelope.strict or 1 < size - 1 < _STATUS_REST:
            raise ContentError(f'{size} bytes of content, wanted 1')
        return cls.from_wire(
            envelope, type_name=_ALIASES.get(envelope.type_name, envelope.type_name),
            status=_STATUS.unpack_from(content)[0] if size else None,
            rest=content[_STATUS.size :].tobytes())


register_queries({'GET': Query, 'STT': Query, 'STP': Query, 'RTS': Response})


@register(_TRACKING_NAMES[0], _TRACKING_NAMES[1:])
@dataclass(frozen=True, slots=True, eq=False)
class StartTracking(NamedMessage):
    """
    STT_TDATA and STT_QTDATA: start a stream of tracking data.

    :param type_name: 'STT_TDATA' or 'STT_QTDATA'.
    :param resolution: shortest interval in ms, signed 32 bits; 0 is as fast as possible. PLUS
        takes it for seconds: send it 0.
    :param coordinate_name: coordinate system wanted, at most 32 bytes; empty for the usual one.
    """

    place = Place.NOWHERE
    layout = (_TRACKING,)

    type_name: str = 'STT_TDATA'  # type: ignore[misc]  # as in NamedMessage
    resolution: int = 0
    coordinate_name: str = ''

    def __post_init__(self) -> None:
        _check_name(self.type_name, _TRACKING_NAMES, StartTracking)
        NamedMessage.__post_init__(self)
        low, high = -(2**31), 2**31 - 1
        _set(self, 'resolution', check_int(self.resolution, low, high, 'resolution'))
        checked_text(self.coordinate_name, 32, 'coordinate_name')

    @property
    def interval_ms(self) -> int:
        """Shortest interval; a negative resolution counts as 0."""
        return max(self.resolution, 0)

    def encode_content(self) -> Sequence[Buffer]:
        name = checked_text(self.coordinate_name, 32, 'coordinate_name')
        return (_TRACKING.pack(self.resolution, name),)

    @classmethod
    def decode_content(cls, content: memoryview, envelope: Envelope) -> StartTracking:
        if len(content) != _TRACKING.size:
            raise ContentError(f'{len(content)} bytes of content, wanted {_TRACKING.size}')
        resolution, name = _TRACKING.unpack(content)
        return cls.from_wire(
            envelope, type_name=envelope.type_name, resolution=resolution,
            coordinate_name=fixed_text(name))


@register('STT_VIDEO')
@dataclass(frozen=True, slots=True, eq=False)
class StartVideo(Message):
    """
    STT_VIDEO: start a stream of video frames.

    :param codec: four characters, see `video.CODECS`.
    :param interval_ms: time between frames.
    """

    place = Place.NOWHERE
    layout = (_VIDEO, Rest('ninth'))

    codec: str = 'VP90'
    interval_ms: int = 50

    def __post_init__(self) -> None:
        Message.__post_init__(self)
        checked_text(self.codec, 4, 'codec')
        _set(self, 'interval_ms', check_int(self.interval_ms, 0, 2**32 - 1, 'interval_ms'))

    def encode_content(self) -> Sequence[Buffer]:
        """Write codec, interval and the ninth byte that the C++ library sends."""
        return (_VIDEO.pack(checked_text(self.codec, 4, 'codec'), self.interval_ms), b'\0')

    @classmethod
    def decode_content(cls, content: memoryview, envelope: Envelope) -> StartVideo:
        """Read codec and interval, with or without the ninth byte."""
        if len(content) not in (_VIDEO.size, _VIDEO.size + 1):
            raise ContentError(f'{len(content)} bytes of content, wanted 8 or 9')
        codec, interval_ms = _VIDEO.unpack_from(content)
        return cls.from_wire(envelope, codec=fixed_text(codec), interval_ms=interval_ms)


@register('CAPABILITY', aliases=['CAPABIL'])
@dataclass(frozen=True, slots=True, eq=False)
class Capability(Message):
    """
    CAPABILITY: the message types that a peer understands.

    :param types: wire names, at most 12 bytes each; at least one, the C++ library takes no fewer.
    """

    place = Place.NOWHERE
    layout = (Each('types', _TYPE.dtype),)

    types: tuple[str, ...]

    def __post_init__(self) -> None:
        Message.__post_init__(self)
        _set(self, 'types', check_tuple(self.types, 'types', 'wire names'))
        if not 0 < len(self.types) <= MAX_ELEMENTS:
            raise EncodeError(f'types: {len(self.types)}, wanted 1 to {MAX_ELEMENTS}')
        for name in self.types:
            checked_text(name, 12, 'types')

    def encode_content(self) -> Sequence[Buffer]:
        return (b''.join(_TYPE.pack(checked_text(n, 12, 'types')) for n in self.types),)

    @classmethod
    def decode_content(cls, content: memoryview, envelope: Envelope) -> Capability:
        types = element_texts(content, _TYPE.size, 'types', envelope.max_elements)
        return cls.from_wire(envelope, types=tuple(types))


@register('QUERY')
@dataclass(frozen=True, slots=True, eq=False)
class DeviceQuery(Message):
    """
    QUERY: a type that the C++ library has and no document describes.

    :param query_id: 32 bits.
    :param data_type: wire name of what is asked for, at most 32 bytes.
    :param device_uid: which device, at most 65535 bytes.
    """

    place = Place.NOWHERE
    layout = (_QUERY, Text('device_uid', 'length'))

    query_id: int
    data_type: str
    device_uid: str = ''

    def __post_init__(self) -> None:
        Message.__post_init__(self)
        _set(self, 'query_id', check_int(self.query_id, 0, 2**32 - 1, 'query_id'))
        checked_text(self.data_type, 32, 'data_type')
        self._uid()

    def _uid(self) -> bytes:
        uid = self.device_uid
        if isinstance(uid, WireText):  # as it came
            return uid.raw
        return checked_text(uid, 0xFFFF, 'device_uid')

    def encode_content(self) -> Sequence[Buffer]:
        uid = self._uid()
        name = checked_text(self.data_type, 32, 'data_type')
        return (_QUERY.pack(self.query_id, name, len(uid)) + uid,)

    @classmethod
    def decode_content(cls, content: memoryview, envelope: Envelope) -> DeviceQuery:
        query_id, data_type, length = _QUERY.start_of(content)
        if len(content) != _QUERY.size + length:
            raise ContentError(
                f'a device_uid of {length} bytes in {len(content) - _QUERY.size} bytes of content')
        return cls.from_wire(
            envelope, query_id=query_id, data_type=fixed_text(data_type),
            device_uid=decode_text(content[_QUERY.size :], UTF8))
