"""How a mapping file becomes rules."""

from __future__ import annotations

import collections.abc as abc
import os
from dataclasses import replace
from typing import Any

from ..config.settings import Settings
from ..config.words import show
from ..converters.loading import load_converters
from ..errors import ConfigError
from ..rules import TF_RATE_HZ, Mapping, MoveItRule, ReceiveRule, RobotSource, SendRule, TfFrame
from ..rules.frame_names import ONE_PATIENT, PATIENT, is_patient, tf_device
from ..rules.keys import values_of
from .document import Document
from .profiles import PROFILES, side_of
from .protocol import expand
from .rule_faults import RULE_FAULTS, find_rule_clashes
from .services import make_services

_DEFAULTS = Settings()


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
    load_converters()
    named = data.get('profile', 'plain')
    profile = side_of(named)
    defaults = dict(data.get('defaults', {}))
    defaults.setdefault('stamp', settings.stamp)
    defaults.setdefault('max_skew', settings.max_skew)
    defaults.setdefault('stale_after', settings.stale_after)
    base = _receive_rule(ReceiveRule(
        default_frame=defaults.pop('frame', settings.default_frame),
        **PROFILES[named]), defaults, profile)
    protocol = expand(data.get('protocol', ()))
    send = [*data.get('send', ()), *protocol.send]
    own = {command['name'] for command in data.get('commands', ())}
    commands = [*data.get('commands', ()),
                *(command for command in protocol.commands if command['name'] not in own)]
    if 'moveit' in data and named != 'moveit':
        raise ConfigError(f'{path}: moveit: found with profile {named}; allowed only with moveit')
    mapping = Mapping(
        profile=profile,
        receive=tuple(_receive_rule(base, item, profile)
                      for item in _in_order(data.get('receive', ()), protocol.receive)),
        send=tuple(_send_rule(item, base.wire_unit, profile) for item in send),
        **make_services({**data, 'commands': commands}),
        phases=protocol.phases,
        moveit=MoveItRule(**values_of(MoveItRule, data.get('moveit', {})))
        if named == 'moveit' else None,
        path=path,
        fallback=replace(base, action='drop') if 'receive' in data else base)
    target = '' if mapping.moveit is None else mapping.moveit.target
    if target and not any(mapping.is_published(target, kind) for kind in ('TRANSFORM', 'POINT')):
        raise ConfigError(f'{path}: moveit.target: found {show(target)}, which no rule of receive '
                          'publishes; allowed a device whose poses are published')
    return mapping


def _in_order(
    own: abc.Sequence[dict[str, Any]], protocol: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Put the rules of protocols behind those for certain devices, before those for all."""
    certain = [rule.get('device', '*') != '*' for rule in own]
    first = certain.index(False) if False in certain else len(own)
    return [*own[:first], *protocol, *own[first:]]


def _receive_rule(base: ReceiveRule, item: dict[str, Any], profile: str) -> ReceiveRule:
    item = dict(item)
    if 'frames' in item:
        item['frame'], item['child_frame'] = item.pop('frames')
    values = values_of(ReceiveRule, item)
    for key in ('frame', 'child_frame', 'to_frame'):
        if key in values:
            values[key] = base.spelled(values[key], profile)
    return replace(base, **values)


def _send_rule(item: dict[str, Any], wire_unit: str, profile: str) -> SendRule:
    values = {'wire_unit': wire_unit, **item}
    more: dict[str, Any] = {}
    if 'tf' in values:
        more = _tf_values(values.pop('tf'))
    if 'robot' in values:
        robot = dict(values.pop('robot'))
        more = {'rate': float(robot.pop('rate', TF_RATE_HZ)), 'robot': RobotSource(**robot)}
    if more:  # Slicer keeps what it was told last
        more['on_change'] = profile == 'slicer'
    rule = SendRule(**{**more, **values_of(SendRule, values)})
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


def _tf_values(tf: Any) -> dict[str, Any]:
    """Tell which values of a rule the key tf says."""
    if isinstance(tf, list):
        frames = (TfFrame(x['source'], x['target'], x.get('name', x['source'])) for x in tf)
        return {'tf_list': tuple(frames), 'rate': TF_RATE_HZ}
    return {'device': tf_device(tf['source'], tf['target']), 'tf_source': tf['source'],
            'tf_target': tf['target'], 'rate': float(tf.get('rate', TF_RATE_HZ))}
