"""What is wrong with rules that a schema cannot say."""

from __future__ import annotations

import collections.abc as abc
from typing import Any

from ..config.quantities import FIELD_UNITS, measured
from ..config.words import MAX_DEVICE_BYTES, FindFaults, show
from ..rules import MoveItRule, ReceiveRule, SendRule, ServeRule, keys_of
from ..rules.frame_names import is_pattern, parse_xtoy, tf_device
from ..rules.keys import values_of
from ..rules.kinds import all_types
from ..rules.values import BOOLEAN
from .protocol import find_clashes, find_faults
from .services import SERVICE_FAULTS

_MAX_ELEMENT_BYTES = 20
_GATES = ('max_age', 'max_jump', 'max_speed', 'workspace')
# keys of which a value may mean nothing for a type in more ways, see below
_SAID_OTHERWISE = ('hold_hz', 'stale_after', *_GATES)
# of them those that say how a frame moves
_OF_MOVING = ('hold_hz', 'stale_after', 'max_age')
# What a rule that drops messages may say: `phi` also holds for answers to commands
_OF_A_DROP = ('device', 'type', 'peer', 'action', 'phi')


def _is_asked(item: dict[str, Any], key: str) -> bool:
    return item.get(key, False) is not False


def _missing(item: dict[str, Any], rule: type[Any]) -> abc.Iterator[tuple[str, str]]:
    """Find keys that mean nothing without another one."""
    keys = keys_of(rule)
    for name in item:
        needs = keys[name].needs
        if needs and _is_asked(item, name) and item.get(needs[0]) != needs[1]:
            other, value = needs
            spelt = value if isinstance(value, str) else show(value)
            yield name, (f'found {show(item[name])} without {other}: {spelt}; '
                         'allowed only with it')


def _receive_faults(item: dict[str, Any]) -> abc.Iterator[tuple[str, str]]:
    """Find what a schema cannot say about a receive rule, as (key, text)."""
    name = item.get('type', '*')
    if name not in all_types() and name.upper() in all_types():
        yield 'type', (f'found {show(name)}; allowed {show(name.upper())}, '
                       'types are case-sensitive')
    if item.get('action') == 'drop':
        for key in item:
            if key not in _OF_A_DROP and _is_asked(item, key):
                yield key, f'found {show(item[key])} with action: drop; allowed only without'
    if name in all_types():
        yield from _type_faults(item, name)
    yield from _missing(item, ReceiveRule)
    if 'max_skew' in item and item.get('stamp', 'auto') != 'auto':
        yield 'max_skew', (f'found {show(item["max_skew"])} with stamp: {item["stamp"]}; '
                           'allowed only with auto')
    for key in _SAID_OTHERWISE:
        if item.get(key):
            yield from _misplaced(item, name, key)
    if item.get('stale_after') and item.get('stamp') == 'receive':
        yield 'stale_after', (f'found {show(item["stale_after"])} with stamp: receive; '
                              'allowed only with auto and device, nobody looks at the stamps')
    if item.get('trajectory') and len(set(item['trajectory'].values())) == 1:
        yield 'trajectory', (f'found {show(item["trajectory"]["entry"])} as entry and as target; '
                             'allowed two different labels')
    yield from _gate_faults(item)
    frame, child = item.get('frames', (item.get('frame'), item.get('child_frame')))
    if item.get('to_frame') and item['to_frame'] == child:
        yield 'to_frame', f'found {show(child)}, the child frame itself; allowed another frame'
    if child is not None and frame == child:
        yield ('frames' if 'frames' in item else 'child_frame',
               f'found {show(child)} as parent and as child; allowed two different frames')


def _misplaced(item: dict[str, Any], type_name: str, key: str) -> abc.Iterator[tuple[str, str]]:
    """Find out whether a key means nothing for the type of its rule, or for a static frame."""
    types = keys_of(ReceiveRule)[key].wire_types()
    value = show(item[key])
    if type_name not in ('*', *types):
        yield key, (f'found {"it" if key in _GATES else value} with type {show(type_name)}; '
                    f'allowed only with {", ".join(types)} or "*"')
    if item.get('tf') == 'static' and key in _OF_MOVING:
        yield key, (f'found {value} with tf: static; allowed only without, '
                    'a static frame holds anyway')


def _type_faults(item: dict[str, Any], type_name: str) -> abc.Iterator[tuple[str, str]]:
    """Find keys of a receive rule that mean nothing for messages of its type."""
    kind = f'with type {show(type_name)}'
    keys = keys_of(ReceiveRule)
    for name in item:
        key = keys[name]
        if key.types is None or name in _SAID_OTHERWISE or not _is_asked(item, name):
            continue
        types = key.wire_types()
        other = key.of_type.get(type_name, '')
        choices = key.choices.get(type_name, ())
        if type_name not in types:
            yield name, (f'found {show(item[name])} {kind}, which has none; '
                         f'allowed only with {", ".join(types)} or "*"')
        elif other and not item.get(other):
            spelt = f'{other}: true' if keys[other].allowed == BOOLEAN else other
            yield name, f'found {show(item[name])} {kind} without {spelt}; allowed only with it'
        elif choices and item[name] not in choices:
            yield name, (f'found {show(item[name])} {kind}; '
                         f'allowed {", ".join(map(show, choices))}')


