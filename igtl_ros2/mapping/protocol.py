"""
Profiles of what devices say over OpenIGTLink, as tables: phases of a robot, rules, commands.

The tables that come with the package are the YAML files beside this one. An entry of
``protocol:`` names one and changes in it what its robot does otherwise.
"""

from __future__ import annotations

import collections.abc as abc
from copy import deepcopy
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from importlib import resources
from typing import Any

from ..config.ros_names import ros_name
from ..config.words import MAX_DEVICE_BYTES, FindFaults, hint, show
from ..rules import ANY, Phase, PhaseTable, PhaseTransform
from .services import action_faults

#: The profiles that come with the package.
PROTOCOLS = ('brp', 'crtk', 'plus', 'smartneedle')

# lists of names of phases or transforms
_NAMES = ('after', 'during', 'needs', 'forgets')
_LISTS = ('receive', 'send', 'commands')
_PHASE_KEYS = ('ack', 'status', 'greet', 'initial', 'topic', 'ack_timeout', 'status_timeout',
               'call', 'phases', 'transforms')
# What would hold back, or repeat, what was accepted; or is not for an entry to say
_NOT_OF_TRANSFORMS = ('device', 'type', 'action', 'to_frame', 'hold_hz', 'max_age', 'max_jump',
                      'max_speed', 'recover_after')
# What prefixes leave of the 20 bytes of a device name: XXXX of CMD_XXXX
_MAX_PREFIX_BYTES = 10


@dataclass(slots=True)
class Expanded:
    """What the entries of ``protocol:`` add to a mapping, as plain data like that of the file."""

    receive: list[dict[str, Any]] = field(default_factory=list)
    send: list[dict[str, Any]] = field(default_factory=list)
    commands: list[dict[str, Any]] = field(default_factory=list)
    phases: PhaseTable | None = None


@lru_cache
def protocol_table(use: str) -> dict[str, Any]:
    """Read a table that comes with the package."""
    import yaml
    file = resources.files(__package__).joinpath('protocols').joinpath(f'{use}.yaml')
    table: dict[str, Any] = yaml.safe_load(file.read_text(encoding='utf-8'))
    return table


def expand(entries: abc.Iterable[dict[str, Any]]) -> Expanded:
    """Make rules of the entries of ``protocol:``, which have been checked."""
    result = Expanded()
    for entry in entries:
        table = _merged(entry)
        common = {key: entry[key] for key in ('wire_unit',) if key in entry}
        for transform, about in table.get('transforms', {}).items():
            rule = {**common, **about.get('receive', {})}
            # what was accepted is published, now and once
            rule.update(device=transform, type='TRANSFORM', to_frame='', hold_hz=0)
            result.receive.append(rule)
        result.receive += [{**common, **rule} for rule in table.get('receive', ())]
        result.send += [{**common, **rule} for rule in table.get('send', ())]
        legacy = {'legacy': True} if entry.get('legacy') else {}
        result.commands += [{**rule, **legacy} for rule in table.get('commands', ())]
        if 'phases' in table:
            result.phases = _phase_table(entry['use'], table)
    return result


def _merged(entry: dict[str, Any]) -> dict[str, Any]:
    """
    Put an entry over the table that it names.

    Lists of rules take the place of those of the table; phases and transforms are merged key by
    key, and one that is false is dropped, also where the table names it.
    """
    table = deepcopy(protocol_table(entry['use']))
    device = entry.get('device', table.get('device', ''))
    for key, value in entry.items():
        if key in ('phases', 'transforms'):
            _merge(table.setdefault(key, {}), value)
        elif key not in ('use', 'call', 'wire_unit', 'legacy'):
            table[key] = value
    for section in ('phases', 'transforms'):
        gone = {name for name, about in entry.get(section, {}).items() if about is False}
        for where in ('phases', 'transforms'):
            _leave_out(gone, table.get(where, {}), entry.get(where, {}))
    for key in ('receive', 'send'):
        if key in table and key not in entry:
            table[key] = _filled(table[key], device)
    for name, service in entry.get('call', {}).items():
        for section in ('phases', 'transforms'):
            if name in table.get(section, {}):
                table[section][name]['call'] = service
    return table


