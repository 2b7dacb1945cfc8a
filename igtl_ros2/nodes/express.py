"""The short ways of poses and images that have nothing to tell but themselves."""

from __future__ import annotations

import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from geometry_msgs.msg import TransformStamped
from rclpy.publisher import Publisher
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import Image as RosImage

from ..codec import Message
from ..codec.messages.image import Image
from ..codec.messages.pose import Transform
from ..codec.timestamp import to_ns
from ..converters.device_clock import DeviceClock
from ..converters.registry import Converted, Route
from ..converters.spliced import SplicedImage, SplicedTransform, TransformReader
from ..errors import ConversionError, printable
from ..mapping import ReceiveRule, SendRule
from ..peers import Peer
from . import in_place
from .echo import EchoGuard
from .pose_writer import PoseWriter

# what does not change from message to message
_ALWAYS_TOLD = ('version', 'peer', 'stamp_source')
_IMAGE_LEAVES = frozenset(('image', 'volume', 'geometry'))
# several nodes may publish one topic with frames of their own
_LOOK_PERIOD_S = 1.0

_log = logging.getLogger(__name__)


class Express(ABC):
    """
    Publish messages of one device that differ from the one before in stamp and payload only.

    All else goes the whole way: what comes with metadata, comes from another peer or is due to be
    told of on `info`.

    :param clock: that of the device.
    :param info: what was told of the last message on `info`, without stamp.
    """

    def __init__(
        self,
        clock: DeviceClock,
        key: tuple[str, str],
        publisher: Publisher,
        echo: EchoGuard,
        info: dict[str, Any],
    ) -> None:
        """Know what all messages have in common."""
        self._clock = clock
        self._key = key
        self._publisher = publisher
        self._topic = publisher.topic_name
        self._echo = echo
        self._version, self._source = info['version'], info['stamp_source']
        self._address = info['peer']

    def publish(self, peer: Peer, message: Message, arrival_ns: int, info_due: float) -> bool:
        """
        Publish a message.

        :returns: false if it has to go the whole way.
        """
        now_s = time.monotonic()
        if (
            message.metadata
            or message.version != self._version
            or peer.address != self._address
            or now_s >= info_due
        ):
            return False
        stamp_ns = self._stamp(message.timestamp_ns, arrival_ns, now_s)
        if stamp_ns is None:
            return False
        data = self._serialise(message, stamp_ns)
        if data is None:
            return False
        self._echo.note(peer, self._topic, self._key, stamp_ns)
        self._send(message, data)
        return True

    def _stamp(self, sent_ns: int, arrival_ns: int, now_s: float) -> int | None:
        """Choose a stamp; None if it stands still, or is from another clock than the first."""
        stamp_ns, source = self._clock.choose(sent_ns, arrival_ns, now_s)
        return stamp_ns if source == self._source and not self._clock.is_frozen else None

    @abstractmethod
    def _serialise(self, message: Message, stamp_ns: int) -> bytes | None:
        """Give a message to ROS, or its beginning; None if it has to go the whole way."""

    @abstractmethod
    def _send(self, message: Message, data: bytes) -> None:
        """Publish what was serialised."""


class PoseExpress(Express):
    """
    Publish the TRANSFORMs of one device that are rigid.

    :param hold: is given what is about to be published.
    """

    def __init__(
        self, route: Route, hold: Callable[[Publisher, bytes], None], *arguments: Any
    ) -> None:
        """Prepare the bytes of a message."""
        super().__init__(*arguments)
        self._spliced = SplicedTransform(route, serialize_message)
        self._hold = hold

    def _serialise(self, message: Message, stamp_ns: int) -> bytes | None:
        if not isinstance(message, Transform):
            return None
        return self._spliced.bytes_of(message, stamp_ns)

    def serialise_content(
        self, timestamp: int, content: memoryview, arrival_ns: int, now_s: float
    ) -> tuple[int, bytes] | None:
        """
        Make stamp and message of the content of a TRANSFORM as it came.

        Its header is of version 1, and from the peer whose messages go this way.

        :returns: None if it has to go the whole way.
        """
        stamp_ns = self._stamp(to_ns(timestamp), arrival_ns, now_s)
        data = None if stamp_ns is None else self._spliced.bytes_of_content(content, stamp_ns)
        return None if stamp_ns is None or data is None else (stamp_ns, data)

    def give_out(self, peer: Peer, stamp_ns: int, data: bytes) -> None:
        """Publish what was serialised."""
        self._echo.note(peer, self._topic, self._key, stamp_ns)
        self._publisher.publish(data)

    def _send(self, message: Message, data: bytes) -> None:
        self._hold(self._publisher, data)
        self._publisher.publish(data)


class ImageExpress(Express):
    """
    Publish the IMAGEs of one device that have the size, the type and the place of a first one.

    :param first: the first one.
    :param made: what was made of that.
    """

    def __init__(self, first: Image, made: RosImage, *arguments: Any) -> None:
        """Prepare the beginning of a message."""
        super().__init__(*arguments)
        self._spliced = SplicedImage(made, serialize_message)
        self._form = form_of(first)

    def _serialise(self, message: Message, stamp_ns: int) -> bytes | None:
        if not isinstance(message, Image) or form_of(message) != self._form:
            return None
        return self._spliced.start(stamp_ns)

    def _send(self, message: Message, data: bytes) -> None:
        assert isinstance(message, Image)
        in_place.publish_after(self._publisher, data, message)


