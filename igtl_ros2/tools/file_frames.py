"""The messages of a file (an image, a tracked sequence, a mesh), as a bag gives its frames."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .. import files
from ..bags.frames import Frame
from ..bags.lost import Lost
from ..codec import Message, decode_header, encode
from .streams import Wanted


@dataclass(frozen=True, slots=True)
class FileFrame(Frame):
    """A frame, and the message that it was made of."""

    message: Message | None = None


class FileFrames:
    """
    The messages of a file, in the order of time.

    :param path: one of the files that `files.read` takes.
    :param devices: patterns of device names, of which one must fit; none: all.
    :raises FileError: if it cannot be read.
    """

    begin_ns = 0

    def __init__(self, path: Path, devices: Sequence[str]) -> None:
        self._path = path
        self._wanted = Wanted(devices)
        #: what only a bag has: messages that are no frames, and damaged places
        self.refused: Counter[str] = Counter()
        self.lost: list[Lost] = []
        self.duration_s = max((time_s for time_s, _ in files.read(path)), default=0.0)

    def __iter__(self) -> Iterator[FileFrame]:
        for time_s, message in files.read(self._path):
            if self._wanted.takes(message):
                data = encode(message)
                yield FileFrame(
                    round(time_s * 1e9), decode_header(data), data, message=message)
