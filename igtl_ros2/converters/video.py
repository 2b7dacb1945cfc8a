"""VIDEO: frames as their encoder wrote them, decoded and encoded where asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from numpy.typing import NDArray
from sensor_msgs.msg import CompressedImage
from sensor_msgs.msg import Image as RosImage
from std_msgs.msg import Float64MultiArray, Header

from ..codec.geometry import RAS, ras_to_wire
from ..codec.key_frames import INTER_CODED, Chain, starts
from ..codec.libraries import library
from ..codec.messages.image import LPS, Image
from ..codec.messages.video import Video
from ..codec.video_frames import DECODERS, FORMATS, VideoDecoder, VideoEncoder, frame_type_of
from ..errors import ConversionError, EncodeError
from ..rules import ReceiveRule, SendRule
from ..rules.values import BOOLEAN, one_of
from .bulk import fill
from .image import NO_GEOMETRY, add_geometry, are_dimensions, pixels_of, place_of
from .outputs import STREAM, Output
from .pose import tool_state
from .registry import Converted, Route, Sending, convert_to_ros, extra, from_ros, tell_once, to_ros
from .units import ros_text

#: what a CompressedImage calls its format, and the codec on the wire
_CODECS = {
    'h264': 'H264', 'vp9': 'VP90', 'h265': 'X265', 'hevc': 'X265', 'av1': 'AV10',
    'mjpeg': 'MJPG', 'i420': 'I420', 'raw': 'I420',
}
# what Foxglove plays, under the names that it has for them
_PLAYED = ('h264', 'h265', 'vp9', 'av1')
_MOST_PIXELS = 1 << 26
#: in the state of a source that is sent: a peer waits for a key frame
KEY_FRAME_WANTED = 'key frame wanted'
#: in the state of a device that is received: a frame was lost on the way here, or never came
FRAME_LOST = 'frame lost'


def codec_of(form: str) -> str:
    """Find the codec on the wire of the format of a CompressedImage; '' if it is no video."""
    return _CODECS.get(form.lower(), '')


# -- from the network


DECODE = ReceiveRule.key(
    'decode', BOOLEAN, 'Decode VIDEO and publish it as image as well. Needs PyAV.', False,
    after='array', types=('VIDEO',))
FOXGLOVE = ReceiveRule.key(
    'foxglove', BOOLEAN,
    'Publish VIDEO in H.264, H.265, VP9 or AV1 as CompressedVideo as well, on the topic foxglove: '
    'Foxglove plays it, if no frame needs a later one (B frames). Needs the ROS package '
    'foxglove_msgs.', False, after='decode', types=('VIDEO',))
CODEC = SendRule.key(
    'codec', one_of('h264', 'vp9', 'mjpeg', 'raw'), 'How an Image is sent with type: VIDEO. raw '
    '(I420) needs no decoder; 3D Slicer reads what its build has. The image needs even numbers of '
    'pixels. Needs PyAV.', 'h264', after='spacing', needs=('type', 'VIDEO'), only_topics=True)


@to_ros(
    Video,
    Output('video', CompressedImage, STREAM, is_whole=True),
    Output('geometry', Float64MultiArray),
    Output('image', RosImage, STREAM, DECODE, takes_long=True))
def video_to_ros(message: Video, route: Route, stamp: Time) -> Converted:
    """VIDEO: `video`, the frame as it is, and `geometry`; by rule `image`, the frame decoded."""
    form = FORMATS.get(message.codec) or ros_text(message.codec.lower())
    result = Converted(
        state=tool_state(message),
        info={
            'codec': ros_text(message.codec),
            'format': form,
            'frame_type': message.frame_type,
            'key': message.is_key,
            'gray': message.is_gray,
            'dimensions': list(message.block),
            'volume_dimensions': list(message.size),
            'offset': list(message.offset),
            'coordinates': 'LPS' if message.coordinates == LPS else 'RAS',
            'endian': message.endian,
        }
    )
    # no error: the C++ library sends memory as it was where a program gives a frame no place
    add_geometry(message, route, result)
    chain = route.state.setdefault('chain', Chain(is_whole=True))
    if route.state.pop(FRAME_LOST, False):
        chain.lose()
    if not chain.admits(message.follows):
        result.errors.append('dropped: frames before it are missing')
        return result
    frame = CompressedImage(header=Header(stamp=stamp, frame_id=route.frame_id), format=form)
    fill(frame, message.frame)
    result.outputs['video'] = frame
    if route.rule.decode:
        try:
            pixels = route.state.setdefault('decoder', VideoDecoder()).decode(message)
            if pixels is not None:
                _add_image(message, pixels, route, stamp, result)
        except ConversionError as error:
            result.errors.append(f'not decoded: {error}')
    return result


@extra(Video, Output(
    'foxglove', 'foxglove_msgs/CompressedVideo', STREAM, FOXGLOVE, is_whole=True))
def add_foxglove(message: Video, route: Route, stamp: Time, result: Converted) -> None:
    """VIDEO: `foxglove`, the frame as CompressedVideo of foxglove_msgs, which Foxglove plays."""
    if 'video' not in result.outputs:
        return
    form = result.info['format']
    if form not in _PLAYED:
        text = f'not published as foxglove: {form}; possible: {", ".join(_PLAYED)}'
        tell_once(route, result, text)
        return
    try:
        kind = import_module('foxglove_msgs.msg').CompressedVideo
    except ModuleNotFoundError as error:
        raise ConversionError(
            'not published as foxglove: the ROS package foxglove_msgs is not installed'
        ) from error
    frame = kind(timestamp=stamp, frame_id=route.frame_id, format=form)
    fill(frame, message.frame)
    result.outputs['foxglove'] = frame


def _add_image(
    message: Video, pixels: NDArray[np.uint8], route: Route, stamp: Time, result: Converted
) -> None:
    """Publish the decoded frame as if it had come as IMAGE, with all that the rule asks for."""
    try:
        coordinates = message.coordinates if message.coordinates == LPS else RAS
        image = Image(pixels[None], message.matrix, coordinates, message.size, message.offset,
                      metadata=message.metadata)
    except EncodeError as error:
        raise ConversionError(str(error)) from error
    decoded = convert_to_ros(image, route, stamp)
    result.outputs.update(decoded.outputs)
    result.transforms += decoded.transforms
    result.errors += [error for error in decoded.errors if error != NO_GEOMETRY]


# -- from ROS


def follows_of(message: Any) -> bool | None:
    """
    Tell of a ROS message whether it is a frame that needs those before it, see `Video.follows`.

    :param message: of any type.
    """
    codec = codec_of(message.format) if isinstance(message, CompressedImage) else ''
    if codec not in INTER_CODED:
        return None
    return not starts(codec, memoryview(message.data).cast('B'))


@from_ros(CompressedImage, 'VIDEO', 'video', takes_long=True)
def video_from_compressed(message: CompressedImage, sending: Sending) -> Video:
    """
    CompressedImage with a frame of a video as VIDEO, as it is.

    The size is that of the rule (`dims`) or of `info`, else it is found by decoding.
    """
    codec = codec_of(message.format)
    if not codec:
        raise ConversionError(
            f'format {message.format!r} cannot be sent as VIDEO; possible: {", ".join(_CODECS)}')
    described = codec_of(str(sending.said('format', ''))) == codec
    info = sending.info if described else {}
    if info.get('codec') == 'O265':  # the same as X265, by another encoder
        codec = 'O265'
    data = np.frombuffer(message.data, np.uint8)
    is_key = codec not in INTER_CODED or bool(starts(codec, data.data))
    size = sending.rule.dims or info.get('dimensions')
    if size is None:
        size = _found_size(message.format.lower(), data, is_key, sending)
    frame_type = frame_type_of(is_key, info.get('gray') is True)
    return _video(data, codec, size, frame_type, message.header, sending)


def _found_size(
    form: str, data: NDArray[np.uint8], is_key: bool, sending: Sending
) -> tuple[int, int, int]:
    """Find the size of the frames of a stream, which only its key frames say."""
    known = sending.state.get('size')
    if known is None or known[0] != form or is_key:
        wanted = f'the size of the frames is not known: give dims: [columns, rows, 1] for {form}'
        if form not in DECODERS:
            raise ConversionError(wanted)
        av = library('av', 'av', 'finding the size of the frames (else give dims)')
        context = av.CodecContext.create(DECODERS[form], 'r')
        context.thread_count = 1
        context.options = {'max_pixels': str(_MOST_PIXELS)}
        try:
            frames = context.decode(av.Packet(data.tobytes())) + context.decode(None)
        except (av.FFmpegError, ValueError) as error:
            raise ConversionError(f'{wanted} ({error})') from error
        if not frames:
            raise ConversionError(f'{wanted}, or wait for a key frame')
        known = sending.state['size'] = form, (frames[0].width, frames[0].height, 1)
    size: tuple[int, int, int] = known[1]
    return size


def _video(
    data: NDArray[np.uint8], codec: str, size: Any, frame_type: int, header: Header,
    sending: Sending,
) -> Video:
    if not are_dimensions(size) or max(size) > 0xFFFF:
        raise ConversionError('dimensions: wanted [columns, rows, 1], whole numbers up to 65535')
    columns, rows, slices = size
    whole = columns, rows, slices
    place = ras_to_wire(place_of(sending), whole, RAS)
    return Video(data, codec, whole, frame_type, place, RAS, **sending.envelope(header))


@from_ros(RosImage, 'VIDEO', takes_long=True)
def video_from_image(message: RosImage, sending: Sending) -> Video:
    """Image of 8 bits, gray or in colours, as VIDEO, encoded as the rule says."""
    pixels = pixels_of(message)
    gray = pixels.ndim == 2
    if pixels.dtype != np.uint8 or not (gray or pixels.shape[2] in (3, 4)):
        raise ConversionError(
            f'{message.encoding} cannot be sent as VIDEO; possible: '
            f'mono8, rgb8, rgba8, bgr8, bgra8')
    encoder = sending.state.get('encoder')
    if encoder is None or encoder.codec != sending.rule.codec:
        encoder = sending.state['encoder'] = VideoEncoder(sending.rule.codec)
    frame = encoder.frame_of(pixels, key=bool(sending.state.pop(KEY_FRAME_WANTED, False)))
    rows, columns = pixels.shape[:2]
    return _video(frame.data, frame.codec, (columns, rows, 1), frame.type, message.header, sending)
