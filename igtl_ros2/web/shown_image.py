"""The image that is shown of a device: its last one, a frame decoded, a volume put together."""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from ..codec.key_frames import Chain
from ..codec.messages.image import LPS, RAS, Image
from ..codec.messages.video import Video
from ..codec.video_frames import VideoDecoder
from ..codec.volume_blocks import VolumeMerger
from ..errors import ConversionError, EncodeError
from .values import Json

#: frames that wait to be decoded; a decoder that cannot keep up begins anew at a key frame
_MOST_FRAMES = 30
_MAX_VOLUME_BYTES = 256 << 20

#: has something done soon, in another thread
Work = Callable[[Callable[[], None]], Any]


class ShownImage:
    """
    Make what is shown of IMAGE and VIDEO messages of one device.

    Frames are decoded only while somebody looks, for each needs those before it.
    """

    def __init__(self, work: Work) -> None:
        self._work = work
        self.picture: Image | None = None
        #: of the message from which it was made
        self.count = 0
        #: why there is none, or no newer one
        self.fault = ''
        #: frames that were not decoded because there was no time
        self.left_out = 0
        #: the viewers that look at it
        self.watchers: set[int] = set()
        self._merger = VolumeMerger()
        self._chain = Chain()
        self._decoder = VideoDecoder()
        self._lock = threading.Lock()
        self._frames: deque[tuple[Video, int]] = deque()
        self._is_busy = False

    def take(self, message: Image | Video, count: int) -> None:
        """Take in a message, the `count`th of its device."""
        if isinstance(message, Image):
            self._show(message, count)
        elif not self.watchers:
            self._chain.lose()
        elif not self._chain.admits(message.follows):
            self.fault = 'it waits for a key frame'
        else:
            self._queue(message, count)

    def _queue(self, message: Video, count: int) -> None:
        with self._lock:
            if len(self._frames) >= _MOST_FRAMES:
                self.left_out += 1
                self._chain.lose()
                return
            self._frames.append((message, count))
            begins, self._is_busy = not self._is_busy, True
        if begins:
            self._work(self._decode)

    def _decode(self) -> None:
        """Decode what waits."""
        while True:
            with self._lock:
                if not self._frames:
                    self._is_busy = False
                    return
                message, count = self._frames.popleft()
            try:
                pixels = self._decoder.decode(message)
                if pixels is not None:
                    self._show(Image(
                        pixels[None], message.matrix,
                        message.coordinates if message.coordinates == LPS else RAS,
                        message.size, message.offset, device_name=message.device_name,
                        timestamp=message.timestamp,
                    ), count)
            except (ConversionError, EncodeError) as error:
                self.fault = str(error)

    def _show(self, image: Image, count: int) -> None:
        self.fault = ''
        voxels = math.prod(image.size + image.pixels.shape[3:])
        if image.is_whole or voxels * image.pixels.itemsize <= _MAX_VOLUME_BYTES:
            try:
                image = self._merger.merge(image, in_place=True)
            except ConversionError as error:
                self.fault = str(error)
        self.picture, self.count = image, count

    def tell(self) -> Json:
        """Tell how it is."""
        return {'count': self.count, 'fault': self.fault, 'left_out': self.left_out}
