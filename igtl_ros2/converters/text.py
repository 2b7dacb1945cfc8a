"""STRING and COMMAND."""

from __future__ import annotations

import json

from builtin_interfaces.msg import Time
from std_msgs.msg import String as RosString

from ..codec.charsets import charset, is_guess
from ..codec.messages.text import Command, String
from .outputs import EVENT, Output
from .registry import Converted, Route, Sending, from_ros, to_ros
from .units import ros_text


@to_ros(String, Output('text', RosString, is_whole=True))
def string_to_ros(message: String, route: Route, stamp: Time) -> Converted:
    """STRING: `text`."""
    text = ros_text(message.text)
    result = Converted(outputs={'text': RosString(data=text)}, info={'encoding': message.encoding})
    if text != message.text:
        result.info['text_repaired'] = True
    _tell_guess(result, message.text, message.encoding)
    return result


@to_ros(Command, Output('command', RosString, EVENT))
def command_to_ros(message: Command, route: Route, stamp: Time) -> Converted:
    """COMMAND: `command` in JSON."""
    facts = {
        'id': message.command_id,
        'name': ros_text(message.name),
        'encoding': message.encoding,
        'content': ros_text(message.content),
    }
    text = json.dumps(facts, ensure_ascii=False)
    result = Converted(outputs={'command': RosString(data=text)})
    _tell_guess(result, message.content, message.encoding)
    return result


def _tell_guess(result: Converted, text: str, encoding: int) -> None:
    """Say of a text that it may not be what was meant."""
    if is_guess(text):
        known = charset(encoding)
        why = f'is no {known}' if known else 'is unknown here'
        result.info['text_repaired'] = True
        result.notes.append(f'its text is read as UTF-8: encoding {encoding} {why}')


@from_ros(RosString, 'STRING', 'text', default=True)
def string_from_string(message: RosString, sending: Sending) -> String:
    """Send std_msgs/String as STRING."""
    return String(message.data, **sending.envelope())
