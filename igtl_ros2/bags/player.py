"""Playing frames back: when each is due."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import KW_ONLY, dataclass, field

from ..codec import decode
from ..codec.key_frames import Chain
from ..codec.messages.video import Video
from ..errors import DecodeError
from .frames import Frame
from .lost import Lost

# a bag that begins longer before its first frame does not tell when it begins
_LONGEST_NS = 366 * 86400 * 10**9


@dataclass(slots=True)
class Played:
    """How far it is."""

    messages: int = 0
    bytes: int = 0
    rounds: int = 0
    #: time since the beginning of the bag
    position_s: float = 0.0
    #: frames of videos that were dropped at the start or behind a damaged place, because no
    #: key frame had come since
    before_key_frame: int = 0


@dataclass(slots=True)
class _Video:
    """A video that is played, and the time of its last frame."""

    chain: Chain = field(default_factory=Chain)
    time_ns: int = 0


def starts_at(begin_ns: int, first_ns: int) -> int:
    """Tell what time counts as the beginning: when the bag says it begins, or its first frame."""
    return begin_ns if 0 <= first_ns - begin_ns <= _LONGEST_NS else first_ns


@dataclass
class Player:
    """
    Hand out frames at the times at which they were recorded.

    :param frames: gives the frames from the beginning, each time it is called.
    :param send: takes one; may wait.
    :param begin_ns: when the bag begins, which another device or topic may do.
    :param sleep_until: waits until a time of `now`; false if it shall stop.
    :param now: a clock, in seconds.
    :param rate: 2 is twice as fast as recorded; infinity does not wait at all.
    :param start_s: skip so much at the beginning, in each round.
    :param loop: begin again at the end.
    :param lost: tells the places of the bag that are damaged, as far as that is known.
    """

    frames: Callable[[], Iterable[Frame]]
    send: Callable[[Frame], None]
    begin_ns: int
    sleep_until: Callable[[float], bool]
    now: Callable[[], float]
    _: KW_ONLY
    rate: float = 1.0
    start_s: float = 0.0
    loop: bool = False
    lost: Callable[[], Sequence[Lost]] = lambda: ()
    played: Played = field(default_factory=Played, init=False)

    def run(self) -> Played:
        """Play until the end, or until it shall stop."""
        while True:
            before = self.played.messages
            if not self._round():
                break
            self.played.rounds += 1
            if not self.loop or self.played.messages == before:
                break
        return self.played

    def _round(self) -> bool:
        zero_ns: int | None = None
        videos: dict[str, _Video] = {}
        begin = self.now()
        for frame in self.frames():
            if zero_ns is None:
                zero_ns = starts_at(self.begin_ns, frame.time_ns)
            position_s = (frame.time_ns - zero_ns) / 1e9
            if position_s < self.start_s or self._needs_more(frame, videos):
                continue
            if not self.sleep_until(begin + (position_s - self.start_s) / self.rate):
                return False
            self.send(frame)
            self.played.messages += 1
            self.played.bytes += len(frame.data)
            self.played.position_s = position_s
        return True

    def _needs_more(self, frame: Frame, videos: dict[str, _Video]) -> bool:
        """Tell whether a frame is of a video, and needs those before it that are not there."""
        header = frame.header
        if header.type_name != 'VIDEO':
            return False
        try:
            message = decode(frame.data, check_crc=False)
        except DecodeError:
            return False  # its receiver finds the same error
        follows = message.follows if isinstance(message, Video) else None
        video = videos.setdefault(header.device_name, _Video())
        if any(video.time_ns <= (lost.end_ns or lost.start_ns) <= frame.time_ns
               for lost in self.lost()):
            video.chain.lose()
        video.time_ns = frame.time_ns
        if video.chain.admits(follows):
            return False
        self.played.before_key_frame += 1
        return True
