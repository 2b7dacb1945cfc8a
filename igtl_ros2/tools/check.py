"""`igtl_check`: what a mapping file makes of each device, without starting anything."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import fields
from functools import partial
from typing import Any

from ..converters.names import ros_name
from ..converters.outputs import received_leaves
from ..errors import ConfigError, ConversionError
from ..mapping import (
    ANY,
    PICTURES,
    LinkConfig,
    Mapping,
    ReceiveRule,
    SendRule,
    is_pattern,
    keys_of,
    load_links,
    mapping_schema,
    streams,
)
from .program import FAULT, run_tool, say

# what has a column of its own
_SHOWN = ('device', 'type', 'action', 'name', 'frame', 'child_frame', 'tf', 'to_frame', 'topic',
          'rate', 'robot')
_TF = {'off': '', 'dynamic': '/tf', 'static': '/tf_static', 'auto': '/tf if XToY'}
_WILD = '*?['
Row = tuple[str, ...]


def received_rows(config: LinkConfig) -> list[Row]:
    """List the rules of `receive` in their order, and what becomes of all others."""
    mapping = config.mapping
    rows: list[Row] = []
    notes = _claim_notes(config)
    for number, rule in enumerate(mapping.receive, 1):
        told = ' '.join(filter(None, (
            _taken_by(mapping, number - 1), notes.get(number, ''), _blind(rule))))
        rows.append((str(number), repr(rule.device), rule.type, *_received(config, rule),
                     _extras(rule, ReceiveRule(), told)))
    if not any(rule.device == rule.type == '*' and not rule.peer for rule in mapping.receive):
        rows.append(('', 'all others', '*', *_received(config, mapping.fallback),
                     _extras(mapping.fallback, ReceiveRule())))
    return rows


def _claim_notes(config: LinkConfig) -> dict[int, str]:
    """Tell of rules, by their numbers, what others that name the same topic make of them."""
    try:
        from ..converters.claims import Claims
    except ImportError:  # there is no ROS on this machine
        return {}
    mapping = config.mapping
    claims = Claims(mapping, config.settings.frame_prefix)
    notes = {}
    for number, rule in enumerate(mapping.receive, 1):
        kind = 'TRANSFORM' if rule.type == '*' else rule.type
        if rule.action == 'drop' or is_pattern(rule.device) or (
            mapping.receive_index(rule.device, kind, (rule.peer,)) != number - 1
        ):
            continue
        try:
            place = claims.place(rule.device, kind, (rule.peer,))
        except ConversionError as error:
            notes[number] = f'NEVER PUBLISHED: {error}'
            continue
        if place.note:
            notes[number] = f'ELSEWHERE: {place.note}'
        elif place.rule != mapping.receive_rule(rule.device, kind, (rule.peer,)):
            notes[number] = 'WITH THE GATES of other rules for its topic'
    return notes


def _received(config: LinkConfig, rule: ReceiveRule) -> Row:
    """Tell topics, frame and tf of what a rule matches."""
    if rule.action == 'drop':
        return 'dropped', '', ''
    prefix = f'{config.name}/' if config.name else ''
    wild = any(character in _WILD for character in rule.device)
    name = rule.name or ('<device>' if wild else ros_name(rule.device))
    # there may be no ROS on this machine
    leaves = [] if rule.type == '*' else received_leaves(rule.type)
    topics = ' '.join(leaf if leaf.startswith('~') else f'{prefix}{name}/{leaf}'
                      for leaf in [*(leaves or ['<by type>']), 'info'])
    names_it = 'Y of XToY'
    if config.mapping.profile == 'plus' and rule.type in ('*', *PICTURES):
        names_it += ' and of images X_Y'
    frame = rule.frame or f'{names_it}, else {rule.default_frame}'
    if rule.child_frame:
        frame += f', child {rule.child_frame}'
    if rule.to_frame:
        frame += f', moved into {rule.to_frame}'
    # no other type is broadcast unless its rule says so
    tf = 'off' if rule.tf == 'auto' and rule.type not in ('*', 'TRANSFORM') else rule.tf
    return topics, frame, _TF[tf]


def _taken_by(mapping: Mapping, index: int) -> str:
    """Say which rule before this one takes all that it could match."""
    rule = mapping.receive[index]
    for number, before in enumerate(mapping.receive[:index], 1):
        fits = before.device in ('*', rule.device) and before.type in ('*', rule.type)
        if fits and before.peer in ('', '*', rule.peer):
            return f'NEVER USED: rule {number} comes first'
    return ''


def _blind(rule: ReceiveRule) -> str:
    """Say where the age of a pose is none that a gate could look at."""
    if rule.max_age and rule.stamp == 'receive':
        return ('SEES SILENCE ONLY: max_age with stamp receive, by which a pose is new when it '
                'arrives; stamp: device tells its age')
    return ''


def sent_rows(config: LinkConfig) -> list[Row]:
    """List the rules of `send`, and what is sent without one."""
    rows: list[Row] = []
    for number, rule in enumerate(config.mapping.send, 1):
        rate = f'{rule.rate:g} Hz' if rule.rate else 'every message'
        if rule.robot:
            source = f'links of {rule.robot.description} in {rule.robot.target or "its root"}'
            if rule.robot.prefix:
                source += f', on tf with {rule.robot.prefix}'
        elif rule.tf_list:
            source = 'tf ' + ', '.join(f'{f.source} in {f.target}' + (
                f' as {f.name}' if f.name != f.source else '') for f in rule.tf_list)
        else:
            source = rule.topic or f'tf {rule.tf_source} in {rule.tf_target}'
        kind = rule.type or ('by its type' if rule.topic else
                             'TDATA' if rule.is_tracking or rule.robot else 'TRANSFORM')
        if rule.robot:
            kind += ', POLYDATA <link>_mesh'
        extras = _extras(rule, SendRule(''))
        if rule.to_frame:
            extras = f'moved into {rule.to_frame} {extras}'.strip()
        rows.append((str(number), source, repr(rule.device), kind, rate, extras))
    if config.settings.discover:
        prefix = f'{config.name}/' if config.name else ''
        rows.append(('', f'{prefix}to_igtl/<device>/<leaf>', '<device>', 'by its leaf',
                     'every message', ''))
    return rows


def phase_rows(config: LinkConfig) -> list[Row]:
    """List the phases of a robot, and the transforms that belong to them."""
    table = config.mapping.phases
    if table is None:
        return []
    rows: list[Row] = []
    for phase in table.phases:
        about = [word for word in ('preempts', 'latch') if getattr(phase, word)]
        about += [f'needs {", ".join(phase.needs)}'] if phase.needs else []
        about += [f'forgets {", ".join(phase.forgets)}'] if phase.forgets else []
        after = 'any' if ANY in phase.after or phase.preempts else ', '.join(phase.after)
        rows.append((f'{table.device}_* {phase.name}', after, phase.call,
                     f'{phase.status_timeout:g} s', '; '.join(about)))
    for transform in table.transforms:
        during = 'any' if ANY in transform.during else ', '.join(transform.during)
        rows.append((f'{transform.prefix}_* (TRANSFORM)', during, transform.call,
                     f'{transform.status_timeout:g} s', f'STATUS {transform.status}'))
    return rows


def service_rows(config: LinkConfig) -> list[Row]:
    """List the services that ask a peer, and what is called when a peer asks."""
    mapping = config.mapping
    prefix = f'{config.name}/' if config.name else ''
    refused = 'NEVER SENT: profile slicer ' if mapping.profile == 'slicer' else ''
    rows: list[Row] = []
    for query in mapping.queries:
        what = f'{query.type} of ' + (repr(query.device) if query.device else 'any device')
        timeout = f'timeout={query.timeout:g}'
        if query.type != 'VIDEO':  # the protocol has no GET_VIDEO
            rows.append((f'{prefix}get/{query.name}', 'Trigger', f'asks for {what}',
                         refused + timeout))
        if query.type in streams():
            besides = [f'{query.rate:g} Hz'] if query.rate else []
            besides += [f'in {query.coordinate_name}'] if query.coordinate_name else []
            rows.append((f'{prefix}stream/{query.name}', 'SetBool', f'starts and stops {what}',
                         refused + ' '.join([*besides, timeout])))
    for command in mapping.commands:
        content = f' with {command.content}' if command.content else ''
        parameter = f'command.{prefix.replace("/", ".")}{command.name}'
        fields = [f'{{{field}}}={parameter}.{field}' for field in command.fields]
        rows.append((f'{prefix}command/{command.name}', _type_name(command.type),
                     f'sends COMMAND {command.command!r} to {command.device!r}{content}',
                     ' '.join([*fields, f'timeout={command.timeout:g}',
                               *(['legacy'] if command.legacy else [])])))
    for serve in mapping.serve:
        what = f'is called by COMMAND {serve.command!r}'
        besides = [f'timeout={serve.timeout:g}']
        if serve.type == 'set_bool':
            data = 'its content' if serve.data is None else _text(serve.data).lower()
            what = f'{what} with {data}'
        if serve.is_action:
            stops = ' '.join((serve.cancelled_by, *serve.stop))
            besides += [f'cancelled by {stops}', f'when busy: {serve.when_busy}']
        besides += [f'{{{name}}}={device}' for name, device in serve.targets]
        rows.append((serve.call, _type_name(serve.type), what, ' '.join(besides)))
    robot = mapping.moveit
    if robot is not None:
        stops = ' '.join((robot.cancel_command, *robot.stop))
        rows += [
            (robot.plan, 'MoveGroup', f'plans to what {robot.target!r} says',
             f'group={robot.group} link={robot.link}'),
            (robot.execute, 'ExecuteTrajectory', f'is called by COMMAND {robot.execute_command!r} '
             'with the number of the plan', f'cancelled by {stops} fresh={robot.fresh:g}'),
            (robot.scene, 'ApplyPlanningScene', f'is told of POLYDATA {robot.obstacles!r}', '')]
    return rows


def _type_name(name: str) -> str:
    return {'trigger': 'Trigger', 'set_bool': 'SetBool'}.get(name, name)


def _extras(rule: Any, usual: Any, remark: str = '') -> str:
    """List what is not as it is without being asked for."""
    found = [remark] if remark else []
    if getattr(rule, 'action', '') == 'drop':
        return ' '.join([*found, *([f'peer={rule.peer}'] if rule.peer else [])])
    for name, key in keys_of(type(rule)).items():
        value = getattr(rule, key.attribute, None)
        if name not in _SHOWN and value != getattr(usual, key.attribute, None):
            found.append(name if value is True else f'{name}={_text(value)}')
    return ' '.join(found)


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f'{value:g}'
    if isinstance(value, tuple):
        return ','.join(map(_text, value))
    if hasattr(value, '__dataclass_fields__'):
        return ','.join(f'{f.name}:{_text(getattr(value, f.name))}' for f in fields(value))
    return str(value)


def _print(config: LinkConfig, file: str) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    if not console.is_terminal:
        console = Console(width=200)  # a file or a pipe has no width to fit into
    settings, name = config.settings, config.name
    where = f'link {name}: {settings.mode} {settings.address}' if name else file
    tables: list[tuple[str, Row, list[Row]]] = [
        ('network to ROS', ('', 'device', 'type', 'topics', 'frame', 'tf', 'besides'),
         received_rows(config)),
        ('ROS to network', ('', 'from', 'device', 'type', 'rate', 'besides'), sent_rows(config)),
        ('phases', ('phase', 'after', 'service', 'answer within', 'besides'), phase_rows(config)),
        ('services', ('service', 'type', 'what it does', 'besides'), service_rows(config)),
    ]
    # where nobody reads any more, rich would end the program with 1
    with console.capture() as shown:
        console.print(Text(f'{where}, profile {config.mapping.profile}', style='bold'))
        for title, columns, rows in tables:
            if not rows and title in ('phases', 'services'):
                continue
            table = Table(title=title, title_justify='left', title_style='')
            for column in columns:
                table.add_column(column, overflow='fold')
            for row in rows:
                table.add_row(*map(Text, row))  # [abc] in a pattern is no markup
            console.print(table)
    print(shown.get(), end='')


def run(arguments: argparse.Namespace) -> int:
    """Print what is asked for; the exit code is 1 if the file is wrong."""
    try:
        if arguments.schema:
            print(json.dumps(mapping_schema(), indent=2, ensure_ascii=False))
            return 0
        configs = load_links({'mapping_file': arguments.file})
        for config in configs:
            _print(config, arguments.file)
    except ConfigError as error:
        say(str(error))
        return FAULT
    except ImportError as error:
        say(f'it needs the package rich: pip install rich ({error})')
        return FAULT
    return 0


#: gives the exit code
main = partial(run_tool, 'check')

if __name__ == '__main__':
    sys.exit(main())
