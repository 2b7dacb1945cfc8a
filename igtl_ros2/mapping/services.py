"""What services do: queries and commands to a peer, and the commands of a peer that ROS serves."""

from __future__ import annotations

import collections.abc as abc
import re
import string
from contextlib import suppress
from typing import Any

from ..config.words import MAX_DEVICE_BYTES, hint, show
from ..converters.ros_types import find_type
from ..converters.template_places import (
    BESIDE_PLACES,
    frames_in,
    has_places,
    shown_fault,
    unchecked,
)
from ..converters.templates import (
    Fault,
    MessageTemplate,
    ServiceAnswer,
    TextTemplate,
    placeholders,
)
from ..errors import ConversionError
from ..rules import CommandRule, QueryRule, ServeRule, ShownPlace, is_pattern
from ..rules.keys import values_of
from ..rules.phases import PHASE_TYPE
from ..rules.services import OFFERED_TYPE, SERVED_TYPE

# Types whose STT_ has room for these keys
_WITH_RATE = ('TDATA', 'QTDATA', 'VIDEO')
_WITH_COORDINATES = ('TDATA', 'QTDATA')
_MAX_COORDINATES_BYTES = 32
_MAX_COMMAND_BYTES = 127
_SERVED = re.compile('[a-z][a-z0-9_]*/(srv|action)/[A-Z][A-Za-z0-9]*')
_SHORT_TYPES = {'trigger': 'std_srvs/srv/Trigger', 'set_bool': 'std_srvs/srv/SetBool'}


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
    if item.get('type', 'trigger') != 'trigger':
        yield from _offered_faults(item)
        return
    if 'reply' in item:
        yield 'reply', f'found {show(item["reply"])} without type; allowed only with one'
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


def _offered_faults(item: dict[str, Any]) -> abc.Iterator[tuple[str, str]]:
    """Hold what a service of any type says against the fields of the type."""
    kind = item['type']
    if not _SERVED.fullmatch(kind) or '/srv/' not in kind:
        yield 'type', f'found {show(kind)}; allowed {OFFERED_TYPE["title"]}'
        return
    try:
        ros_type = find_type(kind)
    except ConversionError as error:
        yield 'type', f'found {show(kind)}; {error}'
        return
    for key, part in (('content', ros_type.Request), ('reply', ros_type.Response)):
        try:
            if key == 'content':
                TextTemplate(part, item.get(key, ''))
            else:
                MessageTemplate(part, item.get(key, {}))
        except Fault as fault:
            yield '.'.join(map(str, (key, *fault.path))), fault.text


# keys of rules that call a service, and of those that call an action
_OF_SERVICES = ('data', 'request', 'reply', 'success')
_OF_ACTIONS = ('goal', 'result', 'feedback', 'feedback_rate', 'show', 'answer', 'when_busy',
               'cancel', 'stop', 'status')


def _serve_faults(item: dict[str, Any]) -> abc.Iterator[tuple[str, str]]:
    yield from _too_long(item, 'command', _MAX_COMMAND_BYTES)
    yield from _too_long(item, 'status', MAX_DEVICE_BYTES)
    kind = item.get('type', 'trigger')
    if kind not in _SHORT_TYPES and not _SERVED.fullmatch(kind):
        yield 'type', (f'found {show(kind)}; allowed {SERVED_TYPE["title"]}'
                       + hint(kind, _SHORT_TYPES))
        return
    if 'data' in item and kind != 'set_bool':
        yield 'data', f'found {show(item["data"])} without type: set_bool; allowed only with it'
    is_action = '/action/' in kind
    for key in _OF_SERVICES[1:] if is_action else _OF_ACTIONS:
        if key in item:
            what, other = ('a service', 'an action') if is_action else ('an action', 'a service')
            yield key, f'found {show(item[key])} with {other}; allowed only with {what}'
            return
    for key in ('request', 'targets', 'workspace'):
        if key in item and '/' not in kind:
            yield key, (f'found {show(item[key])} with type: {kind}; allowed with the name of a '
                        'type, such as std_srvs/srv/SetBool')
            return
    yield from _template_faults(item, is_action)


