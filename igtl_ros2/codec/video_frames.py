"""Pixels of the frames of a video, decoded by PyAV where it is installed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ConversionError
from .libraries import library
from .messages.video import Video

#: the codec on the wire, and how others call it; MJPEG has none there, this is that of AVI
FORMATS = {
    'I420': 'i420', 'H264': 'h264', 'VP90': 'vp9', 'X265': 'h265', 'O265': 'h265', 'AV10': 'av1',
    'MJPG': 'mjpeg',
}
#: what FFmpeg calls what decodes them
DECODERS = {'h264': 'h264', 'vp9': 'vp9', 'h265': 'hevc', 'av1': 'av1', 'mjpeg': 'mjpeg'}


class VideoDecoder:
    """Decode the frames of one stream, one after the other."""

    def __init__(self) -> None:
        """Open the decoder with the first frame."""
        self._decoder: _Decoder | None = None

    def decode(self, message: Video) -> NDArray[np.uint8] | None:
        """
        Decode a frame: (rows, columns, 3), or (rows, columns) of one without colours.

        :returns: None for a frame that is not to be shown.
        :raises ConversionError: if it cannot be decoded or has another size; without PyAV.
        """
        columns, rows, _ = message.block
        if message.codec == 'I420':
            if message.is_gray:
                return message.frame[: columns * rows].reshape(rows, columns)
            if not message.frame.size:
                raise ConversionError('a frame without pixels')
            return _pixels(raw_frame(message.frame, columns, rows, 'yuv420p'), gray=False)
        form = FORMATS.get(message.codec) or message.codec
        if self._decoder is None or self._decoder.key != (form, (columns, rows)):
            self._decoder = _Decoder(form, (columns, rows))
        return self._decoder.decode(message.frame.tobytes(), message.is_gray)


class _Decoder:
    """
    Decode the frames of one stream, one after the other.

    :param form: name of the codec, as in the format of a CompressedImage.
    :param size: columns and rows that the frames have to have.
    :raises ConversionError: if there is no decoder for it, or without PyAV.
    """

    def __init__(self, form: str, size: tuple[int, int]) -> None:
        """Open the decoder."""
        self.key = form, size
        self._av = library('av', 'av', 'decoding of video')
        if form not in DECODERS:
            raise ConversionError(
                f'no decoder for {form!r}; possible: {", ".join(["i420", *DECODERS])}'
            )
        self._context = self._av.CodecContext.create(DECODERS[form], 'r')
        # a thread for each frame would hold frames back; encoders round sizes up to blocks of 64
        self._context.thread_count = 1
        room = math.prod(-(-n // 64) * 64 for n in size)
        self._context.options = {'max_pixels': str(room), 'flags': 'low_delay'}
        self._started = False

    def decode(self, data: bytes, gray: bool) -> NDArray[np.uint8] | None:
        """
        Decode a frame: (rows, columns, 3), or (rows, columns) of one without colours.

        :returns: None for a frame that is not to be shown.
        :raises ConversionError: if it cannot be decoded or has another size.
        """
        try:
            frames = self._context.decode(self._av.Packet(data))
        except (self._av.FFmpegError, ValueError) as error:
            hint = '' if self._started else '; no key frame has come yet'
            raise ConversionError(f'{error}{hint}') from error
        if not frames:
            return None
        self._started = True
        frame = frames[-1]
        _, (columns, rows) = self.key
        if (frame.width, frame.height) != (columns, rows):
            raise ConversionError(
                f'the frame has {frame.width} x {frame.height} pixels, the message says '
                f'{columns} x {rows}'
            )
        return _pixels(frame, gray)


def _pixels(frame: Any, gray: bool) -> NDArray[np.uint8]:
    """Take the pixels out of a decoded frame."""
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
