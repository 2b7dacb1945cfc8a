"""
What a peer can take: programs differ, and what one of them shows another one crashes on.

A profile has a rule for each message type that needs one. A rule refuses a message, with a
reason in words, or adapts it: its header version, metadata that marks it as empty, and the
points of a mesh that may come to 3D Slicer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from operator import gt
from typing import Any, NoReturn

from ..codec import HEADER_SIZE, Message, decode, encode
from ..codec.geometry import LPS
from ..codec.lists import ElementList
from ..codec.message import names_of
from ..codec.messages.catalog import ImageMetaElement, LabelMetaElement
from ..codec.messages.image import Image
from ..codec.messages.mesh import PolyData
from ..codec.messages.query import Query, Response, StartTracking
from ..codec.messages.text import ClientInfo, Status, StatusCode
from ..codec.messages.tracking import TrackingData
from ..codec.messages.video import Video
from ..codec.pyramids import with_pyramids
from ..codec.scalars import BIG_ENDIAN
from ..config import Settings
from ..errors import DecodeError, EncodeError

#: Takes a message and the highest header version for the peer; gives back what to send
Rule = Callable[[Message, int], Message]
Rules = dict[str, Rule | None]

_MARK = 'igtl_ros2'
_HELLO = 'header version 2'
# What a peer is shows in its first messages; later only what it hands on from others is new
_LOOK_AT = 1000
_MESH_HEAD_BYTES = 40
_NAME_BYTES = 20  # of a tool
_RESOLUTION_BYTES = 8  # of STT_BIND, in front of the list


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """
    What one program, or all that share a property, can take.

    :param name: as in the setting `compat`; empty where the program is not known.
    :param rules: rule by type name; None for what can be sent as it is.
    :param otherwise: rule for all types that are not in `rules`.
    :param max_version: highest header version it can read.
    """

    name: str
    rules: Mapping[str, Rule | None] = field(default_factory=dict)
    otherwise: Rule | None = None
    max_version: int = 2


def _refuse(message: Message, reason: str) -> NoReturn:
    raise EncodeError(
        f'{message.type_name}: {reason}; with compat plain it would be sent all the same')


def _refused(reason: str) -> Rule:
    def rule(message: Message, version: int) -> Message:
        _refuse(message, reason)

    return rule


def _marked_empty(message: Message) -> Message:
    return replace(message, version=2, metadata={_MARK: 'empty'})


def _bare(message: Message) -> Message:
    return replace(message, version=1, metadata={}, metadata_encodings={}, message_id=0)


# -- rules for every peer that is built on the C++ library


def _content_bytes(message: Message) -> int:
    return sum(map(len, message.encode_content()))


def _is_empty(message: Message) -> bool:
    if isinstance(message, ElementList):  # need not be written to find out
        return not message.count
    return not _content_bytes(message)


def _without_content(message: Message, version: int) -> Message:
    """The library takes a body of an extended header and nothing else for none at all."""
    if min(version, message.version) < 2 or message.metadata or not _is_empty(message):
        return message
    return _marked_empty(message) if message.message_id else replace(message, version=1)


def _without_frame(message: Message, version: int) -> Message:
    """The library does not read header version 2 of these."""
    return _bare(message) if message.version == 2 else message


def _get_bind(message: Message, version: int) -> Message:
    if not _is_empty(message):
        _refuse(message, 'the C++ library reads beyond the list of what is wanted')
    return _without_content(message, version)


def _stt_bind(message: Message, version: int) -> Message:
    if _content_bytes(message) > _RESOLUTION_BYTES:
        _refuse(message, 'the C++ library loses the list of what is wanted')
    return message


def _list(message: Message, version: int) -> Message:
    if version < 2 or message.metadata or not _is_empty(message):
        return message
    return _marked_empty(message)


def _list_or_refuse(message: Message, version: int) -> Message:
    if version < 2 and _is_empty(message):
        _refuse(
            message,
            'an empty list is not noticed in header version 1, and 2 may not be sent (the peer '
            'has not shown it, or the settings forbid it)')
    return _list(message, version)


def _catalog(element_bytes: int, inner: Rule) -> Rule:
    """
    Make a rule of another, for lists whose length the library computes of the whole body.

    So much metadata as an element has bytes would be one more element, or one beyond the body.
    """

    def rule(message: Message, version: int) -> Message:
        if message.metadata and version == 2:
            around = len(encode(message, 2)) - HEADER_SIZE - _content_bytes(message)
            if around >= element_bytes:
                if _is_empty(message):
                    _refuse(message, 'the C++ library takes so much metadata for elements')
                return _bare(message)
        return inner(message, version)

    return rule


def _cpp_rules(of_lists: Rule) -> Rules:
    return {
        **dict.fromkeys(names_of(lambda cls: cls in (Query, Response)), _without_content),
        **dict.fromkeys(('STT_POLYDATA', 'STP_POLYDATA'), _without_frame),
        'GET_BIND': _get_bind,
        'STT_BIND': _stt_bind,
        **dict.fromkeys(('POINT', 'TRAJ', 'TDATA', 'QTDATA', 'VIDEOMETA'), of_lists),
        'IMGMETA': _catalog(ImageMetaElement.SIZE, of_lists),
        'LBMETA': _catalog(LabelMetaElement.SIZE, of_lists)}


# -- rules for programs


def _slicer_mesh(message: Message, version: int) -> Message:
    """More than one vertex cell crashes 3D Slicer, and of one it shows the first point alone."""
    if not isinstance(message, PolyData):  # its bytes are those of one, if they can be read
        try:
            message = decode(encode(message))
        except DecodeError as error:
            content = b''.join(map(bytes, message.encode_content()))
            # behind the number of points is that of vertex cells
            if len(content) >= _MESH_HEAD_BYTES and int.from_bytes(content[4:8], 'big') > 1:
                _refuse(message, f'it cannot be read, and 3D Slicer may crash on it: {error}')
    return with_pyramids(message) if isinstance(message, PolyData) else message


def _slicer_image(message: Message, version: int) -> Message:
    if isinstance(message, (Image, Video)) and message.coordinates == LPS:
        _refuse(message, '3D Slicer takes LPS for RAS, it would be mirrored')
    if isinstance(message, Image) and message.pixels.dtype.kind in 'iu':
        if message.pixels.dtype.itemsize == 4:
            _refuse(message, '3D Slicer misreads 32-bit integers; send 16 bits, or float32')
    return message


def _slicer_tools(message: Message, version: int) -> Message:
    """
    A tool that joins others crashes 3D Slicer before August 2025, but in falling order of names.

    It looks for the tools of a message one by one in the sorted list of those it knows, but only
    in as many places as there were before the message. With each new name the last known one
    moves out of sight, is taken for new, and is deleted. The same goes for two of one name.
    """
    if isinstance(message, TrackingData) and message.count > 1:
        columns = message.columns
        if columns is not None:
            names = columns.heads(_NAME_BYTES)
        else:
            names = tuple(e.name.encode('utf-8', 'surrogateescape') for e in message.elements)
        places = _falling(names)
        if places is not None:
            tools: Sequence[Any] = (
                tuple(message.elements[place] for place in places) if columns is None
                else columns.ordered(places))
            message = replace(message, elements=tools)
    return _list_or_refuse(message, version)


@lru_cache(maxsize=64)
def _falling(names: tuple[bytes, ...]) -> tuple[int, ...] | None:
    """
    Find the places of names in falling order, of equal ones the first.

    :returns: None if that is how they stand.
    """
    # behind the first NUL may be what was left in the memory of the sender
    told = [name.partition(b'\0')[0] for name in names]
    if all(map(gt, told, told[1:])):
        return None
    first = {name: place for place, name in reversed([*enumerate(told)])}
    return tuple(first[name] for name in sorted(first, reverse=True))


def _plus_image(message: Message, version: int) -> Message:
    if isinstance(message, Image):
        if message.coordinates == LPS:
            _refuse(message, 'PLUS takes LPS for RAS, it would be mirrored')
        if message.pixels.dtype.itemsize > 1 and message.endian == BIG_ENDIAN:
            _refuse(message, 'PLUS takes all pixels for little endian')
    return message


def is_greeting(message: Message) -> bool:
    """Tell whether a message only shows what its sender can read, see `Compat.greeting`."""
    return message.metadata.get(_MARK) == _HELLO


def _plus_tracking(message: Message, version: int) -> Message:
    if isinstance(message, StartTracking) and message.resolution > 0:
        _refuse(message, 'PLUS takes the resolution for seconds, not for ms; send 0')
    return message


def _pick(rules: Rules, names: str) -> Rules:
    """Choose types by name, with their rules if they have some."""
    return {name: rules.get(name) for name in names.split()}


_STRICT = _cpp_rules(_list_or_refuse)
_SLICER = Profile(
    'slicer',
    {
        **_pick(
            _STRICT,
            'TRANSFORM STRING STATUS POINT TDATA IMGMETA LBMETA COMMAND RTS_COMMAND',
        ),
        **dict.fromkeys(('IMAGE', 'VIDEO'), _slicer_image),
        'POLYDATA': _slicer_mesh,
        'TDATA': _slicer_tools,
        **dict.fromkeys(
            (
                'GET_IMAGE GET_IMGMETA GET_LBMETA GET_POINT GET_POLYDATA GET_STATUS STP_IMAGE '
                'STT_POLYDATA STP_POLYDATA RTS_POLYDATA STT_TDATA STP_TDATA'
            ).split(),
            _refused('3D Slicer crashes on it'),
        ),
    },
    _refused('3D Slicer has no use for it'),
)
_PLUS = Profile(
    'plus',
    {
        **_pick(
            _STRICT,
            'TRANSFORM STATUS CAPABILITY POINT TRAJ STRING TDATA POLYDATA QTDATA IMGMETA LBMETA '
            'COMMAND RTS_COMMAND CLIENTINFO TRACKEDFRAME USMESSAGE GET_TRANS GET_IMAGE GET_STATUS '
            'GET_POINT GET_TRAJ GET_POLYDATA RTS_POLYDATA STT_POLYDATA STP_POLYDATA RTS_TDATA '
            'STP_TDATA RTS_QTDATA STP_QTDATA GET_IMGMETA GET_LBMETA',
        ),
        'IMAGE': _plus_image,
        **dict.fromkeys(('STT_TDATA', 'STT_QTDATA'), _plus_tracking),
        'POSITION': _refused('PLUS loses the translation; send a TRANSFORM'),
    },
    _refused('PLUS does not know it and would lose step'),
)
#: what is known of each program, by its name in the setting `compat`; '' for any that is not known
PROFILES = {
    profile.name: profile
    for profile in (
        Profile('', {**_cpp_rules(_list), 'POLYDATA': _slicer_mesh}),  # it may be 3D Slicer
        Profile('plain'),
        _SLICER,
        _PLUS,
        Profile('library1', _STRICT, max_version=1))
}


class Compat:
    """
    What one peer can take, as the settings say or as it shows.

    :param settings: `compat`, `header_version`, `client_info` and `mode` count here.
    """

    __slots__ = (
        '_client_info', '_forms', '_is_client', '_left', '_opens_with_2', '_wanted', 'looking',
        'profile')

    def __init__(self, settings: Settings) -> None:
        name = '' if settings.compat == 'auto' else settings.compat
        if not name and settings.client_info:
            name = 'plus'  # nobody else reads that
        self._client_info = settings.client_info
        self._is_client = settings.mode == 'client'
        self._wanted = settings.header_version
        self._opens_with_2 = self._wanted == '2' or self._wanted == 'auto' and name == 'plus'
        self._left = 0 if name else _LOOK_AT
        #: whether `saw` may still find something out
        self.looking = self._left > 0
        self._take_for(name)

    def _take_for(self, name: str) -> None:
        #: changes when the peer shows what it is
        self.profile = PROFILES[name]
        self._forms = tuple((name, self.version(seen)) for seen in (0, 2))

    @property
    def name(self) -> str:
        return self.profile.name

    def version(self, seen_version: int) -> int:
        """
        Tell the highest header version that may be sent.

        :param seen_version: the highest that the peer has sent.
        """
        if self.profile.max_version < 2 or self._wanted == '1':
            return 1
        return 2 if self._opens_with_2 or seen_version >= 2 else 1

    def form(self, seen_version: int) -> tuple[str, int]:
        """Tell what decides how a message is written: the profile, and what `version` gives."""
        return self._forms[seen_version >= 2]

    def greeting(self) -> list[Message]:
        """Make what is sent first, in this order."""
        messages: list[Message] = []
        if self._client_info:
            messages.append(ClientInfo(self._client_info))
        if self.version(0) == 2:
            # Peers such as PLUS send metadata only to those who have sent some; PLUS forgets
            # that it has got some when it reads a CLIENTINFO
            messages.append(Status(StatusCode.OK, metadata={_MARK: _HELLO}))
        return messages

    def saw(self, message: Message) -> str | None:
        """
        Learn from a message that the peer has sent.

        :return: the name of the profile, if the message has just given it away.
        """
        if not self._left:
            return None
        self._left -= 1
        name = self._recognize(message)
        if name is not None:
            self._left = 0
            self._take_for(name)
        self.looking = self._left > 0
        return name

    def prepare(self, message: Message, seen_version: int) -> Message:
        """
        Give back the message to send: the same one, if the peer can take it as it is.

        Its result depends on the message, on `profile` and on `version(seen_version)` alone.

        :raises EncodeError: if the peer must not get it, with the reason.
        """
        profile = self.profile
        rule = profile.rules.get(message.type_name, profile.otherwise)
        return message if rule is None else rule(message, self.version(seen_version))

    def _recognize(self, message: Message) -> str | None:
        metadata = message.metadata
        # Slicer hands on what others have said, a bridge hands this one on from nobody
        if 'MRMLNodeName' in metadata:
            return 'slicer'
        if 'ros_frame_id' not in metadata and (  # else a bridge hands on what PLUS has said
            'TransformValid' in metadata
            or 'TransformStatus' in metadata and 'IGTL_DEVICE_NAME' in metadata
        ):
            return 'plus'
        if not isinstance(message, Status) or message.device_name:
            return None
        if metadata == {'dummy': 'dummy'}:
            return 'slicer'
        if is_greeting(message):
            return 'plain'
        # PLUS shows that it is alive with a STATUS in which it sets nothing but the code: the
        # C++ library then sends what happens to be in its memory
        ok = (message.version, message.code, message.message) == (1, StatusCode.OK, '')
        if self._is_client and ok and (message.subcode or message.error_name):
            return 'plus'
        return None
