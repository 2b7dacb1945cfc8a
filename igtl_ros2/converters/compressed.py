"""PNG and JPEG: images of one slice as CompressedImage, and such pictures as IMAGE."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from numpy.typing import NDArray
from sensor_msgs.msg import CompressedImage
from std_msgs.msg import Header

from ..codec import MAX_BODY_BYTES, Message
from ..codec.libraries import library
from ..codec.messages.image import Image
from ..errors import ConversionError
from ..rules import IF_DECODED, PICTURES, ReceiveRule
from ..rules.values import one_of
from .image import encoding_of, place_of
from .outputs import STREAM, Output
from .registry import Converted, Route, Sending, extra, from_ros, tell_once
from .video import codec_of, video_from_compressed

_MODES = {'mono8': 'L', 'rgb8': 'RGB', 'rgba8': 'RGBA', 'mono16': 'I;16'}
_POSSIBLE = {'png': ('mono8', 'rgb8', 'rgba8', 'mono16'), 'jpeg': ('mono8', 'rgb8')}
# What the modes of other pictures are turned into; those of _MODES stay as they are
_PLAINER = {'1': 'L', 'LA': 'RGBA', 'PA': 'RGBA', 'CMYK': 'RGB', 'YCbCr': 'RGB', 'I': 'I;16'}


COMPRESSED = ReceiveRule.key(
    'compressed', one_of(False, 'png', 'jpeg'), 'Publish an IMAGE of one slice as PNG (nothing is '
    'lost) or JPEG as well, on the topic compressed. Needs Pillow.', 'off', after='plane',
    types=PICTURES, of_type=IF_DECODED, read=lambda found: found or 'off')


@extra(Image, Output('compressed', CompressedImage, STREAM, COMPRESSED, takes_long=True))
def add_compressed(message: Image, route: Route, stamp: Time, result: Converted) -> None:
    """IMAGE of one slice: `compressed`, as PNG or JPEG."""
    form = COMPRESSED.of(route.rule)
    if message.pixels.shape[0] != 1:
        tell_once(route, result, f'no {form} is made of a volume, only of one slice')
    else:
        header = Header(stamp=stamp, frame_id=route.frame_id)
        result.outputs['compressed'] = picture(
            message.pixels[0], message.components, form, header)


def picture(pixels: NDArray[Any], components: int, form: str, header: Header) -> CompressedImage:
    """
    Make a PNG or JPEG of (rows, columns[, components]) pixels.

    :param form: png or jpeg.
    :raises ConversionError: if it cannot hold such pixels, or without Pillow.
    """
    encoding = encoding_of(pixels.dtype, components)
    if encoding not in _POSSIBLE[form]:
        raise ConversionError(
            f'{encoding} cannot be made a {form}; possible: {", ".join(_POSSIBLE[form])}')
    if not pixels.size:
        raise ConversionError(f'an image without pixels cannot be made a {form}')
    pil = library('PIL.Image', 'pillow', f'a {form}')
    rows, columns = pixels.shape[:2]
    data = np.ascontiguousarray(pixels, pixels.dtype.newbyteorder('<')).tobytes()
    stream = BytesIO()
    # level 1 is several times as fast as the usual 6, for files a little larger
    options = {'compress_level': 1} if form == 'png' else {'quality': 90}
    pil.frombytes(_MODES[encoding], (columns, rows), data).save(stream, form, **options)
    result = CompressedImage(header=header, format=form)
    result.data.frombytes(stream.getbuffer())
    return result


def picture_pixels(data: Any) -> NDArray[Any]:
    """
    Read a PNG or JPEG as (rows, columns) or (rows, columns, components).

    :raises ConversionError: if it is none, or too large, or without Pillow.
    """
    pil = library('PIL.Image', 'pillow', 'a PNG or JPEG')
    try:
        opened = pil.open(BytesIO(data), formats=('PNG', 'JPEG'))
        if 4 * opened.width * opened.height > MAX_BODY_BYTES:
            raise ConversionError(f'a picture of {opened.width} x {opened.height} is too large')
        mode = opened.mode
        if mode == 'P':
            mode = 'RGBA' if 'transparency' in opened.info else 'RGB'
        else:
            mode = _PLAINER.get(mode, mode)
        read = opened if mode == opened.mode else opened.convert(mode)
        if mode not in _MODES.values():
            raise ConversionError(f'a picture of mode {opened.mode} cannot be sent')
        return np.asarray(read)
    except ConversionError:
        raise
    except Exception as error:  # the library raises whatever its readers of formats raise
        raise ConversionError(f'not a PNG or JPEG that can be read: {error}') from error


@from_ros(CompressedImage, 'IMAGE', 'compressed', default=True, takes_long=True)
def image_from_compressed(
    message: CompressedImage, sending: Sending
) -> Message | tuple[Message, ...]:
    """CompressedImage: PNG and JPEG as IMAGE; frames of a video as VIDEO, unless told IMAGE."""
    if codec_of(message.format) and sending.rule.type != 'IMAGE':
        return video_from_compressed(message, sending)
    form = message.format.lower()
    if 'compresseddepth' in form or not any(name in form for name in ('png', 'jpeg', 'jpg')):
        raise ConversionError(
            f'format {message.format!r} cannot be sent as IMAGE; possible: png, jpeg')
    pixels = picture_pixels(message.data)[None]
    return Image.from_array(pixels, place_of(sending), **sending.envelope(message.header))
