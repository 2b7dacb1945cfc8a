"""POINT."""

from __future__ import annotations

from typing import Any

from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point as RosPoint
from geometry_msgs.msg import PointStamped, Pose, PoseArray
from std_msgs.msg import Header

from ..codec.messages.points import Point, PointList
from ..errors import ConversionError
from .registry import Converted, Route, Sending, from_ros, to_ros
from .tracking import element_names
from .units import PER_METRE, point_from_ros, point_to_ros, ros_text

_INFO_KEYS = ('labels', 'groups', 'rgba', 'diameters', 'owners')


@to_ros(PointList)
def points_to_ros(message: PointList, route: Route, stamp: Time) -> Converted:
    """POINT: `points`, positions without a rotation; `info` has labels and all the rest."""
    rule = route.rule
    result = Converted()
    poses = PoseArray(header=Header(stamp=stamp, frame_id=route.frame_id))
    kept = []
    for point in message.elements:
        try:
            position = point_to_ros(point.position, rule.wire_unit, rule.wire_axes)
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
        diameters=[p.diameter / PER_METRE[rule.wire_unit] for p in kept],
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
    columns: dict[str, list[Any]] = {}
    for key, usual in zip(_INFO_KEYS, ('', '', [255, 255, 255, 255], 0.0, '')):
        values = sending.info.get(key)
        if not isinstance(values, list) or len(values) != len(positions):
            values = [usual] * len(positions)
        columns[key] = values
    columns['labels'] = element_names(sending, len(positions), 'labels')
    try:
        return tuple(
            Point(
                name=label,
                position=point_from_ros(position, unit),
                group=str(group),
                rgba=tuple(rgba),
                diameter=float(diameter) * PER_METRE[unit],
                owner=str(owner),
            )
            for position, label, group, rgba, diameter, owner in zip(
                positions, *(columns[key] for key in _INFO_KEYS)
            )
        )
    except (TypeError, ValueError) as error:
        raise ConversionError(f'info does not describe points: {error}') from error
