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
from ..errors import FileError
from .recordings import Packets, Seen
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

    A device is the server of a connection. It sends the same to all its clients, so the connection
    with the most messages stands for all of them.

    :param devices: patterns of device names, of which one must fit; none: all.
    :param direction: what the servers said, what was said to them, or both.
    :raises FileError: if it cannot be read, or nothing of the kind is in it.
    """

    def __init__(self, path: Path, devices: Sequence[str], direction: str) -> None:
        super().__init__(path, devices)
        packets = Packets(path)
        counts: Counter[tuple[str, str]] = Counter()
        begin_ns, end_ns = None, 0
        for seen in packets:
            counts[_ends(seen)] += 1
            begin_ns = seen.time_ns if begin_ns is None else min(begin_ns, seen.time_ns)
            end_ns = max(end_ns, seen.time_ns)
        if begin_ns is None:
            raise FileError(f'{path}: there is no message of OpenIGTLink in it')
        self.begin_ns = begin_ns
        self.duration_s = (end_ns - begin_ns) / 1e9
        self._to_device = _chosen(counts, packets.servers, direction)
        if not self._to_device:
            raise FileError(
                f'{path}: nothing was said {"by" if direction == "from" else "to"} a device; '
                'the other --direction has something')
        #: what is replayed and what is not, and what is missing in the capture
        self.notes = [
            f'{"replayed" if ends in self._to_device else "left out"}: {count} messages from '
            f'{ends[0]} to {ends[1]}' for ends, count in counts.most_common()]
        self.notes += packets.notes()

    def __iter__(self) -> Iterator[Frame]:
        for seen in Packets(self._path):
            ends = _ends(seen)
            if ends not in self._to_device:
                continue
            header, frame = seen.header, seen.frame
            name = header.device_name
            if self._wanted.has(name, header.type_name, device_of(header, frame)):
                yield Frame(seen.time_ns, header, frame, self._to_device[ends])


def _ends(seen: Seen) -> tuple[str, str]:
    """Give the sender and the receiver."""
    source, _, target = seen.source.removesuffix(' (UDP)').partition(' > ')
    return source, target


def _chosen(
    counts: Counter[tuple[str, str]], servers: set[str], direction: str
) -> dict[tuple[str, str], bool]:
    """
    Choose the directions of connections that are replayed, and tell which go to a device.

    :param servers: ends that accepted a connection; of other connections the side that says more.
    """
    found: dict[tuple[str, str], bool] = {}
    heard: set[str] = set()
    for (source, target), count in counts.most_common():
        back = counts[target, source]
        if source in servers or target in servers:
            is_to_device = source not in servers
        else:
            is_to_device = count < back
        if direction != 'both' and is_to_device != (direction == 'to'):
            continue
        # what clients say is not the same, what a device says to each of them is
        if is_to_device or source not in heard:
            found[source, target] = is_to_device
        if not is_to_device:
            heard.add(source)
    return found


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
