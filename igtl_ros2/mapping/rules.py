"""The mapping file: what becomes of each device on its way from one side to the other."""

from __future__ import annotations

import collections.abc as abc
import math
import os
import re
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from ..codec.message import has_points
from ..config.quantities import FIELD_UNITS, measured
from ..config.ros_names import whole_characters
from ..config.settings import Settings
from ..config.words import MAX_DEVICE_BYTES, FindFaults, show
from ..errors import ConfigError
from .document import Document
from .kinds import AS_OF, all_types, asked_of, placed, told_of, types_of
from .protocol import PhaseTable, expand, find_clashes, find_faults
from .rule_index import RuleIndex
from .services import SERVICE_FAULTS, CommandRule, QueryRule, ServeRule, make_services

#: The rate of a tf pair whose rule names none.
TF_RATE_HZ = 30.0
#: How old frames of tf may be, in seconds, where a rule does not say it.
TF_MAX_AGE_S = 2.0

# What a profile sets where neither a rule nor the defaults of the file do
_PROFILES: dict[str, dict[str, Any]] = {
    'plain': {},
    # tf auto: names that read as XToY are broadcast
    'slicer': {'tf': 'auto'},
    'plus': {'tf': 'auto'},
    'robot': {'tf': 'auto', 'pose': True, 'split': True},
}
_WILD = '*?['
_MAX_ELEMENT_BYTES = 20
_DEFAULTS = Settings()


@dataclass(frozen=True, slots=True)
class SliceView:
    """
    Which slice of a volume is shown, and in which shades of grey.

    ``index`` -1 is the slice in the middle; ``window`` 0 is all values of the volume.
    """

    axis: str = 'k'
    index: int = -1
    window: float = 0.0
    level: float = 0.0


@dataclass(frozen=True, slots=True)
class MotionLimits:
    """How far something may move, in metres and degrees: at once, or in a second."""

    m: float = math.inf
    deg: float = math.inf


