"""Messages of OpenIGTLink in, messages of Foxglove out; the time is told, and no network here."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import foxglove
from foxglove import channels
from foxglove.messages import LogLevel

from ...codec import Message
from ...codec.messages.bundle import Bind
from ...codec.messages.image import Image
from ...codec.messages.mesh import PolyData
from ...codec.messages.points import PointList, Trajectories
from ...codec.messages.pose import Position, Transform
from ...codec.messages.tracking import QuaternionTrackingData, TrackingData
from ...codec.messages.video import Video
from ...codec.patients import hidden
from ...codec.short_names import full_name
from ...codec.volume_blocks import VolumeMerger
from ...config.ros_names import ros_name
from ...converters.device_clock import DeviceClock
from ...errors import ConversionError, printable
from ...rules import ReceiveRule
from . import logs, pictures, scene
from .made import Context, Made
from .poses import Frames, Placed, placed_of, pose_of, transforms

TF, LOG = '/tf', '/rosout'
#: a peer can make up any number of names
MAX_DEVICES = 500
# what cannot be shown is told again after so long
_TELL_S = 5.0
_MOST_TOLD = 1000
# lines of the log that a late joiner gets
_MOST_LINES = 200
# volumes that come in blocks are kept
_MOST_VOLUMES = 8
_POSES = (Transform, Position, TrackingData, QuaternionTrackingData)


class Choice(NamedTuple):
    """
    What a user may say of how it is shown.

    :param profile: of a bridge that would do the same.
    :param stamp: whose clock stamps: device, receive or auto.
    :param max_skew_s: how far the clock of a device may be off, for auto.
    :param unit: of lengths on the wire.
    :param phi: what becomes of names of patients: redact, hash or pass.
    """

    profile: str = 'plain'
    default_frame: str = ReceiveRule.default_frame
    stamp: str = 'device'
    max_skew_s: float = ReceiveRule.max_skew
    unit: str = 'mm'
    phi: str = 'redact'


class _Topic:
    """
    A topic, and what was on it last, for late joiners.

    :param kept: how many of the last messages they get.
    """

    def __init__(self, channel: Any, kept: int = 1) -> None:
        self.channel = channel
        self._last: deque[tuple[Callable[[], Any], int]] = deque(maxlen=kept)

    def log(
        self, make: Callable[[], Any], time_ns: int, later: Callable[[], Any] | None = None
    ) -> None:
        """
        Give a message to all who look; it is made only if there is somebody.

        :param later: makes what late joiners get, if that differs.
        """
        self._last.append((later or make, time_ns))
        if self.channel.has_sinks():
            self._give(make, time_ns)

    def again(self) -> None:
        """Give the last ones once more."""
        for make, time_ns in list(self._last):
            self._give(make, time_ns)

    def _give(self, make: Callable[[], Any], time_ns: int) -> None:
        message = make()
        if message is not None:
            self.channel.log(message, log_time=time_ns)


class Stream:
    """
    All that comes, as topics of Foxglove; called as the model of the monitor is.

    :param context: of the server of Foxglove.
    :param begin_ns: the time before anything came.
    """

    def __init__(self, context: foxglove.Context, choice: Choice, begin_ns: int) -> None:
        self._context = context
        self._choice = choice
        self._topics: dict[str, _Topic] = {}
        self._devices: set[tuple[str, str]] = set()
        #: where they come from, by link
        self.addresses: dict[int, str] = {}
        #: messages that came
        self.count = 0
        #: what could not be shown, and how often
        self.problems: Counter[str] = Counter()
        self._told_s: dict[str, float] = {}
        self._now_ns = begin_ns
        self.reset()
        self._topic(TF, 'FrameTransforms')
        self._topic(LOG, 'Log')

    def reset(self) -> None:
        """Forget where frames were and which stamps there were, as after a jump in a bag."""
        choice = self._choice
        rule = ReceiveRule(
            default_frame=choice.default_frame, stamp=choice.stamp, max_skew=choice.max_skew_s)
        self._frames = Frames(rule, choice.profile)
        self._clocks: dict[tuple[str, str], DeviceClock] = {}
        self._placed: dict[str, tuple[Placed, int]] = {}
        self._tools: dict[str, set[str]] = {}
        self._volumes: dict[str, VolumeMerger] = {}
        self._told_s.clear()

    # -- what comes

    def take(
        self, link: int, peer: str, items: Sequence[tuple[Message, int]], now_s: float,
        now_ns: int, received_s: float | None = None,
    ) -> None:
        """Take in messages that came from a peer."""
        self._now_ns = now_ns
        for message, _ in items:
            self.count += 1
            self._take(hidden(message, self._choice.phi), now_s, now_ns)

    def _take(self, message: Message, now_s: float, now_ns: int) -> None:
        if isinstance(message, Bind):
            for child in message.children:
                self._take(child, now_s, now_ns)
            return
        device = full_name(message) or message.type_name.lower()
        key = message.type_name, device
        if key not in self._devices:
            if len(self._devices) >= MAX_DEVICES:
                self._problem(f'more than {MAX_DEVICES} devices', now_s, now_ns)
                return
            self._devices.add(key)
        clock = self._clocks.get(key)
        if clock is None:
            clock = DeviceClock(self._choice.stamp, self._choice.max_skew_s, 0.0)
            self._clocks[key] = clock
        stamp_ns, _ = clock.choose(message.timestamp_ns, now_ns, now_s)
        if clock.far_s == now_s:
            self._problem(
                f'{device}: its clock is off by more than {self._choice.max_skew_s:g} s', now_s,
                now_ns)
        own = self._frames.of(device, message.type_name)
        about = Context(
            device, own.parent, stamp_ns, self._choice.unit,
            lambda text: self._problem(f'{device}: {text}', now_s, now_ns))
        if isinstance(message, logs.TEXTS):
            self._topics[LOG].log(lambda: logs.log_of(message, about), now_ns)
            return
        made: Iterable[Made]
        if isinstance(message, _POSES):
            made = self._poses(message, own, about, now_s, now_ns)
        else:
            made = _made_of(self._whole(message, about), about)
        for one in made:
            name = f'/{ros_name(device)}/{one.leaf}'
            topic = self._topic(name, one.kind)
            if topic is None:
                about.tell(f'{name} is shown as another type already')
            else:
                topic.log(one.make, now_ns)

    def _poses(
        self, message: Message, own: Any, about: Context, now_s: float, now_ns: int
    ) -> list[Made]:
        """Say where frames are, and give what is shown besides."""
        placed = list(placed_of(message, self._frames, own, about))
        fresh: list[tuple[Placed, int]] = []
        for one in placed:
            if one.turn is None:
                continue
            why = self._frames.refused(one.frames, f'{about.device} {one.name}', now_s)
            if why:
                about.tell(why)
                continue
            fresh.append((one, about.stamp_ns))
            self._placed[one.frames.child] = fresh[-1]
        if fresh:
            self._topics[TF].log(
                lambda: transforms(fresh), now_ns,
                lambda: transforms(list(self._placed.values())))
        if isinstance(message, (TrackingData, QuaternionTrackingData)):
            seen = {one.name for one in placed}
            gone = self._tools.get(about.device, set()) - seen
            self._tools[about.device] = seen
            return [scene.tools(placed, about, gone)]
        return [pose_of(one, about) for one in placed]

    def _whole(self, message: Message, about: Context) -> Message:
        """Put a block of a volume into the volume, as a bridge does."""
        if not isinstance(message, Image):
            return message
        merger = self._volumes.get(about.device)
        if merger is None:
            if message.is_whole and message.pixels.shape[0] == 1:
                return message  # no volume
            if len(self._volumes) >= _MOST_VOLUMES:
                return message
            merger = self._volumes[about.device] = VolumeMerger()
        try:
            return merger.merge(message, in_place=True)
        except ConversionError as error:
            about.tell(f'a block is shown by itself: {error}')
            return message

    def count_only(
        self, link: int, peer: str, type_name: str, name: str, size: int, now_s: float
    ) -> None:
        """Count one that is passed over on the way to a place in a bag."""
        self.count += 1

    def forget_peer(self, link: int, peer: str) -> None:
        """Let go of a client that has left: frames may come from another one."""
        self.reset()

    def note_error(self, level: str, text: str, now_s: float) -> None:
        """Note what went wrong on the way here."""
        self._problem(text, now_s, self._now_ns)

    def _problem(self, text: str, now_s: float, now_ns: int) -> None:
        """Count what cannot be shown, and tell it at a limited rate."""
        text = printable(text)
        if text not in self.problems and len(self.problems) >= _MOST_TOLD:
            text = 'more of other kinds'
        self.problems[text] += 1
        if now_s - self._told_s.get(text, -_TELL_S) < _TELL_S:
            return
        self._told_s[text] = now_s
        shown = text if self.problems[text] == 1 else f'{text} ({self.problems[text]} times)'
        self._topics[LOG].log(
            lambda: logs.line('igtl foxglove', shown, LogLevel.Warning, now_ns), now_ns)

    # -- viewers

    def _topic(self, name: str, kind: str) -> _Topic | None:
        """Find or make a topic; None if there is one of another type."""
        topic = self._topics.get(name)
        if topic is None:
            if kind == 'JSON':
                channel: Any = foxglove.Channel(
                    name, message_encoding='json', context=self._context)
            else:
                channel = getattr(channels, f'{kind}Channel')(name, context=self._context)
            topic = self._topics[name] = _Topic(channel, _MOST_LINES if kind == 'Log' else 1)
            return topic
        if topic.channel.schema_name() not in (f'foxglove.{kind}', None, ''):
            return None
        return topic

    def show_again(self, name: str) -> None:
        """Give what was last on a topic to a viewer that has just asked for it."""
        topic = self._topics.get(name)
        if topic is not None:
            topic.again()


def _made_of(message: Message, about: Context) -> Iterator[Made]:
    """List what is made of a message that is no pose."""
    if isinstance(message, Image):
        yield from pictures.image(message, about)
    elif isinstance(message, Video):
        yield from pictures.video(message, about)
    elif isinstance(message, PointList):
        yield scene.points(message, about)
    elif isinstance(message, Trajectories):
        yield scene.paths(message, about)
    elif isinstance(message, PolyData):
        yield from scene.mesh(message, about)
    else:
        yield logs.values(message, about)