def _merge(table: dict[str, Any], changes: dict[str, Any]) -> None:
    for name, about in changes.items():
        if about is False:
            table.pop(name, None)
            continue
        old = table.setdefault(name, {})
        for key, value in about.items():
            old[key] = {**old.get(key, {}), **value} if isinstance(value, dict) else value


def _leave_out(gone: set[str], table: dict[str, Any], own: dict[str, Any]) -> None:
    """Take names out of the lists of a table, but not out of those that a user wrote."""
    for name, about in table.items():
        for key in _NAMES:
            if key in about and key not in (own.get(name) or {}):
                about[key] = [found for found in about[key] if found not in gone]


def _filled(value: Any, device: str) -> Any:
    """Put the device, and what ROS can make of it, into the rules of a table."""
    if isinstance(value, list):
        return [_filled(item, device) for item in value]
    if isinstance(value, dict):
        return {key: _filled(item, device) for key, item in value.items()}
    if isinstance(value, str):
        return value.replace('{device}', device).replace('{name}', ros_name(device))
    return value


def _phase_table(use: str, table: dict[str, Any]) -> PhaseTable:
    timeout = float(table['status_timeout'])

    def made(about: dict[str, Any]) -> dict[str, Any]:
        values = {key: tuple(value) if isinstance(value, list) else value
                  for key, value in about.items() if key != 'receive'}
        values['status_timeout'] = float(about.get('status_timeout', timeout))
        return values

    return PhaseTable(
        use=use,
        **{key: table[key] for key in ('device', 'ack', 'status', 'greet', 'initial', 'topic')},
        ack_timeout=float(table['ack_timeout']),
        phases=tuple(Phase(name, **made(about)) for name, about in table['phases'].items()),
        transforms=tuple(PhaseTransform(name, **made(about))
                         for name, about in table['transforms'].items()),
    )


def find_faults(finders: abc.Mapping[str, FindFaults]) -> FindFaults:
    """
    Give what finds the faults of an entry that a schema cannot.

    :param finders: the same for rules of receive, send and commands.
    """

    def faults(entry: dict[str, Any]) -> abc.Iterator[tuple[str, str]]:
        table = protocol_table(entry['use'])
        wrong = list(_misfits(entry, table))
        if 'phases' in table and not wrong:
            wrong += _phase_faults(entry)
            for name, about in _merged(entry)['transforms'].items() if not wrong else ():
                wrong += ((f'transforms.{name}.receive.{key}', text)
                          for key, text in finders['receive'](
                              {**about.get('receive', {}), 'type': 'TRANSFORM'}))
        for section in _LISTS:
            for number, rule in enumerate(entry.get(section, ())):
                wrong += ((f'{section}.{number}.{key}', text)
                          for key, text in finders[section](rule))
        yield from wrong
        if wrong:
            return
        # the unit is for those rules that have lengths
        expanded = expand([{key: value for key, value in entry.items() if key != 'wire_unit'}])
        for section in ('receive', 'send') if 'device' in entry else ():
            for rule in getattr(expanded, section) if section not in entry else ():
                for _, text in finders[section](rule):
                    yield 'device', f'found {show(entry["device"])}: {section}: {text}'

    return faults


def _misfits(entry: dict[str, Any], table: dict[str, Any]) -> abc.Iterator[tuple[str, str]]:
    """Find keys that mean nothing for the profile."""
    use = entry['use']
    has_phases = 'phases' in table
    for key in entry:
        fits = True
        if key in _PHASE_KEYS:
            fits, where = has_phases, 'brp'
        elif key in ('legacy', 'commands'):
            fits, where = 'commands' in table, 'plus'
        elif key in ('receive', 'device'):
            fits, where = 'commands' not in table, 'brp, crtk, smartneedle'
        if not fits:
            yield key, f'found {show(entry[key])} with use: {use}; allowed only with {where}'
    if use == 'crtk' and not entry.get('device'):
        yield 'device', 'found no device; use: crtk needs the name of the arm, such as PSM1'
    for key in ('device', 'ack') if has_phases else ():
        length = len(entry.get(key, '').encode())
        if length > _MAX_PREFIX_BYTES:
            yield key, (f'found {show(entry[key])}, {length} bytes in UTF-8; '
                        f'allowed {_MAX_PREFIX_BYTES}, the rest is for _ and the number')


