"""STATUS, STRING and commands as log lines; what has no form of its own as JSON."""

from __future__ import annotations

import json
from typing import Any

from foxglove import messages as fox

from ...codec import Message
from ...codec.messages.arrays import Sensor
from ...codec.messages.text import ClientInfo, Command, CommandResponse, Status, StatusCode, String
from ...config import ros_text
from ...converters.metres import NS
from ...web.values import head_of, numbers, value_of
from .made import Context, Made, timestamp

TEXTS = (String, ClientInfo, Status, Command, CommandResponse)
_WARN = {
    StatusCode.BUSY, StatusCode.NOT_READY, StatusCode.MANUAL_MODE, StatusCode.DISABLED,
    StatusCode.SHUTTING_DOWN, StatusCode.TIME_OUT, StatusCode.NOT_PRESENT,
}


def line(name: str, text: str, level: Any, stamp_ns: int) -> fox.Log:
    """Make a line of the log."""
    return fox.Log(
        timestamp=timestamp(stamp_ns), level=level, message=ros_text(text), name=ros_text(name))


def log_of(message: Message, about: Context) -> fox.Log:
    """Give what a text says, as serious as it is."""
    value = value_of(message, 'pass')  # what may not be seen was hidden before
    text = ': '.join(part for part in (head_of(value), str(value.get('text', ''))) if part)
    return line(about.device, text, _level(message), about.stamp_ns)


def _level(message: Message) -> Any:
    if not isinstance(message, Status) or message.code == StatusCode.OK:
        return fox.LogLevel.Info
    if message.is_emergency:
        return fox.LogLevel.Fatal
    return fox.LogLevel.Warning if message.code in _WARN else fox.LogLevel.Error


def values(message: Message, about: Context) -> Made:
    """Give the values of a SENSOR, or what else a message says, as JSON for plots."""
    seconds, nanoseconds = divmod(about.stamp_ns, NS)
    told: dict[str, Any] = {'timestamp': {'sec': seconds, 'nsec': nanoseconds}}
    leaf = 'value'
    if isinstance(message, Sensor):
        leaf = 'sensor'
        told |= {'data': numbers(message.values.tolist()), 'unit': message.unit_text}
    else:
        told |= value_of(message, 'pass')
    return Made(leaf, 'JSON', lambda: json.dumps(told, allow_nan=False).encode())