def action_faults(
    phase: dict[str, Any], transforms: abc.Iterable[str]
) -> abc.Iterator[tuple[str, str]]:
    """
    Hold a phase against the action that it names.

    :param transforms: that its goal may name.
    """
    kind = phase.get('type', 'trigger')
    if kind == 'trigger':
        for key in ('goal', 'feedback', 'result'):
            if key in phase:
                yield key, f'found {show(phase[key])} without the type of an action'
        return
    if '/action/' not in kind or not _SERVED.fullmatch(kind):
        yield 'type', f'found {show(kind)}; allowed {PHASE_TYPE["title"]}'
        return
    if not phase.get('call'):
        yield 'type', f'found {show(kind)} without call, which names the action'
    known = ['phase', *transforms]
    with suppress(Fault):
        for path in placeholders(phase.get('goal', {})):
            if path[0] not in known:
                yield 'goal', f'found {show(path[0])}; allowed {", ".join(known)}' + hint(
                    path[0], known)
    yield from _template_faults(phase, is_action=True)


def _template_faults(item: dict[str, Any], is_action: bool) -> abc.Iterator[tuple[str, str]]:
    """Hold the templates of a rule against the fields of the type that it names."""
    kind = _SHORT_TYPES.get(item.get('type', 'trigger'), item.get('type', ''))
    if not any(key in item for key in ('reply', 'success')) and kind != item.get('type'):
        return  # nothing is asked of a type of std_srvs
    try:
        ros_type = find_type(kind)
    except ConversionError as error:
        yield 'type', f'found {show(kind)}; {error}'
        return
    for number, shown in enumerate(item.get('show', ())):
        place = ShownPlace(**shown)
        part = ros_type.Result if place.of == 'result' else ros_type.Feedback
        if fault := shown_fault(place, part):
            yield f'show.{number}.field', fault
    fields, asked = ('goal', 'Goal') if is_action else ('request', 'Request')
    tree = item.get(fields, {})
    if 'workspace' in item:
        with suppress(Fault):
            MessageTemplate(getattr(ros_type, asked), tree)
            yield from _box_faults(item, fields, getattr(ros_type, asked), tree)
    with suppress(Fault):
        named = {str(path[0]) for path in placeholders(tree)}
        for name, device in item.get('targets', {}).items():
            if name not in named:
                yield f'targets.{name}', f'found a target that {fields} does not name'
            elif is_pattern(device):
                yield f'targets.{name}', f'found {show(device)}; allowed one device'
    checks: list[tuple[Any, ...]]
    if is_action:
        checks = [('goal', MessageTemplate, ros_type.Goal, tree)]
        checks += [(key, TextTemplate, part, item[key]) for key, part in (
            ('result', ros_type.Result), ('feedback', ros_type.Feedback)) if key in item]
    else:
        checks = [('request', MessageTemplate, ros_type.Request, tree),
                  ('', ServiceAnswer, ros_type.Response, item.get('reply'), item.get('success'))]
    for key, template, *given in checks:
        try:
            template(*given)
        except Fault as fault:
            yield '.'.join(map(str, filter(lambda part: part != '', (key, *fault.path)))), (
                fault.text)


def _box_faults(
    item: dict[str, Any], fields: str, ros_type: Any, tree: Any
) -> abc.Iterator[tuple[str, str]]:
    """Find what goes by the box of a rule."""
    if not has_places(ros_type, tree):
        yield 'workspace', (
            f'found a map with a {fields} in which no gate knows what to look at; allowed '
            'with places alone: Point, Pose, Transform of geometry_msgs')
        return
    for path, part in unchecked(ros_type, tree):
        yield '.'.join(map(str, (fields, *path))), f'found {show(part)}; allowed {BESIDE_PLACES}'
    if item.get('targets') and len(frames_in(ros_type, tree)) != 1:
        yield 'targets', (f'found a map beside workspace; allowed with a {fields} that names one '
                          'frame_id, in which targets have to be')


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