@dataclass(frozen=True, slots=True)
class Workspace:
    """The box in which poses may be: its lowest and its highest corner, in metres."""

    min: tuple[float, ...]
    max: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ReceiveRule:
    """
    What becomes of the messages of some devices on their way from the network to ROS.

    An empty ``name``, ``frame`` or ``child_frame`` is made from the device name;
    ``default_frame`` is the frame_id when the device name says none either. ``marker_size``
    is in metres, for points and paths that come without a diameter.
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
    plane: bool = False
    #: off, png or jpeg.
    compressed: str = 'off'
    slice: SliceView | None = None
    cloud: bool = False
    threshold: float = 0.0
    max_points: int = 1_000_000
    nrrd: bool = False
    array: bool = False
    decode: bool = False
    foxglove: bool = False
    mesh: bool = False
    phi: str = 'redact'
    split: bool = False
    markers: bool = False
    marker_size: float = 0.005
    #: labels of the entry and of the target point
    trajectory: tuple[str, str] | None = None
    #: the key `as` of the file, which is a word of Python
    as_: str = ''
    field: str = ''
    joint_names: tuple[str, ...] = ()
    #: the frame that poses, points and images are moved into; empty: none
    to_frame: str = ''
    #: how often the last value is repeated, in Hz; 0: never
    hold_hz: float = 0.0
    #: how old a pose may be, in seconds; 0: however old
    max_age: float = 0.0
    max_jump: MotionLimits | None = None
    #: in a second
    max_speed: MotionLimits | None = None
    #: in the frame that poses are published in
    workspace: Workspace | None = None
    #: whether numbers and texts come with a header as well
    stamped: bool = False
    #: after how many poses that agree another place is believed
    recover_after: int = 5
    #: for how long messages may come with a stamp that stands still, in seconds; 0: for ever
    stale_after: float = _DEFAULTS.stale_after
    #: first, number or mix, where several peers send one device; empty: first with gates, else mix
    on_conflict: str = ''
    default_frame: str = _DEFAULTS.default_frame
    #: pattern for the names of the only peer that it is for; empty: it is for all
    peer: str = ''

    def of(self, device: str, type_name: str) -> ReceiveRule:
        """Give the rule as it holds for a device and a wire type that it matches."""
        if self.tf != 'auto':
            return self
        wanted = type_name == 'TRANSFORM' and parse_xtoy(device) is not None
        return replace(self, tf='dynamic' if wanted else 'off')

    def spelled(self, frame: str, profile: str) -> str:
        """Spell a frame as it is on ROS: with some profiles that of the patient in one way."""
        if profile not in ONE_PATIENT or not is_patient(frame):
            return frame
        return self.default_frame if is_patient(self.default_frame) else PATIENT

    @property
    def is_gated(self) -> bool:
        """Whether some poses are withheld."""
        return bool(self.max_age or self.max_jump or self.max_speed or self.workspace)

    def conflict_policy(self, type_name: str) -> str:
        """Tell what becomes of a type that several peers send: first, number or mix."""
        usual = 'first' if self.is_gated and has_points(type_name) else 'mix'
        return self.on_conflict or usual


@dataclass(frozen=True, slots=True)
class TfFrame:
    """One of several frames that are sent together: the pose of source in target."""

    source: str
    target: str
    name: str


@dataclass(frozen=True, slots=True)
class RobotSource:
    """
    A robot whose links are sent.

    :param description: topic of its URDF.
    :param target: the frame that the links are seen in; empty for the root of the robot.
    :param prefix: what stands in front of the names of its links on tf.
    """

    description: str
    target: str = ''
    prefix: str = ''


@dataclass(frozen=True, slots=True)
class SendRule:
    """
    What is sent from ROS to the network under one device name: a topic, frames of tf, or a robot.

    ``rate`` is in Hz, None for every message; ``spacing`` in metres per pixel; ``keepalive`` in
    seconds, None for never. ``eps`` is in metres for lengths, and as it is for other numbers.
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
    codec: str = 'h264'
    field: str = ''
    unit: str = ''
    max_points: int = 1000
    to_frame: str = ''
    on_change: bool = False
    eps: float = 0.0
    keepalive: float | None = None
    #: device of a STRING that describes the points that were sent; empty: none
    header: str = ''
    #: several frames of tf in one message
    tf_list: tuple[TfFrame, ...] = ()
    robot: RobotSource | None = None
    #: how old it may be, in seconds; 0: however old, None: what is usual for its source
    max_age: float | None = None

    @property
    def age_limit(self) -> float:
        """How long its stamp may stand still, in seconds; 0 for ever."""
        if self.max_age is not None:
            return self.max_age
        return TF_MAX_AGE_S if self.tf_sources or self.robot else 0.0

    @property
    def tf_sources(self) -> tuple[str, ...]:
        """The frames that are read to be sent, or a pattern of them; empty for a topic."""
        several = tuple(frame.source for frame in self.tf_list)
        return several or ((self.tf_source,) if self.tf_source else ())

    @property
    def is_tracking(self) -> bool:
        """Whether frames go together, as TDATA."""
        return bool(self.tf_list) or self.type != 'TRANSFORM' and is_pattern(self.tf_source)


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
    queries: tuple[QueryRule, ...] = ()
    commands: tuple[CommandRule, ...] = ()
    serve: tuple[ServeRule, ...] = ()
    #: the phases of a robot, where the link has one
    phases: PhaseTable | None = None
    path: str = ''
    fallback: ReceiveRule = ReceiveRule()
    #: what stands as `peer` in rules, each once
    peers: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _index: RuleIndex = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Sort the rules, of which there may be very many."""
        index = RuleIndex(
            ((rule.device, rule.type) for rule in self.receive),
            [rule.peer for rule in self.receive])
        object.__setattr__(self, '_index', index)
        peers = tuple(dict.fromkeys(rule.peer for rule in self.receive if rule.peer))
        object.__setattr__(self, 'peers', peers)

    @property
    def uses_tf(self) -> bool:
        """Whether any device may be broadcast on tf."""
        return any(rule.tf != 'off' for rule in (*self.receive, self.fallback))

    @property
    def reads_tf(self) -> bool:
        """Whether anything is looked up on tf."""
        return any(rule.tf_sources or rule.to_frame or rule.robot for rule in self.send) or any(
            rule.to_frame for rule in (*self.receive, self.fallback))

    def peers_called(self, names: abc.Iterable[str]) -> frozenset[str]:
        """Find what stands as `peer` in rules that are for somebody of these names."""
        names = tuple(names)
        return frozenset(
            peer for peer in self.peers if any(
                # brackets of [::1] are no pattern
                name == peer or fnmatchcase(name, peer) for name in names))

    def receive_rule(
        self, device: str, type_name: str, peers: abc.Container[str] = ()
    ) -> ReceiveRule:
        """
        Find the rule for a device and a wire type; the first that matches wins.

        :param device: the full device name, as the peer gave it.
        :param type_name: the type on the wire, such as ``TRANSFORM``.
        :param peers: what `peers_called` gives for who sends it.
        """
        index = self.receive_index(device, type_name, peers)
        rule = self.fallback if index is None else self.receive[index]
        return rule.of(device, type_name)

    def receive_index(
        self, device: str, type_name: str, peers: abc.Container[str] = ()
    ) -> int | None:
        """Find the place of that rule in ``receive``; None for the fallback."""
        return self._index.first((device, whole_characters(device)), type_name, peers)


#: where the patient's frame is one, whatever its case: Slicer writes RAS, ROS ras
ONE_PATIENT = ('slicer', 'plus')
PATIENT = 'ras'


def is_patient(frame: str) -> bool:
    """Tell whether a frame is that of the patient where its case means nothing."""
    return frame.lower() == PATIENT


def is_pattern(frame: str) -> bool:
    """Tell whether a name stands for all that match it: * any text, ? a character, [abc] one."""
    return any(character in _WILD for character in frame)


@lru_cache(maxsize=4096)
def parse_xtoy(device: str) -> tuple[str, str] | None:
    """
    Read a name such as ProbeToTracker as (Probe, Tracker): the pose of Probe in Tracker.

    There must be exactly one ``To`` that is followed by something else than a
    lower-case letter, with text before and after it; a ``Transform`` at the end is cut first.
    Blanks around the frames are no part of them.

    :param device: a device name.
    :return: None when the name does not say two frames.
    """
    name = device.strip().removesuffix('Transform')
    found = [match.start() for match in re.finditer('To(?=[^a-z])', name)]
    if len(found) != 1:
        return None
    child, parent = name[:found[0]].strip(), name[found[0] + 2:].strip()
    return (child, parent) if child and parent else None


def default_mapping(settings: Settings) -> Mapping:
    """Give the mapping that holds without a file: everything received is published."""
    return make_mapping({}, settings, '')


def load_mapping(path: str | os.PathLike[str], *, settings: Settings | None = None) -> Mapping:
    """
    Read a mapping file.

    :param path: a YAML file; an empty one gives the default mapping.
    :param settings: where the defaults come from that the file leaves out.
    :raises ConfigError: ``FILE:LINE: key: what was found; allowed ...``, for the first
        error in the file, or it is a file with links.
    """
    try:
        file = os.fspath(path)
    except TypeError as error:
        raise ConfigError(f'mapping_file: found {path!r}; allowed the name of a file') from error
    document = Document(file)
    document.check(RULE_FAULTS, find_rule_clashes)
    if document.links:
        raise ConfigError(f'{file}: found links; allowed only for a bridge, see load_links')
    return make_mapping(document.data, settings or _DEFAULTS, file)


def make_mapping(data: dict[str, Any], settings: Settings, path: str) -> Mapping:
    """Make the rules from checked data: a rule wins over the defaults, they over the settings."""
    profile = data.get('profile', 'plain')
    defaults = dict(data.get('defaults', {}))
    defaults.setdefault('stamp', settings.stamp)
    defaults.setdefault('max_skew', settings.max_skew)
    defaults.setdefault('stale_after', settings.stale_after)
    base = _receive_rule(ReceiveRule(
        default_frame=defaults.pop('frame', settings.default_frame),
        **_PROFILES[profile]), defaults, profile)
    protocol = expand(data.get('protocol', ()))
    send = [*data.get('send', ()), *protocol.send]
    own = {command['name'] for command in data.get('commands', ())}
    commands = [*data.get('commands', ()),
                *(command for command in protocol.commands if command['name'] not in own)]
    return Mapping(
        profile=profile,
        receive=tuple(_receive_rule(base, item, profile)
                      for item in _in_order(data.get('receive', ()), protocol.receive)),
        send=tuple(_send_rule(item, base.wire_unit, profile) for item in send),
        **make_services({**data, 'commands': commands}),
        phases=protocol.phases,
        path=path,
        fallback=replace(base, action='drop') if 'receive' in data else base)


def _in_order(
    own: abc.Sequence[dict[str, Any]], protocol: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Put the rules of protocols behind those for certain devices, before those for all."""
    certain = [rule.get('device', '*') != '*' for rule in own]
    first = certain.index(False) if False in certain else len(own)
    return [*own[:first], *protocol, *own[first:]]


