"""
What the keys of rules mean for which types of message.

What can be said of a type is said by its class in the codec, and read here; so a new type, of this
package or another, has gates, frames and rates without a line here.
"""

from __future__ import annotations

import collections.abc as abc
from functools import lru_cache
from typing import NamedTuple

from ..codec import registered
from ..codec.message import QUERY_CLASSES, Message, Place

#: What the numbers of these types can be published as.
AS_OF = {
    'SENSOR': ('joint_state', 'wrench', 'imu', 'twist', 'temperature', 'pressure', 'range', 'joy'),
    'NDARRAY': ('joint_state', 'image'),
}
#: Types with pixels.
PICTURES = ('IMAGE', 'VIDEO')
_LABELLED = ('POINT', 'TRAJ')
# the order in which texts list them; of the other names of a type only QTRANS is one to be used
_ORDER = (
    'TRANSFORM', 'POSITION', 'QTRANS', 'TDATA', 'QTDATA', *_LABELLED, *PICTURES, 'POLYDATA',
    'SENSOR', 'NDARRAY', 'STRING', 'STATUS', 'COLORT', 'IMGMETA', 'LBMETA', 'VIDEOMETA',
    'COMMAND', 'BIND', 'CAPABILITY',
)
_OWN = Message.__module__.rpartition('.')[0]
# what peers say to each other, besides queries: no rule is for it
_BETWEEN_PEERS = ('CLIENTINFO', 'QUERY')
# what `allow_key` was told
_allowed: dict[str, tuple[str, ...]] = {}

Types = tuple[str, ...]


class _Tables(NamedTuple):
    """What is known of all types, see the functions below."""

    types: Types
    asked: dict[str, Types]
    told: dict[str, Types]
    by_key: dict[str, Types]


def allow_key(key: str, type_name: str) -> None:
    """Tell that messages of another package's type have what a key asks for, such as `pose`."""
    _allowed[key] = (*_allowed.get(key, ()), type_name)
    _tables.cache_clear()


def all_types() -> Types:
    """List the types that a rule can name, new ones last."""
    return _tables(len(registered())).types


def new_types() -> Types:
    """List the types that came later, or from other packages."""
    return all_types()[len(_ORDER) :]


def asked_of() -> dict[str, Types]:
    """List the types that have what keys of a receive rule ask for; a VIDEO when it is decoded."""
    return _tables(len(registered())).asked


def told_of() -> dict[str, Types]:
    """List the types of which keys of a receive rule say how they are read or published."""
    return _tables(len(registered())).told


def types_of(key: str) -> Types:
    """List the types that a key of a gate, of a repetition or of a stale tracker is for."""
    return _tables(len(registered())).by_key[key]


def placed() -> Types:
    """List the types that are somewhere in space."""
    return told_of()['to_frame']


def streams() -> Types:
    """List the types whose stream can be asked for."""
    return types_of('stream')


def _is_new(name: str, cls: type[Message]) -> bool:
    if name in _ORDER:
        return False
    if not cls.__module__.startswith(f'{_OWN}.'):
        return True
    is_query = name.partition('_')[0] in QUERY_CLASSES
    return name == cls.type_name and not is_query and name not in _BETWEEN_PEERS


@lru_cache(maxsize=4)
def _tables(count: int) -> _Tables:
    """Make the tables of what is registered, of which there is `count`."""
    classes = registered()
    names = (*_ORDER, *(name for name, cls in classes.items() if _is_new(name, cls)))

    def those(wanted: abc.Callable[[type[Message]], bool]) -> Types:
        return tuple(name for name in names if wanted(classes[name]))

    all_poses = those(lambda cls: cls.place == Place.POSES)
    poses = those(lambda cls: cls.place == Place.POSES and not cls.has_tools)
    tools = those(lambda cls: cls.has_tools)
    in_space = those(lambda cls: cls.place >= Place.BODY)
    framed = (*poses, *PICTURES, *AS_OF)
    asked: dict[str, Types] = {
        'tf': (*all_poses, *PICTURES),
        'pose': ('TRANSFORM', 'POSITION', 'QTRANS', 'POINT'),
        'split': (*tools, *_LABELLED),
        'markers': (*_LABELLED, 'POLYDATA'),
        'trajectory': ('POINT',),
        'cloud': ('POINT', 'POLYDATA', *PICTURES),
        'plane': PICTURES,
        'compressed': PICTURES,
        'slice': PICTURES,
        'nrrd': PICTURES,
        'array': PICTURES,
        'decode': ('VIDEO',),
        'foxglove': ('VIDEO',),
        'mesh': ('POLYDATA',),
        'as': tuple(AS_OF),
        'stamped': ('SENSOR', 'NDARRAY', 'STRING', 'COMMAND'),
    }
    for key, more in _allowed.items():
        asked[key] = (*asked[key], *more)
    told: dict[str, Types] = {
        'child_frame': framed,
        'frames': framed,
        'to_frame': in_space,
        'wire_unit': (*in_space, 'VIDEOMETA'),
        'wire_axes': (*in_space, 'VIDEOMETA'),
        'publish_invalid': (*all_poses, *PICTURES),
        'coordinates': PICTURES,
        'subvolume': ('IMAGE',),
        'threshold': PICTURES,
        'max_points': PICTURES,
        'marker_size': _LABELLED,
        'field': ('SENSOR',),
        'joint_names': tuple(AS_OF),
    }
    by_key = {
        'hold_hz': those(lambda cls: cls.can_be_held),
        'stale_after': all_poses,
        'max_age': all_poses,
        'max_jump': all_poses,
        'max_speed': all_poses,
        'workspace': those(lambda cls: cls.place >= Place.POINTS),
        'stream': those(lambda cls: cls.is_stream),
    }
    return _Tables(names, asked, told, by_key)
