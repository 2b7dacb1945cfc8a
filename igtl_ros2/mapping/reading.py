"""How a mapping file becomes rules."""

from __future__ import annotations

import collections.abc as abc
import math
import os
from dataclasses import replace
from typing import Any

from ..config.settings import Settings
from ..errors import ConfigError
from ..rules.frame_names import ONE_PATIENT, PATIENT, is_patient, tf_device
from ..rules.rules import (
    TF_RATE_HZ,
    Mapping,
    MotionLimits,
    ReceiveRule,
    RobotSource,
    SendRule,
    SliceView,
    TfFrame,
    Workspace,
)
from .document import Document
from .protocol import expand
from .rule_faults import RULE_FAULTS, find_rule_clashes
from .services import make_services

_DEFAULTS = Settings()
# What a profile sets where neither a rule nor the defaults of the file do
_PROFILES: dict[str, dict[str, Any]] = {
    'plain': {},
    # tf auto: names that read as XToY are broadcast
    'slicer': {'tf': 'auto'},
    'plus': {'tf': 'auto'},
    'robot': {'tf': 'auto', 'pose': True, 'split': True},
}


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
    values.setdefault('device', tf_device(tf['source'], tf['target']))
    values.update(tf_source=tf['source'], tf_target=tf['target'],
                  rate=tf.get('rate', TF_RATE_HZ))
