"""TDATA and QTDATA on their way to ROS."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from geometry_msgs.msg import Point, PointStamped, PoseArray, PoseStamped
from std_msgs.msg import Header

from ..codec.geometry import (
    matrices_of,
    quaternion_to_columns,
    quaternion_to_matrix,
    quaternions_to_matrices,
    rotations_to_quaternions,
)
from ..codec.lists import FEW, Table
from ..codec.messages.tracking import (
    HEAD_BYTES,
    TIP_ONLY,
    QuaternionElement,
    QuaternionTrackingData,
    TrackingData,
    TrackingElement,
)
from ..errors import ConversionError
from ..rules import ReceiveRule
from .details import Detail
from .gates import MAX_TOOLS
from .lazy import LazyPoseArray, LazyPoseStamped, LazyTransform, pose_bytes
from .many_poses import listed, metres_of
from .metres import (
    LPS_TO_RAS,
    RIGID_TOLERANCE,
    affines_to_numbers,
    json_number,
    metres,
    pose_to_numbers,
)
from .outputs import STREAM, Output
from .points import MOST_TOLD, SPLIT, tell_rest
from .pose import NOT_RIGID, finite_list, is_valid, tool_state
from .registry import Converted, Route, tell_once, to_ros
from .units import ros_text, time_from_ns

_NO_TURN = 0.0, 0.0, 0.0, 1.0
_Message = TrackingData | QuaternionTrackingData
_Tool = TrackingElement | QuaternionElement
_OUTPUTS = (
    Output('tracking', PoseArray, STREAM, is_whole=True),
    Output('tools/<name>/pose', PoseStamped, STREAM, SPLIT),
    Output('tools/<name>/point', PointStamped, STREAM, SPLIT))


@to_ros(QuaternionTrackingData, *_OUTPUTS, by_ns=True)
@to_ros(TrackingData, *_OUTPUTS, by_ns=True)
def tracking_to_ros(message: _Message, route: Route, stamp_ns: int) -> Converted:
    """
    TDATA and QTDATA: `tracking`, the poses of the valid tools; `info` names them in that order.

    Tools called XToY are in frame Y. If they do not share one, `info` lists the frame of each.
    With `split` also `tools/<name>/pose`, or `tools/<name>/point` where a tool has a tip
    and no rotation.
    """
    rule = route.rule
    tools = _tools_of(message, route)
    if route.gate is not None and len(tools.kinds) > MAX_TOOLS:
        raise ConversionError(f'{len(tools.kinds)} tools, a gate knows at most {MAX_TOOLS}')
    found = _numbers_of_all(message, tools, rule)
    is_asked_more = rule.split or rule.tf != 'off' or route.gate is not None
    if is_asked_more or None in found or not _are_valid(message, tools.own_names, rule):
        return _publish_each(message, route, stamp_ns, tools, found)
    # mypy does not see that none of them is None; to leave those out would make the list anew
    numbers = pose_bytes(found)  # type: ignore[arg-type]
    poses = LazyPoseArray(stamp_ns, (tools.frame_id, ''), numbers)
    return Converted({'tracking': poses}, state='OK', info=tools.info.copy())


def _are_valid(message: _Message, names: list[str], rule: ReceiveRule) -> bool:
    """Tell whether all tools are to be published, whatever the sender says of them."""
    metadata = message.metadata
    if not metadata or rule.publish_invalid or not [
        key for key in metadata if key.endswith('Status') or key == 'TransformValid'
    ]:
        return True
    return all(is_valid(tool_state(message, name)) for name in names)


def _publish_each(
    message: _Message, route: Route, stamp_ns: int, tools: _Tools, found: list[_Plain | None]
) -> Converted:
    """Look at each tool: not all are published as they are, or not only together."""
    rule = route.rule
    result = Converted()
    withheld: dict[str, str] = {}
    rows: list[tuple[float, ...]] = []
    kept: list[int] = []
    counts = tools.counts
    told: Counter[str] = Counter()

    def tell(text: str) -> None:
        told['all'] += 1
        if told['all'] <= MOST_TOLD:
            result.errors.append(text)

    spread = rule.split or rule.tf != 'off'
    if route.gate is not None:
        route.gate.is_asked = True  # about each tool that has a pose, which may be none
    each = zip(tools.names, tools.own_names, tools.kinds, tools.frames)
    for number, (name, own, kind, frame) in enumerate(each):
        state = tool_state(message, own)
        if not (is_valid(state) or rule.publish_invalid):
            withheld[name] = ros_text(str(state))
            continue
        try:
            position, turned, distance = _numbers(
                message.elements[number], rule, found[number])
        except ConversionError as error:
            withheld[name] = str(error)
            tell(f'{name}: not published as a pose: {error}')
            _add_matrix(result, name, message, number)
            continue
        if distance > RIGID_TOLERANCE:
            tell(f'{name}: {NOT_RIGID}')
            _add_matrix(result, name, message, number)
        if route.gate is not None:
            if counts[name] > 1:
                stopped = route.gate.stops_twins(name, counts[name])
            else:
                # its number may be another one next time
                tool = name if own else ''
                known = None if kind == TIP_ONLY else tuple(turned)
                child = _child_frame(tool, route) if tool and rule.tf != 'off' else ''
                # two names of one frame on tf are one tool, as is the device
                moves = '' if child == route.child_frame_id else child or tool
                stopped = route.gate.stops(tool, frame, tuple(position), known, moves, child)
            if stopped:
                withheld[name] = stopped
                _add_matrix(result, name, message, number, is_withheld=True)
                continue
        kept.append(number)
        rows.append((*position, *turned))
        if not spread:
            continue
        if counts[name] > 1:
            tell(f'{counts[name]} tools are called {name!r}: published in `tracking` only')
            continue
        if len(kept) > MAX_TOOLS:
            tell(f'{name}: published in `tracking` only: {MAX_TOOLS} tools before it are not')
            continue
        if rule.tf != 'off' and kind == TIP_ONLY:
            tell_once(route, result, 'tools without an orientation are not broadcast on tf')
        elif rule.tf != 'off':
            result.transforms.append(
                LazyTransform(stamp_ns, (frame, _child_frame(name, route)), rows[-1]))
        if rule.split:
            _split(name, kind, rows[-1], frame, stamp_ns, route, result)
    names = [tools.names[number] for number in kept]
    types = [tools.kinds[number] for number in kept]
    frames = [tools.frames[number] for number in kept]
    if len(set(frames)) > 1:
        result.info['frames'] = frames
        frames = []
    result.outputs['tracking'] = LazyPoseArray(
        stamp_ns, (frames[0] if frames else route.frame_id, ''), pose_bytes(rows))
    if len(kept) < message.count:
        result.kept = tuple(message.elements[number] for number in kept)
    tell_rest(result, told['all'], 'tools are not what was asked for')
    result.info.update(names=names, types=types, withheld=withheld)
    result.info['position_only'] = _tip_only(names, types)
    result.state = _state(withheld)
    return result


def _state(withheld: dict[str, str]) -> str:
    """Tell the state of all tools; of very many the first ones."""
    texts = [f'{name}: {state}' for name, state in islice(withheld.items(), MAX_TOOLS)]
    if len(withheld) > MAX_TOOLS:
        texts.append(f'{len(withheld) - MAX_TOOLS} more')
    return ', '.join(texts) or 'OK'


@dataclass(frozen=True, slots=True)
class _Tools:
    """
    What does not change as long as a device sends the same tools.

    :param own_names: as they came.
    :param names: as they are published.
    :param counts: how many tools have a name.
    :param frame_id: the one that they are in, or the usual one.
    :param info: what is told of them, as long as nothing is withheld.
    """

    own_names: list[str]
    names: list[str]
    kinds: list[int]
    counts: Counter[str]
    frames: list[str]
    frame_id: str
    info: dict[str, Any]


def _tools_of(message: _Message, route: Route) -> _Tools:
    """Find out what the names of the tools mean, or that they are those of the message before."""
    table = message.table()
    if len(table) > FEW:  # what is kept is small
        return _find_tools(table, route)
    key = (
        table.heads(HEAD_BYTES), route.device, route.frame_id, route.frame_prefix,
        route.profile, route.rule, route.gate is None,
    )
    known: tuple[Any, _Tools] | None = route.state.get('tools')
    if known is None or known[0] != key:
        known = route.state['tools'] = key, _find_tools(table, route)
    return known[1]


def _find_tools(table: Table, route: Route) -> _Tools:
    own_names = table.texts('name')
    device = ros_text(route.device)
    names = [ros_text(name) or f'{device}-{number}' for number, name in enumerate(own_names, 1)]
    counts = Counter(names)
    if route.gate is not None:
        # the numbers of those without a name change hands when one of them is missing
        nameless = sum(not name for name in own_names)
        counts.update({n: nameless - 1 for n, own in zip(names, own_names) if not own})
    kinds: list[int] = table.rows['type'].tolist()
    # very many may be called like no frame at all
    frames = [tool_frame(name, route) if 'To' in name else route.frame_id for name in names]
    are_apart = len(set(frames)) > 1
    info: dict[str, Any] = {'frames': frames} if are_apart else {}
    info.update(
        names=names, types=kinds, withheld={}, position_only=_tip_only(names, kinds))
    frame_id = route.frame_id if are_apart or not frames else frames[0]
    return _Tools(own_names, names, kinds, counts, frames, frame_id, info)


def _tip_only(names: list[str], kinds: list[int]) -> list[str]:
    return [name for name, kind in zip(names, kinds) if kind == TIP_ONLY]


#: position and quaternion of a tool that is nothing but a rotation and a position
_Plain = Sequence[float]


def _numbers_of_all(message: _Message, tools: _Tools, rule: ReceiveRule) -> list[_Plain | None]:
    """Compute what plain tools are; None for each other one."""
    table = message.table()
    if len(table) > FEW:
        return _many(message, table, rule)
    # of so few, one by one takes less than arrays of all
    if isinstance(message, TrackingData):
        wire = table.numbers('matrix')
    else:
        wire = map(_columns_of, table.numbers('quaternion'), table.numbers('position'))
    found: list[Any] = affines_to_numbers(wire, rule.wire_unit, rule.wire_axes)
    if not tools.info['position_only']:
        return found
    for number, kind in enumerate(tools.kinds):
        if kind == TIP_ONLY:
            try:
                x, y, z = _tip(message.elements[number], rule)
                found[number] = x, y, z, *_NO_TURN
            except ConversionError:
                found[number] = None
    return found


def _columns_of(quaternion: Sequence[float], position: Sequence[float]) -> list[float]:
    """Give a tool as TDATA has it; without any number of a rotation if it has none."""
    try:
        return [*quaternion_to_columns(*quaternion), *position]
    except ConversionError:
        return [*[math.nan] * 9, *position]


def _many(message: _Message, table: Table, rule: ReceiveRule) -> list[_Plain | None]:
    """Compute what plain tools are, all together."""
    if isinstance(message, TrackingData):
        matrices = matrices_of(table.rows['matrix'])
    else:
        matrices, is_turn = quaternions_to_matrices(table.rows['quaternion'])
        matrices[:, :3, 3] = table.rows['position']
    on_ros = matrices * LPS_TO_RAS if rule.wire_axes == 'lps' else matrices
    turned, plain = rotations_to_quaternions(on_ros)
    positions, finite = metres_of(matrices[:, :3, 3], rule.wire_unit, rule.wire_axes)
    if isinstance(message, QuaternionTrackingData):
        plain &= is_turn
    tip_only = table.rows['type'] == TIP_ONLY
    turned[tip_only] = _NO_TURN
    usual = finite & (plain | tip_only)
    each = zip(usual.tolist(), listed(positions), listed(turned))
    return [(*place, *turn) if is_usual else None for is_usual, place, turn in each]


def _numbers(
    element: _Tool, rule: ReceiveRule, plain: _Plain | None
) -> tuple[Sequence[float], Sequence[float], float]:
    """Compute position and quaternion of a tool, unless they are known, and how rigid it was."""
    if plain is not None:
        return plain[:3], plain[3:], 0.0
    if element.type == TIP_ONLY:
        return _tip(element, rule), _NO_TURN, 0.0
    if isinstance(element, TrackingElement):
        matrix = element.matrix
    else:
        matrix = np.eye(4)
        matrix[:3, :3] = quaternion_to_matrix(element.quaternion.tolist())
        matrix[:3, 3] = element.position
    return pose_to_numbers(matrix, rule.wire_unit, rule.wire_axes)


def _tip(element: _Tool, rule: ReceiveRule) -> tuple[float, float, float]:
    tip = element.matrix[:3, 3] if isinstance(element, TrackingElement) else element.position
    return metres(tip.tolist(), rule.wire_unit, rule.wire_axes)


def _add_matrix(
    result: Converted, name: str, message: _Message, number: int, is_withheld: bool = False
) -> None:
    """Have `info` tell what came, of as many tools as somebody may look at."""
    matrices = result.info.setdefault('matrices', {})
    if len(matrices) < MAX_TOOLS:
        detail = Detail(_numbers_in, message, number)
        matrices[name] = detail if is_withheld else detail.made()


def _numbers_in(message: _Message, number: int) -> list[Any]:
    """List for `info` what is no pose, or is withheld: a matrix, or position and quaternion."""
    element = message.elements[number]
    if isinstance(element, TrackingElement):
        return finite_list(element.matrix)
    return [json_number(v) for v in (*element.position.tolist(), *element.quaternion.tolist())]


def _split(
    name: str, kind: int, numbers: Sequence[float], frame: str, stamp_ns: int, route: Route,
    result: Converted,
) -> None:
    tip_only = kind == TIP_ONLY
    try:
        leaf = result.named(route, 'tools', name, 'point' if tip_only else 'pose')
    except ConversionError as error:
        result.errors.append(f'not published as a tool: {error}')
        return
    if tip_only:
        x, y, z, *_ = numbers
        header = Header(stamp=time_from_ns(stamp_ns), frame_id=frame)
        result.outputs[leaf] = PointStamped(header=header, point=Point(x=x, y=y, z=z))
    else:
        result.outputs[leaf] = LazyPoseStamped(stamp_ns, (frame, ''), numbers)


def _child_frame(name: str, route: Route) -> str:
    """Find the frame of one tool: its name may be XToY as that of a device."""
    child, _ = route.rule.frames_in(name, route.profile) or (
        route.rule.spelled(name, route.profile), '')
    return route.frame_prefix + child


def tool_frame(name: str, route: Route) -> str:
    """Find the frame that a tool is in: its own if it is called XToY, else that of the device."""
    _, parent = route.rule.frames_in(name, route.profile) or (name, '')
    return route.frame_prefix + parent if parent and not route.rule.frame else route.frame_id
