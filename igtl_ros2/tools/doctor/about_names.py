"""Names: cut, empty, the same for two, and those that give a frame two parents."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator
from itertools import combinations
from statistics import median

from ...codec.message import has_poses
from ...codec.short_names import NAME_BYTES, is_short_of
from ...codec.tool_state import is_valid
from ...rules import ReceiveRule, parse_xtoy
from .findings import Finding, Severity, fault, note, warning
from .observation import Device, Observation

NAME_SHARED = fault(
    'name-shared', 'two devices have the same name on the wire',
    f'Give each a name of its own of at most {NAME_BYTES} bytes: receivers treat them as one, '
    f'which jumps back and forth.')
TOOL_TWICE = fault(
    'tool-twice', 'two tools of one list have the same name',
    f'Give each a name of its own of at most {NAME_BYTES} bytes; Slicer takes the first of them.')
NAME_CUT = warning(
    'name-cut', 'a name was cut to the size of its field',
    f'Use names of at most {NAME_BYTES} bytes: rules and frames have to use the cut name, and two '
    f'may become the same.')
NAME_FULL = note(
    'name-full', 'a name fills its field exactly',
    'Check whether it is longer at its sender: then it was cut, and two may become the same.')
NAME_ALIKE = warning(
    'name-alike', 'names differ in blanks or in upper and lower case alone',
    'They are different devices for programs: rename one, or quote the '
    'names in rules with all their blanks.')
NAME_BLANKS = warning(
    'name-blanks', 'a name begins or ends with blanks',
    'Remove them in the sender; until then rules need them too, in quotes.')
NAME_EMPTY = note(
    'name-empty', 'a device has no name',
    'Name it in the sender. Slicer calls it OpenIGTLink, ROS `unnamed`.')
NAME_ODD = warning(
    'name-odd', 'a name is not text in UTF-8, or has characters that cannot be printed',
    'Name it with letters, digits and _ in the sender; in ROS it gets a name with a suffix.')
TWO_PARENTS = warning(
    'two-parents', 'a frame would have two parents on tf',
    'tf knows one parent of each frame: in the bridge, say for one of the two `child_frame` with '
    'another name, or `tf: off`. The bridge broadcasts the first and reports the other.')
TF_LOOP = warning(
    'tf-loop', "frames are each other's parents",
    'Say for one of them `tf: off` in the bridge: tf refuses a loop, and so does the bridge.')

# a pose that is to and fro goes so many times as far as each of the two on its own way
_JUMP, _TINY_MM, _ENOUGH = 10, 1e-3, 12
# of so many that follow one is back, and so much of all are such jumps
_SOON, _OFTEN = 5, 0.1
_ODD = re.compile('[\x00-\x1f\x7f\udc80-\udcff]')


def judge(observed: Observation) -> Iterator[Finding]:
    """Judge names of devices and of tools."""
    devices = observed.devices()
    names = {name for d in devices for name in (d.name, *d.tools())
             if len(_raw(name)) < NAME_BYTES}
    #: frames that are named where nothing is cut
    frames = {frame for name in names for frame in parse_xtoy(name) or ()}
    for device in devices:
        yield from _name(device.name, f'The name of {device.title}', device, frames)
        yield from _full_names(device)
        for tool in device.tools():
            if tool:
                yield from _name(
                    tool, f'The name of tool {tool!r} in {device.title}', device, frames)
        yield from _twice(device)
        yield from _to_and_fro(device)
    yield from _empty(devices)
    yield from _alike(devices)
    yield from _shared(devices)
    yield from _parents(observed, devices)


def _name(
    name: str, what: str, device: Device, frames: Collection[str]
) -> Iterator[Finding]:
    if _ODD.search(name):
        kind = NAME_CUT if _is_cut_character(name) else NAME_ODD
        yield kind.of(
            f'{what} ends in the middle of a character.' if kind is NAME_CUT else
            f'{what} has bytes that are no text.', device.name)
        return
    if name != name.strip():
        yield NAME_BLANKS.of(f'{what} begins or ends with blanks.', device.name)
    if len(_raw(name)) < NAME_BYTES or any(
        seen.full_name for seen in device.seen if name == device.name
    ):
        return
    text = f'{what} has {NAME_BYTES} bytes, all that there is room for'
    if _is_whole(name, frames):
        yield NAME_FULL.of(f'{text}.', device.name)
    else:
        yield NAME_CUT.of(f'{text}: what comes behind them is cut.', device.name, remedy=(
            f'If its sender calls it so, and not longer, nothing; else: {NAME_CUT.remedy}'))


def _raw(name: str) -> bytes:
    return name.encode('utf-8', 'surrogateescape')


def _is_cut_character(name: str) -> bool:
    """Tell whether a name that fills its field ends within a character."""
    raw = _raw(name)
    if len(raw) != NAME_BYTES:
        return False
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        return error.reason == 'unexpected end of data'
    return False


def _is_whole(name: str, frames: Collection[str]) -> bool:
    """Tell whether a name that fills its field is known to be whole."""
    if re.fullmatch(r'.+_[a-z2-7]{6}', name):
        return True  # a bridge has made it short
    found = parse_xtoy(name)
    return found is not None and found[1] in frames


def _full_names(device: Device) -> Iterator[Finding]:
    wholes = dict.fromkeys(seen.full_name or device.name for seen in device.good)
    longer = [name for name in wholes if name != device.name]
    if len(wholes) > 1 and longer:
        names = ' and '.join(map(repr, list(wholes)[:4]))
        yield NAME_SHARED.of(f'{names} are all {device.title} on the wire.', device.name)
    elif longer and not is_short_of(device.name, longer[0]):
        yield NAME_CUT.of(f'{longer[0]!r} is {device.name!r} on the wire.', device.name)
    elif longer:
        yield NAME_FULL.of(
            f'{longer[0]!r} is {device.name!r} on the wire, and its whole name is in metadata.',
            device.name, remedy='Nothing: the mark at the end keeps it apart from others.')


def _twice(device: Device) -> Iterator[Finding]:
    twice: Counter[str] = Counter()
    for seen in device.good:
        names = Counter(tool.name for tool in seen.values.tools)
        twice.update(name for name, count in names.items() if count > 1)
    for name, count in twice.items():
        yield TOOL_TWICE.of(
            f'{device.title} has more than one tool {name!r}, in {count} of {len(device.good)} '
            'messages.', device.name)


def _to_and_fro(device: Device) -> Iterator[Finding]:
    """Find a pose that is in some places by turns: senders that do not know of each other."""
    if device.name and device.is_stream and (senders := _senders(device)) > 1:
        yield NAME_SHARED.of(f'{device.title} comes over {senders} connections at once.',
                             device.name)
        return
    for tool, found in device.tools().items():
        places = [pose.position for _, pose in found if is_valid(pose.state or None)]
        if len(places) < _ENOUGH or not all(math.isfinite(x) for place in places for x in place):
            continue
        jumps = []
        for number, place in enumerate(places[:-1]):
            way = math.dist(place, places[number + 1])
            # one of the next is again where this one is, with the way that it went meanwhile
            back = min((math.dist(place, later) for later in places[number + 2:number + _SOON]),
                       default=way)
            if way > _JUMP * max(back, _TINY_MM):
                jumps.append(way)
        if len(jumps) > max(_ENOUGH // 2, len(places) * _OFTEN):
            what = f'Tool {tool!r} of {device.title}' if tool else device.title
            yield NAME_SHARED.of(
                f'{what} is to and fro between places {median(jumps):.4g} apart, {len(jumps)} '
                'times: two senders use the name.', device.name)


def _senders(device: Device) -> int:
    """Tell over how many connections at once a device comes."""
    spans = sorted((part[0].at_s, part[-1].at_s) for part in device.by_connection())
    # a client that connects again is the one that was there
    return max((sum(begin <= start < end for begin, end in spans) for start, _ in spans),
               default=0)


def _empty(devices: list[Device]) -> Iterator[Finding]:
    # 3D Slicer, PLUS and others greet with a STATUS without a name
    unnamed = [d for d in devices if not d.name and d.type_name not in ('STATUS', 'CAPABILITY')
               and not d.type_name.startswith(('GET_', 'STT_', 'STP_', 'RTS_'))]
    if unnamed:
        kinds = ', '.join(device.type_name for device in unnamed)
        yield NAME_EMPTY.of(
            f'{kinds} {"come" if len(unnamed) > 1 else "comes"} without a device name.',
            severity=Severity.WARNING if len(unnamed) > 1 else None)
    for device in devices:
        if '' in device.tools() and any(name for name in device.tools()):
            yield NAME_EMPTY.of(f'{device.title} has a tool without a name.', device.name)


def _alike(devices: list[Device]) -> Iterator[Finding]:
    names = dict.fromkeys(name for d in devices for name in (d.name, *d.tools()) if name)
    by_look: dict[str, list[str]] = {}
    for name in names:
        by_look.setdefault(re.sub(r'\s+', '', name).lower(), []).append(name)
    for alike in by_look.values():
        for first, second in combinations(alike[:4], 2):
            differ = 'blanks' if first.lower() != second.lower() else 'case'
            yield NAME_ALIKE.of(f'{first!r} and {second!r} differ in {differ} alone.', second)


def _shared(devices: list[Device]) -> Iterator[Finding]:
    """Find poses of one name in several types, which Slicer shows as one node."""
    owners: dict[str, list[Device]] = {}
    for device in devices:
        if has_poses(device.type_name):
            for tool in device.tools():
                owners.setdefault(tool or device.name, []).append(device)
    for name, found in owners.items():
        if name and len(found) > 1:
            titles = ' and '.join(device.title for device in found)
            yield NAME_SHARED.of(
                f'The pose {name!r} comes in {titles}: Slicer moves one node with all of them.',
                name, severity=Severity.WARNING)


def _parents(observed: Observation, devices: list[Device]) -> Iterator[Finding]:
    parents: dict[str, dict[str, str]] = {}
    for device in devices:
        if has_poses(device.type_name):
            rule = observed.rule_of(device)
            for tool in device.tools():
                name = tool or device.full_name
                frames = _frames(name, rule)
                if frames is not None:
                    parents.setdefault(frames[0], {}).setdefault(frames[1], name)
    for child, found in parents.items():
        if len(found) > 1:
            names = ' and '.join(map(repr, found.values()))
            yield TWO_PARENTS.of(
                f'{names} give the frame {child!r} {len(found)} parents: {", ".join(found)}.',
                list(found.values())[1])
    yield from _loops({child: list(found) for child, found in parents.items()})


def _frames(name: str, rule: ReceiveRule | None) -> tuple[str, str] | None:
    """Tell which frame a pose is of, and in which; None if a bridge does not broadcast it."""
    frames = parse_xtoy(name)
    if rule is None:
        return frames
    if rule.action == 'drop' or rule.tf == 'off':
        return None
    child, parent = frames or (name, rule.default_frame)
    return rule.child_frame or child, rule.frame or parent


def _loops(parents: dict[str, list[str]]) -> Iterator[Finding]:
    walked: set[str] = set()
    for start in parents:
        at, way = start, dict[str, None]()
        # along the first parent of each, which is the one that is broadcast
        while at and at not in walked:
            walked.add(at)
            way[at] = None
            at = parents.get(at, [''])[0]
        if at in way:
            loop = list(way)[list(way).index(at):]
            yield TF_LOOP.of(f'Frames in a circle: {" in ".join([*loop, at])}.')
