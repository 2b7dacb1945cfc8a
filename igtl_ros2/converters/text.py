"""STRING."""

from __future__ import annotations

from builtin_interfaces.msg import Time
from std_msgs.msg import String as RosString

from ..codec.messages.text import String
from .registry import Converted, Route, Sending, from_ros, to_ros
from .units import ros_text


@to_ros(String)
def string_to_ros(message: String, route: Route, stamp: Time) -> Converted:
    """STRING: `text`."""
    text = ros_text(message.text)
    result = Converted(outputs={'text': RosString(data=text)}, info={'encoding': message.encoding})
    if text != message.text:
        result.info['text_repaired'] = True
    return result


@from_ros(RosString, 'STRING', 'text', default=True)
def string_from_string(message: RosString, sending: Sending) -> String:
    """Send std_msgs/String as STRING."""
    return String(message.data, **sending.envelope())
