"""POINT."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point as RosPoint
from geometry_msgs.msg import PointStamped, Pose, PoseArray, PoseStamped
from std_msgs.msg import Header

from ..codec import Message
from ..codec.lists import Table
from ..codec.messages.points import Point, PointList
from ..codec.messages.text import String
from ..errors import ConversionError
from ..rules import ReceiveRule, SendRule
from ..rules.kinds import tools
from ..rules.values import BOOLEAN, DEVICE, group, text
from .many_poses import fill_poses, listed, metres_of
from .metres import Matrix, json_number, length_to_ros
from .outputs import STREAM, Output
from .pose import POSE, withheld
from .registry import Converted, Route, Sending, from_ros, to_ros
from .units import (
    length_from_ros,
    ns_from_time,
    orientation_along,
    point_from_ros,
    ros_text,
    ros_texts,
)

Colour = tuple[int, int, int, int]
#: of so many elements that have no place, or no topic, it is told why; a list may be very long
MOST_TOLD = 20


SPLIT = ReceiveRule.key(
    'split', BOOLEAN, 'A topic of its own for each element of a list: tools/<name>/pose of TDATA '
    'and QTDATA, labels/<label> of POINT, paths/<name> of TRAJ.', False, after='stamped',
    types=(tools, 'POINT', 'TRAJ'))
TRAJECTORY = ReceiveRule.key(
    'trajectory', group('a map with the keys entry and target', dict.fromkeys(
        ('entry', 'target'), text('a label of 1 to 64 characters', 1, 64)), ('entry', 'target')),
    'Labels of the two points of a POINT message that are a path: published on the topic '
    'trajectory as two poses, z towards the target.', None, after='marker_size', types=('POINT',),
    read=lambda found: (found['entry'], found['target']))
HEADER = SendRule.key(
    'header', DEVICE, 'A PoseArray that is sent as POINT is followed by a STRING of this device '
    'that says stamp;number;points;frame, as SmartNeedle reads it.', '', after='eps',
    needs=('type', 'POINT'))


@to_ros(
    PointList,
    Output('points', PoseArray, is_whole=True),
    Output('labels/<label>', PointStamped, key=SPLIT),
    Output('trajectory', PoseArray, key=TRAJECTORY),
    Output('pose', PoseStamped, STREAM, POSE))
def points_to_ros(message: PointList, route: Route, stamp: Time) -> Converted:
    """
    POINT: `points`, positions without a rotation; `info` has labels and the other fields.

    By rule also `labels/<label>`, `trajectory` and, with that, `pose`: the target.
    """
    rule = route.rule
    result = Converted()
    header = Header(stamp=stamp, frame_id=route.frame_id)
    table = message.table()
    positions, finite = metres_of(table.rows['position'], rule.wire_unit, rule.wire_axes)
    if not finite.all():
        result.errors += [
            f'point {ros_text(point.name)!r} is dropped: '
            f'position ({", ".join(map(str, point.position.tolist()))}) is not finite'
            for point in table.taken(~finite)[:MOST_TOLD]]
        positions, table = positions[finite], table.taken(finite)
        tell_rest(result, len(message.elements) - len(table), 'points are dropped')
    labels = ros_texts(table.texts('name'))
    if list_withheld(route, result, positions, len(message.elements) - len(table)):
        result.info.update(labels=labels, positions=listed(positions))
        return result
    points = result.outputs['points'] = PoseArray(header=header)
    fill_poses(points, positions)
    result.kept = table
    result.info.update(labels=labels, **looks_to_info(table, rule.wire_unit))
    if rule.split:
        _split(labels, positions, header, route, result)
    if rule.trajectory is not None:
        ends = _ends(rule.trajectory, labels, positions, result)
        result.outputs['trajectory'] = PoseArray(header=header, poses=ends)
        if rule.pose and ends:
            at, turn = ends[1].position, ends[1].orientation
            if not withheld(
                    route, result, (at.x, at.y, at.z), (turn.x, turn.y, turn.z, turn.w)):
                result.outputs['pose'] = PoseStamped(header=header, pose=ends[1])
    return result


def tell_rest(result: Converted, count: int, what: str) -> None:
    """Say how many more than were told one by one."""
    if count > MOST_TOLD:
        result.errors.append(f'{count - MOST_TOLD} more {what}')


def list_withheld(
    route: Route, result: Converted, positions: Matrix, left_out: int
) -> bool:
    """Tell whether a gate stops a list, which is the state of its device then."""
    state = '' if route.gate is None else route.gate.stops_list(listed(positions), left_out)
    if state:
        result.state = state
    return bool(state)


def looks_to_info(table: Table, unit: str) -> dict[str, list[Any]]:
    """List for `info` what points and paths share."""
    diameters = listed(length_to_ros(table.rows['diameter'].astype(np.float64), unit))
    return {
        'groups': ros_texts(table.texts('group')),
        'rgba': listed(table.rows['rgba']),
        'diameters': list(map(json_number, diameters)),
        'owners': ros_texts(table.texts('owner')),
    }


def looks_from_info(sending: Sending, count: int) -> list[dict[str, Any]]:
    """
    Take from `info` what points and paths share, as fields of each element.

    :raises ConversionError: if it is something else.
    """
    groups = sending.info_list('groups', count, str) or [''] * count
    owners = sending.info_list('owners', count, str) or [''] * count
    rgba = sending.info_list('rgba', count, list) or [(255, 255, 255, 255)] * count
    diameters = sending.info_list('diameters', count, int, float) or [0.0] * count
    return [
        {'group': group, 'owner': owner, 'rgba': tuple(colour),
         'diameter': length_from_ros(diameter, sending.rule.wire_unit)}
        for group, owner, colour, diameter in zip(groups, owners, rgba, diameters)
    ]


def _split(
    labels: list[str], positions: Matrix, header: Header, route: Route, result: Converted
) -> None:
    """Give each point a topic of its own, unless two share a label."""
    places = {label: number for number, label in enumerate(labels)}
    errors = []
    for label, count in Counter(labels).items():
        if count > 1:
            errors.append(f'{count} points are called {label!r}: not published as labels')
            continue
        try:
            leaf = result.named(route, 'labels', label)
        except ConversionError as error:
            errors.append(f'not published as a label: {error}')
            continue
        x, y, z = positions[places[label]].tolist()
        result.outputs[leaf] = PointStamped(header=header, point=RosPoint(x=x, y=y, z=z))
    result.errors += errors[:MOST_TOLD]
    tell_rest(result, len(errors), 'labels are not published')


def _ends(
    wanted: tuple[str, str], labels: list[str], positions: Matrix, result: Converted
) -> list[Pose]:
    """Make entry and target, z towards it; none, which ends an earlier path, without both."""
    counts = Counter(labels)
    wrong = [
        f'{counts[label]} points are called {label!r}' for label in wanted if counts[label] != 1]
    if wrong:
        result.info['trajectory'] = ', '.join(wrong)
        if any(counts[label] > 1 for label in wanted):
            result.errors.append(f'no trajectory: {result.info["trajectory"]}')
        return []
    ends = [RosPoint(x=x, y=y, z=z) for x, y, z in (
        positions[labels.index(label)].tolist() for label in wanted)]
    try:
        orientation = orientation_along(*ends)
    except ConversionError as error:
        result.info['trajectory'] = str(error)
        result.errors.append(f'no trajectory: {error}')
        return []
    return [Pose(position=end, orientation=orientation) for end in ends]


# -- ROS to POINT


@from_ros(PoseArray, 'POINT', 'points', default=True)
def points_from_poses(message: PoseArray, sending: Sending) -> PointList | tuple[Message, ...]:
    """PoseArray as POINT; `info` may give labels, groups, rgba, diameters (m) and owners."""
    positions = [(p.position.x, p.position.y, p.position.z) for p in message.poses]
    points = points_message(positions, sending, message.header)
    if not sending.rule.header:
        return points
    return points, _description(points, message.header, sending)


def _description(points: PointList, header: Header, sending: Sending) -> String:
    """Make the STRING that says when, which, how many and where: stamp;number;points;frame."""
    stamp_ns = ns_from_time(header.stamp) or sending.now_ns
    seconds, rest = divmod(stamp_ns, 10**9)
    stamp = datetime.fromtimestamp(seconds, timezone.utc).strftime('%Y-%m-%d %H:%M:%S')
    number = sending.state['number'] = sending.state.get('number', -1) + 1
    frame = sending.rule.to_frame or header.frame_id
    text = f'{stamp}.{rest // 10**6:03d};{number};{len(points.elements)};{frame}'
    envelope = sending.envelope(header)
    envelope['device_name'] = sending.rule.header
    return String(text, **envelope)


@from_ros(PointStamped, 'POINT', 'point', default=True)
def points_from_point(message: PointStamped, sending: Sending) -> PointList:
    """PointStamped as POINT with one element."""
    point = message.point
    return points_message([(point.x, point.y, point.z)], sending, message.header)


def points_message(
    positions: Sequence[Sequence[float]], sending: Sending, header: Header,
    colours: Sequence[Colour] | None = None, diameters: Sequence[float] | None = None,
    labels: Sequence[str] | None = None, groups: Sequence[str] | None = None,
) -> PointList:
    """
    Make POINT of positions in metres; what is not given is taken from `info`.

    :param diameters: in metres; what is not over 0 is not known.
    :raises ConversionError: if positions, sizes or `info` cannot be sent.
    """
    count = len(positions)
    names = labels or sending.info_names('labels', count, 64)
    looks = looks_from_info(sending, count)
    unit = sending.rule.wire_unit
    points = []
    for n, ((x, y, z), look) in enumerate(zip(positions, looks)):
        if colours is not None:
            look['rgba'] = colours[n]
        if groups is not None:
            look['group'] = groups[n]
        if diameters is not None and 0 < diameters[n] < math.inf:
            look['diameter'] = length_from_ros(diameters[n], unit)
        points.append(Point(names[n], point_from_ros(RosPoint(x=x, y=y, z=z), unit), **look))
    return PointList(tuple(points), **sending.envelope(header))
