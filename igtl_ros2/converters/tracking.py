"""TDATA and QTDATA."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import PointStamped, Pose, PoseArray, PoseStamped
from std_msgs.msg import Header

from ..codec.messages.tracking import (
    QuaternionElement,
    QuaternionTrackingData,
    TrackingData,
    TrackingElement,
)
from ..config import ReceiveRule, parse_xtoy
from ..errors import ConversionError
from .pose import NOT_RIGID, finite_list, is_valid, tool_state, transform_stamped
from .registry import Converted, Route, Sending, from_ros, tell_once, to_ros
from .units import (
    RIGID_TOLERANCE,
    json_number,
    matrix_to_quaternion,
    point_from_ros,
    point_to_ros,
    pose_from_ros,
    pose_to_ros,
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
    poses = PoseArray()
    frames: list[str] = []
    kept: list[TrackingElement | QuaternionElement] = []
    all_names = [
        ros_text(element.name) or f'{route.device}-{number}'
        for number, element in enumerate(message.elements, 1)
    ]
    counts = Counter(all_names)
    if route.gate is not None:
        # the numbers of those without a name change hands when one of them is missing
        nameless = sum(not element.name for element in message.elements)
        counts.update({n: nameless - 1 for n, e in zip(all_names, message.elements) if not e.name})
    for name, element in zip(all_names, message.elements):
        state = tool_state(message, element.name)
        if not (is_valid(state) or rule.publish_invalid):
            withheld[name] = ros_text(str(state))
            continue
        try:
            pose, distance = _pose_of(element, rule)
        except ConversionError as error:
            withheld[name] = str(error)
            result.errors.append(f'{name}: not published as a pose: {error}')
            result.info.setdefault('matrices', {})[name] = _numbers_of(element)
            continue
        if distance > RIGID_TOLERANCE:
            result.errors.append(f'{name}: {NOT_RIGID}')
            result.info.setdefault('matrices', {})[name] = _numbers_of(element)
        tool_route = _tool_route(name, route)
        if route.gate is not None:
            if counts[name] > 1:
                stopped = route.gate.stops_twins(name, counts[name])
            else:
                turned = None if element.type == _TIP_ONLY else pose.orientation
                # its number may be another one next time
                tool = name if element.name else ''
                stopped = route.gate.stops(tool, tool_route.frame_id, pose.position, turned)
            if stopped:
                withheld[name] = stopped
                result.info.setdefault('matrices', {})[name] = _numbers_of(element)
                continue
        kept.append(element)
        names.append(name)
        types.append(element.type)
        poses.poses.append(pose)
        frames.append(tool_route.frame_id)
        if counts[name] > 1:
            if rule.split or rule.tf != 'off':
                result.errors.append(
                    f'{counts[name]} tools are called {name!r}: published in `tracking` only'
                )
            continue
        if rule.tf != 'off' and element.type == _TIP_ONLY:
            tell_once(route, result, 'tools without an orientation are not broadcast on tf')
        elif rule.tf != 'off':
            result.transforms.append(transform_stamped(pose, tool_route, stamp))
        if rule.split:
            header = Header(stamp=stamp, frame_id=tool_route.frame_id)
            _split(name, element.type, pose, header, route, result)
    if len(set(frames)) > 1:
        result.info['frames'] = frames
        frames = []
    poses.header = Header(stamp=stamp, frame_id=frames[0] if frames else route.frame_id)
    result.outputs['tracking'] = poses
    result.kept = tuple(kept)
    result.info.update(names=names, types=types, withheld=withheld)
    result.info['position_only'] = [n for n, t in zip(names, types) if t == _TIP_ONLY]
    result.state = 'OK' if not withheld else ', '.join(f'{n}: {s}' for n, s in withheld.items())
    return result


def _pose_of(
    element: TrackingElement | QuaternionElement, rule: ReceiveRule
) -> tuple[Pose, float]:
    """Make the pose of a tool, and tell how rigid it was."""
    if isinstance(element, TrackingElement):
        tip = element.matrix[:3, 3].tolist()
    else:
        tip = element.position.tolist()
    if element.type == _TIP_ONLY:
        return Pose(position=point_to_ros(tip, rule.wire_unit, rule.wire_axes)), 0.0
    if isinstance(element, TrackingElement):
        matrix = element.matrix
    else:
        matrix = np.eye(4)
        matrix[:3, :3] = quaternion_to_matrix(element.quaternion.tolist())
        matrix[:3, 3] = tip
    return pose_to_ros(matrix, rule.wire_unit, rule.wire_axes)


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
    child, _ = parse_xtoy(name) or (name, '')
    return Route(name, tool_frame(name, route), route.frame_prefix + child, route.rule)


def tool_frame(name: str, route: Route) -> str:
    """Find the frame that a tool is in: its own if it is called XToY, else that of the device."""
    _, parent = parse_xtoy(name) or (name, '')
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