def _gate_faults(item: dict[str, Any]) -> abc.Iterator[tuple[str, str]]:
    """Find what is wrong with the gates of a receive rule."""
    if 'workspace' in item:
        ends = item['workspace']
        for axis, low, high in zip('xyz', ends['min'], ends['max']):
            if not low < high:
                yield 'workspace', (f'found {axis} from {show(low)} to {show(high)}; '
                                    'allowed min below max')
    if 'recover_after' in item and not ('max_jump' in item or 'max_speed' in item):
        yield 'recover_after', (f'found {show(item["recover_after"])} without max_jump and '
                                'max_speed; allowed only with one of them')


def _send_faults(item: dict[str, Any]) -> abc.Iterator[tuple[str, str]]:
    """Find what a schema cannot say about a send rule, as (key, text)."""
    limit = f'allowed {MAX_DEVICE_BYTES}'
    if 'device' in item:
        length = len(item['device'].encode())
        if length > MAX_DEVICE_BYTES:
            yield 'device', f'found {show(item["device"])}, {length} bytes in UTF-8; {limit}'
    yield from _missing(item, SendRule)
    if item.get('type') == 'COMMAND':
        for name in ('rate', 'on_change', 'keepalive', 'max_age'):
            if item.get(name):
                yield name, (f'found {show(item[name])} with type "COMMAND"; allowed only '
                             'without, each command is sent once')
    target = item.get('robot', {}).get('target', '')
    if is_pattern(target):
        yield 'robot.target', f'found {show(target)}; allowed one frame'
    keys = keys_of(SendRule)
    for name in item:
        key = keys[name]
        if key.types is None:
            continue
        # QTRANS is sent as POSITION
        types = [kind for kind in key.wire_types() if kind != 'QTRANS']
        if item.get('type') in set(all_types()) - set(types):
            allowed = f'with {", ".join(types)}, or ' if types else ''
            yield name, (f'found {show(item[name])} with type {show(item["type"])}, which has '
                         f'none; allowed only {allowed}without type')
    yield from _unit_faults(item)
    tf = item.get('tf')
    if isinstance(tf, list):
        yield from _tf_list_faults(tf)
    elif tf is not None:
        yield from _tf_faults(tf, item)


def _unit_faults(item: dict[str, Any]) -> abc.Iterator[tuple[str, str]]:
    """Find a unit that the field of a send rule cannot have."""
    unit, field = item.get('unit'), item.get('field')
    if unit is None or field is None:
        return
    found = f'found {show(unit)} with field: {field}'
    units = FIELD_UNITS.get(field)
    if units is None:
        yield 'unit', f'{found}, which has none; allowed only without'
    elif measured(unit) not in map(measured, units):
        yield 'unit', f'{found}; allowed {" or ".join(units)}, or what measures the same'


def _tf_faults(tf: dict[str, Any], item: dict[str, Any]) -> abc.Iterator[tuple[str, str]]:
    """Find what is wrong with one frame, or with a pattern for several."""
    limit = f'allowed {MAX_DEVICE_BYTES}'
    source, target = tf['source'], tf['target']
    wild = is_pattern(source)
    allowed = 'TDATA' if wild else 'TRANSFORM'
    if item.get('type', allowed) != allowed:
        yield 'type', f'found {show(item["type"])}; allowed {show(allowed)} for ' + (
            'all frames that match' if wild else 'one frame')
    if is_pattern(target):
        yield 'tf.target', f'found {show(target)}; allowed one frame, a pattern only in source'
    if source == target:
        yield 'tf', f'found {show(source)} as source and as target; allowed two different frames'
    if 'device' in item:
        return
    if wild:
        yield 'tf', f'found {show(source)} and no device name; give one with device:'
        return
    name = tf_device(source, target)
    if len(name) > MAX_DEVICE_BYTES:
        yield 'tf', f'found {show(name)} as device name, {len(name)} bytes; {limit}; ' \
                    'give a shorter one with device:'
    if parse_xtoy(name) is None:
        yield 'tf', f'found {show(name)} as device name, which does not read as XToY; ' \
                    'give one with device:'


def _tf_list_faults(tf: list[dict[str, Any]]) -> abc.Iterator[tuple[str, str]]:
    """Find what is wrong with a list of frames."""
    names = set()
    for frame in tf:
        source, target = frame['source'], frame['target']
        if source == target:
            yield 'tf', f'found {show(source)} as source and as target; ' \
                        'allowed two different frames'
        for key in (source, target):
            if is_pattern(key):
                yield 'tf', f'found the pattern {show(key)} in a list; allowed only in ' \
                            'tf: {source, target}'
        name = frame.get('name', source)
        length = len(name.encode())
        if length > _MAX_ELEMENT_BYTES:
            yield 'tf', f'found {show(name)} as name of an element, {length} bytes; allowed ' \
                        f'{_MAX_ELEMENT_BYTES}; give a shorter one with name:'
        if name in names:
            yield 'tf', f'found {show(name)} twice; allowed once; give other names with name:'
        names.add(name)


