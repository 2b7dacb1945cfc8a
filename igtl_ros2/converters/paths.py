"""TRAJ."""

from __future__ import annotations

from typing import Any

from builtin_interfaces.msg import Time
from geometry_msgs.msg import PoseArray
from std_msgs.msg import Header

from ..codec.messages.points import Trajectories, Trajectory
from ..errors import ConversionError
from .points import list_withheld, looks_from_info, looks_to_info, path_poses
from .registry import Converted, Route, Sending, from_ros, to_ros
from .units import point_from_ros, point_to_ros, ros_text

_ENTRY_ONLY, _TARGET_ONLY, _BOTH = 1, 2, 3


@to_ros(Trajectories)
def paths_to_ros(message: Trajectories, route: Route, stamp: Time) -> Converted:
    """
    TRAJ: `trajectory`, two poses a path (entry, target), z towards the target.

    Of a path that has one end only, `info` has that end as `partial`: one pose would give
    neither a direction nor a pair.
    """
    rule = route.rule
    result = Converted()
    header = Header(stamp=stamp, frame_id=route.frame_id)
    poses: list[Any] = []
    kept: list[Trajectory] = []
    sent_on: list[Trajectory] = []
    partial: list[dict[str, Any]] = []
    for path in message.elements:
        name = ros_text(path.name)
        try:
            entry, target = (
                point_to_ros(end.tolist(), rule.wire_unit, rule.wire_axes)
                if path.type in (_BOTH, only)
                else None
                for end, only in ((path.entry, _ENTRY_ONLY), (path.target, _TARGET_ONLY))
            )
            if entry is not None and target is not None:
                poses.extend(path_poses(entry, target))
                kept.append(path)
                sent_on.append(path)
                continue
        except ConversionError as error:
            result.errors.append(f'path {name!r} is left out: {error}')
            continue
        end = entry or target
        if end is None:
            result.errors.append(f'path {name!r} is left out: its type is {path.type}')
            continue
        if route.gate is None:  # it has not looked at this end
            sent_on.append(path)
        partial.append(
            {
                'name': name,
                'kind': path.type,
                'entry' if entry is not None else 'target': [end.x, end.y, end.z],
            }
        )
    names = [ros_text(path.name) for path in kept]
    ends = [pose.position for pose in poses]
    if list_withheld(route, result, ends, len(result.errors)):
        result.info.update(names=names, positions=[[p.x, p.y, p.z] for p in ends])
        return result
    result.outputs['trajectory'] = PoseArray(header=header, poses=poses)
    result.kept = tuple(sent_on)
    result.info.update(
        names=names,
        kinds=[path.type for path in kept],
        **looks_to_info(kept, rule.wire_unit),
        partial=partial,
    )
    return result


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
    ends: list[Any],
    names: list[str],
    looks: list[dict[str, Any]],
    sending: Sending,
    header: Header,
) -> Trajectories:
    """
    Make TRAJ of paths.

    :param ends: entry and target of each path in turn, in metres.
    :raises ConversionError: if a position is not finite.
    """
    unit = sending.rule.wire_unit
    wire = [point_from_ros(end, unit) for end in ends]
    return Trajectories(
        tuple(
            Trajectory(name, wire[2 * n], wire[2 * n + 1], _BOTH, **look)
            for n, (name, look) in enumerate(zip(names, looks))
        ),
        **sending.envelope(header),
    )
