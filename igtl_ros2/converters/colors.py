"""COLORT."""

from __future__ import annotations

from builtin_interfaces.msg import Time
from sensor_msgs.msg import Image as RosImage
from std_msgs.msg import Header

from ..codec.messages.colors import ColorTable
from ..errors import ConversionError
from .image import pixels_of, ros_image
from .outputs import Output
from .registry import Converted, Route, Sending, from_ros, to_ros

_TYPES = {3: 'uint8', 5: 'uint16', 19: 'rgb'}


@to_ros(ColorTable, Output('colors', RosImage, is_whole=True))
def colors_to_ros(message: ColorTable, route: Route, stamp: Time) -> Converted:
    """COLORT: `colors`, an image of one row with a pixel for each label value."""
    table = message.table
    if table.dtype.str[0] == '>':
        table = table.astype('<u2')
    components = 3 if table.ndim == 2 else 1
    row = ros_image(table[None, None], components, Header(stamp=stamp, frame_id=route.frame_id))
    return Converted({'colors': row}, info={
        'index_type': _TYPES[message.index_type], 'map_type': _TYPES[message.map_type]})


@from_ros(RosImage, 'COLORT', 'colors')
def colors_from_image(message: RosImage, sending: Sending) -> ColorTable:
    """Image of one row of 256 or 65536 pixels as COLORT; mono8, mono16 or rgb8."""
    if sending.profile == 'slicer':
        raise ConversionError('3D Slicer knows no COLORT; with profile slicer none is sent')
    pixels = pixels_of(message)
    if pixels.shape[0] != 1:
        raise ConversionError(f'an image of {pixels.shape[0]} rows is no colour table: wanted 1')
    return ColorTable(pixels[0], **sending.envelope(message.header))