def find_rule_clashes(data: dict[str, Any]) -> abc.Iterator[tuple[str, str]]:
    """
    Find rules that do not go together, as (key, text).

    :param data: what stands at the top of a file, or in a link.
    """
    yield from find_clashes(data)
    yield from _moveit_faults(data)
    rules = [ServeRule(**values_of(ServeRule, item)) for item in data.get('serve', ())]
    yield from _stop_faults(data, rules)
    yield from _status_faults(rules)
    first: dict[tuple[str, str], str] = {}
    for number, item in enumerate(data.get('send', ())):
        if 'topic' in item:
            continue  # several may take turns; it is reported if they do not
        kind, device, what = _sent_alone(item)
        before = first.get((kind, device))
        if before is None:
            first[kind, device] = what
        else:
            key = 'device' if 'device' in item else 'tf'
            yield f'send.{number}.{key}', (
                f'found {show(device)} as device of {what}, as of {before}; allowed once, '
                'peers would take both for one')


def _moveit_faults(data: dict[str, Any]) -> abc.Iterator[tuple[str, str]]:
    """Find what does not go with targets that become motions."""
    is_profile = data.get('profile') == 'moveit'
    about = data.get('moveit', {} if is_profile else None)
    if about is None:
        return
    # the profile of a link may stand at the top of the file
    if 'name' not in data and not is_profile:
        yield 'moveit', (f'found it with profile {show(data.get("profile", "plain"))}; '
                         'allowed only with profile: moveit')
    rule = MoveItRule(**values_of(MoveItRule, about))
    own = {'execute_command': rule.execute_command, 'cancel_command': rule.cancel_command}
    if len(set(own.values())) == 1:
        yield 'moveit.cancel_command', (
            f'found {show(rule.cancel_command)}, the execute_command; allowed another name')
    for number, item in enumerate(data.get('serve', ())):
        for key, command in own.items():
            if item['command'] == command:
                yield f'serve.{number}.command', (
                    f'found {show(command)}, the {key} of moveit; allowed another name')


def _stop_faults(
    data: dict[str, Any], rules: abc.Sequence[ServeRule]
) -> abc.Iterator[tuple[str, str]]:
    """Find commands that would begin a motion with a word that stops one."""
    words = {word.upper() for rule in rules if rule.is_action for word in rule.stop}
    about = data.get('moveit', {})
    if 'moveit' in data or data.get('profile') == 'moveit':
        moveit = MoveItRule(**values_of(MoveItRule, about))
        words.update(word.upper() for word in moveit.stop)
        if moveit.execute_command.upper() in words:
            key = 'execute_command' if 'execute_command' in about else 'stop'
            yield f'moveit.{key}', (f'found {show(moveit.execute_command)}, which is to execute '
                                    'and to stop; allowed another word')
    for number, rule in enumerate(rules):
        if rule.is_action and rule.command.upper() in words:
            yield f'serve.{number}.command', (f'found {show(rule.command)} with an action, a word '
                                              'that stops; allowed another name')


def _status_faults(rules: abc.Sequence[ServeRule]) -> abc.Iterator[tuple[str, str]]:
    """Find actions whose peers could not tell which of them a STATUS is about."""
    first: dict[str, ServeRule] = {}
    for number, rule in enumerate(rules):
        if not rule.is_action:
            continue
        before = first.setdefault(rule.status_device, rule)
        # who says so twice wants it
        if before.call != rule.call and not (before.status and rule.status):
            yield f'serve.{number}.status', (
                f'found {show(rule.status_device)} for the goals of {show(rule.command)}, as of '
                f'{show(before.command)}, another action; allowed a name of its own')


def _sent_alone(item: dict[str, Any]) -> tuple[str, str, str]:
    """Tell type and device of what a rule sends of tf, and what that is."""
    tf = item.get('tf')
    if isinstance(tf, dict) and not is_pattern(tf['source']):
        device = item.get('device') or tf_device(tf['source'], tf['target'])
        return 'TRANSFORM', device, f'{tf["source"]} in {tf["target"]}'
    what = 'several frames' if tf else 'a robot'
    return item.get('type', 'TDATA'), item['device'], what


#: For each list of rules, what finds the faults of one of them.
RULE_FAULTS: dict[str, FindFaults] = {
    'receive': _receive_faults, 'send': _send_faults, **SERVICE_FAULTS}
# in a link `protocol` is tcp, tls or udp
RULE_FAULTS['protocol'] = RULE_FAULTS['protocols'] = find_faults(dict(RULE_FAULTS))
