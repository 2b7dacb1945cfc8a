"""What a mesh is made of, in both directions: points in metres, colours."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from std_msgs.msg import Header

from ..codec.messages.mesh import PolyData
from ..errors import ConversionError
from .many_poses import metres_of
from .registry import Route, Sending
from .units import Matrix, positions_from_ros


def metres(message: PolyData, route: Route) -> Matrix:
    """
    Give the points of a mesh in metres.

    :raises ConversionError: if one of them is not finite.
    """
    rule = route.rule
    positions, finite = metres_of(message.points, rule.wire_unit, rule.wire_axes)
    bad = len(finite) - int(finite.sum())
    if bad:
        raise ConversionError(f'{bad} of {len(finite)} positions are not finite')
    return positions


def colour_bytes(values: NDArray[np.float32]) -> NDArray[np.uint32]:
    """Turn colours from 0 to 1 into bytes; what is no number is 0."""
    return np.rint(255 * np.clip(np.nan_to_num(values), 0, 1)).astype(np.uint32)


def mesh_of(
    positions: Any, sending: Sending, header: Header | None = None, **parts: Any
) -> PolyData:
    """
    Make the message of a mesh.

    :param positions: (n, 3) in metres.
    :param parts: fields of `PolyData`.
    :raises ConversionError: if a position is not finite.
    """
    points: Any = positions_from_ros(positions, sending.rule.wire_unit)
    return PolyData(points, **parts, **sending.envelope(header))
