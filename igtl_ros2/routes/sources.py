"""Where values come from that are sent: a topic, another link, or frames of tf."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..codec import Message
from ..codec.messages.pose import Transform
from ..codec.messages.tracking import TrackingData
from ..codec.messages.video import Video
from ..converters.handover import Handed, is_whole, message_to_send
from ..converters.heavy import is_heavy
from ..converters.lazy import LazyPose, header_stamp_ns, ros_type_of
from ..converters.placing import frames_of_tools, place_of_ros, stamp_of_ros
from ..converters.registry import FromRos, Sending, envelope_of, is_sent_by_worker
from ..converters.units import matrix_from_metres
from ..converters.video import KEY_FRAME_WANTED, follows_of
from ..errors import ConversionError, EncodeError
from ..rules import SendRule
from .descriptions import Descriptions
from .effects import Effects, Tell, left_out, not_sent, problem
from .latency import Trace
from .now import Now
from .surroundings import Key, Origins, Peers

# what may say that there is an emergency: a state, or a frame as it is
_STATES = ('DiagnosticArray', 'DiagnosticStatus', 'UInt8MultiArray')
_VIDEOS = ('CompressedImage', 'CompressedVideo')


class Item:
    """
    A value on its way.

    :param value: as it came from the source.
    """

    # every pose needs one: what most leave as it is belongs to the class
    #: what is made of it
    parts: tuple[Message, ...] = ()
    stamp_ns = 0
    #: what is said of it
    info: Any = None
    #: what it was made with, if something was asked for that may still be said
    wanting: Sending | None = None
    #: what was sent, with the peers that did not get it, for its repetition
    sent: Sequence[tuple[Message, tuple[Any, ...]]] = ()
    #: when it came, if it had to wait, and how long it took so far
    came_s = 0.0
    trace: Trace | None = None

    def __init__(self, value: Any) -> None:
        self.value = value


class Source:
    """
    What steps ask of a value that came from somewhere; by default it is one that is plain.

    :param name: names it in reports.
    """

    #: whether values may be frames of video
    may_be_video = False
    #: whether none takes more than some milliseconds
    is_never_long = False
    #: whether a value that is too old is counted
    counts_old = True

    def __init__(self, name: str, rule: SendRule) -> None:
        self.name = name
        #: said of what is stale
        self.why_stale = f'{name} says nothing new'
        self._rule = rule

    def is_urgent(self, value: Any, now: Now) -> bool:
        """Tell whether it calls an emergency."""
        return False

    def follows(self, value: Any) -> bool | None:
        """Tell whether it is a frame of video that needs others, see `Video.follows`."""
        return None

    def takes_long(self, value: Any) -> bool:
        """Tell whether to convert it takes more than some milliseconds."""
        return False

    def convert(self, item: Item, now: Now) -> Sequence[str]:
        """
        Make the messages of an item.

        :returns: what was said of it and could not be used.
        :raises ConversionError: if that is not possible.
        """
        raise NotImplementedError

    def text(self, item: Item) -> str:
        """
        Give the text of a command.

        :raises ConversionError: if it is none.
        """
        raise ConversionError(f'{self.name} has no text')

    def place(self, item: Item) -> tuple[list[str], int]:
        """Tell in which frames it is, and when; 0 if it does not say when."""
        raise NotImplementedError

    def stamp_of(self, item: Item) -> int:
        """Tell when it is of, in ns; 0 if it does not say."""
        return item.stamp_ns

    def exclude(self, key: Key, item: Item, out: Effects) -> tuple[Any, ...]:
        """Tell which peer is skipped when it is sent, because it came from there."""
        return ()

    def failed(self, error: Exception) -> Tell:
        """Tell why it is not sent."""
        return not_sent(self.name, error)

    def watch(self, item: Item) -> None:
        """Note that a value is going to be repeated."""

    def is_alive(self) -> bool:
        """Tell whether the sender of the last value is still there."""
        return True

    def no_answer(self) -> str:
        """Name the sender of the last value if it does not answer; empty if it does."""
        return ''


def _without(origin: Any, device: str, peers: Peers, out: Effects) -> tuple[Any, ...]:
    """Leave out the peer that a value came from, if it would get it."""
    if origin is None or origin not in peers.peers:
        return ()
    out.append(left_out(f'{device}: echo'))
    return (origin,)


class TopicSource(Source):
    """
    A topic.

    :param convert: makes messages of its messages.
    :param said: what other topics say of it.
    :param whole: makes a message, if it came as bytes; None: it never does.
    :param stamp_of_value: tells the stamp of a message, or of its bytes.
    :param is_long: tells by the size of a message whether it takes long; None: none does.
    :param is_published: tells whether anybody publishes the topic.
    """

    def __init__(
        self, name: str, rule: SendRule, ros_type: type, convert: FromRos, said: Descriptions,
        origins: Origins, peers: Peers, whole: Callable[[Any], Any] | None,
        stamp_of_value: Callable[[Any], int], is_long: Callable[[Any], bool] | None,
        is_published: Callable[[], bool],
    ) -> None:
        super().__init__(name, rule)
        self._origins = origins
        self._peers = peers
        self._convert = convert
        self._said = said
        self._sending = said.teller(rule, name)
        self._whole = whole
        self.stamp_of_value = stamp_of_value
        #: whether publishers hold their last message
        self.is_held = False
        self._is_long = is_long
        self.is_never_long = is_long is None
        self._is_published = is_published
        self.may_be_urgent = ros_type.__name__ in _STATES
        self.may_be_video = ros_type.__name__ in _VIDEOS
        self._has_header = hasattr(ros_type, 'header')
        self._video = ('VIDEO', rule.device) if rule.type == 'VIDEO' else None

    def takes_long(self, value: Any) -> bool:
        return self._is_long is not None and self._is_long(value)

    def is_alive(self) -> bool:
        return self._is_published()

    def is_urgent(self, value: Any, now: Now) -> bool:
        if not self.may_be_urgent:
            return False
        try:
            outgoing = self._convert(value, self._sending(now, 0))
        except (ConversionError, EncodeError):
            return False  # it is reported when it is its turn
        return bool(getattr(outgoing, 'is_emergency', False))

    def follows(self, value: Any) -> bool | None:
        return follows_of(value) if self.may_be_video else None

    def convert(self, item: Item, now: Now) -> Sequence[str]:
        said, key = self._said, self._video
        stamp_ns = said.stamp_said(self._rule.device, self.name) if said.is_anything_said else 0
        sending = self._sending(now, stamp_ns)
        if key is not None and self._peers.takes_key_frame(key):
            sending.state[KEY_FRAME_WANTED] = True
        value = item.value
        if self._whole is not None:
            item.value = value = self._whole(value)
        if self._has_header:
            item.stamp_ns = header_stamp_ns(value) or 0
        outgoing = self._convert(value, sending)
        item.parts = outgoing if isinstance(outgoing, tuple) else (outgoing,)
        item.info = sending.info
        if sending.is_wanting and not self.is_held and self.follows(value) is None:
            item.wanting = sending
        return sending.notes

    def text(self, item: Item) -> str:
        text: str = item.value.data
        return text

    def place(self, item: Item) -> tuple[list[str], int]:
        value = item.value
        if isinstance(value, LazyPose) and value.frames[0]:
            return [value.frames[0]], item.stamp_ns
        frame, stamp_ns = place_of_ros(value)
        return frames_of_tools(item.parts[0], item.info, frame), stamp_ns

    def stamp_of(self, item: Item) -> int:
        return item.stamp_ns or stamp_of_ros(item.value)

    def exclude(self, key: Key, item: Item, out: Effects) -> tuple[Any, ...]:
        if self._has_header:
            origin = self._origins.origin_of(self.name, key, item.stamp_ns)
        else:
            origin = self._origins.origin(self.name, key, item.value, self._peers.peers)
        return () if origin is None else _without(origin, key[1], self._peers, out)


class LinkSource(Source):
    """
    What another link of the node receives, see `Handed`.

    :param said: what is known of the time and the profile.
    """

    may_be_video = True

    def __init__(
        self, name: str, rule: SendRule, said: Descriptions, peers: Peers
    ) -> None:
        super().__init__(name, rule)
        self._peers = peers
        self._said = said
        self._sending = said.teller(rule, name)
        self._last: Handed | None = None

    def is_urgent(self, value: Handed, now: Now) -> bool:
        return value.is_emergency

    def follows(self, value: Handed) -> bool | None:
        frame = value.message
        return frame.follows if isinstance(frame, Video) else None

    def takes_long(self, value: Handed) -> bool:
        if value.is_emergency:
            return False  # it waits for nothing
        is_long = is_sent_by_worker(ros_type_of(value.ros_message), self._rule.type)
        is_long = is_long and not is_whole(value, self._rule, self._said.profile)
        return is_long or value.message is not None and is_heavy(value.message)

    def convert(self, item: Item, now: Now) -> Sequence[str]:
        value: Handed = item.value
        sending = self._sending(now, 0)
        outgoing = message_to_send(value, sending)
        item.parts = outgoing if isinstance(outgoing, tuple) else (outgoing,)
        item.stamp_ns, item.info = value.stamp_ns, value.info
        return sending.notes

    def text(self, item: Item) -> str:
        message = item.value.ros_message
        if type(message).__name__ != 'String':
            raise ConversionError(f'its type is {type(message).__name__}, wanted String')
        text: str = message.data
        return text

    def place(self, item: Item) -> tuple[list[str], int]:
        frame = place_of_ros(item.value.ros_message)[0]
        return frames_of_tools(item.parts[0], item.info, frame), item.stamp_ns

    def exclude(self, key: Key, item: Item, out: Effects) -> tuple[Any, ...]:
        """Tell from which peers it came, if it went in a circle."""
        value: Handed = item.value
        froms = dict.fromkeys((value.origin, value.first))
        return tuple(
            peer for one in froms for peer in _without(one, key[1], self._peers, out))

    def watch(self, item: Item) -> None:
        """Look more often whether the peer that sent it is still there."""
        self._last = item.value
        if item.value.origin is not None:
            item.value.origin.probe_often()

    def is_alive(self) -> bool:
        return self._last is None or self._last.is_connected()

    def no_answer(self) -> str:
        origin = None if self._last is None else self._last.origin
        return '' if origin is None or origin.is_answering else str(origin.address)


class TfSource(Source):
    """Frames of tf, looked up when it is time; a value is what looks."""

    is_never_long = True
    # nothing has come that is withheld
    counts_old = False

    def __init__(self, rule: SendRule) -> None:
        frames = ', '.join(rule.tf_sources)
        # the frames of a robot may change, it stays one source
        super().__init__(f'{rule.robot.description if rule.robot else frames} on tf', rule)
        self._stale = self.why_stale = f'tf knows nothing new of {frames}'

    def convert(self, item: Item, now: Now) -> Sequence[str]:
        rule = self._rule
        try:
            found, item.stamp_ns = item.value()
            stamp_ns = item.stamp_ns or now.ros_ns
            time_ns = now.wall_ns if now.is_simulated or stamp_ns <= 0 else stamp_ns
            envelope = envelope_of(rule.device, rule.tf_target, stamp_ns, time_ns)
            if rule.is_tracking:
                item.parts = (TrackingData(found, **envelope),)
            else:
                item.parts = (Transform(matrix_from_metres(found, rule.wire_unit), **envelope),)
        except (ConversionError, EncodeError) as error:
            self.why_stale = str(error)
            raise
        self.why_stale = self._stale
        return ()

    def failed(self, error: Exception) -> Tell:
        device = self._rule.device
        return problem(f'tf {device}', f'{device} is not sent: {error}')
