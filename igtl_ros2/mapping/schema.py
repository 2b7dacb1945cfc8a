"""The JSON schema of mapping files, made of what rules, converters and settings say of keys."""

from __future__ import annotations

import collections.abc as abc
from typing import Any

from ..config.settings import OF_THE_NODE, SETTINGS, Setting
from ..converters.loading import load_converters
from ..rules import (
    CommandRule,
    MoveItRule,
    Phase,
    PhaseTransform,
    QueryRule,
    ReceiveRule,
    SendRule,
    ServeRule,
    keys_of,
)
from ..rules.kinds import asked_types, new_types
from ..rules.phases import CALL, STATUS_TIMEOUT
from ..rules.receive import WIRE_UNIT
from ..rules.values import (
    BOOLEAN,
    DEVICE,
    FRAME,
    NAME,
    TEXT,
    TOPIC,
    Schema,
    about,
    group,
    numbers,
    one_of,
    several,
    text,
)
from .profiles import PROFILES, PROFILES_HELP
from .protocol import PROTOCOLS

_JSON_TYPES = {bool: 'boolean', int: 'integer', float: 'number', str: 'string'}
# all but profile and defaults are lists of rules, at the top of a file or in a link
_RULES = ('receive', 'send', 'queries', 'commands', 'serve', 'protocol')
_TOP = ('profile', 'moveit', 'defaults', *_RULES)
_LISTS = {
    'receive': ('rules', 'Network to ROS: the first rule that matches device and type wins. '
                'Without this list everything is published; with it, what no rule matches is '
                'dropped, so end with {device: "*"} to keep the rest.'),
    'send': ('rules', 'ROS to network: topics and tf pairs, each under its device name.'),
    'queries': ('queries', 'Queries to a peer: each makes the services '
                'get/<type>[/<device>] and, for types that can be streamed, '
                'stream/<type>[/<device>].'),
    'commands': ('commands', 'COMMANDs to a peer: each makes the service command/<name>.'),
    'serve': ('commands', 'COMMANDs of peers that call ROS services or actions. Others are '
              'answered with an error.'),
    'protocol': ('protocols', 'Tables of what robots and devices say: phases with '
                 'acknowledgements and guards (brp), or rules and commands (smartneedle, crtk, '
                 'plus). In a link the list is called protocols, because protocol there is tcp, '
                 'tls or udp. Their rules come after those of receive for a certain device and '
                 'before those for "*".'),
}
# what one of a list is called
_ITEMS = {'queries': 'query_rule', 'commands': 'command_rule'}


def _ref(name: str) -> Schema:
    return {'$ref': f'#/definitions/{name}'}


def _only(where: str) -> Schema:
    return {'title': f'only {where}', 'not': {}}


def mapping_schema() -> Schema:
    """Give the JSON schema of mapping files; the bridge quotes the titles in its errors."""
    load_converters()
    title = f'a map with the keys {", ".join(_TOP)}'
    alone = _only('without links, which have rules of their own')
    return {
        '$schema': 'http://json-schema.org/draft-07/schema#',
        **group(f'{title}, links', {**{key: _ref(key) for key in _TOP}, 'links': about(
            several('a list of one or more links', _ref('link'), 1),
            'Several links in one node, each with a name, a connection and rules of its own. Its '
            'topics are under its name. profile and defaults at the top of the file hold for all '
            'links that do not say otherwise; the parameters of the node do so for their '
            'settings.')}),
        'description': 'Mapping file of igtl_bridge: what happens to what the network sends, and '
        'what ROS sends to the network. Every `title` in this schema says what is allowed; the '
        'bridge quotes it in its errors.',
        'dependencies': {'links': {'properties': dict.fromkeys((*_RULES, 'moveit'), alone)}},
        'definitions': {
            'link': _link(),
            'profile': {'enum': list(PROFILES), 'description': PROFILES_HELP},
            'moveit': about(_rule(MoveItRule), 'With profile moveit: how targets become motions.'),
            'defaults': about(
                group('a map', _defaults()),
                "Values for all rules that do not say otherwise; they win over the node's "
                'parameters.'),
            **{name: about(several(f'a list of {what}', _ref(_ITEMS.get(name, f'{name}_rule'))),
                           meaning)
               for name, (what, meaning) in _LISTS.items()},
            'receive_rule': _receive_rule(),
            'send_rule': _send_rule(),
            'query_rule': _query_rule(),
            'command_rule': _rule(CommandRule, ('name', 'command')),
            'serve_rule': _rule(ServeRule, ('command', 'call')),
            'protocol_rule': _protocol_rule(),
            'phase': _or_false(_rule(Phase)),
            'phase_transform': _or_false(_rule(PhaseTransform, receive={
                'title': 'a map', 'description': 'How it is published: the keys of a rule of '
                'receive, without device and type.', 'allOf': [_ref('receive_rule')]})),
        },
    }


def _rule(rule: type[Any], needed: abc.Sequence[str] = (), **more: Schema) -> Schema:
    """Give the schema of a list's rules, or of a part of one."""
    keys = {name: key.schema for name, key in keys_of(rule).items()}
    return group('a map', {**keys, **more}, needed)


def _or_false(schema: Schema) -> Schema:
    return {**schema, 'title': 'a map, or false', 'type': ['object', 'boolean']}


def _defaults() -> dict[str, Schema]:
    known = keys_of(ReceiveRule)
    # in the order in which they are declared
    keys = {name: known[name].schema for name in ReceiveRule.__dataclass_fields__
            if name in known and known[name].is_default}
    frame = about(FRAME, 'frame_id if neither the rule nor the device name (XToY) gives one.')
    first = next(iter(keys))
    return {first: keys.pop(first), 'frame': frame, **keys}