def form_of(message: Message) -> tuple[Any, ...]:
    """Put together all that an IMAGE says besides its voxels; of others nothing."""
    if not isinstance(message, Image):
        return ()
    pixels = message.pixels
    return (
        pixels.shape,
        pixels.dtype,
        message.matrix.tobytes(),
        message.coordinates,
        message.size,
        message.offset,
    )


def pose_express(
    route: Route,
    clock: DeviceClock,
    key: tuple[str, str],
    publisher: Publisher | None,
    echo: EchoGuard,
    info: dict[str, Any],
    hold: Callable[[Publisher, bytes], None],
) -> PoseExpress | None:
    """Open the short way of TRANSFORMs, if rule and what was last told of them leave one."""
    rule = route.rule
    asks_more = rule.raw or rule.pose or rule.hold_hz or rule.tf != 'off'
    tells_more = any(value for name, value in info.items() if name not in _ALWAYS_TOLD)
    if publisher is None or publisher.msg_type is not TransformStamped or asks_more or tells_more:
        return None
    try:
        return PoseExpress(route, hold, clock, key, publisher, echo, info)
    except ConversionError as error:
        _log.info('%s goes the whole way: %s', printable(key[1]), error)
        return None


def image_express(
    rule: ReceiveRule,
    clock: DeviceClock,
    key: tuple[str, str],
    publisher: Publisher | None,
    echo: EchoGuard,
    info: dict[str, Any],
    first: Message,
    result: Converted,
) -> ImageExpress | None:
    """
    Open the short way of IMAGEs, if rule and what has become of one of them leave one.

    :param first: that one.
    :param result: what it has become.
    """
    made = result.outputs.get('image', result.outputs.get('volume'))
    asks_more = rule.raw or rule.hold_hz or not result.outputs.keys() <= _IMAGE_LEAVES
    tells_more = result.errors or result.notes or result.transforms
    if publisher is None or publisher.msg_type is not RosImage or asks_more or tells_more:
        return None
    if not in_place.is_ready():
        return None
    # what becomes of uint32 depends on the values
    if not isinstance(first, Image) or first.pixels.dtype == np.uint32:
        return None
    if not in_place.shows(made, first):
        return None
    try:
        return ImageExpress(first, made, clock, key, publisher, echo, info)
    except ConversionError as error:
        _log.info('%s goes the whole way: %s', printable(key[1]), error)
        return None


class PoseIntake:
    """
    Take the serialised TransformStamped of a topic, whose frames mostly stay the same.

    :param usual: takes a message that has to go the whole way.
    :param make_writer: makes what writes the poses that are in a frame.
    :param send: sends poses: with what they are written, and of each its stamp in nanoseconds,
        position and quaternion.
    :param refuse: is told why a message is not sent.
    """

    def __init__(
        self,
        usual: Callable[[TransformStamped], None],
        make_writer: Callable[[str], PoseWriter],
        send: Callable[[PoseWriter, Sequence[tuple[int, Sequence[float]]]], None],
        refuse: Callable[[Exception], None],
    ) -> None:
        """Know no frames yet."""
        self._usual = usual
        self._make_writer = make_writer
        self._send = send
        self._refuse = refuse
        self._reader: TransformReader | None = None
        self._writer: PoseWriter | None = None
        self._next_look = 0.0

    def take(self, heap: Sequence[bytes]) -> None:
        """Send messages, in their order."""
        ready = []
        for data in heap:
            found = None if self._reader is None else self._reader.read(data)
            if found is not None:
                ready.append(found)
                continue
            self._send_ready(ready)
            ready = []
            self._take_one(data)
        self._send_ready(ready)

    def _send_ready(self, poses: Sequence[tuple[int, Sequence[float]]]) -> None:
        if poses:
            assert self._writer is not None  # it came with the reader
            self._send(self._writer, poses)

    def _take_one(self, data: bytes) -> None:
        """Send a message the whole way."""
        try:
            message = deserialize_message(data, TransformStamped)
        except Exception:  # whoever publishes may write whatever he likes, ROS looks only now
            self._refuse(ConversionError('its bytes are no TransformStamped'))
            return
        self._usual(message)
        self._look(data)

    def _look(self, data: bytes) -> None:
        """Expect more messages like this one."""
        now = time.monotonic()
        if now < self._next_look:
            return
        self._next_look = now + _LOOK_PERIOD_S
        try:
            reader = TransformReader(data, serialize_message, deserialize_message)
            self._writer = self._make_writer(reader.frame_id)
            self._reader = reader
        except ConversionError as error:
            _log.info('poses go the whole way: %s', error)


def is_plain(rule: SendRule) -> bool:
    """Tell whether a rule asks for no more than that each pose is sent where it is."""
    return not (
        rule.rate or rule.on_change or rule.keepalive or rule.to_frame or rule.max_age)
