"""
Every setting of igtl_ros2 and the mapping file: one home for names, defaults, units and checks.

:class:`Settings` are the parameters of the bridge and of a connection. A :class:`Mapping` says
what becomes of each device; it is read from YAML by :func:`load_mapping`. Whatever a user can
get wrong is a :class:`~igtl_ros2.errors.ConfigError` that names the place and what is allowed.
"""

from __future__ import annotations

import collections.abc as abc
import difflib
import json
import math
import os
import re
from dataclasses import dataclass, field, fields, replace
from fnmatch import fnmatchcase
from importlib import resources
from typing import TYPE_CHECKING, Any, TypeVar

from igtl_ros2.errors import ConfigError

if TYPE_CHECKING:
    import jsonschema
    import yaml

T = TypeVar('T')

#: The device name field of the OpenIGTLink header.
MAX_DEVICE_BYTES = 20
#: The rate of a tf pair whose rule names none.
TF_RATE_HZ = 30.0

_MAX_FILE_BYTES = 1 << 20
_MAX_DEPTH = 10
_FRAME_NAME = 'a frame name that does not start with /'
# Profiles in which XToY names are broadcast on tf without being asked.
_TF_PROFILES = ('slicer', 'plus')
_WORDS = {bool: 'true or false', int: 'a whole number', float: 'a number', str: 'text',
          tuple: 'a list of text'}


def _show(value: object) -> str:
    """Say a value the way a YAML file spells it, and never at length."""
    if value is None:
        return 'nothing'
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:57] + '...')
    if isinstance(value, int):
        return str(value) if abs(value) < 1 << 64 else 'a number of more than 64 bits'
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, (list, tuple)):
        return f'a list of {len(value)}'
    return 'a map' if isinstance(value, dict) else type(value).__name__


def _hint(found: object, allowed: abc.Iterable[object]) -> str:
    """Ask whether the allowed name that looks most like the found one was meant."""
    names = {name.lower(): name for name in allowed if isinstance(name, str)}
    near = difflib.get_close_matches(found.lower(), names, 1) if isinstance(found, str) else []
    return f'; did you mean {names[near[0]]!r}?' if near else ''


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known about one parameter: enough to declare, explain and check it."""

    name: str
    default: bool | int | float | str | tuple[str, ...]
    help: str
    unit: str = ''
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()

    @property
    def allowed(self) -> str:
        """What may be given, in words."""
        if self.choices:
            return ', '.join(map(_show, self.choices))
        unit = f' {self.unit}' if self.unit else ''
        words = _WORDS[type(self.default)]
        if self.minimum is not None:
            words += f' from {self.minimum:.15g}{unit}'
        if self.maximum is not None:
            words += f' to {self.maximum:.15g}{unit}'
        return words

    def check(self, value: Any) -> Any:
        """
        Give back the value in the type of the default, or refuse it.

        :param value: a whole number is taken for a float, a list of text for a tuple.
        :raises ConfigError: the type, the range or the choice is wrong.
        """
        kind = type(self.default)
        if kind is float and type(value) is int:
            fits = True
        elif kind is tuple:
            fits = isinstance(value, (list, tuple)) and all(isinstance(v, str) for v in value)
        else:
            fits = type(value) is kind
        # Written so that NaN fails as well.
        if fits and self.minimum is not None:
            fits = value >= self.minimum
        if fits and self.maximum is not None:
            fits = value <= self.maximum
        if fits and self.choices:
            fits = value in self.choices
        if not fits:
            raise ConfigError(f'{self.name}: found {_show(value)}; allowed {self.allowed}'
                              + _hint(value, self.choices))
        return kind(value)


def _is_host(host: str) -> bool:
    """Whether the name can be looked up at all: the resolver's own rule, before any thread."""
    try:
        host.encode('idna')
    except UnicodeError:
        return False
    return host != '' and host.isprintable()


def _setting(default: T, help: str, **facts: Any) -> T:
    """Write a setting where its attribute is declared, so that its default stands once."""
    return field(default=default, metadata={'default': default, 'help': help, **facts})