def _receive_rule(
    base: ReceiveRule, item: dict[str, Any], profile: str
) -> ReceiveRule:
    values = dict(item)
    if 'tf' in values:
        values['tf'] = {False: 'off', True: 'dynamic', 'static': 'static'}[values['tf']]
    if 'frames' in values:
        values['frame'], values['child_frame'] = values.pop('frames')
    for key in ('max_skew', 'stale_after', 'threshold', 'marker_size', 'hold_hz', 'max_age'):
        if key in values:
            values[key] = float(values[key])
    for key in ('max_jump', 'max_speed'):
        if key in values:
            limits = {unit: float(limit) for unit, limit in values[key].items()}
            values[key] = MotionLimits(limits.get('m', limits.get('m_s', math.inf)),
                                       limits.get('deg', limits.get('deg_s', math.inf)))
    if 'workspace' in values:
        values['workspace'] = Workspace(*(
            tuple(map(float, values['workspace'][end])) for end in ('min', 'max')))
    if 'compressed' in values:
        values['compressed'] = values['compressed'] or 'off'
    if 'slice' in values:
        values['slice'] = _slice_view(values['slice'])
    if 'trajectory' in values:
        ends = values['trajectory']
        values['trajectory'] = ends['entry'], ends['target']
    if 'as' in values:
        values['as_'] = values.pop('as')
    if 'joint_names' in values:
        values['joint_names'] = tuple(values['joint_names'])
    for key in ('frame', 'child_frame', 'to_frame'):
        if key in values:
            values[key] = base.spelled(values[key], profile)
    return replace(base, **values)


