"""What services do: queries and commands to a peer, and the commands of a peer that ROS serves."""

from __future__ import annotations

import collections.abc as abc
import re
import string
from typing import Any

from ..config.words import MAX_DEVICE_BYTES, show
from ..rules import CommandRule, QueryRule, ServeRule
from ..rules.keys import values_of

# Types whose STT_ has room for these keys
_WITH_RATE = ('TDATA', 'QTDATA', 'VIDEO')
_WITH_COORDINATES = ('TDATA', 'QTDATA')
_MAX_COORDINATES_BYTES = 32
_MAX_COMMAND_BYTES = 127


def make_services(data: dict[str, Any]) -> dict[str, tuple[Any, ...]]:
    """Make the rules of all three lists, by the name of the list."""
    return {
        section: tuple(rule(**values_of(rule, item)) for item in data.get(section, ()))
        for section, rule in (
            ('queries', QueryRule), ('commands', CommandRule), ('serve', ServeRule))
    }


def _too_long(item: dict[str, Any], key: str, limit: int) -> abc.Iterator[tuple[str, str]]:
    length = len(item.get(key, '').encode())
    if length > limit:
        yield key, f'found {show(item[key])}, {length} bytes in UTF-8; allowed {limit}'


def _query_faults(item: dict[str, Any]) -> abc.Iterator[tuple[str, str]]:
    for key, types in (('rate', _WITH_RATE), ('coordinate_name', _WITH_COORDINATES)):
        if key in item and item['type'] not in types:
            yield key, (f'found {show(item[key])} with type {item["type"]}; '
                        f'allowed with {", ".join(types)}, others have no room for it')
    yield from _too_long(item, 'device', MAX_DEVICE_BYTES)
    yield from _too_long(item, 'coordinate_name', _MAX_COORDINATES_BYTES)


def _command_faults(item: dict[str, Any]) -> abc.Iterator[tuple[str, str]]:
    yield from _too_long(item, 'device', MAX_DEVICE_BYTES)
    yield from _too_long(item, 'command', _MAX_COMMAND_BYTES)
    try:
        parts = list(string.Formatter().parse(item.get('content', '')))
    except ValueError as error:
        yield 'content', (f'found {show(item["content"])}: {error}; allowed {{field}}, '
                          'and {{ or }} for a brace')
        return
    for _, name, spec, conversion in parts:
        if name is not None and (
                spec or conversion or not re.fullmatch('[A-Za-z_][A-Za-z0-9_]*', name)):
            yield 'content', (f'found the field {show(name)}; allowed a name of letters, digits '
                              'and _ in braces, and {{ or }} for a brace')


def _serve_faults(item: dict[str, Any]) -> abc.Iterator[tuple[str, str]]:
    yield from _too_long(item, 'command', _MAX_COMMAND_BYTES)
    if 'data' in item and item.get('type') != 'set_bool':
        yield 'data', f'found {show(item["data"])} without type: set_bool; allowed only with it'


#: For each list of rules, what finds the faults of one of them.
SERVICE_FAULTS = {
    'queries': _query_faults, 'commands': _command_faults, 'serve': _serve_faults}
def _by(*keys: str) -> abc.Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda item: {key: item.get(key, '') for key in keys}


def _protocol(item: dict[str, Any]) -> dict[str, Any]:
    """Tell arms apart by name; of all others there is one on a link."""
    return _by('use', 'device')(item) if item['use'] == 'crtk' else _by('use')(item)


#: What no two rules of a list may have in common, by key.
IDENTITIES = {'queries': _by('type', 'device'), 'commands': _by('name'),
              'serve': _by('command'), 'protocol': _protocol, 'protocols': _protocol}
