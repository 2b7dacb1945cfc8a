"""
Templates of a mapping file: ROS messages made of what a peer says, and texts of ROS messages.

A template is plain YAML. A text of it may have placeholders, ``{name}`` or ``{name.part[0]}``;
``{{`` and ``}}`` are braces. Nothing is computed in it.
"""

from __future__ import annotations

import json
import string
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from ..config import ros_text
from ..config.numbers import float_in, int_in
from ..config.words import show
from ..errors import ConversionError
from .metres import NS
from .ros_types import (
    FLOATS,
    TEXTS,
    WHOLE,
    FieldKind,
    Path,
    field_fault,
    fields_of,
    kind_of_type,
    message_class,
    parts_of_path,
    path_fault,
    plain,
    value_at,
)

_YES = ('true', 'on', 'yes', '1')
_NO = ('false', 'off', 'no', '0')
_TIMES = ('builtin_interfaces/Duration', 'builtin_interfaces/Time')
#: what stands for a value that is not known before a peer has said it
_UNKNOWN = object()


class Fault(Exception):
    """What is wrong in a template or in a value of it, and where."""

    def __init__(self, path: Path, text: str) -> None:
        super().__init__(text)
        self.path = path
        self.text = text

    def __str__(self) -> str:
        return f'{_spelt(self.path)}: {self.text}' if self.path else self.text


def parts_of_text(text: str) -> list[str | Path]:
    """
    Take a text with placeholders to pieces: texts, and paths for placeholders.

    :raises Fault: if it is none.
    """
    parts: list[str | Path] = []
    try:
        found = list(string.Formatter().parse(text))
    except ValueError as error:
        raise Fault((), f'found {show(text)}: {error}; allowed {{name}}, and {{{{ or }}}} for a '
                        'brace') from error
    for before, name, spec, conversion in found:
        if before:
            parts.append(before)
        if name is not None:
            path = parts_of_path(name)
            if not path or spec or conversion:
                raise Fault((), f'found the placeholder {show(name)}; allowed a name such as '
                                '{speed} or {pose.position.x}')
            parts.append(path)
    return parts


def placeholders(tree: Any) -> Iterator[Path]:
    """
    List the placeholders of a template.

    :raises Fault: at the first text that is not right.
    """
    if isinstance(tree, str):
        for part in parts_of_text(tree):
            if not isinstance(part, str):
                yield part
    elif isinstance(tree, dict):
        for name, each in tree.items():
            yield from _inside(name, each)
    elif isinstance(tree, (list, tuple)):
        for number, each in enumerate(tree):
            yield from _inside(number, each)


def _inside(part: str | int, tree: Any) -> Iterator[Path]:
    try:
        yield from placeholders(tree)
    except Fault as fault:
        raise Fault((part, *fault.path), fault.text) from fault


class MessageTemplate:
    """
    A ROS message of which a template says fields; the others are as the type has them.

    :raises Fault: if the template does not fit the type.
    """

    def __init__(self, ros_type: Any, tree: Any) -> None:
        self._type = ros_type
        self._tree = tree
        #: what has to be known to fill it
        self.names = frozenset(str(path[0]) for path in placeholders(tree))
        self._fill(lambda path: _UNKNOWN)

    def fill(self, values: Mapping[str, Any]) -> Any:
        """
        Make the message.

        :raises ConversionError: naming the field for which there is no value, or no right one.
        """
        def find(path: Path) -> Any:
            found = value_at(values, path)
            if found is None:
                raise Fault((), f'wanted {_spelt(path)}')
            return found

        try:
            return self._fill(find)
        except Fault as fault:
            raise ConversionError(str(fault)) from fault

    def _fill(self, find: Any) -> Any:
        return _fitted(kind_of_type(self._type), self._tree, find, self._type)


def _fitted(kind: FieldKind, tree: Any, find: Any, ros_type: Any = None) -> Any:
    """
    Make the value of a field of what a template says of it.

    :param find: None for what a peer says: that is no template, whatever it looks like.
    """
    is_loose = False
    if isinstance(tree, str) and find is not None:
        tree, is_loose = _filled(kind, tree, find)
        if tree is _UNKNOWN:
            return _UNKNOWN
        if is_loose:
            find = None
    if kind.is_list:
        return _list(kind, tree, find, is_loose)
    if kind.is_message:
        return _message(kind, tree, find, ros_type or message_class(kind.name))
    return _scalar(kind.name, tree, is_loose)


