"""When and in which frame a ROS message is, whatever its type."""

from __future__ import annotations

from typing import Any

from std_msgs.msg import Header


def header_of_ros(message: Any) -> Header | None:
    """Give the header of a ROS message, or of the first of its markers; None if it has none."""
    parts = getattr(message, 'markers', [message])
    header = next((part.header for part in parts if hasattr(part, 'header')), None)
    if header is None and hasattr(message, 'frame_id') and hasattr(message, 'timestamp'):
        return Header(stamp=message.timestamp, frame_id=message.frame_id)  # of foxglove_msgs
    return header
