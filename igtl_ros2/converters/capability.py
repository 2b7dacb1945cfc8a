"""CAPABILITY."""

from __future__ import annotations

from builtin_interfaces.msg import Time

from ..codec.messages.query import Capability
from .outputs import Output
from .registry import Converted, Route, to_ros
from .units import ros_text

# Programs know some dozens; a list of all names that fit a message would be told again and again
_MAX_TYPES = 200


@to_ros(Capability, Output('~/peers', 'std_msgs/String'))
def capability_to_ros(message: Capability, route: Route, stamp: Time) -> Converted:
    """CAPABILITY: the types that the peer understands, on `~/peers`."""
    types = [ros_text(name) for name in message.types[:_MAX_TYPES]]
    if (more := len(message.types) - _MAX_TYPES) > 0:
        types.append(f'... and {more} more')
    return Converted(info={'types': types}, peer={'types': types})