def _filled(kind: FieldKind, text: str, find: Any) -> tuple[Any, bool]:
    """Put values in the place of placeholders; tell also whether there were any."""
    parts = parts_of_text(text)
    if len(parts) == 1 and not isinstance(parts[0], str):
        return find(parts[0]), True
    values = [part if isinstance(part, str) else find(part) for part in parts]
    if any(value is _UNKNOWN for value in values):
        if kind.is_list or kind.name not in TEXTS:
            raise Fault((), f'found {show(text)}; allowed {kind.words}, or one placeholder alone')
        return _UNKNOWN, True
    return ''.join(map(words, values)), False


def _list(kind: FieldKind, value: Any, find: Any, is_loose: bool) -> Any:
    if is_loose and isinstance(value, str) and not kind.is_message:
        value = value.replace(',', ' ').split() if kind.name not in TEXTS else value.split(',')
    if hasattr(value, 'tolist'):
        value = value.tolist()
    if not isinstance(value, (list, tuple)):
        raise Fault((), f'found {show(value)}; allowed {kind.words}')
    if kind.size and (len(value) != kind.size if kind.is_fixed else len(value) > kind.size):
        raise Fault((), f'found {len(value)} values; allowed {kind.words}')
    made = []
    for number, each in enumerate(value):
        try:
            made.append(_scalar(kind.name, each, True) if is_loose and not kind.is_message
                        else _fitted(kind.element, each, find))
        except Fault as fault:
            raise Fault((number, *fault.path), fault.text) from fault
    return _UNKNOWN if any(each is _UNKNOWN for each in made) else made


def _message(kind: FieldKind, value: Any, find: Any, ros_type: Any) -> Any:
    if kind.name in _TIMES and isinstance(value, (int, float, str)):
        return _time(kind, ros_type, value)
    if hasattr(value, 'get_fields_and_field_types'):
        return _view(kind, value)
    if not isinstance(value, dict):
        raise Fault((), f'found {show(value)}; allowed a map with fields of {kind.name}')
    known = fields_of(ros_type)
    message = ros_type()
    for name, tree in value.items():
        if name not in known:
            raise Fault((name,), field_fault(name, known))
        try:
            made = _fitted(known[name], tree, find)
        except Fault as fault:
            raise Fault((name, *fault.path), fault.text) from fault
        if made is not _UNKNOWN:
            setattr(message, name, made)
    for name, field in known.items():
        if find is None and name not in value and not _may_be_missing(field):
            raise Fault((name,), 'wanted a value')
    return message


def _may_be_missing(field: FieldKind) -> bool:
    """Tell whether a peer may leave out a field: a 0 that nobody has said is a place as any."""
    return field.is_list or field.name in (*TEXTS, 'std_msgs/Header', 'builtin_interfaces/Time')


def _time(kind: FieldKind, ros_type: Any, value: Any) -> Any:
    seconds = _scalar('double', value, True)
    low = 0 if kind.name.endswith('/Time') else -(1 << 31)
    if not low <= seconds < 1 << 31:
        raise Fault((), f'found {show(value)}; allowed {kind.name} in seconds')
    whole, rest = divmod(round(seconds * NS), NS)
    return ros_type(sec=whole, nanosec=rest)


def _scalar(name: str, value: Any, is_loose: bool) -> Any:
    """Make a value of a simple type; it is loose if a peer said it, perhaps as text."""
    if name in TEXTS:
        if isinstance(value, str) or is_loose:
            return ros_text(words(value))
    elif name == 'boolean':
        word = value.strip().lower() if isinstance(value, str) and is_loose else value
        if isinstance(word, bool):
            return word
        if word in _YES or word in _NO:
            return word in _YES
    elif name in FLOATS:
        number = _number(value, is_loose)
        if number is not None and abs(number) <= FLOATS[name]:
            return float(number)
    else:
        low, high = WHOLE.get(name, (0, 255))
        number = _number(value, is_loose)
        if number is not None and low <= number <= high and number == int(number):
            return int(number) if name in WHOLE else bytes((int(number),))
    raise Fault((), f'found {show(value)}; allowed {_WORDS.get(name, f"a whole number, {name}")}')


_WORDS = {
    **dict.fromkeys(TEXTS, 'text'), 'boolean': 'true or false',
    **dict.fromkeys(FLOATS, 'a finite number'), 'octet': 'a whole number from 0 to 255',
}