def _slice_view(value: bool | dict[str, Any]) -> SliceView | None:
    if isinstance(value, bool):
        return SliceView() if value else None
    return SliceView(
        value.get('axis', 'k'),
        int(value.get('index', -1)),
        float(value.get('window', 0.0)),
        float(value.get('level', 0.0)),
    )


def _send_rule(item: dict[str, Any], wire_unit: str, profile: str) -> SendRule:
    values = {'wire_unit': wire_unit, **item}
    if 'tf' in values:
        _read_tf(values)
        # Slicer keeps what it was told last
        values.setdefault('on_change', profile == 'slicer')
    if 'robot' in values:
        robot = dict(values['robot'])
        values['rate'] = robot.pop('rate', TF_RATE_HZ)
        values['robot'] = RobotSource(**robot)
        values.setdefault('on_change', profile == 'slicer')
    for key in ('rate', 'eps', 'keepalive', 'max_age'):
        if key in values:
            values[key] = float(values[key])
    if 'dims' in values:
        values['dims'] = tuple(map(int, values['dims']))
    if 'spacing' in values:
        values['spacing'] = tuple(map(float, values['spacing']))
    rule = SendRule(**values)
    return _with_one_patient(rule) if profile in ONE_PATIENT else rule


def _with_one_patient(rule: SendRule) -> SendRule:
    """Name the frame of the patient as it is looked up."""
    def named(frame: str) -> str:
        return PATIENT if is_patient(frame) else frame

    robot = rule.robot
    return replace(
        rule,
        tf_source=named(rule.tf_source),
        tf_target=named(rule.tf_target),
        to_frame=named(rule.to_frame),
        tf_list=tuple(TfFrame(named(frame.source), named(frame.target), frame.name)
                      for frame in rule.tf_list),
        robot=robot and replace(robot, target=named(robot.target)),
    )


def _read_tf(values: dict[str, Any]) -> None:
    """Put what the key tf says into the fields of a rule."""
    tf = values.pop('tf')
    if isinstance(tf, list):
        values['tf_list'] = tuple(
            TfFrame(x['source'], x['target'], x.get('name', x['source'])) for x in tf)
        values.setdefault('rate', TF_RATE_HZ)
        return
    values.setdefault('device', _tf_device(tf['source'], tf['target']))
    values.update(tf_source=tf['source'], tf_target=tf['target'],
                  rate=tf.get('rate', TF_RATE_HZ))