def _receive_rule() -> Schema:
    alone = _only('without frames, which is short for frame and child_frame')
    return {**_rule(ReceiveRule), 'dependencies': {'frames': {
        'properties': {'frame': alone, 'child_frame': alone}}}}


def _send_rule() -> Schema:
    """Say as well what goes with which of topic, tf and robot."""
    schema = _rule(SendRule)
    _add_types(schema, new_types())
    topics = [name for name, key in keys_of(SendRule).items() if key.only_topics]
    with_tf = _only('with topic; the rate of a tf pair stands inside tf: {source, target, rate}')
    with_robot = _only('with topic; target and rate of a robot stand inside robot: {description, '
                       'target, prefix, rate}')
    target = _only('with topic; target says in which frame a tf pair is')
    tf, robot = {'required': ['tf']}, {'required': ['robot']}
    several_frames = {**tf, 'properties': {'tf': {'type': 'array'}}}
    return {**schema, 'oneOf': [{'required': ['topic']}, tf, robot], 'allOf': [
        {'if': tf, 'then': {'properties': {
            'type': one_of('TRANSFORM', 'TDATA'), 'to_frame': target,
            **dict.fromkeys(topics, with_tf)}}, 'else': {'required': ['device']}},
        {'if': several_frames,
         'then': {'required': ['device'], 'properties': {'type': one_of('TDATA')}},
         'else': {'if': tf, 'then': {'properties': {'rate': with_tf}}}},
        {'if': robot, 'then': {'properties': {
            'type': one_of('TDATA', 'TRANSFORM'),
            **dict.fromkeys(('rate', 'to_frame', *topics), with_robot)}}},
    ]}


def _query_rule() -> Schema:
    schema = _rule(QueryRule, ('type',))
    _add_types(schema, asked_types())
    return schema


def _add_types(schema: Schema, types: abc.Iterable[str]) -> None:
    """Let the type of a rule be one of another package as well."""
    allowed = schema['properties']['type']
    allowed['enum'] = [*allowed['enum'], *types]  # what was there is that of the key


def _protocol_rule() -> Schema:
    """Say what an entry of `protocol` can change in the table that it names."""
    def each(title: str, value: Schema, meaning: str) -> Schema:
        return about({'title': title, 'type': 'object', 'additionalProperties': value}, meaning)

    return group('a map', {
        'use': about(one_of(*PROTOCOLS), 'Which table; the other keys change it.'),
        'device': about(
            text('text of 1 to 20 bytes', 1, 20),
            'brp: prefix of the device names of commands, CMD for CMD_XXXX. crtk: the arm. '
            'smartneedle: the list of points.'),
        'call': each(
            'a map of phases, or transforms, and ROS services', about(*CALL),
            'std_srvs/Trigger that carries out a phase, or takes a transform. What has none is '
            'done when it is commanded.'),
        'phases': each(
            'a map of phases', _ref('phase'),
            'Phases that are added to the table, or differ from it; false removes one.'),
        'transforms': each(
            'a map of transforms', _ref('phase_transform'),
            'TRANSFORM <name>_XXXX that belong to a phase; false removes one.'),
        'ack': about(text('text of 1 to 10 bytes', 1),
                     'Prefix of the device names of acknowledgements.'),
        'status': about(DEVICE, 'Device of the STATUS that gives the phase.'),
        'greet': about(BOOLEAN, 'Send the last STATUS with the phase to each peer that connects; '
                       'false for programs that accept requested messages only.'),
        'initial': about(
            text('a name of letters, digits and _ of 1 to 19 bytes',
                 pattern='^[A-Za-z0-9_]{1,19}$'), 'Name of the state before the first phase.'),
        'topic': about({**TOPIC, 'title': 'a ROS topic name such as robot/phase'},
                       'Topic with the phase, std_msgs/String, transient local.'),
        'ack_timeout': about(
            numbers(over=0, most=0.1, unit='s'),
            'An acknowledgement that leaves later than this is reported as a problem.'),
        'status_timeout': about(*STATUS_TIMEOUT),
        **{name: _ref(name) for name in ('receive', 'send', 'commands')},
        'legacy': about(BOOLEAN, 'All commands of the table as STRING CMD_<number>, for old PLUS '
                        'servers.'),
        'wire_unit': about(*WIRE_UNIT),
    }, ['use'])


def _link() -> Schema:
    """Say what a link has: rules of its own, and all settings but those of the node."""
    rules = {('protocols' if name == 'protocol' else name): _ref(name) for name in _TOP}
    keys: dict[str, Schema] = {'name': about(
        NAME, 'Name of the link, the first part of its topics.'), **rules}
    for setting in SETTINGS.values():
        place, _, key = setting.parameter.rpartition('.')
        if setting.name in OF_THE_NODE:
            continue
        there = keys.setdefault(place, group('a map', {}))['properties'] if place else keys
        there[key] = _setting(setting)
    title = f'a map with a name, settings and the keys {", ".join(rules)}'
    return about(group(title, keys, ['name']), (
        'One link. Besides these keys it takes every parameter of the node but mapping_file, '
        'those in groups as maps such as limits: {max_clients: 4}.'))


def _setting(setting: Setting) -> Schema:
    facts: Schema = {'description': setting.help, 'title': setting.allowed}
    kind = type(setting.default)
    if setting.choices:
        facts['enum'] = list(setting.choices)
    elif kind is tuple:
        facts.update(type='array', items=TEXT)
    else:
        facts['type'] = _JSON_TYPES[kind]
    bounds = {'minimum': setting.minimum, 'maximum': setting.maximum}
    return {**facts, **{key: bound for key, bound in bounds.items() if bound is not None}}
