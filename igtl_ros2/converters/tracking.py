"""TDATA and QTDATA."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import PointStamped, Pose, PoseArray, PoseStamped
from std_msgs.msg import Header

from ..codec.geometry import matrices_of, quaternions_to_matrices, rotations_to_quaternions
from ..codec.lists import Table
from ..codec.messages.tracking import (
    QuaternionElement,
    QuaternionTrackingData,
    TrackingData,
    TrackingElement,
)
from ..errors import ConversionError
from ..mapping import ReceiveRule
from .gates import MAX_TOOLS
from .many_poses import fill_poses, listed, metres_of
from .points import MOST_TOLD, tell_rest
from .pose import NOT_RIGID, finite_list, is_valid, tool_state, transform_stamped
from .registry import Converted, Route, Sending, frames_in, from_ros, tell_once, to_ros
from .units import (
    LPS_TO_RAS,
    RIGID_TOLERANCE,
    json_number,
    matrix_to_quaternion,
    point_from_ros,
    point_to_ros,
    pose_from_ros,
    pose_to_numbers,
    quaternion_to_matrix,
    ros_text,
)

# a tool of this type has no rotation, whatever its matrix says
_TIP_ONLY = 3


@to_ros(QuaternionTrackingData)
@to_ros(TrackingData)
def tracking_to_ros(
    message: TrackingData | QuaternionTrackingData, route: Route, stamp: Time
) -> Converted:
    """
    TDATA and QTDATA: `tracking`, the poses of the valid tools; `info` names them in that order.

    Tools called XToY are in frame Y. If they do not share one, `info` lists the frame of each.
    With `split` also `tools/<name>/pose`, or `point` where a tool has a tip and no rotation.
    """
    rule = route.rule
    names: list[str] = []
    types: list[int] = []
    withheld: dict[str, str] = {}
    result = Converted()
    rows: list[tuple[float, ...]] = []
    frames: list[str] = []
    kept: list[int] = []
    own_names, kinds, numbers = _columns(message, rule)
    if route.gate is not None and len(kinds) > MAX_TOOLS:
        raise ConversionError(f'{len(kinds)} tools, a gate knows at most {MAX_TOOLS}')
    told: Counter[str] = Counter()

    def tell(text: str) -> None:
        told['all'] += 1
        if told['all'] <= MOST_TOLD:
            result.errors.append(text)

    device = ros_text(route.device)
    all_names = [
        ros_text(name) or f'{device}-{number}' for number, name in enumerate(own_names, 1)
    ]
    counts = Counter(all_names)
    if route.gate is not None:
        # the numbers of those without a name change hands when one of them is missing
        nameless = sum(not name for name in own_names)
        counts.update({n: nameless - 1 for n, own in zip(all_names, own_names) if not own})
    spread = rule.split or rule.tf != 'off'
    for number, (name, own, kind) in enumerate(zip(all_names, own_names, kinds)):
        state = tool_state(message, own)
        if not (is_valid(state) or rule.publish_invalid):
            withheld[name] = ros_text(str(state))
            continue
        try:
            position, turned, distance = numbers(number)
        except ConversionError as error:
            withheld[name] = str(error)
            tell(f'{name}: not published as a pose: {error}')
            _add_matrix(result, name, message.elements[number])
            continue
        if distance > RIGID_TOLERANCE:
            tell(f'{name}: {NOT_RIGID}')
            _add_matrix(result, name, message.elements[number])
        # very many may be called like no frame at all
        frame = tool_frame(name, route) if 'To' in name else route.frame_id
        if route.gate is not None:
            if counts[name] > 1:
                stopped = route.gate.stops_twins(name, counts[name])
            else:
                # its number may be another one next time
                tool = name if own else ''
                pose = _pose(position, turned)
                known = None if kind == _TIP_ONLY else pose.orientation
                stopped = route.gate.stops(
                    tool, frame, pose.position, known, _what_moves(tool, route))
            if stopped:
                withheld[name] = stopped
                _add_matrix(result, name, message.elements[number])
                continue
        kept.append(number)
        names.append(name)
        types.append(kind)
        rows.append((*position, *turned))
        frames.append(frame)
        if not spread:
            continue
        if counts[name] > 1:
            tell(f'{counts[name]} tools are called {name!r}: published in `tracking` only')
            continue
        if len(names) > MAX_TOOLS:
            tell(f'{name}: published in `tracking` only: {MAX_TOOLS} tools before it are not')
            continue
        pose = _pose(position, turned)
        if rule.tf != 'off' and kind == _TIP_ONLY:
            tell_once(route, result, 'tools without an orientation are not broadcast on tf')
        elif rule.tf != 'off':
            result.transforms.append(transform_stamped(pose, _tool_route(name, route), stamp))
        if rule.split:
            header = Header(stamp=stamp, frame_id=frame)
            _split(name, kind, pose, header, route, result)
    if len(set(frames)) > 1:
        result.info['frames'] = frames
        frames = []
    header = Header(stamp=stamp, frame_id=frames[0] if frames else route.frame_id)
    poses = result.outputs['tracking'] = PoseArray(header=header)
    numbered = np.array(rows).reshape(-1, 7)
    fill_poses(poses, numbered[:, :3], numbered[:, 3:])
    result.kept = message.elements
    if len(kept) < len(message.elements):
        result.kept = tuple(message.elements[number] for number in kept)
    tell_rest(result, told['all'], 'tools are not what was asked for')
    result.info.update(names=names, types=types, withheld=withheld)
    result.info['position_only'] = [n for n, t in zip(names, types) if t == _TIP_ONLY]
    result.state = _state(withheld)
    return result


def _state(withheld: dict[str, str]) -> str:
    """Tell the state of all tools; of very many the first ones."""
    texts = [f'{name}: {state}' for name, state in islice(withheld.items(), MAX_TOOLS)]
    if len(withheld) > MAX_TOOLS:
        texts.append(f'{len(withheld) - MAX_TOOLS} more')
    return ', '.join(texts) or 'OK'


_Numbers = tuple[Sequence[float], Sequence[float], float]


def _columns(
    message: TrackingData | QuaternionTrackingData, rule: ReceiveRule
) -> tuple[list[str], list[int], Callable[[int], _Numbers]]:
    """
    Give names and types of the tools, and what computes the pose of one and how rigid it was.

    Of very many they are computed together, but for those that are no plain rotations.
    """
    elements = message.elements

    def one(number: int) -> _Numbers:
        return _numbers(elements[number], rule)

    if not isinstance(elements, Table):
        return [e.name for e in elements], [e.type for e in elements], one
    kinds: list[int] = elements.rows['type'].tolist()
    if isinstance(message, TrackingData):
        matrices = matrices_of(elements.rows['matrix'])
    else:
        matrices, is_turn = quaternions_to_matrices(elements.rows['quaternion'])
        matrices[:, :3, 3] = elements.rows['position']
    on_ros = matrices * LPS_TO_RAS if rule.wire_axes == 'lps' else matrices
    turned, plain = rotations_to_quaternions(on_ros)
    positions, finite = metres_of(matrices[:, :3, 3], rule.wire_unit, rule.wire_axes)
    if isinstance(message, QuaternionTrackingData):
        plain &= is_turn
    tip_only = elements.rows['type'] == _TIP_ONLY
    turned[tip_only] = 0.0, 0.0, 0.0, 1.0
    usual = (finite & (plain | tip_only)).tolist()
    places, turns = listed(positions), listed(turned)

    def any_of(number: int) -> _Numbers:
        return (places[number], turns[number], 0.0) if usual[number] else one(number)

    return elements.texts('name'), kinds, any_of


def _numbers(element: TrackingElement | QuaternionElement, rule: ReceiveRule) -> _Numbers:
    """
    Compute position and quaternion of a tool, and how rigid it was.

    :raises ConversionError: if it has none.
    """
    if isinstance(element, TrackingElement):
        tip = element.matrix[:3, 3].tolist()
    else:
        tip = element.position.tolist()
    if element.type == _TIP_ONLY:
        point = point_to_ros(tip, rule.wire_unit, rule.wire_axes)
        return (point.x, point.y, point.z), (0.0, 0.0, 0.0, 1.0), 0.0
    if isinstance(element, TrackingElement):
        matrix = element.matrix
    else:
        matrix = np.eye(4)
        matrix[:3, :3] = quaternion_to_matrix(element.quaternion.tolist())
        matrix[:3, 3] = tip
    return pose_to_numbers(matrix, rule.wire_unit, rule.wire_axes)


def _pose(position: Sequence[float], turned: Sequence[float]) -> Pose:
    pose = Pose()
    p, q = pose.position, pose.orientation
    p.x, p.y, p.z = position
    q.x, q.y, q.z, q.w = turned
    return pose


def _add_matrix(
    result: Converted, name: str, element: TrackingElement | QuaternionElement
) -> None:
    """Have `info` tell what came, of as many tools as somebody may look at."""
    matrices = result.info.setdefault('matrices', {})
    if len(matrices) < MAX_TOOLS:
        matrices[name] = _numbers_of(element)


def _numbers_of(element: TrackingElement | QuaternionElement) -> list[Any]:
    """List for `info` what was no pose: a matrix, or position and quaternion."""
    if isinstance(element, TrackingElement):
        return finite_list(element.matrix)
    return [json_number(v) for v in (*element.position.tolist(), *element.quaternion.tolist())]


def _split(
    name: str, type_: int, pose: Pose, header: Header, route: Route, result: Converted
) -> None:
    """Give a tool a topic of its own."""
    tip_only = type_ == _TIP_ONLY
    try:
        leaf = result.named(route, 'tools', name, 'point' if tip_only else 'pose')
    except ConversionError as error:
        result.errors.append(f'not published as a tool: {error}')
        return
    if tip_only:
        result.outputs[leaf] = PointStamped(header=header, point=pose.position)
    else:
        result.outputs[leaf] = PoseStamped(header=header, pose=pose)


def _tool_route(name: str, route: Route) -> Route:
    """Find the frames of one tool: its name may be XToY as that of a device."""
    child, _ = frames_in(name, route.rule, route.profile) or (
        route.rule.spelled(name, route.profile), '')
    frame = tool_frame(name, route)
    return Route(
        name, frame, route.frame_prefix + child, route.rule, profile=route.profile)


def _what_moves(tool: str, route: Route) -> str:
    """Name what gates compare: two names of one frame on tf are one tool, as is the device."""
    if not tool or route.rule.tf == 'off':
        return tool
    child = _tool_route(tool, route).child_frame_id
    return '' if child == route.child_frame_id else child


def tool_frame(name: str, route: Route) -> str:
    """Find the frame that a tool is in: its own if it is called XToY, else that of the device."""
    _, parent = frames_in(name, route.rule, route.profile) or (name, '')
    return route.frame_prefix + parent if parent and not route.rule.frame else route.frame_id


@from_ros(PoseArray, 'TDATA', 'tracking')
def tracking_from_poses(message: PoseArray, sending: Sending) -> TrackingData:
    """PoseArray as TDATA; `info` may give names and types, else tools are numbered from 1."""
    names, types = _tools(len(message.poses), sending)
    unit = sending.rule.wire_unit
    return TrackingData(
        tuple(
            TrackingElement(name, pose_from_ros(pose.position, pose.orientation, unit), type_)
            for name, type_, pose in zip(names, types, message.poses)
        ),
        **sending.envelope(message.header),
    )


@from_ros(PoseArray, 'QTDATA')
def quaternions_from_poses(message: PoseArray, sending: Sending) -> QuaternionTrackingData:
    """PoseArray as QTDATA; names and types as for TDATA."""
    names, types = _tools(len(message.poses), sending)
    elements = []
    for name, type_, pose in zip(names, types, message.poses):
        q = pose.orientation
        position = point_from_ros(pose.position, sending.rule.wire_unit)
        # through the matrix, so that the quaternion is checked and of length 1
        quaternion = matrix_to_quaternion(quaternion_to_matrix((q.x, q.y, q.z, q.w)))
        elements.append(QuaternionElement(name, position, np.array(quaternion), type_))
    return QuaternionTrackingData(tuple(elements), **sending.envelope(message.header))


def _tools(count: int, sending: Sending) -> tuple[list[str], list[int]]:
    """Take names and types of tools from `info`."""
    names = sending.info_names('names', count, 20)
    return names, sending.info_list('types', count, int) or [1] * count
