"""TRAJ."""

from __future__ import annotations

from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import PoseArray
from std_msgs.msg import Header

from ..codec.messages.points import Trajectories, Trajectory
from ..errors import ConversionError
from ..rules import ReceiveRule
from .many_poses import fill_poses, listed, metres_of, orientations_along
from .outputs import Output
from .points import MOST_TOLD, list_withheld, looks_from_info, looks_to_info, tell_rest
from .registry import Converted, Route, Sending, from_ros, to_ros
from .units import orientation_along, point_from_ros, point_to_ros, ros_text, ros_texts

_ENTRY_ONLY, _TARGET_ONLY, _BOTH = 1, 2, 3


@to_ros(Trajectories, Output('trajectory', PoseArray, is_whole=True))
def paths_to_ros(message: Trajectories, route: Route, stamp: Time) -> Converted:
    """
    TRAJ: `trajectory`, two poses a path (entry, target), z towards the target.

    Of a path that has one end only, `info` has that end as `partial`: one pose would give
    neither a direction nor a pair.
    """
    rule = route.rule
    result = Converted()
    header = Header(stamp=stamp, frame_id=route.frame_id)
    table = message.table()
    kinds = table.rows['type']
    has_entry, has_target = (np.isin(kinds, (_BOTH, only)) for only in (_ENTRY_ONLY, _TARGET_ONLY))
    entries, entry_is_finite = metres_of(table.rows['entry'], rule.wire_unit, rule.wire_axes)
    targets, target_is_finite = metres_of(table.rows['target'], rule.wire_unit, rule.wire_axes)
    turned, has_direction = orientations_along(entries, targets)
    whole = has_entry & has_target
    wrong = has_entry & ~entry_is_finite | has_target & ~target_is_finite
    wrong |= whole & ~has_direction | ~has_entry & ~has_target
    for path in table.taken(wrong)[:MOST_TOLD]:
        result.errors.append(f'path {ros_text(path.name)!r} is dropped: {_why(path, rule)}')
    left_out = int(wrong.sum())
    tell_rest(result, left_out, 'paths are dropped')
    halves = ~whole & ~wrong
    places = np.where(has_entry[:, None], entries, targets)[halves].tolist()
    partial = [
        {'name': ros_text(name), 'kind': kind,
         'entry' if kind == _ENTRY_ONLY else 'target': place}
        for name, kind, place in zip(
            table.taken(halves).texts('name'), kinds[halves].tolist(), places)
    ]
    kept = whole & ~wrong
    # a gate has looked at no path that has one end only
    sent_on = table.taken(kept if route.gate is not None else ~wrong)
    table = table.taken(kept)
    names = ros_texts(table.texts('name'))
    ends = np.stack([entries[kept], targets[kept]], axis=1).reshape(-1, 3)
    if list_withheld(route, result, ends, left_out):
        result.info.update(names=names, positions=listed(ends))
        return result
    result.kept = sent_on
    trajectory = result.outputs['trajectory'] = PoseArray(header=header)
    fill_poses(trajectory, ends, np.repeat(turned[kept], 2, axis=0))
    looks = looks_to_info(table, rule.wire_unit)
    result.info.update(names=names, kinds=listed(table.rows['type']), **looks, partial=partial)
    return result


def _why(path: Trajectory, rule: ReceiveRule) -> str:
    if path.type not in (_ENTRY_ONLY, _TARGET_ONLY, _BOTH):
        return f'its type is {path.type}'
    try:
        ends = [
            point_to_ros(end.tolist(), rule.wire_unit, rule.wire_axes)
            for end, only in ((path.entry, _ENTRY_ONLY), (path.target, _TARGET_ONLY))
            if path.type in (_BOTH, only)
        ]
        orientation_along(*ends)
    except ConversionError as error:
        return str(error)
    return 'it cannot be computed with'


@from_ros(PoseArray, 'TRAJ', 'trajectory', slicer='POINT')
def paths_from_poses(message: PoseArray, sending: Sending) -> Trajectories:
    """PoseArray as TRAJ, two poses a path; `info` may give names, groups, rgba and so on."""
    if len(message.poses) % 2:
        raise ConversionError(f'{len(message.poses)} poses, wanted two a path: entry and target')
    ends = [pose.position for pose in message.poses]
    names = sending.info_names('names', len(ends) // 2, 64)
    looks = looks_from_info(sending, len(names))
    return paths_message(ends, names, looks, sending, message.header)


def paths_message(
    ends: list[Any], names: list[str], looks: list[dict[str, Any]], sending: Sending,
    header: Header,
) -> Trajectories:
    """
    Make TRAJ of paths.

    :param ends: entry and target of each path in turn, in metres.
    :raises ConversionError: if a position is not finite.
    """
    unit = sending.rule.wire_unit
    wire = [point_from_ros(end, unit) for end in ends]
    paths = tuple(
        Trajectory(name, wire[2 * n], wire[2 * n + 1], _BOTH, **look)
        for n, (name, look) in enumerate(zip(names, looks)))
    return Trajectories(paths, **sending.envelope(header))
