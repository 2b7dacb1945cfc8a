"""
Types of messages, as keys of rules name them.

What can be said of a type is said by its class in the codec, and read here; so a new type, of this
package or another, has gates, frames and rates without a line here.
"""

from __future__ import annotations

import collections.abc as abc
from functools import lru_cache

from ..codec import registered
from ..codec.lists import ElementList
from ..codec.message import QUERY_CLASSES, Message, Place

Types = tuple[str, ...]
#: types by name, or by what their classes say
Kinds = tuple['str | abc.Callable[[type[Message]], bool]', ...]

#: Types with pixels.
PICTURES = ('IMAGE', 'VIDEO')
# the order in which texts list them; of the other names of a type only QTRANS is one to be used
_ORDER = (
    'TRANSFORM', 'POSITION', 'QTRANS', 'TDATA', 'QTDATA', 'POINT', 'TRAJ', *PICTURES, 'POLYDATA',
    'SENSOR', 'NDARRAY', 'STRING', 'STATUS', 'COLORT', 'IMGMETA', 'LBMETA', 'VIDEOMETA',
    'COMMAND', 'BIND', 'CAPABILITY',
)
_OWN = Message.__module__.rpartition('.')[0]
# what peers say to each other, besides queries: no rule is for it
_BETWEEN_PEERS = ('CLIENTINFO', 'QUERY')


def poses(cls: type[Message]) -> bool:
    """Tell whether messages hold poses of tools."""
    return cls.place == Place.POSES


def one_pose(cls: type[Message]) -> bool:
    """Tell whether messages are one pose."""
    return poses(cls) and not cls.has_tools


def tools(cls: type[Message]) -> bool:
    """Tell whether messages are lists of tools."""
    return cls.has_tools


def points(cls: type[Message]) -> bool:
    """Tell whether messages hold poses or points."""
    return cls.place >= Place.POINTS


def in_space(cls: type[Message]) -> bool:
    """Tell whether messages are somewhere in space."""
    return cls.place >= Place.BODY


def movable(cls: type[Message]) -> bool:
    """Tell whether messages are somewhere in space, and say how they are moved."""
    mover: object = cls.moved
    if issubclass(cls, ElementList) and mover is ElementList.moved:
        mover = getattr(cls.element_class, 'moved', Message.moved)
    return in_space(cls) and mover is not Message.moved


def compared(cls: type[Message]) -> bool:
    """Tell whether messages say which of their numbers are compared."""
    return cls.says is not Message.says


def held(cls: type[Message]) -> bool:
    """Tell whether the last message can be taken to hold."""
    return cls.can_be_held


def _stream(cls: type[Message]) -> bool:
    return cls.is_stream


def all_types() -> Types:
    """List the types that a rule can name, new ones last."""
    return _names(len(registered()))


def new_types() -> Types:
    """List the types that came later, or from other packages."""
    return all_types()[len(_ORDER) :]


def asked_types() -> Types:
    """List those of them that can be asked for."""
    return tuple(name for name in new_types() if f'GET_{name}' in registered())


def streams() -> Types:
    """List the types whose stream can be asked for."""
    return types_of((_stream,))


def types_of(kinds: Kinds) -> Types:
    """List types that are told by name or by what they are, each once."""
    return _types(kinds, len(registered()))


@lru_cache
def _types(kinds: Kinds, count: int) -> Types:
    classes = registered()
    found = ((kind,) if isinstance(kind, str) else filter(
        lambda name: kind(classes[name]), all_types()) for kind in kinds)
    return tuple(dict.fromkeys(name for names in found for name in names))


def _is_new(name: str, cls: type[Message]) -> bool:
    if name in _ORDER:
        return False
    if not cls.__module__.startswith(f'{_OWN}.'):
        return True
    is_query = name.partition('_')[0] in QUERY_CLASSES
    return name == cls.type_name and not is_query and name not in _BETWEEN_PEERS


@lru_cache(maxsize=4)
def _names(count: int) -> Types:
    """List the types of what is registered, of which there is `count`."""
    return (*_ORDER, *(name for name, cls in registered().items() if _is_new(name, cls)))