@dataclass(frozen=True, slots=True)
class Settings:
    """The parameters of one bridge or one connection; a wrong one cannot be made."""

    mode: str = _setting(
        'server', 'Wait for peers (server) or connect to one (client).',
        choices=('server', 'client'))
    host: str = _setting(
        '127.0.0.1', 'Address to listen on (server; 0.0.0.0 for all) or address of the peer '
        '(client).')
    port: int = _setting(
        18944, 'TCP port to listen on or to connect to; 0 takes any free port, for a server only.',
        minimum=0, maximum=65535)
    header_version: str = _setting(
        'auto', 'OpenIGTLink header to send: auto (1 until the peer has shown 2; like 2 with '
        'profile plus), 1 (never 2), '
        '2 (open with a STATUS in version 2, so that peers such as PLUS send metadata).',
        choices=('auto', '1', '2'))
    check_crc: bool = _setting(
        True, 'Refuse messages whose checksum is wrong.')
    strict: bool = _setting(
        False, 'Refuse messages that break the protocol although they can be understood.')
    max_body_bytes: int = _setting(
        1 << 29, 'Largest message body that is accepted, in bytes; a peer that announces more is '
        'cut off.', unit='bytes', minimum=0, maximum=(1 << 31) - 1)
    connect_timeout: float = _setting(
        5.0, 'How long a client waits for a connection, in seconds.',
        unit='s', minimum=0.01, maximum=3600)
    reconnect_delay: float = _setting(
        0.2, 'Pause before a client first tries again, in seconds; it doubles each time.',
        unit='s', minimum=0.01, maximum=3600)
    reconnect_max_delay: float = _setting(
        5.0, 'Longest pause before a client tries again, in seconds.',
        unit='s', minimum=0.01, maximum=3600)
    stall_timeout: float = _setting(
        5.0, 'Cut off a peer that stops in the middle of a message for so long, in seconds; '
        '0 for never.', unit='s', minimum=0, maximum=3600)
    send_timeout: float = _setting(
        10.0, 'Cut off a peer that reads nothing for so long, in seconds; 0 for never.',
        unit='s', minimum=0, maximum=3600)
    max_clients: int = _setting(
        128, 'How many clients a server serves at once.', minimum=1, maximum=65535)
    queue_messages: int = _setting(
        1000, 'How many messages may wait to be sent to one peer.', minimum=1, maximum=1_000_000)
    queue_bytes: int = _setting(
        1 << 28, 'How many bytes may wait to be sent to one peer.',
        unit='bytes', minimum=1, maximum=1 << 40)
    mapping_file: str = _setting(
        '', 'YAML file that says what becomes of each device; empty to publish everything.')
    default_frame: str = _setting(
        'ras', 'frame_id where neither the mapping nor the device name (XToY) says one.')
    frame_prefix: str = _setting(
        '', 'Text put in front of every frame name that comes from the network.')
    stamp: str = _setting(
        'auto', "Whose clock stamps what is received: device, receive, or auto (the device's when "
        'it is set and within max_skew of now).', choices=('auto', 'device', 'receive'))
    max_skew: float = _setting(
        1.0, "How far the device's clock may be off, in seconds, before stamp auto takes the "
        'moment of arrival.', unit='s', minimum=0, maximum=86400)
    info_rate: float = _setting(
        1.0, 'How often an unchanged info is repeated for a stream, in Hz; 0 for only when '
        'something changed.', unit='Hz', minimum=0, maximum=1000)
    discover: bool = _setting(
        True, 'Look for topics named to_igtl/<device>/<leaf> and send them.')
    discover_period: float = _setting(
        1.0, 'Pause between two looks for topics to send, in seconds.',
        unit='s', minimum=0.1, maximum=3600)
    send_allow: tuple[str, ...] = _setting(
        ('*',), 'Patterns of the device names that discover may send.')
    send_deny: tuple[str, ...] = _setting(
        (), 'Patterns of the device names that discover must not send; they win over send_allow.')

    def __post_init__(self) -> None:
        """Check every value, then what must fit together."""
        for name, setting in SETTINGS.items():
            object.__setattr__(self, name, setting.check(getattr(self, name)))
        if not _is_host(self.host):
            raise ConfigError(f'host: found {_show(self.host)}; allowed a host name or an '
                              'IP address')
        if self.mode == 'client' and self.port == 0:
            raise ConfigError('port: found 0 with mode client; allowed 1 to 65535, '
                              'only a server can take any free port')
        if self.reconnect_delay > self.reconnect_max_delay:
            raise ConfigError(
                f'reconnect_delay: found {self.reconnect_delay!r}; allowed at most '
                f'reconnect_max_delay, which is {self.reconnect_max_delay!r} s')
        if self.default_frame[:1] in ('', '/'):
            raise ConfigError(f'default_frame: found {_show(self.default_frame)}; '
                              f'allowed {_FRAME_NAME}')
        if self.frame_prefix.startswith('/'):
            raise ConfigError(f'frame_prefix: found {_show(self.frame_prefix)}; '
                              'allowed text that does not start with /')

    @classmethod
    def from_values(cls, values: abc.Mapping[str, Any]) -> Settings:
        """
        Make settings from values by name; what is not named keeps its default.

        :raises ConfigError: a name is unknown, a value is wrong, or two do not fit together.
        """
        for name in values:
            if name not in SETTINGS:
                hint = _hint(name, SETTINGS) or f'; allowed {", ".join(SETTINGS)}'
                raise ConfigError(f'{name}: there is no such parameter{hint}')
        return cls(**values)


