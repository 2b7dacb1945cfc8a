"""CAPABILITY."""

from __future__ import annotations

from builtin_interfaces.msg import Time

from ..codec.messages.query import Capability
from .registry import Converted, Route, to_ros
from .units import ros_text


@to_ros(Capability)
def capability_to_ros(message: Capability, route: Route, stamp: Time) -> Converted:
    """CAPABILITY: the types that the peer understands, on `~/peers`."""
    types = [ros_text(name) for name in message.types]
    return Converted(info={'types': types}, peer={'types': types})
