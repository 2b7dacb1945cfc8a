"""POINT."""

from __future__ import annotations

from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point as RosPoint
from geometry_msgs.msg import PointStamped, Pose, PoseArray
from std_msgs.msg import Header

from ..codec.messages.points import Point, PointList
from ..errors import ConversionError
from .registry import Converted, Route, Sending, from_ros, to_ros
from .units import PER_METRE, json_number, length_from_ros, point_from_ros, point_to_ros, ros_text


@to_ros(PointList)
def points_to_ros(message: PointList, route: Route, stamp: Time) -> Converted:
    """POINT: `points`, positions without a rotation; `info` has labels and all the rest."""
    rule = route.rule
    result = Converted()
    poses = PoseArray(header=Header(stamp=stamp, frame_id=route.frame_id))
    kept = []
    for point in message.elements:
        try:
            position = point_to_ros(point.position.tolist(), rule.wire_unit, rule.wire_axes)
        except ConversionError as error:
            result.errors.append(f'point {ros_text(point.name)!r} is left out: {error}')
            continue
        poses.poses.append(Pose(position=position))
        kept.append(point)
    result.outputs['points'] = poses
    result.info.update(
        labels=[ros_text(p.name) for p in kept],
        groups=[ros_text(p.group) for p in kept],
        rgba=[list(p.rgba) for p in kept],
        diameters=[json_number(p.diameter / PER_METRE[rule.wire_unit]) for p in kept],
        owners=[ros_text(p.owner) for p in kept],
    )
    return result


@from_ros(PoseArray, 'POINT', 'points', default=True)
def points_from_poses(message: PoseArray, sending: Sending) -> PointList:
    """PoseArray as POINT; `info` may give labels, groups, rgba, diameters (m) and owners."""
    return PointList(
        _points([pose.position for pose in message.poses], sending),
        **sending.envelope(message.header),
    )


@from_ros(PointStamped, 'POINT', 'point', default=True)
def points_from_point(message: PointStamped, sending: Sending) -> PointList:
    """PointStamped as POINT with one element."""
    return PointList(_points([message.point], sending), **sending.envelope(message.header))


def _points(positions: list[RosPoint], sending: Sending) -> tuple[Point, ...]:
    unit = sending.rule.wire_unit
    count = len(positions)
    labels = sending.info_names('labels', count, 64)
    groups = sending.info_list('groups', count, str) or [''] * count
    rgba = sending.info_list('rgba', count, list) or [(255, 255, 255, 255)] * count
    diameters = sending.info_list('diameters', count, int, float) or [0.0] * count
    owners = sending.info_list('owners', count, str) or [''] * count
    return tuple(
        Point(
            name=label,
            position=point_from_ros(position, unit),
            group=group,
            rgba=tuple(colour),
            diameter=length_from_ros(diameter, unit),
            owner=owner,
        )
        for position, label, group, colour, diameter, owner in zip(
            positions, labels, groups, rgba, diameters, owners
        )
    )
