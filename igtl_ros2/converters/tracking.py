"""TDATA."""

from __future__ import annotations

from builtin_interfaces.msg import Time
from geometry_msgs.msg import PoseArray
from std_msgs.msg import Header

from ..codec.messages.tracking import TrackingData, TrackingElement
from ..config import parse_xtoy
from ..errors import ConversionError
from .pose import NOT_RIGID, finite_list, is_valid, tool_state, transform_stamped
from .registry import Converted, Route, Sending, from_ros, to_ros
from .units import RIGID_TOLERANCE, pose_from_ros, pose_to_ros, ros_text

# a tool of this type has no rotation, whatever its matrix says
_TIP_ONLY = 3


@to_ros(TrackingData)
def tracking_to_ros(message: TrackingData, route: Route, stamp: Time) -> Converted:
    """TDATA: `tracking`, the poses of the valid tools; `info` names them in the same order."""
    rule = route.rule
    names: list[str] = []
    types: list[int] = []
    withheld: dict[str, str] = {}
    result = Converted()
    poses = PoseArray(header=Header(stamp=stamp, frame_id=route.frame_id))
    for element in message.elements:
        name = ros_text(element.name)
        state = tool_state(message, element.name)
        if not (is_valid(state) or rule.publish_invalid):
            withheld[name] = ros_text(str(state))
            continue
        try:
            pose, distance = pose_to_ros(element.matrix, rule.wire_unit, rule.wire_axes)
        except ConversionError as error:
            withheld[name] = str(error)
            result.errors.append(f'{name}: not published as a pose: {error}')
            result.info.setdefault('matrices', {})[name] = finite_list(element.matrix)
            continue
        if distance > RIGID_TOLERANCE:
            result.errors.append(f'{name}: {NOT_RIGID}')
            result.info.setdefault('matrices', {})[name] = finite_list(element.matrix)
        names.append(name)
        types.append(element.type)
        poses.poses.append(pose)
        if rule.tf != 'off':
            result.transforms.append(transform_stamped(pose, _tool_route(name, route), stamp))
    result.outputs['tracking'] = poses
    result.info.update(names=names, types=types, withheld=withheld)
    result.info['position_only'] = [n for n, t in zip(names, types) if t == _TIP_ONLY]
    result.state = 'OK' if not withheld else ', '.join(f'{n}: {s}' for n, s in withheld.items())
    return result


def _tool_route(name: str, route: Route) -> Route:
    """Find the frames of one tool: its name may be XToY as that of a device."""
    child, parent = parse_xtoy(name) or (name, '')
    frame_id = route.frame_prefix + parent if parent else route.frame_id
    return Route(name, frame_id, route.frame_prefix + child, route.rule)


@from_ros(PoseArray, 'TDATA', 'tracking')
def tracking_from_poses(message: PoseArray, sending: Sending) -> TrackingData:
    """PoseArray as TDATA; `info` may give names and types, else tools are numbered from 1."""
    names = element_names(sending, len(message.poses), 'names')
    types = sending.info.get('types')
    if not isinstance(types, list) or len(types) != len(message.poses):
        types = [1] * len(message.poses)
    unit = sending.rule.wire_unit
    return TrackingData(
        tuple(
            TrackingElement(name, pose_from_ros(pose.position, pose.orientation, unit), type_)
            for name, type_, pose in zip(names, types, message.poses)
        ),
        **sending.envelope(message.header),
    )


def element_names(sending: Sending, count: int, key: str) -> list[str]:
    """Take the names of list elements from `info` if there are as many, else number them."""
    names = sending.info.get(key)
    if isinstance(names, list) and len(names) == count:
        return [str(name) for name in names]
    return [f'{sending.device}-{number}' for number in range(1, count + 1)]