SETTINGS: dict[str, Setting] = {
    f.name: Setting(f.name, **f.metadata) for f in fields(Settings)}
_DEFAULTS = Settings()

@dataclass(frozen=True, slots=True)
class ReceiveRule:
    """
    What becomes of the messages of some devices on their way from the network to ROS.

    An empty ``name``, ``frame`` or ``child_frame`` is made from the device name;
    ``default_frame`` is the frame_id when the device name says none either.
    """

    device: str = '*'
    type: str = '*'
    action: str = 'publish'
    name: str = ''
    frame: str = ''
    child_frame: str = ''
    #: off, dynamic or static; auto stands only in a mapping, never in a rule that was looked up.
    tf: str = 'off'
    pose: bool = False
    raw: bool = False
    stamp: str = _DEFAULTS.stamp
    max_skew: float = _DEFAULTS.max_skew
    wire_unit: str = 'mm'
    wire_axes: str = 'ras'
    publish_invalid: bool = False
    coordinates: str = 'trust'
    subvolume: str = 'merge'
    default_frame: str = _DEFAULTS.default_frame


@dataclass(frozen=True, slots=True)
class SendRule:
    """
    What is sent from ROS to the network under one device name: a topic or a tf pair.

    ``rate`` is in Hz, None for every message; ``spacing`` in metres per pixel.
    """

    device: str
    topic: str = ''
    tf_source: str = ''
    tf_target: str = ''
    rate: float | None = None
    type: str = ''
    wire_unit: str = 'mm'
    dims: tuple[int, int, int] | None = None
    spacing: tuple[float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Mapping:
    """
    The rules of both directions.

    ``fallback`` is for devices that no rule matches: they are published when the
    file has no list of rules at all, and dropped when it has one.
    """

    profile: str = 'plain'
    receive: tuple[ReceiveRule, ...] = ()
    send: tuple[SendRule, ...] = ()
    path: str = ''
    fallback: ReceiveRule = ReceiveRule()

    @property
    def uses_tf(self) -> bool:
        """Whether any device may be broadcast on tf."""
        return any(rule.tf != 'off' for rule in (*self.receive, self.fallback))

    def receive_rule(self, device: str, type_name: str) -> ReceiveRule:
        """
        Find the rule for a device and a wire type; the first that matches wins.

        :param device: the full device name, as the peer gave it.
        :param type_name: the type on the wire, such as ``TRANSFORM``.
        """
        rule = next((rule for rule in self.receive
                     if rule.type in ('*', type_name) and fnmatchcase(device, rule.device)),
                    self.fallback)
        if rule.tf == 'auto':
            wanted = type_name == 'TRANSFORM' and parse_xtoy(device) is not None
            rule = replace(rule, tf='dynamic' if wanted else 'off')
        return rule


def parse_xtoy(device: str) -> tuple[str, str] | None:
    """
    Read a name such as ProbeToTracker as (Probe, Tracker): the pose of Probe in Tracker.

    There must be exactly one ``To`` that is followed by something else than a
    lower-case letter, with text before it; a ``Transform`` at the end is cut first.

    :param device: a device name.
    :return: None when the name does not say two frames.
    """
    name = device.removesuffix('Transform')
    found = [match.start() for match in re.finditer('To(?=[^a-z])', name)]
    if len(found) != 1 or found[0] == 0:
        return None
    return name[:found[0]], name[found[0] + 2:]


def default_mapping(settings: Settings) -> Mapping:
    """Give the mapping that holds without a file: everything received is published."""
    return _build({}, settings, '')


def load_mapping(path: str | os.PathLike[str], *, settings: Settings | None = None) -> Mapping:
    """
    Read a mapping file.

    :param path: a YAML file; an empty one gives the default mapping.
    :param settings: where the defaults come from that the file leaves out.
    :raises ConfigError: ``FILE:LINE: key: what was found; allowed ...``, for the first
        error in the file.
    """
    file = os.fspath(path)
    document = _Document(file)
    document.check()
    return _build(document.data, settings or _DEFAULTS, file)


def _build(data: dict[str, Any], settings: Settings, path: str) -> Mapping:
    """Make the rules from checked data: a rule wins over the defaults, they over the settings."""
    profile = data.get('profile', 'plain')
    defaults = dict(data.get('defaults', {}))
    defaults.setdefault('stamp', settings.stamp)
    defaults.setdefault('max_skew', settings.max_skew)
    base = _receive_rule(ReceiveRule(
        tf='auto' if profile in _TF_PROFILES else 'off',
        default_frame=defaults.pop('frame', settings.default_frame)), defaults)
    return Mapping(
        profile=profile,
        receive=tuple(_receive_rule(base, item) for item in data.get('receive', ())),
        send=tuple(_send_rule(item, base.wire_unit) for item in data.get('send', ())),
        path=path,
        fallback=replace(base, action='drop') if 'receive' in data else base)


def _receive_rule(base: ReceiveRule, item: dict[str, Any]) -> ReceiveRule:
    values = dict(item)
    if 'tf' in values:
        values['tf'] = {False: 'off', True: 'dynamic', 'static': 'static'}[values['tf']]
    if 'frames' in values:
        values['frame'], values['child_frame'] = values.pop('frames')
    if 'max_skew' in values:
        values['max_skew'] = float(values['max_skew'])
    return replace(base, **values)


def _send_rule(item: dict[str, Any], wire_unit: str) -> SendRule:
    values = {'wire_unit': wire_unit, **item}
    if 'tf' in values:
        pair = values.pop('tf')
        values.setdefault('device', _tf_device(pair['source'], pair['target']))
        values.update(tf_source=pair['source'], tf_target=pair['target'],
                      rate=pair.get('rate', TF_RATE_HZ))
    if 'rate' in values:
        values['rate'] = float(values['rate'])
    if 'dims' in values:
        values['dims'] = tuple(map(int, values['dims']))
    if 'spacing' in values:
        values['spacing'] = tuple(map(float, values['spacing']))
    return SendRule(**values)


def _tf_device(source: str, target: str) -> str:
    """Name a tf pair the way trackers do: tool0 in base_link is Tool0ToBaseLink."""
    camel = [''.join(word[0].upper() + word[1:] for word in re.findall('[0-9A-Za-z]+', frame))
             for frame in (source, target)]
    return 'To'.join(camel)


_Path = tuple['str | int', ...]


class _Document:
    """
    A mapping file as plain data, with where each value stands and all that is wrong with it.

    YAML itself forgets lines and takes the last of two equal keys, so the data are
    made from the tree of nodes. Errors are gathered, and the first in the file is raised.
    """

    def __init__(self, file: str) -> None:
        self._file = file
        self._places: dict[_Path, tuple[int, int]] = {}
        self._faults: list[tuple[tuple[int, int], _Path, str]] = []
        root = self._compose(self._read())
        self._places[()] = (1, 0)
        data = None if root is None else self._value(root, ())
        self.data: dict[str, Any] = {} if data is None else data

    def check(self) -> None:
        """
        Hold the data against the schema and against the rules a schema cannot say.

        :raises ConfigError: the first error in the file.
        """
        import jsonschema
        schema = json.loads(resources.files('igtl_ros2').joinpath('mapping.schema.json')
                            .read_text(encoding='utf-8'))
        for error in jsonschema.Draft7Validator(schema).iter_errors(self.data):
            for path, text in _explain(error):
                self._fault(path, text)
        # What the schema refuses need not have the keys and types that are looked at here.
        refused = {path[:2] for _, path, _ in self._faults}
        for section, faults in (('receive', _receive_faults), ('send', _send_faults)):
            rules = self.data.get(section) if isinstance(self.data, dict) else None
            for i, item in enumerate(rules if isinstance(rules, list) else ()):
                if (section, i) not in refused:
                    for key, text in faults(item):
                        self._fault((section, i, key), text)
        if self._faults:
            (line, _), path, text = min(self._faults, key=lambda fault: fault[0])
            raise ConfigError(f'{self._file}:{line}: {_dotted(path)}: {text}')

    def _fault(self, path: _Path, text: str) -> None:
        self._faults.append((self._places[path], path, text))

    def _error(self, line: int, text: str) -> ConfigError:
        return ConfigError(f'{self._file}:{line}: {text}')

    def _read(self) -> str:
        try:
            with open(self._file, 'rb') as stream:
                content = stream.read(_MAX_FILE_BYTES + 1)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise ConfigError(f'{self._file}: cannot read the mapping file: {reason}') from error
        if len(content) > _MAX_FILE_BYTES:
            raise ConfigError(f'{self._file}: the mapping file is too large; '
                              f'allowed {_MAX_FILE_BYTES} bytes')
        try:
            return content.decode()
        except UnicodeDecodeError as error:
            line = content.count(b'\n', 0, error.start) + 1
            raise self._error(line, f'found the byte 0x{content[error.start]:02x}; '
                              'allowed UTF-8 text') from error

    def _compose(self, text: str) -> yaml.Node | None:
        import yaml
        try:
            self._refuse_what_can_explode(text)
            return yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.reader.ReaderError as error:
            line = text.count('\n', 0, error.position) + 1
            raise self._error(line, f'found the character U+{ord(text[error.position]):04X}; '
                              'allowed printable text') from error
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            what = ', '.join(filter(None, (error.context, error.problem)))
            quote = '; put quotes around text that starts with *' if 'alias' in what else ''
            raise self._error(mark.line + 1 if mark else 1,
                              f'not valid YAML: {what}{quote}') from error

    def _refuse_what_can_explode(self, text: str) -> None:
        """Go through the file before anything is built, so that depth and aliases cost nothing."""
        import yaml
        depth = 0
        events: abc.Iterator[Any] = yaml.parse(text, Loader=yaml.SafeLoader)
        for event in events:
            line = event.start_mark.line + 1
            if isinstance(event, yaml.AliasEvent):
                raise self._error(line, f'found the YAML alias *{event.anchor}; allowed the value '
                                  'itself, in quotes if it is text that starts with *')
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            if isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > _MAX_DEPTH:
                raise self._error(line, f'found lists or maps more than {_MAX_DEPTH} deep; '
                                  'allowed no more than the format needs')
            tag = getattr(event, 'tag', None)
            if tag not in (None, '!'):
                raise self._error(line, f'found the YAML tag {_show(tag)}; '
                                  'allowed plain values')

    def _value(self, node: yaml.Node, path: _Path) -> Any:
        """Turn a node into plain data, keeping where it stands."""
        import yaml
        if isinstance(node, yaml.MappingNode):
            return self._map(node, path)
        self._places.setdefault(path, _place(node))
        if isinstance(node, yaml.SequenceNode):
            return [self._value(child, (*path, i)) for i, child in enumerate(node.value)]
        kind = node.tag.rpartition(':')[2]
        if kind not in ('null', 'bool', 'int', 'float'):
            # Dates, too, are text here: a device may be called 2024-01-31.
            if not node.value.isprintable():
                self._fault(path, f'found {_show(node.value)}; allowed printable text on one line')
            return node.value
        try:
            value = yaml.constructor.SafeConstructor().construct_object(node)
        except ValueError:
            value = math.nan
        if isinstance(value, (int, float)) and not abs(value) < 1 << 63:
            self._fault(path, f'found {_show(node.value)}; allowed an ordinary '
                              'number, or text in quotes')
            return None
        return value

    def _map(self, node: yaml.MappingNode, path: _Path) -> dict[str, Any]:
        import yaml
        self._places.setdefault(path, _place(node))
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            here = (*path, key)
            if not isinstance(key_node, yaml.ScalarNode):
                self._faults.append((_place(key_node), path, 'found a key that is a list or '
                                                             'a map; allowed text'))
            elif key in result:
                self._faults.append((_place(key_node), path, (
                    f'found the key {_show(key)} twice, first on line '
                    f'{self._places[here][0]}; allowed once')))
            else:
                self._places[here] = _place(key_node)
                result[key] = self._value(value_node, here)
        return result


def _place(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column


def _dotted(path: _Path) -> str:
    """Write the way to a value as receive[0].tf."""
    text = ''.join(f'[{part}]' if isinstance(part, int) else f'.{part}' for part in path)
    return text.lstrip('.') or 'top level'


def _explain(error: jsonschema.ValidationError) -> abc.Iterator[tuple[_Path, str]]:
    """Say in our own words what a schema error means, and where."""
    path = tuple(error.absolute_path)
    rule = error.validator
    schema: Any = error.schema
    found: Any = error.instance
    if rule == 'additionalProperties':
        known = list(schema['properties'])
        for key in found:
            if key not in known:
                yield (*path, key), (f'unknown key {_show(key)}; allowed {", ".join(known)}'
                                     + _hint(key, known))
    elif rule == 'required':
        needed: Any = error.validator_value
        missing = ' and no '.join(key for key in needed if key not in found)
        yield path, f'found no {missing}; a rule of this kind needs it'
    elif rule == 'oneOf' and isinstance(found, dict):
        both = 'topic' in found
        yield path, f'found {"both topic and tf" if both else "neither topic nor tf"}; ' \
                    'allowed exactly one of them'
    elif rule == 'enum':
        allowed = schema['enum']
        yield path, (f'found {_show(found)}; allowed {", ".join(map(_show, allowed))}'
                     + _hint(found, allowed))
    else:
        quote = ''
        if rule == 'type' and schema['type'] == 'string' and isinstance(found, (int, float)):
            quote = '; put quotes around it to make it text'
        yield path, f'found {_show(found)}; allowed {schema["title"]}{quote}'


# Wire types a user may spell in the wrong case; types of other makers are allowed as well.
_WIRE_TYPES = (
    'TRANSFORM', 'POSITION', 'QTRANS', 'IMAGE', 'POINT', 'STRING', 'STATUS', 'TDATA', 'QTDATA',
    'SENSOR', 'TRAJ', 'VIDEO', 'IMGMETA', 'LBMETA', 'VIDEOMETA', 'NDARRAY', 'POLYDATA', 'COLORT',
    'COMMAND', 'BIND', 'CAPABILITY')


def _receive_faults(item: dict[str, Any]) -> abc.Iterator[tuple[str, str]]:
    """Find what a schema cannot say about a receive rule, as (key, text)."""
    name = item.get('type', '*')
    if name not in _WIRE_TYPES and name.upper() in _WIRE_TYPES:
        yield 'type', (f'found {_show(name)}; allowed {_show(name.upper())}, '
                       'types are case-sensitive')
    frame, child = item.get('frames', (item.get('frame'), item.get('child_frame')))
    if child is not None and frame == child:
        yield ('frames' if 'frames' in item else 'child_frame',
               f'found {_show(child)} as parent and as child; allowed two different frames')


def _send_faults(item: dict[str, Any]) -> abc.Iterator[tuple[str, str]]:
    """Find what a schema cannot say about a send rule, as (key, text)."""
    limit = f'allowed {MAX_DEVICE_BYTES}'
    if 'device' in item:
        length = len(item['device'].encode())
        if length > MAX_DEVICE_BYTES:
            yield 'device', f'found {_show(item["device"])}, {length} bytes in UTF-8; {limit}'
    if 'tf' in item:
        source, target = item['tf']['source'], item['tf']['target']
        if source == target:
            yield 'tf', f'found {_show(source)} as source and as target; ' \
                        'allowed two different frames'
        name = _tf_device(source, target)
        if 'device' not in item and len(name) > MAX_DEVICE_BYTES:
            yield 'tf', f'found {_show(name)} as device name, {len(name)} bytes; {limit}; ' \
                        'give a shorter one with device:'
        if 'device' not in item and parse_xtoy(name) is None:
            yield 'tf', f'found {_show(name)} as device name, which does not read as XToY; ' \
                        'give one with device:'
