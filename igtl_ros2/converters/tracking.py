"""TDATA."""

from __future__ import annotations

from builtin_interfaces.msg import Time
from geometry_msgs.msg import Pose, PoseArray
from std_msgs.msg import Header

from ..codec.messages.tracking import TrackingData, TrackingElement
from ..config import parse_xtoy
from ..errors import ConversionError
from .pose import NOT_RIGID, finite_list, is_valid, tool_state, transform_stamped
from .registry import Converted, Route, Sending, from_ros, to_ros
from .units import RIGID_TOLERANCE, point_to_ros, pose_from_ros, pose_to_ros, ros_text

# a tool of this type has no rotation, whatever its matrix says
_TIP_ONLY = 3


@to_ros(TrackingData)
def tracking_to_ros(message: TrackingData, route: Route, stamp: Time) -> Converted:
    """
    TDATA: `tracking`, the poses of the valid tools; `info` names them in the same order.

    Tools called XToY are in frame Y. If they do not share one, `info` lists the frame of each.
    """
    rule = route.rule
    names: list[str] = []
    types: list[int] = []
    withheld: dict[str, str] = {}
    result = Converted()
    poses = PoseArray()
    frames: list[str] = []
    for number, element in enumerate(message.elements, 1):
        name = ros_text(element.name) or f'{route.device}-{number}'
        state = tool_state(message, element.name)
        if not (is_valid(state) or rule.publish_invalid):
            withheld[name] = ros_text(str(state))
            continue
        try:
            if element.type == _TIP_ONLY:
                pose, distance = Pose(), 0.0
                tip = element.matrix[:3, 3].tolist()
                pose.position = point_to_ros(tip, rule.wire_unit, rule.wire_axes)
            else:
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
        tool_route = _tool_route(name, route)
        frames.append(tool_route.frame_id)
        if rule.tf != 'off' and element.type != _TIP_ONLY:
            result.transforms.append(transform_stamped(pose, tool_route, stamp))
    if len(set(frames)) > 1:
        result.info['frames'] = frames
        frames = []
    poses.header = Header(stamp=stamp, frame_id=frames[0] if frames else route.frame_id)
    result.outputs['tracking'] = poses
    result.info.update(names=names, types=types, withheld=withheld)
    result.info['position_only'] = [n for n, t in zip(names, types) if t == _TIP_ONLY]
    result.state = 'OK' if not withheld else ', '.join(f'{n}: {s}' for n, s in withheld.items())
    return result


def _tool_route(name: str, route: Route) -> Route:
    """Find the frames of one tool: its name may be XToY as that of a device."""
    child, parent = parse_xtoy(name) or (name, '')
    frame_id = route.frame_id
    if parent and not route.rule.frame:
        frame_id = route.frame_prefix + parent
    return Route(name, frame_id, route.frame_prefix + child, route.rule)


@from_ros(PoseArray, 'TDATA', 'tracking')
def tracking_from_poses(message: PoseArray, sending: Sending) -> TrackingData:
    """PoseArray as TDATA; `info` may give names and types, else tools are numbered from 1."""
    count = len(message.poses)
    names = sending.info_names('names', count, 20)
    types = sending.info_list('types', count, int) or [1] * count
    unit = sending.rule.wire_unit
    return TrackingData(
        tuple(
            TrackingElement(name, pose_from_ros(pose.position, pose.orientation, unit), type_)
            for name, type_, pose in zip(names, types, message.poses)
        ),
        **sending.envelope(message.header),
    )
