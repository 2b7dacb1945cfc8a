"""The frames of a capture of packets or of another file, as a bag gives its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .. import files
from ..bags.frames import Frame, device_of
from ..bags.lost import Lost
from ..codec import Message, decode_header, encode
from .connections import Connections
from .recordings import Packets
from .streams import Wanted


class _Frames:
    """What a bag has as well."""

    begin_ns = 0

    def __init__(self, path: Path, devices: Sequence[str]) -> None:
        self._path = path
        self._wanted = Wanted(devices)
        #: what only a bag has: messages that are no frames, and damaged places
        self.refused: Counter[str] = Counter()
        self.lost: list[Lost] = []


class CaptureFrames(_Frames):
    """
    The frames of a capture, in the order of time.

    :param devices: patterns of device names, of which one must fit; none: all.
    :param direction: what the servers said, what was said to them, or both.
    :raises FileError: if it cannot be read, or nothing of the kind is in it.
    """

    def __init__(self, path: Path, devices: Sequence[str], direction: str) -> None:
        super().__init__(path, devices)
        self._connections = Connections(path, direction)
        self.begin_ns = self._connections.begin_ns
        self.duration_s = (self._connections.end_ns - self.begin_ns) / 1e9
        #: what is replayed and what is not, and what is missing in the capture
        self.notes = self._connections.notes({True: 'replayed', False: 'left out'})
        self.notes += self._connections.missing

    def __iter__(self) -> Iterator[Frame]:
        connections = self._connections
        for seen in Packets(self._path):
            if not connections.has(seen):
                continue
            header, frame = seen.header, seen.frame
            name = header.device_name
            if self._wanted.has(name, header.type_name, device_of(header, frame)):
                yield Frame(seen.time_ns, header, frame, connections.is_to_device(seen))


@dataclass(frozen=True, slots=True)
class FileFrame(Frame):
    """A frame, and the message that it was made of."""

    message: Message | None = None


class FileFrames(_Frames):
    """
    The messages of a file, in the order of time.

    :param path: one of the files that `files.read` takes.
    :param devices: patterns of device names, of which one must fit; none: all.
    :raises FileError: if it cannot be read.
    """

    def __init__(self, path: Path, devices: Sequence[str]) -> None:
        super().__init__(path, devices)
        self.duration_s = max((time_s for time_s, _ in files.read(path)), default=0.0)

    def __iter__(self) -> Iterator[FileFrame]:
        for time_s, message in files.read(self._path):
            if self._wanted.takes(message):
                data = encode(message)
                yield FileFrame(
                    round(time_s * 1e9), decode_header(data), data, message=message)
