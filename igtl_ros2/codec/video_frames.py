"""Pixels of the frames of a video, decoded and encoded by PyAV where it is installed."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import ConversionError
from .fields import as_array
from .libraries import library
from .messages.video import Video

#: the codec on the wire, and how others call it; MJPEG has none there, this is that of AVI
FORMATS = {
    'I420': 'i420', 'H264': 'h264', 'VP90': 'vp9', 'X265': 'h265', 'O265': 'h265', 'AV10': 'av1',
    'MJPG': 'mjpeg',
}
#: what FFmpeg calls what decodes them
DECODERS = {'h264': 'h264', 'vp9': 'vp9', 'h265': 'hevc', 'av1': 'av1', 'mjpeg': 'mjpeg'}
#: by name: the codec on the wire, what FFmpeg calls the encoder, its form of pixels, its options.
#: Every frame comes out at once.
ENCODERS: dict[str, tuple[str, str, str, dict[str, str]]] = {
    'h264': (
        'H264', 'libx264', 'yuv420p',
        {'preset': 'ultrafast', 'tune': 'zerolatency', 'crf': '18'},
    ),
    'vp9': (
        'VP90', 'libvpx-vp9', 'yuv420p',
        {'deadline': 'realtime', 'cpu-used': '8', 'lag-in-frames': '0', 'crf': '20', 'b': '0'},
    ),
    'mjpeg': ('MJPG', 'mjpeg', 'yuvj420p', {'qmin': '2', 'qmax': '4'}),
    'raw': ('I420', '', 'yuv420p', {}),
}
# a late joiner waits for a key frame no longer than this many frames
_KEY_INTERVAL = 30
_KEY, _INTER = 1, 3
_GRAY = 256  # a frame type times this is that of a frame without colours


def frame_type_of(is_key: bool, gray: bool) -> int:
    """Give the type of a frame on the wire."""
    return (_KEY if is_key else _INTER) * (_GRAY if gray else 1)


class VideoDecoder:
    """Decode the frames of one stream, one after the other."""

    def __init__(self) -> None:
        self._context: Any = None
        #: name of the codec, and columns and rows, that the context is for
        self._made_for: tuple[str, tuple[int, int]] | None = None
        self._started = False

    def decode(self, message: Video) -> NDArray[np.uint8] | None:
        """
        Decode a frame: (rows, columns, 3), or (rows, columns) of one without colours.

        :returns: None for a frame that is not to be shown.
        :raises ConversionError: if it cannot be decoded or has another size; without PyAV.
        """
        if not isinstance(message, Video):
            raise ConversionError(f'message: {message!r}, wanted a Video')
        columns, rows, _ = message.block
        if message.codec == 'I420':
            if message.is_gray:
                return message.frame[: columns * rows].reshape(rows, columns)
            if not message.frame.size:
                raise ConversionError('a frame without pixels')
            return _pixels(raw_frame(message.frame, columns, rows, 'yuv420p'), gray=False)
        av = library('av', 'av', 'decoding of video')
        form = FORMATS.get(message.codec) or message.codec
        if self._made_for != (form, (columns, rows)):
            self._begin(av, form, (columns, rows))
        try:
            frames = self._context.decode(av.Packet(message.frame.tobytes()))
        except (av.FFmpegError, ValueError) as error:
            hint = '' if self._started else '; no key frame has come yet'
            raise ConversionError(f'{error}{hint}') from error
        if not frames:
            return None
        self._started = True
        frame = frames[-1]
        if (frame.width, frame.height) != (columns, rows):
            raise ConversionError(
                f'the frame has {frame.width} x {frame.height} pixels, the message says '
                f'{columns} x {rows}')
        return _pixels(frame, message.is_gray)

    def _begin(self, av: Any, form: str, size: tuple[int, int]) -> None:
        if form not in DECODERS:
            raise ConversionError(
                f'no decoder for {form!r}; possible: {", ".join(["i420", *DECODERS])}')
        self._context = av.CodecContext.create(DECODERS[form], 'r')
        # a thread for each frame would hold frames back; encoders round sizes up to blocks of 64
        self._context.thread_count = 1
        room = math.prod(-(-n // 64) * 64 for n in size)
        self._context.options = {'max_pixels': str(room), 'flags': 'low_delay'}
        self._made_for, self._started = (form, size), False


def _pixels(frame: Any, gray: bool) -> NDArray[np.uint8]:
    if not gray:
        return np.asarray(frame.to_ndarray(format='rgb24'))
    # brightness as it was encoded: turning it into another format would stretch it
    plane = frame.planes[0]
    rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
    pixels: NDArray[np.uint8] = rows[: frame.height, : frame.width].copy()
    return pixels


def raw_frame(data: NDArray[np.uint8], columns: int, rows: int, form: str) -> Any:
    """Make a frame of PyAV of the planes Y, U and V."""
    av = library('av', 'av', 'video in colours')
    planes = np.ascontiguousarray(data).reshape(rows * 3 // 2, columns)
    return av.VideoFrame.from_ndarray(planes, format=form)


class Frame(NamedTuple):
    """A frame as it goes to the wire: its bytes, codec and type, see `Video`."""

    data: NDArray[np.uint8]
    codec: str
    type: int


class VideoEncoder:
    """
    Encode the pictures of one stream, one after the other.

    :param codec: h264, vp9, mjpeg, or raw, which is I420 and needs PyAV for colours only.
    :raises ConversionError: if there is no such codec.
    """

    def __init__(self, codec: str = 'h264') -> None:
        if not isinstance(codec, str) or codec not in ENCODERS:
            raise ConversionError(f'no encoder for {codec!r}; possible: {", ".join(ENCODERS)}')
        self.codec = codec
        self._context: Any = None
        #: columns and rows that it is for
        self._size: tuple[int, int] | None = None
        self._count = 0

    def encode(self, pixels: NDArray[np.uint8], *, key: bool = False, **fields: Any) -> Video:
        """
        Make a message of a picture.

        :param pixels: uint8 (rows, columns), or (rows, columns, 3 or 4) in the order RGB; an even
            number of both.
        :param key: whether it has to be a key frame, as for a late joiner.
        :param fields: of `Video`: `device_name`, `matrix`, `timestamp_ns` ...
        :raises ConversionError: if it cannot be encoded; without PyAV.
        :raises EncodeError: if it is no array, or a field cannot be written.
        """
        pixels = as_array(pixels, 'pixels')
        frame = self.frame_of(pixels, key=key)
        rows, columns = pixels.shape[:2]
        return Video(frame.data, frame.codec, (columns, rows, 1), frame.type, **fields)

    def frame_of(self, pixels: NDArray[np.uint8], *, key: bool = False) -> Frame:
        """
        Encode a picture, as `encode` does.

        :raises ConversionError: if it cannot be encoded; without PyAV.
        """
        pixels = as_array(pixels, 'pixels')
        gray = pixels.ndim == 2
        colours = pixels.ndim == 3 and pixels.shape[2] in (3, 4)
        if pixels.dtype != np.uint8 or not (gray or colours):
            raise ConversionError(
                f'pixels: {pixels.dtype} {pixels.shape}, wanted uint8 (rows, columns) or (rows, '
                f'columns, 3)')
        rows, columns = pixels.shape[:2]
        if not pixels.size or columns % 2 or rows % 2:
            raise ConversionError(
                f'an image of {columns} x {rows} pixels cannot be sent as VIDEO: wanted even '
                f'numbers')
        codec, _, form, _ = ENCODERS[self.codec]
        planes = _planes(pixels, form)
        if self.codec == 'raw':
            return Frame(planes, codec, frame_type_of(True, gray))
        av = library('av', 'av', f'encoding of {self.codec}')
        if self._size != (columns, rows):
            self._begin(av, (columns, rows))
        frame = raw_frame(planes, columns, rows, form)
        frame.pts = self._count
        if key:
            frame.pict_type = av.video.frame.PictureType.I
        self._count += 1
        try:
            packets = self._context.encode(frame)
        except (av.FFmpegError, ValueError) as error:
            raise ConversionError(f'not encoded as {self.codec}: {error}') from error
        if not packets:
            raise ConversionError(f'the encoder of {self.codec} gave no frame')
        data = np.frombuffer(b''.join(map(bytes, packets)), np.uint8)
        return Frame(data, codec, frame_type_of(any(p.is_keyframe for p in packets), gray))

    def _begin(self, av: Any, size: tuple[int, int]) -> None:
        _, codec, form, options = ENCODERS[self.codec]
        try:
            context = av.CodecContext.create(codec, 'w')
        except (av.FFmpegError, ValueError) as error:
            raise ConversionError(f'this PyAV cannot encode {self.codec}: {error}') from error
        context.width, context.height = size
        context.pix_fmt = form
        context.time_base = Fraction(1, 30)
        context.gop_size = _KEY_INTERVAL
        context.thread_count = 1
        context.options = options
        self._context, self._size, self._count = context, size, 0


def _planes(pixels: NDArray[np.uint8], form: str) -> NDArray[np.uint8]:
    if pixels.ndim == 2:
        half = np.full(pixels.size // 2, 128, np.uint8)
        return np.concatenate([pixels.reshape(-1), half])
    av = library('av', 'av', 'video in colours')
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels[..., :3]), format='rgb24')
    planes: NDArray[np.uint8] = frame.reformat(format=form).to_ndarray()
    return planes.reshape(-1)
