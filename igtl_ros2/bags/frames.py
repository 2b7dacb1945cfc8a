"""OpenIGTLink frames in bags: their topics, names of patients in them, and how they are read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from ..codec import HEADER_SIZE, Header, decode, decode_header
from ..codec.patients import hidden_frame, hidden_json, hidden_text
from ..codec.short_names import FULL_NAME, whole_name
from ..config import ros_name
from ..errors import BagError, DecodeError
from .files import as_path
from .lost import Lost
from .reader import BagReader, read_bag
from .recording import Recording
from .types import RAW_TYPE, MessageTypes

#: part of the topics of what goes to a device, as the bridge names them
TO_IGTL = 'to_igtl'
RAW_LEAF = 'raw'
META_LEAF = 'meta'
#: topics of texts that may name patients, of which only the first is never anything else
TEXT_LEAVES = (META_LEAF, 'info', 'command', 'command_reply', 'queries', 'text')
_MANY_DEVICES = 'more_devices'
_MAX_TOPICS = 1000


def safe_frame(frame: bytes, phi: str) -> bytes | None:
    """
    Give what is recorded of a whole frame: itself if it names no patient; None for nothing.

    :param phi: redact, hash, drop or pass.
    """
    if phi != 'drop':
        return hidden_frame(frame, phi)
    safe = hidden_frame(frame)
    return safe if safe == frame else None


def safe_text(leaf: str, text: str, phi: str) -> str | None:
    """
    Do the same for a text of one of the topics `TEXT_LEAVES`.

    :param leaf: of its topic.
    """
    how = 'redact' if phi == 'drop' else phi
    try:
        safe = hidden_json(text, how)
    except ValueError:
        if leaf == META_LEAF:
            return None
        safe = hidden_text(text, how)  # somebody else has a topic that is called like that
    return None if phi == 'drop' and safe != text else safe


class FrameTopics:
    """
    The topics `raw` of devices, named as the bridge names them.

    :param namespace: in front of all of them, such as /plus.
    """

    def __init__(self, namespace: str) -> None:
        self._prefix = '/' + f'{namespace.strip("/")}/'.lstrip('/')
        self._names: dict[bool, set[str]] = {False: set(), True: set()}

    def topic(self, device: str, to_device: bool) -> str:
        name, known = ros_name(device), self._names[to_device]
        if len(known) < _MAX_TOPICS:
            known.add(name)
        elif name not in known:
            name = _MANY_DEVICES  # a peer may make up names without end
        return f'{self._prefix}{f"{TO_IGTL}/" if to_device else ""}{name}/{RAW_LEAF}'


def device_of(header: Header, frame: bytes) -> str:
    """Find the name of the device, which metadata may have at full length."""
    name = header.device_name
    if header.version >= 2 and FULL_NAME.encode() in frame:
        try:
            full = decode(frame, check_crc=False).metadata.get(FULL_NAME, '')
        except DecodeError:
            return name
        return whole_name(name, full)
    return name


class FrameRecorder:
    """
    Record frames as they came, but for names of patients.

    :param recording: where they go.
    :param namespace: of their topics.
    :param phi: what becomes of those: redact, hash, drop or pass.
    """

    def __init__(
        self, recording: Recording, types: MessageTypes, namespace: str, phi: str
    ) -> None:
        self.recording = recording
        self._types = types
        self._topics = FrameTopics(namespace)
        self._phi = phi

    def record(self, header: Header, frame: bytes, time_ns: int, *, to_device: bool) -> None:
        device = device_of(header, frame)
        key = (f'{TO_IGTL}/{device}' if to_device else device, header.type_name)
        safe = safe_frame(frame, self._phi)
        if safe is None:
            self.recording.withhold(key, len(frame))
            return
        if safe is not frame:
            self.recording.note_hidden(key, len(frame))
        self.recording.put(
            key, self._topics.topic(device, to_device), RAW_TYPE, lambda: self._types.pack(safe),
            len(safe), time_ns)


# -- reading


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame of a bag."""

    time_ns: int
    header: Header
    data: bytes
    #: whether it was sent to the device, not by it
    to_device: bool = False


class BagFrames:
    """
    The frames of a bag, in the order of time.

    :param reader: of the bag, open.
    :param devices: patterns of device names, of which one must fit; none: all.
    :param direction: from the devices, to them, or both.
    :raises BagError: if it has no topic with frames.
    """

    def __init__(
        self, reader: BagReader, types: MessageTypes, devices: Sequence[str], direction: str
    ) -> None:
        self._reader = reader
        self._types = types
        self._devices = devices
        self._connections = [
            connection
            for connection in reader.connections
            if connection.msgtype == RAW_TYPE
            and connection.topic.rpartition('/')[2] == RAW_LEAF
            and direction in ('both', _direction(connection.topic))]
        #: messages that are no frames, by topic
        self.refused: Counter[str] = Counter()
        if not self._connections:
            raise BagError(
                f'{reader.path}: no topic .../{RAW_LEAF} of type {RAW_TYPE} '
                + ('in it' if direction == 'both' else f'with what went {direction} a device')
                + '. What a bridge has made of frames goes to ROS again with ros2 bag play; '
                'frames are recorded from the link (igtl_record connect URL), or with raw: true '
                'in the mapping of the bridge')

    @property
    def duration_s(self) -> float:
        """How long the bag lasts, all of its topics."""
        return float(self._reader.duration / 1e9)

    @property
    def begin_ns(self) -> int:
        """When the bag begins, all of its topics."""
        return int(self._reader.start_time)

    def __iter__(self) -> Iterator[Frame]:
        self.refused.clear()
        for connection, time_ns, data in self._reader.messages(self._connections):
            frame = self._read(connection.topic, time_ns, data)
            if frame is not None and self._fits(frame):
                yield frame

    @property
    def lost(self) -> list[Lost]:
        """The places of the bag that were passed over so far, because they are damaged."""
        return self._reader.lost

    def notes(self) -> list[str]:
        """Tell what was passed over so far, and what are no frames."""
        return [f'passed over: {lost.words(self.begin_ns)}' for lost in self.lost] + [
            f'{topic}: {count} messages are no frames' for topic, count in self.refused.items()]

    def _read(self, topic: str, time_ns: int, data: bytes) -> Frame | None:
        try:
            frame = self._types.unpack(data)
            if len(frame) >= HEADER_SIZE:
                header = decode_header(frame)
                if len(frame) == HEADER_SIZE + header.body_size:
                    return Frame(time_ns, header, frame, _direction(topic) == 'to')
        except (BagError, DecodeError):
            pass  # counted below
        self.refused[topic] += 1
        return None

    def _fits(self, frame: Frame) -> bool:
        if not self._devices:
            return True
        device = device_of(frame.header, frame.data)
        return any(fnmatchcase(device, pattern) for pattern in self._devices)


def _direction(topic: str) -> str:
    return 'to' if TO_IGTL in topic.split('/')[:-2] else 'from'


@contextmanager
def open_bag(
    path: Path | str, progress: Callable[[int, int], None] = lambda done, size: None
) -> Iterator[BagReader]:
    """
    Open a bag: its folder, or one of its files.

    :param progress: called with the bytes read and their number while that goes on: a bag without
        an index is read to its end.
    :raises BagError: if it cannot be read.
    """
    reader = read_bag(as_path(path), progress)
    try:
        yield reader
    finally:
        reader.close()