def _phase_faults(entry: dict[str, Any]) -> abc.Iterator[tuple[str, str]]:
    """Find names of phases and transforms that there are not."""
    for section in ('phases', 'transforms'):
        for name, about in entry.get(section, {}).items():
            if about is True:
                yield f'{section}.{name}', 'found true; allowed a map, or false to leave it out'
                return
            if len(name.encode()) > MAX_DEVICE_BYTES - 1:
                yield f'{section}.{name}', (f'found {show(name)}, {len(name.encode())} bytes in '
                                            f'UTF-8; allowed {MAX_DEVICE_BYTES - 1}')
    merged = _merged(entry)
    phases, transforms = merged['phases'], merged['transforms']
    for name in entry.get('call', {}):
        if name not in phases and name not in transforms:
            yield f'call.{name}', (f'found {show(name)}; allowed '
                                   f'{", ".join(map(show, (*phases, *transforms)))}'
                                   + hint(name, (*phases, *transforms)))
    for name, about in phases.items():
        where = f'phases.{name}' if name in entry.get('phases', {}) else 'use'
        for key, text in action_faults({'command': name, **about}, transforms):
            yield (f'{where}.{key}' if where != 'use' else where), text
    known = {'after': {ANY, merged['initial'], *phases}, 'during': {ANY, *phases},
             'needs': set(transforms), 'forgets': set(transforms)}
    for section, names in (('phases', phases), ('transforms', transforms)):
        for name, about in names.items():
            for key, allowed in known.items():
                for found in about.get(key, ()):
                    if found not in allowed:
                        yield _place(entry, section, name, key), (
                            f'{name}.{key}: found {show(found)}; '
                            f'allowed {", ".join(map(show, sorted(allowed)))}'
                            + hint(found, allowed))
    for name, about in transforms.items():
        for key in ('during', 'status'):
            if key not in about:
                yield f'transforms.{name}', f'found no {key}; a transform needs it'
        for key in _NOT_OF_TRANSFORMS:
            if key in about.get('receive', {}):
                yield f'transforms.{name}.receive.{key}', (
                    f'found {show(about["receive"][key])}; allowed only in rules of receive, '
                    'a transform is published as it was accepted, now and once')
    if not any(about.get('preempts') for about in phases.values()):
        yield 'phases', 'found no phase that preempts; allowed with at least one, such as STOP'


def find_clashes(data: dict[str, Any]) -> abc.Iterator[tuple[str, str]]:
    """
    Find what own rules would do with the transforms of phases, whose answer has said otherwise.

    :param data: what stands at the top of a file, or in a link.
    """
    entries = data.get('protocols', data.get('protocol'))
    table = expand(entries).phases if isinstance(entries, list) else None
    for transform in table.transforms if table else ():
        for number, rule in enumerate(data.get('receive', ())):
            device = rule.get('device', '*')
            if device == '*':
                break  # the rules of protocols stand before it
            if rule.get('type', '*') in ('*', 'TRANSFORM') and fnmatchcase(
                    transform.prefix, device):
                found = {**data.get('defaults', {}), **rule}
                yield from ((f'receive.{number}.{key}', (
                    f'found {show(found[key])} for {transform.prefix} of a protocol; allowed '
                    'without, it is published as it was accepted, now and once'))
                    for key in _NOT_OF_TRANSFORMS[2:] if found.get(key, 'publish') != 'publish')
                break


def _place(entry: dict[str, Any], section: str, name: str, key: str) -> str:
    """Tell which key of the entry a fault comes from: of the table, what was dropped of it."""
    about = entry.get(section, {}).get(name)
    if isinstance(about, dict) and key in about:
        return f'{section}.{name}.{key}'
    return section if section in entry else 'use'
