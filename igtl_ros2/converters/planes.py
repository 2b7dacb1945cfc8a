"""Textured quads, in a file of their own: only they need visualization_msgs."""

from __future__ import annotations

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point, Pose, Vector3
from std_msgs.msg import ColorRGBA, Header
from visualization_msgs.msg import Marker, UVCoordinate

from ..codec.messages.image import Image
from ..rules import IF_DECODED, PICTURES, ReceiveRule
from ..rules.values import BOOLEAN
from .compressed import picture
from .image import geometry_of
from .names import ros_name
from .outputs import STREAM, Output
from .pose import is_valid
from .registry import Converted, Route, extra, tell_once
from .volumes import eight_bits

# the corners of the picture, first column and row first, as two triangles
_CORNERS = np.array([[0, 0], [1, 0], [1, 1], [0, 0], [1, 1], [0, 1]], float)


PLANE = ReceiveRule.key(
    'plane', BOOLEAN, 'Publish an IMAGE of one slice as a textured quad as well (plane, a '
    'Marker): RViz shows it in its place in space. Needs Pillow.', False, after='subvolume',
    types=PICTURES, of_type=IF_DECODED)


@extra(Image, Output('plane', Marker, STREAM, PLANE, takes_long=True))
def add_plane(message: Image, route: Route, stamp: Time, result: Converted) -> None:
    """IMAGE of one slice: `plane`, a quad in its place in space with the picture on it."""
    if message.pixels.shape[0] != 1:
        tell_once(route, result, 'no plane is made of a volume, only of one slice')
        return
    if not (is_valid(result.state) or route.rule.publish_invalid):
        return
    pixels = message.pixels[0]
    if pixels.dtype != np.uint8 and message.components == 1:
        pixels = eight_bits(pixels)
    header = Header(stamp=stamp, frame_id=route.frame_id)
    # a pixel is a square around its centre: the picture begins half a pixel before the first
    indices = np.zeros((len(_CORNERS), 4))
    indices[:, :2] = _CORNERS * pixels.shape[1::-1] - 0.5
    indices[:, 3] = 1.0
    corners = indices @ geometry_of(result).T
    result.outputs['plane'] = Marker(
        header=header, ns=ros_name(route.device), type=Marker.TRIANGLE_LIST, action=Marker.ADD,
        pose=Pose(), scale=Vector3(x=1.0, y=1.0, z=1.0),
        color=ColorRGBA(r=1.0, g=1.0, b=1.0, a=1.0),
        points=[Point(x=x, y=y, z=z) for x, y, z, _ in corners.tolist()],
        texture_resource=f'embedded://{ros_name(route.device)}',
        texture=picture(pixels, message.components, 'png', header),
        uv_coordinates=[UVCoordinate(u=u, v=v) for u, v in _CORNERS.tolist()],
    )
