"""What needs visualization_msgs: spheres of POINT and arrows of TRAJ, both ways."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point as RosPoint
from geometry_msgs.msg import Vector3
from std_msgs.msg import ColorRGBA, Header
from visualization_msgs.msg import Marker, MarkerArray

from ..codec import Message
from ..codec.fields import checked_text
from ..codec.messages.points import PointList, Trajectories
from ..errors import ConversionError, EncodeError
from ..rules import ReceiveRule
from ..rules.values import BOOLEAN, numbers
from .outputs import Output
from .paths import paths_message
from .points import looks_from_info, points_message
from .registry import Converted, Route, Sending, extra, from_ros, sender
from .units import length_from_ros, pose_from_ros

Made = TypeVar('Made')
#: in metres: further is nothing that float32 holds in all units
FAR = 1e30
_NAMED = 5  # of those that are dropped
# each takes as long as hundreds of points
_MOST = 2000
_KINDS = {Marker.SPHERE: 'POINT', Marker.SPHERE_LIST: 'POINT', Marker.ARROW: 'TRAJ'}


MARKERS = ReceiveRule.key(
    'markers', BOOLEAN,
    'Publish POINT as spheres and TRAJ as arrows on the topic markers as well, for RViz.', False,
    after='split', types=('POINT', 'TRAJ', 'POLYDATA'))
MARKER_SIZE = ReceiveRule.key(
    'marker_size', numbers(over=0, most=1, unit='m'), 'Diameter, in metres, of the markers of '
    'points and paths that come without one; 0.005 by default.', 0.005, after='markers',
    types=('POINT', 'TRAJ'), needs=('markers', True))


@extra(PointList, Output('markers', MarkerArray, key=MARKERS, is_whole=True))
def add_spheres(message: PointList, route: Route, stamp: Time, result: Converted) -> None:
    """POINT: `markers` where the mapping says so, a sphere of each point."""
    _refuse_too_many(len(message.elements))
    points = result.outputs['points']
    markers = _markers(Marker.SPHERE, result.info['labels'], points.header, route, result)
    for marker, pose in zip(markers, points.poses):
        marker.pose.position = pose.position
    result.outputs['markers'] = MarkerArray(markers=[_clear(points.header), *markers])


@extra(Trajectories, Output('markers', MarkerArray, key=MARKERS, is_whole=True))
def add_arrows(message: Trajectories, route: Route, stamp: Time, result: Converted) -> None:
    """TRAJ: `markers` where the mapping says so, an arrow from each entry to its target."""
    _refuse_too_many(len(message.elements))
    trajectory = result.outputs['trajectory']
    ends = [pose.position for pose in trajectory.poses]
    markers = _markers(Marker.ARROW, result.info['names'], trajectory.header, route, result)
    for number, marker in enumerate(markers):
        size = marker.scale.x
        marker.points = ends[2 * number : 2 * number + 2]
        marker.scale = Vector3(x=size, y=2 * size, z=0.0)  # shaft, head, length of head as usual
    result.outputs['markers'] = MarkerArray(markers=[_clear(trajectory.header), *markers])


def _refuse_too_many(count: int) -> None:
    """Refuse more markers than RViz, and ROS when it serialises them, can handle."""
    if count > _MOST:
        raise ConversionError(f'not published as markers: {count}, at most {_MOST}')


def _clear(header: Header) -> Marker:
    """Delete the markers of the list before."""
    return Marker(header=header, action=Marker.DELETEALL)


def _markers(
    kind: int, names: list[str], header: Header, route: Route, result: Converted
) -> list[Marker]:
    """Make markers that still need a place, with the size of the mapping where they have none."""
    markers = []
    info = result.info
    columns = zip(names, info['groups'], info['rgba'], info['diameters'])
    for number, (name, group, rgba, size) in enumerate(columns):
        if not isinstance(size, float) or not size > 0:
            size = route.rule.marker_size
        marker = Marker(header=header, ns=group, id=number, type=kind, text=name)
        red, green, blue, alpha = (value / 255 for value in rgba)
        marker.color = ColorRGBA(r=red, g=green, b=blue, a=alpha)
        marker.scale = Vector3(x=size, y=size, z=size)
        markers.append(marker)
    return markers


# -- ROS to POINT and TRAJ


def _by_kind(markers: Sequence[Marker], sending: Sending) -> Any:
    """
    Send spheres as POINT, arrows as TRAJ and everything else but texts as POLYDATA.

    Each message is the whole list: what is not in it is no longer there, and where that was the
    last of its kind, an empty message of that kind says so. To Slicer, which shows no TRAJ, an
    arrow goes as two points.
    """
    groups: dict[str, list[Marker]] = {}
    for marker in sendable(markers, _refuse_text, sending, in_one_frame=False)[0]:
        kind = _KINDS.get(marker.type, 'POLYDATA')
        if kind == 'TRAJ' and sending.profile == 'slicer':
            kind = 'POINT'
        groups.setdefault(kind, []).append(marker)
    gone = sending.gone(*groups) or ([] if groups else ['POINT'])
    header = markers[0].header if markers else Header()
    groups |= {kind: [_clear(header)] for kind in gone}
    parts: list[Message] = []
    errors: list[ConversionError] = []
    for kind, group in groups.items():
        try:
            part = sender(MarkerArray, kind)(MarkerArray(markers=group), sending)
        except ConversionError as error:
            errors.append(error)
            continue
        parts.extend(part if isinstance(part, tuple) else (part,))
    if errors and len(errors) == len(groups) - len(gone):
        raise errors[0]
    sending.notes.extend(map(str, errors))
    return parts[0] if len(parts) == 1 else tuple(parts)


def _refuse_text(marker: Marker) -> None:
    if marker.type == Marker.TEXT_VIEW_FACING:
        raise ConversionError(f'the text {marker.text!r} is dropped; type: POINT sends its place')


def sendable(
    markers: Sequence[Marker], make: Callable[[Marker], Made], sending: Sending,
    in_one_frame: bool = True,
) -> tuple[list[Marker], list[Made]]:
    """
    Make something of each marker that is there; one of which nothing can be made costs no other.

    Nor does one that is in another frame than most of them, but with `to_frame`: nobody else
    could tell then which frame they are in.

    :returns: the markers, and what was made of each.
    :raises ConversionError: if nothing can be made of any of them.
    """
    present = present_markers(markers)
    kept, made, errors = [], [], []
    looks = in_one_frame and not sending.rule.to_frame
    frame = _frame_of_most(present) if looks else None
    for marker in present:
        try:
            if frame is not None and marker.header.frame_id != frame:
                raise ConversionError(
                    f'it is in {marker.header.frame_id!r}, most of them are in {frame!r}')
            made.append(make(marker))
        except (ConversionError, EncodeError) as error:
            errors.append(f'marker {marker.ns!r} {marker.id}: {error}')
        else:
            kept.append(marker)
    if present and not kept:
        raise ConversionError('; '.join(errors[:_NAMED]))
    if len(errors) > _NAMED:
        errors[_NAMED:] = [f'and {len(errors) - _NAMED} more']
    if errors:
        sending.notes.append(f'not sent of {len(present)} markers: {"; ".join(errors)}')
    return kept, made


def _frame_of_most(markers: Sequence[Marker]) -> str | None:
    """Tell in which frame more than half of the markers are; None if there is none."""
    for frame, count in Counter(marker.header.frame_id for marker in markers).most_common(1):
        if 2 * count > len(markers):
            return frame
    return None


def _as_points(markers: Sequence[Marker], sending: Sending) -> PointList:
    """Send spheres and the places of texts as points, and arrows as two points each."""
    positions: list[Any] = []
    labels: list[str] = []
    groups: list[str] = []
    colours: list[Any] = []
    diameters: list[float] = []
    kept, made = sendable(markers, _points_of, sending)
    for marker, (placed, names, size, rgba) in zip(kept, made):
        count = len(placed)
        positions.extend((point.x, point.y, point.z) for point in placed)
        labels.extend(names)
        groups.extend([marker.ns] * count)
        diameters.extend([size] * count)
        colours.extend(rgba)
    if '' in labels:
        spare = sending.info_names('labels', len(labels), 64)
        labels = [label or other for label, other in zip(labels, spare)]
    # what was shown in a size of its own had none on the wire: `info` knows
    known = sending.info_list('diameters', len(positions), int, float)
    return points_message(
        positions, sending, shared_header(kept or markers), colours,
        None if known else diameters, labels, groups)


def _points_of(marker: Marker) -> tuple[list[RosPoint], list[str], float, list[Any]]:
    """Give the points of a marker, their labels, their diameter and their colours."""
    label = marker.text or f'{marker.ns}-{marker.id}'
    own: list[Any] = []
    if marker.type == Marker.ARROW:
        placed = _ends(marker)
        names = [f'{label}-entry', f'{label}-target']
        size = _shaft(marker)
    elif marker.type in (Marker.SPHERE, Marker.TEXT_VIEW_FACING):
        scale = marker.scale
        is_sphere = marker.type == Marker.SPHERE
        if is_sphere and not scale.x == scale.y == scale.z:
            raise ConversionError(
                f'{label!r} is no sphere but {scale.x} x {scale.y} x {scale.z} m')
        placed = [marker.pose.position]
        names = [marker.text]
        size = scale.x if is_sphere else 0.0
    elif marker.type == Marker.SPHERE_LIST:
        placed = _placed(marker, marker.points)
        names = [f'{label}-{n}' for n, _ in enumerate(placed, 1)]
        size = marker.scale.x
        own = list(marker.colors)
    else:
        raise ConversionError(
            f'{label!r} of type {marker.type} cannot be sent as POINT; '
            'possible: SPHERE, SPHERE_LIST, ARROW, TEXT_VIEW_FACING')
    _check(marker, size, names, placed)
    rgba = own if len(own) == len(placed) else [marker.color] * len(placed)
    return placed, names, size, list(map(_rgba, rgba))


def _check(
    marker: Marker, size: float, names: Sequence[str], points: Sequence[RosPoint]
) -> None:
    if size >= FAR:
        raise ConversionError(f'it is {size:g} m wide')
    checked_text(marker.ns, 32, 'namespace')
    for name in names:
        checked_text(name, 64, 'text')
    if not all(abs(n) < FAR for point in points for n in (point.x, point.y, point.z)):
        raise ConversionError('a position is not finite, or too far away')


def _as_paths(markers: Sequence[Marker], sending: Sending) -> Trajectories:
    """Send arrows as paths, from where they begin to where they point."""
    arrows, made = sendable(markers, _path_of, sending)
    ends: list[RosPoint] = []
    names: list[str] = []
    looks = looks_from_info(sending, len(arrows))
    known = sending.info_list('diameters', len(arrows), int, float)
    spare = sending.info_names('names', len(arrows), 64)
    for arrow, (both, rgba), look, other in zip(arrows, made, looks, spare):
        ends.extend(both)
        names.append(arrow.text or other)
        look.update(group=arrow.ns, rgba=rgba)
        if not known:
            look['diameter'] = length_from_ros(_shaft(arrow), sending.rule.wire_unit)
    return paths_message(ends, names, looks, sending, shared_header(arrows or markers))


def _path_of(arrow: Marker) -> tuple[list[RosPoint], tuple[int, ...]]:
    if arrow.type != Marker.ARROW:
        raise ConversionError(f'of type {arrow.type} cannot be sent as TRAJ; possible: ARROW')
    ends = _ends(arrow)
    _check(arrow, _shaft(arrow), [arrow.text], ends)
    return ends, _rgba(arrow.color)


def present_markers(markers: Sequence[Marker]) -> list[Marker]:
    """Tell which markers are there once all of a message has been done in its order."""
    found: dict[tuple[str, int], Marker] = {}
    for marker in markers:
        key = marker.ns, marker.id
        if marker.action == Marker.DELETEALL:
            found = {k: m for k, m in found.items() if marker.ns and k[0] != marker.ns}
        elif marker.action == Marker.DELETE:
            found.pop(key, None)
        else:
            found[key] = marker
    return list(found.values())


def note_parts(markers: Sequence[Marker], sending: Sending) -> None:
    """
    Note once of a topic that its messages are parts of a list: each is taken for all of it.

    They are where markers neither come again nor are deleted, or where only some are deleted.
    """
    topics = sending.state.setdefault('markers', {})
    before = topics.get(sending.rule.topic, frozenset())
    if before is None:
        return  # it was said
    lost = set(before) if markers else set()  # an empty one says what it means
    for marker in markers:
        if marker.action == Marker.DELETEALL:
            lost = {key for key in lost if marker.ns and key[0] != marker.ns}
        lost.discard((marker.ns, marker.id))
    present = frozenset((marker.ns, marker.id) for marker in present_markers(markers))
    topics[sending.rule.topic] = None if lost else present
    if lost:
        ns, number = min(lost)
        sending.notes.append(
            f'each message is taken for the whole list: marker {ns!r} {number}, which is neither '
            'in this one nor deleted, is not there any more; publish all markers in one '
            'MarkerArray; said once')


def shared_header(markers: Sequence[Marker]) -> Header:
    """
    Find the header that all markers share.

    :raises ConversionError: if they are in several frames.
    """
    present = present_markers(markers) or list(markers)
    frames = sorted({marker.header.frame_id for marker in present})
    if len(frames) > 1:
        raise ConversionError(f'the markers are in several frames: {", ".join(frames)}')
    return present[0].header if present else Header()


def _placed(marker: Marker, points: Sequence[Any]) -> list[RosPoint]:
    """Move points of a marker, which are relative to its pose, into its frame."""
    pose = pose_from_ros(marker.pose.position, marker.pose.orientation, 'm')
    columns = np.array([(p.x, p.y, p.z, 1.0) for p in points]).reshape(-1, 4)
    with np.errstate(all='ignore'):  # what is not finite is refused where it is sent
        placed = columns @ pose[:3].T
    return [RosPoint(x=x, y=y, z=z) for x, y, z in placed.tolist()]


def _ends(arrow: Marker) -> list[RosPoint]:
    points = list(arrow.points)
    if not points:  # then it points along its x axis
        points = [RosPoint(), RosPoint(x=arrow.scale.x)]
    if len(points) != 2:
        raise ConversionError(f'an arrow has {len(points)} points, wanted 2 or none')
    return _placed(arrow, points)


def _shaft(arrow: Marker) -> float:
    """Tell the diameter of an arrow, which stands elsewhere where it has a pose and no points."""
    return float(arrow.scale.x if arrow.points else arrow.scale.y)


def _rgba(colour: ColorRGBA) -> tuple[int, ...]:
    """Make bytes of a colour; what is out of range is as much as fits."""
    values = (colour.r, colour.g, colour.b, colour.a)
    if not all(map(math.isfinite, values)):
        raise ConversionError(f'the colour {values} of a marker is not finite')
    return tuple(min(max(round(255 * value), 0), 255) for value in values)


def _register(wire_type: str, function: Any, *leaves: str, default: bool = False) -> None:
    """Register what sends markers for one of them, and for an array of them."""

    def convert(message: Any, sending: Sending) -> Any:
        markers = message.markers if isinstance(message, MarkerArray) else [message]
        if function is _by_kind or sending.rule.type:  # else it is of a part of them
            note_parts(markers, sending)
        return function(markers, sending)

    convert.__doc__ = function.__doc__
    for ros_type in (MarkerArray, Marker):
        from_ros(ros_type, wire_type, *leaves, default=default, takes_long=True)(convert)


_register('', _by_kind, 'markers', default=True)
_register('POINT', _as_points)
_register('TRAJ', _as_paths)
