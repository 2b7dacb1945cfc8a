"""
ROS messages of a pose, of several, or of an image, that are made when somebody looks inside.

A writer puts numbers into bytes and a reader takes them out of bytes; to make all the parts of a
ROS message takes longer than both. Once somebody has looked, it is a usual message of its type.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import starmap
from struct import Struct
from typing import Any, ClassVar

from builtin_interfaces.msg import Time
from geometry_msgs.msg import Pose, PoseArray, PoseStamped, TransformStamped
from sensor_msgs.msg import Image

from .bulk import fill, set_rows
from .units import ns_from_time, time_from_ns

_pack = Struct('<7d').pack


def pose_bytes(poses: Iterable[Sequence[float]]) -> bytes:
    """Give the bytes of position and quaternion of several poses, as `LazyPoseArray` has them."""
    return b''.join(starmap(_pack, poses))


class Lazy:
    """
    What the messages of this module share; none of it is there any more once they are usual ones.

    It is kept in the slots of the message: that is why one can become the other.
    """

    __slots__ = ()
    #: the type that ROS knows
    ros_type: ClassVar[type]
    #: the stamp in ns, and what most messages of a device have in common: the frame of the header
    #: and what else there is; like the numbers, a slot by another name
    head: Any
    #: what is new in each message
    numbers: Any

    def __init__(self, stamp_ns: int, common: tuple[Any, ...], numbers: Any) -> None:
        self.head = stamp_ns, common
        self.numbers = numbers

    @property
    def stamp_ns(self) -> int:
        """Nanoseconds since 1970, as the header has them."""
        stamp_ns: int = self.head[0]
        return stamp_ns

    def usual(self) -> Any:
        """Make a usual message that says the same; this one stays as it is."""
        stamp_ns, common = self.head
        return type(self)(stamp_ns, common, self.numbers).become()

    def become(self) -> Any:
        """Make it a usual message."""
        message: Any = self
        numbers, (stamp_ns, common) = self.numbers, self.head
        usual, put = self.ros_type(), self._put
        message.__class__ = self.ros_type  # which has nothing of this class
        if hasattr(usual, '_check_fields'):  # not on Humble
            message._check_fields = usual._check_fields
        message.header = usual.header
        message.header.stamp = time_from_ns(stamp_ns)
        message.header.frame_id = common[0]
        put(message, usual, common, numbers)
        return message

    @staticmethod
    def _put(message: Any, usual: Any, common: Any, numbers: Any) -> None:
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        return bool(self.become() == other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(self.become())


def _field(name: str) -> Any:
    """Make what gives a field of a message, which becomes a usual one."""

    def get(self: Lazy) -> Any:
        return getattr(self.become(), name)

    def put(self: Lazy, value: Any) -> None:
        setattr(self.become(), name, value)

    return property(get, put)


class LazyPose(Lazy):
    """
    A pose, or several, see `Lazy`.

    Common are the frame of the header and the child frame ('' if such messages have none). The
    numbers are position (m) and quaternion (x, y, z, w); of several poses the bytes of all of
    them.
    """

    __slots__ = ()

    @property
    def frames(self) -> tuple[str, str]:
        """Name the frame of the header, and the child frame; '' if such messages have none."""
        frames: tuple[str, str] = self.head[1]
        return frames


class LazyTransform(LazyPose, TransformStamped):
    """A TransformStamped, see `LazyPose`."""

    __slots__ = ()
    ros_type = TransformStamped
    header, transform, child_frame_id = map(_field, ('header', 'transform', 'child_frame_id'))
    head, numbers = TransformStamped._header, TransformStamped._transform

    @staticmethod
    def _put(message: Any, usual: Any, common: Any, numbers: Any) -> None:
        message.child_frame_id = common[1]
        message.transform = transform = usual.transform
        t, r = transform.translation, transform.rotation
        t.x, t.y, t.z, r.x, r.y, r.z, r.w = numbers


class LazyPoseStamped(LazyPose, PoseStamped):
    """A PoseStamped, see `LazyPose`."""

    __slots__ = ()
    ros_type = PoseStamped
    header, pose = map(_field, ('header', 'pose'))
    head, numbers = PoseStamped._header, PoseStamped._pose

    @staticmethod
    def _put(message: Any, usual: Any, common: Any, numbers: Any) -> None:
        message.pose = pose = usual.pose
        p, q = pose.position, pose.orientation
        p.x, p.y, p.z, q.x, q.y, q.z, q.w = numbers


class LazyPoseArray(LazyPose, PoseArray):
    """A PoseArray, see `LazyPose`; its numbers are bytes as in `Rows`."""

    __slots__ = ()
    ros_type = PoseArray
    header, poses = map(_field, ('header', 'poses'))
    head, numbers = PoseArray._header, PoseArray._poses

    @staticmethod
    def _put(message: Any, usual: Any, common: Any, numbers: Any) -> None:
        set_rows(message, 'poses', Pose, memoryview(numbers))


class LazyImage(Lazy, Image):
    """
    An Image of little-endian voxels, see `Lazy`.

    Common are frame, height, width, encoding and step; the numbers are a C-contiguous array.
    """

    __slots__ = ()
    ros_type = Image
    header, height, width, encoding, is_bigendian, step, data = map(_field, (
        'header', 'height', 'width', 'encoding', 'is_bigendian', 'step', 'data'))
    head, numbers = Image._header, Image._data

    @staticmethod
    def _put(message: Any, usual: Any, common: Any, numbers: Any) -> None:
        _, message.height, message.width, message.encoding, message.step = common
        message.is_bigendian, message._data = 0, usual.data
        fill(message, numbers)


#: by the type that ROS knows
LAZY: dict[type, type[Lazy]] = {
    kind.ros_type: kind for kind in (LazyTransform, LazyPoseStamped, LazyPoseArray, LazyImage)}


def ros_type_of(message: Any) -> type:
    """Tell the type that ROS knows, for a message that may be lazy as well."""
    return message.ros_type if isinstance(message, Lazy) else type(message)


def header_stamp_ns(message: Any) -> int | None:
    """Tell the stamp in the header of a message in ns; None if it has no header."""
    if isinstance(message, Lazy):
        return message.stamp_ns
    header = getattr(message, 'header', None)
    stamp = getattr(header, 'stamp', None)
    return ns_from_time(stamp) if isinstance(stamp, Time) else None


def frames_of(transform: Any) -> tuple[str, str]:
    """Name the parent and the child of a TransformStamped that may be lazy."""
    if isinstance(transform, LazyPose):
        return transform.frames
    return transform.header.frame_id, transform.child_frame_id