def _tf_device(source: str, target: str) -> str:
    """Name a tf pair the way trackers do: tool0 in base_link is Tool0ToBaseLink."""
    camel = [''.join(word[0].upper() + word[1:] for word in re.findall('[0-9A-Za-z]+', frame))
             for frame in (source, target)]
    return 'To'.join(camel)


# Keys of a receive rule that mean nothing without another key: of any type, and of one type
_RECEIVE_NEEDS: dict[str, tuple[str, Any]] = {
    'threshold': ('cloud', True),
    'max_points': ('cloud', True),
    'marker_size': ('markers', True),
    'field': ('as', 'joint_state'),
    'joint_names': ('as', 'joint_state'),
}
_TYPE_NEEDS = {
    **{('VIDEO', key): 'decode' for key in (
        'tf', 'plane', 'cloud', 'compressed', 'slice', 'nrrd', 'array', 'publish_invalid')},
    ('POINT', 'pose'): 'trajectory',
}
# What a rule that drops messages may say: `phi` also holds for answers to commands
_OF_A_DROP = ('device', 'type', 'peer', 'action', 'phi')


_SEND_NEEDS: dict[str, tuple[str, Any]] = {
    'header': ('type', 'POINT'),
    'eps': ('on_change', True),
    'codec': ('type', 'VIDEO'),
}


def _sent_as() -> dict[str, tuple[str, ...]]:
    """List the types of which keys of a send rule say how they are made."""
    pictures, sensor = ('IMAGE', 'VIDEO'), ('SENSOR',)
    in_space = tuple(kind for kind in placed() if kind != 'QTRANS')  # it is sent as POSITION
    return {
        'dims': pictures,
        'spacing': pictures,
        'field': sensor,
        'unit': sensor,
        'to_frame': in_space,
        'wire_unit': (*in_space, 'VIDEOMETA'),
        'max_points': (),
    }


def _is_asked(item: dict[str, Any], key: str) -> bool:
    return item.get(key, False) is not False


