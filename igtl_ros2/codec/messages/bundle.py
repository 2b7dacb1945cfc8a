"""BIND: several messages in one; GET_BIND and STT_BIND ask for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from ...errors import ContentError, EncodeError
from ..fields import (
    Buffer,
    check_elements,
    check_int,
    check_tuple,
    checked_text,
    cut_text,
    element_texts,
    fixed_text,
)
from ..layout import Contents, Each, Layout, Names, Record
from ..lists import ElementList
from ..message import Envelope, Message, Place, decode_typed, register
from .text import Status

_set = object.__setattr__
_COUNT = Record(('count', 'u2'))
_CHILD = Record(('type_name', 'S12'), ('size', 'u8'))
_KIND = Record(('type_name', 'S12'))
_NAMES = Record(('names_size', 'u2'))
_RESOLUTION = Record(('resolution_ns', 'u8'))
_MAX_CHILDREN = 1024
_MAX_DEPTH = 4
_NAME_SIZE = 20  # of a device name in any header; longer ones are cut, as there


def _encode_names(names: Iterable[str], padded: bool) -> bytes:
    raw = b''.join(
        checked_text(name, _NAME_SIZE, 'device_name of a child') + b'\0' for name in names)
    if padded and len(raw) % 2:
        raw += b'\0'
    return _NAMES.pack(len(raw)) + raw


def _decode_names(content: memoryview, start: int, count: int) -> tuple[list[str], int]:
    """Read a table of NUL-terminated names; also gives where it ends."""
    if len(content) < start + _NAMES.size:
        raise ContentError(f'no room for the names of {count} children')
    (size,) = _NAMES.unpack_from(content, start)
    start += _NAMES.size
    end = start + size
    if end > len(content):
        raise ContentError(f'names of {size} bytes in {len(content) - start} bytes of content')
    names = content[start:end].tobytes().split(b'\0')
    # behind the NUL of the last name there is nothing, or one NUL more to make the size even
    if len(names) not in (count + 1, count + 2) or any(names[count:]):
        raise ContentError(f'{len(names) - 1} names for {count} children')
    return [fixed_text(cut_text(name, _NAME_SIZE)) for name in names[:count]], end


def _count(content: memoryview, limit: int = _MAX_CHILDREN) -> int:
    (count,) = _COUNT.start_of(content)
    limit = min(limit, _MAX_CHILDREN)
    if count > limit:
        raise ContentError(f'{count} children, at most {limit}')
    return int(count)


def is_emergency(message: Message | None) -> bool:
    """Tell whether a message calls an emergency, which no rule and no rate holds up."""
    return isinstance(message, (Status, Bind)) and message.is_emergency


def element_count(message: Message) -> int:
    """Count the elements of a list, or of all that is in a BIND, its children included."""
    if isinstance(message, Bind):
        return len(message.children) + sum(map(element_count, message.children))
    return len(message.elements) if isinstance(message, ElementList) else 0


@register('BIND')
@dataclass(frozen=True, slots=True, eq=False)
class Bind(Message):
    """
    BIND: several messages of one time.

    :param children: messages; only their device name (at most 20 bytes) and their content are
        sent. Received ones have the time stamp of the BIND.
    """

    place = Place.NOWHERE
    layout = (
        _COUNT, Each('table', _CHILD.dtype, 'count'), _NAMES, Names('names', 'names_size'),
        Contents('children', 'table'))

    children: tuple[Message, ...] = ()

    def __post_init__(self) -> None:
        Message.__post_init__(self)
        children = check_elements(self.children, Message, 'children', _MAX_CHILDREN)
        for number, child in enumerate(children):
            checked_text(child.device_name, _NAME_SIZE, f'device_name of children[{number}]')
        _set(self, 'children', children)
        if self.depth > _MAX_DEPTH:
            raise EncodeError(f'children: BIND in BIND, more than {_MAX_DEPTH} deep')

    @property
    def depth(self) -> int:
        """How many BINDs are inside each other, counting this one."""
        return 1 + max((c.depth for c in self.children if isinstance(c, Bind)), default=0)

    @property
    def is_emergency(self) -> bool:
        """Whether a STATUS in it calls an emergency."""
        return any(getattr(child, 'is_emergency', False) for child in self.children)

    def brief(self) -> str:
        return f'{len(self.children)} messages'

    def encode_content(self) -> Sequence[Buffer]:
        table = [_COUNT.pack(len(self.children))]
        bodies: list[Buffer] = []
        for child in self.children:
            parts = child.encode_content()
            size = sum(map(len, parts))
            table.append(_CHILD.pack(checked_text(child.type_name, 12, 'type_name'), size))
            bodies.extend(parts)
            if size % 2:
                bodies.append(b'\0')
        table.append(_encode_names((child.device_name for child in self.children), True))
        return b''.join(table), *bodies

    @classmethod
    def decode_content(cls, content: memoryview, envelope: Envelope) -> Bind:
        """Read the children; BIND in BIND goes four deep."""
        return cls.from_wire(envelope, children=_decode_children(content, envelope, 1))


def _decode_children(content: memoryview, envelope: Envelope, depth: int) -> tuple[Message, ...]:
    if depth > _MAX_DEPTH:
        raise ContentError(f'BIND in BIND, more than {_MAX_DEPTH} deep')
    if len(content) == 4:
        return ()  # the C++ library leaves these bytes as they were in memory
    count = _count(content, envelope.max_elements)
    start = _COUNT.size + _CHILD.size * count
    if start > len(content):
        raise ContentError(f'{count} children in {len(content)} bytes of content')
    table = [
        _CHILD.unpack_from(content, _COUNT.size + _CHILD.size * number) for number in range(count)]
    names, end = _decode_names(content, start, count)
    if envelope.strict and (end - start) % 2:
        raise ContentError('the names take an odd number of bytes')
    start = end
    left = envelope.max_elements - count
    children: list[Message] = []
    for (raw_type, size), name in zip(table, names):
        if size > len(content) - start:
            raise ContentError(
                f'child {name!r} of {size} bytes in {len(content) - start} bytes of content')
        body = content[start : start + size]
        start += size + size % 2
        inner = Envelope(
            name, envelope.timestamp, 0, {}, {}, 1, fixed_text(raw_type), envelope.strict, left)
        if inner.type_name == 'BIND':
            grandchildren = _decode_children(body, inner, depth + 1)
            children.append(Bind.from_wire(inner, children=grandchildren))
        else:
            children.append(decode_typed(body, inner))
        left -= element_count(children[-1])
    # some peers omit the padding of the last child
    if start != len(content) and (envelope.strict or start != len(content) + 1):
        raise ContentError(f'{len(content) - start} bytes behind the last child')
    return tuple(children)


@dataclass(frozen=True, slots=True, eq=False)
class _BindQuery(Message):
    """What GET_BIND and STT_BIND share."""

    place = Place.NOWHERE
    layout: ClassVar[Layout] = (
        _COUNT, Each('table', _KIND.dtype, 'count'), _NAMES, Names('names', 'names_size'))

    children: tuple[tuple[str, str], ...] = ()
    padded: bool = True

    def __post_init__(self) -> None:
        Message.__post_init__(self)
        children = check_tuple(self.children, 'children', 'type and device name')
        if len(children) > _MAX_CHILDREN:
            raise EncodeError(f'children: {len(children)}, at most {_MAX_CHILDREN}')
        for number, child in enumerate(children):
            what = f'children[{number}]'
            pair = check_tuple(child, what, 'type and device name')
            if len(pair) != 2:
                raise EncodeError(f'{what}: {child!r}, wanted type and device name')
            checked_text(pair[0], 12, f'type of {what}')
            checked_text(pair[1], _NAME_SIZE, f'device_name of {what}')
        _set(self, 'children', tuple((kind, name) for kind, name in children))

    def _encode_children(self) -> bytes:
        if not self.children:
            return b''
        kinds = b''.join(_KIND.pack(checked_text(k, 12, 'type')) for k, _ in self.children)
        names = _encode_names((name for _, name in self.children), self.padded)
        return _COUNT.pack(len(self.children)) + kinds + names


def _decode_query(content: memoryview) -> tuple[tuple[tuple[str, str], ...], bool]:
    """Read types and names; no content, or four bytes of garbage, asks for all."""
    if len(content) in (0, 4):
        return (), True
    count = _count(content)
    start = _COUNT.size + _KIND.size * count
    if start > len(content):
        raise ContentError(f'{count} children in {len(content)} bytes of content')
    kinds = element_texts(content[_COUNT.size : start], _KIND.size, 'types')
    names, end = _decode_names(content, start, count)
    if end != len(content):
        raise ContentError(f'{len(content) - end} bytes behind the names')
    return tuple(zip(kinds, names)), (end - start) % 2 == 0


@register('GET_BIND')
@dataclass(frozen=True, slots=True, eq=False)
class GetBind(_BindQuery):
    """
    GET_BIND: ask for a BIND.

    :param children: (type, device name) of each message wanted; none asks for all.
    :param padded: whether the names are padded to an even size, as documented; the C++ library
        does not do that.
    """

    def encode_content(self) -> Sequence[Buffer]:
        """Write types and names; nothing for all."""
        return (self._encode_children(),)

    @classmethod
    def decode_content(cls, content: memoryview, envelope: Envelope) -> GetBind:
        children, padded = _decode_query(content)
        return cls.from_wire(envelope, children=children, padded=padded)


@register('STT_BIND')
@dataclass(frozen=True, slots=True, eq=False)
class StartBind(_BindQuery):
    """
    STT_BIND: start a stream of BINDs.

    :param children: (type, device name) of each message wanted; none asks for all.
    :param padded: as in `GetBind`.
    :param resolution_ns: shortest interval, 64 bits. The C++ library sends garbage there: take
        no value above 10**12 seriously.
    """

    layout: ClassVar[Layout] = (_RESOLUTION, *_BindQuery.layout)

    resolution_ns: int = 0

    def __post_init__(self) -> None:
        _BindQuery.__post_init__(self)
        _set(self, 'resolution_ns', check_int(self.resolution_ns, 0, 2**64 - 1, 'resolution_ns'))

    def encode_content(self) -> Sequence[Buffer]:
        return (_RESOLUTION.pack(self.resolution_ns) + self._encode_children(),)

    @classmethod
    def decode_content(cls, content: memoryview, envelope: Envelope) -> StartBind:
        (resolution_ns,) = _RESOLUTION.start_of(content)
        children, padded = _decode_query(content[_RESOLUTION.size :])
        return cls.from_wire(
            envelope, children=children, padded=padded, resolution_ns=resolution_ns)