def _number(value: Any, is_loose: bool) -> float | int | None:
    if isinstance(value, str) and is_loose:
        for kind in (int_in, float_in):
            with suppress(ValueError):
                return kind(value)
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _view(kind: FieldKind, value: Any) -> Any:
    """Give what a field wants of a message: itself, or what it says of a place."""
    name = kind.name
    if kind_of_type(type(value)).name == name:
        return value
    pose = getattr(value, 'pose', None)
    if pose is not None:
        position, orientation = pose.position, pose.orientation
        made: dict[str, dict[str, Any]] = {
            'geometry_msgs/Pose': {'position': position, 'orientation': orientation},
            'geometry_msgs/PointStamped': {'header': value.header, 'point': position},
            'geometry_msgs/QuaternionStamped': {
                'header': value.header, 'quaternion': orientation},
        }
        if name in made:
            return message_class(name)(**made[name])
        if name == 'geometry_msgs/Transform':
            return message_class(name)(translation=_vector(position), rotation=orientation)
        simple = {'geometry_msgs/Point': position, 'geometry_msgs/Quaternion': orientation,
                  'std_msgs/Header': value.header}
        if name in simple:
            return simple[name]
        if name == 'geometry_msgs/Vector3':
            return _vector(position)
    raise Fault((), f'found a {kind_of_type(type(value)).name}; allowed {name}')


def _vector(point: Any) -> Any:
    return message_class('geometry_msgs/Vector3')(x=point.x, y=point.y, z=point.z)


def _spelt(path: Path) -> str:
    where = ''.join(f'[{p}]' if isinstance(p, int) else f'.{p}' for p in path)
    return where.lstrip('.')


def words(value: Any) -> str:
    """Write a value into a text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, float):
        return f'{value:.9g}'
    if isinstance(value, int):
        return str(value)
    return json.dumps(plain(value), ensure_ascii=False)


def filled_text(
    text: str, find: Callable[[Path], Any], quoted: Callable[[str], str] = str
) -> str:
    """
    Put values in the place of the placeholders of a text.

    :param quoted: writes a value so that nobody takes it for more than a value.
    """
    return ''.join(
        part if isinstance(part, str)
        else quoted('' if (found := find(part)) is None else words(found))
        for part in parts_of_text(text))


class TextTemplate:
    """
    A text of which placeholders are fields of a ROS message; a map or a list becomes JSON.

    :raises Fault: if it names fields that the type has not got.
    """

    def __init__(self, ros_type: Any, tree: Any) -> None:
        for path in placeholders(tree):
            if fault := path_fault(path, ros_type):
                raise Fault((), f'{_spelt(path)}: {fault}')
        self._tree = tree

    def text(self, message: Any) -> str:
        """Fill it from a message; what a list has not got is dropped."""
        filled = self._filled(self._tree, message)
        return filled if isinstance(filled, str) else json.dumps(
            plain(filled), ensure_ascii=False)

    def _filled(self, tree: Any, message: Any) -> Any:
        if isinstance(tree, str):
            parts = parts_of_text(tree)
            if len(parts) == 1 and not isinstance(parts[0], str):
                found = value_at(message, parts[0])
                return words(found) if tree is self._tree and found is not None else found
            return filled_text(tree, lambda path: value_at(message, path))
        if isinstance(tree, dict):
            return {name: self._filled(each, message) for name, each in tree.items()}
        if isinstance(tree, (list, tuple)):
            return [self._filled(each, message) for each in tree]
        return tree


class ServiceAnswer:
    """
    Whether a service was successful, and what is said of it.

    :param reply: a template of the text; None for the message of the response, or all of it.
    :param success: what fields are when it was successful; None for what its success says.
    :raises Fault: if the type has no such fields, or they are never so.
    """

    def __init__(self, ros_type: Any, reply: Any, success: Any) -> None:
        known = fields_of(ros_type)
        if success is None:
            success = {'success': True} if 'success' in known else {}
        self._wanted: dict[Path, Any] = {}
        for name, value in success.items():
            path = parts_of_path(name)
            fault = path_fault(path, ros_type) if path else f'found {show(name)}; allowed a field'
            if fault:
                raise Fault(('success',), fault)
            self._wanted[path] = value
        if reply is None:
            reply = '{message}' if 'message' in known else {name: f'{{{name}}}' for name in known}
        try:
            self._reply = TextTemplate(ros_type, reply)
        except Fault as fault:
            raise Fault(('reply', *fault.path), fault.text) from fault

    def of(self, response: Any) -> tuple[bool, str]:
        """Tell both of a response."""
        success = all(
            value_at(response, path) == value for path, value in self._wanted.items())
        return success, self._reply.text(response)
