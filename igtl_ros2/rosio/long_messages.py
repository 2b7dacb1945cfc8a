"""ROS messages that take long to be made or converted: both is done in a worker."""

from __future__ import annotations

from typing import Any

from geometry_msgs.msg import PoseArray
from rclpy.serialization import deserialize_message
from std_msgs.msg import Header

from ..converters import bulk
from ..converters.spliced import read_poses
from ..converters.units import ns_from_time
from ..errors import ConversionError

#: what is in them rclpy makes one by one, so they are taken serialised
_LISTS = frozenset(('Marker', 'MarkerArray', 'Mesh', 'Path', 'PoseArray'))
# a thousand poses
_MOST_BYTES = 1 << 16
# numbers, letters or bytes
_MOST_DATA = 1 << 17
_MOST_PIXELS = 1 << 24


def is_taken_serialised(ros_type: type) -> bool:
    """Tell whether messages of a type come as bytes."""
    return ros_type.__name__ in _LISTS


def may_be_long(ros_type: type) -> bool:
    """Tell whether messages of a type may take long, by their size."""
    return is_taken_serialised(ros_type) or any(
        hasattr(ros_type, field) for field in ('data', 'encoding'))


def is_long(message: Any) -> bool:
    """Tell whether to convert a message takes more than some milliseconds, by its size."""
    if isinstance(message, bytes):
        return len(message) > _MOST_BYTES
    most = _MOST_PIXELS if hasattr(message, 'encoding') else _MOST_DATA
    data = getattr(message, 'data', ())
    return hasattr(data, '__len__') and len(data) > most  # else it is one number


def made(message: Any, ros_type: type) -> Any:
    """
    Make a message, if it came as bytes.

    :raises ConversionError: if they are none of it.
    """
    if not isinstance(message, bytes):
        return message
    poses = read_poses(message) if ros_type is PoseArray and bulk.by_row else None
    if poses is not None:
        return poses
    try:
        return deserialize_message(message, ros_type)
    except Exception as error:  # a publisher may write anything
        raise ConversionError(f'its bytes are no {ros_type.__name__}') from error


def stamp_of(message: Any, ros_type: type) -> int:
    """Tell the stamp of a message, or of its bytes, in nanoseconds; 0 if it has none."""
    if not hasattr(ros_type, 'header'):
        return 0
    header = made(message, Header) if isinstance(message, bytes) else message.header
    return ns_from_time(header.stamp)
