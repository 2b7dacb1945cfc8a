"""
Keys of rules: what each may be and means, said once, where what it asks for is made.

A field of a rule says it with `key`; a converter adds a key, and with it a field, by `Rule.key`.
Fields, errors, the JSON schema and the tables of docs/ come of what was said.
"""

from __future__ import annotations

import collections.abc as abc
from dataclasses import MISSING, Field, dataclass, field, fields, make_dataclass, replace
from functools import lru_cache
from keyword import iskeyword
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from .kinds import Kinds, types_of
from .values import Schema, about, read


@dataclass(slots=True, eq=False)
class Key:
    """
    A key of a rule.

    :param allowed: what it may be.
    :param help: what it means, in a sentence.
    :param types: of messages for which it means something; None for all.
    :param choices: of its values, those that mean something for a type, where not all do.
    :param needs: another key without which it means nothing, and the value of that.
    :param of_image: whether messages have it once they are decoded, if images have it.
    :param after: the key behind which it is listed; the last one by default.
    :param read: what makes the value of a rule of the one in the file, where `values.read` does
        not.
    :param is_default: whether `defaults` may have it.
    :param only_topics: whether it is only for rules that send a topic.
    :param of_type: other keys without which it means nothing for a type.
    """

    allowed: Schema
    help: str
    name: str = ''
    types: Kinds | None = None
    choices: abc.Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    needs: tuple[str, Any] | None = None
    of_type: abc.Mapping[str, str] = field(default_factory=dict)
    after: str = ''
    read: abc.Callable[[Any], Any] | None = None
    is_default: bool = False
    only_topics: bool = False
    #: the name of its field: what is a word of Python has a _ behind it
    attribute: str = ''

    def called(self, name: str) -> Key:
        """Give it its name."""
        self.name, self.attribute = name, f'{name}_' if iskeyword(name) else name
        return self

    @property
    def schema(self) -> Schema:
        """What it may be and what it means."""
        return about(self.allowed, self.help)

    def wire_types(self) -> tuple[str, ...]:
        """List the types for which it means something."""
        return types_of(self.types or ())

    def value(self, found: Any) -> Any:
        """Make the value of a rule of what stands in a file."""
        return read(found, self.allowed) if self.read is None else self.read(found)

    def of(self, rule: Rule) -> Any:
        """Give its value in a rule."""
        return getattr(rule, self.attribute)


#: what asks for nothing
NOT_ASKED = (False, None, '', 'off')


def key(allowed: Schema, help: str, default: Any = MISSING, **facts: Any) -> Any:
    """Make a field that is a key; see `Key`."""
    return field(default=default, metadata={'key': Key(allowed, help, **facts)})


AnyRule = TypeVar('AnyRule', bound='Rule')


class Rule:
    """
    What all rules have that converters add keys to; a value that is not changed.

    Such a rule holds what differs from the defaults, which stand in its class.
    """

    #: imports all modules that declare keys; set by `converters`, which knows them
    load: ClassVar[abc.Callable[[], Any]] = list

    if TYPE_CHECKING:
        def __getattr__(self, name: str) -> Any: ...
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    def __init__(self, *places: Any, **values: Any) -> None:
        values = dict(zip(self.__dataclass_fields__, places), **values)
        if not values.keys() <= self.__dataclass_fields__.keys():
            type(self).load()
            unknown = values.keys() - self.__dataclass_fields__.keys()
            if unknown:
                raise TypeError(f'{type(self).__name__} has no {", ".join(sorted(unknown))}')
        self.__dict__.update(values)

    def but(self: AnyRule, **values: Any) -> AnyRule:
        """Give the rule with other values."""
        return replace(self, **values)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._said() == other._said()

    def __hash__(self) -> int:
        return hash(frozenset(self._said().items()))

    def __repr__(self) -> str:
        said = ', '.join(f'{name}={value!r}' for name, value in self._said().items())
        return f'{type(self).__name__}({said})'

    def _said(self) -> dict[str, Any]:
        usual = type(self).__dict__
        return {name: value for name, value in self.__dict__.items() if value != usual[name]}

    @classmethod
    def key(cls, name: str, allowed: Schema, help: str, default: Any, **facts: Any) -> Key:
        """
        Add a key, and its field, to the rules.

        :param facts: see `Key`.
        :raises ValueError: if they have another key of this name.
        """
        made = Key(allowed, help, **facts).called(name)
        if hasattr(cls, made.attribute):
            known = cls.__dataclass_fields__.get(made.attribute)
            before: Key | None = known.metadata.get('key') if known else None
            if before is None or (before.allowed, before.help) != (allowed, help):
                raise ValueError(f'{cls.__name__} has a {name} already')
            return before  # of a module that is imported again
        (cls.__dataclass_fields__[made.attribute],) = fields(make_dataclass('_', [
            (made.attribute, Any, field(default=default, metadata={'key': made}))]))
        setattr(cls, made.attribute, default)
        return made


def keys_of(rule: Any) -> dict[str, Key]:
    """List the keys of a class of rules by name, those of converters where they belong."""
    return _keys(rule, len(rule.__dataclass_fields__))


def values_of(rule: Any, item: abc.Mapping[str, Any]) -> dict[str, Any]:
    """Make the values of fields of a rule of what stands in a file."""
    keys = keys_of(rule)
    return {keys[name].attribute: keys[name].value(found) for name, found in item.items()}


@lru_cache
def _keys(rule: Any, count: int) -> dict[str, Key]:
    own: list[Key] = [key.called(key.name) for key in getattr(rule, 'also', ())]
    added: list[Key] = []
    for found in fields(rule):
        made: Key | None = found.metadata.get('key')
        if made is not None:
            is_own = found.name in rule.__annotations__
            (own if is_own else added).append(made.called(made.name or found.name))
    # their own order is that of the imports
    known = {key.name: key for key in [*own, *sorted(added, key=lambda key: key.name)]}
    behind: dict[str, list[str]] = {}
    for name, key in known.items():
        behind.setdefault(key.after if key.after in known else '', []).append(name)

    def listed(names: list[str]) -> abc.Iterator[str]:
        for name in names:
            yield name
            # those that others stand behind come last
            yield from listed(sorted(behind.get(name, ()), key=behind.__contains__))

    return {name: known[name] for name in listed(behind.get('', []))}
