"""TRANSFORM, POSITION, QTRANS, TDATA and QTDATA: where frames are, and their names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from foxglove import messages as fox

from ...codec import Message
from ...codec.messages.pose import Position, Transform
from ...codec.messages.tracking import (
    TIP_ONLY,
    QuaternionElement,
    QuaternionTrackingData,
    TrackingData,
    TrackingElement,
)
from ...codec.tool_state import is_valid, tool_state
from ...config import ros_text
from ...converters.metres import (
    RIGID_TOLERANCE,
    Matrix,
    affines_to_numbers,
    metres,
    pose_to_numbers,
)
from ...converters.tf_owners import Sender, TfOwners
from ...errors import ConversionError
from ...rules import ReceiveRule
from .made import NO_TURN, Context, Made, pose, quaternion, timestamp, vector

_NO_ROTATION = 12


class Named(NamedTuple):
    """The frame in which something is, and its own."""

    parent: str
    child: str


class Frames:
    """
    The frames of devices and tools.

    :param rule: whose default frame holds where a name says none.
    :param profile: of the bridge that would do the same.
    """

    def __init__(self, rule: ReceiveRule, profile: str) -> None:
        self._rule = rule
        self._profile = profile
        self._owners = TfOwners()

    def of(self, device: str, type_name: str) -> Named:
        """Find those of a device."""
        child, parent = self._rule.frames_of(device, type_name, self._profile)
        child = child or self._rule.spelled(type_name.lower(), self._profile)
        return Named(ros_text(parent or self._rule.default_frame), ros_text(child))

    def of_tool(self, name: str, device: Named) -> Named:
        """Find those of a tool of a device: its name may say them itself."""
        found = self._rule.frames_in(name, self._profile)
        child, parent = found or (self._rule.spelled(name, self._profile), '')
        return Named(ros_text(parent) or device.parent, ros_text(child))

    def refused(self, frames: Named, device: str, now_s: float) -> str:
        """Tell why a device may not say where a frame is; empty if it may."""
        refused = self._owners.admit(
            frames.child, frames.parent, Sender(name=device), 0, False, now_s)
        return refused.why if refused else ''


class Placed(NamedTuple):
    """
    A frame, and where it is in another.

    :param position: in metres.
    :param turn: x, y, z, w; None of what has a place alone.
    """

    name: str
    frames: Named
    position: Sequence[float]
    turn: Sequence[float] | None

    def transform(self, stamp_ns: int) -> fox.FrameTransform:
        """Give it as Foxglove has it."""
        return fox.FrameTransform(
            timestamp=timestamp(stamp_ns), parent_frame_id=self.frames.parent,
            child_frame_id=self.frames.child, translation=vector(self.position),
            rotation=quaternion(self.turn or NO_TURN))


def transforms(placed: Sequence[tuple[Placed, int]]) -> fox.FrameTransforms:
    """Give frames, each with its stamp, as one message."""
    return fox.FrameTransforms(transforms=[one.transform(stamp_ns) for one, stamp_ns in placed])


def placed_of(message: Message, frames: Frames, own: Named, about: Context) -> Iterator[Placed]:
    """
    Find where the frames of a message are; of those that cannot be used, tell why.

    :param own: frames of its device.
    """
    if isinstance(message, (TrackingData, QuaternionTrackingData)):
        for number, tool in enumerate(message.elements, 1):
            name = tool.name or f'{about.device}-{number}'
            state = tool_state(message, tool.name)
            if not is_valid(state):
                about.tell(f'{name} is not shown: its sender says {state}')
                continue
            whose = frames.of_tool(name, own)
            try:
                matrix = _matrix(tool)
                if tool.type == TIP_ONLY:
                    yield Placed(name, whose, metres(matrix[:3, 3].tolist(), about.unit), None)
                else:
                    yield Placed(name, whose, *_numbers(matrix, about, name))
            except ConversionError as error:
                about.tell(f'{name} is not shown: {error}')
        return
    state = tool_state(message)
    if not is_valid(state):
        about.tell(f'it is not shown: its sender says {state}')
        return
    try:
        if isinstance(message, Transform):
            (numbers,) = affines_to_numbers((message.affine,), about.unit)
            if numbers is not None:
                yield Placed(about.device, own, numbers[:3], numbers[3:])
            else:
                yield Placed(about.device, own, *_numbers(message.matrix, about))
        elif isinstance(message, Position):
            if message.form == _NO_ROTATION:
                yield Placed(
                    about.device, own, metres(message.position.tolist(), about.unit), None)
            else:
                yield Placed(about.device, own, *_numbers(message.matrix, about))
    except ConversionError as error:
        about.tell(f'it is not shown: {error}')


def _matrix(tool: TrackingElement | QuaternionElement) -> Matrix:
    if isinstance(tool, QuaternionElement):
        if tool.type == TIP_ONLY:
            return Position(tool.position).matrix
        return Position(tool.position, tool.quaternion, form=28).matrix
    return tool.matrix


def _numbers(
    matrix: Matrix, about: Context, name: str = 'it'
) -> tuple[Sequence[float], Sequence[float]]:
    position, turn, distance = pose_to_numbers(matrix, about.unit)
    if distance > RIGID_TOLERANCE:
        about.tell(f'{name}: the matrix holds scale or shear, its rotation alone is shown')
    return position, turn


def pose_of(placed: Placed, about: Context) -> Made:
    """Give a pose by itself as well, for plots; or a point, where it has no rotation."""
    x, y, z = placed.position
    turn = placed.turn
    if turn is None:
        return Made('point', 'Point3InFrame', lambda: fox.Point3InFrame(
            timestamp=about.stamp, frame_id=placed.frames.parent, point=fox.Point3(x=x, y=y, z=z)))
    return Made('pose', 'PoseInFrame', lambda: fox.PoseInFrame(
        timestamp=about.stamp, frame_id=placed.frames.parent, pose=pose((x, y, z), turn)))
