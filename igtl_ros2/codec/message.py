"""What all messages have in common, and the register of wire names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeVar

from ..errors import ContentError, ConversionError, EncodeError
from .brief import age_text, html_table, metadata_text
from .fields import (
    MAX_ELEMENTS,
    Buffer,
    Floats,
    check_bytes,
    check_int,
    checked_text,
    shown,
    text_bytes,
)
from .foreign import checked_encoding
from .layout import Layout
from .private import guarded, is_private_key
from .timestamp import LIKE_NS, Stamped, check_timestamp, wire_ns

if TYPE_CHECKING:
    from .timestamp import TimestampNs

AnyPlain = TypeVar('AnyPlain', bound='Message')

_REGISTER: dict[str, type[Message]] = {}
_CLASSES: set[type[Message]] = set()
#: of what queries are made, and answers to them, by the first part of their names
QUERY_CLASSES: dict[str, type[Message]] = {}
# types that were registered with queries
_WITH_QUERIES: list[str] = []
# what our own classes raise besides is a mistake of ours
_OWN = f'{__package__}.'
_new = object.__new__
_new_tuple = tuple.__new__
_set = object.__setattr__


class Envelope(NamedTuple):
    """What a message on the wire carries besides its content."""

    device_name: str
    timestamp: int
    message_id: int
    metadata: dict[str, str]
    metadata_encodings: dict[str, int]
    version: int
    type_name: str
    strict: bool = False  # refuse contents that break the protocol but can be understood
    max_elements: int = MAX_ELEMENTS  # refuse lists that are longer


class Place(IntEnum):
    """What of a message is somewhere in space; each says more than the one before."""

    #: nobody has said it: of rules with gates nothing of such a type passes
    UNKNOWN = -1
    #: nothing
    NOWHERE = 0
    #: a picture or a mesh: frames move it, but there is no point of it that a gate could look at
    BODY = 1
    #: points: a gate looks whether they are in a workspace
    POINTS = 2
    #: poses of tools: a gate looks where they are, how old they are and how they move
    POSES = 3


class Content(NamedTuple):
    """
    What a message says, apart from when, to find out whether it has changed.

    :param lengths: numbers in the unit of length of the wire.
    :param numbers: other numbers, such as those of rotations.
    :param rest: all else, equal or not.
    """

    lengths: Any
    numbers: Any
    rest: Any


# what is set once more when a message has been checked
_CHECKED = ('metadata', 'metadata_encodings', 'version')


def _setters_of(cls: type[Message]) -> tuple[Callable[[Message, Any], None], ...]:
    return tuple(getattr(cls, name).__set__ for name in _CHECKED)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Message(metaclass=Stamped):
    """
    One OpenIGTLink message: a value that is checked when made and not changed afterwards.

    :param device_name: what the message is about: a tool, an image, a stream; 20 bytes of UTF-8
        on the wire (a longer one is written as a short one, see `short_names`; what is sent over
        a link says the whole one in metadata).
    :param timestamp: the 64-bit wire value: Unix seconds in the high half, fraction in the low
        half; 0 means "not set": `send` of a client or server puts the time of sending there.
        `timestamp_ns` may be given in its place: nanoseconds since 1970-01-01 UTC, or a datetime
        with its zone; read from a message, it is nanoseconds.
    :param message_id: 32-bit number of the extended header (header version 2).
    :param metadata: text by name (header version 2), in wire order.
    :param metadata_encodings: IANA MIBenum by name, for values whose encoding on the wire is not
        3 (US-ASCII) for pure ASCII and 106 (UTF-8) for the rest.
    :param version: header version 1 or 2; default: 2 if there is metadata or an id, else 1.
    :raises EncodeError: if a value cannot be written.
    """

    type_name: ClassVar[str] = ''
    default_version: ClassVar[int] = 1
    #: whether only the newest one of a device matters to a peer that cannot keep up
    is_stream: ClassVar[bool] = False
    #: whether a device that says nothing more can be taken to stay as it was: see `hold_hz`
    can_be_held: ClassVar[bool] = False
    #: what of it is somewhere in space, which each class says; what is has `moved`
    place: ClassVar[Place] = Place.UNKNOWN
    #: whether it has `elements` that are tools, each in a frame of its own
    has_tools: ClassVar[bool] = False
    #: what its content is made of, for `igtl dissector`
    layout: ClassVar[Layout] = ()
    #: what numbers in it mean, by field
    codes: ClassVar[tuple[tuple[str, type[IntEnum]], ...]] = ()
    _setters: ClassVar[tuple[Callable[[Message, Any], None], ...]]

    device_name: str = ''
    timestamp: int = 0
    if TYPE_CHECKING:
        timestamp_ns: TimestampNs = TimestampNs()
    message_id: int = 0
    metadata: dict[str, str] = field(default_factory=dict)
    metadata_encodings: dict[str, int] = field(default_factory=dict)
    version: int = 0

    def __post_init__(self) -> None:
        # every message that is sent goes through here: what is usual is found out cheaply
        name, time, number = self.device_name, self.timestamp, self.message_id
        if type(name) is not str or not name.isascii():
            text_bytes(name, 'device_name')
        if '\0' in name:
            raise EncodeError(f'device_name: {name!r} contains a NUL')
        if type(time) is not int or not 0 <= time < 2**64:
            _set(self, 'timestamp', check_timestamp(time))
        if type(number) is not int or not 0 <= number < 2**32:
            _set(self, 'message_id', check_int(number, 0, 2**32 - 1, 'message_id'))
        metadata, encodings = self.metadata, self.metadata_encodings
        if not (isinstance(metadata, dict) and isinstance(encodings, dict)):
            name = 'metadata_encodings' if isinstance(metadata, dict) else 'metadata'
            raise EncodeError(f'{name}: {shown(getattr(self, name))}, wanted a dict')
        metadata = _checked_metadata(metadata) if metadata else {}
        if encodings:
            encodings = {
                key: check_int(value, 0, 0xFFFF, f'encoding of metadata {key!r}')
                for key, value in encodings.items()}
        set_metadata, set_encodings, set_version = self._setters
        set_metadata(self, metadata)
        set_encodings(self, encodings or {})
        rich = bool(metadata or number)
        given = self.version
        if type(given) is not int or not 0 <= given <= 2:
            given = check_int(given, 0, 2, 'version')
        version = given or (2 if rich else self.default_version)
        if rich and given == 1:
            raise EncodeError('version: header version 1 carries no metadata and no message_id')
        if version is not self.version:
            set_version(self, version)

    def __init_subclass__(cls) -> None:
        cls._setters = _setters_of(cls)
        # one for all who have none of their own: that of a data class lists every field
        if '__repr__' not in vars(cls):
            cls.__repr__ = Message.__repr__  # type: ignore[method-assign]

    def __repr__(self) -> str:
        said = [
            f'{self.device_name!r}' if self.device_name else '', self.brief(),
            metadata_text(self.metadata), age_text(self.timestamp_ns)]
        name = type(self).__name__
        if isinstance(self, NamedMessage):
            name += f' {self.type_name}'
        return f'<{name} {", ".join(filter(None, said))}>'

    def brief(self) -> str:
        """Describe the contents in a few words: sizes, types of numbers and units; '' if empty."""
        return ''

    def html(self, picture: str = '') -> str:
        """Make a table of it for a notebook; `picture` is HTML that stands below."""
        rows = [
            ('device', self.device_name), ('stamp', age_text(self.timestamp_ns)),
            ('content', self.brief()), ('metadata', metadata_text(self.metadata))]
        return html_table([row for row in rows if row[1]], (self.type_name, ''), picture)

    def _repr_html_(self) -> str:
        """Show it in a notebook."""
        return self.html()

    @classmethod
    def from_file(cls: type[AnyPlain], path: Any, **fields: Any) -> AnyPlain:
        """
        Read the message of this class that is in a file, such as `Image.from_file('a.nrrd')`.

        The formats, and what they need: docs/how-to/files.md. Lengths are in mm, axes RAS.

        :param fields: to be set in place of what the file says, such as `device_name`.
        :raises FileError: if it cannot be read, or there is not exactly one such message in it.
        """
        found: AnyPlain = replace(_files().read_one(path, cls), **fields)
        return found

    def to_file(self, path: Any) -> None:
        """
        Write it to a file, such as `image.to_file('a.nii.gz')`; its name says which format.

        :raises FileError: if it has no place in such a file, or it cannot be written.
        """
        _files().write(path, [(0.0, self)])

    if not TYPE_CHECKING:

        @property
        def timestamp_ns(self) -> int:
            """Nanoseconds since 1970-01-01 UTC; 0 when not set."""
            return wire_ns(self.timestamp)

    @classmethod
    def from_wire(cls: type[AnyPlain], envelope: Envelope, **fields: Any) -> AnyPlain:
        """Make a message of values that a decoder has already checked."""
        # every message goes through here
        self: Any = _new(_DRAFTS.get(cls) or _draft_of(cls))
        (
            self.device_name, self.timestamp, self.message_id, self.metadata,
            self.metadata_encodings, self.version, _, _, _,
        ) = envelope
        for name, value in fields.items():
            setattr(self, name, value)
        self.__class__ = cls
        return self  # type: ignore[no-any-return]

    def moved(self, matrices: Sequence[Floats]) -> Message:
        """
        Move it into another frame.

        :param matrices: (4, 4) each, in the units and axes of the wire: one, or one for each of
            its tools.
        :raises ConversionError: if it is nowhere in space.
        :raises EncodeError: if it cannot be written then.
        """
        raise ConversionError(f'{self.type_name} has no place in space')

    def says(self) -> Content | None:
        """Tell what it says; None if that is known by its bytes alone."""
        return None

    def encode_content(self) -> Sequence[Buffer]:
        """
        Write the content (the body without what belongs to the frame) as bytes, in pieces.

        :raises EncodeError: if it cannot be written, as that of what is no type of message.
        """
        raise EncodeError(f'{type(self).__name__} is no type of message, it has no content')

    @classmethod
    def decode_content(cls, content: memoryview, envelope: Envelope) -> Message:
        """
        Read the content.

        :raises ContentError: if it breaks the rules of the type.
        """
        raise NotImplementedError


Message._setters = _setters_of(Message)

#: classes whose objects can be changed, until they become those of the class itself
_DRAFTS: dict[type[Message], type[Message]] = {}


def _draft_of(cls: type[Message]) -> type[Message]:
    """Make the class of messages that are being read: their fields are set as any others are."""
    make: Any = type(cls)
    changeable = {name: getattr(object, name) for name in ('__setattr__', '__delattr__')}
    draft: type[Message] = make(cls.__name__, (cls,), {'__slots__': (), **changeable})
    _DRAFTS[cls] = draft
    return draft


def _files() -> Any:
    """Find what reads and writes files; it knows all messages, so it is found when needed."""
    return import_module('igtl_ros2.files')


def plain(
    cls: type[AnyPlain], device_name: Any, timestamp: Any, metadata: Any = None
) -> AnyPlain | None:
    """
    Make a message with a device, a time and metadata, and nothing else, in a third of the time.

    None if there is anything to say about them: the constructor does. Fields of the class itself
    are not set.
    """
    if (
        type(device_name) is not str
        or not device_name.isascii()
        or '\0' in device_name
        or type(timestamp) is not int
        or not 0 <= timestamp < 2**64
        or timestamp in LIKE_NS
        or metadata and type(metadata) is not dict
    ):
        return None
    version = cls.default_version
    if metadata:
        metadata, version = _checked_metadata(metadata), 2
    envelope: Any = (device_name, timestamp, 0, metadata or {}, {}, version, '', True, 0)
    return cls.from_wire(_new_tuple(Envelope, envelope))


def _checked_metadata(metadata: dict[str, str]) -> dict[str, str]:
    """
    Give metadata in the order in which the C++ library writes them: of the bytes of the keys.

    The same values then give the same bytes.

    :raises EncodeError: if they cannot be written.
    """
    for key, value in metadata.items():
        if not (type(key) is type(value) is str and key.isascii() and value.isascii()):
            break
    else:
        return guarded(dict(sorted(metadata.items()) if len(metadata) > 1 else metadata))
    by_bytes = sorted(metadata.items(), key=lambda item: text_bytes(item[0], 'metadata key'))
    for key, value in metadata.items():
        text_bytes(value, f'metadata {key!r}', quote=not is_private_key(key))
    return guarded(dict(by_bytes))


@dataclass(frozen=True, slots=True, eq=False)
class NamedMessage(Message):
    """
    A message whose class serves several wire names.

    :param type_name: the wire name, at most 12 bytes.
    """

    type_name: str = ''  # type: ignore[misc]  # a name per message, where other classes have one

    def __post_init__(self) -> None:
        Message.__post_init__(self)
        if self.type_name is None or isinstance(self.type_name, str) and not self.type_name:
            raise EncodeError('type_name: empty')
        checked_text(self.type_name, 12, 'type_name')


@dataclass(frozen=True, slots=True, eq=False)
class Unknown(NamedMessage):
    """
    A message of a type that has no class here, kept as it came.

    :param type_name: the wire name, at most 12 bytes.
    :param content: the body without extended header and metadata.
    """

    content: bytes = field(default=b'', repr=False)

    def __post_init__(self) -> None:
        NamedMessage.__post_init__(self)
        _set(self, 'content', check_bytes(self.content, 'content'))

    def brief(self) -> str:
        return f'{len(self.content)} bytes'

    def encode_content(self) -> Sequence[Buffer]:
        return (self.content,)

    @classmethod
    def decode_content(cls, content: memoryview, envelope: Envelope) -> Unknown:
        return cls.from_wire(envelope, type_name=envelope.type_name, content=content.tobytes())


AnyMessage = TypeVar('AnyMessage', bound=type[Message])


def register(
    type_name: str, aliases: Iterable[str] = (), *, has_queries: bool = False
) -> Callable[[AnyMessage], AnyMessage]:
    """
    Register a message class under its wire name, and under other names that peers use for it.

    :param has_queries: whether it is asked for with GET_, STT_, STP_ and RTS_ and its name; those
        of the protocol are listed in `messages.query`.
    :raises ValueError: if a name is taken already, or longer than 12 bytes.
    """

    def decorate(cls: AnyMessage) -> AnyMessage:
        names = (type_name, *aliases)
        for name in names:
            checked_text(name, 12, 'type_name')
            if name in _REGISTER:
                raise ValueError(f'{name} is registered already, by {_REGISTER[name].__name__}')
        if not issubclass(cls, NamedMessage):  # those have a name per message
            cls.type_name = type_name
        if has_queries:
            checked_text(f'GET_{type_name}', 12, 'type_name')
            _WITH_QUERIES.append(type_name)
        if not cls.__module__.startswith(_OWN):
            made: Any = cls
            made.encode_content = checked_encoding(made.encode_content)
        _REGISTER.update(dict.fromkeys(names, cls))
        _CLASSES.add(cls)
        register_queries({})
        return cls

    return decorate


def register_queries(classes: Mapping[str, type[Message]]) -> None:
    """Register what queries are made of; types may have been registered before and after."""
    QUERY_CLASSES.update(classes)
    for verb, cls in QUERY_CLASSES.items():
        _REGISTER.update((f'{verb}_{type_name}', cls) for type_name in _WITH_QUERIES)


def check_message(message: Any) -> None:
    """
    Check that something is a message.

    :raises EncodeError: if it is none.
    """
    # it takes longer to ask for a class than whether one is known
    if type(message) not in _CLASSES and not isinstance(message, Message):
        raise EncodeError(
            f'message: {shown(message)}, wanted a message such as Transform or String')


def message_class(type_name: str) -> type[Message] | None:
    """Find the class of a wire name; None if it has none."""
    return _REGISTER.get(type_name) if isinstance(type_name, str) else None


def names_of(wanted: Callable[[type[Message]], bool]) -> tuple[str, ...]:
    """List the wire names of the classes that are wanted."""
    return tuple(name for name, cls in _REGISTER.items() if wanted(cls))


def is_stream(type_name: str) -> bool:
    """Tell whether only the newest message of a wire name matters to a peer that is behind."""
    return _REGISTER.get(type_name, Message).is_stream


def place_of(type_name: str) -> Place:
    """Tell what of the messages of a wire name is in space; unknown of what has no class."""
    return _REGISTER.get(type_name, Message).place


def has_poses(type_name: str) -> bool:
    """Tell whether messages of a wire name hold poses of tools."""
    return place_of(type_name) == Place.POSES


def has_points(type_name: str) -> bool:
    """Tell whether messages of a wire name hold poses or points."""
    return place_of(type_name) >= Place.POINTS


def registered() -> dict[str, type[Message]]:
    """List every wire name and its class."""
    return dict(_REGISTER)


def decode_typed(content: memoryview, envelope: Envelope) -> Message:
    """
    Make the message of the right class.

    :raises ContentError: if the content breaks the rules of the type.
    """
    cls = _REGISTER.get(envelope.type_name, Unknown)
    try:
        return cls.decode_content(content, envelope)
    except Exception as error:
        is_known = isinstance(error, (ContentError, EncodeError))
        if not is_known and cls.__module__.startswith(_OWN):
            raise
        # what reads a type of another package may raise whatever it likes: one message is lost
        raise ContentError(
            str(error) if is_known else repr(error),
            type_name=envelope.type_name, device_name=envelope.device_name,
        ) from error
