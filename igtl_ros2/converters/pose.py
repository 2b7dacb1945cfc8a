"""TRANSFORM and POSITION."""

from __future__ import annotations

from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import (
    Point,
    PointStamped,
    Pose,
    PoseStamped,
    PoseWithCovarianceStamped,
    Quaternion,
    TransformStamped,
)
from std_msgs.msg import Header

from ..codec import Message
from ..codec.messages.pose import Position, Transform
from ..errors import ConversionError
from .registry import Converted, Route, Sending, from_ros, tell_once, to_ros
from .units import (
    RIGID_TOLERANCE,
    Matrix,
    json_number,
    matrix_to_quaternion,
    point_from_ros,
    point_to_ros,
    pose_from_ros,
    pose_to_ros,
    quaternion_to_matrix,
    transform_of,
)

_FALSE = ('0', 'false')
NOT_RIGID = (
    'the matrix holds scale or shear: the pose has its rotation alone, info has the whole matrix'
)


def tool_state(message: Message, tool: str = '') -> str | None:
    """
    Read the state of a tool from the metadata that PLUS and Slicer send.

    :param tool: name of an element of a list; its state is in `<tool>Status`.
    :returns: 'OK' or what is wrong; None if the sender says nothing.
    """
    metadata = message.metadata
    if not metadata:
        return None
    state = metadata.get(f'{tool}Status') if tool else None
    if state is None:
        state = metadata.get('TransformStatus', metadata.get('Status'))
    state = state or None
    if is_valid(state) and metadata.get('TransformValid', '').lower() in _FALSE:
        return 'INVALID'
    return state


def is_valid(state: str | None) -> bool:
    """Tell whether a pose in this state may be used."""
    return state in (None, 'OK')


def finite_list(matrix: Matrix) -> list[list[float | str]]:
    """List a matrix for JSON, which has no NaN and no infinity."""
    return [[json_number(value) for value in row] for row in matrix.tolist()]


def transform_stamped(pose: Pose, route: Route, stamp: Time) -> TransformStamped:
    """Make the message that tf uses for a pose."""
    # filled in afterwards: constructors make all defaults, even of what they are given
    result = TransformStamped()
    result.header.stamp = stamp
    result.header.frame_id = route.frame_id
    result.child_frame_id = route.child_frame_id
    result.transform = transform_of(pose)
    return result


def withheld(
    route: Route, result: Converted, position: Point, orientation: Quaternion | None
) -> bool:
    """Tell whether a gate stops the pose of a device, which is its state then."""
    if route.gate is None:
        return False
    state = route.gate.stops('', route.frame_id, position, orientation)
    if state:
        result.state = state
    return bool(state)


@to_ros(Transform, streams=('transform', 'pose'))
def transform_to_ros(message: Transform, route: Route, stamp: Time) -> Converted:
    """TRANSFORM: `transform`; where asked for also `pose`, and tf."""
    rule = route.rule
    result = Converted(state=tool_state(message))
    if not (is_valid(result.state) or rule.publish_invalid):
        return result
    try:
        pose, distance = pose_to_ros(message.matrix, rule.wire_unit, rule.wire_axes)
    except ConversionError as error:
        result.info['matrix'] = finite_list(message.matrix)
        result.errors.append(f'not published as a pose: {error}')
        return result
    if distance > RIGID_TOLERANCE:
        result.info['matrix'] = finite_list(message.matrix)
        result.errors.append(NOT_RIGID)
    if withheld(route, result, pose.position, pose.orientation):
        result.info['matrix'] = finite_list(message.matrix)
        return result
    transform = transform_stamped(pose, route, stamp)
    result.outputs['transform'] = transform
    if rule.pose:
        result.outputs['pose'] = PoseStamped(header=transform.header, pose=pose)
    if rule.tf != 'off':
        result.transforms.append(transform)
    return result


@to_ros(Position, streams=('pose', 'point'))
def position_to_ros(message: Position, route: Route, stamp: Time) -> Converted:
    """POSITION: `pose`, or `point` where it came without an orientation."""
    result = Converted(state=tool_state(message), info={'form': message.form})
    rule = route.rule
    if not (is_valid(result.state) or rule.publish_invalid):
        return result
    header = Header(stamp=stamp, frame_id=route.frame_id)
    if message.form == 12:
        point = point_to_ros(message.position.tolist(), rule.wire_unit, rule.wire_axes)
        if withheld(route, result, point, None):
            result.info['position'] = message.position.tolist()
            return result
        result.outputs['point'] = PointStamped(header=header, point=point)
        if rule.tf != 'off':
            tell_once(route, result, 'not broadcast on tf: it came without an orientation')
        return result
    matrix = np.eye(4)
    matrix[:3, :3] = quaternion_to_matrix(message.quaternion.tolist())
    matrix[:3, 3] = message.position
    pose, _ = pose_to_ros(matrix, rule.wire_unit, rule.wire_axes)
    if withheld(route, result, pose.position, pose.orientation):
        result.info['position'] = message.position.tolist()
        result.info['quaternion'] = message.quaternion.tolist()
        return result
    result.outputs['pose'] = PoseStamped(header=header, pose=pose)
    if rule.tf != 'off':
        result.transforms.append(transform_stamped(pose, route, stamp))
    return result


@from_ros(TransformStamped, 'TRANSFORM', 'transform', default=True)
def transform_from_transform(message: TransformStamped, sending: Sending) -> Transform:
    """TransformStamped as TRANSFORM."""
    t = message.transform
    return Transform(
        pose_from_ros(t.translation, t.rotation, sending.rule.wire_unit),
        **sending.envelope(message.header),
    )


@from_ros(PoseWithCovarianceStamped, 'TRANSFORM', 'pose', default=True)
@from_ros(PoseStamped, 'TRANSFORM', 'pose', default=True)
def transform_from_pose(message: Any, sending: Sending) -> Transform:
    """PoseStamped, or what has a pose with covariance, as TRANSFORM; no covariance is sent."""
    pose = _pose_of(message)
    return Transform(
        pose_from_ros(pose.position, pose.orientation, sending.rule.wire_unit),
        **sending.envelope(message.header),
    )


@from_ros(PoseWithCovarianceStamped, 'POSITION')
@from_ros(PoseStamped, 'POSITION')
def position_from_pose(message: Any, sending: Sending) -> Position:
    """PoseStamped, or what has a pose with covariance, as POSITION."""
    pose = _pose_of(message)
    q = pose.orientation
    # through the matrix, so that the quaternion is checked and of length 1
    quaternion = matrix_to_quaternion(quaternion_to_matrix((q.x, q.y, q.z, q.w)))
    return Position(
        point_from_ros(pose.position, sending.rule.wire_unit),
        quaternion,
        **sending.envelope(message.header),
    )


def _pose_of(message: Any) -> Pose:
    """Take the pose out of a message that may have one with covariance."""
    return message.pose if isinstance(message.pose, Pose) else message.pose.pose


@from_ros(PointStamped, 'POSITION')
def position_from_point(message: PointStamped, sending: Sending) -> Position:
    """PointStamped as POSITION without an orientation."""
    return Position(
        point_from_ros(message.point, sending.rule.wire_unit), **sending.envelope(message.header)
    )