def _missing(
    item: dict[str, Any], needs: dict[str, tuple[str, Any]]
) -> abc.Iterator[tuple[str, str]]:
    """Find keys that mean nothing without another one."""
    for key, (other, value) in needs.items():
        if _is_asked(item, key) and item.get(other) != value:
            spelt = value if isinstance(value, str) else show(value)
            yield key, (f'found {show(item[key])} without {other}: {spelt}; '
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
    yield from _missing(item, _RECEIVE_NEEDS)
    if 'max_skew' in item and item.get('stamp', 'auto') != 'auto':
        yield 'max_skew', (f'found {show(item["max_skew"])} with stamp: {item["stamp"]}; '
                           'allowed only with auto')
    if item.get('stale_after'):
        yield from _stale_faults(item, name)
    if item.get('trajectory') and len(set(item['trajectory'].values())) == 1:
        yield 'trajectory', (f'found {show(item["trajectory"]["entry"])} as entry and as target; '
                             'allowed two different labels')
    if item.get('hold_hz'):
        types = types_of('hold_hz')
        if name not in ('*', *types):
            yield 'hold_hz', (f'found {show(item["hold_hz"])} with type {show(name)}; '
                              f'allowed only with {", ".join(types)} or "*"')
        if item.get('tf') == 'static':
            yield 'hold_hz', (f'found {show(item["hold_hz"])} with tf: static; allowed only '
                              'without, a static frame holds anyway')
    yield from _gate_faults(item, name)
    frame, child = item.get('frames', (item.get('frame'), item.get('child_frame')))
    if item.get('to_frame') and item['to_frame'] == child:
        yield 'to_frame', f'found {show(child)}, the child frame itself; allowed another frame'
    if child is not None and frame == child:
        yield ('frames' if 'frames' in item else 'child_frame',
               f'found {show(child)} as parent and as child; allowed two different frames')


def _type_faults(item: dict[str, Any], type_name: str) -> abc.Iterator[tuple[str, str]]:
    """Find keys of a receive rule that mean nothing for messages of its type."""
    kind = f'with type {show(type_name)}'
    for key, types in (*asked_of().items(), *told_of().items()):
        if _is_asked(item, key) and type_name not in types:
            yield key, (f'found {show(item[key])} {kind}, which has none; '
                        f'allowed only with {", ".join(types)} or "*"')
    for (needing, key), other in _TYPE_NEEDS.items():
        if needing == type_name and _is_asked(item, key) and not item.get(other):
            spelt = f'{other}: true' if other == 'decode' else other
            yield key, f'found {show(item[key])} {kind} without {spelt}; allowed only with it'
    if type_name in AS_OF and 'as' in item and item['as'] not in AS_OF[type_name]:
        yield 'as', (f'found {show(item["as"])} {kind}; '
                     f'allowed {", ".join(map(show, AS_OF[type_name]))}')


def _gate_faults(item: dict[str, Any], type_name: str) -> abc.Iterator[tuple[str, str]]:
    """Find what is wrong with the gates of a receive rule."""
    for key in ('max_age', 'max_jump', 'max_speed', 'workspace'):
        types = types_of(key)
        if key in item and type_name not in ('*', *types):
            yield key, (f'found it with type {show(type_name)}; '
                        f'allowed only with {", ".join(types)} or "*"')
    if 'max_age' in item and item.get('tf') == 'static':
        yield 'max_age', (f'found {show(item["max_age"])} with tf: static; allowed only without, '
                          'a static frame holds anyway')
    if 'workspace' in item:
        ends = item['workspace']
        for axis, low, high in zip('xyz', ends['min'], ends['max']):
            if not low < high:
                yield 'workspace', (f'found {axis} from {show(low)} to {show(high)}; '
                                    'allowed min below max')
    if 'recover_after' in item and not ('max_jump' in item or 'max_speed' in item):
        yield 'recover_after', (f'found {show(item["recover_after"])} without max_jump and '
                                'max_speed; allowed only with one of them')


def _stale_faults(item: dict[str, Any], type_name: str) -> abc.Iterator[tuple[str, str]]:
    """Find out why nothing that a receive rule matches can become stale by its stamps."""
    found = f'found {show(item["stale_after"])}'
    types = types_of('stale_after')
    if type_name not in ('*', *types):
        yield 'stale_after', (f'{found} with type {show(type_name)}; '
                              f'allowed only with {", ".join(types)} or "*"')
    if item.get('tf') == 'static':
        yield 'stale_after', (f'{found} with tf: static; allowed only without, '
                              'a static frame holds anyway')
    if item.get('stamp') == 'receive':
        yield 'stale_after', (f'{found} with stamp: receive; allowed only with auto and device, '
                              'nobody looks at the stamps')


def _send_faults(item: dict[str, Any]) -> abc.Iterator[tuple[str, str]]:
    """Find what a schema cannot say about a send rule, as (key, text)."""
    limit = f'allowed {MAX_DEVICE_BYTES}'
    if 'device' in item:
        length = len(item['device'].encode())
        if length > MAX_DEVICE_BYTES:
            yield 'device', f'found {show(item["device"])}, {length} bytes in UTF-8; {limit}'
    yield from _missing(item, _SEND_NEEDS)
    if item.get('type') == 'COMMAND':
        for key in ('rate', 'on_change', 'keepalive', 'max_age'):
            if item.get(key):
                yield key, (f'found {show(item[key])} with type "COMMAND"; allowed only without, '
                            'each command is sent once')
    target = item.get('robot', {}).get('target', '')
    if is_pattern(target):
        yield 'robot.target', f'found {show(target)}; allowed one frame'
    for key, types in _sent_as().items():
        if key in item and item.get('type') in set(all_types()) - set(types):
            allowed = f'with {", ".join(types)}, or ' if types else ''
            yield key, (f'found {show(item[key])} with type {show(item["type"])}, which has none; '
                        f'allowed only {allowed}without type')
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
    name = _tf_device(source, target)
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


def _sent_alone(item: dict[str, Any]) -> tuple[str, str, str]:
    """Tell type and device of what a rule sends of tf, and what that is."""
    tf = item.get('tf')
    if isinstance(tf, dict) and not is_pattern(tf['source']):
        device = item.get('device') or _tf_device(tf['source'], tf['target'])
        return 'TRANSFORM', device, f'{tf["source"]} in {tf["target"]}'
    what = 'several frames' if tf else 'a robot'
    return item.get('type', 'TDATA'), item['device'], what


#: For each list of rules, what finds the faults of one of them.
RULE_FAULTS: dict[str, FindFaults] = {
    'receive': _receive_faults, 'send': _send_faults, **SERVICE_FAULTS}
# in a link `protocol` is tcp, tls or udp
RULE_FAULTS['protocol'] = RULE_FAULTS['protocols'] = find_faults(dict(RULE_FAULTS))
