"""What the rules of a mapping file make of what arrives: what they drop and withhold."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from ...codec.message import Place, place_of
from ...codec.short_names import is_short_of
from ...config.ros_names import is_start_of
from ...rules import ReceiveRule
from ...rules.frame_names import is_pattern
from .about_time import offset_of
from .findings import Finding, Severity, fault, note, warning
from .observation import Device, Observation

RULE_DROPS = warning(
    'rule-drops', 'a rule for a pattern of names drops a received device',
    'Is that intended? Else remove `action: drop`, or put a rule for the device before it.')
NO_RULE = warning(
    'no-rule', 'no rule of the mapping file matches a received device',
    'Add a rule for it to `receive`, or one for all others at the end: `- {device: "*"}`.')
RULE_WAITS = warning(
    'rule-waits', 'a rule of the mapping file names a device that is not received',
    'Write the name into the rule as it is on the wire, upper and lower case and blanks included.')
RULE_UNIT = fault(
    'rule-unit', 'a rule says metres, and the lengths are those of millimetres',
    'Remove `wire_unit: m` from the rule: with it, poses are a thousand times too far.')
RULE_WORKSPACE = warning(
    'rule-workspace', 'poses are outside the workspace of their rule',
    'They are withheld. Is the workspace in metres, in the frame of the rule?')
RULE_AGE = warning(
    'rule-age', 'stamps are older than the rule allows',
    'All poses are withheld. Set the clocks by one server, then check `max_age`.')
RULE_BLIND = warning(
    'rule-blind', 'a rule with gates, for a type whose poses are unknown',
    'All of it is withheld: give the device a rule of its own without gates, if that is safe.')
RULE_INVALID = note(
    'rule-invalid', 'a rule publishes poses that the device marks as not valid',
    'A robot must not follow a tool that the tracker has lost: remove `publish_invalid`.')
NO_LINK = note(
    'no-link', 'no link of the mapping file leads to this peer',
    'Give the file whose link has this address, or the address as it stands in the file.')


def judge(observed: Observation) -> Iterator[Finding]:
    """Judge what the rules would do with each device."""
    if not observed.links:
        return
    link = observed.link
    if link is None:
        names = ', '.join(f'{x.name} ({x.settings.mode} {x.settings.address})'
                          for x in observed.links)
        yield NO_LINK.of(f'None of the links leads to {observed.reach.host}:'
                         f'{observed.reach.port}: {names}.')
        return
    devices = observed.devices()
    for device in devices:
        yield from _dropped(observed, device)
    if observed.seen:
        yield from _waiting(link.mapping.receive, devices)


def _dropped(observed: Observation, device: Device) -> Iterator[Finding]:
    link, rule = observed.link, observed.rule_of(device)
    if link is None or rule is None or device.type_name == 'BIND':
        return
    place = link.mapping.receive_index(device.full_name, device.type_name)
    if rule.action == 'drop':
        if place is None:
            yield NO_RULE.of(f'No rule takes {device.title}.', device.name)
        elif is_pattern(rule.device):  # who writes a whole name there means it
            kind = '' if rule.type == '*' else f', type {rule.type}'
            yield RULE_DROPS.of(
                f'Rule {place + 1} (device {rule.device!r}{kind}) drops {device.title}.',
                device.name)
        return
    which = f'Rule {place + 1}' if place is not None else 'The rule for all others'
    yield from _gates(which, rule, device)


def _gates(which: str, rule: ReceiveRule, device: Device) -> Iterator[Finding]:
    if rule.is_gated and place_of(device.type_name) == Place.UNKNOWN:
        yield RULE_BLIND.of(f'{which} has gates, and nobody knows what of {device.title} is in '
                            'space.', device.name)
        return
    places = [tool.position for seen in device.good for tool in seen.values.tools]
    places += [place for seen in device.good if seen.values.box
               for place in (seen.values.box.low, seen.values.box.high)
               if place_of(device.type_name) == Place.POINTS]
    furthest = max((max(map(abs, place)) for place in places), default=0.0)
    if rule.wire_unit == 'm' and furthest > 20:
        yield RULE_UNIT.of(
            f'{which} takes {device.title} for metres, and it is up to {furthest:.4g} from the '
            'origin.', device.name)
        return
    box = rule.workspace
    if box is not None and not rule.to_frame and places:
        unit = 1.0 if rule.wire_unit == 'm' else 0.001
        turn = -1.0 if rule.wire_axes == 'lps' else 1.0
        inside = [
            all(low <= value <= high for low, value, high in zip(
                box.min, (turn * unit * x, turn * unit * y, unit * z), box.max))
            for x, y, z in places
        ]
        outside = len(inside) - sum(inside)
        if outside:
            yield RULE_WORKSPACE.of(
                f'{which} withholds {outside} of {len(inside)} positions of {device.title}: they '
                'are outside its workspace.', device.name,
                severity=None if outside == len(inside) else Severity.NOTE)
    age_s = offset_of(device)
    if rule.max_age and rule.stamp != 'receive' and age_s is not None and age_s > rule.max_age:
        yield RULE_AGE.of(
            f'{which} has a max_age of {rule.max_age:g} s, and the stamps of {device.title} are '
            f'at least {age_s:.3g} s old.', device.name)
    if rule.publish_invalid and any(
        tool.state not in ('', 'OK') for seen in device.good for tool in seen.values.tools
    ):
        yield RULE_INVALID.of(f'{which} publishes {device.title} also when it is not valid.',
                              device.name)


def _waiting(rules: tuple[ReceiveRule, ...], devices: list[Device]) -> Iterator[Finding]:
    """Find rules for devices that do not come, though one with nearly the same name does."""
    arrived = {device.full_name for device in devices} | {device.name for device in devices}
    for number, rule in enumerate(rules, 1):
        name = rule.device
        if is_pattern(name) or rule.peer or name in arrived:
            if name in arrived and not is_pattern(name) and rule.type != '*':
                kinds = {d.type_name for d in devices if name in (d.name, d.full_name)}
                if rule.type not in kinds:
                    yield RULE_WAITS.of(
                        f'Rule {number} waits for {rule.type} {name!r}, which comes as '
                        f'{", ".join(sorted(kinds))}.', name)
            continue
        cut = [found for found in arrived if found and len(name.encode()) > 20
               and (is_start_of(found, name) or is_short_of(found, name))]
        same = [found for found in arrived if _plain(found) == _plain(name)]
        near = cut or same or get_close_matches(name, arrived, 1, 0.8)
        if near:
            yield RULE_WAITS.of(
                f'Rule {number} waits for {name!r}, which does not come; {near[0]!r} does.', name)
        else:
            yield RULE_WAITS.of(f'Rule {number} waits for {name!r}, which has not come.', name,
                                severity=Severity.NOTE, remedy='Is the device switched on?')


def _plain(name: str) -> str:
    return ''.join(c for c in name.lower() if c.isalnum())
