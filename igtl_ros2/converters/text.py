"""STRING and COMMAND."""

from __future__ import annotations

import json

from builtin_interfaces.msg import Time
from std_msgs.msg import String as RosString

from ..codec.messages.text import Command, String
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


@to_ros(Command)
def command_to_ros(message: Command, route: Route, stamp: Time) -> Converted:
    """COMMAND: `command` in JSON."""
    facts = {
        'id': message.command_id,
        'name': ros_text(message.name),
        'encoding': message.encoding,
        'content': ros_text(message.content),
    }
    text = json.dumps(facts, ensure_ascii=False)
    return Converted(outputs={'command': RosString(data=text)})


@from_ros(RosString, 'STRING', 'text', default=True)
def string_from_string(message: RosString, sending: Sending) -> String:
    """Send std_msgs/String as STRING."""
    return String(message.data, **sending.envelope())
