"""Numbers and what robots measure as STRING in JSON, which is what Slicer shows of them."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from ..codec.messages.text import String
from .arrays import ARRAYS, NUMBERS
from .measured import MEASURED
from .registry import Sending, from_ros
from .units import json_number


def json_from_ros(message: Any, sending: Sending) -> String:
    """Send a message as STRING in JSON, with the names of its fields; one number as that."""
    plain = _plain(message)
    if isinstance(message, NUMBERS):
        plain = plain['data']
    text = json.dumps(plain, ensure_ascii=False)
    return String(text, **sending.envelope(getattr(message, 'header', None)))


def _plain(value: Any) -> Any:
    """Turn a ROS message into what JSON can say."""
    if hasattr(value, 'get_fields_and_field_types'):
        return {name: _plain(getattr(value, name)) for name in value.get_fields_and_field_types()}
    if isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, (float, np.floating)):
        return json_number(float(value))
    return [_plain(item) for item in value]


for _type in (*ARRAYS.values(), *NUMBERS, *MEASURED):
    from_ros(_type, 'STRING')(json_from_ros)
