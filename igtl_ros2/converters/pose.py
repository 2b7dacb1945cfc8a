"""TRANSFORM and POSITION."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from geometry_msgs.msg import (
    Point,
    PointStamped,
    Pose,
    PoseStamped,
    PoseWithCovarianceStamped,
    TransformStamped,
)
from std_msgs.msg import Header

from ..codec import from_ns
from ..codec.geometry import matrix_to_quaternion, quaternion_to_matrix
from ..codec.messages.pose import Position, Transform
from ..codec.tool_state import is_valid as is_valid
from ..codec.tool_state import tool_state as tool_state
from ..errors import ConversionError
from ..rules import ReceiveRule
from ..rules.values import BOOLEAN
from .details import Detail
from .lazy import LazyPose, LazyPoseStamped, LazyTransform
from .metres import RIGID_TOLERANCE, affines_to_numbers, json_number, metres, pose_to_numbers
from .outputs import STREAM, Output
from .registry import Converted, Route, Sending, from_ros, tell_once, to_ros
from .sending import stamp_text
from .units import Matrix, affine_from_numbers, point_from_ros, time_from_ns

# of one device: a publisher may name one after the other
_MOST_FRAMES = 100
NOT_RIGID = (
    'the matrix holds scale or shear: the pose has its rotation alone, info has the whole matrix')


def finite_list(matrix: Matrix) -> list[list[float | str]]:
    """List a matrix for JSON, which has no NaN and no infinity."""
    return [[json_number(value) for value in row] for row in matrix.tolist()]


def withheld(
    route: Route, result: Converted, position: Sequence[float], orientation: Sequence[float] | None
) -> bool:
    """Tell whether a gate stops the pose of a device, which is its state then."""
    if route.gate is None:
        return False
    turned = None if orientation is None else tuple(orientation)
    child = route.child_frame_id if route.has_tf else ''
    state = route.gate.stops('', route.frame_id, tuple(position), turned, child=child)
    if state:
        result.state = state
    return bool(state)


POSE = ReceiveRule.key(
    'pose', BOOLEAN, 'Publish a TRANSFORM as PoseStamped as well; of a POINT with trajectory the '
    'target, z along the path.', False, after='tf',
    types=('TRANSFORM', 'POSITION', 'QTRANS', 'POINT'), of_type={'POINT': 'trajectory'})


@to_ros(
    Transform,
    Output('transform', TransformStamped, STREAM, is_whole=True),
    Output('pose', PoseStamped, STREAM, POSE, is_whole=True),
    by_ns=True)
def transform_to_ros(message: Transform, route: Route, stamp_ns: int) -> Converted:
    """TRANSFORM: `transform`; where asked for also `pose`, and tf."""
    result = Converted()
    if message.metadata:
        result.state = tool_state(message)
        if not (is_valid(result.state) or route.rule.publish_invalid):
            return result
    (numbers,) = affines_to_numbers((message.affine,), route.wire_unit, route.wire_axes)
    if numbers is None:
        try:
            position, turned, distance = pose_to_numbers(
                message.matrix, route.wire_unit, route.wire_axes)
        except ConversionError as error:
            result.info['matrix'] = finite_list(message.matrix)
            result.errors.append(f'not published as a pose: {error}')
            return result
        numbers = *position, *turned
        if distance > RIGID_TOLERANCE:
            result.info['matrix'] = finite_list(message.matrix)
            result.errors.append(NOT_RIGID)
    if route.gate is not None and withheld(route, result, numbers[:3], numbers[3:]):
        result.info['matrix'] = Detail(lambda: finite_list(message.matrix))
        return result
    result.outputs['transform'] = LazyTransform(stamp_ns, route.frames, numbers)
    if route.has_pose or route.has_tf:
        _give_pose(result, route, stamp_ns, numbers, route.has_pose)
    return result


def _give_pose(
    result: Converted, route: Route, stamp_ns: int, numbers: Sequence[float], as_pose: bool
) -> None:
    """Give `pose`, if that is asked for, and tf, if its rule asks for that."""
    if as_pose:
        result.outputs['pose'] = LazyPoseStamped(stamp_ns, (route.frame_id, ''), numbers)
    if route.has_tf:
        result.transforms.append(LazyTransform(stamp_ns, route.frames, numbers))


@to_ros(
    Position,
    Output('pose', PoseStamped, STREAM, is_whole=True),
    Output('point', PointStamped, STREAM, is_whole=True),
    by_ns=True)
def position_to_ros(message: Position, route: Route, stamp_ns: int) -> Converted:
    """POSITION: `pose`, or `point` where it came without an orientation."""
    result = Converted(state=tool_state(message), info={'form': message.form})
    rule = route.rule
    if not (is_valid(result.state) or rule.publish_invalid):
        return result
    if message.form == 12:
        x, y, z = position = metres(message.position.tolist(), rule.wire_unit, rule.wire_axes)
        if withheld(route, result, position, None):
            result.info['position'] = Detail(message.position.tolist)
            return result
        header = Header(stamp=time_from_ns(stamp_ns), frame_id=route.frame_id)
        result.outputs['point'] = PointStamped(header=header, point=Point(x=x, y=y, z=z))
        if rule.tf != 'off':
            tell_once(route, result, 'not broadcast on tf: it came without an orientation')
        return result
    position, turned, _ = pose_to_numbers(message.matrix, rule.wire_unit, rule.wire_axes)
    if withheld(route, result, position, turned):
        result.info['position'] = Detail(message.position.tolist)
        result.info['quaternion'] = Detail(message.quaternion.tolist)
        return result
    _give_pose(result, route, stamp_ns, (*position, *turned), True)
    return result


@from_ros(TransformStamped, 'TRANSFORM', 'transform', default=True)
@from_ros(PoseWithCovarianceStamped, 'TRANSFORM', 'pose', default=True)
@from_ros(PoseStamped, 'TRANSFORM', 'pose', default=True)
def transform_from_pose(message: Any, sending: Sending) -> Transform:
    """The pose as TRANSFORM; no covariance is sent."""
    if not isinstance(message, LazyPose):
        if isinstance(message, TransformStamped):
            position, turn = message.transform.translation, message.transform.rotation
        else:
            pose = _pose_of(message)
            position, turn = pose.position, pose.orientation
        affine = affine_from_numbers(
            (position.x, position.y, position.z), (turn.x, turn.y, turn.z, turn.w),
            sending.rule.wire_unit)
        return Transform.from_affine(affine, **sending.envelope(message.header))
    numbers, (stamp_ns, (frame, _)) = message.numbers, message.head
    affine = affine_from_numbers(numbers[:3], numbers[3:], sending.rule.wire_unit)
    first: Transform | None = sending.state.get(f'pose in {frame}')
    if first is None or stamp_ns <= 0 or sending.sim_time:
        made = Transform.from_affine(affine, **sending.envelope_of(frame, stamp_ns))
        if 'ros_stamp' in made.metadata and len(sending.state) < _MOST_FRAMES:
            sending.state[f'pose in {frame}'] = made
        return made
    metadata = first.metadata.copy()
    metadata['ros_stamp'] = stamp_text(stamp_ns)
    return first.like(affine, from_ns(stamp_ns), metadata)


@from_ros(PoseWithCovarianceStamped, 'POSITION')
@from_ros(PoseStamped, 'POSITION')
def position_from_pose(message: Any, sending: Sending) -> Position:
    """PoseStamped, or what has a pose with covariance, as POSITION."""
    pose = _pose_of(message)
    q = pose.orientation
    # through the matrix, so that the quaternion is checked and of length 1
    quaternion = matrix_to_quaternion(quaternion_to_matrix((q.x, q.y, q.z, q.w)))
    position = point_from_ros(pose.position, sending.rule.wire_unit)
    return Position(position, quaternion, **sending.envelope(message.header))


def _pose_of(message: Any) -> Pose:
    return message.pose if isinstance(message.pose, Pose) else message.pose.pose


@from_ros(PointStamped, 'POSITION')
def position_from_point(message: PointStamped, sending: Sending) -> Position:
    """PointStamped as POSITION without an orientation."""
    return Position(
        point_from_ros(message.point, sending.rule.wire_unit), **sending.envelope(message.header))
