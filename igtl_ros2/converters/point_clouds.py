"""PointCloud2 of POINT, both ways."""

from __future__ import annotations

from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from sensor_msgs.msg import PointCloud2

from ..codec.messages.points import PointList
from ..errors import ConversionError
from ..rules import SendRule
from ..rules.values import numbers
from .clouds import CLOUD, cloud_columns, packed_colours, point_cloud, unpacked_colours
from .outputs import Output
from .points import points_message
from .registry import Converted, Route, Sending, extra, from_ros, sender

MAX_POINTS = SendRule.key(
    'max_points', numbers(0, 100000, whole=True), 'A PointCloud2 of up to so many points is sent '
    'as POINT, a larger one as POLYDATA; 1000 by default.', 1000, after='unit', types=(),
    only_topics=True)


@extra(PointList, Output('cloud', PointCloud2, key=CLOUD))
def add_cloud(message: PointList, route: Route, stamp: Time, result: Converted) -> None:
    """POINT: `cloud` where the mapping says so, x, y, z, rgba and diameter (0 if unknown)."""
    points = result.outputs['points']
    places = [(p.position.x, p.position.y, p.position.z) for p in points.poses]
    colours = np.array(result.info['rgba'], np.uint32).reshape(-1, 4)
    diameters = [d if isinstance(d, float) else 0.0 for d in result.info['diameters']]
    result.outputs['cloud'] = point_cloud(
        np.array(places).reshape(-1, 3),
        {'rgba': packed_colours(colours), 'diameter': np.array(diameters, np.float64)},
        points.header)


@from_ros(PointCloud2, 'POINT', takes_long=True)
def points_from_cloud(message: PointCloud2, sending: Sending) -> PointList:
    """PointCloud2 as POINT; what is not finite is no point and is dropped."""
    columns = {name: v for name, v in cloud_columns(message).items() if v.ndim == 1}
    if not {'x', 'y', 'z'} <= set(columns):
        raise ConversionError('x, y and z of the cloud are not one number each')
    places = np.stack([columns[axis].astype(np.float64) for axis in 'xyz'], axis=-1)
    valid = np.isfinite(places).all(axis=1)
    name, colours = 'rgba' if 'rgba' in columns else 'rgb', None
    if name in columns and columns[name].dtype.itemsize == 4:
        colours = unpacked_colours(columns[name], name == 'rgba')
    diameters = columns.get('diameter')
    return points_message(
        places[valid].tolist(), sending, message.header,
        None if colours is None else [tuple(colour) for colour in colours[valid].tolist()],
        None if diameters is None else diameters[valid].astype(np.float64).tolist(),
    )


@from_ros(PointCloud2, '', 'cloud', default=True, takes_long=True)
def message_from_cloud(message: PointCloud2, sending: Sending) -> Any:
    """
    PointCloud2 as POINT up to `max_points`, else as POLYDATA.

    From the first that is sent otherwise on, an empty message of the other kind goes with each.
    """
    is_large = message.width * message.height > sending.rule.max_points
    kind = 'POLYDATA' if is_large else 'POINT'
    sent = sender(PointCloud2, kind)(message, sending)
    nothing = point_cloud(np.zeros((0, 3)), {}, message.header)
    others = [sender(PointCloud2, other)(nothing, sending) for other in sending.gone(kind)]
    return (sent, *others) if others else sent
