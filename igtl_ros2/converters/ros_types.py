"""Types of ROS by name, and what their fields are."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from ..config.words import hint, show
from ..errors import ConversionError
from .metres import json_number

#: a name such as control_msgs/action/FollowJointTrajectory
TYPE_NAME = re.compile(r'([a-z][a-z0-9_]*)/(msg|srv|action)/([A-Za-z][A-Za-z0-9]*)')
_FIELD = re.compile(r'(sequence)?<?([a-zA-Z0-9_/]+)(?:<\d+>)?(?:, (\d+))?>?(?:\[(\d+)\])?')

#: the largest value of each
FLOATS = {'float': 3.4e38, 'double': sys.float_info.max}
WHOLE = {f'{sign}int{bits}': (0 if sign else -(1 << bits - 1),
                              (1 << bits) - 1 if sign else (1 << bits - 1) - 1)
         for sign in ('', 'u') for bits in (8, 16, 32, 64)}
TEXTS = ('string', 'wstring')


def find_type(name: str) -> Any:
    """
    Find a type by its name.

    :raises ConversionError: if it is not there, saying why.
    """
    match = TYPE_NAME.fullmatch(name)
    if match is None:
        raise ConversionError('allowed a name such as std_srvs/srv/Trigger')
    package, kind, rest = match.groups()
    try:
        module = import_module(f'{package}.{kind}')
    except ImportError as error:
        raise ConversionError(f'the ROS package {package} is not there, or has no {kind} '
                              f'({error})') from error
    found = getattr(module, rest, None)
    if found is None:
        known = [each for each in dir(module) if each[0].isupper() and '_' not in each]
        raise ConversionError(f'{package} has no {kind} of that name' + hint(rest, known))
    return found


@dataclass(frozen=True, slots=True)
class FieldKind:
    """
    What a field is.

    :param name: of one of its elements: a word such as double, or that of a message.
    :param is_list: whether it has several.
    :param size: how many there may be, or are; 0 for any.
    """

    name: str
    is_list: bool = False
    size: int = 0
    is_fixed: bool = False

    @property
    def is_message(self) -> bool:
        """Whether it has fields itself."""
        return '/' in self.name

    @property
    def element(self) -> FieldKind:
        """What is in the list."""
        return FieldKind(self.name)

    @property
    def words(self) -> str:
        """Say what it is."""
        size = f' of {self.size}' if self.is_fixed else ''
        return f'a list{size} of {self.name}' if self.is_list else self.name


def kind_of_type(ros_type: Any) -> FieldKind:
    """Give a type as if it were a field."""
    module = ros_type.__module__.split('.')
    return FieldKind(f'{module[0]}/{ros_type.__name__}')


@cache
def message_class(name: str) -> Any:
    """Give the class of a field that is a message."""
    package, _, rest = name.partition('/')
    return getattr(import_module(f'{package}.msg'), rest)


def fields_of(ros_type: Any) -> dict[str, FieldKind]:
    """List the fields of a type."""
    return {name: _kind(text) for name, text in ros_type.get_fields_and_field_types().items()
            if name != 'structure_needs_at_least_one_member'}


@cache
def _kind(text: str) -> FieldKind:
    match = _FIELD.fullmatch(text)
    assert match is not None, text
    sequence, name, most, size = match.groups()
    return FieldKind(name, bool(sequence or size), int(most or size or 0), bool(size))


Path = tuple['str | int', ...]


def parts_of_path(text: str) -> Path:
    """Take a path such as points[0].x to pieces; empty if it is none."""
    if not re.fullmatch(r'[A-Za-z_]\w*(\.[A-Za-z_]\w*|\[\d+\])*', text):
        return ()
    return tuple(int(part) if part.isdigit() else part for part in re.findall(r'\w+', text))


def field_kind(path: Path, ros_type: Any) -> FieldKind:
    """Tell what is at a path in which `path_fault` finds nothing wrong."""
    kind, known = kind_of_type(ros_type), fields_of(ros_type)
    for part in path:
        kind = kind.element if isinstance(part, int) else known[part]
        known = fields_of(message_class(kind.name)) if kind.is_message else {}
    return kind


def path_fault(path: Path, ros_type: Any) -> str:
    """Tell what is wrong with a path into a type; empty if nothing is."""
    kind = kind_of_type(ros_type)
    known: dict[str, FieldKind] = fields_of(ros_type)
    for part in path:
        if isinstance(part, int):
            if not kind.is_list:
                return f'found [{part}]; {kind.words} is no list'
            if kind.is_fixed and part >= kind.size:
                return f'found [{part}]; it has {kind.size}'
            kind = kind.element
        else:
            if kind.is_list or not known:
                return f'found {show(part)}; {kind.words} has no fields'
            if part not in known:
                return field_fault(part, known)
            kind = known[part]
        known = fields_of(message_class(kind.name)) if kind.is_message else {}
    return ''


def field_fault(found: str, known: Iterable[str]) -> str:
    """Say that there is no such field."""
    names = list(known)
    return (f'found the field {show(found)}; allowed {", ".join(names) or "none"}'
            + hint(found, names))


def value_at(message: Any, path: Path) -> Any:
    """
    Give what is at a path; None where a list is shorter than that.

    :param message: a ROS message, or what JSON is made of.
    """
    for part in path:
        try:
            if isinstance(message, dict) or isinstance(part, int):
                message = message[part]
            else:
                message = getattr(message, part)
        except (KeyError, IndexError, AttributeError, TypeError):
            return None
    return message


def plain(value: Any) -> Any:
    """Make a ROS message what JSON is made of; what is not finite becomes a text."""
    if hasattr(value, 'get_fields_and_field_types'):
        return {name: plain(getattr(value, name)) for name in fields_of(value)}
    if isinstance(value, (bytes, bytearray)):
        return list(value) if len(value) != 1 else value[0]
    if hasattr(value, 'tolist'):  # arrays of numpy and of the standard library
        value = value.tolist()
    if isinstance(value, float):
        return json_number(value)
    if isinstance(value, (str, bool, int)) or value is None:
        return value
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    return [plain(each) for each in value]
