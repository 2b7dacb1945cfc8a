"""Whatever was recorded (a bag, a capture of packets, another file), as frames and times."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from .. import files
from ..codec import HEADER_SIZE, Header, Message, decode, decode_header, encode
from ..codec.datagram import Reassembler
from ..errors import BagError, DecodeError, FileError
from .captures import MAX_NS, Capture, Segment, is_capture
from .tcp_flows import Flow, may_be_header

_RTP_BYTES = 12
_SYN, _ACK = 0x02, 0x10
_BAG_ENDS = ('.mcap', '.db3')


class Seen(NamedTuple):
    """
    A message as it was recorded.

    :param source: sender and receiver: `from` and `to` the device in a bag, addresses in a
        capture, nothing in a file.
    :param frame: the bytes of a link; nothing from a file.
    :param given: what is in a file: more exact than on a link, and maybe larger than the memory.
    """

    time_ns: int
    source: str
    header: Header
    frame: bytes
    given: Message | None = None

    @property
    def size(self) -> int:
        """How many bytes it takes on a link."""
        return HEADER_SIZE + self.header.body_size

    @property
    def message(self) -> Message:
        """
        The message.

        :raises DecodeError: if its bytes are none.
        """
        return decode(self.frame) if self.given is None else self.given


class Recorded:
    """
    What was recorded.

    :param show: shows how opening goes on, where it takes long.
    """

    #: bag, capture or file
    kind: str

    def __init__(self, path: Path, show: Callable[[str], None] = lambda text: None) -> None:
        self._path = path
        self._show = show
        self._notes: list[str] = []

    def __iter__(self) -> Iterator[Seen]:
        """Give the messages in the order of time."""
        raise NotImplementedError

    def notes(self) -> list[str]:
        """Tell what was passed over, once all has been read."""
        return self._notes


class _Bag(Recorded):
    """The frames of a bag, in both directions."""

    kind = 'bag'

    def __iter__(self) -> Iterator[Seen]:
        from ..bags.frames import BagFrames, open_bag
        from ..bags.types import MessageTypes

        def opening(done: int, size: int) -> None:
            self._show(f'opening: {done} of {size} bytes read')

        with open_bag(self._path, opening) as reader:
            frames, timeless = BagFrames(reader, MessageTypes(), (), 'both'), 0
            for frame in frames:
                if frame.time_ns >= MAX_NS:
                    timeless += 1
                    continue
                source = 'to' if frame.to_device else 'from'
                yield Seen(frame.time_ns, source, frame.header, frame.data)
            self._notes = frames.notes()
            if timeless:
                self._notes.append(f'{timeless} messages have a time that is none (after 2262)')


class Packets(Recorded):
    """The messages in the connections of a capture."""

    kind = 'capture'

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._capture = Capture(path)
        self._flows: dict[str, Flow] = {}
        #: addresses that were seen to be connected to
        self.servers: set[str] = set()
        self._datagrams = Reassembler()
        self._spoiled: Counter[str] = Counter()

    def __iter__(self) -> Iterator[Seen]:
        time_ns = 0
        for segment in self._capture.segments():
            time_ns = segment.time_ns
            source = f'{segment.source} > {segment.target}'
            if segment.sequence < 0:
                yield from self._datagram(source, segment)
                continue
            if segment.flags & _SYN:
                answers = segment.flags & _ACK
                self.servers.add(segment.source if answers else segment.target)
            flow = self._flows.setdefault(source, Flow())
            for header, frame in flow.take(segment):
                yield Seen(time_ns, source, header, frame)
        self._datagrams.expire(math.inf)  # nothing more comes of what is not whole yet
        for source, flow in self._flows.items():
            for header, frame in flow.end():
                yield Seen(time_ns, source, header, frame)

    def _datagram(self, source: str, segment: Segment) -> Iterator[Seen]:
        data = segment.payload
        if may_be_header(data):
            header = decode_header(data)
            if len(data) == HEADER_SIZE + header.body_size:
                yield Seen(segment.time_ns, f'{source} (UDP)', header, data)
                return
            self._spoiled['datagrams that are no whole message'] += 1
            return
        if not may_be_header(data, _RTP_BYTES):
            return
        try:
            message = self._datagrams.feed(data, source, segment.time_ns / 1e9)
        except DecodeError as error:
            self._spoiled[str(error)] += 1
            return
        if message is not None:
            frame = encode(message)
            yield Seen(segment.time_ns, f'{source} (UDP)', decode_header(frame), frame)

    def notes(self) -> list[str]:
        capture, notes = self._capture, []
        for source, flow in self._flows.items():
            if not flow.messages:
                continue  # something else
            if flow.missing_bytes:
                notes.append(f'{source}: {flow.missing_bytes} bytes are not in the capture')
            if flow.skipped_bytes:
                notes.append(
                    f'{source}: {flow.skipped_bytes} bytes passed over that are no whole message')
            if flow.again:
                notes.append(f'{source}: {flow.again} packets were sent again')
        counts = self._datagrams.counts
        told = self._spoiled | Counter({
            'datagrams are not in the capture': counts.lost,
            'messages lack datagrams': counts.expired + counts.evicted,
            'messages that a newer one has overtaken': counts.outdated,
            'datagrams that came again': counts.duplicates,
        })
        notes += [f'UDP: {text} ({count} times)' for text, count in told.items() if count]
        if capture.fragments:
            notes.append(f'{capture.fragments} fragments of IP packets are not put together')
        if capture.cut_at is not None:
            notes.append(f'the capture ends at byte {capture.cut_at} in the middle of a packet')
        return notes


class _File(Recorded):
    """The messages of any other file, with times from 0 on."""

    kind = 'file'

    def __iter__(self) -> Iterator[Seen]:
        for time_s, message in files.read(self._path):
            size = sum(map(len, message.encode_content()))
            names = message.type_name, message.device_name
            header = Header(message.version, *names, message.timestamp, size, 0)
            yield Seen(round(time_s * 1e9), '', header, b'', message)


@contextmanager
def open_recording(
    path: Path | str, show: Callable[[str], None] = lambda text: None
) -> Iterator[Recorded]:
    """
    Open a bag, a capture or another file; see `Recorded`.

    :raises IgtlError: if it is none of them.
    """
    path = Path(path)
    try:
        if not path.exists():
            raise FileError(f'{path}: there is no such file')
        if path.is_dir() or path.suffix in _BAG_ENDS:
            yield _Bag(path, show)
        elif is_capture(path):
            yield Packets(path)
        elif files.extension_of(path):
            yield _File(path)
        else:
            raise FileError(
                f'{path}: neither a bag nor a capture (pcap, pcapng), nor one of '
                f'{", ".join(files.readable())}')
    except ImportError as error:
        raise BagError(f'{path}: to read bags: pip install "igtl_ros2[bags]" ({error})') from error
    except OSError as error:
        # what is done with the messages may have to do with other files
        raise FileError(f'{error.filename or path}: {error.strerror or error}') from error
