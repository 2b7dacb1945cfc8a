"""BIND, whose children are treated as if they came alone."""

from __future__ import annotations

import json
from dataclasses import replace

from builtin_interfaces.msg import Time
from std_msgs.msg import String

from ..codec import Message
from ..codec.messages.bundle import Bind
from ..errors import EncodeError
from .outputs import Output
from .registry import Converted, Route, to_ros
from .units import ros_text


@to_ros(Bind, Output('bind', String))
def bind_to_ros(message: Bind, route: Route, stamp: Time) -> Converted:
    """BIND: `bind`, a JSON list of types and names; each child has topics of its own."""
    listed = [
        {'type': ros_text(child.type_name), 'device': ros_text(child.device_name)}
        for child in message.children
    ]
    result = Converted(outputs={'bind': String(data=json.dumps(listed, ensure_ascii=False))})
    for child in message.children:
        try:
            result.children.append(_with_state(child, message.metadata))
        except EncodeError as error:
            result.errors.append(f'child {ros_text(child.device_name)!r} is dropped: {error}')
    return result


def _with_state(child: Message, metadata: dict[str, str]) -> Message:
    """Tell a child, which has no metadata, what the BIND says about the state of tools."""
    state = {
        key: value
        for key, value in metadata.items()
        if key.endswith('Status') or key == 'TransformValid'
    }
    if f'{child.device_name}Status' in state:
        state['TransformStatus'] = state[f'{child.device_name}Status']
    return replace(child, metadata=state, version=2) if state else child
